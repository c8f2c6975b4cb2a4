"""Pins: the pages and the equipment that a person keeps at hand, below the navigation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from ui import words
from ui.naming import full_name
from ui.pages import MAP, OVERVIEW, Context
from ui.shapes import elided
from ui.shell.places import PageRow
from ui.widgets import Button

LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


class Pins(QWidget):
    """Pages a person keeps at hand, Alt+1 to Alt+9. A small bare widget: names, keys, and a cross to let go."""

    asked_for = Signal(object)
    """An equipment, or a page's id."""
    changed = Signal()
    ROW = 25
    HEAD = 30
    MOST = 9

    def __init__(self, context: Context, pages: Mapping[str, PageRow], pinned: Sequence[str]) -> None:
        """`pages` are those of the window; where nothing is pinned it begins with what most people want."""
        super().__init__()
        self._look, self._site, self._pages = context.look, context.attachment.site, pages
        self.pinned = list(pinned) or self._usual()
        self.here = ""
        """What is shown now, and what the button pins."""
        self._under = -1
        self._button = Button(self._look, None, "flat", "pin")
        self._button.setParent(self)
        self._button.setFixedSize(28, 26)
        self._button.clicked.connect(self.toggle)
        self.setMouseTracking(True)
        self._look.changed.connect(self._fit)
        self._fit()

    def show_here(self, here: str) -> None:
        """What is shown now: a page's id or an equipment's."""
        self.here = here
        self._button.tip(words.UNPIN if here in self.pinned else words.PIN)
        self.update()

    def toggle(self) -> None:
        """Pin what is shown, or let it go."""
        if self.here in self.pinned:
            self.pinned.remove(self.here)
        elif self.here and len(self.pinned) < self.MOST:
            self.pinned.append(self.here)
        self.show_here(self.here)
        self._fit()
        self.changed.emit()

    def go(self, number: int) -> None:
        """Alt+1 is number 0."""
        if number < len(self.pinned):
            pin = self.pinned[number]
            self.asked_for.emit(self._site.equipment_by_id.get(pin, pin))

    def _usual(self) -> list[str]:
        """The overview, the map, and the first equipment of two systems that have a page."""
        pins = [page for page in (OVERVIEW, MAP) if page in self._pages]
        firsts: dict[str, str] = {}
        for thing in self._site.equipment:
            if thing.type.page and not thing.parent:
                firsts.setdefault(thing.system, thing.id)
        return pins + [firsts[system] for system in self._site.systems if system in firsts][:2]

    def _name(self, pin: str) -> str:
        if pin in self._pages:
            return self._look.say(self._pages[pin].words)
        thing = self._site.equipment_by_id.get(pin)
        return full_name(self._site, thing, self._look) if thing else pin

    def _fit(self) -> None:
        scale = self._look.scale
        self.setFixedHeight(round((self.HEAD + self.ROW * max(len(self.pinned), 1)) * scale) + 2)
        self.update()

    def resizeEvent(self, event: object) -> None:
        self._button.move(self.width() - 36, 3)

    def _strip(self, number: int) -> QRectF:
        scale = self._look.scale
        return QRectF(0, (self.HEAD + number * self.ROW) * scale, self.width(), self.ROW * scale)

    def paintEvent(self, event: QPaintEvent) -> None:
        look = self._look
        with QPainter(self) as painter:
            painter.setFont(look.font("label", 600))
            painter.setPen(look.color("text2"))
            painter.drawText(QRectF(14, 0, 180, self.HEAD * look.scale), LEFT, look.say(words.PINNED))
            if not self.pinned:
                painter.setFont(look.font("label"))
                painter.drawText(self._strip(0).adjusted(14, 0, 0, 0), LEFT, look.say(words.NOTHING_PINNED))
            for number, pin in enumerate(self.pinned):
                self._paint_pin(painter, number, pin)

    def _paint_pin(self, painter: QPainter, number: int, pin: str) -> None:
        look, strip = self._look, self._strip(number)
        if number == self._under:
            painter.fillRect(strip.adjusted(1, 0, -1, 0), look.color("sunken"))
        font = look.font("body", 600 if pin == self.here else 400)
        painter.setFont(font)
        painter.setPen(look.color("text"))
        room = strip.width() - 70 * look.scale
        painter.drawText(strip.adjusted(14, 0, 0, 0), LEFT, elided(self._name(pin), font, room))
        painter.setFont(look.font("hint"))
        painter.setPen(look.color("text2"))
        painter.drawText(strip.adjusted(0, 0, -12, 0), RIGHT, f"Alt {number + 1}")

    def _at(self, point: QPointF) -> int:
        return next((n for n in range(len(self.pinned)) if self._strip(n).contains(point)), -1)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        under = self._at(event.position())
        if under != self._under:
            self._under = under
            self.setCursor(Qt.CursorShape.PointingHandCursor if under >= 0 else Qt.CursorShape.ArrowCursor)
            self.update()

    def leaveEvent(self, event: QEvent) -> None:
        self._under = -1
        self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        at = self._at(event.position())
        if at >= 0:
            self.go(at)
