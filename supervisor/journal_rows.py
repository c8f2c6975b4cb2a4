"""Entry and Row: what is written into the journal, and as it is read; and what a search wishes to see."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Entry:
    """What happened, before it is a row."""

    category: str
    """The book it belongs to: alarm, command, access, station."""
    kind: str
    """What happened, in one word: raise, acknowledge, written, attach…"""
    who: str = ""
    """Id of the user who acted; empty where nobody did."""
    subject: str = ""
    """Id of the equipment, tag, alarm or link."""
    area: str = ""
    result: str = ""
    detail: Mapping[str, Any] = field(default_factory=dict)
    time: int = 0
    """ns UTC; 0: when it is appended."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the journal, as it was read."""

    id: int
    time: int
    category: str
    kind: str
    who: str
    subject: str
    area: str
    result: str
    detail: Mapping[str, Any]
    hash: str


@dataclass(frozen=True, slots=True)
class Wish:
    """What a search is for; what is empty is not asked for."""

    text: str = ""
    """Words that must all be in a row: whole, or how they begin. Case and accents make no difference."""
    subject: str = ""
    """This id, and what lies within it."""
    category: str = ""
    kind: str = ""
    who: str = ""
    result: str = ""
    start: int | None = None
    """ns UTC; rows of start < time <= end."""
    end: int | None = None

    def admits(self, row: Row) -> bool:
        """Whether the row is of the wish, its text apart."""
        return (
            (not self.subject or row.subject == self.subject or row.subject.startswith(self.subject + "."))
            and all(getattr(self, name) in ("", getattr(row, name)) for name in MARKED)
            and (self.start is None or row.time > self.start)
            and (self.end is None or row.time <= self.end)
        )


MARKED = ("category", "kind", "who", "result")
"""Columns that a wish names exactly."""


@dataclass(frozen=True, slots=True)
class Found:
    """Newest first."""

    rows: list[Row]
    before: int
    """Rows from this id on were looked at; the search goes on below it. 0: nothing is left to look at."""


Wording = Callable[[Row], str]
"""The words by which people look for a row, beyond those written in it: names, in every language of the screen."""


def unworded(row: Row) -> str:
    """No words beyond those of the row."""
    return ""
