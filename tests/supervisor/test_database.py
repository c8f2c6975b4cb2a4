from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path

import pytest
from peewee import Model, TextField

from supervisor.database import (
    Connection,
    Writer,
    connect,
    hold,
    reader,
    reading,
    snapshot,
    sqlite3,
    tables,
    version,
)
from supervisor.errors import StoreError

FIRST = "CREATE TABLE note(id INTEGER PRIMARY KEY, words TEXT NOT NULL UNIQUE)"
SECOND = "ALTER TABLE note ADD COLUMN at INTEGER NOT NULL DEFAULT 7; CREATE INDEX note_at ON note(at)"


def insert(words: str) -> Callable[[Connection], int]:
    def work(connection: Connection) -> int:
        return connection.execute("INSERT INTO note(words) VALUES (?)", (words,)).lastrowid or 0

    return work


def words(path: Path) -> list[str]:
    with reading(path) as connection:
        return [row[0] for row in connection.execute("SELECT words FROM note ORDER BY id")]


def test_that_a_resolved_future_is_on_disk_for_a_reader(tmp_path: Path) -> None:
    path = tmp_path / "new" / "a.db"
    with Writer(path, (FIRST,)) as writer:
        assert writer.submit(insert("one")).result(5) == 1
        assert words(path) == ["one"]


def blocked(writer: Writer) -> tuple[threading.Event, Future[bool]]:
    """The writer is in the middle of a transaction until the event is set."""
    inside, gate = threading.Event(), threading.Event()

    def work(_: Connection) -> bool:
        inside.set()
        return gate.wait(5)

    future = writer.submit(work)
    assert inside.wait(5)
    return gate, future


def test_that_work_waiting_together_is_committed_together(tmp_path: Path) -> None:
    statements: list[str] = []
    with Writer(tmp_path / "a.db", (FIRST,)) as writer:
        writer.submit(lambda c: c.set_trace_callback(statements.append)).result(5)
        gate, first = blocked(writer)
        statements.clear()
        futures = [writer.submit(insert(f"n{i}")) for i in range(100)]
        gate.set()
        assert [future.result(5) for future in futures] == list(range(1, 101))
        assert first.result()
    assert statements.count("COMMIT") == 2  # the one that held them up, and one for all hundred


def test_that_failing_work_takes_nothing_else_with_it(tmp_path: Path) -> None:
    with Writer(tmp_path / "a.db", (FIRST,)) as writer:
        gate, _ = blocked(writer)
        good, twice, after = (writer.submit(insert(text)) for text in ("a", "a", "b"))
        gate.set()
        assert good.result(5)
        with pytest.raises(sqlite3.IntegrityError):
            twice.result(5)
        assert after.result(5)
    assert words(tmp_path / "a.db") == ["a", "b"]


def test_that_a_file_is_brought_forward_and_a_newer_one_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    with Writer(path, (FIRST,)) as writer:
        writer.submit(insert("kept")).result(5)
    connection = connect(path, (FIRST, SECOND))
    assert version(connection) == 2
    assert connection.execute("SELECT words, at FROM note").fetchall() == [("kept", 7)]
    connection.close()
    with pytest.raises(StoreError, match="newer Vigie"):
        Writer(path, (FIRST,))


def test_that_a_failed_migration_changes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    connect(path, (FIRST,)).close()
    with pytest.raises(sqlite3.OperationalError):
        connect(path, (FIRST, "CREATE TABLE other(x); INSERT INTO nowhere VALUES (1)"))
    with reading(path) as connection:
        assert version(connection) == 1
        assert connection.execute("SELECT count(*) FROM sqlite_schema WHERE name = 'other'").fetchone() == (0,)


def test_that_the_page_size_and_the_wal_are_both_taken(tmp_path: Path) -> None:
    connection = connect(tmp_path / "a.db", (FIRST,), page_size=8192)
    assert connection.execute("PRAGMA page_size").fetchone() == (8192,)
    assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    assert connection.execute("PRAGMA synchronous").fetchone() == (2,)
    assert connection.execute("PRAGMA foreign_keys").fetchone() == (1,)
    connection.close()


def test_that_a_reader_cannot_write(tmp_path: Path) -> None:
    path = tmp_path / "what? 100 %#.db"
    with Writer(path, (FIRST,)):
        connection = reader(path)
        with pytest.raises(sqlite3.OperationalError, match="readonly"):
            connection.execute("INSERT INTO note(words) VALUES ('x')")
        connection.close()


def test_that_reading_sees_one_moment(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    with Writer(path, (FIRST,)) as writer:
        writer.submit(insert("before")).result(5)
        with reading(path) as connection:
            assert connection.execute("SELECT count(*) FROM note").fetchone() == (1,)
            writer.submit(insert("after")).result(5)
            assert connection.execute("SELECT count(*) FROM note").fetchone() == (1,)


def test_that_a_missing_or_damaged_file_is_said_in_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="can't be opened"):
        reader(tmp_path / "none.db")
    (tmp_path / "bad.db").write_bytes(os.urandom(8192))
    with pytest.raises(StoreError, match="no database"):
        Writer(tmp_path / "bad.db", (FIRST,))


def test_that_a_full_disk_fails_the_work_and_not_the_writer(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    with Writer(path, (FIRST,)) as writer:
        writer.submit(lambda c: c.execute("PRAGMA max_page_count=8").fetchall()).result(5)
        writer.submit(insert("kept")).result(5)
        with pytest.raises(StoreError, match="disk is full"):
            writer.submit(insert("x" * 100_000)).result(5)
        writer.submit(lambda c: c.execute("PRAGMA max_page_count=100000").fetchall()).result(5)
        writer.submit(insert("room again")).result(5)
    assert words(path) == ["kept", "room again"]


def test_that_a_closed_writer_finishes_its_work_and_takes_no_more(tmp_path: Path) -> None:
    writer = Writer(tmp_path / "a.db", (FIRST,))
    futures = [writer.submit(insert(str(i))) for i in range(1000)]
    writer.close()
    writer.close()
    assert all(future.done() for future in futures)
    assert len(words(tmp_path / "a.db")) == 1000
    with pytest.raises(StoreError, match="closed"):
        writer.submit(insert("late"))


def test_that_a_folder_has_one_owner_until_it_dies(tmp_path: Path) -> None:
    program = (
        "import sys, time; from pathlib import Path; from supervisor.database import hold\n"
        "kept = hold(Path(sys.argv[1])); print('held', flush=True); time.sleep(60)"
    )
    command = [sys.executable, "-c", program, str(tmp_path / "owner.lock")]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == b"held\n"
        with pytest.raises(StoreError, match="another Vigie"):
            hold(tmp_path / "owner.lock")
        child.kill()
        child.wait()
    hold(tmp_path / "owner.lock").close()


class Note(Model):
    words = TextField(unique=True)


def test_that_what_a_query_of_a_model_meets_is_told_like_what_plain_sql_meets(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    with Writer(path, (tables(Note),)) as writer:
        futures = [writer.submit(lambda _: Note.insert(words="one").execute(writer.database)) for _ in range(2)]
        assert futures[0].result(5) == 1
        with pytest.raises(sqlite3.IntegrityError):
            futures[1].result(5)
        writer.submit(lambda _: writer.database.pragma("max_page_count", 8)).result(5)
        with pytest.raises(StoreError, match="disk is full"):
            writer.submit(lambda _: Note.insert(words="x" * 100_000).execute(writer.database)).result(5)
    with snapshot(path) as database:
        assert list(Note.select(Note.words).tuples().execute(database)) == [("one",)]
    with pytest.raises(StoreError, match="read only"), snapshot(path) as database:
        Note.delete().execute(database)
