"""Seat: the real window in this process, on the loop and at the pace of `vigie window`, over the real station.

sit(town, scenario):  loop ── window ── RemoteAttachment ── socket and columns ── station ── wire ── city
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import struct
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterator
from dataclasses import dataclass
from typing import Any

import qasync
from PySide6.QtCore import QEvent, QPoint, QRect, Qt
from PySide6.QtGui import QColor, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from drivers.modbus.address import Address, Settings
from drivers.modbus.dial import dial
from drivers.modbus.endpoint import parse_endpoint
from drivers.modbus.plan import READ, places_of
from supervisor.clock import Clock, SystemClock
from supervisor.model import Equipment, Role, Tag
from tests.journeys.conftest import ROOT, Town
from tests.patience import until
from tests.people import PASSWORD
from ui.app import build
from ui.attach import RemoteAttachment
from ui.cli.window import LOOK_S
from ui.faceplate.panel import Content, Faceplate
from ui.preferences import Preferences
from ui.shell.window import MainWindow
from ui.synoptic.item import Item
from ui.synoptic.page_view import SynopticPage
from ui.tasks import Tasks
from ui.values import Shown, shown


class Seat:
    """Who sits there, and what he sees."""

    def __init__(self, town: Town, window: MainWindow) -> None:
        self.town, self.window = town, window
        self.context = window.context

    async def until(self, condition: Callable[[], object], within_s: float, what: str = "") -> float:
        """Seconds until the condition held, the window living meanwhile."""
        return await until(condition, within_s, what, 0.005)

    async def mischief(self, *words: object) -> None:
        await asyncio.to_thread(self.town.mischief, *words)

    def equipment(self, id_: str) -> Equipment:
        return self.town.site.equipment_by_id[id_]

    def tag(self, id_: str) -> Tag:
        return self.town.site.tag_by_id[id_]

    def shown(self, tag: str) -> Shown:
        """What the screen says of a tag, in the window's language."""
        context = self.context
        return shown(self.tag(tag), context.live, context.attachment.texts, context.look)

    async def page_of(self, id_: str) -> SynopticPage:
        """The synoptic page of an equipment, with values."""
        self.window.navigate(self.equipment(id_))
        page = self.window.pages["synoptic"]
        assert isinstance(page, SynopticPage)
        await self.until(lambda: page.isVisible() and len(page.view.items_shown) > 5, 5, f"the page of {id_}")
        await asyncio.sleep(0.2)  # two ticks: what is drawn first is drawn
        return page

    async def faceplate_of(self, id_: str) -> Content:
        self.window.navigate(self.equipment(id_))
        side = self.window.side
        assert isinstance(side, Faceplate)
        await self.until(lambda: side.content is not None and side.content.equipment.id == id_, 5, "the faceplate")
        assert side.content is not None
        return side.content

    def alarm_is(self, alarm: str, *states: int) -> bool:
        return self.town.alarm(alarm) in states

    def past(self, alarm: int) -> bool:
        """The banner asks for another one first."""
        return alarm not in self.window.banner.first()

    async def key(self, key: Qt.Key) -> None:
        """Press a key in the window."""
        self.window.activateWindow()
        await self.until(lambda: QApplication.activeWindow() is self.window, 5, "the window is active")
        QTest.keyClick(self.window, key)


def item_of(page: SynopticPage, tag: Tag) -> Item:
    """The symbol that shows a tag as its own value."""
    return next(item for item in page.view.items_shown if item.bound.tag is tag)


def pixels(page: SynopticPage, item: Item) -> QImage:
    """What the screen shows where the symbol is."""
    view = page.view
    room = view.mapFromScene(item.mapRectToScene(item.boundingRect())).boundingRect()
    return view.viewport().grab(room.intersected(QRect(QPoint(), view.viewport().size()))).toImage()


def count(image: QImage, color: QColor) -> int:
    """Pixels of exactly this colour."""
    wanted = color.rgb()
    return sum(image.pixel(x, y) == wanted for x in range(image.width()) for y in range(image.height()))


def click(widget: QWidget) -> None:
    QTest.mouseClick(widget, Qt.MouseButton.LeftButton)


def sit(town: Town, scenario: Callable[[Seat], Awaitable[None]], **chosen: Any) -> None:
    """Sit down at a window, live a scenario, get up.

    `chosen` are preferences; `user` is the id of who signs in, the first operator if left out and nobody for None.
    """
    in_qt(_live(town, scenario, chosen))


def in_qt(living: Coroutine[Any, Any, None]) -> None:
    """Run it as the window runs: on one loop with Qt's events."""
    application = QApplication.instance()
    assert isinstance(application, QApplication)
    loop = qasync.QEventLoop(application, already_running=False)
    asyncio.set_event_loop(loop)
    try:
        with loop:
            loop.run_until_complete(living)
    finally:
        asyncio.set_event_loop(None)
    application.sendPostedEvents(None, QEvent.Type.DeferredDelete)


async def _live(town: Town, scenario: Callable[[Seat], Awaitable[None]], chosen: dict[str, Any]) -> None:
    operator = next(user.id for user in town.site.users.values() if user.role is Role.OPERATOR and not user.areas)
    user = chosen.pop("user", operator)
    attachment = RemoteAttachment(town.site, town.folder, "poste-1")
    async with window_over(attachment, Preferences(**{"language": "fr", **chosen})) as window:
        seat = Seat(town, window)
        await seat.until(lambda: seat.context.live.alive, 5, "a station beats")
        if user is not None:
            await window.seat.door.sign_in(user, PASSWORD)
        await scenario(seat)


@contextlib.asynccontextmanager
async def window_over(
    attachment: RemoteAttachment, preferences: Preferences, clock: Clock | None = None
) -> AsyncIterator[MainWindow]:
    """The window, started, as `vigie window` has it; at the end it must not have shown a bug of ours."""
    tasks = Tasks(asyncio.get_running_loop())
    window = build(attachment, preferences, None, clock or SystemClock(), tasks)
    window.showNormal()  # it would fill the screen, and the one of no screen is small
    window.resize(1920, 1080)
    window.start()
    tasks.spawn(_follow(attachment))
    try:
        yield window
        assert not window.notices.bug.isVisible(), window.notices.bug.why.text()
    finally:
        window.close()
        await tasks.close()
        await attachment.close()
        window.deleteLater()


async def _follow(attachment: RemoteAttachment) -> None:
    while True:
        attachment.renew()
        await asyncio.sleep(LOOK_S)


# ------------------------------------------------------------ the field, past everything of ours


async def register(town: Town, tag: Tag) -> int:
    """What a cabinet's own memory says, asked of it directly."""
    assert tag.source is not None
    address, (place,) = tag.source.address, places_of([tag])
    assert isinstance(address, Address)
    client = await dial(parse_endpoint(town.site.links[tag.link].url), Settings(timeout_s=2.0))
    try:
        data = await client.call(place.unit, struct.pack(">BHH", READ[address.table], address.number, 1), 2.0)
    finally:
        client.close()
        await client.closed()
    return data[1] & 1 if address.table.bits else int.from_bytes(data[1:3])


async def uplink(town: Town, values: dict[str, float]) -> None:
    """What the probes of these tags ("CV-003.tilt") say over the air; see `tests.journeys.field`."""
    command = [sys.executable, "-m", "tests.journeys.field", str(town.path), json.dumps(values)]
    await asyncio.to_thread(subprocess.run, command, cwd=ROOT, check=True)


@dataclass
class Waits:
    """How long the window let who wants something of it wait, in ms, at worst."""

    wall: float = 0.0
    """With everything else this machine has to do."""
    work: float = 0.0
    """What of it was the window's own: the time its thread was at work."""


@contextlib.contextmanager
def patience(spawn: Callable[[Coroutine[Any, Any, None]], asyncio.Task[None]]) -> Iterator[Waits]:
    """Ask the window for a turn again and again."""
    waits = Waits()

    async def ask() -> None:
        while True:
            wall, work = time.perf_counter(), time.thread_time()
            await asyncio.sleep(0)
            waits.wall = max(waits.wall, 1000 * (time.perf_counter() - wall))
            waits.work = max(waits.work, 1000 * (time.thread_time() - work))
            await asyncio.sleep(0.001)

    task = spawn(ask())
    try:
        yield waits
    finally:
        task.cancel()
