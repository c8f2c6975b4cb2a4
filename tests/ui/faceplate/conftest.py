"""A faceplate over the demo city, with the window's loop."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QApplication

from supervisor.clock import HandClock
from tests.ui.bench import Bench
from tests.ui.town import NOW
from ui.faceplate.panel import Faceplate
from ui.tasks import Tasks


@pytest.fixture
def loop(qapp: QApplication) -> Iterator[asyncio.AbstractEventLoop]:
    """A plain loop: the window's own turns Qt's events once more when it is left, and steps tasks outside itself."""
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    yield loop
    loop.run_until_complete(loop.shutdown_default_executor())
    loop.close()
    asyncio.set_event_loop(None)


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    made = Bench(tmp_path, HandClock(NOW))
    made.calm()
    yield made
    made.close()


@pytest.fixture
def plate(qapp: QApplication, loop: asyncio.AbstractEventLoop, bench: Bench) -> Iterator[Faceplate]:
    """Built inside the running loop, as the window does."""
    tasks = Tasks(loop)

    async def make() -> Faceplate:
        made = Faceplate(bench.context(tasks.spawn))
        made.resize(336, 900)
        made.show()
        return made

    made = loop.run_until_complete(make())
    yield made
    made.close()
    loop.run_until_complete(tasks.close())
    made.deleteLater()
    qapp.sendPostedEvents(None, QEvent.Type.DeferredDelete)


@pytest.fixture
def until(qapp: QApplication, loop: asyncio.AbstractEventLoop, bench: Bench) -> Callable[[Callable[[], bool]], None]:
    """Let the loop run, and the station's clock with it, until something holds; fails after five seconds."""

    async def wait(holds: Callable[[], bool]) -> None:
        async with asyncio.timeout(5):
            while not holds():
                await bench.clock.wind(0.05)
                await asyncio.sleep(0.01)
        qapp.processEvents()  # what was added to a layout shows at the next turn of Qt's events

    def run(holds: Callable[[], bool]) -> None:
        loop.run_until_complete(wait(holds))

    return run
