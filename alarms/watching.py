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
from supervisor.flow import Change, Indices, Qualities, Times, Values
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


class Fan(NamedTuple):
    """The rows that each of some things touches: those of the n-th are rows[first[n]:first[n] + many[n]]."""

    first: NDArray[np.int32]
    many: NDArray[np.int32]
    rows: Rows

    @classmethod
    def of(cls, pairs: Sequence[tuple[Indices, Rows]], things: int) -> Fan:
        """From things and, beside each, a row."""
        index = np.concatenate([np.empty(0, np.int32), *(column for column, _ in pairs)])
        rows = np.concatenate([np.empty(0, np.intp), *(rows for _, rows in pairs)])
        count = np.bincount(index, minlength=things).astype(np.int32)
        first = (np.cumsum(count) - count).astype(np.int32)
        return cls(first, count, rows[np.argsort(index, kind="stable")])

    def spread(self, index: Indices | Rows) -> tuple[Rows, Rows]:
        """The rows of all of these, one after the other, and for each its place in `index`."""
        count = self.many.take(index)
        place = count.nonzero()[0]
        count = count.take(place)
        ends = np.cumsum(count)
        start = np.repeat(self.first.take(index.take(place)) - ends + count, count)
        return self.rows.take(start + np.arange(len(start))), np.repeat(place, count)

    def touched(self, index: Indices | Rows) -> Rows:
        """The rows of these, in order and none twice. By hand: np.unique hashes, which takes five times as long."""
        found, _ = self.spread(index)
        if len(found) < 2:
            return found
        found.sort()
        fresh: Rows = found[np.concatenate(([True], found[1:] != found[:-1]))]
        return fresh


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
        self._fan = Fan.of(pairs, len(site.tags))
        self.own = np.array([alarm.tag.index for alarm in site.alarms], np.intp)
        measured = self._which >= 0
        alone = np.flatnonzero(~measured)
        given = [(rows.astype(np.int32), tags.astype(np.intp)) for tags, rows in pairs]
        self._inputs = Fan.of([(alone.astype(np.int32), self.own[alone]), *given], len(site.alarms))
        """The tags that each rule looks at."""

    def begin(self, active: NDArray[np.bool_]) -> None:
        """Which alarms stood when the station ended."""
        for work in self._works:
            work.begin(active[work.rows])

    def absorb(self, change: Change, now: float) -> Found:
        """What became of the measures of the tags that moved; `now` in monotonic seconds."""
        self.seen["value"][change.index] = change.value
        self.seen["quality"][change.index] = change.quality
        self.seen["source_time"][change.index] = change.source_time
        if not self._works:
            return NOTHING
        return self._measured(self._fan.touched(change.index), now)

    def source(self, rule: Rows) -> Times:
        """By when its values say what they say: the newest source time among the inputs of each rule, ns UTC."""
        tags, place = self._inputs.spread(rule)
        newest = np.zeros(len(rule), np.int64)
        np.maximum.at(newest, place, self.seen["source_time"][tags])
        return newest

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
        for number in np.flatnonzero(np.bincount(which)).tolist():
            yield self._works[number], rule[which == number]
