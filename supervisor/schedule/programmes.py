"""Programmes: what is asked of some equipment at which times, on which days. Frozen, checked, nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from zoneinfo import ZoneInfo

from supervisor.formula import Formula
from supervisor.model import Role, Text, User
from supervisor.schedule.calendars import Calendar, Days, DayType, days_for
from supervisor.schedule.times import When

SCHEDULER = User("@programmes", "Programmes horaires", Role.ENGINEER)
"""Who gives scheduled commands. What a programme may do, an engineer wrote into the site folder."""
PER_SECOND = 25.0
"""Equipment that is begun with in a second: a thousand cabinets of four circuits within three minutes."""


class Until(StrEnum):
    """How long what a person did by hand stands."""

    EVENT = "event"
    """Until the programme would do something next."""
    NIGHT = "night"
    """Until the next sunrise."""
    TIME = "time"
    """Until an instant somebody chose."""


@dataclass(frozen=True, slots=True)
class Action:
    """One command, as a programme gives it."""

    command: str
    tag: str
    """The tag of the type that it writes: of one tag the last action counts."""
    value: float
    """What the tag is to be, in engineering units."""
    given: float | None = None
    """What goes with the command; None for one that says itself what it writes."""


@dataclass(frozen=True, slots=True)
class Point:
    """A time and what is asked then."""

    when: When
    actions: tuple[Action, ...]
    days: frozenset[str] = frozenset()
    """Day types it is for; empty for all."""
    lasting_s: int = 0
    """After so long `then` follows: the window of a valve."""
    then: tuple[Action, ...] = ()


@dataclass(frozen=True)
class Programme:
    """See the module."""

    id: str
    name: Text
    type: str
    """Id of the equipment type."""
    equipment: tuple[str, ...]
    points: tuple[Point, ...]
    priority: int = 0
    """Of two programmes for one tag the higher counts, from its first point of its days on."""
    days: frozenset[str] = frozenset()
    """Day types on which it has a say; empty for all."""
    noon: bool = False
    """Its days go from noon to noon."""
    first: date | None = None
    last: date | None = None
    season: tuple[tuple[int, int], tuple[int, int]] | None = None
    """(month, day) of its first and last day of every year; the last may be of the year after."""
    position: tuple[float, float] | None = None
    """Where its sun is; None for the site's position."""
    condition: Formula | None = None
    """Must hold when a command is due, or it is left out; seen from each equipment."""
    override: Until = Until.EVENT
    power_kw: float = float("nan")
    """What all its equipment draws at full, for the estimate of a year; NaN where nobody said."""

    def in_season(self, day: date) -> bool:
        """Of every year."""
        if self.season is None:
            return True
        (first, last), here = self.season, (day.month, day.day)
        return first <= here <= last if first <= last else here >= first or here <= last

    def tags(self) -> tuple[str, ...]:
        """What it has a say about, in the order of its points."""
        actions = (action for point in self.points for action in (*point.actions, *point.then))
        return tuple(dict.fromkeys(action.tag for action in actions))


@dataclass(frozen=True)
class Schedule:
    """All programmes of a site."""

    zone: ZoneInfo
    position: tuple[float, float]
    calendars: Mapping[str, Calendar] = field(default_factory=dict)
    types: tuple[DayType, ...] = ()
    programmes: tuple[Programme, ...] = ()
    per_second: float = PER_SECOND

    def days(self, equipment_type: str) -> Days:
        """The day types that programmes of an equipment type know."""
        return Days(self.calendars, days_for(self.types, equipment_type))
