"""A trend is the same however its samples are dealt out to threads."""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np
import pytest

from supervisor.clock import SECOND
from supervisor.historian.drawing import Trend
from supervisor.historian.files import part_files
from supervisor.historian.samples import NONE, Samples
from supervisor.historian.view import Lot
from supervisor.model import Quality
from tests.supervisor.historian.conftest import HOUR, START, Plant
from tests.supervisor.historian.test_history import END, Model, fill, plants, settle

FEW, ALL = 40, 1 << 40


def drawn(plant: Plant, lot: int, span: tuple[int, int], patch: pytest.MonkeyPatch) -> Trend:
    patch.setattr("supervisor.historian.drawing.LOT", lot)
    return plant.history.trend("P.t2", *span, 30, level=0)


def past(seed: random.Random) -> list[tuple[int, int, float, int]]:
    """Five hours with an hour of silence and bad spells, in no order."""
    made = []
    for _ in range(seed.choice([300, 900])):
        time = START + seed.choice([0, 2, 3, 4]) * HOUR + seed.randint(1, 3600) * SECOND
        bad = seed.random() < 0.1
        made.append((2, time, float("nan") if bad else seed.randint(-50, 50) / 10, int(Quality.TIMEOUT) if bad else 0))
    return made


@pytest.mark.parametrize("number", range(6))
def test_that_samples_dealt_out_to_threads_draw_what_one_walk_draws(
    number: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    seed = random.Random(number)
    with plants() as plant:
        model = Model()
        model.put(plant, past(seed))
        settle(plant, seed.choice([3, 6]))  # some hours merged, some staged
        model.put(plant, past(seed))  # late, in hot.db alone
        plant.historian.flush()
        span = START + seed.randint(0, HOUR), END - seed.randint(0, HOUR)
        one, many = (drawn(plant, lot, span, monkeypatch) for lot in (ALL, FEW))
        assert one.step
        assert many.bad == one.bad
        assert many.until == one.until
        for column in ("time", "low", "high"):
            assert np.array_equal(getattr(one, column), getattr(many, column))
        assert np.allclose(one.mean, many.mean)
        good = [row[1] for row in model.samples(2, *span) if not row[2]]
        assert (many.low.min(), many.high.max()) == (min(good), max(good)), "no peak is lost"


def test_that_a_value_rules_from_lot_to_lot(plant: Plant, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(plant, 2, list(range(10, 3600, 10)) + list(range(10_810, 14_400, 10)), [7.0] * 359 + [1.0] * 359)
    settle(plant)
    trend = drawn(plant, FEW, (START, START + 4 * HOUR), monkeypatch)
    silent = (trend.time > START + HOUR) & (trend.time < START + 3 * HOUR)
    assert silent.sum() > 10
    assert set(trend.mean[silent].tolist()) == {7.0}


def test_that_texts_are_never_columns(plant: Plant, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("supervisor.historian.drawing.LOT", 10)
    fill(plant, 1, list(range(10, 14_400, 10)), [plant.texts.code("été")] * 1439)
    settle(plant)
    trend = plant.history.trend("P.t1", START, START + 4 * HOUR, 5, level=0)
    assert (trend.step, trend.words, len(trend)) == (0, ("été",), 1439)


@pytest.mark.logs("is damaged")
def test_that_a_damaged_file_is_a_hole_in_its_own_lot_alone(plant: Plant, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(plant, 2, list(range(10, 14_400, 10)), np.arange(1439.0).tolist())
    settle(plant)
    plant.history.close()
    _spoil(part_files(plant.folder)[1])
    trend = drawn(plant, FEW, (START, START + 4 * HOUR), monkeypatch)
    assert (trend.low.min(), trend.high.max()) == (0.0, 1438.0)
    found = plant.history.samples("P.t2", START, START + 4 * HOUR)
    assert found.damaged == ((START + HOUR, START + 2 * HOUR),)


def _spoil(path: Path) -> None:
    """All but the first page: the file still opens."""
    whole = path.read_bytes()
    path.write_bytes(whole[:4096] + bytes(len(whole) - 4096))


def test_that_a_lot_of_nothing_is_no_sample() -> None:
    empty: Samples = Lot((0, 10)).samples()
    assert (len(empty), empty.damaged) == (0, ())
    assert len(NONE) == 0, "and the one that stands for nothing is as it was"
