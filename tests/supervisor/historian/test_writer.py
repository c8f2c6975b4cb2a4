from __future__ import annotations

import asyncio
import time
from pathlib import Path

import numpy as np
import pytest

from supervisor.clock import SECOND, SystemClock
from supervisor.errors import StoreError
from supervisor.flow import Batch, Change
from supervisor.historian.files import part_files
from supervisor.historian.history import History
from supervisor.historian.samples import LAG_UNIT
from supervisor.historian.writer import Historian, Pace
from supervisor.model import Quality
from supervisor.table import TagTable
from supervisor.texts import Texts
from tests.supervisor.historian.conftest import HOUR, START, Plant, make_tags

FAR = START + 1000 * HOUR


def change(tag: int, value: float, second: float, quality: Quality = Quality.GOOD, arrival: float = 0.0) -> Change:
    time_ = START + round(second * SECOND)
    return Change(
        np.array([tag], np.int32),
        np.array([value]),
        np.array([quality], np.uint8),
        np.array([time_]),
        time_ + round(arrival * SECOND),
    )


def values(plant: Plant, tag: int) -> list[float]:
    plant.historian.flush()
    found: list[float] = plant.history.samples(f"P.t{tag}", 0, FAR).value.tolist()
    return found


def test_that_a_deadband_leaves_out_what_is_near_the_last_one_kept(plant: Plant) -> None:
    for second, value in enumerate([10.0, 10.3, 10.49, 10.5, 10.9, 11.1, 10.7, 10.0], 1):
        plant.historian.absorb(change(0, value, second))
    assert values(plant, 0) == [10.0, 10.5, 11.1, 10.0]


def test_that_without_a_deadband_everything_is_kept(plant: Plant) -> None:
    for second, value in enumerate([10.0, 10.0, 10.000001], 1):
        plant.historian.absorb(change(2, value, second))
    assert values(plant, 2) == [10.0, 10.0, 10.000001]


def test_that_a_change_of_quality_is_kept_whatever_the_value(plant: Plant) -> None:
    nan = float("nan")
    plant.historian.absorb(change(0, 10.0, 1))
    plant.historian.absorb(change(0, 10.1, 2, Quality.UNCERTAIN))
    plant.historian.absorb(change(0, nan, 3, Quality.NOT_CONNECTED))
    plant.historian.absorb(change(0, 10.1, 4))
    assert np.array_equal(values(plant, 0), [10.0, 10.1, nan, 10.1], equal_nan=True)
    assert plant.history.samples("P.t0", 0, FAR).quality.tolist() == [0, 0x40, 0x81, 0]


def test_that_after_a_heartbeat_even_a_near_value_is_kept(plant: Plant) -> None:
    plant.historian.absorb(change(0, 10.0, 1))
    plant.historian.absorb(change(0, 10.1, 500))
    plant.historian.absorb(change(0, 10.2, 602))
    assert values(plant, 0) == [10.0, 10.2]


def test_that_a_tag_that_stands_still_is_recorded_every_ten_minutes(plant: Plant) -> None:
    plant.historian.absorb(change(0, 10.0, 1))
    plant.historian.absorb(change(0, 10.2, 2))
    for now in range(0, 3600, 10):
        plant.historian._pending.beat(START + now * SECOND, 0.0)
    assert values(plant, 0) == [10.0, 10.2, 10.2, 10.2, 10.2, 10.2], "the last value seen, not the last one kept"
    seconds = np.diff(plant.history.samples("P.t0", 0, FAR).time) // SECOND
    assert seconds.max() <= 610


def test_that_late_samples_are_all_kept_and_move_nothing(plant: Plant) -> None:
    live = change(0, 20.0, 1000)
    live.late = change(0, 20.1, 500)
    plant.historian.absorb(live)
    plant.historian.absorb(change(0, 20.2, 1001))
    assert values(plant, 0) == [20.1, 20.0]


def test_that_arrival_is_kept_beside_source_time(plant: Plant) -> None:
    plant.historian.absorb(change(2, 1.0, 10, arrival=0.03))
    plant.historian.absorb(change(2, 2.0, 20, arrival=340.0))
    values(plant, 2)
    plant.historian.compact(everything=True)
    found = plant.history.samples("P.t2", 0, FAR)
    assert ((found.arrival - found.time) / SECOND).tolist() == [0.0, 340.0]
    assert LAG_UNIT == SECOND // 10


def test_that_texts_outlive_the_codes_of_the_station_that_heard_them(plant: Plant) -> None:
    plant.historian.absorb(change(1, plant.texts.code("Foch – Maison bleue"), 1))
    plant.words = {}
    plant.reopen()
    plant.historian.absorb(change(1, plant.texts.code("Terminus"), 2))
    plant.historian.flush()
    found = plant.history.samples("P.t1", 0, FAR)
    assert [found.text(0), found.text(1)] == ["Foch – Maison bleue", "Terminus"]


def test_that_minus_zero_is_recorded_as_zero(plant: Plant) -> None:
    plant.historian.absorb(change(2, -0.0, 1))
    assert str(values(plant, 2)[0]) == "0.0"


def test_that_a_slot_belongs_to_a_tag_for_ever(tmp_path: Path) -> None:
    plant = Plant(tmp_path)
    plant.historian.absorb(change(3, 7.0, 1))
    plant.close()
    fewer = [tag for tag in make_tags(8) if tag.spec.id != "t2"]
    clock = plant.clock
    historian = Historian(plant.folder, fewer, Texts.create(), clock)
    historian.absorb(change(2, 8.0, 2))  # the third tag is t3 now
    historian.close()
    history = History(plant.folder)
    assert history.samples("P.t3", 0, FAR).value.tolist() == [7.0, 8.0]
    history.close()


def test_that_the_hole_of_a_station_that_was_off_is_marked(tmp_path: Path) -> None:
    plant = Plant(tmp_path)
    plant.historian.start()
    plant.clock._step(100)
    plant.historian.absorb(change(2, 5.0, 90))
    plant.close()
    asyncio.run(plant.clock.wind(3600))
    again = Plant(tmp_path)
    again.clock._step(3700)
    again.historian.start()
    again.historian.flush()
    moment = again.history.at(["P.t2"], START + 200 * SECOND)
    assert moment.quality[0] == Quality.NOT_CONNECTED
    trend = again.history.trend("P.t2", START, START + 3700 * SECOND, 100)
    assert trend.bad == ((START + 100 * SECOND + 1_000_000, START + 3700 * SECOND),)
    again.close()


def test_that_a_started_historian_writes_within_a_second_or_so(tmp_path: Path) -> None:
    tags, clock = make_tags(), SystemClock()
    table = TagTable(tags)
    historian = Historian(tmp_path / "history", tags, table.texts, clock)
    history = History(tmp_path / "history")
    historian.start()
    historian.absorb(table.apply(Batch.of([2, 3], [1.5, 2.5], clock.now()), clock.now()))
    until = time.monotonic() + 3
    while not len(history.samples("P.t2", 0, clock.now())):
        assert time.monotonic() < until
        time.sleep(0.02)
    assert historian.lag() < 1.5
    historian.close()
    assert history.at(["P.t3"], clock.now()).value.tolist() == [2.5]
    history.close()


@pytest.mark.logs("History is not written")
def test_that_a_compaction_that_fails_is_not_tried_again_at_once(tmp_path: Path) -> None:
    tried = []

    def fail() -> None:
        tried.append(1)
        raise StoreError("the disk is full")

    plant = Plant(tmp_path, Pace(flush_s=0.02, compact_samples=1))
    plant.historian._keep = fail  # type: ignore[method-assign]
    plant.historian.start()
    plant.historian.absorb(change(2, 1.0, 1))
    time.sleep(0.6)
    plant.close()
    assert len(tried) == 1


@pytest.mark.logs("The historian failed")
def test_that_a_bug_in_the_heartbeat_does_not_end_the_recording(tmp_path: Path) -> None:
    plant = Plant(tmp_path, Pace(flush_s=0.02))
    beat, calls = plant.historian._pending.beat, []

    def broken(at: int, now: float) -> None:
        calls.append(at)
        if len(calls) == 1:
            raise ZeroDivisionError
        beat(at, now)

    plant.historian._pending.beat = broken  # type: ignore[method-assign]
    plant.historian.start()
    time.sleep(0.3)
    plant.close()
    assert len(calls) > 2


def test_that_recovery_says_what_it_found(tmp_path: Path) -> None:
    plant = Plant(tmp_path, Pace(flush_s=0.05))
    assert plant.historian.recovery.clean
    plant.historian.start()
    plant.historian.absorb(change(2, 1.0, 1))
    plant.historian.flush()
    plant.historian._stopping.set()
    plant.historian._wake.set()
    for thread in plant.historian._threads:
        thread.join()
    plant.historian._shut()  # as a kill leaves it
    again = Plant(tmp_path)
    assert not again.historian.recovery.clean
    assert again.historian.recovery.samples == 1
    again.close()
    plant.history.close()
    third = Plant(tmp_path)
    assert third.historian.recovery.clean
    third.close()


@pytest.mark.slow
def test_that_a_million_samples_go_through_every_file(tmp_path: Path) -> None:
    plant = Plant(tmp_path, Pace(compact_samples=300_000, partition_s=86_400), tags=100)
    n = 1_000_000
    index = np.tile(np.arange(100, dtype=np.int32), n // 100)
    index[index == 1] = 2
    value = np.sin(np.linspace(0.0, 100.0, n)).round(3).astype(np.float64)
    at = START + np.arange(1, n + 1) * (150 * 3600 * SECOND // n)
    asyncio.run(plant.clock.wind(200 * 3600))
    for low in range(0, n, 250_000):
        rows = slice(low, low + 250_000)
        plant.historian.put(index[rows], at[rows], value[rows], np.zeros(250_000, np.uint8))
        plant.historian.flush()
        plant.historian.merge(everything=True, leave=plant.historian.compact().partitions)
    assert len(part_files(plant.folder)) >= 4, "the days behind are merged on the way"
    plant.historian.compact(everything=True)
    plant.historian.merge(everything=True)
    assert [path.name.count(".") for path in part_files(plant.folder)] == [1] * 7, "and none of them twice"
    assert plant.history.info().samples == n
    plant.close()
