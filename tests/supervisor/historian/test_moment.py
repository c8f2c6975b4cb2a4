"""A whole page at one instant says what every tag by itself says."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from supervisor.clock import SECOND
from supervisor.database import sqlite3
from supervisor.historian import moment
from supervisor.historian.files import part_files
from supervisor.historian.history import Moment
from supervisor.model import Quality
from tests.supervisor.historian.conftest import HOUR, START, Plant
from tests.supervisor.historian.test_history import fill, plants, settle

TAGS = [f"P.t{i}" for i in range(8)]


@contextmanager
def page_of(many: int) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(moment, "MANY", many)
        yield


def told(found: Moment) -> list[tuple[int, float, int, str | None]]:
    texts = [found.texts.get(row) for row in range(len(found.time))]
    # a text is a number only inside its own file
    value = [0.0 if text is not None else number for text, number in zip(texts, found.value.tolist(), strict=True)]
    value = np.nan_to_num(value, nan=-1.0).tolist()
    return list(zip(found.time.tolist(), value, found.quality.tolist(), texts, strict=True))


def together_and_alone(plant: Plant, instant: int, by_arrival: bool) -> None:
    with page_of(1):
        page = plant.history.at(TAGS, instant, by_arrival)
    with page_of(1000):
        alone = plant.history.at(TAGS, instant, by_arrival)
    assert told(page) == told(alone), f"at {(instant - START) / SECOND} s, by arrival: {by_arrival}"


def write(plant: Plant, seed: random.Random) -> None:
    """Some samples of all tags, some at equal times, some late, some of a device whose clock is ahead."""
    n = seed.choice([3, 40, 400])
    tag = np.array([seed.randrange(8) for _ in range(n)], np.int32)
    time = START + np.array([seed.randrange(1, 300) * 60 for _ in range(n)]) * SECOND
    bad = np.array([seed.random() < 0.1 for _ in range(n)])
    texts = [plant.texts.code(seed.choice(["Ardenne", "été"])) for _ in range(n)]
    value = np.where(tag == 1, texts, [seed.randrange(0, 50) / 10 for _ in range(n)])
    late = np.array([seed.choice([0, 0, 0, 5, 400, 9000, -300]) for _ in range(n)]) * SECOND
    quality = np.where(bad, Quality.TIMEOUT, Quality.GOOD).astype(np.uint8)
    plant.historian.put(tag, time, np.where(bad, np.nan, value), quality, time + late)


def live(plant: Plant, seed: random.Random) -> None:
    for _ in range(seed.randint(2, 6)):
        write(plant, seed)
        plant.historian.flush()
        what = seed.randrange(4)
        if what == 1:
            plant.historian.compact(everything=seed.random() < 0.5)
        elif what == 2:
            settle(plant, seed.choice([2, 6]))
        elif what == 3:
            plant.reopen()


@pytest.mark.slow
@given(st.randoms(use_true_random=False))
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
def test_that_a_page_says_what_each_of_its_tags_says(seed: random.Random) -> None:
    with plants() as plant:
        live(plant, seed)
        for _ in range(6):
            instant = START + seed.randrange(0, 310) * 60 * SECOND + seed.choice([0, 0, 1, -1])
            together_and_alone(plant, instant, False)
            together_and_alone(plant, instant, True)


def test_that_a_page_at_every_edge_says_what_each_tag_says(plant: Plant) -> None:
    seed = random.Random(5)
    live(plant, seed)
    write(plant, seed)
    settle(plant, 8)
    write(plant, seed)
    plant.historian.flush()
    for minute in (-1, 0, 1, 55, 60, 61, 120, 240, 299, 400):
        for by_arrival in (False, True):
            together_and_alone(plant, START + minute * 60 * SECOND, by_arrival)


def test_that_tags_nobody_knows_and_tags_asked_twice_have_their_rows(plant: Plant) -> None:
    fill(plant, 2, [10, 20], [1.5, 2.5])
    fill(plant, 1, [15], [plant.texts.code("été")])
    plant.historian.flush()
    with page_of(1):
        found = plant.history.at(["P.t2", "nobody.x", "P.t1", "P.t2", "P.t1"], START + 30 * SECOND)
    assert ((found.time - START) // SECOND)[[0, 2, 3, 4]].tolist() == [20, 15, 20, 15]
    assert found.value[[0, 3]].tolist() == [2.5, 2.5]
    assert found.texts == {2: "été", 4: "été"}
    assert (found.time[1], found.quality[1]) == (0, Quality.NEVER_READ)


SPOILT: dict[str, Callable[[bytes], bytes]] = {
    "pages": lambda content: content[:4096] + bytes(len(content) - 4096),
    "beginning": lambda content: bytes(4096) + content[4096:],
    "empty": lambda content: b"",
    "half": lambda content: content[: len(content) // 2],
}
"""What a failing disk or a power cut leaves of a file."""


@pytest.mark.logs("damaged")
@pytest.mark.parametrize("how", ["chunk", *SPOILT])
def test_that_what_is_damaged_costs_a_page_its_own_tag_alone(plant: Plant, how: str) -> None:
    for tag in (2, 3):
        fill(plant, tag, list(range(10, 7200, 10)), np.arange(719.0).tolist())
    settle(plant)
    path = part_files(plant.folder)[1]
    plant.history.close()
    if how == "chunk":
        _flip(path)
    else:
        path.write_bytes(SPOILT[how](path.read_bytes()))
    with page_of(1):
        found = plant.history.at(TAGS, START + HOUR + HOUR // 2)
    assert found.quality[2] == Quality.BAD, "what ruled before rules no further"
    assert START + HOUR < found.time[2] <= START + HOUR + 10 * SECOND
    assert found.value[3] == 539.0 or how != "chunk"
    fill(plant, 3, [HOUR // SECOND + 900], [7.0])  # late, and in no damaged file
    plant.historian.flush()
    for minute in (30, 61, 70, 90, 130):
        for by_arrival in (False, True):
            together_and_alone(plant, START + minute * 60 * SECOND, by_arrival)
    for pixels in (3, 2000):
        trend = plant.history.trend("P.t2", START, START + 2 * HOUR, pixels, level=0)
        inside = (trend.time > START + HOUR + 20 * SECOND) & (trend.time < START + 2 * HOUR)
        assert np.isnan(trend.mean[inside]).all() or not inside.any(), "no value is drawn into it"
        assert any(low <= START + HOUR + HOUR // 2 <= high for low, high in trend.bad), "it is hatched"
    amid = START + HOUR + HOUR // 4, START + 2 * HOUR
    trend = plant.history.trend("P.t2", *amid, 2000, level=0)
    assert (np.diff(trend.time, prepend=amid[0]) >= 0).all()
    assert plant.history.states("P.t2", *amid).keys() == {None}
    assert plant.history.span("P.t2") is not None
    assert plant.history.count("P.t2", START, START + 2 * HOUR) >= 359
    assert plant.history.counts()["P.t2"] >= 359


def test_that_of_equal_times_the_last_to_arrive_is_in_force_on_a_page(plant: Plant) -> None:
    for value in (1.0, 2.0):
        fill(plant, 2, [100], [value])
        fill(plant, 3, [100], [value])
        plant.historian.flush()
        plant.historian.compact(everything=True)  # two chunks of one instant in stage.db
    fill(plant, 3, [100], [3.0])
    plant.historian.flush()
    with page_of(1):
        found = plant.history.at(["P.t2", "P.t3"], START + 200 * SECOND)
    assert found.value.tolist() == [2.0, 3.0]


def test_that_of_equal_times_the_last_to_arrive_rules_though_its_chunk_begins_before(plant: Plant) -> None:
    for times, value in (([100, 200], 1.0), ([50, 200], 2.0)):
        fill(plant, 2, times, [value, value])
        plant.historian.flush()
        plant.historian.compact(everything=True)
    for many in (1, 1000):
        with page_of(many):
            assert plant.history.at(["P.t2"], START + 300 * SECOND).value.tolist() == [2.0]
    for _ in range(2):  # staged, then merged
        assert plant.history.samples("P.t2", START, START + HOUR).value.tolist() == [2.0, 1.0, 1.0, 2.0]
        assert plant.history.at(["P.t2"], START + 300 * SECOND, by_arrival=True).value.tolist() == [2.0]
        settle(plant)


def test_that_a_page_by_arrival_looks_behind_a_chunk_that_came_late(plant: Plant) -> None:
    for low, arrival in ((10, 100), (200, 9000)):
        time = START + np.arange(low, low + 80) * SECOND
        arrived = np.full(80, START + arrival * SECOND)
        plant.historian.put(np.full(80, 2, np.int32), time, np.full(80, float(low)), np.zeros(80, np.uint8), arrived)
        plant.historian.flush()
        plant.historian.compact(everything=True)
    with page_of(1):
        assert plant.history.at(["P.t2"], START + 250 * SECOND, by_arrival=True).value.tolist() == [10.0]
        assert plant.history.at(["P.t2"], START + 250 * SECOND).value.tolist() == [200.0]


def test_that_a_bad_sample_of_a_keyframe_takes_away_the_text_of_an_older_one(plant: Plant) -> None:
    bad = np.array([START + 3000 * SECOND]), np.array([np.nan]), np.array([Quality.TIMEOUT], np.uint8)
    plant.historian.put(np.array([1], np.int32), *bad)
    fill(plant, 2, [10, 4000], [1.0, 2.0])
    settle(plant)
    fill(plant, 1, [1200], [plant.texts.code("été")])  # late, before the bad one
    plant.historian.flush()
    with page_of(1):
        found = plant.history.at(TAGS, START + HOUR + HOUR // 2)
    assert (found.quality[1], found.texts) == (Quality.TIMEOUT, {})


def _flip(path: Path) -> None:
    """One bit of P.t2's chunk."""
    connection = sqlite3.connect(path)
    (id_,) = connection.execute("SELECT min(blob_id) FROM chunk WHERE tag = (SELECT min(tag) FROM chunk)").fetchone()
    (blob,) = connection.execute("SELECT data FROM blob WHERE id = ?", (id_,)).fetchone()
    connection.execute("UPDATE blob SET data = ? WHERE id = ?", (blob[:60] + bytes([blob[60] ^ 1]) + blob[61:], id_))
    connection.commit()
    connection.close()
