"""Compaction: what hot.db holds of all tags together becomes chunks of one tag each in stage.db.

    1  hot:    write the carry-over, what is too little for a chunk, marked covers = upto
    2  stage:  commit the chunks and sealed = upto
    3  hot:    delete the rows up to upto

A row counts if its id is above `sealed` and its covers, if any, is not: killed between 1 and 2 the carry-over does
not count yet, between 2 and 3 the old rows no longer do. `repair` removes at the next start what does not count.
The two files may sit on either side of a power cut only because both commit with synchronous=FULL.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from supervisor.clock import SECOND, Clock
from supervisor.database import Connection, Writer, reading
from supervisor.flow import Times
from supervisor.historian import batch, chunks, packing
from supervisor.historian.chunks import Chunk
from supervisor.historian.codec import Damaged
from supervisor.historian.files import Grid, get, put
from supervisor.historian.samples import Block, Slots, empty_block, join_blocks

LEAST = 64
"""Samples worth a chunk of their own; fewer are carried on until more have come."""
CARRY = 1_000_000
"""At most so many samples are carried on: they are written anew at every compaction."""
BAND = 200_000
"""Samples sorted and coded at a time."""
GRACE = 120 * SECOND
"""A partition is closed this long after its end: by then the ordinary road has brought what it will."""

_BLOB = "SELECT data FROM batch WHERE id = ?"

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Compacted:
    """What one compaction did."""

    sealed: int
    """Samples that became chunks."""
    carried: int
    """Samples that wait for company."""
    partitions: frozenset[int] = frozenset()
    """Starts of the partitions that got chunks."""


class Compactor:
    """One compaction at a time; the caller sees to that."""

    def __init__(self, hot: Writer, stage: Writer, grid: Grid, clock: Clock) -> None:
        self._hot = hot
        self._stage = stage
        self._grid = grid
        self._clock = clock

    def run(self, everything: bool = False) -> Compacted:
        """Everything: leave nothing to carry on, however few samples a tag has."""
        upto, blocks = self._load()
        least = 1 if everything else self._least(blocks)
        made, carried, touched = list[Chunk](), list[Block](), set[int]()
        for block in _bands(blocks):
            edges, partition = self._groups(block)
            worth = self._closed(partition) | (np.diff(edges) >= least)
            kept = np.repeat(worth, np.diff(edges))
            carried.append(block.take(np.flatnonzero(~kept)))
            made += packing.together(*_only(block, edges, worth, kept))
            touched.update(np.unique(partition[worth]).tolist())
        samples = sum(len(block) for block in blocks)
        return self._put(upto, samples, made, join_blocks(carried), sorted(touched)) if samples else Compacted(0, 0)

    def _put(self, upto: int, samples: int, made: list[Chunk], carried: Block, touched: list[int]) -> Compacted:
        if len(carried):
            self._hot.submit(lambda connection: insert(connection, carried, upto)).result()
        self._stage.submit(lambda connection: self._seal(connection, made, touched, upto)).result()
        self._hot.submit(lambda connection: _forget(connection, upto)).result()
        return Compacted(samples - len(carried), len(carried), frozenset(touched))

    def _load(self) -> tuple[int, list[Block]]:
        """Everything flushed, in the order it came, and the last id of it."""
        with reading(self._hot.path) as connection:
            order = "SELECT id FROM batch ORDER BY coalesce(covers, id), covers IS NULL"
            ids = [id_ for (id_,) in connection.execute(order).fetchall()]
            blocks = [self._open(id_, *connection.execute(_BLOB, (id_,)).fetchone()) for id_ in ids]
        return max(ids, default=0), blocks

    def _open(self, id_: int, blob: bytes) -> Block:
        try:
            return batch.decode(blob)
        except Damaged as error:
            aside = self._hot.path.with_name(f"damaged-batch-{id_}.bin")
            aside.write_bytes(blob)
            log.error("%s: row %d is damaged and put aside as %s. %s", self._hot.path, id_, aside.name, error)
            return empty_block()

    def _groups(self, block: Block) -> tuple[NDArray[np.intp], NDArray[np.int64]]:
        """Where the rows of one tag in one partition begin and end, and each one's partition."""
        start = self._starts(block.time)
        turn = (block.slot[1:] != block.slot[:-1]) | (start[1:] != start[:-1])
        edges = np.concatenate(([0], np.flatnonzero(turn) + 1, [len(block)]))
        return edges, start[edges[:-1]]

    def _closed(self, partition: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Of which nothing is carried on."""
        return partition + (self._grid.length + GRACE) <= self._clock.now()

    def _least(self, blocks: list[Block]) -> int:
        """From how many samples on a group becomes a chunk of its own."""
        counts = self._open_counts(blocks)
        least = LEAST
        while least > 1 and counts[counts < least].sum() > CARRY:
            least //= 2
        return least

    def _open_counts(self, blocks: list[Block]) -> NDArray[np.int64]:
        """Samples of each tag in each partition that is not closed."""
        width = 1 + max((int(block.slot[-1]) for block in blocks if len(block)), default=0)
        counts: dict[int, NDArray[np.int64]] = {}
        for block in blocks:
            for partition, slots in self._by_partition(block):
                found = np.bincount(slots, minlength=width)
                counts[partition] = counts.get(partition, 0) + found
        return np.concatenate([np.zeros(0, np.int64), *counts.values()])

    def _by_partition(self, block: Block) -> Iterator[tuple[int, Slots]]:
        """The slots of its samples in each partition that is not closed; most blocks lie in one."""
        ends = self._starts(np.array([block.time.min(), block.time.max()])) if len(block) else np.zeros(0, np.int64)
        if not len(ends) or self._closed(ends).all():
            return
        if ends[0] == ends[1]:
            yield int(ends[0]), block.slot
            return
        start = self._starts(block.time)
        for partition in np.unique(start[~self._closed(start)]).tolist():
            yield partition, block.slot[start == partition]

    def _starts(self, time: Times) -> Times:
        """Of the partitions some times lie in."""
        return (time - 1) // self._grid.length * self._grid.length

    def _seal(self, connection: Connection, made: list[Chunk], touched: list[int], upto: int) -> None:
        chunks.write(connection, made)
        put(connection, "sealed", upto)
        touch(connection, touched, self._clock.now())


def _bands(blocks: list[Block]) -> Iterator[Block]:
    """All of them, some neighbouring slots at a time, sorted by slot and time.

    What is sorted and coded at a time stays in the processor's cache, and memory is needed once, not four times.
    """
    blocks = [block.by_slot() for block in blocks if len(block)]
    samples = sum(len(block) for block in blocks)
    if not samples:
        return
    slots = np.concatenate([block.slot[:: max(1, len(block) // 1024)] for block in blocks])
    bounds = np.quantile(slots, np.linspace(0, 1, samples // BAND + 2)[1:-1], method="lower")
    cuts = [np.concatenate(([0], np.searchsorted(block.slot, np.unique(bounds)), [len(block)])) for block in blocks]
    for band in range(len(cuts[0]) - 1):
        pieces = [block.take(slice(*cut[band : band + 2].tolist())) for block, cut in zip(blocks, cuts, strict=True)]
        if any(len(piece) for piece in pieces):
            yield join_blocks([piece for piece in pieces if len(piece)]).by_slot_and_time()


def _only(
    block: Block, edges: NDArray[np.intp], worth: NDArray[np.bool_], kept: NDArray[np.bool_]
) -> tuple[Block, NDArray[np.intp]]:
    """The groups that are worth it, with edges of their own."""
    if worth.all():
        return block, edges
    return block.take(np.flatnonzero(kept)), np.concatenate(([0], np.cumsum(np.diff(edges)[worth])))


def touch(connection: Connection, starts: list[int], now: int) -> None:
    """Note in stage.db that these partitions have something to merge."""
    connection.executemany("INSERT OR REPLACE INTO pending(t0, touched) VALUES (?, ?)", [(t, now) for t in starts])


def insert(connection: Connection, block: Block, covers: int | None = None) -> None:
    """A row of hot.db; `block` is not empty."""
    times = int(block.time.min()), int(block.time.max())
    connection.execute(
        "INSERT INTO batch(t0, t1, n, covers, data) VALUES (?, ?, ?, ?, ?)",
        (*times, len(block), covers, batch.encode(block)),
    )


def _forget(connection: Connection, upto: int) -> None:
    connection.execute("DELETE FROM batch WHERE id <= ?", (upto,))


def repair(hot: Writer, stage: Writer) -> int:
    """Remove the rows of hot.db that a killed compaction left and that do not count; their samples are elsewhere."""
    sealed = stage.submit(lambda connection: get(connection, "sealed")).result()

    def work(connection: Connection) -> int:
        removed = connection.execute("DELETE FROM batch WHERE covers > ?", (sealed,)).rowcount
        return removed + connection.execute("DELETE FROM batch WHERE id <= ?", (sealed,)).rowcount

    return hot.submit(work).result()
