"""What a closed window keeps: nothing. A QObject without a parent holds what is connected to it, out of the collector's
sight; the tests of a few hundred windows in one process would need gigabytes."""

from __future__ import annotations

import asyncio
import gc
import time
import weakref

import pytest
from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QApplication

from supervisor.errors import Unavailable
from tests.ui.town import ANNE, TownStation
from ui.app import build
from ui.preferences import Preferences
from ui.tasks import Tasks


@pytest.mark.slow
def test_that_nothing_of_a_closed_window_stays(
    qapp: QApplication, loop: asyncio.AbstractEventLoop, station: TownStation
) -> None:
    station.refusal = Unavailable("nobody answers here")

    def live() -> list[weakref.ref[object]]:
        tasks = Tasks(loop)
        window = build(station, Preferences(), ANNE, station.clock, tasks)
        window.show()
        window.start()
        window.navigate(station.site.equipment_by_id["PR03.P1"])
        for page in window.rows:
            window.navigate(page)
            loop.run_until_complete(asyncio.sleep(0.02))
            window.refresh.tick()
        window.close()
        loop.run_until_complete(tasks.close())
        window.deleteLater()
        parts = (window.side, window.past, window.horn, window.seat, window.refresh, window.context.look)
        return [weakref.ref(part) for part in (window, *window.pages.values(), *parts)]

    parts = live()
    station.refusal = None  # it remembers who was told it
    qapp.sendPostedEvents(None, QEvent.Type.DeferredDelete)

    def left() -> list[str]:
        gc.collect()
        return [type(one).__name__ for part in parts if (one := part()) is not None]

    for _ in range(200):  # a thread may still be reading for a page that is gone
        if not left():
            return
        time.sleep(0.05)
    raise AssertionError(f"a QObject of the window that has no parent (`setParent`) keeps {left()}")
