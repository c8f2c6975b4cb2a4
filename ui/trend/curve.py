"""Curve: the points of one pen, past and live, as two arrays. No Qt.

    history ──(bucketed to the pixels)──> past ──┐
    live values, as the window sees them ─────────┴──> points() with NaN where nothing is known

The live part is kept only since the last read of the history: peaks between two frames are in the history, and the
next read brings them.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from supervisor.clock import SECOND

Times = NDArray[np.float64]
"""Seconds UTC, as the plot wants them."""
Values = NDArray[np.float64]

LIVE_CAPACITY = 4096


class Ring:
    """The newest live values of a pen; the oldest give way."""

    def __init__(self, capacity: int = LIVE_CAPACITY) -> None:
        self._time = np.empty(2 * capacity)
        self._value = np.empty(2 * capacity)
        self._capacity = capacity
        self._count = 0

    def append(self, time: float, value: float) -> None:
        if self._count == len(self._time):
            keep = self._capacity
            self._time[:keep], self._value[:keep] = self._time[-keep:], self._value[-keep:]
            self._count = keep
        self._time[self._count], self._value[self._count] = time, value
        self._count += 1

    def after(self, time: float) -> tuple[Times, Values]:
        """What came later than `time`; views."""
        first = int(np.searchsorted(self._time[: self._count], time, side="right"))
        return self._time[first : self._count], self._value[first : self._count]


class Curve:
    """See the module."""

    def __init__(self, steps: bool) -> None:
        self.steps = steps
        """Hold each value until the next, as states do; otherwise join them by straight lines."""
        self._past: tuple[Times, Values] = (np.empty(0), np.empty(0))
        self._live = Ring()

    def add(self, source_time: int, value: float) -> None:
        """A live value, NaN where it is bad; `source_time` in ns UTC."""
        self._live.append(source_time / SECOND, value)

    def replace(self, time: Times, value: Values) -> None:
        """What the history says, oldest first, NaN where nothing is known."""
        self._past = (time, value)

    def points(self, now: float) -> tuple[Times, Values]:
        """All of it, with the last value carried to `now` (seconds UTC)."""
        time, value = self._past
        fresh, values = self._live.after(time[-1] if len(time) else -np.inf)
        time, value = np.concatenate([time, fresh]), np.concatenate([value, values])
        if len(time) and time[-1] < now:
            time, value = np.append(time, now), np.append(value, value[-1])
        return stepped(time, value) if self.steps else (time, value)

    def at(self, instant: float) -> float:
        """The value in force at an instant (seconds UTC); NaN where none is known."""
        time, value = self._past
        fresh, values = self._live.after(time[-1] if len(time) else -np.inf)
        time, value = np.concatenate([time, fresh]), np.concatenate([value, values])
        row = int(np.searchsorted(time, instant, side="right")) - 1
        return float(value[row]) if row >= 0 else float("nan")

    def unknown(self, now: float) -> list[tuple[float, float]]:
        """Spans in which nothing is known, for hatching: seconds UTC."""
        time, value = self.points(now)
        bad = np.isnan(value)
        if not bad.any():
            return []
        edges = np.flatnonzero(np.diff(np.concatenate([[False], bad, [False]]).astype(np.int8)))
        ends = np.append(time, time[-1])
        return [(float(time[a]), float(ends[b])) for a, b in edges.reshape(-1, 2).tolist()]


def stepped(time: Times, value: Values) -> tuple[Times, Values]:
    """The same as stairs: each value holds until the next."""
    if len(time) < 2:
        return time, value
    return np.repeat(time, 2)[1:], np.repeat(value, 2)[:-1]


def envelope(time: Times, low: Values, high: Values) -> tuple[Times, Values]:
    """Buckets as one line that touches the lowest and the highest of each: no peak is lost."""
    flat = np.array_equal(low, high, equal_nan=True)
    if flat:
        return time, low
    return np.repeat(time, 2), np.column_stack([low, high]).ravel()


def nice_range(value: Values) -> tuple[float, float]:
    """A range that holds all of it with some air, on round numbers; for tags whose type gives none."""
    known = value[np.isfinite(value)]
    if not len(known):
        return 0.0, 1.0
    low, high = float(known.min()), float(known.max())
    span = max(high - low, abs(high) * 0.02, 1e-3)
    step = 10 ** np.floor(np.log10(span)) / 2
    return float(np.floor((low - span * 0.05) / step) * step), float(np.ceil((high + span * 0.05) / step) * step)
