"""What ten thousand alarms at once cost the window, and what the figures of a million alarm rows cost to read.

    python -m benchmarks.alarm_window [--cabinets 5000] [--rows 1000000] [--turns 40]

The window is the real one, offscreen, over columns that are written in this process. Told is how long its thread was at
work at one go, for a turn (what moved is taken over) and for anything else, such as painting; an operator waits for one
of them. The wait on the wall has with it whatever else the machine does.
The journal is written by `Journal` and read by the `Record` of the page of performance.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import os
import tempfile
import time
from pathlib import Path
from zoneinfo import ZoneInfo

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import numpy as np
import qasync

from alarms.performance import DAY, Span, measure
from alarms.record import Record
from supervisor.clock import SECOND, HandClock
from supervisor.journal import Entry, Journal
from supervisor.model import Site, Text
from tests.journeys.seat import patience
from tests.ui.town import ANNE, AREAS, NOW, TYPES, Town, TownStation, ordinary
from ui.alarms.page import AlarmsPage
from ui.app import build, prepare
from ui.pages import ALARMS
from ui.preferences import Preferences
from ui.shell.window import MainWindow
from ui.tasks import Tasks

SAID = "{:36} at work at one go, at most: a turn {:4.0f} ms, painting {:4.0f} ms; longest wait on the wall {:4.0f} ms"


def _additions() -> float:
    """ms: what all other figures are to be held against."""
    began, total = time.thread_time(), 0
    for number in range(1_000_000):
        total += number
    return 1000 * (time.thread_time() - began)


class Crowd(Town):
    """The town with many cabinets more, of two alarms each."""

    def __init__(self, cabinets: int) -> None:
        super().__init__()
        for number in range(cabinets):
            area = AREAS[1 + number % 4].id
            self._thing(f"XA{number:05}", Text("Armoire", "Cabinet"), TYPES["lighting_cabinet"], area)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cabinets", type=int, default=5000)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--turns", type=int, default=40)
    given = parser.parse_args()
    print(f"a million additions take this thread {_additions():.0f} ms now; 25 to 40 where nothing else runs")
    loop = qasync.QEventLoop(prepare())
    gc.disable()  # a window collects in its idle moments: `ui.app.collect_here`
    asyncio.set_event_loop(loop)
    with loop, tempfile.TemporaryDirectory() as folder:
        loop.run_until_complete(_window(loop, Path(folder) / "window", given.cabinets, given.turns))
        _record(Path(folder) / "journal.db", given.rows)


async def _window(loop: asyncio.AbstractEventLoop, folder: Path, cabinets: int, turns: int) -> None:
    site, tasks = Crowd(cabinets).site(), Tasks(loop)
    station = TownStation(site, folder, HandClock(NOW))
    station.publish(ordinary(site))
    window = build(station, Preferences(), ANNE, station.clock, tasks)
    window.showNormal()
    window.resize(1920, 1080)
    window.start()
    window.refresh.stop()
    window.navigate(ALARMS)
    await _waits("calm", window, station, [{}] * 4)
    began = time.perf_counter()
    station.publish(_wrong(site))
    engine = 1000 * (time.perf_counter() - began)
    await asyncio.to_thread(station.writer.submit(lambda _: None).result)
    print(f"{np.count_nonzero(station.alarms['state'])} alarms at once: {engine:.0f} ms of the engine")
    await _waits("they come", window, station, [{}] * 4)
    await _waits("one moves, every alarm shown", window, station, _moves(turns))
    flood = {"VIGIE.flood": 1.0, "VIGIE.alarm_rate": float(2 * cabinets)}
    await _waits("the list folds", window, station, [flood, {}, {}, {}, {}])
    page = window.pages[ALARMS]
    assert isinstance(page, AlarmsPage)
    print(f"folded into {len(page.model.lines)} lines; {page.model.total} alarms behind them")
    await _waits("one moves, folded", window, station, _moves(turns))
    window.close()
    await tasks.close()
    station.close()


def _wrong(site: Site) -> dict[str, float]:
    wrong = {"door": 1.0, "leakage": 45.0}
    return {tag.id: wrong[tag.spec.id] for tag in site.tags if tag.id.startswith("XA") and tag.spec.id in wrong}


def _moves(turns: int) -> list[dict[str, float]]:
    return [{f"XA{number:05}.door": float(number % 2)} for number in range(turns)]


async def _waits(what: str, window: MainWindow, station: TownStation, changes: list[dict[str, float]]) -> None:
    """Let these changes come, 0.3 s of the station's clock apart, and tell how long the window let one wait."""
    turn = wall = 0.0
    with patience(window.context.spawn) as waits:
        for values in changes:
            if values:
                station.publish(values)
            station.wind(0.3)
            station.beat()
            began, work = time.perf_counter(), time.thread_time()
            window.refresh.tick()
            turn, wall = max(turn, time.thread_time() - work), max(wall, time.perf_counter() - began)
            await asyncio.sleep(0.05)
    print(SAID.format(what, 1000 * turn, waits.work, max(1000 * wall, waits.wall)))


def _record(path: Path, count: int) -> None:
    """A month of `count` rows."""
    start, random = NOW - 30 * DAY, np.random.default_rng(1)
    ids = [f"PR{number:04}.level_high" for number in range(5000)]
    at = np.sort(random.integers(1, 30 * 86_400, count)).tolist()
    journal = Journal(path, HandClock(NOW))
    for first in range(0, count, 50_000):
        journal.extend(
            Entry("alarm", ("raise", "clear")[n % 2], subject=ids[n * 7919 % 5000], time=start + at[n] * SECOND,
                  detail={"priority": 3, "value": 1.5})
            for n in range(first, min(first + 50_000, count))
        ).result()  # fmt: skip
    journal.close()
    record = Record(path, ids, start)
    for what, act in (
        ("read", record.update),
        ("read what came since", record.update),
        ("reckon", lambda: measure(record.events(), Span(start, NOW), ZoneInfo("Europe/Paris"))),
        ("read the last day only", Record(path, ids, NOW - DAY).update),
    ):
        began = time.perf_counter()
        act()
        print(f"{count} rows, {what}: {time.perf_counter() - began:.2f} s")


if __name__ == "__main__":
    main()
