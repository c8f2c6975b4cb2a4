"""The slider and what stands beside it, with real clicks and keys."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from supervisor.clock import SECOND
from tests.ui.past.conftest import LEVEL, MINUTE
from tests.ui.past.test_window import go, settled, value  # noqa: F401
from tests.ui.town import NOW
from ui.past import words
from ui.past.rail import EDGE
from ui.widgets import Button


@pytest.fixture
def past(window, go):  # noqa: F811
    go(NOW - 30 * MINUTE)
    return window.past


def test_that_a_click_on_the_slider_goes_there(past, until, window):
    rail = past.transport.rail
    rail.show_range(7200)
    x = EDGE + (rail.width() - 2 * EDGE) // 4
    QTest.mouseClick(rail, Qt.MouseButton.LeftButton, pos=QPoint(x, 12))
    until(lambda: settled(window))
    wanted = rail.start + (x - EDGE) / (rail.width() - 2 * EDGE) * rail.span
    assert abs(past.machine.shown / SECOND - wanted) < 1


def test_that_keys_step_and_never_beyond_the_present(past, until, window):
    for key, seconds in ((Qt.Key.Key_Left, -60), (Qt.Key.Key_Right, 60), (Qt.Key.Key_PageDown, -3600)):
        before = past.machine.wished
        QTest.keyClick(past.transport.rail, key)
        assert past.machine.wished == before + seconds * SECOND
    for _ in range(3):
        QTest.keyClick(past.transport.rail, Qt.Key.Key_PageUp)
    assert past.machine.wished == past.machine.now()
    until(lambda: settled(window))


def test_that_a_date_is_typed_and_a_wrong_one_is_told(past, until, window):
    field = past.transport.field
    QTest.keyClicks(field, "22/11 13:00")
    QTest.keyClick(field, Qt.Key.Key_Return)
    until(lambda: settled(window))
    assert window.context.look.clock(past.machine.shown) == "13:00:00"
    assert field.text() == ""
    QTest.keyClicks(field, "le beau jour")
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert window.status.message == words.NOT_A_TIME.fr.format("le beau jour")
    assert field.text() == "le beau jour"


def test_that_what_was_and_what_was_known_are_a_click_apart(past, until, window):
    past.machine.go(NOW - 80 * MINUTE)
    until(lambda: settled(window))
    so, known = past.transport._sources
    assert value(window, LEVEL) == 3.3
    QTest.mouseClick(known, Qt.MouseButton.LeftButton)
    until(lambda: settled(window))
    assert value(window, LEVEL) == 2.0
    QTest.mouseClick(so, Qt.MouseButton.LeftButton)
    until(lambda: settled(window))
    assert value(window, LEVEL) == 3.3


def test_that_the_wheel_zooms_about_where_the_mouse_is(past):
    rail = past.transport.rail
    rail.show_range(86_400)
    place = QPointF(rail.width() / 3, 12)
    fixed, span = rail._instant(place.x()), rail.span
    event = QWheelEvent(
        place, place, QPoint(), QPoint(0, 120), Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(rail, event)
    assert rail.span < span
    assert abs(rail._instant(place.x()) - fixed) < rail.span / 100


def test_that_the_slider_shows_when_alarms_were_raised(past, until):
    past.transport.rail.show_range(7200)
    until(lambda: bool(past.transport.rail.raises) and not past.busy)
    assert past.transport.rail.raises == [(NOW - 60 * MINUTE) / SECOND]


def test_that_the_present_goes_on_at_the_right_end(past, station):
    rail = past.transport.rail
    rail.show_range(7200)
    end = rail.end
    station.wind(30)
    past.transport.tell()
    assert rail.end == end + 30
    assert rail.span == 7200


def test_that_a_tip_names_the_keys_of_the_language(past, window):
    tips = {}
    for language in ("fr", "en"):
        window.context.look.use(language=language)
        tips[language] = {button.toolTip() for button in (*past.transport.findChildren(Button), past.strip.leave)}
    assert {"Reculer de 10 min  (Ctrl+Maj+←)", "Revenir au présent  (Échap)"} <= tips["fr"]
    assert {"Back by 10 min  (Ctrl+Shift+←)", "Back to the present  (Esc)"} <= tips["en"]
