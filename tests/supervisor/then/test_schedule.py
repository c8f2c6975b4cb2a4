"""Programmes in the past: the plan of then, what people had in hand, what was not done."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from supervisor.people import People
from supervisor.schedule.acts import ScheduleDesk
from supervisor.schedule.programmes import Until
from supervisor.then.schedule import Programmes
from tests.supervisor.schedule.plans import schedule
from tests.supervisor.schedule.street import ANN, NIGHT, Room, room

Seen = list[tuple[int, bool, Mapping[str, Any], Mapping[str, Any]]]


def look(one: Room, seen: Seen) -> None:
    desk = ScheduleDesk(one.scheduler, People(one.site), one.journal, one.clock)
    lost = any(course.lost for course in one.scheduler.courses.values())
    seen.append((one.clock.now(), lost, desk.state(), desk.course("C1")))


async def night(one: Room, seen: Seen) -> None:
    """A command that fails at dusk, and a hand on C1 until the programme changes."""
    await one.settle()
    look(one, seen)
    one.lamps.broken = "C1.dimming"
    await one.wind(one.go("2026-01-15 17:38:20"), 10)
    await one.settle()
    look(one, seen)
    one.lamps.broken = ""
    await one.command("C1", "off")
    await one.until(lambda: one.scheduler.courses["C1"].override, "it is heard")
    look(one, seen)
    await one.wind(5)
    one.scheduler.resume("C1", ANN.id)
    await one.wind(2)
    await one.settle()
    look(one, seen)


@pytest.mark.slow
def test_that_programmes_are_as_the_station_told_of_them(tmp_path: Path) -> None:
    async def scenario() -> None:
        seen: Seen = []
        async with room(tmp_path, "2026-01-15 17:37:20") as one:
            await night(one, seen)
            one.journal.extend(()).result(20)
            then = Programmes(one.site, one.journal.path, lambda _: schedule(NIGHT))
            for at, lost, state, course in seen:
                bad = (lambda rows: True) if lost else (lambda rows: False)
                assert {**then.state(at, bad), "waiting": 0} == {**state, "waiting": 0}
                assert then.course("C1", at, bad) == course
                assert then.course("nothing", at, bad) == {"scheduled": False}
            told = [(len(state["overrides"]), len(state["troubles"])) for _, _, state, _ in seen]
            assert told == [(0, 0), (0, 1), (1, 1), (0, 0)]
            assert seen[2][3]["override"]["mode"] == Until.EVENT

    asyncio.run(scenario())
