"""The window's copy: what moved and only that, and nothing alive of a dead station."""

import numpy as np

from supervisor.clock import SECOND
from supervisor.flow import Batch
from supervisor.model import Quality
from supervisor.table import TagTable
from tests.supervisor.plant import site
from ui.live import Live

NOW = 1_700_000_000 * SECOND


def test_that_a_pull_brings_what_moved_since_the_last():
    table = TagTable(site().tags)
    table.columns.beat = NOW
    live = Live(table.columns)
    live.pull(NOW)
    table.apply(Batch.of([1, 2], [5.0, 6.0], NOW), NOW)
    assert live.pull(NOW).tolist() == [1, 2]
    assert live.pull(NOW).tolist() == []
    table.apply(Batch.of([2], [6.0], NOW + 1), NOW)
    assert live.pull(NOW).tolist() == []
    assert (live.value[1], live.quality[1]) == (5.0, Quality.GOOD)


def test_that_a_dead_station_leaves_no_value_looking_alive():
    table = TagTable(site().tags)
    table.columns.beat = NOW
    live = Live(table.columns)
    table.apply(Batch.of([1], [5.0], NOW), NOW)
    live.pull(NOW)
    moved = live.pull(NOW + SECOND)
    assert len(moved) == len(live.value)
    assert not live.alive
    assert np.isnan(live.value).all()
    assert set(live.quality.tolist()) == {Quality.NOT_CONNECTED}
    table.columns.beat = NOW + SECOND
    live.pull(NOW + SECOND)
    assert live.alive
    assert live.value[1] == 5.0


def test_that_a_new_station_is_taken_over_whole():
    first, second = TagTable(site().tags), TagTable(site().tags)
    first.columns.beat = second.columns.beat = NOW
    live = Live(first.columns)
    for _ in range(5):
        first.apply(Batch.of([0], [np.random.default_rng().random()], NOW), NOW)
    live.pull(NOW)
    second.apply(Batch.of([3], [8.0], NOW), NOW)
    live.attach(second.columns)
    live.pull(NOW)
    assert live.value[3] == 8.0
    assert live.quality[0] == Quality.NEVER_READ


def test_that_a_dead_station_stays_dead_when_the_clock_is_set_back():
    table = TagTable(site().tags)
    table.columns.beat = NOW
    live = Live(table.columns)
    table.apply(Batch.of([1], [5.0], NOW), NOW)
    live.pull(NOW)
    live.pull(NOW - 3600 * SECOND)
    assert not live.alive
    assert np.isnan(live.value).all()
