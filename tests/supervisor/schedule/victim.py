"""A station that kills itself in the middle of a night, for a test; a program of its own: FOLDER ACT.

A command of Ann's for lamp C1 is open. `resume`: the programme is gone on with. `hold`: it is held. Then the process is
killed as soon as that act was answered, and before the command's outcome is known.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from pathlib import Path

from supervisor.desk.order import Command, find
from supervisor.journal import safe
from supervisor.schedule.store import Override
from tests.supervisor.schedule.plans import at
from tests.supervisor.schedule.street import ANN, room


async def live(folder: Path, act: str) -> None:
    async with room(folder, "2026-01-15 22:00") as one:
        await one.settle()
        order = find(one.site, Command("C1", "off"))
        await asyncio.wrap_future(one.desk.ledger.open(order, ANN, one.clock.now(), {}))
        await one.wind(3)
        if act == "resume":
            await safe(one.scheduler.resume("C1", ANN.id))
        else:
            await safe(
                one.scheduler.override("C1", Override("C1", ANN.id, one.clock.now(), at("2026-01-16 04:00"), "time"))
            )
        os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    asyncio.run(live(Path(sys.argv[1]), sys.argv[2]))
