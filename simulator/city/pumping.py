"""Lift stations: a wet well, what flows in, and the pumps that lift it out.

    level' = (inflow - outflow - overflow) / area

The first pump starts at `start_level`, the next ones 0.25 m higher each; all stop at `stop_level`, and the lead passes
on at every stop. A pump obeys its own `order` when it or the station is in manual; an order given to a pump in
automatic takes it into manual, as the local selector would. The well is integrated in steps of a minute at most.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import ClassVar

import numpy as np

from simulator.city.chance import Flags, Floats
from simulator.city.fleet import Physics, Slot
from simulator.city.weather import DAY_S, FIRST_DAY, Moment, Weather
from simulator.world import Rejected, World
from supervisor.model import Equipment, Native

STOPPED, RUNNING, FAULT, OUT_OF_SERVICE = 0, 1, 2, 3
PUMPS = 3
STEP_S = 60.0
STAGGER_M = 0.25
HIGH_FLOAT_M = 3.4
SILL_M = 3.9
"""Where the well runs over into the river."""
DRY_M = 0.25
"""Below this level a pump stops by itself whatever its order: it would run dry."""
FULL_HZ = 50.0
STATIC_HZ = 27.0
"""Speed below which a pump only balances the height."""
DAY_CURVE = "52 42 38 38 40 50 95 155 165 140 125 120 130 125 105 95 95 105 130 150 150 130 100 70 50"
WEAR = np.array([1.06, 0.99, 0.95])
"""What each pump has done of its equal share: one was away for its overhaul, and took the lead on its return."""
DRY_WEATHER = np.array([float(share) / 100 for share in DAY_CURVE.split()])
"""Dry-weather inflow by local hour, 0 to 24, share of the mean: the sewage curve of a residential catchment."""
CATCHMENT_S = (700.0, 1_500.0)
"""Time constants of roofs and streets, then of sewers."""


class Pumping(Physics):
    """See the module."""

    counting: ClassVar[bool] = True
    FAULTS: ClassVar[Mapping[str, int]] = {
        "trip": PUMPS, "clogged": PUMPS, "hot": PUMPS, "door": 1, "supply": 1, "surge": 1, "float": 1,
    }  # fmt: skip

    def __init__(self, world: World, equipment: Sequence[Equipment], weather: Weather, seed: int) -> None:
        super().__init__(world, equipment, weather, seed)
        self._place()
        self._constants()
        pumps = (self.size, PUMPS)
        self.level = np.zeros(self.size)
        self.spilled, self.volume_in, self.volume_out = np.zeros((3, self.size))
        """m³ since the beginning: over the sill, in, lifted."""
        self.running = np.zeros(pumps, np.bool_)
        self._hertz, self._age = np.zeros(pumps), np.full(pumps, 1e6)
        self.starts, self.hours = np.zeros(pumps), np.zeros(pumps)
        self._heat = np.full(pumps, 18.0)
        self._lead = np.zeros(self.size, np.int64)
        self._wanted = np.zeros(self.size, np.int64)
        self._runoff = np.zeros((2, self.size))
        self._spilling = np.zeros(self.size, np.bool_)
        self._kilowatts = np.zeros(self.size)

    def _constants(self) -> None:
        self.area = self.draw(5.0, 11.0, "area")
        self.capacity = self.draw(60.0, 110.0, "capacity")
        """m³/h of one pump at full speed."""
        self._mean = self.capacity * self.draw(0.22, 0.28, "mean")
        self._catchment = self.capacity * self.draw(0.10, 0.2, "catchment")
        """m³/h of inflow per mm/h of rain once the sewers run."""
        self._delay = self.draw(0.0, 900.0, "delay")
        self._amps = 8.5 + self.capacity * self.draw(0.10, 0.13, "amps")
        self._static = self.draw(0.5, 1.1, "static")
        self._begin_start = np.round(self.draw(1.5, 1.9, "start level"), 2)
        self._begin_stop = np.round(self.draw(0.6, 0.8, "stop level"), 2)
        self._count = np.maximum(self.present.sum(axis=1), 1)

    def _place(self) -> None:
        def parts(tag: str) -> Slot:
            return self.slots([f"P{number + 1}.{tag}" for number in range(PUMPS)])

        measured = "level inflow outflow pressure rain overflow high_float power supply door"
        self._out = {tag: self.slot(tag) for tag in measured.split()}
        self._mode, self._start, self._stop = self.slot("mode"), self.slot("start_level"), self.slot("stop_level")
        self._pump = {tag: parts(tag) for tag in ("state", "current", "speed", "temperature", "starts", "hours")}
        self._protection = parts("protection")
        self._order, self._pump_mode = parts("order"), parts("mode")
        self.present = self._pump["state"].exists
        self._order.on_write(self._write_order)
        self._start.on_write(self._write_start)
        self._stop.on_write(self._write_stop)

    def _write_order(self, where: tuple[int, ...], value: float) -> None:
        state = self._pump["state"].read()[where]
        if value and state in (FAULT, OUT_OF_SERVICE):
            raise Rejected("the pump is in fault or out of service")
        if value and self.level[where[0]] < DRY_M:
            raise Rejected("the well is empty")
        self._pump_mode.put(where, 1.0)
        self._order.put(where, float(bool(value)))

    def _write_start(self, where: tuple[int, ...], value: float) -> None:
        if not self._stop.read()[where] + 0.1 <= value <= 5.0:
            raise Rejected("the start level lies above the stop level")
        self._start.put(where, value)

    def _write_stop(self, where: tuple[int, ...], value: float) -> None:
        if not DRY_M <= value <= self._start.read(2.0)[where] - 0.1:
            raise Rejected("the stop level lies below the start level")
        self._stop.put(where, value)

    def begin(self, moment: Moment) -> None:
        self._start.write(self._begin_start)
        self._stop.write(self._begin_stop)
        self.level = self._begin_stop + (self._begin_start - self._begin_stop) * self.draw(0.1, 0.9, "level")
        days = moment.t / DAY_S - FIRST_DAY
        share = WEAR / self._count[:, None] * self.present
        self.hours = (300 + 24 * days * (self._mean / self.capacity)[:, None] * 1.25) * share
        working = self.area * (self._begin_start - self._begin_stop)
        self.starts = np.floor((900 + 24 * days * (self._mean / working)[:, None] * 0.75) * share)
        self._runoff[:] = self._rain(moment)
        self._heat[:] = 0.4 * moment.sky.temperature + 12
        self.step(moment)

    def _rain(self, moment: Moment) -> Floats:
        """mm/h over each catchment: the shower crosses the city."""
        return self.weather.rain(moment.t - self._delay)

    def step(self, moment: Moment) -> None:
        rain = self._rain(moment)
        supply = ~self.struck("supply", moment)[:, 0]
        trip = self.struck("trip", moment) & self.present
        pieces = max(math.ceil(moment.dt / STEP_S), 1)
        inflow = outflow = np.zeros(self.size)
        for _ in range(pieces):
            dt = moment.dt / pieces
            inflow = self._inflow(moment, rain, dt)
            self._decide(supply[:, None] & ~trip)
            self._spin(dt)
            outflow = self._lift(moment)
            outflow = self._balance(inflow, outflow, dt)
        self._show_pumps(moment, trip)
        self._show_station(moment, rain, inflow, outflow, supply)

    def _inflow(self, moment: Moment, rain: Floats, dt: float) -> Floats:
        keep = [math.exp(-dt / tau) for tau in CATCHMENT_S]
        self._runoff[0] = rain + (self._runoff[0] - rain) * keep[0]
        self._runoff[1] = self._runoff[0] + (self._runoff[1] - self._runoff[0]) * keep[1]
        dry = float(np.interp(moment.hour, np.arange(25), DRY_WEATHER))
        surge = 4.5 * self.capacity * self.struck("surge", moment)[:, 0]
        inflow: Floats = self._mean * dry + self._catchment * self._runoff[1] + surge
        return inflow

    def _decide(self, able: Flags) -> None:
        """Which pumps turn from now on."""
        start, stop = self._start.read(2.0), self._stop.read(0.8)
        manual = (self._pump_mode.read() > 0) | (self._mode.read() > 0)[:, None]
        rise = np.floor((self.level - start) / STAGGER_M).astype(np.int64) + 1
        wanted = np.where(self.level <= stop, 0, np.maximum(self._wanted, np.clip(rise, 0, PUMPS)))
        self._lead = np.where((wanted == 0) & (self._wanted > 0), (self._lead + 1) % self._count, self._lead)
        self._wanted = wanted
        by_hand = (self._order.read() > 0) & (self.level > DRY_M)[:, None]
        by_level = self._rank(able & self.present & ~manual) < wanted[:, None]
        running = np.where(manual, by_hand, by_level) & able & self.present
        started = running & ~self.running
        self.starts = self.starts + started
        self._age = np.where(started, 0.0, self._age)
        self.running = running
        self._order.write(np.where(manual, self._order.read() * able, running))

    def _rank(self, free: Flags) -> Floats:
        """Place of each pump in the order of starting, the lead first; infinite for those that cannot."""
        turn = (np.arange(PUMPS) - self._lead[:, None]) % self._count[:, None]
        key = np.where(free, turn, PUMPS + np.arange(PUMPS))
        rank: Floats = np.argsort(np.argsort(key, axis=1), axis=1).astype(np.float64)
        return np.where(free, rank, np.inf)

    def _spin(self, dt: float) -> None:
        start, stop = self._start.read(2.0), self._stop.read(0.8)
        filled = np.clip((self.level - stop) / np.maximum(start - stop, 0.1), 0, 1)
        target = np.where(self.running, (41 + 9 * filled)[:, None], 0.0)
        self._hertz = target + (self._hertz - target) * math.exp(-dt / 1.6)
        self._age = self._age + dt
        self.hours = self.hours + self.running * (dt / 3600)

    def _lift(self, moment: Moment) -> Floats:
        """m³/h out of the well; several pumps on one main get in each other's way."""
        each = np.clip((self._hertz - STATIC_HZ) / (FULL_HZ - STATIC_HZ), 0, 1.1)
        each = each * np.where(self.struck("clogged", moment), 0.35, 1.0)
        count = np.maximum((each > 0.05).sum(axis=1), 1)
        flow: Floats = self.capacity * each.sum(axis=1) * (1 - 0.12 * (count - 1))
        return flow

    def _balance(self, inflow: Floats, outflow: Floats, dt: float) -> Floats:
        """Integrate the well; returns the flow that really left through the main, m³/h."""
        if not dt:
            return outflow
        hours = dt / 3600
        volume = self.level * self.area + (inflow - outflow) * hours
        short = np.maximum(-volume, 0.0)
        sill = SILL_M * self.area
        over = np.maximum(volume - sill, 0.0)
        self.level = (volume + short - over) / self.area
        lifted = outflow - short / hours
        self.volume_in, self.volume_out = self.volume_in + inflow * hours, self.volume_out + lifted * hours
        self.spilled = self.spilled + over
        self._spilling = over > 0
        return lifted

    def _show_pumps(self, moment: Moment, trip: Flags) -> None:
        clogged = self.struck("clogged", moment)
        load = 0.3 + 0.7 * (self._hertz / FULL_HZ) ** 3
        rush = 1 + 1.2 * np.exp(-self._age / 0.8)
        drag = np.where(clogged, 1.7, 1.0)
        noise = 1 + self.noise(0.006, self.size, PUMPS)
        amps = self.running * self._amps[:, None] * load * rush * drag * noise
        target = 0.4 * moment.sky.temperature + 12 + 42 * self.running + 115 * self.struck("hot", moment)
        self._heat = target + (self._heat - target) * math.exp(-moment.dt / 360)
        state = np.where(trip, FAULT, np.where(self.running, RUNNING, STOPPED))
        shown = (state, amps, self._hertz, self._heat, self.starts, self.hours)
        for slot, values in zip(self._pump.values(), shown, strict=True):
            slot.write(values)
        self._protection.write(np.where(trip, Native.UNACKED, Native.NORMAL))
        self._kilowatts = amps.sum(axis=1) * math.sqrt(3) * 400 * 0.84 / 1000

    def _show_station(self, moment: Moment, rain: Floats, inflow: Floats, outflow: Floats, supply: Flags) -> None:
        pumped = outflow / self.capacity
        high = (self.level > HIGH_FLOAT_M) | self.struck("float", moment)[:, 0]
        shown: dict[str, Floats | Flags | bool] = {
            "level": np.maximum(self.level + self.noise(0.003), 0),
            "inflow": np.maximum(inflow * (1 + self.noise(0.01)), 0),
            "outflow": np.where(outflow > 0.5, outflow * (1 + self.noise(0.008)), 0),
            "pressure": self._static + 0.9 * np.minimum(pumped, 2.5) ** 1.6 + self.noise(0.006),
            "rain": rain,
            "overflow": self._spilling,
            "high_float": high,
            "power": self._kilowatts + np.where(supply, 0.35, 0.0),
            "supply": supply,
            "door": self.struck("door", moment)[:, 0],
        }
        for tag, values in shown.items():
            self._out[tag].write(values)
