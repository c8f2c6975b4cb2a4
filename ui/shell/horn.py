"""Horn: sounds for alarms of priority 1 and 2 that came since somebody last silenced it. Not an acknowledgement."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QApplication

from ui.board import Board

LOUDEST = 2
"""The horn sounds for this priority and the more urgent ones."""


class Horn(QObject):
    """See the module."""

    changed = Signal()

    def __init__(self, board: Board) -> None:
        super().__init__()
        self._board = board
        self._heard = 0
        """Raised up to here was silenced, ns UTC."""
        self.sounding = False

    def follow(self, board: Board) -> None:
        """Listen to this board from now on: that of the present, whatever the window shows."""
        self._board = board
        self.listen()

    def listen(self) -> None:
        """Look at the board again."""
        newest = self._newest()
        sounding = newest > self._heard
        if sounding != self.sounding:
            self.sounding = sounding
            self.changed.emit()

    def sound(self) -> None:
        """One beep of the machine, while there is reason to."""
        if self.sounding:
            QApplication.beep()

    def silence(self) -> None:
        """Quiet until the next alarm comes."""
        self._heard = max(self._heard, self._newest())
        self.listen()

    def _newest(self) -> int:
        board, unacked = self._board, self._board.unacked()
        loud = unacked[board.priority[unacked] <= LOUDEST]
        return int(np.max(board["raised_at"][loud], initial=0))
