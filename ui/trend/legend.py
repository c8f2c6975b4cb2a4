"""Legend: the pens as rows of a table: what they read now and at the cursor, and what the visible span came to.

Beside a small plot it shows name, now, cursor and range; under a wide one all columns. Where there is no room for all
of them the last ones of `LEAVING` go first, so that names stay whole.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QHelpEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QMenu, QToolTip, QWidget

from supervisor.model import Site, Text
from ui.look import Look
from ui.naming import full_name
from ui.shapes import elided, paint_icon, text_width
from ui.trend import words
from ui.trend.badge import dash, paint_badge
from ui.trend.pen import Pen

ROW_PX, HEAD_PX = 28, 26
NAME_LEFT_PX = 54
CROSS_PX = 28


@dataclass(frozen=True)
class Column:
    """One column of figures, right of the names."""

    words: Text
    width: int
    text: Callable[[Pen], str]
    weight: int = 400
    tone: str = "text"
    leaving: int = 0
    """0 stays; otherwise the higher the sooner it gives way to the names."""
    joint: bool = False
    """Of a tag with states, `Legend.joint` writes one sentence across all such columns."""


class Legend(QWidget):
    """See the module."""

    chosen = Signal(object)
    removed = Signal(object)
    parted = Signal(object)
    """Give this pen an axis of its own, or take it back to the others of its unit."""

    def __init__(self, site: Site, look: Look, columns: Sequence[Column], name_px: int, removable: bool) -> None:
        """`name_px` is the least width of a name, which columns give way to."""
        super().__init__()
        self._look, self.columns, self._name_px, self._removable = look, tuple(columns), name_px, removable
        self._site = site
        self.joint: Callable[[Pen], str] = lambda _: ""
        self.whole = ""
        """Id of the equipment that is named elsewhere: its rows need not say whose they are."""
        self._pens: Sequence[Pen] = ()
        self._chosen: Pen | None = None
        self._under: Pen | None = None
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        look.changed.connect(self.update)

    @property
    def row_px(self) -> int:
        return round(ROW_PX * self._look.scale)

    def show_pens(self, pens: Sequence[Pen], chosen: Pen | None) -> None:
        self._pens, self._chosen = pens, chosen
        self.setMinimumHeight(self.height_for(len(pens)))
        self.update()

    def use(self, columns: Sequence[Column]) -> None:
        """Show other columns."""
        self.columns = tuple(columns)
        self.update()

    def height_for(self, rows: int) -> int:
        return HEAD_PX + self.row_px * rows + 2

    def sizeHint(self) -> QSize:
        return QSize(400, self.height_for(max(len(self._pens), 4)))

    def shown_columns(self) -> list[tuple[Column, QRectF]]:
        """The columns there is room for, with their places in the head."""
        scale = self._look.scale
        room = self.width() - NAME_LEFT_PX - self._name_px * scale - self._cross
        chosen = list(self.columns)
        while sum(column.width for column in chosen) * scale > room:
            leaving = max(chosen, key=lambda column: column.leaving)
            if not leaving.leaving:
                break
            chosen.remove(leaving)
        left = self.width() - self._cross - 8 - sum(column.width for column in chosen) * scale
        places = []
        for column in chosen:
            places.append((column, QRectF(left + 6, 0, column.width * scale - 6, HEAD_PX)))
            left += column.width * scale
        return places

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            columns = self.shown_columns()
            self._paint_head(painter, columns)
            for number, pen in enumerate(self._pens):
                self._paint_row(painter, pen, HEAD_PX + number * self.row_px, columns)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        pen = self._at(event.position())
        if pen and self._removable and event.position().x() > self.width() - CROSS_PX:
            self.removed.emit(pen)
        elif pen:
            self.chosen.emit(pen)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        under = self._at(event.position())
        if under is not self._under:
            self._under = under
            self.update()

    def leaveEvent(self, event: QEvent) -> None:
        self._under = None
        self.update()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        pen = self._at(QPointF(event.pos()))
        if pen and self._removable:
            menu = QMenu(self)
            if pen.tag.spec.unit and not pen.tag.spec.states:
                axis = words.TOGETHER if pen.apart else words.APART
                menu.addAction(self._look.say(axis), lambda: self.parted.emit(pen))
            menu.addAction(self._look.say(words.REMOVE), lambda: self.removed.emit(pen))
            menu.popup(event.globalPos())

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() is QEvent.Type.ToolTip:
            pen = self._at(QPointF(event.pos()))
            more = f"\n{self.joint(pen)}" if pen and pen.tag.spec.states and self.joint(pen) else ""
            text = f"{self._name(pen)}\n{pen.tag.id}{more}" if pen else ""
            QToolTip.showText(event.globalPos(), text, self)
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}.get(Qt.Key(event.key()))
        if event.key() == Qt.Key.Key_Delete and self._chosen and self._removable:
            self.removed.emit(self._chosen)
        elif step and self._pens:
            at = self._pens.index(self._chosen) if self._chosen in self._pens else 0
            self.chosen.emit(self._pens[(at + step) % len(self._pens)])
        else:
            super().keyPressEvent(event)

    @property
    def _cross(self) -> int:
        return CROSS_PX if self._removable else 0

    def _at(self, place: QPointF) -> Pen | None:
        row = int((place.y() - HEAD_PX) // self.row_px)
        return self._pens[row] if 0 <= row < len(self._pens) and place.y() >= HEAD_PX else None

    def _paint_head(self, painter: QPainter, columns: list[tuple[Column, QRectF]]) -> None:
        look = self._look
        painter.setFont(look.font("hint", 500))
        painter.setPen(look.color("text2"))
        painter.drawText(QRectF(14, 0, 200, HEAD_PX), int(_LEFT), look.say(words.TAG))
        for column, place in columns:
            painter.drawText(place, int(_RIGHT), look.say(column.words))
        painter.setPen(QPen(look.color("border"), 1))
        painter.drawLine(QPointF(0, HEAD_PX - 0.5), QPointF(self.width(), HEAD_PX - 0.5))

    def _paint_row(self, painter: QPainter, pen: Pen, top: float, columns: list[tuple[Column, QRectF]]) -> None:
        look, height = self._look, float(self.row_px)
        if pen is self._chosen:
            painter.fillRect(QRectF(0, top, self.width(), height), look.color("accent_bg"))
            painter.fillRect(QRectF(0, top, 3, height), look.color("accent"))
        elif pen is self._under:
            painter.fillRect(QRectF(0, top, self.width(), height), look.color("sunken"))
        middle = top + height / 2
        paint_badge(painter, QRectF(12, middle - 7.5, 15, 15), pen.number, look)
        painter.setPen(QPen(look.color(f"pen{pen.number}"), 2, dash(pen.number)))
        painter.drawLine(QPointF(30, middle), QPointF(46, middle))
        edge = columns[0][1].left() if columns else self.width() - self._cross
        self._paint_name(painter, pen, QRectF(NAME_LEFT_PX, top, edge - NAME_LEFT_PX - 6, height))
        sentence = self.joint(pen) if pen.tag.spec.states else ""
        for column, head in columns:
            if not (column.joint and sentence):
                place = QRectF(head.left(), top, head.width(), height)
                self._write(painter, place, column.text(pen), ("body", column.weight, column.tone), _RIGHT)
        heads = [head for column, head in columns if column.joint]
        if sentence and heads:
            place = QRectF(heads[0].left(), top, heads[-1].right() - heads[0].left(), height)
            self._write(painter, place, sentence, ("label", 400, "text"), _RIGHT)
        if self._removable and pen in (self._under, self._chosen):
            paint_icon(painter, "cross", QRectF(self.width() - 22, middle - 7, 14, 14), look.color("text2"))

    def _paint_name(self, painter: QPainter, pen: Pen, place: QRectF) -> None:
        """The tag's name, then its equipment as far as there is room."""
        look = self._look
        name, font = look.say(pen.tag.spec.name), look.font("body", 600)
        self._write(painter, place, name, ("body", 600, "text"), _LEFT)
        used = text_width(name, font) + 12
        if place.width() - used > 40 and pen.tag.equipment.id != self.whole:
            self._write(painter, place.adjusted(used, 0, 0, 0), self._owner(pen), ("label", 400, "text2"), _LEFT)

    def _name(self, pen: Pen) -> str:
        return f"{self._look.say(pen.tag.spec.name)} – {self._owner(pen)}"

    def _owner(self, pen: Pen) -> str:
        """A part is named after what it is a part of, for every cabinet has a meter; not in the strip of that one."""
        thing = pen.tag.equipment
        if self.whole and thing.parent == self.whole:
            return self._look.say(thing.name)
        return f"{thing.id}  {full_name(self._site, thing, self._look)}"

    def _write(
        self, painter: QPainter, box: QRectF, text: str, face: tuple[str, int, str], side: Qt.AlignmentFlag
    ) -> None:
        size, weight, token = face
        font = self._look.font(size, weight)
        painter.setFont(font)
        painter.setPen(self._look.color(token))
        painter.drawText(box, int(side), elided(text, font, box.width() + 1))


_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
