"""`vigie run SITE` and `vigie demo`: station and window as two children, both watched.

this process ─┬─ station   started again when it dies or hangs; a running one is taken over
              ├─ window    started again when it crashes; closing it ends the rest
              └─ city      the demo's simulated controllers
"""

from __future__ import annotations

import argparse
import logging
import os
import signal
import sys
import time
from types import FrameType

import drivers
from supervisor import notice
from supervisor.clock import SECOND
from supervisor.columns import Columns
from supervisor.errors import StoreError, Unavailable
from supervisor.model import Site
from supervisor.site import load
from ui.folder import DataFolder
from ui.keeper import Child, Keeper, alive

LOOK_S = 0.2
CRASHES = 5
"""A window that crashes this often in a row is not started again."""


def run(given: argparse.Namespace) -> int:
    """A site: station and window, until the window is closed."""
    site = load(given.site, drivers.TABLE)
    folder = DataFolder.of(site, given.data)
    folder.make()
    return _Household(given, site, folder, []).live()


def demo(given: argparse.Namespace) -> int:
    """The same with a simulated city, and a past at first start."""
    site = load(given.site, drivers.TABLE)
    folder = DataFolder.of(site, given.data)
    folder.make()
    words = ["-m", "ui.cli", "city", str(given.site), "--control", str(given.control)]
    city = Child("city", [sys.executable, *words], folder.root / "city.log")
    city.start()
    try:
        prepare_past(site, folder, given.past)
        return _Household(given, site, folder, [city]).live()
    finally:
        city.stop()


def prepare_past(site: Site, folder: DataFolder, hours: float) -> None:
    """Give a demo that has no history yet a believable one, so that its trends are not empty."""
    from ui.cli.past import fill

    if hours > 0 and not alive(running(folder)):
        fill(site, folder, hours)


class _Household:
    """The children of one `vigie run`."""

    def __init__(self, given: argparse.Namespace, site: Site, folder: DataFolder, others: list[Child]) -> None:
        common = [str(given.site), "--data", str(folder.root)]
        self._folder = folder
        self._others = others
        self._station = Child(
            "station", [sys.executable, "-m", "ui.cli", "station", *common], folder.root / "station.out"
        )
        options = [f"--{name}={value}" for name in ("user", "theme", "language") if (value := getattr(given, name))]
        self._window = Child(
            "window", [sys.executable, "-m", "ui.cli", "window", *common, *options], folder.root / "window.out"
        )
        self._keeper = Keeper(self._station, lambda: running(folder), self._beat_age)
        self._columns: Columns | None = None
        self._inode = 0
        self._ended = False

    def live(self) -> int:
        """Until the window is closed, or somebody ends us."""
        logging.basicConfig(level=logging.INFO, format="vigie: %(message)s")
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._end)
        crashes = 0
        self._keeper.tend()
        self._window.start()
        try:
            while not self._ended:
                time.sleep(LOOK_S)
                self._keeper.tend()
                for other in self._others:
                    other.start()
                code = self._window.code
                if code is None:
                    continue
                if code in (0, 1, 2):
                    return self._closed(code)
                crashes += 1
                if crashes == CRASHES:
                    raise Unavailable(f"the window crashed {CRASHES} times; see {self._folder.root / 'window.out'}")
                self._window.start()
            return 0
        finally:
            self._window.stop()
            self._stop_station()

    def _closed(self, code: int) -> int:
        if code:  # it could not start: its sentence is for the person at this terminal
            sys.stderr.write((self._folder.root / "window.out").read_text()[-2000:])
        return code

    def _end(self, number: int, frame: FrameType | None) -> None:
        self._ended = True

    def _beat_age(self) -> float:
        """Seconds since the station on the folder beat; very long where there is none."""
        path = self._folder.tag_columns
        try:
            inode = path.stat().st_ino
            if inode != self._inode:
                self._columns, self._inode = Columns.attach(path), inode
        except (OSError, StoreError):
            return float("inf")
        assert self._columns is not None
        return (time.time_ns() - self._columns.beat) / SECOND

    def _stop_station(self) -> None:
        """The station ends with its window, whoever started it: a station meant to go on is run by `vigie station`."""
        pid = running(self._folder)
        self._station.stop()
        if alive(pid):
            os.kill(pid, signal.SIGTERM)


def running(folder: DataFolder) -> int:
    """The process of the station on a folder; 0 for none."""
    try:
        return notice.look(folder.station).pid
    except Unavailable:
        return 0
