"""Store: what of the schedules outlives the station: who took what in hand, and which command was looked at last."""

from __future__ import annotations

from dataclasses import astuple, dataclass
from pathlib import Path

from peewee import BigIntegerField, Check, IntegerField, Model, TextField

from supervisor.database import Connection, Migrations, Writer, tables


@dataclass(frozen=True, slots=True)
class Override:
    """What a person did to a scheduled equipment by hand, and how long it stands."""

    equipment: str
    who: str
    since: int
    """ns UTC."""
    until: int
    mode: str
    """An `Until`."""
    command: str = ""
    """The command that began it; empty where somebody only held the programme back."""


class OverrideTable(Model):
    """Overrides that stand."""

    equipment = TextField(primary_key=True)
    who = TextField()
    since = BigIntegerField()
    until = BigIntegerField()
    mode = TextField()
    command = TextField()

    class Meta:
        table_name = "overrides"


class SeenTable(Model):
    """The last command of the ledger that was looked at; one row."""

    one = IntegerField(primary_key=True, constraints=[Check("one = 1")])
    command = BigIntegerField()

    class Meta:
        table_name = "seen"


MIGRATIONS: Migrations = (tables(OverrideTable, SeenTable),)


class Store:
    """The file. What can't be written is lost with the station and no sooner: the program goes on."""

    def __init__(self, path: Path) -> None:
        """Raises StoreError."""
        self._writer = Writer(path, MIGRATIONS)

    def read(self) -> tuple[list[Override], int]:
        """What stands, and the command seen last, -1 where none ever was. Waits for the disk; raises StoreError."""

        def work(connection: Connection) -> tuple[list[Override], int]:
            rows = connection.execute("SELECT equipment, who, since, until, mode, command FROM overrides").fetchall()
            seen = connection.execute("SELECT command FROM seen").fetchone()
            return [Override(*row) for row in rows], int(seen[0]) if seen else -1

        return self._writer.submit(work).result()

    def keep(self, override: Override) -> None:
        row = astuple(override)
        self._write("INSERT OR REPLACE INTO overrides VALUES(?, ?, ?, ?, ?, ?)", row)

    def drop(self, equipment: str) -> None:
        self._write("DELETE FROM overrides WHERE equipment = ?", (equipment,))

    def saw(self, command: int) -> None:
        self._write("INSERT OR REPLACE INTO seen VALUES(1, ?)", (command,))

    def _write(self, statement: str, row: tuple[object, ...]) -> None:
        self._writer.submit(lambda connection: connection.execute(statement, row).rowcount)

    def close(self) -> None:
        self._writer.close()
