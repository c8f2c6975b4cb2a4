"""The past: the same city run fast, to give the historian something to show on the first day.

Counters must go on where live watching takes them up. So the time is lived twice with the same seed: once to see where
the counters end, once to tell it with every counter moved so that it ends where `Nature.begin` starts it at `end`.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from simulator.city.chance import Floats
from simulator.city.incidents import PAST_RATE
from simulator.city.nature import Nature
from simulator.world import World
from supervisor.clock import SECOND
from supervisor.model import Kind, Site, Tag

BLOCK = 64
"""Instants told at a time."""

Stretch = tuple[NDArray[np.int32], NDArray[np.int64], NDArray[np.float64]]
"""Tag indices (k), source times in ns UTC (m, growing), values in engineering units (m, k)."""


def past(site: Site, start_ns: int, end_ns: int, step_s: float, seed: int = 1) -> Iterator[Stretch]:
    """The numbers, booleans and states of the city at `start < t <= end`, every `step_s` seconds, oldest first.

    Texts are left out. The index is the same in every stretch. Give the seed that the live city will have.
    """
    told = _told(site)
    if not len(told):
        return
    times = end_ns - np.arange((end_ns - start_ns - 1) // round(step_s * SECOND), -1, -1) * round(step_s * SECOND)
    shift = _seam(site, times, step_s, seed, told)
    nature = _awake(site, int(times[0]), step_s, seed)
    for first in range(0, len(times), BLOCK):
        block = times[first : first + BLOCK]
        values = np.empty((len(block), len(told)))
        for row, now in enumerate(block.tolist()):
            nature.step(now, step_s)
            values[row] = nature.world.value[told]
        yield told, block, values + shift


def _told(site: Site) -> NDArray[np.int32]:
    """Tags of devices that have a number to tell."""
    return np.array([tag.index for tag in site.tags if tag.source and tag.spec.kind is not Kind.TEXT], np.int32)


def _awake(site: Site, first: int, step_s: float, seed: int, counting: bool = False) -> Nature:
    """The city a step before `first`; `counting`: only what moves counters that are no closed form."""
    nature = Nature(World(site), seed, PAST_RATE)
    nature.incidents.showers = False
    if counting:
        nature.physics = {kind: each for kind, each in nature.physics.items() if each.counting}
    nature.begin(first - round(step_s * SECOND))
    return nature


def _counted(tag: Tag, nature: Nature) -> bool:
    """Whether it is a counter that `nature` moves."""
    equipment = tag.equipment
    whole = nature.world.site.equipment_by_id.get(equipment.parent, equipment)
    return tag.spec.kind is Kind.COUNTER and bool({equipment.type.id, whole.type.id} & set(nature.physics))


def _seam(site: Site, times: NDArray[np.int64], step_s: float, seed: int, told: NDArray[np.int32]) -> Floats:
    """What to add to each counter so that the past ends where the present begins."""
    first_life = _awake(site, int(times[0]), step_s, seed, counting=True)
    counts = np.array([_counted(site.tags[index], first_life) for index in told.tolist()], np.bool_)
    for now in times.tolist():
        first_life.step(now, step_s)
    present = Nature(World(site), seed)
    present.begin(int(times[-1]))
    gap = np.floor(present.world.value[told] - first_life.world.value[told])
    return np.where(counts, gap, 0.0)
