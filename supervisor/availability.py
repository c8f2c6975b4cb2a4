"""Availability: how much of a day or a month a link was up, from the history of its tag `connected`.

    history of L.connected    up ──────┐down┌── up ─────?          ? station off: unknown ┌── up ──
                                       └────┘                                             │

There is no second book of it: what the history says is what is counted, after a restart and after a kill -9 too.

Rules:
- While the station itself did not run nobody knows how the link was: that time is unknown, neither up nor down, and in
  no percentage. The historian marks it when it starts; a pause shorter than `historian.writer.HOLE` leaves no mark and
  counts as what was before it.
- Days and months are those of the site's time zone: a day of the change to summer time has 23 hours, the other one 25.
- The percentage is up / (up + down), and NaN where both are 0.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from supervisor import health
from supervisor.clock import SECOND
from supervisor.flow import Qualities, Times, Values
from supervisor.historian.history import History
from supervisor.model import BAD

LONGEST_STEP_S = 5.0
"""More than this between two looks of the running station is a machine that slept, or a clock that was set: nobody
knows how the links were."""

Marks = NDArray[np.bool_]
Seconds = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Share:
    """How long a link was what, within a span."""

    up_s: float = 0.0
    down_s: float = 0.0
    unknown_s: float = 0.0

    @property
    def percent(self) -> float:
        """Up, of what is known; NaN where nothing is."""
        known = self.up_s + self.down_s
        return 100.0 * self.up_s / known if known else math.nan


@dataclass(frozen=True, slots=True)
class Past:
    """What the history says of one link within a span."""

    start: int
    end: int
    time: Times
    """When each state began, ns UTC, oldest first; the first is that in force at the start."""
    up: Marks
    known: Marks

    def share(self, start: int, end: int) -> Share:
        """Of start < t <= end, which lies within."""
        if end <= start:
            return Share()
        begun = np.clip(self.time, start, end)
        lasted = np.diff(begun, append=end) / SECOND
        up = float(lasted[self.known & self.up].sum())
        down = float(lasted[self.known & ~self.up].sum())
        return Share(up, down, (end - start) / SECOND - up - down)


def past(history: History, link: str, start: int, end: int) -> Past:
    """Of start < t <= end. What ruled last is taken to rule until `end`, so that must not be later than what the
    history knows: for the station's own process it is now, for any other the time of its last sample.

    Raises StoreError where the history can't be read.
    """
    tag = f"{link}.{health.CONNECTED}"
    before = history.at([tag], start)
    found = history.samples(tag, start, end)
    return _past(
        (start, end),
        np.concatenate(([start], found.time)),
        np.concatenate((before.value, found.value)),
        np.concatenate((before.quality, found.quality)),
    )


def _past(span: tuple[int, int], time: Times, value: Values, quality: Qualities) -> Past:
    return Past(*span, time.astype(np.int64), value == 1.0, (quality < BAD) & ~np.isnan(value))


def availability(history: History, link: str, start: int, end: int) -> Share:
    """How long a link was up, down and unknown in start < t <= end; see `past`."""
    return past(history, link, start, end).share(start, end)


def day_of(instant: int, zone: ZoneInfo) -> date:
    """The day of the site's calendar in which an instant lies."""
    return datetime.fromtimestamp(instant // SECOND, zone).date()


def midnight(day: date, zone: ZoneInfo) -> int:
    """When a day begins, ns UTC."""
    return round(datetime(day.year, day.month, day.day, tzinfo=zone).timestamp()) * SECOND


def next_month(day: date) -> date:
    """The first day of the month after."""
    return date(day.year + day.month // 12, day.month % 12 + 1, 1)


def days(history: History, link: str, month: date, zone: ZoneInfo, now: int) -> list[tuple[date, Share]]:
    """Each day of a month that has begun, the present one until now."""
    first, end = month.replace(day=1), min(midnight(next_month(month), zone), now)
    start = midnight(first, zone)
    if end <= start:
        return []
    whole = past(history, link, start, end)
    found, day = [], first
    while (begin := midnight(day, zone)) < end:
        following = day + timedelta(1)
        found.append((day, whole.share(begin, min(midnight(following, zone), end))))
        day = following
    return found


class Running:
    """The running day and month of every link: read once from the history, then counted on by the second."""

    def __init__(self, links: Sequence[str], zone: str) -> None:
        self._links = tuple(links)
        self._zone = ZoneInfo(zone)
        self._since = 0
        """When counting began."""
        self._last = 0
        self._day: _Count | None = None
        self._month: _Count | None = None
        self._read = False

    def step(self, up: Marks, now: int) -> None:
        """The links are so now; count the time since the last step."""
        passed = (now - self._last) / SECOND
        if self._day is None or self._month is None or not self._day.start <= now < self._day.end:
            self._turn(now)
        if self._last and 0 < passed <= LONGEST_STEP_S:
            for count in (self._day, self._month):
                if count:
                    count.add(up, passed)
        self._since, self._last = self._since or now, now

    def _turn(self, now: int) -> None:
        """A new day, perhaps a new month; also where the clock was set back into the last one, which then begins
        anew: its true figures come back with the next start."""
        day = day_of(now, self._zone)
        self._day = _Count(midnight(day, self._zone), midnight(day + timedelta(1), self._zone), len(self._links))
        first = day.replace(day=1)
        start, end = midnight(first, self._zone), midnight(next_month(first), self._zone)
        if self._month is None or self._month.start != start:
            self._month = _Count(start, end, len(self._links))

    def read(self, history: History, known: int) -> None:
        """Add what was before the station began; `known` is up to when the history knew anything then, ns UTC.

        Takes about a millisecond a link: to be called in a thread. Raises StoreError.
        """
        day, month = self._day, self._month
        if day is None or month is None:
            raise ValueError("the running figures are read once counting has begun")
        end = min(known, self._since)
        for at, link in enumerate(self._links if month.start < end else ()):
            whole = past(history, link, month.start, end)
            for count in (day, month):
                share = whole.share(count.start, end)
                count.before[:, at] = share.up_s, share.down_s
        self._read = True

    def percents(self) -> tuple[Seconds, Seconds]:
        """Of the running day and of the month, rounded down to a hundredth: 100 means never down. NaN until the
        history has been read."""
        nothing = np.full(len(self._links), np.nan)
        if not self._read or self._day is None or self._month is None:
            return nothing, nothing
        return self._day.percents(), self._month.percents()


class _Count:
    """Seconds up and down of every link within a day or a month."""

    def __init__(self, start: int, end: int, links: int) -> None:
        self.start, self.end = start, end
        self.before = np.zeros((2, links))
        self._here = np.zeros((2, links))

    def add(self, up: Marks, seconds: float) -> None:
        self._here[0, up] += seconds
        self._here[1, ~up] += seconds

    def percents(self) -> Seconds:
        up, down = self.before + self._here
        known = up + down
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.where(known > 0, np.floor(10_000 * up / known + 1e-6) / 100, np.nan)
