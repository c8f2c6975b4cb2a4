"""Backup of a history, and of journal, accounts and all else beside it, while its station records. restore.py brings
it back.

    <to>/partitions/part-….db          each partition once, however many backups hold it: they never change
         2026-11-22T091500Z/           one backup
             stage.db hot.db meta.db … what changes, copied by SQLite itself, page by page
             station/journal.db …      what lies beside the history (beside.py), copied alike; the journal last
             manifest.json             every file with its size and SHA-256; written last: without it there is no backup

What is consistent: stage.db, then hot.db and meta.db, then `sealed` of the living stage.db again. If a compaction
came between, its samples would be in two places or in none, so these three are copied anew. A partition that was
replaced by its next generation before it could be copied makes it begin again too; what was copied stays.
"""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

from supervisor.archive import Progress, beside, quiet
from supervisor.archive.copying import compare, copy_live, copy_plain, flush, sha256_of
from supervisor.archive.verify import look
from supervisor.clock import SECOND
from supervisor.database import reader, sqlite3
from supervisor.errors import StoreError, Unavailable
from supervisor.historian import catalogue
from supervisor.historian.check import Damage
from supervisor.historian.files import HOT, META, OWNER, ROLLUP, STAGE, TEMPORARY, PartRow, get
from supervisor.historian.samples import Span

FORMAT = 3
"""2: with the files beside the history; 3: with the accounts, and the names of what is not in it."""
MANIFEST = "manifest.json"
PARTITIONS = "partitions"
STATION = "station"
UNFINISHED = ".unfinished"
TRIES = 20
_STAMP = re.compile(r"\d{4}-\d\d-\d\dT\d{6}Z(-\d+)?")
_STALE_S = 86_400
"""An unfinished backup this old was killed; a younger one may be somebody else's, under way."""
_ROOM = 64 << 20
"""Bytes left free beside a backup."""


@dataclass(frozen=True, slots=True)
class Filed:
    """A file of a backup."""

    name: str
    bytes: int
    sha256: str
    partition: bool
    station: bool = False
    """It lies beside the history."""


@dataclass(slots=True)
class Manifest:
    """What a backup is made of."""

    site: str
    store: str
    """Identity of the history: slots of another one are other tags."""
    made: str
    """ISO, UTC."""
    known: int
    """Up to when the backup knows anything, ns UTC: every sample flushed by then is in it."""
    files: list[Filed] = field(default_factory=list)
    format: int = FORMAT
    secrets: list[str] = field(default_factory=list)
    """What the station had passwords of; the passwords are not here."""
    keys: list[str] = field(default_factory=list)
    """Which keys and certificates it had; they are not here."""

    @classmethod
    def read(cls, path: Path) -> Manifest:
        """StoreError where it is damaged or newer than this program."""
        try:
            raw = json.loads(path.read_text("utf-8"))
            files = [Filed(**row) for row in raw.pop("files")]
            manifest = cls(files=files, **raw)
        except (OSError, ValueError, TypeError, KeyError) as error:
            raise StoreError(f"{path}: the manifest cannot be read ({error}).") from error
        if manifest.format > FORMAT:
            raise StoreError(f"{path}: written by a newer Vigie (format {manifest.format}).")
        return manifest


@dataclass(slots=True)
class Made:
    """What a backup did."""

    folder: Path
    manifest: Manifest
    copied: int = 0
    """Bytes that were written."""
    kept: int = 0
    """Partitions an earlier backup had brought already."""
    damages: list[Damage] = field(default_factory=list)
    """What is damaged in the history itself; it is in the backup as it is."""


class _Again(Exception):
    """A partition was replaced while we copied."""


def backup(history: Path, to: Path, site: str, now: int, progress: Progress = quiet) -> Made:
    """Make one more backup; StoreError, or Unavailable where the place does not do."""
    store = _store(history)
    known = [Manifest.read(path / MANIFEST) for path in backups(to)]
    if any(manifest.store != store for manifest in known):
        raise Unavailable(f"{to} holds backups of another history: choose another folder")
    place = to / _free_name(to, now)
    try:
        (to / PARTITIONS).mkdir(parents=True, exist_ok=True)
        _sweep(to, now)
        for _ in range(TRIES):
            with suppress(_Again):
                return _Copying(history, to, place, Manifest(site, store, _iso(now), 0), known).run(progress)
        raise StoreError(f"{history}: partitions are replaced faster than they can be copied.")
    except (OSError, sqlite3.Error) as error:
        reason = getattr(error, "strerror", None) or error
        raise Unavailable(f"{to} cannot be written ({reason}); earlier backups in it are as they were") from error
    finally:
        shutil.rmtree(unfinished(place), ignore_errors=True)


def backups(to: Path) -> list[Path]:
    """The finished backups of a folder, oldest first."""
    return sorted(path.parent for path in to.glob(f"*/{MANIFEST}") if _STAMP.fullmatch(path.parent.name))


def _sweep(to: Path, now: int) -> None:
    """Remove what backups left that were killed."""
    for path in [*to.glob(f"*{UNFINISHED}"), *(to / PARTITIONS).glob(f"*{UNFINISHED}")]:
        if path.stat().st_mtime < now / SECOND - _STALE_S:
            shutil.rmtree(path) if path.is_dir() else path.unlink()


def unfinished(place: Path) -> Path:
    """Its name until it is whole."""
    return place.with_name(place.name + UNFINISHED)


def _free_name(to: Path, now: int) -> str:
    stamp = f"{datetime.fromtimestamp(now // SECOND, UTC):%Y-%m-%dT%H%M%SZ}"
    taken = {path.name for path in to.glob(f"{stamp}*")}
    return next(name for n in range(len(taken) + 1) if (name := f"{stamp}-{n}" if n else stamp) not in taken)


def _iso(now: int) -> str:
    return datetime.fromtimestamp(now // SECOND, UTC).isoformat()


def _store(history: Path) -> str:
    if not (history / META).exists():
        raise StoreError(f"{history}: there is no history here.")
    with closing(reader(history / META)) as connection:
        return str(connection.execute("SELECT v FROM state WHERE k = 'store'").fetchone()[0])


class _Copying:
    """One backup being made."""

    def __init__(self, history: Path, to: Path, place: Path, manifest: Manifest, earlier: list[Manifest]) -> None:
        self._history = history
        self._pool = to / PARTITIONS
        self._final = place
        self._place = unfinished(place)
        self._made = Made(place, manifest)
        self._known = {row.name: row for each in earlier for row in each.files if row.partition}

    def run(self, progress: Progress) -> Made:
        shutil.rmtree(self._place, ignore_errors=True)
        self._place.mkdir()
        names, parts = self._consistent()
        for path in self._others():
            (copy_live if path.suffix == ".db" else copy_plain)(path, self._place / path.name)
        self._room(parts)
        total = sum(part.bytes for part in parts) + 1
        done = 0
        for part in parts:
            self._part(part, names)
            done += part.bytes
            progress(done / total)
        copy_live(self._history / ROLLUP, self._place / ROLLUP)  # last: a rollup too many is harmless, one too few slow
        for path in [path for path in sorted(self._place.iterdir()) if path.is_file()]:
            self._file(path, names)
        self._beside(names)
        self._finish()
        progress(1.0)
        return self._made

    def _beside(self, names: dict[int, str]) -> None:
        """What is not the history, and no less needed."""
        place = self._place / STATION
        place.mkdir(mode=0o700)
        self._made.manifest.secrets = beside.secrets(self._history)
        self._made.manifest.keys = beside.keys(self._history)
        for path in beside.files(self._history):
            copy = place / path.name
            (copy_live if path.suffix == ".db" else copy_plain)(path, copy)
            copy.chmod(0o600)
            self._made.damages += [*beside.chain(copy), *beside.accounts(copy)]
            self._file(copy, names)

    def _consistent(self) -> tuple[dict[int, str], list[PartRow]]:
        """stage.db, hot.db and meta.db of one moment; the names of the tags and the partitions there are then."""
        for _ in range(TRIES):
            for name in (STAGE, HOT, META):
                copy_live(self._history / name, self._place / name)
            sealed = _number(self._place / STAGE, "sealed")
            with closing(reader(self._history / STAGE)) as living:
                if get(living, "sealed") == sealed:
                    break
        else:
            raise StoreError(f"{self._history}: the history is compacted faster than it can be copied.")
        self._made.manifest.known = _number(self._place / HOT, "known")
        with closing(reader(self._place / META, immutable=True)) as meta:
            names = dict(meta.execute("SELECT slot, name FROM tag").fetchall())
            return names, catalogue.parts(meta)

    def _others(self) -> list[Path]:
        """Whatever else lies in the folder and belongs to it."""
        own = {STAGE, HOT, META, ROLLUP}
        return sorted(
            path
            for path in self._history.iterdir()
            if path.is_file()
            and path.name not in own
            and not path.name.startswith(("part-", OWNER))
            and not path.name.endswith(("-wal", "-shm", "-journal", TEMPORARY))
        )

    def _room(self, parts: list[PartRow]) -> None:
        whole = sum(path.stat().st_size for path in (self._history / ROLLUP, *beside.files(self._history)))
        needed = sum(part.bytes for part in parts if not self._has(part)) + whole + _ROOM
        free = shutil.disk_usage(self._pool).free
        if free < needed:
            raise Unavailable(f"{self._pool.parent} has {free >> 20} MB free, and this backup needs {needed >> 20} MB")

    def _has(self, part: PartRow) -> bool:
        row = self._known.get(part.name)
        path = self._pool / part.name
        return row is not None and path.exists() and path.stat().st_size == row.bytes

    def _part(self, part: PartRow, names: dict[int, str]) -> None:
        if self._has(part):
            self._made.kept += 1
            self._made.manifest.files.append(self._known[part.name])
            return
        fresh = self._pool / (part.name + UNFINISHED)
        try:
            sha256 = copy_plain(self._history / part.name, fresh)
        except FileNotFoundError as error:
            raise _Again from error
        compare(fresh, sha256)
        self._look(fresh, part.name, names, (part.t0, part.t1))
        fresh.replace(self._pool / part.name)
        row = Filed(part.name, (self._pool / part.name).stat().st_size, sha256, True)
        self._known[part.name] = row
        self._made.manifest.files.append(row)
        self._made.copied += row.bytes

    def _file(self, path: Path, names: dict[int, str]) -> None:
        if path.suffix == ".db":
            self._look(path, path.name, names)
        row = Filed(path.name, path.stat().st_size, sha256_of(path), False, path.parent.name == STATION)
        self._made.manifest.files.append(row)
        self._made.copied += row.bytes

    def _look(self, path: Path, name: str, names: dict[int, str], span: Span = (0, 0)) -> None:
        self._made.damages += [replace(damage, file=name) for damage in look(path, names, span)]

    def _finish(self) -> None:
        """The manifest, then the name: until then there is no backup."""
        text = json.dumps(asdict(self._made.manifest), indent=1, ensure_ascii=False)
        (self._place / MANIFEST).write_text(text, "utf-8")
        for path in (*(self._place / STATION).iterdir(), *self._place.iterdir(), self._place):
            flush(path)
        self._place.rename(self._final)
        flush(self._pool)
        flush(self._final.parent)


def prune(to: Path, keep: int) -> int:
    """Remove all backups but the newest ones, and the partitions that none of these holds; how many were removed."""
    there = backups(to)
    old, kept = there[:-keep], there[-keep:]
    for path in old:
        (path / MANIFEST).unlink()  # first of all: from here on it is no backup any more
        shutil.rmtree(path)
    held = {row.name for path in kept for row in Manifest.read(path / MANIFEST).files if row.partition}
    for path in (to / PARTITIONS).iterdir():
        if path.name not in held:
            path.unlink()
    return len(old)


def find(source: Path) -> tuple[Path, Manifest]:
    """The backup a folder is, or the newest one in it."""
    if not (source / MANIFEST).exists():
        there = backups(source)
        if not there:
            raise Unavailable(f"{source} holds no backup: name the folder that was given to `vigie history … backup`")
        source = there[-1]
    return source, Manifest.read(source / MANIFEST)


def unsound(source: Path, progress: Progress = quiet) -> list[str]:
    """Names of the files of a backup that are missing or not as they were written."""
    place, manifest = find(source)
    wrong = []
    for row, share in along(manifest):
        path = where(place, row)
        if not path.exists() or path.stat().st_size != row.bytes or sha256_of(path) != row.sha256:
            wrong.append(row.name)
        progress(share)
    return wrong


def where(place: Path, row: Filed) -> Path:
    """Where a file of a backup lies."""
    folder = place.parent / PARTITIONS if row.partition else place / STATION if row.station else place
    return folder / row.name


def along(manifest: Manifest) -> Iterator[tuple[Filed, float]]:
    """Each file, and which share is done with it."""
    total, done = sum(row.bytes for row in manifest.files) + 1, 0
    for row in manifest.files:
        done += row.bytes
        yield row, done / total


def _number(path: Path, key: str) -> int:
    with closing(reader(path, immutable=True)) as connection:
        return get(connection, key)
