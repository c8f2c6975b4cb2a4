"""The table's laws: time never runs backwards, bad is never a number, and a Change says exactly what moved."""

from dataclasses import replace

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from supervisor.clock import SECOND
from supervisor.flow import Batch
from supervisor.model import Quality
from supervisor.table import AHEAD, TagTable
from tests.supervisor.plant import site

NOW = 1_700_000_000 * SECOND


def table(**words):
    return TagTable(site(**words).tags)


def test_that_a_value_is_scaled_and_its_first_arrival_is_a_change():
    plant = table(scale=0.1, offset=-5.0)
    change = plant.apply(Batch.of([0, 2], [100.0, 50.0], NOW), NOW + 7)
    assert change.index.tolist() == [0, 2]
    assert change.value.tolist() == [5.0, 0.0]
    assert plant.columns["value"][[0, 2]].tolist() == [5.0, 0.0]
    assert plant.columns["arrival_time"][0] == NOW + 7


def test_that_an_older_source_time_never_overwrites_a_newer_one():
    plant = table()
    plant.apply(Batch.of([0], 2.0, NOW), NOW)
    change = plant.apply(Batch.of([0, 1], [1.0, 9.0], NOW - 1), NOW + 1)
    assert change.index.tolist() == [1]
    assert change.late is not None
    assert (change.late.index.tolist(), change.late.value.tolist()) == ([0], [1.0])
    assert plant.columns["value"][0] == 2.0


def test_that_a_replayed_value_goes_to_history_only():
    plant = table()
    change = plant.apply(Batch.of([0], 4.0, NOW, historical=True), NOW)
    assert len(change) == 0
    assert change.late is not None
    assert change.late.value.tolist() == [4.0]
    assert np.isnan(plant.columns["value"][0])
    assert plant.columns["quality"][0] == Quality.NEVER_READ


def test_that_bad_quality_leaves_no_number_behind():
    plant = table()
    plant.apply(Batch.of([0], 4.0, NOW), NOW)
    change = plant.apply(Batch.of([0], 4.0, NOW + 1, Quality.DEVICE_FAULT), NOW + 1)
    assert change.quality.tolist() == [Quality.DEVICE_FAULT]
    assert np.isnan(plant.columns["value"][0])


def test_that_a_loss_does_not_hold_up_a_device_whose_clock_is_slow():
    plant = table()
    plant.apply(Batch.of([0], 4.0, NOW - 60 * SECOND), NOW)
    plant.apply(Batch.lost([0], Quality.NOT_CONNECTED, NOW), NOW)
    change = plant.apply(Batch.of([0], 5.0, NOW - 50 * SECOND), NOW + 1)
    assert change.value.tolist() == [5.0]
    assert change.late is None


def test_that_one_value_from_the_future_does_not_block_the_tag_for_ever():
    plant = table()
    plant.apply(Batch.of([0], 1.0, NOW + 10 * AHEAD), NOW)
    assert plant.columns["source_time"][0] == NOW
    change = plant.apply(Batch.of([0], 2.0, NOW + 1), NOW + 1)
    assert change.value.tolist() == [2.0]


def test_that_the_same_value_again_confirms_but_does_not_move():
    plant = table()
    plant.apply(Batch.of([0], 1.0, NOW), NOW)
    generation = int(plant.columns["generation"][0])
    change = plant.apply(Batch.of([0], 1.0, NOW + SECOND), NOW + SECOND)
    assert len(change) == 0
    assert plant.columns["generation"][0] == generation
    assert plant.columns["arrival_time"][0] == NOW + SECOND


def test_that_a_text_becomes_a_code_and_comes_back():
    words = site()
    plant = TagTable(words.tags)
    tag = words.tag_by_id["E.words"]
    change = plant.apply(Batch.of([tag.index], np.nan, NOW, texts={0: "Place du Ralliement"}), NOW)
    assert plant.texts.text(change.value[0]) == "Place du Ralliement"


def test_that_silence_is_noticed_once_it_is_longer_than_allowed():
    plant = table()
    plant.apply(Batch.of([0, 1], 1.0, NOW), NOW)
    limit = np.zeros(len(plant.columns), np.int64)
    limit[0] = 5 * SECOND
    assert plant.stale(limit, NOW + 5 * SECOND).tolist() == []
    assert plant.stale(limit, NOW + 5 * SECOND + 1).tolist() == [0]


samples = st.lists(
    st.tuples(st.integers(0, 3), st.integers(0, 20), st.sampled_from([0.0, 1.0, 2.0]), st.booleans()),
    min_size=1,
    max_size=30,
)


@given(samples)
def test_that_live_is_the_newest_and_nothing_is_lost(rows):
    """Whatever arrives in whatever order: each row is live at its turn, late, or the same as before."""
    plant = table()
    newest: dict[int, int] = {}
    for turn, (tag, time, value, bad) in enumerate(rows):
        quality = Quality.TIMEOUT if bad else Quality.GOOD
        before = (float(plant.columns["value"][tag]), int(plant.columns["quality"][tag]))
        change = plant.apply(Batch.of([tag], value, NOW + time, quality), NOW + turn)
        if time < newest.get(tag, -1):
            assert change.late is not None
            assert len(change.late) == 1
            assert (float(plant.columns["value"][tag]), int(plant.columns["quality"][tag])) == before or np.isnan(
                before[0]
            )
            continue
        newest[tag] = time
        assert change.late is None
        expected = np.nan if bad else value
        np.testing.assert_equal(plant.columns["value"][tag], expected)
        same = before[1] == quality and (before[0] == expected or (np.isnan(before[0]) and bad))
        assert len(change) == (0 if same else 1)


@given(st.lists(st.integers(0, 3), min_size=1, max_size=12))
def test_that_rounds_keep_every_row_in_order_and_never_a_tag_twice(tags):
    batch = Batch.of(tags, np.arange(len(tags)), NOW, texts={0: "first"})
    seen: dict[int, list[float]] = {}
    for part in batch.rounds():
        assert len(set(part.index.tolist())) == len(part)
        for tag, value in zip(part.index.tolist(), part.value.tolist(), strict=True):
            seen.setdefault(tag, []).append(value)
        if 0 in part.texts:
            assert part.texts[0] == "first"
    expected: dict[int, list[float]] = {}
    for position, tag in enumerate(tags):
        expected.setdefault(tag, []).append(float(position))
    assert seen == expected


def limited(low=3.6, high=20.5):
    words = site(scale=2.0)
    tags = list(words.tags)
    tags[1] = replace(tags[1], source=replace(tags[1].source, raw_low=low, raw_high=high))
    return TagTable(tags)


def test_that_a_value_outside_what_its_device_measures_is_shown_and_marked():
    plant = limited()
    change = plant.apply(Batch.of([0, 1, 2], 3.0, NOW), NOW)
    assert change.quality.tolist() == [Quality.GOOD, Quality.OUT_OF_RANGE, Quality.GOOD]
    assert plant.columns["value"][1] == 6.0
    assert plant.apply(Batch.of([1], 3.6, NOW + 1), NOW + 1).quality.tolist() == [Quality.GOOD]
    assert plant.apply(Batch.of([1], 20.6, NOW + 2), NOW + 2).quality.tolist() == [Quality.OUT_OF_RANGE]
    assert plant.apply(Batch.of([1], 50.0, NOW + 3, Quality.TIMEOUT), NOW + 3).quality.tolist() == [Quality.TIMEOUT]
    late = plant.apply(Batch.of([1], 50.0, NOW, historical=True), NOW + 3).late
    assert late.quality.tolist() == [Quality.OUT_OF_RANGE]


def test_that_one_limit_alone_holds():
    plant = limited(low=float("nan"))
    assert plant.apply(Batch.of([1], -1e9, NOW), NOW).quality.tolist() == [Quality.GOOD]
    assert plant.apply(Batch.of([1], 1e9, NOW + 1), NOW + 1).quality.tolist() == [Quality.OUT_OF_RANGE]


arrivals = st.lists(
    st.tuples(
        st.integers(0, 2),  # tag
        st.integers(0, 6),  # source time: few, so that many are equal
        st.sampled_from([0.0, 1.0, 2.0]),
        st.sampled_from(["live", "live", "live", "replayed", "lost", "twice"]),
    ),
    min_size=1,
    max_size=40,
)


@given(arrivals, st.integers(0, 40))
def test_that_live_and_history_are_right_in_any_order_of_arrival(rows, jump):
    """Late, replayed, repeated and equal times, losses in between, and a clock set back at a random moment."""
    plant = table()
    newest, expected = {}, {}
    sent, kept = [], []
    for turn, (tag, time, value, how) in enumerate(rows):
        if turn == jump:
            plant.forget_times(NOW)
            newest.clear()
        for _ in range(2 if how == "twice" else 1):
            if how == "lost":
                plant.apply(Batch.lost([tag], Quality.NOT_CONNECTED, NOW + 100), NOW + 100)
                expected[tag] = None
                continue
            change = plant.apply(Batch.of([tag], value, NOW + time, historical=how == "replayed"), NOW + 100)
            sent.append((tag, time, value))
            shelf = change.late or change
            kept += [(int(i), int(t - NOW), float(v)) for i, t, v in zip(shelf.index, shelf.source_time, shelf.value)]  # noqa: B905
            if how != "replayed" and time >= newest.get(tag, -1):
                newest[tag], expected[tag] = time, value
                if not len(change):  # the same value again: history has it already
                    kept.append((tag, time, value))
    assert kept == sent, "nothing is lost on the way to history, and by its own time"
    for tag, value in expected.items():
        np.testing.assert_equal(float(plant.columns["value"][tag]), np.nan if value is None else value)
