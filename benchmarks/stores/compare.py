"""The historian beside what others use: ingest, bytes, a year, a page at T, and what a kill takes, in one run.

    python -m benchmarks.stores.compare [--days 365] [--step 30] [--only Vigie DuckDB …]

Every store gets the same samples, to the millisecond, by its own fastest bulk way; what only puts them into the form a
store likes (lines, Arrow tables) is not timed. Every answer is checked against the samples, or its figures are void.
Recovery: killed (SIGKILL) while it takes 1 000 samples at a time; the time until the first answer after the start, the
process included, and the samples it had acknowledged that are gone. A store this machine can't have is told.
"""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import numpy as np

from benchmarks.stores.data import Data, make
from benchmarks.stores.embedded import Duck, Rows, Vigie
from benchmarks.stores.servers import Influx, Victoria
from benchmarks.stores.setup import Unavailable
from benchmarks.stores.store import Peaks, Server, State, Store, run_of
from supervisor.clock import SECOND
from supervisor.model import BAD

STORES: dict[str, Callable[[Path], Store]] = {each.name: each for each in (Vigie, Rows, Duck, Influx, Victoria)}
AT_ONCE = 1000
KILL_AFTER_S = 12.0
Column = dict[str, str]
"""A figure of one store by its name."""


def expected(data: Data) -> tuple[Peaks, State]:
    """The right answers, from the samples themselves."""
    batch, year = data.hour, data.year.value
    before = np.flatnonzero(batch.time <= data.instant)
    last = {int(batch.index[row]): row for row in before.tolist()}
    state = {tag: float(batch.value[row]) for tag, row in last.items() if batch.quality[row] < BAD}
    return (2000, float(year.min()), float(year.max())), state


def check(store: Store, data: Data) -> None:
    """Void where it lost a peak, or says another state."""
    (_, low, high), state = expected(data)
    columns, *peaks = store.trend(data)
    assert np.allclose(peaks, (low, high)), f"{store.name} loses a peak: {peaks} for {low} to {high}"
    assert columns >= 1990, f"{store.name} draws {columns} columns"
    found = store.state(data)
    assert found.keys() == state.keys(), f"{store.name} knows {len(found)} good tags, not {len(state)}"
    assert np.allclose([found[tag] for tag in state], list(state.values())), f"{store.name} says another state"


def best(work: Callable[[], object], rounds: int = 3) -> float:
    taken = []
    for _ in range(rounds):
        begun = time.perf_counter()
        work()
        taken.append(1000 * (time.perf_counter() - begun))
    return min(taken)


def measure(make_store: Callable[[Path], Store], folder: Path, data: Data) -> Column:
    """All figures of one store."""
    store = make_store(folder / "store")
    store.open()
    try:
        figures = _filled(store, data)
        check(store, data)
        figures["year of a tag, 2 000 columns, ms"] = f"{best(lambda: store.trend(data)):,.1f}"
        if isinstance(store, Vigie):
            store.raw = True
            figures["  from the samples, ms"] = f"{best(lambda: store.trend(data)):,.1f}"
        else:
            figures["  from the samples, ms"] = "the same"
        figures["2 000 tags at T, ms"] = f"{best(lambda: store.state(data)):,.1f}"
    finally:
        store.close()
    return figures | recovery(make_store, folder / "killed")


def _filled(store: Store, data: Data) -> Column:
    """Figures of writing the hour; then the year is written too."""
    store.prepare(data.hour)
    n, begun = len(data.hour), time.perf_counter()
    store.load()
    loaded = time.perf_counter() - begun
    store.settle()
    settled = time.perf_counter() - begun
    size, grown = store.size(), store.size(store.grows)
    store.prepare(data.year)
    store.load()
    store.settle()
    return {
        "ingest, k samples/s": f"{n / loaded / 1e3:,.0f}",
        "  until it is compacted": f"{n / settled / 1e3:,.0f}",
        "bytes a sample, all files": f"{size / n:.2f}",
        "  files that grow with samples": f"{grown / n:.2f}",
    }


def recovery(make_store: Callable[[Path], Store], folder: Path) -> Column:
    start = time.time_ns() // SECOND * SECOND - 3600 * SECOND
    store = make_store(folder)
    acknowledged = _kill_server(store, start) if isinstance(store, Server) else _kill_child(store.name, folder, start)
    begun = time.perf_counter()
    store.open()
    found = store.times(start)
    taken = time.perf_counter() - begun
    store.close()
    lost = acknowledged - len([at for at in set(found) if at < start + acknowledged * (SECOND // 1000)])
    twice = len(found) - len(set(found))
    return {
        "recovery to the first answer, s": f"{taken:.2f}",
        "  acknowledged": f"{acknowledged:,}",
        "  lost of these": f"{lost:,}" + (f", {twice} twice" if twice else ""),
        "  which is about, s": f"{lost / acknowledged * KILL_AFTER_S:.1f}",
    }


def write(store: Store, start: int, told: Callable[[int], None]) -> None:
    """Until it is killed."""
    number = 0
    while True:
        store.append(run_of(start, number, AT_ONCE))
        number += AT_ONCE
        told(number)
        time.sleep(0.005)


def _kill_server(store: Server, start: int) -> int:
    store.open()
    numbers = [0]
    timer = threading.Timer(KILL_AFTER_S, store.kill)
    timer.start()
    with suppress(OSError):
        write(store, start, numbers.append)
    timer.join()
    return numbers[-1]


def _kill_child(name: str, folder: Path, start: int) -> int:
    """An embedded store dies with its process."""
    command = [sys.executable, "-m", "benchmarks.stores.compare", "--child", name, str(folder), str(start)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        child.stdout.readline()
        threading.Timer(KILL_AFTER_S, lambda: child.send_signal(signal.SIGKILL)).start()
        lines = [line for line in child.stdout.read().split("\n")[:-1] if line]
    return max(map(int, lines), default=AT_ONCE)


def table(columns: dict[str, Column]) -> None:
    names = list(dict.fromkeys(name for column in columns.values() for name in column))
    print(f"{'':34}" + "".join(f"{store:>17}" for store in columns))
    for name in names:
        print(f"{name:34}" + "".join(f"{column.get(name, ''):>17}" for column in columns.values()))


def load() -> str:
    """How busy the machine is; wall times mean nothing without it."""
    return f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores" if hasattr(os, "getloadavg") else ""


def run(names: list[str], days: int, step_s: int) -> None:
    begun = time.monotonic()
    data = make(days, step_s)
    print(f"{len(data.hour):,} samples of an hour of 2 000 tags, {len(data.year):,} of {days} days of one; {load()}")
    columns: dict[str, Column] = {}
    notes = []
    for name in names:
        with tempfile.TemporaryDirectory() as folder:
            try:
                columns[name] = measure(STORES[name], Path(folder), data)
                notes.append(f"{name}: {vars(STORES[name]).get('keeps', '')}")
            except (Unavailable, ImportError) as error:
                notes.append(f"{name}: not measured: {error}")
    table(columns)
    print(*notes, sep="\n")
    print(f"{time.monotonic() - begun:.0f} s; {load()}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--days", type=int, default=365)
    parser.add_argument("--step", type=int, default=30, help="seconds between the samples of the year")
    parser.add_argument("--only", nargs="+", choices=STORES, default=list(STORES))
    parser.add_argument("--child", nargs=3, help=argparse.SUPPRESS)
    words = parser.parse_args()
    if words.child:
        name, folder, start = words.child
        store = STORES[name](Path(folder))
        store.open()
        write(store, int(start), lambda number: print(number, flush=True))
    run(words.only, words.days, words.step)


if __name__ == "__main__":
    main()
