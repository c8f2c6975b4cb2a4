"""Programmes for tests: of street lights, of a valve, of a heating."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from supervisor.clock import SECOND
from supervisor.model import NO_TEXT, Text
from supervisor.schedule.calendars import Calendar, DayType
from supervisor.schedule.plan import Bundle, bundles
from supervisor.schedule.programmes import Action, Point, Programme, Schedule
from supervisor.schedule.times import parse_when

PARIS = ZoneInfo("Europe/Paris")
HERE = Text("ici", "here")
ON, OFF = Action("on", "order", 1.0), Action("off", "order", 0.0)
NIGHT = Calendar("fete", HERE, dates={date(2026, 7, 14): Text("Fête", "Fair")})
FAIR = DayType("fair", HERE, ("fete",))
WEEKEND = Calendar("weekend", HERE, frozenset({5, 6}))
FREE = DayType("free", HERE, ("weekend",))


def dim(level: float) -> Action:
    return Action("dim", "dimming", level, level)


def point(at: str, *actions: Action, **more: Any) -> Point:
    return Point(parse_when(at), actions, **more)


STREET = Programme(
    "street", HERE, "circuit", ("C1", "C2"),
    (
        point("sunset", ON, dim(100)), point("23:00", dim(50)), point("01:00", dim(10), days=frozenset({"ordinary"})),
        point("05:00", dim(100)), point("sunrise", OFF),
    ),
    noon=True,
)  # fmt: skip
FAIR_NIGHT = replace(
    STREET, id="fair", priority=5, days=frozenset({"fair"}),
    points=(point("sunset-10min", ON, dim(100)), point("sunrise", OFF)),
)  # fmt: skip
VALVE = Programme(
    "valve", HERE, "valve", ("V1",),
    (point("02:30", Action("open", "valve", 1.0), lasting_s=1200, then=(Action("close", "valve", 0.0),)),),
    first=date(2026, 3, 1), last=date(2026, 10, 31),
)  # fmt: skip
HEATING = Programme(
    "heating", HERE, "boiler", ("B1",),
    (
        point("06:00", Action("set", "setpoint", 19, 19), days=frozenset({"ordinary"})),
        point("18:00", Action("set", "setpoint", 16, 16), days=frozenset({"ordinary"})),
    ),
)  # fmt: skip


def schedule(*programmes: Programme, types: Sequence[DayType] = (FAIR, FREE)) -> Schedule:
    calendars = {one.id: one for one in (NIGHT, WEEKEND)}
    return Schedule(PARIS, (47.47, -0.55), calendars, tuple(types), programmes)


def bundle(*programmes: Programme) -> Bundle:
    (one,) = bundles(schedule(*programmes))
    return one


def at(text: str) -> int:
    """Local time of Paris, "2026-07-14 23:00"; of a doubled hour the first."""
    return round(datetime.fromisoformat(text).replace(tzinfo=PARIS).timestamp()) * SECOND


def utc(text: str) -> int:
    return round(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()) * SECOND


def values(one: Bundle, instant: int) -> dict[str, float]:
    return {tag: target.action.value for tag, target in one.state_at(instant).items()}


NOTHING = NO_TEXT
