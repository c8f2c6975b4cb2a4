"""What of the schedules outlives the station: killed, on a full disk, and taken over from an earlier Vigie."""

from __future__ import annotations

import asyncio
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from supervisor.clock import SECOND
from supervisor.database import reading, sqlite3
from supervisor.errors import StoreError
from supervisor.journal import safe
from supervisor.schedule.store import Override
from tests.supervisor.schedule.plans import at
from tests.supervisor.schedule.street import Lamps, room, site

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parents[3]
HELD = Override("C1", "ann", at("2026-01-15 21:00"), at("2026-01-16 04:00"), "time")


@pytest.mark.parametrize(("act", "stands"), [("resume", False), ("hold", True)])
def test_that_a_killed_station_comes_back_with_what_it_answered_last(tmp_path: Path, act: str, stands: bool) -> None:
    """A command of a person was open when somebody resumed the programme: its outcome, known after the restart, must
    not take the equipment in hand again; nor may it replace what was held since."""
    words = [sys.executable, "-m", "tests.supervisor.schedule.victim", str(tmp_path), act]
    killed = subprocess.run(words, cwd=ROOT, capture_output=True, timeout=60, check=False)
    assert killed.returncode == -signal.SIGKILL, killed.stderr

    async def scenario() -> None:
        lamps = Lamps(site())
        lamps.value |= {"C1.on": 1.0, "C1.order": 1.0, "C1.dimming": 100.0}
        async with room(tmp_path, "2026-01-15 22:10", lamps) as one:
            assert one.reader.commands(1, "C1")[0].outcome == "unknown"
            heard = one.reader.commands(1)[0].id
            await one.until(lambda: one.scheduler._seen >= heard and not one.scheduler._open, "it has heard all")
            await one.wind(3)
            override = one.scheduler.courses["C1"].override
            assert (override.until if override else 0) == (at("2026-01-16 04:00") if stands else 0)
            kinds = [row.kind for row in one.reader.search("C1", category="schedule")]
            assert kinds == (["override"] if stands else ["resume"]), "and the journal tells the same"

    asyncio.run(scenario())


def test_that_an_end_by_itself_is_remembered_too(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with room(tmp_path, "2026-01-15 22:00") as one:
            await one.settle()
            one.scheduler.override("C1", replace(HELD, until=at("2026-01-15 22:02")))
            await one.wind(130, 20)
            await one.until(lambda: one.told("resume"), "it ends")
        async with room(tmp_path, "2026-01-15 22:10") as one:
            await one.settle()
            assert abs(one.scheduler.courses["C1"].fresh - at("2026-01-15 22:02")) < 30 * SECOND

    asyncio.run(scenario())


@pytest.mark.logs("could not be written before are written")
def test_that_what_a_full_disk_refused_is_written_with_the_next_change(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with room(tmp_path, "2026-01-15 22:00") as one:
            await one.settle()
            size = "max_page_count"
            one.journal.submit(lambda database: database.pragma(size, 1)).result(5)
            big = Override("C1", "ann" * 9000, HELD.since, HELD.until, HELD.mode)
            with pytest.raises(StoreError):
                await safe(one.scheduler.override("C1", big))
            with pytest.raises(StoreError):
                await safe(one.scheduler.resume("C2", "ben" * 9000))
            one.journal.submit(lambda database: database.pragma(size, 100_000)).result(5)
            one.journal.pay()
            await one.until(lambda: one.journal.owed == 0, "the journal has its rows")
            await safe(one.store.hear(one.scheduler._seen))
            with reading(one.journal.path) as connection:
                assert [row[0] for row in connection.execute("SELECT equipment FROM overrides")] == ["C1"]
                assert [row[0] for row in connection.execute("SELECT equipment FROM resumed")] == ["C2"]

    asyncio.run(scenario())


def test_that_the_file_of_an_earlier_vigie_is_taken_over_once(tmp_path: Path) -> None:
    old = sqlite3.connect(tmp_path / "schedule.db")
    old.execute("CREATE TABLE overrides(equipment TEXT PRIMARY KEY, who, since, until, mode, command)")
    old.execute("CREATE TABLE seen(one INTEGER PRIMARY KEY, command)")
    row = (HELD.equipment, HELD.who, HELD.since, HELD.until, HELD.mode, "dim")
    old.execute("INSERT INTO overrides VALUES(?, ?, ?, ?, ?, ?)", row)
    old.execute("INSERT INTO seen VALUES(1, 0)")
    old.commit()
    old.close()

    async def scenario() -> None:
        for _ in range(2):
            async with room(tmp_path, "2026-01-15 22:00") as one:
                await one.settle()
                assert one.scheduler.courses["C1"].override == Override(*row)
                assert not (tmp_path / "schedule.db").exists()

    asyncio.run(scenario())
