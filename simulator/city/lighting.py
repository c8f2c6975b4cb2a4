"""Public lighting: cabinets, their circuits and their meter.

The astronomical programme acts at its edges only (dusk, dawn, setback), like a real cabinet: what an operator orders in
between holds until the next edge. C1 and C4 hang on phase 1, C2 on 2, C3 on 3.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar

import numpy as np

from simulator.city.chance import Flags, Floats, Wander
from simulator.city.fleet import Physics
from simulator.city.weather import DAY_S, FIRST_DAY, Moment, Weather
from simulator.world import Rejected, World
from supervisor.model import Equipment

AUTO, MANUAL, OFF = 0, 1, 2
CIRCUITS = 4
PHASE = np.array([0, 1, 2, 0])
CONTACTOR_S = 0.3
"""From order to feedback."""
DUSK_DEG = -3.8
"""Elevation of the sun at which a cabinet without offset switches: about 30 lux under a clear sky."""
HYSTERESIS_DEG = 0.3
SETBACK = (23.5, 5.5)
"""Local hours between which luminaires give half."""
SETBACK_LEVEL = 50.0
WARM_UP_S = 20.0
MEAN_LIT_H = 11.4
"""Hours of darkness on an average day of the year, for the meter's reading at the beginning."""


class Lighting(Physics):
    """See the module."""

    counting: ClassVar[bool] = True
    FAULTS: ClassVar[Mapping[str, int]] = {
        "door": 1, "supply": 1, "phase": 3, "leak": 1, "breaker": CIRCUITS, "stuck": CIRCUITS, "lamps": CIRCUITS,
    }  # fmt: skip

    def __init__(self, world: World, equipment: Sequence[Equipment], weather: Weather, seed: int) -> None:
        super().__init__(world, equipment, weather, seed)
        self._place()
        circuits = (self.size, CIRCUITS)
        self.present = self._order.exists
        self.dark: Flags = np.zeros(self.size, np.bool_)
        self.on = np.zeros(circuits, np.bool_)
        self.energy = np.zeros(self.size)
        self._level = np.full(self.size, 100.0)
        self._mode_before = np.zeros(self.size)
        self._pending = np.zeros(circuits)
        self._age = np.full(circuits, 1e6)
        self.offset = self.draw(-0.4, 0.4, "dusk")
        self._setback_shift = self.draw(-0.2, 0.2, "setback")
        self.nominal = self.draw(2.5, 7.5, "nominal", CIRCUITS)
        """A of a circuit whose lamps all burn at full."""
        self._dead = self.draw(0.0, 0.07, "dead", CIRCUITS)
        self._sensor = self.draw(0.8, 1.15, "sensor")
        self._earth = self.draw(6.0, 22.0, "earth")
        self._volts = 233.0 + self.draw(-2.5, 2.5, "volts", 3)
        self._grid = Wander(self.rng, (self.size, 3), 2_600.0)
        self._hertz = Wander(self.rng, (), 700.0)

    def _place(self) -> None:
        names = [f"C{number + 1}" for number in range(CIRCUITS)]
        self._mode = self.slot("mode")
        self._order, self._on, self._current, self._dimming, self._fault = (
            self.slots([f"{name}.{tag}" for name in names]) for tag in ("order", "on", "current", "dimming", "fault")
        )
        self._scalars = {tag: self.slot(tag) for tag in ("door", "supply", "leakage", "light", "temperature")}
        self._meter = {tag: self.slot(f"M.{tag}") for tag in ("p", "q", "pf", "frequency", "energy")}
        self._u, self._i = self.slots(["M.u1", "M.u2", "M.u3"]), self.slots(["M.i1", "M.i2", "M.i3"])
        self._order.on_write(self._write_order)
        self._dimming.on_write(self._write_dimming)

    def _write_order(self, where: tuple[int, ...], value: float) -> None:
        if value and self._mode.read()[where[0]] == OFF:
            raise Rejected("the cabinet is switched off")
        self._order.put(where, float(bool(value)))

    def _write_dimming(self, where: tuple[int, ...], value: float) -> None:
        if not 0 <= value <= 100:
            raise Rejected("a level is 0 to 100 %")
        self._dimming.put(where, value)

    def begin(self, moment: Moment) -> None:
        self.dark = np.less(moment.sky.elevation, DUSK_DEG + self.offset)
        self._level = self._profile(moment)
        self._mode_before = self._mode.read()
        self._order.write(self.dark[:, None])
        self._dimming.write(self._level[:, None])
        self.on = self.dark[:, None] & self.present
        self._age[:] = 1e6
        kilowatts = self.nominal.sum(axis=1, where=self.present) * 0.23 * 0.7
        self.energy = 800.0 + kilowatts * MEAN_LIT_H * (moment.t / DAY_S - FIRST_DAY)
        self.step(moment)

    def step(self, moment: Moment) -> None:
        self._programme(moment)
        alive = self._phases(moment)
        self._contactors(moment, alive)
        amps = self._amps(moment) * alive[:, PHASE]
        self._current.write(amps)
        self._measure(moment, alive, amps)
        self._cabinet(moment, alive, amps)

    def _profile(self, moment: Moment) -> Floats:
        hour = moment.hour + self._setback_shift
        night = (hour > SETBACK[0]) | (hour < SETBACK[1])
        return np.where(night, SETBACK_LEVEL, 100.0)

    def _programme(self, moment: Moment) -> None:
        threshold = DUSK_DEG + self.offset
        elevation = moment.sky.elevation
        dark: Flags = np.where(self.dark, elevation < threshold + HYSTERESIS_DEG, elevation < threshold)
        level, mode = self._profile(moment), self._mode.read()
        taken: Flags = mode != self._mode_before
        edge: Flags = ((dark != self.dark) & (mode == AUTO)) | (taken & (mode != MANUAL))
        order = (dark & (mode != OFF))[:, None]
        self._order.write(np.where(edge[:, None], order, self._order.read()))
        step = ((level != self._level) | edge) & (mode == AUTO)
        self._dimming.write(np.where(step[:, None], level[:, None], self._dimming.read(100.0)))
        self.dark, self._level, self._mode_before = dark, level, mode

    def _phases(self, moment: Moment) -> Flags:
        """Which of the three phases are there: (cabinets, 3)."""
        alive: Flags = ~(self.struck("phase", moment) | self.struck("supply", moment))
        return alive

    def _contactors(self, moment: Moment, alive: Flags) -> None:
        breaker, stuck = self.struck("breaker", moment), self.struck("stuck", moment)
        wish = (self._order.read() > 0) & self.present & alive.any(axis=1, keepdims=True)
        differs = (wish != self.on) & ~stuck
        self._pending = np.where(differs, self._pending + moment.dt, 0.0)
        turned = differs & (self._pending >= CONTACTOR_S)
        self._age = np.where(turned & wish, 0.0, self._age + moment.dt)
        self.on = self.on ^ turned
        self._on.write(self.on)
        self._fault.write(breaker)

    def _amps(self, moment: Moment) -> Floats:
        level = np.clip(self._dimming.read(100.0), 0, 100) / 100
        burning = 1 - self._dead - 0.35 * self.struck("lamps", moment)
        surge = 1 + 0.35 * np.exp(-self._age / WARM_UP_S)
        flowing = self.on & ~self.struck("breaker", moment)
        noise = 1 + self.noise(0.004, *self.on.shape)
        amps: Floats = flowing * self.nominal * burning * (0.06 + 0.94 * level**1.1) * surge * noise
        return amps

    def _measure(self, moment: Moment, alive: Flags, amps: Floats) -> None:
        load = np.stack([amps[:, 0] + amps[:, 3], amps[:, 1], amps[:, 2]], axis=1) + 0.22 * alive
        grid = self._volts + 2.4 * self._grid.at(moment.t) + self.noise(0.15, self.size, 3) - 0.08 * load
        volts = np.where(alive, grid, np.abs(self.noise(0.8, self.size, 3)))
        lit = load.sum(axis=1) > 1.0
        factor = np.where(lit, 0.955, 0.88) + self.noise(0.003)
        power = (volts * load).sum(axis=1) * factor / 1000
        self.energy = self.energy + power * moment.dt / 3600
        self._u.write(volts)
        self._i.write(load)
        hertz = 50 + 0.018 * float(self._hertz.at(moment.t)) + self.noise(0.002)
        self._meter["p"].write(power)
        self._meter["q"].write(power * np.tan(np.arccos(np.clip(factor, 0.1, 0.999))))
        self._meter["pf"].write(factor)
        self._meter["frequency"].write(np.where(alive.any(axis=1), hertz, 0.0))
        self._meter["energy"].write(self.energy)

    def _cabinet(self, moment: Moment, alive: Flags, amps: Floats) -> None:
        sky, load = moment.sky, amps.sum(axis=1)
        wet = 1 + 0.9 * min(sky.wetness / 4, 1.5)
        leak = np.where(self.struck("leak", moment)[:, 0], 340.0, 0.0)
        leakage = self._earth * wet * (0.25 + 0.75 * (load > 0.5)) + leak + np.abs(self.noise(0.3))
        self._scalars["leakage"].write(leakage)
        self._scalars["light"].write(sky.lux * self._sensor * (1 + self.noise(0.01)))
        self._scalars["temperature"].write(sky.temperature + 4 + sky.lux / 15_000 + 0.25 * load + self.noise(0.05))
        self._scalars["door"].write(self.struck("door", moment)[:, 0])
        self._scalars["supply"].write(alive.any(axis=1))
