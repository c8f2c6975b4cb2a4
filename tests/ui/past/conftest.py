"""A town that has lived two hours under a hand-wound clock, recorded as it went: a pump fell out for half an hour.

-120 min  nothing is wrong
 -60      PR03.P1 is in fault, its motor at 118.4 °C: the alarm is raised
 -58      A. Laurent acknowledges it
 -30      the pump runs again
 -20      PR01.level was 3.3 at -90: that comes only now, late
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np
import pytest

from supervisor.clock import SECOND, HandClock
from supervisor.flow import Batch
from supervisor.historian.writer import Historian
from supervisor.holes import Holes
from supervisor.model import Quality
from tests.ui.town import ANNE, NAN, NOW, Town, TownStation, ordinary

MINUTE = 60 * SECOND
STATE, HEAT, LEVEL = "PR03.P1.state", "PR03.P1.temperature", "PR01.level"
THERMAL = "PR03.P1.thermal"
FAULT = 2.0


class Lived(TownStation):
    """A station that records what it publishes."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        clock = HandClock(NOW - 120 * MINUTE)
        super().__init__(Town().site(), folder, clock)
        self.historian = Historian(folder / "history", self.site.tags, self.texts, clock)

    def publish(self, values: Mapping[str, float], quality: int = Quality.GOOD) -> None:
        index = [self.site.tag_by_id[id_].index for id_ in values]
        value = [NAN if quality >= Quality.BAD else v for v in values.values()]
        change = self.tags.apply(Batch.of(index, value, self.clock.now(), quality), self.clock.now())
        self.engine.absorb(change)
        self.engine.tick()
        self.historian.absorb(change)
        self.historian.flush()
        self.beat()

    def late(self, tag: str, value: float, time: int) -> None:
        """A sample of the past that arrives now."""
        index = np.array([self.site.tag_by_id[tag].index], np.int32)
        now = np.array([self.clock.now()])
        self.historian.put(index, np.array([time]), np.array([value]), np.zeros(1, np.uint8), now)
        self.historian.flush()

    def answer(self, alarm: str) -> None:
        """Anne acknowledges it."""
        thread = threading.Thread(target=lambda: asyncio.run(self.engine.acknowledge([alarm], ANNE.id)))
        thread.start()  # the window's loop may be the one of this thread already
        thread.join()

    def off(self, since: int, until: int) -> None:
        """It did not run, as the ledger of its next start says."""
        Holes(self.folder / "history", self.site, until, since).close()

    def close(self) -> None:
        self.historian.close()
        super().close()


def live(station: Lived) -> None:
    station.publish(ordinary(station.site) | {LEVEL: 2.0, "VIGIE.disk_room": 500.0})
    station.wind(60 * 60)
    station.publish({STATE: FAULT, HEAT: 118.4})
    station.wind(2 * 60)
    station.answer(THERMAL)
    station.wind(28 * 60)
    station.publish({STATE: 1.0, HEAT: 60.0})
    station.wind(10 * 60)
    station.late(LEVEL, 3.3, NOW - 90 * MINUTE)
    station.wind(20 * 60)
    station.beat()


@pytest.fixture
def station(tmp_path: Path) -> Iterator[Lived]:
    made = Lived(tmp_path)
    live(made)
    yield made
    made.close()
