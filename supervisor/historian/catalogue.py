"""Catalogue: which tags the history knows under which slot, and which partitions it has. The writing end of meta.db."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import numpy as np
from peewee import SQL, AutoField, BigIntegerField, IntegerField, Model, TextField

from supervisor.database import Connection, Migrations, Writer, reading, snapshot, tables
from supervisor.historian.check import Damage
from supervisor.historian.files import META, STATE, Grid, PartRow, get, put
from supervisor.historian.samples import Slots
from supervisor.model import Kind, Tag

log = logging.getLogger(__name__)


class TagTable(Model):
    """A tag ever recorded; its times are kept in 10^exponent ns."""

    slot = AutoField()
    name = TextField(constraints=[SQL("UNIQUE")])
    kind = TextField()
    exponent = IntegerField()

    class Meta:
        table_name = "tag"


class PartTable(Model):
    """A partition; it holds every chunk of its span that stage.db had up to the blob `through`."""

    t0 = AutoField()
    t1 = BigIntegerField()
    generation = IntegerField()
    name = TextField()
    through = BigIntegerField()
    samples = BigIntegerField()
    bytes = BigIntegerField()

    class Meta:
        table_name = "part"


META_SQL: Migrations = (
    STATE + tables(TagTable, PartTable),
    """
CREATE TABLE damage(part TEXT, slot INTEGER, t0 INTEGER, t1 INTEGER, file TEXT NOT NULL, reason TEXT NOT NULL,
  found INTEGER NOT NULL, seen INTEGER NOT NULL, PRIMARY KEY(part, slot, t0, t1));
""",
)
"""damage: the file is not in the key, for a merge carries what is damaged along into the next one."""
_PART = "t0, t1, generation, name, through, samples, bytes"


class Catalogue:
    """A slot is given once and never again: a tag that left the site and comes back finds its history."""

    def __init__(self, folder: Path, partition: int) -> None:
        """`partition` is in ns and counts only for a new history: an old one keeps the cut it was made with."""
        self._writer = Writer(folder / META, META_SQL)
        self.store, length = self._writer.submit(lambda connection: _identity(connection, partition)).result()
        self.grid = Grid(length)
        if length != partition:
            log.warning("The history in %s keeps its partitions of %d s.", folder, length // 1_000_000_000)

    def slots(self, tags: Sequence[Tag], exponent: int) -> Slots:
        """The slot of each tag; those never seen get one."""
        rows = [(tag.id, tag.spec.kind.value, exponent) for tag in tags]
        known = self._writer.submit(lambda connection: _number(connection, rows)).result()
        return np.array([known[tag.id] for tag in tags], np.uint32)

    def names(self) -> dict[int, str]:
        """Slot -> tag id, of every tag ever recorded."""
        with snapshot(self._writer.path) as database:
            return dict(TagTable.select(TagTable.slot, TagTable.name).tuples().execute(database))

    def stateful(self) -> frozenset[int]:
        """Slots of tags that are no measurement: of those the time by state is kept."""
        with reading(self._writer.path) as connection:
            query = "SELECT slot FROM tag WHERE kind NOT IN (?, ?)"
            return frozenset(slot for (slot,) in connection.execute(query, (Kind.NUMBER.value, Kind.COUNTER.value)))

    def parts(self) -> list[PartRow]:
        """Every partition, oldest first."""
        with reading(self._writer.path) as connection:
            return parts(connection)

    def register(self, row: PartRow) -> None:
        """From here on readers take the span from this file and no longer from what it was made of."""
        query = PartTable.insert(asdict(row)).on_conflict_replace()
        self._writer.submit(lambda _: query.execute(self._writer.database)).result()

    def drop(self, start: int) -> None:
        """The partition is no longer part of the history; its file is the caller's."""
        self._writer.submit(lambda connection: connection.execute("DELETE FROM part WHERE t0 = ?", (start,))).result()

    def note(self, key: str) -> str:
        """Something kept in the file's state; empty where there is nothing."""
        with reading(self._writer.path) as connection:
            row = connection.execute("SELECT v FROM state WHERE k = ?", (key,)).fetchone()
        return str(row[0]) if row else ""

    def keep_note(self, key: str, text: str) -> None:
        self._writer.submit(lambda connection: put(connection, key, text)).result()

    def damages(self) -> list[Damage]:
        """What is known to be damaged, oldest first."""
        with reading(self._writer.path) as connection:
            return damages(connection)

    def damaged(self, found: Sequence[Damage], now: int) -> list[Damage]:
        """Keep what was found; those that nobody knew of yet, with the tag's id."""
        return self._writer.submit(lambda connection: _learn(connection, found, now)).result()

    def forget_damages(self, before: int) -> None:
        """Those that were last seen before an instant are no longer there."""
        self._writer.submit(
            lambda connection: connection.execute("DELETE FROM damage WHERE seen < ?", (before,))
        ).result()

    def close(self) -> None:
        self._writer.close()


def damages(connection: Connection) -> list[Damage]:
    """What meta.db knows to be damaged, oldest first."""
    rows = connection.execute(
        "SELECT file, part, damage.slot, t0, t1, reason, coalesce(name, '') FROM damage"
        " LEFT JOIN tag ON tag.slot = damage.slot ORDER BY t0, damage.slot"
    ).fetchall()
    return [Damage(file, part, slot, (t0, t1), reason, tag) for file, part, slot, t0, t1, reason, tag in rows]


def _learn(connection: Connection, found: Sequence[Damage], now: int) -> list[Damage]:
    before = {(one.part, one.slot, one.span) for one in damages(connection)}
    connection.executemany(
        "INSERT INTO damage VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET seen = excluded.seen,"
        " file = excluded.file",
        [(one.part, one.slot, *one.span, one.file, one.reason, now, now) for one in found],
    )
    return [one for one in damages(connection) if (one.part, one.slot, one.span) not in before]


def parts(connection: Connection) -> list[PartRow]:
    """Every partition registered in meta.db, oldest first. Plain SQL: every question to the history begins with it."""
    return [PartRow(*row) for row in connection.execute(f"SELECT {_PART} FROM part ORDER BY t0")]


def _identity(connection: Connection, partition: int) -> tuple[str, int]:
    row = connection.execute("SELECT v FROM state WHERE k = 'store'").fetchone()
    if row is None:
        put(connection, "store", uuid.uuid4().hex)
        put(connection, "partition", partition)
        return _identity(connection, partition)
    return str(row[0]), get(connection, "partition")


def _number(connection: Connection, rows: list[tuple[str, str, int]]) -> dict[str, int]:
    connection.executemany(
        "INSERT INTO tag(name, kind, exponent) VALUES (?, ?, ?) ON CONFLICT(name) DO UPDATE SET kind = excluded.kind",
        rows,
    )
    return {name: slot for slot, name in connection.execute("SELECT slot, name FROM tag")}
