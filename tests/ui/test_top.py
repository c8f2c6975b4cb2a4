"""The tabs of the top bar, and what is behind "More"."""

from __future__ import annotations

from PySide6.QtWidgets import QApplication

from ui.pages import JOURNAL, LINKS
from ui.shell.window import MainWindow


def test_that_what_is_looked_at_once_a_day_is_behind_more_which_is_marked_while_it_is_shown(window: MainWindow) -> None:
    window.resize(1920, 1000)
    more = window.top.more
    assert LINKS not in window.top.tabs
    assert more.text() == "Plus"
    offered = [action.text().split("\t")[0] for action in more.choices().actions()]
    assert {"Liaisons", "Astreinte"} <= set(offered)
    assert offered[0] == "Liaisons"
    next(action for action in more.choices().actions() if action.text().startswith("Liaisons")).trigger()
    assert window.stack.currentWidget() is window.pages[LINKS]
    assert (more.text(), more.isChecked()) == ("Plus", True)
    assert not any(tab.isChecked() for tab in window.top.tabs.values())
    window.navigate(JOURNAL)
    assert (more.text(), more.isChecked()) == ("Plus", False)
    assert window.top.tabs[JOURNAL].isChecked()


def test_that_a_small_screen_puts_tabs_behind_more_and_cuts_neither_a_word_nor_the_count_of_alarms(
    window: MainWindow,
) -> None:
    top = window.top
    everything = set(top.tabs)
    window.resize(1180, 768)
    window.context.look.use(scale=1.15)
    QApplication.sendPostedEvents()
    shown = {page for page, tab in top.tabs.items() if tab.isVisible()}
    assert shown < everything
    for part in (*(tab for tab in top.tabs.values() if tab.isVisible()), top.counts, top.more):
        assert part.width() >= part.minimumSizeHint().width()
    offered = {action.text().split("\t")[0] for action in top.more.choices().actions()}
    assert {top.tabs[page].text() for page in everything - shown} <= offered
    window.context.look.use(scale=1.0)
    window.resize(2400, 900)
    QApplication.sendPostedEvents()
    assert all(tab.isVisible() for tab in top.tabs.values())
