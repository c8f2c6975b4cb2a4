"""Comparison: the same hours of an earlier day, drawn behind the curves. No Qt."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from supervisor.model import Text


@dataclass(frozen=True)
class Comparison:
    """See the module."""

    id: str
    days: int
    words: Text


COMPARISONS = (
    Comparison("yesterday", 1, Text(fr="Veille", en="Day before")),
    Comparison("last_week", 7, Text(fr="Semaine précédente", en="Week before")),
)


def shift(comparison: Comparison, instant: float, zone: ZoneInfo) -> float:
    """Seconds from the same wall-clock time of the earlier day to an instant (seconds UTC).

    A day on which the clocks change has 23 or 25 hours: rush hour is compared with rush hour.
    """
    wall = datetime.fromtimestamp(instant, zone).replace(tzinfo=None)
    earlier = (wall - timedelta(days=comparison.days)).replace(tzinfo=zone)
    return instant - earlier.timestamp()
