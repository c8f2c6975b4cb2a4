"""TagTable: the live value of every tag, one numpy column per field.

`apply` is the only way in, but for what a person puts in the place of a measurement (`substitute`). It scales, marks
what the device can't have measured, refuses what is older than what it holds (law 1), writes the columns and says what
moved. It never looks at a tag alone.

    value         engineering units; NaN where the quality is bad (law 2)
    quality       `Quality` codes
    source_time   when the device measured, ns UTC
    arrival_time  when a batch last confirmed the value, changed or not, ns UTC
    generation    the table's turn at the last change of value or quality: a reader keeps the highest it has seen
    status        the full OPC UA StatusCode, 0 elsewhere
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from supervisor.clock import SECOND
from supervisor.columns import Columns
from supervisor.flow import Batch, Change, Indices
from supervisor.model import BAD, Quality, Tag
from supervisor.texts import Texts

FIELDS = {
    "value": "<f8",
    "quality": "u1",
    "source_time": "<i8",
    "arrival_time": "<i8",
    "generation": "<u8",
    "status": "<u4",
}
_NEVER = np.iinfo(np.int64).min
AHEAD = 60 * SECOND
"""A device whose clock is further ahead than this is dated by its arrival: otherwise one value from the year 2099
would make every later one of that tag look old for ever."""


class Beneath(NamedTuple):
    """One row of the table."""

    value: float
    quality: int
    source_time: int
    status: int


class TagTable:
    """See the module."""

    def __init__(self, tags: Sequence[Tag], path: Path | None = None, texts: Texts | None = None) -> None:
        self.columns = Columns.create(len(tags), FIELDS, path)
        self.texts = texts or Texts.create()
        self.columns["value"][:] = np.nan
        self.columns["quality"][:] = Quality.NEVER_READ
        self._scale = np.array([tag.source.scale if tag.source else 1.0 for tag in tags], np.float64)
        self._offset = np.array([tag.source.offset if tag.source else 0.0 for tag in tags], np.float64)
        self._device_time = np.full(len(tags), _NEVER, np.int64)
        """The newest time a device itself gave: a loss, dated by the station, never holds up one with a slow clock."""
        self._generation = 0
        self._limits = _limits(tags)
        self._beneath: dict[int, Beneath] = {}
        """Row of a substituted tag -> what its controller says meanwhile."""

    def apply(self, batch: Batch, now: int) -> Change:
        """Take a batch in which no tag occurs twice and say what moved. `now` is the arrival time."""
        value = self._engineering(batch)
        if len(batch) and batch.source_time.max() > now + AHEAD:
            batch.source_time = np.where(batch.source_time > now + AHEAD, now, batch.source_time)
        if batch.historical:
            return _nothing(now, _rows(batch, value, now, np.arange(len(batch))))
        late = None
        if not batch.loss:
            newer = batch.source_time >= self._device_time[batch.index]
            if not newer.all():
                late = _rows(batch, value, now, np.flatnonzero(~newer))
                keep = np.flatnonzero(newer)
                batch, value = batch.take(keep), value[keep]
            self._device_time[batch.index] = batch.source_time
        if self._beneath:
            batch, value = self._withhold(batch, value, now)
        change = self._store(batch, value, now)
        change.late = late
        return change

    def _engineering(self, batch: Batch) -> NDArray[np.float64]:
        value = batch.value * self._scale[batch.index] + self._offset[batch.index]
        for position, text in batch.texts.items():
            value[position] = self.texts.code(text)
        value[batch.quality >= BAD] = np.nan
        if self._limits is not None:
            self._mark(batch, self._limits)
        return value

    def _mark(self, batch: Batch, limits: NDArray[np.float64]) -> None:
        """A good value outside what its device can measure is shown, and marked."""
        low, high = limits[:, batch.index]
        out = ((batch.value < low) | (batch.value > high)) & (batch.quality == Quality.GOOD)
        if out.any():
            batch.quality = np.where(out, np.uint8(Quality.OUT_OF_RANGE), batch.quality)

    def substitute(self, index: int, value: float, now: int) -> Change:
        """A value by hand, in engineering units: it stands until released, whatever the controller says meanwhile."""
        if index not in self._beneath:
            self._beneath[index] = self._row(index)
        return self._put(index, Beneath(value, Quality.SUBSTITUTED, now, 0), now)

    def release(self, index: int, now: int) -> Change:
        """What the controller said last stands again, with the time it gave it."""
        if index not in self._beneath:
            return self._store(Batch.of([], [], now), np.empty(0), now)
        return self._put(index, self._beneath.pop(index), now)

    def _row(self, index: int) -> Beneath:
        value, quality, time, status = (
            self.columns[name][index].item() for name in ("value", "quality", "source_time", "status")
        )
        return Beneath(value, quality, time, status)

    def _put(self, index: int, row: Beneath, now: int) -> Change:
        batch = Batch.of([index], row.value, row.source_time, row.quality)
        batch.status, batch.loss = np.array([row.status], np.uint32), True  # not news of the device
        return self._store(batch, np.array([row.value]), now)

    def _withhold(self, batch: Batch, value: NDArray[np.float64], now: int) -> tuple[Batch, NDArray[np.float64]]:
        """What is left after the tags that are substituted; those are kept beneath."""
        withheld = np.isin(batch.index, list(self._beneath))
        for at in np.flatnonzero(withheld).tolist():
            if not batch.loss:
                self.columns["arrival_time"][batch.index[at]] = now
            status = 0 if batch.status is None else int(batch.status[at])
            self._beneath[int(batch.index[at])] = Beneath(
                float(value[at]), int(batch.quality[at]), int(batch.source_time[at]), status
            )
        rest = np.flatnonzero(~withheld)
        return batch.take(rest), value[rest]

    def _store(self, batch: Batch, value: NDArray[np.float64], now: int) -> Change:
        columns, index = self.columns, batch.index
        old = columns["value"][index]
        same = (old == value) | (np.isnan(old) & np.isnan(value))
        moved = np.flatnonzero(~same | (columns["quality"][index] != batch.quality))
        self._generation += 1
        with columns.writing():
            columns["value"][index] = value
            columns["quality"][index] = batch.quality
            columns["source_time"][index] = batch.source_time
            columns["generation"][index[moved]] = self._generation
            if not batch.loss:
                columns["arrival_time"][index] = now
            if batch.status is not None:
                columns["status"][index] = batch.status
        return _rows(batch, value, now, moved)

    def forget_times(self, now: int) -> None:
        """Take the next value of every tag whatever its time: the clock that dated the present ones was set back.

        Without this a polled tag, which the station dates, would stand still, and look live, until the clock has
        come back to where it was.
        """
        self._device_time[:] = _NEVER
        self.columns["arrival_time"][:] = now  # the watch for silence starts anew

    def stale(self, limit: NDArray[np.int64], now: int) -> Indices:
        """Tags that are not bad yet and had no news for longer than `limit` (ns per tag, 0 for never)."""
        age = now - self.columns["arrival_time"]
        return np.flatnonzero((limit > 0) & (age > limit) & (self.columns["quality"] < BAD)).astype(np.int32)


def _limits(tags: Sequence[Tag]) -> NDArray[np.float64] | None:
    """Raw limits, lowest and highest by row; None where no tag has any."""
    limits = np.array(
        [(tag.source.raw_low, tag.source.raw_high) if tag.source else (np.nan, np.nan) for tag in tags], np.float64
    )
    return None if np.isnan(limits).all() else np.ascontiguousarray(limits.reshape(-1, 2).T)


def _rows(batch: Batch, value: NDArray[np.float64], now: int, positions: NDArray[np.intp]) -> Change:
    return Change(batch.index[positions], value[positions], batch.quality[positions], batch.source_time[positions], now)


def _nothing(now: int, late: Change) -> Change:
    none = np.empty(0, np.int32)
    return Change(none, np.empty(0), np.empty(0, np.uint8), np.empty(0, np.int64), now, late)
