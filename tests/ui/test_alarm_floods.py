"""A flood in the list and in the banner: folded by cause, everything counted, the originals one key away."""

from __future__ import annotations

from collections.abc import Callable
from itertools import chain

import numpy as np
import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from alarms.floods import By, Group
from alarms.states import State
from alarms.suppression import Hidden
from tests.ui.town import TownStation
from ui.alarms.page import AlarmsPage
from ui.models.alarm_list import Which
from ui.pages import ALARMS
from ui.shell.window import MainWindow

Until = Callable[[Callable[[], bool]], None]
DOORS = [f"AR{n:02}.door" for n in range(1, 7)]
LEAKS = [f"AR{n:02}.leakage" for n in range(1, 4)]


@pytest.fixture
def page(window: MainWindow, station: TownStation) -> AlarmsPage:
    """Nine alarms of six cabinets and one of a station, in a flood."""
    station.publish({**dict.fromkeys(DOORS, 1.0), **dict.fromkeys(LEAKS, 42.0), "PR02.level": 4.52})
    station.publish({"VIGIE.flood": 1.0, "VIGIE.alarm_rate": 126.0})
    window.navigate(ALARMS)
    look(window, station)
    page = window.pages[ALARMS]
    assert isinstance(page, AlarmsPage)
    return page


def look(window: MainWindow, station: TownStation, seconds: float = 1.5) -> None:
    """The window, a moment later."""
    station.wind(seconds)
    station.beat()
    window.refresh.tick()


def behind(page: AlarmsPage) -> list[int]:
    return sorted(chain.from_iterable(line.rows for line in page.model.lines if not line.inside))


def test_that_a_flood_folds_the_list_and_drops_nothing(page: AlarmsPage, station: TownStation) -> None:
    assert page.model.folded
    assert len(page.model.lines) < 10
    assert behind(page) == np.flatnonzero(station.alarms["state"]).tolist()
    assert page.count.text() == f"10 alarmes – dont 10 à acquitter – en {len(page.model.lines)} lignes"
    assert page.strip.isVisible()
    assert "126 alarmes annoncées en 10 minutes" in page.strip.told.text()
    kinds = {line.group.by for line in page.model.lines if line.group}
    assert By.EQUIPMENT in kinds, "a cabinet with its door open and its leakage is one line"


def test_that_a_group_says_the_worst_of_its_alarms_and_how_many(page: AlarmsPage) -> None:
    line = next(line for line in page.model.lines if line.group and line.group.by is By.EQUIPMENT)
    assert page.drawn._urgency(line) == (3, 2), "a leakage is of priority 3, a door of priority 4"
    index = page.model.index(page.model.lines.index(line), 4)
    assert "2 alarmes" in str(index.data())


def test_that_one_key_shows_the_originals_and_folds_them_again(page: AlarmsPage, qtbot: QtBot) -> None:
    qtbot.keyClick(page.table, Qt.Key.Key_F)
    assert not page.model.folded
    assert sorted(page.model.rows) == behind(page)
    assert len(page.model.rows) == 10
    assert page.strip.isVisible(), "there still is a flood"
    qtbot.keyClick(page.table, Qt.Key.Key_F)
    assert page.model.folded


def test_that_arrows_unfold_and_fold_one_group(page: AlarmsPage, qtbot: QtBot) -> None:
    at = next(at for at, line in enumerate(page.model.lines) if line.group)
    group, lines = page.model.lines[at].group, len(page.model.lines)
    assert group is not None
    page.table.selectRow(at)
    qtbot.keyClick(page.table, Qt.Key.Key_Right)
    assert len(page.model.lines) == lines + group.count
    assert [line.row for line in page.model.lines[at + 1 : at + 1 + group.count]] == list(group.members)
    qtbot.keyClick(page.table, Qt.Key.Key_Down)
    qtbot.keyClick(page.table, Qt.Key.Key_Left)
    assert len(page.model.lines) == lines, "from within too"


def test_that_an_alarm_one_goes_to_is_unfolded_and_never_looked_for_among_what_is_set_aside(
    page: AlarmsPage, window: MainWindow, station: TownStation
) -> None:
    group = next(line.group for line in page.model.lines if line.group)
    row = next(row for row in group.members if row != group.head)
    assert row not in page.model.rows
    window.navigate(station.site.alarms[row])
    assert page.model.filter.which is Which.STANDING
    assert page.selected() == [row]


def test_that_acknowledging_a_group_is_for_all_of_it_and_the_page_only_for_what_is_seen(
    page: AlarmsPage, window: MainWindow, station: TownStation, qtbot: QtBot, until: Until
) -> None:
    at = next(at for at, line in enumerate(page.model.lines) if line.group)
    members = page.model.lines[at].rows
    single = [line.row for line in page.model.lines if line.group is None]
    qtbot.keyClick(page.table, Qt.Key.Key_P)
    until(lambda: all(station.alarms["state"][row] == State.ACKED for row in single))
    assert all(station.alarms["state"][row] == State.UNACKED for row in members), "nobody has seen these"
    look(window, station)
    at = next(at for at, line in enumerate(page.model.lines) if set(line.rows) == set(members))
    page.table.selectRow(at)
    assert sorted(page.selected()) == sorted(members)
    qtbot.keyClick(page.table, Qt.Key.Key_Return)
    until(lambda: all(station.alarms["state"][row] == State.ACKED for row in members))


def test_that_the_list_unfolds_when_the_flood_ends_and_stays_as_one_wants_it_meanwhile(
    page: AlarmsPage, window: MainWindow, station: TownStation, qtbot: QtBot
) -> None:
    qtbot.keyClick(page.table, Qt.Key.Key_F)
    look(window, station)
    assert not page.model.folded, "the operator's will counts for the rest of this flood"
    qtbot.keyClick(page.table, Qt.Key.Key_F)
    station.publish({"VIGIE.flood": 0.0})
    look(window, station)
    assert not page.model.folded
    assert not page.strip.isVisible()


def test_that_the_order_stays_frozen_under_the_hand_in_a_flood_too(
    page: AlarmsPage, window: MainWindow, station: TownStation, qtbot: QtBot
) -> None:
    page.table.selectRow(1)
    before = list(page.model.lines)
    station.publish({"PR03.P1.temperature": 120.0})
    look(window, station)
    assert page.model.lines == before
    assert page.newer.text() == "1 nouvelle"
    qtbot.keyClick(page.table, Qt.Key.Key_Escape)
    assert station.site.alarms[page.model.rows[0]].id == "PR03.P1.thermal"


def test_that_the_banner_says_flood_with_how_many_and_f8_takes_only_what_it_shows(
    page: AlarmsPage, window: MainWindow, station: TownStation, qtbot: QtBot, until: Until
) -> None:
    banner = window.banner
    assert "Avalanche d'alarmes – 126 alarmes annoncées en 10 minutes – 10 alarmes en" in banner.accessibleName()
    (first,) = banner.first()
    assert first == banner._rows[0]
    with qtbot.waitActive(window):
        window.activateWindow()
    qtbot.keyClick(window, Qt.Key.Key_F8)
    until(lambda: station.alarms["state"][first] == State.ACKED)
    assert np.count_nonzero(station.alarms["state"] == State.UNACKED) == 9
    station.publish({"VIGIE.flood": 0.0})
    look(window, station)
    assert "Avalanche" not in banner.accessibleName()


def test_that_a_folded_line_of_the_banner_is_as_urgent_as_the_worst_that_waits_behind_it(
    page: AlarmsPage, window: MainWindow
) -> None:
    banner, priority = window.banner, window.context.board.priority
    group = next(line.group for line in page.model.lines if line.group and line.group.by is By.EQUIPMENT)
    mildest = max(group.members, key=lambda row: int(priority[row]))
    banner._rows, banner._groups = [mildest], [group]
    assert (int(priority[mildest]), banner.urgency(mildest)) == (4, 3)
    banner._groups = [None]
    assert banner.urgency(mildest) == 4


def test_that_the_banner_never_puts_forward_a_cause_that_is_set_aside(page: AlarmsPage, window: MainWindow) -> None:
    board = window.context.board
    cause, *others = board.rows[:3].tolist()
    group = Group(By.CAUSE, cause, tuple(others), 4)
    assert window.banner._speaker(group) == cause
    board["suppression"][cause] = Hidden.SHELVED
    assert window.banner._speaker(group) == others[0]
    board.acked[others] = True
    assert window.banner._speaker(group) == others[0], "acknowledged, and there is nothing else to be shown"


def test_that_a_filter_folds_what_it_lets_through(page: AlarmsPage) -> None:
    page.filters.text.setText("porte")
    page.filters.text.settled.emit()
    (line,) = page.model.lines
    assert line.group is not None
    assert (line.group.by, line.group.count) == (By.RULE, 6)
    assert page.model.total == 6
    page.filters.show_filter(page.model.filter.__class__(Which.SHELVED))
    assert page.nothing.text() == "Aucune alarme mise de côté"
