"""Tip: what the map says of the sign under the pointer: name, what stands, and the values that matter."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPen

from ui.look import Look
from ui.shapes import elided, paint_bad, paint_priority, text_width

ROW_PX, HEAD_PX, PAD_PX = 20.0, 38.0, 10.0
NARROWEST_PX, WIDEST_PX = 180.0, 380.0


@dataclass(frozen=True)
class TipAlarm:
    """One standing alarm."""

    priority: int
    acked: bool
    words: str


@dataclass(frozen=True)
class TipRow:
    """A name and what it reads."""

    name: str
    value: str
    bad: bool = False


@dataclass(frozen=True)
class Tip:
    """Its words."""

    title: str
    subtitle: str
    alarms: tuple[TipAlarm, ...] = ()
    rows: tuple[TipRow, ...] = ()

    def paint(self, painter: QPainter, place: QPointF, area: QRectF, look: Look) -> None:
        """Beside `place`, inside `area`."""
        box = self._box(place, area, look)
        painter.setPen(QPen(look.color("border2"), 1))
        painter.setBrush(look.color("raised"))
        painter.drawRoundedRect(box, 5, 5)
        inner = box.adjusted(PAD_PX, 7, -PAD_PX, 0)
        self._write(
            painter, look, QRectF(inner.left(), inner.top(), inner.width(), 18), self.title, ("body", 600, "text")
        )
        self._write(painter, look, QRectF(inner.left(), inner.top() + 17, inner.width(), 15), self.subtitle, _SMALL)
        top = box.top() + HEAD_PX + 4
        for alarm in self.alarms:
            paint_priority(painter, QRectF(inner.left(), top + 2, 15, 15), alarm.priority, alarm.acked, look)
            line = QRectF(inner.left() + 22, top, inner.width() - 22, ROW_PX)
            self._write(painter, look, line, alarm.words, ("label", 600, "text"))
            top += ROW_PX
        for row in self.rows:
            self._paint_row(painter, look, QRectF(inner.left(), top, inner.width(), ROW_PX), row)
            top += ROW_PX

    def _paint_row(self, painter: QPainter, look: Look, line: QRectF, row: TipRow) -> None:
        self._write(painter, look, line, row.name, ("label", 400, "text2"))
        font = look.font("label", 600)
        width = text_width(row.value, font)
        painter.setFont(font)
        painter.setPen(look.color("text"))
        painter.drawText(line, int(_RIGHT), row.value)
        if row.bad:
            paint_bad(painter, QRectF(line.right() - width - 8, line.top() + 2, width + 14, ROW_PX - 4), look)

    def _write(self, painter: QPainter, look: Look, line: QRectF, text: str, face: tuple[str, int, str]) -> None:
        font = look.font(face[0], face[1])
        painter.setFont(font)
        painter.setPen(look.color(face[2]))
        painter.drawText(line, int(_LEFT), elided(text, font, line.width() + 1))

    def _box(self, place: QPointF, area: QRectF, look: Look) -> QRectF:
        label, strong = look.font("label"), look.font("label", 600)
        widths = [text_width(self.title, look.font("body", 600)), text_width(self.subtitle, look.font("hint"))]
        widths += [22 + text_width(alarm.words, strong) for alarm in self.alarms]
        widths += [text_width(row.name, label) + text_width(row.value, strong) + 24 for row in self.rows]
        width = min(max(*widths, NARROWEST_PX) + 2 * PAD_PX + 2, WIDEST_PX)
        height = HEAD_PX + ROW_PX * (len(self.alarms) + len(self.rows)) + (10 if self.alarms or self.rows else 2)
        left = place.x() + 18 if place.x() + 24 + width <= area.right() else place.x() - 18 - width
        top = min(max(place.y() + 12, area.top() + 6), area.bottom() - height - 6)
        return QRectF(round(left) + 0.5, round(top) + 0.5, width, height)


_SMALL = ("hint", 400, "text2")
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
