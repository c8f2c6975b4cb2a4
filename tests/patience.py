"""Patience: bounds in the time that a test had, whatever else the machine does.

A turn that came late because other programs had the processor counts as one that came in time; what the test's own
process worked meanwhile counts in full. A bound says what the program may take, and not how busy the machine is.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

STEP_S = 0.01


class Patience:
    """Time a test had, in turns that each sleep for `step_s`."""

    def __init__(self, step_s: float = STEP_S) -> None:
        self.spent_s = 0.0
        self._step_s = step_s
        self._wall, self._work = time.monotonic(), time.process_time()

    def turn(self) -> None:
        """A sleep is over."""
        wall, work = time.monotonic(), time.process_time()
        self.spent_s += min(wall - self._wall, 2 * self._step_s + work - self._work)
        self._wall, self._work = wall, work


async def until(condition: Callable[[], object], within_s: float, what: str = "", step_s: float = STEP_S) -> float:
    """Wait until it holds; how long it took. Fails after `within_s`."""
    patience = Patience(step_s)
    while not condition():
        assert patience.spent_s < within_s, f"not within {within_s} s: {what or condition}"
        await asyncio.sleep(step_s)
        patience.turn()
    return patience.spent_s


def hold_until(condition: Callable[[], object], within_s: float, what: str = "", step_s: float = 2 * STEP_S) -> float:
    """`until` for what needs no loop."""
    patience = Patience(step_s)
    while not condition():
        assert patience.spent_s < within_s, f"not within {within_s} s: {what or condition}"
        time.sleep(step_s)
        patience.turn()
    return patience.spent_s


@asynccontextmanager
async def timed() -> AsyncIterator[Patience]:
    """How long what stands inside takes, on a loop that is free for others meanwhile."""
    patience = Patience()

    async def turn() -> None:
        while True:
            await asyncio.sleep(STEP_S)
            patience.turn()

    task = asyncio.create_task(turn())
    try:
        yield patience
    finally:
        patience.turn()
        task.cancel()
        await asyncio.wait([task])
