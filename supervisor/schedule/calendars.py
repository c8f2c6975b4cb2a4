"""Calendars: which days are special, and of what type each day is.

    weekdays · dates of every year · dates and spans · public holidays · lists in files   minus exceptions = a calendar
    day types, the first in the file first: the first one with the day in a calendar of it is what the day is

A list that names years ends; `ends` says when, so that somebody is told before the schools have holidays unknown here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

from supervisor.model import NO_TEXT, Text

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
SOON_DAYS = 60
"""So long before its end a list is told to need more."""


class PublicHolidays:
    """Those of a country, for any year, from the library of that name."""

    def __init__(self, country: str, part: str = "") -> None:
        """Raises NotImplementedError for a country or a part of it that the library does not know."""
        from holidays import country_holidays  # a tenth of a second to load

        self._names = [
            country_holidays(country, subdiv=part or None, language=language)
            for language in (("fr", "en_US") if country == "FR" else (None, None))
        ]

    def name(self, day: date) -> Text | None:
        """None where it is none."""
        fr, en = (names.get(day) for names in self._names)
        return Text(str(fr), str(en)) if fr and en else None


@dataclass(frozen=True)
class Calendar:
    """Some days; see the module."""

    id: str
    name: Text
    weekdays: frozenset[int] = frozenset()
    """Monday is 0."""
    yearly: Mapping[tuple[int, int], Text] = field(default_factory=dict)
    """(month, day) -> its name, maybe empty."""
    dates: Mapping[date, Text] = field(default_factory=dict)
    public: PublicHolidays | None = None
    excepted: frozenset[date] = frozenset()

    def label(self, day: date) -> Text | None:
        """What the day is called; None where it is not in the calendar, the calendar's name where it has none."""
        if day in self.excepted:
            return None
        found = self.dates.get(day) or self.yearly.get((day.month, day.day))
        if found is None and self.public:
            found = self.public.name(day)
        if found is None and day.weekday() in self.weekdays:
            found = self.name
        return self.name if found == NO_TEXT else found

    @cached_property
    def ends(self) -> date | None:
        """The last day a list knows of; None for a calendar that goes on for ever."""
        return max(self.dates) if self.dates and not self.weekdays and not self.yearly and not self.public else None

    def days_left(self, today: date) -> int | None:
        """Negative once it has ended; None for one without an end."""
        return None if self.ends is None else (self.ends - today).days


@dataclass(frozen=True, slots=True)
class DayType:
    """A sort of day that programmes can speak of."""

    id: str
    name: Text
    calendars: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    """Equipment types it is for; empty for all that have no day types of their own."""


ORDINARY = DayType("ordinary", Text("ordinaire", "ordinary"))
"""Every day that is nothing else."""


def days_for(types: Sequence[DayType], equipment_type: str) -> tuple[DayType, ...]:
    """Those a programme of an equipment type speaks of: its own, or where it has none those that are nobody's. A school
    is closed on other days than those before which the market is lit."""
    own = tuple(kind for kind in types if equipment_type in kind.types)
    return own or tuple(kind for kind in types if not kind.types)


class Days:
    """The type of any day."""

    def __init__(self, calendars: Mapping[str, Calendar], types: Sequence[DayType]) -> None:
        self.types = (*types, ORDINARY)
        self._calendars = calendars
        self._known: dict[date, tuple[DayType, Text]] = {}

    def kind(self, day: date) -> DayType:
        return self._look(day)[0]

    def why(self, day: date) -> Text:
        """What the day is called; empty for an ordinary one."""
        return self._look(day)[1]

    def _look(self, day: date) -> tuple[DayType, Text]:
        if day not in self._known:
            self._known[day] = self._found(day)
        return self._known[day]

    def _found(self, day: date) -> tuple[DayType, Text]:
        for kind in self.types:
            for id_ in kind.calendars:
                label = self._calendars[id_].label(day)
                if label is not None:
                    return kind, label
        return ORDINARY, NO_TEXT
