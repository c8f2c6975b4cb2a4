"""Reader: the history of the pens, one read at a time in a thread; what a newer wish made void is never shown."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from math import ceil, floor

from supervisor.clock import SECOND
from supervisor.errors import StoreError
from ui.pages import Context
from ui.trend.curve import Past
from ui.trend.pen import Pen

BESIDE = 0.5
"""Of the visible span, read on both sides too, so that a small move shows no hole."""


@dataclass(frozen=True)
class Wish:
    """What should be read."""

    pens: tuple[Pen, ...]
    start: float
    """Seconds UTC."""
    end: float
    columns: int
    open: bool
    """It ends at the present."""

    @classmethod
    def of(cls, pens: tuple[Pen, ...], span: tuple[float, float], columns: int, now: float) -> Wish:
        """The visible span with some room beside. Columns keep their places while the span moves on."""
        width = (span[1] - span[0]) / max(columns, 1)
        last = span[1] + BESIDE * (span[1] - span[0])
        first = floor((span[0] - BESIDE * (span[1] - span[0])) / width)
        count = max(ceil(min(last, now) / width) - first, 1)
        return cls(pens, first * width, (first + count) * width, count, last >= now)


class Reader:
    """See the module. While a read runs, only the newest wish waits."""

    def __init__(self, context: Context, came: Callable[[], None], failed: Callable[[StoreError], None]) -> None:
        self._context, self._came, self._failed = context, came, failed
        self._wish: Wish | None = None
        self._busy = False
        self._task: asyncio.Task[None] | None = None

    @property
    def busy(self) -> bool:
        return self._busy

    def ask(self, wish: Wish) -> None:
        self._wish = wish
        if not self._busy:
            self._busy = True
            self._task = self._context.spawn(self._work())

    def stop(self) -> None:
        """Nobody is left to show anything to."""
        self._wish = None
        if self._task:
            self._task.cancel()

    async def _work(self) -> None:
        try:
            while self._wish is not None:
                await self._read(self._wish)
        except StoreError as error:
            self._wish = None
            self._failed(error)
        finally:
            self._busy = False

    async def _read(self, wish: Wish) -> None:
        history = self._context.attachment.history
        start, end = round(wish.start * SECOND), round(wish.end * SECOND)
        for pen in wish.pens:
            if self._task is None:
                return
            read = partial(history.trend, pen.tag.id, start, end, wish.columns)
            # the loop by name: while a dialog of Qt runs its own, asyncio knows of no running one
            trend = await self._task.get_loop().run_in_executor(None, read)
            if self._wish is not wish:
                return
            pen.curve.past = Past.of(trend, wish.open)
        self._wish = None
        self._came()
