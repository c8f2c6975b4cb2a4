"""Store: what of the schedules outlives the station: who took what in hand, when a programme was gone on with, which
commands were heard. It lies in the journal's file, each change in the transaction of the row that tells of it.

What can't be written is owed to the journal, and written here whole with the next change that can be.
"""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Mapping
from concurrent.futures import Future
from dataclasses import astuple, dataclass
from pathlib import Path
from typing import Any, NamedTuple

from supervisor.clock import Clock
from supervisor.database import Connection, SqliteDatabase, plain, reading
from supervisor.errors import StoreError
from supervisor.journal import Entry, Journal

AGAIN_S = 1.0
"""Between two tries to read what a disk does not give."""
_FIELDS = "equipment, who, since, until, mode, command"
_KEEP = f"INSERT OR REPLACE INTO overrides({_FIELDS}) VALUES(?, ?, ?, ?, ?, ?)"
_DROP = "DELETE FROM overrides WHERE equipment = ?"
_RESUME = "INSERT OR REPLACE INTO resumed(equipment, time) VALUES(?, ?)"
_HEAR = "INSERT OR REPLACE INTO heard(one, command) VALUES(1, ?)"

Statement = tuple[str, tuple[Any, ...]]

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Override:
    """What a person did to a scheduled equipment by hand, and how long it stands."""

    equipment: str
    who: str
    since: int
    """ns UTC."""
    until: int
    mode: str
    """An `Until`."""
    command: str = ""
    """The command that began it; empty where somebody only held the programme back."""


class Kept(NamedTuple):
    """What is on disk."""

    overrides: list[Override]
    resumed: Mapping[str, int]
    """Equipment -> when its programme was last gone on with, ns UTC."""
    heard: int
    """-1 where nothing ever was."""


class Store:
    """See the module."""

    def __init__(self, journal: Journal, old: Path | None = None) -> None:
        """`old`: the file in which an earlier Vigie kept this; taken over once, then removed."""
        self._journal, self._old = journal, old
        self._lock = threading.Lock()
        self._unwritten: dict[str, Statement] = {}
        """What is not on disk yet, the newest of each equipment; no id has a slash."""
        self._refused: set[str] = set()
        """What of it the disk would not take: it goes with the next change."""

    async def recall(self, clock: Clock) -> Kept:
        """`read`, once the journal takes work again where it does not: without it nothing may be commanded."""
        told = ""
        while True:
            try:
                return await asyncio.to_thread(self.read)
            except StoreError as error:
                if str(error) != told:
                    log.warning("No programme commands before what was taken in hand can be read: %s", error)
                told = str(error)
            await clock.sleep(AGAIN_S)

    def read(self) -> Kept:
        """Waits for the disk; raises StoreError."""
        earlier = _read_old(self._old) if self._old and self._old.exists() else ([], -1)

        def work(database: SqliteDatabase) -> Kept:
            connection = plain(database)
            heard = connection.execute("SELECT command FROM heard").fetchone()
            if earlier[1] >= 0 and not heard:
                connection.executemany(_KEEP, earlier[0])
                connection.execute(_HEAR, (earlier[1],))
                heard = (earlier[1],)
            rows = connection.execute(f"SELECT {_FIELDS} FROM overrides").fetchall()
            resumed = dict(connection.execute("SELECT equipment, time FROM resumed").fetchall())
            return Kept([Override(*row) for row in rows], resumed, int(heard[0]) if heard else -1)

        kept = self._journal.submit(work).result()
        if self._old:
            for end in ("", "-wal", "-shm"):
                self._old.with_name(self._old.name + end).unlink(missing_ok=True)
        return kept

    def keep(self, override: Override, entry: Entry) -> Future[int]:
        """Begun, and its row of the journal. The future is done once both are on disk."""
        return self._write({override.equipment: (_KEEP, astuple(override))}, entry)

    def drop(self, equipment: str, time: int, entry: Entry) -> Future[int]:
        """Gone on with at `time`."""
        return self._write(
            {equipment: (_DROP, (equipment,)), f"{equipment}/resumed": (_RESUME, (equipment, time))}, entry
        )

    def hear(self, command: int) -> Future[int]:
        """All outcomes up to this command of the ledger are heard."""
        return self._write({"/heard": (_HEAR, (command,))})

    def _write(self, changes: Mapping[str, Statement], *entries: Entry) -> Future[int]:
        with self._lock:
            self._unwritten |= changes
            together = {key: self._unwritten[key] for key in (*changes, *self._refused)}

        def beside(connection: Connection) -> None:
            for statement, row in together.values():
                connection.execute(statement, row)

        future = self._journal.extend(entries, beside)
        future.add_done_callback(lambda done: self._written(done, together))
        return future

    def _written(self, done: Future[int], together: Mapping[str, Statement]) -> None:
        """In the writer's thread."""
        with self._lock:
            if done.exception() is not None:
                self._refused |= together.keys() & self._unwritten.keys()
                return
            for key, change in together.items():
                if self._unwritten.get(key) is change:
                    del self._unwritten[key]
                    self._refused.discard(key)


def _read_old(path: Path) -> tuple[list[tuple[Any, ...]], int]:
    """Overrides, and the command heard last; -1 where none was."""
    with reading(path) as connection:
        rows = connection.execute(f"SELECT {_FIELDS} FROM overrides").fetchall()
        seen = connection.execute("SELECT command FROM seen").fetchone()
        return rows, int(seen[0]) if seen else -1
