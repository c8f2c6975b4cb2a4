"""Durations: how long a tag was in each of its states, hour by hour: running hours, time open, time in fault.

Kept of every tag that is no measurement. Hours add up to days and months; ten minutes are worked out from the samples.
A bucket is start < t <= start + HOUR like those of rollups.py. Time without a good value is a state of its own, NaN.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from supervisor.clock import SECOND
from supervisor.database import Connection
from supervisor.flow import Times, Values
from supervisor.historian import codec
from supervisor.historian.samples import Samples, Span, join, samples
from supervisor.model import BAD

HOUR = 3600 * SECOND


@dataclass(slots=True)
class Tally:
    """A row for each state a bucket has seen, oldest bucket first."""

    start: Times
    state: Values
    """A position in `words` where there are any; NaN for time without a good value."""
    time: NDArray[np.int64]
    """ns spent in it."""
    words: tuple[str, ...] = ()

    def within(self, span: Span) -> Tally:
        """The buckets that begin in a span on the grid of hours."""
        rows = slice(*np.searchsorted(self.start, span).tolist())
        return Tally(self.start[rows], self.state[rows], self.time[rows], self.words)

    def sums(self) -> dict[float | str | None, int]:
        """State -> ns; None for time without a good value."""
        sums: dict[float | str | None, int] = {}
        for state, time in zip(self.state.tolist(), self.time.tolist(), strict=True):
            name = None if state != state else self.words[int(state)] if self.words else state
            sums[name] = sums.get(name, 0) + time
        return sums


def tally(whole: Samples, edges: Times, carried: Samples) -> Tally:
    """Of ordered samples within the edges; `carried` is the one in force at the first edge, or none."""
    led = (
        join([samples([int(edges[0])], carried.value, carried.quality, carried.words), whole])
        if len(carried)
        else whole
    )
    if not len(led):
        return Tally(edges[:0], led.value, edges[:0])
    cuts = np.union1d(led.time, edges[edges > led.time[0]])
    cuts = cuts[cuts <= edges[-1]]
    # of equal times the last to arrive rules
    ruling = np.searchsorted(led.time, cuts[:-1], "right") - 1
    state = np.where(led.quality >= BAD, np.nan, led.value)[ruling]
    bucket = np.searchsorted(edges, cuts[:-1], "right") - 1
    return _grouped(edges[bucket], state, np.diff(cuts), led.words)


def _grouped(start: Times, state: Values, time: NDArray[np.int64], words: tuple[str, ...]) -> Tally:
    """The time of equal states of a bucket, together."""
    if not len(start):
        return Tally(start, state, time, words)
    order = np.lexsort((state, start))
    start, state, time = start[order], state[order], time[order]
    same = (start[1:] == start[:-1]) & ((state[1:] == state[:-1]) | (np.isnan(state[1:]) & np.isnan(state[:-1])))
    first = np.concatenate(([0], np.flatnonzero(~same) + 1))
    return Tally(start[first], state[first], np.add.reduceat(time, first), words)


def store(connection: Connection, slot: int, start: int, found: Tally) -> None:
    """Put a partition's tally in the place of what was there; to do it twice changes nothing."""
    connection.execute("DELETE FROM duration WHERE tag = ? AND t0 = ?", (slot, start))
    if len(found.start):
        kept = samples(found.start, found.state, words=found.words)
        kept.lag = found.time
        connection.execute("INSERT INTO duration(tag, t0, data) VALUES (?, ?, ?)", (slot, start, codec.encode(kept)))


def load(connection: Connection, slot: int, span: Span, length: int) -> list[tuple[int, Tally]]:
    """Partition start -> tally, of the partitions of a length that reach into the span; oldest first."""
    rows = connection.execute(
        "SELECT t0, data FROM duration WHERE tag = ? AND t0 > ? AND t0 < ? ORDER BY t0",
        (slot, span[0] - length, span[1]),
    ).fetchall()
    return [(start, _decode(blob)) for start, blob in rows]


def _decode(blob: bytes) -> Tally:
    kept = codec.decode(blob)
    return Tally(kept.time, kept.value, kept.lag, kept.words)


def together(pieces: Sequence[Tally]) -> dict[float | str | None, int]:
    """State -> ns, of all of them."""
    sums: dict[float | str | None, int] = {}
    for piece in pieces:
        for state, time in piece.sums().items():
            sums[state] = sums.get(state, 0) + time
    return sums
