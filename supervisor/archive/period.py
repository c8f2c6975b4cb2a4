"""Instants and steps as people write them, by the calendar of the site.

    now, today, yesterday, -90min, -7d, 2026, 2026-10, 2026-10-25, 2026-10-25 02:30, 2026-10-25T02:30:00+01:00
    10s, 15min, 1h, 6h, day, week, month, quarter, year

A year, month or day stands for the whole of it: as the end of a span it means its last moment, so that
"--from 2026-10 --to 2026-10" is October and "--from yesterday --to yesterday" is yesterday.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np

from supervisor.availability import day_of, midnight
from supervisor.clock import SECOND
from supervisor.errors import Unavailable
from supervisor.flow import Times

_DATE = re.compile(r"(\d{4})(?:-(\d\d))?(?:-(\d\d))?")
_BACK = re.compile(r"-(\d+) ?(s|min|h|d|w|month|y)")
_STEP = re.compile(r"(\d*) ?(s|min|h|d|day|week|month|quarter|year)s?")
_DAYS = {"today": 0, "aujourd'hui": 0, "yesterday": -1, "hier": -1, "tomorrow": 1, "demain": 1}
_NOW = ("now", "maintenant")
_SECONDS = {"s": 1, "min": 60, "h": 3600}
_MONTHS = {"month": 1, "quarter": 3, "year": 12}
_EPOCH = datetime(1970, 1, 1)
BLOCK = 20_000
"""Buckets that are reckoned together."""


def instant(words: str, zone: ZoneInfo, now: int, last: bool = False) -> int:
    """What is meant, ns UTC; `last`: as the end of a span. Raises Unavailable with a sentence."""
    said = words.strip().lower()
    if said in _NOW:
        return now
    if said in _DAYS:
        return midnight(day_of(now, zone) + timedelta(_DAYS[said] + last), zone)
    if match := _BACK.fullmatch(said):
        return _back(int(match[1]), match[2], zone, now)
    try:
        if match := _DATE.fullmatch(said):
            return _dated([int(word) for word in match.groups() if word], zone, last)
        return moment(datetime.fromisoformat(words.strip()), zone)
    except ValueError as error:
        raise Unavailable(
            f'"{words}" is no instant ({error}): write 2026-10-25, "2026-10-25 14:30", an ISO time with its offset, '
            "yesterday, or -7d"
        ) from error


def moment(said: datetime, zone: ZoneInfo) -> int:
    """ns UTC. A time without offset is the site's; ValueError where the night of a change has two of it, or none."""
    if said.tzinfo is not None:
        return _count(said.replace(tzinfo=None) - (said.utcoffset() or timedelta()))
    early, late = (said.replace(tzinfo=zone, fold=fold).utcoffset() or timedelta() for fold in (0, 1))
    if early > late:
        raise ValueError(f"{said} comes twice in {zone.key}: add {_offset(early)} or {_offset(late)}")
    if early < late:
        raise ValueError(f"{said} does not exist in {zone.key}, where the clock is put forward over it")
    return _count(said - early)


def _count(utc: datetime | timedelta) -> int:
    passed = utc - _EPOCH if isinstance(utc, datetime) else utc
    return passed // timedelta(microseconds=1) * 1000


def _offset(offset: timedelta) -> str:
    minutes = int(offset.total_seconds()) // 60
    return f"{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02}:{abs(minutes) % 60:02}"


def _back(count: int, unit: str, zone: ZoneInfo, now: int) -> int:
    """Hours and less by the clock's hand; days and more to the same time of day."""
    if unit in _SECONDS:
        return now - count * _SECONDS[unit] * SECOND
    here = datetime.fromtimestamp(now // SECOND, zone).replace(tzinfo=None)
    if unit in ("d", "w"):
        then = here - timedelta(count * (7 if unit == "w" else 1))
    else:
        first = _later(here.date().replace(day=1), -count * (12 if unit == "y" else 1))
        length = (_later(first, 1) - first).days
        then = datetime.combine(first.replace(day=min(here.day, length)), here.time())
    return _wall(then, zone) + now % SECOND


def _dated(numbers: list[int], zone: ZoneInfo, last: bool) -> int:
    first = date(*(numbers + [1, 1])[:3])
    if not last:
        return midnight(first, zone)
    after = first + timedelta(1) if len(numbers) == 3 else _later(first, (12, 1)[len(numbers) - 1])
    return midnight(after, zone)


def _later(first: date, months: int) -> date:
    """The first day of a month, so many months on."""
    count = first.year * 12 + first.month - 1 + months
    return date(count // 12, count % 12 + 1, 1)


def _wall(said: datetime, zone: ZoneInfo) -> int:
    """ns UTC of a time on the wall; the first of two, and the moment of the change where there is none."""
    return round(said.replace(tzinfo=zone).timestamp()) * SECOND


@dataclass(frozen=True, slots=True)
class Step:
    """How long the buckets of an aggregate are, by the site's calendar."""

    count: int
    unit: str
    """s, min, h, day, week, month, quarter or year; only the first three come in numbers."""

    @classmethod
    def of(cls, words: str) -> Step:
        """Raises Unavailable with a sentence."""
        match = _STEP.fullmatch(words.strip().lower())
        if match is None:
            raise Unavailable(f'"{words}" is no step: write 10min, 1h, day, week, month or year')
        count, unit = int(match[1] or 1), "day" if match[2] == "d" else match[2]
        if unit not in _SECONDS:
            if count != 1:
                raise Unavailable(f'"{words}" is no step of the calendar: write {unit}, or hours')
            return cls(1, unit)
        seconds = count * _SECONDS[unit]
        if not count or (3600 % seconds if seconds <= 3600 else 86_400 % seconds or seconds % 3600):
            raise Unavailable(f'"{words}" is no step: it has to go into an hour, or be hours that go into a day')
        return cls(count, unit)

    @property
    def seconds(self) -> int:
        """0 for days and more, whose length varies."""
        return self.count * _SECONDS.get(self.unit, 0)


def blocks(step: Step, start: int, end: int, zone: ZoneInfo) -> Iterator[Times]:
    """Edges of the buckets of start < t <= end, some thousand at a time; each block begins with the last edge before.

    The first and the last bucket are cut where the span is. Hours of the night of a change are real hours: such a day
    has 23 or 25. Steps of several hours follow the clock on the wall, so that night has one that is longer or shorter.
    """
    held = [np.array([start], np.int64)]
    for marks in _marks(step, start, end, zone):
        held.append(marks[(marks > start) & (marks < end)])
        if sum(map(len, held)) > BLOCK:
            joined = np.concatenate(held)
            yield joined
            held = [joined[-1:]]
    yield np.concatenate([*held, np.array([end], np.int64)])


def _marks(step: Step, start: int, end: int, zone: ZoneInfo) -> Iterator[Times]:
    day = day_of(start, zone)
    while (begin := midnight(day, zone)) < end:
        after = _next(day, step.unit) if not step.seconds else day + timedelta(1)
        if 0 < step.seconds <= 3600:
            yield np.arange(begin, midnight(after, zone), step.seconds * SECOND, dtype=np.int64)
        elif step.seconds:
            wall = datetime(day.year, day.month, day.day)
            hours = range(0, 24, step.seconds // 3600)
            yield np.array([_wall(wall + timedelta(hours=hour), zone) for hour in hours], np.int64)
        else:
            yield np.array([midnight(after, zone)], np.int64)
        day = after


def _next(day: date, unit: str) -> date:
    """The first day of the next week, month…"""
    if unit == "day":
        return day + timedelta(1)
    if unit == "week":
        return day + timedelta(7 - day.weekday())
    months = _MONTHS[unit]
    return _later(date(day.year, (day.month - 1) // months * months + 1, 1), months)
