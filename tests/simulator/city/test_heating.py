"""The heating of buildings: rooms cool at night and are warm again hours after it was asked for."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

import drivers
from simulator.city.heating import Heating
from simulator.city.weather import Weather
from simulator.world import Rejected, World
from supervisor.clock import SECOND
from supervisor.site import load

ANGERS = Path(__file__).parents[3] / "sites" / "angers"
PARIS = ZoneInfo("Europe/Paris")


class School:
    """The boiler rooms of the demo city, from a local time on."""

    def __init__(self, start: str) -> None:
        self.site = load(ANGERS, drivers.TABLE)
        self.world = World(self.site)
        self.weather = Weather(self.site.latitude, self.site.longitude, self.site.zone, 1)
        self.law = Heating(self.world, self.site.equipment_by_type["boiler_room"], self.weather, 1)
        self.now = at(start)
        self.law.begin(self.weather.moment(self.now, 0.0))

    def live(self, until: str, step_s: float = 60.0) -> None:
        while self.now < at(until):
            self.now += round(step_s * SECOND)
            self.law.step(self.weather.moment(self.now, step_s))

    def get(self, tag: str) -> float:
        return float(self.world.value[self.site.tag_by_id[tag].index])

    def write(self, tag: str, value: float) -> None:
        self.world.write(self.site.tag_by_id[tag], value)

    @property
    def shown(self) -> dict[str, float]:
        return {tag: self.get(f"CH-03.H1.{tag}") for tag in ("regime", "room", "setpoint", "water", "valve", "pump")}


def at(text: str) -> int:
    return round(datetime.fromisoformat(text).replace(tzinfo=PARIS).timestamp()) * SECOND


def test_that_rooms_cool_in_reduced_and_are_warm_some_hours_after_comfort() -> None:
    school = School("2026-01-13 17:00")  # a Tuesday, in comfort since the morning
    assert school.shown["regime"] == 2
    assert school.shown["room"] == pytest.approx(19, abs=0.7)
    evening, gas = school.shown["room"], school.get("CH-03.gas")
    school.write("CH-03.H1.order", 1.0)
    school.live("2026-01-13 17:00:30", 0.5)
    assert (school.shown["regime"], school.shown["setpoint"], school.shown["pump"]) == (1, 16, 0)
    school.live("2026-01-14 05:00")
    night = school.shown["room"]
    assert 15.6 < night < evening - 2, "half a degree an hour, and then it is held"
    assert school.get("CH-03.gas") >= gas
    school.write("CH-03.H1.order", 2.0)
    school.live("2026-01-14 05:01", 0.5)
    assert (school.shown["regime"], school.shown["pump"]) == (2, 1), "the pump proves it at once"
    school.live("2026-01-14 05:45")
    assert school.shown["water"] > 45
    assert school.shown["valve"] > 40
    assert school.get("CH-03.boiler") == 1
    assert school.shown["room"] < 18, "and the rooms take their time"
    school.live("2026-01-14 10:00")
    assert school.shown["room"] == pytest.approx(19, abs=0.7)
    assert school.get("CH-03.gas") > gas + 1


def test_that_nobody_led_it_keeps_hours_of_its_own_and_then_does_as_it_is_told() -> None:
    school = School("2026-01-13 17:30")
    school.write("CH-03.H1.order", 2.0)
    school.live("2026-01-13 18:30")
    assert (school.get("CH-03.H1.regime"), school.get("CH-03.H2.regime")) == (2, 1)
    with pytest.raises(Rejected):
        school.write("CH-03.H1.order", 3.0)


def test_that_faults_are_seen_and_felt() -> None:
    school = School("2026-01-13 09:00")
    end = (school.now + 6 * 3600 * SECOND) / SECOND
    fleet = list(school.law.equipment)
    number = next(n for n, one in enumerate(fleet) if one.id == "CH-03")
    school.law.strike("burner", number, end)
    school.live("2026-01-13 14:00")
    assert school.get("CH-03.boiler") == 2
    assert school.get("CH-03.H1.room") < 18, "it gets cold"
    assert school.get("CH-08.H1.room") > 18
    school.law.strike("pump", 2 * number, end)
    school.law.strike("gas", number, end)
    school.law.strike("leak", number, end)
    school.live("2026-01-13 14:01")
    assert (school.get("CH-03.H1.pump"), school.get("CH-03.H1.pump_fault"), school.get("CH-03.H2.pump_fault")) == (
        0,
        1,
        0,
    )
    assert school.get("CH-03.gas_leak") == 1
    assert school.get("CH-03.pressure") < 0.8
    school.write("CH-01.mode", 2.0)
    school.live("2026-01-13 14:02")
    assert (school.get("CH-01.H1.regime"), school.get("CH-01.H1.pump"), school.get("CH-01.boiler")) == (0, 0, 0)
