"""What ten thousand alarms at once cost the window, and what the figures of a million alarm rows cost to read.

    python -m benchmarks.alarm_window [--cabinets 5000] [--rows 1000000] [--turns 40]

The window is the real one, offscreen, over columns that are written in this process; measured is the time its thread
is at work for one turn (what moved is taken over) and for one painting, for each longest and median. An operator waits
for one of them at most. The journal is written by `Journal` and read by the `Record` of the page of performance.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from zoneinfo import ZoneInfo

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import numpy as np
import qasync
from PySide6.QtWidgets import QApplication

from alarms.performance import DAY, Span, measure
from alarms.record import Record
from supervisor.clock import SECOND, HandClock
from supervisor.journal import Entry, Journal
from supervisor.model import Site, Text
from tests.ui.town import ANNE, AREAS, NOW, TYPES, Town, TownStation, ordinary
from ui.alarms.page import AlarmsPage
from ui.app import build, prepare
from ui.pages import ALARMS
from ui.preferences import Preferences
from ui.shell.window import MainWindow
from ui.tasks import Tasks

SAID = "{:44} turn {:6.1f} ms, at most {:6.1f}    painting {:6.1f} ms, at most {:6.1f}"


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
    loop = qasync.QEventLoop(prepare())
    asyncio.set_event_loop(loop)
    with loop, tempfile.TemporaryDirectory() as folder:
        _window(loop, Path(folder) / "window", given.cabinets, given.turns)
        _record(Path(folder) / "journal.db", given.rows)


def _window(loop: asyncio.AbstractEventLoop, folder: Path, cabinets: int, turns: int) -> None:
    site = Crowd(cabinets).site()
    station = TownStation(site, folder, HandClock(NOW))
    station.publish(ordinary(site))
    window = build(station, Preferences(), ANNE, station.clock, Tasks(loop))
    window.showNormal()
    window.resize(1920, 1080)
    window.start()
    window.refresh.stop()
    window.navigate(ALARMS)
    for _ in range(3):
        _turn(window, station)
    began = time.perf_counter()
    station.publish(_wrong(site))
    engine = 1000 * (time.perf_counter() - began)
    station.writer.submit(lambda _: None).result()
    print(f"{np.count_nonzero(station.alarms['state'])} alarms at once: {engine:.0f} ms of the engine")
    _told("they come", [_turn(window, station)])
    _told("one moves, every alarm shown", _moves(window, station, turns))
    station.publish({"VIGIE.flood": 1.0, "VIGIE.alarm_rate": float(2 * cabinets)})
    _told("the list folds", [_turn(window, station)])
    page = window.pages[ALARMS]
    assert isinstance(page, AlarmsPage)
    print(f"folded into {len(page.model.lines)} lines; {page.model.total} alarms behind them")
    _told("one moves, folded", _moves(window, station, turns))
    window.close()
    station.close()


def _wrong(site: Site) -> dict[str, float]:
    wrong = {"door": 1.0, "leakage": 45.0}
    return {tag.id: wrong[tag.spec.id] for tag in site.tags if tag.id.startswith("XA") and tag.spec.id in wrong}


def _moves(window: MainWindow, station: TownStation, turns: int) -> list[tuple[float, float]]:
    found = []
    for number in range(turns):
        station.publish({f"XA{number:05}.door": float(number % 2)})
        found.append(_turn(window, station))
    return found


def _turn(window: MainWindow, station: TownStation) -> tuple[float, float]:
    """ms of the thread for a turn, and for what is painted after it."""
    station.wind(0.3)
    station.beat()
    return _work(window.refresh.tick), _work(QApplication.processEvents)


def _work(act: Callable[[], object]) -> float:
    began = time.thread_time()
    act()
    return 1000 * (time.thread_time() - began)


def _told(what: str, found: list[tuple[float, float]]) -> None:
    turns, paintings = zip(*found, strict=True)
    middle = statistics.median
    print(SAID.format(what, middle(turns), max(turns), middle(paintings), max(paintings)))


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
