from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pytest

from simulator.city.lines import EARTH_M, PACES, route, timetable
from simulator.city.transit import Transit
from tests.simulator.city.conftest import Life, Settle
from tests.simulator.city.town import ROUTE


def metres(life: Life) -> np.ndarray:
    """Vehicles on a plane, (n, 2)."""
    x, y = life.world.value[life.index("longitude")], life.world.value[life.index("latitude")]
    return np.stack([x * EARTH_M * math.cos(math.radians(47.45)), y * EARTH_M], axis=1)


def distance_to_route(points: np.ndarray) -> np.ndarray:
    scale = np.array([EARTH_M * math.cos(math.radians(47.45)), EARTH_M])
    corners = np.array(ROUTE) * scale
    best = np.full(len(points), np.inf)
    for a, b in pairwise(corners):
        share = np.clip((points - a) @ (b - a) / ((b - a) @ (b - a)), 0, 1)
        best = np.minimum(best, np.hypot(*(points - a - share[:, None] * (b - a)).T))
    return best


@pytest.mark.parametrize("start", ["2026-03-12 08:00", "2026-03-12 00:10", "2026-03-12 04:50", "2026-03-12 02:55"])
def test_that_vehicles_stay_on_their_line_and_never_jump(settle: Settle, start: str) -> None:
    life = settle(start, transit_line=1, tram=8, rate=120.0)
    before = metres(life)
    for _ in life.steps(600, 1.0):
        now = metres(life)
        assert distance_to_route(now).max() < 5.0
        assert np.hypot(*(now - before).T).max() < PACES["tram"].cruise * 1.5
        before = now


def test_that_odometers_never_fall_and_agree_with_the_way_done(settle: Settle) -> None:
    life = settle("2026-03-12 07:30", transit_line=1, tram=5, rate=30.0)
    odometer = life.index("odometer")
    first = before = life.world.value[odometer].copy()
    way, place = np.zeros(5), metres(life)
    for _ in life.steps(2 * 3600, 4.0):
        now, there = life.world.value[odometer].copy(), metres(life)
        assert (now >= before).all()
        way += np.hypot(*(there - place).T)
        before, place = now, there
    assert before - first == pytest.approx(way, rel=0.03)
    assert (way > 15_000).all()


def test_that_doors_open_only_where_a_vehicle_stands(settle: Settle) -> None:
    life = settle("2026-03-12 08:00", transit_line=1, tram=8)
    opened = 0
    for _ in life.steps(900):
        doors, speed = life.world.value[life.index("doors")] > 0, life.world.value[life.index("speed")]
        assert (speed[doors] < 1.0).all()
        opened += int(doors.sum())
    assert opened > 100


def test_that_a_vehicle_turns_round_at_the_end_of_its_line(settle: Settle) -> None:
    life = settle("2026-03-12 08:00", transit_line=1, tram=1)
    tag = life.site.tag_by_id["tram-1.headsign"]
    signs, directions = set(), set()
    for _ in life.steps(2 * 3600, 5.0):
        signs.add(life.world.text[tag.index])
        directions.add(life.get("tram-1.direction"))
    assert len(signs) == 2
    assert directions == {1.0, 2.0}


def test_that_a_stopped_vehicle_stands_still_grows_late_and_the_line_says_so(settle: Settle) -> None:
    life = settle("2026-03-12 11:00", transit_line=1, tram=4)
    life.live(60, 1.0)
    life.nature.physics["transit_line"].strike("stopped", 0, life.now / 1e9 + 200)
    life.live(1.0)
    late, place = life.get("tram-1.lateness"), metres(life)[0]
    life.live(180, 1.0)
    assert metres(life)[0] == pytest.approx(place, abs=0.5)
    assert life.get("tram-1.lateness") > late + 150
    assert life.get("transit_line-1.service") == 1.0
    assert life.world.text[life.site.tag_by_id["transit_line-1.message"].index]
    life.live(40, 1.0)
    assert life.get("transit_line-1.service") == 0.0


def test_that_at_night_every_vehicle_stands_at_its_terminus(settle: Settle) -> None:
    life = settle("2026-03-12 04:00", transit_line=1, tram=6)
    life.live(60, 1.0)
    physics = life.nature.physics["transit_line"]
    assert isinstance(physics, Transit)
    assert not physics.lines[0].metres.any()
    assert life.get("transit_line-1.vehicles") == 0.0
    assert not life.world.value[life.index("speed")].any()


def test_that_one_lap_visits_every_stop_both_ways(settle: Settle) -> None:
    life = settle("2026-03-12 08:00", transit_line=1, tram=1)
    path = route(life.site, life.site.equipment_by_id["transit_line-1"], "tram")
    lap = timetable(path, PACES["tram"])
    standing = lap.metres[:-1][lap.doors[:-1]]
    for stop in path.stops:
        assert np.isclose(standing, stop, atol=0.5).any()
    assert np.abs(np.diff(lap.metres)).max() <= PACES["tram"].cruise + 1.0
    assert lap.metres[0] == lap.metres[-1]


def test_that_a_line_without_a_map_still_has_a_way(settle: Settle) -> None:
    life = settle("2026-03-12 08:00", transit_line=2, bus=3)
    path = route(life.site, life.site.equipment_by_id["transit_line-2"], "bus")
    assert path.length > 100
    assert len(path.names) == len(path.stops) >= 2
