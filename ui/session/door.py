"""Door: signing in and out over the station's socket, and the lock of a seat that nobody touches.

The state is asked for once a second: a station that has started again knows nobody, and the window says so. With each
question goes how long nobody has touched this window: the station locks the seat where it should have and did not.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QEvent, QObject
from PySide6.QtGui import QGuiApplication, QWindow

from supervisor.errors import Refused, Unavailable
from ui.pages import Context

if TYPE_CHECKING:
    from ui.attach import Attachment

log = logging.getLogger(__name__)

_TOUCHES = frozenset(
    {
        QEvent.Type.KeyPress,
        QEvent.Type.MouseButtonPress,
        QEvent.Type.MouseMove,
        QEvent.Type.Wheel,
        QEvent.Type.TouchBegin,
        QEvent.Type.TouchUpdate,
    }
)


class Door(QObject):
    """See the module. `look` is called once a second."""

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        # signing in concerns the station of now, also while the window shows the past
        self._station: Attachment = getattr(context.attachment, "present", context.attachment)
        self.session = context.session
        self._touched = context.clock.monotonic()
        self._asking = False
        tell = getattr(self._station, "tell_idle", None)
        if tell is not None:
            tell(lambda: self.idle_s)
        application = QGuiApplication.instance()
        if isinstance(application, QGuiApplication):
            application.focusWindowChanged.connect(self.watch)

    def watch(self, window: QWindow | None) -> None:
        """Whatever a person does in this window counts as being there; in its dialogs too, once they have the keys."""
        if window is not None:
            window.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in _TOUCHES:
            self.touch()
        return False

    def touch(self) -> None:
        """Somebody is there."""
        self._touched = self._context.clock.monotonic()

    @property
    def idle_s(self) -> float:
        return self._context.clock.monotonic() - self._touched

    def look(self) -> None:
        """Ask how things stand, and lock where nobody has touched anything for long."""
        lock_s = 60 * self.session.now.lock_min
        if self.session.acting and lock_s and self.idle_s >= lock_s:
            self._context.spawn(self.lock(idle=True))
        elif not self._asking:
            self._context.spawn(self.ask())

    async def ask(self) -> None:
        """How things stand at this seat."""
        self._asking = True
        try:
            await self.act("session")
        except (Refused, Unavailable) as error:
            log.debug("How this seat stands is not known: %s", error)
            self.session.lose()
        finally:
            self._asking = False

    async def sign_in(self, user: str, password: str, new: str = "") -> None:
        """Raises Refused with the sentence for whoever typed it, or Unavailable; likewise the others."""
        await self.act("sign_in", user=user, password=password, new=new)
        self.touch()

    async def sign_out(self) -> None:
        await self.act("sign_out")

    async def lock(self, idle: bool = False) -> None:
        await self.act("lock", idle=idle)

    async def return_rights(self) -> None:
        await self.act("return_rights")

    async def found(self, id_: str, name: str, password: str) -> None:
        """The first administrator."""
        await self.act("first_administrator", id=id_, name=name, password=password)
        self.touch()

    async def act(self, act: str, /, **words: Any) -> None:
        """One act about the seat, and what the station says of it afterwards."""
        self.session.hear(await self._station.ask(act, **words))
