"""Why something outside did not do what was asked, in the languages of the people who read it.

    driver ──"10.0.0.7:502 does not accept a connection (Connection refused)"──> log, as it is
                                        └── told ──> Text, for the journal, the faceplate, a round, a proof, a page

Drivers, like every library below them, say in English what went wrong; the sentence itself is the key to the other
language, as with gettext. `{}` stands for what is another one each time: an address, a name, a number, or a reason of
its own, which is looked up in turn. What somebody else's device or library said, and no row knows, stays as they said
it, in brackets behind a cause that everybody understands.

To add one: write the sentence where it is raised, and its row in the module of the protocol. A test reads the sources
of the drivers and fails where a sentence has no row.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain

from supervisor.model import Text
from supervisor.reasons import common, modbus, mqtt, notices, opcua

UNKNOWN = Text("cause technique ({})", "technical cause ({})")
"""Of what no row knows."""
LONGEST, MOST = 1000, 12
"""Characters of a reason that is looked up, and sentences in it; beyond, a device has sent us its memory."""
_AND = "; "
"""What stands between two sentences."""
_HOLE = re.compile(r"\{\}")


@dataclass(frozen=True, slots=True)
class Sentence:
    """One row, ready to be looked for."""

    text: Text
    pattern: re.Pattern[str]
    weight: int
    """Letters that are not `{}`: of two rows that fit, the one that says more is meant."""


def sentences(rows: Iterable[Text]) -> tuple[Sentence, ...]:
    """Rows in the order in which they are tried."""
    found = []
    for row in rows:
        parts = _HOLE.split(row.en)
        pattern = re.compile("(.+?)".join(map(re.escape, parts)), re.DOTALL)
        found.append(Sentence(row, pattern, sum(map(len, parts))))
    return tuple(sorted(found, key=lambda one: -one.weight))


SENTENCES = sentences(chain(common.ROWS, modbus.ROWS, mqtt.ROWS, opcua.ROWS, notices.ROWS))


def told(reason: str) -> Text:
    """A reason in both languages. English is what it was; empty stays empty."""
    if not reason:
        return Text("", "")
    return Text(_french(reason) or UNKNOWN.fr.format(reason), reason)


def plainly(sentence: str) -> Text:
    """A whole sentence in both languages; as it is where no row knows it, for it may be in the reader's own already."""
    return Text(_french(sentence) or sentence, sentence)


def known(reason: str) -> bool:
    """Whether it has a row of its own."""
    return bool(_french(reason))


@lru_cache(maxsize=4096)
def _french(reason: str) -> str:
    """Empty where no row knows it."""
    return _one(reason) or _several(reason) if len(reason) <= LONGEST else ""


@lru_cache(maxsize=4096)
def _one(reason: str) -> str:
    """As one sentence; empty where no row fits."""
    for sentence in SENTENCES:
        match = sentence.pattern.fullmatch(reason)
        if match and all(map(_whole, match.groups())):
            return sentence.text.fr.format(*(_french(part) or part for part in match.groups()))
    return ""


def _whole(part: str) -> bool:
    """Whether every bracket in it is opened and closed: a reason within another is in brackets, and ends with them."""
    depth = 0
    for letter in part:
        depth += (letter == "(") - (letter == ")")
        if depth < 0:
            return False
    return not depth


def _several(reason: str) -> str:
    """Sentences one behind the other, each of which has a row; some have a semicolon of their own. From the last one
    on, so that no piece is looked at twice: a device may send us anything."""
    parts = reason.split(_AND)
    if not 1 < len(parts) <= MOST:
        return ""
    told_from = [""] * len(parts)
    for begin in reversed(range(len(parts))):
        for end in range(begin + 1, len(parts) + 1):
            rest = told_from[end] if end < len(parts) else ""
            if (end < len(parts) and not rest) or not (first := _one(_AND.join(parts[begin:end]))):
                continue
            told_from[begin] = f"{first} ; {rest}" if rest else first
            break
    return told_from[0]
