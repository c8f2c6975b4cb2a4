"""Chance that can be repeated: what is random hangs on one seed and on names, never on the order of things."""

from __future__ import annotations

import zlib

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Whole = NDArray[np.int64]


def dice(seed: int, *words: str | int) -> np.random.Generator:
    """A generator of its own for whatever `words` name: adding an equipment leaves the others as they were."""
    return np.random.default_rng([seed, *(zlib.crc32(str(word).encode()) for word in words)])


class Wander:
    """A value that drifts about zero, almost always within -1 to 1: three sines that never meet.

    A closed form of the instant, so it needs no past; one independent drift per element of `shape`.
    """

    def __init__(self, rng: np.random.Generator, shape: tuple[int, ...], period_s: float) -> None:
        scales = np.array([1.0, 0.37, 0.143]).reshape(3, *(1 for _ in shape))
        periods = period_s * scales * rng.uniform(0.8, 1.25, (3, *shape))
        self._pace = 2 * np.pi / periods
        self._phase = rng.uniform(0, 2 * np.pi, (3, *shape))
        self._weight = np.array([0.55, 0.3, 0.15]).reshape(scales.shape)

    def at(self, t: float) -> Floats:
        """The drift at `t`, seconds UTC."""
        drift: Floats = (self._weight * np.sin(self._pace * t + self._phase)).sum(axis=0)
        return drift
