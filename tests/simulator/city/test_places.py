"""Waste, green spaces, car parks and the weather over them."""

from __future__ import annotations

import numpy as np
import pytest

from simulator.city.weather import Shower, Weather
from simulator.world import Rejected
from tests.simulator.city.conftest import Settle, at


def test_that_containers_fill_until_their_round(settle: Settle) -> None:
    life = settle("2026-03-12 00:00", waste_container=12)
    fill = life.index("fill")
    before, emptied = life.world.value[fill].copy(), np.zeros(12)
    for _ in life.steps(8 * 86_400, 1800.0):
        now = life.world.value[fill]
        fell = now < before
        assert (now[fell] < 15).all(), "only a round empties a container"
        emptied += fell
        before = now.copy()
    assert (emptied >= 1).all()
    assert life.world.value[fill].max() <= 100


def test_that_a_burning_container_gets_hot_and_cools_down(settle: Settle) -> None:
    life = settle("2026-03-12 12:00", waste_container=2)
    life.nature.physics["waste_container"].strike("fire", 0, life.now / 1e9 + 240)
    life.live(240, 1.0)
    assert life.get("waste_container-1.temperature") > 70
    assert life.get("waste_container-2.temperature") < 30
    life.live(1800, 5.0)
    assert life.get("waste_container-1.temperature") < 40


def test_that_cars_balance_and_a_closed_car_park_lets_nobody_in(settle: Settle) -> None:
    life = settle("2026-03-12 07:00", car_park=3)
    tags = ("free", "entries", "exits")
    free, entries, exits = (life.world.value[life.index(tag)].copy() for tag in tags)
    for _ in life.steps(3600, 5.0):
        assert (life.world.value[life.index("entries")] >= entries).all()
    now = [life.world.value[life.index(tag)] for tag in tags]
    assert free - now[0] == pytest.approx((now[1] - entries) - (now[2] - exits), abs=2.1)
    assert (now[1] > entries + 10).all()
    life.write("car_park-1.sign", 2.0)
    life.live(5.0)
    shut = life.get("car_park-1.entries")
    life.live(1200, 5.0)
    assert life.get("car_park-1.entries") == shut
    assert life.get("car_park-1.sign") == 2.0
    with pytest.raises(Rejected):
        life.write("car_park-1.sign", 7.0)


def test_that_rain_fills_the_gauge_wets_the_soil_and_the_gauge_never_falls(settle: Settle) -> None:
    life = settle("2026-07-14 12:00", rain_gauge=2, soil_probe=3)
    total, moisture = life.index("total"), life.index("moisture")
    first, soil = life.world.value[total].copy(), life.world.value[moisture].copy()
    life.nature.rain(12, 60)
    before = first
    for _ in life.steps(2 * 3600, 5.0):
        now = life.world.value[total].copy()
        assert (now >= before - 1e-9).all()
        before = now
    assert before - first == pytest.approx(12, abs=2)
    assert (life.world.value[moisture] > soil + 3).all()


def test_that_the_total_of_the_rain_is_the_integral_of_its_intensity() -> None:
    weather = Weather(47.47, -0.55, "Europe/Paris", 1)
    start = at("2026-01-05 00:00") / 1e9
    weather.order(Shower(start + 7200, 1800, 20.0, flat=True))
    times = start + np.arange(0, 5 * 86_400, 60.0)
    for day in times.reshape(5, -1):
        fallen = weather.total(float(day[-1]) + 60) - weather.total(float(day[0]))
        assert fallen == pytest.approx(weather.rain(day + 30).sum() / 60, abs=0.1)
    assert weather.total(float(times[-1])) > weather.total(start) + 9


def test_that_a_year_of_weather_is_that_of_angers() -> None:
    weather = Weather(47.47, -0.55, "Europe/Paris", 1)
    first, last = at("2026-01-01 00:00"), at("2027-01-01 00:00")
    assert 450 < weather.total(last / 1e9) - weather.total(first / 1e9) < 1000
    january = [weather.moment(at(f"2026-01-{day:02} 14:00"), 0).sky.temperature for day in range(1, 32)]
    july = [weather.moment(at(f"2026-07-{day:02} 15:00"), 0).sky.temperature for day in range(1, 32)]
    assert 0 < np.mean(january) < 12
    assert 20 < np.mean(july) < 30


def test_that_light_follows_the_sun() -> None:
    weather = Weather(47.47, -0.55, "Europe/Paris", 1)
    lux = [weather.moment(at(f"2026-06-21 {hour:02}:00"), 0).sky.lux for hour in (2, 5, 6, 9, 14)]
    assert lux == sorted(lux)
    assert lux[0] < 1 < lux[1] + 1
    assert lux[-1] > 20_000
