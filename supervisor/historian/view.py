"""View: all files of a history as they were at one moment, from any process, while the station writes.

No transaction spans two files, so the order of looking makes up for it, as compact.py and merge.py make their steps
visible in the opposite order: stage.db first, then hot.db, then the list of partitions, and then `sealed` again. If it
moved, a compaction came between and the look is repeated. A staged chunk that a partition in the list holds is left
out, whether or not it is deleted yet.
"""

from __future__ import annotations

import logging
from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

import numpy as np

from supervisor.clock import SECOND
from supervisor.database import Connection, explain, reader, sqlite3
from supervisor.errors import StoreError
from supervisor.historian import batch, catalogue, chunks, frames, memory
from supervisor.historian.chunks import Stored
from supervisor.historian.codec import Damaged, holds_texts
from supervisor.historian.files import HOT, LOWEST, META, ROLLUP, STAGE, Grid, PartRow, get, opened
from supervisor.historian.samples import NONE, Block, Samples, Slots, Span, empty_block, join, unread

TRIES = 50
OPEN_PARTS = 400
"""Partition files kept open at most, a year of days: to open one takes longer than to read a tag's day of it."""
PART_CACHE_KB = 256
"""Of each of them, where SQLite would take 2 MB: a year of them would be a gigabyte. The system has their pages too."""
FRAMES = 4
"""Keyframes kept decoded: a time slider stays within a day or two."""

REACH = 3600 * SECOND
"""A tag has a sample in nearly every such time: it is recorded every ten minutes, moving or not."""
AHEAD = 600 * SECOND
"""What a device with a clock that is ahead sent is looked for so much later than it arrived."""

T = TypeVar("T")

log = logging.getLogger(__name__)


def open_most() -> int:
    """Half the files this process may have open: macOS allows 256 unless told otherwise."""
    try:
        import resource
    except ImportError:  # Windows, where there are thousands
        return OPEN_PARTS
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return OPEN_PARTS if soft == resource.RLIM_INFINITY else max(16, min(OPEN_PARTS, soft // 2))


class Gone(StoreError):
    """A partition was replaced by its next generation while it was looked at: look again."""


@dataclass(slots=True)
class HotRow:
    """A row of hot.db."""

    position: tuple[int, bool]
    """Rows stand in this order: a carry-over where the last row it covers stood."""
    t0: int
    t1: int
    covers: int | None
    block: Block


class View:
    """Open files; not for several threads at once."""

    def __init__(self, folder: Path) -> None:
        """StoreError where there is no history yet."""
        self.folder = folder
        self.meta = reader(folder / META)
        self._hot = reader(folder / HOT)
        self._stage = reader(folder / STAGE)
        self._probe = reader(folder / STAGE)
        self.rollup = reader(folder / ROLLUP)
        self.grid = Grid(get(self.meta, "partition"))
        self._open_most = open_most()
        self._rows: dict[int, HotRow] = {}
        self._parts: OrderedDict[str, Connection] = OrderedDict()
        self._frames: OrderedDict[str, Block] = OrderedDict()

    def close(self) -> None:
        for connection in (self.meta, self._hot, self._stage, self._probe, self.rollup, *self._parts.values()):
            connection.close()

    @contextmanager
    def look(self) -> Iterator[Sight]:
        """One consistent sight; its readers' transactions end with the block, so that the WAL can be reset."""
        try:
            for _ in range(TRIES):
                sealed = self._begin()
                hot = self._load(sealed)
                known = get(self._hot, "known")
                parts = catalogue.parts(self.meta)
                if get(self._probe, "sealed") == sealed:
                    self._close_gone(parts)
                    yield Sight(self, self._stage, hot, parts, known)
                    return
                self._end()
            raise StoreError(f"{self.folder}: the history is compacted faster than it can be read.")
        except sqlite3.Error as error:
            raise explain(self.folder, error) from error
        finally:
            self._end()

    def _close_gone(self, parts: list[PartRow]) -> None:
        """A file that was replaced or dropped takes room on the disk for as long as somebody has it open."""
        for name in set(self._parts) - {part.name for part in parts}:
            self._parts.pop(name).close()

    def _begin(self) -> int:
        self._stage.execute("BEGIN")
        sealed = get(self._stage, "sealed")
        self._hot.execute("BEGIN")
        return sealed

    def _end(self) -> None:
        for connection in (self._stage, self._hot):
            if connection.in_transaction:
                with suppress(sqlite3.Error):
                    connection.execute("ROLLBACK")

    def _load(self, sealed: int) -> list[HotRow]:
        """The rows that count, decoded once each."""
        ids = [id_ for (id_,) in self._hot.execute("SELECT id FROM batch").fetchall()]
        gone = sum(len(self._rows[id_].block) for id_ in self._rows.keys() - ids)
        self._rows = {id_: self._rows[id_] if id_ in self._rows else self._decode(id_) for id_ in ids}
        memory.give_back(gone)
        counting = [
            row for id_, row in self._rows.items() if id_ > sealed and (row.covers is None or row.covers <= sealed)
        ]
        return sorted(counting, key=lambda row: row.position)

    def _decode(self, id_: int) -> HotRow:
        statement = "SELECT t0, t1, covers, data FROM batch WHERE id = ?"
        t0, t1, covers, blob = self._hot.execute(statement, (id_,)).fetchone()
        position = (id_ if covers is None else covers, covers is None)
        try:
            return HotRow(position, t0, t1, covers, batch.decode(blob).by_slot())
        except Damaged as error:
            log.error("%s: row %d, from %d to %d ns, is damaged. %s", self.folder / HOT, id_, t0, t1, error)
            return HotRow(position, t0, t1, covers, empty_block())

    def frame(self, row: PartRow) -> Block:
        """The samples in force when a partition begins."""
        if row.name not in self._frames:
            self._frames[row.name] = self._read_frame(row)
            if len(self._frames) > FRAMES:
                self._frames.popitem(last=False)
        return self._frames[row.name]

    def _read_frame(self, row: PartRow) -> Block:
        try:
            return frames.load(self.part(row), row.name, row.t0)
        except sqlite3.OperationalError:
            raise
        except (Damaged, sqlite3.DatabaseError) as error:
            log.error("%s: the keyframe is damaged: what was not written since is not known. %s", row.name, error)
            return empty_block()

    def part(self, row: PartRow) -> Connection:
        """A partition file, open."""
        if row.name in self._parts:
            self._parts.move_to_end(row.name)
            return self._parts[row.name]
        path = self.folder / row.name
        try:
            self._parts[row.name] = part = opened(path)
        except StoreError as error:
            if not path.exists():
                raise Gone(f"{path}: the partition is missing.") from error
            raise
        part.execute(f"PRAGMA cache_size=-{PART_CACHE_KB}")
        if len(self._parts) > self._open_most:
            self._parts.popitem(last=False)[1].close()
        return part


@dataclass(slots=True)
class Lot:
    """What there is of a tag in a span, not decoded yet: that needs no file any more, and may be done in any thread."""

    span: Span
    stored: list[Stored] = field(default_factory=list)
    """What partitions hold; may reach out of the span."""
    holes: list[Span] = field(default_factory=list)
    """Spans whose partition can't be read."""
    unmerged: Samples = field(default_factory=lambda: NONE)

    @property
    def texts(self) -> bool:
        """Whether the tag's values are words."""
        return bool(self.unmerged.words) or any(holds_texts(one.blob) for one in self.stored)

    def samples(self) -> Samples:
        """Everything of the span, ordered."""
        found = chunks.decoded(self.stored)
        found.damaged += tuple(self.holes)
        return join([found, self.unmerged]).ordered().within(*self.span)


class Sight:
    """What there is at one moment. Good only inside `View.look`."""

    def __init__(self, view: View, stage: Connection, hot: list[HotRow], parts: list[PartRow], known: int) -> None:
        self.hot = hot
        self.parts = parts
        self.known = known
        """Up to when the history knows anything, ns UTC; the values in force then rule no further."""
        self.stage = stage
        self._view = view
        self._through = {part.t0: part.through for part in parts}

    def merged(self, t0: int, blob_id: int) -> bool:
        """Whether a partition holds a staged chunk."""
        return blob_id <= self._through.get(self._view.grid.start(t0), 0)

    def asked(self, row: PartRow, question: Callable[[Connection], T], otherwise: T) -> T:
        """What a partition answers; `otherwise` where the structure of its file is damaged, which hides no other."""
        try:
            return question(self._view.part(row))
        except sqlite3.OperationalError:
            raise
        except sqlite3.DatabaseError as error:
            log.error("%s is damaged. %s", row.name, error)
            return otherwise

    def frame(self, row: PartRow) -> Block:
        return self._view.frame(row)

    def start(self, instant: int) -> int:
        """Of the partition an instant lies in."""
        return self._view.grid.start(instant)

    def samples(self, slot: int, span: Span) -> Samples:
        """Everything of the span, ordered."""
        return next(self.lots(slot, span)).samples()

    def lots(self, slot: int, span: Span, most: int | None = None) -> Iterator[Lot]:
        """A span as one lot, or cut at ends of partitions into lots of about `most` samples, oldest first."""
        unmerged, at, lot = self.unmerged(slot, span), span[0], Lot(span)
        for row in self.parts:
            if row.t0 >= span[1] or row.t1 <= span[0]:
                continue
            self._add(lot, row, slot)
            if most is not None and row.t1 < span[1] and sum(one.n for one in lot.stored) >= most:
                lot.span, lot.unmerged = (at, row.t1), unmerged.within(at, row.t1)
                yield lot
                at, lot = row.t1, Lot(span)
        lot.span, lot.unmerged = (at, span[1]), unmerged.within(at, span[1])
        yield lot

    def _add(self, lot: Lot, row: PartRow, slot: int) -> None:
        """From one partition; a file that is damaged is a hole."""
        found: list[Stored] | None
        found = self.asked(row, lambda file: chunks.fetch(file, slot, lot.span, row.name), None)
        if found is None:
            lot.holes.append((row.t0, row.t1))
        else:
            lot.stored += found

    def unmerged(self, slot: int, span: Span) -> Samples:
        """What no partition holds yet, ordered."""
        pieces = [chunks.read(self.stage, slot, span, STAGE, self.merged)]
        pieces += [row.block.of(slot) for row in self.hot if row.t0 <= span[1] and row.t1 > span[0]]
        return join(pieces).ordered().within(*span)

    def count(self, slot: int, span: Span) -> int:
        """About how many samples the span has: every chunk that reaches into it, whole."""
        statement = "SELECT coalesce(sum(n), 0) FROM chunk WHERE tag = ? AND t0 <= ? AND t1 > ?"

        def count(file: Connection) -> int:
            return int(file.execute(statement, (slot, span[1], span[0])).fetchone()[0])

        merged = sum(self.asked(row, count, 0) for row in self.parts if row.t0 < span[1] and row.t1 > span[0])
        hot = sum(len(row.block.of(slot)) for row in self.hot if row.t0 <= span[1] and row.t1 > span[0])
        return merged + count(self.stage) + hot

    def last(self, slot: int, instant: int, newest: Samples | None = None, whole: bool = False) -> Samples:
        """The sample in force at an instant, or none. `newest` is hot.db's answer where the caller has it.

        Its arrival is right only if `whole`, which decodes what could be known from a row alone.
        """
        best = self.newest([slot], instant).get(slot, NONE) if newest is None else newest
        found = chunks.last(self.stage, slot, (_after(best), instant), STAGE, self.merged, whole)
        best = found if len(found) else best
        at = self._view.grid.start(instant)
        row = next((row for row in reversed(self.parts) if row.t0 <= at), None)
        if row is None or _after(best) >= row.t1:
            return best
        found = self._last_of(row, slot, (_after(best), instant), whole)
        best = found if len(found) else best
        # what was written before the partition and never since is in its keyframe
        return best if _after(best) > row.t0 else self._later(best, self._view.frame(row).of(slot))

    def _last_of(self, row: PartRow, slot: int, span: Span, whole: bool) -> Samples:
        """From one partition; of a file that is damaged nobody knows what ruled from its start on."""
        unknown = unread([row.t0 + 1] if span[0] <= row.t0 else [])
        return self.asked(row, lambda file: chunks.last(file, slot, span, row.name, None, whole), unknown)

    def shown(self, slot: int, instant: int) -> Samples:
        """What the station showed at an instant: of all that had arrived by then, the sample of the newest source time.

        A device whose clock is ahead by more than `AHEAD` is found all the same once its source time is reached.
        """
        reach, upto = REACH, instant + AHEAD
        while True:
            span = instant - reach, upto
            found = self.samples(slot, span).interrupted(span)
            arrived = np.flatnonzero(found.arrival <= instant)
            if len(arrived):
                return found.take(arrived[-1:]).last()
            upto = instant - reach
            before = self.last(slot, upto, whole=True)
            if not len(before) or before.arrival[0] <= instant:
                return before
            reach *= 8

    def newest(self, slots: list[int], instant: int) -> dict[int, Samples]:
        """Slot -> the last sample hot.db has up to an instant."""
        best: dict[int, Samples] = {}
        wanted = np.array(sorted(slots), np.uint32)
        for row in self.hot:
            if row.t0 > instant:
                continue
            for slot in _common(row.block, wanted):
                found = row.block.of(slot).ordered().within(LOWEST, instant)
                if len(found) and (slot not in best or found.time[-1] >= best[slot].time[0]):
                    best[slot] = found.last()
        return best

    def told(self, slot: int, spans: Sequence[Span], level: int) -> tuple[Span, ...]:
        """Of spans on the grid of a level those for which its buckets stand."""
        return tuple(spans)

    @staticmethod
    def _later(best: Samples, found: Samples) -> Samples:
        """`found` unless `best` is as late, for it came after."""
        return found if _after(found) > _after(best) else best


def _after(best: Samples) -> int:
    return int(best.time[0]) if len(best) else LOWEST


def _common(block: Block, wanted: Slots) -> list[int]:
    """Which of the wanted slots a block, sorted by slot, has."""
    at = np.searchsorted(block.slot, wanted)
    known = at < len(block)
    wanted, at = wanted[known], at[known]
    common: list[int] = wanted[block.slot[at] == wanted].tolist()
    return common
