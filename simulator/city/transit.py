"""Trams, buses and their lines: timetable, lateness, doors, passengers.

A vehicle is somewhere on its lap: `elapsed = service time - its departure - lateness`. Lateness changes by less than a
second per second, so a vehicle never jumps and never goes backwards; one that is stopped simply grows later. The
service day begins at 3 in the morning; vehicles leave the first terminus one after the other and end there.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar

import numpy as np

from simulator.city import rhythm
from simulator.city.chance import Flags, Floats, Wander, Whole, dice
from simulator.city.fleet import Physics
from simulator.city.lines import PACES, Lap, Route, route, timetable
from simulator.city.weather import FIRST_DAY, Moment, Weather
from simulator.world import World
from supervisor.model import Equipment

OPEN_S, CLOSE_S = 2 * 3600.0, 21.5 * 3600
"""Service from 5:00 to 0:30, seconds after 3 in the morning."""
RECOVERY, LOSS = 0.2, 0.6
"""Seconds of lateness won back, or lost in traffic, per second on the way."""
LATE_S = 180.0
"""Beyond this a vehicle counts against regularity."""
GRAVE_LATE_S = 300.0
NORMAL, DISRUPTED, INTERRUPTED = 0, 1, 2
VEHICLES = ("tram", "bus")


class Transit(Physics):
    """The lines, each with its vehicles; vehicles are the equipment of type tram or bus whose parent is the line."""

    FAULTS: ClassVar[Mapping[str, int]] = {"stopped": 1, "blocked": 1}

    def __init__(self, world: World, equipment: Sequence[Equipment], weather: Weather, seed: int) -> None:
        super().__init__(world, equipment, weather, seed)
        children = world.site.parts_by_equipment
        fleets = [[each for each in children.get(e.id, ()) if each.type.id in VEHICLES] for e in equipment]
        self.lines = [Line(self, line, fleet) for line, fleet in zip(equipment, fleets, strict=True)]
        self._shown = ("service", "vehicles", "regularity", "headway", "lateness")
        self._out = {tag: self.slot(tag) for tag in self._shown}
        self._message = self.slot("message")

    def begin(self, moment: Moment) -> None:
        for line in self.lines:
            line.begin(moment)
        self.step(moment)

    def step(self, moment: Moment) -> None:
        stopped, blocked = self.struck("stopped", moment)[:, 0], self.struck("blocked", moment)[:, 0]
        rows = [line.step(moment, bool(stopped[n]), bool(blocked[n])) for n, line in enumerate(self.lines)]
        for tag, values in zip(self._shown, np.array(rows).reshape(-1, len(self._shown)).T, strict=True):
            self._out[tag].write(values)
        self._message.say([line.message for line in self.lines])


class Line:
    """One line and its vehicles as columns."""

    def __init__(self, physics: Transit, line: Equipment, fleet: Sequence[Equipment]) -> None:
        mode = fleet[0].type.id if fleet else "tram"
        self.route: Route = route(physics.world.site, line, mode)
        self.lap: Lap = timetable(self.route, PACES[mode])
        self.size = len(fleet)
        self.message = ""
        self.metres = np.zeros(self.size)
        """Of each vehicle, along the route."""
        self.lateness = np.zeros(self.size)
        self.speed = np.zeros(self.size)
        """m/s."""
        self._still = np.zeros(self.size, np.bool_)
        self._name = line.name.fr.split(" : ")[0]
        self._slots = {tag: physics.slot(tag, fleet) for tag in SHOWN}
        self._words = {tag: physics.slot(tag, fleet) for tag in ("next_stop", "headsign")}
        rng = dice(physics.seed, "line", line.id)
        self._start = OPEN_S + self.lap.seconds / max(self.size, 1) * np.arange(self.size)
        self._laps = np.ceil((CLOSE_S - self._start) / self.lap.seconds)
        self._wander = Wander(rng, (self.size,), 3_000.0)
        self._rush = rng.uniform(20, 95, self.size)
        self._popular = rng.uniform(0.7, 1.1, self.size)
        self._mileage = np.floor(rng.uniform(20e6, 60e6, self.size))

    def begin(self, moment: Moment) -> None:
        """Everybody is as late as usual."""
        self.lateness = self._usual(moment)

    def step(self, moment: Moment, stopped: bool, blocked: bool) -> tuple[float, ...]:
        """Move; returns the figures of the line: service, vehicles, regularity, headway, lateness."""
        self._delay(moment, stopped, blocked)
        elapsed, active = self._elapsed(moment)
        second = elapsed % self.lap.seconds
        self._move(moment, elapsed, second, active)
        figures = self._figures(active, stopped, blocked)
        self.message = self._say(figures[0], second)
        return figures

    def _delay(self, moment: Moment, stopped: bool, blocked: bool) -> None:
        """A stopped vehicle (the first of the line) or a blocked line grows later; the others tend to what is usual."""
        self._still = np.full(self.size, blocked)
        self._still[:1] |= stopped
        dt = moment.dt
        tend = np.clip(self._usual(moment) - self.lateness, -RECOVERY * dt, LOSS * dt)
        self.lateness = self.lateness + np.where(self._still, dt, tend)

    def _usual(self, moment: Moment) -> Floats:
        """Lateness of the hour and the weather, s."""
        rush = rhythm.busy(rhythm.PASSENGERS, moment)
        wet = 1 + min(moment.sky.wetness, 4) / 10
        usual: Floats = self._rush * rush * wet - 15 + 45 * self._wander.at(moment.t)
        return usual

    def _elapsed(self, moment: Moment) -> tuple[Floats, Flags]:
        """Seconds of lap since the morning, and who is on the road."""
        end = self._laps * self.lap.seconds
        elapsed = np.clip(moment.service_s - self._start - self.lateness, 0, end)
        return elapsed, (elapsed > 0) & (elapsed < end)

    def _move(self, moment: Moment, elapsed: Floats, second: Floats, active: Flags) -> None:
        row = np.minimum(second.astype(np.int64), self.lap.seconds - 1)
        self.metres = self._at(second)
        ahead, behind = self._at(np.minimum(second + 0.5, self.lap.seconds)), self._at(np.maximum(second - 0.5, 0))
        self.speed = np.abs(ahead - behind) * ~self._still
        outward = self.lap.outward[row]
        latitude, longitude = self.route.place(self.metres)
        done = np.where(outward, self.metres, 2 * self.route.length - self.metres)
        days = moment.service_day - FIRST_DAY
        laps = days * self._laps + np.floor(elapsed / self.lap.seconds)
        shown = (
            latitude, longitude, self.speed * 3.6, self.route.bearing(self.metres, outward),
            np.where(active, np.round(self.lateness), 0), self.lap.doors[row] & active,
            np.where(active, self._crowd(moment, row), 0),
            np.round(self._mileage + laps * 2 * self.route.length + done), np.where(outward, 1, 2),
        )  # fmt: skip
        for slot, values in zip(self._slots.values(), shown, strict=True):
            slot.write(values)
        self._tell(row, outward)

    def _at(self, second: Floats) -> Floats:
        metres: Floats = np.interp(second, np.arange(self.lap.seconds + 1), self.lap.metres)
        return metres

    def _crowd(self, moment: Moment, row: Whole) -> Floats:
        """% of places taken; changes at stops only."""
        stop = self.lap.stop[row]
        middle = np.sin(np.pi * (stop + 0.5) / len(self.route.stops))
        whim = 0.75 + 0.5 * ((stop * 0.618 + np.arange(self.size) * 0.377) % 1)
        crowd = 82 * rhythm.busy(rhythm.PASSENGERS, moment) * self._popular * (0.3 + 0.7 * middle) * whim
        shown: Floats = np.round(np.clip(crowd, 0, 100)).astype(np.float64)
        return shown

    def _tell(self, row: Whole, outward: Flags) -> None:
        names = self.route.names
        self._words["next_stop"].say([names[stop] for stop in self.lap.stop[row].tolist()])
        self._words["headsign"].say([names[-1] if away else names[0] for away in outward.tolist()])

    def _figures(self, active: Flags, stopped: bool, blocked: bool) -> tuple[float, ...]:
        count = int(active.sum())
        if not count:
            return float(INTERRUPTED if blocked else NORMAL), 0.0, 100.0, 0.0, 0.0
        late = self.lateness[active]
        mean = float(late.mean())
        service = INTERRUPTED if blocked else DISRUPTED if stopped or mean > GRAVE_LATE_S else NORMAL
        punctual = 100 * float((np.abs(late) < LATE_S).mean())
        return float(service), float(count), punctual, self.lap.seconds / 60 / count, mean

    def _say(self, service: float, second: Floats) -> str:
        if service == NORMAL:
            return ""
        if service == INTERRUPTED:
            return f"{self._name} : circulation interrompue, reprise estimée sous 10 min"
        row = int(second[0]) if self.size else 0
        stop = self.route.names[int(self.lap.stop[row])]
        return f"{self._name} : circulation perturbée, véhicule à l'arrêt avant {stop}"


SHOWN = ("latitude", "longitude", "speed", "heading", "lateness", "doors", "occupancy", "odometer", "direction")
"""Tags of a vehicle that are numbers, in the order `Line` works them out."""
