"""The window's process: what must be right before a window can be shown, and the loop it lives in.

The shell is on the screen first; pages and what is slow to import come afterwards.
"""

from __future__ import annotations

import asyncio
import gc
import logging
import sys
from collections.abc import Callable, Coroutine
from importlib import import_module
from importlib.util import find_spec
from itertools import cycle
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, NamedTuple

import qasync
from PySide6.QtCore import QMessageLogContext, QObject, QTimer, QtMsgType, qInstallMessageHandler
from PySide6.QtWidgets import QApplication

from supervisor.clock import Clock, SystemClock
from supervisor.errors import Unavailable
from supervisor.model import User
from ui import words
from ui.board import Board
from ui.live import Live
from ui.look import Look
from ui.pages import Context
from ui.past.seen import Seen, SeenClock
from ui.preferences import Preferences
from ui.seat import Session
from ui.shell.dress import Dress
from ui.shell.sounds import Player
from ui.shell.window import MainWindow
from ui.tasks import Tasks
from ui.theme.theme import load_fonts

if TYPE_CHECKING:
    from ui.attach import Attachment

log = logging.getLogger(__name__)

_SLOW_IMPORTS = ("pyqtgraph",)
"""A third of a second of imports that the first trend page would otherwise wait for."""
_LEVELS = {
    QtMsgType.QtDebugMsg: logging.DEBUG,
    QtMsgType.QtInfoMsg: logging.INFO,
    QtMsgType.QtWarningMsg: logging.WARNING,
}


class Seat(NamedTuple):
    """Where somebody sits, and what they chose on this machine."""

    user: User | None = None
    """Who sits there for good, in the process of the station; None for a seat that people sign in at."""
    preferences: Path | None = None
    """Where their choices are kept; None keeps nothing."""
    theme: str = ""
    """Wanted for this time, ahead of what is kept; empty for no wish. Likewise the language."""
    language: str = ""
    offered: str = ""
    """Id that stands in the form in which somebody signs in."""

    def choices(self) -> Preferences:
        """What they chose, now or earlier."""
        kept = Preferences.load(self.preferences)
        kept.theme, kept.language = self.theme or kept.theme, self.language or kept.language
        return kept


def run(
    attachment: Attachment,
    seat: Seat,
    beside: Callable[[], Coroutine[Any, Any, None]] | None = None,
    clock: Clock | None = None,
) -> int:
    """Show the window until it is closed; the exit code.

    `beside` is a coroutine that lives as long as the window, such as the one that restarts a dead station. Raises
    Unavailable where the installed Qt binding would not survive.
    """
    if not binding_keeps_references():
        raise Unavailable(words.BAD_BINDING.en)
    application = prepare()
    loop = qasync.QEventLoop(application)
    asyncio.set_event_loop(loop)
    try:
        with loop:
            return int(loop.run_until_complete(_live(attachment, seat, beside, clock or SystemClock())))
    finally:
        asyncio.set_event_loop(None)


def prepare() -> QApplication:
    """The QApplication, made if there is none, with the style and the fonts every machine shows alike."""
    qInstallMessageHandler(_take_message)
    present = QApplication.instance()
    application = present if isinstance(present, QApplication) else QApplication(sys.argv[:1])
    application.setApplicationName("Vigie")
    application.setStyle("Fusion")
    application.setQuitOnLastWindowClosed(False)  # it would stop the loop under the coroutines that still run
    load_fonts()
    return application


def build(
    attachment: Attachment, preferences: Preferences, user: User | None, clock: Clock, tasks: Tasks | None = None
) -> MainWindow:
    """The window, neither shown nor started. Needs a QApplication made by `prepare`, and a loop if no `tasks`.

    Without a `user` it watches until somebody signs in.
    """
    site = attachment.site
    look = Look(site.zone, preferences.theme, preferences.language or site.language, preferences.scale)
    look.met = attachment.journal.people
    application = QApplication.instance()
    dress = Dress(application, look) if isinstance(application, QApplication) else None
    tasks = tasks or Tasks(asyncio.get_running_loop())
    seen = Seen(attachment)
    context = Context(
        attachment=seen,
        live=Live(attachment.table),
        board=Board(site, attachment.alarms),
        look=look,
        spawn=tasks.spawn,
        session=Session(user),
        clock=SeenClock(seen, clock),
        navigate=lambda _: None,  # the window puts itself here
        own=preferences.path.parent if preferences.path else None,
    )
    window = MainWindow(context, preferences, seen)
    window.dress = dress
    tasks.failed = window.show_error
    return window


def binding_keeps_references(calls: int = 200) -> bool:
    """Whether calls into Qt leave the references of None alone.

    PySide6 6.12.0 drops one at nearly every call on Python 3.11: the process dies once some 5 000 are gone.
    """
    probe = QObject()
    before = sys.getrefcount(None)
    for _ in range(calls):
        probe.setObjectName("x")
    return sys.getrefcount(None) - before > -calls // 2


def collect_here() -> QTimer:
    """Collect garbage in the window's thread alone, once a second: in one that reads history, it would end what is
    Qt's there, and the process with it. Whoever stops the timer enables the collector again."""
    gc.disable()
    turns = cycle([*[1] * 59, 2])
    timer = QTimer(QApplication.instance())
    timer.timeout.connect(lambda: gc.collect(next(turns)))
    timer.start(1000)
    return timer


async def _live(
    attachment: Attachment, seat: Seat, beside: Callable[[], Coroutine[Any, Any, None]] | None, clock: Clock
) -> int:
    tasks = Tasks(asyncio.get_running_loop())
    collector = collect_here()
    window = build(attachment, seat.choices(), seat.user, clock, tasks)
    window.hear(Player())
    left = asyncio.Event()
    window.left.connect(left.set)
    before, sys.excepthook = sys.excepthook, _hook(window)
    window.show()
    QTimer.singleShot(0, lambda: window.start(seat.offered))
    tasks.spawn(_warm())
    if beside:
        tasks.spawn(beside())
    try:
        await left.wait()
    finally:
        sys.excepthook = before
        await tasks.close()
        collector.stop()
        gc.enable()
    return 0


async def _warm() -> None:
    """Import what is slow in a thread, while the operator reads the overview."""
    loop = asyncio.get_running_loop()
    for name in _SLOW_IMPORTS:
        if find_spec(name):
            await loop.run_in_executor(None, import_module, name)


def _hook(window: MainWindow) -> Callable[[type[BaseException], BaseException, TracebackType | None], None]:
    """What escapes from a slot is logged and shown; supervision goes on."""

    def hook(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        log.error("A slot of the window failed", exc_info=(kind, error, trace))
        window.show_error(error)

    return hook


def _take_message(kind: QtMsgType, where: QMessageLogContext, message: str) -> None:
    """Qt's own messages go to the log."""
    if "propagateSizeHints" not in message:  # a limitation of the offscreen platform, said for every window
        log.log(_LEVELS.get(kind, logging.ERROR), "Qt: %s", message)
