"""Round trips: how long the last answers of a controller took; the middle one, and what 99 in 100 stay within."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

KEPT = 300
"""Answers that are looked back on: of fewer than a hundred, "99 in 100" would be the slowest one by definition. At ten
requests a second they are those of the last half minute."""

NOTHING = (math.nan, math.nan)


class RoundTrips:
    """A ring of the last `KEPT`. It costs a partition of 300 numbers (some microseconds) where something is new, and
    nothing where nothing is: a dead link has no ring at all."""

    def __init__(self) -> None:
        self._ring = np.empty(0)
        self._count = 0
        self.ms = NOTHING
        """The middle one and the 99th of a hundred (nearest rank), milliseconds; NaN while nothing was answered."""

    def add(self, seconds: Sequence[float]) -> None:
        """The latest, oldest first."""
        latest = np.asarray(seconds[-KEPT:])
        if not len(self._ring):
            self._ring = np.empty(KEPT)
        places = (self._count + np.arange(len(latest))) % KEPT
        self._ring[places] = latest
        self._count += len(latest)
        self.ms = _ranks(self._ring[: min(self._count, KEPT)])

    def clear(self) -> None:
        """Those of before a loss say nothing of after it."""
        if self._count:
            self._ring, self._count, self.ms = np.empty(0), 0, NOTHING


def _ranks(kept: np.ndarray[tuple[int], np.dtype[np.float64]]) -> tuple[float, float]:
    """Nearest ranks, of one value or more."""
    n = len(kept)
    half, most = math.ceil(0.5 * n) - 1, math.ceil(0.99 * n) - 1
    parted = np.partition(kept, (half, most))
    return 1000 * float(parted[half]), 1000 * float(parted[most])
