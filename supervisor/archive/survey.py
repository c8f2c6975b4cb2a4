"""Survey: how big a history is, how old, what it is made of, and when nobody recorded."""

from __future__ import annotations

import struct
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from supervisor import health
from supervisor.clock import SECOND
from supervisor.database import reader, version
from supervisor.historian import codec
from supervisor.historian.files import HOT, META, ROLLUP, STAGE, part_files
from supervisor.historian.history import History, Info
from supervisor.historian.samples import Span
from supervisor.holes import STATION, Hole, holes
from supervisor.model import BAD

_USER_VERSION = 60
"""Where a SQLite file says it. Source: SQLite, Database File Format, 1.3."""
_TOLD = f"{health.STATION_ID}.{health.FAULTS}"
"""A tag that is good while the station runs, and hardly ever moves."""


@dataclass(frozen=True, slots=True)
class FileRow:
    """Files of one sort."""

    name: str
    count: int
    bytes: int
    version: str
    """Of their tables; several where old ones are about."""


@dataclass(frozen=True, slots=True)
class KindRow:
    """Tags of one kind."""

    kind: str
    tags: int
    samples: int


@dataclass(frozen=True, slots=True)
class Survey:
    """See the module."""

    info: Info
    known: int
    """Last flush, ns UTC; 0 where there was none."""
    files: tuple[FileRow, ...]
    kinds: tuple[KindRow, ...]
    off: tuple[Span, ...]
    """When the station was off or knew nothing, oldest first."""
    ledger: tuple[Hole, ...]
    """What was missed on single links, oldest first."""
    chunk_version: int = codec.VERSION


def survey(folder: Path) -> Survey:
    """StoreError where there is no history."""
    with closing(History(folder)) as history:
        info, known = history.info(), history.known()
        off = _off(history, (info.oldest - 1, known))
        return Survey(info, known, _files(folder), _kinds(history), off, _ledger(folder))


def _files(folder: Path) -> tuple[FileRow, ...]:
    rows = [_living(folder / name) for name in (META, HOT, STAGE, ROLLUP)]
    rows.append(_group("partitions", part_files(folder)))
    own = {META, HOT, STAGE, ROLLUP}
    others = [path for path in folder.glob("*.db") if path.name not in own and not path.name.startswith("part-")]
    return tuple(rows + [_living(path) for path in sorted(others)])


def _living(path: Path) -> FileRow:
    with closing(reader(path)) as connection:
        told = str(version(connection))
    files = [path, path.with_name(f"{path.name}-wal")]
    return FileRow(path.name, 1, sum(file.stat().st_size for file in files if file.exists()), told)


def _group(name: str, paths: list[Path]) -> FileRow:
    versions = sorted({_header(path) for path in paths})
    return FileRow(name, len(paths), sum(path.stat().st_size for path in paths), ", ".join(map(str, versions)) or "-")


def _header(path: Path) -> int:
    with path.open("rb") as file:
        file.seek(_USER_VERSION)
        return int(struct.unpack(">I", file.read(4))[0])


def _kinds(history: History) -> tuple[KindRow, ...]:
    kinds, counts = history.tags(), history.counts()
    rows: dict[str, tuple[int, int]] = {}
    for tag, kind in kinds.items():
        tags, samples = rows.get(kind, (0, 0))
        rows[kind] = tags + 1, samples + counts.get(tag, 0)
    return tuple(KindRow(kind, *row) for kind, row in sorted(rows.items()))


def _ledger(folder: Path) -> tuple[Hole, ...]:
    """Without those of the station, which every link has."""
    return tuple(hole for hole in holes(folder, 0, 1 << 62) if hole.cause != STATION)


def _off(history: History, span: Span) -> tuple[Span, ...]:
    """From the first bad sample of a run to the next good one."""
    found = history.samples(_TOLD, *span) if span[1] > span[0] else None
    if found is None or not len(found):
        return ()
    bad = (found.quality >= BAD).tolist()
    times, off, since = found.time.tolist(), list[Span](), 0
    for time, silent in zip(times, bad, strict=True):
        if silent and not since:
            since = time
        elif not silent and since:
            off.append((since, time))
            since = 0
    if since:
        off.append((since, span[1]))
    return tuple(hole for hole in off if hole[1] - hole[0] >= SECOND)
