"""The page of programmes over the demo city in process, and what a station answers it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from supervisor.clock import SECOND, HandClock
from supervisor.errors import Unavailable
from tests.ui.bench import Bench
from tests.ui.town import NOW
from ui.pages import Place
from ui.schedule.page import SchedulePage

HOUR = 3600 * SECOND
Until = Callable[[Callable[[], bool]], None]
STATE = {
    "overrides": [
        {
            "equipment": "AP-009.C1", "who": "m.cesbron", "since": NOW, "until": NOW + 14 * HOUR, "mode": "night",
            "command": "on",
        }
    ],
    "troubles": [{"equipment": "AP-042.C3", "outcome": "refused", "fr": "Départ disjoncté.", "en": "Tripped."}],
    "waiting": 3, "lost": 0, "count": 80,
}  # fmt: skip
COURSE = {
    "scheduled": True,
    "targets": [
        {"programme": "centre", "command": "on", "tag": "order", "value": 1.0},
        {"programme": "centre", "command": "dim", "tag": "dimming", "value": 100.0},
    ],
    "next": {
        "at": NOW + 9 * HOUR,
        "targets": [{"programme": "centre", "command": "dim", "tag": "dimming", "value": 50.0}],
    },
    "override": None, "trouble": None, "sunrise": NOW + 18 * HOUR, "lost": False,
}  # fmt: skip


class Silent(dict[str, dict[str, object]]):
    """What a dead station answers."""

    def __contains__(self, act: object) -> bool:
        raise Unavailable("no station answers")


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    one = Bench(tmp_path, HandClock(NOW))
    one.schedule["schedule"] = STATE
    one.calm()
    yield one
    one.close()


@pytest.fixture
def page(bench: Bench, qapp: QApplication, loop: asyncio.AbstractEventLoop, until: Until) -> Iterator[SchedulePage]:
    made = SchedulePage(bench.context(loop.create_task))
    made.resize(1600, 900)
    made.show()
    made.arrive(Place("schedules"))
    until(lambda: made.picture.year is not None and bool(made.events.lines))
    yield made
    made.close()
    made.deleteLater()
