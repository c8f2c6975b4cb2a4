"""Plan: what should be, at any instant. A function of the instant only.

Plan      one programme: the marks of each day, and what they come to
Bundle    equipment that the same programmes speak of; of two programmes the higher priority counts

events(t0, t1)  =  the instants start < t <= end where `state_at` changes, each with what changes
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import chain

from supervisor.clock import SECOND
from supervisor.schedule.calendars import Days
from supervisor.schedule.programmes import Action, Point, Programme, Schedule
from supervisor.schedule.sun import Sun
from supervisor.schedule.times import DAY_S, Place

BACK_DAYS = 366
"""How far back a state is looked for: what nobody has asked for in a year is asked for by nobody."""
SPILL_DAYS = 2
"""A point lies at most so far from its day: an offset, limits, the end of a window."""
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, order=True)
class Mark:
    """One action on one day. Of two at the same instant the one meant for later counts, then the one written later."""

    instant: int
    nominal: int
    order: int
    action: Action = field(compare=False)
    ends: bool = field(compare=False, default=False)
    """It ends a window."""
    until: int = field(compare=False, default=0)
    """When the window ends that it begins; 0 for none."""


@dataclass(frozen=True, slots=True)
class Target:
    """What one tag should be."""

    programme: str
    action: Action
    since: int
    """When it was asked for, ns UTC."""
    ends: bool = False
    """It ends a window: asked for whatever the condition says, or a valve would stay open in the rain."""

    @property
    def tag(self) -> str:
        return self.action.tag


State = Mapping[str, Target]
"""Tag -> target; what no programme speaks of is not in it. In the order in which things are to be done."""


@dataclass(frozen=True, slots=True)
class Event:
    """A change of what should be."""

    instant: int
    changes: tuple[Target, ...]


class Plan:
    """One programme over the days."""

    def __init__(self, programme: Programme, schedule: Schedule, days: Days) -> None:
        self.programme = programme
        self.days = days
        self.place = Place(
            schedule.zone, Sun(*(programme.position or schedule.position), schedule.zone), programme.noon
        )
        self._tags = programme.tags()
        self._marks: dict[date, tuple[Mark, ...]] = {}

    def active(self, day: date) -> bool:
        """Whether the programme has a say on this day of its own."""
        one = self.programme
        within = (one.first is None or one.first <= day) and (one.last is None or day <= one.last)
        return within and one.in_season(day) and (not one.days or self.days.kind(day).id in one.days)

    def marks(self, day: date) -> tuple[Mark, ...]:
        """What is asked for on a day, in no order; nothing on a day without a say."""
        if day not in self._marks:
            self._marks[day] = tuple(self._made(day)) if self.active(day) else ()
        return self._marks[day]

    def _made(self, day: date) -> Iterator[Mark]:
        kind = self.days.kind(day).id
        for order, point in enumerate(self.programme.points):
            found = self.place.instant(point.when, day) if not point.days or kind in point.days else None
            if found:
                yield from _marked(point, found, order * 100)

    def state_at(self, instant: int) -> dict[str, Mark]:
        """What each tag should be; nothing outside the days of the programme, nor before the first point of them."""
        today = self.place.day_of(instant)
        found: dict[str, Mark] = {}
        left = SPILL_DAYS
        for day in self._stretch(today):
            for mark in self.marks(day):
                tag = mark.action.tag
                if mark.instant <= instant and (tag not in found or mark > found[tag]):
                    found[tag] = mark
            if len(found) == len(self._tags):
                left -= day <= today
                if left < 0:
                    break
        return found

    def _stretch(self, today: date) -> Iterator[date]:
        """The days around today on which the programme has a say without a break, the latest first."""
        if not self.active(today):
            return
        latest = today
        while latest < today + SPILL_DAYS * DAY and self.active(latest + DAY):
            latest += DAY
        day = latest
        while day > today - BACK_DAYS * DAY and self.active(day):
            yield day
            day -= DAY

    def instants(self, start: int, end: int) -> Iterator[int]:
        """Where its state may change, start < t <= end, in no order."""
        day, last = self.place.day_of(start) - SPILL_DAYS * DAY, self.place.day_of(end) + SPILL_DAYS * DAY
        while day <= last:
            edge = () if self.active(day) == self.active(day - DAY) else (self.place.begins(day),)
            for instant in chain(edge, (mark.instant for mark in self.marks(day))):
                if start < instant <= end:
                    yield instant
            day += DAY


class Bundle:
    """The programmes that some equipment shares, the highest priority first."""

    def __init__(self, plans: Sequence[Plan], members: Sequence[str]) -> None:
        self.plans = tuple(sorted(plans, key=lambda plan: -plan.programme.priority))
        self.members = tuple(members)
        self.base = self.plans[-1]
        """The one that all the others come before; its days and its sun are those of the bundle."""

    def state_at(self, instant: int) -> State:
        found: dict[str, Target] = {}
        marks: dict[str, Mark] = {}
        for plan in self.plans:
            for tag, mark in plan.state_at(instant).items():
                if tag not in found:
                    found[tag] = Target(plan.programme.id, mark.action, mark.instant, mark.ends)
                    marks[tag] = mark
        return {tag: found[tag] for tag in sorted(found, key=lambda tag: marks[tag])}

    def events(self, start: int, end: int) -> list[Event]:
        """The changes, in order."""
        instants = sorted({instant for plan in self.plans for instant in plan.instants(start, end)})
        events, before = [], self.state_at(start)
        for instant in instants:
            state = self.state_at(instant)
            changes = tuple(
                target for tag, target in state.items()
                if tag not in before or before[tag].action.value != target.action.value
            )  # fmt: skip
            if changes:
                events.append(Event(instant, changes))
            before = state
        return events

    def following(self, instant: int) -> Event | None:
        """The next change; None where there is none in the next year."""
        start = instant
        for days in (2, 6, 30, 120, BACK_DAYS):
            end = start + days * DAY_S * SECOND
            found = self.events(start, end)
            if found:
                return found[0]
            start = end
        return None


def bundles(schedule: Schedule) -> list[Bundle]:
    """One for every set of programmes that some equipment shares."""
    days = {type_: schedule.days(type_) for type_ in {one.type for one in schedule.programmes}}
    plans = {one.id: Plan(one, schedule, days[one.type]) for one in schedule.programmes}
    shared: dict[str, list[str]] = {}
    for programme in schedule.programmes:
        for id_ in programme.equipment:
            shared.setdefault(id_, []).append(programme.id)
    groups: dict[tuple[str, ...], list[str]] = {}
    for id_, programmes in shared.items():
        groups.setdefault(tuple(programmes), []).append(id_)
    return [Bundle([plans[one] for one in ids], members) for ids, members in groups.items()]


def _marked(point: Point, found: tuple[int, int], order: int) -> Iterator[Mark]:
    instant, nominal = found
    later = instant + point.lasting_s * SECOND
    for number, action in enumerate(point.actions):
        yield Mark(instant, nominal, order + number, action, until=later if point.then else 0)
    for number, action in enumerate(point.then):
        yield Mark(later, nominal + point.lasting_s, order + 50 + number, action, True)
