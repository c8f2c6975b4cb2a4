"""A block of samples of many tags to bytes and back: one row of hot.db, and the keyframes.

    <BI version, n | zstd of: slots, times, values, quality, lags, texts | CRC32

Written once a second and read back within minutes, so speed comes before size: integers lose their minimum, their
common power of a thousand and their empty high bytes, everything is transposed byte by byte and given to zstd at its
fastest level: 4 to 9 bytes a sample.
"""

from __future__ import annotations

import json
import struct

import numpy as np
import zstandard
from numpy.typing import NDArray

from supervisor.errors import StoreError
from supervisor.historian.codec import seal, unseal
from supervisor.historian.samples import Block

VERSION = 1
LEVEL = 1

_HEADER = struct.Struct("<BI")
_COLUMN = struct.Struct("<qBB")
_U32 = struct.Struct("<I")


def encode(block: Block) -> bytes:
    """A sealed blob; smallest when the block is sorted by slot."""
    n = len(block)
    words = json.dumps([block.text_slots, block.words] if block.text_slots else []).encode()
    payload = b"".join(
        (
            _pack(_steps(block.slot.astype(np.int64))),
            _pack(block.time),
            _shuffle(block.value.view(np.uint64), 8),
            block.quality.tobytes(),
            _pack(block.lag),
            words,
        )
    )
    return seal(_HEADER.pack(VERSION, n) + zstandard.ZstdCompressor(level=LEVEL).compress(payload))


def decode(blob: bytes) -> Block:
    """The block; Damaged where the CRC says so."""
    body = unseal(blob)
    version, n = _HEADER.unpack_from(body)
    if version != VERSION:
        raise StoreError(f"A batch of format {version}: written by a newer Vigie.")
    payload = memoryview(zstandard.ZstdDecompressor().decompress(body[_HEADER.size :]))
    steps, at = _unpack(payload, 0, n)
    time, at = _unpack(payload, at, n)
    value = _unshuffle(payload[at : at + 8 * n], 8).view(np.float64)
    at += 8 * n
    # a copy: a view would keep all that was decompressed in memory, as long as the block itself
    quality = np.frombuffer(payload, np.uint8, n, at).copy()
    lag, at = _unpack(payload, at + n, n)
    texts = json.loads(bytes(payload[at:]))
    slots, words = texts or ((), ())
    return Block(np.cumsum(steps).astype(np.uint32), time, value, quality, lag, tuple(slots), tuple(words))


def _steps(slot: NDArray[np.int64]) -> NDArray[np.int64]:
    return np.concatenate((slot[:1], slot[1:] - slot[:-1]))


def _pack(numbers: NDArray[np.int64]) -> bytes:
    """Minimum, power of ten, width in bytes, then the bytes of what is left."""
    if not len(numbers):
        return _COLUMN.pack(0, 0, 0)
    base = numbers.min()
    rest = numbers.view(np.uint64) - base.view(np.uint64)  # wraps where the span is beyond int64, and wraps back
    exponent = next(e for e in (9, 6, 3, 0) if int(rest[-1]) % 10**e == 0 and not (rest % np.uint64(10**e)).any())
    rest //= np.uint64(10**exponent)
    most = int(rest.max())
    width = 0 if not most else next(w for w in (1, 2, 4, 8) if most < 1 << 8 * w)
    return _COLUMN.pack(int(base), exponent, width) + _shuffle(rest, width)


def _unpack(payload: memoryview, at: int, n: int) -> tuple[NDArray[np.int64], int]:
    base, exponent, width = _COLUMN.unpack_from(payload, at)
    at += _COLUMN.size
    end = at + n * width
    if not width:
        return np.full(n, base, np.int64), end
    rest = _unshuffle(payload[at:end], width).astype(np.uint64) * np.uint64(10**exponent)
    return (rest + np.int64(base).view(np.uint64)).view(np.int64), end


def _shuffle(numbers: NDArray[np.uint64], width: int) -> bytes:
    """All first bytes, then all second bytes, and so on."""
    if not width:
        return b""
    return numbers.astype(f"<u{width}").view(np.uint8).reshape(-1, width).T.tobytes()


def _unshuffle(blob: memoryview, width: int) -> NDArray[np.unsignedinteger]:
    return np.ascontiguousarray(np.frombuffer(blob, np.uint8).reshape(width, -1).T).view(f"<u{width}").reshape(-1)
