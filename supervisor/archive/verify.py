"""Verify: every file's structure, every blob's checksum and row; what is damaged is named by tag and span.

SQLite's own check sees a broken page, `historian.check` a flipped bit inside a blob, and the chain of the journal
beside the history an altered row. Nothing is repaired, nothing is written; a station may record meanwhile.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

from supervisor.archive import Progress, beside, quiet
from supervisor.database import explain, reader, sqlite3
from supervisor.errors import StoreError
from supervisor.historian import catalogue, check
from supervisor.historian.check import Damage
from supervisor.historian.files import HOT, META, ROLLUP, STAGE, PartRow, part_files

AT_ONCE = 16 << 20
"""Bytes of blobs that are looked at between two reports of progress."""
_WITH_BLOBS = (HOT, STAGE, ROLLUP)


@dataclass(slots=True)
class Verdict:
    """What was looked at, and what is wrong with it."""

    files: int = 0
    bytes: int = 0
    damages: list[Damage] = field(default_factory=list)


def verify(folder: Path, progress: Progress = quiet) -> Verdict:
    """Of a whole history and what lies beside it; StoreError where there is none."""
    if not (folder / META).exists():
        raise StoreError(f"{folder}: there is no history here.")
    verdict, names, parts = Verdict(), names_of(folder / META), _parts(folder)
    spans = {row.name: (row.t0, row.t1) for row in parts}
    paths = [*sorted(folder.glob("*.db")), *beside.files(folder)]
    total = sum(path.stat().st_size for path in paths if path.exists()) or 1
    for path in paths:
        with suppress(FileNotFoundError):  # replaced by its next generation meanwhile
            size = path.stat().st_size
            if path.suffix == ".db":
                verdict.damages += look(path, names, spans.get(path.name, (0, 0)))
            verdict.damages += [*beside.chain(path), *beside.accounts(path)]
            verdict.files += 1
            verdict.bytes += size
            progress(verdict.bytes / max(total, verdict.bytes))
    verdict.damages += _missing(folder, _parts(folder))
    return verdict


def look(path: Path, names: dict[int, str], span: tuple[int, int] = (0, 0)) -> list[Damage]:
    """One file. `span` is the file's, should all of it be damaged; FileNotFoundError where it has gone meanwhile."""
    try:
        damages = [*_structure(path, span), *_blobs(path, span)]
    except (sqlite3.Error, StoreError) as error:
        if not path.exists():
            raise FileNotFoundError(path) from error
        damages = [Damage(path.name, "file", 0, span, str(explain(path, error)))]
    return [replace(damage, tag=damage.tag or names.get(damage.slot, "")) for damage in damages]


def _structure(path: Path, span: tuple[int, int]) -> Iterator[Damage]:
    with closing(reader(path, immutable=path.name.startswith("part-"))) as connection:
        (said,) = connection.execute("PRAGMA quick_check(1)").fetchone()
    if said != "ok":
        yield Damage(path.name, "file", 0, span, f"The file itself is damaged: {said}")


def _blobs(path: Path, span: tuple[int, int]) -> Iterator[Damage]:
    if path.name not in _WITH_BLOBS and not path.name.startswith("part-"):
        return
    position = 0
    while position != check.END:
        found = check.look(path, position, AT_ONCE, span)
        yield from found.damages
        position = found.position


def names_of(meta: Path) -> dict[int, str]:
    """Slot -> tag id; none where meta.db can't be read, which is told as such."""
    try:
        with closing(reader(meta)) as connection:
            return dict(connection.execute("SELECT slot, name FROM tag").fetchall())
    except (sqlite3.Error, StoreError):
        return {}


def _parts(folder: Path) -> list[PartRow]:
    try:
        with closing(reader(folder / META)) as connection:
            return catalogue.parts(connection)
    except (sqlite3.Error, StoreError):
        return []  # `look` tells of meta.db


def _missing(folder: Path, parts: list[PartRow]) -> Iterator[Damage]:
    """Partitions the catalogue has and the folder has not."""
    there = {path.name for path in part_files(folder)}
    for row in parts:
        if row.name not in there:
            yield Damage(row.name, "file", 0, (row.t0, row.t1), "The file is missing.")
