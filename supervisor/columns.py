"""Columns: named numpy arrays of one length that one process writes and any number read.

    file    | header: magic, rows, beat, turn | schema as JSON | column | column | …

Kept in a plain mapped file rather than in the operating system's named shared memory: that is removed under its
readers by Python's resource tracker, has no access rights on Windows, and outlives a kill -9 with nobody to
remove it. A station makes new files, in a folder of their own, at every start: a reader never sees two writers, and
no file that is still mapped is replaced, which Windows forbids.

A turn counter (seqlock) is odd while a write is under way: `read` copies, and copies again if the turn moved.
Writers are single-threaded by law; nothing is locked.
"""

from __future__ import annotations

import json
import mmap
import os
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from supervisor.errors import StoreError

MAGIC = 0x0001_4549_4749_56  # "VIGIE" and the format's number
_HEADER = np.dtype([("magic", "<u8"), ("rows", "<u8"), ("schema", "<u8"), ("beat", "<i8"), ("turn", "<u8")])
_ALIGN = 64
DEAD_WRITE_S = 0.1
"""A write takes microseconds; a turn that stays odd for so long is of a writer that is no more."""
PATIENCE = 20
"""Tries before a reader pauses."""

T = TypeVar("T")


class Columns:
    """See the module. Index by field name for the live array."""

    def __init__(self, buffer: Any, header: NDArray[Any], fields: Mapping[str, NDArray[Any]]) -> None:
        self._buffer = buffer
        self._header = header
        self._fields = dict(fields)

    @classmethod
    def create(cls, rows: int, fields: Mapping[str, str], path: Path | None = None) -> Columns:
        """New columns, zeroed; in a file at `path` or in plain memory.

        `fields` maps a name to a numpy type string such as "<f8". Raises StoreError when the file can't be made.
        """
        schema = json.dumps(dict(fields)).encode()
        size, offsets = _layout(rows, fields, len(schema))
        buffer: Any = np.zeros(size, np.uint8)  # memory that nobody has written to costs nothing
        if path is not None:
            try:
                buffer = _fresh_file(path, size)
            except OSError as error:
                raise StoreError(
                    f"{path} cannot be made: {error.strerror}. Free some space or choose another --data."
                ) from error
        header = np.frombuffer(buffer, _HEADER, 1)
        np.frombuffer(buffer, np.uint8, len(schema), _HEADER.itemsize)[:] = np.frombuffer(schema, np.uint8)
        header["rows"], header["schema"] = rows, len(schema)
        header["magic"] = MAGIC
        return cls(buffer, header, _views(buffer, rows, fields, offsets))

    @classmethod
    def attach(cls, path: Path) -> Columns:
        """The columns another process made, to read. Raises StoreError where there are none."""
        try:
            with path.open("rb") as file:
                buffer = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        except (OSError, ValueError) as error:
            raise StoreError(f"{path} cannot be read: {error}. Is the station running?") from error
        try:
            return cls._over(buffer)
        except (ValueError, TypeError) as error:  # too short, no schema, sizes that do not fit
            raise StoreError(f"{path} is not a column file of this version of Vigie.") from error

    @classmethod
    def _over(cls, buffer: Any) -> Columns:
        """Raises ValueError or TypeError where that is none."""
        header = np.frombuffer(buffer, _HEADER, 1)
        if int(header["magic"][0]) != MAGIC:
            raise ValueError("another beginning")
        rows, length = int(header["rows"][0]), int(header["schema"][0])
        fields = json.loads(bytes(buffer[_HEADER.itemsize : _HEADER.itemsize + length]))
        return cls(buffer, header, _views(buffer, rows, fields, _layout(rows, fields, length)[1]))

    def __getitem__(self, name: str) -> NDArray[Any]:
        return self._fields[name]

    def __len__(self) -> int:
        return int(self._header["rows"][0])

    @property
    def turn(self) -> int:
        """Moves with every write; a reader that sees the same turn has nothing new to read."""
        return int(self._header["turn"][0])

    @property
    def beat(self) -> int:
        """When the writer last said it lives, in ns UTC."""
        return int(self._header["beat"][0])

    @beat.setter
    def beat(self, now: int) -> None:
        self._header["beat"] = now

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Everything written inside becomes visible to `read` as one step."""
        self._header["turn"] += 1
        try:
            yield
        finally:
            self._header["turn"] += 1

    def read(self, copy: Callable[[Columns], T]) -> T:
        """What `copy` returns, taken while nobody wrote. `copy` must return copies, not views.

        A writer that died in the middle of a write leaves the turn odd for ever: then the copy is taken as it is,
        and the beat tells that the station is dead.
        """
        stuck, since, tries = -1, 0.0, 0
        while True:
            turn = self.turn
            if turn % 2 == 0:
                result = copy(self)
                if self.turn == turn:
                    return result
            elif turn != stuck:
                stuck, since = turn, time.monotonic()
            elif time.monotonic() - since > DEAD_WRITE_S:
                return copy(self)
            tries += 1
            if tries % PATIENCE == 0:  # step out of the rhythm of a writer that always is just writing
                time.sleep(0.0002)


def _layout(rows: int, fields: Mapping[str, str], schema: int) -> tuple[int, list[int]]:
    position = _HEADER.itemsize + schema
    offsets = []
    for dtype in fields.values():
        position = -(-position // _ALIGN) * _ALIGN
        offsets.append(position)
        position += rows * np.dtype(dtype).itemsize
    return max(position, 1), offsets


def _views(buffer: Any, rows: int, fields: Mapping[str, str], offsets: list[int]) -> dict[str, NDArray[Any]]:
    return {
        name: np.frombuffer(buffer, dtype, rows, at) for (name, dtype), at in zip(fields.items(), offsets, strict=True)
    }


def _fresh_file(path: Path, size: int) -> mmap.mmap:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        _reserve(descriptor, size)
        return mmap.mmap(descriptor, size)
    finally:
        os.close(descriptor)


def _reserve(descriptor: int, size: int) -> None:
    """All of the file's room on the disk, now, or OSError.

    In a file with holes the first write to a page on a full disk is no exception: SIGBUS ends the station.
    """
    zeros = bytes(1 << 20)
    for left in range(size, 0, -len(zeros)):
        block = memoryview(zeros)[:left]
        while block:
            block = block[os.write(descriptor, block) :]
