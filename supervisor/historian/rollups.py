"""Rollups: what a tag did in each ten minutes, hour and day, in a few numbers that add up.

    n             samples in the bucket, good or not
    low, high     of the good values in force at some moment of it, the one carried in included; NaN where none was
    mean          over the good time alone, each value weighing as long as it was in force
    good          ns of it with a good value in force
    first, last   value of its first and last sample; NaN where bad or none
    worst         worst quality in force

A bucket is start < t <= start + level on the UTC grid; days and months of a time zone are put together from hours.
Bad and missing time is left out of the mean instead of counting as zero. Weights are `good`, so that means combine.
"""

from __future__ import annotations

import logging
import struct
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from supervisor.clock import SECOND
from supervisor.database import Connection
from supervisor.errors import StoreError
from supervisor.flow import Qualities, Times, Values
from supervisor.historian import codec
from supervisor.historian.samples import Samples, Span
from supervisor.model import BAD, Quality

LEVELS = (600 * SECOND, 3600 * SECOND, 86_400 * SECOND)
"""Ten minutes, an hour and a day of UTC."""
FINE = 60 * SECOND
"""A minute, kept only of tags with more than a sample a second: of others it would cost 0.7 B a sample for nothing."""
SPARSE = 2
"""Samples to a ten-minute bucket below which there are none."""
_BLOCK = {FINE: 1440, LEVELS[0]: 1152, LEVELS[1]: 1536, LEVELS[2]: 366}
"""Buckets to a row of rollup.db, by level: a day, 8 days, 64 days, a year."""

log = logging.getLogger(__name__)

VERSION = 2
_HEADER = struct.Struct("<BI")
_LENGTH = struct.Struct("<BI")
_WHOLE = ("n", "good", "worst")
_SHOWN = ("low", "high", "first", "last")
"""Columns that are coded as one: decimals where the values are, and one call of the codec instead of four."""


@dataclass(slots=True)
class Rows:
    """Buckets of one tag, oldest first; see the module for what the columns mean."""

    start: Times
    n: NDArray[np.int64]
    low: Values
    high: Values
    mean: Values
    good: NDArray[np.int64]
    first: Values
    last: Values
    worst: Qualities

    def __len__(self) -> int:
        return len(self.start)

    def take(self, positions: slice | NDArray[Any]) -> Rows:
        return Rows(*(getattr(self, field.name)[positions] for field in fields(self)))


@dataclass(frozen=True, slots=True)
class Carried:
    """The sample in force when a span begins."""

    value: float
    quality: int

    @property
    def good(self) -> bool:
        return self.quality < BAD and bool(np.isfinite(self.value))


NOTHING = Carried(float("nan"), Quality.GOOD)
"""Before the first sample: no value, and nothing bad to report either."""


def believable(samples: Samples) -> NDArray[np.bool_]:
    """Which samples have a value to reckon with."""
    return (samples.quality < BAD) & np.isfinite(samples.value)


def reduce(samples: Samples, edges: Times, carried: Carried) -> Rows:
    """The buckets between consecutive `edges`, every one of them. `samples` are ordered and lie within the edges."""
    start, end = edges[:-1], edges[1:]
    cut = np.searchsorted(samples.time, edges, "right")
    low, high = cut[:-1], cut[1:]
    good = believable(samples)
    ahead = _ahead(samples, good, cut, start, end, carried)
    inside = _inside(samples, good, low, high, end)
    weight = ahead.good + inside.good
    with np.errstate(all="ignore"):
        mean = (ahead.mean * ahead.good + inside.mean * inside.good) / weight
    least, most = np.fmin(ahead.low, inside.low), np.fmax(ahead.high, inside.high)
    mean[np.isnan(mean)] = 0.0  # of values whose sum is beyond a float; what comes out lies within low and high
    mean = np.where(weight > 0, np.clip(mean, least, most), np.nan)
    worst = np.maximum(ahead.worst, inside.worst)
    return Rows(start, inside.n, least, most, mean, weight, inside.first, inside.last, worst)


def _ahead(
    samples: Samples, good: NDArray[np.bool_], cut: NDArray[np.intp], start: Times, end: Times, carried: Carried
) -> Rows:
    """Each bucket from its start to its first sample: the value carried in rules there."""
    at = cut[:-1]
    length = np.minimum(_picked(samples.time, at, end[-1]), end) - start
    values = _picked(samples.value, at - 1, carried.value)
    ruling = _picked(good, at - 1, carried.good) & (length > 0)
    quality = np.where(length > 0, _picked(samples.quality, at - 1, carried.quality), 0)
    value = np.where(ruling, values, np.nan)
    none = np.zeros(len(start), np.int64)
    shown = np.where(ruling, values, 0.0)
    return Rows(start, none, value, value, shown, np.where(ruling, length, 0), value, value, quality.astype(np.uint8))


def _picked(column: NDArray[Any], positions: NDArray[np.intp], otherwise: float) -> NDArray[Any]:
    """What stands at each position, `otherwise` before the first and after the last one."""
    picked = np.full(len(positions), otherwise, column.dtype)
    there = (positions >= 0) & (positions < len(column))
    picked[there] = column[positions[there]]
    return picked


def _inside(
    samples: Samples, good: NDArray[np.bool_], low: NDArray[np.intp], high: NDArray[np.intp], end: Times
) -> Rows:
    """Each bucket from its first sample on."""
    rows = _blank(end)
    rows.n = (high - low).astype(np.int64)
    filled = np.flatnonzero(high > low)
    if not len(filled):
        return rows
    at, last = low[filled], high[filled] - 1
    length = np.empty(len(samples), np.int64)
    np.subtract(samples.time[1:], samples.time[:-1], out=length[:-1])
    length[last] = end[filled] - samples.time[last]
    value = shown = samples.value
    if not good.all():
        length[~good] = 0
        value, shown = np.where(good, value, 0.0), np.where(good, value, np.nan)
    weight = np.add.reduceat(length, at)
    with np.errstate(all="ignore"):
        rows.mean[filled] = np.add.reduceat(value * (length / SECOND), at) / (weight / SECOND)
    rows.mean[~(rows.mean == rows.mean)] = 0.0
    rows.good[filled] = weight
    rows.low[filled], rows.high[filled] = np.fmin.reduceat(shown, at), np.fmax.reduceat(shown, at)
    rows.first[filled], rows.last[filled] = shown[at], shown[last]
    rows.worst[filled] = np.maximum.reduceat(samples.quality, at)
    return rows


def _blank(start: Times) -> Rows:
    n = len(start)
    nan = [np.full(n, np.nan) for _ in range(4)]
    whole = [np.zeros(n, np.int64) for _ in range(2)]
    return Rows(start, whole[0], nan[0], nan[1], np.zeros(n), whole[1], nan[2], nan[3], np.zeros(n, np.uint8))


def fold(rows: Rows, edges: Times) -> Rows:
    """Buckets into wider ones: each goes whole to the one its start lies in. Those that stay empty are left out."""
    if not len(rows):
        return rows
    rows = rows.take(np.argsort(rows.start, kind="stable"))
    column = np.searchsorted(edges, rows.start, "right") - 1
    at = np.concatenate(([0], np.flatnonzero(np.diff(column)) + 1))
    first, last = _outermost(rows.n > 0, at)
    good = np.add.reduceat(rows.good, at)
    with np.errstate(all="ignore"):
        sums = np.add.reduceat(np.where(rows.good > 0, rows.mean, 0.0) * (rows.good / SECOND), at)
        mean = sums / (good / SECOND)
    low, high = np.fmin.reduceat(rows.low, at), np.fmax.reduceat(rows.high, at)
    return Rows(
        edges[column[at]],
        np.add.reduceat(rows.n, at),
        low,
        high,
        np.where(good > 0, np.clip(mean, low, high), np.nan),
        good,
        rows.first[first],
        rows.last[last],
        np.maximum.reduceat(rows.worst, at),
    )


def _outermost(filled: NDArray[np.bool_], at: NDArray[np.intp]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Of each group of rows from one of `at` to the next, the first and the last that has samples, or its ends."""
    place, n = np.arange(len(filled)), len(filled)
    first = np.minimum.reduceat(np.where(filled, place, n), at)
    last = np.maximum.reduceat(np.where(filled, place, -1), at)
    return np.where(first < n, first, at), np.where(last >= 0, last, np.append(at[1:], n) - 1)


def grid(span: Span, level: int) -> Times:
    """The edges of the buckets of a span whose ends lie on the level's grid."""
    return np.arange(span[0], span[1] + 1, level, dtype=np.int64)


def summarise(whole: Samples, span: Span, carried: Carried) -> dict[int, Rows]:
    """Level -> the buckets of the span in which there was a sample or a good value.

    Without ten-minute buckets where they would be no fewer than half the samples: the samples are read as fast. A level
    wider than the span has none: readers take the next one.
    """
    rows = reduce(whole, grid(span, LEVELS[0]), carried)
    rows = rows.take(np.flatnonzero((rows.n > 0) | (rows.good > 0)))
    result = {level: fold(rows, grid(span, level)) for level in LEVELS[1:] if (span[1] - span[0]) % level == 0}
    sparse = result and len(whole) < SPARSE * len(rows)
    fast = len(whole) > (span[1] - span[0]) // SECOND
    fine = reduce(whole, grid(span, FINE), carried) if fast else rows.take(slice(0, 0))
    return {FINE: fine, LEVELS[0]: rows.take(slice(0, 0)) if sparse else rows, **result}


def encode(rows: Rows) -> bytes:
    """Rows as a sealed blob."""
    whole = np.concatenate([getattr(rows, name).astype(np.int64) for name in _WHOLE])
    parts = [_HEADER.pack(VERSION, len(rows))]
    for kind, blob in (
        (codec.WHOLE, codec.pack(rows.start // FINE)),
        (codec.WHOLE, codec.pack(whole)),
        codec.encode_values(np.concatenate([getattr(rows, name) for name in _SHOWN])),
        codec.encode_values(rows.mean),
    ):
        parts += (_LENGTH.pack(kind, len(blob)), blob)
    return codec.seal(b"".join(parts))


def decode(blob: bytes) -> Rows:
    """The rows of a blob; Damaged where the CRC says so."""
    body = codec.unseal(blob)
    version, n = _HEADER.unpack_from(body)
    if not 1 <= version <= VERSION:
        raise StoreError(f"Rollups of format {version}: written by a newer Vigie.")
    unit = FINE if version > 1 else LEVELS[0]
    pieces, at = [], _HEADER.size
    while at < len(body):
        kind, length = _LENGTH.unpack_from(body, at)
        at += _LENGTH.size
        pieces.append((kind, body[at : at + length]))
        at += length
    start, (n_, good, worst) = codec.unpack(pieces[0][1]), codec.unpack(pieces[1][1]).reshape(3, -1)
    low, high, first, last = codec.decode_values(pieces[2][1], pieces[2][0], 4 * n).reshape(4, -1)
    mean = codec.decode_values(pieces[3][1], pieces[3][0], n)
    return Rows(start * unit, n_, low, high, mean, good, first, last, worst.astype(np.uint8))


def block_length(level: int) -> int:
    """ns of a row of rollup.db."""
    return level * _BLOCK[level]


def store(connection: Connection, slot: int, level: int, rows: Rows, span: Span) -> None:
    """Put `rows` in the place of whatever the span held; to do it twice changes nothing."""
    length = block_length(level)
    for block in range(span[0] // length * length, span[1], length):
        fresh = rows.take(slice(*np.searchsorted(rows.start, (block, block + length)).tolist()))
        old = connection.execute(
            "SELECT data FROM rollup WHERE tag = ? AND level = ? AND t0 = ?", (slot, level, block)
        ).fetchone()
        if old is not None:
            fresh = _spliced(_readable(old[0], slot, level, block), fresh, span)
        if len(fresh):
            connection.execute(
                "INSERT INTO rollup(tag, level, t0, data) VALUES (?, ?, ?, ?)"
                " ON CONFLICT(tag, level, t0) DO UPDATE SET data = excluded.data",
                (slot, level, block, encode(fresh)),
            )
        elif old is not None:  # too few by now to be worth it: what stood would be taken for all there is
            connection.execute("DELETE FROM rollup WHERE tag = ? AND level = ? AND t0 = ?", (slot, level, block))


def _readable(blob: bytes, slot: int, level: int, start: int) -> Rows:
    """The rows of a blob, none of one that is damaged: what it stood for is read from the samples."""
    try:
        return decode(blob)
    except codec.Damaged as error:
        log.error("The rollups of slot %d, %d s, from %d ns are damaged. %s", slot, level // SECOND, start, error)
        return join([])


def _spliced(old: Rows, fresh: Rows, span: Span) -> Rows:
    low, high = np.searchsorted(old.start, span).tolist()
    return join([old.take(slice(0, low)), fresh, old.take(slice(high, None))])


def load(connection: Connection, slot: int, level: int, span: Span) -> Rows:
    """The buckets kept that lie within a span on the level's grid."""
    length = block_length(level)
    blobs = connection.execute(
        "SELECT t0, data FROM rollup WHERE tag = ? AND level = ? AND t0 >= ? AND t0 < ? ORDER BY t0",
        (slot, level, span[0] // length * length, span[1]),
    ).fetchall()
    pieces = [_readable(blob, slot, level, start) for start, blob in blobs]
    rows = join(pieces)
    return rows.take(slice(*np.searchsorted(rows.start, span).tolist()))


def join(pieces: list[Rows]) -> Rows:
    """One after the other."""
    if not pieces:
        return _blank(np.empty(0, np.int64))
    return Rows(*(np.concatenate([getattr(piece, field.name) for piece in pieces]) for field in fields(Rows)))
