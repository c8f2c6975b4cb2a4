"""Heating of buildings: a boiler, two mixed circuits, and rooms that cool at night and take hours to be warm again.

    order ─> regime ─> setpoint ─┐
    outside ─────────────────────┴─> flow of the circuit ─ pump ─> rooms ─ walls ─> outside

A controller that nobody has led yet keeps a week clock of its own; from the first order on it does as it is told.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar

import numpy as np

from simulator.city.chance import Flags, Floats
from simulator.city.fleet import Physics
from simulator.city.weather import DAY_S, FIRST_DAY, Moment, Weather
from simulator.world import Rejected, World
from supervisor.clock import SECOND
from supervisor.model import Equipment

CIRCUITS = 2
OFF = 2
"""Mode of the boiler room."""
FROST, REDUCED, COMFORT = 0, 1, 2
FROST_C, REDUCED_C, COMFORT_C = 8.0, 16.0, 19.0
OPENING = (6.0, 18.0)
"""Local hours of comfort on working days, of the controller's own clock."""
HOTTEST_C, COLDEST_C = 75.0, 20.0
"""Of the water of a circuit."""
BOOST = 12.0
"""°C of water for each °C the rooms are too cold."""
WATER_S, STANDING_S, BOILER_S = 240.0, 5_400.0, 600.0
"""Time constants of the water that flows, of the water that stands, and of the boiler."""
SUN_C = 4.0
"""What full sun warms the rooms by, as if it were so much warmer outside."""
KWH_A_M3 = 9.7
"""Heat of a cubic metre of gas in a boiler of our days."""
BEFORE_S, STEP_S = 36 * 3600.0, 1_800.0
"""How far back the rooms have lived before the city begins, and in which steps."""
MEAN_KW = 14.0
"""Over the year, for the gas meter's reading at the beginning."""


class Heating(Physics):
    """See the module."""

    counting: ClassVar[bool] = True
    FAULTS: ClassVar[Mapping[str, int]] = {"burner": 1, "pump": CIRCUITS, "gas": 1, "leak": 1}

    def __init__(self, world: World, equipment: Sequence[Equipment], weather: Weather, seed: int) -> None:
        super().__init__(world, equipment, weather, seed)
        self._place()
        circuits = (self.size, CIRCUITS)
        self._led = np.zeros(circuits, np.bool_)
        self._wanted = np.zeros(self.size)
        """What the own clock asked for last."""
        self._slow = self.draw(26, 38, "walls", CIRCUITS) * 3600
        """Time constant of the rooms, s."""
        self._nominal = self.draw(35, 90, "nominal", CIRCUITS)
        """kW with water 50 °C above the rooms."""
        self._sensor = self.draw(-0.5, 0.5, "sensor")
        self.room = np.full(circuits, COMFORT_C)
        self._water = np.full(circuits, 30.0)
        self._boiler = np.full(self.size, 40.0)
        self._calling = np.zeros(circuits, np.bool_)
        self.gas = np.zeros(self.size)

    def _place(self) -> None:
        names = [f"H{number + 1}" for number in range(CIRCUITS)]
        tags = ("order", "regime", "room", "setpoint", "comfort_setpoint", "reduced_setpoint", "water", "valve", "pump")
        self._tag = {tag: self.slots([f"{name}.{tag}" for name in names]) for tag in (*tags, "pump_fault")}
        own = ("mode", "boiler", "outside", "flow", "return", "pressure", "power", "gas", "gas_leak")
        self._own = {tag: self.slot(tag) for tag in own}
        self._tag["order"].on_write(self._write_order)

    def _write_order(self, where: tuple[int, ...], value: float) -> None:
        if value not in (FROST, REDUCED, COMFORT):
            raise Rejected("there is no such regime")
        self._led[where] = True
        self._tag["order"].put(where, value)

    def begin(self, moment: Moment) -> None:
        self._led[:] = False
        self._tag["comfort_setpoint"].write(COMFORT_C)
        self._tag["reduced_setpoint"].write(REDUCED_C)
        past = np.arange(moment.t - BEFORE_S, moment.t, STEP_S).tolist()
        first = self.weather.moment(round(past[0] * SECOND), 0.0)
        self._wanted = np.full(self.size, self._clock(first))
        self._tag["order"].write(self._wanted[:, None])
        self.room[:] = COMFORT_C if self._wanted[0] == COMFORT else REDUCED_C + 1
        for t in past[1:]:
            self.step(self.weather.moment(round(t * SECOND), STEP_S))
        self.gas = 900.0 + MEAN_KW / KWH_A_M3 * 24 * (moment.t / DAY_S - FIRST_DAY) * self._nominal.mean(axis=1) / 60
        self.step(moment)

    def _clock(self, moment: Moment) -> float:
        open_ = moment.weekday < 5 and OPENING[0] <= moment.hour < OPENING[1]
        return float(COMFORT if open_ else REDUCED)

    def step(self, moment: Moment) -> None:
        self._own_clock(moment)
        off = (self._own["mode"].read() == OFF)[:, None]
        regime = np.where(off, FROST, self._tag["order"].read())
        comfort, reduced = self._tag["comfort_setpoint"].read(), self._tag["reduced_setpoint"].read()
        setpoint = np.where(regime == COMFORT, comfort, np.where(regime == REDUCED, reduced, FROST_C))
        outside = moment.sky.temperature + self._sensor
        self._calling = np.where(self._calling, self.room < setpoint + 0.3, self.room < setpoint)
        fault = self.struck("pump", moment)
        pump: Flags = ((regime == COMFORT) | self._calling) & ~off & ~fault
        target = self._heat(moment, pump, setpoint, outside)
        self._warm(moment, pump, outside)
        for tag, values in (("regime", regime), ("setpoint", setpoint), ("pump", pump), ("pump_fault", fault)):
            self._tag[tag].write(values)
        span = np.maximum(self._boiler[:, None] - self.room, 5.0)
        self._tag["valve"].write(np.where(pump, np.clip(100 * (target - self.room) / span, 0, 100), 0.0))
        self._tag["room"].write(self.room + self.noise(0.02, *self.room.shape))
        self._tag["water"].write(self._water + self.noise(0.1, *self.room.shape))
        self._meter(moment, pump, outside)

    def _own_clock(self, moment: Moment) -> None:
        """At its edges only, and where nobody leads."""
        wanted = np.full(self.size, self._clock(moment))
        turned = (wanted != self._wanted)[:, None] & ~self._led
        self._tag["order"].write(np.where(turned, wanted[:, None], self._tag["order"].read()))
        self._wanted = wanted

    def _heat(self, moment: Moment, pump: Flags, setpoint: Floats, outside: Floats) -> Floats:
        """The water of the boiler and of the circuits; what the circuits aim at."""
        aim = 2 * setpoint - outside[:, None] + BOOST * (setpoint - self.room)
        target = np.clip(aim, np.maximum(self.room, COLDEST_C), HOTTEST_C)
        alive = pump.any(axis=1) & ~self.struck("burner", moment)[:, 0]
        wish = np.where(alive, np.where(pump, target, 0.0).max(axis=1) + 5.0, self.room.mean(axis=1))
        self._boiler += (wish - self._boiler) * (1 - np.exp(-moment.dt / np.where(alive, BOILER_S, STANDING_S)))
        goal = np.where(pump, np.minimum(target, self._boiler[:, None]), self.room)
        self._water += (goal - self._water) * (1 - np.exp(-moment.dt / np.where(pump, WATER_S, STANDING_S)))
        return np.asarray(target)

    def _warm(self, moment: Moment, pump: Flags, outside: Floats) -> None:
        """The rooms lose to the outside what the water does not bring; radiators that stand give next to nothing."""
        given = np.where(pump, 1.0, 0.05)
        sun = SUN_C * min(moment.sky.lux / 80_000, 1.0)
        rest = (outside[:, None] + sun + given * self._water) / (1 + given)
        self.room = rest + (self.room - rest) * np.exp(-moment.dt * (1 + given) / self._slow)

    def _meter(self, moment: Moment, pump: Flags, outside: Floats) -> None:
        burner, gas = self.struck("burner", moment)[:, 0], self.struck("gas", moment)[:, 0]
        drop = np.maximum(self._water - self.room, 0.0) * pump
        power = np.where(burner, 0.0, (self._nominal * drop / 50).sum(axis=1))
        self.gas = self.gas + power * moment.dt / 3600 / KWH_A_M3
        back = self._boiler - 0.35 * np.maximum(self._boiler - self.room.mean(axis=1), 0.0)
        pressure = 1.55 + 0.004 * (self._boiler - 40) - 1.0 * self.struck("leak", moment)[:, 0] + self.noise(0.004)
        state = np.where(burner, 2.0, (power > 0.5).astype(float))
        values = (
            ("boiler", state), ("outside", outside + self.noise(0.03)), ("flow", self._boiler), ("return", back),
            ("pressure", pressure), ("power", power), ("gas", np.round(self.gas, 2)), ("gas_leak", gas),
        )  # fmt: skip
        for tag, value in values:
            self._own[tag].write(value)
