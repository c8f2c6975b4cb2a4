from __future__ import annotations

import numpy as np
import pytest

from simulator.city.traffic import AMBER, CYCLES, GREEN, RED, STAGE, Traffic
from simulator.world import Rejected
from tests.simulator.city.conftest import Life, Settle


def aspects(life: Life) -> np.ndarray:
    """(intersections, groups)."""
    index = [life.index(f"sg{number}") for number in range(1, 9)]
    shown: np.ndarray = life.world.value[np.array(index).T].astype(int)
    return shown


@pytest.mark.parametrize("start", ["2026-03-12 07:10", "2026-03-12 16:25", "2026-03-14 13:58", "2026-03-12 21:58"])
def test_that_no_two_conflicting_groups_are_ever_open_not_even_over_a_plan_change(settle: Settle, start: str) -> None:
    life = settle(start, intersection=4, rate=60.0)
    greens = set()
    for _ in life.steps(600):
        for row in aspects(life):
            open_stages = {STAGE[group] for group in range(8) if row[group] in (GREEN, AMBER)}
            assert len(open_stages) <= 1
            greens |= {group for group in range(8) if row[group] == GREEN}
    assert greens == set(range(8))


def test_that_green_ends_with_three_seconds_of_amber_and_then_red(settle: Settle) -> None:
    life = settle("2026-03-12 11:00", intersection=1)
    story: list[list[float]] = []
    for _ in life.steps(300):
        aspect = aspects(life)[0, 0]
        if story and story[-1][0] == aspect:
            story[-1][1] += 0.5
        else:
            story.append([aspect, 0.5])
    whole = story[1:-1]
    assert [aspect for aspect, _ in whole[:4]] in (
        [GREEN, AMBER, RED, GREEN],
        [AMBER, RED, GREEN, AMBER],
        [RED, GREEN, AMBER, RED],
    )
    assert all(length == pytest.approx(3.0, abs=0.51) for aspect, length in whole if aspect == AMBER)
    assert all(length >= 20 for aspect, length in whole if aspect == GREEN)


def test_that_a_plan_is_read_back_at_once_but_takes_effect_at_the_end_of_the_cycle(settle: Settle) -> None:
    life = settle("2026-03-12 11:00", intersection=1)
    physics = life.nature.physics["intersection"]
    assert isinstance(physics, Traffic)
    life.live(3.0)
    left = CYCLES[physics.plan[0] - 1] - (life.now / 1e9 - physics.began[0])
    old = life.get("intersection-1.cycle")
    life.write("intersection-1.plan", 6.0)
    life.live(left - 1.0)
    assert life.get("intersection-1.plan") == 6.0
    assert life.get("intersection-1.cycle") == old
    life.live(2.0)
    assert life.get("intersection-1.cycle") == CYCLES[5] != old


def test_that_modes_show_on_the_street_and_normal_begins_with_all_red(settle: Settle) -> None:
    life = settle("2026-03-12 11:00", intersection=1)
    for mode, shown in ((2.0, {0, 4}), (3.0, {3}), (4.0, {0})):
        life.write("intersection-1.mode", mode)
        life.live(1.0)
        assert set(aspects(life)[0]) == shown
    life.write("intersection-1.mode", 1.0)
    life.live(4.0)
    assert set(aspects(life)[0]) == {RED}
    life.live(3.0)
    assert GREEN in aspects(life)[0]


def test_that_a_controller_without_power_declines_modes_and_comes_back_as_it_was(settle: Settle) -> None:
    life = settle("2026-03-12 11:00", intersection=1)
    life.nature.physics["intersection"].strike("power", 0, life.now / 1e9 + 30)
    life.live(1.0)
    assert life.get("intersection-1.mode") == 4.0
    assert life.get("intersection-1.supply") == 0.0
    with pytest.raises(Rejected):
        life.write("intersection-1.mode", 1.0)
    life.live(40)
    assert life.get("intersection-1.mode") == 1.0


def test_that_rush_hour_brings_more_cars_than_night_and_counts_agree_with_flow(settle: Settle) -> None:
    flows = {}
    for start in ("2026-03-12 03:00", "2026-03-12 08:00"):
        life = settle(start, intersection=3)
        count, flow = life.index("count"), life.index("flow")
        first = life.world.value[count].copy()
        driven = np.zeros(len(flow))
        for _ in life.steps(1800, 5.0):
            driven += life.world.value[flow] * 5 / 3600
        counted = life.world.value[count] - first
        assert counted == pytest.approx(driven, rel=0.05, abs=2)
        flows[start] = counted.sum()
    assert flows["2026-03-12 08:00"] > 6 * flows["2026-03-12 03:00"]
