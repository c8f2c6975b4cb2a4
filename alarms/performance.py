"""Performance: what the alarms of a span ask of an operator, in the figures of ISA-18.2 / IEC 62682 and EEMUA 191.

    events ─ measure() ─> Figures ─ `alarms.verdicts` ─> one Line per measure     pure; no file, no clock

Counted is what an operator was told: a raise of an alarm that was shelved, suppressed or out of service is not, and
hidden time makes nothing stale. Rates and shares are of the hours in which the station ran.
The targets are for one operator position; whoever gives the alarms of several is told what one person would face.

Source of the figures: ISA-18.2 / IEC 62682 (clause on monitoring and assessment) and EEMUA 191, as quoted by
independent secondary sources; the standards themselves are not free to read.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from alarms.record import Events, Happening, Hidings, Ints, Mask, Raises, hidings, raises
from supervisor.clock import SECOND

MINUTE, HOUR, DAY = 60 * SECOND, 3600 * SECOND, 86_400 * SECOND
SLOT = 10 * MINUTE
FLOOD_BEGINS = 10
"""More than so many in ten minutes begin a flood (ISA-18.2)."""
FLOOD_ENDS = 5
"""Fewer than so many in ten minutes end it (ISA-18.2)."""
CHATTER = 3
"""So many raises of one alarm within a minute are chattering (ISA-18.2)."""
FLEETING = 10 * SECOND
"""An alarm that is gone sooner, and is not chattering, is fleeting. The standards give no number; nobody has read
an alarm and answered it in ten seconds."""
STALE = DAY
TOP = 10
ENOUGH_DAYS = 30
"""Days of data the standard wants before anything is concluded."""


@dataclass(frozen=True, slots=True)
class Span:
    """start < t <= end, ns UTC."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Frequent:
    """One alarm and how often."""

    id: str
    count: int
    share: float = 0.0
    """Of all raises, 0 to 1; of the most frequent ones."""


@dataclass(frozen=True, slots=True)
class Stale:
    """One alarm that stood, and was seen, longer than a day."""

    id: str
    since: int
    end: int
    """0 while it stands."""
    seen: int
    """How long it was seen of the time it stood, as far as the span goes, ns."""
    parts: tuple[tuple[int, int], ...]
    """When it was seen and had been for a day: that is when it was stale."""


@dataclass(frozen=True, slots=True)
class Flood:
    """One flood, whole even where the span begins or ends in it; `end` is when fewer than five came in ten minutes, or
    up to when anything is known."""

    start: int
    end: int
    count: int
    """Raises in it, with the ten minutes that made it one."""


@dataclass(frozen=True, slots=True)
class Day:
    """One day of the site's calendar."""

    start: int
    """Midnight, or where the span begins."""
    count: int
    stale: int
    """Alarms that stood longer than a day at some moment of it."""
    flooded: bool


@dataclass(frozen=True, slots=True)
class Figures:
    """What a span was like. Shares go from 0 to 1."""

    span: Span
    days_known: float
    """How much of the span the journal covers and the station ran, in days."""
    count: int
    hidden: int
    """Raises nobody was told of."""
    per_hour: float
    per_day: float
    per_slot: float
    """Mean in ten minutes."""
    peak: int
    """Most in a slot of ten minutes."""
    slots_over: float
    """Share of the slots with more than ten."""
    flood_share: float
    floods: tuple[Flood, ...]
    top: tuple[Frequent, ...]
    top_share: float
    chattering: tuple[Frequent, ...]
    """`count` is the raises that were part of it."""
    fleeting: tuple[Frequent, ...]
    stale: tuple[Stale, ...]
    """The longest first."""
    worst_day: Day | None
    """The one with the most stale alarms; None where there never was one."""
    priorities: tuple[int, int, int, int]
    shelved: int
    suppressed: int
    removed: int
    """Acts of the span: shelvings, suppressions, removals from service."""
    days: tuple[Day, ...]


def measure(
    events: Events, span: Span, zone: ZoneInfo, scope: Mask | None = None, down: Sequence[Span] = ()
) -> Figures:
    """The figures of a span; `scope` says of each of `events.ids` whether it is the position's, None for all; `down` is
    when the station did not run, in order and without overlaps."""
    if scope is not None:
        events = _within(events, scope)
    every = raises(events)
    inside = (every.time > span.start) & (every.time <= span.end)
    told, shown = every.of(inside & every.shown), every.of(every.shown)
    ran = Ran(max(span.start, events.begin or span.end), span.end, down)
    known = ran.within(span.start, span.end)
    slots = np.bincount((told.time - span.start - 1) // SLOT) if len(told.time) else np.zeros(1, np.intp)
    floods = floods_of(shown.time, max(span.end, events.until))
    floods = tuple(flood for flood in floods if flood.start <= span.end and flood.end > span.start)
    stale = _stale(every, hidings(events), span, events.ids)
    days = _days(told.time, stale, floods, span, zone)
    top = _frequent(told.alarm, events.ids)
    chatter = _chattering(shown)[inside[every.shown]]
    # a clock that was set back lets an alarm end before it came: how long it stood is not known
    brief = (told.end >= told.time) & (told.end - told.time < FLEETING) & ~chatter
    acts = [_count(events, span, what) for what in (Happening.SHELVE, Happening.SUPPRESS, Happening.REMOVE)]
    return Figures(
        span=span,
        days_known=known / DAY,
        count=len(told.time),
        hidden=int(np.count_nonzero(inside & ~every.shown)),
        per_hour=_rate(len(told.time), known, HOUR),
        per_day=_rate(len(told.time), known, DAY),
        per_slot=_rate(len(told.time), known, SLOT),
        peak=int(slots.max()),
        slots_over=_rate(int(np.count_nonzero(slots > FLOOD_BEGINS)), known, SLOT),
        flood_share=sum(ran.within(flood.start, flood.end) for flood in floods) / known if known else 0.0,
        floods=floods,
        top=top[:TOP],
        top_share=sum(one.share for one in top[:TOP]),
        chattering=_frequent(told.alarm[chatter], events.ids),
        fleeting=_frequent(told.alarm[brief], events.ids),
        stale=stale,
        worst_day=max((day for day in days if day.stale), key=lambda day: day.stale, default=None),
        priorities=tuple(int(np.count_nonzero(told.priority == number)) for number in (1, 2, 3, 4)),  # type: ignore[arg-type]
        shelved=acts[0],
        suppressed=acts[1],
        removed=acts[2],
        days=days,
    )


class Ran:
    """The hours in which the station ran."""

    def __init__(self, start: int, end: int, down: Sequence[Span]) -> None:
        self._start, self._end, self._down = start, end, down

    def within(self, start: int, end: int) -> int:
        """How long that was of a span, ns."""
        start, end = max(start, self._start), min(end, self._end)
        off = sum(max(min(one.end, end) - max(one.start, start), 0) for one in self._down)
        return max(end - start - off, 0)


def floods_of(time: Ints, end: int) -> tuple[Flood, ...]:
    """The floods among raises given by time; one that still runs ends at `end`, as far as anybody knows."""
    if not len(time):
        return ()
    held = np.arange(1, len(time) + 1) - np.searchsorted(time, time - SLOT, "right")
    begins = np.flatnonzero(held > FLOOD_BEGINS)
    gone = time + SLOT
    """When each raise is ten minutes old, and how many younger ones there are then."""
    left = np.searchsorted(time, gone, "right") - np.arange(1, len(time) + 1)
    calm = gone[left < FLOOD_ENDS]
    found: list[Flood] = []
    at = 0
    while at < len(begins):
        first = int(begins[at])
        over = int(np.searchsorted(calm, time[first], "right"))
        stop = min(int(calm[over]) if over < len(calm) else end, end)
        count = np.searchsorted(time, stop, "right") - np.searchsorted(time, time[first] - SLOT, "right")
        found.append(Flood(int(time[first]), max(stop, int(time[first])), int(count)))
        at = int(np.searchsorted(time[begins], stop, "right"))
    return tuple(found)


def _within(events: Events, scope: Mask) -> Events:
    keep = scope[events.alarm]
    time, what, alarm = events.time[keep], events.what[keep], events.alarm[keep]
    return Events(time, what, alarm, events.priority[keep], events.ids, events.begin, events.until)


def _rate(count: int, known: int, unit: int) -> float:
    """Per unit of time; of less than one unit what there was, for nobody extrapolates from a minute."""
    return count / max(known / unit, 1.0)


def _count(events: Events, span: Span, what: Happening) -> int:
    inside = (events.time > span.start) & (events.time <= span.end)
    return int(np.count_nonzero(inside & (events.what == what)))


def _frequent(alarm: NDArray[np.int32], ids: Sequence[str]) -> tuple[Frequent, ...]:
    numbers, counts = np.unique(alarm, return_counts=True)
    order = np.argsort(-counts, kind="stable")
    return tuple(
        Frequent(ids[int(numbers[at])], int(counts[at]), float(counts[at] / len(alarm))) for at in order.tolist()
    )


def _chattering(told: Raises) -> Mask:
    """Which raises are one of three or more of their alarm within a minute."""
    order = np.argsort(told.alarm, kind="stable")
    alarm, time = told.alarm[order], told.time[order]
    found = np.zeros(len(order), np.bool_)
    if len(order) < CHATTER:
        return found
    span = CHATTER - 1
    first = np.flatnonzero((alarm[span:] == alarm[:-span]) & (time[span:] - time[:-span] <= MINUTE))
    for step in range(CHATTER):
        found[order[first + step]] = True
    return found


def _stale(every: Raises, hidden: Hidings, span: Span, ids: Sequence[str]) -> tuple[Stale, ...]:
    """Those that were seen for more than a day while they stood, the last moment of which lies in the span; the longest
    first."""
    end = np.where(every.end > 0, every.end, span.end)
    last = np.minimum(end, span.end)
    found = []
    for row in np.flatnonzero((last - every.time > STALE) & (end > span.start)).tolist():
        seen = hidden.seen(int(every.alarm[row]), int(every.time[row]), int(last[row]))
        parts = _after_a_day(seen)
        if parts and parts[-1][1] > span.start:
            length = sum(stop - start for start, stop in seen)
            found.append(Stale(ids[int(every.alarm[row])], int(every.time[row]), int(every.end[row]), length, parts))
    return tuple(sorted(found, key=lambda one: -one.seen))


def _after_a_day(seen: Sequence[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    """What is left of these parts without their first 24 hours."""
    left, parts = STALE, []
    for start, stop in seen:
        begin = start + min(left, stop - start)
        left -= begin - start
        if begin < stop:
            parts.append((begin, stop))
    return tuple(parts)


def _days(
    time: Ints, stale: tuple[Stale, ...], floods: tuple[Flood, ...], span: Span, zone: ZoneInfo
) -> tuple[Day, ...]:
    edges = _midnights(span, zone)
    days = []
    for start, end in itertools.pairwise(edges):
        count = int(np.searchsorted(time, end, "right") - np.searchsorted(time, start, "right"))
        old = sum(any(begin < end and stop > start for begin, stop in one.parts) for one in stale)
        days.append(Day(start, count, old, any(flood.start < end and flood.end > start for flood in floods)))
    return tuple(days)


def _midnights(span: Span, zone: ZoneInfo) -> list[int]:
    """Where the days of the span begin, its own ends at both sides; a day has 23 or 25 hours twice a year."""
    day = datetime.fromtimestamp(span.start / SECOND, zone).date() + timedelta(days=1)
    edges = [span.start]
    while (edge := int(datetime.combine(day, time(), zone).timestamp()) * SECOND) < span.end:
        if edge > span.start:
            edges.append(edge)
        day += timedelta(days=1)
    return [*edges, span.end]
