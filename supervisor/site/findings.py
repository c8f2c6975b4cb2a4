"""Findings: every mistake met while a site folder is read, so that the engineer gets them all at once.

Nothing here stops the reading. Whoever meets a mistake adds it, goes on with a harmless value, and `load` raises
`SiteError` at the end if anything was added.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Collection, Iterable
from pathlib import Path
from typing import Generic, NamedTuple, TypeVar

from supervisor.site.problems import Problem

Row = TypeVar("Row")

LISTED = 12
"""Up to this many known words are listed when none of them is close to what was said."""
SHORT = 200
PATIENCE = 50
"""So many close matches are looked for in lists longer than `SHORT`: each costs some 30 ms."""
LONG = 3000
"""Comparing a word with more than this many others takes too long; only those that begin alike are compared."""


class Place(NamedTuple):
    """Where something was said."""

    file: Path
    """Relative to the site folder."""
    line: int
    """1-based; 0 for the whole file."""

    def __str__(self) -> str:
        return f"{self.file.as_posix()}:{self.line}" if self.line else self.file.as_posix()


class Findings:
    """See the module."""

    def __init__(self) -> None:
        self._problems: set[Problem] = set()
        self._asked = 0

    def add(self, place: Place, message: str, remedy: str = "") -> None:
        self._problems.add(Problem(place.file, place.line, sentence(message), remedy))

    def suggest(self, word: str, known: Collection[str]) -> str:
        """`suggest`, but not for ever: with a thousand wrong references to a long list the first few say enough."""
        if len(known) > SHORT:
            self._asked += 1
            if self._asked > PATIENCE:
                return ""
        return suggest(word, known)

    def all(self) -> list[Problem]:
        """In file and line order, none twice."""
        return sorted(self._problems, key=lambda problem: (problem.file.as_posix(), problem.line, problem.message))


class Catalogue(Generic[Row]):
    """The areas, links, types or packs of a site by id.

    It remembers what could not be read: a reference to a type whose file has a syntax error is no second mistake.
    """

    def __init__(self, what: str, findings: Findings) -> None:
        self.what = what
        self.rows: dict[str, Row] = {}
        self.damaged: set[str] = set()
        """Ids whose own file has a mistake that keeps them from being read."""
        self.complete = True
        """False when the list itself could not be read: then any id may be meant."""
        self._findings = findings
        self._places: dict[str, Callable[[], Place]] = {}

    def add(self, id_: str, row: Row, place: Callable[[], Place]) -> None:
        """Enter a row; the second one of an id is a problem, and a row without an id was one already."""
        if not id_:
            return
        first = self._places.get(id_)
        if first:
            message = f'The {self.what} "{id_}" is already described at {first()}'
            self._findings.add(place(), message, "Give one of them another id, or remove it.")
            return
        self.rows[id_] = row
        self._places[id_] = place

    def find(self, id_: str, place: Callable[[], Place]) -> Row | None:
        """The row of an id. An unknown id is added to the findings; None also where nobody can tell."""
        row = self.rows.get(id_)
        if row is None and self.complete and id_ and id_ not in self.damaged:
            self._findings.add(place(), f'There is no {self.what} "{id_}"', self._findings.suggest(id_, self.rows))
        return row


def suggest(word: str, known: Collection[str]) -> str:
    """The remedy for an unknown word: the close match, or the list where it is short."""
    match = closest(word, known)
    if match:
        return f'Did you mean "{match}"?'
    if 0 < len(known) <= LISTED:
        return f"Use one of: {', '.join(known)}."
    return ""


def closest(word: str, known: Iterable[str], cutoff: float = 0.6) -> str:
    """The known word most like `word`; empty for none. Case alone never makes two words differ."""
    folded = {option.casefold(): option for option in known}
    if len(folded) > LONG:
        start = word[:2].casefold()
        folded = {key: option for key, option in folded.items() if key.startswith(start)}
        folded = dict(list(folded.items())[:LONG])
    matches = difflib.get_close_matches(word.casefold(), folded, 1, cutoff)
    return folded[matches[0]] if matches else ""


def sentence(words: str) -> str:
    """`words` ending as a sentence does."""
    words = words.strip()
    return words if words.endswith((".", "?", "!")) else words + "."
