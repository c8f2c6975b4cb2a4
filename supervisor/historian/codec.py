"""Columns to bytes and back, bit for bit. Every blob ends in the CRC32 of all before it.

    chunk of one tag    <BBBBIqqII: version, time codec, value kind, quality kind, n, t0, t1, bytes of times, of values
                        | times | values | quality | lag kind, lag | CRC32

    time codec   e (0, 3, 6, 9): pco of t / 10^e ns, delta of order 1      128 + e: zlib of the deltas
                 64 + e: 8 bytes of phase, then pco of t / 10^e ns - phase as a multiple of the poll interval and a rest
    value kind   0 f64 · 1 f64 that are exact f32 · 2 one value · 16 + k decimals: rint(v * 10^k) · 32 whole numbers
                 33 booleans, 8 to a byte · 34 texts: words and their codes      128: zlib of the f64
    quality kind 0 one byte · 1 runs · 2 runs, zlib       + 128: the values of bad samples are NaN and left out
    lag kind     0 one number · 1 pco · 2 nothing: no lag at all

    version      1, without time codec 64 and lag kind 2 · 2

pco itself has no checksum and decodes damaged bytes into plausible numbers: hence the CRC, checked before anything.
A kind is chosen only after its inverse gave back the same bits, so -0.0, NaN with a payload and infinities fall
through to kind 0. A kind or version is never given another meaning.
"""

from __future__ import annotations

import json
import struct
import zlib
from bisect import bisect_right
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pcodec import ChunkConfig, DeltaSpec, ModeSpec, standalone

from supervisor.errors import StoreError
from supervisor.flow import Times, Values
from supervisor.historian import runs
from supervisor.historian.samples import LAG_UNIT, Samples, room
from supervisor.model import BAD

VERSION = 2
FLOAT, SINGLE, CONSTANT, DECIMAL, WHOLE, BOOLEAN, TEXT = 0, 1, 2, 16, 32, 33, 34
PLAIN = 128
"""Added to a time codec or value kind: zlib instead of pco."""
POLLED = 64
"""Added to a time codec: the times lie on a grid, give or take; a tenth to a quarter of a byte a sample less."""
NAN_LEFT_OUT = 128
NO_LAG = 2
MOST_DECIMALS = 6

HEADER = struct.Struct("<BBBBIqqII")
_U32 = struct.Struct("<I")
_KIND = 2
"""Where the value kind stands in a chunk."""
_I64 = struct.Struct("<q")
DELTA = ChunkConfig(delta_spec=DeltaSpec.try_consecutive(1), mode_spec=ModeSpec.classic())
"""Naming the codec's choices spares it the search: 3 to 5 times faster on small chunks, and no larger."""
_AUTO = ChunkConfig()
_NICE = 100_000_000
"""Poll intervals are whole tenths of a second, ns."""
MANY = 4096
"""Fewer times are chunks that wait to be merged: to compare two ways of coding them is not worth the time."""
_TRIAL = 1024
"""Times on which the two ways to code them are compared."""
FEW = 64
"""Fewer times are tried with zlib too: pco's tables weigh more there."""
_NAN_BITS = np.array(np.nan).view(np.int64)
ONE_BITS = np.array(1.0).view(np.int64)
EXACT = float(1 << 53)

Last = tuple[int, float, int, str | None]
"""Source time, value, quality and text of one sample."""


class Damaged(StoreError):
    """The bytes read are not those written."""


def seal(body: bytes) -> bytes:
    """`body` with its CRC32."""
    return body + _U32.pack(zlib.crc32(body))


def unseal(blob: bytes) -> memoryview:
    """The body of a sealed blob; Damaged where a single bit of it is not as it was written."""
    if len(blob) < _U32.size:
        raise Damaged(f"A blob of {len(blob)} bytes is too short.")
    body = memoryview(blob)[: -_U32.size]
    if _U32.unpack_from(blob, len(body))[0] != zlib.crc32(body):
        raise Damaged(f"The checksum of a blob of {len(blob)} bytes is wrong.")
    return body


def encode(samples: Samples, plain: bool = False) -> bytes:
    """A chunk; `samples` are ordered and not empty. `plain` leaves out pco, 2.5 times the size."""
    bad = samples.quality >= BAD
    value, left_out = _without_bad(samples.value, bad)
    clock, times = _encode_times(samples.time, plain)
    kind, values = _encode_texts(value, samples.words) if samples.words else encode_values(value, plain)
    kept, quality = runs.encode(samples.quality)
    first, last = int(samples.time[0]), int(samples.time[-1])
    header = HEADER.pack(VERSION, clock, kind, kept | left_out, len(samples), first, last, len(times), len(values))
    return seal(b"".join((header, times, values, quality, _encode_lag(samples.lag))))


class Packed:
    """A chunk whose CRC was right, not decoded yet."""

    __slots__ = ("_body", "_header", "n")

    def __init__(self, blob: bytes) -> None:
        """Damaged where the CRC says so."""
        unseal(blob)
        self._body = blob[: -_U32.size]
        self._header = HEADER.unpack_from(blob)
        version = self._header[0]
        if not 1 <= version <= VERSION:
            raise StoreError(f"A chunk of format {version}: written by a newer Vigie.")
        self.n: int = self._header[4]

    def fill(self, into: Samples, at: int = 0) -> tuple[str, ...]:
        """Decode into `n` rows of columns, from a position on, whose lag is zero; the words, of a text tag.

        To decode a year into columns that are there takes half the time of putting a thousand small ones together:
        memory that is new costs more than the codec.
        """
        _, clock, kind, kept, _, _, _, time_bytes, value_bytes = self._header
        body, rows, begin = self._body, slice(at, at + self.n), HEADER.size
        value, quality = into.value[rows], into.quality[rows]
        _fill_times(body[begin : begin + time_bytes], clock, into.time[rows])
        begin += time_bytes
        words = _fill_values(body[begin : begin + value_bytes], kind, value)
        begin = runs.fill(body, begin + value_bytes, kept & ~NAN_LEFT_OUT, quality)
        if kept & NAN_LEFT_OUT:
            value[quality >= BAD] = np.nan
        if body[begin] != NO_LAG:
            _fill_lag(body[begin:], into.lag[rows])
        return words

    def last(self, upto: int, arrived: int | None = None) -> Last | None:
        """The last sample up to an instant that, if `arrived` is said, had come by then; None where there is none."""
        _, clock, kind, kept, n, _, newest, time_bytes, value_bytes = self._header
        values_at = HEADER.size + time_bytes
        quality_at = values_at + value_bytes
        if arrived is None and newest <= upto:
            place, instant = n - 1, newest
        else:
            place, instant = self._found(self._body[HEADER.size : values_at], clock, upto, arrived, quality_at)
        if place < 0:
            return None
        quality, _ = self._quality(quality_at, place)
        if kept & NAN_LEFT_OUT and quality >= BAD:
            return instant, float("nan"), quality, None
        number, words = _value_at(self._body[values_at:quality_at], kind, place)
        return instant, number, quality, words[int(number)] if words and number == number else None

    def _found(self, times: bytes, clock: int, upto: int, arrived: int | None, quality_at: int) -> tuple[int, int]:
        """Place and source time of the last sample up to an instant; place -1 for none."""
        time = np.empty(self.n, np.int64)
        unit = _unpack_times(times, clock, time)
        lag_at = self._quality(quality_at, 0)[1] if arrived is not None else 0
        if arrived is not None and self._body[lag_at] == 1:
            time *= unit
            come = np.flatnonzero((time <= upto) & (time + self._lags() * LAG_UNIT <= arrived))
            return (int(come[-1]), int(time[come[-1]])) if len(come) else (-1, 0)
        if arrived is not None:
            lag = np.zeros(1, np.int64)
            _fill_lag(self._body[lag_at:], lag)
            upto = min(upto, arrived - int(lag[0]) * LAG_UNIT)
        # few are looked at, and as plain numbers: three times as fast as numpy's search
        place = bisect_right(memoryview(time.data), upto // unit) - 1
        return place, int(time[place]) * unit if place >= 0 else 0

    def latest(self) -> int:
        """When the last of them to arrive did, or a little later; without decoding times or values."""
        return int(self._header[6]) + int(self._lags().max()) * LAG_UNIT

    def arrivals(self) -> tuple[Times, Times]:
        """Source times and arrivals, without the values."""
        clock, time_bytes = self._header[1], self._header[7]
        time = np.empty(self.n, np.int64)
        _fill_times(self._body[HEADER.size : HEADER.size + time_bytes], clock, time)
        return time, time + self._lags() * LAG_UNIT

    def _lags(self) -> NDArray[np.int64]:
        _, at = self._quality(HEADER.size + self._header[7] + self._header[8], 0)
        lag = np.zeros(self.n, np.int64)
        _fill_lag(self._body[at:], lag)
        return lag

    def _quality(self, at: int, place: int) -> tuple[int, int]:
        """Of one sample, and where the next column begins."""
        kind = self._header[3] & ~NAN_LEFT_OUT
        if kind == 0:
            return self._body[at], at + 1
        quality = np.empty(self.n, np.uint8)
        lag_at = runs.fill(self._body, at, kind, quality)
        return int(quality[place]), lag_at


def decode(blob: bytes) -> Samples:
    """The samples of a chunk; Damaged where the CRC says so."""
    packed = Packed(blob)
    into = room(packed.n)
    into.words = packed.fill(into)
    return into


def holds_texts(blob: bytes) -> bool:
    """Whether a chunk's values are words; from its header, unchecked."""
    return len(blob) > _KIND and blob[_KIND] == TEXT


def pack(array: NDArray[Any], plain: bool = False) -> bytes:
    """Whole numbers that change little from one to the next."""
    if plain:
        return zlib.compress(np.diff(array, prepend=array.dtype.type(0)).tobytes(), 6)
    packed: bytes = standalone.simple_compress(np.ascontiguousarray(array), DELTA)
    return packed


def unpack(blob: memoryview | bytes) -> NDArray[Any]:
    """What `pack` packed."""
    array: NDArray[Any] = standalone.simple_decompress(bytes(blob))
    return array


def _unpack_into(blob: bytes | memoryview, into: NDArray[Any]) -> None:
    standalone.simple_decompress_into(bytes(blob), into)


def _without_bad(value: Values, bad: NDArray[np.bool_]) -> tuple[Values, int]:
    """Bad values, NaN by law, would push a column of decimals into kind 0: they take their neighbour's value."""
    if not bad.any() or bad.all() or (value.view(np.int64)[bad] != _NAN_BITS).any():
        return value, 0
    good = np.flatnonzero(~bad)
    last = np.cumsum(~bad) - 1
    return value[good[np.maximum(last, 0)]], NAN_LEFT_OUT


def _encode_times(time: Times, plain: bool) -> tuple[int, bytes]:
    exponent = next(e for e in (9, 6, 3, 0) if int(time[0]) % 10**e == 0 and not (time % 10**e).any())
    counts = time // 10**exponent if exponent else time
    if plain:
        return exponent + PLAIN, pack(counts, plain)
    poll = _poll(counts, exponent) if len(counts) >= MANY else 0
    if poll and len(_pack_polled(counts[:_TRIAL], poll)) < len(pack(counts[:_TRIAL])):
        return exponent + POLLED, _pack_polled(counts, poll)
    packed = pack(counts)
    small = pack(counts, plain=True) if len(counts) < FEW else packed
    return (exponent + PLAIN, small) if len(small) < len(packed) else (exponent, packed)


def _poll(counts: Times, exponent: int) -> int:
    """The interval the times look like multiples of, in their own unit; 0 for none."""
    steps = np.diff(counts[:_TRIAL])
    steps = steps[steps > 0]
    nice: int = _NICE // 10**exponent
    if not len(steps) or not nice:
        return 0
    short = int(np.partition(steps, len(steps) // 20)[len(steps) // 20])
    return (short + nice // 2) // nice * nice


def _pack_polled(counts: Times, poll: int) -> bytes:
    """Half an interval off the usual moment of a poll, so that early and late ones count from the same multiple."""
    phase = int(np.median(counts % poll)) - poll // 2
    config = ChunkConfig(delta_spec=DeltaSpec.try_consecutive(1), mode_spec=ModeSpec.try_int_mult(poll))
    packed: bytes = standalone.simple_compress(counts - phase, config)
    return _I64.pack(phase) + packed


def _fill_times(blob: bytes | memoryview, clock: int, into: Times) -> None:
    unit = _unpack_times(blob, clock, into)
    if unit > 1:
        into *= unit


def _unpack_times(blob: bytes | memoryview, clock: int, into: Times) -> int:
    """Fill in the times in their own unit; that unit, ns."""
    if clock >= PLAIN:
        np.cumsum(np.frombuffer(zlib.decompress(blob), np.int64), out=into)
    elif clock >= POLLED:
        _unpack_into(blob[_I64.size :], into)
        into += _I64.unpack_from(blob)[0]
    else:
        _unpack_into(blob, into)
    unit: int = 10 ** (clock % POLLED)
    return unit


def encode_values(value: Values, plain: bool = False) -> tuple[int, bytes]:
    """The kind chosen and the bytes; `value` is not empty."""
    bits = value.view(np.int64)
    if (bits == bits[0]).all():
        return CONSTANT, value[:1].tobytes()
    if plain:
        return FLOAT + PLAIN, zlib.compress(value.tobytes(), 6)
    if ((bits == 0) | (bits == ONE_BITS)).all():
        return BOOLEAN, np.packbits(value.astype(np.bool_)).tobytes()
    with np.errstate(all="ignore"):
        return _encode_numbers(value, bits)


def _encode_numbers(value: Values, bits: NDArray[np.int64]) -> tuple[int, bytes]:
    decimals = _decimals(value)
    for k in range(decimals, min(decimals + 2, MOST_DECIMALS) + 1):
        scaled = np.rint(value * 10**k)
        if not np.abs(scaled).max() < EXACT:  # too big, infinite, or NaN
            break
        whole = scaled.astype(np.int64)
        if ((whole / 10**k).view(np.int64) == bits).all():
            return (DECIMAL + k if k else WHOLE), pack(whole)
    single = value.astype(np.float32)
    if (single.astype(np.float64).view(np.int64) == bits).all():
        return SINGLE, standalone.simple_compress(single, _AUTO)
    return FLOAT, standalone.simple_compress(np.ascontiguousarray(value), _AUTO)


def _decimals(value: Values) -> int:
    """Most digits after the point among a few values; past MOST_DECIMALS for what is no decimal."""
    most = 0
    for number in value[:: max(1, len(value) // 8)].tolist():
        digits = repr(number).partition(".")[2]
        if len(digits) > MOST_DECIMALS or not digits.isdigit():
            return MOST_DECIMALS + 1
        if digits != "0":
            most = max(most, len(digits))
    return most


def decode_values(blob: bytes | memoryview, kind: int, n: int) -> Values:
    """n numbers."""
    into = np.empty(n)
    _fill_values(blob, kind, into)
    return into


def _value_at(blob: bytes | memoryview, kind: int, place: int) -> tuple[float, tuple[str, ...]]:
    """One number of a column; the words it is a position in where they are texts."""
    if kind == WHOLE or DECIMAL <= kind <= DECIMAL + MOST_DECIMALS:
        whole = np.empty(place + 1, np.int64)
        _unpack_into(blob, whole)
        return int(whole[place]) / 10 ** (kind % DECIMAL), ()
    if kind == BOOLEAN:
        return float(blob[place >> 3] >> 7 - (place & 7) & 1), ()
    value = np.empty(place + 1)
    words = _fill_values(blob, kind, value)
    return float(value[place]), words


def _fill_values(blob: bytes | memoryview, kind: int, into: Values) -> tuple[str, ...]:
    """Of a shorter column the first ones; the words they are positions in where they are texts."""
    if kind == TEXT:
        codes, words = _decode_texts(blob)
        into[:] = codes[: len(into)]
        return words
    if kind == CONSTANT:
        into[:] = np.frombuffer(blob, np.float64)[0]
    elif kind == FLOAT + PLAIN:
        into[:] = np.frombuffer(zlib.decompress(blob), np.float64)[: len(into)]
    elif kind == BOOLEAN:
        into[:] = np.unpackbits(np.frombuffer(blob, np.uint8), count=len(into))
    elif kind == FLOAT:
        _unpack_into(blob, into)
    elif kind in (SINGLE, WHOLE):
        into[:] = unpack(blob)[: len(into)]
    elif DECIMAL <= kind <= DECIMAL + MOST_DECIMALS:
        whole = into.view(np.int64)  # numpy sees that it reads where it writes
        _unpack_into(blob, whole)
        np.divide(whole, 10 ** (kind - DECIMAL), out=into)
    else:
        raise StoreError(f"Values of kind {kind}: written by a newer Vigie.")
    return ()


def _encode_texts(value: Values, words: tuple[str, ...]) -> tuple[int, bytes]:
    book = zlib.compress(json.dumps(words, ensure_ascii=False).encode("utf-8", "surrogatepass"))
    codes = np.where(np.isnan(value), -1, value).astype(np.int64)
    return TEXT, _U32.pack(len(book)) + book + pack(codes)


def _decode_texts(blob: bytes | memoryview) -> tuple[Values, tuple[str, ...]]:
    end = _U32.size + _U32.unpack_from(blob)[0]
    words = json.loads(zlib.decompress(blob[_U32.size : end]).decode("utf-8", "surrogatepass"))
    codes = unpack(blob[end:])
    return np.where(codes < 0, np.nan, codes), tuple(words)


def _encode_lag(lag: NDArray[np.int64]) -> bytes:
    return constant_lag(int(lag[0])) if (lag == lag[0]).all() else b"\1" + pack(lag)


def constant_lag(lag: int) -> bytes:
    """The column of a chunk whose samples all have the same."""
    return b"\0" + _I64.pack(lag) if lag else bytes((NO_LAG,))


def _fill_lag(blob: bytes | memoryview, into: NDArray[np.int64]) -> None:
    if blob[0] == 0:
        into[:] = np.frombuffer(blob[1:9], np.int64)[0]
    elif blob[0] == 1:
        _unpack_into(blob[1:], into)
