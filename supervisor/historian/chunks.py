"""Chunks of one tag in a file: the same tables in stage.db and in every partition, written and read alike."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from operator import itemgetter

from supervisor.database import Connection
from supervisor.historian import codec, rollups
from supervisor.historian.codec import Damaged
from supervisor.historian.samples import NONE, Samples, Span, renumber, room, samples

FULL = 16_384
"""Samples to a chunk: a smaller one pays more for its row and its tables, a larger one no longer gains."""

log = logging.getLogger(__name__)

Row = tuple[int, int, int, int, float | None, float | None, float | None, float | None, int]
"""A row of the table `chunk` but for its blob_id."""
Merged = Callable[[int, int], bool]
"""Whether a partition holds the chunk of stage.db with this t0 and blob_id."""


@dataclass(slots=True)
class Chunk:
    """What is written."""

    row: Row
    blob: bytes


def cut(slot: int, whole: Samples) -> Iterator[Chunk]:
    """The samples of a tag, ordered, as chunks of nearly equal size."""
    count = -(-len(whole) // FULL)
    edges = [len(whole) * i // count for i in range(count + 1)] if count else []
    for low, high in pairwise(edges):
        piece = whole.take(slice(low, high))
        yield Chunk(row(slot, piece), codec.encode(piece))


def row(slot: int, piece: Samples) -> Row:
    """What stands beside a chunk of these samples."""
    times = int(piece.time[0]), int(piece.time[-1]), len(piece)
    worst = int(piece.quality.max())
    if piece.words:
        return slot, *times, None, None, None, None, worst
    good = piece.value[rollups.believable(piece)]
    low, high = (float(good.min()), float(good.max())) if len(good) else (None, None)
    return slot, *times, low, high, float(piece.value[0]), float(piece.value[-1]), worst


def write(connection: Connection, chunks: Iterable[Chunk]) -> None:
    """Append chunks; their blob ids are higher than any the file ever had."""
    row = connection.execute("SELECT seq FROM sqlite_sequence WHERE name = 'blob'").fetchone()
    listed = list(enumerate(chunks, (row[0] if row else 0) + 1))
    connection.executemany("INSERT INTO blob(id, data) VALUES (?, ?)", [(id_, chunk.blob) for id_, chunk in listed])
    connection.executemany(
        "INSERT INTO chunk VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", [(*chunk.row, id_) for id_, chunk in listed]
    )


@dataclass(frozen=True, slots=True)
class Stored:
    """A chunk as a file has it, not decoded yet."""

    blob: bytes
    slot: int
    span: Span
    """Times of its first and its last sample."""
    n: int
    name: str
    """Of the file."""


def fetch(connection: Connection, slot: int, span: Span, name: str, merged: Merged | None = None) -> list[Stored]:
    """The chunks that reach into a span, as they are, in the order they were written: of equal times in two of them
    the later one rules, wherever its chunk begins. `merged` leaves out those that a partition holds."""
    rows = connection.execute(
        "SELECT chunk.t0, chunk.t1, n, blob_id, data FROM chunk JOIN blob ON blob.id = blob_id"
        " WHERE tag = ? AND t0 <= ? AND t1 > ?",
        (slot, span[1], span[0]),
    ).fetchall()
    return [
        Stored(blob, slot, (t0, t1), n, name)
        for t0, t1, n, blob_id, blob in sorted(rows, key=itemgetter(3))
        if merged is None or not merged(t0, blob_id)
    ]


def decoded(stored: Iterable[Stored]) -> Samples:
    """The samples of chunks one after the other; of one that the disk gave back otherwise none, and its span."""
    packed, damaged = list[codec.Packed](), list[Span]()
    for one in stored:
        try:
            packed.append(codec.Packed(one.blob))
        except Damaged as error:
            log.error("%s: the chunk of slot %d from %d to %d ns is damaged. %s", one.name, one.slot, *one.span, error)
            damaged.append((one.span[0] - 1, one.span[1]))
    whole, at, words = room(sum(one.n for one in packed)), 0, dict[str, int]()
    for chunk in packed:
        if own := chunk.fill(whole, at):
            value = whole.value[at : at + chunk.n]
            value[:] = renumber(value, own, words)
        at += chunk.n
    whole.words, whole.damaged = tuple(words), tuple(damaged)
    return whole


def read(connection: Connection, slot: int, span: Span, name: str, merged: Merged | None = None) -> Samples:
    """The samples of every chunk that reaches into a span, chunk after chunk; more than the span, and not ordered."""
    return decoded(fetch(connection, slot, span, name, merged))


def last(
    connection: Connection, slot: int, span: Span, name: str, merged: Merged | None = None, whole: bool = False
) -> Samples:
    """The last sample of the span, or none; of equal times the last written. Its arrival is right only if `whole`.
    Where it is in a chunk that is damaged, a bad one stands for it."""
    best, reached, writing = NONE, span[0], sys.maxsize
    # chunks rarely overlap, so the first of this walk nearly always ends it
    for t0, t1, value, worst, blob_id in connection.execute(
        "SELECT t0, t1, vlast, qworst, blob_id FROM chunk WHERE tag = ? AND t0 <= ? AND t1 > ?"
        " ORDER BY t0 DESC, blob_id DESC",
        (slot, span[1], span[0]),
    ).fetchall():
        after = reached - (blob_id > writing)  # written later, it rules at the same time too
        if t1 <= after or (merged is not None and merged(t0, blob_id)):
            continue
        if not whole and t1 <= span[1] and worst == 0 and value is not None:
            found = samples([t1], [value])  # from the row alone: every sample of the chunk is good
        else:
            blob = connection.execute("SELECT data FROM blob WHERE id = ?", (blob_id,)).fetchone()[0]
            found = decoded([Stored(blob, slot, (t0, t1), 0, name)]).within(after, span[1])
            found = found.interrupted((after, span[1]))
        if len(found):
            best = found.last()
            reached, writing = int(best.time[0]), blob_id
    return best
