"""Moment: the samples in force of many tags at one instant, found file by file instead of tag by tag.

A page asks for two thousand tags and the map for every piece of equipment: one statement to each file, one walk
through what was flushed, and of each chunk only what was asked for. The few tags whose chunks overlap, came late or are
damaged are looked at one by one, as `Sight.last` and `Sight.shown` do; both ways say the same.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from supervisor.database import Connection
from supervisor.flow import Qualities, Times, Values
from supervisor.historian.chunks import Merged
from supervisor.historian.codec import Damaged, Last, Packed
from supervisor.historian.files import LOWEST, PartRow
from supervisor.historian.samples import LAG_UNIT, NONE, Block, Samples, unread
from supervisor.historian.view import AHEAD, Sight
from supervisor.model import Quality

MANY = 64
"""Fewer tags are looked at one by one."""
APART = 64
"""Samples of a block for each tag above which each tag is looked up, instead of looking at every sample."""
SIDES: tuple[Literal["left"], Literal["right"]] = "left", "right"
_REACHING = """
SELECT c.tag, c.t0, c.t1, c.vlast, c.blob_id, based.t0,
  CASE WHEN c.t1 <= :sure AND c.qworst = 0 AND c.vlast IS NOT NULL THEN NULL
  ELSE (SELECT data FROM blob WHERE id = c.blob_id) END
FROM (
  SELECT value AS slot, coalesce((SELECT max(t0) FROM chunk WHERE tag = value AND t0 <= :instant), :lowest) AS t0
  FROM json_each(:slots) LIMIT -1 OFFSET 0
) AS based CROSS JOIN chunk AS c ON c.tag = based.slot
WHERE c.t0 <= :upto AND c.t1 >= based.t0
"""
"""Of each tag the last chunk that begins by the instant, and all that reach beyond its start; no blob where the row
says it all. The limit keeps SQLite from looking for that start once for every chunk."""

_Chunk = tuple[int, int, int, float | None, int, int, bytes | None]
"""A row of that answer."""


@dataclass(slots=True)
class Moment:
    """The samples in force at one instant, a row for each tag that was asked for."""

    time: Times
    """Source times, 0 where there is none."""
    value: Values
    quality: Qualities
    """NEVER_READ where there is none."""
    texts: dict[int, str]
    """Row -> text, of text tags."""

    @classmethod
    def unread(cls, n: int) -> Moment:
        """Of n tags, none of which has a sample."""
        quality = np.full(n, Quality.NEVER_READ, np.uint8)
        return cls(np.zeros(n, np.int64), np.full(n, np.nan), quality, {})

    def take(self, row: int, found: Samples) -> None:
        """Put down the sample of a row, or that there is none."""
        self.time[row], self.value[row], self.quality[row] = 0, np.nan, Quality.NEVER_READ
        self.texts.pop(row, None)
        if len(found):
            self.time[row], self.value[row], self.quality[row] = found.time[0], found.value[0], found.quality[0]
            if found.words:
                self.texts[row] = found.text(0)


def find(sight: Sight, slots: list[int | None], instant: int, by_arrival: bool) -> Moment:
    """What was in force at an instant, or by arrival what had come by then; None is a tag that nobody ever recorded."""
    distinct = list(dict.fromkeys(slot for slot in slots if slot is not None))
    found = Search(sight, distinct, instant, by_arrival).run()
    return found if distinct == slots else _spread(found, {slot: row for row, slot in enumerate(distinct)}, slots)


def _spread(found: Moment, rows: dict[int, int], slots: list[int | None]) -> Moment:
    """As it was asked for: with those that nobody knows, and those that are there twice."""
    moment = Moment.unread(len(slots))
    for row, slot in enumerate(slots):
        if slot is not None:
            at = rows[slot]
            moment.time[row], moment.value[row], moment.quality[row] = (
                found.time[at],
                found.value[at],
                found.quality[at],
            )
            if at in found.texts:
                moment.texts[row] = found.texts[at]
    return moment


class Search:
    """One instant, for many tags; no slot is there twice."""

    def __init__(self, sight: Sight, slots: list[int], instant: int, by_arrival: bool) -> None:
        self._moment = Moment.unread(len(slots))
        self._doubtful: set[int] = set()
        """Rows to be looked at one by one."""
        self._sight = sight
        self._arrived = instant if by_arrival else None
        self._upto = instant + AHEAD if by_arrival else instant
        self._instant = instant
        self._slots = slots
        self._row = {slot: row for row, slot in enumerate(slots)}
        self._row_of = np.full(max(slots, default=0) + 2, -1, np.int64)
        self._row_of[slots] = np.arange(len(slots))
        self._ordered = np.sort(np.array(slots, np.uint32))
        self._time = np.full(len(slots), LOWEST, np.int64)

    def run(self) -> Moment:
        if len(self._slots) < MANY:
            self._doubtful.update(range(len(self._slots)))
        else:
            self._together()
        self._one_by_one()
        return self._moment

    def _together(self) -> None:
        """A file read later wins only where it is newer: what is in hot.db arrived last."""
        for row in self._sight.hot:
            if row.t0 <= self._upto and len(row.block):
                self._take(row.block, self._counting(row.block))
        self._chunks(self._sight.stage, self._slots, self._sight.merged)
        start = self._sight.start(self._instant)
        for part in reversed(self._sight.parts):
            if part.t0 < self._upto:
                self._partition(part)
                if part.t0 <= start:
                    self._frame(part)
                    break
        self._moment.time = np.where(self._time == LOWEST, 0, self._time)

    def _one_by_one(self) -> None:
        slots = [self._slots[row] for row in self._doubtful]
        hot = {} if self._arrived is not None else self._sight.newest(slots, self._instant)
        for row, slot in zip(self._doubtful, slots, strict=True):
            if self._arrived is not None:
                found = self._sight.shown(slot, self._instant)
            else:
                found = self._sight.last(slot, self._instant, hot.get(slot, NONE))
            self._moment.take(row, found)

    def _counting(self, block: Block) -> NDArray[np.intp]:
        """Places in a block, sorted by slot, that count: asked for, and known by then."""
        at = self._asked(block)
        counts = block.time[at] <= self._upto
        if self._arrived is not None:
            counts &= block.time[at] + block.lag[at] * LAG_UNIT <= self._arrived
        counts &= block.time[at] >= self._time[self._row_of[block.slot[at]]]
        return at[counts]

    def _asked(self, block: Block) -> NDArray[np.intp]:
        """Places in a block of slots that were asked for."""
        if len(self._slots) * APART > len(block):
            return np.flatnonzero(self._row_of[np.minimum(block.slot, len(self._row_of) - 1)] >= 0)
        low, high = (np.searchsorted(block.slot, self._ordered, side) for side in SIDES)
        n = high - low
        return np.repeat(low - np.cumsum(n) + n, n) + np.arange(n.sum())

    def _take(self, block: Block, at: NDArray[np.intp]) -> None:
        """Of each slot the newest of these places; of equal times the one that stands last."""
        rows, time = self._row_of[block.slot[at]], block.time[at]
        if ((time[1:] < time[:-1]) & (rows[1:] == rows[:-1])).any():
            order = np.lexsort((time, rows))  # stable
            at, rows, time = at[order], rows[order], time[order]
        newest = np.append(rows[1:] != rows[:-1], True) if len(rows) else at
        at, found = at[newest], rows[newest]
        self._time[found], self._moment.value[found] = time[newest], block.value[at]
        self._moment.quality[found] = block.quality[at]
        # a block knows of its text tags, but a keyframe only of those whose sample is good
        for row in self._moment.texts.keys() & found.tolist() if self._moment.texts else ():
            del self._moment.texts[row]
        if block.text_slots:
            for place in at[np.isin(block.slot[at], block.text_slots)].tolist():
                self._moment.take(int(self._row_of[block.slot[place]]), block.samples(place, place + 1))

    def _partition(self, part: PartRow) -> None:
        slots = [self._slots[row] for row in np.flatnonzero(self._time < part.t1).tolist()]

        def search(file: Connection) -> bool:
            self._chunks(file, slots)
            return True

        if not self._sight.asked(part, search, False) and part.t0 < self._instant:
            # nobody knows what ruled from its start on
            for row in np.flatnonzero(self._time <= part.t0).tolist():
                self._moment.take(row, unread([part.t0 + 1]))
                self._time[row] = part.t0 + 1

    def _chunks(self, file: Connection, slots: list[int], merged: Merged | None = None) -> None:
        sure = LOWEST if self._arrived is not None else self._upto
        words = {"slots": json.dumps(slots), "instant": self._instant, "upto": self._upto}
        answer = file.execute(_REACHING, {**words, "sure": sure, "lowest": LOWEST})
        found = list[tuple[int, Last]]()
        for slot, group in groupby(answer, itemgetter(0)):
            row = self._row[slot]
            last = self._newest(row, list(group), merged)
            if last is not None:
                found.append((row, last))
        self._put(found)

    def _newest(self, row: int, group: list[_Chunk], merged: Merged | None) -> Last | None:
        """The newest sample of a slot's chunks; None too where that takes a closer look."""
        best: Last | None = None
        base = group[0][5]
        if len(group) > 1:
            group.sort(key=itemgetter(4))  # of equal times what was written last rules
        try:
            for _, t0, t1, value, id_, _, blob in group:
                if merged is not None and merged(t0, id_):
                    continue
                if blob is not None:
                    last = Packed(blob).last(self._upto, self._arrived)
                else:
                    last = None if value is None else (t1, value, 0, None)  # every sample of the chunk is good
                if last is not None and (best is None or last[0] >= best[0]):
                    best = last
        except Damaged:
            self._doubtful.add(row)
            return None
        if base != LOWEST and (best is None or best[0] < base):
            self._doubtful.add(row)  # what had arrived by then is in a chunk before these
            return None
        return best

    def _put(self, found: list[tuple[int, Last]]) -> None:
        """Take what is newer than what was found before."""
        if not found:
            return
        rows = np.array([row for row, _ in found])
        time = np.array([last[0] for _, last in found])
        newer = time > self._time[rows]
        at = rows[newer]
        self._time[at] = time[newer]
        self._moment.value[at] = np.array([last[1] for _, last in found])[newer]
        self._moment.quality[at] = np.array([last[2] for _, last in found], np.uint8)[newer]
        texts = self._moment.texts
        for (row, last), counts in zip(found, newer.tolist(), strict=True):
            if counts and (texts or last[3] is not None):
                texts.pop(row, None)
                if last[3] is not None:
                    texts[row] = last[3]

    def _frame(self, part: PartRow) -> None:
        """What was written before the partition and never since is in its keyframe."""
        frame = self._sight.frame(part)
        at = self._asked(frame)
        rows = self._row_of[frame.slot[at]]
        newer = frame.time[at] > self._time[rows]
        at, rows = at[newer], rows[newer]
        if self._arrived is not None:
            late = frame.time[at] + frame.lag[at] * LAG_UNIT > self._arrived
            self._doubtful.update(rows[late].tolist())
            at = at[~late]
        self._take(frame, at)
