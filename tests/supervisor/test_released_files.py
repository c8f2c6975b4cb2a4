"""Files as they were first written: what the models make must be the same, or a migration must lie between."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from supervisor import journal_tables
from supervisor.clock import HandClock
from supervisor.database import Connection, Migrations, connect
from supervisor.desk.lock_rows import standing
from supervisor.historian import catalogue
from supervisor.historian.files import STATE
from supervisor.journal import Entry, Journal, JournalReader, Verdict
from supervisor.names import Met

_FORBID = """
CREATE TRIGGER {table}_kept_{act} BEFORE {act} ON {table} {when}
BEGIN SELECT RAISE(ABORT, 'the {table} table is append-only'); END;
"""
JOURNAL = (
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
    + _FORBID.format(table="commands", act="UPDATE", when="WHEN OLD.outcome IS NOT NULL")
)
META = (
    STATE
    + """
CREATE TABLE tag(slot INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, kind TEXT NOT NULL, exponent INTEGER NOT NULL);
CREATE TABLE part(t0 INTEGER PRIMARY KEY, t1 INTEGER NOT NULL, generation INTEGER NOT NULL, name TEXT NOT NULL,
  through INTEGER NOT NULL, samples INTEGER NOT NULL, bytes INTEGER NOT NULL);
"""
)

_MANNERS = ("AUTOINCREMENT", "WITHOUT ROWID", "CHECK")


def shape(connection: Connection) -> dict[str, Sequence[Any]]:
    """Columns, indexes with their columns, foreign keys and triggers of every table."""
    found: dict[str, Sequence[Any]] = {}
    query = "SELECT name, type, tbl_name FROM sqlite_schema WHERE name NOT LIKE 'sqlite_%'"
    for name, kind, table in connection.execute(query).fetchall():
        if kind == "table":
            columns = connection.execute(f"PRAGMA table_info({name})").fetchall()
            found[name] = [(*row[:3], row[3] or row[5], *row[4:]) for row in columns]  # a key is never NULL anyway
            found[f"keys of {name}"] = sorted(
                row[2:5] for row in connection.execute(f"PRAGMA foreign_key_list({name})")
            )
            (words,) = connection.execute("SELECT sql FROM sqlite_schema WHERE name = ?", (name,)).fetchone()
            found[f"manner of {name}"] = [word for word in _MANNERS if word in words]
        elif kind == "index":
            found[name] = [table, *connection.execute(f"PRAGMA index_xinfo({name})").fetchall()]
        else:
            found[name] = connection.execute("SELECT sql FROM sqlite_schema WHERE name = ?", (name,)).fetchone()
        found[f"unique in {table}"] = sorted(row[2:] for row in connection.execute(f"PRAGMA index_list({table})"))
    return found


@pytest.mark.parametrize(
    ("first", "now"),
    [(JOURNAL, journal_tables.MIGRATIONS), (META, catalogue.META_SQL)],
    ids=["journal", "meta"],
)
def test_that_a_file_of_the_first_version_becomes_what_a_new_one_is(
    tmp_path: Path, first: str, now: Migrations
) -> None:
    connect(tmp_path / "old.db", (first,)).close()
    old, new = connect(tmp_path / "old.db", now), connect(tmp_path / "new.db", now)
    assert shape(old) == shape(new)
    old.close()
    new.close()


def test_that_a_journal_of_the_first_version_is_read_and_goes_on(tmp_path: Path) -> None:
    connect(tmp_path / "j.db", (JOURNAL,)).close()
    journal = Journal(tmp_path / "j.db", HandClock())
    assert journal.append(Entry("station", "start", detail={"a": 1})).result(5) == 1
    journal.close()
    reader = JournalReader(tmp_path / "j.db")
    assert [row.detail for row in reader.latest(2)] == [{"a": 1}]
    assert reader.verify() == Verdict(1)


@pytest.mark.parametrize("at", range(1, len(journal_tables.MIGRATIONS)))
def test_that_a_journal_no_station_has_opened_since_an_update_is_read_by_its_names_and_locks(
    tmp_path: Path, at: int
) -> None:
    """`vigie journal` and `vigie probe --write` look at the file of a station that is off."""
    connect(tmp_path / "j.db", journal_tables.MIGRATIONS[:at]).close()
    assert Met.of(tmp_path / "j.db").everybody == {}
    assert standing(tmp_path / "j.db") == []
