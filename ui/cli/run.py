"""`vigie run SITE` and `vigie demo`: station and window as two children, both watched.

this process ─┬─ station   started again when it dies or hangs; a running one is taken over
              ├─ window    started again when it crashes; closing it ends the rest
              └─ city      the demo's simulated controllers
"""

from __future__ import annotations

import argparse
import logging
import math
import signal
import sys
import time
from types import FrameType

import drivers
from simulator import control
from supervisor import notice
from supervisor.clock import SECOND
from supervisor.columns import Columns
from supervisor.errors import StoreError, Unavailable
from supervisor.model import Site
from supervisor.site import load
from ui.cli import run_said
from ui.cli.said import Speech
from ui.folder import DataFolder
from ui.keeper import Child, Keeper

log = logging.getLogger(__name__)

LOOK_S = 0.2
CRASHES = 5
"""A window that is started again this often in a row, and crashes soon each time, is given up."""
HASTY_S = 15.0
"""A window that ends with an error before this could not start; later it has crashed."""
CITY_S = 30.0
"""How long the controllers of the demo may take to open; then the station is started all the same."""
ENDS = ("SIGTERM", "SIGINT", "SIGHUP", "SIGBREAK")
"""What somebody who wants us to end may send; which of them exist depends on the system."""


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
    run_said.to_terminal(given.language or site.language)
    # until the household listens: the city must not be left behind
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    try:
        city.start()
        prepare_past(site, folder, given.past, given.language or site.language)
        await_city(given.control)
        return _Household(given, site, folder, [city]).live()
    finally:
        city.stop()


def await_city(port: int) -> None:
    """Let the city open its controllers first, or every link would be an alarm at each start of the demo."""
    deadline = time.monotonic() + CITY_S
    while time.monotonic() < deadline:
        try:
            control.ask(port, ["list"])
        except Unavailable:
            time.sleep(LOOK_S)
        else:
            return
    log.warning("The city has not answered for %.0f s: see city.log in the data folder", CITY_S)


def prepare_past(site: Site, folder: DataFolder, hours: float, language: str = "en") -> None:
    """Give a demo that has no history yet a believable one, so that its trends are not empty."""
    from ui.cli.past import fill

    if hours > 0 and not folder.holder():
        fill(site, folder, hours, language)


class _Household:
    """The children of one `vigie run`."""

    def __init__(self, given: argparse.Namespace, site: Site, folder: DataFolder, others: list[Child]) -> None:
        common = [str(given.site), "--data", str(folder.root)]
        self._folder = folder
        self._others = others
        self._say = Speech(given, site)
        self._station = Child(
            "station", [sys.executable, "-m", "ui.cli", "station", *common], folder.root / "station.out"
        )
        asked = {name: getattr(given, name) for name in ("user", "seat", "theme", "language")}
        options = [f"--{name}={value}" for name, value in asked.items() if value]
        self._window = Child(
            "window", [sys.executable, "-m", "ui.cli", "window", *common, *options], folder.root / "window.out"
        )
        self._keeper = Keeper(self._station, folder.holder, self._beat_age)
        self._columns: Columns | None = None
        self._notice: notice.Notice | None = None
        self._ended = False

    def live(self) -> int:
        """Until the window is closed, or somebody ends us."""
        run_said.to_terminal(self._say.language)
        for name in ENDS:
            if hasattr(signal, name):
                signal.signal(getattr(signal, name), self._end)
        try:
            while not self._ended:
                self._keeper.tend()
                for other in self._others:
                    other.start()
                code = self._window.code
                if code is not None and self._over(code):
                    return self._closed(code)
                if code is not None or not self._window.begun:  # one that ends just now is judged at the next look
                    self._window.start()
                time.sleep(LOOK_S)
            return 0
        finally:
            self._window.stop()
            self._stop_station()

    def _over(self, code: int) -> bool:
        """Whether a window that ended so is to be left at that. Raises Unavailable where it does nothing but crash."""
        if code == 0 or (code in (1, 2) and self._window.age_s < HASTY_S and not self._window.deaths):
            return True
        if self._window.deaths >= CRASHES:
            raise Unavailable(self._say(run_said.CRASHES, self._folder.root / "window.out"))
        return False

    def _closed(self, code: int) -> int:
        if code:  # it could not start: its sentence is for the person at this terminal
            said = self._folder.root / "window.out"
            sys.stderr.write(said.read_text("utf-8", "replace")[-2000:] if said.exists() else "")
        return code

    def _end(self, number: int, frame: FrameType | None) -> None:
        self._ended = True

    def _beat_age(self) -> float:
        """Seconds since the station that holds the folder beat; infinite where there is none, or it has not yet.

        Either way from now: after a clock was set back the last beat of a dead station lies in the future.
        """
        try:
            found = notice.look(self._folder.station)
            if found != self._notice:
                self._columns, self._notice = Columns.attach(self._folder.columns(found.columns).tags), found
        except (Unavailable, StoreError):
            return math.inf
        assert self._columns is not None
        age = abs(time.time_ns() - self._columns.beat) / SECOND
        return age if age < 1.0 or found.pid == self._folder.holder() else math.inf

    def _stop_station(self) -> None:
        """The station that we started ends with us."""
        self._station.stop()
        if pid := self._folder.holder():
            log.info("The station (process %d) was not started here and goes on", pid)
