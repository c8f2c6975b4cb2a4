"""What is read is what was written, whatever the files went through in between."""

from __future__ import annotations

import asyncio
import logging
import random
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from supervisor.clock import SECOND
from supervisor.database import reading, sqlite3
from supervisor.errors import StoreError
from supervisor.historian import rollups
from supervisor.historian.compact import Compacted
from supervisor.historian.files import ROLLUP, part_files
from supervisor.historian.history import History
from supervisor.historian.rollups import LEVELS, NOTHING
from supervisor.historian.samples import samples
from supervisor.historian.view import HotRow, View
from supervisor.model import BAD, Quality
from tests.supervisor.historian.conftest import HOUR, START, Plant

Sample = tuple[int, float, int]
END = START + 5 * HOUR


class Model:
    """A plain list of samples per tag, in the order they arrived."""

    def __init__(self) -> None:
        self.kept: dict[int, list[Sample]] = {}

    def put(self, plant: Plant, rows: list[tuple[int, int, float, int]]) -> None:
        tag, time, value, quality = (list(column) for column in zip(*rows, strict=True))
        plant.historian.put(np.array(tag, np.int32), np.array(time), np.array(value), np.array(quality, np.uint8))
        for row in rows:
            self.kept.setdefault(row[0], []).append((row[1] - row[1] % 1_000_000, *row[2:]))

    def samples(self, tag: int, start: int, end: int) -> list[Sample]:
        return sorted((row for row in self.kept.get(tag, []) if start < row[0] <= end), key=lambda row: row[0])


def rows(seed: random.Random, text: float) -> list[tuple[int, int, float, int]]:
    """Some samples of tags 1 (a text) to 4, many at equal times, some late by hours."""
    made = []
    for _ in range(seed.choice([1, 5, 300])):
        tag = seed.randint(1, 4)
        time = START + seed.randint(1, 5 * 60) * 60 * SECOND + seed.choice([0, 0, 1_500_000])
        bad = seed.random() < 0.05
        value = float("nan") if bad else text if tag == 1 else seed.randint(0, 50) / 10
        made.append((tag, time, value, int(Quality.TIMEOUT) if bad else 0))
    return made


def step(plant: Plant, model: Model, seed: random.Random) -> None:
    """Something that happens to a history."""
    what = seed.randrange(7)
    if what < 2:
        model.put(plant, rows(seed, plant.texts.code(seed.choice(["Ardenne", "Roseraie", "été"]))))
    elif what == 2:
        plant.historian.flush()
    elif what == 3:
        plant.historian.compact(everything=seed.random() < 0.3)
    elif what == 4:
        plant.historian.merge(everything=True)
    elif what == 5:
        plant.reopen()
    else:
        asyncio.run(plant.clock.wind(seed.choice([1, 600, 3600])))


def check(plant: Plant, model: Model, seed: random.Random) -> None:
    for tag in range(1, 5):
        for start, end in ((START, END), sorted(START + seed.randint(0, 5 * 3600) * SECOND for _ in range(2))):
            found = plant.history.samples(f"P.t{tag}", start, end)
            wanted = model.samples(tag, start, end)
            assert found.time.tolist() == [row[0] for row in wanted]
            assert found.quality.tolist() == [row[2] for row in wanted]
            assert found.damaged == ()
            if tag == 1:
                texts = [plant.words.get(row[1], "") for row in wanted]
                assert [found.text(i) for i in range(len(found))] == texts
            else:
                assert np.array_equal(found.value, [row[1] for row in wanted], equal_nan=True)
    at = START + seed.randint(0, 5 * 3600) * SECOND
    moment = plant.history.at([f"P.t{tag}" for tag in range(2, 5)], at)
    for row, tag in enumerate(range(2, 5)):
        past = model.samples(tag, START, at)
        assert moment.time[row] == (past[-1][0] if past else 0)
        assert np.array_equal(moment.value[row], past[-1][1] if past else np.nan, equal_nan=True)
        assert moment.quality[row] == (past[-1][2] if past else Quality.NEVER_READ)


@contextmanager
def plants() -> Iterator[Plant]:
    with tempfile.TemporaryDirectory() as folder:
        plant = Plant(Path(folder))
        try:
            yield plant
        finally:
            plant.close()


@pytest.mark.slow
@given(st.randoms(use_true_random=False))
@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
def test_that_a_history_equals_a_plain_list_whatever_happens_to_it(seed: random.Random) -> None:
    with plants() as plant:
        model = Model()
        for _ in range(seed.randint(4, 14)):
            step(plant, model, seed)
        plant.historian.flush()
        check(plant, model, seed)


def fill(plant: Plant, tag: int, time: list[int], value: list[float], quality: list[int] | None = None) -> None:
    n = len(time)
    plant.historian.put(
        np.full(n, tag, np.int32),
        START + np.array(time, np.int64) * SECOND,
        np.array(value, np.float64),
        np.zeros(n, np.uint8) if quality is None else np.array(quality, np.uint8),
    )


def settle(plant: Plant, hours: int = 6) -> None:
    """Everything merged."""
    plant.historian.flush()
    asyncio.run(plant.clock.wind(hours * 3600))
    plant.historian.compact()
    plant.historian.merge(everything=True)


def test_that_late_samples_reopen_a_merged_partition(plant: Plant) -> None:
    fill(plant, 2, list(range(1, 7201)), [1.0] * 7200)
    settle(plant)
    names = [path.name for path in part_files(plant.folder)]
    assert len(names) == 2
    fill(plant, 2, [1800], [99.0])
    plant.historian.flush()
    trend = plant.history.trend("P.t2", START, START + 2 * HOUR, 10, level=LEVELS[0])
    assert trend.high.max() == 99.0, "not merged yet, and its peak is not lost"
    plant.historian.compact()
    plant.historian.merge(everything=True)
    assert [path.name for path in part_files(plant.folder)] == sorted([names[0].replace(".db", ".2.db"), names[1]])
    found = plant.history.samples("P.t2", START + 1799 * SECOND, START + 1801 * SECOND)
    assert found.value.tolist() == [1.0, 99.0, 1.0]
    trend = plant.history.trend("P.t2", START, START + 2 * HOUR, 10, level=LEVELS[0])
    assert trend.high.max() == 99.0


def test_that_a_late_last_sample_reaches_the_keyframes_after_it(plant: Plant) -> None:
    fill(plant, 2, [10], [1.0])
    fill(plant, 3, list(range(100, 10_000, 100)), [5.0] * 99)
    settle(plant)
    fill(plant, 2, [3000], [7.0])
    settle(plant)
    assert plant.history.at(["P.t2"], START + 2 * HOUR + SECOND).value.tolist() == [7.0]
    assert plant.history.trend("P.t2", START + 2 * HOUR, START + 3 * HOUR, 6, level=LEVELS[0]).mean[0] == 7.0


def test_that_a_value_written_once_is_known_ever_after(plant: Plant) -> None:
    fill(plant, 4, [60], [42.0])
    fill(plant, 1, [61], [plant.texts.code("Les Hauts-de-Saint-Aubin")])
    fill(plant, 2, list(range(1, 14_000, 10)), [float(i % 7) for i in range(1, 14_000, 10)])
    settle(plant)
    assert len(part_files(plant.folder)) == 4
    moment = plant.history.at(["P.t4", "P.t1", "P.t7"], START + 3 * HOUR + HOUR // 2)
    assert moment.value[0] == 42.0
    assert moment.texts == {1: "Les Hauts-de-Saint-Aubin"}
    assert moment.quality[2] == Quality.NEVER_READ


def brute(plant: Plant, tag: str, start: int, end: int) -> tuple[float, float]:
    found = plant.history.samples(tag, start, end)
    return float(np.nanmin(found.value)), float(np.nanmax(found.value))


@pytest.mark.parametrize("level", [None, 0, LEVELS[0], LEVELS[1]])
def test_that_no_trend_loses_a_peak(plant: Plant, level: int | None) -> None:
    noise = np.random.default_rng(3)
    value = np.round(noise.normal(0, 1, 17_000), 2)
    value[[1234, 9876, 16_999]] = 500.0, -400.0, 300.0
    fill(plant, 2, list(range(1, 17_001)), value.tolist())
    settle(plant, 3)
    start, end = START + 100 * SECOND, START + 17_000 * SECOND
    trend = plant.history.trend("P.t2", start, end, 50, level=level)
    assert (trend.low.min(), trend.high.max()) == brute(plant, "P.t2", start, end)
    assert (trend.low <= trend.mean).all()
    assert (trend.mean <= trend.high).all()
    assert len(trend) <= 50
    assert trend.step == pytest.approx((end - start) / 50)


def test_that_columns_from_samples_and_from_rollups_agree(plant: Plant) -> None:
    value = np.round(50 * np.sin(np.arange(14_400) / 900), 1)
    fill(plant, 2, list(range(1, 14_401)), value.tolist())
    settle(plant)
    end = START + 4 * HOUR
    raw = plant.history.trend("P.t2", START, end, 8, level=0)
    rolled = plant.history.trend("P.t2", START, end, 8, level=LEVELS[0])
    assert np.array_equal(raw.time, rolled.time)
    assert np.array_equal(raw.low, rolled.low)
    assert np.array_equal(raw.high, rolled.high)
    assert np.allclose(raw.mean, rolled.mean)


def test_that_a_sparse_tag_is_drawn_from_its_samples(plant: Plant) -> None:
    fill(plant, 2, list(range(300, 14_400, 600)), [float(i) for i in range(24)])
    settle(plant)
    with reading(plant.folder / ROLLUP) as connection:
        levels = connection.execute("SELECT DISTINCT level FROM rollup").fetchall()
    assert levels == [(LEVELS[1],)], "a bucket for every sample would save nothing"
    trend = plant.history.trend("P.t2", START, START + 4 * HOUR, 24, level=LEVELS[0])
    assert trend.high.tolist() == [float(i) for i in range(24)]
    assert trend.low.tolist() == [0.0, *(float(i) for i in range(23))]


def test_that_a_short_trend_is_the_samples_led_by_the_value_in_force(plant: Plant) -> None:
    fill(plant, 2, [10, 20, 30, 40], [1.0, 2.0, float("nan"), 4.0], [0, 0, 0x82, 0])
    plant.historian.flush()
    trend = plant.history.trend("P.t2", START + 15 * SECOND, START + 60 * SECOND, 1000)
    assert ((trend.time - START) // SECOND).tolist() == [15, 20, 30, 40]
    assert np.array_equal(trend.mean, [1.0, 2.0, np.nan, 4.0], equal_nan=True)
    assert trend.bad == ((START + 30 * SECOND, START + 40 * SECOND),)
    assert trend.step == 0
    assert trend.until == START + 40 * SECOND, "nobody says the value still holds after the last sample"


def test_that_bad_time_is_shown_in_columns_too(plant: Plant) -> None:
    time = list(range(1, 10_001))
    quality = [0x81 if 3000 <= i < 5000 else 0 for i in time]
    fill(plant, 2, time, [float("nan") if q >= BAD else 1.5 for q in quality], quality)
    settle(plant)
    for level in (0, LEVELS[0]):
        trend = plant.history.trend("P.t2", START, START + 10_000 * SECOND, 10, level=level)
        assert len(trend.bad) == 1
        start, end = trend.bad[0]
        assert start <= START + 3000 * SECOND
        assert end >= START + 4999 * SECOND
        assert set(trend.mean.tolist()) == {1.5}


def test_that_a_compaction_in_the_middle_of_a_look_is_noticed(plant: Plant, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(plant, 2, list(range(1, 1001)), [float(i) for i in range(1000)])
    plant.historian.flush()
    plant.history.info()  # its files are open from here on
    real = View._load
    compacted: list[Compacted] = []

    def load(view: View, sealed: int) -> list[HotRow]:
        if not compacted:
            compacted.append(plant.historian.compact(everything=True))
        return real(view, sealed)

    monkeypatch.setattr(View, "_load", load)
    assert plant.history.samples("P.t2", START, END).value.tolist() == list(range(1000))
    assert compacted[0].sealed == 1000


def test_that_of_equal_times_the_last_to_arrive_is_in_force(plant: Plant) -> None:
    for value in (1.0, 2.0):
        fill(plant, 2, [60], [value])
        plant.historian.flush()
    assert plant.historian.compact().carried == 2
    fill(plant, 2, [60], [3.0])
    plant.historian.flush()
    plant.historian.compact(everything=True)
    fill(plant, 2, [60], [4.0])
    settle(plant, 2)
    assert plant.history.samples("P.t2", START, END).value.tolist() == [1.0, 2.0, 3.0, 4.0]
    assert plant.history.at(["P.t2"], START + HOUR).value.tolist() == [4.0]


def test_that_unknown_tags_and_empty_spans_are_empty(plant: Plant) -> None:
    assert len(plant.history.samples("no.such", START, END)) == 0
    assert len(plant.history.trend("P.t5", START, END, 100)) == 0
    assert len(plant.history.trend("no.such", START, END, 100)) == 0
    assert plant.history.span("P.t5") is None
    assert plant.history.info().samples == 0


def test_that_span_and_info_count_all_three_files(plant: Plant) -> None:
    fill(plant, 2, list(range(1, 4001)), [1.0] * 4000)
    settle(plant, 2)
    fill(plant, 2, list(range(7201, 7301)), [1.0] * 100)
    plant.historian.flush()
    plant.historian.compact()
    fill(plant, 2, [7400], [1.0])
    plant.historian.flush()
    assert plant.history.span("P.t2") == (START + SECOND, START + 7400 * SECOND)
    info = plant.history.info()
    assert (info.samples, info.parts, info.newest) == (4101, 1, START + 7400 * SECOND)
    assert info.bytes_per_sample > 0


@pytest.mark.logs("damaged")
def test_that_a_damaged_chunk_is_named_and_the_rest_is_read(plant: Plant, caplog: pytest.LogCaptureFixture) -> None:
    fill(plant, 2, list(range(1, 7201)), [i / 10 for i in range(7200)])
    settle(plant)
    path = part_files(plant.folder)[0]
    connection = sqlite3.connect(path)
    (blob,) = connection.execute("SELECT data FROM blob").fetchone()
    connection.execute("UPDATE blob SET data = ?", (blob[:99] + bytes([blob[99] ^ 1]) + blob[100:],))
    connection.commit()
    connection.close()
    with caplog.at_level(logging.ERROR):
        found = plant.history.samples("P.t2", START, START + 2 * HOUR)
    assert found.damaged == ((START + SECOND - 1, START + HOUR),)
    assert found.time[0] == START + 3601 * SECOND
    assert "damaged" in caplog.text
    fill(plant, 2, [5], [1.0])
    settle(plant)
    again = plant.history.samples("P.t2", START, START + 2 * HOUR)
    assert again.damaged == found.damaged, "the next generation still knows what it misses"
    assert again.time[0] == START + 5 * SECOND


def test_that_a_window_without_a_history_is_told_so(tmp_path: Path) -> None:
    with pytest.raises(StoreError):
        History(tmp_path / "none").info()


def test_that_more_partitions_than_may_be_open_are_read_all_the_same(
    plant: Plant, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(plant, 2, list(range(100, 18_000, 100)), [float(i) for i in range(179)])
    settle(plant)
    monkeypatch.setattr("supervisor.historian.view.open_most", lambda: 2)
    assert len(plant.history.samples("P.t2", START, END)) == 179
    assert plant.history._view is not None
    assert len(plant.history._view._parts) == 2


def test_that_folding_nothing_is_nothing() -> None:
    rows = rollups.reduce(samples([], []), np.array([0, 10]), NOTHING)
    assert len(rollups.fold(rollups.join([]), np.array([0, 10]))) == 0
    assert rows.n.tolist() == [0]


def test_that_the_history_says_what_it_has_of_each_tag_and_up_to_when(plant: Plant) -> None:
    assert plant.history.tags() == {tag.id: tag.spec.kind.value for tag in plant.tags}
    many = START + np.arange(1, 201) * SECOND
    plant.historian.put(np.full(200, 2, np.int32), many, np.arange(200.0), np.zeros(200, np.uint8))
    plant.historian.flush()
    plant.historian.compact(everything=True)
    plant.historian.put(np.array([2, 3], np.int32), many[-1:].repeat(2) + SECOND, np.ones(2), np.zeros(2, np.uint8))
    plant.historian.flush()
    counts = plant.history.counts()
    assert (counts["P.t2"], counts["P.t3"], counts["P.t4"]) == (201, 1, 0)
    assert plant.history.count("P.t2", START, START + HOUR) == 201
    assert plant.history.count("nobody.x", START, START + HOUR) == 0
    assert plant.history.known() == int(many[-1]) + SECOND
