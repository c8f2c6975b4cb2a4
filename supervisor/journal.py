"""The journal: every act and event of the station, append-only and hash-chained. Also the file the ledger lives in.

    row n     prev = hash of row n - 1
              hash = SHA-256(prev + JSON of [id, time, category, kind, who, subject, area, result, detail])

Altering, removing, inserting or reordering a row breaks the chain from there on, and `JournalReader.verify` names the
first row that is wrong; `head` keeps the last hash, so that rows cut off the end are missed too. Whoever holds one
hash outside (a printed page, another machine) can prove everything before it: the chain alone does not stop somebody
who rewrites the whole file.

Rules:
- `append` never raises and never waits; its future is resolved once the row is safe on disk, or holds a StoreError.
- What can't be journalled is not commanded (the desk refuses); alarms go on, for they must.
- No secret ever enters (law 10). Nothing is updated or deleted: the file's own triggers forbid it.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from supervisor.clock import Clock
from supervisor.database import Connection, Migrations, Writer, reading
from supervisor.errors import StoreError

T = TypeVar("T")
ROOT = "0" * 64
"""What stands before the first row."""

_FORBID = """
CREATE TRIGGER {table}_kept_{act} BEFORE {act} ON {table} {when}
BEGIN SELECT RAISE(ABORT, 'the {table} table is append-only'); END;
"""
MIGRATIONS: Migrations = (
    """
    CREATE TABLE journal(
        id INTEGER PRIMARY KEY, time INTEGER NOT NULL, category TEXT NOT NULL, kind TEXT NOT NULL, who TEXT NOT NULL,
        subject TEXT NOT NULL, area TEXT NOT NULL, result TEXT NOT NULL, detail TEXT NOT NULL,
        prev TEXT NOT NULL, hash TEXT NOT NULL);
    CREATE INDEX journal_subject ON journal(subject, id);
    CREATE INDEX journal_time ON journal(time);
    CREATE TABLE head(one INTEGER PRIMARY KEY CHECK(one = 1), id INTEGER NOT NULL, hash TEXT NOT NULL);
    CREATE TABLE commands(
        id INTEGER PRIMARY KEY AUTOINCREMENT, time INTEGER NOT NULL, who TEXT NOT NULL, equipment TEXT NOT NULL,
        command TEXT NOT NULL, tag TEXT NOT NULL, value REAL, raw REAL,
        outcome TEXT, refused_by TEXT NOT NULL DEFAULT '', reason_fr TEXT NOT NULL DEFAULT '',
        reason_en TEXT NOT NULL DEFAULT '', closed_at INTEGER);
    CREATE INDEX commands_equipment ON commands(equipment, id);
    CREATE INDEX commands_open ON commands(id) WHERE outcome IS NULL;
    CREATE TABLE steps(
        id INTEGER PRIMARY KEY, command INTEGER NOT NULL REFERENCES commands(id), step TEXT NOT NULL,
        time INTEGER NOT NULL, result TEXT NOT NULL, detail TEXT NOT NULL,
        journal INTEGER NOT NULL REFERENCES journal(id));
    CREATE INDEX steps_command ON steps(command, id);
    """
    + "".join(
        _FORBID.format(table=table, act=act, when="") for table in ("journal", "steps") for act in ("UPDATE", "DELETE")
    )
    + _FORBID.format(table="commands", act="DELETE", when="")
    + _FORBID.format(table="commands", act="UPDATE", when="WHEN OLD.outcome IS NOT NULL"),
)


@dataclass(frozen=True, slots=True)
class Entry:
    """What happened, before it is a row."""

    category: str
    """The book it belongs to: alarm, command, access, station."""
    kind: str
    """What happened, in one word: raise, acknowledge, written, attach…"""
    who: str = ""
    """Id of the user who acted; empty where nobody did."""
    subject: str = ""
    """Id of the equipment, tag, alarm or link."""
    area: str = ""
    result: str = ""
    detail: Mapping[str, Any] = field(default_factory=dict)
    time: int = 0
    """ns UTC; 0: when it is appended."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the journal, as it was read."""

    id: int
    time: int
    category: str
    kind: str
    who: str
    subject: str
    area: str
    result: str
    detail: Mapping[str, Any]
    hash: str


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


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a walk along the chain found."""

    rows: int
    """Rows that were read and are right, up to the first that is not."""
    first: int = 0
    """Id of the first row that is wrong; 0 where none is."""
    fault: str = ""
    """altered, missing or reordered; empty where nothing is wrong."""

    @property
    def whole(self) -> bool:
        return not self.fault


class Journal:
    """The writing end; one per station."""

    def __init__(self, path: Path, clock: Clock) -> None:
        """Opens the file; StoreError when that fails."""
        self.path = path
        self._clock = clock
        self._writer = Writer(path, MIGRATIONS)

    def append(self, entry: Entry) -> Future[int]:
        """The row's id, once it is safe on disk."""
        time = entry.time or self._clock.now()
        return self.submit(lambda connection: chain(connection, entry, time))

    def extend(self, entries: Iterable[Entry]) -> Future[int]:
        """Many rows in one transaction; `entries` is consumed in the writer's thread. How many they were."""
        time = self._clock.now()
        return self.submit(
            lambda connection: sum(chain(connection, entry, entry.time or time) > 0 for entry in entries)
        )

    async def written(self, entry: Entry) -> int:
        """Append and wait until it is safe. Raises StoreError. A cancelled wait does not take the row back."""
        return await safe(self.append(entry))

    def submit(self, work: Callable[[Connection], T]) -> Future[T]:
        """Other tables of the file (the ledger) share its writer and its transactions; see `Writer.submit`."""
        try:
            return self._writer.submit(work)
        except StoreError as error:
            future: Future[T] = Future()
            future.set_exception(error)
            return future

    def close(self) -> None:
        """Write what was appended, then close the file."""
        self._writer.close()


async def safe(future: Future[T]) -> T:
    """The result of work given to a writer; a cancelled wait does not cancel the work, which may be half done."""
    return await asyncio.shield(asyncio.wrap_future(future))


def chain(connection: Connection, entry: Entry, time: int) -> int:
    """Write one row behind the last; only inside work submitted to the journal's writer. Returns its id."""
    last = connection.execute("SELECT id, hash FROM head").fetchone()
    number, previous = (last[0] + 1, last[1]) if last else (1, ROOT)
    detail = msgspec.json.encode(dict(entry.detail), order="sorted").decode()
    row = (number, time, entry.category, entry.kind, entry.who, entry.subject, entry.area, entry.result, detail)
    mark = _hash(previous, row)
    connection.execute("INSERT INTO journal VALUES(?,?,?,?,?,?,?,?,?,?,?)", (*row, previous, mark))
    connection.execute("INSERT OR REPLACE INTO head VALUES(1, ?, ?)", (number, mark))
    return int(number)


def _hash(previous: str, row: tuple[Any, ...]) -> str:
    """Plain JSON, so that anyone can check the chain with the tools of their choice."""
    text = json.dumps(row, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256((previous + text).encode()).hexdigest()


_ROW = "id, time, category, kind, who, subject, area, result, detail, hash"
_COMMAND = (
    "id, time, who, equipment, command, tag, value, raw, COALESCE(outcome, ''), refused_by, reason_fr, reason_en,"
    " COALESCE(closed_at, 0)"
)
_STEP = "id, command, step, time, result, detail, journal"


class JournalReader:
    """The reading end, for any process and thread. Every method raises StoreError where the file can't be read."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def latest(self, n: int, since_id: int = 0) -> list[Row]:
        """The newest rows after `since_id`, newest first, at most `n`."""
        return self._rows("id > ?", (since_id,), n)

    def search(
        self, subject: str = "", start: int | None = None, end: int | None = None, category: str = "", n: int = 1000
    ) -> list[Row]:
        """Rows of a subject (and what lies within it) and of a span start < time <= end, newest first."""
        conditions: dict[str, tuple[Any, ...]] = {}
        if subject:  # a range rather than LIKE: LIKE takes _ and % of an id for wildcards
            conditions["(subject = ? OR (subject > ? AND subject < ?))"] = (subject, subject + ".", subject + "/")
        if start is not None:
            conditions["time > ?"] = (start,)
        if end is not None:
            conditions["time <= ?"] = (end,)
        if category:
            conditions["category = ?"] = (category,)
        values = tuple(value for part in conditions.values() for value in part)
        return self._rows(" AND ".join(conditions) or "1", values, n)

    def commands(self, n: int = 100, equipment: str = "", since_id: int = 0) -> list[CommandRow]:
        """Commands newest first; of one equipment, or of all."""
        with reading(self.path) as connection:
            cursor = connection.execute(
                f"SELECT {_COMMAND} FROM commands WHERE id > ? AND (? = '' OR equipment = ?) ORDER BY id DESC LIMIT ?",
                (since_id, equipment, equipment, n),
            )
            return [CommandRow(*row) for row in cursor]

    def command(self, command_id: int) -> CommandRow | None:
        """One command; None where there is none of that id."""
        with reading(self.path) as connection:
            row = connection.execute(f"SELECT {_COMMAND} FROM commands WHERE id = ?", (command_id,)).fetchone()
        return CommandRow(*row) if row else None

    def steps(self, command_id: int) -> list[StepRow]:
        """The steps of a command, in order."""
        with reading(self.path) as connection:
            cursor = connection.execute(f"SELECT {_STEP} FROM steps WHERE command = ? ORDER BY id", (command_id,))
            return [_step(row) for row in cursor]

    def verify(self) -> Verdict:
        """Walk the whole chain; some 100 000 rows a second."""
        with reading(self.path) as connection:
            head = connection.execute("SELECT id, hash FROM head").fetchone() or (0, ROOT)
            cursor = connection.execute(
                "SELECT id, time, category, kind, who, subject, area, result, detail, prev, hash"
                " FROM journal ORDER BY id"
            )
            return _walk(cursor, (int(head[0]), str(head[1])))

    def _rows(self, where: str, values: tuple[Any, ...], n: int) -> list[Row]:
        with reading(self.path) as connection:
            cursor = connection.execute(
                f"SELECT {_ROW} FROM journal WHERE {where} ORDER BY id DESC LIMIT ?", (*values, n)
            )
            return [_row(row) for row in cursor]


def _row(row: tuple[Any, ...]) -> Row:
    return Row(*(*row[:8], msgspec.json.decode(row[8]), row[9]))


def _step(row: tuple[Any, ...]) -> StepRow:
    return StepRow(*(*row[:5], msgspec.json.decode(row[5]), row[6]))


def _walk(cursor: Iterable[tuple[Any, ...]], head: tuple[int, str]) -> Verdict:
    number, mark = 0, ROOT
    for row in cursor:
        fault = _fault(row, number + 1, mark)
        if fault:
            return Verdict(number, number + 1 if fault == "missing" else int(row[0]), fault)
        number, mark = int(row[0]), str(row[10])
    if number < head[0]:
        return Verdict(number, number + 1, "missing")
    return Verdict(number) if (number, mark) == head else Verdict(number, number, "altered")


def _fault(row: tuple[Any, ...], number: int, previous: str) -> str:
    """What is wrong with a row that should be `number` and stand behind `previous`."""
    own = _hash(str(row[9]), row[:9]) == row[10]
    if own and row[0] == number and row[9] == previous:
        return ""
    if row[0] > number:
        return "missing"
    return "reordered" if row[9] != previous else "altered"
