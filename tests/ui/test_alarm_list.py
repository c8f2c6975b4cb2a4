"""The rows of the alarm list: filtered, in order, and still under the operator's hand."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPersistentModelIndex
from PySide6.QtTest import QAbstractItemModelTester

from tests.ui.town import TROUBLE, TownStation
from ui.board import Board
from ui.look import Look
from ui.models.alarm_list import ROW, AlarmList, Filter, Which


@pytest.fixture
def board(station: TownStation) -> Board:
    station.publish({id_: TROUBLE[id_] for id_ in ("AR01.leakage", "AR02.door", "PR02.level")})
    board = Board(station.site, station.alarms)
    board.pull()
    return board


@pytest.fixture
def model(station: TownStation, board: Board) -> AlarmList:
    model = AlarmList(station.site, board, Look("Europe/Paris"))
    QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal, model)
    return model


def names(model: AlarmList, station: TownStation) -> list[str]:
    return [station.site.alarms[row].id for row in model.rows]


def test_that_the_list_is_in_the_order_of_the_board(model: AlarmList, station: TownStation) -> None:
    assert names(model, station) == ["PR02.level_high", "AR01.leakage", "AR02.door_open"]


def test_that_a_selected_row_follows_its_alarm(model: AlarmList, station: TownStation, board: Board) -> None:
    held = QPersistentModelIndex(model.index(0, 0))
    station.publish({"PR03.P1.temperature": 118.0})
    board.pull()
    model.show_board()
    assert names(model, station)[0] == "PR03.P1.thermal"
    assert held.row() == 1
    assert station.site.alarms[held.data(ROW)].id == "PR02.level_high"


def test_that_a_frozen_order_moves_nothing_and_counts_what_waits(
    model: AlarmList, station: TownStation, board: Board
) -> None:
    model.frozen = True
    station.publish({"PR03.P1.temperature": 118.0, "PR05.level": 5.2})
    board.pull()
    model.show_board()
    assert names(model, station) == ["PR02.level_high", "AR01.leakage", "AR02.door_open"]
    assert model.waiting == 2
    model.thaw()
    assert model.waiting == 0
    assert len(model.rows) == 5


@pytest.mark.parametrize(
    ("filter_", "expected"),
    [
        (Filter(priorities=frozenset({2})), ["PR02.level_high"]),
        (Filter(system="lighting"), ["AR01.leakage", "AR02.door_open"]),
        (Filter(area="alm"), ["PR02.level_high", "AR01.leakage", "AR02.door_open"]),
        (Filter(area="roseraie", system="water"), ["PR02.level_high"]),
        (Filter(equipment="AR01"), ["AR01.leakage"]),
        (Filter(text="fuite ar"), ["AR01.leakage"]),
        (Filter(text="LEAKAGE"), ["AR01.leakage"]),
        (Filter(Which.ACKED), []),
        (Filter(Which.ASIDE), []),
        (Filter(system="nothing"), []),
    ],
)
def test_that_each_filter_lets_through_what_it_says(
    model: AlarmList, station: TownStation, filter_: Filter, expected: list[str]
) -> None:
    model.use(filter_)
    assert names(model, station) == expected
