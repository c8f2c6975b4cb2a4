"""Watching: the tags that rules look at, and what becomes of the rules when they move.

    Change ─> concerned ─> rules touched ─┬─ plain: the value itself ──────────┬─> (rule, measure, quality)
                 └ the last of every tag  └─ measured: slots ─> measures ──────┘   to `conditions.Rules.evaluate`

A slot is the place of a rule among all that are measured, one measure after the other: sorted slots fall into the runs
of the measures by themselves. Plain rules keep the order in which their tags moved, and so do their alarms.
Time moves some measures by itself (a rate falls back to nothing, a value freezes); `turn` tells those.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from alarms.conditions import measured
from alarms.measures import measures
from supervisor.columns import Columns
from supervisor.flow import Change, Indices, Qualities, Times, Values
from supervisor.model import BAD, Quality, Site

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
        if not len(place):
            return place, place
        count, first = count.take(place), self.first.take(index.take(place))
        if count.max() == 1:  # far the most frequent
            return self.rows.take(first), place
        ends = count.cumsum()
        start = (first - ends + count).repeat(count)
        return self.rows.take(start + np.arange(len(start))), place.repeat(count)

    def touched(self, index: Indices | Rows) -> Rows:
        """The rows of these, in order and none twice."""
        return once(self.spread(index)[0])


def once(rows: Rows) -> Rows:
    """In order and none twice; sorts what is given. By hand: np.unique hashes, which takes five times as long."""
    if len(rows) < 2:
        return rows
    rows.sort()
    fresh = np.empty(len(rows), np.bool_)
    fresh[0] = True
    np.not_equal(rows[1:], rows[:-1], out=fresh[1:])
    return rows.compress(fresh)


class Watching:
    """See the module."""

    def __init__(self, site: Site) -> None:
        self.seen = last(len(site.tags))
        self._known = np.full(len(site.tags), np.nan)
        """By tag, the last value that was known."""
        works = measures(site)
        self._begins = np.cumsum([0, *(len(work.rows) for work in works)])
        """The first slot of each measure, and the end of the last."""
        self._runs = list(zip(works, self._begins.tolist(), strict=False))
        self._row = np.concatenate([np.empty(0, np.intp), *(work.rows for work in works)])
        """By slot, the row of its rule."""
        self._rules = len(site.alarms)
        """What is below that is a plain rule, what is not a slot."""
        self._own = np.array([alarm.tag.index for alarm in site.alarms], np.intp)
        self._plain = np.array([not measured(alarm.rule) for alarm in site.alarms], np.bool_)
        self.able = self._plain.copy()
        """Not a measured rule of an equipment that has not all it looks at: nothing moves that."""
        self.able[self._row] = True
        pairs = [(tags, places + begin) for work, begin in self._runs for tags, places in work.inputs()]
        alone = np.flatnonzero(self._plain)
        mine = (self._own[alone].astype(np.int32), alone)
        self._fan = Fan.of([mine, *((tags, slots + self._rules) for tags, slots in pairs)], len(site.tags))
        given = [(self._row[slots].astype(np.int32), tags.astype(np.intp)) for tags, slots in pairs]
        self._inputs = Fan.of([(alone.astype(np.int32), self._own[alone]), *given], self._rules)
        """The tags that each rule looks at."""
        self._looked_at = np.zeros(len(site.tags), np.bool_)
        self.look_at(self._own, self._inputs.rows)

    def look_at(self, *tags: Rows) -> None:
        """Somebody needs the last of these tags; of all others it is not kept."""
        for some in tags:
            self._looked_at[some] = True

    def begin(self, active: NDArray[np.bool_]) -> None:
        """Which alarms stood when the station ended."""
        for work, _ in self._runs:
            work.begin(active[work.rows])

    def concerned(self, change: Change) -> Change:
        """What any rule looks at. Of ten tags of a city three have one: the others cost one byte each to pass over."""
        some = self._looked_at.take(change.index).nonzero()[0]
        if len(some) == len(change):
            return change
        return Change(
            change.index.take(some),
            change.value.take(some),
            change.quality.take(some),
            change.source_time.take(some),
            change.arrival_time,
        )

    def absorb(self, change: Change, now: float) -> Found:
        """What became of the rules of the tags that moved; `now` in monotonic seconds."""
        index, value, quality = change.index, change.value, change.quality
        self.seen["value"][index] = value
        self.seen["quality"][index] = quality
        self.seen["source_time"][index] = change.source_time
        known = quality < BAD
        self._known[index[known]] = value[known]
        rules, place = self._fan.spread(index)
        plain = rules < self._rules
        place = place.compress(plain)
        found = Found(rules.compress(plain), value.take(place), quality.take(place))
        if len(found.rule) == len(rules):
            return found
        return found.beside(self._measured(once(rules.compress(~plain)) - self._rules, now))

    def values(self, rule: Rows) -> Values:
        """What an alarm is told with: the last of its tag that was known; of a measured one, its tag as it is."""
        own = self._own[rule]
        return np.where(self._plain[rule], self._known[own], self.seen["value"][own])

    def source(self, rule: Rows) -> Times:
        """By when its values say what they say: the newest source time among the inputs of each rule, ns UTC."""
        tags, place = self._inputs.spread(rule)
        newest = np.zeros(len(rule), np.int64)
        np.maximum.at(newest, place, self.seen["source_time"][tags])
        return newest

    def turn(self, now: float) -> Found:
        """What time alone has moved."""
        found = [places + begin for work, begin in self._runs if len(places := work.turn(now))]
        return self._measured(np.concatenate(found), now) if found else NOTHING

    def _measured(self, slots: Rows, now: float) -> Found:
        """`slots` in order."""
        if not len(slots):
            return NOTHING
        values, qualities = [], []
        ends = slots.searchsorted(self._begins).tolist()
        for (work, begin), first, end in zip(self._runs, ends, ends[1:], strict=False):
            if first < end:
                value, quality = work.measure(slots[first:end] - begin, self.seen, now)
                values.append(value)
                qualities.append(quality)
        return Found(self._row.take(slots), np.concatenate(values), np.concatenate(qualities))
