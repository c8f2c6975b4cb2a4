"""Programmes on the wire: a real station on a clock of hand, real cabinets on Modbus, the real window over it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from PySide6.QtWidgets import QApplication

from supervisor.clock import SECOND, HandClock
from supervisor.journal import JournalReader
from tests.journeys.conftest import Town, lit_streets
from tests.journeys.seat import click, in_qt, register, window_over
from tests.people import PASSWORD, hurry
from ui.assemble import Assembly
from ui.attach import RemoteAttachment
from ui.faceplate.panel import Faceplate
from ui.pages import SCHEDULES, Place
from ui.preferences import Preferences
from ui.schedule.page import SchedulePage
from ui.shell.window import MainWindow

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
LAMP = "AP-001.C1"


def programmed(to: Path) -> Path:
    folder = lit_streets(to)
    (folder / "programmes.toml").write_text(PROGRAMMES, "utf-8")
    return folder


class Night:
    """A station on a clock of hand, and a window over it."""

    def __init__(self, street: Town, clock: HandClock, assembly: Assembly, window: MainWindow) -> None:
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
def street(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """Two cabinets as child processes; the station runs in the test."""
    place = Town(tmp_path_factory.mktemp("street"), programmed, ("city",))
    try:
        yield place
    finally:
        place.stop()


def live(street: Town, start: str, scenario: Callable[[Night], Awaitable[None]]) -> None:
    """A station and a window from this local time on, for the length of the scenario."""
    in_qt(_live(street, HandClock(at(start)), scenario))


async def _live(street: Town, clock: HandClock, scenario: Callable[[Night], Awaitable[None]]) -> None:
    async with Assembly.of(street.site, street.folder, clock) as assembly:
        hurry(assembly.sessions.accounts)
        attachment = RemoteAttachment(street.site, street.folder, "poste-1")
        async with window_over(attachment, Preferences(language="fr"), clock) as window:
            night = Night(street, clock, assembly, window)
            await night.until(night.good, "both cabinets are read")
            for cabinet in ("AP-001", "AP-004"):  # in manual their own clock, which is that of the room, does nothing
                await asyncio.to_thread(street.mischief, "set", f"{cabinet}.mode", 1)
            await window.seat.door.sign_in("m.cesbron", PASSWORD)
            await scenario(night)


def test_that_sunset_lights_the_street_and_a_hand_is_respected_until_the_next_change(
    street: Town, qapp: QApplication
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
    street: Town, qapp: QApplication
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
    street: Town, qapp: QApplication, day: str, instant: str
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
