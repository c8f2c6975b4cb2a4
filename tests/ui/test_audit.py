"""When auditing fails: commands are refused, alarms go on, everybody is told, and nothing that happened is lost."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

import drivers
from supervisor.clock import SystemClock
from supervisor.desk.order import Command
from supervisor.errors import Refused
from supervisor.flow import Batch
from supervisor.journal import JournalReader
from supervisor.model import Condition, Role, User
from supervisor.site import load
from tests import patience
from tests.journeys.conftest import small_city
from ui.assemble import Assembly
from ui.folder import DataFolder

ANN = User("ann", "Ann", Role.ENGINEER)
pytestmark = pytest.mark.slow


async def until(condition: Callable[[], object], what: str) -> None:
    await patience.until(condition, 40, what)


def takes(assembly: Assembly, rows: bool) -> None:
    """Whether the journal's file takes rows: a folder that has become read-only, as SQLite tells it. Past the writer,
    whose every piece of work fails meanwhile."""
    assembly.journal._writer._connection.execute(f"PRAGMA query_only = {int(not rows)}")


@pytest.mark.logs("written", "journal")
def test_that_a_journal_that_takes_nothing_stops_commands_and_no_alarm(tmp_path: Path) -> None:
    site = load(small_city(tmp_path), drivers.TABLE)
    folder = DataFolder(tmp_path / "data")
    thing = next(one for one in site.equipment if one.type.id == "lighting_cabinet")
    command = next(spec for spec in thing.type.commands.values() if spec.value is not None)
    alarm = next(
        one
        for one in site.alarms
        if one.rule.condition is Condition.IS and one.equipment is thing and not one.rule.design.suppressed_by
    )
    state = {one.id: one.index for one in site.alarms}

    async def scenario() -> None:
        async with Assembly.of(site, folder) as assembly:
            columns, now = assembly.alarms.columns, SystemClock().now
            takes(assembly, False)
            assembly.station.links[thing.link].connected = True  # no city runs: it is the journal that is tried
            with pytest.raises(Refused) as refused:
                await assembly.desk.submit(Command(thing.id, command.id), ANN)
            assert refused.value.check == "journal"
            assembly.station.absorb(Batch.of([alarm.tag.index], alarm.rule.limit, now()))
            await until(lambda: columns["state"][alarm.index] == 1, "the alarm stands")
            unwritten = state["VIGIE.journal_unwritten"]
            await until(lambda: columns["state"][unwritten] == 1, "everybody is told")
            takes(assembly, True)
            await until(lambda: assembly.journal.owed == 0, "what was owed is paid")
            await until(lambda: columns["state"][unwritten] in (0, 3), "it is over")
        rows = JournalReader(folder.journal).search(alarm.id)
        assert [row.kind for row in rows if row.kind == "raise"] == ["raise"]
        assert JournalReader(folder.journal).verify().whole

    asyncio.run(scenario())
