"""PastView: what a window adds to itself for the past: the strip, the frame, the transport, their keys, the horn.

The window is not changed in kind: its pages are the same widgets, shown another station.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import suppress
from dataclasses import replace
from typing import Any, NamedTuple, Protocol

import numpy as np
from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QWidget

from supervisor.clock import SECOND
from supervisor.errors import StoreError
from supervisor.holes import Hole
from supervisor.replay import Landmarks, Rows
from ui.board import Board
from ui.pages import Context
from ui.past import words
from ui.past.frame import WIDTH, Frame
from ui.past.machine import Machine
from ui.past.present import Present
from ui.past.seen import Seen, SeenClock
from ui.past.strip import Counted, Strip
from ui.past.transport import Transport
from ui.past.veil import Veil

SETTLE_MS = 150
"""A pause in zooming after which the marks of the slider are read again."""


class Horn(Protocol):
    """What sounds for alarms."""

    def follow(self, board: Board) -> None: ...

    def listen(self) -> None: ...


class Parts(NamedTuple):
    """What the window lends."""

    horn: Horn
    counts: Callable[[Context], Counted]
    """Makes a widget that counts the alarms of a context."""


class PastView(QObject):
    """See the module. `strip`, `transport` and `veil` are laid out by the window."""

    said = Signal(str)
    """A sentence for the operator."""
    alarm_chosen = Signal(int)
    """A row of the board of the present, which is shown again."""

    def __init__(self, window: QWidget, context: Context, seen: Seen, parts: Parts) -> None:
        super().__init__(window)
        assert isinstance(context.clock, SeenClock)
        self._context, self._seen, self._horn = context, seen, parts.horn
        self.visible: Callable[[], Rows] = lambda: np.empty(0, np.intp)
        """Which rows the window shows; set by the window, as is `show`."""
        self.show: Callable[[], None] = lambda: None
        self.present = Present(seen, context.clock.real)
        self.machine = Machine(seen, context.clock, context.spawn, lambda: self.visible(), lambda: self.show())
        for part in (self.present, self.machine):
            part.setParent(self)
        counts = parts.counts(replace(context, board=self.present.board))
        self.strip = Strip(context, self.machine, self.present, counts)
        self.transport = Transport(context.look, self.machine)
        self.veil = Veil(context.look)
        self.frame = Frame(context.look, window)
        self._keys: list[QShortcut] = []
        self._settle = QTimer(self)
        self._settle.setSingleShot(True)
        self._settle.setInterval(SETTLE_MS)
        self._settle.timeout.connect(lambda: self._spawn(self._mark()))
        self._tasks: set[asyncio.Task[None]] = set()
        """What is being read for the slider; void as soon as the window is back in the present."""
        self._connect()
        self._shortcuts(window)
        self._change(False)

    def _connect(self) -> None:
        machine = self.machine
        machine.entered.connect(self._enter)
        machine.left.connect(self._leave)
        machine.failed.connect(self._failed)
        self.strip.left.connect(machine.leave)
        self.veil.left.connect(machine.leave)
        self.strip.alarm_chosen.connect(self._go_to_alarm)
        self.transport.said.connect(self.said)
        self.transport.rail.ranged.connect(self._range)
        self.present.changed.connect(self._listen)
        self._context.gate.refused.connect(lambda: self.said.emit(self._context.look.say(words.NO_ACT)))

    def _shortcuts(self, window: QWidget) -> None:
        step, transport = self.machine.step, self.transport
        acts: dict[str, Callable[[], None]] = {
            "Esc": self.machine.leave,
            "Ctrl+Left": lambda: step(-60),
            "Ctrl+Right": lambda: step(60),
            "Ctrl+Shift+Left": lambda: step(-600),
            "Ctrl+Shift+Right": lambda: step(600),
            "Ctrl+Up": lambda: transport.seek(False),
            "Ctrl+Down": lambda: transport.seek(True),
            "Ctrl+Space": transport.toggle,
        }
        for keys, act in acts.items():
            self._keys.append(QShortcut(QKeySequence(keys), window, act))
        QShortcut(QKeySequence("F12"), window, self.toggle)

    @property
    def on(self) -> bool:
        return self.machine.on

    def toggle(self) -> None:
        """Into the past, or back."""
        if self.on:
            self.machine.leave()
        else:
            self.machine.enter()

    def _enter(self) -> None:
        self.present.start()
        self._horn.follow(self.present.board)
        self._change(True)
        self.transport.rail.show_instant(self.machine.wished / SECOND, self.machine.now() / SECOND)
        self.transport.rail.show_range(86_400.0)
        self.transport.rail.setFocus()
        self._spawn(self._look_back())

    def close(self) -> None:
        """The window goes."""
        self.machine.stop()
        self.present.stop()
        self._give_up()

    @property
    def busy(self) -> bool:
        """What the slider is marked with is on its way, or about to be asked for."""
        return bool(self._tasks) or self._settle.isActive()

    def _range(self) -> None:
        """The slider shows another range; in the present nobody sees its marks."""
        if self.on:
            self._settle.start()

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = self._context.spawn(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _give_up(self) -> None:
        self._settle.stop()
        for task in self._tasks:
            task.cancel()

    def _leave(self) -> None:
        self.present.stop()
        self._give_up()
        self._horn.follow(self._context.board)
        self._change(False)

    def _change(self, past: bool) -> None:
        for part in (self.strip, self.transport, self.frame):
            part.setVisible(past)
        for key in self._keys:
            key.setEnabled(past)
        self.frame.raise_()
        self._context.gate.turn(words.NO_ACT_TIP if past else None)

    @property
    def margin(self) -> int:
        """Pixels around the window that the frame takes."""
        return WIDTH if self.on else 0

    def _listen(self) -> None:
        self._horn.listen()

    def _go_to_alarm(self, row: int) -> None:
        self.machine.leave()
        self.alarm_chosen.emit(row)

    def _failed(self, error: StoreError) -> None:
        """With nothing to show of the past the window goes back: it must not call the present the past."""
        if not self._seen.scene:
            self.machine.leave()
        self.said.emit(self._context.look.say(words.UNREADABLE).format(error))

    async def _look_back(self) -> None:
        """How far back anything is known."""

        def look() -> int:
            row = Landmarks(self._seen.present.journal.path).oldest()
            return min((instant for instant in (self._seen.present.history.info().oldest, row) if instant), default=0)

        with suppress(StoreError):  # the reading of the instant says so
            self.transport.oldest = await asyncio.to_thread(look)

    async def _mark(self) -> None:
        """Raises and holes of the range shown."""
        rail = self.transport.rail
        start, end = round(rail.start * SECOND), round(rail.end * SECOND)

        def look() -> tuple[list[int], list[Hole]]:
            raises = Landmarks(self._seen.present.journal.path).raises(start, end)
            return raises, self._seen.present.holes.holes(start, end)

        with suppress(StoreError):
            raises, holes = await asyncio.to_thread(look)
            spans = {(hole.start / SECOND, (hole.end or end) / SECOND) for hole in holes}
            rail.mark([instant / SECOND for instant in raises], sorted(spans))
