"""An emergency waits for nobody: not for a person who selected, not for one who approves, not for an outcome."""

from __future__ import annotations

import asyncio
import threading
from dataclasses import replace
from pathlib import Path

from supervisor.desk.order import Command
from supervisor.desk.states import Stage
from supervisor.model import CommandClass, Tag, User
from tests.supervisor.pumphouse import ANN, NED, SUE, House, house, patient
from tests.supervisor.test_desk_waiting import FLUSH, TRIP, occupied, refused, until

PANIC, START, STOP = (Command("W.P1", name) for name in ("panic", "start", "stop"))


def told(one: House, number: int) -> tuple[str, str]:
    row = one.reader.command(number)
    assert row is not None
    return row.outcome, row.refused_by


def test_that_what_waits_for_a_person_is_set_aside_by_an_emergency(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with house(tmp_path, patient()) as one:
            for waiting in (await one.desk.select(TRIP, ANN), 0):
                number = waiting or await one.desk.submit(FLUSH, ANN)
                outcome = asyncio.ensure_future(one.desk.outcome(number))
                await asyncio.sleep(0)
                panic = await one.desk.submit(PANIC, NED)
                assert (await outcome).stage is Stage.REFUSED
                assert told(one, number) == ("refused", "emergency")
                assert (await refused(one.desk.operate(number, ANN))).check == "gone"
                await until(lambda panic=panic: told(one, panic) == ("done", ""))  # type: ignore[misc]
                await until(lambda: occupied(one) == 0 and not one.desk._busy)
            assert one.device.writes == [("W.P1.order", 0.0)] * 2

    asyncio.run(scenario())


def test_that_an_emergency_leaves_beside_what_is_under_way_and_both_have_their_outcome(tmp_path: Path) -> None:
    async def deaf(tag: Tag, raw: float) -> None:
        if not raw:
            await one_house.device.obey(tag, raw)

    async def scenario() -> None:
        nonlocal one_house
        async with house(tmp_path, patient()) as one:
            one_house, one.device.answer = one, deaf
            commands = one.site.types["pump"].commands
            commands["alarm"] = replace(commands["panic"], id="alarm")  # type: ignore[index]
            start = await one.desk.submit(START, ANN)
            await until(lambda: "written" in one.steps(start))
            panic = one.desk.submit(PANIC, NED)
            again = refused(one.desk.submit(PANIC, SUE))
            other = one.desk.submit(Command("W.P1", "alarm"), SUE)
            ids, twice = await asyncio.gather(asyncio.gather(panic, other), again)
            assert twice.check == "busy", "nobody sends the same emergency twice"
            await until(lambda: [told(one, id_)[0] for id_ in ids] == ["done", "done"])
            await until(lambda: occupied(one) == start)
            assert (await refused(one.desk.submit(STOP, NED))).check == "busy", "the first one has its turn still"
            one.device.registers |= {"W.P1.state": 1.0, "W.P1.current": 8.0}
            await until(lambda: told(one, start)[0] == "done")
            await until(lambda: occupied(one) == 0)
            assert one.device.writes == [("W.P1.order", 1.0), ("W.P1.order", 0.0), ("W.P1.order", 0.0)]
            assert one.reader.verify().whole

    one_house: House
    asyncio.run(scenario())


def test_that_what_was_asked_before_an_emergency_does_not_leave_after_it(tmp_path: Path) -> None:
    """The journal is slow: the emergency is written, then that somebody went on with what had waited."""

    async def scenario() -> None:
        async with house(tmp_path, patient()) as one:
            for going_on, ends in ((one.desk.operate, "refused"), (one.desk.approve, "failed")):
                number = await one.desk.select(FLUSH, ANN)
                if ends == "failed":
                    await one.desk.operate(number, ANN)
                gate = threading.Event()
                one.journal.submit(lambda _, gate=gate: gate.wait(30))  # type: ignore[misc]
                panic = asyncio.ensure_future(one.desk.submit(PANIC, SUE))
                await until(lambda: len(one.desk._busy["W.P1"]) == 2)
                person: User = ANN if ends == "refused" else NED
                went = asyncio.ensure_future(going_on(number, person))
                await until(lambda: not one.desk._held)
                gate.set()
                await went
                assert (await one.desk.outcome(await panic)).stage is Stage.DONE
                await until(lambda number=number: told(one, number)[0])  # type: ignore[misc]
                assert told(one, number) == (ends, "emergency")
                assert "written" not in one.steps(number)
                await until(lambda: occupied(one) == 0 and not one.desk._busy)
            assert one.device.writes == [("W.P1.order", 0.0)] * 2

    asyncio.run(scenario())


def test_that_a_critical_command_is_decided_on_what_is_known_anew_of_whoever_gives_it(tmp_path: Path) -> None:
    asked: list[str] = []

    async def scenario() -> None:
        async with house(tmp_path, patient()) as one:
            gone: set[str] = set()

            async def renew(user: User) -> None:
                asked.append(user.id)
                gone.update(out)

            out: set[str] = set()
            one.desk.renew = renew
            one.desk.rights = lambda user: None if user.id in gone else user
            commands = one.site.types["pump"].commands
            flush = replace(commands["flush"], class_=CommandClass.CRITICAL, interlocks=(), confirmation=None)
            commands["flush"] = flush  # type: ignore[index]
            assert (await one.do("start")).stage is Stage.DONE
            assert (await one.do("panic")).stage is Stage.DONE
            assert asked == [], "neither an ordinary one, nor an emergency"
            number = await one.desk.select(TRIP, ANN)
            out.add("ann")
            assert (await refused(one.desk.operate(number, ANN))).check == "right"
            assert (await refused(one.desk.select(TRIP, ANN))).check == "right"
            assert asked == ["ann"] * 3
            for who in ("ned", "ann"):
                out.clear()
                gone.clear()
                number = await one.desk.submit(FLUSH, ANN)
                out.add(who)
                assert (await refused(one.desk.approve(number, NED))).check == "right", who
            assert asked[-2:] == ["ann", "ned"]
            assert len(one.device.writes) == 2

    asyncio.run(scenario())
