"""Verdicts: every figure of alarm performance beside its target; the class of EEMUA 191. Rows of data, no file.

Source: ISA-18.2 / IEC 62682 (metrics per operator position, at least 30 days of data) and EEMUA 191 (performance
classes), as quoted by independent secondary sources.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from enum import Enum, IntEnum

from alarms.performance import ENOUGH_DAYS, Figures


class Verdict(Enum):
    """How a figure stands to its target."""

    GOOD = "good"
    WATCH = "watch"
    """Manageable, or bad with an action plan for each of its alarms."""
    POOR = "poor"
    NONE = "none"
    """Nothing to judge."""


class Unit(Enum):
    """How a value is told."""

    RATE = "rate"
    NUMBER = "number"
    SHARE = "share"


@dataclass(frozen=True, slots=True)
class Target:
    """One measure and what is wanted of it, for one operator position."""

    id: str
    value: Callable[[Figures], float]
    unit: Unit
    good: float
    """Up to here it is as wanted."""
    watch: float
    """Up to here it is manageable."""
    planned: Callable[[Figures], Collection[str]] | None = None
    """The alarms of it; where each has an action plan, what is poor is only to be watched."""


@dataclass(frozen=True, slots=True)
class Line:
    """One row of the table."""

    target: Target
    value: float
    verdict: Verdict


class PerformanceClass(IntEnum):
    """EEMUA 191, from the best to the worst."""

    PREDICTIVE = 0
    ROBUST = 1
    STABLE = 2
    REACTIVE = 3
    OVERLOADED = 4


def _of(name: str) -> Callable[[Figures], Collection[str]]:
    return lambda figures: [one.id for one in getattr(figures, name)]


TARGETS = (
    Target("per_hour", lambda f: f.per_hour, Unit.RATE, 6, 12),
    Target("per_day", lambda f: f.per_day, Unit.RATE, 144, 288),
    Target("per_slot", lambda f: f.per_slot, Unit.RATE, 1, 2),
    Target("peak", lambda f: f.peak, Unit.NUMBER, 10, 10),
    Target("slots_over", lambda f: f.slots_over, Unit.SHARE, 0.01, 0.01),
    Target("flood_share", lambda f: f.flood_share, Unit.SHARE, 0.01, 0.01),
    Target("top_share", lambda f: f.top_share, Unit.SHARE, 0.01, 0.05, _of("top")),
    Target("chattering", lambda f: len(f.chattering), Unit.NUMBER, 0, 0, _of("chattering")),
    Target("fleeting", lambda f: len(f.fleeting), Unit.NUMBER, 0, 0, _of("fleeting")),
    Target("stale", lambda f: f.worst_day.stale if f.worst_day else 0, Unit.NUMBER, 4, 4, _of("stale")),
)
"""Fewer than five stale ones on any day: up to four. The top ten are at most 1 to 5 % of the load."""
SHARES = ((0.0, 0.01, 0.05), (0.05, 0.05, 0.15), (0.15, 0.05, 0.15), (0.80, 0.05, 0.15))
"""Priorities 1 to 4 as they should be: 80 % low, 15 % medium, 5 % high, of the highest less than 1 %; then how far a
share may be off before it is to be watched, and before it is poor. How far is a choice of Vigie: the standard says
"about"."""
_CLASSES: tuple[tuple[Callable[[Figures], float], tuple[float, float, float, float]], ...] = (
    (lambda f: f.per_slot, (1, 10, 10, 100)),
    (lambda f: f.peak, (10, 100, 1000, 1000)),
    (lambda f: 100 * f.flood_share, (1, 5, 25, 50)),
)
"""Each measure and where predictive, robust, stable and reactive end; the worst of the three decides."""


def judge(figures: Figures, planned: Collection[str] = ()) -> tuple[Line, ...]:
    """Every target's row; `planned` are the alarms that have an action plan."""
    return tuple(_line(target, figures, planned) for target in TARGETS)


def _line(target: Target, figures: Figures, planned: Collection[str]) -> Line:
    value = float(target.value(figures))
    if figures.days_known <= 0:
        return Line(target, value, Verdict.NONE)
    if value <= target.good:
        return Line(target, value, Verdict.GOOD)
    alarms = target.planned(figures) if target.planned else ()
    if value <= target.watch or (alarms and all(id_ in planned for id_ in alarms)):
        return Line(target, value, Verdict.WATCH)
    return Line(target, value, Verdict.POOR)


def priorities(figures: Figures) -> tuple[tuple[float, Verdict], ...]:
    """Share of priorities 1 to 4, and how each stands to the standard's."""
    whole = sum(figures.priorities)
    if not whole:
        return ((0.0, Verdict.NONE),) * 4
    rows = []
    for count, (wanted, near, far) in zip(figures.priorities, SHARES, strict=True):
        off = abs(count / whole - wanted)
        rows.append((count / whole, Verdict.GOOD if off <= near else Verdict.WATCH if off <= far else Verdict.POOR))
    return tuple(rows)


def enough(figures: Figures) -> bool:
    """Whether there are the thirty days the standard wants; a millisecond less is no matter."""
    return figures.days_known >= ENOUGH_DAYS - 0.01


def performance_class(figures: Figures) -> PerformanceClass:
    """The class of EEMUA 191."""
    worst = 0
    for value, ends in _CLASSES:
        told = value(figures)
        worst = max(worst, sum(told >= end if number == 0 else told > end for number, end in enumerate(ends)))
    return PerformanceClass(worst)
