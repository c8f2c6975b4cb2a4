"""Gather: what a handful of messages brought, on its way to becoming one Batch.

A loss cuts: what came before it, the loss, and what came after must reach the table in that order.
"""

from __future__ import annotations

from collections.abc import Sequence

from supervisor.flow import Batch
from supervisor.model import Quality


class Samples:
    """Four lists of one length and the texts, as `Batch.of` wants them; oldest first."""

    def __init__(self) -> None:
        self.index: list[int] = []
        self.value: list[float] = []
        self.quality: list[int] = []
        self.time: list[int] = []
        """ns UTC."""
        self.texts: dict[int, str] = {}

    def add(self, index: int, value: float | str | None, quality: int, time: int) -> None:
        """One sample; None is a value that the device says it does not have."""
        if isinstance(value, str):
            self.texts[len(self.index)] = value
            value = 0.0
        elif value is None:
            value, quality = float("nan"), Quality.DEVICE_FAULT
        self.index.append(index)
        self.value.append(value)
        self.quality.append(quality)
        self.time.append(time)

    def batch(self, historical: bool = False) -> Batch:
        return Batch.of(self.index, self.value, self.time, self.quality, self.texts, historical)  # type: ignore[arg-type]


class Gather:
    """See the module."""

    def __init__(self) -> None:
        self.live = Samples()
        self.history = Samples()
        """Replayed by a device."""
        self._done: list[Batch] = []

    def lose(self, index: Sequence[int], quality: Quality, now: int) -> None:
        """These tags have no value from here on."""
        self._cut()
        self._done.append(Batch.lost(index, quality, now))

    def finish(self) -> list[Batch]:
        """Everything gathered since the last time, in order; usually one batch."""
        self._cut()
        if self.history.index:
            self._done.append(self.history.batch(historical=True))
            self.history = Samples()
        done, self._done = self._done, []
        return done

    def _cut(self) -> None:
        if self.live.index:
            self._done.append(self.live.batch())
            self.live = Samples()
