"""What the historian costs: samples a second, bytes a sample, and a month of one tag on 2 000 columns.

    python benchmarks/historian.py [--days 30] [--samples 4000000]

Every figure stands beside its baseline of the same run: plain rows in SQLite (WITHOUT ROWID, key tag and time), written
as the historian writes: 10 000 samples a commit, synchronous=FULL.
"""

from __future__ import annotations

import argparse
import logging
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

from supervisor.clock import SECOND, HandClock
from supervisor.database import connect
from supervisor.flow import Indices, Times, Values
from supervisor.historian.history import History
from supervisor.historian.rollups import LEVELS
from supervisor.historian.writer import Historian, Pace
from supervisor.model import Equipment, EquipmentType, Tag, TagSpec, Text
from supervisor.texts import Texts

START = 1_767_225_600 * SECOND
DAY = 86_400 * SECOND
TAGS = 2500
COMMIT = 10_000
ROWS = "CREATE TABLE sample(tag INTEGER, t INTEGER, v REAL, q INTEGER, PRIMARY KEY(tag, t)) WITHOUT ROWID"
MIX = ((20, 5.0), (480, 60.0), (2000, 600.0))
"""Tags and the seconds between their samples: a demo city kept on change with a heartbeat."""


def plant(count: int) -> list[Tag]:
    words = Text("", "")
    specs = [TagSpec(f"t{i}", words) for i in range(count)]
    equipment = Equipment(0, "B", words, EquipmentType("b", words, "b", {}), "", "b")
    return [Tag(i, equipment, spec) for i, spec in enumerate(specs)]


def values(tag: int, n: int, noise: np.random.Generator) -> Values:
    """n values of the kind a tag of this number has: decimals, floats of a meter, counters, states."""
    kind = tag % 20
    walk = np.cumsum(noise.normal(0, 0.2, n))
    if kind < 8:
        return np.round(20 + walk, 1)
    if kind < 12:
        return np.round(5 + walk / 10, 2)
    if kind < 15:
        return (230 + noise.normal(0, 1, n)).astype(np.float32).astype(np.float64)
    if kind < 17:
        return np.cumsum(noise.integers(0, 4, n)).astype(np.float64)
    return noise.integers(0, 2, n).astype(np.float64)


def day(number: int, noise: np.random.Generator) -> tuple[Indices, Times, Values]:
    """A day of the mix, in order of time, to the millisecond."""
    index, times, value, tag = [], [], [], 0
    for count, seconds in MIX:
        n = round(86_400 / seconds)
        for _ in range(count):
            at = (np.arange(n) * seconds * 1000 + noise.integers(1, round(seconds * 900), n)).astype(np.int64)
            times.append(START + number * DAY + at * 1_000_000)
            value.append(values(tag, n, noise))
            index.append(np.full(n, tag, np.int32))
            tag += 1
    order = np.argsort(np.concatenate(times), kind="stable")
    return np.concatenate(index)[order], np.concatenate(times)[order], np.concatenate(value)[order]


def scans(samples: int, tags: int) -> Iterator[tuple[Indices, Times, Values]]:
    """Commits of 10 000 samples of tags that all move once a second."""
    noise = np.random.default_rng(1)
    index = np.tile(np.arange(tags, dtype=np.int32), -(-samples // tags))[:samples]
    second = np.repeat(np.arange(-(-samples // tags)), tags)[:samples]
    at = START + (second * 1000 + noise.integers(1, 900, samples)) * 1_000_000
    per_tag = -(-samples // tags)
    columns = np.array([values(tag, per_tag, noise) for tag in range(tags)])
    value = columns.T.reshape(-1)[:samples]
    for low in range(0, samples, COMMIT):
        rows = slice(low, low + COMMIT)
        yield index[rows], at[rows], value[rows]


def folder_bytes(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.glob("*.db"))


def ingest(folder: Path, samples: int) -> tuple[float, float]:
    """Samples a second, sealing included, and bytes a sample."""
    work = list(scans(samples, 2000))
    historian = Historian(folder, plant(TAGS), Texts.create(), HandClock(START))
    begun = time.perf_counter()
    for index, at, value in work:
        historian.put(index, at, value, np.zeros(len(index), np.uint8))
        historian.flush()
        if historian._hot_samples >= historian.pace.compact_samples:
            historian.compact()
    historian.compact(everything=True)
    elapsed = time.perf_counter() - begun
    historian.close()
    return samples / elapsed, stage_bytes(folder) / samples


def stage_bytes(folder: Path) -> int:
    return (folder / "stage.db").stat().st_size


def ingest_rows(path: Path, samples: int) -> tuple[float, float]:
    """The same samples as plain rows."""
    work = list(scans(samples, 2000))
    connection = connect(path, (ROWS,))
    begun = time.perf_counter()
    for index, at, value in work:
        rows = zip(index.tolist(), at.tolist(), value.tolist(), [0] * len(index), strict=True)
        connection.execute("BEGIN IMMEDIATE")
        connection.executemany("INSERT INTO sample VALUES (?, ?, ?, ?)", rows)
        connection.execute("COMMIT")
    elapsed = time.perf_counter() - begun
    connection.close()
    return samples / elapsed, path.stat().st_size / samples


def load_month(folder: Path, days: int) -> tuple[int, float]:
    """Samples of the month, and the seconds it took to write and merge them."""
    historian = Historian(folder, plant(TAGS), Texts.create(), HandClock(START + days * DAY + DAY), Pace())
    noise, count, taken = np.random.default_rng(7), 0, 0.0
    for number in range(days):
        index, at, value = day(number, noise)
        begun = time.perf_counter()
        historian.put(index, at, value, np.zeros(len(index), np.uint8))
        taken += time.perf_counter() - begun
        count += len(index)
    begun = time.perf_counter()
    historian.flush()
    historian.compact(everything=True)
    historian.merge(everything=True)
    taken += time.perf_counter() - begun
    historian.close()
    return count, taken


def rows_month(path: Path, days: int, tags: int) -> float:
    """Milliseconds of min and max by column of one tag over the month, from plain rows; 19 others lie beside it."""
    connection = connect(path, (ROWS,))
    noise = np.random.default_rng(7)
    n = days * 17_280
    connection.execute("BEGIN")
    for tag in range(tags):
        at = START + np.arange(n) * 5 * SECOND
        rows = zip([tag] * n, at.tolist(), values(tag, n, noise).tolist(), [0] * n, strict=True)
        connection.executemany("INSERT INTO sample VALUES (?, ?, ?, ?)", rows)
    connection.execute("COMMIT")
    step = days * DAY // 2000

    def read() -> None:
        connection.execute(
            "SELECT (t - ?) / ?, min(v), max(v), avg(v) FROM sample WHERE tag = 3 GROUP BY 1", (START, step)
        ).fetchall()

    elapsed = best(read, 3)
    connection.close()
    return elapsed


def best(work: Callable[[], object], rounds: int = 7) -> float:
    """Milliseconds of the fastest of some rounds."""
    taken = []
    for _ in range(rounds):
        begun = time.perf_counter()
        work()
        taken.append(1000 * (time.perf_counter() - begun))
    return min(taken)


def read_month(folder: Path, days: int) -> dict[str, float]:
    """Milliseconds of what a window asks."""
    end = START + days * DAY
    fresh = History(folder)
    first = best(lambda: fresh.trend("B.t3", START, end, 2000), 1)
    history = fresh
    ids = [f"B.t{i}" for i in range(2000)]
    instant = START + days * DAY // 2
    return {
        "month of a 5 s tag, 2 000 columns, first time": first,
        "  again, from rollups": best(lambda: history.trend("B.t3", START, end, 2000)),
        "  again, from the samples": best(lambda: history.trend("B.t3", START, end, 2000, level=0)),
        "  hours only": best(lambda: history.trend("B.t3", START, end, 2000, level=LEVELS[1])),
        "eight pens of the month": best(lambda: [history.trend(f"B.t{i}", START, end, 2000) for i in range(8)]),
        "24 h of a 5 s tag, every sample": best(lambda: history.samples("B.t3", instant, instant + DAY)),
        "a page of 2 000 tags at T": best(lambda: history.at(ids, instant), 3),
    }


def table(rows: list[tuple[str, float, float | None, str]]) -> None:
    print(f"{'':48}{'historian':>12}{'plain rows':>12}{'ratio':>8}")
    for name, own, other, unit in rows:
        beside = "" if other is None else f"{other:>12,.2f}{max(own, other) / min(own, other):>7.1f}x"
        print(f"{name:48}{own:>12,.2f}{beside}  {unit}")


def main() -> None:
    logging.basicConfig(level=logging.WARNING)
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--days", type=int, default=30)
    parser.add_argument("--samples", type=int, default=4_000_000)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        rate, size = ingest(folder / "a", options.samples)
        other_rate, other_size = ingest_rows(folder / "rows.db", options.samples // 4)
        count, taken = load_month(folder / "month", options.days)
        month = folder_bytes(folder / "month")
        parts = sum(path.stat().st_size for path in (folder / "month").glob("part-*.db"))
        rolled = (folder / "month" / "rollup.db").stat().st_size
        reading = read_month(folder / "month", options.days)
        rows_ms = rows_month(folder / "month.db", options.days, 20)
    lines: list[tuple[str, float, float | None, str]] = [
        ("ingest, sealing included", rate / 1e6, other_rate / 1e6, "M samples/s"),
        ("  bytes before merging", size, other_size, "B/sample"),
        (f"{options.days} days of {TAGS} tags, merged", count / taken / 1e6, None, "M samples/s"),
        ("  samples", count / 1e6, None, "M"),
        ("  bytes in partitions", parts / count, None, "B/sample"),
        ("  bytes of rollups", rolled / count, None, "B/sample"),
        ("  bytes of everything", month / count, None, "B/sample"),
    ]
    for what, ms in reading.items():
        lines.append((what, ms, rows_ms if "again" in what else None, "ms"))
    table(lines)


if __name__ == "__main__":
    main()
