"""The whole window, in process."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from supervisor.clock import SECOND
from supervisor.errors import Refused
from supervisor.model import Quality, Text
from tests.ui.town import TROUBLE, TownStation
from ui.pages import ALARMS, JOURNAL, LINKS, OVERVIEW, SYNOPTIC, TRENDS, Place
from ui.shell.window import MainWindow

Until = Callable[[Callable[[], bool]], None]
Turn = Callable[[], None]
OURS = (OVERVIEW, ALARMS, LINKS, JOURNAL)


def trouble(station: TownStation, window: MainWindow) -> None:
    station.publish(TROUBLE)
    station.wind(10)
    station.engine.tick()
    station.beat()
    window.refresh.tick()


def press(qtbot: QtBot, window: MainWindow, key: Qt.Key, modifier: Qt.KeyboardModifier | None = None) -> None:
    with qtbot.waitActive(window):
        window.activateWindow()
    qtbot.keyClick(window, key, modifier or Qt.KeyboardModifier.NoModifier)


def test_that_f8_acknowledges_the_most_urgent_alarm(
    window: MainWindow, station: TownStation, qtbot: QtBot, until: Until
) -> None:
    trouble(station, window)
    first = station.site.alarms[window.banner.first()[0]]
    assert first.id == "PR03.P1.thermal"
    press(qtbot, window, Qt.Key.Key_F8)
    until(lambda: station.alarms["state"][first.index] == 2)
    assert station.asked == [("acknowledge", {"alarms": [first.id]})]


def test_that_f8_asks_nothing_when_all_is_quiet(window: MainWindow, station: TownStation, qtbot: QtBot) -> None:
    window.refresh.tick()
    press(qtbot, window, Qt.Key.Key_F8)
    assert station.asked == []


def test_that_a_refusal_is_one_sentence_in_the_language_of_the_window(
    window: MainWindow, station: TownStation, until: Until
) -> None:
    trouble(station, window)
    station.refusal = Refused("right", Text("Ce secteur n'est pas le vôtre.", "This area is not yours."))
    window.acknowledge(window.banner.first())
    until(lambda: bool(window.status.message))
    assert window.status.message == "Ce secteur n'est pas le vôtre."
    assert not window.notices.bug.isVisible()


def test_that_a_dead_station_is_unmistakable_and_comes_back_by_itself(window: MainWindow, station: TownStation) -> None:
    window.refresh.tick()
    assert not window.notices.silent.isVisible()
    station.clock._now += 2 * SECOND
    window.refresh.tick()
    assert window.notices.silent.isVisible()
    assert (window.context.live.quality >= Quality.BAD).all()
    station.beat()
    window.refresh.tick()
    assert not window.notices.silent.isVisible()
    assert (window.context.live.quality < Quality.BAD).all()


def test_that_the_horn_sounds_until_it_is_silenced_and_not_for_what_it_has_told(
    window: MainWindow, station: TownStation, qtbot: QtBot
) -> None:
    trouble(station, window)
    assert window.horn.sounding
    press(qtbot, window, Qt.Key.Key_F9)
    assert not window.horn.sounding
    window.refresh.tick()
    assert not window.horn.sounding
    assert len(window.banner.first()) == 1, "silencing is not acknowledging"


def test_that_alt_left_goes_back(window: MainWindow, qtbot: QtBot) -> None:
    window.navigate(LINKS)
    window.navigate(JOURNAL)
    press(qtbot, window, Qt.Key.Key_Left, Qt.KeyboardModifier.AltModifier)
    assert window.place.page == LINKS


def test_that_ctrl_k_finds_a_page(window: MainWindow, qtbot: QtBot) -> None:
    press(qtbot, window, Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
    assert window.top.search.hasFocus()
    qtbot.keyClicks(window.top.search, "liaisons")
    qtbot.keyClick(window.top.search, Qt.Key.Key_Return)
    assert window.place.page == LINKS


def test_that_a_pin_is_kept_and_found_again_by_its_key(make_window: Callable[..., MainWindow], qtbot: QtBot) -> None:
    window = make_window(pinned=[JOURNAL])
    window.navigate(ALARMS)
    window.pins.toggle()
    assert window.preferences.pinned == [JOURNAL, ALARMS]
    press(qtbot, window, Qt.Key.Key_1, Qt.KeyboardModifier.AltModifier)
    assert window.place.page == JOURNAL


def test_that_an_alarm_is_shown_with_its_guidance(window: MainWindow, station: TownStation) -> None:
    trouble(station, window)
    alarm = next(alarm for alarm in station.site.alarms if alarm.id == "PR02.level_high")
    window.navigate(alarm)
    page = window.pages[ALARMS]
    said = " ".join(label.text() for label in page.findChildren(QLabel) if label.isVisible())
    assert alarm.rule.action.fr in said
    assert "15 min" in said


def test_that_a_place_filters_the_alarm_list(window: MainWindow, station: TownStation) -> None:
    trouble(station, window)
    window.navigate(Place(ALARMS, system="water"))
    page = window.page(ALARMS)
    shown = {station.site.alarms[row].equipment.system for row in page.model.rows}  # type: ignore[attr-defined]
    assert shown == {"water"}


@pytest.mark.logs("A task of the window failed")
def test_that_a_bug_of_ours_is_a_bar_and_not_the_end(window: MainWindow, until: Until) -> None:
    async def broken() -> None:
        raise ZeroDivisionError("of ours")

    window.context.spawn(broken())
    until(window.notices.bug.isVisible)
    window.refresh.tick()


# ------------------------------------------------------------ theme and language at run time


def words_of(root: QWidget) -> list[tuple[str, ...]]:
    """Everything a widget tree says, hidden pages included."""
    said = []
    for widget in [root, *root.findChildren(QWidget)]:
        text = widget.text() if isinstance(widget, (QLabel, QAbstractButton, QLineEdit)) else ""
        hint = widget.placeholderText() if isinstance(widget, QLineEdit) else ""
        said.append((type(widget).__name__, text, hint, widget.toolTip(), widget.accessibleName()))
    return sorted(said)


def opened(window: MainWindow, turn: Turn) -> MainWindow:
    """With all of our pages made and looked at."""
    for page in OURS:
        window.navigate(page)
        window.refresh.tick()
        turn()
    window.navigate(ALARMS)
    window.refresh.tick()
    return window


def test_that_a_window_switched_to_english_says_what_one_opened_in_english_says(
    make_window: Callable[..., MainWindow], station: TownStation, turn: Turn
) -> None:
    station.publish(TROUBLE)
    english = opened(make_window(language="en"), turn)
    switched = opened(make_window(language="fr"), turn)
    assert words_of(switched.centralWidget()) != words_of(english.centralWidget())
    switched.context.look.use(language="en")
    switched.refresh.tick()
    turn()
    assert words_of(switched.centralWidget()) == words_of(english.centralWidget())


def picture(widget: QWidget) -> QImage:
    return widget.grab().toImage()


def test_that_a_window_switched_at_run_time_is_painted_as_one_opened_so(
    make_window: Callable[..., MainWindow], station: TownStation, turn: Turn
) -> None:
    station.publish(TROUBLE)
    pictures = []
    for before in ({"theme": "dark", "language": "en"}, {"theme": "light", "language": "fr"}):
        window = opened(make_window(**before), turn)
        window.context.look.use(theme="dark", language="en")
        window.refresh.tick()
        turn()
        window.context.board.bright = True
        parts = [window.top.counts, window.banner, window.navigation]
        pictures.append([picture(part) for part in parts] + [picture_of(window, page, turn) for page in OURS])
        window.close()
    assert [ours == theirs for ours, theirs in zip(*pictures, strict=True)] == [True] * (3 + len(OURS))


def picture_of(window: MainWindow, page: str, turn: Turn) -> QImage:
    window.navigate(page)
    window.refresh.tick()
    turn()
    return picture(window.pages[page])


def test_that_a_larger_text_never_makes_the_top_bar_wider_than_the_window(
    window: MainWindow, qapp: QApplication
) -> None:
    window.context.look.use(scale=1.3)
    window.resize(1500, 900)
    qapp.processEvents()
    assert window.width() <= 1500
    assert window.top.chip.geometry().right() <= window.top.width()


def test_that_the_pens_and_the_dock_are_as_their_user_left_them(make_window: Callable[..., MainWindow]) -> None:
    window = make_window(pens=["PR01.level", "gone.tag"], dock_open="yes")
    trends = window.page(TRENDS)
    assert trends.pens == ["PR01.level"], "a tag that the site no longer has is left out"  # type: ignore[attr-defined]
    station = window.context.attachment.site
    trends.show_tags((station.tag_by_id["PR02.level"],))
    assert window.preferences.pens == ["PR01.level", "PR02.level"]
    dock = window.page(SYNOPTIC).dock  # type: ignore[attr-defined]
    dock.suit(600)
    assert dock.is_open, "there is little room, and the operator wants it all the same"
    dock.fold.click()
    assert window.preferences.dock_open == "no"


def test_that_tab_leads_from_the_synoptic_to_the_commands_and_back(
    window: MainWindow, station: TownStation, qtbot: QtBot
) -> None:
    window.navigate(station.site.equipment_by_id["PR01"])
    window.activateWindow()
    view = window.page(SYNOPTIC).view  # type: ignore[attr-defined]
    view.setFocus()
    visited: list[QWidget | None] = []
    for _ in range(40):
        qtbot.keyClick(QApplication.focusWidget() or window, Qt.Key.Key_Tab)
        visited.append(QApplication.focusWidget())
    assert any(widget is not None and window.beside.isAncestorOf(widget) for widget in visited)
    assert view in visited, "and round again"
    view.setFocus()
    qtbot.keyClick(view, Qt.Key.Key_Backtab)
    assert not view.hasFocus()
