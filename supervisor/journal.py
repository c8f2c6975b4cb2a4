"""The journal: every act and event of the station, append-only and chained by hashes (`supervisor.journal_chain`). Also
the file the ledger lives in.

Rules:
- `append` and `extend` never raise and never wait; their future is resolved once the rows are safe on disk, or holds a
  StoreError. What happened stays true while the disk is full: those rows are owed, and written as soon as it works.
  In their order: what happens meanwhile is owed behind them.
- `written` is for what must not happen unless it is journalled: it raises, and nothing is owed.
- What can't be journalled is not commanded (the desk refuses); alarms go on, for they must.
- No secret ever enters (law 10). Nothing is updated or deleted: the file's own triggers forbid it.
"""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any, TypeVar

from peewee import ModelSelect, fn

from supervisor.clock import Clock
from supervisor.database import Connection, SqliteDatabase, Writer, reading, snapshot
from supervisor.errors import StoreError
from supervisor.journal_chain import Verdict as Verdict
from supervisor.journal_chain import chain as chain
from supervisor.journal_chain import walk
from supervisor.journal_rows import Entry as Entry
from supervisor.journal_rows import Found, Wish, Wording, unworded
from supervisor.journal_rows import Row as Row
from supervisor.journal_tables import MIGRATIONS, CommandTable, JournalTable, StepTable
from supervisor.journal_words import Search
from supervisor.names import Met, Register

T = TypeVar("T")
R = TypeVar("R")
log = logging.getLogger(__name__)

AGAIN_S = 2.0
"""How often what could not be written is tried again."""
MOST_OWED = 100_000
"""Rows kept in memory while the disk takes none: ten floods of ten thousand alarms."""
Beside = Callable[[Connection], None]
"""What is written in the transaction of rows of the journal, in the writer's thread."""


@dataclass(frozen=True, slots=True)
class CommandRow:
    """One command of the ledger."""

    id: int
    time: int
    who: str
    equipment: str
    command: str
    tag: str
    value: float | None
    raw: float | None
    outcome: str
    """done, refused, failed, unknown; empty while it is under way."""
    refused_by: str
    """The check that refused it."""
    reason_fr: str
    reason_en: str
    closed_at: int
    """0 while it is under way."""


@dataclass(frozen=True, slots=True)
class StepRow:
    """One step of a command; `journal` is its row in the chain."""

    id: int
    command: int
    step: str
    time: int
    result: str
    detail: Mapping[str, Any]
    journal: int


def nothing(connection: Connection) -> None:
    """Nothing is written beside."""


class Journal:
    """The writing end; one per station."""

    def __init__(self, path: Path, clock: Clock) -> None:
        """Opens the file; StoreError when that fails."""
        self.path = path
        self._clock = clock
        self._writer = Writer(path, MIGRATIONS)
        self._debt = threading.Lock()
        self._owed: list[Entry] = []
        self._lost = 0
        """Owed rows for which there was no room."""
        self._paying = 0
        self.people = Register(path, self._submit)
        """Names of those whom the site folder does not list."""

    def append(self, entry: Entry) -> Future[int]:
        """The row's id, once it is safe on disk."""
        time = entry.time or self._clock.now()

        def work(connection: Connection) -> int:
            self._queue_up()
            return chain(connection, entry, time)

        future = self._submit(work)
        future.add_done_callback(lambda done: self._owe(done, [replace(entry, time=time)]))
        future.add_done_callback(lambda done: _tell_bug(done, entry))
        return future

    def extend(self, entries: Iterable[Entry], beside: Beside = nothing) -> Future[int]:
        """Many rows in one transaction; `entries` is consumed in the writer's thread. How many they were. `beside` is
        what goes into other tables of the file with them; it is not owed."""
        now = self._clock.now()
        source = (replace(entry, time=entry.time or now) for entry in entries)
        told: list[Entry] = []

        def work(connection: Connection) -> int:
            told.extend(source)
            self._queue_up()
            beside(connection)
            return sum(chain(connection, entry, entry.time) > 0 for entry in told)

        future = self._submit(work)
        future.add_done_callback(lambda done: self._owe(done, [*told, *source]))
        return future

    async def written(self, *entries: Entry, beside: Beside = nothing) -> int:
        """Write and wait until it is safe; the id of the last row. Raises StoreError, and then nothing is owed. A
        cancelled wait does not take the rows back."""
        now = self._clock.now()

        def work(connection: Connection) -> int:
            beside(connection)
            return [chain(connection, entry, entry.time or now) for entry in entries][-1]

        return await safe(self._submit(work))

    async def run(self) -> None:
        """Try now and then to write what is owed; until cancelled."""
        while True:
            await self._clock.sleep(AGAIN_S)
            self.pay()

    @property
    def owed(self) -> int:
        """Rows of what happened that are not on disk."""
        return self._paying + len(self._owed) + self._lost

    def pay(self) -> None:
        """Write what is owed, if anything is."""
        with self._debt:
            if not self._owed or self._paying:
                return
            rows, self._owed, lost = self._owed, [], self._lost
            self._paying = len(rows)
        told = rows
        if lost:
            told = [*rows, Entry("system", "lost", result="failed", detail={"count": lost}, time=self._clock.now())]
        future = self._submit(lambda connection: sum(chain(connection, one, one.time) > 0 for one in told))
        future.add_done_callback(lambda done: self._paid(done, rows, lost))

    def _paid(self, done: Future[int], rows: list[Entry], lost: int) -> None:
        """In the writer's thread."""
        with self._debt:
            self._paying = 0
            if done.exception() is None:
                self._lost -= lost
                log.warning("%d rows of the journal that could not be written before are written", len(rows))
            else:
                self._owed = [*rows, *self._owed][:MOST_OWED]

    def _queue_up(self) -> None:
        """In the writer's thread: what happens while older rows are owed is owed behind them, or an alarm would clear
        in the journal before it was raised."""
        if self._owed:
            raise StoreError(f"{self.path}: {len(self._owed)} older rows are to be written first.")

    def _owe(self, done: Future[int], entries: Sequence[Entry]) -> None:
        """In the writer's thread. Only what the environment refused: a bug of ours would fail for ever."""
        if isinstance(done.exception(), StoreError):
            with self._debt:
                room = MOST_OWED - len(self._owed) - self._paying
                self._owed += entries[:room]
                self._lost += max(len(entries) - room, 0)

    @property
    def size(self) -> int:
        """Bytes on disk; 0 where they can't be read."""
        return sum(one.stat().st_size for one in (self.path, Path(f"{self.path}-wal")) if one.exists())

    def submit(self, work: Callable[[SqliteDatabase], T]) -> Future[T]:
        """Other tables of the file (the ledger) share its writer and its transactions; see `Writer.submit`."""
        return self._submit(lambda _: work(self._writer.database))

    def _submit(self, work: Callable[[Connection], T]) -> Future[T]:
        try:
            return self._writer.submit(work)
        except StoreError as error:
            future: Future[T] = Future()
            future.set_exception(error)
            return future

    def close(self) -> None:
        """Write what was appended, then close the file."""
        self.pay()
        self._writer.close()
        if self.owed:
            log.error("%d rows of the journal are lost: they could not be written until the end", self.owed)


def _tell_bug(done: Future[int], entry: Entry) -> None:
    """Nobody waits for a row that is appended: one that can never be written must not go without a word."""
    error = done.exception()
    if error and not isinstance(error, StoreError):
        log.error("A row of the journal is lost, %s.%s of %s: %r", entry.category, entry.kind, entry.subject, error)


async def safe(future: Future[T]) -> T:
    """The result of work given to a writer; a cancelled wait does not cancel the work, which may be half done."""
    return await asyncio.shield(asyncio.wrap_future(future))


_ROW = [getattr(JournalTable, one.name) for one in fields(Row)]
_OTHERWISE = {
    "raw": CommandTable.raw_value,
    "outcome": fn.COALESCE(CommandTable.outcome, ""),
    "closed_at": fn.COALESCE(CommandTable.closed_at, 0),
}
_COMMAND = [_OTHERWISE.get(one.name) or getattr(CommandTable, one.name) for one in fields(CommandRow)]
_STEP = [getattr(StepTable, one.name) for one in fields(StepRow)]


class JournalReader:
    """The reading end, for any process and thread. Every method raises StoreError where the file can't be read."""

    def __init__(self, path: Path, wording: Wording = unworded) -> None:
        """`wording`: as the index of the journal was given it, for rows that are too young to be in it."""
        self.path = path
        self.people = Met(path)
        """Names of those whom the site folder does not list; nobody's until they are pulled."""
        self._wording = wording

    def latest(self, n: int, since_id: int = 0) -> list[Row]:
        """The newest rows after `since_id`, newest first, at most `n`."""
        return self._read(Row, JournalTable.select(*_ROW).where(JournalTable.id > since_id), n)

    def search(
        self, subject: str = "", start: int | None = None, end: int | None = None, category: str = "", n: int = 1000
    ) -> list[Row]:
        """Rows of a subject (and what lies within it) and of a span start < time <= end, newest first."""
        table, query = JournalTable, JournalTable.select(*_ROW)
        if subject:  # a range rather than LIKE: LIKE takes _ and % of an id for wildcards
            within = (table.subject > subject + ".") & (table.subject < subject + "/")
            query = query.where((table.subject == subject) | within)
        if start is not None:
            query = query.where(table.time > start)
        if end is not None:
            query = query.where(table.time <= end)
        if category:
            query = query.where(table.category == category)
        return self._read(Row, query, n)

    def find(self, wish: Wish, n: int = 500, before: int = 0, within_s: float = 0.15) -> Found:
        """The newest rows that are wished for, at most `n`, below the id `before`; by the index of words.

        Where that takes longer than `within_s` seconds it is told how far the search came, to go on from there.
        """
        return Search(wish, self._wording, n, within_s).run(self.path, before)

    def commands(self, n: int = 100, equipment: str = "", since_id: int = 0) -> list[CommandRow]:
        """Commands newest first; of one equipment, or of all."""
        query = CommandTable.select(*_COMMAND).where(CommandTable.id > since_id)
        if equipment:
            query = query.where(CommandTable.equipment == equipment)
        return self._read(CommandRow, query, n)

    def command(self, command_id: int) -> CommandRow | None:
        """One command; None where there is none of that id."""
        found = self._read(CommandRow, CommandTable.select(*_COMMAND).where(CommandTable.id == command_id), 1)
        return found[0] if found else None

    def row(self, row_id: int) -> Row | None:
        """One row of the chain; None where there is none of that id."""
        found = self._read(Row, JournalTable.select(*_ROW).where(JournalTable.id == row_id), 1)
        return found[0] if found else None

    def steps(self, command_id: int) -> list[StepRow]:
        """The steps of a command, in order."""
        return self._read(StepRow, StepTable.select(*_STEP).where(StepTable.command == command_id))[::-1]

    def verify(self) -> Verdict:
        """Walk the whole chain; some 100 000 rows a second."""
        with reading(self.path) as connection:
            return walk(connection)

    def _read(self, kind: type[R], query: ModelSelect[Any], n: int | None = None) -> list[R]:
        """Newest first; all of them are read before the file is let go."""
        with snapshot(self.path) as database:
            rows = query.order_by(query.model.id.desc()).limit(n).tuples().execute(database)
            return [kind(*row) for row in rows]
