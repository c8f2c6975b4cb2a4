"""The mixed workload of a city: 100 devices of 20 tags, polled every 0.5 to 10 s, kept on change with a heartbeat.

    decimals of 0.1 37 % of the samples · of 0.01 19 % · raw converter counts, scaled 16 % · meters in float32 17 %
    pulse counters 4 % · energies 6 % · states and setpoints 0.5 %

About 35 million samples a day of 2 000 tags. Every device is read at its interval give or take half a millisecond, one
read in a hundred stalls, and twice a day the device is away for some minutes. What a tag does at one read is drawn so
that its steps have the entropy plants show: 2.9 bits for decimals, 6 for converters, 2.2 for counters.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from supervisor.clock import SECOND
from supervisor.flow import Indices, Qualities, Times, Values
from supervisor.model import Quality

DAY = 86_400 * SECOND
POLLS = (0.5, 1.0, 2.0, 5.0, 10.0)
DEVICE = ("dec1",) * 8 + ("dec2",) * 4 + ("adc", "float32", "counter", "energy", "energy", "bool", "setpoint", "enum")
"""The kinds of the twenty tags of a device."""
HEARTBEAT = 600 * SECOND
Noise = np.random.Generator


@dataclass(frozen=True, slots=True)
class Stream:
    """A day of one tag."""

    tag: int
    kind: str
    time: Times
    """To the microsecond."""
    value: Values
    quality: Qualities


def days_of(devices: int, number: int, start: int) -> Iterator[Stream]:
    """Day `number` from `start` on, tag after tag; the same again for the same arguments."""
    for device in range(devices):
        noise = np.random.default_rng((number, device))
        scan, lost = _scans(noise, POLLS[device % len(POLLS)], start + number * DAY)
        for place, kind in enumerate(DEVICE):
            yield _stream(device * len(DEVICE) + place, kind, scan, lost, noise)


def together(streams: list[Stream]) -> tuple[Indices, Times, Values, Qualities]:
    """All tags in order of time, as a station hears them."""
    index = np.concatenate([np.full(len(stream.time), stream.tag, np.int32) for stream in streams])
    time = np.concatenate([stream.time for stream in streams])
    order = np.argsort(time, kind="stable")
    value = np.concatenate([stream.value for stream in streams])
    quality = np.concatenate([stream.quality for stream in streams])
    return index[order], time[order], value[order], quality[order]


def _scans(noise: Noise, poll: float, start: int) -> tuple[Times, NDArray[np.bool_]]:
    """When a device was read, to the microsecond, and which of the reads failed."""
    n = round(86_400 / poll)
    late = np.abs(noise.normal(0, 500, n)) + np.where(noise.random(n) < 0.01, noise.exponential(30_000, n), 0.0)
    time = start + (np.arange(n) * round(poll * 1e6) + late.astype(np.int64) + 1) * 1000
    lost = np.zeros(n, np.bool_)
    for away in noise.integers(0, n, 2).tolist():
        lost[away : away + round(noise.uniform(120, 1200) / poll)] = True
    return np.maximum.accumulate(time), lost


def _stream(tag: int, kind: str, scan: Times, lost: NDArray[np.bool_], noise: Noise) -> Stream:
    value = _KINDS[kind](len(scan), noise)
    value[lost] = np.nan
    kept = _changed(value) | _beats(scan)
    quality = np.where(lost, Quality.NOT_CONNECTED, Quality.GOOD).astype(np.uint8)
    return Stream(tag, kind, scan[kept], value[kept], quality[kept])


def _changed(value: Values) -> NDArray[np.bool_]:
    changed = np.ones(len(value), np.bool_)
    changed[1:] = (value[1:] != value[:-1]) & ~(np.isnan(value[1:]) & np.isnan(value[:-1]))
    return changed


def _beats(scan: Times) -> NDArray[np.bool_]:
    """The first read of every ten minutes: about as often as the heartbeat of a tag that stands still."""
    due = np.zeros(len(scan), np.bool_)
    due[1:] = np.diff(scan // HEARTBEAT) > 0
    return due


def _walk(n: int, noise: Noise, share: float, width: float) -> Values:
    """Whole steps of a spread of `width` at a `share` of the reads, drawn back towards where it began."""
    steps = np.where(noise.random(n) < share, np.rint(noise.normal(0, width, n)), 0.0)
    walk = np.cumsum(steps)
    drift = np.rint(50 * np.sin(np.linspace(0, 2 * np.pi, n)))
    return np.abs(walk % 4000 - 2000) + drift  # folded back: a measurement has a range


def _counted(n: int, noise: Noise, share: float, most: int) -> Values:
    return np.cumsum(np.where(noise.random(n) < share, noise.integers(1, most + 1, n), 0)).astype(np.float64)


def _level(n: int, noise: Noise, width: float) -> Values:
    """A level that wanders slowly under noise of a given spread."""
    return np.cumsum(noise.normal(0, width / 8, n)) * 0.2 + noise.normal(0, width / 1.4, n)


_KINDS: dict[str, Callable[[int, Noise], Values]] = {
    "dec1": lambda n, noise: (200 + _walk(n, noise, 0.3, 1.9)) / 10,
    "dec2": lambda n, noise: (500 + _walk(n, noise, 0.3, 1.8)) / 100,
    "adc": lambda n, noise: np.clip(np.rint(13_000 + _level(n, noise, 15.0)), 0, 27_648) / 27_648.0 * 10.0,
    "float32": lambda n, noise: (230 + _level(n, noise, 0.4)).astype(np.float32).astype(np.float64),
    "counter": lambda n, noise: 41_000 + _counted(n, noise, 0.2, 5),
    "energy": lambda n, noise: 90_000 + _counted(n, noise, 0.16, 1) / 10 + 0.0,
    "bool": lambda n, noise: (np.cumsum(noise.random(n) < 0.001) % 2).astype(np.float64),
    "setpoint": lambda n, noise: np.cumsum(noise.random(n) < 0.0002) * 0.5 % 5 + 18,
    "enum": lambda n, noise: (np.cumsum(noise.random(n) < 0.001) * 3 % 7).astype(np.float64),
}
