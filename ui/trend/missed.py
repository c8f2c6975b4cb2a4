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
        here = damage.tag in ("", tag.id) and damage.span[0] < end and damage.span[1] > start
        if here and (damage.samples or (damage.part == "rollup" and not history.count(tag.id, *damage.span))):
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


class Spans:
    """Merged stretches, oldest first, for a painter that asks for them thirty times a second."""

    def __init__(self, stretches: Sequence[Stretch] = ()) -> None:
        table = np.array(stretches, np.float64).reshape(-1, 2)
        self._start, self._end = table[:, 0].copy(), table[:, 1].copy()

    def any(self, start: float, end: float) -> bool:
        """Whether any reaches into a span."""
        return bool(np.searchsorted(self._start, end) > np.searchsorted(self._end, start, "right"))

    def runs(self, start: float, end: float, width: float, apart: float) -> list[Stretch]:
        """From and to in pixels of a plot of that width, at least a pixel each; those no more than `apart` pixels from
        each other are one."""
        first, last = np.searchsorted(self._end, start, "right"), np.searchsorted(self._start, end)
        if last <= first:
            return []
        scale = width / (end - start)
        left = np.floor((np.maximum(self._start[first:last], start) - start) * scale)
        right = np.maximum(np.ceil((np.minimum(self._end[first:last], end) - start) * scale), left + 1)
        turns = np.flatnonzero(left[1:] > right[:-1] + apart) + 1
        begin, stop = np.concatenate(([0], turns)), np.append(turns, len(left)) - 1
        return list(zip(left[begin].tolist(), right[stop].tolist(), strict=True))


NO_SPANS = Spans()
