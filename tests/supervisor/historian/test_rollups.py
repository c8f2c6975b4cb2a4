from __future__ import annotations

from functools import partial
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from supervisor.clock import SECOND
from supervisor.database import Writer, reading
from supervisor.historian import rollups
from supervisor.historian.files import ROLLUP_SQL
from supervisor.historian.rollups import LEVELS, NOTHING, Carried, Rows
from supervisor.historian.samples import Samples, samples
from supervisor.model import BAD
from tests.supervisor.historian.conftest import HOUR, START, Plant
from tests.supervisor.historian.test_history import fill, settle

SPAN = (0, 7200 * SECOND)
GRID = rollups.grid(SPAN, LEVELS[0])


@st.composite
def pasts(draw: st.DrawFn) -> tuple[Samples, Carried]:
    times = sorted(draw(st.lists(st.integers(1, 7200), max_size=60)))
    n = len(times)
    value = draw(st.lists(st.floats(-1e9, 1e9, width=32), min_size=n, max_size=n))
    quality = draw(st.lists(st.sampled_from([0, 0, 0, 0x40, 0x81]), min_size=n, max_size=n))
    numbers = np.where(np.array(quality, np.uint8) >= BAD, np.nan, np.array(value, np.float64))
    carried = draw(st.sampled_from([NOTHING, Carried(5.0, 0), Carried(float("nan"), 0x81)]))
    return samples(np.array(times, np.int64) * SECOND, numbers, quality), carried


def walked(whole: Samples, carried: Carried, start: int, end: int) -> tuple[float, float, list[float], int]:
    """Integral, good seconds, values in force and count of one bucket, found one sample at a time."""
    at, value, good, integral, seconds, seen, n = start, carried.value, carried.good, 0.0, 0.0, [], 0
    for time, number, quality in zip(whole.time.tolist(), whole.value.tolist(), whole.quality.tolist(), strict=True):
        if time <= end:
            upto = min(max(time, start), end)
            if good and upto > at:
                integral, seconds = integral + value * (upto - at) / SECOND, seconds + (upto - at) / SECOND
                seen.append(value)
            at, value, good = upto, number, quality < BAD
            if time > start:
                n += 1
                seen += [number] if good else []
    if good and end > at:
        integral, seconds = integral + value * (end - at) / SECOND, seconds + (end - at) / SECOND
        seen.append(value)
    return integral, seconds, seen, n


@given(pasts())
@settings(max_examples=200, deadline=None)
def test_that_buckets_say_what_a_walk_through_the_samples_says(past: tuple[Samples, Carried]) -> None:
    whole, carried = past
    rows = rollups.reduce(whole, GRID, carried)
    assert int(rows.n.sum()) == len(whole)
    for i in range(len(rows)):
        integral, seconds, seen, n = walked(whole, carried, int(GRID[i]), int(GRID[i + 1]))
        assert rows.n[i] == n
        assert rows.good[i] == round(seconds) * SECOND
        if seen:
            assert (rows.low[i], rows.high[i]) == (min(seen), max(seen))
        if seconds:
            assert rows.mean[i] == pytest.approx(integral / seconds, rel=1e-9, abs=1e-6)
            assert rows.low[i] <= rows.mean[i] <= rows.high[i]
        else:
            assert np.isnan(rows.mean[i])


@given(pasts())
@settings(max_examples=100, deadline=None)
def test_that_six_buckets_folded_are_the_hour(past: tuple[Samples, Carried]) -> None:
    whole, carried = past
    fine = rollups.reduce(whole, GRID, carried)
    hours = rollups.grid(SPAN, LEVELS[1])
    folded, direct = rollups.fold(fine, hours), rollups.reduce(whole, hours, carried)
    for name in ("start", "n", "low", "high", "good", "worst"):
        assert np.array_equal(getattr(folded, name), getattr(direct, name), equal_nan=name in ("low", "high")), name
    for name in ("first", "last"):
        filled = direct.n > 0
        assert np.array_equal(getattr(folded, name)[filled], getattr(direct, name)[filled], equal_nan=True), name
    assert np.allclose(folded.mean, direct.mean, rtol=1e-9, atol=1e-6, equal_nan=True)


def test_that_bad_time_weighs_nothing() -> None:
    whole = samples([100 * SECOND, 400 * SECOND], [np.nan, 30.0], [0x81, 0])
    rows = rollups.reduce(whole, GRID[:2], Carried(10.0, 0))
    assert rows.good[0] == 300 * SECOND
    assert rows.mean[0] == pytest.approx((10 * 100 + 30 * 200) / 300)
    assert rows.worst[0] == 0x81


def test_that_the_value_carried_in_rules_until_the_first_sample() -> None:
    rows = rollups.reduce(samples([600 * SECOND], [100.0]), GRID[:3], Carried(4.0, 0))
    assert (rows.n.tolist(), rows.mean.tolist()) == ([1, 0], [4.0, 100.0])
    assert rows.high[0] == 100.0, "a sample at the end of a bucket is in it"


def test_that_a_value_beyond_reason_spoils_no_other_bucket() -> None:
    rows = rollups.reduce(samples([10 * SECOND, 700 * SECOND], [1e300, 20.0]), GRID[:4], NOTHING)
    assert rows.mean[2] == 20.0


@given(pasts())
@settings(max_examples=100, deadline=None)
def test_that_rows_survive_their_blob(past: tuple[Samples, Carried]) -> None:
    rows = rollups.reduce(past[0], GRID, past[1])
    back = rollups.decode(rollups.encode(rows))
    for name in Rows.__slots__:
        assert np.array_equal(
            getattr(back, name), getattr(rows, name), equal_nan=name in ("low", "high", "mean", "first", "last")
        )


def test_that_storing_a_span_twice_replaces_it_and_leaves_its_neighbours(tmp_path: Path) -> None:
    level = LEVELS[0]
    with Writer(tmp_path / "rollup.db", ROLLUP_SQL) as writer:
        for hour, value in ((0, 1.0), (1, 2.0), (2, 3.0), (1, 9.0)):
            span = (hour * LEVELS[1], (hour + 1) * LEVELS[1])
            times = span[0] + np.arange(1, 3600, 200) * SECOND
            rows = rollups.summarise(samples(times, [value] * len(times)), span, NOTHING)[level]
            writer.submit(partial(rollups.store, slot=5, level=level, rows=rows, span=span)).result(5)
        with reading(tmp_path / "rollup.db") as connection:
            back = rollups.load(connection, 5, level, (0, 3 * LEVELS[1]))
    assert back.low.tolist() == [1.0] * 6 + [9.0] * 6 + [3.0] * 6
    assert back.start.tolist() == [i * level for i in range(18)]


def test_that_buckets_that_late_samples_make_too_few_to_keep_do_not_stand_for_them(plant: Plant) -> None:
    fill(plant, 2, [3100, 3200], [5.0, 5.0])
    fill(plant, 3, [4000], [1.0])  # the hour is known to its end
    settle(plant)
    fill(plant, 2, [100, 700, 1300, 1900, 2500], [1.0, 2.0, 3.0, 4.0, 5.0])  # a bucket each: read from the samples
    settle(plant, 12)
    found = plant.history.trend("P.t2", START, START + HOUR, 6, 600 * SECOND)
    assert found.low.tolist() == [1.0, 1.0, 2.0, 3.0, 4.0, 5.0]
