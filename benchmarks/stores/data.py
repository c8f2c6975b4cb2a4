"""The same samples for every store: an hour of the mixed workload of 2 000 tags, and a year of one tag."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from benchmarks import workload
from benchmarks.workload import DAY
from supervisor.clock import SECOND
from supervisor.flow import Indices, Qualities, Times, Values
from supervisor.model import Quality

DEVICES = 100
YEAR = DEVICES * len(workload.DEVICE)
"""The tag that has a year of samples; those before it have an hour."""
KILLED = YEAR + 1
"""The tag that is written while a store is killed."""
PIXELS = 2000
HOUR = 3600 * SECOND
_MS = SECOND // 1000
Columns = tuple[Indices, Times, Values, Qualities]


@dataclass(frozen=True, slots=True)
class Batch:
    """Some samples in order of time, to the millisecond: what every one of the stores can keep."""

    index: Indices
    time: Times
    value: Values
    """NaN where the quality is bad."""
    quality: Qualities

    def __len__(self) -> int:
        return len(self.index)

    def cut(self, most: int) -> Iterator[Batch]:
        for low in range(0, len(self), most):
            rows = slice(low, low + most)
            yield Batch(self.index[rows], self.time[rows], self.value[rows], self.quality[rows])


@dataclass(frozen=True, slots=True)
class Data:
    """What is written, and what is asked."""

    hour: Batch
    year: Batch
    start: int
    """Of the year; a column is start + i * width < t <= start + (i + 1) * width."""
    width: int
    instant: int

    @property
    def end(self) -> int:
        return self.start + PIXELS * self.width


def make(days: int, step_s: int) -> Data:
    """The year ends yesterday: VictoriaMetrics takes nothing that is older than what it keeps, nor the future."""
    end = (time.time_ns() // DAY - 1) * DAY
    width = days * DAY // PIXELS // _MS * _MS
    start = end - PIXELS * width
    hour = _ordered(list(_hour(end - DAY)))
    return Data(hour, _ordered([_year(start, end, step_s)]), start, width, end - DAY + 40 * 60 * SECOND)


def _ordered(pieces: list[Columns]) -> Batch:
    index, at, value, quality = (np.concatenate(column) for column in zip(*pieces, strict=True))
    order = np.argsort(at, kind="stable")
    return Batch(index[order], at[order], value[order], quality[order])


def _hour(start: int) -> Iterator[Columns]:
    for stream in workload.days_of(DEVICES, 0, start):
        at = stream.time - stream.time % _MS
        # two samples of one millisecond: of those most stores keep one
        kept = np.flatnonzero((at <= start + HOUR) & np.append(at[1:] != at[:-1], True))
        yield np.full(len(kept), stream.tag, np.int32), at[kept], stream.value[kept], stream.quality[kept]


def _year(start: int, end: int, step_s: int) -> Columns:
    n = (end - start) // (step_s * SECOND)
    noise = np.random.default_rng(7)
    at = start + (np.arange(n) * step_s * 1000 + noise.integers(1, 900, n)) * _MS
    value = np.round(5 + np.cumsum(noise.normal(0, 0.02, n)), 2)
    value[n // 3], value[n // 2] = 500.0, -400.0  # peaks that no column may lose
    return np.full(n, YEAR, np.int32), at, value, np.full(n, Quality.GOOD, np.uint8)
