"""One alarm in hand: time left, who is on it, its notes, its history, out of service; by keys."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from alarms.life import SAME_INSTANT
from alarms.suppression import Hidden
from supervisor.clock import SECOND
from supervisor.model import Role, User
from tests.ui.town import ANNE, TownStation
from ui.alarms.page import AlarmsPage
from ui.models.alarm_list import ON_IT, Filter, Which
from ui.pages import ALARMS, SYNOPTIC, TRENDS
from ui.shell.window import MainWindow

Until = Callable[[Callable[[], bool]], None]
LEVEL = "PR02.level_high"


@pytest.fixture
def page(window: MainWindow, station: TownStation) -> AlarmsPage:
    station.publish({"PR02.level": 4.52, "AR02.door": 1.0})
    pass_by(window, station, 0.3)
    window.navigate(ALARMS)
    pass_by(window, station, 0.3)
    page = window.pages[ALARMS]
    assert isinstance(page, AlarmsPage)
    page.select(row_of(station, LEVEL))
    return page


def row_of(station: TownStation, id_: str) -> int:
    return next(alarm.index for alarm in station.site.alarms if alarm.id == id_)


def pass_by(window: MainWindow, station: TownStation, seconds: float) -> None:
    station.wind(seconds)
    station.beat()
    window.refresh.tick()


def test_that_the_time_to_respond_is_counted_from_the_raise(
    page: AlarmsPage, window: MainWindow, station: TownStation
) -> None:
    pass_by(window, station, 60)
    assert page.detail.countdown.text == "À traiter sous 15 min · reste 13:59"
    assert not page.detail.countdown.over
    pass_by(window, station, 15 * 60)
    assert page.detail.countdown.text == "À traiter sous 15 min · dépassé de 01:00"
    assert page.detail.countdown.over
    page.select(row_of(station, "AR02.door_open"))
    assert not page.detail.countdown.isVisible(), "its rule names no time"


def test_that_t_takes_over_and_lets_go_and_the_list_says_who(
    page: AlarmsPage, window: MainWindow, station: TownStation, qtbot: QtBot, until: Until
) -> None:
    row = row_of(station, LEVEL)
    qtbot.keyClick(page.table, Qt.Key.Key_T)
    until(lambda: bool(station.alarms["taken_by"][row]))
    pass_by(window, station, 0.5)
    assert page.model.index(page.model.rows.index(row), ON_IT).data() == ANNE.name
    assert page.detail.mine.text() == "Ne plus suivre"
    qtbot.keyClick(page.table, Qt.Key.Key_T)
    until(lambda: not station.alarms["taken_by"][row])


def test_that_a_note_is_written_counted_and_read_again(
    page: AlarmsPage, window: MainWindow, station: TownStation, qtbot: QtBot, until: Until
) -> None:
    qtbot.keyClick(page.table, Qt.Key.Key_N)
    assert page.detail.notes.field.hasFocus()
    qtbot.keyClicks(page.detail.notes.field, "Pompe 2 en route")
    qtbot.keyClick(page.detail.notes.field, Qt.Key.Key_Return)
    until(lambda: "Pompe 2 en route" in page.detail.notes.text.text())
    assert ANNE.name in page.detail.notes.text.text()
    pass_by(window, station, 3)
    until(lambda: page.drawn.notes.get(row_of(station, LEVEL)) == 1)


def test_that_h_tells_what_happened_and_leads_to_the_curve(
    page: AlarmsPage, window: MainWindow, station: TownStation, qtbot: QtBot, until: Until
) -> None:
    qtbot.keyClick(page.table, Qt.Key.Key_Return)
    until(lambda: bool(station.asked))
    page.select(row_of(station, LEVEL))
    qtbot.keyClick(page.table, Qt.Key.Key_H)
    until(lambda: "Acquittement" in page.detail.history.text.text() and "Apparition" in page.detail.history.text.text())
    page.detail.history.curve.click()
    assert window.place.page == TRENDS
    assert [tag.id for tag in window.place.tags] == ["PR02.level"]


def test_that_g_leads_to_the_synoptic_in_one_key(page: AlarmsPage, window: MainWindow, qtbot: QtBot) -> None:
    qtbot.keyClick(page.table, Qt.Key.Key_G)
    assert window.place.page in (SYNOPTIC, "faceplate")
    assert window.place.equipment is not None
    assert window.place.equipment.id == "PR02"


def test_that_what_is_shelved_is_on_its_list_with_who_and_why(
    page: AlarmsPage, window: MainWindow, station: TownStation, qtbot: QtBot, until: Until
) -> None:
    row = row_of(station, LEVEL)
    qtbot.keyClick(page.table, Qt.Key.Key_S)
    qtbot.keyClicks(page.detail.shelf.reason, "capteur en reparation")
    qtbot.keyClick(page.detail.shelf.reason, Qt.Key.Key_Return)
    until(lambda: bool(station.alarms["suppression"][row] & Hidden.SHELVED))
    pass_by(window, station, 0.5)
    page.filters.show_filter(Filter(Which.SHELVED))
    page.select(row)
    pass_by(window, station, 3)
    until(lambda: bool(page.detail.asides))
    pass_by(window, station, 1.1)
    assert page.model.rows == [row]
    assert page.model.index(0, ON_IT).data() == ""
    assert page.detail._hider(station.site.alarms[row]) == f"{ANNE.name}\ncapteur en reparation"
    assert [page.filters._asides[which].text()[-1] for which in (Which.ASIDE, Which.SHELVED)] == ["1", "1"]
    assert page.filters._asides[Which.OUT_OF_SERVICE].text() == "Hors service 0"
    qtbot.keyClick(page.table, Qt.Key.Key_S)
    until(lambda: not station.alarms["suppression"][row])


def test_that_only_a_supervisor_takes_out_of_service_and_brings_back(
    page: AlarmsPage, window: MainWindow, station: TownStation, qtbot: QtBot, until: Until,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    row = row_of(station, LEVEL)
    qtbot.keyClick(page.table, Qt.Key.Key_O)
    assert not page.detail.shelf.isVisible()
    chief = User("chief", "C. Chef", Role.SUPERVISOR)
    monkeypatch.setattr(type(window.context), "user", property(lambda context: chief))
    qtbot.keyClick(page.table, Qt.Key.Key_O)
    assert page.detail.shelf.isVisible()
    qtbot.keyClicks(page.detail.shelf.reason, "depose du poste")
    qtbot.keyClick(page.detail.shelf.reason, Qt.Key.Key_Return)
    until(lambda: bool(station.alarms["suppression"][row] & Hidden.OUT_OF_SERVICE))
    pass_by(window, station, 0.5)
    page.select(row)
    assert page.detail.out.text() == "Remettre en service"
    qtbot.keyClick(page.table, Qt.Key.Key_O)
    until(lambda: not station.alarms["suppression"][row])


def test_that_the_keys_are_told_by_a_key(page: AlarmsPage, qtbot: QtBot) -> None:
    qtbot.keyClick(page.table, Qt.Key.Key_Question, Qt.KeyboardModifier.ShiftModifier)
    assert page.keys.isVisible()
    qtbot.keyClick(page.table, Qt.Key.Key_Escape)
    assert not page.keys.isVisible()
    page.ack.setFocus()  # beside the list
    qtbot.keyClick(page.ack, Qt.Key.Key_Question, Qt.KeyboardModifier.ShiftModifier)
    assert page.keys.isVisible()


def test_that_an_alarm_shown_because_nobody_can_tell_says_why_and_since_when(
    page: AlarmsPage, window: MainWindow, station: TownStation
) -> None:
    row = row_of(station, LEVEL)
    alarm = station.site.alarms[row]
    assert page.detail._unmasked(alarm) == ""
    assert list(page.drawn._tags(alarm, False)) == []
    columns = station.alarms
    with columns.writing():
        columns["unknown_since"][row] = station.clock.now() - 11 * 60 * SECOND
        columns["first_up"][row] = SAME_INSTANT
        columns["generation"][row] = columns["generation"].max() + 1
    pass_by(window, station, 0.3)
    since = window.context.look.clock(int(columns["unknown_since"][row]), seconds=False)
    assert page.detail._unmasked(alarm) == f"sa condition est inconnue depuis {since}"
    assert page.detail._first(alarm).startswith("plusieurs au même instant")
    assert list(page.drawn._tags(alarm, True)) == ["1re ?", "masquage levé"]
    assert not page.table.grab().isNull()
