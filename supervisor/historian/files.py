"""The files of a history folder: their names, their tables, and how time is cut into partitions.

owner.lock   held by the station that writes
meta.db      tags and their slots, partitions
hot.db       what was flushed: one row a second, all tags together
stage.db     chunks of one tag each, until their partition ends
part-…db     one partition, never written again; a later one of the same span has a higher generation
rollup.db    10 min, 1 h and 1 day of every tag, time by state; made from the partitions, kept when they are dropped
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from supervisor.clock import SECOND
from supervisor.database import Connection, has_table, reader, sqlite3
from supervisor.errors import StoreError
from supervisor.historian.samples import Span

CHUNK = """
CREATE TABLE chunk(tag INTEGER, t0 INTEGER, t1 INTEGER, n INTEGER, vmin REAL, vmax REAL, vfirst REAL, vlast REAL,
  qworst INTEGER, blob_id INTEGER, PRIMARY KEY(tag, t0, blob_id)) WITHOUT ROWID;
CREATE TABLE blob(id INTEGER PRIMARY KEY AUTOINCREMENT, data BLOB NOT NULL);
"""
"""Blobs have a table of their own: inside the rows of a WITHOUT ROWID table they would be read with every header.
WORKAROUND: no NOT NULL in `chunk`: the quick_check of SQLite 3.40.1 reports "NULL value in chunk.t1" for sound rows of
a WITHOUT ROWID table whose key is not its first columns (seen here; gone in later versions)."""
STATE = "CREATE TABLE state(k TEXT PRIMARY KEY, v) WITHOUT ROWID;"

HOT_SQL = (
    STATE
    + """
CREATE TABLE batch(id INTEGER PRIMARY KEY AUTOINCREMENT, t0 INTEGER NOT NULL, t1 INTEGER NOT NULL, n INTEGER NOT NULL,
  covers INTEGER, data BLOB NOT NULL);
""",
)
"""covers: the row carries on what was too little for a chunk among the ids up to here, and counts only once stage.db
is sealed that far. AUTOINCREMENT: an id must never come back after its row was sealed and deleted."""
STAGE_SQL = (STATE + CHUNK + "CREATE TABLE pending(t0 INTEGER PRIMARY KEY, touched INTEGER NOT NULL);",)
"""pending: partitions with something to merge, and when that last grew, ns UTC."""
PART_SQL = (STATE + CHUNK + "CREATE TABLE keyframe(t INTEGER PRIMARY KEY, data BLOB NOT NULL);",)
"""keyframe: the sample in force of every tag, at the partition's start and at its end."""
ROLLUP_SQL = (
    STATE
    + """
CREATE TABLE rollup(id INTEGER PRIMARY KEY, tag INTEGER NOT NULL, level INTEGER NOT NULL, t0 INTEGER NOT NULL,
  data BLOB NOT NULL, UNIQUE(tag, level, t0));
""",
    """
CREATE TABLE duration(id INTEGER PRIMARY KEY, tag INTEGER NOT NULL, t0 INTEGER NOT NULL, data BLOB NOT NULL,
  UNIQUE(tag, t0));
""",
)
"""duration: time by state and hour, a row for each partition."""

OWNER, META, HOT, STAGE, ROLLUP = "owner.lock", "meta.db", "hot.db", "stage.db", "rollup.db"
STAGE_PAGE = 8192
"""Staged chunks are about 2 kB: on 4096-byte pages a third of the file would be air."""
LOWEST = -(1 << 63)
"""Before every instant, as the start of a span."""
TEMPORARY = ".new"

_NAME = re.compile(r"part-\d{8}T\d{4}-\d{8}T\d{4}(\.\d+)?\.db")


@dataclass(frozen=True, slots=True)
class Grid:
    """How time is cut: every partition is as long as the others and starts at a whole multiple of that since 1970."""

    length: int
    """ns"""

    def start(self, time: int) -> int:
        """Start of the partition a time lies in; a partition is start < t <= start + length."""
        return (time - 1) // self.length * self.length

    def span(self, start: int) -> Span:
        return start, start + self.length


@dataclass(frozen=True, slots=True)
class PartRow:
    """One partition as the catalogue has it."""

    t0: int
    t1: int
    generation: int
    name: str
    through: int
    samples: int
    bytes: int


def part_name(span: Span, generation: int) -> str:
    """Such as part-20260105T0000-20260106T0000.db, in UTC; the second generation ends in .2.db."""
    start, end = (datetime.fromtimestamp(t // SECOND, UTC).strftime("%Y%m%dT%H%M") for t in span)
    return f"part-{start}-{end}{f'.{generation}' if generation > 1 else ''}.db"


def part_files(folder: Path) -> list[Path]:
    """Every finished partition file, registered or not."""
    return sorted(path for path in folder.glob("part-*.db") if _NAME.fullmatch(path.name))


def opened(path: Path) -> Connection:
    """A finished partition, to be read. sqlite3.DatabaseError where the beginning of the file is damaged, as for damage
    that is met later; StoreError where there is no such file."""
    try:
        connection = reader(path, immutable=True)
    except StoreError as error:
        cause = error.__cause__
        if isinstance(cause, sqlite3.DatabaseError) and not isinstance(cause, sqlite3.OperationalError):
            raise cause from error
        raise
    try:
        if has_table(connection, "chunk"):
            return connection
        raise sqlite3.DatabaseError("The file is empty.")
    except sqlite3.Error:
        connection.close()
        raise


def get(connection: Connection, key: str, default: int = 0) -> int:
    """A number from the file's state."""
    row = connection.execute("SELECT v FROM state WHERE k = ?", (key,)).fetchone()
    return default if row is None else int(row[0])


def put(connection: Connection, key: str, value: int | str | bytes) -> None:
    """Keep something in the file's state."""
    connection.execute(
        "INSERT INTO state(k, v) VALUES (?, ?) ON CONFLICT(k) DO UPDATE SET v = excluded.v", (key, value)
    )


def claim(connection: Connection, path: Path, store: str) -> None:
    """Mark a new file as one of `store`; StoreError where it belongs to another one: its slots differ."""
    row = connection.execute("SELECT v FROM state WHERE k = 'store'").fetchone()
    if row is None:
        put(connection, "store", store)
    elif row[0] != store:
        raise StoreError(f"{path}: belongs to another history than {META}; restore both from the same backup.")
