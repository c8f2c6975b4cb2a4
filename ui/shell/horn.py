"""Horn: sounds for what an operator was told and nobody has acknowledged, in the sound of its priority.

It is heard again and again, the more urgent the more often, until it is acknowledged or somebody silences the horn.
Silence is no acknowledgement; the next alarm, or the same one told again, sounds whatever was silenced before.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal

from supervisor.clock import Clock, SystemClock
from ui.board import Board
from ui.shell.sounds import SOUNDS, Player


class Horn(QObject):
    """See the module."""

    changed = Signal()

    def __init__(self, board: Board, clock: Clock | None = None, player: Player | None = None) -> None:
        """Without a player nobody hears it: so it is where there is no screen either."""
        super().__init__()
        self._board = board
        self._clock = clock or SystemClock()
        self.player = player
        self._heard: NDArray[np.int64] = np.zeros(0, np.int64)
        """By row, when what was silenced had been told, ns UTC. Each for itself: after a clock was set back what comes
        next is older than what was silenced last, and must be heard all the same."""
        self._due = 0.0
        self.priority = 0
        """The most urgent that sounds; 0 while it is quiet."""

    @property
    def sounding(self) -> bool:
        return self.priority > 0

    def follow(self, board: Board) -> None:
        """Listen to this board from now on: that of the present, whatever the window shows."""
        self._board = board
        self.listen()

    def listen(self) -> None:
        """Look at the board again. What is more urgent than what sounded is heard at once."""
        before, self.priority = self.priority, self._loudest()
        if self.priority and (not before or self.priority < before):
            self._due = 0.0
            self.sound()
        if self.priority != before:
            self.changed.emit()

    def sound(self) -> None:
        """The sound of its priority, while there is reason to and when it is time again."""
        now = self._clock.monotonic()
        if self.priority and now >= self._due:
            self._due = now + SOUNDS[self.priority].again_s
            if self.player is not None:
                self.player.play(self.priority)

    def silence(self) -> None:
        """Quiet until the next alarm comes."""
        self._heard = self._board["annunciated_at"].copy()
        self.listen()

    def _loudest(self) -> int:
        board, unacked = self._board, self._board.unacked()
        told = board["annunciated_at"]
        if len(self._heard) != len(told):
            self._heard = np.zeros(len(told), np.int64)
        fresh = unacked[(told[unacked] > 0) & (told[unacked] != self._heard[unacked])]
        return int(board.priority[fresh].min(initial=9)) % 9
