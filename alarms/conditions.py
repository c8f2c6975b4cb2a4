"""Conditions: arrays of values in, what raised and what cleared out. Pure: knows no time and keeps nothing.

    tag -> rules         compressed rows: the rules of tag t are order[first[t]:first[t] + count[t]]
    high, high_high      raises above the limit; clears at the limit less the deadband, or below
    low, low_low         raises below the limit; clears at the limit plus the deadband, or above
    is, is_not           raises where the value equals (differs from) the limit
    native               raises where the controller says that its own alarm is active

A discrete condition is one that holds on neither side of its limit (is) or on both (is_not), so one formula does for
all. Bad quality neither raises nor clears (law 2): such rules come out as `unknown`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from supervisor.flow import Qualities, Values
from supervisor.model import BAD, Alarm, AlarmRule, Condition, Native

Rows = NDArray[np.intp]
Marks = NDArray[np.bool_]

_HIGH = (Condition.HIGH_HIGH, Condition.HIGH, Condition.NATIVE)
_LOW = (Condition.LOW_LOW, Condition.LOW)


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

    first: NDArray[np.int64]
    count: NDArray[np.int64]
    order: Rows
    high: Values
    """Holds above; two rows a rule, the second for a condition that holds already. Infinite where it never does."""
    low: Values
    """Holds below; likewise."""
    inverted: Marks

    @classmethod
    def compile(cls, alarms: Sequence[Alarm], tags: int) -> Rules:
        """`tags` is how many tags the site has."""
        tag = np.array([alarm.tag.index for alarm in alarms], np.int64)
        condition = [alarm.rule.condition for alarm in alarms]
        limit = np.array([_limit(alarm.rule) for alarm in alarms], np.float64)
        band = np.array([alarm.rule.deadband for alarm in alarms], np.float64)
        above = np.array([name not in _LOW for name in condition], np.bool_)
        below = np.array([name not in _HIGH for name in condition], np.bool_)
        band[above & below] = 0.0
        count = np.bincount(tag, minlength=tags)
        return cls(
            first=np.cumsum(count) - count,
            count=count,
            order=np.argsort(tag, kind="stable"),
            high=np.where(above, (limit, limit - band), np.inf).T.ravel(),
            low=np.where(below, (limit, limit + band), -np.inf).T.ravel(),
            inverted=np.array([name is Condition.IS for name in condition], np.bool_),
        )

    def touched(self, index: NDArray[np.int32]) -> tuple[Rows, Rows]:
        """The rules of the tags in `index`, and for each its tag's position in `index`."""
        count = self.count.take(index)
        position = count.nonzero()[0]
        if not len(position):
            return position, position
        start, count = self.first.take(index.take(position)), count.take(position)
        if count.max() == 1:  # far the most frequent
            return self.order.take(start), position
        within = np.arange(int(count.sum())) - np.repeat(np.cumsum(count) - count, count)
        return self.order.take(np.repeat(start, count) + within), np.repeat(position, count)

    def evaluate(self, rule: Rows, value: Values, quality: Qualities, standing: Marks) -> Verdict:
        """Three arrays as long as `rule`; `standing` says which conditions held until now."""
        known = (quality < BAD) & (value == value)
        row = 2 * rule + standing
        beyond = (value > self.high.take(row)) | (value < self.low.take(row))
        moved = (beyond ^ self.inverted.take(rule) ^ standing) & known
        return Verdict(rule[moved & ~standing], rule[moved & standing], rule[~known])


def _limit(rule: AlarmRule) -> float:
    """A controller's own alarm is active in the states above `RETURNED`."""
    return Native.RETURNED + 0.5 if rule.condition is Condition.NATIVE else rule.limit
