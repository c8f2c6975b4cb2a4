"""Watching: what rules look at that is more than one value, and the tags that each must be told of.

    Change ─> Watching ─> rows touched ─> measures ─> (row, measure, quality)     to `conditions.Rules.evaluate`
                 └ the last value and quality of every tag

Time moves some measures by itself (a rate falls back to nothing, a value freezes); `turn` tells those.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from alarms.measures import Measure, measures
from supervisor.columns import Columns
from supervisor.flow import Change, Indices, Qualities, Values
from supervisor.model import Quality, Site

Rows = NDArray[np.intp]

SEEN = {"value": "<f8", "quality": "u1", "source_time": "<i8"}
"""Fields of the last of every tag, as `supervisor.table` calls them."""


class Found(NamedTuple):
    """Measures to be judged; three arrays of one length."""

    rule: Rows
    value: Values
    quality: Qualities

    def beside(self, other: Found) -> Found:
        """Both of them."""
        if not len(other.rule):
            return self
        value, quality = np.concatenate((self.value, other.value)), np.concatenate((self.quality, other.quality))
        return Found(np.concatenate((self.rule, other.rule)), value, quality)


NOTHING = Found(np.empty(0, np.intp), np.empty(0), np.empty(0, np.uint8))


def last(tags: int) -> Columns:
    """The last value and quality of every tag: never read."""
    columns = Columns.create(tags, SEEN)
    columns["value"][:] = np.nan
    columns["quality"][:] = Quality.NEVER_READ
    return columns


def fan(pairs: Sequence[tuple[Indices, Rows]], tags: int) -> tuple[Rows, Rows]:
    """The rows that each tag touches: those of tag n are rows[where[n]:where[n + 1]]."""
    index = np.concatenate([np.empty(0, np.int32), *(column for column, _ in pairs)])
    rows = np.concatenate([np.empty(0, np.intp), *(rows for _, rows in pairs)])
    where = np.concatenate(([0], np.cumsum(np.bincount(index, minlength=tags)))).astype(np.intp)
    return where, rows[np.argsort(index, kind="stable")]


def touched(index: Indices, where: Rows, rows: Rows) -> Rows:
    """The rows of these tags, none twice."""
    first, counts = where[index], where[index + 1] - where[index]
    total = int(counts.sum())
    if not total:
        return rows[:0]
    ends = np.cumsum(counts)
    found: Rows = np.unique(rows[np.repeat(first - ends + counts, counts) + np.arange(total)])
    return found


class Watching:
    """See the module."""

    def __init__(self, site: Site) -> None:
        self.seen = last(len(site.tags))
        self._works = measures(site)
        self._place = np.zeros(len(site.alarms), np.intp)
        """Of an alarm among the rows of its measure."""
        self._which = np.full(len(site.alarms), -1, np.intp)
        for number, work in enumerate(self._works):
            self._place[work.rows], self._which[work.rows] = np.arange(len(work.rows)), number
        pairs = [(tags, work.rows[rows]) for work in self._works for tags, rows in work.inputs()]
        self._where, self._rows = fan(pairs, len(site.tags))
        self.own = np.array([alarm.tag.index for alarm in site.alarms], np.intp)

    def begin(self, active: NDArray[np.bool_]) -> None:
        """Which alarms stood when the station ended."""
        for work in self._works:
            work.begin(active[work.rows])

    def absorb(self, change: Change, now: float) -> Found:
        """What became of the measures of the tags that moved; `now` in monotonic seconds."""
        self.seen["value"][change.index] = change.value
        self.seen["quality"][change.index] = change.quality
        if not self._works:
            return NOTHING
        return self._measured(touched(change.index, self._where, self._rows), now)

    def turn(self, now: float) -> Found:
        """What time alone has moved."""
        found = [work.rows[places] for work in self._works if len(places := work.turn(now))]
        return self._measured(np.concatenate(found), now) if found else NOTHING

    def _measured(self, rule: Rows, now: float) -> Found:
        if not len(rule):
            return NOTHING
        found = NOTHING
        for work, rows in self._split(rule):
            found = Found(rows, *work.measure(self._place[rows], self.seen, now)).beside(found)
        return found

    def _split(self, rule: Rows) -> Iterator[tuple[Measure, Rows]]:
        which = self._which[rule]
        for number in np.unique(which).tolist():
            yield self._works[number], rule[which == number]
