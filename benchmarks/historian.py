"""What the historian costs: samples a second, bytes a sample, and what a window asks of a year of eight pens.

    python -m benchmarks.historian [--devices 20] [--samples 4000000] [--days 365]
                                   [--only ingest bytes year page map stores]

The bytes are those of the mixed workload (`benchmarks.workload`), a day of it, by kind of signal, at milliseconds and
at microseconds. Ingest and reading stand beside plain rows in SQLite (WITHOUT ROWID, key tag and time), written as the
historian writes: 10 000 samples a commit, synchronous=FULL. `stores` asks the same of DuckDB, InfluxDB and
VictoriaMetrics, which its set-up fetches (`benchmarks/stores`).
"""

from __future__ import annotations

import argparse
import logging
import os
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import numpy as np

from benchmarks import workload
from benchmarks.stores import compare
from benchmarks.workload import DAY, DEVICE
from supervisor.clock import SECOND, HandClock
from supervisor.database import connect, reading
from supervisor.flow import Change, Indices, Times, Values
from supervisor.historian.files import part_files
from supervisor.historian.history import History
from supervisor.historian.rollups import LEVELS
from supervisor.historian.writer import Historian, Pace
from supervisor.model import Equipment, EquipmentType, Tag, TagSpec, Text
from supervisor.texts import Texts

START = 1_767_225_600 * SECOND
TAGS = 2000
COMMIT = 10_000
ROWS = "CREATE TABLE sample(tag INTEGER, t INTEGER, v REAL, q INTEGER, PRIMARY KEY(tag, t)) WITHOUT ROWID"
PENS, POLL_S = 8, 10
EQUIPMENT = 70_000
Line = tuple[str, float, float | None, str]


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


def ingest(folder: Path, samples: int) -> float:
    """Samples a second, sealing included."""
    work = list(scans(samples, TAGS))
    historian = Historian(folder, plant(TAGS), Texts.create(), HandClock(START))
    begun = time.perf_counter()
    for index, at, value in work:
        historian.put(index, at, value, np.zeros(len(index), np.uint8))
        historian.flush()
        if historian._hot_samples >= historian._hot_most:
            historian.compact()
    historian.compact(everything=True)
    elapsed = time.perf_counter() - begun
    historian.close()
    return samples / elapsed


def share(folder: Path, samples: int, tags: int = 50_000, rate: int = 100_000) -> float:
    """Per cent of a core that `rate` changes a second take: absorbing, a flush a second, compaction."""
    work = list(scans(samples, tags))
    historian = Historian(folder, plant(tags), Texts.create(), HandClock(START))
    begun, since = time.process_time(), 0
    for index, at, value in work:
        good = np.zeros(len(index), np.uint8)
        historian.absorb(Change(index, value, good, at, int(at[-1])))
        since += len(index)
        if since >= rate:
            historian.flush()
            since = 0
        if historian._hot_samples >= historian._hot_most:
            historian.compact()
    historian.flush()
    historian.compact(everything=True)
    taken = time.process_time() - begun
    historian.close()
    return 100 * taken / (samples / rate)


def ingest_rows(path: Path, samples: int) -> tuple[float, float]:
    """The same samples as plain rows: samples a second, bytes a sample."""
    work = list(scans(samples, TAGS))
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


def measure_ingest(folder: Path, options: argparse.Namespace) -> list[Line]:
    rate = ingest(folder / "a", options.samples)
    other, size = ingest_rows(folder / "rows.db", options.samples // 4)
    return [
        ("ingest, sealing included, full sync", rate / 1e6, other / 1e6, "M samples/s"),
        ("a core at 100 000 changes/s of 50 000 tags", share(folder / "b", 5 * options.samples), None, "%"),
        ("plain rows", size, None, "B/sample"),
    ]


def measure_bytes(folder: Path, options: argparse.Namespace) -> list[Line]:
    lines: list[Line] = []
    for exponent, name in ((6, "1 ms"), (3, "1 µs")):
        lines += _day(folder / name, options.devices, exponent, name)
    return lines


def _day(folder: Path, devices: int, exponent: int, name: str) -> list[Line]:
    """A day of the mixed workload, merged: what its files weigh."""
    tags = plant(devices * len(DEVICE))
    historian = Historian(folder, tags, Texts.create(), HandClock(START + 2 * DAY), Pace(exponent=exponent))
    index, at, value, quality = workload.together(list(workload.days_of(devices, 0, START)))
    begun = time.perf_counter()
    for low in range(0, len(index), 100_000):
        rows = slice(low, low + 100_000)
        historian.put(index[rows], at[rows], value[rows], quality[rows])
    historian.flush()
    historian.compact(everything=True)
    historian.merge(everything=True)
    taken = time.perf_counter() - begun
    historian.close()
    n = len(index)
    parts = sum(path.stat().st_size for path in part_files(folder))
    rolled = (folder / "rollup.db").stat().st_size
    return [
        (f"{n / 1e6:.1f} M samples at {name}: partitions", parts / n, None, "B/sample"),
        *(
            (f"    {kind}, {100 * part:.0f} % of the samples", size, None, "B/sample")
            for kind, part, size in _kinds(folder)
        ),
        ("  rollups", rolled / n, None, "B/sample"),
        ("  flushed, compacted, merged", n / taken / 1e6, None, "M samples/s"),
    ]


def _kinds(folder: Path) -> Iterator[tuple[str, float, float]]:
    """Kind, its share of the samples, its bytes a sample without SQLite's own."""
    sums = {kind: [0, 0] for kind in dict.fromkeys(DEVICE)}
    for path in part_files(folder):
        with reading(path) as connection:
            query = "SELECT tag, n, length(data) FROM chunk JOIN blob ON blob.id = blob_id"
            for slot, n, size in connection.execute(query).fetchall():
                of = sums[DEVICE[(slot - 1) % len(DEVICE)]]
                of[0], of[1] = of[0] + n, of[1] + size
    whole = sum(n for n, _ in sums.values())
    for kind, (n, size) in sums.items():
        yield kind, n / whole, size / n


def load_year(folder: Path, days: int) -> tuple[int, float]:
    """Eight tags kept every ten seconds; samples, and the seconds it took to write and merge them."""
    historian = Historian(folder, plant(TAGS), Texts.create(), HandClock(START + days * DAY + DAY), Pace())
    noise, count, taken, n = np.random.default_rng(7), 0, 0.0, 86_400 // POLL_S
    for number in range(days):
        columns = np.array([values(tag, n, noise) for tag in range(PENS)])
        at = START + number * DAY + (np.arange(n) * POLL_S * 1000 + noise.integers(1, 900, n)) * 1_000_000
        index, times = np.tile(np.arange(PENS, dtype=np.int32), n), np.repeat(at, PENS)
        begun = time.perf_counter()
        historian.put(index, times, columns.T.reshape(-1), np.zeros(len(index), np.uint8))
        taken += time.perf_counter() - begun
        count += len(index)
    begun = time.perf_counter()
    historian.flush()
    historian.compact(everything=True)
    historian.merge(everything=True)
    taken += time.perf_counter() - begun
    historian.close()
    return count, taken


def rows_year(path: Path, days: int) -> float:
    """Milliseconds of min, max and mean by column of one tag from plain rows; its seven neighbours lie beside it."""
    connection = connect(path, (ROWS,))
    noise, n = np.random.default_rng(7), days * 86_400 // POLL_S
    connection.execute("BEGIN")
    for tag in range(2, 4):
        at = START + np.arange(n) * POLL_S * SECOND
        rows = zip([tag] * n, at.tolist(), values(tag, n, noise).tolist(), [0] * n, strict=True)
        connection.executemany("INSERT INTO sample VALUES (?, ?, ?, ?)", rows)
    connection.execute("COMMIT")
    query = "SELECT (t - ?) / ?, min(v), max(v), avg(v) FROM sample WHERE tag = 3 GROUP BY 1"
    elapsed = best(lambda: connection.execute(query, (START, days * DAY // 2000)).fetchall(), 2)
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


def measure_year(folder: Path, options: argparse.Namespace) -> list[Line]:
    """Milliseconds of what a window asks."""
    days = options.days
    count, taken = load_year(folder / "year", days)
    other = rows_year(folder / "year.db", days)
    history, end, middle = History(folder / "year"), START + days * DAY, START + days * DAY // 2 + 3600 * SECOND
    asked: list[tuple[str, Callable[[], object], int]] = [
        ("of one tag, 2 000 columns, first time", lambda: history.trend("B.t3", START, end, 2000), 1),
        ("  again", lambda: history.trend("B.t3", START, end, 2000), 7),
        ("  from hours", lambda: history.trend("B.t3", START, end, 2000, level=3600 * SECOND), 7),
        ("  from ten minutes", lambda: history.trend("B.t3", START, end, 2000, level=LEVELS[0]), 3),
        ("  from the samples", lambda: history.trend("B.t3", START, end, 2000, level=0), 3),
        ("of eight pens", lambda: [history.trend(f"B.t{i}", START, end, 2000) for i in range(PENS)], 3),
        ("24 h of one tag, every sample", lambda: history.samples("B.t3", middle, middle + DAY), 7),
    ]
    lines: list[Line] = [(f"{days} days of eight tags, merged", count / taken / 1e6, None, "M samples/s")]
    for what, work, rounds in asked:
        lines.append((what, best(work, rounds), other if what.startswith("  ") else None, "ms"))
    history.close()
    return lines


def measure_page(folder: Path, options: argparse.Namespace) -> list[Line]:
    """2 000 tags at one instant of the second day of two, a sample a minute each."""
    historian = Historian(folder / "page", plant(TAGS), Texts.create(), HandClock(START + 3 * DAY), Pace())
    noise, n = np.random.default_rng(3), 2 * 1440
    columns = np.array([values(tag, n, noise) for tag in range(TAGS)])
    for low in range(0, n, 500):
        block = columns[:, low : low + 500]
        at = START + np.arange(low + 1, low + 1 + block.shape[1]) * 60 * SECOND
        index = np.tile(np.arange(TAGS, dtype=np.int32), len(at))
        historian.put(index, np.repeat(at, TAGS), block.T.reshape(-1), np.zeros(len(index), np.uint8))
    historian.flush()
    historian.compact(everything=True)
    historian.merge(everything=True)
    historian.close()
    history, instant, ids = History(folder / "page"), START + DAY + DAY // 3, [f"B.t{i}" for i in range(TAGS)]
    lines: list[Line] = [
        ("a page of 2 000 tags at T", best(lambda: history.at(ids, instant), 3), None, "ms"),
        ("  by arrival", best(lambda: history.at(ids, instant, by_arrival=True), 3), None, "ms"),
    ]
    history.close()
    return lines


def measure_map(folder: Path, options: argparse.Namespace) -> list[Line]:
    """A tag of every piece of equipment at one instant: a sample every half an hour for thirty hours, a day merged."""
    hours, noise = 30, np.random.default_rng(3)
    clock = HandClock(START + hours * 3600 * SECOND + 600 * SECOND)
    historian = Historian(folder / "map", plant(EQUIPMENT), Texts.create(), clock, Pace())
    index, level = np.arange(EQUIPMENT, dtype=np.int32), noise.uniform(0, 100, EQUIPMENT)
    for half in range(2 * hours):
        at = START + half * 1800 * SECOND + noise.integers(1, 1_800_000, EQUIPMENT) * 1_000_000
        order, level = np.argsort(at, kind="stable"), level + noise.normal(0, 0.3, EQUIPMENT)
        historian.put(index[order], at[order], np.round(level[order], 1), np.zeros(EQUIPMENT, np.uint8))
    historian.flush()
    historian.compact()
    historian.merge(everything=True)
    historian.close()
    history, ids = History(folder / "map"), [f"B.t{i}" for i in range(EQUIPMENT)]
    lines: list[Line] = []
    for name, hour in ((f"{EQUIPMENT:,} tags at T, merged", 12), ("  not merged yet", 27)):
        instant = START + hour * 3600 * SECOND
        lines.append((name, best(partial(history.at, ids, instant), 3), None, "ms"))
        lines.append(("  by arrival", best(partial(history.at, ids, instant, True), 3), None, "ms"))
    history.close()
    return lines


def measure_stores(folder: Path, options: argparse.Namespace) -> list[Line]:
    """Prints a table of its own."""
    compare.run(list(compare.STORES), options.days, step_s=60)
    return []


MEASURES = {
    "ingest": measure_ingest,
    "bytes": measure_bytes,
    "year": measure_year,
    "page": measure_page,
    "map": measure_map,
    "stores": measure_stores,
}


def table(rows: list[Line]) -> None:
    print(f"{'':48}{'historian':>12}{'plain rows':>12}{'ratio':>8}")
    for name, own, other, unit in rows:
        beside = "" if other is None else f"{other:>12,.2f}{max(own, other) / min(own, other):>7.1f}x"
        print(f"{name:48}{own:>12,.3f}{beside}  {unit}")


def load() -> str:
    """How busy the machine is; wall times mean nothing without it."""
    return f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores" if hasattr(os, "getloadavg") else ""


def main() -> None:
    logging.basicConfig(level=logging.WARNING)
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--days", type=int, default=365)
    parser.add_argument("--samples", type=int, default=4_000_000)
    parser.add_argument("--devices", type=int, default=20)
    parser.add_argument("--only", nargs="+", choices=MEASURES, default=list(MEASURES))
    options = parser.parse_args()
    for name in options.only:
        print(f"{name}, {load()}")
        with tempfile.TemporaryDirectory() as folder:
            if lines := MEASURES[name](Path(folder), options):
                table(lines)


if __name__ == "__main__":
    main()
