"""Replay: the alarms as they stood at any instant, from the rows of the journal.

    journal rows ──(in order, each as its kind says)──> who stood, how, since when ──> columns as of the engine
                     mark   mark   mark                 a mark is that answer after every 5 000 rows

Only what stands or is hidden is kept: an alarm that is normal and hidden by nobody is zeros, whatever it once was. That
is a few hundred alarms of a city of a hundred thousand, so a mark is small, and an instant costs the rows since its
mark: milliseconds, however old the journal is. The station keeps the marks in a file beside the journal
(`alarms.marks`); those that are not there yet are made at the first question, which a file that is lost only delays.

Instants of alarms are those of the station: what stood is the same by source time and by arrival.
A row of a kind that nobody here knows changes nothing and is logged once.
"""

from __future__ import annotations

import copy
import logging
import threading
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from alarms.happenings import KINDS, Happening, Standing, active, clear
from alarms.keep import Names
from alarms.life import FIRST, HOW, groups
from alarms.telling import BOOK
from supervisor.clock import SECOND
from supervisor.columns import Columns
from supervisor.database import Connection, reading
from supervisor.model import Site

EVERY = 5000
"""Alarm rows between two marks: what an instant costs at most, some 10 ms."""
BACK = 86_400 * SECOND
"""Rows whose time is behind that of an earlier row, for the clock was set back, are found up to so far back."""
Standings = dict[str, Standing]
"""Alarm id -> how it is; those at rest are left out. What is in one is never changed: marks share it."""
_AT_ONCE = 1000
_NEVER = (1 << 63) - 1
_HOW = {word: mark for mark, word in HOW.items()}

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Plant:
    """What the journal does not say of alarms."""

    latching: Mapping[str, bool]
    """By id, whether its rule latches; of an alarm that is not in it, it does not."""
    group: Mapping[str, int]
    """By id, which group it is the first of, or not."""

    @classmethod
    def of(cls, site: Site) -> Plant:
        numbers = groups(site.alarms).tolist()
        ids = [alarm.id for alarm in site.alarms]
        return cls({alarm.id: alarm.rule.latching for alarm in site.alarms}, dict(zip(ids, numbers, strict=True)))


class Walk:
    """Rows of the journal, one after the other, from what stood before them."""

    def __init__(self, plant: Plant, standings: Standings) -> None:
        self.standings = dict(standings)
        self._plant = plant
        self._up = Counter(self._group(id_) for id_, alarm in standings.items() if alarm.state)
        """How many alarms of each group are not normal."""
        self._first = {self._group(id_): id_ for id_, alarm in standings.items() if alarm.first_up}
        """Group -> alarm that is the first."""
        self.strange: set[str] = set()
        """Kinds nobody knows."""

    def take(self, rows: Iterable[Happening]) -> Standings:
        """What stands after these too."""
        for row in rows:
            step = KINDS.get(row.kind)
            if step is None:
                self.strange.add(row.kind)
                continue
            was = self.standings.get(row.alarm)
            alarm = copy.copy(was) if was is not None else Standing()
            latching = self._plant.latching.get(row.alarm, False)
            if row.kind == "raise" and active(alarm.state):  # a controller asks again: it was gone between
                up = bool(alarm.state)
                clear(alarm, row, latching)
                self._settle(row, alarm, up)
            up = bool(alarm.state)
            step(alarm, row, latching)
            self._settle(row, alarm, up)
        return self.standings

    def _settle(self, row: Happening, alarm: Standing, up: bool) -> None:
        """Put it back; where it rose or fell, its group may have another first one, or none."""
        if up != bool(alarm.state):
            (self._fall if up else self._rise)(row, alarm)
        if not alarm.state:
            alarm.calm()
        if alarm.at_rest:
            self.standings.pop(row.alarm, None)
        else:
            self.standings[row.alarm] = alarm

    def _rise(self, row: Happening, alarm: Standing) -> None:
        """The first, unless the row of another says that it was."""
        group, how = self._group(row.alarm), row.read().first
        if how or not self._up[group]:
            if group in self._first:
                self._unmark(self._first[group])
            alarm.first_up = _HOW.get(how, FIRST)
            self._first[group] = row.alarm
        self._up[group] += 1

    def _fall(self, row: Happening, alarm: Standing) -> None:
        group = self._group(row.alarm)
        self._up[group] -= 1
        if self._up[group] <= 0:
            del self._up[group]
            alarm.first_up = 0
            first = self._first.pop(group, row.alarm)
            if first != row.alarm:
                self._unmark(first)

    def _unmark(self, id_: str) -> None:
        was = self.standings.get(id_)
        if was is None:
            return
        alarm = self.standings[id_] = copy.copy(was)
        alarm.first_up = 0
        if alarm.at_rest:
            del self.standings[id_]

    def _group(self, id_: str) -> object:
        """Of an alarm that the site no longer has, one of its own."""
        return self._plant.group.get(id_, id_)


@dataclass(frozen=True, slots=True)
class Mark:
    """What stood after a row."""

    id: int
    newest: int
    """The latest time of any row up to this one, ns UTC."""
    standings: Standings


START = Mark(0, -_NEVER, {})


class Replay:
    """See the module. May be asked from any thread; raises StoreError where the journal can't be read."""

    def __init__(self, path: Path, plant: Plant, load: Callable[[], Iterable[Mark]] = tuple) -> None:
        """`load`, called at the first question: the marks that were made before, oldest first."""
        self._path = path
        self._plant = plant
        self._lock = threading.Lock()
        self._marks = [START]
        self._load: Callable[[], Iterable[Mark]] | None = load
        self._strange: set[str] = set()

    @property
    def marks(self) -> list[Mark]:
        """All that were made, but for the first."""
        return self._marks[1:]

    def at(self, instant: int) -> Standings:
        """How every alarm was when all up to this instant (ns UTC) had happened."""
        with self._lock, reading(self._path) as connection:
            self._extend(connection)
            mark = self._marks[bisect_right(self._marks, instant, key=lambda mark: mark.newest) - 1]
            end = bisect_right(self._marks, instant + BACK, key=lambda mark: mark.newest)
            last = self._marks[end].id if end < len(self._marks) else _NEVER
            return self._after(mark, _rows(connection, "id > ? AND id <= ? AND time <= ?", (mark.id, last, instant)))

    def extend(self, most: int = -1) -> int:
        """Make marks that are missing, at most `most` of them; how many were made."""
        with self._lock, reading(self._path) as connection:
            return self._extend(connection, most)

    def _extend(self, connection: Connection, most: int = -1) -> int:
        if self._load is not None:
            self._marks += self._load()
            self._load = None
        made = 0
        while made != most:
            mark = self._marks[-1]
            rows = list(_rows(connection, "id > ?", (mark.id,), EVERY))
            if len(rows) < EVERY:
                break
            newest = max(mark.newest, max(row.time for row in rows))
            self._marks.append(Mark(rows[-1].id, newest, self._after(mark, rows)))
            made += 1
        return made

    def _after(self, mark: Mark, rows: Iterable[Happening]) -> Standings:
        walk = Walk(self._plant, mark.standings)
        standings = walk.take(rows)
        for kind in walk.strange - self._strange:
            log.warning('The replay of alarms knows no row of kind "%s" and passes over it.', kind)
        self._strange |= walk.strange
        return standings


_PLAIN = (
    "state",
    "suppression",
    "raised_at",
    "cleared_at",
    "acked_at",
    "count",
    "shelved_until",
    "annunciated_at",
    "first_up",
)


def fill(columns: Columns, rows: Mapping[str, int], standings: Standings, names: Names) -> None:
    """Write what stood into columns of `alarms.life.FIELDS`, all as one step; `rows`: alarm id -> row."""
    known = [(rows[id_], standing) for id_, standing in standings.items() if id_ in rows]
    index = np.array([row for row, _ in known], np.intp)
    with columns.writing():
        for name in _PLAIN:
            columns[name][:] = 0
            columns[name][index] = [getattr(standing, name) for _, standing in known]
        for name in ("taken_by", "shelved_by"):
            columns[name][:] = 0
            columns[name][index] = [names.code(getattr(standing, name)) for _, standing in known]
        columns["value"][:] = np.nan
        columns["value"][index] = [np.nan if one.value is None else one.value for _, one in known]
        columns["generation"][:] = int(columns["generation"].max(initial=0)) + 1


def _rows(connection: Connection, where: str, words: tuple[int, ...], n: int = -1) -> Iterator[Happening]:
    """Rows of alarms in the order they were written; plain SQL, for a million of them may have to be walked."""
    cursor = connection.execute(
        f"SELECT id, time, kind, who, subject, detail FROM journal WHERE {where} AND category = ? ORDER BY id LIMIT ?",
        (*words, BOOK, n),
    )
    while rows := cursor.fetchmany(_AT_ONCE):
        yield from map(Happening._make, rows)
