"""Badge: how a pen is told from the others: its number on its colour, and its stroke."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter

from ui.look import Look

BADGE_PX = 15.0


def paint_badge(painter: QPainter, place: QRectF, number: int, look: Look) -> None:
    """The number of a pen on its colour; colours alone do not tell eight pens apart."""
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(look.color(f"pen{number}"))
    painter.drawRoundedRect(place, 3, 3)
    painter.setFont(look.font("hint", 700))
    painter.setPen(look.color("canvas"))
    painter.drawText(place, int(Qt.AlignmentFlag.AlignCenter), str(number))


def dash(number: int) -> Qt.PenStyle:
    """The stroke of a pen: what looks alike in colour (blue and purple, grey and blue) differs in its stroke."""
    return _STROKES.get(number, Qt.PenStyle.SolidLine)


_STROKES = {
    4: Qt.PenStyle.DashLine,
    5: Qt.PenStyle.DotLine,
    6: Qt.PenStyle.DashDotDotLine,
    7: Qt.PenStyle.DashDotLine,
    8: Qt.PenStyle.DashLine,
}
