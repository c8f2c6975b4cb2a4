"""The road up: changes a second through table, alarms and historian, against one tag object at a time in plain Python.

    python -m benchmarks.road_up [--changes 1000000] [--rounds 3]

Both sides get the same batches, already in the form each likes best (arrays here, lists there), scale them, refuse
what is old, tell what moved, evaluate 5 000 limit rules with deadbands, and put every change on disk in a
transaction a second, flushed. At the end both must hold the same values and the same alarms, or the figures are void.
The plain side keeps no journal and survives no restart; the real one does both. Processor seconds count all threads.
"""

from __future__ import annotations

import argparse
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np

from alarms.engine import Alarms
from alarms.states import ACTIVE
from supervisor import health
from supervisor.clock import SystemClock
from supervisor.flow import Batch
from supervisor.historian.writer import Historian
from supervisor.journal import Journal
from supervisor.model import (
    Alarm,
    AlarmRule,
    Condition,
    Equipment,
    EquipmentType,
    Priority,
    Site,
    Source,
    Tag,
    TagSpec,
    Text,
)
from supervisor.station import Station
from supervisor.table import TagTable

TAGS, RULES, PER_EQUIPMENT = 50_000, 5_000, 10
SCALE, LIMIT, DEADBAND = 0.1, 90.0, 2.0
RATE = 100_000
"""Changes a second a large city brings at its worst."""
HERE = Text("ici", "here")
READING = tuple[list[int], list[float], list[int], list[int]]
"""Tag indices, raw values, qualities and source times of one batch."""


@dataclass(frozen=True, slots=True)
class Result:
    """One run of one side."""

    wall_s: float
    cpu_s: float
    value: list[float]
    active: list[bool]


def city() -> Site:
    """As many tags as a medium city has, a rule on every tenth."""
    rule = AlarmRule("high", "t0", Condition.HIGH, LIMIT, Priority.HIGH, HERE, deadband=DEADBAND)
    specs = {f"t{n}": TagSpec(f"t{n}", HERE) for n in range(PER_EQUIPMENT)}
    kind = EquipmentType("thing", HERE, "water", specs, alarms=(rule,))
    things = [Equipment(n, f"E{n}", HERE, kind, "", "water", "L") for n in range(TAGS // PER_EQUIPMENT)]
    tags = [
        Tag(thing.index * PER_EQUIPMENT + n, thing, spec, "L", Source(name, True, False, SCALE, 0.0, None))
        for thing in things
        for n, (name, spec) in enumerate(specs.items())
    ]
    alarms = [Alarm(n, thing, rule, tags[n * PER_EQUIPMENT]) for n, thing in enumerate(things[:RULES])]
    own = Equipment(len(things), health.STATION_ID, HERE, health.STATION_TYPE, "", "network")
    tags += [Tag(TAGS + n, own, spec) for n, spec in enumerate(health.STATION_TYPE.tags.values())]
    return Site(
        "bench", HERE, Path(), "Europe/Paris", 47.47, -0.55, "fr", {}, {}, {}, {}, {}, (*things, own), tuple(tags),
        tuple(alarms), {}, "",
    )  # fmt: skip


def batches(size: int, changes: int) -> list[Batch]:
    """Controllers of `size` tags read in turn. Every value moves every time; few of them about their alarm limit."""
    rng = np.random.default_rng(20)
    level = rng.uniform(0, 1000, TAGS)
    start = time.time_ns() - 3600 * 10**9
    turns = -(-changes // TAGS)
    made = []
    for turn in range(turns):
        raw = np.round(level + rng.normal(0, 5, TAGS), 1)
        for first, last in pairwise(range(0, TAGS + 1, size)):
            made.append(Batch.of(np.arange(first, last, dtype=np.int32), raw[first:last], start + turn * 10**9))
    return made


class PlainTag:
    """One tag as an object, written with care: slots, no property, no call that can be spared."""

    __slots__ = ("device_time", "offset", "quality", "scale", "source_time", "value")

    def __init__(self, scale: float, offset: float) -> None:
        self.scale, self.offset = scale, offset
        self.value, self.quality, self.source_time, self.device_time = float("nan"), 0x85, 0, 0

    def apply(self, raw: float, quality: int, source_time: int) -> bool:
        """Whether value or quality moved."""
        if source_time < self.device_time:
            return False
        self.device_time = self.source_time = source_time
        value = raw * self.scale + self.offset if quality < 0x80 else float("nan")
        moved = value != self.value or quality != self.quality
        self.value, self.quality = value, quality
        return moved


class PlainAlarm:
    """One limit with its deadband as an object."""

    __slots__ = ("active", "deadband", "limit")

    def __init__(self, limit: float, deadband: float) -> None:
        self.limit, self.deadband, self.active = limit, deadband, False

    def check(self, value: float, quality: int) -> None:
        if quality < 0x80:
            self.active = value > (self.limit - self.deadband if self.active else self.limit)


def plain(readings: Sequence[READING], folder: Path) -> Result:
    """The same work, a tag at a time."""
    tags = [PlainTag(SCALE, 0.0) for _ in range(TAGS)]
    alarms = [PlainAlarm(LIMIT, DEADBAND) for _ in range(RULES)]
    by_tag: dict[int, list[PlainAlarm]] = {n * PER_EQUIPMENT: [alarm] for n, alarm in enumerate(alarms)}
    with closing(_history(folder / "plain.db")) as history, _Stopwatch() as watch:
        rows: list[tuple[int, int, int, float, int]] = []
        flushed = time.monotonic()
        for index, values, qualities, times in readings:
            now = time.time_ns()
            for number, raw, quality, source_time in zip(index, values, qualities, times, strict=True):
                tag = tags[number]
                if tag.apply(raw, quality, source_time):
                    rows.append((number, source_time, now, tag.value, quality))
                    for alarm in by_tag.get(number, ()):
                        alarm.check(tag.value, quality)
            if time.monotonic() - flushed > 1.0:
                _flush(history, rows)
                flushed = time.monotonic()
        _flush(history, rows)
    return Result(*watch.spent, [tag.value for tag in tags], [alarm.active for alarm in alarms])


def _history(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("CREATE TABLE history(tag INTEGER, time INTEGER, arrival INTEGER, value REAL, quality INTEGER)")
    return connection


def _flush(history: sqlite3.Connection, rows: list[tuple[int, int, int, float, int]]) -> None:
    history.execute("BEGIN")
    history.executemany("INSERT INTO history VALUES(?,?,?,?,?)", rows)
    history.execute("COMMIT")
    rows.clear()


def real(site: Site, readings: Sequence[Batch], folder: Path) -> Result:
    """Vigie's own road, put together as the station does it."""
    clock = SystemClock()
    table = TagTable(site.tags)
    with closing(Journal(folder / "journal.db", clock)) as journal:
        alarms = Alarms(site, folder / "alarms.db", journal, clock)
        historian = Historian(folder / "history", site.tags, table.texts, clock)
        historian.start()
        station = Station(site, table, clock, [alarms.absorb, historian.absorb])
        with _Stopwatch() as watch:
            for batch in readings:
                station.absorb(batch)
            historian.flush()
        alarms.close()
        historian.close()
    active = ACTIVE[alarms.columns["state"]]
    return Result(*watch.spent, table.columns["value"][:TAGS].tolist(), active.tolist())


class _Stopwatch:
    """Seconds on the wall and of the processor."""

    def __enter__(self) -> _Stopwatch:
        self._begun = time.perf_counter(), time.process_time()
        return self

    def __exit__(self, *_: object) -> None:
        self.spent = time.perf_counter() - self._begun[0], time.process_time() - self._begun[1]


def compare(site: Site, size: int, changes: int, rounds: int) -> Iterator[tuple[Result, Result]]:
    """Both sides in turn, so that a busy machine is busy for both."""
    arrays = batches(size, changes)
    lists = [(b.index.tolist(), b.value.tolist(), b.quality.tolist(), b.source_time.tolist()) for b in arrays]
    for _ in range(rounds):
        with tempfile.TemporaryDirectory() as folder:
            ours, theirs = real(site, arrays, Path(folder)), plain(lists, Path(folder))
        assert ours.active == theirs.active, "the two sides disagree about the alarms"
        np.testing.assert_allclose(ours.value, theirs.value, rtol=0, atol=0)
        yield ours, theirs


def report(size: int, changes: int, results: Sequence[tuple[Result, Result]]) -> None:
    def rate(side: int, seconds: Callable[[Result], float]) -> float:
        return statistics.median(changes / seconds(pair[side]) for pair in results)

    for word, seconds in (("wall", lambda one: one.wall_s), ("processor", lambda one: one.cpu_s)):
        ours, theirs = rate(0, seconds), rate(1, seconds)
        print(
            f"batches of {size:5d}, per {word:9s} second: {ours:10,.0f} changes, plain {theirs:10,.0f},"
            f" ratio {ours / theirs:5.1f}"
        )
    spent = rate(0, lambda one: one.cpu_s)
    print(f"batches of {size:5d}: {RATE:,} changes a second take {100 * RATE / spent:.1f} % of a core")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--changes", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    words = parser.parse_args()
    site = city()
    for size in (50, 500, 5_000):
        results = list(compare(site, size, words.changes, words.rounds))
        report(size, -(-words.changes // TAGS) * TAGS, results)


if __name__ == "__main__":
    main()
