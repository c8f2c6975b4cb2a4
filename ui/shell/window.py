"""The window: frame, pages, and the roads between them. It holds nothing worth losing.

wish ──> navigate ──> Place ──> page made if need be ──> page.arrive(place) ──> shown
                          └──> faceplate beside it, where the place is an equipment
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QByteArray, QSize, Qt, Signal
from PySide6.QtGui import QCloseEvent, QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import QApplication, QMainWindow, QStackedWidget, QWidget

from supervisor.errors import Refused, VigieError
from supervisor.health import LINK_TYPE
from supervisor.model import Alarm, Equipment, Tag
from supervisor.reasons import plainly
from ui import words
from ui.alarms.acts import acknowledge
from ui.meeting import Meeting
from ui.pages import ALARMS, FACEPLATE, LINKS, MAP, OVERVIEW, SYNOPTIC, TRENDS, Context, Page, Place
from ui.past.seen import Seen
from ui.past.view import Parts, PastView
from ui.preferences import Preferences
from ui.refresh import Refresh
from ui.session.seat import SeatView
from ui.shell.banner import Banner
from ui.shell.dress import Dress
from ui.shell.horn import Horn
from ui.shell.navigation import Navigation
from ui.shell.notices import Notices
from ui.shell.pins import Pins
from ui.shell.places import PAGES, SIDE, PageRow, key
from ui.shell.search import Finder
from ui.shell.sounds import Player
from ui.shell.status import StatusBar
from ui.shell.top import Counts, TopBar
from ui.widgets import column, row

SIDE_WIDTH = 336
_BESIDE = (SYNOPTIC, MAP)
"""Pages the faceplate stays beside when they are come back to."""
_MANY_TAGS = 20_000
"""From here on what can be searched is prepared in a thread, not at the first letter."""
_REMEMBERED = 50
"""Places one can go back to."""

log = logging.getLogger(__name__)


class MainWindow(QMainWindow):
    """See the module. `refresh` is started by `start`, so that tests may tick by hand."""

    left = Signal()
    """The window was closed."""

    def __init__(self, context: Context, preferences: Preferences, seen: Seen) -> None:
        """`seen` is the attachment of the context."""
        super().__init__()
        self.context = replace(context, navigate=self.navigate)
        self.preferences = preferences
        self.rows = {row.id: row for row in PAGES if row.present()}
        self.pages: dict[str, Page] = {}
        self.side: Page | None = None
        self.place = Place("")
        self.dress: Dress | None = None
        """Kept so that the application follows the look as long as the window lives."""
        self._behind: list[Place] = []
        self._open = False
        """Whether the operator has a faceplate open; pages that need the width hide it meanwhile."""
        self.refresh = Refresh(context.attachment, context.live, context.board, context.clock)
        self.horn = Horn(context.board, context.clock)
        self.meeting = Meeting(context.look, context.spawn, context.clock)
        self.past = PastView(self, self.context, seen, Parts(self.horn, Counts))
        for part in (self.refresh, self.horn, context.look, context.session, context.gate):
            part.setParent(self)  # it ends with the window; while it lived, what is connected to it would stay for ever
        self._build()
        self._connect()
        self._shortcuts()
        self.setWindowTitle(f"Vigie – {context.look.say(context.attachment.site.name)}")
        if not self.restoreGeometry(QByteArray.fromBase64(preferences.geometry.encode())):
            self._fill_screen()

    # ------------------------------------------------------------ putting it together
    def _build(self) -> None:
        context = self.context
        present = tuple(self.rows.values())
        self.finder = Finder(context.attachment.site, present)
        self.top = TopBar(context, present, self.horn, self.finder)
        self.notices = Notices(context.look)
        self.banner = Banner(context)
        self.pins = Pins(context, self.rows, self.preferences.pinned)
        self.navigation = Navigation(context, self.pins)
        self.status = StatusBar(context, self.refresh)
        self.stack = QStackedWidget()
        self.stack.addWidget(self.past.veil)
        self.beside = QWidget()
        column(self.beside)
        self.beside.hide()
        frame = QWidget()
        frame.setObjectName("root")
        layout = column(frame)
        self._whole = layout
        for part in (self.past.strip, self.top, self.notices, self.banner):
            layout.addWidget(part)
        body = row(spacing=8)
        body.setContentsMargins(8, 8, 8, 8)
        body.addWidget(self.navigation)
        body.addWidget(self.stack, 1)
        body.addWidget(self.beside)
        layout.addLayout(body, 1)
        layout.addWidget(self.past.transport)
        layout.addWidget(self.status)
        self.seat = SeatView(self, context, self.banner)
        layout.insertWidget(layout.indexOf(self.notices), self.seat.strip)
        self.setCentralWidget(frame)
        self.setMinimumSize(QSize(1100, 640))

    def _connect(self) -> None:
        for part in (self.top, self.banner, self.navigation, self.pins, self.status):
            part.asked_for.connect(self.navigate)
        self.top.asked_for.connect(lambda _: self._give_focus())
        self.top.search.left.connect(self._give_focus)
        self.pins.changed.connect(self._keep_pins)
        self.banner.acknowledged.connect(self.acknowledge)
        self.top.rewind.clicked.connect(self.past.toggle)
        refresh = self.refresh
        for show in (self.horn.listen, self.banner.show_board, self.top.counts.show_board):
            refresh.alarms_moved.connect(show)
        refresh.alarms_moved.connect(self.navigation.tree.show_board)
        for padlocked in (self.banner, self.navigation.tree.viewport()):
            refresh.locks_moved.connect(padlocked.update)
        for show in (self.top.clock.update, self.status.update, self.banner.show_second, self.horn.sound):
            refresh.second.connect(show)
        refresh.blinked.connect(self._blink)
        refresh.liveness.connect(self._show_liveness)
        refresh.broke.connect(self.notices.show_bug)
        refresh.second.connect(self.seat.look)
        refresh.second.connect(self.meeting.look_out)
        self.top.chip.extend = self.seat.fill
        self.context.session.changed.connect(self._follow_person)
        self.context.look.changed.connect(self._keep_look)
        self._connect_past()

    def _connect_past(self) -> None:
        past, machine = self.past, self.past.machine
        past.visible, past.show = self._visible_rows, self._show_instant
        past.said.connect(self.say)
        past.alarm_chosen.connect(lambda row_: self.navigate(self.context.attachment.site.alarms[row_]))
        machine.entered.connect(self._change_time)
        machine.left.connect(self._change_time)
        machine.turned.connect(self._jump)
        past.present.changed.connect(lambda: self.notices.show_liveness(past.present.alive))

    def _shortcuts(self) -> None:
        acts: dict[str, Callable[[], None]] = {
            "F8": lambda: self.acknowledge(self.banner.first()),
            "F9": self.horn.silence,
            "Ctrl+K": self._search,
            "Alt+Left": self.back,
            "Ctrl+D": self.pins.toggle,
        }
        for number, page in enumerate(self.rows):
            if function := key(number):
                acts[function] = lambda page=page: self.navigate(page)  # type: ignore[misc]
        for number in range(Pins.MOST):
            acts[f"Alt+{number + 1}"] = lambda number=number: self.pins.go(number)  # type: ignore[misc]
        for keys, act in acts.items():
            QShortcut(QKeySequence(keys), self, act)

    def start(self, offered: str = "") -> None:
        """Go to the first page and refresh from now on. `offered` stands in the form in which somebody signs in."""
        self._follow_person()
        self.seat.begin(offered)
        self.refresh.tick()
        if not self.place.page:
            self.navigate(OVERVIEW if OVERVIEW in self.rows else next(iter(self.rows)))
            self._give_focus()
        self.refresh.start()
        if len(self.context.attachment.site.tags) > _MANY_TAGS:
            self.context.spawn(asyncio.to_thread(self.finder.build))

    def _fill_screen(self) -> None:
        """A new window takes the whole screen, also where no window manager maximises it."""
        self.setGeometry(self.screen().availableGeometry())
        self.setWindowState(Qt.WindowState.WindowMaximized)

    # ------------------------------------------------------------ going places
    def navigate(self, wish: object) -> None:
        """Go where a `Place`, a page's id, an `Equipment`, a `Tag` or an `Alarm` is shown."""
        place = self._read(wish)
        if place.page == FACEPLATE:
            self._show_side(place)
            return
        if place.page not in self.rows:
            return
        if not self._may_see(place.page):
            self.show_error(Refused("session", words.NOT_YOUR_PAGE))
            return
        if self.place.page:
            self._behind = [*self._behind, self.place][-_REMEMBERED:]
        self._arrive(place)

    def _may_see(self, page: str) -> bool:
        return self.context.user.role >= self.rows[page].role

    def _follow_person(self) -> None:
        """Somebody else, or nobody: the pages they may see, and the screen otherwise as it was."""
        self.top.show_rows({page for page in self.rows if self._may_see(page)})
        if self.place.page and not self._may_see(self.place.page):
            self._behind = [place for place in self._behind if self._may_see(place.page)]
            self._arrive(Place(OVERVIEW))
        for page in (*self.pages.values(), *([self.side] if self.side else [])):
            page.person_changed()

    def _give_focus(self) -> None:
        """To the page: with the focus on a tab of the top bar, a key meant for the page would leave it."""
        if shown := self.pages.get(self.place.page):
            shown.setFocus()

    def back(self) -> None:
        if self._behind:
            self._arrive(self._behind.pop())

    def page(self, name: str) -> Page:
        """A page by its id, made at the first call."""
        if name not in self.pages:
            page = self.rows[name].make(self.context)
            page.asked_for.connect(self.navigate)
            page.remember(self.preferences)
            self.stack.addWidget(page)
            self.refresh.watch(page)
            self.pages[name] = page
        return self.pages[name]

    def _read(self, wish: object) -> Place:
        if isinstance(wish, Place):
            return wish
        if isinstance(wish, Alarm):
            return Place(ALARMS, alarm=wish)
        if isinstance(wish, Tag):
            return Place(TRENDS, tags=(wish,)) if TRENDS in self.rows else self._read(wish.equipment)
        if isinstance(wish, Equipment):
            if wish.type is LINK_TYPE or SYNOPTIC not in self.rows:
                return Place(LINKS if wish.type is LINK_TYPE else FACEPLATE, wish)
            return Place(SYNOPTIC, wish)
        return Place(str(wish))

    def _arrive(self, place: Place) -> None:
        page, shown = self.page(place.page), self.stack.currentWidget()
        focused = QApplication.focusWidget()
        page.arrive(place)
        self.place = place
        self._show_page()
        if focused is None or any(part and part.isAncestorOf(focused) for part in (shown, self.top)):
            self._give_focus()  # Qt would take whatever field of the page comes first
        self.top.show_page(place.page)
        self.pins.show_here(place.equipment.id if place.equipment else place.page)
        if place.equipment and place.page != ALARMS:
            self._show_side(place)
        else:
            self.beside.setVisible(self._open and place.page in _BESIDE)

    def _show_page(self) -> None:
        """The page of the place, unless it would show the present as if it were then."""
        covered = self.past.on and not self.rows[self.place.page].past
        self.stack.setCurrentWidget(self.past.veil if covered else self.page(self.place.page))

    def _close_side(self) -> None:
        self._open = False
        self.beside.hide()

    def _show_side(self, place: Place) -> None:
        if place.equipment is None:
            return
        self.navigation.tree.show_equipment(place.equipment)
        if self.side is None and SIDE.present():
            self.side = self._make_side(SIDE)
        if self.side:
            self.side.arrive(place)
            self.beside.setFixedWidth(round(SIDE_WIDTH * self.context.look.scale))
            self._open = True
            self.beside.show()

    def _make_side(self, side: PageRow) -> Page:
        panel = side.make(self.context)
        panel.asked_for.connect(self.navigate)
        panel.closed.connect(self._close_side)
        self.refresh.watch(panel)
        layout = self.beside.layout()
        if layout is not None:
            layout.addWidget(panel)
        return panel

    def _search(self) -> None:
        self.top.search.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.top.search.selectAll()

    # ------------------------------------------------------------ acting and telling
    def acknowledge(self, rows: Iterable[int]) -> None:
        """Ask the station to acknowledge alarms by their rows."""
        rows = list(rows)
        if rows and self.context.gate.passes():
            self.context.spawn(acknowledge(self.context, rows))

    def hear(self, player: Player) -> None:
        """Let the horn be heard; the status bar says where the machine has no sound."""
        self.horn.player = player
        player.changed.connect(lambda: self.status.show_mute(not player.able))
        self.left.connect(player.stop)
        self.status.show_mute(not player.able)

    def say(self, message: str) -> None:
        self.status.say(message)

    def show_error(self, error: BaseException) -> None:
        """A refusal or an unreachable station is a sentence; anything else is a bug of ours."""
        if isinstance(error, Refused):
            if not self.seat.explain(error):
                self.say(self.context.look.say(error.text))
        elif isinstance(error, VigieError):
            self.say(self.context.look.say(plainly(str(error))))
        else:
            self.notices.show_bug(error)

    def _blink(self) -> None:
        if len(self.context.board.unacked()):
            self.banner.update()

    def _show_liveness(self, alive: bool) -> None:
        self.notices.show_liveness(self.past.present.alive if self.past.on else alive)
        self.status.update()
        self.banner.update()

    # ------------------------------------------------------------ the past
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.past.frame.surround(self.rect())

    def _every_page(self) -> list[Page]:
        return [*self.pages.values(), *([self.side] if self.side else [])]

    def _visible_rows(self) -> NDArray[np.intp]:
        """The tags that are on the screen, but for those of the alarms, which the machine knows."""
        shown = [page.rows() for page in self._every_page() if page.isVisible()]
        return np.unique(np.concatenate([self.status.rows(), *shown])).astype(np.intp)

    def _show_instant(self) -> None:
        self.refresh.jump()
        for part in (self.top.clock, self.banner, self.status):
            part.update()

    def _change_time(self) -> None:
        """Room for the frame, or none."""
        margin = self.past.margin
        self._whole.setContentsMargins(margin, margin, margin, margin)
        self.past.frame.surround(self.rect())
        self.top.rewind.setEnabled(not self.past.on)
        if self.place.page:
            self._show_page()

    def _jump(self) -> None:
        for page in self._every_page():
            page.jump()
            if page.isVisible():
                page.slow()

    # ------------------------------------------------------------ what is kept
    def _keep_pins(self) -> None:
        self.preferences.pinned = list(self.pins.pinned)
        self.preferences.save()

    def _keep_look(self) -> None:
        look, chosen = self.context.look, self.preferences
        chosen.theme, chosen.language, chosen.scale = look.theme.name, look.language, look.scale
        chosen.save()
        self.setWindowTitle(f"Vigie – {look.say(self.context.attachment.site.name)}")
        self.beside.setFixedWidth(round(SIDE_WIDTH * look.scale))

    def closeEvent(self, event: QCloseEvent) -> None:
        self.refresh.stop()
        self.past.close()
        self.preferences.geometry = bytes(self.saveGeometry().toBase64().data()).decode()
        self.preferences.save()
        self.left.emit()
        super().closeEvent(event)
