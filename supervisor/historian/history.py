"""History: what was, for whoever draws or prints it. Reads the files while the station writes them; writes nothing.

A trend never loses a peak: whatever the source, each column of it has the lowest and highest value in force in it.
Up to two weeks on 2 000 columns it is made of the samples themselves; beyond, of the widest rollup that is no wider
than a column, with samples at the ragged ends and wherever no rollup exists yet.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import numpy as np

from supervisor.flow import Qualities, Times, Values
from supervisor.historian import rollups
from supervisor.historian.files import LOWEST
from supervisor.historian.rollups import LEVELS, NOTHING, Carried, Rows
from supervisor.historian.samples import NONE, Samples, Span, join, samples
from supervisor.historian.view import Gone, Sight, View
from supervisor.model import BAD, Quality

RAW_MOST = 2_000_000
"""Samples read for one trend at most; about 50 ms."""

T = TypeVar("T")

__all__ = ["History", "Info", "Moment", "Samples", "Trend"]


@dataclass(slots=True)
class Trend:
    """What to draw of one tag."""

    time: Times
    """Exact: source times, the first being the start with the value in force there. Else: middles of the columns."""
    low: Values
    """Lowest value in force; NaN where there was none."""
    high: Values
    mean: Values
    """Time-weighted over good time."""
    bad: tuple[Span, ...]
    """Where the quality was bad, oldest first; to be hatched."""
    step: int
    """Width of a column in ns; 0 for exact samples, to be drawn as steps: each value rules until the next."""
    until: int
    """Up to where the last value is known to be in force, ns UTC."""
    words: tuple[str, ...] = ()
    """Of a text tag: what its values are positions in."""

    def __len__(self) -> int:
        return len(self.time)


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

    def close(self) -> None:
        with self._lock:
            if self._view is not None:
                self._view.close()
            self._view = None

    def samples(self, tag_id: str, start: int, end: int) -> Samples:
        """Every sample with start < t <= end; none for a tag that was never recorded."""
        return self._ask(tag_id, lambda sight, slot: sight.samples(slot, (start, end)), NONE)

    def at(self, tag_ids: Sequence[str], instant: int) -> Moment:
        """What was in force at an instant."""
        moment = Moment(
            np.zeros(len(tag_ids), np.int64),
            np.full(len(tag_ids), np.nan),
            np.full(len(tag_ids), Quality.NEVER_READ, np.uint8),
            {},
        )
        with self._lock:
            self._looking(
                lambda view, sight: self._fill(moment, sight, [self._slot(view, id_) for id_ in tag_ids], instant)
            )
        return moment

    def span(self, tag_id: str) -> Span | None:
        """Times of the first and the last sample; None for a tag that was never recorded."""
        return self._ask(tag_id, _span, None)

    def trend(self, tag_id: str, start: int, end: int, pixels: int, level: int | None = None) -> Trend:
        """What to draw of start < t <= end on `pixels` columns. `level` forces a rollup (ns), 0 the samples."""
        pixels = max(1, min(pixels, end - start))

        def work(sight: Sight, slot: int) -> Trend:
            return _Drawing(self._open(), sight, slot, (start, end), pixels).draw(level)

        return self._ask(tag_id, work, _trend(NONE, NOTHING, (start, start)))

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

    @staticmethod
    def _fill(moment: Moment, sight: Sight, slots: list[int | None], instant: int) -> None:
        hot = sight.newest([slot for slot in slots if slot is not None], instant)
        for row, slot in enumerate(slots):
            found = NONE if slot is None else sight.last(slot, instant, hot.get(slot, NONE))
            if len(found):
                moment.time[row], moment.value[row] = found.time[0], found.value[0]
                moment.quality[row] = found.quality[0]
                if found.words:
                    moment.texts[row] = found.text(0)

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


def _counted(view: View, sight: Sight) -> dict[str, int]:
    statement = "SELECT tag, sum(n) FROM chunk GROUP BY tag"
    totals: dict[int, int] = {}
    for file in (sight.stage, *(sight.part(row) for row in sight.parts)):
        for slot, n in file.execute(statement).fetchall():
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
    first, last = _newest(sight, slot), _newest(sight, slot)
    statement = "SELECT min(t0) FROM chunk WHERE tag = ?"
    for row in sight.parts:
        (found,) = sight.part(row).execute(statement, (slot,)).fetchone()
        if found is not None:
            first = min(first, int(found))
            break
    (staged,) = sight.stage.execute(statement, (slot,)).fetchone()
    hot = [int(times.min()) for row in sight.hot if len(times := row.block.of(slot).time)]
    first = min([first, *hot] + ([int(staged)] if staged is not None else []))
    return None if last == LOWEST else (first, last)


def _newest(sight: Sight, slot: int) -> int:
    """Time of the last sample; LOWEST where there is none."""
    statement = "SELECT max(t1) FROM chunk WHERE tag = ?"
    times = [int(times.max()) for row in sight.hot if len(times := row.block.of(slot).time)]
    for file in [sight.stage, *(sight.part(row) for row in reversed(sight.parts))] if not times else [sight.stage]:
        (found,) = file.execute(statement, (slot,)).fetchone()
        if found is not None:
            times.append(int(found))
            break
    return max(times, default=LOWEST)


_NO_ROWS = rollups.join([])


def _within(rows: Rows, span: Span) -> Rows:
    return rows.take(slice(*np.searchsorted(rows.start, span).tolist()))


class _Drawing:
    """One trend being made."""

    def __init__(self, view: View, sight: Sight, slot: int, span: Span, pixels: int) -> None:
        self._view = view
        self._sight = sight
        self._slot = slot
        self._span = span
        self._until = min(span[1], max(span[0], sight.known))
        steps = np.arange(pixels + 1, dtype=np.int64)
        self._edges = span[0] + (span[1] - span[0]) // pixels * steps + (span[1] - span[0]) % pixels * steps // pixels
        self._step = (span[1] - span[0]) / pixels

    def draw(self, level: int | None) -> Trend:
        """See `History.trend`."""
        if level is None:
            level = self._choose()
        if level == 0:
            found = self._sight.samples(self._slot, self._span)
            if len(found) <= 2 * len(self._edges) or found.words:
                return _trend(found, self._carried(self._span[0]), (self._span[0], self._until))
        return self._columns(level)

    def _choose(self) -> int:
        fitting = [level for level in LEVELS if level <= self._step]
        if fitting:
            return fitting[-1]
        return LEVELS[0] if self._sight.count(self._slot, self._span) > RAW_MOST else 0

    def _carried(self, instant: int) -> Carried:
        sample = self._sight.last(self._slot, instant)
        return Carried(float(sample.value[0]), int(sample.quality[0])) if len(sample) else NOTHING

    def _columns(self, level: int) -> Trend:
        pieces, at = [], self._span[0]
        whole = self._on_grid(level)
        rolled = rollups.load(self._view.rollup, self._slot, level, whole) if whole[0] < whole[1] else _NO_ROWS
        for span in self._covered(rolled, whole):
            pieces += [self._raw((at, span[0])), self._rollup(level, rolled, span)]
            at = span[1]
        pieces.append(self._raw((at, self._until)))
        rows = rollups.fold(rollups.join(pieces), self._edges)
        rows = rows.take(np.flatnonzero((rows.good > 0) | (rows.n > 0) | (rows.worst >= BAD)))
        step = round(self._step)
        shown = rows.take(np.flatnonzero(~np.isnan(rows.low)))
        bad = rows.start[rows.worst >= BAD].tolist()
        spans = _merged([(start, start + step + 1) for start in bad])
        # a value that came at a column's last instant ruled for no time in it, so it has no mean of its own
        mean = np.where(shown.good > 0, shown.mean, shown.low / 2 + shown.high / 2)
        return Trend(shown.start + step // 2, shown.low, shown.high, mean, spans, step, self._until)

    def _on_grid(self, level: int) -> Span:
        """What is drawn, without the ragged ends that are no whole bucket; empty for level 0."""
        start, end = self._span[0], self._until
        return (-(-start // level) * level, end // level * level) if level else (start, start)

    def _covered(self, rolled: Rows, whole: Span) -> tuple[Span, ...]:
        """Where the buckets stand for the samples, oldest first: partitions in which the tag has any."""
        spans = [(max(part.t0, whole[0]), min(part.t1, whole[1])) for part in self._sight.parts]
        return _merged([span for span in spans if span[0] < span[1] and len(_within(rolled, span))])

    def _raw(self, span: Span) -> Rows:
        """From the samples: the columns, cut at the ends of the span."""
        if span[0] >= span[1]:
            return rollups.join([])
        inside = self._edges[(self._edges > span[0]) & (self._edges < span[1])]
        edges = np.concatenate(([span[0]], inside, [span[1]])).astype(np.int64)
        return rollups.reduce(self._sight.samples(self._slot, span), edges, self._carried(span[0]))

    def _rollup(self, level: int, rolled: Rows, span: Span) -> Rows:
        """From the rollups, with the peaks of what came too late to be in them."""
        rows = _within(rolled, span)
        rows.start = rows.start + level // 2  # a bucket belongs to the column its middle lies in
        late = self._sight.unmerged(self._slot, span)
        if not len(late):
            return rows
        peaks = rollups.reduce(late, rollups.grid(span, level), NOTHING)
        peaks.good[:] = 0
        return rollups.join([rows, peaks.take(np.flatnonzero(peaks.n > 0))])


def _trend(drawn: Samples, carried: Carried, span: Span) -> Trend:
    """Exact: the samples themselves, led by the value in force at the start."""
    led = drawn
    if carried is not NOTHING and not drawn.words:
        led = join([samples([span[0]], [carried.value], [carried.quality]), drawn])
    bad = led.quality >= BAD
    ends = np.append(led.time[1:], span[1])
    spans = _merged([(a, b) for a, b in zip(led.time[bad].tolist(), ends[bad].tolist(), strict=True) if a < b])
    value = np.where(bad, np.nan, led.value)
    return Trend(led.time, value, value, value, (*spans, *drawn.damaged), 0, span[1], drawn.words)


def _merged(spans: Sequence[Span]) -> tuple[Span, ...]:
    """Those that touch become one; oldest first."""
    result: list[Span] = []
    for start, end in sorted(spans):
        if result and start <= result[-1][1]:
            result[-1] = (result[-1][0], max(end, result[-1][1]))
        else:
            result.append((start, end))
    return tuple(result)
