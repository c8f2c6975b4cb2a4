"""Catalogue: which tags the history knows under which slot, and which partitions it has. The writing end of meta.db."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from supervisor.database import Connection, Writer, reading
from supervisor.historian.files import META, META_SQL, Grid, PartRow, get, put
from supervisor.historian.samples import Slots
from supervisor.model import Tag

log = logging.getLogger(__name__)

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
        with reading(self._writer.path) as connection:
            return dict(connection.execute("SELECT slot, name FROM tag").fetchall())

    def parts(self) -> list[PartRow]:
        """Every partition, oldest first."""
        with reading(self._writer.path) as connection:
            return parts(connection)

    def register(self, row: PartRow) -> None:
        """From here on readers take the span from this file and no longer from what it was made of."""
        values = (row.t0, row.t1, row.generation, row.name, row.through, row.samples, row.bytes)
        statement = f"INSERT OR REPLACE INTO part({_PART}) VALUES (?, ?, ?, ?, ?, ?, ?)"
        self._writer.submit(lambda connection: connection.execute(statement, values) and None).result()

    def close(self) -> None:
        self._writer.close()


def parts(connection: Connection) -> list[PartRow]:
    """Every partition registered in meta.db, oldest first."""
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
