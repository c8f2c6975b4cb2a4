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

Instants = NDArray[np.int64]
"""ns UTC, growing."""

Stretch = tuple[NDArray[np.int32], NDArray[np.int64], NDArray[np.float64]]
"""Tag indices (k), source times in ns UTC (m, growing), values in engineering units (m, k)."""


def past(site: Site, start_ns: int, end_ns: int, step_s: float, seed: int = 1) -> Iterator[Stretch]:
    """The numbers, booleans and states of the city at `start < t <= end`, every `step_s` seconds, oldest first.

    Texts are left out. The index is the same in every stretch. Give the seed that the live city will have.
    """
    return tell(site, instants(start_ns, end_ns, step_s), seed)


def instants(start_ns: int, end_ns: int, step_s: float) -> Instants:
    """`start < t <= end`, every `step_s` seconds, so that the last one is `end`."""
    step = round(step_s * SECOND)
    return end_ns - np.arange((end_ns - start_ns - 1) // step, -1, -1, dtype=np.int64) * step


def tell(site: Site, times: Instants, seed: int = 1) -> Iterator[Stretch]:
    """As `past`, at instants of the caller's choice, growing: coarse first, fine towards the end, in one life.

    Counters fit within one telling; two tellings in a row would each be fitted to the present of its own end.
    """
    told = _told(site)
    if not len(told) or not len(times):
        return
    shift = _seam(site, times, seed, told)
    nature, last = _awake(site, times, seed)
    for first in range(0, len(times), BLOCK):
        block = times[first : first + BLOCK]
        values = np.empty((len(block), len(told)))
        for row, now in enumerate(block.tolist()):
            nature.step(now, (now - last) / SECOND)
            values[row], last = nature.world.value[told], now
        yield told, block, values + shift


def _told(site: Site) -> NDArray[np.int32]:
    """Tags of devices that have a number to tell."""
    return np.array([tag.index for tag in site.tags if tag.source and tag.spec.kind is not Kind.TEXT], np.int32)


def _awake(site: Site, times: Instants, seed: int, counting: bool = False) -> tuple[Nature, int]:
    """The city a step before the first instant; `counting`: only what moves counters that are no closed form."""
    nature = Nature(World(site), seed, PAST_RATE)
    nature.incidents.showers = False
    if counting:
        nature.physics = {kind: each for kind, each in nature.physics.items() if each.counting}
    before = int(2 * times[0] - times[1]) if len(times) > 1 else int(times[0]) - SECOND
    nature.begin(before)
    return nature, before


def _counted(tag: Tag, nature: Nature) -> bool:
    """Whether it is a counter that `nature` moves."""
    equipment = tag.equipment
    whole = nature.world.site.equipment_by_id.get(equipment.parent, equipment)
    return tag.spec.kind is Kind.COUNTER and bool({equipment.type.id, whole.type.id} & set(nature.physics))


def _seam(site: Site, times: Instants, seed: int, told: NDArray[np.int32]) -> Floats:
    """What to add to each counter so that the past ends where the present begins."""
    life, last = _awake(site, times, seed, counting=True)
    counts = np.array([_counted(site.tags[index], life) for index in told.tolist()], np.bool_)
    for now in times.tolist():
        life.step(now, (now - last) / SECOND)
        last = now
    present = Nature(World(site), seed)
    present.begin(int(times[-1]))
    gap = np.floor(present.world.value[told] - life.world.value[told])
    return np.where(counts, gap, 0.0)
