"""Programmes on the wire: a real station on a clock of hand, real cabinets on Modbus, the real window over it."""

from __future__ import annotations

import asyncio
import subprocess
from collections.abc import Awaitable, Callable, Iterator
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import qasync
from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QApplication

import drivers
from supervisor.clock import SECOND, HandClock
from supervisor.journal import JournalReader
from supervisor.model import Role
from supervisor.site import load
from tests.journeys.conftest import Town, _keep, small_city
from tests.journeys.seat import click, register
from tests.people import PASSWORD, enrol
from tests.ports import free_port
from ui.app import build, prepare
from ui.assemble import Assembly
from ui.attach import RemoteAttachment
from ui.cli.window import LOOK_S
from ui.faceplate.panel import Faceplate
from ui.folder import DataFolder
from ui.pages import SCHEDULES, Place
from ui.preferences import Preferences
from ui.schedule.page import SchedulePage
from ui.shell.window import MainWindow
from ui.tasks import Tasks

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]
PROGRAMMES = """
[[programme]]
id = "streets"
name = "Rues"
type = "lighting_circuit"
day_begins = "noon"
point = [
    { at = "sunset", do = ["on", "dim 100"] },
    { at = "23:00", do = "dim 50" },
    { at = "02:30", do = "dim 20" },
    { at = "sunrise", do = "off" },
]
"""
NEEDED = ("site", "areas", "people", "calendars")
LINKS = ("L-AP-001", "L-AP-004")
LAMP = "AP-001.C1"


class Street(Town):
    """Two cabinets as child processes; the station runs in the test."""

    def __init__(self, to: Path) -> None:
        self.path = small_city(to)
        _keep(self.path / "links.csv", lambda row: row["id"] in LINKS, lambda row: row)
        for path in (self.path / "equipment").glob("*.csv"):
            if path.stem == "lighting":
                _keep(path, lambda row: row["link"] in LINKS, lambda row: row)
            else:
                path.unlink()
        for path in self.path.glob("*.toml"):
            if path.stem not in NEEDED:  # whatever else the demo city says may speak of what is not here
                path.unlink()
        (self.path / "programmes.toml").write_text(PROGRAMMES, "utf-8")
        self.site = load(self.path, drivers.TABLE)
        self.folder = DataFolder(to / "data")
        self.folder.make()
        enrol(self.site, self.folder.root)
        self.port = free_port()
        self._children: list[subprocess.Popen[bytes]] = []
        self.city = self.start("city", self.path, "--control", self.port)


class Night:
    """A station on a clock of hand, and a window over it."""

    def __init__(self, street: Street, clock: HandClock, assembly: Assembly, window: MainWindow) -> None:
        self.street, self.clock, self.assembly, self.window = street, clock, assembly, window
        self.reader = JournalReader(street.folder.journal)

    async def until(self, condition: Callable[[], object], what: str, pace: float = 1.0) -> None:
        """The clock goes `pace` times as fast as the room's until the condition holds; a minute of the room at most."""
        for _ in range(3000):
            if condition():
                return
            await self.clock.wind(0.02 * pace)
            await asyncio.sleep(0.02)
        raise AssertionError(f"never: {what}")

    async def jump(self, text: str) -> None:
        """The machine sleeps until then."""
        self.clock._now = at(text)
        await self.until(lambda: abs(self.assembly.scheduler._looked - at(text)) < 90 * SECOND, "it has looked again")

    async def quiet(self) -> None:
        scheduler = self.assembly.scheduler
        held = sum(course.override is not None for course in scheduler.courses.values())
        await self.until(lambda: scheduler._looked and scheduler.waiting <= held, "all that is due is done")

    def good(self) -> bool:
        return all(not course.lost for course in self.assembly.scheduler.courses.values())

    async def on_the_wire(self, tag: str) -> int:
        return await register(self.street, self.street.site.tag_by_id[tag])

    def given(self, since: str = "2026-01-01") -> list[tuple[str, str]]:
        """Commands of programmes for the lamp and what became of them, oldest first."""
        rows = self.reader.commands(500, LAMP)[::-1]
        return [(row.command, row.outcome) for row in rows if row.who.startswith("@") and row.time >= at(since)]

    def told(self, kind: str) -> list[str]:
        return [row.who for row in self.reader.search(LAMP, category="schedule") if row.kind == kind][::-1]

    async def page(self) -> SchedulePage:
        self.window.navigate(Place(SCHEDULES))
        page = self.window.pages[SCHEDULES]
        assert isinstance(page, SchedulePage)
        await self.until(lambda: page.picture.year is not None and page.state, "the page has its year")
        return page


def at(text: str) -> int:
    moment = datetime.fromisoformat(text).replace(tzinfo=ZoneInfo("Europe/Paris"))
    return round(moment.timestamp()) * SECOND


@pytest.fixture(scope="module")
def qapp() -> QApplication:
    return prepare()


@pytest.fixture(scope="module")
def street(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Street]:
    place = Street(tmp_path_factory.mktemp("street"))
    try:
        yield place
    finally:
        place.stop()


def live(street: Street, start: str, scenario: Callable[[Night], Awaitable[None]]) -> None:
    """A station and a window from this local time on, for the length of the scenario."""
    application = QApplication.instance()
    assert isinstance(application, QApplication)
    loop = qasync.QEventLoop(application, already_running=False)
    asyncio.set_event_loop(loop)
    try:
        with loop:
            loop.run_until_complete(_live(street, HandClock(at(start)), scenario))
    finally:
        asyncio.set_event_loop(None)
    application.sendPostedEvents(None, QEvent.Type.DeferredDelete)


async def _live(street: Street, clock: HandClock, scenario: Callable[[Night], Awaitable[None]]) -> None:
    tasks = Tasks(asyncio.get_running_loop())
    async with Assembly.of(street.site, street.folder, clock) as assembly:
        attachment = RemoteAttachment(street.site, street.folder, "poste-1")
        window = build(attachment, Preferences(language="fr"), None, clock, tasks)
        window.showNormal()
        window.resize(1920, 1080)
        window.start()
        tasks.spawn(_follow(attachment))
        night = Night(street, clock, assembly, window)
        try:
            await night.until(night.good, "both cabinets are read")
            for cabinet in ("AP-001", "AP-004"):  # in manual their own clock, which is that of the room, does nothing
                await asyncio.to_thread(street.mischief, "set", f"{cabinet}.mode", 1)
            operator = next(u.id for u in street.site.users.values() if u.role is Role.OPERATOR and not u.areas)
            await window.seat.door.sign_in(operator, PASSWORD)
            await scenario(night)
            assert not window.notices.bug.isVisible(), window.notices.bug.why.text()
        finally:
            window.close()
            await tasks.close()
            await attachment.close()
            window.deleteLater()


async def _follow(attachment: RemoteAttachment) -> None:
    while True:
        attachment.renew()
        await asyncio.sleep(LOOK_S)


def test_that_sunset_lights_the_street_and_a_hand_is_respected_until_the_next_change(
    street: Street, qapp: QApplication
) -> None:
    async def scenario(night: Night) -> None:
        await night.quiet()
        before = len(night.given())
        assert await night.on_the_wire(f"{LAMP}.order") == 0, "by day it is off, whatever the cabinet thought"
        await night.jump("2026-01-15 17:37:58")
        await night.until(lambda: len(night.given()) > before, "the sun has set", 4)
        await night.quiet()
        assert night.given()[before] == ("on", "done")
        assert await night.on_the_wire(f"{LAMP}.order") == 1
        assert await night.on_the_wire(f"{LAMP}.dimming") == 100
        page = await night.page()
        assert page.groups.lines[0][2].text == "allumé · 100 %"

        night.window.navigate(night.street.site.equipment_by_id[LAMP])
        side = night.window.side
        assert isinstance(side, Faceplate)
        await night.until(lambda: side.content and side.content.programme.hold.isVisible(), "the faceplate offers it")
        assert side.content
        click(side.content.programme.hold)
        await night.until(lambda: side.content and side.content.programme.resume.isVisible(), "it is held")
        await night.until(lambda: night.told("override") == ["m.cesbron"], "it is journalled")
        answer = await night.window.context.attachment.ask("submit", equipment=LAMP, command="dim", value=30.0)
        await night.until(lambda: (row := night.reader.command(answer["id"])) and row.outcome, "the dimming is done")
        page = await night.page()
        await night.until(lambda: page.hands.lines and "23:00" in page.hands.lines[0][2].text, "the page tells it")

        await night.jump("2026-01-15 22:59:58")
        await night.until(lambda: night.told("resume"), "the programme goes on by itself", 4)
        await night.quiet()
        assert night.told("resume") == ["@programmes"]
        assert await night.on_the_wire(f"{LAMP}.dimming") == 50
        await night.until(lambda: not page.hands.lines, "and the page shows none in hand")

    live(street, "2026-01-15 12:00", scenario)


def test_that_a_restart_in_the_night_takes_up_the_night_and_resume_on_the_page_gives_it_back(
    street: Street, qapp: QApplication
) -> None:
    async def scenario(night: Night) -> None:
        await night.quiet()
        assert night.given("2026-01-16 03:00") == [("dim", "done")], "one command, none of the evening's again"
        assert await night.on_the_wire(f"{LAMP}.dimming") == 20
        answer = await night.window.context.attachment.ask("submit", equipment=LAMP, command="dim", value=90.0)
        await night.until(lambda: (row := night.reader.command(answer["id"])) and row.outcome, "the dimming is done")
        page = await night.page()
        await night.until(
            lambda: [one["equipment"] for one in page.state.get("overrides", ())] == [LAMP],
            "a command by hand takes it out of the programme",
        )
        page.hand_table.selectRow(0)
        click(page.resume)
        await night.until(lambda: night.told("resume")[-1:] == ["m.cesbron"], "resumed by hand")
        await night.quiet()
        assert await night.on_the_wire(f"{LAMP}.dimming") == 20

    live(street, "2026-01-16 03:00", scenario)


@pytest.mark.parametrize(
    ("day", "instant"), [("2026-03-29", "2026-03-29 03:00:00"), ("2026-10-25", "2026-10-25 02:30:00")]
)
def test_that_half_past_two_comes_once_in_both_nights_of_the_changing_clock(
    street: Street, qapp: QApplication, day: str, instant: str
) -> None:
    async def scenario(night: Night) -> None:
        await night.quiet()
        assert await night.on_the_wire(f"{LAMP}.dimming") == 50
        count = len(night.given())
        night.clock._now = at(instant) - 2 * SECOND
        await night.until(lambda: len(night.given()) > count, "half past two", 4)
        await night.quiet()
        assert await night.on_the_wire(f"{LAMP}.dimming") == 20
        night.clock._now += 3600 * SECOND  # in autumn the clock on the wall shows half past two once more
        await night.until(
            lambda: abs(night.assembly.scheduler._looked - night.clock.now()) < 5 * SECOND, "an hour later"
        )
        await night.quiet()
        assert len(night.given()) == count + 1

    live(street, f"{day} 01:30", scenario)
