"""Calculator: what follows from a change, published up the same road as everything else.

    change ─> rows touched ─> level 1 ─ Batch ─> absorb ─> … ─> Change of level 1 ─> level 2 …
                              groups last: each member once, then the total of each group touched

A consumer of changes like the historian, so alarms, history, pages and trends treat a calculated tag as any other. The
changes it causes come back to it and touch further rows; formulas are in the order of what needs what, so one pass over
the levels is enough, and all of it happens within the turn of the change: no output stays good
whose input went bad.

The time of a result is that of the newest of its inputs, and never before the one it had: an input that comes back
with a slower clock than the station's must not make its output look old (law 1).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from supervisor.calculated.work import Each, Gathered, Results, Work
from supervisor.clock import SECOND
from supervisor.columns import Columns
from supervisor.flow import Batch, Change, Indices
from supervisor.model import BAD, Site, Tag

Publish = Callable[[Batch], None]

AHEAD = 60 * SECOND
"""A time further ahead than this is the trace of a clock that was set back; see `supervisor.table`."""
COUNTED = "good"
"""How a tag is made that only says how many inputs of its neighbour are good: the neighbour makes it."""


class Calculator:
    """See the module. `absorb` is a consumer of the station, `publish` its only road up."""

    def __init__(self, site: Site, columns: Columns, publish: Publish) -> None:
        self._columns = columns
        self._publish = publish
        self.fan = Fan(site)
        self._levels, self._works, self._first = self.fan.levels, self.fan.works, self.fan.first
        self._touched = np.ones(int(self._first[-1]), np.bool_)
        """Rows to be worked out; at the start all of them are."""
        self._busy = False
        self._now = 0

    def absorb(self, change: Change) -> None:
        """Work out what follows; the changes that this makes come in here again, and only mark rows."""
        self._now = change.arrival_time
        self._mark(change.index)
        if self._busy or not self._works:
            return
        self._busy = True
        try:
            self._pass()
        finally:
            self._busy = False

    def _mark(self, index: Indices) -> None:
        self._touched[self.fan.touched(index)] = True

    def _pass(self) -> None:
        at = 0
        for level in self._levels:
            found = []
            for work in level:
                span = slice(self._first[at], self._first[at + 1])
                rows = np.flatnonzero(self._touched[span])
                if len(rows):
                    found.append(work.run(self._columns, rows))
                    self._touched[span] = False  # not before: what failed is tried again with the next change
                at += 1
            if found:
                self._publish(self._batch(found))

    def _batch(self, found: Sequence[Results]) -> Batch:
        index = np.concatenate([one.tags for one in found])
        time = np.concatenate([one.time for one in found])
        held = self._columns["source_time"][index]
        time = np.where(held <= self._now + AHEAD, np.maximum(held, time), time)
        quality = np.concatenate([one.part.quality for one in found])
        time[(time == 0) & (quality < BAD)] = self._now  # known though nothing of it is: how many inputs are good
        return Batch(index, np.concatenate([one.part.value for one in found]), quality, time)


class Fan:
    """What there is to work out, in the order of what needs what, and the rows of it that each tag touches."""

    def __init__(self, site: Site) -> None:
        self.levels = _levels(works(site))
        self.works = [work for level in self.levels for work in level]
        self.first = np.concatenate(([0], np.cumsum([work.size for work in self.works]))).astype(np.intp)
        """Where the rows of each work begin; one more at the end."""
        self._where, self._rows = _fan(self.works, self.first, len(site.tags))

    def touched(self, index: Indices) -> NDArray[np.intp]:
        """The rows of all works, side by side, that these tags touch."""
        first, last = self._where[index], self._where[index + 1]
        counts = last - first
        total, ends = int(counts.sum()), np.cumsum(counts)
        return self._rows[np.repeat(first - ends + counts, counts) + np.arange(total)]

    def counts(self, index: Indices) -> NDArray[np.intp]:
        """How many rows each tag touches."""
        return self._where[index + 1] - self._where[index]


def works(site: Site) -> list[Work]:
    """What there is to work out: a work for each formula of a type, and for each tag of a kind of groups."""
    formulas: dict[tuple[str, str], list[Tag]] = defaultdict(list)
    for tag in site.tags:
        gathering = tag.spec.gathering
        if tag.spec.formula and not (gathering and gathering.how == COUNTED):
            formulas[tag.equipment.type.id, tag.spec.id].append(tag)
    return [Gathered(tags, site) if tags[0].spec.gathering else Each(tags, site) for tags in formulas.values()]


def _levels(works: Sequence[Work]) -> list[list[Work]]:
    """In the order of what needs what; `vigie check` refuses circles, so every work has its turn."""
    made = [set(work.out.tolist()) for work in works]
    needed = [{tag for tags, _ in work.inputs() for tag in tags.tolist()} for work in works]
    waiting, levels = list(range(len(works))), []
    while waiting:
        ready = [n for n in waiting if not any(needed[n] & made[other] for other in waiting)]
        if not ready:
            raise ValueError("formulas go round in a circle")
        levels.append([works[n] for n in ready])
        waiting = [n for n in waiting if n not in ready]
    return levels


def _fan(works: Sequence[Work], first: NDArray[np.intp], tags: int) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """The rows that each tag touches: those of tag n stand from where[n] to where[n + 1]."""
    pairs = [(column, rows + first[n]) for n, work in enumerate(works) for column, rows in work.inputs()]
    index = np.concatenate([np.empty(0, np.int32), *(column for column, _ in pairs)])
    rows = np.concatenate([np.empty(0, np.intp), *(rows for _, rows in pairs)])
    where = np.concatenate(([0], np.cumsum(np.bincount(index, minlength=tags)))).astype(np.intp)
    return where, rows[np.argsort(index, kind="stable")]
