"""Present: the living station, watched while the window shows the past: its alarms, and whether it beats."""

from __future__ import annotations

from PySide6.QtCore import QObject, QTimer, Signal

from supervisor.clock import Clock
from ui.board import Board
from ui.live import DEAD_AFTER
from ui.past.seen import Seen

LOOK_MS = 250


class Present(QObject):
    """See the module. Costs nothing while nobody is in the past."""

    changed = Signal()
    """The alarms moved, or the station died or came back; or a second went by."""

    def __init__(self, seen: Seen, clock: Clock) -> None:
        """`clock`: the real one."""
        super().__init__()
        self._seen, self._clock = seen, clock
        self._columns = seen.present.alarms
        self.board = Board(seen.site, self._columns)
        self.alive = True
        self._since = 0
        self._second = 0
        self._timer = QTimer(self)
        self._timer.setInterval(LOOK_MS)
        self._timer.timeout.connect(self.look)

    @property
    def now(self) -> int:
        """ns UTC."""
        return self._clock.now()

    def start(self) -> None:
        """Watch from now on."""
        self._since = self._clock.now()
        self._second = 0
        self.look()
        self._timer.start()

    def stop(self) -> None:
        self._timer.stop()

    def look(self) -> None:
        """One turn; called by the timer, and by tests."""
        if self._seen.present.alarms is not self._columns:  # the station was started again
            self._columns = self._seen.present.alarms
            self.board.attach(self._columns)
        moved = self.board.pull()
        alive = abs(self._clock.now() - self._seen.present.table.beat) < DEAD_AFTER
        second = int(self._clock.monotonic())
        if moved or alive != self.alive or second != self._second:
            self.alive, self._second = alive, second
            self.changed.emit()

    def fresh(self) -> list[int]:
        """Rows of unacknowledged alarms that were raised since the window left the present, in order."""
        waiting = self.board.unacked()
        return [int(row) for row in waiting[self.board["raised_at"][waiting] > self._since]]
