"""Refresh: the one timer of the window.

    100 ms  values   what moved goes to each visible page; a page that was hidden gets everything once
    250 ms  alarms   the board is pulled, and whoever shows alarms draws again
    500 ms  blink    one phase for the whole window
      1 s   clock    what counts seconds, and the slow part of visible pages

The cost of a tick is measured, painting included. Over its budget the rate is halved until it is well below again, so
that a machine that can't follow shows fresh values less often instead of answering the operator late.
"""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable
from time import perf_counter

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, QTimer, Signal

from supervisor.clock import Clock
from ui.attach import Attachment
from ui.board import Board
from ui.live import Live
from ui.pages import Page

TICK_MS = 100
ALARMS_S = 0.25
BLINK_S = 0.5
SECOND_S = 1.0
BUDGET_MS = 20.0
_REMEMBERED = 20
"""Ticks over which the cost is averaged."""

log = logging.getLogger(__name__)


class Refresh(QObject):
    """See the module. Pages are watched from `watch` on; the window's own parts listen to the signals."""

    alarms_moved = Signal()
    locks_moved = Signal()
    """An equipment was locked out, or is no longer."""
    blinked = Signal()
    second = Signal()
    liveness = Signal(bool)
    """The station died or came back."""
    broke = Signal(object)
    """The exception of a page that failed."""

    def __init__(self, attachment: Attachment, live: Live, board: Board, clock: Clock) -> None:
        super().__init__()
        self._attachment, self._live, self._board, self._clock = attachment, live, board, clock
        self._table, self._alarms = attachment.table, attachment.alarms
        self._locks = (-1, b"")
        """Turn of the board at the last look, and the lock-outs on it."""
        self._pages: list[Page] = []
        self._hidden: set[Page] = set()
        self._costs: deque[float] = deque(maxlen=_REMEMBERED)
        self._due = {ALARMS_S: 0.0, BLINK_S: 0.0, SECOND_S: 0.0}
        self._alive = True
        self._timer = QTimer(self)
        self._timer.setInterval(TICK_MS)
        self._timer.timeout.connect(self.tick)

    @property
    def cost_ms(self) -> float:
        """Mean cost of the last ticks."""
        return sum(self._costs) / len(self._costs) if self._costs else 0.0

    @property
    def interval_ms(self) -> int:
        return self._timer.interval()

    def watch(self, page: Page) -> None:
        """Keep this page fresh while it is visible."""
        self._pages.append(page)
        self._hidden.add(page)

    def start(self) -> None:
        self._timer.start()

    def stop(self) -> None:
        self._timer.stop()

    def jump(self) -> None:
        """One turn now, alarms too: another instant is looked at, and nothing of the last may stay beside it."""
        self._due[ALARMS_S] = 0.0
        self.tick()

    def tick(self) -> None:
        """One turn; called by the timer, and by tests."""
        began = perf_counter()
        self._follow()
        moved = self._live.pull(self._clock.now())
        if self._live.alive != self._alive:
            self._alive = self._live.alive
            self.liveness.emit(self._alive)
        alarms = self._reached(ALARMS_S) and self._board.pull()
        locks = self._relocked()
        second = self._reached(SECOND_S)
        for page in self._pages:
            self._show(page, moved, alarms, second)
            if locks and page.isVisible():
                self._guarded(page.refresh_locks)
        if locks:
            self.locks_moved.emit()
        if alarms:
            self.alarms_moved.emit()
        if self._reached(BLINK_S):
            self._board.bright = not self._board.bright
            self.blinked.emit()
        if second:
            self.second.emit()
        # what was asked to be painted is painted before the loop comes to this
        QTimer.singleShot(0, self, lambda: self._spend(1000 * (perf_counter() - began)))

    def _follow(self) -> None:
        """A station that came back has new columns."""
        if self._attachment.table is not self._table:
            self._table = self._attachment.table
            self._live.attach(self._table)
        if self._attachment.alarms is not self._alarms:
            self._alarms = self._attachment.alarms
            self._board.attach(self._alarms)

    def _relocked(self) -> bool:
        """Whether the lock-outs are others than at the last look; every command moves the turn of their board too."""
        board = self._attachment.equipment
        if (turn := board.turn) == self._locks[0]:
            return False
        seen, self._locks = self._locks[1], (turn, board["locks"].tobytes() + board["inside"].tobytes())
        return self._locks[1] != seen

    def _show(self, page: Page, moved: NDArray[np.intp], alarms: bool, second: bool) -> None:
        if not page.isVisible():
            self._hidden.add(page)
            return
        if page in self._hidden:
            self._hidden.discard(page)
            self._guarded(page.refresh_locks)
            moved, alarms, second = np.arange(len(self._live.value)), True, True
        if len(moved):
            self._guarded(page.refresh, moved)
        if alarms:
            self._guarded(page.refresh_alarms)
        if second:
            self._guarded(page.slow)

    def _guarded(self, show: Callable[..., None], *arguments: object) -> None:
        """A page that fails must not keep the others, or the alarms, from being shown."""
        try:
            show(*arguments)
        except Exception as error:
            log.exception("%s failed", getattr(show, "__qualname__", show))
            self.broke.emit(error)

    def _reached(self, period_s: float) -> bool:
        """Whether a period is over. Kept on the monotonic clock: a set clock must not stop the alarms."""
        now = self._clock.monotonic()
        if now < self._due[period_s]:
            return False
        # a tick comes 100 ms after the last one, give or take: allow half of it, or every period would slip by one
        self._due[period_s] = max(self._due[period_s] + period_s, now + period_s / 2)
        return True

    def _spend(self, cost_ms: float) -> None:
        self._costs.append(cost_ms)
        if len(self._costs) < _REMEMBERED:
            return
        if self.cost_ms > BUDGET_MS and self.interval_ms == TICK_MS:
            log.warning("A refresh costs %.0f ms: the rate is halved", self.cost_ms)
            self._pace(2 * TICK_MS)
        elif self.cost_ms < BUDGET_MS / 2 and self.interval_ms > TICK_MS:
            self._pace(TICK_MS)

    def _pace(self, interval_ms: int) -> None:
        self._timer.setInterval(interval_ms)
        self._costs.clear()
