"""Earlier: the history as it ended at an instant of the past, for a window that shows it. Writes nothing.

By source time: everything up to the instant, whenever it came. By arrival: of that only what had come by then.

Rollups are made of everything that ever came, so by arrival they answer only where nothing came later than the
instant; there, and as far as a value that came later was carried on, the samples themselves are read. Whether any did
is in the column of arrivals, which is read without the values; of a partition, which is never written again, the
answer is remembered. Only where the samples were dropped nobody knows when they came: see `Trend.unsure`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from supervisor.database import sqlite3
from supervisor.flow import Times
from supervisor.historian import chunks, durations
from supervisor.historian.check import Damage
from supervisor.historian.codec import Damaged, Packed
from supervisor.historian.drawing import Trend
from supervisor.historian.dropped import dropped
from supervisor.historian.files import LOWEST, PartRow
from supervisor.historian.history import History
from supervisor.historian.moment import Moment
from supervisor.historian.rollups import LEVELS, Rows
from supervisor.historian.samples import Samples, Span
from supervisor.historian.view import REACH, Lot, Sight, View

T = TypeVar("T")
Latest = dict[tuple[str, int], tuple[int, int]]
"""Partition file and slot -> time of its first sample, LOWEST for none, and no later than when all had arrived."""


@dataclass(frozen=True, slots=True)
class End:
    """What is seen."""

    instant: int
    """Nothing later, ns UTC."""
    by_arrival: bool

    def of(self, found: Samples) -> Samples:
        """Of samples those that are seen."""
        seen = found.time <= self.instant
        if self.by_arrival:
            seen &= found.arrival <= self.instant
        return found if bool(seen.all()) else found.take(np.flatnonzero(seen))


@dataclass(slots=True)
class EarlierLot(Lot):
    """A lot of which only that is decoded which is seen."""

    end: End = End(0, False)

    def samples(self) -> Samples:
        return self.end.of(Lot.samples(self))


class EarlierSight(Sight):
    """A sight as it was at an instant. Good only as long as the whole one."""

    def __init__(self, whole: Sight, end: End, latest: Latest) -> None:
        super().__init__(whole._view, whole.stage, whole.hot, whole.parts, min(whole.known, end.instant))
        self.end, self._latest = end, latest

    def unmerged(self, slot: int, span: Span) -> Samples:
        return self.end.of(super().unmerged(slot, span))

    def lots(self, slot: int, span: Span, most: int | None = None) -> Iterator[Lot]:
        for lot in super().lots(slot, span, most):
            yield EarlierLot(lot.span, lot.stored, lot.holes, lot.unmerged, self.end)

    def last(self, slot: int, instant: int, newest: Samples | None = None, whole: bool = False) -> Samples:
        """What was in force, or of what had come by then the newest up to an instant."""
        upto, reach = min(instant, self.end.instant), REACH
        if not self.end.by_arrival:
            return super().last(slot, upto, newest if upto == instant else None, whole)
        while True:
            found = super().last(slot, upto, whole=True)
            if not len(found) or found.arrival[0] <= self.end.instant:
                return found
            span = upto - reach, upto
            before = self.samples(slot, span).interrupted(span)
            if len(before):
                return before.last()
            upto, reach = upto - reach, 8 * reach

    def count(self, slot: int, span: Span) -> int:
        return super().count(slot, (span[0], min(span[1], self.end.instant)))

    def told(self, slot: int, spans: Sequence[Span], level: int) -> tuple[Span, ...]:
        """Without the buckets of a level that know of what came later than the instant."""
        if not self.end.by_arrival:
            return tuple(spans)
        kept = list[Span]()
        for span in spans:
            at = span[0]
            for start, end in self._came_later(slot, span):
                kept.append((at, min(start // level * level, span[1])))
                at = max(at, min(-(-end // level) * level, span[1]))
            kept.append((at, span[1]))
        return tuple(span for span in kept if span[0] < span[1])

    def _came_later(self, slot: int, span: Span) -> list[Span]:
        """Where in a span, oldest first, what came later than the instant ruled: until what had come by then."""
        carried = Sight.last(self, slot, span[0], whole=True)
        began = np.array([span[0]]), np.array([bool(len(carried)) and bool(carried.arrival[0] > self.end.instant)])
        rows = [row for row in self.parts if row.t0 < span[1] and row.t1 > span[0]]
        pieces = [began, *(piece for row in rows for piece in self._arrivals(row, slot))]
        time, late = (np.concatenate(column) for column in zip(*pieces, strict=True))
        turns = np.flatnonzero(np.diff(late.astype(np.int8), prepend=0))
        ends = np.append(time[turns[1::2]], span[1])  # the last run may go on to the end
        return [(start - 1, end) for start, end in zip(time[turns[::2]].tolist(), ends.tolist(), strict=False)]

    def _arrivals(self, row: PartRow, slot: int) -> Iterator[tuple[Times, NDArray[np.bool_]]]:
        """Of one partition the times of samples, ordered, and whether they came later than the instant; of stretches
        in which none did only the first."""
        key, latest = (row.name, slot), self.end.instant
        known = self._latest.get(key)
        try:
            if known is not None and known[1] <= latest:
                if known[0] != LOWEST:
                    yield np.array([known[0]]), np.zeros(1, np.bool_)
                return
            stored = chunks.fetch(self._view.part(row), slot, (row.t0, row.t1), row.name)
            found = [(one.span[0], Packed(one.blob)) for one in stored]
        except sqlite3.OperationalError:
            raise
        except (Damaged, sqlite3.DatabaseError):  # whoever reads the samples says so
            yield np.array([row.t0 + 1]), np.ones(1, np.bool_)
            return
        arrived = [packed.latest() for _, packed in found]
        self._latest[key] = (min((first for first, _ in found), default=LOWEST), max(arrived, default=LOWEST))
        for (first, packed), last in zip(found, arrived, strict=True):
            if last <= latest:
                yield np.array([first]), np.zeros(1, np.bool_)
            else:
                time, arrival = packed.arrivals()
                yield time, arrival > latest


class Earlier(History):
    """See the module. It reads the open files of the whole one, and leaves it to others to close them.

    What tells of the files themselves (`info`, `counts`, `tags`, `verify`) is of today.
    """

    def __init__(self, whole: History, instant: int, by_arrival: bool = False) -> None:
        self._whole, self.end = whole, End(instant, by_arrival)
        self._folder, self._lock = whole._folder, whole._lock
        self._slots, self._latest = whole._slots, whole._latest

    def close(self) -> None:
        """Nothing here is its own."""

    def at(self, tag_ids: Sequence[str], instant: int, by_arrival: bool = False) -> Moment:
        """What was in force at an instant no later than its own; by arrival, of what had come by its own."""
        instant = min(instant, self.end.instant)
        if by_arrival or not self.end.by_arrival:
            return super().at(tag_ids, instant, by_arrival)

        def find(view: View, sight: Sight) -> Moment:
            moment = Moment.unread(len(tag_ids))
            for row, slot in enumerate(self._known(view, tag_ids)):
                if slot is not None:
                    moment.take(row, sight.last(slot, instant))
            return moment

        with self._lock:
            return self._looking(find)

    def span(self, tag_id: str) -> Span | None:
        """As the whole one's; reads every sample up to the instant."""
        found = self.samples(tag_id, LOWEST, self.end.instant)
        return (int(found.time[0]), int(found.time[-1])) if len(found) else None

    def dropped(self, tag_id: str, start: int, end: int, level: int) -> list[tuple[Span, Rows]]:
        """As the whole one's, up to the instant."""
        return super().dropped(tag_id, start, min(end, self.end.instant), level)

    def damages(self) -> list[Damage]:
        """What can't be read today of what was by then."""
        upto, found = self.end.instant, super().damages()
        return [replace(one, span=(one.span[0], min(one.span[1], upto))) for one in found if one.span[0] < upto]

    def trend(self, tag_id: str, start: int, end: int, pixels: int, level: int | None = None) -> Trend:
        """As the whole one's, up to the instant."""
        found = super().trend(tag_id, start, end, pixels, level)
        if not self.end.by_arrival:
            return found
        return replace(found, unsure=self._ask(tag_id, lambda sight, slot: self._dropped(sight, slot, start, end), 0))

    def states(self, tag_id: str, start: int, end: int) -> dict[float | str | None, int]:
        """As the whole one's; by arrival from the samples alone."""
        if not self.end.by_arrival:
            return super().states(tag_id, start, min(end, self.end.instant))

        def walk(sight: Sight, slot: int) -> dict[float | str | None, int]:
            span = start, max(start, min(end, sight.known))
            found = sight.samples(slot, span).interrupted(span)
            return durations.together([durations.tally(found, np.array(span), sight.last(slot, start))])

        return self._ask(tag_id, walk, {})

    def _dropped(self, sight: Sight, slot: int, start: int, end: int) -> int:
        """Up to when samples were dropped of which buckets are left: nobody knows when what they tell of came."""
        gone = dropped(self._open(), sight, slot, (start, end), LEVELS[1])
        return max((span[1] for span, rows in gone if len(rows)), default=0)

    def _open(self) -> View:
        return self._whole._open()

    def _looking(self, work: Callable[[View, Sight], T]) -> T:
        end, latest = self.end, self._latest
        return super()._looking(lambda view, sight: work(view, EarlierSight(sight, end, latest)))
