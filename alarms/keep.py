"""What survives a restart: one row per alarm that ever raised, was hidden or taken over, in the journal's own file.

    columns ─┐
    entries ─┴─> one transaction: the rows of the alarms · the rows of the chain

So the state that is found after a power cut is the one the journal tells, never a little more or less. What could not
be written is kept in mind, and the rows of the alarms are written with the next change; a disk that is full stops none.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import astuple, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from alarms.states import State
from alarms.suppression import Hidden
from supervisor.asides import Aside
from supervisor.columns import Columns
from supervisor.database import Connection, SqliteDatabase, plain, reading
from supervisor.journal import Beside, Entry, Journal
from supervisor.model import Site
from supervisor.names import FIRST, OTHER, Met

PROCESS = ("state", "raised_at", "cleared_at", "acked_at", "annunciated_at", "value", "count", "first_up")
"""Fields of the first machine; each machine is written by itself, for acts of both may be under way at once."""
HIDING = ("suppression", "shelved_until")
TAKEN = ("taken_by",)
HEARD = ("heard",)
"""What the controller said last of an alarm that it runs itself."""
KEPT = (*PROCESS, *HIDING, *TAKEN, *HEARD)
WAYS = tuple(str(bit.name).lower() for bit in Hidden if bit)
"""How an alarm is hidden, as the asides have it."""
_WORDS = tuple(state.word for state in State)
_OLD = ("state", "suppression", "raised_at", "cleared_at", "acked_at", "value", "count", "shelved_until")
"""Fields of alarms.db, where they were kept by themselves."""

Rows = NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Gone:
    """An alarm of a rule the site no longer has."""

    id: str
    state: str
    raised_at: int
    hidden: tuple[str, ...]
    """In which ways it was."""


class Names:
    """Who, as a number in a column: 1 + row in `site.users`, from `supervisor.names.FIRST` on those whom the station
    alone knows; `OTHER` for somebody unknown to both."""

    OTHER = OTHER

    def __init__(self, site: Site, met: Met | None = None) -> None:
        self._users = ["", *site.users]
        self._codes = {id_: code for code, id_ in enumerate(self._users)}
        self._met = met or Met()
        self._others: dict[int, str] = {}

    def code(self, id_: str) -> int:
        known = self._codes.get(id_)
        return self._met.code(id_) if known is None else known

    def note(self, rows: Iterable[int], id_: str) -> None:
        """Remember by row whom a column can't name."""
        for row in rows:
            self._others[row] = id_

    def id(self, code: int, row: int) -> str:
        if code >= FIRST:
            return self._others.get(row, "") if code == self.OTHER else self._met.id(code)
        return self._users[code]


class Keep:
    """The alarms of one station in its journal's file. `asides` is why each hidden alarm is."""

    def __init__(self, journal: Journal, site: Site, columns: Columns, names: Names) -> None:
        self._journal = journal
        self._ids = [alarm.id for alarm in site.alarms]
        self._row = {id_: number for number, id_ in enumerate(self._ids)}
        self._columns = columns
        self.names = names
        self._unsaved = np.zeros(len(self._ids), np.bool_)
        self.asides: dict[tuple[str, str], Aside] = {}
        """By alarm and by how it is hidden."""

    def restore(self, old: Path) -> list[Gone]:
        """Fill the columns with what was kept, and say which rules of it are gone.

        `old` is where an earlier Vigie kept them: taken over once, then removed. Raises StoreError.
        """
        earlier = _read_old(old) if old.exists() else []

        def work(database: SqliteDatabase) -> tuple[list[tuple[Any, ...]], list[tuple[Any, ...]]]:
            connection = plain(database)
            if earlier and not connection.execute("SELECT 1 FROM alarms LIMIT 1").fetchone():
                connection.executemany(_upsert(_OLD), earlier)
            kept = connection.execute(f"SELECT id, {', '.join(KEPT)} FROM alarms").fetchall()
            fields = "alarm, how, who, reason, since, until"
            return kept, connection.execute(f"SELECT {fields} FROM asides").fetchall()

        kept, asides = self._journal.submit(work).result()
        for end in ("", "-wal", "-shm"):
            old.with_name(old.name + end).unlink(missing_ok=True)
        self.asides = {(one[0], one[1]): Aside(*one) for one in asides if one[0] in self._row}
        self._fill([one for one in kept if one[0] in self._row])
        at, hidden = 1 + KEPT.index("raised_at"), defaultdict(list)
        for one in asides:
            hidden[one[0]].append(one[1])
        return [Gone(one[0], one[1], one[at], tuple(hidden[one[0]])) for one in kept if one[0] not in self._row]

    def forget(self, gone: Sequence[Gone], entries: Iterable[Entry]) -> None:
        """Rules the site no longer has, in one step with the rows that tell their end: a kill between the two would let
        them stand in the journal for ever."""
        ids = [(one.id,) for one in gone]

        def work(connection: Connection) -> None:
            connection.executemany("DELETE FROM alarms WHERE id = ?", ids)
            connection.executemany("DELETE FROM asides WHERE alarm = ?", ids)

        self._journal.extend(entries, work)

    def _fill(self, kept: Sequence[tuple[Any, ...]]) -> None:
        rows = np.array([self._row[one[0]] for one in kept], np.intp)
        with self._columns.writing():
            for at, name in enumerate(KEPT, 1):
                self._columns[name][rows] = [_code(name, one[at], self.names) for one in kept]
        for one in kept:
            who = one[1 + KEPT.index("taken_by")]
            if self.names.code(who) == Names.OTHER:
                self.names.note([self._row[one[0]]], who)

    def write(self, rows: Rows, fields: Sequence[str], entries: Iterable[Entry] = ()) -> Future[int]:
        """Put fields of these alarms as the columns hold them now, and rows of the journal, on disk as one step.

        `entries` are made in the writer's thread. Of these alarms what could not be written before goes along; the
        others wait for `retry`, for a change must not cost more the longer the disk is full.
        """
        if self._unsaved[rows].any():
            fields = KEPT
            self._unsaved[rows] = False
        asides = self.hidden(rows) if "suppression" in fields else []
        future = self._journal.extend(entries, self._work(rows, fields, self.words(rows, fields), asides))
        future.add_done_callback(lambda done: self._remember(rows, done))
        return future

    async def secure(
        self, rows: Rows, words: Mapping[str, Sequence[Any]], asides: Sequence[Aside], entries: Sequence[Entry]
    ) -> None:
        """Put on disk what the columns do not hold yet: `words` by field, all asides of these alarms. Raises
        StoreError, and then nothing is written."""
        await self._journal.written(*entries, beside=self._work(rows, tuple(words), words, asides))

    def _work(
        self, rows: Rows, fields: Sequence[str], words: Mapping[str, Sequence[Any]], asides: Sequence[Aside]
    ) -> Beside:
        ids = [self._ids[row] for row in rows.tolist()]

        def work(connection: Connection) -> None:
            connection.executemany(_upsert(fields), zip(ids, *(words[name] for name in fields), strict=True))
            if "suppression" in fields:
                _put_asides(connection, ids, asides)

        return work

    def words(self, rows: Rows, fields: Sequence[str]) -> dict[str, list[Any]]:
        """Fields of alarms as the file has them."""
        found = {name: self._columns[name][rows].tolist() for name in fields}
        if "state" in found:
            found["state"] = [_WORDS[code] for code in found["state"]]
        if "taken_by" in found:
            pairs = zip(found["taken_by"], rows.tolist(), strict=True)
            found["taken_by"] = [self.names.id(code, row) if code else "" for code, row in pairs]
        return found

    def hidden(self, rows: Rows) -> list[Aside]:
        """The asides of these alarms. By key: a site with a whole district in maintenance has thousands of others."""
        if not self.asides:
            return []
        keys = ((self._ids[row], how) for row in rows.tolist() for how in WAYS)
        return [self.asides[key] for key in keys if key in self.asides]

    def _remember(self, rows: Rows, done: Future[int]) -> None:
        """In the writer's thread. A newer copy of a row may be on its way already: writing it once more is harmless."""
        if done.cancelled() or done.exception():
            self._unsaved[rows] = True

    @property
    def behind(self) -> bool:
        """Something is not on disk that should be."""
        return bool(self._unsaved.any())

    def retry(self, most: int | None = None) -> None:
        """Write what could not be written, as it is now; of so many alarms at the most."""
        self.write(np.flatnonzero(self._unsaved)[:most], KEPT)


def _upsert(fields: Sequence[str]) -> str:
    sets = ", ".join(f"{name} = excluded.{name}" for name in fields)
    marks = ", ".join("?" * (1 + len(fields)))
    return f"INSERT INTO alarms(id, {', '.join(fields)}) VALUES({marks}) ON CONFLICT(id) DO UPDATE SET {sets}"


def _put_asides(connection: Connection, ids: Sequence[str], asides: Sequence[Aside]) -> None:
    connection.executemany("DELETE FROM asides WHERE alarm = ?", [(id_,) for id_ in ids])
    connection.executemany("INSERT INTO asides VALUES(?,?,?,?,?,?)", [astuple(aside) for aside in asides])


def _code(name: str, word: Any, names: Names) -> Any:
    """A field of the file as a column holds it."""
    if name == "state":
        return State[word.upper()]
    if name == "taken_by":
        return names.code(word)
    return np.nan if word is None else word


def _read_old(path: Path) -> list[tuple[Any, ...]]:
    with reading(path) as connection:
        return connection.execute(f"SELECT id, {', '.join(_OLD)} FROM alarms").fetchall()
