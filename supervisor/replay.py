"""Replay: the station as it was at an instant: the values of tags, and the journal and the ledger up to then.

By source time: what was so then, late samples at their place. By arrival time: what the operator could know then.

Rules:
- What nobody knew is no value: a tag of a link that was down, or of a station that was off, is bad from the beginning
  of the hole on, unless it has had a sample of the hole since. The last good value never stands in for it (law 2).
- A command that had no outcome yet is told without one, whatever became of it later.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, NamedTuple, Protocol, TypeVar

import msgspec
import numpy as np
from numpy.typing import NDArray
from peewee import SQL, ModelSelect, fn

from supervisor.asides import Aside, asides
from supervisor.clock import SECOND
from supervisor.database import Connection, reading, snapshot
from supervisor.desk.lock_rows import BOOK as LOCKS
from supervisor.desk.lock_rows import LockOut, standing
from supervisor.desk.states import Stage
from supervisor.flow import Qualities, Times, Values
from supervisor.historian.earlier import Earlier
from supervisor.historian.history import History
from supervisor.historian.writer import HOLE
from supervisor.holes import DISK, STATION, Hole, HoleReader, State
from supervisor.journal import CommandRow, JournalReader
from supervisor.journal_rows import Found, Wish, Wording, unworded
from supervisor.journal_tables import HIDING, LOCKING, RAISING, JournalTable
from supervisor.model import BAD, Quality, Site, Tag

R = TypeVar("R")
OWN = (STATION, DISK)
"""Causes of holes that are Vigie's own."""
_NEVER = (1 << 63) - 1
Rows = NDArray[np.intp]
HUNG = "hang_lock"
"""Kind of the rows that begin a lock-out; `LOCKING` has the others, that end it."""
LONGEST = 7 * 86_400 * SECOND
"""No command is under way for longer: those that wait for a person lapse within hours."""
BACK = 86_400 * SECOND
"""Rows of the journal that lie behind their predecessor, for the clock was set back, are found up to so far back."""


@dataclass(slots=True)
class Picture:
    """Values at an instant, one for each row that was asked for."""

    rows: Rows
    time: Times
    """Source times, 0 where there is no sample."""
    value: Values
    quality: Qualities
    texts: dict[int, str]
    """Position in `rows` -> text, of text tags."""


class Holes(Protocol):
    """What is asked of the ledger of holes."""

    def holes(self, start: int, end: int) -> list[Hole]: ...


class Rewind:
    """Reads values of the past. May be asked from any thread; raises StoreError where the files can't be read."""

    def __init__(self, site: Site, history: History, holes: Holes, beat: Callable[[], int] = lambda: _NEVER) -> None:
        """`beat`: when the station last said that it lives, ns UTC; the ledger has its end only at its next start."""
        self._site, self._history, self._holes, self._beat = site, history, holes, beat

    def at(self, rows: Rows, instant: int, by_arrival: bool) -> Picture:
        """What was in force of these rows of the table, or what was known of them."""
        tags = [self._site.tags[row] for row in rows.tolist()]
        found = self._history.at([tag.id for tag in tags], instant, by_arrival)
        self._hide(tags, found.time, found.value, found.quality, self._holes.holes(instant - 1, instant))
        beat = self._beat()
        if instant > beat + HOLE and instant > self._history.known() + HOLE:
            found.quality[found.quality < BAD] = Quality.NOT_CONNECTED
        found.value[found.quality >= BAD] = np.nan
        return Picture(rows, found.time, found.value, found.quality, found.texts)

    @staticmethod
    def _hide(tags: Sequence[Tag], time: Times, value: Values, quality: Qualities, missing: Sequence[Hole]) -> None:
        """Values from before a hole that the instant lies in."""
        since: dict[str, Hole] = {}
        for hole in missing:
            since.setdefault(hole.link, hole)
            if hole.cause in OWN:  # what nobody carries is missing too while Vigie itself does not record
                since.setdefault("", hole)
        if not since:
            return
        for at, tag in enumerate(tags):
            found = since.get(tag.link)
            if found is not None and quality[at] < BAD and time[at] <= found.start:
                value[at], quality[at] = np.nan, _quality(found.cause)


def _quality(cause: str) -> Quality:
    """The quality tags have in a hole of this cause; of one that the station itself was off for, not connected."""
    return Quality.__members__.get(cause.upper(), Quality.NOT_CONNECTED)


class Held(NamedTuple):
    """A command that had an equipment."""

    command: int
    equipment: str
    awaiting: bool
    """A second person was waited for."""


_HIDES = {
    "shelve": ("shelved", True), "unshelve": ("shelved", False),
    "suppress": ("suppressed", True), "unsuppress": ("suppressed", False),
    "remove": ("out_of_service", True), "return": ("out_of_service", False),
}  # fmt: skip
"""Kind of a row that hides an alarm -> how, and whether it begins or ends."""


def command_by(connection: Connection, instant: int) -> int:
    """The last command of the ledger by an instant, 0 for none: their numbers go on as the time does."""
    low, high = 0, int(connection.execute("SELECT coalesce(max(id), 0) FROM commands").fetchone()[0])
    while low < high:
        middle = (low + high + 1) // 2
        found = connection.execute("SELECT id, time FROM commands WHERE id >= ? LIMIT 1", (middle,)).fetchone()
        if found is not None and found[1] <= instant:
            low = int(found[0])
        else:
            high = middle - 1
    return low


class HolesUntil(HoleReader):
    """The ledger of holes as it stood at an instant. What came later than the instant has filled nothing by arrival; by
    source time it has."""

    def __init__(self, whole: HoleReader, history: Earlier) -> None:
        super().__init__(whole.folder)
        self._history = history

    def holes(self, start: int, end: int, link: str | None = None) -> list[Hole]:
        return [self._then(one) for one in super().holes(start, min(end, self._history.end.instant), link)]

    def of(self, tag: Tag, start: int, end: int) -> list[Hole]:
        found = [self._then(one) for one in super().of(tag, start, min(end, self._history.end.instant))]
        return [self._told(one, tag) if one.samples else one for one in found]

    def _then(self, hole: Hole) -> Hole:
        """Not over yet where it ended later."""
        over = hole.end is not None and hole.end <= self._history.end.instant
        return hole if over else replace(hole, end=None, state=State.OPEN)

    def _told(self, hole: Hole, tag: Tag) -> Hole:
        """Of one that was filled since only what had come."""
        instant, by_arrival = self._history.end.instant, self._history.end.by_arrival
        if not by_arrival:
            return hole
        found = self._history.samples(tag.id, hole.start, instant if hole.end is None else hole.end)
        samples = int(np.count_nonzero(found.quality < BAD))
        state = hole.state if samples or hole.end is None else State.EMPTY
        return replace(hole, samples=samples, filled=min(samples, 1), state=state)


class JournalUntil(JournalReader):
    """The journal and the ledger as they stood at an instant."""

    def __init__(self, path: Path, instant: int, wording: Wording = unworded) -> None:
        super().__init__(path, wording)
        self._instant = instant
        self._last: int | None = None

    def find(self, wish: Wish, n: int = 500, before: int = 0, within_s: float = 0.15) -> Found:
        end = self._instant if wish.end is None else min(wish.end, self._instant)
        return super().find(replace(wish, end=end), n, before, within_s)

    def commands(self, n: int = 100, equipment: str = "", since_id: int = 0) -> list[CommandRow]:
        return [self._then(row) for row in super().commands(n, equipment, since_id)]

    def command(self, command_id: int) -> CommandRow | None:
        found = super().command(command_id)
        return self._then(found) if found else None

    def _then(self, row: CommandRow) -> CommandRow:
        """Without an outcome that came later."""
        if row.closed_at <= self._instant:
            return row
        return replace(row, outcome="", refused_by="", reason_fr="", reason_en="", closed_at=0)

    @property
    def instant(self) -> int:
        """Where it ends, ns UTC."""
        return self._instant

    def lock_outs(self) -> list[LockOut]:
        """Those that stood."""
        return LockOuts(self.path).standing(self._instant)

    def under_way(self) -> list[Held]:
        """Commands that had an equipment: selected, waiting for a second person, or on their way."""
        query = (
            "SELECT id, equipment, (SELECT step FROM steps WHERE command = commands.id AND time <= ?1"
            " ORDER BY id DESC LIMIT 1) FROM commands"
            " WHERE id > ?2 AND id <= ?3 AND time <= ?1 AND coalesce(closed_at, ?4) > ?1 ORDER BY id"
        )
        with reading(self.path) as connection:
            ends = (command_by(connection, instant) for instant in (self._instant - LONGEST, self._instant))
            rows = connection.execute(query, (self._instant, *ends, _NEVER)).fetchall()
        return [Held(number, equipment, step == Stage.AWAITING) for number, equipment, step in rows]

    def aside(self, alarm: str) -> Aside | None:
        """How an alarm was hidden; None for one that was not. Of two ways the one that was chosen last."""
        query = (
            f"SELECT kind, who, detail, time FROM journal WHERE subject = ? AND {HIDING} AND time <= ? ORDER BY id DESC"
        )
        over = set[str]()
        with reading(self.path) as connection:
            for kind, who, detail, time in connection.execute(query, (alarm, self._instant)):
                how, begins = _HIDES[kind]
                if begins and how not in over:
                    said = msgspec.json.decode(detail)
                    return Aside(alarm, how, who, str(said.get("reason", "")), time, int(said.get("until", 0)))
                over.add(how)
        return None

    def _read(self, kind: type[R], query: ModelSelect[Any], n: int | None = None) -> list[R]:
        until = query.where(query.model.time <= self._instant)
        if query.model is JournalTable:  # ids in a row: without this every newer row would be looked at and left
            until = until.where(JournalTable.id <= self._end())
        return super()._read(kind, until, n)

    def _end(self) -> int:
        """The id up to which rows may lie before the instant."""
        if self._last is None:
            later = JournalTable.select(JournalTable.id).where(JournalTable.time > self._instant + BACK)
            with snapshot(self.path) as database:  # one step of the index, where the least id would be a walk
                found = later.order_by(JournalTable.time).limit(1).scalar(database)
            self._last = _NEVER if found is None else int(found)
        return self._last


class LockOuts:
    """Which lock-outs stood. May be asked from any thread; raises StoreError.

    There are a few a day: all of them are kept in mind once they were read, and only newer rows are read again.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._rows: list[tuple[int, str, LockOut]] = []
        """Time, kind, and the lock-out that was hung, or came off."""
        self._last = 0

    def standing(self, instant: int) -> list[LockOut]:
        """Those that stood, the oldest first, with who had asked that they come off."""
        with self._lock, reading(self._path) as connection:
            self._extend(connection)
            found: list[LockOut] = []
            for time, kind, one in self._rows:
                if time > instant:
                    continue
                if kind == HUNG:
                    found.append(one)
                elif gone := [it for it in found if it.id == one.id and it.equipment == one.equipment]:
                    found.remove(gone[0])
            return [_asked(connection, one, instant) for one in found]

    def at(self, instant: int) -> list[str]:
        """Ids of equipment, once for each lock-out that stood on it."""
        return [one.equipment for one in self.standing(instant)]

    def _extend(self, connection: Connection) -> None:
        top = connection.execute("SELECT coalesce(max(id), 0) FROM journal").fetchone()[0]
        rows = connection.execute(
            f"SELECT time, kind, subject, who, area, detail FROM journal WHERE id > ? AND id <= ? AND {LOCKING}"
            " ORDER BY id",
            (self._last, top),
        ).fetchall()
        for time, kind, subject, who, area, detail in rows:
            said = msgspec.json.decode(detail)
            number, reason = int(said.get("lock", 0)), str(said.get("reason", ""))
            self._rows.append((time, kind, LockOut(number, subject, who, reason, time, area=area)))
        self._last = top


def _asked(connection: Connection, one: LockOut, instant: int) -> LockOut:
    """With who had asked that it come off, unless it was kept since."""
    rows = connection.execute(
        "SELECT kind, who, time, detail FROM journal WHERE subject = ? AND category = ? AND time > ? AND time <= ?"
        " AND kind IN ('ask_release', 'keep_lock') ORDER BY id DESC",
        (one.equipment, LOCKS, one.time, instant),
    )
    for kind, who, time, detail in rows:
        if int(msgspec.json.decode(detail).get("lock", 0)) == one.id:
            return replace(one, asked_by=who, asked_at=time) if kind == "ask_release" else one
    return one


def lock_outs(journal: JournalReader) -> list[LockOut]:
    """Those that stand; of a journal that ends at an instant, those that stood. Raises StoreError."""
    return journal.lock_outs() if isinstance(journal, JournalUntil) else standing(journal.path)


def asides_of(journal: JournalReader, alarms: Iterable[str]) -> dict[str, Aside]:
    """How these alarms are hidden, by whom and why; of one that is hidden in two ways the one that ends first. Of a
    journal that ends at an instant, how they were. Raises StoreError."""
    if isinstance(journal, JournalUntil):
        return {one.alarm: one for alarm in alarms if (one := journal.aside(alarm))}
    return {one.alarm: one for one in reversed(asides(journal.path))}


class Landmarks(JournalReader):
    """What a slider over time is marked with."""

    def raises(self, start: int, end: int, n: int = 500) -> list[int]:
        """When alarms were raised in start < t <= end; at most about n of them, spread over the span."""
        width = max((end - start) // n, 1)
        span = (JournalTable.time > start) & (JournalTable.time <= end)
        query = JournalTable.select(fn.MIN(JournalTable.time)).where(span, SQL(RAISING))
        with snapshot(self.path) as database:
            rows = query.group_by(JournalTable.time / width).order_by(JournalTable.time).tuples().execute(database)
            return [int(row[0]) for row in rows]

    def beside(self, instant: int, forward: bool) -> int | None:
        """When the next alarm was raised after an instant, or the last before it; None where there is none."""
        table = JournalTable
        where = table.time > instant if forward else table.time < instant
        order = table.time.asc() if forward else table.time.desc()
        query = table.select(table.time).where(where, SQL(RAISING))
        with snapshot(self.path) as database:
            found = query.order_by(order).limit(1).scalar(database)
        return None if found is None else int(found)

    def oldest(self) -> int | None:
        """Time of the first row; None of an empty journal."""
        with snapshot(self.path) as database:
            found = JournalTable.select(JournalTable.time).order_by(JournalTable.id).limit(1).scalar(database)
        return None if found is None else int(found)
