"""Watch: waits for a tag to say something, and to say it after the write.

A poll that was under way while the command was written brings a value the device had before. Where that value is the
one that is hoped for (the pump was running already), taking it for the answer would prove nothing. So:

    the tag read otherwise when the write left   the first value that satisfies is newer: it had to move
    it satisfied already, or nobody knew         a value counts that the device itself dates after the write,
                                                 or the second arrival: its poll began after the first had come

A value that a person put in the place of the measurement proves nothing, whatever it says.
A loss in between changes nothing of that: what a broker has retained comes anew after it, and is no newer.
Arrivals are told apart by their time being another, never later: the machine's clock may step. A device's own dates
count only where its clock was not ahead of ours. What was satisfied once stays so: a pulse is an answer too.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from supervisor.columns import Columns
from supervisor.flow import Change
from supervisor.model import BAD, Quality


class Watch:
    """Made just before the write leaves."""

    def __init__(self, table: Columns, tag: int, satisfies: Callable[[float], bool], now: int) -> None:
        """`tag` is its index; `now` the instant in ns UTC."""
        self.met = False
        self.last = float("nan")
        """The last believable value since the write; NaN where there was none."""
        self.lost = False
        """The tag is of bad quality since."""
        quality = int(table["quality"][tag])
        self._table = table
        self.tag = tag
        self._satisfies = satisfies
        self._sent = now
        value = float(table["value"][tag])
        self._standing = quality >= BAD or quality == Quality.SUBSTITUTED or satisfies(value)
        self._arrival = int(table["arrival_time"][tag])
        self._dated = int(table["source_time"][tag]) <= now
        self._arrivals = 0

    def absorb(self, change: Change) -> None:
        """News by the ordinary road."""
        for at in np.flatnonzero(change.index == self.tag).tolist():
            if change.quality[at] >= BAD:
                self.lost = True
            elif change.quality[at] != Quality.SUBSTITUTED and self._news(change):
                self._arrival = change.arrival_time
                self._take(float(change.value[at]), int(change.source_time[at]))

    def _news(self, change: Change) -> bool:
        """Whether the device said it: what stands again after a substitution is no arrival."""
        return change.arrival_time <= int(self._table["arrival_time"][self.tag])

    def poll(self) -> bool:
        """Look whether the value was confirmed without moving, of which no change tells. True once satisfied."""
        arrival = int(self._table["arrival_time"][self.tag])
        if arrival != self._arrival:
            self._arrival = arrival
            quality = int(self._table["quality"][self.tag])
            if quality < BAD and quality != Quality.SUBSTITUTED:
                self._take(float(self._table["value"][self.tag]), int(self._table["source_time"][self.tag]))
        return self.met

    def _take(self, value: float, source_time: int) -> None:
        self.lost, self.last = False, value
        if not self._satisfies(value):
            self._standing = False
            return
        newer = (self._dated and source_time > self._sent) or self._arrivals > 0
        self.met = self.met or not self._standing or newer
        self._arrivals += 1
