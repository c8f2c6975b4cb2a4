"""Marks: who stood after every 5 000 rows of alarms, in a file beside the journal, so that no window walks years.

    journal rows ──(station, now and then)──> journal-marks.db ──> window: the mark before an instant, and on from it

What can be made again is not kept forever: marks that were made for other rules, or for a journal that is another one
(restored, or begun anew), are dropped and made again. Nobody waits for the file: without it a first question takes
seconds, with a million rows.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
import zlib
from pathlib import Path

import msgspec
from peewee import AutoField, BigIntegerField, BlobField, Model, TextField

from alarms.happenings import Standing
from alarms.replay import Mark, Plant, Replay
from supervisor.clock import Clock
from supervisor.database import Connection, Migrations, Writer, has_table, reading, tables
from supervisor.errors import StoreError

EVERY_S = 600.0
"""How often the station looks for marks that are missing."""
BETWEEN_S = 0.5
"""Between two marks, where many are: the first start on an old journal must not take a core for itself."""

log = logging.getLogger(__name__)


class MarkTable(Model):
    """One mark; its id is that of the last row it covers."""

    id = AutoField()
    newest = BigIntegerField()
    hash = TextField()
    """Of that row in the journal's chain: another hash, another journal."""
    plant = TextField()
    """What the rules were."""
    standings = BlobField()
    """MessagePack of alarm -> fields, deflated."""

    class Meta:
        table_name = "mark"


MIGRATIONS: Migrations = (tables(MarkTable),)
_PACK = msgspec.msgpack.Encoder()
_UNPACK = msgspec.msgpack.Decoder(dict[str, Standing])


def beside(journal: Path) -> Path:
    """The file of the marks."""
    return journal.with_name(f"{journal.stem}-marks.db")


class Marks:
    """The station's end: makes the marks that are missing. `run` is its task."""

    def __init__(self, journal: Path, plant: Plant, clock: Clock) -> None:
        """StoreError where the file can't be made."""
        self._journal, self._plant, self._clock = journal, plant, clock
        self._writer = Writer(beside(journal), MIGRATIONS)
        self._replay: Replay | None = None

    async def run(self) -> None:
        """Until cancelled. What can't be read or written now is tried again later."""
        while True:
            try:
                while await asyncio.to_thread(self.make_one):
                    await self._clock.sleep(BETWEEN_S)
            except StoreError as error:
                log.warning("No mark of the alarms is made now: %s", error)
            await self._clock.sleep(EVERY_S)

    def make_one(self) -> bool:
        """The next mark that is missing, in any thread; False where none is."""
        if self._replay is None:
            kept = load(self._journal, self._plant)
            ids = [mark.id for mark in kept]
            self._writer.submit(lambda connection: _drop(connection, ids)).result()
            self._replay = Replay(self._journal, self._plant, lambda: kept[-1:])
        if not self._replay.extend(1):
            return False
        mark, word = self._replay.marks[-1], _word(self._plant)
        with reading(self._journal) as connection:
            chained = _hash(connection, mark.id)
        row = (mark.id, mark.newest, chained, word, zlib.compress(_PACK.encode(mark.standings)))
        self._writer.submit(lambda connection: _put(connection, row)).result()
        self._replay = Replay(self._journal, self._plant, lambda: [mark])  # those before are not needed any more
        return True

    def close(self) -> None:
        self._writer.close()


def load(journal: Path, plant: Plant) -> list[Mark]:
    """The marks that hold for these rules and this journal, oldest first; none where there is no file of them."""
    path = beside(journal)
    if not path.exists():
        return []
    word = _word(plant)
    with reading(path) as connection:
        if not has_table(connection, "mark"):
            return []  # the station is about to make it
        rows = connection.execute("SELECT id, newest, hash, plant, standings FROM mark ORDER BY id").fetchall()
    with reading(journal) as connection:
        held = bool(rows) and _hash(connection, rows[-1][0]) == rows[-1][2]
    if not held or any(row[3] != word for row in rows):
        return []
    return [Mark(row[0], row[1], _UNPACK.decode(zlib.decompress(row[4]))) for row in rows]


def _word(plant: Plant) -> str:
    """The rules, as far as a replay depends on them, in short."""
    told = msgspec.json.encode([dict(plant.latching), dict(plant.group)], order="sorted")
    return hashlib.sha256(told).hexdigest()[:16]


def _hash(connection: Connection, id_: int) -> str:
    row = connection.execute("SELECT hash FROM journal WHERE id = ?", (id_,)).fetchone()
    return str(row[0]) if row else ""


def _drop(connection: Connection, keep: list[int]) -> None:
    """All marks but these, which are all or none."""
    if not keep:
        connection.execute("DELETE FROM mark")


def _put(connection: Connection, row: tuple[int, int, str, str, bytes]) -> None:
    connection.execute("INSERT OR REPLACE INTO mark(id, newest, hash, plant, standings) VALUES(?, ?, ?, ?, ?)", row)
