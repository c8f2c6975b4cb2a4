"""Tasks: the only way from a slot to a coroutine. What fails in one ends on the screen and in the log.

A refusal or a silent station is a sentence for the operator; anything else is a bug of ours and is shown as one.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine
from typing import Any

from supervisor.errors import VigieError

log = logging.getLogger(__name__)

Spawn = Callable[[Coroutine[Any, Any, None]], "asyncio.Task[None]"]


class Tasks:
    """Keeps what it started alive until it is done, and says what failed."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.failed: Callable[[BaseException], None] = _unheard
        """Told of every failure but a cancellation; the window shows it."""
        self._loop = loop
        self._running: set[asyncio.Task[None]] = set()

    def spawn(self, coroutine: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Run a coroutine from a slot; the task may be cancelled by who started it."""
        task = self._loop.create_task(coroutine)
        self._running.add(task)
        task.add_done_callback(self._done)
        return task

    async def close(self) -> None:
        """Cancel everything under way and wait until it is gone; for closing the window."""
        for task in self._running:
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._running.discard(task)
        if task.cancelled():
            return
        error = task.exception()
        if error is None:
            return
        if not isinstance(error, VigieError):
            log.error("A task of the window failed", exc_info=error)
        self.failed(error)


def _unheard(error: BaseException) -> None:
    log.warning("Nobody shows this yet: %s", error)
