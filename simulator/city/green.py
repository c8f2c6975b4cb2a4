"""Green spaces: soil probes that remember the rain, rain gauges, and the valves of irrigation."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import ClassVar

import numpy as np

from simulator.city.fleet import Physics
from simulator.city.weather import DAY_S, Moment, Weather, climate
from simulator.world import World
from supervisor.clock import SECOND
from supervisor.model import Equipment

WILTED, CAPACITY = 11.0, 41.0
"""% of water by volume that a soil keeps however dry it gets, and holds at most."""
DRYING_S = 12 * DAY_S
MEMORY_S = 40 * DAY_S
TIP_MM = 0.2
"""What one tip of the gauge's bucket counts."""
VALVE_S = 2.0
"""From order to feedback; the flow follows with about the same."""
WATERED_M3 = 900.0
"""What the meter of a valve has counted in its years."""


class Soil(Physics):
    """Moisture rises with rain and dries faster in summer; the ground follows the air within hours."""

    def __init__(self, world: World, equipment: Sequence[Equipment], weather: Weather, seed: int) -> None:
        super().__init__(world, equipment, weather, seed)
        self._tag = {tag: self.slot(tag) for tag in ("moisture", "temperature", "battery")}
        self._gain = self.draw(0.55, 1.0, "gain")
        """% of moisture per mm of rain."""
        self._thirst = self.draw(0.8, 1.5, "thirst")
        self._battery = np.round(self.draw(55, 98, "battery"))
        self.moisture = np.full(self.size, 25.0)
        self._warmth = np.full(self.size, 12.0)
        self._rained = 0.0

    def begin(self, moment: Moment) -> None:
        steps = np.arange(moment.t - MEMORY_S, moment.t, 6 * 3600.0)
        self._rained = self.weather.total(float(steps[0]))
        self.moisture[:] = 25.0
        for t in steps[1:].tolist():
            self._soak(t, 6 * 3600.0)
        day = [self.weather.moment(round((moment.t - hours * 3600) * SECOND), 0) for hours in range(0, 24, 3)]
        self._warmth[:] = sum(past.sky.temperature for past in day) / len(day)
        self.step(moment)

    def step(self, moment: Moment) -> None:
        self._soak(moment.t, moment.dt)
        self._warmth += (moment.sky.temperature - self._warmth) * (1 - math.exp(-moment.dt / 20_000))
        self._tag["moisture"].write(np.round(self.moisture, 1))
        self._tag["temperature"].write(np.round(self._warmth, 1))
        self._tag["battery"].write(self._battery)

    def _soak(self, t: float, dt: float) -> None:
        total = self.weather.total(t)
        drunk, self._rained = max(total - self._rained, 0.0), total
        pace = self._thirst * (0.25 + climate(t) / 16) / DRYING_S
        dried = WILTED + (self.moisture - WILTED) * np.exp(-dt * pace)
        self.moisture = np.minimum(dried + self._gain * drunk, CAPACITY)


class Gauge(Physics):
    """The shower reaches each gauge a little later and a little stronger or weaker."""

    def __init__(self, world: World, equipment: Sequence[Equipment], weather: Weather, seed: int) -> None:
        super().__init__(world, equipment, weather, seed)
        self._tag = {tag: self.slot(tag) for tag in ("intensity", "total", "battery")}
        self._delay = self.draw(0, 600, "delay")
        self._factor = self.draw(0.9, 1.1, "factor")
        self._battery = np.round(self.draw(60, 98, "battery"))

    def begin(self, moment: Moment) -> None:
        self.step(moment)

    def step(self, moment: Moment) -> None:
        fallen = np.array([self.weather.total(t) for t in (moment.t - self._delay).tolist()])
        self._tag["intensity"].write(np.round(self.weather.rain(moment.t - self._delay) * self._factor, 1))
        self._tag["total"].write(np.round(np.floor(fallen * self._factor / TIP_MM) * TIP_MM, 1))
        self._tag["battery"].write(self._battery)


class Valves(Physics):
    """A valve opens and closes as it is told, within seconds; the meter counts what flows."""

    counting: ClassVar[bool] = True

    def __init__(self, world: World, equipment: Sequence[Equipment], weather: Weather, seed: int) -> None:
        super().__init__(world, equipment, weather, seed)
        self._order, self._open = self.slot("order"), self.slot("open")
        self._flow, self._volume = self.slot("flow"), self.slot("volume")
        self._nominal = self.draw(3.0, 6.5, "nominal")
        """m³/h of an open valve."""
        self._position = np.zeros(self.size)
        """0 closed, 1 open."""
        self.volume = self.draw(0.4, 1.0, "volume") * WATERED_M3

    def begin(self, moment: Moment) -> None:
        self._order.write(0.0)
        self._position[:] = 0
        self.step(moment)

    def step(self, moment: Moment) -> None:
        wish = self._order.read() > 0
        step = moment.dt / VALVE_S
        self._position = np.clip(self._position + np.where(wish, step, -step), 0, 1)
        flow = self._nominal * self._position * (1 + self.noise(0.01))
        self.volume = self.volume + flow * moment.dt / 3600
        self._open.write(self._position >= 0.5)
        self._flow.write(np.maximum(flow, 0.0))
        self._volume.write(np.round(self.volume, 2))
