"""Ticks: round numbers on the value axis, round wall-clock times on the time axis. No Qt."""

from __future__ import annotations

from datetime import datetime, timedelta
from math import ceil, floor, log10
from zoneinfo import ZoneInfo

DAY_S = 86_400
_STEPS_S = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600)
_STEPS_H = (2, 3, 6, 12)
_STEPS_D = (1, 2, 5, 10)
"""Days of the month count from 1: 10 gives the 1st, the 11th and the 21st, but not the 31st, the day before a 1st."""
_STEPS_M = (1, 2, 3, 6)
"""Months."""


def value_ticks(low: float, high: float, most: int) -> tuple[list[float], int]:
    """At most `most` round numbers between the ends, and how many decimals they need."""
    rough = (high - low) / max(most - 1, 1)
    power = 10.0 ** floor(log10(rough))
    step = next(factor * power for factor in (1, 2, 2.5, 5, 10) if factor * power >= rough * 0.999)
    decimals = max(0, -floor(log10(step) + 1e-9))
    if round(step, decimals) != round(step, decimals + 1):
        decimals += 1
    first = ceil(low / step - 1e-6)
    return [number * step for number in range(first, floor(high / step + 1e-6) + 1)], decimals


def time_ticks(start: float, end: float, most: int, zone: ZoneInfo) -> tuple[list[float], float]:
    """Instants (seconds UTC) that are round on the wall, at most about `most`; and the step in seconds.

    Above an hour they are counted on the wall clock, so that midnight stays midnight when the clocks change.
    """
    rough = (end - start) / max(most, 1)
    for step in _STEPS_S:
        if step >= rough:
            return _even(start, end, step, zone), step
    for hours in _STEPS_H:
        if hours * 3600 >= rough:
            return _hours(start, end, hours, zone), hours * 3600
    for days in _STEPS_D:
        if days * DAY_S >= rough:
            return _days(start, end, days, zone), days * DAY_S
    months = next((months for months in _STEPS_M if months * 30 * DAY_S >= rough), 12)
    return _months(start, end, months, zone), months * 30 * DAY_S


def midnights(start: float, end: float, zone: ZoneInfo) -> list[float]:
    """The beginnings of days between two instants."""
    return _hours(start, end, 24, zone)


def _even(start: float, end: float, step: int, zone: ZoneInfo) -> list[float]:
    offset = datetime.fromtimestamp(start, zone).utcoffset() or timedelta()
    shift = offset.total_seconds()
    first = ceil((start + shift) / step)
    return [number * step - shift for number in range(first, floor((end + shift) / step) + 1)]


def _hours(start: float, end: float, hours: int, zone: ZoneInfo) -> list[float]:
    day = _midnight(start, zone)
    found: list[float] = []
    while day.timestamp() <= end:
        found += [day.replace(hour=hour).timestamp() for hour in range(0, 24, hours)]
        day = (day + timedelta(hours=26)).replace(hour=0)
    return [instant for instant in found if start <= instant <= end]


def _days(start: float, end: float, days: int, zone: ZoneInfo) -> list[float]:
    found = []
    day = _midnight(start, zone)
    while (instant := day.timestamp()) <= end:
        if instant >= start and (day.day - 1) % days == 0 and (days == 1 or day.day < 31):
            found.append(instant)
        day = (day + timedelta(hours=26)).replace(hour=0)
    return found


def _months(start: float, end: float, months: int, zone: ZoneInfo) -> list[float]:
    found = []
    day = _midnight(start, zone).replace(day=1)
    while (instant := day.timestamp()) <= end:
        if instant >= start and (day.month - 1) % months == 0:
            found.append(instant)
        day = (day + timedelta(days=32)).replace(day=1)
    return found


def _midnight(instant: float, zone: ZoneInfo) -> datetime:
    return datetime.fromtimestamp(instant, zone).replace(hour=0, minute=0, second=0, microsecond=0)
