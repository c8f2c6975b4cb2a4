"""Frames: the sample in force of every tag at one instant. A partition file has one for its start and one for its end.

So the value of a setpoint that was written once, years ago, needs no walk through the years, and it survives the
partition it lies in.
"""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import numpy as np

from supervisor.database import reader
from supervisor.errors import StoreError
from supervisor.historian import batch
from supervisor.historian.samples import Block, Samples, empty_block, join

Frame = dict[int, Samples]
"""Slot -> its sample in force, of every tag that has one."""


def read(path: Path, time: int) -> Frame:
    """A keyframe of a partition file."""
    with closing(reader(path, immutable=True)) as connection:
        row = connection.execute("SELECT data FROM keyframe WHERE t = ?", (time,)).fetchone()
    if row is None:
        raise StoreError(f"{path}: the keyframe is missing.")
    block = batch.decode(row[0])
    return {slot: block.samples(at, at + 1) for at, slot in enumerate(block.slot.tolist())}


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
