"""The real program for a journey: a small part of the demo city, its controllers and its station as child processes."""

from __future__ import annotations

import asyncio
import csv
import io
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QApplication

import drivers
from simulator import control
from supervisor import notice
from supervisor.ask import Asker
from supervisor.columns import Columns
from supervisor.errors import StoreError, Unavailable
from supervisor.model import Quality, Role, Site
from supervisor.site import load
from tests.patience import hold_until as until
from tests.people import PASSWORD, enrol
from tests.ports import free_port
from ui.app import prepare
from ui.folder import ColumnFiles, DataFolder

ROOT = Path(__file__).resolve().parents[2]
CABINETS = ("L-AP-001", "L-AP-004")
LINKS = (*CABINETS, "L-PR-02", "L-CF-101", "L-PR-16", "L-MQTT")
"""Two cabinets and a lift station on Modbus, a crossing and a lift station on OPC UA, and all that speaks MQTT."""
BARE = frozenset({"site.toml", "areas.toml", "people.toml", "calendars.toml"})
"""What a site cannot be without: whatever else the demo city says may speak of what is not here."""
HASTENED = {
    "pumping_station": ("level_very_high",),
    "lighting_cabinet": ("supply_lost",),
    "energy_meter": ("phase_1_low", "phase_2_low", "phase_3_low"),
}
"""Type -> its alarms."""
BEGINS = ("--day", "2026-11-18", "--hour", 12)
"""When the city lives, whatever the date of the test: on a dry Wednesday at noon. After dusk its cabinets would light
the streets, in July its soils are dry, and in a storm its lift stations are full."""
Founding = Callable[[Path], Path]
"""Makes a site folder in a folder; the site folder."""


def small_city(to: Path, links: Collection[str] = LINKS, files: Callable[[str], bool] | None = None) -> Path:
    """A copy of the demo site with the chosen links only, each on a free port.

    `files` says of the files beside the links, and of those of equipment, by their names which of them stay.
    """
    folder = to / "angers"
    shutil.copytree(ROOT / "sites" / "angers", folder)
    # it speaks of cabinets that are not here, and would act by the hour of the test
    (folder / "programmes.toml").unlink()
    _keep(folder / "links.csv", lambda row: row["id"] in links, _on_free_port)
    for path in (folder / "equipment").glob("*.csv"):
        _keep(path, lambda row: row["link"] in links, lambda row: row)
    for path in (*folder.glob("*.toml"), *(folder / "equipment").glob("*.csv")):
        if files and not files(path.name):
            path.unlink()
    return folder


def lit_streets(to: Path, links: Collection[str] = CABINETS) -> Path:
    """Cabinets and their circuits, and nothing else."""
    return small_city(to, links, lambda name: name in BARE or name == "lighting.csv")


def crowded(to: Path, count: int) -> Path:
    """The small city and so many containers more: five alarms each, without delay."""
    folder = small_city(to)
    path = folder / "equipment" / "waste.csv"
    rows = list(csv.DictReader(path.read_text("utf-8").splitlines()))
    with path.open("a", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0].keys())
        for number in range(count):
            writer.writerow(rows[0] | {"id": f"CW-{number:03}", "dev_eui": f"24e124713c2{number:05x}"})
    return folder


def _on_free_port(row: dict[str, str]) -> dict[str, str]:
    address, _, path = row["url"].partition("://")[2].partition("/")
    host = address.rpartition(":")[0]
    row["url"] = f"{row['url'].partition('://')[0]}://{host}:{free_port()}" + (f"/{path}" if path else "")
    return row


def _keep(
    path: Path, wanted: Callable[[dict[str, str]], bool], change: Callable[[dict[str, str]], dict[str, str]]
) -> None:
    """The file goes where nothing of it is wanted."""
    lines = [line for line in path.read_text("utf-8").splitlines() if not line.startswith("#")]
    rows = list(csv.DictReader(lines))
    kept = [change(row) for row in rows if wanted(row)]
    if not kept:
        path.unlink()
        return
    out = io.StringIO()
    writer = csv.DictWriter(out, rows[0].keys())
    writer.writeheader()
    writer.writerows(kept)
    path.write_text(out.getvalue(), "utf-8")


def _hasten(folder: Path) -> None:
    """Alarms that journeys wait for come and go in a fifth of their time."""
    for type_, alarms in HASTENED.items():
        path, name = folder / "types" / f"{type_}.toml", ""
        lines = path.read_text("utf-8").splitlines(keepends=True)
        for at, line in enumerate(lines):
            word, _, value = line.partition(" = ")
            name = value.strip().strip('"') if word == "id" else name
            if name in alarms and word in ("on_delay_s", "off_delay_s"):
                lines[at] = f"{word} = {float(value) / 5}\n"
        path.write_text("".join(lines), "utf-8")


class Town:
    """The children, and what a test may ask of them."""

    def __init__(self, to: Path, found: Founding = small_city, children: Sequence[str] = ("city", "station")) -> None:
        self.path = found(to)
        _hasten(self.path)
        self.site: Site = load(self.path, drivers.TABLE)
        self.folder = DataFolder(to / "data")
        self.folder.make()
        enrol(self.site, self.folder.root)
        self.port = free_port()
        self._children: list[subprocess.Popen[bytes]] = []
        if "city" in children:
            self.city = self.start("city", self.path, "--control", self.port, *BEGINS)
        if "station" in children:
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

    def ask(self, act: str, user: str = "", **words: Any) -> dict[str, Any]:
        """In the name of a user, or of a seat that watches."""

        async def scenario() -> dict[str, Any]:
            asker = Asker(self.folder.station, "poste-1", proof=(user, PASSWORD) if user else None)
            try:
                return dict(await asker.ask(act, **words))
            finally:
                await asker.close()

        return asyncio.run(scenario())

    def people(self, role: Role = Role.OPERATOR) -> list[str]:
        """Ids of those who have at least this role everywhere."""
        return [user.id for user in self.site.users.values() if user.role >= role and not user.areas]

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


@contextmanager
def running(to: Path, found: Founding = small_city) -> Iterator[Town]:
    """A town once every value is good; nothing goes wrong in it by itself."""
    place = Town(to, found)
    try:
        until(place.ready, 90, "the town is up with every value good")
        place.mischief("incidents", "off")
        yield place
    finally:
        place.stop()


@pytest.fixture(scope="module")
def qapp() -> QApplication:
    return prepare()


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    with running(tmp_path_factory.mktemp("town")) as place:
        yield place
