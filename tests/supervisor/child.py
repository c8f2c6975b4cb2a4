"""A station that is killed: `python -m tests.supervisor.child FOLDER STALL`.

STALL says where its device stalls: write (never answers), feedback (never obeys), confirm (no current), or no.
Whatever the device is written goes to FOLDER/field first, as a device that obeyed would remember it.
"""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path

from supervisor.model import Tag
from tests.supervisor.pumphouse import House, house, site


async def main(folder: Path, stall: str) -> None:
    field = os.open(folder / "field", os.O_WRONLY | os.O_CREAT | os.O_APPEND)

    async with house(folder, site(within_s=60, confirm_s=60)) as one:

        async def answer(tag: Tag, raw: float) -> None:
            os.write(field, b"%d\n" % raw)
            await respond(one, stall, tag, raw)

        one.device.answer = answer
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        while True:
            await one.do("start")
            await one.do("stop")


async def respond(one: House, stall: str, tag: Tag, raw: float) -> None:
    if stall == "write":
        await asyncio.sleep(60)
    elif stall == "confirm":
        one.device.registers["W.P1.state"] = raw
    elif stall != "feedback":
        await one.device.obey(tag, raw)


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), sys.argv[2]))
