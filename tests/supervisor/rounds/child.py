"""A station that is killed in the middle of a stage: `python -m tests.supervisor.rounds.child FOLDER TRANSACTIONS`.

It ends, as by a kill -9, right behind that many transactions of the journal after somebody has released the first
stage. Whatever its lamps are written goes to FOLDER/field first, as devices that obeyed would remember it.
"""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path

from supervisor.model import Tag
from tests.supervisor.dying import dies
from tests.supervisor.rounds.estate import Field, estate, site


class Remembered(Field):
    """Keeps what it was told in a file."""

    def __init__(self, folder: Path) -> None:
        super().__init__(site(2))
        self._file = os.open(folder / "field", os.O_WRONLY | os.O_CREAT | os.O_APPEND)

    async def write(self, tag: Tag, raw: float, timeout_s: float) -> None:
        os.write(self._file, f"{tag.id}\n".encode())
        await super().write(tag, raw, timeout_s)


async def main(folder: Path, transactions: int) -> None:
    async with estate(folder, 2, Remembered(folder)) as one:
        await one.plan()
        dies(one.journal, transactions)
        await one.release(0)
        await asyncio.sleep(60)


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), int(sys.argv[2])))
