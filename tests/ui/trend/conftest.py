"""A town with two hours of history: a level that climbs a step a minute, and ten minutes in which nobody knows it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from supervisor.clock import SECOND, HandClock
from supervisor.historian.writer import Historian
from supervisor.model import Quality
from tests.ui.town import NOW, Town, TownStation, ordinary
from ui.pages import TRENDS, Place
from ui.shell.window import MainWindow
from ui.trend.page import TrendPage

LEVEL, RAIN, STATE = "PR01.level", "PR01.rain", "PR01.P1.state"
START = NOW - 7200 * SECOND


@pytest.fixture
def station(tmp_path: Path) -> Iterator[TownStation]:
    made = TownStation(Town().site(), tmp_path, HandClock(NOW))
    record(made, tmp_path / "history")
    made.publish(ordinary(made.site))
    yield made
    made.close()


def record(station: TownStation, folder: Path) -> None:
    """A sample a minute from two hours ago until now."""
    historian = Historian(folder, station.site.tags, station.texts, station.clock)
    minute = np.arange(1, 121)
    times = START + minute * 60 * SECOND
    known = np.where((minute > 60) & (minute <= 70), Quality.NOT_CONNECTED, Quality.GOOD).astype(np.uint8)
    for tag, values in ((LEVEL, 1.0 + minute / 100), (RAIN, np.full(120, 2.0)), (STATE, (minute % 40 < 20) * 1.0)):
        index = np.full(120, station.site.tag_by_id[tag].index, np.int32)
        historian.put(index, times, np.where(known >= Quality.BAD, np.nan, values), known)
    historian.close()


@pytest.fixture
def page(window: MainWindow, settle: Callable[[Callable[[], bool]], None]) -> Iterator[TrendPage]:
    """The page of trends with the level drawn, its history read."""
    level = window.context.attachment.site.tag_by_id[LEVEL]
    window.showNormal()
    window.resize(1920, 1080)
    window.navigate(Place(TRENDS, tags=(level,)))
    found = window.pages[TRENDS]
    assert isinstance(found, TrendPage)
    window.refresh.tick()
    settle(lambda: len(found.view.pens[0].curve.past.segments.start) > 0)
    yield found
    settle(lambda: not found.view.reading)


@pytest.fixture
def settle(loop: asyncio.AbstractEventLoop) -> Callable[[Callable[[], bool]], None]:
    """Let the window's loop run until something holds; fails after five seconds."""

    def settle(done: Callable[[], bool]) -> None:
        async def wait() -> None:
            for _ in range(500):
                if done():
                    return
                await asyncio.sleep(0.01)
            raise AssertionError("it never came")

        loop.run_until_complete(wait())

    return settle
