"""What a window may ask: holding back, going on, how things stand; with rights, and with records of refusals."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec
import pytest

from supervisor.errors import Refused
from supervisor.model import Role, User
from supervisor.schedule.acts import ScheduleDesk, schedule_acts
from tests.supervisor.schedule.plans import at
from tests.supervisor.schedule.street import ANN, Room, room

EVE = User("eve", "Eve", Role.VIEWER)
Ask = Callable[..., Awaitable[dict[str, Any]]]

pytestmark = pytest.mark.slow


def asking(one: Room) -> Ask:
    acts = schedule_acts(ScheduleDesk(one.scheduler, one.desk.people, one.journal, one.clock))

    async def ask(act: str, user: User = ANN, **words: Any) -> dict[str, Any]:
        return dict(await acts[act](user, words))

    return ask


def test_that_a_programme_is_held_until_a_time_and_resumed_by_hand(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with room(tmp_path, "2026-01-15 22:00") as one:
            ask = asking(one)
            await one.settle()
            await ask("schedule_hold", equipment=["C1", "C2"], mode="time", until=at("2026-01-15 23:30"))
            told = await ask("schedule")
            assert [(row["equipment"], row["until"]) for row in told["overrides"]] == [
                ("C1", at("2026-01-15 23:30")), ("C2", at("2026-01-15 23:30")),
            ]  # fmt: skip
            await one.wind(one.go("2026-01-15 23:01"), 80)
            assert one.lamps.value["C1.dimming"] == 100, "eleven o'clock passes it by"
            await ask("schedule_resume", equipment=["C1"])
            await one.until(lambda: one.lamps.value["C1.dimming"] == 50, "resumed")
            assert one.lamps.value["C2.dimming"] == 100

    asyncio.run(scenario())


def test_that_one_equipment_is_told_with_what_comes_next(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with room(tmp_path, "2026-01-15 22:00") as one:
            ask = asking(one)
            await one.settle()
            told = await ask("schedule_course", EVE, equipment="C1")
            assert [(row["tag"], row["value"]) for row in told["targets"]] == [("order", 1.0), ("dimming", 100.0)]
            assert told["next"]["at"] == at("2026-01-15 23:00")
            assert msgspec.json.encode(told), "it goes over the socket"
            assert await ask("schedule_course", equipment="L") == {"scheduled": False}

    asyncio.run(scenario())


@pytest.mark.parametrize(
    ("user", "words", "check"),
    [
        (EVE, {"equipment": ["C1"]}, "right"),
        (replace(ANN, areas=frozenset({"elsewhere"})), {"equipment": ["C1"]}, "right"),
        (ANN, {"equipment": ["C1", "L"]}, "unknown"),
        (ANN, {"equipment": ["C1"], "mode": "time", "until": 5}, "range"),
    ],
)
def test_that_what_may_not_be_held_is_refused_and_journalled(
    tmp_path: Path, user: User, words: dict[str, Any], check: str
) -> None:
    async def scenario() -> None:
        async with room(tmp_path, "2026-01-15 22:00") as one:
            ask = asking(one)
            await one.settle()
            with pytest.raises(Refused) as refused:
                await ask("schedule_hold", user, **words)
            assert refused.value.check == check
            assert all(course.override is None for course in one.scheduler.courses.values()), "all or none"
            await one.until(lambda: one.told("refused"), "it is journalled")
            assert one.told("refused")[0].result == check

    asyncio.run(scenario())
