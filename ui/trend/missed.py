"""Missed: the holes of one pen as the ledger tells them, and what they do to its curve. No Qt.

A curve is never joined over a hole: what ruled when it began rules no further, unless the controller sent the values
of that time later. Then the curve runs through it, and the hole is still told.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import inf

import numpy as np
from numpy.typing import NDArray

from supervisor.clock import SECOND
from supervisor.historian.history import History
from supervisor.holes import Hole, HoleReader, State
from supervisor.model import Tag
from ui.hole_words import DAMAGE

Stretch = tuple[float, float]
"""From and to, seconds UTC."""
Instants = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Missed:
    """One hole of one tag."""

    start: float
    """Seconds UTC."""
    end: float
    """Infinite while it goes on."""
    cause: str
    state: State
    samples: int = 0
    """How many came for it later."""

    @classmethod
    def of(cls, hole: Hole) -> Missed:
        end = inf if hole.end is None else hole.end / SECOND
        return cls(hole.start / SECOND, end, hole.cause, hole.state, hole.samples)

    @property
    def filled(self) -> bool:
        """Whether values of it have come since."""
        return self.samples > 0


class Missing:
    """All holes of a pen within what was read, oldest first."""

    def __init__(self, rows: Iterable[Missed] = ()) -> None:
        self.rows = tuple(sorted(rows, key=lambda row: row.start))
        self._start = np.array([row.start for row in self.rows], np.float64)
        self._end = np.array([row.end for row in self.rows], np.float64)

    def within(self, start: float, end: float, least: float = 0.0) -> list[Missed]:
        """Those that reach into a span and are at least so long there, in seconds."""
        inside = np.minimum(self._end, end) - np.maximum(self._start, start)
        return [self.rows[at] for at in np.flatnonzero((inside > 0) & (inside >= least)).tolist()]

    def stretches(self, filled: bool, until: float) -> list[Stretch]:
        """Those that were filled, or those that were not; what goes on ends at `until`."""
        return [(row.start, min(row.end, until)) for row in self.rows if row.filled is filled and row.start < until]


NONE = Missing()


def read(holes: HoleReader, history: History, tag: Tag, start: int, end: int) -> Missing:
    """Of start < t <= end, ns UTC: the ledger's, and what the scrub found damaged. Raises StoreError."""
    found = [Missed.of(hole) for hole in holes.of(tag, start, end)]
    for damage in history.damages():
        if damage.tag in ("", tag.id) and damage.span[0] < end and damage.span[1] > start:
            found.append(Missed(damage.span[0] / SECOND, damage.span[1] / SECOND, DAMAGE, State.LOST))
    return Missing(found)


def cut(start: Instants, end: Instants, holes: Sequence[Stretch], whole: bool) -> tuple[Instants, NDArray[np.intp]]:
    """The ends of what ruled, none beyond the start of a hole it ruled at; and the rows that are left.

    `whole`: rows are columns, of which those inside a hole go: what they show was carried into it. Samples inside
    stay, for they were measured: a link is told to be down, and up again, up to a second late.
    """
    end, keep = end.copy(), np.ones(len(start), np.bool_)
    for low, high in holes:
        first, last = np.searchsorted(start, (low, high)).tolist()
        if not whole and not first and len(start) and low < start[0] < high:
            end[0] = start[0]  # what ruled where the reading began was carried there
        if first and end[first - 1] > low:
            end[first - 1] = low
        if whole:
            keep[first:last] &= end[first:last] > high
    return end, np.flatnonzero(keep)


def merged(stretches: Iterable[Stretch], apart: float = 0.0) -> list[Stretch]:
    """Those that touch, or are no farther apart than that, become one; oldest first."""
    result: list[Stretch] = []
    for start, end in sorted(stretches):
        if result and start <= result[-1][1] + apart:
            if end > result[-1][1]:
                result[-1] = (result[-1][0], end)
        else:
            result.append((start, end))
    return result


def visible(stretches: Sequence[Stretch], start: float, end: float) -> Sequence[Stretch]:
    """Those of merged ones that reach into a span."""
    low = _first(stretches, start)
    high = low
    while high < len(stretches) and stretches[high][0] < end:
        high += 1
    return stretches[low:high]


def _first(stretches: Sequence[Stretch], instant: float) -> int:
    """The first that ends after an instant."""
    low, high = 0, len(stretches)
    while low < high:
        middle = (low + high) // 2
        if stretches[middle][1] <= instant:
            low = middle + 1
        else:
            high = middle
    return low
