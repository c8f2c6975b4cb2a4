"""Gather: what a handful of messages brought, on its way to becoming one Batch.

A loss cuts: what came before it, the loss, and what came after must reach the table in that order.
"""

from __future__ import annotations

from collections.abc import Container, Sequence

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

    def drop(self, start: int, tags: Container[int]) -> None:
        """Take back what came from `start` on for these tags."""
        rows = [(place, index) for place, index in enumerate(self.index) if place < start or index not in tags]
        if len(rows) < len(self.index):
            self._keep([place for place, _ in rows])

    def split(self, newest: Samples, older: Samples | None) -> None:
        """The last sample of each tag to `newest`, the others to `older`."""
        last = {index: place for place, index in enumerate(self.index)}
        for place, index in enumerate(self.index):
            samples = newest if last[index] == place else older
            if samples is not None:
                value = self.texts.get(place, self.value[place])
                samples.add(index, value, self.quality[place], self.time[place])

    def _keep(self, places: Sequence[int]) -> None:
        self.texts = {new: self.texts[old] for new, old in enumerate(places) if old in self.texts}
        self.index = [self.index[place] for place in places]
        self.value = [self.value[place] for place in places]
        self.quality = [self.quality[place] for place in places]
        self.time = [self.time[place] for place in places]

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
