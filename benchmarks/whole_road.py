"""The whole road up at 100 000 changes a second, by processor time: what is absorbed, flushed, compacted and merged.

    python -m benchmarks.whole_road [--size 500 5000] [--seconds 100]

The city of `benchmarks.road_up` (50 000 tags, 5 000 alarm rules) moves all its values twice a second. A hundred seconds
of it are what the historian compacts at a time. Of the merge, which comes once a day, a few tags are measured as they
lie there by then, 864 staged chunks of each, with their rollups; it goes with the samples, and so is told a sample.
Seconds of the processor, of all threads; making the changes is not counted.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from contextlib import closing
from pathlib import Path
from unittest.mock import patch

import numpy as np

from alarms.engine import Alarms
from benchmarks.historian import START, plant, values
from benchmarks.road_up import RATE, TAGS, city
from supervisor.clock import SECOND, Clock, HandClock, SystemClock
from supervisor.flow import Batch
from supervisor.historian import compact
from supervisor.historian.writer import Historian, Pace
from supervisor.journal import Journal
from supervisor.model import Site
from supervisor.station import Station
from supervisor.table import TagTable
from supervisor.texts import Texts

DAY = 86_400
FEW, STAGED = 20, RATE * 100 // TAGS
"""Tags whose merge is measured, and the samples of each of their staged chunks."""


class _Counted:
    """Processor seconds of this process but for those of the block's thread that are spent in `aside`."""

    def __init__(self) -> None:
        self._begun, self._aside = time.process_time(), 0.0

    def aside(self, since: float) -> None:
        """What this thread did since `since` (`time.thread_time`) does not count."""
        self._aside += time.thread_time() - since

    def spent(self) -> float:
        return time.process_time() - self._begun - self._aside


def road(site: Site, size: int, seconds: int, clock: Clock) -> tuple[float, float]:
    """Per cent of a core: up to the flush, and the compaction of it."""
    noise, level = np.random.default_rng(20), np.random.default_rng(1).uniform(0, 1000, TAGS)
    table = TagTable(site.tags)
    with tempfile.TemporaryDirectory() as name, closing(Journal(Path(name) / "journal.db", clock)) as journal:
        alarms = Alarms(site, Path(name) / "alarms.db", journal, clock)
        historian = Historian(Path(name) / "history", site.tags, table.texts, clock)
        station = Station(site, table, clock, [alarms.absorb, historian.absorb])
        counted, start = _Counted(), clock.now() - seconds * SECOND
        for turn in range(2 * seconds):
            since = time.thread_time()
            raw = np.round(level + noise.normal(0, 5, TAGS), 1)
            lows = range(0, TAGS, size)
            index = [np.arange(low, min(low + size, TAGS), dtype=np.int32) for low in lows]
            batches = [Batch.of(rows, raw[rows], start + turn * SECOND // 2) for rows in index]
            counted.aside(since)
            for batch in batches:
                station.absorb(batch)
            if turn % 2:
                historian.flush()
        flushed, counted = counted.spent(), _Counted()
        historian.compact(everything=True)
        compacted = counted.spent()
        alarms.close()
        historian.close()
    return 100 * flushed / seconds, 100 * compacted / seconds


def merging() -> float:
    """Per cent of a core that merging, keyframes and rollups take of RATE samples a second."""
    noise, n = np.random.default_rng(1), DAY * RATE // TAGS
    time_ = START + np.arange(n) * (SECOND // 2) + noise.integers(0, 8, n) * 1_000_000
    columns, index = np.array([values(tag, n, noise) for tag in range(FEW)]), np.arange(FEW, dtype=np.int32)
    with tempfile.TemporaryDirectory() as name:
        clock = HandClock(START + 2 * DAY * SECOND)
        historian = Historian(Path(name), plant(FEW), Texts.create(), clock, Pace(compact_samples=n * FEW))
        with patch.object(compact, "GRACE", 10 * DAY * SECOND):  # the day is not over while it is staged
            for low in range(0, n, STAGED):
                rows = slice(low, low + STAGED)
                of = len(time_[rows])
                block = columns[:, rows].T.reshape(-1)
                historian.put(np.tile(index, of), np.repeat(time_[rows], FEW), block, np.zeros(of * FEW, np.uint8))
                historian.flush()
                historian.compact()
        counted = _Counted()
        historian.merge(everything=True)
        spent = counted.spent()
        historian.close()
    return 100 * spent / (n * FEW) * RATE


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--size", type=int, nargs="+", default=[500, 5_000], help="tags of a batch")
    parser.add_argument("--seconds", type=int, default=100)
    words = parser.parse_args()
    merged = merging()
    site, clock = city(), SystemClock()
    for size in words.size:
        flushed, compacted = road(site, size, words.seconds, clock)
        whole = flushed + compacted + merged
        print(
            f"batches of {size:5d}: {RATE:,} changes a second take {whole:.1f} % of a core: {flushed:.1f} up to the"
            f" flush, {compacted:.1f} compaction, {merged:.1f} merge and rollups; load {os.getloadavg()[0]:.1f}",
            flush=True,
        )


if __name__ == "__main__":
    main()
