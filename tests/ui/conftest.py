"""A window over a town, in process: real columns, real alarm engine, real journal; a clock wound by hand."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Coroutine, Iterator
from pathlib import Path
from typing import Any

import pytest

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import qasync
from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QApplication

from supervisor.clock import HandClock
from tests.ui.town import ANNE, NOW, Town, TownStation, ordinary
from ui.app import build, prepare
from ui.preferences import Preferences
from ui.shell.window import MainWindow
from ui.tasks import Tasks

Scenario = Callable[[Coroutine[Any, Any, None]], None]


@pytest.fixture(scope="session")
def qapp() -> QApplication:
    return prepare()


@pytest.fixture
def loop(qapp: QApplication) -> Iterator[asyncio.AbstractEventLoop]:
    """The window's loop; what a test left running in it is cancelled."""
    loop = qasync.QEventLoop(qapp, already_running=False)
    asyncio.set_event_loop(loop)
    yield loop
    for task in asyncio.all_tasks(loop):
        task.cancel()
    loop.run_until_complete(asyncio.sleep(0))
    loop.run_until_complete(loop.shutdown_asyncgens())
    loop.close()
    asyncio.set_event_loop(None)


@pytest.fixture
def station(tmp_path: Path) -> Iterator[TownStation]:
    """A station where nothing is wrong."""
    made = TownStation(Town().site(), tmp_path, HandClock(NOW))
    made.publish(ordinary(made.site))
    yield made
    made.close()


@pytest.fixture
def make_window(
    qapp: QApplication, loop: asyncio.AbstractEventLoop, station: TownStation
) -> Iterator[Callable[..., MainWindow]]:
    """Makes windows that are ticked by hand; arguments are those of `Preferences`."""
    made: list[MainWindow] = []

    def make(**chosen: Any) -> MainWindow:
        window = build(station, Preferences(**chosen), ANNE, station.clock, Tasks(loop))
        window.resize(1920, 1080)
        window.show()
        window.start()
        window.refresh.stop()
        made.append(window)
        return window

    yield make
    for window in made:
        window.close()
        window.deleteLater()
    qapp.sendPostedEvents(None, QEvent.Type.DeferredDelete)


@pytest.fixture
def window(make_window: Callable[..., MainWindow]) -> MainWindow:
    return make_window()
