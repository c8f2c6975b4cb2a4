"""Pending: what was absorbed and not flushed yet, without what the deadbands leave out.

A sample is kept when its value is a deadband or more away from the last one kept, when its quality is another, when
either is NaN, or when the last kept one is older than the heartbeat. Late and loaded samples are all kept.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from supervisor.clock import SECOND
from supervisor.flow import Change, Indices, Qualities, Times, Values
from supervisor.historian import batch
from supervisor.historian.samples import LAG_UNIT, Block, Slots
from supervisor.model import Kind, Tag
from supervisor.texts import Texts

_UNSEEN = 255
"""No quality: the first sample of a tag is always kept."""
_ALL = slice(None)
_LATER = np.iinfo(np.int64).max // 2

_Piece = tuple[Indices, Times, Values, Qualities, NDArray[np.int64]]


@dataclass(frozen=True, slots=True)
class Row:
    """A flush, encoded."""

    since: float
    """When its oldest sample was absorbed, monotonic seconds."""
    n: int
    t0: int
    t1: int
    data: bytes

    @classmethod
    def of(cls, block: Block, since: float) -> Row:
        times = int(block.time.min()), int(block.time.max())
        return cls(since, len(block), *times, batch.encode(block.by_slot()))


class Pending:
    """Not for several threads at once."""

    def __init__(self, tags: Sequence[Tag], texts: Texts, slots: Slots, exponent: int, heartbeat_s: float) -> None:
        n = len(tags)
        self.count = 0
        self.since: float | None = None
        """When the oldest sample here was absorbed, monotonic seconds."""
        self._pieces: list[_Piece] = []
        self._words: dict[str, int] = {}
        self._texts = texts
        self._slots = slots
        self._unit = 10**exponent
        self._heartbeat = round(heartbeat_s * SECOND)
        self._deadband = np.array([tag.spec.deadband for tag in tags], np.float64)
        self._text = np.array([tag.spec.kind is Kind.TEXT for tag in tags], np.bool_)
        self._texts_kept = bool(self._text.any())
        self._kept_value = np.full(n, np.nan)
        self._kept_quality = np.full(n, _UNSEEN, np.uint8)
        self._kept_time = np.full(n, _LATER, np.int64)
        self._seen_value = np.full(n, np.nan)

    def absorb(self, change: Change, now: float) -> None:
        """Keep what is worth it of a change."""
        if len(change):
            keep = self._worth(change)
            self._seen_value[change.index] = change.value
            self._keep(change, keep, now)
        late = change.late
        if late is not None and len(late):
            lag = lags(change.arrival_time, late.source_time)
            self.add((late.index, late.source_time, late.value, late.quality, lag), now)

    def _worth(self, change: Change) -> NDArray[np.intp] | slice:
        """Which rows are kept; where every value has moved far enough nothing else is asked, and nothing copied."""
        index = change.index
        # `near` is false for NaN on either side, and for a deadband of 0
        near = np.abs(change.value - self._kept_value[index]) < self._deadband[index]
        if not near.any():
            return _ALL
        old = change.source_time - self._kept_time[index] >= self._heartbeat
        return np.flatnonzero(~near | old | (change.quality != self._kept_quality[index]))

    def _keep(self, change: Change, keep: NDArray[np.intp] | slice, now: float) -> None:
        index, time, value = change.index[keep], change.source_time[keep], change.value[keep]
        quality = change.quality[keep]
        self._kept_value[index], self._kept_quality[index], self._kept_time[index] = value, quality, time
        self.add((index, time, value, quality, lags(change.arrival_time, time)), now)

    def add(self, piece: _Piece, now: float) -> None:
        """Keep all of: indices, source times, values, qualities, lags."""
        index, time, value, quality, lag = piece
        if not len(index):
            return
        time = time - time % self._unit
        # -0.0 (a scale of -1) becomes 0.0: one of them among decimals would cost the chunk its coding
        value = value + 0.0
        if self._texts_kept:
            rows = np.flatnonzero(self._text[index])
            value[rows] = [self._word(code) for code in value[rows].tolist()]
        self._pieces.append((index, time, value, quality, lag))
        self.count += len(index)
        if self.since is None:
            self.since = now

    def _word(self, code: float) -> float:
        """The text of a code of this station, which means nothing to the next one."""
        if code != code:
            return code
        return self._words.setdefault(self._texts.text(code), len(self._words))

    def beat(self, time: int, now: float) -> None:
        """Record tags that stood still for a heartbeat before `time` as what they are."""
        # set back with the machine's clock, or a tag that stands still would be silent until time has caught up
        self._kept_time[(self._kept_time > time + self._heartbeat) & (self._kept_time < _LATER)] = time
        due = np.flatnonzero(self._kept_time <= time - self._heartbeat).astype(np.int32)
        if not len(due):
            return
        self._kept_time[due] = time
        self._kept_value[due] = self._seen_value[due]
        n = len(due)
        quality, lag = self._kept_quality[due], np.zeros(n, np.int64)
        self.add((due, np.full(n, time), self._seen_value[due], quality, lag), now)

    def take(self) -> tuple[Block, float] | None:
        """Everything kept, and since when; leaves nothing."""
        if not self._pieces or self.since is None:
            return None
        index, time, value, quality, lag = (np.concatenate(column) for column in zip(*self._pieces, strict=True))
        texts = np.unique(self._slots[index[self._text[index]]]).tolist()
        block = Block(self._slots[index], time, value, quality, lag, tuple(texts), tuple(self._words))
        taken = block, self.since
        self._pieces, self._words, self.count, self.since = [], {}, 0, None
        return taken


def lags(arrival: int | Times, time: Times) -> NDArray[np.int64]:
    """Arrival minus source time, to the nearest `LAG_UNIT`."""
    return (arrival - time + LAG_UNIT // 2) // LAG_UNIT
