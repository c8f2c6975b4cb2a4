from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.city.pumping import SILL_M, Pumping
from simulator.world import Rejected
from tests.simulator.city.conftest import Life, Settle


def pumping(life: Life) -> Pumping:
    physics = life.nature.physics["pumping_station"]
    assert isinstance(physics, Pumping)
    return physics


@settings(max_examples=8, deadline=None)
@given(
    rain=st.floats(0, 60),
    step_s=st.sampled_from([0.5, 7.0, 60.0, 300.0]),
    hour=st.integers(0, 23),
    rate=st.sampled_from([0.0, 120.0]),
)
def test_that_the_mass_balance_of_the_wet_well_closes(rain: float, step_s: float, hour: int, rate: float) -> None:
    with TemporaryDirectory() as folder:
        life = Life(Path(folder), {"pumping_station": 4}, f"2026-03-12 {hour:02}:00", rate=rate)
    wells = pumping(life)
    before = wells.level * wells.area
    life.nature.rain(rain, 60)
    for _ in life.steps(step_s * 60, step_s):
        assert (wells.level >= 0).all()
        assert (wells.level <= SILL_M + 1e-9).all()
    stored = wells.level * wells.area - before
    assert stored == pytest.approx(wells.volume_in - wells.volume_out - wells.spilled, abs=1e-6)
    assert (wells.volume_in > 0).all()


def test_that_pumps_keep_the_level_between_stop_and_start_in_dry_weather_and_take_turns(settle: Settle) -> None:
    life = settle("2026-07-14 08:00", pumping_station=3)
    starts, level = life.index("starts"), life.index("level")
    first = life.world.value[starts].copy()
    for _ in life.steps(5 * 3600, 5.0):
        levels = life.world.value[level]
        assert (levels > 0.4).all()
        assert (levels < 2.6).all()
    more = (life.world.value[starts] - first).reshape(3, 3)
    assert (more.sum(axis=1) >= 3).all()
    assert (more.max(axis=1) - more.min(axis=1) <= 1).all()


def test_that_heavy_rain_overflows_the_well_and_the_level_comes_back(settle: Settle) -> None:
    life = settle("2026-07-14 08:00", pumping_station=6)
    life.nature.rain(90, 60)
    life.live(3600, 5.0)
    assert life.world.value[life.index("overflow")].any()
    assert life.world.value[life.index("high_float")].any()
    life.live(4 * 3600, 5.0)
    assert not life.world.value[life.index("overflow")].any()
    assert (life.world.value[life.index("level")] < 2.6).all()


def test_that_counters_never_fall(settle: Settle) -> None:
    life = settle("2026-03-12 07:00", pumping_station=3, rate=200.0)
    counters = np.concatenate([life.index("starts"), life.index("hours")])
    before = life.world.value[counters].copy()
    for _ in life.steps(3 * 3600, 5.0):
        now = life.world.value[counters]
        assert (now >= before).all()
        before = now.copy()


def test_that_an_order_takes_a_pump_into_manual_and_it_turns_until_told_otherwise(settle: Settle) -> None:
    life = settle("2026-03-12 03:00", pumping_station=1)
    life.live(1.0)
    pump = "pumping_station-1.P3"
    if life.get(f"{pump}.state"):
        pytest.skip("the pump already turns at this hour with this seed")
    life.write(f"{pump}.order", 1.0)
    life.live(5.0)
    assert life.get(f"{pump}.mode") == 1.0
    assert life.get(f"{pump}.state") == 1.0
    assert life.get(f"{pump}.current") > 5.0
    life.write(f"{pump}.order", 0.0)
    life.live(1.0)
    assert life.get(f"{pump}.state") == 0.0
    assert life.get(f"{pump}.current") < 1.0


def test_that_a_tripped_pump_declines_to_start_and_the_others_take_over(settle: Settle) -> None:
    life = settle("2026-03-12 08:00", pumping_station=1)
    life.nature.physics["pumping_station"].strike("trip", 0, life.now / 1e9 + 7200)
    life.live(1.0)
    assert life.get("pumping_station-1.P1.state") == 2.0
    with pytest.raises(Rejected):
        life.write("pumping_station-1.P1.order", 1.0)
    before = life.get("pumping_station-1.P2.starts") + life.get("pumping_station-1.P3.starts")
    for _ in life.steps(5400, 5.0):
        assert life.get("pumping_station-1.level") < 2.6
    assert life.get("pumping_station-1.P2.starts") + life.get("pumping_station-1.P3.starts") > before


def test_that_a_start_level_below_the_stop_level_is_declined(settle: Settle) -> None:
    life = settle("2026-03-12 08:00", pumping_station=1)
    with pytest.raises(Rejected):
        life.write("pumping_station-1.start_level", 0.3)
    life.write("pumping_station-1.start_level", 2.2)
    life.live(1.0)
    assert life.get("pumping_station-1.start_level") == 2.2
