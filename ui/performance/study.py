"""Study: the figures of one span and position with their action plans, read away from the window's thread. No Qt.

A `Reader` keeps what it read of one span, so that the live one only reads what came since.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from alarms.performance import DAY, ENOUGH_DAYS, Figures, Span, measure
from alarms.record import Record
from supervisor.clock import SECOND
from supervisor.desk.plans import Plan, standing
from supervisor.health import STATION_ID
from supervisor.holes import STATION, HoleReader
from supervisor.model import Site
from supervisor.site.positions import Position


@dataclass(frozen=True, slots=True)
class Period:
    """What is looked at: a month of the site's calendar, or the thirty days up to now."""

    year: int = 0
    month: int = 0

    @property
    def live(self) -> bool:
        return not self.year

    @property
    def id(self) -> str:
        return "" if self.live else f"{self.year}-{self.month:02}"

    @classmethod
    def named(cls, id_: str) -> Period:
        """The period of an id."""
        return cls(int(id_[:4]), int(id_[5:])) if id_ else cls()

    def span(self, now: int, zone: ZoneInfo) -> Span:
        """Up to now at most: nobody is judged by days to come."""
        if self.live:
            return Span(now - ENOUGH_DAYS * DAY, now)
        start = _midnight(self.year, self.month, zone)
        after = self.after
        return Span(start, min(_midnight(after.year, after.month, zone), max(now, start)))

    @property
    def after(self) -> Period:
        """The month that follows."""
        return Period(self.year + self.month // 12, self.month % 12 + 1)


def _midnight(year: int, month: int, zone: ZoneInfo) -> int:
    return int(datetime(year, month, 1, tzinfo=zone).timestamp()) * SECOND


def months(begin: int, now: int, zone: ZoneInfo) -> list[Period]:
    """Every month the journal has something of, the newest first; the present one even where it has nothing."""
    last = datetime.fromtimestamp(now / SECOND, zone)
    first = datetime.fromtimestamp(begin / SECOND, zone) if begin else last
    found, at = [], Period(first.year, first.month)
    while (at.year, at.month) <= (last.year, last.month):
        found.append(at)
        at = at.after
    return found[::-1]


@dataclass(frozen=True, slots=True)
class Study:
    """What the page shows."""

    period: Period
    figures: Figures
    plans: dict[str, Plan]
    begin: int
    """When the journal begins, ns UTC."""
    position: Position | None


class Reader:
    """See the module; used by one thread at a time."""

    def __init__(self, site: Site, path: Path, holes: HoleReader | None = None) -> None:
        """`holes` knows when the station did not run."""
        self._site, self._path, self._holes = site, path, holes
        self._zone = ZoneInfo(site.zone)
        self._ids = [alarm.id for alarm in site.alarms]
        self._record: Record | None = None
        self._period = Period()

    def study(self, period: Period, position: Position | None, now: int) -> Study:
        """Read what is new and reckon. Raises StoreError."""
        span = period.span(now, self._zone)
        record = self._record
        within = record is not None and 0 <= span.start - record.start <= DAY  # in the past the days go back too
        if record is None or period != self._period or not within:
            over = not period.live and span.end < now
            record = self._record = Record(self._path, self._ids, span.start, span.end if over else None)
            self._period = period
        record.update()
        events = record.events()
        figures = measure(events, span, self._zone, self._scope(position, len(events.ids)), self._down(span))
        return Study(period, figures, standing(self._path), events.begin, position)

    def _down(self, span: Span) -> list[Span]:
        """When the station did not run, by the ledger of holes."""
        own = self._site.tags_by_equipment.get(STATION_ID, ())
        if self._holes is None or not own:
            return []
        found = self._holes.of(own[0], span.start, span.end)
        return [Span(one.start, one.end or span.end) for one in found if one.cause == STATION]

    def _scope(self, position: Position | None, count: int) -> NDArray[np.bool_] | None:
        """Which alarms are the position's; those of rules that are gone are nobody's but the whole site's."""
        if position is None:
            return None
        scope = np.zeros(count, np.bool_)
        areas = self._site.areas
        scope[: len(self._ids)] = [position.answers(alarm.equipment, areas) for alarm in self._site.alarms]
        return scope
