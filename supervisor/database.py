"""The files Vigie keeps: one writer thread per SQLite file, any number of read-only connections, numbered migrations.

    submit(work) ─queue─> writer thread: BEGIN IMMEDIATE · work · work · … · COMMIT ──> every future is resolved

What waits in the queue together is committed together, so a burst costs one flush to the disk; each piece of work has
a savepoint of its own, and one that fails takes nothing else with it. A future is resolved after the commit: whoever
waits for it knows that the row survives a power cut (`synchronous=FULL`).

Rules:
- One writing connection per file in the whole world, all others read only. SQLite 3.7.0 to 3.51.2 may damage a WAL
  file that two connections write to or checkpoint (fixed in 3.51.3); a read-only connection does neither.
- Every connection is opened by peewee (ADR 0011). Queries of models are given the database to run on,
  `query.execute(database)`: models are bound to none, for their tables are in many files and threads at once.
- Many rows go by `executemany` on the connection: peewee's `insert_many` is ten times slower.
- `sqlite3` is imported from here, never directly: peewee prefers a newer `pysqlite3` where one is installed, and two
  SQLite libraries in one process drop each other's file locks.
- A reader never stays in the middle of a query: the WAL could not be reset and would grow.
- No numpy integer as a parameter: SQLite stores it as eight bytes of BLOB, without a word. Use `.tolist()` or `int()`.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Any, TypeVar

from peewee import Model, PeeweeException, SchemaManager, SqliteDatabase

from supervisor.errors import StoreError

if TYPE_CHECKING:
    import sqlite3
    from sqlite3 import Connection
else:
    from peewee import sqlite3

    Connection = sqlite3.Connection

__all__ = [
    "Connection",
    "Migrations",
    "SqliteDatabase",
    "Writer",
    "connect",
    "explain",
    "has_table",
    "hold",
    "plain",
    "reader",
    "reading",
    "snapshot",
    "sqlite3",
    "tables",
    "version",
]

T = TypeVar("T")
Migrations = tuple[str, ...]
"""SQL scripts; the n-th (from 1) brings a file from version n - 1 to n. A released script is never edited."""

BUSY_MS = 5000
GROUP = 256
"""At most this much work shares a commit, so that a flood of it can't delay the first future for ever."""
WAL_KEPT = 64 << 20
"""Bytes of write-ahead log kept for reuse; a reader that held it up once must not cost disk for ever."""
PAGE_SIZE = 4096
FAULTS = (sqlite3.Error, PeeweeException)
"""What a query of a model raises: peewee wraps what SQLite says to a statement, not what it says to a fetch."""

log = logging.getLogger(__name__)

_REASONS = {
    "SQLITE_FULL": "the disk is full",
    "SQLITE_READONLY": "the file or its folder is read only",
    "SQLITE_CANTOPEN": "the file can't be opened or its folder can't be written",
    "SQLITE_CORRUPT": "the file is damaged",
    "SQLITE_NOTADB": "this is no database, or its beginning is damaged",
    "SQLITE_IOERR": "the disk failed to read or write",
    "SQLITE_PERM": "access is refused",
    "SQLITE_BUSY": "another program holds the file",
    "SQLITE_LOCKED": "another program holds the file",
    "SQLITE_NOMEM": "memory is exhausted",
    "SQLITE_TOOBIG": "a row is too big",
    "SQLITE_PROTOCOL": "the file's locks don't work here, as on a network share",
    "SQLITE_NOLFS": "the disk can't hold a file this big",
}
"""SQLite result code -> why. A code that is not here, such as a broken constraint, is a bug and stays as it is."""


def explain(path: Path, error: Exception) -> Exception:
    """`error` as the StoreError it is, or as SQLite said it where the environment is not to blame."""
    error = getattr(error, "orig", error)  # inside what peewee wrapped it in
    if isinstance(error, sqlite3.Error):
        name = getattr(error, "sqlite_errorname", "")
        reason = _REASONS.get("_".join(name.split("_")[:2]))
        return StoreError(f"{path}: {reason} ({name}).") if reason else error
    if isinstance(error, OSError):
        return StoreError(f"{path}: {error.strerror or error}.")
    return error


def connect(path: Path, migrations: Migrations, page_size: int = PAGE_SIZE, journal: str = "WAL") -> Connection:
    """The writing connection of a file, made or brought to the newest version first. Transactions are the caller's."""
    return plain(_writable(path, migrations, page_size, journal))


def plain(database: SqliteDatabase) -> Connection:
    """The connection of an open database, for plain SQL."""
    connection: Connection = database.connection()
    return connection


def _writable(path: Path, migrations: Migrations, page_size: int, journal: str = "WAL") -> SqliteDatabase:
    pragmas = (
        ("busy_timeout", BUSY_MS),
        ("page_size", page_size),  # after journal_mode=WAL it would be silently ignored
        ("journal_mode", journal),
        ("synchronous", "FULL"),
        ("foreign_keys", "ON"),
        ("journal_size_limit", WAL_KEPT),
    )
    with _opening(path, str(path), pragmas, lock_type="IMMEDIATE") as database:
        path.parent.mkdir(parents=True, exist_ok=True)
        database.connect()
        _migrate(plain(database), path, migrations)
    return database


@contextmanager
def _opening(
    path: Path, name: str, pragmas: Sequence[tuple[str, object]] = (), **settings: Any
) -> Iterator[SqliteDatabase]:
    """A database to be connected in the block and kept; closed, and said why, where that fails.

    It has one connection, which any thread may use but not two at once, and never opens another by itself.
    """
    settings = {"thread_safe": False, "check_same_thread": False, "autoconnect": False, **settings}
    database = SqliteDatabase(name, pragmas=pragmas, **settings)
    try:
        yield database
    except (*FAULTS, OSError, StoreError) as error:
        database.close()
        raise explain(path, error) from error


def _migrate(connection: Connection, path: Path, migrations: Migrations) -> None:
    at = version(connection)
    if at > len(migrations):
        raise StoreError(f"{path}: written by a newer Vigie (version {at}; this program knows {len(migrations)}).")
    for number, script in enumerate(migrations[at:], at + 1):
        try:
            connection.executescript(f"BEGIN IMMEDIATE;\n{script}\n;PRAGMA user_version={number};COMMIT;")
        except sqlite3.Error:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise


def version(connection: Connection) -> int:
    """How many migrations the file has seen."""
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def has_table(connection: Connection, name: str) -> bool:
    """Whether there is one: a file whose station has not started since an update has not seen the newest migrations."""
    return connection.execute("SELECT 1 FROM sqlite_master WHERE name = ?", (name,)).fetchone() is not None


def reader(path: Path, immutable: bool = False) -> Connection:
    """A connection that can only read, from any process, while the writer writes. The caller closes it.

    Immutable: nobody will ever write the file again, so SQLite need not lock it nor look for a WAL.
    """
    return plain(_readable(path, immutable))


def _readable(path: Path, immutable: bool = False) -> SqliteDatabase:
    name = f"{path.absolute().as_uri()}?mode=ro{'&immutable=1' if immutable else ''}"
    with _opening(path, name, (("busy_timeout", BUSY_MS),), uri=True) as database:
        database.connect()
        version(plain(database))  # opens the file now rather than at the first query
    return database


@contextmanager
def snapshot(path: Path) -> Iterator[SqliteDatabase]:
    """A read-only database for the block; every query inside sees the file as it was at the first one."""
    database = _readable(path)
    try:
        plain(database).execute("BEGIN")
        yield database
    except FAULTS as error:
        raise explain(path, error) from error
    finally:
        database.close()


@contextmanager
def reading(path: Path) -> Iterator[Connection]:
    """The connection of a snapshot, for plain SQL."""
    with snapshot(path) as database:
        yield plain(database)


def hold(path: Path) -> Connection:
    """Mark a folder as this process's own until the connection returned is closed or the process dies, anyhow."""
    try:
        with _opening(path, str(path), timeout=0) as database:
            database.connect()
            plain(database).execute("BEGIN EXCLUSIVE")
    except StoreError as error:
        if getattr(error.__cause__, "sqlite_errorname", "") == "SQLITE_BUSY":
            raise StoreError(f"{path.parent}: another Vigie is writing here.") from error
        raise
    return plain(database)


def tables(*models: type[Model]) -> str:
    """The script that makes the tables of these models, with their indexes.

    When a released model changes, the script it made until then is put down as text, and the change is the next one.
    """
    script = _Script()
    for model in models:
        SchemaManager(model, script).create_all(safe=False)
    return "".join(f"{statement};\n" for statement in script.statements)


class _Script(SqliteDatabase):
    """Keeps what it is given to execute."""

    def __init__(self) -> None:
        super().__init__(None)
        self.statements: list[str] = []

    def execute_sql(self, sql: str, params: object = None) -> None:
        self.statements.append(sql)


class Writer:
    """The one thread that writes a file. It outlives every error: the next piece of work is tried as if nothing was."""

    def __init__(self, path: Path, migrations: Migrations, page_size: int = PAGE_SIZE) -> None:
        """Opens the file at once; StoreError when that fails."""
        self.path = path
        self.database = _writable(path, migrations, page_size)
        """For the queries of models, inside submitted work only."""
        self._connection = plain(self.database)
        self._queue: SimpleQueue[_Job | None] = SimpleQueue()
        self._closing = threading.Lock()
        self._closed = False
        self._thread = threading.Thread(target=self._run, name=f"writer {path.name}", daemon=True)
        self._thread.start()

    def submit(self, work: Callable[[Connection], T]) -> Future[T]:
        """Run `work` in a transaction; the future holds what it returned once that is safe on disk.

        `work` runs in the writer's thread, must neither commit nor roll back, and keeps no cursor.
        """
        future: Future[T] = Future()
        with self._closing:
            if self._closed:
                raise StoreError(f"{self.path}: the file is closed.")
            self._queue.put(_Job(work, future))
        return future

    def close(self) -> None:
        """Finish what was submitted, then close the file. May be called again."""
        with self._closing:
            if not self._closed:
                self._queue.put(None)
            self._closed = True
        self._thread.join()

    def __enter__(self) -> Writer:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _run(self) -> None:
        running = True
        while running:
            jobs, running = self._take()
            jobs = [job for job in jobs if job.future.set_running_or_notify_cancel()]
            if jobs:
                self._commit(jobs)
        with suppress(*FAULTS):  # a checkpoint that finds no room loses nothing: the WAL stays
            self.database.close()

    def _take(self) -> tuple[list[_Job], bool]:
        """Wait for work, then take all that waits; False with the last of it."""
        jobs: list[_Job] = []
        job = self._queue.get()
        while job is not None:
            jobs.append(job)
            if len(jobs) == GROUP:
                break
            try:
                job = self._queue.get_nowait()
            except Empty:
                break
        return jobs, job is not None

    def _commit(self, jobs: list[_Job]) -> None:
        """One transaction. When it can't be kept, every job in it has failed."""
        try:
            self._connection.execute("BEGIN IMMEDIATE")
            for job in jobs:
                job.run(self._connection)
            self._connection.execute("COMMIT")
        except Exception as error:  # noqa: BLE001 - it is given to those who wait
            self._undo()
            failure = explain(self.path, error)
            log.log(logging.WARNING if isinstance(failure, StoreError) else logging.ERROR, "Not written: %s", failure)
            for job in jobs:
                job.error = job.error or failure
        for job in jobs:
            job.resolve(self.path)

    def _undo(self) -> None:
        if self._connection.in_transaction:
            with suppress(sqlite3.Error):
                self._connection.execute("ROLLBACK")


class _Job:
    """One piece of work and who waits for it."""

    def __init__(self, work: Callable[[Connection], Any], future: Future[Any]) -> None:
        self.future = future
        self.error: Exception | None = None
        self._work = work
        self._result: Any = None

    def run(self, connection: Connection) -> None:
        """Raises only when the transaction itself is lost: a full disk makes SQLite roll back all of it."""
        connection.execute("SAVEPOINT work")
        try:
            self._result = self._work(connection)
        except Exception as error:
            self.error = error
            if not connection.in_transaction:
                raise
            connection.execute("ROLLBACK TO work")
        connection.execute("RELEASE work")

    def resolve(self, path: Path) -> None:
        if self.error is None:
            self.future.set_result(self._result)
        else:
            self.future.set_exception(explain(path, self.error))
