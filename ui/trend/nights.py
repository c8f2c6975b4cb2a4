"""Nights: when the sun is down, to be shaded behind the curves; a lamp that burns at noon then shows by itself."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

LONGEST_S = 20 * 86_400.0
"""Of a span; over more, nights are narrower than what they would explain."""


class Nights:
    """The nights of one place; each day is computed once."""

    def __init__(self, latitude: float, longitude: float, zone: ZoneInfo) -> None:
        self._place, self._zone = (latitude, longitude), zone
        self._suns: dict[date, tuple[float, float]] = {}

    def between(self, start: float, end: float) -> list[tuple[float, float]]:
        """Sunset to sunrise, seconds UTC, oldest first; none over long spans and where the sun never sets."""
        if end - start > LONGEST_S:
            return []
        day = datetime.fromtimestamp(start, self._zone).date() - timedelta(days=1)
        found = []
        while (dark := self._sun(day)[1]) < end:
            day += timedelta(days=1)
            light = self._sun(day)[0]
            if dark < light and light > start:
                found.append((max(dark, start), min(light, end)))
        return found

    def _sun(self, day: date) -> tuple[float, float]:
        """Sunrise and sunset of a day; the whole day where there is none, so that it has no night."""
        if day not in self._suns:
            self._suns[day] = self._computed(day)
        return self._suns[day]

    def _computed(self, day: date) -> tuple[float, float]:
        from astral import Observer  # astral takes a tenth of a second to load
        from astral.sun import sunrise, sunset

        observer = Observer(*self._place)
        try:
            return sunrise(observer, day).timestamp(), sunset(observer, day).timestamp()
        except ValueError:  # beyond the polar circle the sun may stay up or down all day
            midnight = datetime(day.year, day.month, day.day, tzinfo=self._zone)
            return midnight.timestamp(), (midnight + timedelta(days=1)).timestamp()
