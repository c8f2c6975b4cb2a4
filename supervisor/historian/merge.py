"""Merging: when a partition has ended, its chunks become one file that is never written again.

    1  write part-….db.new: chunks of full size, keyframes at start and end; check it, flush it
    2  write the rollups of the span                                     (to do it twice changes nothing)
    3  rename to part-….db                                               (from here on the file is complete or absent)
    4  register it in meta.db: readers take the span from it             (killed before: the next start registers it)
    5  delete what it holds from stage.db, then the file of the generation before

Late samples open a partition again: its file and what is new make the next generation. Where that changes the value
in force at the end, the partition after it is merged again too, for its keyframe and rollups begin with that value.
"""

from __future__ import annotations

import json
import logging
import os
import zlib
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from functools import partial
from pathlib import Path
from typing import TypeVar

import numpy as np

from supervisor.clock import SECOND, Clock
from supervisor.database import Connection, Writer, connect, explain, reader, reading, sqlite3
from supervisor.errors import StoreError
from supervisor.historian import chunks, durations, frames, rollups
from supervisor.historian.catalogue import Catalogue
from supervisor.historian.chunks import Chunk, Stored
from supervisor.historian.codec import Damaged
from supervisor.historian.compact import GRACE, touch
from supervisor.historian.durations import Tally
from supervisor.historian.files import PART_SQL, TEMPORARY, PartRow, claim, get, part_files, part_name, put
from supervisor.historian.frames import Frame
from supervisor.historian.rollups import NOTHING, Carried
from supervisor.historian.samples import NONE, Samples, Span, join

QUIET = 1200 * SECOND
"""An ended partition is merged when nothing came into it for so long."""
LATE_QUIET = 6 * 3600 * SECOND
"""One that was merged before waits longer: a device that replays a week must not rewrite it every twenty minutes."""
_NUMBERS = ("t0", "t1", "generation", "through", "samples")
"""What a partition file says of itself."""
_GROUP = 500
"""Tags whose rollups share a transaction."""

T = TypeVar("T")

log = logging.getLogger(__name__)


class Merger:
    """One merge at a time; the caller sees to that."""

    def __init__(self, folder: Path, catalogue: Catalogue, stage: Writer, rollup: Writer, clock: Clock) -> None:
        self._folder = folder
        self._catalogue = catalogue
        self._stage = stage
        self._rollup = rollup
        self._clock = clock
        self._told: Callable[[float], None] = _unheard

    def run(
        self,
        everything: bool = False,
        leave: frozenset[int] = frozenset(),
        told: Callable[[float], None] | None = None,
    ) -> list[PartRow]:
        """Merge what is due, oldest first; everything: without waiting for quiet, but only what has ended.

        `leave` names partitions that are still being filled. `told` hears which share is done, for a bar.
        """
        made, trouble = list[PartRow](), None
        while due := self._due(everything, leave):
            start, done, whole = due[0], len(made), len(made) + len(due)
            self._told = partial(_share, told, done, whole) if told else _unheard
            try:
                made.append(self.merge(start))
            except (StoreError, sqlite3.Error) as error:  # one that can't be merged must not hold up the others
                trouble = trouble or explain(self._folder, error)
                leave |= {start}
        if trouble is not None:
            raise trouble
        return made

    def _due(self, everything: bool, leave: frozenset[int]) -> list[int]:
        """Starts of the partitions that may be merged now, oldest first."""
        now = self._clock.now()
        merged = {part.t0 for part in self._catalogue.parts()}
        with reading(self._stage.path) as connection:
            pending = connection.execute("SELECT t0, touched FROM pending ORDER BY t0").fetchall()
        due = []
        for start, touched in pending:
            quiet = 0 if everything else LATE_QUIET if start in merged else QUIET
            ended = start + self._catalogue.grid.length + GRACE <= now
            if ended and touched + quiet <= now and start not in leave:
                due.append(int(start))
        return due

    def merge(self, start: int) -> PartRow:
        """Make the next generation of one partition."""
        span = self._catalogue.grid.span(start)
        parts = self._catalogue.parts()
        old = next((part for part in parts if part.t0 == start), None)
        before = self._folder / old.name if old else None
        with (
            reading(self._stage.path) as stage,
            closing(_Making(span, stage, before, self._frame(parts, start, old))) as making,
        ):
            row, end = self._build(making, old.generation + 1 if old else 1)
        self._catalogue.register(row)
        changed = self._next_differs(parts, span[1], end)
        self._stage.submit(lambda connection: self._clear(connection, row, changed)).result()
        if old is not None:
            with suppress(OSError):  # Windows keeps a file that a reader has open; the next start removes it
                (self._folder / old.name).unlink()
        log.info("Merged %s: %d samples in %d bytes.", row.name, row.samples, row.bytes)
        return row

    def _frame(self, parts: list[PartRow], start: int, old: PartRow | None) -> Frame:
        """The samples in force at `start`: those at the end of the nearest partition before it.

        The first one left, once those before it were dropped, has them from the generation before.
        """
        before = [part for part in parts if part.t1 <= start]
        if before:
            return frames.end(self._folder / before[-1].name, (before[-1].t0, before[-1].t1))
        return frames.read(self._folder / old.name, start) if old else {}

    def _next_differs(self, parts: list[PartRow], end: int, frame: Frame) -> int | None:
        """The partition after this one, if it began from another frame than this one now ends with."""
        after = next((part for part in parts if part.t0 >= end), None)
        if after is None:
            return None
        try:
            same = frames.encode(frames.read(self._folder / after.name, after.t0)) == frames.encode(frame)
        except Damaged:  # made again, it is sound again
            same = False
        except sqlite3.DatabaseError:  # of this file nothing can be made
            same = True
        return None if same else after.t0

    def _build(self, making: _Making, generation: int) -> tuple[PartRow, Frame]:
        """Steps 1 to 3."""
        path = self._folder / part_name(making.span, generation)
        return publish(path, lambda part: self._fill(part, making, generation))

    def _fill(self, part: Connection, making: _Making, generation: int) -> Frame:
        names, end, count, rolled = self._catalogue.names(), dict(making.frame), 0, list[_Rolled]()
        states = self._catalogue.stateful()
        slots = making.slots()
        for at, slot in enumerate(slots):
            samples = making.samples(slot)
            ruling = samples.interrupted(making.span)
            count += len(samples)
            self._told(at / len(slots))
            chunks.write(part, [*chunks.cut(slot, samples), *(making.unreadable(slot) if samples.damaged else ())])
            if len(ruling):
                end[slot] = ruling.last()
            levels = {} if making.text(slot, ruling) else rollups.summarise(ruling, making.span, making.carried(slot))
            rolled.append((slot, levels, making.tally(slot, ruling) if slot in states else None))
            if len(rolled) == _GROUP:
                self._roll(rolled, making.span)
                rolled = []
        self._roll(rolled, making.span)
        for time, frame in zip(making.span, (making.frame, end), strict=True):
            part.execute("INSERT INTO keyframe(t, data) VALUES (?, ?)", (time, frames.encode(frame)))
        known = json.dumps({slot: names[slot] for slot in end}, ensure_ascii=False)
        put(part, "tags", zlib.compress(known.encode()))
        put(part, "store", self._catalogue.store)
        for key, value in zip(_NUMBERS, (*making.span, generation, making.through, count), strict=True):
            put(part, key, value)
        return end

    def _roll(self, rolled: list[_Rolled], span: Span) -> None:
        """Step 2, for some tags."""

        def work(connection: Connection) -> None:
            for slot, levels, tally in rolled:
                for level, rows in levels.items():
                    rollups.store(connection, slot, level, rows, span)
                if tally is not None:
                    durations.store(connection, slot, span[0], tally)

        self._rollup.submit(work).result()

    def _clear(self, connection: Connection, row: PartRow, changed: int | None) -> None:
        """Step 5."""
        drop_merged(connection, row)
        if not connection.execute("SELECT 1 FROM chunk WHERE t0 > ? AND t0 <= ? LIMIT 1", (row.t0, row.t1)).fetchone():
            connection.execute("DELETE FROM pending WHERE t0 = ?", (row.t0,))
        if changed is not None:
            touch(connection, [changed], self._clock.now())


def _unheard(share: float) -> None:
    """Nobody watches."""


def _share(told: Callable[[float], None], done: int, whole: int, part: float) -> None:
    told((done + part) / whole)


_Rolled = tuple[int, dict[int, rollups.Rows], Tally | None]


class _Making:
    """What a partition is made of: the generation before, the staged chunks, and the frame it begins with."""

    def __init__(self, span: Span, stage: Connection, old: Path | None, frame: Frame) -> None:
        self.span = span
        self.frame = frame
        self._stage = stage
        self._old = reader(old, immutable=True) if old else None
        row = stage.execute("SELECT max(blob_id) FROM chunk WHERE t0 > ? AND t0 <= ?", span).fetchone()
        self.through = max(int(row[0] or 0), get(self._old, "through") if self._old else 0)

    def close(self) -> None:
        if self._old:
            self._old.close()

    def slots(self) -> list[int]:
        """Every tag with a sample in the span or a value in force at its start."""
        rows = self._stage.execute("SELECT DISTINCT tag FROM chunk WHERE t0 > ? AND t0 <= ?", self.span).fetchall()
        if self._old:
            rows += self._old.execute("SELECT DISTINCT tag FROM chunk").fetchall()
        return sorted({int(slot) for (slot,) in rows} | set(self.frame))

    def samples(self, slot: int) -> Samples:
        """What is readable, ordered; what was there before comes before what is new."""
        pieces = [chunks.read(self._old, slot, self.span, "the partition")] if self._old else []
        pieces.append(chunks.read(self._stage, slot, self.span, "stage.db"))
        return join(pieces).among(self.span).ordered()

    def unreadable(self, slot: int) -> Iterator[Chunk]:
        """Damaged chunks go along as they are: somebody may have a copy of the file, and a hole keeps its name."""
        for connection in filter(None, (self._old, self._stage)):
            for *row, blob in connection.execute(
                "SELECT tag, t0, t1, n, vmin, vmax, vfirst, vlast, qworst, data FROM chunk"
                " JOIN blob ON blob.id = blob_id WHERE tag = ? AND t0 > ? AND t0 <= ?",
                (slot, *self.span),
            ).fetchall():
                if chunks.decoded([Stored(blob, slot, (row[1], row[2]), row[3], "a chunk to merge")]).damaged:
                    yield Chunk(tuple(row), blob)

    def text(self, slot: int, samples: Samples) -> bool:
        """Whether the tag's values are words, of which there is no mean."""
        return bool(samples.words or (slot in self.frame and self.frame[slot].words))

    def tally(self, slot: int, samples: Samples) -> Tally:
        """Time by state; none where a partition is no whole number of hours."""
        if (self.span[1] - self.span[0]) % durations.HOUR:
            return durations.tally(NONE, np.array(self.span), NONE)
        return durations.tally(samples, rollups.grid(self.span, durations.HOUR), self.frame.get(slot, NONE))

    def carried(self, slot: int) -> Carried:
        sample = self.frame.get(slot)
        return Carried(float(sample.value[0]), int(sample.quality[0])) if sample else NOTHING


def drop_merged(connection: Connection, row: PartRow) -> int:
    """Delete from stage.db the chunks a partition holds; how many there were."""
    ids = connection.execute(
        "SELECT blob_id FROM chunk WHERE t0 > ? AND t0 <= ? AND blob_id <= ?", (row.t0, row.t1, row.through)
    ).fetchall()
    connection.execute("DELETE FROM chunk WHERE t0 > ? AND t0 <= ? AND blob_id <= ?", (row.t0, row.t1, row.through))
    connection.executemany("DELETE FROM blob WHERE id = ?", ids)
    return len(ids)


def publish(path: Path, fill: Callable[[Connection], T]) -> tuple[PartRow, T]:
    """A partition file, complete and flushed or absent; what `fill` said, which writes it in one transaction."""
    fresh = path.with_name(path.name + TEMPORARY)
    fresh.unlink(missing_ok=True)
    try:
        with closing(connect(fresh, PART_SQL, journal="OFF")) as part:
            part.execute("PRAGMA synchronous=OFF")
            part.execute("BEGIN")
            said = fill(part)
            part.execute("COMMIT")
            _finish(part, fresh)
        _flush(fresh)
        fresh.rename(path)
        _flush(path.parent)
    except (sqlite3.Error, OSError) as error:
        with suppress(OSError):
            fresh.unlink(missing_ok=True)
        raise explain(fresh, error) from error
    return part_row(path), said


def part_row(path: Path) -> PartRow:
    """What a partition file says of itself."""
    with closing(reader(path, immutable=True)) as connection:
        numbers = {key: get(connection, key) for key in _NUMBERS}
    return PartRow(name=path.name, bytes=path.stat().st_size, **numbers)


def _finish(part: Connection, path: Path) -> None:
    (verdict,) = part.execute("PRAGMA quick_check").fetchone()
    if verdict != "ok":
        raise StoreError(f"{path}: the new partition is damaged ({verdict}); the disk fails.")
    part.execute("PRAGMA journal_mode=DELETE").fetchall()


def _flush(path: Path) -> None:
    """To the disk itself; a folder can't be flushed on Windows, where a rename needs no such thing."""
    try:
        descriptor = os.open(path, os.O_RDONLY)
    except PermissionError:
        return
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def repair(folder: Path, catalogue: Catalogue, stage: Writer) -> tuple[int, int]:
    """Finish or undo what a killed merge left: how many files were registered, how many were removed."""
    registered = {part.t0: part for part in catalogue.parts()}
    adopted = removed = 0
    for path in folder.glob(f"part-*{TEMPORARY}*"):
        path.unlink()
        removed += 1
    for path in part_files(folder):
        row = _readable(path, catalogue.store)
        if row is None:
            continue
        known = registered.get(row.t0)
        if known is not None and known.generation > row.generation:
            path.unlink()
            removed += 1
        elif known is None or known.generation < row.generation:
            catalogue.register(row)
            registered[row.t0] = row
            adopted += 1
    for row in registered.values():
        stage.submit(partial(drop_merged, row=row)).result()
    return adopted, removed


def _readable(path: Path, store: str) -> PartRow | None:
    """What the file says of itself; None for one that is damaged or of another history, which stays where it is."""
    try:
        with closing(reader(path, immutable=True)) as connection:
            claim(connection, path, store)
        return part_row(path)
    except (StoreError, sqlite3.Error) as error:
        log.error("%s is left out of the history: %s", path, error)
        return None
