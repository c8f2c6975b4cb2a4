"""Bugs of our own: outlived, and counted so that somebody hears of them.

Who catches what should never happen logs it with its traceback and goes on; `Faults` counts those, in any thread and
any room, and the station shows the count as a tag with an alarm. A bug that only a log knows is an alarm lost.
"""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Awaitable, Callable

from supervisor.clock import Clock

RECENT_S = 60.0
AGAIN_S = 1.0
"""Pause before what failed begins anew."""
_ROOMS = frozenset({"supervisor", "drivers", "alarms", "ui", "asyncio"})
"""Loggers whose tracebacks are ours; asyncio's tell of a task that nobody had waited for."""

log = logging.getLogger(__name__)


class Faults(logging.Handler):
    """Counts tracebacks from `begin` to `end`."""

    def __init__(self, clock: Clock) -> None:
        super().__init__(logging.ERROR)
        self._clock = clock
        self._instants: deque[float] = deque(maxlen=1000)

    def emit(self, record: logging.LogRecord) -> None:
        """One line of the log, from any thread."""
        if record.exc_info and record.name.split(".")[0] in _ROOMS:
            self._instants.append(self._clock.monotonic())

    def recent(self) -> float:
        """How many in the last minute; a thousand stands for more."""
        since = self._clock.monotonic() - RECENT_S
        while self._instants and self._instants[0] < since:
            self._instants.popleft()
        return float(len(self._instants))

    def begin(self) -> None:
        logging.getLogger().addHandler(self)

    def end(self) -> None:
        logging.getLogger().removeHandler(self)


async def endure(work: Callable[[], Awaitable[None]], name: str, clock: Clock) -> None:
    """Run what must never end until cancelled; a bug in it costs a second of it, not the rest of the day."""
    while True:
        try:
            await work()
            log.error("%s ended and begins anew", name)
        except Exception:
            log.exception("%s failed and begins anew", name)
        await clock.sleep(AGAIN_S)
