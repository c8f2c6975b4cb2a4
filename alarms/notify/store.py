"""notify.db: every notice that was ever made, so that none is told twice, and none forgotten by a restart."""

from __future__ import annotations

from collections.abc import Iterable, Sequence, Set
from concurrent.futures import Future
from pathlib import Path
from typing import Any

from peewee import AutoField, BigIntegerField, IntegerField, Model, TextField

from alarms.notify.notice import Key, Notice, State
from supervisor.database import Connection, Migrations, Writer, reading, tables
from supervisor.errors import StoreError


class NoticeTable(Model):
    """A notice; see `alarms.notify.notice`."""

    id = AutoField()
    alarm = TextField()
    raised_at = BigIntegerField()
    rule = TextField()
    step = IntegerField()
    contact = TextField()
    medium = TextField()
    state = TextField()
    made_at = BigIntegerField()
    next_at = BigIntegerField()
    tries = IntegerField()
    error = TextField()
    done_at = BigIntegerField()

    class Meta:
        table_name = "notices"


_KEY = (NoticeTable.alarm, NoticeTable.raised_at, NoticeTable.rule, NoticeTable.step, NoticeTable.contact)
NoticeTable.add_index(NoticeTable.index(*_KEY, NoticeTable.medium, name="notices_key", unique=True))
NoticeTable.add_index(NoticeTable.index(NoticeTable.state, name="notices_state"))
MIGRATIONS: Migrations = (tables(NoticeTable),)
_FIELDS = "id, alarm, raised_at, rule, step, contact, medium, state, made_at, next_at, tries, error, done_at"
_INSERT = f"INSERT OR IGNORE INTO notices({_FIELDS.removeprefix('id, ')}) VALUES(?,?,?,?,?,?,?,?,?,?,?,?)"
_OVER = (
    "SELECT id, alarm, raised_at FROM notices WHERE id > ? AND made_at < ? AND done_at < ?"
    " AND state NOT IN ('waiting', 'sending') ORDER BY id LIMIT ?"
)
PIECE = 500
"""Notices that are forgotten in one transaction: some milliseconds of the writer, between two notices."""
_UPDATE = "UPDATE notices SET state = ?, made_at = ?, next_at = ?, tries = ?, error = ?, done_at = ? WHERE id = ?"


class Store:
    """The writing end."""

    def __init__(self, path: Path) -> None:
        """Opens the file; StoreError when that fails."""
        self.path = path
        self._writer = Writer(path, MIGRATIONS)

    def open(self) -> list[Notice]:
        """Those that have not come to their end. One that was being sent may have been sent: it is never sent again."""

        def work(connection: Connection) -> list[tuple[Any, ...]]:
            connection.execute("UPDATE notices SET state = 'unknown' WHERE state = 'sending'")
            return connection.execute(f"SELECT {_FIELDS} FROM notices WHERE state = 'waiting' ORDER BY id").fetchall()

        return [_notice(row) for row in self._writer.submit(work).result()]

    def interrupted(self) -> int:
        """How many were being sent when the station stopped; before `open`."""
        query = "SELECT count(*) FROM notices WHERE state = 'sending'"
        return int(self._writer.submit(lambda connection: connection.execute(query).fetchone()[0]).result())

    def add(self, notices: Sequence[Notice]) -> Future[list[Notice]]:
        """Those of them that are new, with their ids; the others were made before."""

        def work(connection: Connection) -> list[Notice]:
            fresh = []
            for one in notices:
                cursor = connection.execute(_INSERT, _values(one))
                if cursor.rowcount:
                    one.id = int(cursor.lastrowid or 0)
                    fresh.append(one)
            return fresh

        return self._submit(work)

    def save(self, notices: Iterable[Notice]) -> Future[None]:
        """How they are now."""
        rows = [
            (one.state.value, one.made_at, one.next_at, one.tries, one.error, one.done_at, one.id) for one in notices
        ]

        def work(connection: Connection) -> None:
            connection.executemany(_UPDATE, rows)

        return self._submit(work)

    def sent(self, alarm: str, raised_at: int) -> list[Notice]:
        """Those of an occurrence that were told, or may have been. Raises StoreError."""
        query = f"SELECT {_FIELDS} FROM notices WHERE alarm = ? AND raised_at = ? AND state IN ('sent', 'unknown')"
        with reading(self.path) as connection:
            return [_notice(row) for row in connection.execute(query, (alarm, raised_at))]

    def occurrences(self, since: int) -> list[tuple[str, int]]:
        """Alarm and instant of all that was told and has no notice of its end. Raises StoreError."""
        query = (
            "SELECT DISTINCT alarm, raised_at FROM notices AS one WHERE step >= 0 AND made_at > ? AND alarm != ''"
            " AND state IN ('sent', 'unknown') AND NOT EXISTS (SELECT 1 FROM notices AS other"
            " WHERE other.alarm = one.alarm AND other.raised_at = one.raised_at AND other.step = -1)"
        )
        with reading(self.path) as connection:
            return [(str(alarm), int(at)) for alarm, at in connection.execute(query, (since,))]

    def latest(self, n: int) -> list[Notice]:
        """The newest, newest first. Raises StoreError."""
        with reading(self.path) as connection:
            rows = connection.execute(f"SELECT {_FIELDS} FROM notices ORDER BY id DESC LIMIT ?", (n,))
            return [_notice(row) for row in rows]

    def find(self, id_: int) -> Notice | None:
        """One notice; None where there is none of that id. Raises StoreError."""
        with reading(self.path) as connection:
            row = connection.execute(f"SELECT {_FIELDS} FROM notices WHERE id = ?", (id_,)).fetchone()
            return _notice(row) if row else None

    def purge(self, before: int, kept: Set[tuple[str, int]], after: int = 0) -> Future[tuple[int, int]]:
        """Forget up to `PIECE` notices that came to their end before an instant (ns UTC), of ids above `after`; never
        one that still waits, nor one of the occurrences in `kept`: it would be told anew. How many went, and the id to
        go on after; 0 once there is no further."""

        def work(connection: Connection) -> tuple[int, int]:
            rows = connection.execute(_OVER, (after, before, before, PIECE)).fetchall()
            gone = [(row[0],) for row in rows if (row[1], row[2]) not in kept]
            connection.executemany("DELETE FROM notices WHERE id = ?", gone)
            return len(gone), int(rows[-1][0]) if len(rows) == PIECE else 0

        return self._submit(work)

    def close(self) -> None:
        """Write what was given, then close the file."""
        self._writer.close()

    def _submit(self, work: Any) -> Future[Any]:
        try:
            return self._writer.submit(work)
        except StoreError as error:
            future: Future[Any] = Future()
            future.set_exception(error)
            return future


def _values(one: Notice) -> tuple[Any, ...]:
    key = one.key
    return (
        key.alarm, key.raised_at, key.rule, key.step, key.contact, key.medium,
        one.state.value, one.made_at, one.next_at, one.tries, one.error, one.done_at,
    )  # fmt: skip


def _notice(row: tuple[Any, ...]) -> Notice:
    id_, alarm, raised_at, rule, step, contact, medium, state, made_at, next_at, tries, error, done_at = row
    key = Key(alarm, raised_at, rule, step, contact, medium)
    return Notice(key, State(state), made_at, next_at, tries, error, done_at, id_)
