"""Why something outside did not do what was asked, in the languages of the people who read it.

    driver ──"10.0.0.7:502 does not accept a connection (Connection refused)"──> log, as it is
                                        └── told ──> Text, for the journal, the faceplate, a round, a proof, a page

Drivers, like every library below them, say in English what went wrong; the sentence itself is the key to the other
language, as with gettext: see `phrasebook`. What somebody else's device or library said, and no row knows, stays as
they said it, in brackets behind a cause that everybody understands.

To add one: write the sentence where it is raised, and its row in the module of the protocol. A test reads the sources
of the drivers and fails where a sentence has no row.
"""

from __future__ import annotations

from itertools import chain

from supervisor.model import Text
from supervisor.reasons import common, modbus, mqtt, notices, opcua
from supervisor.reasons.phrasebook import Phrasebook

UNKNOWN = Text("cause technique ({})", "technical cause ({})")
"""Of what no row knows."""
REASONS = Phrasebook(chain(common.ROWS, modbus.ROWS, mqtt.ROWS, opcua.ROWS, notices.ROWS))


def told(reason: str) -> Text:
    """A reason in both languages. English is what it was; empty stays empty."""
    if not reason:
        return Text("", "")
    return Text(REASONS.french(reason) or UNKNOWN.fr.format(reason), reason)


def plainly(sentence: str) -> Text:
    """A whole sentence in both languages; as it is where no row knows it, for it may be in the reader's own already."""
    return Text(REASONS.french(sentence) or sentence, sentence)
