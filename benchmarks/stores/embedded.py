"""Stores inside our process: the historian, plain rows in SQLite, DuckDB."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from benchmarks.stores.data import KILLED, PIXELS, YEAR, Batch, Data
from benchmarks.stores.store import Peaks, State, Store
from supervisor.clock import SECOND, SystemClock
from supervisor.database import Connection, connect
from supervisor.historian.history import History
from supervisor.historian.writer import Historian
from supervisor.model import BAD, Equipment, EquipmentType, Tag, TagSpec, Text
from supervisor.texts import Texts

COMMIT = 10_000
ROWS = "CREATE TABLE sample(tag INTEGER, t INTEGER, v REAL, q INTEGER, PRIMARY KEY(tag, t)) WITHOUT ROWID"


class Vigie(Store):
    """The historian, asked as a window asks it."""

    name = "Vigie"
    keeps = "value, quality, source and arrival time; every flush synced; rollups written beside"
    grows = "[pr]*.db"
    raw = False

    def open(self) -> None:
        words = Text("", "")
        specs = [TagSpec(f"t{i}", words) for i in range(KILLED + 1)]
        equipment = Equipment(0, "B", words, EquipmentType("b", words, "b", {}), "", "b")
        tags = [Tag(i, equipment, spec) for i, spec in enumerate(specs)]
        self._historian = Historian(self.folder, tags, Texts.create(), SystemClock())
        self._history = History(self.folder)

    def prepare(self, batch: Batch) -> None:
        self._work = list(batch.cut(COMMIT))

    def load(self) -> None:
        for batch in self._work:
            self.append(batch)

    def append(self, batch: Batch) -> None:
        self._historian.put(batch.index, batch.time, batch.value, batch.quality)
        self._historian.flush()

    def settle(self) -> None:
        self._historian.compact(everything=True)
        self._historian.merge(everything=True)

    def trend(self, data: Data) -> Peaks:
        found = self._history.trend(f"B.t{YEAR}", data.start, data.end, PIXELS, level=0 if self.raw else None)
        return len(found), float(np.nanmin(found.low)), float(np.nanmax(found.high))

    def state(self, data: Data) -> State:
        found = self._history.at([f"B.t{i}" for i in range(YEAR)], data.instant)
        good = np.flatnonzero((found.quality < BAD) & (found.time > 0))
        return dict(zip(good.tolist(), found.value[good].tolist(), strict=True))

    def times(self, start: int) -> list[int]:
        found: list[int] = self._history.samples(f"B.t{KILLED}", start - 1, start + 10**6 * SECOND).time.tolist()
        return found

    def close(self) -> None:
        self._history.close()
        self._historian.close()


class Rows(Store):
    """A row for every sample, as most programs would keep them."""

    name = "SQLite rows"
    keeps = "value, quality, source time; every commit synced (FULL)"
    _connection: Connection

    def open(self) -> None:
        self.folder.mkdir(exist_ok=True)
        self._connection = connect(self.folder / "rows.db", (ROWS,))

    def prepare(self, batch: Batch) -> None:
        self._work = list(batch.cut(COMMIT))

    def load(self) -> None:
        for batch in self._work:
            self.append(batch)

    def append(self, batch: Batch) -> None:
        rows = zip(batch.index.tolist(), batch.time.tolist(), batch.value.tolist(), batch.quality.tolist(), strict=True)
        self._connection.execute("BEGIN IMMEDIATE")
        self._connection.executemany("INSERT INTO sample VALUES (?, ?, ?, ?)", rows)
        self._connection.execute("COMMIT")

    def settle(self) -> None:
        self._connection.execute("VACUUM")
        self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()

    def trend(self, data: Data) -> Peaks:
        columns = self._connection.execute(
            "SELECT low, high, first.v, last.v FROM (SELECT min(v) AS low, max(v) AS high, min(t) AS a, max(t) AS z"
            "  FROM sample WHERE tag = :tag AND t > :start AND t <= :end GROUP BY (t - :start - 1) / :width)"
            " JOIN sample AS first ON first.tag = :tag AND first.t = a"
            " JOIN sample AS last ON last.tag = :tag AND last.t = z",
            {"tag": YEAR, "start": data.start, "end": data.end, "width": data.width},
        ).fetchall()
        return _peaks(columns)

    def state(self, data: Data) -> State:
        found = self._connection.execute(
            "SELECT s.tag, s.v, s.q FROM json_each(?) AS w JOIN sample AS s ON s.tag = w.value"
            " AND s.t = (SELECT max(t) FROM sample WHERE tag = w.value AND t <= ?)",
            (json.dumps(list(range(YEAR))), data.instant),
        ).fetchall()
        return {tag: value for tag, value, quality in found if quality < BAD}

    def times(self, start: int) -> list[int]:
        query = "SELECT t FROM sample WHERE tag = ? AND t >= ? ORDER BY t"
        return [t for (t,) in self._connection.execute(query, (KILLED, start)).fetchall()]

    def close(self) -> None:
        self._connection.close()


class Duck(Store):
    """DuckDB by its fastest way in: whole Arrow tables."""

    name = "DuckDB"
    keeps = "value, quality, source time; every commit synced; rows stay in order of arrival"
    commit = 100_000

    def __init__(self, folder: Path) -> None:
        import duckdb  # optional: analysis is its place in this project

        super().__init__(folder)
        self._duckdb = duckdb

    def open(self) -> None:
        self.folder.mkdir(exist_ok=True)
        self._connection = self._duckdb.connect(str(self.folder / "store.duckdb"))
        self._connection.execute("CREATE TABLE IF NOT EXISTS sample(tag INTEGER, t BIGINT, v DOUBLE, q UTINYINT)")

    def prepare(self, batch: Batch) -> None:
        self._work = [self._table(piece) for piece in batch.cut(self.commit)]

    @staticmethod
    def _table(batch: Batch) -> object:
        import pyarrow as pa

        return pa.table({"tag": batch.index, "t": batch.time, "v": batch.value, "q": batch.quality})

    def load(self) -> None:
        for table in self._work:
            self._insert(table)

    def _insert(self, table: object) -> None:
        self._connection.register("fresh", table)
        self._connection.execute("INSERT INTO sample SELECT * FROM fresh")
        self._connection.unregister("fresh")

    def append(self, batch: Batch) -> None:
        self._insert(self._table(batch))

    def settle(self) -> None:
        self._connection.execute("CHECKPOINT")

    def trend(self, data: Data) -> Peaks:
        columns = self._connection.execute(
            "SELECT min(v), max(v), arg_min(v, t), arg_max(v, t) FROM sample WHERE tag = ? AND t > ? AND t <= ?"
            " GROUP BY (t - ? - 1) // ?",
            [YEAR, data.start, data.end, data.start, data.width],
        ).fetchall()
        return _peaks(columns)

    def state(self, data: Data) -> State:
        found = self._connection.execute(
            "SELECT tag, last.v, last.q FROM (SELECT tag, arg_max({'v': v, 'q': q}, t) AS last FROM sample"
            " WHERE t <= ? AND tag < ? GROUP BY tag)",
            [data.instant, YEAR],
        ).fetchall()
        return {tag: value for tag, value, quality in found if quality < BAD}

    def times(self, start: int) -> list[int]:
        query = "SELECT t FROM sample WHERE tag = ? AND t >= ? ORDER BY t"
        return [t for (t,) in self._connection.execute(query, [KILLED, start]).fetchall()]

    def close(self) -> None:
        self._connection.close()


def _peaks(columns: Sequence[Sequence[float]]) -> Peaks:
    return len(columns), min(column[0] for column in columns), max(column[1] for column in columns)
