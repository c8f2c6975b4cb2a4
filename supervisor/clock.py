"""Time, so that a test can wind it by hand.

Instants are int64 nanoseconds since 1970-01-01 UTC; durations come from the monotonic clock and are float seconds.
The site's time zone appears only where a person reads.
"""

from __future__ import annotations

import asyncio
import heapq
import time
from typing import Protocol

SECOND = 1_000_000_000
"""Nanoseconds in a second."""


class Clock(Protocol):
    """What the station asks the time of."""

    def now(self) -> int:
        """The instant, in nanoseconds UTC; may step when the machine's clock is set."""

    def monotonic(self) -> float:
        """Seconds from an arbitrary origin; never steps."""

    async def sleep(self, seconds: float) -> None:
        """Wait; returns at once for zero or less."""


class SystemClock:
    """The machine's clocks."""

    def now(self) -> int:
        return time.time_ns()

    def monotonic(self) -> float:
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(max(seconds, 0.0))


class HandClock:
    """A clock that moves only when `wind` is called."""

    def __init__(self, now: int = 1_700_000_000 * SECOND) -> None:
        self._now = now
        self._monotonic = 0.0
        self._sleepers: list[tuple[float, int, asyncio.Future[None]]] = []
        self._order = 0

    def now(self) -> int:
        return self._now

    def monotonic(self) -> float:
        return self._monotonic

    async def sleep(self, seconds: float) -> None:
        if seconds <= 0:
            await asyncio.sleep(0)
            return
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._order += 1
        heapq.heappush(self._sleepers, (self._monotonic + seconds, self._order, future))
        await future

    async def wind(self, seconds: float) -> None:
        """Move time on and let everything that was due run, in the order it was due."""
        target = self._monotonic + seconds
        while self._sleepers and self._sleepers[0][0] <= target:
            due, _, future = heapq.heappop(self._sleepers)
            self._step(due)
            if not future.done():
                future.set_result(None)
            for _ in range(5):  # a woken task may need a few turns before it sleeps again
                await asyncio.sleep(0)
        self._step(target)
        await asyncio.sleep(0)

    def _step(self, monotonic: float) -> None:
        self._now += round((monotonic - self._monotonic) * SECOND)
        self._monotonic = monotonic
