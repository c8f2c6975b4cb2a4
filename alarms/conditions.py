"""Conditions: arrays of values in, what raised and what cleared out. Pure: knows no time and keeps nothing.

    high, high_high      raises above the limit; clears at the limit less the deadband, or below
    low, low_low         raises below the limit; clears at the limit plus the deadband, or above
    is, is_not           raises where the value equals (differs from) the limit
    native               raises where the controller says that its own alarm is active
    the others           hold a measure (`alarms.measures`) against their limit: deviation to both sides, the rest above

A discrete condition is one that holds on neither side of its limit (is) or on both (is_not), so one formula does for
all. Bad quality neither raises nor clears (law 2): such rules come out as `unknown`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from supervisor.flow import Qualities, Values
from supervisor.model import BAD, Alarm, AlarmRule, Condition, Native

Rows = NDArray[np.intp]
Marks = NDArray[np.bool_]

_LOW = (Condition.LOW_LOW, Condition.LOW)
_BOTH = (Condition.IS, Condition.IS_NOT)
_TRUTHS = (Condition.FROZEN, Condition.COMMUNICATION, Condition.FORMULA)
_MEASURED = (*_TRUTHS, Condition.DEVIATION, Condition.RISING, Condition.FALLING, Condition.DISAGREES)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What an evaluation found, as rows of `site.alarms`. A rule whose condition stayed as it was is in none."""

    raised: Rows
    cleared: Rows
    unknown: Rows

    @property
    def empty(self) -> bool:
        """Nothing moved, and everything is known."""
        return not (len(self.raised) or len(self.cleared) or len(self.unknown))


@dataclass(frozen=True, slots=True)
class Rules:
    """The rules of a site as arrays, by row of `site.alarms`."""

    high: Values
    """Holds above; two rows a rule, the second for a condition that holds already. Infinite where it never does."""
    low: Values
    """Holds below; likewise."""
    inverted: Marks

    @classmethod
    def compile(cls, alarms: Sequence[Alarm]) -> Rules:
        bounds = np.array([_bounds(alarm.rule) for alarm in alarms], np.float64).reshape(-1, 4)
        return cls(
            high=bounds[:, :2].ravel(),
            low=bounds[:, 2:].ravel(),
            inverted=np.array([not measured(one.rule) and one.rule.condition is Condition.IS for one in alarms], bool),
        )

    def evaluate(self, rule: Rows, value: Values, quality: Qualities, standing: Marks) -> Verdict:
        """Three arrays as long as `rule`; `standing` says which conditions held until now."""
        known = (quality < BAD) & (value == value)
        row = 2 * rule + standing
        beyond = (value > self.high.take(row)) | (value < self.low.take(row))
        moved = (beyond ^ self.inverted.take(rule) ^ standing) & known
        return Verdict(rule[moved & ~standing], rule[moved & standing], rule[~known])


def measured(rule: AlarmRule) -> bool:
    """Whether a rule looks at more than the one value of its tag."""
    return rule.condition in _MEASURED or bool(rule.watch.limits)


def _bounds(rule: AlarmRule) -> tuple[float, float, float, float]:
    """Holds above the first, or the second where it holds already; below the third, or likewise the fourth.

    A controller's own alarm is active in the states above `RETURNED`.
    """
    never, limit, back = math.inf, rule.limit, rule.deadband
    if rule.condition in _TRUTHS or rule.watch.limits:
        return 0.5, 0.5, -never, -never
    if rule.condition is Condition.NATIVE:
        return Native.RETURNED + 0.5, Native.RETURNED + 0.5, -never, -never
    if rule.condition in _BOTH:
        return limit, limit, limit, limit
    if rule.condition is Condition.DEVIATION:
        return limit, limit - back, -limit, back - limit
    if rule.condition in _LOW:
        return never, never, limit, limit + back
    return limit, limit - back, -never, -never
