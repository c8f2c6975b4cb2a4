"""What of the schedules outlives the station: killed, on a full disk, and taken over from an earlier Vigie."""

from __future__ import annotations

import asyncio
import signal
import subprocess
import sys
from dataclasses import astuple, replace
from pathlib import Path

import pytest

from supervisor.clock import SECOND
from supervisor.database import plain, reading, sqlite3
from supervisor.errors import StoreError
from supervisor.journal import Entry, safe
from supervisor.schedule.store import Override
from tests.supervisor.schedule.plans import at, schedule
from tests.supervisor.schedule.street import Lamps, Room, room, running, site

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parents[3]
HELD = Override("C1", "ann", at("2026-01-15 21:00"), at("2026-01-16 04:00"), "time")


def leave(path: Path) -> None:
    """The file of an earlier Vigie."""
    old = sqlite3.connect(path)
    old.execute("CREATE TABLE overrides(equipment TEXT PRIMARY KEY, who, since, until, mode, command)")
    old.execute("CREATE TABLE seen(one INTEGER PRIMARY KEY, command)")
    old.execute("INSERT INTO overrides VALUES(?, ?, ?, ?, ?, ?)", astuple(HELD))
    old.execute("INSERT INTO seen VALUES(1, 0)")
    old.commit()
    old.close()


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


def test_that_many_in_hand_at_once_are_each_written_once(tmp_path: Path) -> None:
    """At sunrise a thousand overrides may end in one second: the journal's writer must not stand still for that."""

    async def scenario() -> None:
        async with room(tmp_path, "2026-01-15 22:00") as one:
            await one.settle()

            def written() -> int:
                return one.journal.submit(lambda database: plain(database).total_changes).result(5)

            before = written()
            some = [replace(HELD, equipment=f"X{number}") for number in range(300)]
            await asyncio.gather(*(safe(one.store.keep(each, Entry("schedule", "override"))) for each in some))
            assert written() - before < 300 * 5, "a row of the chain, its head, and the override"
            await one.until(lambda: not one.store._unwritten, "nothing is owed")

    asyncio.run(scenario())


def test_that_what_was_commanded_while_a_site_had_no_programme_is_nobodys_override(tmp_path: Path) -> None:
    async def scenario() -> None:
        place, lamps = site(), Lamps(site())
        async with room(tmp_path, "2026-01-15 21:00", lamps) as one:
            await one.settle()
        leave(tmp_path / "schedule.db")
        bare = Room(place, lamps, schedule(), tmp_path, at("2026-01-15 21:30"))
        async with running(bare):
            bare.speak()
            await bare.command("C1", "off")
            await bare.until(lambda: not (tmp_path / "schedule.db").exists(), "an old file is taken over all the same")
            await bare.until(lambda: bare.store.read().heard < 0, "what it heard is forgotten on disk")
        async with room(tmp_path, "2026-01-15 22:00", lamps) as one:
            await one.until(lambda: lamps.value["C1.on"] == 1, "it is the programme's again")
            assert one.told("override") == []

    asyncio.run(scenario())


def test_that_the_file_of_an_earlier_vigie_is_taken_over_once(tmp_path: Path) -> None:
    leave(tmp_path / "schedule.db")

    async def scenario() -> None:
        for _ in range(2):
            async with room(tmp_path, "2026-01-15 22:00") as one:
                await one.settle()
                assert one.scheduler.courses["C1"].override == HELD
                assert not (tmp_path / "schedule.db").exists()

    asyncio.run(scenario())
