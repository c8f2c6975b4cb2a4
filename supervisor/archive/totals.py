"""Totals: what a tag did in each bucket of a calendar, from its samples, piece by piece in order of time.

    count         samples in the bucket, good or not
    low, high     of the good values in force at some moment of it, the one carried in included
    mean          over the good time alone, each value weighing as long as it was in force
    good_s        seconds with a good value in force
    first, last   of its samples; NaN where bad or none
    worst         worst quality in force
    spent         of states and texts: seconds in each

Bad and missing time is left out of the mean instead of counting as zero. Exact where rollups are not: a bucket may
begin at any instant, and states have their time. Where the samples were dropped rollups take their place, as far as
they lie within a bucket, and it is said so.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from supervisor.clock import SECOND
from supervisor.flow import Qualities, Times, Values
from supervisor.historian.rollups import Rows
from supervisor.historian.samples import Samples, Span
from supervisor.model import BAD, Quality

Places = NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Ruling:
    """The sample in force when a piece begins."""

    value: float = float("nan")
    """Of a text tag, its number among the words of the totals."""
    quality: int = Quality.NEVER_READ


class Totals:
    """The buckets between consecutive edges."""

    def __init__(self, edges: Times, until: int, coded: bool, words: dict[str, int]) -> None:
        """`until`: values rule no further. `coded`: values are states or texts. `words` are numbered across totals."""
        n = len(edges) - 1
        self.edges = edges
        self.words = words
        self.spent: dict[tuple[int, float], float] = {}
        """(bucket, value) -> seconds."""
        self.count = np.zeros(n, np.int64)
        self.good_s = np.zeros(n)
        self.low, self.high, self.first, self.last = (np.full(n, np.nan) for _ in range(4))
        self.mean = np.zeros(n)
        self.worst = np.zeros(n, np.uint8)
        self.seen = np.zeros(n, np.bool_)
        """Where anything is known, be it only that nothing was read; elsewhere `worst` says nothing."""
        self.rolled = np.zeros(n, np.bool_)
        """Where rollups stand for samples that were dropped."""
        self._until = until
        self._coded = coded

    def add(self, found: Samples, span: Span, carried: Ruling) -> Ruling:
        """The next piece, whose span begins where the last one ended; what rules at its end."""
        value = self._numbered(found)
        good = (found.quality < BAD) & np.isfinite(value)
        if len(found):
            self._tell(found.time, np.where(good, value, np.nan), found.quality)
        found = found.interrupted(span)  # what can't be read is no sample, and ends what ruled
        value = self._numbered(found)
        self._rule(
            found.time, np.append(carried.value, value), np.append(np.uint8(carried.quality), found.quality), span
        )
        return Ruling(float(value[-1]), int(found.quality[-1])) if len(found) else carried

    def roll(self, rows: Rows, level: int) -> None:
        """Buckets of rollups, `level` ns wide, in the place of samples; those that cross an edge are left out."""
        bucket = np.searchsorted(self.edges, rows.start, "right") - 1
        inside = np.flatnonzero((bucket >= 0) & (bucket < len(self.count)))
        inside = inside[rows.start[inside] + level <= self.edges[bucket[inside] + 1]]
        if not len(inside):
            return
        rows, bucket = rows.take(inside), bucket[inside]
        self.seen[bucket] = self.rolled[bucket] = True
        np.maximum.at(self.worst, bucket, rows.worst)
        for shown in (rows.low, rows.high):
            self._extend(bucket, shown)
        sampled = np.flatnonzero(rows.n > 0)
        if len(sampled):
            begin = _turns(bucket[sampled])
            place, end = bucket[sampled][begin], np.append(begin[1:], len(sampled)) - 1
            fresh = self.count[place] == 0
            self.first[place[fresh]] = rows.first[sampled[begin[fresh]]]
            self.last[place] = rows.last[sampled[end]]
            np.add.at(self.count, bucket, rows.n)
        good = np.flatnonzero(rows.good > 0)
        if len(good):
            self._average(bucket[good], rows.mean[good], rows.good[good] / SECOND)

    def lasted(self, span: Span, spent: Mapping[float | str | None, int]) -> None:
        """Time by state (ns) of a span within one bucket, of which the samples were dropped."""
        bucket = int(np.searchsorted(self.edges, span[0], "right")) - 1
        for state, time in spent.items():
            if state is not None:
                code = float(self.words.setdefault(state, len(self.words)) if isinstance(state, str) else state)
                self.spent[bucket, code] = self.spent.get((bucket, code), 0.0) + time / SECOND

    def _numbered(self, found: Samples) -> Values:
        if not found.words:
            return found.value
        code = np.array([self.words.setdefault(word, len(self.words)) for word in found.words], np.float64)
        known = ~np.isnan(found.value)
        value = found.value.copy()
        value[known] = code[value[known].astype(np.intp)]
        return value

    def _tell(self, time: Times, shown: Values, quality: Qualities) -> None:
        """What the samples say, however short they ruled. `shown` is NaN where bad."""
        bucket = np.searchsorted(self.edges, time, "left") - 1
        begin = _turns(bucket)
        place = bucket[begin]
        end = np.append(begin[1:], len(time)) - 1
        fresh = self.count[place] == 0
        self.first[place[fresh]] = shown[begin[fresh]]
        self.last[place] = shown[end]
        self.count[place] += end - begin + 1
        self._extend(bucket, shown)
        np.maximum.at(self.worst, bucket, quality)
        self.seen[place] = True

    def _extend(self, bucket: Places, shown: Values) -> None:
        np.fmin.at(self.low, bucket, shown)
        np.fmax.at(self.high, bucket, shown)

    def _rule(self, time: Times, value: Values, quality: Qualities, span: Span) -> None:
        """What was in force, and how long. `value` and `quality` are led by what is carried in."""
        inside = self.edges[(self.edges > span[0]) & (self.edges < span[1])]
        # sorted runs, which a stable sort only merges; what is there twice makes a piece of no length
        marks = np.sort(np.concatenate((np.array(span, np.int64), inside, time)), kind="stable")
        start, length = marks[:-1], np.minimum(marks[1:], self._until) - marks[:-1]
        at = np.searchsorted(time, start, "right")
        bucket = np.searchsorted(self.edges, start, "right") - 1
        lasting = np.flatnonzero(length > 0)
        np.maximum.at(self.worst, bucket[lasting], quality[at[lasting]])
        self.seen[bucket[lasting]] = True
        good = lasting[(quality[at[lasting]] < BAD) & np.isfinite(value[at[lasting]])]
        self._weigh(bucket[good], value[at[good]], length[good] / SECOND)

    def _weigh(self, bucket: Places, value: Values, seconds: Values) -> None:
        if not len(bucket):
            return
        self._extend(bucket, value)
        self._average(bucket, value, seconds)
        if self._coded:
            self._spend(bucket, value, seconds)

    def _average(self, bucket: Places, value: Values, seconds: Values) -> None:
        """Each value weighs as long as it was in force; there is one."""
        begin = _turns(bucket)
        place, inverse = bucket[begin], np.repeat(np.arange(len(begin)), np.diff(begin, append=len(bucket)))
        more = np.bincount(inverse, seconds)
        # shares first: a sum of huge values times seconds would leave the floats
        mean = np.bincount(inverse, value * (seconds / more[inverse]))
        self.good_s[place] += more
        share = more / self.good_s[place]
        self.mean[place] = self.mean[place] * (1 - share) + mean * share

    def _spend(self, bucket: Places, value: Values, seconds: Values) -> None:
        known, code = np.unique(value, return_inverse=True)
        pair, inverse = np.unique(bucket * len(known) + code, return_inverse=True)
        for both, sum_ in zip(pair.tolist(), np.bincount(inverse, seconds).tolist(), strict=True):
            key = both // len(known), float(known[both % len(known)])
            self.spent[key] = self.spent.get(key, 0.0) + sum_

    def means(self) -> Values:
        """NaN where no value was good at any time."""
        with np.errstate(invalid="ignore"):
            return np.where(self.good_s > 0, np.clip(self.mean, self.low, self.high), np.nan)


def _turns(bucket: Places) -> Places:
    """Where each run of equal buckets begins; there is one."""
    return np.concatenate(([0], np.flatnonzero(np.diff(bucket)) + 1))
