"""Damage is found before it is needed, named once, and hides nothing but itself."""

from __future__ import annotations

import asyncio
from pathlib import Path

import numpy as np
import pytest

from supervisor.clock import SECOND
from supervisor.database import sqlite3
from supervisor.errors import StoreError
from supervisor.historian.earlier import Earlier
from supervisor.historian.files import HOT, ROLLUP, STAGE, part_files
from supervisor.historian.history import Damage
from supervisor.historian.writer import Pace
from supervisor.model import Quality
from tests.patience import hold_until
from tests.supervisor.historian.conftest import HOUR, START, Plant
from tests.supervisor.historian.test_history import fill, settle

WEEK = 7 * 24 * 3600


def flip(path: Path, table: str = "blob", row: int = 0, at: int = -20) -> None:
    """One bit of a blob, as a dying disk would."""
    connection = sqlite3.connect(path)
    rowid, blob = connection.execute(f"SELECT rowid, data FROM {table} LIMIT 1 OFFSET {row}").fetchone()
    wrong = bytearray(blob)
    wrong[at] ^= 4
    connection.execute(f"UPDATE {table} SET data = ? WHERE rowid = ?", (bytes(wrong), rowid))
    connection.commit()
    connection.close()


def three_hours(plant: Plant) -> list[Path]:
    """Partitions of two tags."""
    for tag in (2, 3):
        fill(plant, tag, list(range(1, 3 * 3600)), [i / 10 for i in range(1, 3 * 3600)])
    settle(plant)
    return part_files(plant.folder)


def a_round(plant: Plant) -> list[Damage]:
    """What the scrub reports until it has read everything."""
    reported: list[Damage] = []
    plant.historian.report = reported.append
    while plant.historian.scrub():
        pass
    return reported


def test_that_a_sound_history_is_found_sound(plant: Plant) -> None:
    three_hours(plant)
    fill(plant, 4, [20_000], [1.0])
    plant.historian.flush()
    told: list[tuple[str, int]] = []
    assert plant.history.verify(lambda name, size: told.append((name, size))) == []
    assert {name for name, _ in told} >= {HOT, STAGE, ROLLUP, part_files(plant.folder)[0].name}
    assert sum(size for _, size in told) > 1000
    assert a_round(plant) == []
    assert plant.historian.vitals()[1] == 0


@pytest.mark.logs("is damaged")
def test_that_a_damaged_chunk_is_named_by_tag_and_span_and_only_once(plant: Plant) -> None:
    parts = three_hours(plant)
    flip(parts[1])
    (damage,) = a_round(plant)
    assert (damage.tag, damage.part, damage.file) == ("P.t2", "chunk", parts[1].name)
    assert damage.span == (START + HOUR + SECOND - 1, START + 2 * HOUR)
    assert plant.historian.vitals()[1] == 1
    assert plant.history.damages() == [damage]
    assert [one.span for one in plant.history.verify()] == [damage.span]
    asyncio.run(plant.clock.wind(WEEK))
    assert a_round(plant) == [], "the next round finds it again and says nothing"
    assert plant.historian.vitals()[1] == 1
    found = plant.history.samples("P.t2", START, START + 3 * HOUR)
    assert len(found) == 2 * 3600 - 1
    assert found.damaged == (damage.span,)


@pytest.mark.logs("is damaged")
def test_that_a_file_put_back_from_a_backup_ends_the_complaint(plant: Plant) -> None:
    parts = three_hours(plant)
    sound = parts[0].read_bytes()
    flip(parts[0], row=1)
    assert [one.tag for one in a_round(plant)] == ["P.t3"]
    parts[0].write_bytes(sound)
    asyncio.run(plant.clock.wind(WEEK))
    assert a_round(plant) == []
    assert plant.historian.vitals()[1] == 0


@pytest.mark.logs("is damaged")
@pytest.mark.parametrize(("table", "part"), [("keyframe", "keyframe"), ("rollup", "rollup")])
def test_that_keyframes_and_rollups_are_scrubbed_too(plant: Plant, table: str, part: str) -> None:
    parts = three_hours(plant)
    flip(plant.folder / ROLLUP if table == "rollup" else parts[2], table)
    assert [one.part for one in a_round(plant)] == [part]


@pytest.mark.logs("is damaged")
def test_that_a_row_that_lies_about_its_samples_is_found(plant: Plant) -> None:
    parts = three_hours(plant)
    connection = sqlite3.connect(parts[0])
    connection.execute("UPDATE chunk SET vlast = vlast + 1 WHERE tag = 3")
    connection.commit()
    connection.close()
    (damage,) = a_round(plant)
    assert "row" in damage.reason


@pytest.mark.logs("is damaged")
def test_that_a_file_whose_structure_is_damaged_is_a_hole_and_hides_no_other(plant: Plant) -> None:
    parts = three_hours(plant)
    content = bytearray(parts[1].read_bytes())
    content[4096:] = bytes(len(content) - 4096)
    plant.history.close()
    parts[1].write_bytes(content)
    (damage,) = a_round(plant)
    assert (damage.part, damage.span) == ("file", (START + HOUR, START + 2 * HOUR))
    found = plant.history.samples("P.t2", START, START + 3 * HOUR)
    assert len(found) == 2 * 3600 - 1
    assert found.damaged == (damage.span,)


def test_that_a_round_goes_on_where_the_station_was_stopped(tmp_path: Path) -> None:
    plant = Plant(tmp_path)
    three_hours(plant)
    assert plant.historian.scrub()
    before = plant.historian._scrubber._mark
    plant.reopen()
    assert plant.historian._scrubber._mark == before
    assert before.start == START + 1
    plant.close()


@pytest.mark.logs("is damaged")
def test_that_the_running_historian_scrubs_by_itself(tmp_path: Path) -> None:
    plant = Plant(tmp_path, Pace(flush_s=0.05, scrub_s=0.01, partition_s=3600))
    flip(three_hours(plant)[0])
    plant.historian.start()
    hold_until(lambda: plant.historian.vitals()[1] == 1, 10)
    assert np.isfinite(plant.historian.vitals()[2]), "and knows how much room it has"
    plant.close()


@pytest.mark.logs("damaged")
def test_that_damaged_rollups_are_drawn_from_the_samples_and_made_again(plant: Plant) -> None:
    three_hours(plant)
    before = plant.history.trend("P.t2", START, START + 3 * HOUR, 3)
    for row in range(4):
        flip(plant.folder / ROLLUP, "rollup", row)
    after = plant.history.trend("P.t2", START, START + 3 * HOUR, 3)
    assert np.array_equal(before.high, after.high)
    fill(plant, 2, [700], [5000.0])
    settle(plant)
    assert plant.history.trend("P.t2", START, START + 3 * HOUR, 3).high[0] == 5000.0


@pytest.mark.logs("damaged")
def test_that_a_damaged_keyframe_stops_no_merge_and_no_page(plant: Plant) -> None:
    fill(plant, 4, [30], [42.0])
    parts = three_hours(plant)
    for row in (0, 1):
        flip(parts[2], "keyframe", row)
    assert plant.history.at(["P.t2"], START + 3 * HOUR - HOUR // 2).value.tolist() == [900.0]
    fill(plant, 2, [4 * 3600], [7.0])
    settle(plant)
    assert len(part_files(plant.folder)) == 4, "the next partition was made"
    moment = plant.history.at(["P.t2", "P.t3"], START + 4 * HOUR - SECOND)
    assert moment.value.tolist() == [(3 * 3600 - 1) / 10] * 2, "its keyframe is made of the samples"


@pytest.mark.logs("damaged")
def test_that_a_damaged_keyframe_is_made_again_when_something_came_late_before_it(plant: Plant) -> None:
    parts = three_hours(plant)
    plant.history.close()
    flip(parts[1], "keyframe")
    fill(plant, 3, [5], [1.5])
    settle(plant)
    names = [path.name for path in part_files(plant.folder)]
    assert names == [parts[0].name.replace(".db", ".2.db"), parts[1].name.replace(".db", ".2.db"), parts[2].name]
    assert plant.history.verify() == []


@pytest.mark.logs("damaged")
def test_that_nothing_rules_beyond_what_was_damaged_before_it_was_merged(plant: Plant) -> None:
    fill(plant, 2, list(range(10, 3600, 10)), [1.0] * 359)
    settle(plant, 2)
    fill(plant, 2, list(range(3610, 7200, 10)), [2.0] * 359)
    plant.historian.flush()
    plant.historian.compact(everything=True)
    flip(plant.folder / STAGE)
    fill(plant, 3, [9000], [3.0])
    settle(plant)
    assert len(part_files(plant.folder)) == 3
    for hours in (1.5, 2.9):
        moment = plant.history.at(["P.t2"], START + round(hours * HOUR))
        assert (moment.time.tolist(), moment.quality.tolist()) == ([START + 3610 * SECOND], [Quality.BAD])
    trend = plant.history.trend("P.t2", START, START + 2 * HOUR, 12, level=600 * SECOND)
    assert trend.mean.tolist() == [1.0] * 7, "and ten seconds of the second hour"
    assert trend.bad[-1][1] >= START + 2 * HOUR


@pytest.mark.logs("damaged")
def test_that_an_earlier_history_knows_of_the_damage_up_to_its_instant(plant: Plant) -> None:
    flip(three_hours(plant)[1])
    (damage,) = a_round(plant)
    for at, wanted in ((HOUR, []), (HOUR + HOUR // 2, [(damage.span[0], START + HOUR + HOUR // 2)])):
        assert [one.span for one in Earlier(plant.history, START + at).damages()] == wanted


@pytest.mark.logs("damaged")
def test_that_a_damaged_file_that_something_came_late_for_holds_up_no_other(plant: Plant) -> None:
    parts = three_hours(plant)
    content = bytearray(parts[0].read_bytes())
    content[4096:] = bytes(len(content) - 4096)
    plant.history.close()
    parts[0].write_bytes(content)
    fill(plant, 2, [5, 7000], [1.5, 99.5])
    plant.historian.flush()
    asyncio.run(plant.clock.wind(7 * 3600))
    plant.historian.compact(everything=True)
    with pytest.raises(StoreError, match="damaged"):
        plant.historian.merge(everything=True)
    assert parts[1].with_name(parts[1].name.replace(".db", ".2.db")).exists(), "the other one was merged"
    found = plant.history.samples("P.t2", START, START + 3 * HOUR)
    assert found.value[0] == 1.5, "what came late waits and is read"
    assert 99.5 in found.value
    assert found.damaged[0] == (START, START + HOUR)
