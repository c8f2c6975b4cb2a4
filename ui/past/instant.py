"""Instants as an operator writes them: 22/11 03:14, 2026-11-22 03:14:07, 03:14, hier 18:00, -2h, -3j. No Qt."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from supervisor.clock import SECOND

_UNITS = {"s": 1, "min": 60, "m": 60, "h": 3600, "j": 86_400, "d": 86_400, "sem": 604_800, "w": 604_800}
_AGO = re.compile(r"-\s*(\d+(?:[.,]\d+)?)\s*(s|min|m|h|j|d|sem|w)", re.IGNORECASE)
_CLOCK = r"(?P<hour>\d{1,2})\s*[:h]\s*(?P<minute>\d{2})?(?::(?P<second>\d{2}))?"
_DAYS = (
    r"(?P<year>\d{4})-(?P<month>\d{1,2})-(?P<day>\d{1,2})",
    r"(?P<day>\d{1,2})/(?P<month>\d{1,2})(?:/(?P<year>\d{4}|\d{2}))?",
    r"(?P<yesterday>hier|yesterday)",
)
_WHOLE = [re.compile(rf"(?:{day})(?:[\sT]+{_CLOCK})?", re.IGNORECASE) for day in _DAYS] + [re.compile(_CLOCK)]


def read(text: str, now: int, zone: ZoneInfo) -> int | None:
    """The instant (ns UTC) that is meant, at `now`; None where none is.

    What says no day, or no year, is the last such one that was. An hour that the clocks go through twice is the first.
    """
    text = text.strip()
    if found := _AGO.fullmatch(text):
        return now - round(float(found[1].replace(",", ".")) * _UNITS[found[2].lower()] * SECOND)
    for form in _WHOLE:
        if found := form.fullmatch(text):
            try:
                return _instant(found.groupdict(), datetime.fromtimestamp(now / SECOND, zone))
            except ValueError:  # the 31st of February
                return None
    return None


def _instant(said: dict[str, str | None], now: datetime) -> int:
    at = time(int(said.get("hour") or 0), int(said.get("minute") or 0), int(said.get("second") or 0))
    if said.get("yesterday"):
        meant = datetime.combine(now.date() - timedelta(days=1), at, now.tzinfo)
    elif said.get("day"):
        meant = _dated(said, at, now)
    else:
        meant = datetime.combine(now.date(), at, now.tzinfo)
        if meant > now:
            meant = datetime.combine(now.date() - timedelta(days=1), at, now.tzinfo)
    return int(meant.timestamp()) * SECOND


def _dated(said: dict[str, str | None], at: time, now: datetime) -> datetime:
    month, day, year = int(said["month"] or 0), int(said["day"] or 0), said.get("year")
    if year:
        full = int(year) if len(year) == 4 else 2000 + int(year)
        return datetime.combine(date(full, month, day), at, now.tzinfo)
    meant = datetime.combine(date(now.year, month, day), at, now.tzinfo)
    return meant if meant <= now else datetime.combine(date(now.year - 1, month, day), at, now.tzinfo)
