"""Verify: reads every blob of every file, compares its checksum, and names what is damaged by tag and span.

SQLite's own check sees a broken page, not a flipped bit inside a blob; the codec would turn that into plausible
numbers. So both are done. Nothing is repaired, nothing is written; a station may record meanwhile.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from supervisor.archive import Progress, quiet
from supervisor.database import Connection, explain, reader, sqlite3
from supervisor.errors import StoreError
from supervisor.historian import catalogue
from supervisor.historian.codec import Damaged, unseal
from supervisor.historian.files import META, part_files
from supervisor.historian.samples import Span

_PLACE = ("tag", "t0", "t1", "t", "level")
"""Columns that say what a blob holds."""
_AT_ONCE = 64


@dataclass(frozen=True, slots=True)
class Damage:
    """One thing that is not as it was written."""

    file: str
    what: str
    tag: str = ""
    """Empty where all tags are meant."""
    span: Span | None = None


@dataclass(slots=True)
class Verdict:
    """What was looked at, and what is wrong with it."""

    files: int = 0
    blobs: int = 0
    bytes: int = 0
    damage: list[Damage] = field(default_factory=list)


def verify(folder: Path, progress: Progress = quiet) -> Verdict:
    """Of a whole history; StoreError where there is none."""
    if not (folder / META).exists():
        raise StoreError(f"{folder}: there is no history here.")
    verdict, names = Verdict(), _names(folder)
    paths = sorted(folder.glob("*.db"))
    sizes = [path.stat().st_size if path.exists() else 0 for path in paths]
    for at, path in enumerate(paths):
        look(path, names, verdict)
        progress(sum(sizes[: at + 1]) / max(1, sum(sizes)))
    verdict.damage += _missing(folder)
    return verdict


def look(path: Path, names: dict[int, str], verdict: Verdict, immutable: bool | None = None) -> None:
    """One file; one that has gone meanwhile was merged into its next generation."""
    if immutable is None:
        immutable = path.name.startswith("part-")
    try:
        with closing(reader(path, immutable)) as connection:
            connection.execute("BEGIN")
            (said,) = connection.execute("PRAGMA quick_check(1)").fetchone()
            if said != "ok":
                verdict.damage.append(Damage(path.name, f"the file itself is damaged: {said}"))
            for table in _tables(connection):
                _blobs(connection, table, path.name, names, verdict)
        verdict.files += 1
        verdict.bytes += path.stat().st_size
    except (sqlite3.Error, StoreError) as error:
        if path.exists():
            reason = error if isinstance(error, StoreError) else explain(path, error)
            verdict.damage.append(Damage(path.name, f"the file cannot be read on: {reason}"))


def _tables(connection: Connection) -> list[str]:
    """Those with blobs."""
    rows = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
    return [name for (name,) in rows if "data" in _columns(connection, name)]


def _columns(connection: Connection, table: str) -> list[str]:
    return [row[1] for row in connection.execute(f"PRAGMA table_info({table})").fetchall()]


def _blobs(connection: Connection, table: str, file: str, names: dict[int, str], verdict: Verdict) -> None:
    source, columns = (
        ("chunk JOIN blob ON blob.id = blob_id", _columns(connection, "chunk"))
        if table == "blob"
        else (table, _columns(connection, table))
    )
    place = [column for column in _PLACE if column in columns]
    rows = connection.execute(f"SELECT {', '.join([*place, 'data'])} FROM {source}")
    while some := rows.fetchmany(_AT_ONCE):
        for *where, blob in some:
            verdict.blobs += 1
            try:
                unseal(blob)
            except Damaged as error:
                verdict.damage.append(_damage(file, table, dict(zip(place, where, strict=True)), names, error))


def _damage(file: str, table: str, place: dict[str, int], names: dict[int, str], error: Damaged) -> Damage:
    slot, start = place.get("tag"), place.get("t0", place.get("t"))
    tag = "" if slot is None else names.get(slot, f"slot {slot}")
    # the first sample lies on t0 itself, and a span begins after its start
    span = None if start is None else (start - 1, place.get("t1", start))
    return Damage(file, f"{_WORDS.get(table, table)}: {error}", tag, span)


_WORDS = {"blob": "samples", "batch": "samples just flushed", "keyframe": "values in force", "rollup": "a rollup"}


def _names(folder: Path) -> dict[int, str]:
    """Slot -> tag id; none where meta.db can't be read, which is told as such."""
    try:
        with closing(reader(folder / META)) as connection:
            return dict(connection.execute("SELECT slot, name FROM tag").fetchall())
    except (sqlite3.Error, StoreError):
        return {}


def _missing(folder: Path) -> Iterator[Damage]:
    """Partitions the catalogue has and the folder has not."""
    try:
        with closing(reader(folder / META)) as connection:
            rows = catalogue.parts(connection)
    except (sqlite3.Error, StoreError):
        return  # `look` has told of meta.db already
    there = {path.name for path in part_files(folder)}
    for row in rows:
        if row.name not in there:
            yield Damage(row.name, "the file is missing", "", (row.t0, row.t1))
