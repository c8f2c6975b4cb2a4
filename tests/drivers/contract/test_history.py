"""A wire that is damaged, as history tells of it: one hole with its cause, and values on both sides."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from supervisor import health
from supervisor.clock import SECOND, SystemClock
from supervisor.historian.history import History
from supervisor.historian.writer import Historian
from supervisor.link import Link
from supervisor.model import Equipment, Quality, Site, Tag
from supervisor.station import Station
from supervisor.table import TagTable
from tests.drivers.contract import chaos
from tests.drivers.contract.kits import HERE, KITS
from tests.drivers.contract.plant import Line, Plant
from tests.patience import until

CAUSES = {
    "silence": (chaos.swallowed, Quality.TIMEOUT),
    "resets": (chaos.reset, Quality.NOT_CONNECTED),
}


def with_health(site: Site) -> Site:
    """The site and what a station tells of itself and its links, as the loader adds it."""
    owners = [
        Equipment(1, "L", HERE, health.LINK_TYPE, "", "network"),
        Equipment(2, health.STATION_ID, HERE, health.STATION_TYPE, "", "network"),
    ]
    tags = list(site.tags)
    for owner in owners:
        for spec in owner.type.tags.values():
            tags.append(Tag(len(tags), owner, spec, "", None))
    return replace(site, equipment=(*site.equipment, *owners), tags=tuple(tags))


class Recorded(Line):
    """A line whose link belongs to a station that records."""

    def __init__(self, plant: Plant, folder: Path) -> None:
        super().__init__(plant)
        clock = SystemClock()
        site = with_health(plant.site)
        self.table = TagTable(site.tags)
        self.historian = Historian(folder, site.tags, self.table.texts, clock)
        self.station = Station(site, self.table, clock, [self.historian.absorb])
        self.link = Link(self.spec, plant.site.tags, self.driver, self.traffic, self.station.absorb, clock)

    @property
    def all_good(self) -> bool:
        """Of what the controller says; the station's own tags are not asked."""
        return bool((self.table.columns["quality"][: len(self.plant.site.tags)] == Quality.GOOD).all())

    @asynccontextmanager
    async def recording(self) -> AsyncIterator[None]:
        await self.chaos.open()
        try:
            await asyncio.to_thread(self.historian.start)
            self.station.start({"L": self.link})
            yield
        finally:
            await self.station.stop()
            await asyncio.to_thread(self.historian.close)
            await self.chaos.close()


async def _moving(line: Recorded) -> None:
    """A level that never stands still."""
    value = 50.0
    while True:
        value = round(50.0 + (value - 49.9) % 40.0, 1)
        line.plant.set("level", value)
        await asyncio.sleep(0.1)


@pytest.mark.slow
@pytest.mark.parametrize(("name", "cause"), [("modbus rtu", "silence"), ("opcua", "resets"), ("mqtt", "silence")])
def test_that_a_damaged_wire_is_one_hole_in_history_with_its_cause(name: str, cause: str, tmp_path: Path) -> None:
    way, quality = CAUSES[cause]

    async def scenario() -> tuple[int, int]:
        async with Plant(KITS[name]).running() as plant:
            line = Recorded(plant, tmp_path / "history")
            async with line.recording():
                await until(lambda: line.all_good, 30)
                began = time.time_ns()
                moving = asyncio.create_task(_moving(line))
                await asyncio.sleep(0.5)
                line.chaos.disturb(way, way)
                await until(lambda: not line.link.connected, 15, "the link is lost")
                await asyncio.sleep(1.5)
                line.chaos.calm()
                await until(lambda: line.link.connected and line.all_good, 30, "every value is back")
                await asyncio.sleep(0.5)
                moving.cancel()
                await asyncio.wait([moving])
                return began - SECOND, time.time_ns()

    span = asyncio.run(scenario())
    history = History(tmp_path / "history")
    samples = history.samples("T.level", *span)
    history.close()
    bad = samples.quality >= Quality.BAD
    edges = np.flatnonzero(np.diff(bad.astype(np.int8)))
    assert len(edges) == 2, f"one hole: {samples.quality.tolist()}"
    assert not bad[0]
    assert not bad[-1]
    assert quality in samples.quality[bad]
    assert set(samples.quality[bad].tolist()) <= {quality, Quality.NOT_CONNECTED, Quality.TIMEOUT}
    assert np.isnan(samples.value[bad]).all()
    assert (np.diff(samples.time) >= 0).all()
