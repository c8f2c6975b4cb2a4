"""Sun: when it rises and sets at one place, by astral, each day once.

Sunrise and sunset are those of the upper edge with a refraction of 34 minutes of arc (centre at -0.833 degrees); civil
and nautical twilight are -6 and -12 degrees. Source: Explanatory Supplement to the Astronomical Almanac, 9.3. How far
that is from published tables stands in docs/schedules.md.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta, tzinfo
from enum import StrEnum
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from supervisor.clock import SECOND

NOON_S = 43_200


class SunEvent(StrEnum):
    """What the sun does once a day; the words of the site folder."""

    NAUTICAL_DAWN = "nautical_dawn"
    DAWN = "dawn"
    """Civil: about when street lights go out."""
    SUNRISE = "sunrise"
    NOON = "noon"
    SUNSET = "sunset"
    DUSK = "dusk"
    """Civil: about when street lights go on."""
    NAUTICAL_DUSK = "nautical_dusk"


MORNING = frozenset({SunEvent.NAUTICAL_DAWN, SunEvent.DAWN, SunEvent.SUNRISE})
_DEPRESSION = {
    SunEvent.NAUTICAL_DAWN: 12.0, SunEvent.DAWN: 6.0, SunEvent.DUSK: 6.0, SunEvent.NAUTICAL_DUSK: 12.0,
}  # fmt: skip


class Sun:
    """The sun over one place; `at` is in the civil days of `zone`."""

    def __init__(self, latitude: float, longitude: float, zone: ZoneInfo) -> None:
        """Degrees, north and east positive."""
        self.place = (latitude, longitude)
        self._zone = zone
        self._known: dict[tuple[SunEvent, date], int | None] = {}

    def at(self, event: SunEvent, day: date) -> int | None:
        """ns UTC; None where it does not happen, as in a polar summer.

        A morning event lies in the twelve hours before the noon of the day and an evening one in the twelve after it,
        so a dusk past midnight still is of the day that ended.
        """
        if (event, day) not in self._known:
            self._known[event, day] = self._found(event, day)
        return self._known[event, day]

    def _found(self, event: SunEvent, day: date) -> int | None:
        noon = datetime(day.year, day.month, day.day, 12, tzinfo=self._zone)
        first = noon - timedelta(hours=13) if event in MORNING else noon - timedelta(hours=1)
        for offset in (0, -1 if event in MORNING else 1):
            found = self._computed(event, day + timedelta(days=offset))
            if found and first <= found < first + timedelta(hours=14):
                return round(found.timestamp()) * SECOND
        return None

    def _computed(self, event: SunEvent, day: date) -> datetime | None:
        try:
            return self._formulas[event](day, self._zone)
        except ValueError:  # the sun stays above or below that height all day
            return None

    @cached_property
    def _formulas(self) -> dict[SunEvent, Callable[[date, tzinfo], datetime]]:
        from astral import Observer, sun  # a tenth of a second to load

        observer = Observer(*self.place)

        def of(formula: Any, **more: float) -> Callable[[date, tzinfo], datetime]:
            def found(day: date, zone: tzinfo) -> datetime:
                instant: datetime = formula(observer, day, tzinfo=zone, **more)
                return instant

            return found

        formulas = {SunEvent.SUNRISE: of(sun.sunrise), SunEvent.NOON: of(sun.noon), SunEvent.SUNSET: of(sun.sunset)}
        for event, depression in _DEPRESSION.items():
            formulas[event] = of(sun.dawn if event in MORNING else sun.dusk, depression=depression)
        return formulas
