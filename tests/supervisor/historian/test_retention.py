"""What was kept long enough goes, and nothing else does; a value in force and the rollups outlive their samples."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from supervisor.clock import SECOND
from supervisor.database import reading
from supervisor.historian.earlier import Earlier
from supervisor.historian.files import ROLLUP, part_files
from supervisor.historian.retention import Retention, TagClass
from supervisor.historian.rollups import LEVELS
from supervisor.historian.writer import Pace
from tests.supervisor.historian.conftest import START, Plant
from tests.supervisor.historian.test_crash import Killed, check_files
from tests.supervisor.historian.test_history import fill

DAY = 86_400 * SECOND
DAYS = 8
RETENTION = Retention(
    days=4, rollup_days=30, classes=(TagClass(2, tags=("t3",)), TagClass(6, types=("pu*",), tags=("t4",)))
)


@pytest.fixture
def plant(tmp_path: Path) -> Iterator[Plant]:
    made = Plant(tmp_path, Pace(retention=RETENTION))
    yield made
    made.close()


def week(plant: Plant) -> None:
    """Eight days of three tags, a sample a minute, and one of t5 at the very beginning; merged, not purged."""
    fill(plant, 5, [30], [42.0])
    minutes = list(range(60, DAYS * 86_400 + 1, 60))
    for tag in (2, 3, 4):
        fill(plant, tag, minutes, [float(i % 50) for i in range(len(minutes))])
    plant.historian.flush()
    asyncio.run(plant.clock.wind(DAYS * 86_400 + 3600))
    plant.historian.compact(everything=True)
    plant.historian.merge(everything=True)
    assert len(part_files(plant.folder)) == DAYS


def days_of(plant: Plant, tag: int) -> list[int]:
    found = plant.history.samples(f"P.t{tag}", 0, START + 100 * DAY)
    return sorted(set(((found.time - 1 - START) // DAY).tolist()))


def test_that_by_arrival_nobody_vouches_for_what_only_buckets_tell_of(plant: Plant) -> None:
    week(plant)
    late = START + 30 * DAY
    span = START, START + DAYS * DAY
    assert Earlier(plant.history, late, True).trend("P.t2", *span, 100).unsure == 0
    plant.historian.purge()
    assert Earlier(plant.history, late, True).trend("P.t2", *span, 100).unsure == START + 4 * DAY
    assert Earlier(plant.history, late, True).trend("P.t3", *span, 100).unsure == START + 6 * DAY
    assert Earlier(plant.history, late, True).trend("P.t3", START + 7 * DAY, span[1], 100).unsure == 0
    assert Earlier(plant.history, late).trend("P.t2", *span, 100).unsure == 0


def test_that_every_class_is_kept_as_long_as_it_says_and_no_longer(plant: Plant) -> None:
    week(plant)
    assert plant.historian.purge() > 0
    assert len(part_files(plant.folder)) == 6, "of the longest class"
    assert days_of(plant, 2) == [4, 5, 6, 7]
    assert days_of(plant, 3) == [6, 7]
    assert days_of(plant, 4) == [2, 3, 4, 5, 6, 7]
    assert plant.historian.purge() == 0, "once a day is enough"
    check_files(plant.folder)
    assert plant.history.verify() == []


def test_that_a_value_in_force_outlives_its_sample(plant: Plant) -> None:
    week(plant)
    plant.historian.purge()
    assert plant.history.at(["P.t5"], START + 7 * DAY).value.tolist() == [42.0]
    fill(plant, 2, [3 * 86_400 + 30], [99.0])
    plant.historian.flush()
    plant.historian.compact(everything=True)
    plant.historian.merge(everything=True)
    assert plant.history.at(["P.t5"], START + 7 * DAY).value.tolist() == [42.0], (
        "after a merge of the first one left too"
    )


def test_that_rollups_are_drawn_where_the_samples_are_gone(plant: Plant) -> None:
    week(plant)
    end = START + DAYS * DAY
    before = plant.history.trend("P.t2", START, end, 200)
    near = plant.history.trend("P.t2", START, START + DAY, 144, level=LEVELS[0])
    plant.historian.purge()
    after = plant.history.trend("P.t2", START, end, 200)
    assert np.array_equal(before.low, after.low)
    assert np.array_equal(before.high, after.high)
    again = plant.history.trend("P.t2", START, START + DAY, 2000)
    assert (again.low.min(), again.high.max()) == (near.low.min(), near.high.max())
    thinned = plant.history.trend("P.t3", START + 3 * DAY, START + 4 * DAY, 2000)
    assert thinned.high.max() == 49.0


def test_that_rollups_go_when_their_own_time_has_come(plant: Plant) -> None:
    week(plant)
    for days, left in ((0, set(LEVELS)), (200, {LEVELS[2]}), (400, set())):
        asyncio.run(plant.clock.wind(days * 86_400))
        plant.historian.purge()
        with reading(plant.folder / ROLLUP) as connection:
            levels = {level for (level,) in connection.execute("SELECT DISTINCT level FROM rollup")}
        assert levels <= left, "row by row: a row of days holds a year, so that it may stay a year longer"
        assert days or levels == left
    assert part_files(plant.folder) == []


def test_that_what_comes_late_for_a_dropped_day_spoils_no_rollup(plant: Plant) -> None:
    week(plant)
    plant.historian.purge()
    asyncio.run(plant.clock.wind(86_400))
    fill(plant, 2, [700], [1000.0])
    plant.historian.flush()
    plant.historian.compact(everything=True)
    plant.historian.purge()
    plant.historian.merge(everything=True)
    assert START not in [part.t0 for part in plant.historian._catalogue.parts()]
    trend = plant.history.trend("P.t2", START, START + DAY, 24, level=LEVELS[1])
    assert len(trend) == 24
    assert trend.high.max() == 49.0


def test_that_a_window_lets_go_of_what_was_dropped(plant: Plant) -> None:
    week(plant)
    assert len(days_of(plant, 2)) == DAYS
    plant.historian.purge()
    assert len(days_of(plant, 2)) == 4
    view = plant.history._view
    assert view is not None
    assert set(view._parts) <= {path.name for path in part_files(plant.folder)}


def test_that_without_a_word_everything_is_kept(tmp_path: Path) -> None:
    plant = Plant(tmp_path, Pace())
    week(plant)
    asyncio.run(plant.clock.wind(10_000 * 86_400))
    assert plant.historian.purge() == 0
    assert days_of(plant, 2) == list(range(DAYS))
    plant.close()


def test_that_nothing_written_waits_for_a_purge(plant: Plant) -> None:
    week(plant)
    busy = threading.Thread(target=plant.historian.purge)
    busy.start()
    for second in range(20):
        fill(plant, 2, [DAYS * 86_400 + second + 1], [1.0])
        assert plant.historian.flush() == 1
    busy.join()
    assert days_of(plant, 2) == [4, 5, 6, 7, 8]


@pytest.mark.parametrize("step", ["register", "drop"])
def test_that_a_kill_in_the_middle_of_a_purge_loses_nothing_that_is_kept(
    tmp_path: Path, step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    plant = Plant(tmp_path, Pace(retention=RETENTION))
    week(plant)

    def killed(*_: object) -> None:
        raise Killed

    catalogue = plant.historian._catalogue
    real, calls = getattr(catalogue, step), iter(range(99))
    monkeypatch.setattr(catalogue, step, lambda given: killed() if next(calls) else real(given))
    with pytest.raises(Killed):
        plant.historian.purge()
    plant.historian._shut()
    plant.history.close()
    again = Plant(tmp_path, Pace(retention=RETENTION))
    asyncio.run(again.clock.wind(DAYS * 86_400 + 3600))
    again.historian.purge()
    assert days_of(again, 2) == [4, 5, 6, 7]
    assert days_of(again, 3) == [6, 7]
    assert days_of(again, 4) == [2, 3, 4, 5, 6, 7]
    check_files(again.folder)
    again.close()
