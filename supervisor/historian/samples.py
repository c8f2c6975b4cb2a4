"""Samples of one tag, and blocks of samples of many tags, as columns of one length."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from supervisor.flow import Qualities, Times, Values
from supervisor.model import BAD

Slots = NDArray[np.uint32]
Span = tuple[int, int]
"""start < t <= end, ns UTC."""
LAG_UNIT = 100_000_000
"""Arrival minus source time is kept in tenths of a second: what an operator could know is no finer than the screen's
refresh, and scheduling jitter would otherwise cost as much as the values."""


@dataclass(slots=True)
class Samples:
    """Samples of one tag, oldest first; of equal times, in the order they arrived."""

    time: Times
    """Source time, ns UTC, floored to the tag's resolution."""
    value: Values
    """Engineering units; for a text tag a position in `words`; NaN where the quality is bad."""
    quality: Qualities
    lag: NDArray[np.int64]
    """Arrival minus source time in `LAG_UNIT`."""
    words: tuple[str, ...] = ()
    """The texts of a text tag; empty for every other."""
    damaged: tuple[Span, ...] = ()
    """Spans whose chunk the disk gave back wrong; their samples are missing here."""

    def __len__(self) -> int:
        return len(self.time)

    @property
    def arrival(self) -> Times:
        """When each sample reached the station, to a tenth of a second."""
        return self.time + self.lag * LAG_UNIT

    def text(self, position: int) -> str:
        """The text of one sample of a text tag; empty where its quality is bad."""
        code = self.value[position]
        return self.words[int(code)] if code == code and self.words else ""

    def take(self, positions: slice | NDArray[Any]) -> Samples:
        """The rows at `positions`."""
        return Samples(
            self.time[positions],
            self.value[positions],
            self.quality[positions],
            self.lag[positions],
            self.words,
            self.damaged,
        )

    def within(self, start: int, end: int) -> Samples:
        """Those with start < t <= end; needs order."""
        low, high = np.searchsorted(self.time, (start, end), "right").tolist()
        return self.take(slice(low, max(low, high)))

    def among(self, span: Span) -> Samples:
        """Those with start < t <= end, ordered or not."""
        inside = (self.time > span[0]) & (self.time <= span[1])
        return self if bool(inside.all()) else self.take(np.flatnonzero(inside))

    def interrupted(self, span: Span) -> Samples:
        """With a bad sample where each damaged span begins: what ruled before it rules no further. All of it within a
        span; what began before that is in what is carried in."""
        if not self.damaged:
            return self
        return join([self, unread([start + 1 for start, _ in self.damaged])]).ordered().within(*span)

    def last(self) -> Samples:
        """The last row, with its own word only."""
        row = self.take(slice(-1, None))
        if self.words:
            row.value, row.words = _used(row.value, self.words)
        return row

    def ordered(self) -> Samples:
        """Oldest first; of equal times, in the order they stood."""
        if len(self) < 2 or bool((self.time[1:] >= self.time[:-1]).all()):
            return self
        return self.take(np.argsort(self.time, kind="stable"))


def samples(
    time: Sequence[int] | Times,
    value: Sequence[float] | Values,
    quality: Sequence[int] | Qualities | None = None,
    words: tuple[str, ...] = (),
) -> Samples:
    """Samples from lists or arrays, good and just arrived where nothing else is said."""
    times = np.asarray(time, np.int64)
    qualities = np.zeros(len(times), np.uint8) if quality is None else np.asarray(quality, np.uint8)
    return Samples(times, np.asarray(value, np.float64), qualities, np.zeros(len(times), np.int64), words)


NONE = samples([], [])


def unread(times: Sequence[int]) -> Samples:
    """In the place of what came then and can't be read."""
    return samples(times, [float("nan")] * len(times), [BAD] * len(times))


def room(n: int) -> Samples:
    """Columns of n rows to be filled; only the lag is set, to nothing."""
    return Samples(np.empty(n, np.int64), np.empty(n), np.empty(n, np.uint8), np.zeros(n, np.int64))


def join(pieces: Sequence[Samples]) -> Samples:
    """One after the other, in the order given; the words are numbered anew."""
    damaged = tuple(span for piece in pieces for span in piece.damaged)
    pieces = [piece for piece in pieces if len(piece)]
    if len(pieces) < 2:
        only = pieces[0] if pieces else NONE
        return Samples(only.time, only.value, only.quality, only.lag, only.words, damaged)
    words: dict[str, int] = {}
    values = [renumber(piece.value, piece.words, words) if piece.words else piece.value for piece in pieces]
    return Samples(
        np.concatenate([piece.time for piece in pieces]),
        np.concatenate(values),
        np.concatenate([piece.quality for piece in pieces]),
        np.concatenate([piece.lag for piece in pieces]),
        tuple(words),
        damaged,
    )


def renumber(value: Values, old: tuple[str, ...], new: dict[str, int]) -> Values:
    """Positions in `old` as those in `new`, which learns what it lacks."""
    code = np.array([new.setdefault(word, len(new)) for word in old], np.float64)
    known = ~np.isnan(value)
    result = value.copy()
    result[known] = code[value[known].astype(np.intp)]
    return result


@dataclass(slots=True)
class Block:
    """Samples of many tags. A slot is the catalogue's number of a tag."""

    slot: Slots
    time: Times
    value: Values
    quality: Qualities
    lag: NDArray[np.int64]
    text_slots: tuple[int, ...] = ()
    """Slots whose values are positions in `words`."""
    words: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.slot)

    def take(self, positions: slice | NDArray[Any]) -> Block:
        """The rows at `positions`."""
        return Block(
            self.slot[positions],
            self.time[positions],
            self.value[positions],
            self.quality[positions],
            self.lag[positions],
            self.text_slots,
            self.words,
        )

    def samples(self, low: int, high: int) -> Samples:
        """Rows low..high, which must be of one slot, with only the words they use."""
        rows = slice(low, high)
        value, words = self.value[rows], tuple[str, ...]()
        if low < high and int(self.slot[low]) in self.text_slots:
            value, words = _used(value, self.words)
        return Samples(self.time[rows], value, self.quality[rows], self.lag[rows], words)

    def of(self, slot: int) -> Samples:
        """The samples of one slot; needs the block sorted by slot."""
        low = int(np.searchsorted(self.slot, slot, "left"))
        high = int(np.searchsorted(self.slot, slot, "right"))
        return self.samples(low, high) if high > low else NONE

    def by_slot(self) -> Block:
        """Sorted by slot; the rows of a slot keep their order. A radix sort while the slots fit 16 bits."""
        slot = self.slot
        if len(slot) < 2 or bool((slot[1:] >= slot[:-1]).all()):
            return self
        narrow = slot.astype(np.uint16) if int(slot.max()) < 1 << 16 else slot
        return self.take(np.argsort(narrow, kind="stable"))

    def by_slot_and_time(self) -> Block:
        """Sorted by slot, then time; of equal times, in the order they stood."""
        block = self.by_slot()
        backward = (block.time[1:] < block.time[:-1]) & (block.slot[1:] == block.slot[:-1])
        return block.take(np.lexsort((block.time, block.slot))) if backward.any() else block


def _used(value: Values, words: tuple[str, ...]) -> tuple[Values, tuple[str, ...]]:
    codes = np.unique(value[~np.isnan(value)])
    result = np.searchsorted(codes, value).astype(np.float64)
    result[np.isnan(value)] = np.nan
    return result, tuple(words[int(code)] for code in codes.tolist())


def empty_block() -> Block:
    """No sample of no tag."""
    return Block(np.empty(0, np.uint32), NONE.time, NONE.value, NONE.quality, NONE.lag)


def join_blocks(blocks: Sequence[Block]) -> Block:
    """One after the other; the words are numbered anew."""
    if len(blocks) < 2:
        return blocks[0] if blocks else empty_block()
    words: dict[str, int] = {}
    texts = tuple(sorted({slot for block in blocks for slot in block.text_slots}))
    return Block(
        np.concatenate([block.slot for block in blocks]),
        np.concatenate([block.time for block in blocks]),
        np.concatenate([_renumbered(block, words) for block in blocks]),
        np.concatenate([block.quality for block in blocks]),
        np.concatenate([block.lag for block in blocks]),
        texts,
        tuple(words),
    )


def _renumbered(block: Block, words: dict[str, int]) -> Values:
    if not block.text_slots:
        return block.value
    rows = np.flatnonzero(np.isin(block.slot, block.text_slots))
    value = block.value.copy()
    value[rows] = renumber(value[rows], block.words, words)
    return value
