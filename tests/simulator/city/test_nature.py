"""The city as a whole: repeatable, with incidents, and with a past that fits its present."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from simulator.city.incidents import KINDS, Incidents
from simulator.city.nature import Nature
from simulator.city.past import instants, past, tell
from simulator.city.table import PHYSICS
from simulator.city.wall import WallClock
from simulator.world import World
from supervisor.clock import SECOND
from supervisor.model import Kind
from tests.simulator.city.conftest import Life, Settle, at


def lived(life: Life) -> np.ndarray:
    life.live(200, 1.0)
    return life.world.value.copy()


def test_that_the_same_seed_tells_the_same_story_and_another_seed_another(settle: Settle) -> None:
    first, again, other = (lived(settle("2026-03-12 18:20", seed=seed, rate=60.0)) for seed in (7, 7, 8))
    assert np.array_equal(first, again)
    assert (first != other).mean() > 0.3


def test_that_everything_is_a_number_at_any_hour(settle: Settle) -> None:
    for hour in range(0, 24, 2):
        life = settle(f"2026-03-{12 + hour % 3} {hour:02}:00", rate=120.0)
        life.live(15, 1.0)
        assert np.isfinite(life.world.value).all()


def test_that_every_kind_of_incident_is_one_its_physics_knows() -> None:
    for kind in KINDS:
        assert not kind.type or kind.fault in PHYSICS[kind.type].FAULTS


def test_that_incidents_come_at_their_rate_whatever_the_steps() -> None:
    hours = 300
    start = at("2026-03-12 00:00") / 1e9
    whole = list(Incidents(3, 12.0).between(start, start + hours * 3600))
    pieces = Incidents(3, 12.0)
    cut = [each for n in range(hours * 4) for each in pieces.between(start + n * 900, start + (n + 1) * 900)]
    assert whole == cut
    assert len(whole) == pytest.approx(12 * hours, rel=0.01)
    assert {incident.kind for incident in whole} == set(KINDS)


def test_that_a_held_tag_shows_what_it_is_told_until_it_is_released(settle: Settle) -> None:
    life = settle("2026-03-12 12:00", pumping_station=1)
    tag = life.site.tag_by_id["pumping_station-1.level"]
    life.nature.hold(tag, 4.2)
    life.live(30)
    assert life.get(tag.id) == 4.2
    assert life.nature.release(tag)
    life.live(1.0)
    assert life.get(tag.id) < 3
    assert not life.nature.release(tag)


def test_that_the_wall_clock_only_goes_forward() -> None:
    real = [at("2026-03-12 15:00")]
    wall = WallClock("Europe/Paris", 2.0, lambda: real[0])
    wall.turn(21.5)
    assert wall.now() == at("2026-03-12 21:30")
    real[0] += 60 * SECOND
    assert wall.now() == at("2026-03-12 21:32")
    wall.turn(9)
    assert wall.now() == at("2026-03-13 09:00")


def test_that_a_city_may_begin_on_another_day() -> None:
    real = [at("2026-07-12 15:00")]
    wall = WallClock("Europe/Paris", 1.0, lambda: real[0])
    wall.begin(date(2025, 11, 18), 12)
    real[0] += 60 * SECOND
    assert wall.now() == at("2025-11-18 12:01")


@pytest.mark.slow
def test_that_the_past_has_every_instant_once_and_its_counters_end_where_the_present_begins(settle: Settle) -> None:
    life = settle("2026-03-12 10:00")
    end, start = life.now, life.now - 6 * 3600 * SECOND
    stretches = list(past(life.site, start, end, 60.0, seed=1))
    index = stretches[0][0]
    times = np.concatenate([stretch[1] for stretch in stretches])
    values = np.concatenate([stretch[2] for stretch in stretches])
    assert times.tolist() == list(range(start + 60 * SECOND, end + 1, 60 * SECOND))
    assert values.shape == (360, len(index))
    assert np.isfinite(values).all()
    counters = np.array([life.site.tags[each].spec.kind is Kind.COUNTER for each in index])
    assert (np.diff(values[:, counters], axis=0) >= -1e-6).all()
    ends = life.world.value[index[counters]]
    assert (values[-1, counters] <= ends + 1e-6).all()
    assert values[-1, counters] == pytest.approx(ends, rel=0.01, abs=10)


@pytest.mark.slow
def test_that_the_past_meets_the_present(settle: Settle) -> None:
    life = settle("2026-03-12 20:30", seed=5)
    *_, (index, _, values) = past(life.site, life.now - 8 * 3600 * SECOND, life.now, 60.0, seed=5)
    told = np.full(len(life.site.tags), np.nan)
    told[index] = values[-1]
    tolerances = {"fill": 3, "moisture": 1, "latitude": 0.002, "free": 40, "light": 1, "u1": 2, "on": 0}
    for tag, tolerance in tolerances.items():
        apart = np.abs(told - life.world.value)[life.index(tag)]
        # what an incident of the past has moved (a tram that stood still, a tripped circuit) may be elsewhere
        assert (apart <= tolerance).mean() > 0.75, tag


def test_that_nature_begins_without_any_equipment(settle: Settle) -> None:
    world = World(settle("2026-03-12 10:00", soil_probe=1).site)
    nature = Nature(world)
    nature.begin(at("2026-03-12 10:00"))
    assert set(nature.physics) == {"soil_probe"}


@pytest.mark.slow
def test_that_a_past_told_coarsely_and_then_finely_has_no_seam_in_its_counters(settle: Settle) -> None:
    life = settle("2026-03-12 10:00", lighting_cabinet=4, pumping_station=3, intersection=2, car_park=2)
    hour = 3600 * SECOND
    coarse, fine = instants(life.now - 12 * hour, life.now - hour, 300.0), instants(life.now - hour, life.now, 30.0)
    stretches = list(tell(life.site, np.concatenate([coarse, fine])))
    values = np.concatenate([stretch[2] for stretch in stretches])
    counters = np.array([life.site.tags[each].spec.kind is Kind.COUNTER for each in stretches[0][0]])
    assert len(values) == len(coarse) + len(fine)
    assert (np.diff(values[:, counters], axis=0) >= -1e-6).all()
