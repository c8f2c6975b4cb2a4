from __future__ import annotations

import numpy as np
import pytest

from simulator.city.lighting import DUSK_DEG, HYSTERESIS_DEG
from simulator.world import Rejected
from tests.simulator.city.conftest import Settle


@pytest.mark.parametrize(("start", "lit"), [("2026-03-12 23:00", 1.0), ("2026-03-12 13:00", 0.0)])
def test_that_a_city_begun_at_night_is_lit_at_once_and_by_day_is_not(settle: Settle, start: str, lit: float) -> None:
    life = settle(start, lighting_cabinet=5)
    assert set(life.world.value[life.index("on")]) == {lit}
    assert (life.get("lighting_cabinet-1.M.p") > 0.3) == bool(lit)


def test_that_in_auto_lamps_are_lit_exactly_when_it_is_dark(settle: Settle) -> None:
    life = settle("2026-03-12 18:00", lighting_cabinet=6)
    seen = set()
    for _ in life.steps(14 * 3600, 20.0):
        elevation = life.nature.moment.sky.elevation
        lit = life.world.value[life.index("on")] > 0
        if elevation < DUSK_DEG - 0.6:
            assert lit.all()
            seen.add("night")
        elif elevation > DUSK_DEG + 0.6 + HYSTERESIS_DEG:
            assert not lit.any()
            seen.add("day")
    assert seen == {"night", "day"}


def test_that_energy_never_falls_and_agrees_with_power(settle: Settle) -> None:
    life = settle("2026-03-12 19:00", lighting_cabinet=4, rate=60.0)
    energy, power = life.index("energy"), life.index("p")
    before = first = life.world.value[energy].copy()
    spent = np.zeros(len(energy))
    for _ in life.steps(2 * 3600, 10.0):
        now = life.world.value[energy]
        assert (now >= before).all()
        before = now.copy()
        spent += life.world.value[power] * 10 / 3600
    assert before - first == pytest.approx(spent, abs=1e-6)
    assert (spent > 0.1).all()


def test_that_a_contactor_follows_its_order_within_a_second_and_current_flows(settle: Settle) -> None:
    life = settle("2026-03-12 13:00", lighting_cabinet=1)
    life.write("lighting_cabinet-1.C2.order", 1.0)
    life.live(1.0)
    assert life.get("lighting_cabinet-1.C2.on") == 1.0
    assert life.get("lighting_cabinet-1.C2.current") > 0.3
    assert life.get("lighting_cabinet-1.C1.on") == 0.0


def test_that_half_the_level_draws_about_half_the_current(settle: Settle) -> None:
    life = settle("2026-03-12 21:00", lighting_cabinet=1)
    life.live(120, 1.0)
    full = life.get("lighting_cabinet-1.C1.current")
    life.write("lighting_cabinet-1.C1.dimming", 50.0)
    life.live(1.0)
    assert 0.4 < life.get("lighting_cabinet-1.C1.current") / full < 0.6


def test_that_the_setback_halves_the_level_in_the_middle_of_the_night(settle: Settle) -> None:
    life = settle("2026-03-12 23:00", lighting_cabinet=3)
    assert set(life.world.value[life.index("dimming")]) == {100.0}
    life.live(3600, 30.0)
    assert set(life.world.value[life.index("dimming")]) == {50.0}


def test_that_a_cabinet_switched_off_goes_dark_and_declines_orders(settle: Settle) -> None:
    life = settle("2026-03-12 23:00", lighting_cabinet=1)
    life.write("lighting_cabinet-1.mode", 2.0)
    life.live(1.5)
    assert not life.world.value[life.index("on")].any()
    with pytest.raises(Rejected):
        life.write("lighting_cabinet-1.C1.order", 1.0)
    life.write("lighting_cabinet-1.mode", 0.0)
    life.live(1.5)
    assert life.world.value[life.index("on")].all()


def test_that_a_lost_phase_darkens_its_circuits_only(settle: Settle) -> None:
    life = settle("2026-03-12 23:00", lighting_cabinet=1)
    life.nature.physics["lighting_cabinet"].strike("phase", 1, life.now / 1e9 + 60)
    life.live(2.0)
    assert life.get("lighting_cabinet-1.M.u2") < 20 < life.get("lighting_cabinet-1.M.u1")
    assert life.get("lighting_cabinet-1.C2.current") == 0.0 < life.get("lighting_cabinet-1.C1.current")
    life.live(70)
    assert life.get("lighting_cabinet-1.M.u2") > 200
