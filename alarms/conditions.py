"""Conditions: arrays of values in, what raised and what cleared out. Pure: knows no time and keeps nothing.

    tag -> rules         compressed rows: the rules of tag t are order[first[t]:first[t + 1]]
    high, high_high      raises above the limit; clears at the limit less the deadband, or below
    low, low_low         raises below the limit; clears at the limit plus the deadband, or above
    is, is_not           raises where the value equals (differs from) the limit

Bad quality neither raises nor clears (law 2): such rules come out as `unknown`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from supervisor.flow import Qualities, Values
from supervisor.model import BAD, Alarm, Condition

Rows = NDArray[np.intp]
Marks = NDArray[np.bool_]

_SIGN = {Condition.HIGH_HIGH: 1.0, Condition.HIGH: 1.0, Condition.LOW: -1.0, Condition.LOW_LOW: -1.0}
"""A low limit is a high limit of the negated value; discrete conditions have no sign."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What an evaluation found, as rows of `site.alarms`. A rule whose condition stayed as it was is in none."""

    raised: Rows
    cleared: Rows
    unknown: Rows


@dataclass(frozen=True, slots=True)
class Rules:
    """The rules of a site as arrays, by row of `site.alarms`."""

    first: NDArray[np.int64]
    order: Rows
    sign: Values
    edge: Values
    """The limit times the sign."""
    deadband: Values
    negated: Marks

    @classmethod
    def compile(cls, alarms: Sequence[Alarm], tags: int) -> Rules:
        """`tags` is how many tags the site has."""
        tag = np.array([alarm.tag.index for alarm in alarms], np.int64)
        condition = [alarm.rule.condition for alarm in alarms]
        sign = np.array([_SIGN.get(name, 0.0) for name in condition], np.float64)
        limit = np.array([alarm.rule.limit for alarm in alarms], np.float64)
        return cls(
            first=np.concatenate(([0], np.cumsum(np.bincount(tag, minlength=tags)))).astype(np.int64),
            order=np.argsort(tag, kind="stable"),
            sign=sign,
            edge=np.where(sign == 0, limit, sign * limit),
            deadband=np.array([alarm.rule.deadband for alarm in alarms], np.float64),
            negated=np.array([name is Condition.IS_NOT for name in condition], np.bool_),
        )

    def touched(self, index: NDArray[np.int32]) -> tuple[Rows, Rows]:
        """The rules of the tags in `index`, and for each its tag's position in `index`."""
        start = self.first[index]
        count = self.first[index + 1] - start
        position = np.repeat(np.arange(len(index)), count)
        within = np.arange(len(position)) - np.repeat(np.cumsum(count) - count, count)
        return self.order[start[position] + within], position

    def evaluate(self, rule: Rows, value: Values, quality: Qualities, standing: Marks) -> Verdict:
        """Three arrays as long as `rule`; `standing` says which conditions held until now."""
        known = (quality < BAD) & ~np.isnan(value)
        holds = self._holds(rule, value, standing)
        return Verdict(rule[known & holds & ~standing], rule[known & ~holds & standing], rule[~known])

    def _holds(self, rule: Rows, value: Values, standing: Marks) -> Marks:
        sign, edge = self.sign[rule], self.edge[rule]
        beyond = sign * value > edge - self.deadband[rule] * standing
        equal = (value == edge) != self.negated[rule]
        return np.asarray(np.where(sign == 0, equal, beyond), np.bool_)
