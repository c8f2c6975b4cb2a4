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
from supervisor.historian import batch, chunks
from supervisor.historian.chunks import Chunk
from supervisor.historian.codec import Damaged
from supervisor.historian.files import Grid, get, put
from supervisor.historian.samples import Block, empty_block, join_blocks

LEAST = 64
"""Samples worth a chunk of their own; fewer are carried on until more have come."""
CARRY = 1_000_000
"""At most so many samples are carried on: they are written anew at every compaction."""
GRACE = 120 * SECOND
"""A partition is closed this long after its end: by then the ordinary road has brought what it will."""

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
        upto, block = self._load()
        if not len(block):
            return Compacted(0, 0)
        block = block.by_slot_and_time()
        edges, partition = self._groups(block)
        worth = self._worth(np.diff(edges), partition, everything)
        carried = block.take(np.repeat(~worth, np.diff(edges)))
        if len(carried):
            self._hot.submit(lambda connection: insert(connection, carried, upto)).result()
        made = list(_chunks(block, edges, worth))
        touched = np.unique(partition[worth]).tolist()
        self._stage.submit(lambda connection: self._seal(connection, made, touched, upto)).result()
        self._hot.submit(lambda connection: _forget(connection, upto)).result()
        return Compacted(len(block) - len(carried), len(carried), frozenset(touched))

    def _load(self) -> tuple[int, Block]:
        """Everything flushed, in the order it came, and the last id of it."""
        with reading(self._hot.path) as connection:
            rows = connection.execute(
                "SELECT id, data FROM batch ORDER BY coalesce(covers, id), covers IS NULL"
            ).fetchall()
        blocks = [self._open(id_, blob) for id_, blob in rows]
        return max((id_ for id_, _ in rows), default=0), join_blocks(blocks)

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
        start = (block.time - 1) // self._grid.length * self._grid.length
        turn = (block.slot[1:] != block.slot[:-1]) | (start[1:] != start[:-1])
        edges = np.concatenate(([0], np.flatnonzero(turn) + 1, [len(block)]))
        return edges, start[edges[:-1]]

    def _worth(self, count: NDArray[np.intp], partition: NDArray[np.int64], everything: bool) -> NDArray[np.bool_]:
        """Which groups become chunks: big ones, and all of a closed partition."""
        closed = partition + self._grid.length + GRACE <= self._clock.now()
        least = LEAST
        while least > 1 and count[(count < least) & ~closed].sum() > CARRY:
            least //= 2
        return closed | (count >= (1 if everything else least))

    def _seal(self, connection: Connection, made: list[Chunk], touched: list[int], upto: int) -> None:
        chunks.write(connection, made)
        put(connection, "sealed", upto)
        touch(connection, touched, self._clock.now())


def _chunks(block: Block, edges: NDArray[np.intp], worth: NDArray[np.bool_]) -> Iterator[Chunk]:
    for low, high in zip(edges[:-1][worth].tolist(), edges[1:][worth].tolist(), strict=True):
        yield from chunks.cut(int(block.slot[low]), block.samples(low, high))


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
