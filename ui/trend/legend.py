"""Legend: the pens with what they read now, what they read at the cursor, and their scale."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QMenu, QWidget

from ui.look import Look
from ui.shapes import elided
from ui.trend import words
from ui.trend.plot import Pen

ROW_PX = 40
HEAD_PX = 28
COLUMNS_PX = (96, 76, 84)
"""Widths of Now, Cursor and Range, from the right."""


class Legend(QWidget):
    """One row per pen; the first line its name, the second its equipment."""

    chosen = Signal(object)
    removed = Signal(object)

    def __init__(self, look: Look, now: Callable[[Pen], str], at_cursor: Callable[[Pen], str]) -> None:
        super().__init__()
        self._look, self._now, self._at_cursor = look, now, at_cursor
        self._pens: Sequence[Pen] = ()
        self._chosen: Pen | None = None
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        look.changed.connect(self.update)

    def show_pens(self, pens: Sequence[Pen], chosen: Pen | None) -> None:
        self._pens, self._chosen = pens, chosen
        self.setMinimumHeight(HEAD_PX + ROW_PX * len(pens))
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(420, HEAD_PX + ROW_PX * max(len(self._pens), 4))

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            self._paint_head(painter)
            for number, pen in enumerate(self._pens):
                self._paint_row(painter, pen, HEAD_PX + number * ROW_PX)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        pen = self._under(event.position())
        if pen:
            self.chosen.emit(pen)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        pen = self._under(QPointF(event.pos()))
        if pen:
            menu = QMenu(self)
            menu.addAction(self._look.say(words.REMOVE), lambda: self.removed.emit(pen))
            menu.popup(event.globalPos())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}.get(Qt.Key(event.key()))
        if event.key() == Qt.Key.Key_Delete and self._chosen:
            self.removed.emit(self._chosen)
        elif step and self._pens:
            at = self._pens.index(self._chosen) if self._chosen in self._pens else 0
            self.chosen.emit(self._pens[(at + step) % len(self._pens)])
        else:
            super().keyPressEvent(event)

    def _under(self, place: QPointF) -> Pen | None:
        row = int((place.y() - HEAD_PX) // ROW_PX)
        return self._pens[row] if 0 <= row < len(self._pens) else None

    def _cells(self, top: float, height: float) -> list[QRectF]:
        """Name, now, cursor, range."""
        right, cells = float(self.width() - 10), []
        for width in reversed(COLUMNS_PX):
            cells.append(QRectF(right - width, top, width - 8, height))
            right -= width
        return [QRectF(34, top, right - 40, height), *reversed(cells)]

    def _paint_head(self, painter: QPainter) -> None:
        painter.setFont(self._look.font("hint", 500))
        painter.setPen(self._look.color("text2"))
        for cell, text in zip(self._cells(0, HEAD_PX), (words.TAG, words.NOW, words.CURSOR, words.SCALE), strict=True):
            side = Qt.AlignmentFlag.AlignLeft if text is words.TAG else Qt.AlignmentFlag.AlignRight
            painter.drawText(cell, side | Qt.AlignmentFlag.AlignVCenter, self._look.say(text))

    def _paint_row(self, painter: QPainter, pen: Pen, top: float) -> None:
        look = self._look
        if pen is self._chosen:
            painter.fillRect(QRectF(0, top, self.width(), ROW_PX), look.color("accent_bg"))
        style = Qt.PenStyle.DashLine if pen.number % 4 == 0 else Qt.PenStyle.SolidLine
        painter.setPen(QPen(look.color(f"pen{pen.number}"), 3, style))
        painter.drawLine(QPointF(12, top + ROW_PX / 2), QPointF(26, top + ROW_PX / 2))
        name, now, cursor, scale = self._cells(top, ROW_PX)
        upper, lower = QRectF(name), QRectF(name)
        upper.setHeight(ROW_PX * 0.55)
        lower.setTop(top + ROW_PX * 0.48)
        left, middle = Qt.AlignmentFlag.AlignLeft, Qt.AlignmentFlag.AlignVCenter
        self._write(painter, upper, look.say(pen.tag.spec.name), ("body", 600, "text"), left | middle)
        owner = f"{pen.tag.equipment.id} · {look.say(pen.tag.equipment.name)}"
        self._write(painter, lower, owner, ("hint", 400, "text2"), left | middle)
        right = Qt.AlignmentFlag.AlignRight | middle
        self._write(painter, now, self._now(pen), ("body", 600, "text"), right)
        self._write(painter, cursor, self._at_cursor(pen), ("body", 400, "text"), right)
        self._write(painter, scale, self._scale(pen), ("label", 400, "text2"), right)

    def _scale(self, pen: Pen) -> str:
        if pen.tag.spec.states:
            return ""
        decimals = 0 if pen.high - pen.low >= 10 else 1
        return f"{self._look.number(pen.low, decimals)} – {self._look.number(pen.high, decimals)}"

    def _write(
        self, painter: QPainter, box: QRectF, text: str, face: tuple[str, int, str], side: Qt.AlignmentFlag
    ) -> None:
        size, weight, token = face
        font = self._look.font(size, weight)
        painter.setFont(font)
        painter.setPen(self._look.color(token))
        painter.drawText(box, side, elided(text, font, box.width()))
