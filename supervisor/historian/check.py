"""Check: does every blob of a file still say what was written, and does its row say the same?

A blob is sound when its CRC32 is; a chunk is decoded as well and compared with its row, for the value in force is read
from the row alone. A file whose structure is damaged is named whole. Nothing is repaired here: the readers leave out
what is damaged, and a copy of the file may have it.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from supervisor.database import Connection, reader, sqlite3
from supervisor.errors import StoreError
from supervisor.historian import batch, chunks, codec, rollups
from supervisor.historian.codec import Damaged
from supervisor.historian.files import HOT, ROLLUP, part_files
from supervisor.historian.samples import Span

END = 1 << 62
"""A position behind every blob."""
GROUP = 64
"""Blobs fetched together."""


@dataclass(frozen=True, slots=True)
class Damage:
    """Something of a history that the disk gave back wrong."""

    file: str
    part: str
    """chunk, keyframe, batch, rollup, or file: the structure of the whole file."""
    slot: int
    """The tag's, 0 where all tags are hit."""
    span: Span
    reason: str
    tag: str = ""
    """Id of the tag, once somebody looked it up."""

    @property
    def samples(self) -> bool:
        """Whether samples can't be read; keyframes, rollups and durations only spare the reading of them."""
        return self.part in ("chunk", "batch", "file")


@dataclass(frozen=True, slots=True)
class Look:
    """What a look at some blobs of a file found."""

    position: int
    """The last blob looked at; END when there are no more."""
    bytes: int
    damages: tuple[Damage, ...]


def look(path: Path, position: int, most: int, span: Span = (0, 0)) -> Look:
    """Check the blobs behind `position`, about `most` bytes of them. `span` is the file's, should all of it be damaged.

    StoreError where the file can't be opened at all, as when the next generation took its place.
    """
    check = {HOT: _batches, ROLLUP: _rollups}.get(path.name, _chunks)
    with closing(reader(path, immutable=path.name.startswith("part-"))) as connection:
        try:
            return check(connection, path.name, position, most)
        except (sqlite3.DatabaseError, StoreError) as error:
            return Look(END, 0, (Damage(path.name, "file", 0, span, str(error)),))


def everything(folder: Path, told: Callable[[str, int], None]) -> list[Damage]:
    """Every blob of every file; `told` hears the name of the file and the bytes read since it was last told."""
    damages: list[Damage] = []
    names = [*part_files(folder), folder / "stage.db", folder / HOT, folder / ROLLUP]
    for path in [path for path in names if path.exists()]:
        position = 0
        while position != END:
            found = look(path, position, 16 << 20)
            damages += found.damages
            position = found.position
            told(path.name, found.bytes)
    return damages


def _chunks(connection: Connection, name: str, position: int, most: int) -> Look:
    damages, size = list[Damage](), 0
    if position == 0 and name.startswith("part-"):
        damages += _keyframes(connection, name)
    rows = {row[-1]: row[:-1] for row in connection.execute("SELECT * FROM chunk WHERE blob_id > ?", (position,))}
    while size < most:
        query = "SELECT id, data FROM blob WHERE id > ? ORDER BY id LIMIT ?"
        blobs = connection.execute(query, (position, GROUP)).fetchall()
        for id_, blob in blobs:
            row = rows.pop(id_, None)
            if row is not None and (reason := _wrong(row, blob)):
                damages.append(Damage(name, "chunk", int(row[0]), (int(row[1]) - 1, int(row[2])), reason))
        size += sum(len(blob) for _, blob in blobs)
        if len(blobs) < GROUP:
            gone = [
                Damage(name, "chunk", row[0], (row[1] - 1, row[2]), "The blob is missing.") for row in rows.values()
            ]
            return Look(END, size, (*damages, *gone))
        position = blobs[-1][0]
    return Look(position, size, tuple(damages))


def _wrong(row: chunks.Row, blob: bytes) -> str:
    """Why the blob is not what its row says; empty where it is."""
    try:
        samples = codec.decode(blob)
    except Damaged as error:
        return str(error)
    said = tuple(None if value != value else value for value in chunks.row(row[0], samples))
    return "" if said == tuple(row) else "The row says something else than its samples."


def _keyframes(connection: Connection, name: str) -> list[Damage]:
    damages = []
    for time, blob in connection.execute("SELECT t, data FROM keyframe").fetchall():
        try:
            batch.decode(blob)
        except Damaged as error:
            damages.append(Damage(name, "keyframe", 0, (time, time), str(error)))
    return damages


def _batches(connection: Connection, name: str, position: int, most: int) -> Look:
    """All at once: hot.db holds minutes."""
    damages, size = list[Damage](), 0
    for t0, t1, blob in connection.execute("SELECT t0, t1, data FROM batch WHERE id > ?", (position,)).fetchall():
        size += len(blob)
        try:
            batch.decode(blob)
        except Damaged as error:
            damages.append(Damage(name, "batch", 0, (t0 - 1, t1), str(error)))
    return Look(END, size, tuple(damages))


def _rollups(connection: Connection, name: str, position: int, most: int) -> Look:
    damages = _durations(connection, name) if position == 0 else []
    size = 0
    while size < most:
        query = "SELECT id, tag, level, t0, data FROM rollup WHERE id > ? ORDER BY id LIMIT ?"
        rows = connection.execute(query, (position, GROUP)).fetchall()
        for position, slot, level, t0, blob in rows:  # noqa: B007 - the last one is where the next look begins
            size += len(blob)
            try:
                codec.unseal(blob)
            except Damaged as error:
                damages.append(Damage(name, "rollup", slot, (t0, t0 + rollups.block_length(level)), str(error)))
        if len(rows) < GROUP:
            return Look(END, size, tuple(damages))
    return Look(position, size, tuple(damages))


def _durations(connection: Connection, name: str) -> list[Damage]:
    damages = []
    for slot, t0, blob in connection.execute("SELECT tag, t0, data FROM duration"):
        try:
            codec.unseal(blob)
        except Damaged as error:
            damages.append(Damage(name, "duration", slot, (t0, t0), str(error)))
    return damages
