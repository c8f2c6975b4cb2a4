"""The station as it is put together: what its controllers send is calculated with, kept, and missed where it fails."""

from __future__ import annotations

import asyncio
from pathlib import Path

import drivers
from supervisor.accounts.accounts import CONSOLE
from supervisor.clock import SECOND, SystemClock
from supervisor.flow import Batch
from supervisor.holes import holes
from supervisor.model import BAD, Quality
from supervisor.site import load
from tests.journeys.conftest import small_city
from ui.assemble import Assembly
from ui.folder import DataFolder


def test_that_a_total_of_the_city_is_published_kept_and_bad_with_its_inputs(tmp_path: Path) -> None:
    site = load(small_city(tmp_path), drivers.TABLE)
    folder = DataFolder(tmp_path / "data")
    free = [tag.index for tag in site.tags if tag.spec.id == "free" and tag.equipment.type.id == "car_park"]
    total, good = site.tag_by_id["STAT.free"].index, site.tag_by_id["STAT.free_good"].index

    async def scenario() -> None:
        async with Assembly.of(site, folder) as assembly:
            columns, now = assembly.table.columns, SystemClock().now()
            assembly.station.absorb(Batch.of(free, 100.0, now))
            assert columns["value"][[total, good]].tolist() == [100.0 * len(free), 100.0]
            assembly.station.absorb(Batch.lost(free, Quality.NOT_CONNECTED, now + SECOND))
            assert columns["quality"][total] >= BAD
            assert columns["value"][good] == 0.0
            assembly.historian.flush()
            kept = assembly.history.samples("STAT.free", now - SECOND, now + 2 * SECOND)
            assert 100.0 * len(free) in kept.value.tolist()
            assert holes(folder.history, 0, now) == [], "a station that has just begun has missed nothing"

    asyncio.run(scenario())


def test_that_desk_and_lock_outs_ask_the_accounts_who_somebody_is_by_now(tmp_path: Path) -> None:
    site = load(small_city(tmp_path), drivers.TABLE)

    async def scenario() -> None:
        async with Assembly.of(site, DataFolder(tmp_path / "data")) as assembly:
            desk, somebody = assembly.desk, site.users[min(site.users)]
            assert desk.rights(somebody) == somebody
            await assembly.sessions.accounts.disable(CONSOLE, somebody.id)
            assert desk.rights(somebody) is None
            assert desk.lock_outs.persons(somebody.id) == []
            await assembly.sessions.accounts.disable(CONSOLE, somebody.id, False)
            assert desk.rights(somebody) == somebody
            assert desk.lock_outs.persons(somebody.id) == [somebody]

    asyncio.run(scenario())
