"""What survives a restart: one row per alarm that ever raised or was hidden, in `alarms.db`.

A row is written as a whole whenever its alarm changed, all rows of one evaluation in one transaction. What could not
be written is kept in mind and written with the next change.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from peewee import BigIntegerField, DoubleField, IntegerField, Model, TextField

from alarms.states import State
from supervisor.columns import Columns
from supervisor.database import Connection, Migrations, Writer, tables


class AlarmTable(Model):
    """One alarm; its times are ns UTC, 0 for never. The file is made from it; rows come and go ten thousand at once,
    by plain SQL."""

    id = TextField(primary_key=True)
    state = TextField()
    suppression = IntegerField()
    raised_at = BigIntegerField()
    cleared_at = BigIntegerField()
    acked_at = BigIntegerField()
    value = DoubleField(null=True)
    count = IntegerField()
    shelved_until = BigIntegerField()

    class Meta:
        table_name = "alarms"
        without_rowid = True


MIGRATIONS: Migrations = (tables(AlarmTable),)
KEPT = ("suppression", "raised_at", "cleared_at", "acked_at", "value", "count", "shelved_until")
_INSERT = f"INSERT OR REPLACE INTO alarms(id, state, {', '.join(KEPT)}) VALUES(?,?,?,?,?,?,?,?,?)"

Rows = NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Gone:
    """An alarm of a rule the site no longer has."""

    id: str
    state: str
    raised_at: int


class Keep:
    """The file of one station's alarms."""

    def __init__(self, path: Path, ids: Sequence[str], columns: Columns) -> None:
        """Opens the file; StoreError when that fails."""
        self._writer = Writer(path, MIGRATIONS)
        self._ids = ids
        self._columns = columns
        self._unsaved = np.zeros(len(ids), np.bool_)

    def restore(self) -> list[Gone]:
        """Fill the columns with what was kept, forget the rules that are gone, and say which those were."""
        row = {id_: number for number, id_ in enumerate(self._ids)}

        def work(connection: Connection) -> list[tuple[Any, ...]]:
            kept = connection.execute(f"SELECT id, state, {', '.join(KEPT)} FROM alarms").fetchall()
            connection.executemany("DELETE FROM alarms WHERE id = ?", [(one[0],) for one in kept if one[0] not in row])
            return kept

        kept = self._writer.submit(work).result()
        self._fill((row[id_], state, values) for id_, state, *values in kept if id_ in row)
        at = 2 + KEPT.index("raised_at")
        return [Gone(one[0], one[1], one[at]) for one in kept if one[0] not in row]

    def _fill(self, kept: Iterable[tuple[int, str, Sequence[Any]]]) -> None:
        with self._columns.writing():
            for row, state, values in kept:
                self._columns["state"][row] = State[state.upper()]
                for name, value in zip(KEPT, values, strict=True):
                    self._columns[name][row] = np.nan if value is None else value

    def save(self, rows: Rows) -> Future[None]:
        """Write these alarms as they are now, and those that could not be written before."""
        self._unsaved[rows] = True
        rows = np.flatnonzero(self._unsaved)
        self._unsaved[rows] = False
        copy = {name: self._columns[name][rows] for name in ("state", *KEPT)}
        ids = [self._ids[row] for row in rows.tolist()]
        future = self._writer.submit(lambda connection: _write(connection, ids, copy))
        future.add_done_callback(lambda done: self._remember(rows, done))
        return future

    def _remember(self, rows: Rows, done: Future[None]) -> None:
        """In the writer's thread. A newer copy of a row may be on its way already: writing it once more is harmless."""
        if done.cancelled() or done.exception():
            self._unsaved[rows] = True

    @property
    def behind(self) -> bool:
        """Something is not on disk that should be."""
        return bool(self._unsaved.any())

    def close(self) -> None:
        """Write what was given, then close the file."""
        self._writer.close()


def _write(connection: Connection, ids: list[str], copy: Mapping[str, NDArray[Any]]) -> None:
    words = [State(code).word for code in copy["state"].tolist()]
    connection.executemany(_INSERT, zip(ids, words, *(copy[name].tolist() for name in KEPT), strict=True))
