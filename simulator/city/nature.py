"""Nature: everything that happens in the city, in order, a step at a time.

weather -> incidents -> each physics -> what mischief holds fast
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from simulator.city.fleet import Physics
from simulator.city.incidents import DEMO_RATE, Incidents
from simulator.city.table import PHYSICS
from simulator.city.weather import Moment, Shower, Weather
from simulator.world import World
from supervisor.clock import SECOND
from supervisor.model import Equipment, Tag


class Nature:
    """See the module. `rate`: incidents an hour."""

    def __init__(self, world: World, seed: int = 1, rate: float = DEMO_RATE) -> None:
        site = world.site
        self.world = world
        self.weather = Weather(site.latitude, site.longitude, site.zone, seed)
        self.incidents = Incidents(seed, rate)
        self.physics: Mapping[str, Physics] = {
            kind: law(world, fleet, self.weather, seed)
            for kind, law in PHYSICS.items()
            if (fleet := _fleet(world, kind))
        }
        self._asked: list[tuple[float, float]] = []
        self.held: dict[int, float] = {}
        """Tag index -> the value it shows whatever physics says."""
        self.moment: Moment
        """The last step's."""
        self._index, self._value = np.zeros(0, np.int64), np.zeros(0)

    def begin(self, now: int) -> None:
        """Make the world plausible at `now`, ns UTC on the city's own clock."""
        self.moment = self.weather.moment(now, 0.0)
        self.incidents.begin(self.moment)
        for physics in self.physics.values():
            physics.begin(self.moment)
        self._hold_fast()

    def step(self, now: int, dt_s: float) -> None:
        """Live through the `dt_s` seconds that end at `now`."""
        while self._asked:
            strength, minutes = self._asked.pop()
            self.weather.order(Shower(now / SECOND - dt_s, minutes * 60, strength, flat=True))
        self.moment = self.weather.moment(now, dt_s)
        self.incidents.step(self.moment, self.physics, self.weather)
        for physics in self.physics.values():
            physics.step(self.moment)
        self._hold_fast()

    def hold(self, tag: Tag, value: float | None = None) -> float:
        """The tag shows `value`, or what it shows now, until it is released; returns what it shows."""
        shown = float(self.world.value[tag.index]) if value is None else value
        self.held[tag.index] = shown
        self._note()
        return shown

    def release(self, tag: Tag) -> bool:
        """False where nothing was held."""
        known = self.held.pop(tag.index, None) is not None
        self._note()
        return known

    def rain(self, millimetres_per_hour: float, minutes: float) -> None:
        """A steady shower from the next step on, on top of the weather."""
        self._asked.append((millimetres_per_hour, minutes))

    def _note(self) -> None:
        self._index = np.fromiter(self.held.keys(), np.int64, len(self.held))
        self._value = np.fromiter(self.held.values(), np.float64, len(self.held))
        self._hold_fast()

    def _hold_fast(self) -> None:
        self.world.value[self._index] = self._value


def _fleet(world: World, kind: str) -> list[Equipment]:
    return [equipment for equipment in world.site.equipment if equipment.type.id == kind]
