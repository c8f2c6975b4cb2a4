"""Setback on the wire: a real station on a clock of hand, a school's boiler room on Modbus whose walls live fast."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

import drivers
from simulator.process import City
from supervisor.clock import SECOND, HandClock
from supervisor.journal import JournalReader
from supervisor.site import load
from tests.journeys.conftest import BARE, small_city
from ui.assemble import Assembly
from ui.folder import DataFolder

pytestmark = [pytest.mark.slow, pytest.mark.timeout(120)]
PROGRAMME = """
[[programme]]
id = "schools"
name = "Écoles"
type = "heating_circuit"
season = ["10-01", "04-30"]
only_if = "parent.mode == auto"
point = [
    { at = "05:00", do = "comfort", days = ["ordinary"] },
    { at = "sunset", not_before = "16:30", not_after = "18:00", do = "reduced" },
]
"""
SPEED = 3600.0
"""Of the city: an hour of walls in a second."""


def at(text: str) -> int:
    moment = datetime.fromisoformat(text).replace(tzinfo=ZoneInfo("Europe/Paris"))
    return round(moment.timestamp()) * SECOND


def test_that_a_school_is_warmed_for_the_day_let_go_at_dusk_and_left_alone_in_the_holidays(tmp_path: Path) -> None:
    folder = small_city(tmp_path, {"L-CH-03"}, lambda name: name in BARE or name == "buildings.csv")
    (folder / "programmes.toml").write_text(PROGRAMME, "utf-8")
    site = load(folder, drivers.TABLE)
    data = DataFolder(tmp_path / "data")
    clock = HandClock(at("2026-01-13 15:00"))

    async def scenario() -> None:
        city = City(site, rate=0.0, speed=SPEED)
        city.wall._shown = at("2026-01-13 03:00")  # the weather of January, whenever this is tried
        await city.start()
        try:
            async with Assembly.of(site, data, clock) as assembly:
                await day(city, assembly)
        finally:
            await city.stop()

    async def day(city: City, assembly: Assembly) -> None:
        reader, columns = JournalReader(data.journal), assembly.table.columns

        def value(tag: str) -> float:
            return float(columns["value"][site.tag_by_id[f"CH-03.H1.{tag}"].index])

        def given() -> list[tuple[str, str]]:
            return [(row.command, row.outcome) for row in reader.commands(50, "CH-03.H1")[::-1]]

        async def until(condition: Callable[[], object], what: str) -> None:
            for _ in range(2000):
                if condition():
                    return
                await clock.wind(0.1)
                await asyncio.sleep(0.02)
            raise AssertionError(f"never: {what}; {given()}, {value('room')} °C")

        async def jump(text: str) -> None:
            clock._now = at(text)
            await until(lambda: assembly.scheduler._looked >= at(text), "it has looked")
            await until(lambda: not assembly.scheduler.waiting, "what is due is done")

        await until(
            lambda: given() == [("comfort", "done")], "in use since the morning, whatever the controller thought"
        )
        steps = {step.step: step.detail for step in reader.steps(reader.commands(1, "CH-03.H1")[0].id)}
        assert steps["read_back"] == {"tag": "CH-03.H1.regime", "value": 2}
        assert steps["confirmed"] == {"tag": "CH-03.H1.pump", "value": 1}, "the pump runs: that is the proof"
        assert value("setpoint") == 19
        cold = value("room")
        await until(lambda: value("room") > min(cold + 0.3, 18.9), "the rooms get warm")
        await jump("2026-01-13 17:36")
        assert given()[1:] == [("reduced", "done")], "the sun has set"
        assert (value("regime"), value("setpoint"), value("pump")) == (1, 16, 0)
        warm = value("room")
        await until(lambda: value("room") < warm - 0.3, "the rooms cool")
        await jump("2026-02-16 10:00")
        assert given()[2:] == [], "a Monday in the winter holidays"
        await jump("2026-03-09 10:00")
        assert given()[2:] == [("comfort", "done")], "school is on again"

    asyncio.run(scenario())
