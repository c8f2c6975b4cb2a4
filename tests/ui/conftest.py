"""A window over a town, in process: real columns, real alarm engine, real journal; a clock wound by hand."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import qasync
from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QApplication

from supervisor.clock import HandClock
from tests import patience
from tests.ui.town import ANNE, NOW, Town, TownStation, ordinary
from ui.app import build, prepare
from ui.preferences import Preferences
from ui.shell.window import MainWindow
from ui.tasks import Tasks


@pytest.fixture(scope="session")
def qapp() -> QApplication:
    return prepare()


class _Loop(qasync.QEventLoop):
    """As in the program, where it never ends: Qt's own turns, such as those of a key press, let tasks go on too, and
    they must find the loop they run in."""

    def run_forever(self) -> Any:
        try:
            return super().run_forever()
        finally:
            asyncio._set_running_loop(self)


@pytest.fixture
def loop(qapp: QApplication) -> Iterator[asyncio.AbstractEventLoop]:
    """The window's loop. What a test started in it may end by itself; what does not is cancelled."""
    loop = _Loop(qapp, already_running=False)
    asyncio.set_event_loop(loop)
    asyncio._set_running_loop(loop)
    yield loop
    loop.run_until_complete(_ended(loop))
    loop.run_until_complete(loop.shutdown_asyncgens())
    loop.close()
    asyncio._set_running_loop(None)
    asyncio.set_event_loop(None)


async def _ended(loop: asyncio.AbstractEventLoop) -> None:
    pending = asyncio.all_tasks(loop) - {asyncio.current_task(loop)}
    if pending:
        _, late = await asyncio.wait(pending, timeout=2)
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)


@pytest.fixture
def turn(loop: asyncio.AbstractEventLoop) -> Callable[[], None]:
    """Let the window's loop run for a moment: tasks go on, layouts settle."""

    def run() -> None:
        loop.run_until_complete(asyncio.sleep(0.05))

    return run


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
    loop.run_until_complete(_ended(loop))  # a task must not come back to a window that is gone
    for window in made:
        window.close()
        window.deleteLater()
    qapp.sendPostedEvents(None, QEvent.Type.DeferredDelete)


@pytest.fixture
def window(make_window: Callable[..., MainWindow]) -> MainWindow:
    return make_window()


@pytest.fixture
def until(loop: asyncio.AbstractEventLoop) -> Callable[[Callable[[], object]], None]:
    """Run the window's loop until something holds; a child of a busy machine takes its time."""

    def wait(holds: Callable[[], object]) -> None:
        loop.run_until_complete(patience.until(holds, 60))

    return wait
