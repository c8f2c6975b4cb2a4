"""SeatView: all of a window that is about who sits there: door, panel, strip, and the part of the menu at the top."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QMainWindow, QMenu, QWidget

from supervisor.errors import Refused
from supervisor.model import Text
from ui.pages import Context
from ui.session import words
from ui.session.door import Door
from ui.session.panel import Panel
from ui.session.strip import Strip

if TYPE_CHECKING:
    from collections.abc import Awaitable

KEY = "Ctrl+L"


class SeatView(QObject):
    """See the module. A window in the process of its station has somebody who stays, and shows none of this."""

    def __init__(self, window: QMainWindow, context: Context, below: QWidget) -> None:
        super().__init__(window)
        self.session = context.session
        self.strip = Strip(context)
        self.door = Door(context)
        self.door.setParent(self)
        self.panel = Panel(context, self.door, window, below)
        self._context, self._window = context, window
        self.strip.asked.connect(self.open)
        self.strip.ended.connect(lambda: context.spawn(self.door.return_rights()))
        self.session.name_wanted.connect(self._ask_name)
        self.session.changed.connect(self._settle)
        QShortcut(QKeySequence(KEY), window, self.open)
        window.installEventFilter(self)

    def begin(self, offered: str = "") -> None:
        """The window is on the screen: from now on somebody may sit down. `offered` stands in the form."""
        self.panel.offered = offered
        self.door.watch(self._window.windowHandle())
        if not self.session.fixed:
            self.door.look()

    def look(self) -> None:
        """Once a second."""
        if not self.session.fixed:
            self.door.look()
        self.strip.tick()

    def open(self) -> None:
        """The form that fits the moment."""
        if not self.session.fixed:
            self.panel.open()

    def explain(self, refused: Refused) -> bool:
        """A refusal that signing in would cure opens the form; whether it was one."""
        if refused.check != "session" or self.session.fixed:
            return False
        self.panel.open(refused)
        return True

    def fill(self, menu: QMenu) -> None:
        """What somebody may do about the session, in the menu at the top."""
        if self.session.fixed:
            return
        now, look = self.session.now, self._context.look
        heading = menu.addAction(look.say(words.SESSION))
        heading.setEnabled(False)
        for text, act in self._choices(now.person is not None, now.locked, bool(now.lender)):
            menu.addAction(look.say(text)).triggered.connect(lambda _=False, act=act: act())
        menu.addSeparator()

    def _choices(self, somebody: bool, locked: bool, lent: bool) -> list[tuple[Text, Callable[[], None]]]:
        door, panel = self.door, self.panel
        if not somebody:
            return [(words.CREATE if self.session.now.first_start else words.SIGN_IN, self.open)]
        leave = (words.SIGN_OUT, lambda: self._spawn(door.sign_out))
        if locked:
            return [(words.UNLOCK, self.open), (words.ANOTHER, panel.hand_over), leave]
        lend: tuple[Text, Callable[[], None]] = (words.OVERRIDE, panel.override)
        if lent:
            lend = (words.END_OVERRIDE, lambda: self._spawn(door.return_rights))
        return [
            (words.LOCK, lambda: self._spawn(door.lock)),
            (words.ANOTHER, panel.hand_over),
            lend,
            (words.CHANGE, panel.change_password),
            leave,
        ]

    def _spawn(self, act: Callable[[], Awaitable[None]]) -> None:
        async def work() -> None:
            await act()

        self._context.spawn(work())

    def _ask_name(self, what: Text, give: Callable[[str], Awaitable[None]]) -> None:
        self.panel.emergency(what, give)

    def _settle(self) -> None:
        """The first start shows its form by itself, once; the strip may have moved the form."""
        if self.session.now.first_start and not self.session.now.person and not self.panel.shown:
            self.panel.open()
        self.panel.place()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize:
            self.panel.place()
        return False
