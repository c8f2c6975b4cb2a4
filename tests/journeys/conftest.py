"""The real program for a journey: a small part of the demo city, its controllers and its station as child processes."""

from __future__ import annotations

import csv
import io
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import drivers
from simulator import control
from supervisor import notice
from supervisor.columns import Columns
from supervisor.errors import StoreError, Unavailable
from supervisor.model import Quality, Site
from supervisor.site import load
from tests.people import enrol
from tests.ports import free_port
from ui.folder import ColumnFiles, DataFolder

ROOT = Path(__file__).resolve().parents[2]
LINKS = ("L-AP-001", "L-AP-004", "L-PR-02", "L-CF-101", "L-PR-16", "L-MQTT")
"""Two cabinets and a lift station on Modbus, a crossing and a lift station on OPC UA, and all that speaks MQTT."""


def small_city(to: Path) -> Path:
    """A copy of the demo site with the chosen links only, each on a free port."""
    folder = to / "angers"
    shutil.copytree(ROOT / "sites" / "angers", folder)
    # it speaks of cabinets that are not here, and would act by the hour of the test
    (folder / "programmes.toml").unlink()
    _keep(folder / "links.csv", lambda row: row["id"] in LINKS, _on_free_port)
    for path in (folder / "equipment").glob("*.csv"):
        _keep(path, lambda row: row["link"] in LINKS, lambda row: row)
    return folder


def _on_free_port(row: dict[str, str]) -> dict[str, str]:
    address, _, path = row["url"].partition("://")[2].partition("/")
    host = address.rpartition(":")[0]
    row["url"] = f"{row['url'].partition('://')[0]}://{host}:{free_port()}" + (f"/{path}" if path else "")
    return row


def _keep(
    path: Path, wanted: Callable[[dict[str, str]], bool], change: Callable[[dict[str, str]], dict[str, str]]
) -> None:
    lines = [line for line in path.read_text("utf-8").splitlines() if not line.startswith("#")]
    rows = list(csv.DictReader(lines))
    out = io.StringIO()
    writer = csv.DictWriter(out, rows[0].keys())
    writer.writeheader()
    writer.writerows(change(row) for row in rows if wanted(row))
    path.write_text(out.getvalue(), "utf-8")


class Town:
    """The children, and what a test may ask of them."""

    def __init__(self, to: Path, change: Callable[[Path], None] = lambda folder: None) -> None:
        """`change` may edit the site folder before anything reads it."""
        self.path = small_city(to)
        change(self.path)
        self.site: Site = load(self.path, drivers.TABLE)
        self.folder = DataFolder(to / "data")
        self.folder.make()
        enrol(self.site, self.folder.root)
        self.port = free_port()
        self._children: list[subprocess.Popen[bytes]] = []
        self.city = self.start("city", self.path, "--control", self.port)
        self.station = self.start_station()

    def start(self, name: str, *words: object) -> subprocess.Popen[bytes]:
        """A `vigie` command as a child whose output stays in the data folder."""
        log = (self.folder.root / f"{name}.out").open("ab")
        with log:
            child = subprocess.Popen(
                [sys.executable, "-m", "ui.cli", name, *map(str, words)], stdout=log, stderr=log, cwd=ROOT,
                env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
            )  # fmt: skip
        self._children.append(child)
        return child

    def start_station(self) -> subprocess.Popen[bytes]:
        return self.start("station", self.path, "--data", self.folder.root)

    def mischief(self, *words: object) -> str:
        return control.ask(self.port, [str(word) for word in words])

    def columns(self) -> Columns:
        return Columns.attach(self.files().tags)

    def files(self) -> ColumnFiles:
        """The column files of the station that runs now."""
        return self.folder.columns(notice.look(self.folder.station).columns)

    def value(self, tag: str) -> float:
        return float(self.columns()["value"][self.site.tag_by_id[tag].index])

    def quality(self, tag: str) -> Quality:
        return Quality(int(self.columns()["quality"][self.site.tag_by_id[tag].index]))

    def alarm(self, id_: str) -> int:
        """The state code of an alarm."""
        row = next(alarm.index for alarm in self.site.alarms if alarm.id == id_)
        return int(Columns.attach(self.files().alarms)["state"][row])

    def ready(self) -> bool:
        """All links connected and every carried tag good."""
        try:
            quality = self.columns()["quality"]
            pid = notice.look(self.folder.station).pid
        except (StoreError, Unavailable):
            return False
        carried = [tag.index for tag in self.site.tags if tag.source and tag.stale_s == 0]
        return pid == self.station.pid and bool((quality[carried] < 0x80).all())

    def stop(self) -> None:
        for child in reversed(self._children):
            if child.poll() is None:
                child.send_signal(signal.SIGTERM)
        for child in self._children:
            try:
                child.wait(15)
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()


def until(condition: Callable[[], bool], within_s: float, what: str = "") -> float:
    """Seconds until the condition held; fails after `within_s`."""
    began = time.monotonic()
    while not condition():
        assert time.monotonic() - began < within_s, f"not within {within_s} s: {what or condition}"
        time.sleep(0.02)
    return time.monotonic() - began


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    place = Town(tmp_path_factory.mktemp("town"))
    try:
        until(place.ready, 60, "the town is up with every value good")
        yield place
    finally:
        place.stop()
