"""Floods: more alarms than a person can read, told as the few causes they come of. Nothing is dropped.

    begins     above 10 annunciations in 10 minutes       ISA-18.2 / IEC 62682, as EEMUA 191 quotes it
    ends       below 5 in 10 minutes

An annunciation is what the operator is told: a raise or a re-alarm that is not hidden, or the end of hiding one that
nobody has acknowledged. Two rows of the journal frame a flood, `flood_begin` and `flood_end`.

For the window, `fold` makes groups of whatever rows it shows:

    tree = Tree(site)                                   once
    groups = fold(tree, rows, state, first_up)          rows: any rows of `site.alarms`, in the order they are shown;
                                                        state, first_up: those columns, of all alarms

    by cause       rows that come of one alarm that stands, however far down: supply ─ cabinet ─ circuits
    by equipment   what is left of one equipment, parts and all, from two rows on; its head is the first to raise
    by rule        what is left of one rule on many equipment, from three rows on
    alone          the rest

Every row is in exactly one group, the head too if it was given; groups come in the order of their first row. A head by
cause may be a row that was not given (an alarm the filter leaves out, or one that is hidden itself).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

import numpy as np
from numpy.typing import NDArray

from alarms.states import State
from supervisor.causes import edges, whole
from supervisor.clock import SECOND, Clock
from supervisor.database import SqliteDatabase, plain
from supervisor.flow import Times
from supervisor.journal import Entry, Journal
from supervisor.model import Site

SUBJECT = "flood"
"""Of the rows of the journal."""
SPAN_S = 600.0
BEGINS_ABOVE = 10
ENDS_BELOW = 5
"""Annunciations within `SPAN_S`. Source: ISA-18.2, 16.5.3, as quoted by EEMUA 191; see the field formats."""
DEEPEST = 32
"""Causes of causes; the site check refuses rings, so this only bounds what nobody has checked."""
ALIKE = 3
"""Alarms of one rule that make a group; two are read faster than unfolded."""

Rows = NDArray[np.intp]


class By(Enum):
    """What makes rows one group."""

    CAUSE = "cause"
    EQUIPMENT = "equipment"
    RULE = "rule"
    ALONE = "alone"


@dataclass(frozen=True, slots=True)
class Group:
    """Rows to be shown as one line."""

    by: By
    head: int
    """The row that stands for all: the cause, the first up, or the first of the rows given."""
    members: tuple[int, ...]
    """All rows given that belong to it, in the order given."""
    priority: int
    """The most urgent among them."""

    @property
    def count(self) -> int:
        return len(self.members)


class Tree:
    """Who comes of whom on one site, as arrays."""

    def __init__(self, site: Site) -> None:
        count = len(site.alarms)
        found = edges(site)
        columns: list[list[int]] = [[] for _ in range(count)]
        for edge in found:
            columns[edge.alarm].append(edge.cause)
        widest = np.array([len(column) for column in columns], np.intp)
        self._causes = np.full((count, int(widest.max(initial=0))), -1, np.intp)
        for row in np.flatnonzero(widest).tolist():
            self._causes[row, : len(columns[row])] = columns[row]
        self._has = widest > 0
        numbers: dict[str, int] = {}
        things = [whole(alarm.equipment) for alarm in site.alarms]
        self.thing = np.array([numbers.setdefault(thing, len(numbers)) for thing in things], np.intp)
        rules: dict[tuple[str, str], int] = {}
        keys = [(alarm.equipment.type.id, alarm.rule.id) for alarm in site.alarms]
        self.rule = np.array([rules.setdefault(key, len(rules)) for key in keys], np.intp)
        self.priority = np.array([alarm.rule.priority for alarm in site.alarms], np.uint8)

    def heads(self, rows: Rows, state: NDArray[np.uint8]) -> Rows:
        """For each row the uppermost cause that stands, reached through causes that do; itself where none does. One
        that is gone and not acknowledged stands: what came of it goes with it."""
        head = rows.copy()
        for _ in range(DEEPEST):
            above = self._above(head, state)
            if (above == head).all():
                break
            head = above
        return head

    def _above(self, rows: Rows, state: NDArray[np.uint8]) -> Rows:
        """One step up: the first cause named that stands."""
        above = rows.copy()
        some = self._has[rows].nonzero()[0]
        for column in range(self._causes.shape[1] - 1, -1, -1):
            cause = self._causes[rows[some], column]
            stands = (cause >= 0) & (state[cause] != State.NORMAL)
            above[some[stands]] = cause[stands]
        return above


def fold(tree: Tree, rows: Sequence[int] | Rows, state: NDArray[np.uint8], first_up: NDArray[np.uint8]) -> list[Group]:
    """See the module. Pure; ten thousand rows take some milliseconds."""
    given = np.asarray(rows, np.intp)
    if not len(given):
        return []
    head = tree.heads(given, state)
    caused = (head != given) | np.isin(given, head[head != given])
    key = np.where(caused, head, -1)
    kind = np.where(caused, 0, 3)
    for number, (by, least) in enumerate(((tree.thing, 2), (tree.rule, ALIKE)), 1):
        left = (kind == 3).nonzero()[0]
        group = by[given[left]]
        names, place, counts = np.unique(group, return_inverse=True, return_counts=True)
        many = counts[place] >= least
        kind[left[many]], key[left[many]] = number, names[place][many]
    alone = kind == 3
    key[alone] = given[alone]
    return _groups(tree, given, (kind, key), first_up)


def _groups(tree: Tree, given: Rows, marks: tuple[Rows, Rows], first_up: NDArray[np.uint8]) -> list[Group]:
    """One for each pair of kind and key, in the order of their first rows. Whole arrays: a flood that folds badly has
    five thousand groups, and the window waits for them."""
    kind, key = marks
    order = np.lexsort((np.arange(len(given)), key, kind))
    new = np.flatnonzero(np.diff(kind[order]) | np.diff(key[order])) + 1
    starts = np.concatenate((np.zeros(1, np.intp), new))
    ends = np.append(starts[1:], len(order)).tolist()
    rows = given[order]
    urgent = np.minimum.reduceat(tree.priority[rows], starts).tolist()
    heads = _heads(kind[order][starts], key[order][starts], rows, starts, first_up)
    kinds, members, begins = kind[order][starts].tolist(), rows.tolist(), starts.tolist()
    every = tuple(By)
    return [
        Group(every[kinds[at]], heads[at], tuple(members[begins[at] : ends[at]]), urgent[at])
        for at in np.argsort(order[starts], kind="stable").tolist()
    ]


def _heads(kind: Rows, key: Rows, rows: Rows, starts: Rows, first_up: NDArray[np.uint8]) -> list[int]:
    """The row that stands for each group."""
    place = np.where(first_up[rows] != 0, np.arange(len(rows)), len(rows))
    first = np.minimum.reduceat(place, starts)
    up = (kind == 1) & (first < len(rows))
    first = np.where(up, first, starts)
    return [int(one) for one in np.where(kind == 0, key, rows[first]).tolist()]


class Flood:
    """Whether there is one. Seconds are monotonic: a clock that is set neither begins nor ends a flood."""

    def __init__(self) -> None:
        self.on = False
        self._told: deque[tuple[float, int]] = deque()
        self.rate = 0
        """Annunciations in the last ten minutes."""

    def note(self, count: int, now: float) -> None:
        """So many annunciations, now."""
        if count:
            self._told.append((now, count))
            self.rate += count

    def turn(self, now: float) -> bool:
        """Forget what is over; whether a flood has begun or ended with that."""
        while self._told and self._told[0][0] <= now - SPAN_S:
            self.rate -= self._told.popleft()[1]
        before = self.on
        self.on = self.rate >= ENDS_BELOW if before else self.rate > BEGINS_ABOVE
        return self.on != before


def flood_entry(flood: Flood) -> Entry:
    """The row of the journal for what has just begun or ended."""
    kind = "flood_begin" if flood.on else "flood_end"
    return Entry("alarm", kind, subject=SUBJECT, detail={"rate": flood.rate})


def resumed(journal: Journal, annunciated_at: Times, clock: Clock) -> Flood:
    """As it was when the station ended, by the journal; each alarm counts once, for when it was told last."""
    flood, now = Flood(), clock.now()
    recent = np.sort(annunciated_at[(annunciated_at > now - SPAN_S * SECOND) & (annunciated_at <= now)])
    for instant in recent.tolist():
        flood.note(1, clock.monotonic() - (now - instant) / SECOND)
    last = journal.submit(_last).result()
    flood.on = last == "flood_begin"
    return flood


def _last(database: SqliteDatabase) -> str:
    asked = "SELECT kind FROM journal WHERE subject = ? ORDER BY id DESC LIMIT 1"
    row = plain(database).execute(asked, (SUBJECT,)).fetchone()
    return str(row[0]) if row else ""
