"""Batch and Change: the only two things that travel up.

A driver publishes a `Batch` in raw units; `TagTable.apply` turns it into the `Change` that alarms, historian and
desk consume. Both are arrays of one length, never a value at a time.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from supervisor.model import Quality

Indices = NDArray[np.int32]
Values = NDArray[np.float64]
Qualities = NDArray[np.uint8]
Times = NDArray[np.int64]
Statuses = NDArray[np.uint32]


@dataclass(slots=True)
class Batch:
    """What one driver read at one go. Within a batch a tag may occur several times, oldest first."""

    index: Indices
    """Indices into `Site.tags`."""
    value: Values
    """Raw units of the device; NaN where the quality is bad. Ignored at positions listed in `texts`."""
    quality: Qualities
    """`Quality` codes."""
    source_time: Times
    """When the device says it measured, in ns UTC; the driver puts its own `now` where the device says nothing."""
    status: Statuses | None = None
    """Full OPC UA StatusCodes where the protocol has them."""
    texts: Mapping[int, str] = field(default_factory=dict)
    """Position in this batch -> the text of a text tag."""
    historical: bool = False
    """Replayed by the device: goes to history only, never touches a live value."""
    loss: bool = False
    """Made by the station, not by the device (link lost, stale): marks quality, leaves the device's clock alone."""

    @classmethod
    def of(
        cls,
        index: Sequence[int] | Indices,
        value: ArrayLike,
        source_time: int | Times,
        quality: int | Qualities = Quality.GOOD,
        texts: Mapping[int, str] | None = None,
        historical: bool = False,
    ) -> Batch:
        """A batch from lists or arrays; a single value, time or quality stands for all."""
        tags = np.asarray(index, np.int32)
        n = len(tags)
        return cls(
            tags,
            _full(value, n, np.float64),
            _full(quality, n, np.uint8),
            _full(source_time, n, np.int64),
            texts=texts or {},
            historical=historical,
        )

    @classmethod
    def lost(cls, index: Sequence[int] | Indices, quality: Quality, now: int) -> Batch:
        """Bad quality for all of `index`: loss is a value, not an exception."""
        batch = cls.of(index, np.nan, now, quality)
        batch.loss = True
        return batch

    def __len__(self) -> int:
        return len(self.index)

    def rounds(self) -> Iterator[Batch]:
        """This batch as batches in which no tag occurs twice, in order."""
        ordered = np.sort(self.index)  # np.unique hashes, and costs more than all the rest of the road together
        if not (ordered[1:] == ordered[:-1]).any():
            yield self
            return
        seen: dict[int, int] = {}
        turn = np.empty(len(self.index), np.int32)
        for position, tag in enumerate(self.index.tolist()):
            turn[position] = seen[tag] = seen.get(tag, -1) + 1
        for number in range(int(turn.max(initial=0)) + 1):
            yield self.take(np.flatnonzero(turn == number))

    def take(self, positions: NDArray[np.intp]) -> Batch:
        """The rows at `positions` as a batch of their own."""
        texts = {}
        if self.texts:
            texts = {new: self.texts[old] for new, old in enumerate(positions.tolist()) if old in self.texts}
        return Batch(
            self.index[positions],
            self.value[positions],
            self.quality[positions],
            self.source_time[positions],
            None if self.status is None else self.status[positions],
            texts,
            self.historical,
            self.loss,
        )


@dataclass(slots=True)
class Change:
    """What moved: tags whose live value or quality is now another, in engineering units, each tag at most once."""

    index: Indices
    value: Values
    quality: Qualities
    source_time: Times
    arrival_time: int
    """When the batch reached the station, in ns UTC."""
    late: Change | None = None
    """Samples older than what the table holds, or replayed: for the historian only (law 1)."""

    def __len__(self) -> int:
        return len(self.index)


def _full(value: ArrayLike, n: int, dtype: type[np.generic]) -> NDArray[Any]:
    array: NDArray[Any] = np.asarray(value, dtype)
    return array if array.ndim else np.full(n, array, dtype)
