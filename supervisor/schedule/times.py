"""Times: `23:00`, `sunset+15min`, and what instant that is on a day, both nights of the changing clock included.

Rules:
- A time that the clock skips in spring happens when it jumps: 02:30 is at 03:00 summer time.
- A time that comes twice in autumn happens the first time.
- A duration is one of the physical clock: twenty minutes of water are twenty minutes in any night.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from supervisor.clock import SECOND
from supervisor.schedule.sun import MORNING, NOON_S, Sun, SunEvent

HOUR_S, DAY_S = 3600, 86_400
FURTHEST_S = 12 * HOUR_S
"""Of an offset from the sun: with more the point would be of another day."""
_CLOCK = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)(?::([0-5]\d))?")
_SUN = re.compile(r"([a-z_]+)\s*(?:([+-])\s*(.+))?")
_SPAN = re.compile(r"(?:(\d+)\s*h)?\s*(?:(\d+)\s*min|(\d+)(?=\s*$))?\s*(?:(\d+)\s*s)?")
FORM = 'Write "23:00", "sunset" or "sunset-15min".'


@dataclass(frozen=True, slots=True)
class When:
    """A time of a day: of the clock, or of the sun with an offset and limits of the clock."""

    clock_s: int = 0
    """Seconds after midnight; counts where there is no event."""
    event: SunEvent | None = None
    offset_s: int = 0
    not_before_s: int | None = None
    not_after_s: int | None = None


def parse_clock(text: str) -> int:
    """Seconds after midnight. Raises ValueError."""
    match = _CLOCK.fullmatch(text.strip())
    if not match:
        raise ValueError(f'"{text}" is no time of the clock')
    hours, minutes, seconds = (int(part or 0) for part in match.groups())
    return hours * HOUR_S + minutes * 60 + seconds


def parse_span(text: str) -> int:
    """Seconds of "1h30", "20min", "45s". Raises ValueError."""
    match = _SPAN.fullmatch(text.strip())
    if not match or not any(match.groups()):
        raise ValueError(f'"{text}" is no duration')
    hours, minutes, bare, seconds = (int(part or 0) for part in match.groups())
    return hours * HOUR_S + (minutes + bare) * 60 + seconds


def parse_when(text: str) -> When:
    """A time without limits. Raises ValueError."""
    if _CLOCK.fullmatch(text.strip()):
        return When(parse_clock(text))
    match = _SUN.fullmatch(text.strip())
    if not match or match[1] not in {event.value for event in SunEvent}:
        raise ValueError(f'"{text}" is no time')
    offset = parse_span(match[3]) if match[3] else 0
    if offset > FURTHEST_S:
        raise ValueError(f'"{text}" is more than twelve hours from the sun')
    return When(0, SunEvent(match[1]), -offset if match[2] == "-" else offset)


def wall(zone: ZoneInfo, day: date, seconds: int) -> int:
    """The instant (ns UTC) when the clock on the wall shows `seconds` after midnight; see the rules above."""
    naive = datetime(day.year, day.month, day.day) + timedelta(seconds=seconds)
    first = naive.replace(tzinfo=zone).astimezone(UTC)
    if first.astimezone(zone).replace(tzinfo=None) == naive:
        return round(first.timestamp()) * SECOND
    late = round(first.timestamp())
    early = round(naive.replace(tzinfo=zone, fold=1).timestamp())
    return _jump(zone, early, late) * SECOND


def _jump(zone: ZoneInfo, early: int, late: int) -> int:
    """When the clock jumps between two seconds UTC: the first second with the later offset."""
    after = datetime.fromtimestamp(late, zone).utcoffset()
    while late - early > 1:
        middle = (early + late) // 2
        if datetime.fromtimestamp(middle, zone).utcoffset() == after:
            late = middle
        else:
            early = middle
    return late


def nominal(zone: ZoneInfo, instant: int) -> int:
    """What the clock on the wall shows, as seconds that order a day; instants within an hour that comes twice mix."""
    moment = datetime.fromtimestamp(instant // SECOND, zone)
    return moment.toordinal() * DAY_S + moment.hour * HOUR_S + moment.minute * 60 + moment.second


@dataclass(frozen=True, slots=True)
class Place:
    """Where and how a programme reads times."""

    zone: ZoneInfo
    sun: Sun
    noon: bool = False
    """Its days go from noon to noon, so that a night belongs to the day it begins on."""

    def begins(self, day: date) -> int:
        """ns UTC."""
        return wall(self.zone, day, NOON_S if self.noon else 0)

    def day_of(self, instant: int) -> date:
        moment = datetime.fromtimestamp(instant // SECOND, self.zone)
        return moment.date() - timedelta(days=1) if self.noon and moment.hour < 12 else moment.date()

    def shown(self, instant: int) -> str:
        """What the clock on the wall shows."""
        return f"{datetime.fromtimestamp(instant // SECOND, self.zone):%H:%M}"

    def days_from(self, instant: int, count: int) -> list[date]:
        """The calendar day of an instant and those after it."""
        first = datetime.fromtimestamp(instant // SECOND, self.zone).date()
        return [first + timedelta(days=number) for number in range(count)]

    def instant(self, when: When, day: date) -> tuple[int, int] | None:
        """ns UTC and the time the clock was meant to show; None on a day without that event of the sun."""
        if when.event is None:
            at = self._clock(day, when.clock_s)
            return at, (self._date(day, when.clock_s).toordinal() * DAY_S + when.clock_s)
        found = self.sun.at(when.event, day + timedelta(days=1) if self.noon and when.event in MORNING else day)
        if found is None:
            return None
        found += when.offset_s * SECOND
        if when.not_before_s is not None:
            found = max(found, self._clock(day, when.not_before_s))
        if when.not_after_s is not None:
            found = min(found, self._clock(day, when.not_after_s))
        return found, nominal(self.zone, found)

    def _date(self, day: date, seconds: int) -> date:
        return day + timedelta(days=1) if self.noon and seconds < NOON_S else day

    def _clock(self, day: date, seconds: int) -> int:
        return wall(self.zone, self._date(day, seconds), seconds)
