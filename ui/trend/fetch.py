"""Fetch: when the history of a view's pens is read, and what for.

The curves of the visible span and the plot's width: again once either rests and, while direct, now and then. Exact
figures of the selection, else of what is visible: once that rests too.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer

from supervisor.clock import SECOND
from supervisor.errors import StoreError
from ui.pages import Context
from ui.trend import words
from ui.trend.comparison import shift
from ui.trend.reading import CurvesWish, FiguresWish, Reader

if TYPE_CHECKING:
    from ui.trend.view import TrendView

SETTLE_MS = 120
SLOW_READ_MS = 400
"""From then on the plot says that it reads."""
READ_AGAIN_S = 30.0


class Fetch(QObject):
    """See the module."""

    def __init__(self, context: Context, view: TrendView, draw: Callable[[], None], note: Callable[[], None]) -> None:
        """`draw` draws what came, `note` says that it is long in coming."""
        super().__init__(view)
        self._context, self._view, self._draw = context, view, draw
        self._curves = Reader(context, self._came, self._unread)
        self._figures = Reader(context, view.legend.update, self._unread)
        self._settle = timer(self, SETTLE_MS, self.curves)
        self._settle_figures = timer(self, SETTLE_MS, self.figures)
        self._patience = timer(self, SLOW_READ_MS, note)
        self._read_at = 0.0
        for reader in (self._curves, self._figures):
            view.destroyed.connect(reader.stop)
        self.soon, self.figures_soon = self._settle.start, self._settle_figures.start

    @property
    def reading(self) -> bool:
        """Whether curves are on their way."""
        return self._curves.busy

    @property
    def patient(self) -> bool:
        """Whether they have not been for long."""
        return self._curves.busy and self._patience.isActive()

    @property
    def busy(self) -> bool:
        """Whether anything is on its way, or about to be asked for."""
        return self._curves.busy or self._figures.busy or self._settle.isActive()

    def forget(self) -> None:
        """What is on its way is of another time."""
        for reader in (self._curves, self._figures):
            reader.forget()

    def follow(self) -> None:
        """While the span moves on: read again now and then."""
        start, end = self._view.span
        pause = max(READ_AGAIN_S, 4 * (end - start) / self._columns)
        if self._context.clock.monotonic() - self._read_at > pause:
            self.curves()

    def curves(self) -> None:
        view, look = self._view, self._context.look
        if not view.pens or not view.isVisible():
            return
        self._read_at = self._context.clock.monotonic()
        now = self._context.clock.now() / SECOND
        wish = CurvesWish.of(tuple(view.pens), view.span, self._columns, now)
        ghosts = tuple((one.id, shift(one, view.span[1], look.zone)) for one in view.plot.shown.ghosts)
        self._curves.ask(replace(wish, ghosts=ghosts))
        self._patience.start()

    def figures(self) -> None:
        """A dock has no room for them."""
        view = self._view
        if view.pens and view.isVisible() and not view.docked:
            self._figures.ask(FiguresWish(tuple(view.pens), *(view.cursors.selection or view.span)))

    @property
    def _columns(self) -> int:
        return max(int(self._view.plot.width()), 200)

    def _came(self) -> None:
        self._draw()
        self.figures()

    def _unread(self, error: StoreError) -> None:
        self._view.said.emit(self._context.look.say(words.NO_HISTORY).format(error))


def timer(owner: QObject, interval_ms: int, act: Callable[[], None]) -> QTimer:
    """Started anew, it runs anew; then it acts once."""
    made = QTimer(owner)
    made.setSingleShot(True)
    made.setInterval(interval_ms)
    made.timeout.connect(act)
    return made
