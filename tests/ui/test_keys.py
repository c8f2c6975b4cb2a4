"""The keys of the window on every page: what the hand knows must not hang on where the focus happens to be."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from ui.pages import ALARMS, JOURNAL, LINKS, MAP, OVERVIEW, SYNOPTIC, TRENDS
from ui.shell.places import PAGES, key
from ui.shell.window import MainWindow


def press(window: MainWindow, stroke: int, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    """Where the focus is, as a keyboard does."""
    QTest.keyClick(QApplication.focusWidget() or window, Qt.Key(stroke), modifier)


def test_that_no_page_is_reached_by_the_mouse_alone() -> None:
    keys = [key(number) for number in range(len(PAGES))]
    assert all(keys)
    assert len(set(keys)) == len(PAGES)


@pytest.mark.parametrize("page", [OVERVIEW, SYNOPTIC, MAP, TRENDS, ALARMS, JOURNAL, LINKS])
def test_that_the_keys_of_the_window_work_on_every_page(window: MainWindow, page: str) -> None:
    window.activateWindow()
    window.navigate(page)
    shown = window.pages[page]
    press(window, Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
    assert QApplication.focusWidget() is window.top.search
    press(window, Qt.Key.Key_Escape)
    focused = QApplication.focusWidget()
    assert focused is None or focused is shown or shown.isAncestorOf(focused)  # an empty page has nothing to hold it
    press(window, Qt.Key.Key_1, Qt.KeyboardModifier.AltModifier)
    assert window.place.page == window.pins.pinned[0]
    press(window, Qt.Key.Key_Left, Qt.KeyboardModifier.AltModifier)
    assert window.place.page == page
    pages = list(window.rows)
    for other in (ALARMS, MAP):
        number = pages.index(other)
        press(window, int(Qt.Key.Key_F1) + int(key(number)[1:]) - 1)
        assert window.place.page == other
