"""A released round goes on with the rights of each instant, never with those it was released with."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import Any

from supervisor.model import Role, User
from supervisor.rounds.states import Mark
from tests.supervisor.rounds.estate import ANN, Estate, estate, hurried

SUE = User("sue", "Sue", Role.SUPERVISOR)


def test_that_a_round_stops_where_who_released_it_loses_the_right_and_another_goes_on(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with estate(tmp_path, 30) as one, hurried():
            number = await one.plan()
            for stage in (0, 1):
                await one.release(stage)
            for now in (None, replace(ANN, role=Role.VIEWER), replace(ANN, areas=frozenset({"nowhere"}))):
                before = done(one)
                one.desk.rights = lambda user, now=now: now if user.id == "ann" else user  # type: ignore[misc]
                await one.release(2)
                assert await one.state() == "stopped"
                row = [row for row in one.thread(number) if row.kind == "round_stop"][-1]
                assert "Ann" in str(row.detail), row
                assert done(one) == before, "nothing left, and nothing is spent: all of it waits"
                assert set((await one.states()).values()) == {"done", "waiting"}
            await one.release(2, SUE)
            assert await one.state() == "done"
            given = [row for row in one.given() if row.outcome == "done"]
            assert len({row.equipment for row in given}) == len(given) == 30
            assert {row.who for row in given} == {"ann", "sue"}

    asyncio.run(scenario())


def done(one: Estate) -> int:
    return sum(row.outcome == "done" for row in one.given())


def test_that_a_right_withdrawn_in_the_middle_of_a_stage_stops_what_is_left_of_it(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with estate(tmp_path, 30) as one, hurried():
            await one.plan()
            for stage in (0, 1):
                await one.release(stage)
            one.field.gate.clear()
            await one.ask("round_release", number=1, stage=2)
            await one.until(lambda: one.field.most, "some have left")
            before = len([row for row in one.given() if row.outcome != "refused"])
            one.desk.rights = lambda user: None
            one.field.gate.set()
            await one.until(lambda: not one.rounds.runner.busy(1), "the stage is over")
            assert await one.state() == "stopped"
            states = await one.states()
            assert set(states.values()) <= {"done", "waiting", "failed"}
            assert len([row for row in one.given() if row.outcome != "refused"]) <= before + 4
            assert list(states.values()).count("waiting") > 10

    asyncio.run(scenario())


def test_that_what_the_desk_refused_for_a_right_waits_also_after_a_kill_before_that_was_kept(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with estate(tmp_path, 3) as one, hurried():
            await one.plan()
            one.desk.rights = lambda user: None
            turn = one.rounds._store.turn

            async def killed(*change: Any) -> None:
                await (asyncio.Event().wait() if change[2] is Mark.WAITING else turn(*change))

            one.rounds._store.turn = killed  # type: ignore[method-assign, assignment]
            one.rounds.runner._store = one.rounds._store
            await one.ask("round_release", number=1, stage=0)
            await one.until(one.given, "the desk refuses")
        async with estate(tmp_path, 3) as one:
            assert await one.state() == "stopped"
            assert set((await one.states()).values()) == {"waiting"}

    asyncio.run(scenario())
