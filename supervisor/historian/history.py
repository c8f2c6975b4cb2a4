"""History: what was, for whoever draws or prints it. Reads the files while the station writes them; writes nothing.

Trends are made in drawing.py.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

import numpy as np

from supervisor.database import Connection
from supervisor.historian import catalogue, check, durations
from supervisor.historian.check import Damage
from supervisor.historian.drawing import Drawing, Trend, exact
from supervisor.historian.dropped import dropped
from supervisor.historian.durations import HOUR, Tally
from supervisor.historian.moment import MANY, Moment, find
from supervisor.historian.rollups import NOTHING, Rows
from supervisor.historian.samples import NONE, Samples, Span
from supervisor.historian.view import Gone, Sight, View

T = TypeVar("T")

__all__ = ["Damage", "History", "Info", "Moment", "Samples", "Trend"]


@dataclass(frozen=True, slots=True)
class Info:
    """How big a history is."""

    tags: int
    samples: int
    bytes: int
    parts: int
    oldest: int
    """ns UTC, 0 where there is no sample."""
    newest: int

    @property
    def bytes_per_sample(self) -> float:
        return self.bytes / self.samples if self.samples else 0.0


class History:
    """See the module. Every method may be called from any thread and raises StoreError where files can't be read."""

    def __init__(self, folder: Path) -> None:
        """The folder may still be empty: the station that fills it starts in its own time."""
        self._folder = folder
        self._view: View | None = None
        self._lock = threading.Lock()
        self._slots: dict[str, int] = {}
        self._latest: dict[tuple[str, int], tuple[int, int]] = {}
        """See `earlier.Latest`."""

    def close(self) -> None:
        with self._lock:
            if self._view is not None:
                self._view.close()
            self._view = None

    def samples(self, tag_id: str, start: int, end: int) -> Samples:
        """Every sample with start < t <= end; none for a tag that was never recorded."""
        return self._ask(tag_id, lambda sight, slot: sight.samples(slot, (start, end)), NONE)

    def at(self, tag_ids: Sequence[str], instant: int, by_arrival: bool = False) -> Moment:
        """What was in force at an instant; by arrival: what the station showed then, late data not having come yet."""
        with self._lock:
            return self._looking(lambda view, sight: find(sight, self._known(view, tag_ids), instant, by_arrival))

    def span(self, tag_id: str) -> Span | None:
        """Times of the first and the last sample; None for a tag that was never recorded."""
        return self._ask(tag_id, _span, None)

    def trend(self, tag_id: str, start: int, end: int, pixels: int, level: int | None = None) -> Trend:
        """What to draw of start < t <= end on `pixels` columns. `level` forces a rollup (ns), 0 the samples."""
        pixels = max(1, min(pixels, end - start))

        def work(sight: Sight, slot: int) -> Trend:
            return Drawing(self._open(), sight, slot, (start, end), pixels).draw(level)

        return self._ask(tag_id, work, exact(NONE, NOTHING, (start, start)))

    def states(self, tag_id: str, start: int, end: int) -> dict[float | str | None, int]:
        """How many ns of start < t <= end a tag was in each of its states: the id of a word, a number, or None for
        time without a good value. From hours where there are any, and so still there when the samples are dropped.
        """
        return self._ask(tag_id, lambda sight, slot: _states(self._open(), sight, slot, (start, end)), {})

    def dropped(self, tag_id: str, start: int, end: int, level: int) -> list[tuple[Span, Rows]]:
        """Where in start < t <= end the samples were dropped, with the buckets of a level (ns) that tell of them."""
        return self._ask(tag_id, lambda sight, slot: dropped(self._open(), sight, slot, (start, end), level), [])

    def info(self) -> Info:
        """Sizes and bounds; reads the headers of what is not merged yet."""
        with self._lock:
            return self._looking(self._measure)

    def tags(self) -> dict[str, str]:
        """Id and kind of every tag ever recorded, those that left the site too, by id."""
        with self._lock:
            statement = "SELECT name, kind FROM tag ORDER BY name"
            return self._looking(lambda view, _: dict(view.meta.execute(statement).fetchall()))

    def known(self) -> int:
        """Up to when the history knows anything, ns UTC; the values in force then rule no further."""
        with self._lock:
            return self._looking(lambda _, sight: sight.known)

    def count(self, tag_id: str, start: int, end: int) -> int:
        """At most how many samples lie in start < t <= end: reads no sample, and counts chunks that reach out whole."""
        return self._ask(tag_id, lambda sight, slot: sight.count(slot, (start, end)), 0)

    def counts(self) -> dict[str, int]:
        """About how many samples of every tag there are, by id; reads the header of every chunk."""
        with self._lock:
            return self._looking(_counted)

    def verify(self, told: Callable[[str, int], None] | None = None) -> list[Damage]:
        """Read everything and name what is damaged, the station running or not; takes its time.

        `told` hears the name of the file and the bytes read since it was last told, for a bar.
        """
        found = check.everything(self._folder, told or (lambda name, size: None))
        with self._lock:
            query = "SELECT slot, name FROM tag"
            names = self._looking(lambda view, _: dict(view.meta.execute(query).fetchall()))
        return [replace(one, tag=names.get(one.slot, "")) for one in found]

    def damages(self) -> list[Damage]:
        """What the station's scrub has found damaged, oldest first."""
        with self._lock:
            return self._looking(lambda view, _: catalogue.damages(view.meta))

    def _ask(self, tag_id: str, work: Callable[[Sight, int], T], otherwise: T) -> T:
        """`otherwise` for a tag the history does not know."""

        def ask(view: View, sight: Sight) -> T:
            slot = self._slot(view, tag_id)
            return otherwise if slot is None else work(sight, slot)

        with self._lock:
            return self._looking(ask)

    def _open(self) -> View:
        if self._view is None:
            self._view = View(self._folder)
        return self._view

    def _looking(self, work: Callable[[View, Sight], T]) -> T:
        """Look until no partition vanished underneath."""
        view = self._open()
        for _ in range(3):
            with suppress(Gone), view.look() as sight:
                return work(view, sight)
        with view.look() as sight:
            return work(view, sight)

    def _slot(self, view: View, tag_id: str) -> int | None:
        if tag_id not in self._slots:
            row = view.meta.execute("SELECT slot FROM tag WHERE name = ?", (tag_id,)).fetchone()
            if row is None:
                return None
            self._slots[tag_id] = int(row[0])
        return self._slots[tag_id]

    def _known(self, view: View, tag_ids: Sequence[str]) -> list[int | None]:
        """Their slots; of many that were never asked for, all slots are read at once."""
        if sum(id_ not in self._slots for id_ in tag_ids) > MANY:
            self._slots.update(view.meta.execute("SELECT name, slot FROM tag").fetchall())
        return [self._slot(view, id_) for id_ in tag_ids]

    def _measure(self, view: View, sight: Sight) -> Info:
        staged = sight.stage.execute("SELECT coalesce(sum(n), 0), min(t0), max(t1) FROM chunk").fetchone()
        bounds = [staged[1:]] if staged[0] else []
        bounds += [(part.t0, part.t1) for part in sight.parts if part.samples]
        bounds += [(row.t0, row.t1) for row in sight.hot]
        files = [*self._folder.glob("*.db-wal"), *self._folder.glob("*.db")]
        return Info(
            tags=view.meta.execute("SELECT count(*) FROM tag").fetchone()[0],
            samples=staged[0] + sum(part.samples for part in sight.parts) + sum(len(row.block) for row in sight.hot),
            bytes=sum(_size(path) for path in files),
            parts=len(sight.parts),
            oldest=min((low for low, _ in bounds), default=0),
            newest=max((high for _, high in bounds), default=0),
        )


def _states(view: View, sight: Sight, slot: int, span: Span) -> dict[float | str | None, int]:
    """What came too late to be in the hours counts once they are made again."""
    pieces, at, until = [], span[0], min(span[1], max(span[0], sight.known))
    for start, found in durations.load(view.rollup, slot, span, view.grid.length):
        hours = -(-max(start, at) // HOUR) * HOUR, min(start + view.grid.length, until) // HOUR * HOUR
        if hours[0] < hours[1]:
            pieces += [_walked(sight, slot, (at, hours[0])), found.within(hours)]
            at = hours[1]
    return durations.together([*pieces, _walked(sight, slot, (at, until))])


def _walked(sight: Sight, slot: int, span: Span) -> Tally:
    """Time by state from the samples."""
    if span[0] >= span[1]:
        return Tally(NONE.time, NONE.value, NONE.lag)
    found = sight.samples(slot, span).interrupted(span)
    return durations.tally(found, np.array(span), sight.last(slot, span[0]))


def _counted(view: View, sight: Sight) -> dict[str, int]:
    def count(file: Connection) -> list[tuple[int, int]]:
        return file.execute("SELECT tag, sum(n) FROM chunk GROUP BY tag").fetchall()

    totals, none = dict[int, int](), list[tuple[int, int]]()
    for found in (count(sight.stage), *(sight.asked(row, count, none) for row in sight.parts)):
        for slot, n in found:
            totals[slot] = totals.get(slot, 0) + n
    for row in sight.hot:
        for slot, n in zip(*(column.tolist() for column in np.unique(row.block.slot, return_counts=True)), strict=True):
            totals[slot] = totals.get(slot, 0) + n
    names = view.meta.execute("SELECT slot, name FROM tag ORDER BY name").fetchall()
    return {name: totals.get(slot, 0) for slot, name in names}


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:  # a WAL goes with its last writer, a partition with its next generation
        return 0


def _span(sight: Sight, slot: int) -> Span | None:
    def bounds(file: Connection) -> list[int]:
        found = file.execute("SELECT min(t0), max(t1) FROM chunk WHERE tag = ?", (slot,)).fetchone()
        return [] if found[0] is None else [int(found[0]), int(found[1])]

    times, none = bounds(sight.stage), list[int]()
    for row in sight.hot:
        times += row.block.of(slot).time.tolist()
    for parts in (sight.parts, sight.parts[::-1]):
        times += next(filter(None, (sight.asked(row, bounds, none) for row in parts)), none)
    return (min(times), max(times)) if times else None
