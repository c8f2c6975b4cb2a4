"""What is kept of the past in short equals what the samples say, whatever came late and however it was merged."""

from __future__ import annotations

import asyncio
import random

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from supervisor.clock import SECOND
from supervisor.database import reading
from supervisor.errors import StoreError
from supervisor.historian import codec, rollups
from supervisor.historian.files import ROLLUP, part_files
from supervisor.historian.rollups import FINE, LEVELS, NOTHING, Carried, Rows
from supervisor.historian.samples import samples
from supervisor.historian.writer import Pace
from supervisor.model import BAD
from tests.supervisor.historian.conftest import HOUR, START, Plant
from tests.supervisor.historian.test_history import Model, fill, plants, step


def merged(plant: Plant) -> None:
    """Everything that came is in a partition."""
    plant.historian.flush()
    behind = START + 20 * HOUR - plant.clock.now()
    asyncio.run(plant.clock.wind(max(1, behind // SECOND)))
    plant.historian.compact(everything=True)
    plant.historian.merge(everything=True)


def recomputed(plant: Plant, tag: int, span: tuple[int, int], level: int) -> Rows:
    """The buckets, from what the history gives back of the samples."""
    before = plant.history.at([f"P.t{tag}"], span[0])
    carried = Carried(float(before.value[0]), int(before.quality[0])) if before.time[0] else NOTHING
    rows = rollups.reduce(plant.history.samples(f"P.t{tag}", *span), rollups.grid(span, level), carried)
    return rows.take(np.flatnonzero((rows.n > 0) | (rows.good > 0)))


def check_partition(plant: Plant, tag: int, start: int) -> None:
    span = (start, start + HOUR)
    for level in LEVELS[:2]:
        with reading(plant.folder / ROLLUP) as connection:
            kept = rollups.load(connection, tag + 1, level, span)
        wanted = recomputed(plant, tag, span, level)
        if level == LEVELS[0] and not len(kept):
            continue  # sparse
        for name in ("start", "n", "low", "high", "good", "worst"):
            floats = name in ("low", "high")
            assert np.array_equal(getattr(kept, name), getattr(wanted, name), equal_nan=floats), (name, level)
        assert np.allclose(kept.mean, wanted.mean, equal_nan=True)
        filled = wanted.n > 0
        for name in ("first", "last"):
            assert np.array_equal(getattr(kept, name)[filled], getattr(wanted, name)[filled], equal_nan=True), name


@pytest.mark.slow
@given(st.randoms(use_true_random=False))
@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
def test_that_rollups_equal_the_samples_after_any_interleaving(seed: random.Random) -> None:
    with plants() as plant:
        model = Model()
        for _ in range(seed.randint(4, 12)):
            step(plant, model, seed)
        merged(plant)
        starts = {plant.historian._catalogue.grid.start(row[0]) for rows in model.kept.values() for row in rows}
        for start in sorted(starts):
            for tag in (2, 3):
                check_partition(plant, tag, start)
        check_states(plant, model)


def check_states(plant: Plant, model: Model) -> None:
    """Time by state of a tag that is true or false, walked sample by sample."""
    rows = model.samples(4, 0, 1 << 62)
    until = plant.history.known()
    wanted: dict[float | None, int] = {}
    for row, end in zip(rows, [*[row[0] for row in rows[1:]], until][: len(rows)], strict=True):
        state = None if row[2] >= BAD else row[1]
        if end > row[0]:
            wanted[state] = wanted.get(state, 0) + end - row[0]
    assert plant.history.states("P.t4", START, 1 << 62) == wanted


def test_that_running_hours_are_told_by_state_and_outlive_their_samples(plant: Plant) -> None:
    fill(plant, 4, [600, 4200, 9000], [1.0, 0.0, float("nan")], [0, 0, 0x81])
    fill(plant, 1, [600, 5000], [plant.texts.code("Ardenne"), plant.texts.code("été")])
    fill(plant, 2, [4 * 3600], [1.0])
    merged(plant)
    wanted = {1.0: 3600 * SECOND, 0.0: 4800 * SECOND, None: 1800 * SECOND}
    assert plant.history.states("P.t4", START, START + 3 * HOUR) == wanted
    assert plant.history.states("P.t4", START + 900 * SECOND, START + 1500 * SECOND) == {1.0: 600 * SECOND}
    texts = plant.history.states("P.t1", START, START + 2 * HOUR)
    assert texts == {"Ardenne": 4400 * SECOND, "été": 2200 * SECOND}
    fill(plant, 4, [4000], [0.0])
    merged(plant)
    assert plant.history.states("P.t4", START, START + 2 * HOUR) == {1.0: 3400 * SECOND, 0.0: 3200 * SECOND}


def test_that_minutes_are_kept_of_fast_tags_only(plant: Plant) -> None:
    at = np.arange(1, 8001) * (HOUR // 8000)
    value = np.sin(np.arange(8000) / 300)
    plant.historian.put(np.full(8000, 2, np.int32), START + at, value, np.zeros(8000, np.uint8))
    fill(plant, 3, list(range(1, 3000)), [1.0] * 2999)
    merged(plant)
    with reading(plant.folder / ROLLUP) as connection:
        levels = connection.execute("SELECT tag, level FROM rollup WHERE level = ?", (FINE,)).fetchall()
        kept = rollups.load(connection, 3, FINE, (START, START + HOUR))
    assert levels == [(3, FINE)]
    wanted = recomputed(plant, 2, (START, START + HOUR), FINE)
    assert np.array_equal(kept.low, wanted.low)
    trend = plant.history.trend("P.t2", START, START + HOUR, 60, level=FINE)
    assert np.array_equal(trend.low, wanted.low)


def test_that_days_are_kept_and_drawn_and_hours_stand_in_where_there_are_none() -> None:
    with plants() as plant:
        plant.historian.close()
        plant.folder = plant.folder / "days"
        plant.pace = Pace()
        plant.historian = plant._open()
        plant.history._folder = plant.folder
        n = 6 * 1440
        fill(plant, 2, [60 * i for i in range(1, n + 1)], [float(i % 977) for i in range(n)])
        plant.historian.flush()
        asyncio.run(plant.clock.wind(8 * 86_400))
        plant.historian.compact(everything=True)
        plant.historian.merge(everything=True)
        assert len(part_files(plant.folder)) == 6
        end = START + 6 * LEVELS[2]
        days = plant.history.trend("P.t2", START, end, 6)
        hours = plant.history.trend("P.t2", START, end, 6, level=LEVELS[1])
        assert days.step == LEVELS[2]
        plant.historian._rollup.submit(
            lambda connection: connection.execute("DELETE FROM rollup WHERE level = ?", (LEVELS[2],))
        ).result()
        again = plant.history.trend("P.t2", START, end, 6)
        for other in (hours, again):
            assert np.array_equal(days.low, other.low)
            assert np.array_equal(days.high, other.high)
            assert np.allclose(days.mean, other.mean)


def test_that_rollups_of_the_first_version_are_read() -> None:
    rows = rollups.reduce(samples([600 * SECOND], [3.0]), rollups.grid((0, HOUR), LEVELS[0]), NOTHING)
    fresh = rollups.encode(rows)
    body = bytearray(fresh[:-4])
    body[0] = 1
    old = rollups.decode(codec.seal(bytes(body)))
    assert (old.start == rows.start * 10).all(), "its unit was ten minutes"
    body[0] = 9
    with pytest.raises(StoreError, match="newer Vigie"):
        rollups.decode(codec.seal(bytes(body)))


def test_that_a_merge_tells_how_far_it_is(plant: Plant) -> None:
    for day in range(3):
        fill(plant, 2, [day * 86_400 + n * 60 for n in range(1, 200)], [float(n) for n in range(1, 200)])
        fill(plant, 3, [day * 86_400 + n * 60 for n in range(1, 200)], [float(n) for n in range(1, 200)])
    asyncio.run(plant.clock.wind(3 * 86_400 + 3600))
    plant.historian.flush()
    plant.historian.compact(everything=True)
    told: list[float] = []
    made = plant.historian.merge(everything=True, told=told.append)
    assert len(made) >= 3
    assert told == sorted(told)
    assert told[0] == 0.0
    assert len(told) >= 2 * len(made), "each tag of each partition counts"
    assert told[-1] < 1.0
