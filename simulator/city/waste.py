"""Voluntary-drop containers: filling since the last round, temperature, tilt, battery, radio."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar

import numpy as np

from simulator.city import rhythm
from simulator.city.chance import Floats
from simulator.city.fleet import Physics
from simulator.city.weather import DAY_S, FIRST_DAY, Moment, Weather
from simulator.world import World
from supervisor.model import Equipment

BLAZE_C = 85.0
"""How much hotter a burning container gets."""
EPOCH_MONDAY_H = 72.0
"""1970-01-01 was a Thursday: hours from its Monday."""


class Waste(Physics):
    """See the module."""

    FAULTS: ClassVar[Mapping[str, int]] = {"fire": 1, "tilt": 1}

    def __init__(self, world: World, equipment: Sequence[Equipment], weather: Weather, seed: int) -> None:
        super().__init__(world, equipment, weather, seed)
        self._tag = {tag: self.slot(tag) for tag in ("fill", "temperature", "tilt", "battery", "rssi")}
        self._drops = np.concatenate([[0.0], np.cumsum(rhythm.week(rhythm.DROPS)[:-1])])
        self._period = np.array([2.0, 3.0, 4.0, 7.0])[self.draw(0, 3.999, "period").astype(np.int64)] * DAY_S
        self._round = np.floor(self.draw(0, 7, "day")) * DAY_S + self.draw(5.0, 10.0, "hour") * 3600
        mean = self._drops[-1] / 168
        self._rate = self.draw(45, 92, "rate") / (self._period / 3600 * mean)
        """% per unit of `DROPS` and hour: most are emptied in time."""
        self._battery = self.draw(42, 96, "battery")
        self._radio = self.draw(-112, -84, "radio")
        self._heat = np.zeros(self.size)

    def begin(self, moment: Moment) -> None:
        self._heat[:] = 0
        self.step(moment)

    def step(self, moment: Moment) -> None:
        emptied = moment.t - (moment.t - self._round) % self._period
        fill = np.clip(self._rate * (self._dropped(moment.t) - self._dropped(emptied)), 0, 100)
        burning = self.struck("fire", moment)[:, 0]
        tau = np.where(burning, 70.0, 400.0)
        self._heat = BLAZE_C * burning + (self._heat - BLAZE_C * burning) * np.exp(-moment.dt / tau)
        air = moment.sky.temperature + 1.5 + moment.sky.lux / 14_000
        self._tag["fill"].write(np.round(fill, 1))
        self._tag["temperature"].write(np.round(air + self._heat + self.noise(0.1), 1))
        self._tag["tilt"].write(self.struck("tilt", moment)[:, 0])
        worn = (moment.t / DAY_S - FIRST_DAY) * 0.02
        self._tag["battery"].write(np.round(np.maximum(self._battery - worn % 24, 5)))
        self._tag["rssi"].write(np.round(self._radio + self.noise(1.5)))

    def _dropped(self, t: Floats | float) -> Floats:
        """Units of `DROPS` since 1970; never falls."""
        hours = np.asarray(t, np.float64) / 3600 + EPOCH_MONDAY_H
        weeks = np.floor(hours / 168)
        dropped: Floats = weeks * self._drops[-1] + np.interp(hours - weeks * 168, np.arange(169), self._drops)
        return dropped
