"""The one timer."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray
from PySide6.QtWidgets import QStackedWidget

from tests.ui.town import TownStation
from ui.pages import Page
from ui.refresh import TICK_MS, Refresh
from ui.shell.window import MainWindow


class Counting(Page):
    """A page that notes how it is called."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window.context)
        self.moved: list[int] = []
        self.alarms = 0
        self.seconds = 0
        self.fails = False

    def refresh(self, moved: NDArray[np.intp]) -> None:
        self.moved.append(len(moved))
        if self.fails:
            raise ValueError("a page of ours")

    def refresh_alarms(self) -> None:
        self.alarms += 1

    def slow(self) -> None:
        self.seconds += 1


@pytest.fixture
def pages(window: MainWindow) -> tuple[Counting, Counting]:
    """One that is seen and one that is not."""
    seen, hidden = Counting(window), Counting(window)
    for page in (seen, hidden):
        window.stack.addWidget(page)
        window.refresh.watch(page)
    window.stack.setCurrentWidget(seen)
    return seen, hidden


def test_that_only_the_visible_page_is_refreshed(
    window: MainWindow, station: TownStation, pages: tuple[Counting, Counting]
) -> None:
    seen, hidden = pages
    window.refresh.tick()
    station.publish({"PR01.level": 3.3})
    window.refresh.tick()
    assert seen.moved[-1] == 1
    assert hidden.moved == []
    assert hidden.alarms == hidden.seconds == 0


def test_that_a_page_that_was_hidden_gets_everything_once(
    window: MainWindow, station: TownStation, pages: tuple[Counting, Counting]
) -> None:
    _, hidden = pages
    window.refresh.tick()
    window.stack.setCurrentWidget(hidden)
    window.refresh.tick()
    window.refresh.tick()
    assert hidden.moved == [len(station.site.tags)]
    assert hidden.alarms == 1


def test_that_nothing_moves_nothing(window: MainWindow, pages: tuple[Counting, Counting]) -> None:
    window.refresh.tick()
    calls = len(pages[0].moved)
    window.refresh.tick()
    assert len(pages[0].moved) == calls


@pytest.mark.logs("Counting.refresh failed")
def test_that_a_failing_page_is_said_and_the_alarms_still_come(
    window: MainWindow, station: TownStation, pages: tuple[Counting, Counting]
) -> None:
    pages[0].fails = True
    station.publish({"PR03.P1.temperature": 120.0})
    station.wind(0.3)
    window.refresh.tick()
    assert window.notices.bug.isVisible()
    assert "a page of ours" in window.notices.bug.why.text()
    assert len(window.banner.first()) == 1


def test_that_the_rate_is_halved_over_the_budget_and_comes_back(
    window: MainWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    refresh: Refresh = window.refresh
    spend: Callable[[float], None] = refresh._spend
    for _ in range(40):
        spend(30.0)
    assert refresh.interval_ms == 2 * TICK_MS
    for _ in range(40):
        spend(2.0)
    assert refresh.interval_ms == TICK_MS


def test_that_alarms_come_at_most_four_times_a_second(
    window: MainWindow, station: TownStation, pages: tuple[Counting, Counting]
) -> None:
    window.refresh.tick()
    before = pages[0].alarms
    for turn in range(10):
        station.publish({"PR05.level": 5.0 if turn % 2 else 1.0})
        station.wind(0.1)
        window.refresh.tick()
    assert pages[0].alarms - before in (3, 4)


def test_that_a_station_that_came_back_is_followed(
    window: MainWindow, station: TownStation, pages: tuple[Counting, Counting]
) -> None:
    from supervisor.table import TagTable

    window.refresh.tick()
    fresh = TagTable(station.site.tags)
    fresh.columns.beat = station.clock.now()
    station.table = fresh.columns
    window.refresh.tick()
    assert (window.context.live.quality >= 0x80).all()


def test_that_a_stack_shows_one_page(window: MainWindow) -> None:
    assert isinstance(window.stack, QStackedWidget)
    assert sum(page.isVisible() for page in window.pages.values()) == 1
