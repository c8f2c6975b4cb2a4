"""By source time, what was; by arrival, what the people in the room could know."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from supervisor.clock import SECOND
from supervisor.historian import codec, rollups
from supervisor.historian.earlier import Earlier
from supervisor.historian.history import History
from supervisor.historian.rollups import NOTHING
from supervisor.historian.samples import LAG_UNIT, Samples, samples
from tests.supervisor.historian.conftest import HOUR, START, Plant
from tests.supervisor.historian.test_history import plants, settle

Sample = tuple[int, int, float]


def put(plant: Plant, rows: list[Sample], tag: int = 2) -> None:
    """Rows of: source time and arrival, in seconds, and value."""
    time, arrival, value = (np.array(column) for column in zip(*rows, strict=True))
    n = len(rows)
    plant.historian.put(
        np.full(n, tag, np.int32),
        START + time * SECOND,
        value.astype(np.float64),
        np.zeros(n, np.uint8),
        START + arrival * SECOND,
    )


def test_that_late_data_is_there_by_source_time_and_was_not_seen_before_it_came(plant: Plant) -> None:
    put(plant, [(600, 600, 1.0), (1200, 5000, 2.0), (1800, 5000, 3.0), (6000, 6000, 4.0)])
    settle(plant)
    for at, was, seen in ((1500, 2.0, 1.0), (4999, 3.0, 1.0), (5000, 3.0, 3.0), (7000, 4.0, 4.0)):
        instant = START + at * SECOND
        assert plant.history.at(["P.t2"], instant).value.tolist() == [was]
        assert plant.history.at(["P.t2"], instant, by_arrival=True).value.tolist() == [seen]


def test_that_a_device_whose_clock_is_ahead_was_seen_when_it_spoke(plant: Plant) -> None:
    put(plant, [(600, 600, 1.0), (900, 700, 2.0)])
    plant.historian.flush()
    assert plant.history.at(["P.t2"], START + 700 * SECOND, by_arrival=True).value.tolist() == [2.0]
    assert plant.history.at(["P.t2"], START + 700 * SECOND).value.tolist() == [1.0]


def test_that_what_never_came_before_was_never_read(plant: Plant) -> None:
    put(plant, [(600, 6000, 1.0)])
    settle(plant)
    moment = plant.history.at(["P.t2", "P.t3"], START + 2000 * SECOND, by_arrival=True)
    assert moment.time.tolist() == [0, 0]


@pytest.mark.slow
@given(st.lists(st.tuples(st.integers(1, 14_000), st.integers(0, 9000), st.integers(0, 99)), min_size=1, max_size=40))
@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
def test_that_by_arrival_equals_a_walk_through_all_that_had_come(drawn: list[tuple[int, int, int]]) -> None:
    rows = [(time, time + lag, float(value)) for time, lag, value in drawn]
    with plants() as plant:
        half = len(rows) // 2
        if half:
            put(plant, rows[:half])
            settle(plant)
        put(plant, rows[half:])
        plant.historian.flush()
        for at in (1, 3000, 7200, 14_000, 23_000):
            come = sorted((row for row in rows if row[1] <= at), key=lambda row: row[0])
            moment = plant.history.at(["P.t2"], START + at * SECOND, by_arrival=True)
            assert moment.time.tolist() == [START + come[-1][0] * SECOND if come else 0]
            if come and sum(row[0] == come[-1][0] for row in rows) == 1:
                assert moment.value.tolist() == [come[-1][2]]


@pytest.mark.parametrize(("lag", "most"), [(0, 0), (3, 8)])
def test_that_a_lag_that_stands_still_costs_nothing(lag: int, most: int) -> None:
    plain = samples(START + np.arange(5000) * SECOND, (np.arange(5000) % 7).astype(np.float64))
    late = Samples(plain.time, plain.value, plain.quality, np.full(5000, lag))
    blob = codec.encode(late)
    assert len(blob) - len(codec.encode(plain)) <= most, "bytes a chunk, not a sample"
    assert np.array_equal(codec.decode(blob).arrival, plain.time + lag * LAG_UNIT)


def test_that_a_replay_keeps_its_true_arrival_through_every_file(plant: Plant) -> None:
    put(plant, [(i, i, 1.0) for i in range(1, 4000)])
    settle(plant)
    put(plant, [(i, 20_000, 2.0) for i in range(100, 200)])
    settle(plant)
    found = plant.history.samples("P.t2", START, START + HOUR)
    late = found.value == 2.0
    assert set(found.arrival[late].tolist()) == {START + 20_000 * SECOND}
    assert np.array_equal(found.arrival[~late], found.time[~late])


def columns(history: History, end: int, pixels: int, level: int | None) -> dict[int, tuple[float, float, float]]:
    """Column, as seconds from START -> lowest, mean and highest."""
    trend = history.trend("P.t2", START, START + end * SECOND, pixels, level)
    if not trend.step:
        span = START, START + end * SECOND
        found = samples(trend.time, trend.mean)
        rows = rollups.reduce(found.within(*span), grid(end, pixels), rollups.NOTHING)
        shown = rows.take(np.flatnonzero((rows.good > 0) & (rows.start < trend.until)))
        return dict(zip(((shown.start - START) // SECOND).tolist(), told(shown), strict=True))
    starts = (trend.time - trend.step // 2 - START) // SECOND
    return dict(zip(starts.tolist(), zip(trend.low, trend.mean, trend.high, strict=True), strict=True))


def grid(end: int, pixels: int) -> Any:
    return START + np.arange(pixels + 1, dtype=np.int64) * (end * SECOND // pixels)


def told(rows: rollups.Rows) -> list[tuple[float, float, float]]:
    return list(zip(rows.low.tolist(), rows.mean.tolist(), rows.high.tolist(), strict=True))


def walked(rows: list[Sample], at: int, until: int, pixels: int) -> dict[int, tuple[float, float, float]]:
    """The same of the first four hours, of what had come by then alone; values rule `until` there."""
    come = sorted((row for row in rows if max(row[0], row[1]) <= at), key=lambda row: row[0])
    if not come:
        return {}
    time, _, value = zip(*come, strict=True)
    edges, until = grid(14_400, pixels), START + min(until, 14_400) * SECOND
    cut = np.append(edges[edges < until], until)
    rows_ = rollups.reduce(samples([START + t * SECOND for t in time], value).within(cut[0], cut[-1]), cut, NOTHING)
    shown = rows_.take(np.flatnonzero(rows_.good > 0))
    return dict(zip(((shown.start - START) // SECOND).tolist(), told(shown), strict=True))


@pytest.mark.slow
@given(
    st.lists(
        st.tuples(st.integers(1, 14_000), st.sampled_from([0, 1, 40, 900, 9000]), st.integers(0, 99)),
        min_size=1,
        max_size=60,
        unique_by=lambda row: row[0],
    )
)
@settings(max_examples=6, deadline=None, suppress_health_check=list(HealthCheck))
def test_that_a_trend_by_arrival_is_drawn_of_what_had_come_whatever_the_rollups_know(
    drawn: list[tuple[int, int, int]],
) -> None:
    rows = [(time, time + lag, float(value)) for time, lag, value in drawn]
    with plants() as plant:
        put(plant, rows)
        put(plant, [(30_000, 30_000, 0.0)], tag=3)  # the history goes on
        settle(plant)
        for at in (700, 3000, 7200, 12_345, 23_000):
            earlier = Earlier(plant.history, START + at * SECOND, by_arrival=True)
            for pixels, level in ((24, 600 * SECOND), (4, 3600 * SECOND), (24, None), (2000, None)):
                until = (earlier.known() - START) // SECOND
                found, wanted = columns(earlier, 14_400, pixels, level), walked(rows, at, until, pixels)
                assert found.keys() == wanted.keys(), (at, pixels)
                for column, figures in wanted.items():
                    assert found[column] == pytest.approx(figures), (at, pixels, column)


def test_that_an_earlier_history_ends_at_its_instant_in_every_answer(plant: Plant) -> None:
    put(plant, [(600, 600, 1.0), (1200, 5000, 2.0), (1800, 1800, 3.0), (6000, 6000, 9.0)])
    settle(plant)
    was, known = (Earlier(plant.history, START + 2000 * SECOND, by_arrival) for by_arrival in (False, True))
    whole = START, START + 4 * HOUR
    assert was.samples("P.t2", *whole).value.tolist() == [1.0, 2.0, 3.0]
    assert known.samples("P.t2", *whole).value.tolist() == [1.0, 3.0]
    assert was.at(["P.t2", "P.t3"], START + 1500 * SECOND).value.tolist()[0] == 2.0
    assert known.at(["P.t2", "P.t3"], START + 1500 * SECOND).value.tolist()[0] == 1.0
    assert known.at(["P.t2"], whole[1]).value.tolist() == [3.0]
    for earlier in (was, known):
        assert earlier.known() == START + 2000 * SECOND
        assert sum(earlier.states("P.t2", START + 600 * SECOND, whole[1]).values()) == 1400 * SECOND
        for pixels in (4, 2000):
            trend = earlier.trend("P.t2", *whole, pixels)
            assert (trend.until, np.nanmax(trend.high), trend.unsure) == (START + 2000 * SECOND, 3.0, 0)
        assert earlier.span("P.t2") == (START + 600 * SECOND, START + 1800 * SECOND)
        assert earlier.count("P.t2", *whole) == 3, "those of its chunk"
        assert earlier.info() == plant.history.info(), "the files are of today"
    assert known.states("P.t2", *whole).keys() == {1.0, 3.0}
    assert Earlier(plant.history, START + 600 * SECOND).span("P.t3") is None
    assert plant.history.trend("P.t2", *whole, 4).high.max() == 9.0, "the whole one sees all of it"
