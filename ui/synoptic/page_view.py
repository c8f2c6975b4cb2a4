"""SynopticPage: the synoptic of one equipment, with the way to it above: area › system › name."""

from __future__ import annotations

from numpy import concatenate, intp
from numpy.typing import NDArray
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QStackedLayout, QWidget

from supervisor.model import Equipment
from ui import naming
from ui.look import Look
from ui.padlock import marked, paint_padlock
from ui.pages import FACEPLATE, TRENDS, Context, Page, Place
from ui.preferences import Preferences
from ui.shapes import elided, text_width
from ui.synoptic import words
from ui.synoptic.auto import page_for
from ui.synoptic.binding import Drawing, bind
from ui.synoptic.page import Synoptic, load_pages
from ui.synoptic.sheet import Sheet
from ui.synoptic.view import SynopticView
from ui.trend.dock import TrendDock
from ui.widgets import Button, Card, Line, Words, column, row

ARROW = "  ›  "
HEADER = 48


class Way(QWidget):
    """Area › system › name, then the type. Where there is too little room the type goes first, then the way."""

    def __init__(self, look: Look) -> None:
        super().__init__()
        self._look = look
        self.way = self.name = self.kind = ""
        self.locked = False
        """A padlock stands before the name."""
        self.setMinimumWidth(120)

    def say(self, way: str, name: str, kind: str) -> None:
        self.way, self.name, self.kind = way, name, kind
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        look, small, large = self._look, self._look.font("body"), self._look.font("title", 600)
        name = text_width(self.name, large)
        way, kind = text_width(self.way, small), text_width(self.kind, small) + 12
        room = self.width() - name
        shown = [(self.way, small, "text2", way if way <= room else 0.0), (self.name, large, "text", name)]
        shown.append((self.kind, small, "text2", kind if way + kind <= room else 0.0))
        x = 0.0
        with QPainter(self) as painter:
            for text, font, token, width in shown:
                if not width:
                    continue
                if text == self.name and self.locked:
                    paint_padlock(painter, QRectF(x, self.height() / 2 - 10, 20, 20), look)
                    x += 27
                painter.setFont(font)
                painter.setPen(look.color(token))
                gap = 12 if text == self.kind else 0
                rect = QRectF(x + gap, 0, min(width, self.width() - x), self.height())
                painter.drawText(rect, int(Qt.AlignmentFlag.AlignVCenter), elided(text, font, rect.width() + 1))
                x += width


class SynopticPage(Page):
    """See the module. `show_equipment` draws the page of its type, or one made of its tags."""

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self.equipment: Equipment | None = None
        self.pages, self.problems = load_pages(context.attachment.site)
        self.sheet = Sheet(context)
        self.view = SynopticView(self.sheet)
        self.way = Way(context.look)
        self._trends = Button(context.look, words.TRENDS, "flat", "trend")
        self._plate = Button(context.look, words.FACEPLATE, "flat", "list")
        self._acknowledge = Button(context.look, words.ACKNOWLEDGE)
        context.gate.guard(self._acknowledge)
        self.dock = TrendDock(context)
        self._lay_out()
        self._trends.clicked.connect(self._go_to_trends)
        self._plate.clicked.connect(self._go_to_faceplate)
        self._acknowledge.clicked.connect(self._acknowledge_page)
        self.view.opened.connect(lambda equipment: self.asked_for.emit(Place(FACEPLATE, equipment)))
        context.look.changed.connect(self.dress)
        self.setFocusProxy(self.view)
        self.dress()

    def _lay_out(self) -> None:
        head = QWidget()
        head.setFixedHeight(HEADER)
        line = row(head, 0, 8)
        line.setContentsMargins(16, 0, 12, 0)
        line.addWidget(self.way, 1)
        for button in (self._trends, self._plate, self._acknowledge):
            line.addWidget(button)
        empty = Words(self.context.look, words.NO_EQUIPMENT, "value", 400, "text2")
        empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        body = QWidget()
        self._stack = QStackedLayout(body)
        self._stack.addWidget(empty)
        self._stack.addWidget(self.view)
        card = Card()
        inside = column(card, 1)
        inside.addWidget(head)
        inside.addWidget(Line(self.context.look))
        inside.addWidget(body, 1)
        whole = column(self, 0, 8)
        whole.addWidget(card, 1)
        whole.addWidget(self.dock)
        self.dock.hide()

    def show_equipment(self, equipment: Equipment) -> None:
        """Draw it; a part that has no page of its own is shown on the page of what it is a part of."""
        whole = self._whole(equipment)
        if self.equipment is None or whole.id != self.equipment.id:
            self.equipment = whole
            self.view.show_drawing(self.drawing(whole))
            self._stack.setCurrentIndex(1)
            self.dress()
        self.dock.show_equipment(whole)
        self.dock.show()
        self._stand_on(equipment)

    def remember(self, preferences: Preferences) -> None:
        def keep(folded: bool) -> None:
            preferences.dock_open = "no" if folded else "yes"
            preferences.save()

        self.dock.wished = {"yes": True, "no": False}.get(preferences.dock_open)
        self.dock.folded.connect(keep)

    def drawing(self, equipment: Equipment) -> Drawing:
        """What is drawn for an equipment."""
        return bind(self.page(equipment), self.context.attachment.site, equipment)

    def page(self, equipment: Equipment) -> Synoptic:
        """The page of its type, or one made of its tags."""
        page = self.pages.get(equipment.type.page)
        return page or page_for(self.context.attachment.site, equipment)

    def _whole(self, equipment: Equipment) -> Equipment:
        parent = self.context.attachment.site.equipment_by_id.get(equipment.parent)
        within = parent is not None and equipment.id.startswith(f"{parent.id}.")
        return parent if parent is not None and within and not equipment.type.page else equipment

    def _stand_on(self, equipment: Equipment) -> None:
        """Frame the part that was asked for."""
        if self.equipment is None or equipment.id == self.equipment.id:
            self.view.select("")
            return
        groups = [item.bound.symbol.group for item in self.view.items_shown if item.equipment.id == equipment.id]
        self.view.select(groups[0] if groups else "")

    def refresh(self, moved: NDArray[intp]) -> None:
        self.view.refresh(moved)
        self.dock.refresh(moved)

    def rows(self) -> NDArray[intp]:
        return concatenate([self.view.rows, self.dock.view.rows])

    def jump(self) -> None:
        """Built again, for diagrams keep what they saw; what was zoomed stays so, and loses only its strips."""
        if self.view.zoomed:
            self.sheet.strips.forget()
        elif self.equipment is not None:
            group = self.view.group
            self.view.show_drawing(self.drawing(self.equipment))
            self.view.select(group)
        self.dock.view.jump()

    def refresh_locks(self) -> None:
        self.way.locked = self.equipment is not None and marked(self.context.attachment, self.equipment)
        super().refresh_locks()

    def refresh_alarms(self) -> None:
        self.view.refresh_alarms()
        self.dock.refresh_alarms()
        self._acknowledge.setEnabled(bool(self._unacked()))

    def slow(self) -> None:
        self.view.slow()
        self.dock.slow()

    def resizeEvent(self, event: QResizeEvent) -> None:
        self.dock.suit(self.window().height())

    def dress(self) -> None:
        """Words and colours again."""
        look, site = self.context.look, self.context.attachment.site
        self.view.dress()
        for button in (self._trends, self._plate, self._acknowledge):
            button.setVisible(self.equipment is not None)
        if self.equipment is None:
            return
        system = site.systems.get(self.equipment.system)
        steps = [naming.area_name(site, self.equipment.area, look), look.say(system.name) if system else ""]
        kind = f"{look.say(self.equipment.type.name)}  {self.equipment.id}"
        self.way.locked = marked(self.context.attachment, self.equipment)
        self.way.say("".join(step + ARROW for step in steps if step), look.say(self.equipment.name), kind)
        self._acknowledge.setEnabled(bool(self._unacked()))

    def _unacked(self) -> list[str]:
        """Ids of the alarms of this page that nobody acknowledged."""
        board, site = self.context.board, self.context.attachment.site
        alarms = [site.alarms[n] for n in board.unacked().tolist()]
        own = self.equipment.id if self.equipment else ""
        return [alarm.id for alarm in alarms if own in (alarm.equipment.id, alarm.equipment.parent)]

    def _acknowledge_page(self) -> None:
        alarms = self._unacked()
        if alarms:
            self.context.spawn(self._ask_acknowledge(alarms))

    async def _ask_acknowledge(self, alarms: list[str]) -> None:
        await self.context.attachment.ask("acknowledge", alarms=alarms)

    def _go_to_trends(self) -> None:
        if self.equipment:
            site = self.context.attachment.site
            found = (site.tag(self.equipment, path) for path in self.equipment.type.headline)
            self.asked_for.emit(Place(TRENDS, self.equipment, tuple(tag for tag in found if tag is not None)))

    def _go_to_faceplate(self) -> None:
        if self.equipment:
            self.asked_for.emit(Place(FACEPLATE, self.view.standing() or self.equipment))
