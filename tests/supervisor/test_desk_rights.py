"""What must hold when a command leaves is asked then, not only when it was begun: each state that waits, each event."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

from supervisor.desk.order import Command
from supervisor.desk.states import Stage
from supervisor.model import CommandClass, Role, User
from supervisor.people import EMERGENCY
from tests.supervisor.pumphouse import ANN, NED, SUE, House, house, patient
from tests.supervisor.test_desk_waiting import FLUSH, TRIP, refused, until

ELSEWHERE = frozenset({"south"})
MAINTENANCE = frozenset({CommandClass.MAINTENANCE})
Event = Callable[[House, dict[str, User | None]], Awaitable[None]]
PRIME, START = Command("W.P1", "prime"), Command("W.P1", "start")


def person(user: User, then: User | None) -> Event:
    async def happen(one: House, now: dict[str, User | None]) -> None:
        now[user.id] = then

    return happen


def changes(user: User) -> dict[str, tuple[Event, str]]:
    """Whatever may happen to the rights of somebody, and the check that says no then."""
    return {
        f"{user.id} disabled": (person(user, None), "right"),
        f"{user.id} demoted": (person(user, replace(user, role=Role.VIEWER)), "right"),
        f"{user.id} moved": (person(user, replace(user, areas=ELSEWHERE)), "right"),
        f"{user.id} of another class": (person(user, replace(user, classes=MAINTENANCE)), "right"),
    }


async def lock(one: House, now: dict[str, User | None]) -> None:
    await one.desk.lock_outs.hang("W.P1", "les mains dedans", SUE)


async def dry(one: House, now: dict[str, User | None]) -> None:
    await register(one, "W.level", 0.1)


async def drawing(one: House, now: dict[str, User | None]) -> None:
    await register(one, "W.P1.current", 8.0)


async def register(one: House, tag: str, value: float) -> None:
    one.device.registers[tag] = value
    await until(lambda: one.table.columns["value"][one.device.index[tag]] == value)


AUTHOR: Mapping[str, tuple[Event, str]] = {**changes(ANN), "locked out": (lock, "lock_out")}
WET = {"water gone": (dry, "interlock")}


@asynccontextmanager
async def standing(one: House) -> AsyncIterator[dict[str, User | None]]:
    """As things are before each event: everybody with the rights they began with, nothing locked out, water."""
    now: dict[str, User | None] = {}
    await until(lambda: not one.desk._busy)
    one.desk.rights = lambda user: now.get(user.id, user)
    await register(one, "W.level", 2.0)
    await register(one, "W.P1.current", 0.0)
    yield now
    for number in list(one.desk.lock_outs.standing):
        await one.desk.lock_outs.ask(number, "", SUE)
        await one.desk.lock_outs.confirm(number, ("", ""), NED)


def wet(one: House) -> None:
    """What waits for a person needs water, too."""
    commands = one.site.types["pump"].commands
    for name in ("trip", "flush"):
        commands[name] = replace(commands[name], interlocks=commands["start"].interlocks)  # type: ignore[index]


def test_that_a_selected_command_is_operated_with_what_holds_then(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with house(tmp_path, patient()) as one:
            wet(one)
            for name, (event, check) in {**AUTHOR, **WET}.items():
                async with standing(one) as now:
                    number = await one.desk.select(TRIP, ANN)
                    await event(one, now)
                    assert (await refused(one.desk.operate(number, ANN))).check == check, name
                    assert (one.last().outcome, one.last().refused_by) == ("refused", check), name
            assert one.device.writes == []

    asyncio.run(scenario())


def test_that_a_command_for_two_is_approved_with_the_rights_that_both_have_then(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with house(tmp_path, patient()) as one:
            wet(one)
            for name, (event, check) in {**AUTHOR, **changes(NED), **WET}.items():
                async with standing(one) as now:
                    number = await one.desk.submit(FLUSH, ANN)
                    await event(one, now)
                    assert (await refused(one.desk.approve(number, NED))).check == check, name
                    assert (one.last().outcome, one.last().refused_by) == ("refused", check), name
                    told = ("ned", check, number)
                    await until(lambda told=told: told in tries(one))  # type: ignore[misc]
            assert one.device.writes == []
            assert one.reader.verify().whole

    asyncio.run(scenario())


def tries(one: House) -> list[tuple[str, str, int]]:
    """Who was refused an approval, why, and of which command."""
    rows = one.reader.search(category="access")
    return [(row.who, row.result, row.detail["id"]) for row in rows if row.detail.get("act") == "approve"]


async def held(one: House, ask: Awaitable[object], then: Callable[[], Awaitable[None]]) -> object:
    """What becomes of an act whose journal is slow; `then` happens between its checks and the write."""
    gate = threading.Event()
    one.journal.submit(lambda _: gate.wait(30))
    asked = asyncio.ensure_future(ask)
    await until(lambda: one.desk._busy and not one.desk._held)
    try:
        await then()
    finally:
        gate.set()
    return await asked


def test_that_what_was_checked_is_asked_once_more_at_the_instant_the_write_leaves(tmp_path: Path) -> None:
    """`journalled` is written, and the field is next."""

    async def scenario() -> None:
        async with house(tmp_path, patient()) as one:
            events = {**changes(ANN), **WET, "drawing": (drawing, "permissive")}
            for name, (event, check) in events.items():
                async with standing(one) as now:
                    command = PRIME if event is drawing else START
                    submit = one.desk.submit(command, ANN)
                    number = await held(one, submit, lambda event=event, now=now: event(one, now))  # type: ignore[misc]
                    await until(lambda: one.last().outcome)
                    row = one.last()
                    assert (row.id, row.outcome, row.refused_by) == (number, "failed", check), name
                    assert "written" not in one.steps(row.id), name
            for name, (event, check) in changes(NED).items():
                async with standing(one) as now:
                    number = await one.desk.submit(FLUSH, ANN)
                    approve = one.desk.approve(number, NED)
                    await held(one, approve, lambda event=event, now=now: event(one, now))  # type: ignore[misc]
                    await until(lambda: one.last().outcome)
                    assert (one.last().outcome, one.last().refused_by) == ("failed", check), name
                    assert "Ned" in one.last().reason_fr
            assert one.device.writes == []

    asyncio.run(scenario())


def test_that_the_sentence_names_whose_rights_are_gone_and_those_of_a_seat_or_an_emergency_are_nobodys(
    tmp_path: Path,
) -> None:
    async def scenario() -> None:
        async with house(tmp_path, patient()) as one, standing(one) as now:
            lent = replace(ANN, role=Role.SUPERVISOR, lent_by="sue")
            spec = one.site.types["pump"].commands["flush"]
            one.site.types["pump"].commands["flush"] = replace(spec, role=Role.SUPERVISOR)  # type: ignore[index]
            number = await one.desk.submit(FLUSH, lent)
            now["ann"] = ANN  # the loan is over
            why = await refused(one.desk.approve(number, SUE))
            assert "Ann n'a plus le droit" in why.text.fr
            assert "Ann no longer" in why.text.en
            now["ann"] = None
            assert "désactivé" in (await refused(one.desk.submit(START, ANN))).text.fr
            one.desk.rights = lambda user: user if user.lent_by == EMERGENCY else None
            urgent = User("ann", "Ann", Role.ENGINEER, classes=frozenset({CommandClass.EMERGENCY}), lent_by=EMERGENCY)
            panic = await one.desk.submit(Command("W.P1", "panic"), urgent)
            assert (await one.desk.outcome(panic)).stage is Stage.DONE

    asyncio.run(scenario())


def test_that_who_asked_for_a_release_must_still_have_the_right_when_it_comes_off(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with house(tmp_path, patient()) as one:
            locks = one.desk.lock_outs
            number = await locks.hang("W.P1", "roue bouchée", ANN)
            await locks.ask(number, "Ann est rentrée", SUE)
            locks.persons = lambda id_: [replace(SUE, role=Role.OPERATOR)]
            why = await refused(locks.confirm(number, ("", ""), NED))
            assert (why.check, "Sue" in why.text.fr) == ("unasked", True)
            assert locks.standing[number].asked_by == ""
            assert one.reader.search(category="lockout")[0].detail["reason"] == "right"
            await locks.ask(number, "", ANN)
            locks.persons = lambda id_: []
            assert (await refused(locks.confirm(number, ("", ""), NED))).check == "unasked"
            locks.persons = lambda id_: [ANN]
            await locks.ask(number, "", ANN)
            await locks.confirm(number, ("", ""), NED)
            assert locks.standing == {}

    asyncio.run(scenario())
