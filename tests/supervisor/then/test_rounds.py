"""Whatever the station answered about its rounds, the files answer of that instant for ever."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from supervisor.errors import Refused
from supervisor.rounds.acts import NONE
from supervisor.rounds.states import Mark
from supervisor.then import rounds
from tests.supervisor.rounds.estate import ANN, Estate, estate, hurried

Seen = list[tuple[int, Mapping[str, Any], Mapping[str, Any]]]


async def look(one: Estate, seen: Seen) -> None:
    """Keep what the station says now, of all rounds and of the first."""
    await asyncio.sleep(0.003)  # nothing else happens in this instant
    told = await one.ask("rounds"), await one.ask("round", number=1)
    seen.append((one.clock.now(), *told))
    await asyncio.sleep(0.003)


def listed(told: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Without the stage that comes next: of one in the list nobody asks for it."""
    return [{key: value for key, value in one.items() if key != "stage"} for one in told["rounds"]]


def by_name(told: Mapping[str, Any]) -> Mapping[str, Any]:
    """In an order that does not depend on whether the round is over; its reasons in full. When it was taken
    by the desk is not kept of a target that has its outcome."""
    rows = [
        [*row[:6], told["reasons"][row[6]] if row[6] >= 0 else "", 0 if row[2] == Mark.ASKED else row[7]]
        for row in told["targets"]
    ]
    return {**told, "targets": sorted(rows), "reasons": []}


def test_that_rounds_are_as_the_station_told_of_them_at_every_step(tmp_path: Path) -> None:
    async def live(one: Estate, seen: Seen) -> None:
        await one.plan()
        await look(one, seen)
        await one.release(0)
        await look(one, seen)
        one.field.gate.clear()
        await one.ask("round_release", number=1, stage=1)
        await one.until(lambda: one.field._now == 2, "two are under way")
        await look(one, seen)
        one.field.gate.set()
        await one.until(lambda: not one.rounds.runner.busy(1), "the stage is over")
        one.field.refusing |= {f"C{n}" for n in range(4, 31)}
        await one.release(2)
        assert await one.state() == "stopped"
        await look(one, seen)
        await one.plan(value=None, equipment=["C30"], command="on")
        await look(one, seen)
        await one.ask("round_end", number=1)
        await look(one, seen)

    async def scenario() -> None:
        seen: Seen = []
        async with hurried(), estate(tmp_path, 30) as one:
            before = one.clock.now()
            await live(one, seen)
            path = one.journal.path
            for at, told, first in seen:
                assert listed(rounds.rounds(path, at)) == listed(told)
                assert by_name(rounds.one_of(path, 1, at)) == by_name(first)
            assert [told["rounds"][-1]["state"] for _, told, _ in seen] == [
                "planned", "held", "running", "stopped", "stopped", "ended",
            ]  # fmt: skip
            assert rounds.rounds(path, before) == {"rounds": []}
            with pytest.raises(Refused) as refused:
                rounds.one_of(path, 1, before)
            assert refused.value.text == NONE
            assert ANN.id == first["released_by"]

    asyncio.run(scenario())
