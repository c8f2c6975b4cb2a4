"""The help on the states of an alarm, by its key."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from tests.ui.town import TROUBLE, TownStation
from ui.alarms.page import AlarmsPage
from ui.alarms.states_card import SCALE, Diagram
from ui.pages import ALARMS
from ui.shell.window import MainWindow


@pytest.mark.parametrize(("theme", "language"), [("light", "fr"), ("dark", "en")])
def test_that_e_shows_both_machines_in_the_language_of_the_window_and_again_hides_them(
    window: MainWindow, station: TownStation, qtbot: QtBot, language: str, theme: str
) -> None:
    station.publish({"PR02.level": TROUBLE["PR02.level"]})
    station.wind(0.3)
    window.resize(1920, 1080)
    window.navigate(ALARMS)
    window.refresh.tick()
    page = window.pages[ALARMS]
    assert isinstance(page, AlarmsPage)
    qtbot.waitUntil(lambda: page.width() > 1200)
    look = window.context.look
    look.use(theme=theme, language=language)
    qtbot.keyClick(page.table, Qt.Key.Key_E)  # type: ignore[no-untyped-call]
    card = page.states
    assert card.isVisible()
    sheets = card.findChildren(Diagram)
    assert len(sheets) == 3
    for sheet in sheets:
        assert sheet._sheet.isValid()
        assert sheet.width() == round(sheet._sheet.defaultSize().width() * SCALE * look.scale)
    assert card.geometry().right() <= page.width()
    assert card.geometry().bottom() <= page.height()
    if where := os.environ.get("VIGIE_LOOK"):
        window.grab().save(str(Path(where) / f"states-{theme}-{language}.png"))
    qtbot.keyClick(page.table, Qt.Key.Key_E)  # type: ignore[no-untyped-call]
    assert not card.isVisible()
