"""Drawing: the samples or rollups of one tag as what a screen of so many columns can show.

A trend never loses a peak: whatever the source, each column of it has the lowest and highest value in force in it.
Up to two weeks on 2 000 columns it is made of the samples themselves; beyond, of the widest rollup that is no wider
than a column, with samples at the ragged ends and wherever no rollup exists yet.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import accumulate, chain, islice

import numpy as np

from supervisor.flow import Times, Values
from supervisor.historian import rollups
from supervisor.historian.rollups import FINE, LEVELS, NOTHING, Carried, Rows
from supervisor.historian.samples import Samples, Span, join, samples
from supervisor.historian.view import Lot, Sight, View
from supervisor.model import BAD

LOT = 50_000
"""Samples decoded and reduced at a time, side by side: their columns stay in the processor's cache."""
HANDS = min(4, os.cpu_count() or 1)
"""Threads that do so; the codec and numpy let each other run."""
AT_ONCE = 16
"""Lots held in memory."""
RAW_MOST = 2_000_000
"""Samples read for one trend at most; about 50 ms."""


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
    unsure: int = 0
    """Of what was known at an instant: up to here (ns UTC) what came later may be in it, for the samples were dropped;
    0 where nothing is."""

    def __len__(self) -> int:
        return len(self.time)


_NO_ROWS = rollups.join([])


def _within(rows: Rows, span: Span) -> Rows:
    return rows.take(slice(*np.searchsorted(rows.start, span).tolist()))


def _whole(span: Span, level: int) -> Span:
    """A span without the ragged ends that are no whole bucket."""
    return -(-span[0] // level) * level, span[1] // level * level


class Drawing:
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
        return self._columns(self._pieces((self._span[0], self._until), level)) if level else self._from_samples()

    def _from_samples(self) -> Trend:
        """The samples themselves where they are few, or words."""
        lots = self._sight.lots(self._slot, self._span, LOT)
        first = next(lots)
        if not first.texts and first.span != self._span:
            return self._columns(self._side_by_side(chain((first,), lots)))
        found = join([lot.samples() for lot in chain((first,), lots)]).interrupted(self._span)
        if len(found) <= 2 * len(self._edges) or found.words:
            return exact(found, self._carried(self._span[0]), (self._span[0], self._until))
        return self._columns([self._reduced(found, (self._span[0], self._until), self._carried(self._span[0]))])

    def _choose(self) -> int:
        fitting = [level for level in LEVELS if level <= self._step and self._view.grid.length % level == 0]
        if fitting:
            return fitting[-1]
        count = self._sight.count(self._slot, self._span)
        if count <= RAW_MOST:
            return self._instead(count)
        # minutes are kept of what is fast, so that what has none is soon read
        return FINE if len(rollups.load(self._view.rollup, self._slot, FINE, self._on_grid(FINE))) else LEVELS[0]

    def _carried(self, instant: int) -> Carried:
        sample = self._sight.last(self._slot, instant)
        return Carried(float(sample.value[0]), int(sample.quality[0])) if len(sample) else NOTHING

    def _columns(self, pieces: list[Rows]) -> Trend:
        rows = rollups.fold(rollups.join(pieces), self._edges)
        rows = rows.take(np.flatnonzero((rows.good > 0) | (rows.n > 0) | (rows.worst >= BAD)))
        step = round(self._step)
        shown = rows.take(np.flatnonzero(~np.isnan(rows.low)))
        bad = rows.start[rows.worst >= BAD].tolist()
        spans = merged([(start, start + step + 1) for start in bad])
        # a value that came at a column's last instant ruled for no time in it, so it has no mean of its own
        mean = np.where(shown.good > 0, shown.mean, shown.low / 2 + shown.high / 2)
        return Trend(shown.start + step // 2, shown.low, shown.high, mean, spans, step, self._until)

    def _instead(self, count: int) -> int:
        """The finest rollup there is where the samples were dropped; 0 where they are still there."""
        parts = self._sight.parts
        if count and (not parts or self._span[0] >= parts[0].t0):
            return 0
        gone = (self._span[0], self._until if not count else min(self._until, parts[0].t0 if parts else self._until))
        spans = ((level, _whole(gone, level)) for level in LEVELS[:2])
        return next(
            (level for level, span in spans if len(rollups.load(self._view.rollup, self._slot, level, span))), 0
        )

    def _pieces(self, span: Span, level: int) -> list[Rows]:
        """The rows of a span: of the level where it has any, elsewhere of the next one down, at last of the samples.

        Days have none where the history was merged before there were any.
        """
        if not level:
            return self._raw(span) if span[0] < span[1] else []
        below = LEVELS[1] if level == LEVELS[2] else 0
        pieces, at, whole = [], span[0], _whole(span, level)
        rolled = rollups.load(self._view.rollup, self._slot, level, whole) if whole[0] < whole[1] else _NO_ROWS
        for covered in self._covered(rolled, whole, level):
            pieces += [*self._pieces((at, covered[0]), below), self._rollup(level, rolled, covered)]
            at = covered[1]
        return pieces + self._pieces((at, span[1]), below)

    def _on_grid(self, level: int) -> Span:
        return _whole((self._span[0], self._until), level)

    def _covered(self, rolled: Rows, whole: Span, level: int) -> tuple[Span, ...]:
        """Where the buckets stand for the samples, oldest first: partitions in which the tag has any, and all that was
        before the first one: what is dropped is known by its buckets alone."""
        parts = self._sight.parts
        spans = [(max(part.t0, whole[0]), min(part.t1, whole[1])) for part in parts]
        spans += [(whole[0], min(parts[0].t0 if parts else whole[1], whole[1]))]
        low, high = np.searchsorted(rolled.start, np.array(spans).T)
        any_ = (high > low).tolist()
        spans = [span for span, some in zip(spans, any_, strict=True) if some and span[0] < span[1]]
        return self._sight.told(self._slot, merged(spans), level)

    def _raw(self, span: Span) -> list[Rows]:
        """From the samples."""
        lots = self._sight.lots(self._slot, span, LOT)
        first = next(lots)
        if first.span == span:
            return [self._lot(first, _known(first), self._carried(span[0]))]
        return self._side_by_side(chain((first,), lots))

    def _side_by_side(self, lots: Iterator[Lot]) -> list[Rows]:
        """Threads decode and reduce what was read, where that is much. No file is read meanwhile: every answer of
        SQLite would wait for them to let go of the interpreter, on a busy machine for milliseconds."""
        pieces, before = list[Rows](), list[Carried]()
        with ThreadPoolExecutor(HANDS) as hands:
            while some := list(islice(lots, AT_ONCE)):
                do = hands.map if len(some) == AT_ONCE else map
                found = list(do(_known, some))
                start = before[-1] if before else self._carried(some[0].span[0])
                before = list(accumulate(found, _ruling, initial=start))
                pieces += do(self._lot, some, found, before)
        return pieces

    def _lot(self, lot: Lot, found: Samples, carried: Carried) -> Rows:
        """In any thread: nothing here reads a file."""
        return self._reduced(found, (lot.span[0], min(lot.span[1], self._until)), carried)

    def _reduced(self, found: Samples, span: Span, carried: Carried) -> Rows:
        """Samples as columns, cut at the ends of their span."""
        if span[0] >= span[1]:
            return _NO_ROWS
        inside = self._edges[(self._edges > span[0]) & (self._edges < span[1])]
        edges = np.concatenate(([span[0]], inside, [span[1]])).astype(np.int64)
        return rollups.reduce(found.within(*span), edges, carried)

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


def _known(lot: Lot) -> Samples:
    return lot.samples().interrupted(lot.span)


def _ruling(before: Carried, found: Samples) -> Carried:
    """What a lot hands on to the next."""
    return Carried(float(found.value[-1]), int(found.quality[-1])) if len(found) else before


def exact(drawn: Samples, carried: Carried, span: Span) -> Trend:
    """Exact: the samples themselves, led by the value in force at the start."""
    led = drawn
    if carried is not NOTHING and not drawn.words:
        led = join([samples([span[0]], [carried.value], [carried.quality]), drawn])
    bad = led.quality >= BAD
    ends = np.append(led.time[1:], span[1])
    spans = [(a, b) for a, b in zip(led.time[bad].tolist(), ends[bad].tolist(), strict=True) if a < b]
    value = np.where(bad, np.nan, led.value)
    return Trend(led.time, value, value, value, merged([*spans, *drawn.damaged]), 0, span[1], drawn.words)


def merged(spans: Sequence[Span]) -> tuple[Span, ...]:
    """Those that touch become one; oldest first."""
    result: list[Span] = []
    for start, end in sorted(spans):
        if result and start <= result[-1][1]:
            result[-1] = (result[-1][0], max(end, result[-1][1]))
        else:
            result.append((start, end))
    return tuple(result)
