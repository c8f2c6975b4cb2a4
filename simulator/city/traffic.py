"""Traffic signals: plans by the hour, stages, groups, and the loops in the road.

    stage A: sg1 sg2 and the walkers of sg8 | stage B: sg3 sg4 and the walkers of sg7 | stage C: sg5 sg6 (left turns)

A stage is green, amber 3 s, all red 2 s; walkers get red 6 s before their stage ends. A plan takes effect at the end of
a cycle; leaving any other mode begins with all red. Where the groups stand is a closed form of the time in the cycle.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar

import numpy as np

from simulator.city import rhythm
from simulator.city.chance import Floats, Wander, Whole
from simulator.city.fleet import Physics
from simulator.city.weather import DAY_S, FIRST_DAY, Moment, Weather
from simulator.world import Rejected, World
from supervisor.model import Equipment

NORMAL, FLASHING_MODE, ALL_RED, DARK = 1, 2, 3, 4
OFF, GREEN, AMBER, RED, FLASHING = 0, 1, 2, 3, 4
AMBER_S, CLEAR_S, WALKER_S, START_S = 3.0, 2.0, 6.0, 5.0
GREENS = np.array([[42, 20, 13], [28, 17, 10], [46, 24, 15], [24, 13, 8], [30, 23, 12], [50, 16, 12]], np.float64)
"""Seconds of green of stages A, B, C in plans 1 to 6."""
CYCLES = GREENS.sum(axis=1) + 3 * (AMBER_S + CLEAR_S)
BEGINS = np.cumsum(GREENS + AMBER_S + CLEAR_S, axis=1) - (GREENS + AMBER_S + CLEAR_S)
STAGE = np.array([0, 0, 1, 1, 2, 2, 1, 0])
"""Of each signal group."""
WALKER = np.array([False] * 6 + [True] * 2)
LOOPS = 4
LOOP_STAGE = np.array([0, 0, 1, 1])
MORNING, DAYTIME, EVENING, NIGHT, MARKET, EVENT = range(1, 7)
WEEKDAY_PLANS = (
    (0.0, NIGHT),
    (6.0, DAYTIME),
    (7.25, MORNING),
    (9.25, DAYTIME),
    (16.5, EVENING),
    (19.0, DAYTIME),
    (22.0, NIGHT),
)
WEEKEND_PLANS = ((0.0, NIGHT), (8.0, DAYTIME), (14.0, MARKET), (18.5, DAYTIME), (22.0, NIGHT))
"""From which local hour which plan."""
LANE_FLOW = 1_750.0
"""Vehicles an hour that one lane lets through at constant green. Source: usual French practice."""


class Traffic(Physics):
    """See the module."""

    counting: ClassVar[bool] = True
    FAULTS: ClassVar[Mapping[str, int]] = {"lamp": 1, "conflict": 1, "power": 1, "door": 1, "loop": LOOPS}

    def __init__(self, world: World, equipment: Sequence[Equipment], weather: Weather, seed: int) -> None:
        super().__init__(world, equipment, weather, seed)
        self._place()
        self.plan: Whole = np.ones(self.size, np.int64)
        """The plan the running cycle follows."""
        self.began = np.zeros(self.size)
        """When the running cycle began, seconds UTC."""
        self._scheduled = 0
        self._mode_before = np.full(self.size, float(NORMAL))
        self._forced = np.zeros(self.size)
        self._after_force = np.full(self.size, float(NORMAL))
        self._offset = self.draw(0.0, 60.0, "offset")
        self._peak = self.draw(0.35, 0.85, "peak", LOOPS) * np.array([1.0, 0.95, 0.5, 0.45]) * 800
        self._drift = Wander(self.rng, (self.size, LOOPS), 1_300.0)
        self._count = np.zeros((self.size, LOOPS))
        self._presence = np.zeros((self.size, LOOPS), np.bool_)

    def _place(self) -> None:
        scalars = ("mode", "plan", "stage", "cycle", "lamp_fault", "door", "supply", "temperature")
        self._tag = {tag: self.slot(tag) for tag in scalars}
        self._groups = self.slots([f"sg{number + 1}" for number in range(len(STAGE))])
        measured = ("flow", "occupancy", "presence", "fault", "count")
        self._loop = {tag: self.slots([f"L{number + 1}.{tag}" for number in range(LOOPS)]) for tag in measured}
        self._tag["mode"].on_write(self._write_mode)
        self._tag["plan"].on_write(self._write_plan)

    def _write_mode(self, where: tuple[int, ...], value: float) -> None:
        if self._forced[where]:
            raise Rejected("the controller holds its safe state")
        if value not in (NORMAL, FLASHING_MODE, ALL_RED, DARK):
            raise Rejected(f"there is no mode {value:g}")
        self._tag["mode"].put(where, value)

    def _write_plan(self, where: tuple[int, ...], value: float) -> None:
        if value not in range(1, len(CYCLES) + 1):
            raise Rejected(f"there is no plan {value:g}")
        self._tag["plan"].put(where, value)

    def begin(self, moment: Moment) -> None:
        self._scheduled = scheduled(moment)
        self._tag["mode"].write(NORMAL)
        self._tag["plan"].write(self._scheduled)
        self.plan[:] = self._scheduled
        self.began = moment.t - (moment.t + self._offset) % CYCLES[self.plan - 1]
        daily = self._peak * 24 * (5 * rhythm.TRAFFIC[0].mean() + 2 * rhythm.TRAFFIC[1].mean()) / 7
        self._count = 5_000 + daily * (moment.t / DAY_S - FIRST_DAY)
        self.step(moment)

    def step(self, moment: Moment) -> None:
        self._force(moment)
        self._follow_schedule(moment)
        mode = self._tag["mode"].read(NORMAL)
        self._turn(moment, mode)
        aspect = self._aspect(moment, mode)
        self._groups.write(aspect)
        self._show(moment, mode)
        self._detect(moment, mode)

    def _force(self, moment: Moment) -> None:
        """The controller's own reflexes: no supply is dark, a conflict or a lost red is amber flashing."""
        want = np.where(self.struck("power", moment)[:, 0], float(DARK), 0.0)
        want = np.where(self.struck("conflict", moment)[:, 0] & (want == 0), float(FLASHING_MODE), want)
        mode = self._tag["mode"].read(NORMAL)
        self._after_force = np.where((want > 0) & (self._forced == 0), mode, self._after_force)
        mode = np.where(want > 0, want, np.where(self._forced > 0, self._after_force, mode))
        self._tag["mode"].write(mode)
        self._forced = want

    def _follow_schedule(self, moment: Moment) -> None:
        plan = scheduled(moment)
        if plan != self._scheduled:
            self._tag["plan"].write(plan)
            self._scheduled = plan

    def _turn(self, moment: Moment, mode: Floats) -> None:
        """End of cycles: that is when a chosen plan takes effect."""
        woken = (mode == NORMAL) & (self._mode_before != NORMAL)
        cycle = CYCLES[self.plan - 1]
        whole = np.floor((moment.t - self.began) / cycle)
        ended = (whole >= 1) | (whole < -1) | woken
        self.began = np.where(ended, self.began + whole * cycle, self.began)
        self.began = np.where(woken, moment.t + START_S, self.began)
        self.plan = np.where(ended, self._tag["plan"].read(1.0), self.plan).astype(np.int64)
        self._mode_before = mode

    def _aspect(self, moment: Moment, mode: Floats) -> Floats:
        place = (moment.t - self.began)[:, None] - BEGINS[self.plan - 1][:, STAGE]
        green_s = GREENS[self.plan - 1][:, STAGE]
        green = (place >= 0) & (place < np.where(WALKER, green_s - WALKER_S, green_s))
        amber = (place >= green_s) & (place < green_s + AMBER_S) & ~WALKER
        aspect = np.where(green, GREEN, np.where(amber, AMBER, RED))
        kind = mode[:, None]
        aspect = np.where(kind == FLASHING_MODE, np.where(WALKER, OFF, FLASHING), aspect)
        aspect = np.where(kind == ALL_RED, RED, aspect)
        shown: Floats = np.where(kind == DARK, OFF, aspect).astype(np.float64)
        return shown

    def _show(self, moment: Moment, mode: Floats) -> None:
        place = (moment.t - self.began)[:, None] >= BEGINS[self.plan - 1]
        sky = moment.sky
        shown = {
            "stage": np.where(mode == NORMAL, np.maximum(place.sum(axis=1), 1), 0),
            "cycle": CYCLES[self.plan - 1],
            "lamp_fault": self.struck("lamp", moment)[:, 0] | self.struck("conflict", moment)[:, 0],
            "door": self.struck("door", moment)[:, 0],
            "supply": ~self.struck("power", moment)[:, 0],
            "temperature": sky.temperature + 7 + sky.lux / 12_000 + self.noise(0.05),
        }
        for tag, values in shown.items():
            self._tag[tag].write(values)

    def _detect(self, moment: Moment, mode: Floats) -> None:
        peaks = np.array([rhythm.busy(rhythm.TRAFFIC, moment), rhythm.busy(rhythm.EVENING_TRAFFIC, moment)])
        broken = self.struck("loop", moment)
        flow = self._peak * peaks[[0, 1, 0, 1]] * (1 + 0.16 * self._drift.at(moment.t))
        flow = np.where(mode[:, None] == DARK, 0.75 * flow, flow) * ~broken
        self._count = self._count + flow * moment.dt / 3600
        green_s = GREENS[self.plan - 1][:, LOOP_STAGE]
        share = np.where((mode == NORMAL)[:, None], green_s / CYCLES[self.plan - 1][:, None], 0.35)
        load = np.minimum(flow / (LANE_FLOW * share), 1.25)
        occupancy = np.where(broken, 0.0, np.minimum(3 + 9 * load + 42 * load**2.4, 92))
        self._occupy(moment, occupancy, broken.astype(np.float64))
        self._loop["flow"].write(np.maximum(flow * (1 + self.noise(0.02, self.size, LOOPS)), 0))
        self._loop["occupancy"].write(occupancy)
        self._loop["fault"].write(broken)
        self._loop["count"].write(np.floor(self._count))

    def _occupy(self, moment: Moment, occupancy: Floats, stuck: Floats) -> None:
        """Somebody over the loop now: likelier behind a red, changing every second or two."""
        place = (moment.t - self.began)[:, None] - BEGINS[self.plan - 1][:, LOOP_STAGE]
        green = (place >= 0) & (place < GREENS[self.plan - 1][:, LOOP_STAGE])
        likely = occupancy / 100 * np.where(green, 0.8, 1.4) + 0.02
        fresh = self.rng.random((self.size, LOOPS)) < min(moment.dt / 1.5, 1.0)
        drawn = self.rng.random((self.size, LOOPS)) < likely
        self._presence = np.where(fresh, drawn, self._presence)
        self._loop["presence"].write(np.maximum(self._presence, stuck))


def scheduled(moment: Moment) -> int:
    """The plan of the hour."""
    plans = WEEKEND_PLANS if moment.weekday >= 5 else WEEKDAY_PLANS
    return [plan for hour, plan in plans if hour <= moment.hour][-1]
