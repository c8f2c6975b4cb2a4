"""Runs: the column of qualities, which change seldom. See codec.py for the kinds."""

from __future__ import annotations

import struct
import zlib

import numpy as np

from supervisor.flow import Qualities

_U32 = struct.Struct("<I")
_FEW = 16
"""Runs that zlib would not make shorter."""


def encode(quality: Qualities) -> tuple[int, bytes]:
    """The kind chosen and the bytes; not empty."""
    turns = np.flatnonzero(quality[1:] != quality[:-1]) + 1
    if not len(turns):
        return 0, quality[:1].tobytes()
    starts = np.concatenate(([0], turns))
    runs = _U32.pack(len(starts)) + starts.astype("<u4").tobytes() + quality[starts].tobytes()
    if len(starts) <= _FEW:
        return 1, runs
    runs = zlib.compress(runs)
    return 2, _U32.pack(len(runs)) + runs


def fill(body: bytes | memoryview, at: int, kind: int, into: Qualities) -> int:
    """Read the column that stands at a position of a chunk; where the next one begins."""
    if kind == 0:
        into[:] = body[at]
        return at + 1
    if kind == 1:
        _fill_runs(body[at:], into)
        return at + 4 + 5 * int(_U32.unpack_from(body, at)[0])
    end = at + 4 + int(_U32.unpack_from(body, at)[0])
    _fill_runs(zlib.decompress(body[at + 4 : end]), into)
    return end


def _fill_runs(runs: bytes | memoryview, into: Qualities) -> None:
    count = int(_U32.unpack_from(runs)[0])
    starts = np.frombuffer(runs, "<u4", count, 4).astype(np.int64)
    into[:] = np.repeat(np.frombuffer(runs, np.uint8, count, 4 + 4 * count), np.diff(starts, append=len(into)))
