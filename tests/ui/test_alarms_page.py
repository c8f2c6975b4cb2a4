"""The page of alarms, by its keyboard."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from alarms.states import State
from tests.ui.town import TROUBLE, TownStation
from ui.alarms.page import AlarmsPage
from ui.models.alarm_list import Which
from ui.pages import ALARMS
from ui.shell.window import MainWindow

Until = Callable[[Callable[[], bool]], None]


@pytest.fixture
def page(window: MainWindow, station: TownStation) -> AlarmsPage:
    station.publish({id_: TROUBLE[id_] for id_ in ("PR02.level", "PR05.level", "AR01.leakage", "AR02.door")})
    station.wind(0.3)
    window.navigate(ALARMS)
    window.refresh.tick()
    page = window.pages[ALARMS]
    assert isinstance(page, AlarmsPage)
    assert len(page.model.rows) == 4
    return page


def test_that_enter_acknowledges_the_selection(
    page: AlarmsPage, station: TownStation, qtbot: QtBot, until: Until
) -> None:
    first, second = page.model.rows[:2]
    page.table.selectRow(0)
    qtbot.keyClick(page.table, Qt.Key.Key_Down, Qt.KeyboardModifier.ShiftModifier)
    assert page.selected() == [first, second]
    qtbot.keyClick(page.table, Qt.Key.Key_Return)
    until(lambda: all(station.alarms["state"][row] == State.ACKED for row in (first, second)))
    assert page.selected() == []


def test_that_p_acknowledges_what_is_seen_and_only_that(
    page: AlarmsPage, station: TownStation, qtbot: QtBot, until: Until
) -> None:
    page.filters.area.choose("roseraie")
    rows = list(page.model.rows)
    assert 0 < len(rows) < 4
    qtbot.keyClick(page.table, Qt.Key.Key_P)
    until(lambda: all(station.alarms["state"][row] == State.ACKED for row in rows))
    assert sum(station.alarms["state"] == State.UNACKED) == 4 - len(rows)


def test_that_a_selection_holds_the_order_and_escape_lets_it_go(
    page: AlarmsPage, window: MainWindow, station: TownStation, qtbot: QtBot
) -> None:
    page.table.selectRow(1)
    before = list(page.model.rows)
    station.publish({"PR03.P1.temperature": 120.0})
    station.wind(0.5)
    window.refresh.tick()
    assert page.model.rows == before
    assert page.newer.isVisible()
    assert page.newer.text() == "1 nouvelle"
    qtbot.keyClick(page.table, Qt.Key.Key_Escape)
    assert station.site.alarms[page.model.rows[0]].id == "PR03.P1.thermal"
    assert not page.newer.isVisible()


def test_that_setting_aside_needs_a_reason_and_says_it(
    page: AlarmsPage, window: MainWindow, station: TownStation, qtbot: QtBot, until: Until
) -> None:
    row = page.model.rows[0]
    page.table.selectRow(0)
    qtbot.keyClick(page.table, Qt.Key.Key_S)
    assert page.detail.shelf.isVisible()
    assert not page.detail.shelf.confirm.isEnabled()
    qtbot.keyClick(page.detail.shelf.reason, Qt.Key.Key_Return)
    assert station.asked == []
    qtbot.keyClicks(page.detail.shelf.reason, "travaux")
    qtbot.keyClick(page.detail.shelf.reason, Qt.Key.Key_Return)
    until(lambda: bool(station.alarms["suppression"][row]))
    act, words = station.asked[0]
    assert (act, words["minutes"], words["reason"]) == ("shelve", 60, "travaux")
    station.wind(0.3)
    window.refresh.tick()
    assert row not in page.model.rows
    page.filters.show_filter(page.model.filter.__class__(Which.ASIDE))
    assert page.model.rows == [row]


def test_that_escape_on_the_card_sets_nothing_aside(page: AlarmsPage, station: TownStation, qtbot: QtBot) -> None:
    page.table.selectRow(0)
    page.detail.set_aside()
    qtbot.keyClick(page.detail.shelf.reason, Qt.Key.Key_Escape)
    assert not page.detail.shelf.isVisible()
    assert station.asked == []


def test_that_an_empty_list_says_why(page: AlarmsPage, qtbot: QtBot) -> None:
    page.filters.text.setText("rien de tel")
    page.filters.text.settled.emit()
    assert page.nothing.isVisible()
    assert page.nothing.text() == "Aucune alarme ne répond à ces critères"


def test_that_a_latched_alarm_is_let_go_only_by_a_reset(
    page: AlarmsPage, window: MainWindow, station: TownStation, qtbot: QtBot, until: Until
) -> None:
    alarm = next(alarm for alarm in station.site.alarms if alarm.id == "AR01.leakage")
    station.publish({"AR01.leakage": 5.0})
    station.wind(0.3)
    window.refresh.tick()
    page.select(alarm.index)
    qtbot.keyClick(page.table, Qt.Key.Key_Return)
    until(lambda: station.alarms["state"][alarm.index] == State.LATCHED_ACKED)
    station.wind(0.3)
    window.refresh.tick()
    page.select(alarm.index)
    assert page.detail.ack.text() == "Réarmer"
    page.detail.ack.click()
    until(lambda: station.alarms["state"][alarm.index] == State.NORMAL)
    assert [act for act, _ in station.asked] == ["acknowledge", "reset"]
