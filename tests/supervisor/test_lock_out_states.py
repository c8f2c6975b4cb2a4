"""A lock-out in every state with every event, its equipment on the site or gone: enumerated."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from itertools import product
from pathlib import Path

import pytest

from supervisor.desk.lock_outs import LockOuts
from supervisor.errors import Refused
from supervisor.model import Role, User
from tests.supervisor.pumphouse import ANN, EVE, NED, SID, SUE, house, patient
from tests.supervisor.test_lock_outs import shrunk

BOB = User("bob", "Bob", Role.SUPERVISOR)
Event = Callable[[LockOuts, int], Awaitable[None]]


def ask(user: User, reason: str = "") -> Event:
    return lambda locks, number: locks.ask(number, reason, user)


def keep(user: User) -> Event:
    return lambda locks, number: locks.keep(number, user)


def confirm(user: User) -> Event:
    return lambda locks, number: locks.confirm(number, ("", ""), user)


def lost(now: User | None) -> Event:
    """Whoever asked has the rights of `now` by the time a second person confirms."""

    async def happen(locks: LockOuts, number: int) -> None:
        before = locks.persons
        locks.persons = lambda id_: [now] if now else []
        try:
            await locks.confirm(number, ("", ""), NED)
        finally:
            locks.persons = before

    return happen


EVENTS: Mapping[str, Event] = {
    "the holder asks": ask(ANN),
    "a supervisor asks and says why": ask(SUE, "Ann est rentrée"),
    "a supervisor asks": ask(SUE),
    "another operator asks": ask(NED, "je passe par là"),
    "the holder keeps": keep(ANN),
    "the supervisor keeps": keep(SUE),
    "another supervisor keeps": keep(BOB),
    "the holder confirms": confirm(ANN),
    "the supervisor confirms": confirm(SUE),
    "another operator confirms": confirm(NED),
    "an operator of elsewhere confirms": confirm(SID),
    "a viewer confirms": confirm(EVE),
    "confirmed, who asked disabled": lost(None),
    "confirmed, who asked an operator now": lost(replace(SUE, role=Role.OPERATOR)),
    "confirmed, who asked elsewhere now": lost(replace(SUE, areas=frozenset({"south"}))),
}
TABLE = """
event                                | stands          | asked by ann    | asked by sue
the holder asks                      | asked by ann    | asked by ann    | asked by ann
a supervisor asks and says why       | asked by sue    | asked by sue    | asked by sue
a supervisor asks                    | refused: reason | refused: reason | refused: reason
another operator asks                | refused: right  | refused: right  | refused: right
the holder keeps                     | stands          | stands          | stands
the supervisor keeps                 | refused: right  | refused: right  | stands
another supervisor keeps             | refused: right  | refused: right  | refused: right
the holder confirms                  | refused: unasked| refused: second | refused: second
the supervisor confirms              | refused: unasked| gone            | refused: second
another operator confirms            | refused: unasked| gone            | gone
an operator of elsewhere confirms    | refused: unasked| refused: right  | refused: right
a viewer confirms                    | refused: unasked| refused: right  | refused: right
confirmed, who asked disabled        | refused: unasked| void            | void
confirmed, who asked an operator now | refused: unasked| gone            | void
confirmed, who asked elsewhere now   | refused: unasked| void            | void
"""
BEFORE: Mapping[str, tuple[str, ...]] = {
    "stands": (),
    "asked by ann": ("the holder asks",),
    "asked by sue": ("a supervisor asks and says why",),
}


def table() -> dict[tuple[str, str], str]:
    rows = [[cell.strip() for cell in line.split("|")] for line in TABLE.strip().splitlines()]
    return {(row[0], state): cell for row in rows[1:] for state, cell in zip(rows[0][1:], row[1:], strict=True)}


def state(locks: LockOuts, number: int) -> str:
    one = locks.standing.get(number)
    if one is None:
        return "gone"
    return f"asked by {one.asked_by}" if one.asked_by else "stands"


async def hang(locks: LockOuts) -> int:
    """One more of Ann's on the pump: it is as if she had hung only this one."""
    number = await locks.hang("W.P1", "roue bouchée", ANN)
    locks.standing.clear()
    return number


async def outcome(locks: LockOuts, number: int, event: Event) -> str:
    """Where it goes; "void" where the wish was let go because who asked has lost the right."""
    before = state(locks, number)
    try:
        await event(locks, number)
    except Refused as refused:
        if refused.check == "unasked" and before != state(locks, number) == "stands":
            return "void"
        assert state(locks, number) == before, "a refusal changes nothing"
        return f"refused: {refused.check}"
    return state(locks, number)


def test_that_the_table_has_every_event_in_every_state() -> None:
    assert set(table()) == set(product(EVENTS, BEFORE))


@pytest.mark.parametrize("there", [True, False], ids=["on the site", "off the site"])
def test_that_a_lock_out_goes_where_the_table_says(tmp_path: Path, there: bool) -> None:
    async def scenario() -> None:
        cases = list(table().items())
        async with house(tmp_path, patient()) as one:
            hung = [await hang(one.desk.lock_outs) for _ in cases]
        async with house(tmp_path, patient() if there else shrunk(patient())) as one:
            locks = one.desk.lock_outs
            for number, ((event, begin), to) in zip(hung, cases, strict=True):
                for name in BEFORE[begin]:
                    await EVENTS[name](locks, number)
                assert await outcome(locks, number, EVENTS[event]) == to, (event, begin)
            assert one.reader.verify().whole

    asyncio.run(scenario())
