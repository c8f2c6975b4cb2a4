"""A station that is killed: `python -m tests.supervisor.child FOLDER STALL`.

STALL says where its device stalls: write (never answers), feedback (never obeys), confirm (no current), or no.
Or which person is awaited: select (who has to operate), approve (the second one), lock (an equipment is locked out).
Or a number: this process ends, as by a kill -9, right behind that many transactions of the journal. One command is
given, and approved.

Whatever the device is written goes to FOLDER/field first, as a device that obeyed would remember it.
"""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path

from supervisor.desk.order import Command
from supervisor.model import Tag
from tests.supervisor.dying import dies
from tests.supervisor.pumphouse import ANN, NED, House, house, site


async def main(folder: Path, stall: str) -> None:
    field = os.open(folder / "field", os.O_WRONLY | os.O_CREAT | os.O_APPEND)

    async with house(folder, site(within_s=60, confirm_s=60)) as one:

        async def answer(tag: Tag, raw: float) -> None:
            os.write(field, b"%d\n" % raw)
            await respond(one, stall, tag, raw)

        one.device.answer = answer
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        await act(one, stall)
        while True:
            await one.do("start")
            await one.do("stop")


async def act(one: House, stall: str) -> None:
    """What a person does before the others wait for ever; nothing where the device stalls."""
    if stall.isdecimal():
        dies(one.journal, int(stall))
        number = await one.desk.select(Command("W.P1", "flush"), ANN)
        await one.desk.operate(number, ANN)
        await one.desk.approve(number, NED)
        await one.desk.outcome(number)
    elif stall == "select":
        await one.desk.select(Command("W.P1", "flush"), ANN)
    elif stall == "approve":
        await one.desk.submit(Command("W.P1", "flush"), ANN)
    elif stall == "lock":
        await one.desk.lock_outs.hang("W", "roue bouchée", ANN)
    if stall in ("select", "approve", "lock") or stall.isdecimal():
        await asyncio.sleep(60)


async def respond(one: House, stall: str, tag: Tag, raw: float) -> None:
    if stall == "write":
        await asyncio.sleep(60)
    elif stall == "confirm":
        one.device.registers["W.P1.state"] = raw
    elif stall != "feedback":
        await one.device.obey(tag, raw)


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), sys.argv[2]))
