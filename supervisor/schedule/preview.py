"""Preview: a year of what is planned, as numbers: a level for every five minutes, the sun, the days, what it comes to.

    column = a day of the programmes (from midnight, or from noon)      row = five minutes of the clock on the wall

In the night in which the clock jumps an hour of rows does not exist; of the hour that comes twice the second is left
out of the picture, not of the figures.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from supervisor.clock import SECOND
from supervisor.model import EquipmentType, Kind, Text
from supervisor.schedule.calendars import DayType
from supervisor.schedule.plan import Bundle, Event, State
from supervisor.schedule.sun import MORNING, NOON_S, SunEvent
from supervisor.schedule.times import DAY_S, HOUR_S, Place, wall

CELL_S = 300
CELLS = DAY_S // CELL_S
MISSING = -1.0
"""Level of a time that the clock skips."""
LINES = (SunEvent.DAWN, SunEvent.SUNRISE, SunEvent.SUNSET, SunEvent.DUSK)
Levels = NDArray[np.float32]


class Scale:
    """How much of everything a state is: 0 is off, 1 is all."""

    def __init__(self, bundle: Bundle, type_: EquipmentType) -> None:
        self._span: dict[str, tuple[float, float]] = {}
        actions = [
            action
            for plan in bundle.plans
            for point in plan.programme.points
            for action in (*point.actions, *point.then)
        ]
        for tag in {action.tag for action in actions}:
            spec = type_.tags.get(tag)
            used = [action.value for action in actions if action.tag == tag]
            switch = spec is not None and spec.kind in (Kind.BOOLEAN, Kind.ENUM)
            percent = spec is not None and spec.unit == "%"
            low = 0.0 if switch or percent else min(used) - 0.25 * (max(used) - min(used) or 1.0)
            self._span[tag] = (low, 100.0 if percent else max(*used, low + 1e-9) if len(used) > 1 else low + 1.0)

    def level(self, state: State) -> float:
        """NaN where nothing is planned."""
        if not state:
            return float("nan")
        level = 1.0
        for tag, target in state.items():
            low, high = self._span[tag]
            level *= min(max((target.action.value - low) / (high - low), 0.0), 1.0)
        return level


@dataclass(frozen=True)
class Year:
    """See the module."""

    year: int
    days: tuple[date, ...]
    level: Levels
    """(days, CELLS); NaN where nothing is planned, `MISSING` where there is no such time."""
    noon: bool
    kinds: tuple[tuple[DayType, Text], ...]
    """Type of each day and what it is called."""
    sun: Mapping[SunEvent, NDArray[np.float64]]
    """Seconds after the begin of each day on the wall clock; NaN where there is none."""
    shifts: Mapping[date, int]
    """Days in which the clock is changed, and by how many seconds."""
    events: tuple[Event, ...]
    on_h: float
    """Hours in which the level is above zero."""
    full_h: float
    """Hours at full that it comes to."""
    saved: float
    """Part of `on_h` that dimming saves."""
    hours: tuple[tuple[float, float], ...] = ()
    """Of a switch that is planned alone: the values it has and the hours of each, the highest first."""
    typed: bool = True
    """Whether its programmes ask for other things on other types of days."""


def preview(bundle: Bundle, type_: EquipmentType, year: int) -> Year:
    """The days of a calendar year; some tenths of a second, for a thread."""
    place, scale = bundle.base.place, Scale(bundle, type_)
    first = date(year, 1, 1)
    days = tuple(first + timedelta(days=number) for number in range((date(year + 1, 1, 1) - first).days))
    begins = [place.begins(day) for day in (*days, days[-1] + timedelta(days=1))]
    events = tuple(bundle.events(begins[0], begins[-1]))
    # not only events: where the days of a programme end, nothing is changed, and nothing is planned any more
    edges = {at for plan in bundle.plans for at in plan.instants(begins[0], begins[-1])}
    instants = np.array([begins[0], *sorted(edges)], np.int64)
    states = [bundle.state_at(instant) for instant in instants.tolist()]
    levels = np.array([scale.level(state) for state in states], np.float32)
    grid = np.empty((len(days), CELLS), np.float32)
    shifts: dict[date, int] = {}
    for number, day in enumerate(days):
        cells = begins[number] + np.arange(CELLS, dtype=np.int64) * (CELL_S * SECOND)
        odd = (begins[number + 1] - begins[number]) // SECOND - DAY_S
        if odd:
            shifts[day] = -odd
            cells = np.array([shown_at(place, day, row * CELL_S) for row in range(CELLS)], np.int64)
        grid[number] = np.where(cells < 0, MISSING, levels[np.searchsorted(instants, cells, "right") - 1])
    spans = np.diff(np.append(instants, begins[-1])) / (HOUR_S * SECOND)
    on, full = float(spans[np.nan_to_num(levels) > 0].sum()), float((spans * np.nan_to_num(levels)).sum())
    kinds, hours = bundle.base.days, _hours(switch_of(bundle, type_), states, spans)
    return Year(
        year, days, grid, place.noon, tuple((kinds.kind(day), kinds.why(day)) for day in days), _sun(bundle, days),
        shifts, events, on, full, 1 - full / on if on else 0.0, hours, _typed(bundle),
    )  # fmt: skip


def switch_of(bundle: Bundle, type_: EquipmentType) -> str:
    """The tag of a switch that is planned alone: a valve, a regime; empty where there are others beside it."""
    tags = {tag for plan in bundle.plans for tag in plan.programme.tags()}
    spec = type_.tags.get(next(iter(tags), ""))
    return spec.id if len(tags) == 1 and spec is not None and spec.kind in (Kind.BOOLEAN, Kind.ENUM) else ""


def _hours(hours_of: str, states: Sequence[State], spans: NDArray[np.float64]) -> tuple[tuple[float, float], ...]:
    found: dict[float, float] = {}
    for state, hours in zip(states, spans.tolist(), strict=True):
        if hours_of in state:
            value = state[hours_of].action.value
            found[value] = found.get(value, 0.0) + hours
    return tuple(sorted(found.items(), reverse=True))


def _typed(bundle: Bundle) -> bool:
    programmes = [plan.programme for plan in bundle.plans]
    return any(one.days or any(point.days for point in one.points) for one in programmes)


def shown_at(place: Place, day: date, seconds: int) -> int:
    """The instant when the clock on the wall shows so many seconds more than at the begin of a day, ns UTC; of a time
    that comes twice the first, -1 for one that is skipped. A day may have 23 or 25 hours."""
    naive = datetime(day.year, day.month, day.day) + timedelta(seconds=seconds + (NOON_S if place.noon else 0))
    instant = wall(place.zone, naive.date(), naive.hour * HOUR_S + naive.minute * 60 + naive.second)
    shown = datetime.fromtimestamp(instant // SECOND, place.zone).replace(tzinfo=None)
    return instant if shown == naive else -1


def _sun(bundle: Bundle, days: tuple[date, ...]) -> dict[SunEvent, NDArray[np.float64]]:
    place = bundle.base.place
    found = {}
    for event in LINES:
        column = np.full(len(days), np.nan)
        for number, day in enumerate(days):
            at = place.sun.at(event, day + timedelta(days=1) if place.noon and event in MORNING else day)
            if at is not None:
                shown = datetime.fromtimestamp(at // SECOND, place.zone).replace(tzinfo=None)
                begin = datetime(day.year, day.month, day.day, 12 if place.noon else 0)
                column[number] = (shown - begin).total_seconds()
        found[event] = column
    return found


def events_of(year: Year, bundle: Bundle, day: date) -> list[Event]:
    """Those of one day of the programmes, in order."""
    place = bundle.base.place
    begin, end = place.begins(day), place.begins(day + timedelta(days=1))
    instants = [event.instant for event in year.events]
    return list(year.events[bisect_right(instants, begin - 1) : bisect_right(instants, end - 1)])
