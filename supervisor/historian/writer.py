"""Historian: takes every change the table makes and keeps it on disk within a second.

    absorb  on the loop: leaves out what lies within the deadband, appends arrays to a list             microseconds
    flush   a thread, every second or 100 000 samples: one row of hot.db, one commit, then acknowledged
    keep    a thread, every 10 min or 2 million samples: compaction, and merging of what has ended
    scrub   a thread, a slice every other second: is what was written years ago still there?

What a kill can take is what was not flushed yet, a second of it. A disk that is full or gone costs nothing while
memory lasts: encoded rows wait, `lag` grows, and every second the historian tries again.

Once in ten minutes a tag that stands still gets a sample all the same, a minute old by then: so the value in force
is never far, and a hole is told from calm. At the start, every tag is marked bad from the moment the station last
was alive: nobody knows what happened while it was off.
"""

from __future__ import annotations

import logging
import os
import shutil
import threading
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from supervisor.clock import SECOND, Clock
from supervisor.database import Connection, Writer, hold
from supervisor.errors import StoreError
from supervisor.flow import Change, Indices, Qualities, Times, Values
from supervisor.historian import compact, memory, merge, scrub
from supervisor.historian.catalogue import Catalogue
from supervisor.historian.check import Damage
from supervisor.historian.compact import Compacted, Compactor
from supervisor.historian.files import (
    HOT,
    HOT_SQL,
    OWNER,
    ROLLUP,
    ROLLUP_SQL,
    STAGE,
    STAGE_PAGE,
    STAGE_SQL,
    PartRow,
    claim,
    get,
    put,
)
from supervisor.historian.merge import Merger
from supervisor.historian.pending import Pending, Row, lags
from supervisor.historian.retention import Purger, Retention
from supervisor.historian.scrub import Scrubber
from supervisor.model import Quality, Tag
from supervisor.texts import Texts

WAITING_BYTES = 512 << 20
"""Encoded rows that wait for a disk that takes none; beyond that the oldest are given up, and said so."""
LOADING = 1_000_000
"""Samples `put` leaves unflushed before it flushes by itself."""
MANY_TAGS, PER_TAG = 10_000, 200
"""Above so many tags, each adds so many samples to those worth a compaction before its time: a chunk costs a tenth of a
millisecond however few it holds."""
AGAIN_S = 60.0
"""Pause before a compaction that failed is tried again: it reads all that was flushed, and would take a whole core."""
BUSY_S = 5.0
"""While samples wait so long for the disk, nothing is scrubbed."""
HOLE = 15 * SECOND
"""A station that was off for less leaves no mark."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Pace:
    """How often the historian does what, and how finely."""

    flush_s: float = 0.8
    """A kill may take what came since the last flush: with the flush itself that is a second."""
    flush_samples: int = 100_000
    compact_s: float = 600.0
    compact_samples: int = 2_000_000
    heartbeat_s: float = 600.0
    """A tag that stands still is recorded all the same after this long."""
    settle_s: float = 60.0
    """So much older than now is such a sample: a device's own report, somewhat late, still comes before it."""
    partition_s: int = 86_400
    """A multiple of 600; counts only for a new history."""
    retention: Retention = field(default_factory=Retention)
    """How long it keeps what."""
    scrub_s: float = scrub.PAUSE_S
    exponent: int = 6
    """Source times are floored to 10^exponent ns: a microsecond would cost more than the values."""


@dataclass(frozen=True, slots=True)
class Recovery:
    """What was found at the start."""

    clean: bool
    """Whether the station before was closed in order."""
    samples: int
    """Samples that were flushed and not compacted yet; all of them are kept."""
    removed: int
    """Rows and files of an interrupted compaction or merge that were taken away; their samples are elsewhere."""
    adopted: int
    """Finished partitions that were not registered yet."""
    known: int
    """Up to when the history knows anything: the last flush of a running station or the newest sample, ns UTC."""


class Historian:
    """See the module. `start` and `close` from one thread, `absorb` from any; the rest is for loaders and tests."""

    def __init__(self, folder: Path, tags: Sequence[Tag], texts: Texts, clock: Clock, pace: Pace | None = None) -> None:
        """Opens or makes the files and repairs what a kill left; StoreError where that is impossible."""
        self.pace = pace or Pace()
        self.folder = folder
        self._clock = clock
        self._closing: list[Callable[[], object]] = []
        try:
            self._open(folder)
            self._slots = self._catalogue.slots(tags, self.pace.exponent)
            kept = (self.pace.retention.of(tag) for tag in tags)
            self._days = dict(zip(self._slots.tolist(), kept, strict=True))
            self.recovery = self._recover()
        except BaseException:
            self._shut()
            raise
        self._pending = Pending(tags, texts, self._slots, self.pace.exponent, self.pace.heartbeat_s)
        self._rows: deque[Row] = deque()
        self._hot_samples = self.recovery.samples
        self._hot_most = self.pace.compact_samples + PER_TAG * max(0, len(tags) - MANY_TAGS)
        self._threads: list[threading.Thread] = []
        self._stopping = threading.Event()
        self._wake = threading.Event()
        self._lock = threading.Lock()
        self._room = room(folder)
        self._flushing = threading.Lock()
        self.report: Callable[[Damage], None] = lambda damage: None
        """Hears of each damage the scrub finds, once and in the scrub's thread."""
        self.missed: Callable[[int, int], None] = lambda start, end: None
        """Hears of each span, start < t <= end in ns UTC, whose samples were given up; in the flushing thread."""
        self._keeping = threading.Lock()

    def _open(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        owner = hold(folder / OWNER)
        self._closing.append(owner.close)
        self._catalogue = Catalogue(folder, self.pace.partition_s * SECOND)
        self._closing.append(self._catalogue.close)
        self._hot, self._stage, self._rollup = (
            self._writer(folder / name, script, page)
            for name, script, page in ((HOT, HOT_SQL, 4096), (STAGE, STAGE_SQL, STAGE_PAGE), (ROLLUP, ROLLUP_SQL, 4096))
        )
        self._compactor = Compactor(self._hot, self._stage, self._catalogue.grid, self._clock)
        self._merger = Merger(folder, self._catalogue, self._stage, self._rollup, self._clock)
        self._purger = Purger(folder, self._catalogue, self._stage, self._rollup, self._clock)
        self._scrubber = Scrubber(folder, self._catalogue, self._clock, lambda damage: self.report(damage))

    def _writer(self, path: Path, script: tuple[str, ...], page: int) -> Writer:
        writer = Writer(path, script, page)
        self._closing.append(writer.close)
        writer.submit(lambda connection: claim(connection, path, self._catalogue.store)).result()
        return writer

    def _recover(self) -> Recovery:
        rows = compact.repair(self._hot, self._stage)
        adopted, files = merge.repair(self.folder, self._catalogue, self._stage)
        recovery = self._hot.submit(lambda connection: _found(connection, rows + files, adopted)).result()
        if not recovery.clean:
            log.warning("The station before was not closed in order: %s", recovery)
        return recovery

    def start(self) -> None:
        """Mark what was missed and record from here on."""
        self._mark_hole()
        self._hot.submit(lambda connection: put(connection, "clean", 0)).result()
        for work, pause in ((self._flush_often, "flush"), (self._keep_often, "keep"), (self._scrub_often, "scrub")):
            thread = threading.Thread(target=work, name=f"historian {pause}", daemon=True)
            thread.start()
            self._threads.append(thread)

    def close(self) -> None:
        """Flush what is left and let go of the files; StoreError where the last flush was impossible."""
        self._stopping.set()
        self._wake.set()
        for thread in self._threads:
            thread.join()
        self._threads = []
        try:
            self.flush()
            self._hot.submit(lambda connection: put(connection, "clean", 1)).result()
        finally:
            self._shut()

    def _shut(self) -> None:
        while self._closing:
            self._closing.pop()()

    def absorb(self, change: Change) -> None:
        """Take what moved, and what came late."""
        now = self._clock.monotonic()
        with self._lock:
            self._pending.absorb(change, now)
        if self._pending.count >= self.pace.flush_samples:
            self._wake.set()

    def put(self, index: Indices, time: Times, value: Values, quality: Qualities, arrival: Times | None = None) -> None:
        """Load a past: samples of any tags and times, none left out. Text tags take codes of the station's texts.

        May flush, compact and merge by itself and so take seconds: not for the loop. In order of time, for then the
        partitions that are behind are merged on the way.
        """
        lag = np.zeros(len(index), np.int64) if arrival is None else lags(arrival, time)
        with self._lock:
            self._pending.add((index, time, value, quality, lag), self._clock.monotonic())
        if self._pending.count >= LOADING:
            self.flush()
            if self._hot_samples >= self._hot_most:
                self.merge(everything=True, leave=self.compact().partitions)

    def lag(self) -> float:
        """Seconds since the oldest sample that is not safe on disk was absorbed; 0 where all are."""
        with self._lock:
            since = self._rows[0].since if self._rows else self._pending.since
        return 0.0 if since is None else max(0.0, self._clock.monotonic() - since)

    def flush(self) -> int:
        """Put everything absorbed on disk; how many samples. StoreError where the disk takes none: they wait."""
        with self._flushing:
            with self._lock:
                taken = self._pending.take()
            if taken is not None:
                self._queue(Row.of(*taken))
            return self._write()

    def _queue(self, row: Row) -> None:
        with self._lock:
            self._rows.append(row)
            while sum(len(row.data) for row in self._rows) > WAITING_BYTES:
                lost = self._rows.popleft()
                self.missed(lost.t0 - 1, lost.t1)
                log.error("Memory for unwritten history is used up: %d samples are given up.", lost.n)

    def _write(self) -> int:
        rows = list(self._rows)
        if not rows:
            return 0
        now = self._clock.now() if self._threads else 0  # what is only loaded says nothing about now
        self._hot.submit(lambda connection: _insert(connection, rows, now)).result()
        count = sum(row.n for row in rows)
        with self._lock:
            for _ in rows:
                self._rows.popleft()
            self._hot_samples += count
        return count

    def compact(self, everything: bool = False) -> Compacted:
        """Turn what was flushed into chunks; see compact.py."""
        with self._keeping:
            before = self._hot_samples
            done = self._compactor.run(everything)
            with self._lock:
                self._hot_samples += done.carried - before
            memory.give_back(before)
            return done

    def merge(
        self,
        everything: bool = False,
        leave: frozenset[int] = frozenset(),
        told: Callable[[float], None] | None = None,
    ) -> list[PartRow]:
        """Make partitions of what has ended; see merge.py. `told` hears which share is done."""
        with self._keeping:
            made = self._merger.run(everything, leave, told)
            memory.give_back(sum(part.samples for part in made))
            return made

    def purge(self) -> int:
        """Drop what was kept long enough; see retention.py."""
        with self._keeping:
            return self._purger.run(self._days, self.pace.retention)

    def _flush_often(self) -> None:
        trouble = ""
        while not self._stopping.is_set():
            self._wake.wait(self.pace.flush_s)
            self._wake.clear()
            trouble = _attempt(self._turn, trouble)

    def _turn(self) -> None:
        with self._lock:
            self._pending.beat(self._clock.now() - round(self.pace.settle_s * SECOND), self._clock.monotonic())
        self._room = room(self.folder)
        self.flush()

    def _keep_often(self) -> None:
        trouble, waited = "", 0.0
        while not self._stopping.wait(self.pace.flush_s):
            waited += self.pace.flush_s
            due = waited >= self.pace.compact_s or self._hot_samples >= self._hot_most
            if due and (not trouble or waited >= AGAIN_S):
                waited = 0.0
                trouble = _attempt(self._keep, trouble)

    def _scrub_often(self) -> None:
        with suppress(AttributeError, OSError):  # only Linux gives a thread a priority of its own
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), 19)
        trouble = ""
        while not self._stopping.wait(self.pace.scrub_s):
            if self.lag() < BUSY_S:  # a disk that can't keep up has better things to do
                trouble = _attempt(self.scrub, trouble)

    def scrub(self) -> bool:
        """Read a slice of what is old and see that it is sound; False where that is done for this week."""
        return self._scrubber.turn()

    def vitals(self) -> tuple[float, float, float]:
        """How it is: `lag`, damaged pieces known of, GB free on its disk as the last flush saw it."""
        return self.lag(), float(self._scrubber.damages), self._room

    def _keep(self) -> None:
        self.compact()
        self.purge()  # before merging: what came too late must not become a partition again
        self.merge()

    def _mark_hole(self) -> None:
        """Every tag is unknown from the last sign of life on."""
        known = self.recovery.known
        if not known or self._clock.now() - known < HOLE:
            return
        everything = np.arange(len(self._slots), dtype=np.int32)
        n = len(everything)
        self.put(
            everything,
            np.full(n, known + 10**self.pace.exponent),
            np.full(n, np.nan),
            np.full(n, Quality.NOT_CONNECTED, np.uint8),
        )


def _insert(connection: Connection, rows: list[Row], now: int) -> None:
    connection.executemany(
        "INSERT INTO batch(t0, t1, n, data) VALUES (?, ?, ?, ?)", [(row.t0, row.t1, row.n, row.data) for row in rows]
    )
    put(connection, "known", max(now, get(connection, "known"), *(row.t1 for row in rows)))


def _found(connection: Connection, removed: int, adopted: int) -> Recovery:
    (samples,) = connection.execute("SELECT coalesce(sum(n), 0) FROM batch").fetchone()
    return Recovery(bool(get(connection, "clean", 1)), samples, removed, adopted, get(connection, "known"))


def room(folder: Path) -> float:
    """GB free on the disk of a folder; NaN where the system does not say."""
    try:
        return shutil.disk_usage(folder).free / 1e9
    except OSError:
        return float("nan")


def _attempt(work: Callable[[], object], trouble: str) -> str:
    """Run `work` in a thread that must not end; the trouble it met, logged when it is another than before."""
    try:
        work()
    except StoreError as error:
        if str(error) != trouble:
            log.error("History is not written: %s", error)
        return str(error)
    except Exception as error:  # a bug must not end the recording of everything else
        log.exception("The historian failed")
        return repr(error)
    if trouble:
        log.warning("History is written again.")
    return ""
