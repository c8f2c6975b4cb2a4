"""TagTable: the live value of every tag, one numpy column per field.

`apply` is the only way in. It scales, refuses what is older than what it holds (law 1), writes the columns and
says what moved. It never looks at a tag alone.

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
        change = self._store(batch, value, now)
        change.late = late
        return change

    def _engineering(self, batch: Batch) -> NDArray[np.float64]:
        value = batch.value * self._scale[batch.index] + self._offset[batch.index]
        for position, text in batch.texts.items():
            value[position] = self.texts.code(text)
        value[batch.quality >= BAD] = np.nan
        return value

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


def _rows(batch: Batch, value: NDArray[np.float64], now: int, positions: NDArray[np.intp]) -> Change:
    return Change(batch.index[positions], value[positions], batch.quality[positions], batch.source_time[positions], now)


def _nothing(now: int, late: Change) -> Change:
    none = np.empty(0, np.int32)
    return Change(none, np.empty(0), np.empty(0, np.uint8), np.empty(0, np.int64), now, late)
