"""The tabs of the top bar, and what is behind "More"."""

from __future__ import annotations

from ui.pages import JOURNAL, LINKS
from ui.shell.window import MainWindow


def test_that_what_is_looked_at_once_a_day_is_behind_more_and_named_while_it_is_shown(window: MainWindow) -> None:
    more = window.top.more
    assert LINKS not in window.top.tabs
    assert more.text() == "Plus"
    offered = [action.text().split("\t")[0] for action in more.choices().actions()]
    assert offered[:2] == ["Liaisons", "Astreinte"]
    next(action for action in more.choices().actions() if action.text().startswith("Liaisons")).trigger()
    assert window.stack.currentWidget() is window.pages[LINKS]
    assert (more.text(), more.isChecked()) == ("Liaisons", True)
    assert not any(tab.isChecked() for tab in window.top.tabs.values())
    window.navigate(JOURNAL)
    assert (more.text(), more.isChecked()) == ("Plus", False)
    assert window.top.tabs[JOURNAL].isChecked()
