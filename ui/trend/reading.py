"""Reader: the history of the pens, one read at a time in a thread; what a newer wish made void is never shown."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from math import ceil, floor
from typing import Any, Protocol

from supervisor.clock import SECOND
from supervisor.errors import StoreError
from supervisor.historian.history import Trend
from ui.attach import Attachment
from ui.pages import Context
from ui.trend import missed
from ui.trend.curve import Curve, Past
from ui.trend.missed import Missing
from ui.trend.pen import Pen
from ui.trend.summary import summarise

BESIDE = 0.5
"""Of the visible span, read on both sides too, so that a small move shows no hole."""
Step = tuple[Callable[[], Any], Callable[[Any], None]]
"""What a thread reads, and who takes what it read."""


class Wish(Protocol):
    """What should be read, step by step."""

    def steps(self, source: Attachment) -> Iterator[Step]: ...


@dataclass(frozen=True)
class CurvesWish:
    """The curves of pens, and of what they are compared with."""

    pens: tuple[Pen, ...]
    start: float
    """Seconds UTC."""
    end: float
    columns: int
    open: bool
    """It ends at the present."""
    last: float = 0.0
    """Earlier days are read up to here, beyond the present."""
    ghosts: tuple[tuple[str, float], ...] = ()
    """Comparison, and seconds between then and now."""

    @classmethod
    def of(cls, pens: tuple[Pen, ...], span: tuple[float, float], columns: int, now: float) -> CurvesWish:
        """The visible span with some room beside. Columns keep their places while the span moves on."""
        width = (span[1] - span[0]) / max(columns, 1)
        last = span[1] + BESIDE * (span[1] - span[0])
        first = floor((span[0] - BESIDE * (span[1] - span[0])) / width)
        count = max(ceil(min(last, now) / width) - first, 1)
        return cls(pens, first * width, (first + count) * width, count, last >= now, last)

    def steps(self, source: Attachment) -> Iterator[Step]:
        for pen in self.pens:
            yield partial(self._trend, source, pen, self.end), partial(self._take, pen)
        for name, shift in self.ghosts:
            for pen in self.pens:
                read = partial(self._trend, source, pen, self.last, shift)
                yield read, partial(self._take_ghost, pen, name, shift)

    def _trend(self, source: Attachment, pen: Pen, end: float, shift: float = 0.0) -> tuple[Trend, Missing]:
        """Curve and holes of one span, so that neither is drawn without the other."""
        columns = max(round(self.columns * (end - self.start) / (self.end - self.start)), 1)
        first, last = round((self.start - shift) * SECOND), round((end - shift) * SECOND)
        missing = missed.read(source.holes, source.history, pen.tag, first, last)
        return source.history.trend(pen.tag.id, first, last, columns), missing

    def _take(self, pen: Pen, found: tuple[Trend, Missing]) -> None:
        pen.curve.past = Past.of(found[0], self.open, found[1], self._apart)

    def _take_ghost(self, pen: Pen, name: str, shift: float, found: tuple[Trend, Missing]) -> None:
        pen.ghosts[name] = Curve(Past.of(found[0], False, found[1], self._apart))
        pen.shifts[name] = shift

    @property
    def _apart(self) -> float:
        """A column, in seconds: a screen shows no finer pause between two hatched stretches."""
        return (self.end - self.start) / self.columns


@dataclass(frozen=True)
class FiguresWish:
    """Exact figures of a span."""

    pens: tuple[Pen, ...]
    start: float
    """Seconds UTC."""
    end: float

    def steps(self, source: Attachment) -> Iterator[Step]:
        for pen in self.pens:
            yield partial(summarise, source.history, pen.tag, self.start, self.end), partial(setattr, pen, "summary")


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

    def forget(self) -> None:
        """What is being read is of another time, and not shown."""
        self._wish = None

    def stop(self) -> None:
        """Nobody is left to show anything to."""
        self.forget()
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
        for read, take in wish.steps(self._context.attachment):
            if self._task is None:
                return
            # the loop by name: while a dialog of Qt runs its own, asyncio knows of no running one
            found = await self._task.get_loop().run_in_executor(None, read)
            if self._wish is not wish:
                return
            take(found)
        self._wish = None
        self._came()
