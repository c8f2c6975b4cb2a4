"""Curve: what is known of one pen over time, past and live, as segments in which something is in force. No Qt.

    history ──(exact samples, or columns of lowest, mean and highest)──> Past ──┐
    live values as the window sees them, from where the past ends ──────────────┴──> segments ──> line, cursor, figures

Exact samples are drawn as steps, numbers too: the historian keeps a value only when it left its deadband, so a value
that stood still for ten minutes has no samples in between, and a straight line would draw a ramp that never was. Where
samples are dense a stair looks like a line anyway. Columns are drawn as the band from their lowest to their highest.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from supervisor.clock import SECOND
from supervisor.historian.history import Trend
from ui.trend.missed import NO_SPANS, NONE, Missing, Spans, Stretch, cut, merged

Times = NDArray[np.float64]
"""Seconds UTC, as the plot wants them."""
Values = NDArray[np.float64]

NOTHING: Values = np.empty(0)
LIVE_CAPACITY = 4096


class Segments(NamedTuple):
    """Rows of equal length, oldest first: from `start` to `end` (seconds UTC) the values lay between low and high.

    NaN where the quality was bad. Between two rows that do not touch nothing is known.
    """

    start: Times
    end: Times
    low: Values
    high: Values
    mean: Values

    @classmethod
    def held(cls, time: Times, value: Values, until: float) -> Segments:
        """Values that each rule until the next, the last one until `until`."""
        end = np.append(time[1:], max(until, float(time[-1]))) if len(time) else NOTHING
        return cls(time, end, value, value, value)


class Figures(NamedTuple):
    """Lowest, time-weighted mean and highest of a stretch; NaN where nothing is known."""

    low: float
    mean: float
    high: float


@dataclass(slots=True)
class Past:
    """What one read of the history said."""

    segments: Segments
    bad: tuple[Stretch, ...] = ()
    """Where the quality was bad or a hole is, merged, oldest first."""
    until: float = -np.inf
    """Up to where it is complete, seconds UTC."""
    exact: bool = True
    open: bool = True
    """It was read up to the present of then: live values may continue it."""
    missing: Missing = NONE
    """The holes of the ledger."""
    filled: tuple[Stretch, ...] = ()
    """Those whose values came later, merged."""
    bad_spans: Spans = NO_SPANS
    filled_spans: Spans = NO_SPANS
    """The same, for the painter."""
    unsure: float = 0.0
    """Up to where what came later than the instant may be in it, seconds UTC; 0 where nothing is."""

    @classmethod
    def of(cls, trend: Trend, open_: bool, missing: Missing = NONE, apart: float = 0.0) -> Past:
        """`apart`: what is no farther apart, in seconds, is hatched as one."""
        until = trend.until / SECOND
        holes = merged(missing.stretches(filled=False, until=until))
        bad = merged([*((start / SECOND, end / SECOND) for start, end in trend.bad), *holes], apart)
        filled = tuple(merged(missing.stretches(filled=True, until=until), apart))
        segments = _broken(_segments(trend, until), holes, bool(trend.step))
        spans = Spans(bad), Spans(filled)
        unsure = trend.unsure / SECOND
        return cls(segments, tuple(bad), until, not trend.step, open_, missing, filled, *spans, unsure)


def _segments(trend: Trend, until: float) -> Segments:
    time = trend.time / SECOND
    if not trend.step:
        return Segments.held(time, trend.mean, until)
    half = trend.step / SECOND / 2
    return Segments(time - half, np.minimum(time + half, until), trend.low, trend.high, trend.mean)


def _broken(known: Segments, holes: list[Stretch], columns: bool) -> Segments:
    if not holes or not len(known.start):
        return known
    end, keep = cut(known.start, known.end, holes, columns)
    return Segments(known.start[keep], end[keep], known.low[keep], known.high[keep], known.mean[keep])


class Ring:
    """The newest live values of a pen; the oldest give way. Times never go back."""

    def __init__(self, capacity: int = LIVE_CAPACITY) -> None:
        self._time = np.empty(2 * capacity)
        self._value = np.empty(2 * capacity)
        self._capacity = capacity
        self._count = 0

    def append(self, time: float, value: float) -> None:
        last = self._time[self._count - 1] if self._count else -np.inf
        if time < last:
            return
        if time == last:
            self._count -= 1
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

    def before(self, time: float) -> tuple[float, float]:
        """Time and value of the last one not later than `time`; minus infinity and NaN for none."""
        row = int(np.searchsorted(self._time[: self._count], time, side="right")) - 1
        return (float(self._time[row]), float(self._value[row])) if row >= 0 else (-np.inf, float("nan"))


@dataclass
class Curve:
    """See the module."""

    past: Past = field(default_factory=lambda: Past(Segments(*[NOTHING] * 5)))
    _live: Ring = field(default_factory=Ring)
    _drawn: tuple[Past, Times, Values] | None = None
    """The polyline of a past: made once, for a pan asks for it thirty times a second."""

    def add(self, time: float, value: float) -> None:
        """A live value, NaN where it is bad; seconds UTC."""
        self._live.append(time, value)

    def segments(self, now: float) -> Segments:
        """All of it, the last value carried to `now` (seconds UTC)."""
        past, tail = self.past.segments, self._tail(now)
        return Segments(*(np.concatenate(pair) for pair in zip(past, tail, strict=True)))

    def line(self, now: float) -> tuple[Times, Values]:
        """All of it as one polyline, with NaN where it is interrupted."""
        past = self.past
        if self._drawn is None or self._drawn[0] is not past:
            self._drawn = (past, *(_steps(past.segments) if past.exact else _band(past.segments)))
        second = _steps(self._tail(now))
        return np.concatenate([self._drawn[1], second[0]]), np.concatenate([self._drawn[2], second[1]])

    def at(self, instant: float, now: float) -> float:
        """The value in force at an instant (the mean of its column); NaN where none is known."""
        known = self.segments(now)
        row = int(np.searchsorted(known.start, instant, side="right")) - 1
        if row < 0 or (instant > known.end[row] and not np.isclose(instant, known.end[row], atol=1e-6, rtol=0)):
            return float("nan")
        return float(known.mean[row])

    def figures(self, start: float, end: float, now: float) -> Figures:
        """Of what was known between two instants."""
        known = self.segments(now)
        weight = np.minimum(known.end, end) - np.maximum(known.start, start)
        rows = np.flatnonzero((weight > 0) & ~np.isnan(known.mean))
        if not len(rows):
            return Figures(*[float("nan")] * 3)
        mean = np.average(known.mean[rows], weights=weight[rows])
        return Figures(float(known.low[rows].min()), float(mean), float(known.high[rows].max()))

    def bad(self, now: float) -> list[Stretch]:
        """Where values came that can't be believed, oldest first; for hatching."""
        tail = self._tail(now)
        rows = np.flatnonzero(np.isnan(tail.mean))
        if not len(rows):
            return list(self.past.bad)
        return merged([*self.past.bad, *zip(tail.start[rows].tolist(), tail.end[rows].tolist(), strict=True)])

    def _tail(self, now: float) -> Segments:
        """From the end of the past to `now`, by the live values."""
        past = self.past
        if not past.open:
            return Segments(*[NOTHING] * 5)
        time, value = self._live.after(past.until)
        if np.isfinite(past.until):
            time, value = np.append(past.until, time), np.append(self._seam(), value)
        if not len(time):
            return Segments(*[NOTHING] * 5)
        return Segments.held(time, value, now)

    def _seam(self) -> float:
        """The value in force where the past ends."""
        past = self.past.segments
        instant, value = self._live.before(self.past.until)
        if len(past.start) and (past.start[-1] >= instant or np.isnan(value)):
            touching = past.end[-1] >= self.past.until - 1e-3
            return float(past.mean[-1]) if touching else float("nan")
        return value


def _steps(known: Segments) -> tuple[Times, Values]:
    """Two points a row, and a NaN where a row does not reach the next one: nothing joins what a hole parts."""
    time, value = np.column_stack([known.start, known.end]).ravel(), np.repeat(known.mean, 2)
    gaps = np.flatnonzero(known.start[1:] > known.end[:-1]) + 1
    return (
        (np.insert(time, 2 * gaps, known.end[gaps - 1]), np.insert(value, 2 * gaps, np.nan))
        if len(gaps)
        else (time, value)
    )


def _band(known: Segments) -> tuple[Times, Values]:
    """Two points in the middle of each column, so that no peak is lost; the nearer one to the column before first."""
    if not len(known.start):
        return NOTHING, NOTHING
    rising = np.concatenate([[True], np.diff(known.mean) >= 0])
    first, second = np.where(rising, known.low, known.high), np.where(rising, known.high, known.low)
    time = np.repeat((known.start + known.end) / 2, 2)
    value = np.column_stack([first, second]).ravel()
    gaps = np.flatnonzero(known.start[1:] - known.end[:-1] > 0.5 * (known.end - known.start)[:-1]) + 1
    return np.insert(time, 2 * gaps, known.end[gaps - 1]), np.insert(value, 2 * gaps, np.nan)
