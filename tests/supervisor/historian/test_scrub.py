"""Damage is found before it is needed, named once, and hides nothing but itself."""

from __future__ import annotations

import asyncio
from pathlib import Path

import numpy as np
import pytest

from supervisor.clock import SECOND
from supervisor.database import sqlite3
from supervisor.historian.files import HOT, ROLLUP, STAGE, part_files
from supervisor.historian.history import Damage
from supervisor.historian.writer import Pace
from tests.supervisor.historian.conftest import HOUR, START, Plant
from tests.supervisor.historian.test_crash import wait
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
    wait(lambda: plant.historian.vitals()[1] == 1)
    assert np.isfinite(plant.historian.vitals()[2]), "and knows how much room it has"
    plant.close()
