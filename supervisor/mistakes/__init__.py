"""What an engineer did wrong, in the language it is read in: in a site folder, or in what is imported into one; and
what a machine lacks that Vigie is started on.

    Problem ──"types/pump.toml:12: There is no system "watr". Did you mean "water"?"──> what tests and tools read
       └── told ──> the same line in French, for `vigie check`, `vigie import` and whoever starts Vigie in a terminal

Whoever finds a mistake says it in English; that sentence is the key to its French, as in `supervisor.reasons`. What no
row knows stays English. To add one: write the sentence where the mistake is found, and its row in the module of its
kind. A test reads the sources and fails where a sentence has no row.
"""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

from supervisor.mistakes import addresses, alarms, files, pages, plant, station, times
from supervisor.reasons import REASONS
from supervisor.reasons.phrasebook import Phrasebook

if TYPE_CHECKING:
    from supervisor.site.problems import Problem

MISTAKES = Phrasebook(chain(files.ROWS, plant.ROWS, alarms.ROWS, times.ROWS, addresses.ROWS, pages.ROWS, station.ROWS))
"""Rows have no stop: a sentence within another has none."""
CAUSES = Phrasebook(one.text for one in (*MISTAKES.sentences, *REASONS.sentences))
"""With what a device or the system said. Apart: those are short words too, which might be the id of something."""


def told(problem: Problem, language: str) -> str:
    """One mistake as a line."""
    return problem.told(lambda sentence: said(sentence, language))


def said(sentence: str, language: str, book: Phrasebook = MISTAKES) -> str:
    """As it is where no row knows it."""
    return "\n".join(_line(line, book) for line in sentence.split("\n")) if language == "fr" else sentence


def cause(error: Exception | str, language: str) -> str:
    """Of whatever stopped a command, or damaged a file; one that was said in French already stays as it is."""
    return said(str(error), language, CAUSES)


def _line(line: str, book: Phrasebook) -> str:
    bare = line.strip()
    stop = "." if bare.endswith(".") else ""
    french = book.french(bare.removesuffix("."))
    return line.replace(bare, french + stop) if french else line
