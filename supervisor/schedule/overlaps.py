"""Overlaps: what of programmes meets: two that speak of the same thing, and windows that cut into each other.

Of two programmes with different priorities nothing is wrong: the higher one counts. It is told, for whoever writes the
second has often forgotten the first.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from supervisor.schedule.plan import DAY, Plan
from supervisor.schedule.programmes import Programme, Schedule

_LEAP = date(2024, 1, 1)
"""A year with every day that any year has: seasons are of every year."""
YEAR = tuple(_LEAP + timedelta(days=number) for number in range(366))


def rivals(programmes: Sequence[Programme]) -> Iterator[tuple[Programme, Programme, frozenset[str]]]:
    """Pairs that write a tag of the same equipment on days that may be the same, the one written later first."""
    for number, one in enumerate(programmes):
        for other in programmes[:number]:
            shared = frozenset(one.equipment) & frozenset(other.equipment)
            if shared and set(one.tags()) & set(other.tags()) and _meet(one, other):
                yield one, other, shared


def _meet(one: Programme, other: Programme) -> bool:
    """Whether both may have a say on one day. Day types never meet: a day is of one."""
    if one.noon != other.noon:  # a night of the one lies in two days of the other
        return True
    if one.days and other.days and not one.days & other.days:
        return False
    if (one.last and other.first and one.last < other.first) or (other.last and one.first and other.last < one.first):
        return False
    return any(one.in_season(day) and other.in_season(day) for day in YEAR)


def precedence(schedule: Schedule) -> list[str]:
    """A line for each programme that counts before another."""
    told = []
    for one, other, shared in rivals(schedule.programmes):
        if one.priority != other.priority:
            first, second = sorted((one, other), key=lambda programme: -programme.priority)
            told.append(
                f'Of {len(shared)} equipment "{first.id}" (priority {first.priority}) counts before "{second.id}" '
                f"({second.priority}): {', '.join(sorted(shared)[:3])}{' …' if len(shared) > 3 else ''}."
            )
    return told


def cut_windows(schedule: Schedule, year: int) -> list[str]:
    """A line for each programme with a window that another point of it, or the end of another window, falls into: the
    second one is ended early. With the first day of the year on which it happens."""
    told = []
    for one in schedule.programmes:
        plan = Plan(one, schedule, schedule.days(one.type))
        day = date(year, 1, 1)
        while day.year == year:
            cut = _cut(plan, day)
            if cut:
                told.append(
                    f'"{one.id}": on {day} something is asked at {cut[1]}, within the window of {cut[0]}: one is cut.'
                )
                break
            day += DAY
    return told


def _cut(plan: Plan, day: date) -> tuple[str, str] | None:
    """Begin and cut of a window, by the clock on the wall."""
    marks = sorted((*plan.marks(day), *plan.marks(day + DAY)))
    for mark in plan.marks(day):
        for other in marks:
            if mark.instant < other.instant < mark.until and other.action.tag == mark.action.tag:
                return plan.place.shown(mark.instant), plan.place.shown(other.instant)
    return None
