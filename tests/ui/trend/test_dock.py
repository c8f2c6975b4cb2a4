"""The dock under a synoptic: pens of the equipment shown, open where there is room, folded away at will."""

from __future__ import annotations

import pytest

from tests.ui.trend.conftest import LEVEL
from ui.trend.dock import FOLDED_HEIGHT, HEIGHT, TrendDock


@pytest.fixture
def dock(window, settle):
    made = TrendDock(window.context)
    made.resize(1200, HEIGHT)
    made.show()
    yield made
    settle(lambda: not made.view.reading)
    made.close()
    made.deleteLater()


@pytest.fixture
def station_one(window):
    return window.context.attachment.site.equipment_by_id["PR01"]


def test_that_the_dock_draws_the_measures_of_the_equipment_and_reads_their_history(dock, station_one, settle):
    dock.show_equipment(station_one)
    assert dock.view.tags[0].id == "PR01.P1.temperature"
    assert LEVEL in [tag.id for tag in dock.view.tags]
    settle(lambda: not dock.view.reading)
    level = next(pen for pen in dock.view.pens if pen.tag.id == LEVEL)
    assert len(level.curve.past.segments.start) > 0
    assert dock.view.bar.subtitle.text().startswith("PR01")


def test_that_the_dock_turns_to_another_equipment_and_stays_on_the_same(dock, window, station_one):
    dock.show_equipment(station_one)
    first = dock.view.pens[0]
    dock.show_equipment(station_one)
    assert dock.view.pens[0] is first
    dock.show_equipment(window.context.attachment.site.equipment_by_id["AR01"])
    assert all(tag.id.startswith("AR01") for tag in dock.view.tags)


def test_that_it_is_open_where_there_is_room_unless_the_operator_said_otherwise(dock):
    dock.suit(900)
    assert (dock.is_open, dock.height()) == (False, FOLDED_HEIGHT)
    dock.suit(1440)
    assert (dock.is_open, dock.height()) == (True, HEIGHT)
    told = []
    dock.folded.connect(told.append)
    dock.fold.click()
    dock.suit(1440)
    assert (dock.is_open, told) == (False, [True])
    dock.unfold.click()
    dock.suit(900)
    assert dock.is_open


def test_that_a_folded_dock_draws_nothing(dock, station_one, window, station):
    dock.show_equipment(station_one)
    dock.open(False)
    before = dock.view.plot.shown.end
    station.wind(60)
    station.publish({LEVEL: 2.0})
    window.refresh.tick()
    dock.slow()
    assert dock.view.plot.shown.end == before
