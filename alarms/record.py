"""Record: what the journal says of alarms in a span, as columns that grow with it. For any thread; reads only.

    journal.db ─ rows by id ─> Record.update() ─> events ─ raises() ─> one row per raise: until when, hidden or not

Before the first row of the span stands what was so when it began: an alarm that has stood for a week has no row in
the month it makes stale. That is looked up alarm by alarm in the index of subjects, so that it costs the same after
ten years.

A flood that goes on at either end of the span is read whole: from the last calm before it (`_calm_before`) to the first
one after it, for it is the same flood in both months.
"""

from __future__ import annotations

import itertools
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from supervisor.clock import SECOND
from supervisor.database import Connection, reading
from supervisor.journal_tables import HIDING as JOURNAL_HIDING
from supervisor.journal_tables import RAISING

Ints = NDArray[np.int64]
Mask = NDArray[np.bool_]
BATCH = 20_000
"""Rows fetched at a time."""
MINUTE, SLOT = 60 * SECOND, 600 * SECOND
CALM_BELOW = 5
"""Fewer raises than that in ten minutes, hidden ones with them, and there is no flood whatever came before."""


class Happening(IntEnum):
    """What may happen to an alarm, as far as figures go."""

    RAISE = 0
    CLEAR = 1
    SHELVE = 2
    UNSHELVE = 3
    SUPPRESS = 4
    UNSUPPRESS = 5
    REMOVE = 6
    RETURN = 7


KINDS = {happening.name.lower(): int(happening) for happening in Happening} | {"drop": int(Happening.CLEAR)}
"""Kind of a journal row -> what it is. An alarm whose rule is gone stands no longer."""
HIDING = ((Happening.SHELVE, Happening.UNSHELVE), (Happening.SUPPRESS, Happening.UNSUPPRESS),
          (Happening.REMOVE, Happening.RETURN))  # fmt: skip
_WORDS = tuple((hide.name.lower(), show.name.lower()) for hide, show in HIDING)
_KNOWN = ", ".join(f"'{kind}'" for kind in KINDS)
_PRIORITY = "CASE kind WHEN 'raise' THEN coalesce(json_extract(detail, '$.priority'), 4) ELSE 0 END"
_ROWS = (
    f"SELECT id, time, kind, subject, {_PRIORITY} FROM journal "
    f"WHERE id >= ? AND id < ? AND category = 'alarm' AND kind IN ({_KNOWN}) ORDER BY id"
)
_BEFORE = (
    f"SELECT id, time, kind, subject, {_PRIORITY} FROM journal "
    "WHERE subject = ? AND id < ? AND category = 'alarm' AND kind IN ('raise', 'clear', 'drop') "
    "ORDER BY id DESC LIMIT 1"
)
_HIDDEN = (
    "SELECT id, time, kind, subject, 0 FROM journal WHERE kind = ? AND id IN ("
    f"SELECT max(id) FROM journal WHERE {JOURNAL_HIDING} AND kind IN (?, ?) AND id < ? GROUP BY subject)"
)
_HIDDEN_THEN = (
    f"SELECT id, time, kind, subject, 0 FROM journal WHERE {JOURNAL_HIDING} AND subject = ? AND id < ? "
    "AND kind IN (?, ?) ORDER BY id DESC LIMIT 1"
)
_MOVED_SINCE = (
    f"SELECT id, time, kind, subject, 0 FROM journal WHERE {JOURNAL_HIDING} AND subject = ? AND id > ? AND id < ?"
)
_DOWN_FROM = f"SELECT time FROM journal WHERE {RAISING} AND time <= ? ORDER BY time DESC"
_UP_FROM = f"SELECT time FROM journal WHERE {RAISING} AND time > ? ORDER BY time"
_SPAN = "SELECT min(id), max(id) FROM journal WHERE time > ? AND time <= ?"
"""Not the rows next to its ends in time: ids and times disagree where the clock was set back, and where rows were owed
by a full disk and written after younger ones. By the index of times, no more entries than are read."""
_FIRST_AFTER = "SELECT coalesce(min(id), (SELECT coalesce(max(id), 0) + 1 FROM journal)) FROM journal WHERE time > ?"
FOR_EVER = (1 << 63) - 1

Row = tuple[int, int, str, str, int]


@dataclass(frozen=True, slots=True)
class Events:
    """Columns, in the order of the journal."""

    time: Ints
    """ns UTC."""
    what: NDArray[np.uint8]
    """`Happening`."""
    alarm: NDArray[np.int32]
    """Position in `ids`."""
    priority: NDArray[np.uint8]
    """Of a raise, as it was then; 0 of anything else."""
    ids: Sequence[str]
    """Ids of alarms: those of the site in their order, then those the site no longer has."""
    begin: int = 0
    """When the journal itself begins, ns UTC; 0 where it is empty."""
    until: int = 0
    """Up to when there are rows beyond the span, ns UTC; 0 where there are none."""


@dataclass(frozen=True, slots=True)
class Hidings:
    """When alarms were hidden and seen again; by alarm, then in order."""

    alarm: NDArray[np.int32]
    time: Ints
    hidden: Mask
    """From then on; before its first row an alarm was not."""

    def seen(self, alarm: int, start: int, end: int) -> list[tuple[int, int]]:
        """The parts of a span in which an alarm was not hidden, in order."""
        first, last = np.searchsorted(self.alarm, [alarm, alarm + 1])
        parts, at, hidden = [], start, False
        for time, after in zip(self.time[first:last].tolist(), self.hidden[first:last].tolist(), strict=True):
            instant = min(max(time, at), end)  # a clock that was set back makes no part of less than nothing
            if not hidden and instant > at:
                parts.append((at, instant))
            at, hidden = instant, after
        return [*parts, (at, end)] if not hidden and end > at else parts


@dataclass(frozen=True, slots=True)
class Raises:
    """One row per raise, by time."""

    time: Ints
    end: Ints
    """When it cleared, or was raised anew; 0 while it stands."""
    alarm: NDArray[np.int32]
    priority: NDArray[np.uint8]
    shown: Mask
    """Whether an operator was told: neither shelved, nor suppressed, nor out of service at that moment."""

    def of(self, rows: Mask) -> Raises:
        """Only these."""
        return Raises(self.time[rows], self.end[rows], self.alarm[rows], self.priority[rows], self.shown[rows])


class Record:
    """See the module. Raises StoreError where the journal can't be read."""

    def __init__(self, path: Path, ids: Iterable[str], start: int, end: int | None = None) -> None:
        """`ids` are the alarms of the site; the span is start < t <= end, without an end it goes on."""
        self.start, self.end = start, end
        self._from, self._until = start, end
        """What is read: the span, with the floods at its ends."""
        self._path = path
        self._ids = list(ids)
        self._number = {id_: number for number, id_ in enumerate(self._ids)}
        self._next = 0
        """Id of the first row that was not read."""
        self._begin = 0
        self._parts: list[tuple[Ints, NDArray[np.uint8], NDArray[np.int32], NDArray[np.uint8]]] = []

    def update(self) -> bool:
        """Read what came since the last time; whether anything did."""
        before = len(self._parts)
        with reading(self._path) as connection:
            if not self._begin:
                self._begin = int(connection.execute("SELECT coalesce(min(time), 0) FROM journal").fetchone()[0])
            if not self._next:
                self._open(connection)
            last = self._last(connection)
            cursor = connection.execute(_ROWS, (self._next, last))
            while rows := cursor.fetchmany(BATCH):
                self._add(rows)
            self._next = max(self._next, last)
        return len(self._parts) > before

    def _open(self, connection: Connection) -> None:
        self._from = _calm_before(connection, self.start)
        if self.end is not None:
            self._until = _calm_after(connection, self.end)
        first, _ = self._span(connection)
        self._next = first or self._top(connection, self._from)
        if self._begin and self._begin <= self._from:
            self._add(sorted(set(self._standing(connection))))

    def _standing(self, connection: Connection) -> Iterator[Row]:
        """What stood, and what was hidden, when the span began."""
        for id_ in self._ids:
            row = connection.execute(_BEFORE, (id_, self._next)).fetchone()
            if row and row[2] == "raise":
                yield row
                yield from self._hidden_since(connection, row)
        for hide, show in _WORDS:
            yield from connection.execute(_HIDDEN, (hide, hide, show, self._next))

    def _hidden_since(self, connection: Connection, row: Row) -> Iterator[Row]:
        """What hid an alarm when it was raised, and since: hidden time makes nothing stale."""
        for words in _WORDS:
            yield from connection.execute(_HIDDEN_THEN, (row[3], row[0], *words))
        yield from connection.execute(_MOVED_SINCE, (row[3], row[0], self._next))

    def _last(self, connection: Connection) -> int:
        """Id of the first row that is not of the span, or is not there yet."""
        return self._top(connection) if self.end is None else self._span(connection)[1] + 1

    def _span(self, connection: Connection) -> tuple[int, int]:
        """The lowest and the highest id of the span; 0 where it has no row."""
        first, last = connection.execute(_SPAN, (self._from, self._until or FOR_EVER)).fetchone()
        return int(first or 0), int(last or 0)

    def _top(self, connection: Connection, instant: int = FOR_EVER) -> int:
        """Id of the first row after an instant, or of the one to come."""
        return int(connection.execute(_FIRST_AFTER, (instant,)).fetchone()[0])

    def _add(self, rows: Sequence[Row]) -> None:
        if not rows:
            return
        _, times, kinds, subjects, priorities = zip(*rows, strict=True)
        number = self._number
        for id_ in sorted(set(subjects) - number.keys()):
            number[id_] = len(self._ids)
            self._ids.append(id_)
        time = np.array(times, np.int64)
        what = np.array([KINDS[kind] for kind in kinds], np.uint8)
        alarm = np.array([number[id_] for id_ in subjects], np.int32)
        priority = np.clip(np.array(priorities, np.int64), 0, 4).astype(np.uint8)
        self._parts.append((time, what, alarm, priority))

    def events(self) -> Events:
        """All that was read."""
        if len(self._parts) > 1:
            self._parts = [tuple(np.concatenate(column) for column in zip(*self._parts, strict=True))]  # type: ignore[list-item]
        if not self._parts:
            nothing = np.empty(0, np.int64)
            return Events(nothing, nothing.astype(np.uint8), nothing.astype(np.int32), nothing.astype(np.uint8),
                          tuple(self._ids), self._begin)  # fmt: skip
        return Events(*self._parts[0], tuple(self._ids), self._begin, self._until or 0)


def _calm_before(connection: Connection, start: int) -> int:
    """Everything after this is read: no flood goes on there, and what may make one later is younger."""
    times = (int(row[0]) for row in connection.execute(_DOWN_FROM, (start,)))
    moment, held = start, deque(itertools.islice(times, CALM_BELOW))
    while len(held) == CALM_BELOW and held[-1] > moment - SLOT:
        moment = held.popleft() - 1  # just before it: are those before it too many still?
        held.extend(itertools.islice(times, 1))
    return moment - SLOT


def _calm_after(connection: Connection, end: int) -> int:
    """Everything up to this is read: no flood of the span goes on there. A minute more at least, for what chatters."""
    before = [int(row[0]) for row in connection.execute(f"{_DOWN_FROM} LIMIT {CALM_BELOW}", (end,))]
    held, moment = deque(reversed(before), maxlen=CALM_BELOW), end
    times = (int(row[0]) for row in connection.execute(_UP_FROM, (end,)))
    while len(held) == CALM_BELOW and held[0] > moment - SLOT:
        following = next(times, 0)
        if not following:
            return held[-1] + SLOT
        moment = following - 1  # just before it
        if held[0] > moment - SLOT:
            held.append(following)
    return max(moment, end + MINUTE)


def raises(events: Events) -> Raises:
    """Every raise with its end, and whether it was hidden."""
    order = np.argsort(events.alarm, kind="stable")
    alarm, what, time = events.alarm[order], events.what[order], events.time[order]
    hidden = _hidden(alarm, what)
    own = np.flatnonzero(what <= Happening.CLEAR)
    """Raises and clears: whatever comes next of the same alarm ends what stands."""
    end = np.zeros(len(own), np.int64)
    same = alarm[own[1:]] == alarm[own[:-1]]
    end[:-1][same] = time[own[1:]][same]
    up = what[own] == Happening.RAISE
    rows = own[up]
    made = Raises(time[rows], end[up], alarm[rows], events.priority[order][rows], ~hidden[rows])
    by_time = np.argsort(made.time, kind="stable")
    return Raises(*(getattr(made, name)[by_time] for name in Raises.__slots__))


def hidings(events: Events) -> Hidings:
    """When each alarm was hidden, in whatever way, and when no more."""
    order = np.argsort(events.alarm, kind="stable")
    order = order[np.isin(events.alarm[order], events.alarm[events.what > Happening.CLEAR])]
    alarm, what = events.alarm[order], events.what[order]
    hidden = _hidden(alarm, what)
    before = np.concatenate(([False], hidden[:-1])) if len(order) else hidden
    before[1:] &= alarm[1:] == alarm[:-1]
    moved = hidden != before
    return Hidings(alarm[moved], events.time[order][moved], hidden[moved])


def _hidden(alarm: NDArray[np.int32], what: NDArray[np.uint8]) -> Mask:
    """Whether each alarm is hidden after each row; rows by alarm, then in order."""
    hidden = np.zeros(len(alarm), np.bool_)
    for hide, show in HIDING:
        hidden |= _holding(alarm, what, int(hide), int(show))
    return hidden


def _holding(alarm: NDArray[np.int32], what: NDArray[np.uint8], hide: int, show: int) -> Mask:
    """Whether the last of the two that befell the alarm up to each row was `hide`; rows by alarm, then in order."""
    position = np.arange(len(what))
    last = np.maximum.accumulate(np.where((what == hide) | (what == show), position, -1)) if len(what) else position
    return np.asarray((last >= 0) & (alarm[last] == alarm) & (what[last] == hide), np.bool_)
