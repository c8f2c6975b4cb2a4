"""Summary: exact figures of one tag over one span, from the samples themselves. No Qt; runs in a thread.

The value in force when the span begins counts from its start; bad time is left out of the mean and told as a share.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from supervisor.clock import SECOND
from supervisor.historian.history import History, Samples
from supervisor.model import BAD, Tag

AT_ONCE = 400_000
"""Samples read with one call: the lock of the history is given back between two."""
MOST = 4_000_000
"""Samples beyond which a span is told from the columns of its trend, and said to be about so."""
COLUMNS = 4_000


@dataclass(frozen=True)
class Summary:
    """See the module; NaN where nothing is known."""

    span: tuple[float, float]
    """Seconds UTC; up to where the history knows anything."""
    low: float
    mean: float
    """Time-weighted, over good time."""
    high: float
    count: int
    """Samples, bad ones too."""
    good: float
    """Share of the span with a good value in force, 0 to 1."""
    states: tuple[tuple[float, float], ...] = ()
    """Value and seconds in it, the longest first; of a tag with states."""
    exact: bool = True


class _Sum:
    """What adds up, piece by piece."""

    def __init__(self, carried: tuple[float, bool]) -> None:
        self._value, self._good = carried
        self.low, self.high = np.inf, -np.inf
        self.integral = 0.0
        self.good_s = 0.0
        self.count = 0
        self.states: dict[float, float] = {}

    def add(self, found: Samples, start: int, end: int, by_state: bool) -> None:
        """The samples of start < t <= end."""
        self.count += len(found)
        found = found.interrupted((start, end))
        time = np.concatenate(([start], found.time, [end]))
        value = np.concatenate(([self._value], found.value))
        good = np.concatenate(([self._good], found.quality < BAD)) & np.isfinite(value)
        seconds = np.diff(time) / SECOND
        self._value, self._good = float(value[-1]), bool(good[-1])
        if not good.any():
            return
        kept, weight = value[good], seconds[good]
        self.low, self.high = min(self.low, float(kept.min())), max(self.high, float(kept.max()))
        self.integral += float(kept @ weight)
        self.good_s += float(weight.sum())
        if by_state:
            values, rows = np.unique(kept, return_inverse=True)
            for state, spent in zip(values.tolist(), np.bincount(rows, weight).tolist(), strict=True):
                self.states[state] = self.states.get(state, 0.0) + spent


def summarise(history: History, tag: Tag, start: float, end: float) -> Summary:
    """Of start < t <= end, seconds UTC. Raises StoreError where the history can't be read."""
    first, last = round(start * SECOND), min(round(end * SECOND), history.known())
    if last <= first:
        nan = float("nan")
        return Summary((start, start), nan, nan, nan, 0, nan)
    count = history.count(tag.id, first, last)
    if count > MOST:
        return _about(history, tag, (first, last), count)
    before = history.at([tag.id], first)
    total = _Sum((float(before.value[0]), bool(before.time[0] > 0 and before.quality[0] < BAD)))
    edges = np.linspace(first, last, -(-count // AT_ONCE) + 1 if count else 2).astype(np.int64).tolist()
    edges[0], edges[-1] = first, last
    for low, high in pairwise(edges):
        total.add(history.samples(tag.id, low, high), low, high, bool(tag.spec.states))
    return _told(total, first, last)


def _told(total: _Sum, first: int, last: int) -> Summary:
    nan = float("nan")
    known = total.low <= total.high
    mean = total.integral / total.good_s if total.good_s else total.low
    states = tuple(sorted(total.states.items(), key=lambda one: -one[1]))
    return Summary(
        (first / SECOND, last / SECOND),
        total.low if known else nan,
        mean if known else nan,
        total.high if known else nan,
        total.count,
        total.good_s / ((last - first) / SECOND),
        states,
    )


def _about(history: History, tag: Tag, span: tuple[int, int], count: int) -> Summary:
    """From columns: lowest and highest stay exact, the shares are those of whole columns."""
    trend = history.trend(tag.id, *span, COLUMNS)
    known = ~np.isnan(trend.mean)
    bad = sum(high - low for low, high in trend.bad) / (span[1] - span[0])
    covered = int(known.sum()) * trend.step / (span[1] - span[0])
    figures = (float("nan"),) * 3
    if known.any():
        figures = (float(trend.low[known].min()), float(trend.mean[known].mean()), float(trend.high[known].max()))
    times = (span[0] / SECOND, span[1] / SECOND)
    return Summary(times, *figures, count, max(min(covered, 1.0) - bad, 0.0), (), exact=False)
