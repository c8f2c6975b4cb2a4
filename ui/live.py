"""Live: the window's own copy of the live columns, pulled once a frame. No Qt.

    station ── columns in a mapped file ──> Live.pull() ──> views that are visible look up what they show

When the station stops beating every value turns bad: a dead station's last values must not look alive.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from supervisor.clock import SECOND
from supervisor.columns import Columns
from supervisor.model import Quality

DEAD_AFTER = 800 * SECOND // 1000
"""Nanoseconds without a beat after which the station counts as dead: four beats are missing, and with the next frame
the operator still reads it within a second."""


class Live:
    """Copies of `value`, `quality`, `source_time` and `arrival_time`, and which rows moved at the last pull."""

    def __init__(self, columns: Columns) -> None:
        n = len(columns)
        self.value = np.full(n, np.nan)
        self.quality = np.full(n, Quality.NEVER_READ, np.uint8)
        self.source_time = np.zeros(n, np.int64)
        self.arrival_time = np.zeros(n, np.int64)
        self.alive = True
        self.attach(columns)

    def attach(self, columns: Columns) -> None:
        """Look at these columns from now on; the same site, perhaps another station process."""
        self._columns = columns
        self._seen = -1
        self._turn = -1

    def pull(self, now: int) -> NDArray[np.intp]:
        """Take over what moved since the last pull and return the rows; `now` in ns UTC."""
        # either way from now: after the clock was set back a dead station's last beat lies in the future
        alive = abs(now - self._columns.beat) < DEAD_AFTER
        if alive != self.alive:
            self.alive = alive
            return self._die() if not alive else self._take(-1)
        if not alive or self._columns.turn == self._turn:
            return np.empty(0, np.intp)
        return self._take(self._seen)

    def _take(self, seen: int) -> NDArray[np.intp]:
        self._turn = self._columns.turn

        def copy(columns: Columns) -> tuple[NDArray[np.intp], int, list[NDArray[np.generic]]]:
            generation = columns["generation"]
            moved = np.flatnonzero(generation.astype(np.int64) > seen)
            names = ("value", "quality", "source_time", "arrival_time")
            return moved, int(generation.max(initial=0)), [columns[name][moved] for name in names]

        moved, self._seen, (value, quality, source, arrival) = self._columns.read(copy)
        self.value[moved], self.quality[moved] = value, quality
        self.source_time[moved], self.arrival_time[moved] = source, arrival
        return moved

    def _die(self) -> NDArray[np.intp]:
        self.value[:] = np.nan
        self.quality[:] = Quality.NOT_CONNECTED
        return np.arange(len(self.value))
