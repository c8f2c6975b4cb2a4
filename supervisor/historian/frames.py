"""Frames: the sample in force of every tag at one instant. A partition file has one for its start and one for its end.

So the value of a setpoint that was written once, years ago, needs no walk through the years, and it survives the
partition it lies in.
"""

from __future__ import annotations

import logging
from contextlib import closing, suppress
from pathlib import Path

import numpy as np

from supervisor.database import Connection, sqlite3
from supervisor.errors import StoreError
from supervisor.historian import batch, chunks
from supervisor.historian.codec import Damaged
from supervisor.historian.files import LOWEST, opened
from supervisor.historian.samples import Block, Samples, Span, empty_block, join

log = logging.getLogger(__name__)

Frame = dict[int, Samples]
"""Slot -> its sample in force, of every tag that has one."""


def read(path: Path, time: int) -> Frame:
    """A keyframe of a partition file, to be gone on with."""
    with closing(opened(path)) as connection:
        block = load(connection, path.name, time)
    return {slot: block.samples(at, at + 1) for at, slot in enumerate(block.slot.tolist())}


def load(connection: Connection, name: str, time: int) -> Block:
    """A keyframe of a partition file, sorted by slot, each of which is there once."""
    row = connection.execute("SELECT data FROM keyframe WHERE t = ?", (time,)).fetchone()
    if row is None:
        raise StoreError(f"{name}: the keyframe is missing.")
    return batch.decode(row[0])


def end(path: Path, span: Span) -> Frame:
    """The keyframe at the end of a partition; found again from its chunks where it is damaged."""
    try:
        return read(path, span[1])
    except (Damaged, sqlite3.DatabaseError) as error:
        log.error("%s: the keyframe at the end is damaged and is made again from the samples. %s", path, error)
    frame: Frame = {}
    with suppress(Damaged, sqlite3.DatabaseError):
        frame = read(path, span[0])
    with suppress(sqlite3.DatabaseError), closing(opened(path)) as connection:
        for (slot,) in connection.execute("SELECT DISTINCT tag FROM chunk").fetchall():
            found = chunks.last(connection, slot, (LOWEST, span[1]), path.name, whole=True)
            if len(found):
                frame[slot] = found
    return frame


def encode(frame: Frame) -> bytes:
    """Equal frames give equal bytes."""
    return batch.encode(_block(frame))


def _block(frame: Frame) -> Block:
    if not frame:
        return empty_block()
    slots = sorted(frame)
    texts = tuple(slot for slot in slots if frame[slot].words)
    whole = join([frame[slot] for slot in slots])
    return Block(np.array(slots, np.uint32), whole.time, whole.value, whole.quality, whole.lag, texts, whole.words)
