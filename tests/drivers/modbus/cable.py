"""A serial cable without a serial port: two pseudo terminals and a relay between them."""

from __future__ import annotations

import asyncio
import os
import tty
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress


class Cable:
    """`ours` and `theirs` are names of serial ports; `cut` unplugs both."""

    def __init__(self) -> None:
        self._ends = [os.openpty(), os.openpty()]
        for _, slave in self._ends:
            tty.setraw(slave)
        self.ours, self.theirs = (os.ttyname(slave) for _, slave in self._ends)
        self._loop = asyncio.get_running_loop()
        (here, _), (there, _) = self._ends
        self._loop.add_reader(here, self._relay, here, there)
        self._loop.add_reader(there, self._relay, there, here)

    def _relay(self, source: int, target: int) -> None:
        with suppress(OSError):  # nobody has the other end open
            os.write(target, os.read(source, 4096))

    def cut(self) -> None:
        for master, slave in self._ends:
            self._loop.remove_reader(master)
            os.close(master)
            os.close(slave)
        self._ends = []


@asynccontextmanager
async def cable() -> AsyncIterator[Cable]:
    one = Cable()
    try:
        yield one
    finally:
        one.cut()
