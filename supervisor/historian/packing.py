"""Packing: chunks of many tags made together, as compaction needs them by the ten thousand.

`codec.encode` asks a dozen questions of each column, whether it is constant, decimal, whole seconds, and for two
hundred samples the asking costs more than the coding. Here every question is asked of the rows of all tags at once,
and what is left for each chunk is two calls of the codec. What comes out are ordinary chunks.

Those that are out of the ordinary (bad samples, texts, few samples, very many) are made one by one as ever.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from pcodec import ChunkConfig, DeltaSpec, ModeSpec, standalone

from supervisor.flow import Times, Values
from supervisor.historian import chunks, codec
from supervisor.historian.chunks import Chunk
from supervisor.historian.samples import Block
from supervisor.model import BAD

LOOKED_AT = 8
"""Values of a group by which is guessed how many decimals all of them have; the guess is then verified."""
_ULPS = 16 * np.finfo(np.float64).eps
"""So far off a decimal, relatively, is what a scale or two has been applied to."""
_SCALES = 10.0 ** np.arange(codec.MOST_DECIMALS + 1)
_LEVEL = 2
"""Of compression: half the time of the usual one, and a hundredth larger; a merge codes all of it again."""
_STEPS, _PLAINLY = DeltaSpec.try_consecutive(1), ModeSpec.classic()
_WHOLE = ChunkConfig(compression_level=_LEVEL, delta_spec=_STEPS, mode_spec=_PLAINLY)
_SINGLE = ChunkConfig(compression_level=_LEVEL, delta_spec=DeltaSpec.no_op(), mode_spec=_PLAINLY)
_NEAR = [
    ChunkConfig(compression_level=_LEVEL, delta_spec=_STEPS, mode_spec=ModeSpec.try_float_mult(1 / scale))
    for scale in _SCALES.tolist()
]
"""By decimals: what pco finds for such values by itself, in five times the time."""
_NONE = -1

_Groups = NDArray[np.intp]
_Marks = NDArray[np.bool_]


def together(block: Block, edges: _Groups) -> Iterator[Chunk]:
    """The chunks of rows sorted by slot and time; a group from one of `edges` to the next is of one slot."""
    if len(edges) < 2:
        return
    sheet = _Sheet.of(block, edges)
    for group, ordinary in enumerate(sheet.ordinary.tolist()):
        if ordinary:
            yield sheet.chunk(group)
        else:
            low, high = edges[group : group + 2].tolist()
            yield from chunks.cut(int(block.slot[low]), block.samples(low, high))


@dataclass(slots=True)
class _Sheet:
    """What is known of each group, and the columns as they are coded."""

    block: Block
    edges: list[int]
    ordinary: _Marks
    rows: list[chunks.Row]
    exponents: list[int]
    counts: Times
    """Source times in units of the exponent of their group."""
    constant_lags: list[bool]
    constants: list[bool]
    booleans: list[bool]
    """Which may be some: the codec looks."""
    decimals: list[int]
    """`_NONE` where the values are no decimals."""
    nearly: list[int]
    singles: list[bool]
    whole: NDArray[np.int64]
    """Of decimals: the numbers without their point."""

    @classmethod
    def of(cls, block: Block, edges: _Groups) -> _Sheet:
        at, last = edges[:-1], edges[1:] - 1
        n, worst = np.diff(edges), np.maximum.reduceat(block.quality, at)
        low, high = np.minimum.reduceat(block.value, at), np.maximum.reduceat(block.value, at)
        ordinary = (np.minimum.reduceat(block.quality, at) == worst) & (worst < BAD)
        ordinary &= np.isfinite(low) & np.isfinite(high) & ~np.isin(block.slot[at], block.text_slots)
        ordinary &= (n >= codec.FEW) & (n < codec.MANY)
        columns = (block.slot[at], block.time[at], block.time[last], n, low, high)
        ends = (block.value[at], block.value[last], worst)
        rows = list(zip(*(column.tolist() for column in (*columns, *ends)), strict=True))
        exponents, counts = _exponents(block.time, at, n)
        lags = np.minimum.reduceat(block.lag, at) == np.maximum.reduceat(block.lag, at)
        constants, booleans = _constant(block.value, at).tolist(), ((low == 0) & (high == 1)).tolist()
        values = _values(block.value, at, n, np.maximum(-low, high))
        return cls(
            block, edges.tolist(), ordinary, rows, exponents, counts, lags.tolist(), constants, booleans, *values
        )

    def chunk(self, group: int) -> Chunk:
        """An ordinary one."""
        low, high = self.edges[group], self.edges[group + 1]
        times = standalone.simple_compress(self.counts[low:high], _WHOLE)
        kind, values = self._values(group, low, high)
        row, lag = self.rows[group], self.block.lag[low:high]
        header = codec.HEADER.pack(
            codec.VERSION, self.exponents[group], kind, 0, row[3], row[1], row[2], len(times), len(values)
        )
        if self.constant_lags[group]:
            lags = codec.constant_lag(int(lag[0]))
        else:
            lags = b"\1" + standalone.simple_compress(lag, _WHOLE)
        return Chunk(row, codec.seal(b"".join((header, times, values, bytes((row[8],)), lags))))

    def _values(self, group: int, low: int, high: int) -> tuple[int, bytes]:
        """As `codec.encode_values`, which is asked where nothing here is known of them."""
        value = self.block.value[low:high]
        if self.constants[group]:
            return codec.CONSTANT, value[:1].tobytes()
        if self.booleans[group]:
            return codec.encode_values(value)
        decimals, nearly = self.decimals[group], self.nearly[group]
        if decimals != _NONE:
            kind = codec.DECIMAL + decimals if decimals else codec.WHOLE
            return kind, standalone.simple_compress(self.whole[low:high], _WHOLE)
        if self.singles[group]:
            return codec.SINGLE, standalone.simple_compress(value.astype(np.float32), _SINGLE)
        if nearly != _NONE:
            return codec.FLOAT, standalone.simple_compress(value, _NEAR[nearly])
        return codec.encode_values(value)


def _exponents(time: Times, at: _Groups, n: NDArray[np.intp]) -> tuple[list[int], Times]:
    """Of each group the power of a thousand its times are multiples of, and all times in those units."""
    exponent = np.zeros(len(at), np.int64)
    for _ in range(3):
        fewer = time // 1000
        whole = np.logical_and.reduceat(fewer * 1000 == time, at)
        if not whole.any():
            break
        exponent[whole] += 3
        time = fewer if whole.all() else np.where(np.repeat(whole, n), fewer, time)
    return exponent.tolist(), time


def _constant(value: Values, at: _Groups) -> _Marks:
    bits = value.view(np.int64)
    constant: _Marks = np.minimum.reduceat(bits, at) == np.maximum.reduceat(bits, at)
    return constant


def _values(
    value: Values, at: _Groups, n: NDArray[np.intp], most: Values
) -> tuple[list[int], list[int], list[bool], NDArray[np.int64]]:
    """Which groups are decimals, nearly decimals, exact in single precision; and decimals without their point."""
    exactly, nearly = _guess(value[at[:, None] + (n[:, None] - 1) * np.arange(LOOKED_AT) // (LOOKED_AT - 1)])
    singles = np.zeros(len(at), np.bool_)
    with np.errstate(all="ignore"):
        exactly[~(most * _SCALES[exactly] < codec.EXACT)] = _NONE
        scale = np.repeat(_SCALES[exactly], n)
        whole = np.rint(value * scale).astype(np.int64)
        exactly[~_same(whole / scale, value, at)] = _NONE
        if (exactly == _NONE).any():
            singles = _same(value.astype(np.float32).astype(np.float64), value, at) & (exactly == _NONE)
    return exactly.tolist(), nearly.tolist(), singles.tolist(), whole


def _same(one: Values, other: Values, at: _Groups) -> _Marks:
    """Of which groups every bit is the same."""
    same: _Marks = np.logical_and.reduceat(one.view(np.int64) == other.view(np.int64), at)
    return same


def _guess(some: Values) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """By some values of each group: the fewest decimals that are exact, and that are nearly so; `_NONE` for more."""
    exactly, nearly = np.full(len(some), _NONE), np.full(len(some), _NONE)
    with np.errstate(all="ignore"):
        for decimals in range(codec.MOST_DECIMALS, -1, -1):
            scale = _SCALES[decimals]
            scaled = np.rint(some * scale)
            exactly[(scaled / scale == some).all(1)] = decimals
            nearly[(np.abs(some * scale - scaled) <= _ULPS * np.abs(scaled)).all(1)] = decimals
    return exactly, nearly
