"""Lock-outs and commands that waited, as they were at every step of a day."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

from supervisor.desk.order import Command
from supervisor.model import NO_TEXT
from supervisor.replay import JournalUntil, LockOuts, lock_outs
from tests.supervisor.pumphouse import ANN, NED, SUE, House, house, patient

Seen = list[tuple[int, list[object], dict[str, tuple[int, bool]]]]


async def look(one: House, seen: Seen) -> None:
    """What stands now, and which equipment has a command."""
    await asyncio.sleep(0.003)
    locks = one.desk.lock_outs
    held = {
        thing.id: (int(locks.board["command"][thing.index]), bool(locks.board["awaiting"][thing.index]))
        for thing in one.site.equipment
        if locks.board["command"][thing.index]
    }
    seen.append((one.clock.now(), [replace(lock, name=NO_TEXT) for lock in locks.standing.values()], held))
    await asyncio.sleep(0.003)


def test_that_lock_outs_and_waiting_commands_are_as_they_stood_at_every_step(tmp_path: Path) -> None:
    async def live(one: House, seen: Seen) -> None:
        desk, locks = one.desk, one.desk.lock_outs
        await look(one, seen)
        selected = await desk.select(Command("W.P1", "trip"), ANN)
        await look(one, seen)
        await desk.cancel(selected, ANN)
        waiting = await desk.select(Command("W.P1", "flush"), ANN)
        await desk.operate(waiting, ANN)
        await look(one, seen)
        await desk.cancel(waiting, ANN)
        first = await locks.hang("W.P1", "roue bouchée", ANN)
        second = await locks.hang("W.P1", "câble", NED)
        await look(one, seen)
        await locks.ask(first, "", ANN)
        await look(one, seen)
        await locks.keep(first, ANN)
        await look(one, seen)
        await locks.ask(second, "rentré", SUE)
        await look(one, seen)
        await locks.confirm(second, ("", ""), ANN)
        await look(one, seen)

    async def scenario() -> None:
        seen: Seen = []
        async with house(tmp_path, patient()) as one:
            await live(one, seen)
            replay = LockOuts(one.journal.path)
            for at, standing, held in reversed(seen):
                until = JournalUntil(one.journal.path, at)
                assert replay.standing(at) == lock_outs(until) == standing
                assert {row.equipment: (row.command, row.awaiting) for row in until.under_way()} == held
            assert [len(standing) for _, standing, _ in seen] == [0, 0, 0, 2, 2, 2, 2, 1]
            assert [bool(held) and held["W.P1"][1] for _, _, held in seen][:3] == [False, False, True]
            assert [replace(lock, name=NO_TEXT) for lock in lock_outs(one.reader)] == seen[-1][1]

    asyncio.run(scenario())
