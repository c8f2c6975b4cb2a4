"""Car parks: cars in, cars out, places left, and the sign at the entrance.

How many cars ought to be there is a closed form of the week; a closed car park loses its arrivals and finds its
occupancy again within the hour after it opens.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import ClassVar

import numpy as np

from simulator.city import rhythm
from simulator.city.chance import Flags, Floats, Wander
from simulator.city.fleet import Physics
from simulator.city.waste import EPOCH_MONDAY_H
from simulator.city.weather import Moment, Weather
from simulator.world import Rejected, World
from supervisor.model import Equipment

OPEN, FULL, CLOSED = 0, 1, 2
WHIM_S = 240.0
"""How far the arrivals run ahead of or behind the curve."""
TURNOVER = 0.22
"""Share of the parked cars that are replaced within an hour."""
FULL_SHARE, OPEN_SHARE = 0.985, 0.96
BACK_S = 1_800.0


class Parking(Physics):
    """See the module."""

    counting: ClassVar[bool] = True
    FAULTS: ClassVar[Mapping[str, int]] = {"barrier": 1, "payment": 1}

    def __init__(self, world: World, equipment: Sequence[Equipment], weather: Weather, seed: int) -> None:
        super().__init__(world, equipment, weather, seed)
        shown = ("free", "capacity", "entries", "exits", "barrier_fault", "payment_fault", "sign", "online")
        self._tag = {tag: self.slot(tag) for tag in shown}
        self._tag["sign"].on_write(self._write_sign)
        drawn = np.round(self.draw(16, 62, "capacity")) * 10
        given = [equipment.args.get("capacity", "") for equipment in self.equipment]
        self.capacity = np.array([float(text or size) for text, size in zip(given, drawn.tolist(), strict=True)])
        self._appeal = self.draw(0.8, 1.07, "appeal")
        self._parked = rhythm.week(rhythm.PARKED)
        rise = np.diff(self._parked)
        replaced = TURNOVER * (self._parked[:-1] + self._parked[1:]) / 2
        self._in = np.concatenate([[0.0], np.cumsum(replaced + np.maximum(rise, 0))])
        self._out = np.concatenate([[0.0], np.cumsum(replaced + np.maximum(-rise, 0))])
        self._whim = Wander(self.rng, (self.size,), 6_000.0)
        self._zone_h = 1.0
        self.entries, self.exits, self.parked = np.zeros((3, self.size))

    def _write_sign(self, where: tuple[int, ...], value: float) -> None:
        if value not in (OPEN, FULL, CLOSED):
            raise Rejected(f"the sign cannot show {value:g}")
        self._tag["sign"].put(where, value)

    def begin(self, moment: Moment) -> None:
        hours = (moment.t / 3600) % 24
        self._zone_h = round(moment.hour - hours + 12) % 24 - 12
        week = self._week(moment)
        self.entries, self.exits = self._expected(week, self._in), self._expected(week, self._out)
        self.parked = self._usual(week)
        self._tag["sign"].write(np.where(self.parked >= FULL_SHARE * self.capacity, FULL, OPEN))
        self.step(moment)

    def step(self, moment: Moment) -> None:
        week = self._week(moment)
        sign = self._tag["sign"].read()
        if moment.dt:
            self._drive(moment, week, sign)
        free = np.clip(np.round(self.capacity - self.parked), 0, self.capacity)
        share = self.parked / self.capacity
        auto = np.where(share >= FULL_SHARE, FULL, np.where(share <= OPEN_SHARE, OPEN, sign))
        shown: dict[str, Floats | Flags | float] = {
            "free": free,
            "capacity": self.capacity,
            "entries": np.floor(self.entries),
            "exits": np.floor(self.exits),
            "barrier_fault": self.struck("barrier", moment)[:, 0],
            "payment_fault": self.struck("payment", moment)[:, 0],
            "sign": np.where(sign == CLOSED, sign, auto),
            "online": 1.0,
        }
        for tag, values in shown.items():
            self._tag[tag].write(values)

    def _week(self, moment: Moment) -> Floats:
        """Hours of local time since the Monday before 1970, each car park with its whim."""
        return (moment.t + WHIM_S * self._whim.at(moment.t)) / 3600 + EPOCH_MONDAY_H + self._zone_h

    def _expected(self, week: Floats, table: Floats) -> Floats:
        """Cars since some week of 2024, if nothing had ever come in between."""
        weeks = np.floor(week / 168)
        share = (weeks - 2_820) * table[-1] + np.interp(week - weeks * 168, np.arange(169), table)
        cars: Floats = share * self.capacity * self._appeal
        return cars

    def _usual(self, week: Floats) -> Floats:
        parked = np.interp(week % 168, np.arange(169), self._parked) * self.capacity * self._appeal
        usual: Floats = np.minimum(parked, self.capacity)
        return usual

    def _drive(self, moment: Moment, week: Floats, sign: Floats) -> None:
        """Cars of this step: `parked` is always entries less exits since the beginning."""
        hours = moment.dt / 3600
        usual = self._usual(week)
        away = usual * TURNOVER * hours
        wanted = np.maximum(usual - self.parked, 0) * (1 - math.exp(-moment.dt / BACK_S)) + away
        shut = (sign == CLOSED) | self.struck("barrier", moment)[:, 0]
        entering = np.where(shut, 0.0, np.minimum(wanted, self.capacity - self.parked + away))
        leaving = away + np.maximum(self.parked - usual, 0) * (1 - math.exp(-moment.dt / BACK_S))
        leaving = np.minimum(leaving, self.parked)
        self.parked = self.parked + entering - leaving
        self.entries, self.exits = self.entries + entering, self.exits + leaving
