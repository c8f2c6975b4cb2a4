"""Shapes: what is drawn the same way everywhere: alarm priorities, bad values and icons. Paths only, never a glyph.

An alarm is told three times: by shape, by digit and by colour; filled while unacknowledged, outlined afterwards.
Icons live on a 24 x 24 grid in the small language of `_path`: M, L, C and Z as in SVG, O for an ellipse (centre,
radii) and R for a rounded rectangle (corner, size, radius).
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontMetricsF,
    QIcon,
    QPainter,
    QPainterPath,
    QPen,
    QPixmap,
    QPolygonF,
    QTransform,
)
from PySide6.QtWidgets import QWidget

from ui.look import Look


@contextmanager
def saved(painter: QPainter) -> Iterator[QPainter]:
    """The painter with antialiasing; its state is given back even when drawing fails."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    try:
        yield painter
    finally:
        painter.restore()


_EDGE = 2
"""Pixels around a shape that its line may need."""


def paint_priority(painter: QPainter, rect: QRectF, priority: int, acked: bool, look: Look) -> None:
    """Square, triangle up, triangle down or disc with the digit 1 to 4.

    On a screen from a picture of it, which is drawn once: a flood shows hundreds of them.
    """
    device = painter.device()
    if not isinstance(device, QWidget) or _turned(painter.transform()):
        _draw_priority(painter, rect, priority, acked, look)
        return
    density = device.devicePixelRatioF()
    key = ("priority", priority, acked, rect.width(), rect.height(), density)

    def drawn() -> QPixmap:
        size = QSize(math.ceil(rect.width()) + 2 * _EDGE, math.ceil(rect.height()) + 2 * _EDGE)
        image = QPixmap(size * density)
        image.setDevicePixelRatio(density)
        image.fill(Qt.GlobalColor.transparent)
        with QPainter(image) as inner:
            _draw_priority(inner, QRectF(_EDGE, _EDGE, rect.width(), rect.height()), priority, acked, look)
        return image

    painter.drawPixmap(QPointF(round(rect.left()) - _EDGE, round(rect.top()) - _EDGE), look.kept(key, drawn))


def _turned(transform: QTransform) -> bool:
    return transform.isScaling() or transform.isRotating()


def _draw_priority(painter: QPainter, rect: QRectF, priority: int, acked: bool, look: Look) -> None:
    color = look.color(f"p{priority}")
    light = look.theme.name == "light"
    with saved(painter):
        if acked:
            painter.setBrush(look.color("panel"))
            painter.setPen(QPen(color.darker(125) if light and priority in (2, 3) else color, 2))
        else:
            painter.setBrush(color)
            painter.setPen(QPen(look.color("p_line") if priority == 3 else color.darker(125), 1))
        painter.drawPath(_outline(priority, rect))
        size = max(8, round(rect.height() * (0.54 if priority in (2, 3) else 0.66)))
        painter.setFont(_sized(look, size))
        painter.setPen(look.color("text") if acked else look.color(f"p{priority}_text"))
        drop = {2: 0.16, 3: -0.17}.get(priority, 0.0) * rect.height()
        painter.drawText(rect.translated(0, drop), Qt.AlignmentFlag.AlignCenter, str(priority))


def paint_bad(painter: QPainter, rect: QRectF, look: Look) -> None:
    """Dashed frame with a "?" on its corner: the value inside can't be believed."""
    color = look.color("bad")
    with saved(painter):
        pen = QPen(color, 1.4)
        pen.setDashPattern([3, 2.5])
        painter.setPen(pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(rect.adjusted(0.7, 0.7, -0.7, -0.7), 3, 3)
        badge = QRectF(rect.right() - 8, rect.top() - 5, 13, 13)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color)
        painter.drawEllipse(badge)
        painter.setPen(look.color("panel"))
        painter.setFont(_sized(look, 10))
        painter.drawText(badge, Qt.AlignmentFlag.AlignCenter, "?")


def paint_icon(painter: QPainter, name: str, rect: QRectF, color: QColor, width: float = 1.7) -> None:
    """An icon of `ICONS`, fitted into `rect`, its line `width` pixels wide; KeyError for an unknown name."""
    scale = min(rect.width(), rect.height()) / 24
    with saved(painter):
        painter.translate(rect.center().x() - 12 * scale, rect.center().y() - 12 * scale)
        painter.scale(scale, scale)
        cap, join = Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin
        painter.setPen(QPen(color, width / scale, Qt.PenStyle.SolidLine, cap, join))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPath(_path(ICONS[name]))


def paint_logo(painter: QPainter, rect: QRectF, look: Look) -> None:
    """The mark of Vigie: a lookout's eye over a wave, on the accent colour."""
    with saved(painter):
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(look.color("accent"))
        painter.drawRoundedRect(rect, rect.width() * 0.23, rect.width() * 0.23)
    inner = rect.adjusted(*(rect.width() * part for part in (0.1, 0.1, -0.1, -0.1)))
    paint_icon(painter, "eye", inner, look.color("accent_text"), rect.width() * 0.075)


def pixmap(name: str, color: QColor, size: int = 18, width: float = 1.7) -> QPixmap:
    """An icon as a pixmap, sharp on screens of twice the density."""
    image = QPixmap(QSize(size, size) * 2)
    image.setDevicePixelRatio(2)
    image.fill(Qt.GlobalColor.transparent)
    with QPainter(image) as painter:
        paint_icon(painter, name, QRectF(0, 0, size, size), color, width)
    return image


def icon(name: str, color: QColor, size: int = 18) -> QIcon:
    """An icon for a button or a menu."""
    return QIcon(pixmap(name, color, size))


def text_width(text: str, font: QFont) -> float:
    return QFontMetricsF(font).horizontalAdvance(text)


def elided(text: str, font: QFont, width: float) -> str:
    """The text, cut with an ellipsis where it is wider than `width` pixels."""
    return QFontMetricsF(font).elidedText(text, Qt.TextElideMode.ElideRight, max(width, 0.0))


_STREETS = {
    "Boulevard": "Bd",
    "Avenue": "Av.",
    "Place": "Pl.",
    "Square": "Sq.",
    "Allée": "All.",
    "Chemin": "Ch.",
    "Route": "Rte",
    "Maréchal": "Mal",
    "Saint": "St",
    "Sainte": "Ste",
}
"""As street signs and plans shorten them. The last words of a name tell it apart, so its first ones give way."""
_STREET = re.compile(rf"\b({'|'.join(_STREETS)})\b")


def shortened(text: str, font: QFont, width: float) -> str:
    """The name of a place; its street words abbreviated, then its end cut, where it is wider than `width` pixels."""
    if text_width(text, font) <= width:
        return text
    return elided(_STREET.sub(lambda found: _STREETS[found[1]], text), font, width)


def system_icon(system: str) -> str:
    """The icon that stands for a system of the site; a plain dot grid for one that has none."""
    return _SYSTEMS.get(system, "overview")


def _outline(priority: int, rect: QRectF) -> QPainterPath:
    path = QPainterPath()
    left, right, middle = rect.left() - 0.5, rect.right() + 0.5, rect.center().x()
    if priority == 1:
        path.addRoundedRect(rect.adjusted(0.5, 0.5, -0.5, -0.5), 2, 2)
    elif priority == 2:
        corners = [QPointF(middle, rect.top()), QPointF(right, rect.bottom()), QPointF(left, rect.bottom())]
        path.addPolygon(QPolygonF(corners))
    elif priority == 3:
        corners = [QPointF(left, rect.top()), QPointF(right, rect.top()), QPointF(middle, rect.bottom())]
        path.addPolygon(QPolygonF(corners))
    else:
        path.addEllipse(rect.adjusted(0.5, 0.5, -0.5, -0.5))
    path.closeSubpath()
    return path


def _sized(look: Look, pixels: int) -> QFont:
    font = QFont(look.font("label", 700))
    font.setPixelSize(pixels)
    return font


@cache
def _path(words: str) -> QPainterPath:
    path = QPainterPath()
    token = iter(words.split())
    take = {"M": 2, "L": 2, "C": 6, "Z": 0, "O": 4, "R": 5}
    for letter in token:
        n = [float(next(token)) for _ in range(take[letter])]
        if letter == "M":
            path.moveTo(*n)
        elif letter == "L":
            path.lineTo(*n)
        elif letter == "C":
            path.cubicTo(*n)
        elif letter == "Z":
            path.closeSubpath()
        elif letter == "O":
            path.addEllipse(QPointF(n[0], n[1]), n[2], n[3])
        else:
            path.addRoundedRect(QRectF(*n[:4]), n[4], n[4])
    return path


_RAYS = (
    "M 12 2.5 L 12 4.5 M 12 19.5 L 12 21.5 M 2.5 12 L 4.5 12 M 19.5 12 L 21.5 12 "
    "M 5.3 5.3 L 6.7 6.7 M 17.3 17.3 L 18.7 18.7 M 5.3 18.7 L 6.7 17.3 M 17.3 6.7 L 18.7 5.3"
)

ICONS = {
    # the window
    "eye": "M 3 10 C 7 4 17 4 21 10 C 17 16 7 16 3 10 Z "
    "O 12 10 2.2 2.2 M 3 19 C 6 16.5 9 21.5 12 19 C 15 16.5 18 21.5 21 19",
    "check": "M 5 12.5 L 10 17.5 L 19 7",
    "cross": "M 6 6 L 18 18 M 18 6 L 6 18",
    "left": "M 15 5 L 8 12 L 15 19",
    "right": "M 9 5 L 16 12 L 9 19",
    "up": "M 5 15 L 12 8 L 19 15",
    "down": "M 5 9 L 12 16 L 19 9",
    "plus": "M 12 5 L 12 19 M 5 12 L 19 12",
    "minus": "M 5 12 L 19 12",
    "search": "O 10.5 10.5 6 6 M 15 15 L 20 20",
    "filter": "M 4 5 L 20 5 L 14 12.5 L 14 19 L 10 17 L 10 12.5 Z",
    "pin": "M 9 3.5 L 15 3.5 L 14.2 9.5 L 17.5 13 L 6.5 13 L 9.8 9.5 Z M 12 13 L 12 20.5",
    "gear": "O 12 12 6 6 O 12 12 2.2 2.2 " + _RAYS,
    "user": "O 12 8 4 4 M 4.5 20 C 5 15.5 8 14 12 14 C 16 14 19 15.5 19.5 20",
    "sun": "O 12 12 4 4 " + _RAYS,
    "moon": "M 19.5 14.5 C 13 16.5 7.5 11 9.5 4.5 C 1 8 3.5 20 12 20 C 15.5 20 18.3 17.8 19.5 14.5 Z",
    "rewind": "M 4.2 10.5 C 5 6.8 8.2 4 12 4 C 16.5 4 20 7.5 20 12 C 20 16.5 16.5 20 12 20 C 9 20 6.4 18.4 5 16 "
    "M 3.2 5 L 4.2 10.5 L 9.5 9.4 M 12 8 L 12 12.3 L 15 14.3",
    "play": "M 7.5 5 L 18.5 12 L 7.5 19 Z",
    "pause": "M 8.5 5.5 L 8.5 18.5 M 15.5 5.5 L 15.5 18.5",
    "bell_back": "M 11 16 L 11 11 C 11 8 12.8 6 15.5 6 C 18.2 6 20 8 20 11 L 20 16 L 21.5 18 L 9.5 18 Z "
    "M 14 21 L 17 21 M 7 7 L 2.5 12 L 7 17",
    "bell_on": "M 4 16 L 4 11 C 4 8 5.8 6 8.5 6 C 11.2 6 13 8 13 11 L 13 16 L 14.5 18 L 2.5 18 Z "
    "M 7 21 L 10 21 M 17 7 L 21.5 12 L 17 17",
    "clock": "O 12 12 8.5 8.5 M 12 7 L 12 12 L 15.5 14",
    "warning": "M 12 4 L 21 20 L 3 20 Z M 12 10 L 12 14.5 M 12 17 L 12 17.2",
    # alarms
    "bell": "M 6 16 L 6 11 C 6 7.5 8.5 5 12 5 C 15.5 5 18 7.5 18 11 L 18 16 L 20 18 L 4 18 Z "
    "M 10 21 L 14 21 M 12 3 L 12 5",
    "horn": "M 4 9.5 L 8 9.5 L 13 5.5 L 13 18.5 L 8 14.5 L 4 14.5 Z M 16 9 C 17.5 10.5 17.5 13.5 16 15 "
    "M 18.5 6.5 C 21.7 9.5 21.7 14.5 18.5 17.5",
    "horn_off": "M 4 9.5 L 8 9.5 L 13 5.5 L 13 18.5 L 8 14.5 L 4 14.5 Z M 16 9.5 L 21 14.5 M 21 9.5 L 16 14.5",
    "shelf": "M 4 18 L 20 18 M 6 18 L 6 21 M 18 18 L 18 21 M 12 3 L 12 13 M 7.5 9 L 12 13.5 L 16.5 9",
    "padlock": "R 5 10.5 14 10 1.5 M 8 10.5 L 8 7.5 C 8 2.2 16 2.2 16 7.5 L 16 10.5 M 12 14.5 L 12 16.8",
    "padlock_open": "R 5 10.5 14 10 1.5 M 8 10.5 L 8 7.5 C 8 2.2 15.5 1.8 16 6 M 12 14.5 L 12 16.8",
    "two": "O 8.5 8.5 3.3 3.3 O 17 9.5 2.6 2.6 M 2.5 19.5 C 3 15.5 5.5 14 8.5 14 C 11.5 14 14 15.5 14.5 19.5 "
    "M 16.5 14.2 C 19.5 14 21.2 15.8 21.5 18.8",
    "out_of_service": "O 12 12 8.5 8.5 M 6 18 L 18 6",
    # pages
    "overview": "R 4 4 6.5 6.5 1 R 13.5 4 6.5 6.5 1 R 4 13.5 6.5 6.5 1 R 13.5 13.5 6.5 6.5 1",
    "synoptic": "R 3.5 5 7 14 1 M 3.5 11 L 10.5 11 M 10.5 16 L 13.5 16 O 16.8 16 3.3 3.3 M 16.8 12.7 L 16.8 6 L 21 6",
    "map": "M 3 7 L 9 4 L 15 7 L 21 4 L 21 17 L 15 20 L 9 17 L 3 20 Z M 9 4 L 9 17 M 15 7 L 15 20",
    "trend": "M 4 4 L 4 20 L 20 20 M 7 15.5 L 11 10 L 14 13 L 19 6.5",
    "gauge": "M 4 18 C 1 9 6 4 12 4 C 18 4 23 9 20 18 M 12 17 L 16 9.5 M 4.8 12 L 6.5 12.6 M 12 6 L 12 7.8",
    "list": "M 9 6 L 20 6 M 9 12 L 20 12 M 9 18 L 20 18 M 4.3 6 L 4.7 6 M 4.3 12 L 4.7 12 M 4.3 18 L 4.7 18",
    "phone": "M 6 4 L 9.5 4 L 11 8.5 L 8.8 10.2 C 10 12.8 11.2 14 13.8 15.2 L 15.5 13 L 20 14.5 L 20 18 "
    "C 20 19.2 19 20 17.8 20 C 10 19.5 4.5 14 4 6.2 C 4 5 4.8 4 6 4 Z",
    "book": "M 12 6 C 9.5 4 6.5 3.8 3.5 4.5 L 3.5 18.5 C 6.5 17.8 9.5 18 12 20 C 14.5 18 17.5 17.8 20.5 18.5 "
    "L 20.5 4.5 C 17.5 3.8 14.5 4 12 6 L 12 20",
    "journal": "R 5 3.5 14 17 2 M 9 3.5 L 9 20.5 M 12 8 L 16 8 M 12 12 L 16 12",
    "response": "O 12 12 8.5 8.5 M 12 11 L 12 16.5 M 12 7.6 L 12 7.8",
    # systems and equipment
    "lamp": "M 7 21 L 7 9 C 7 5 10 3.5 13.5 4.5 M 12 8 L 21 8 L 19 4 L 14 4 Z "
    "M 4 21 L 10 21 M 14 12 L 13.5 14 M 19 12 L 19.5 14",
    "pump": "O 12 12 8.5 8.5 M 8 4.5 L 20.5 12 L 8 19.5",
    "traffic": "R 7.5 2.5 9 19 2 O 12 7 1.7 1.7 O 12 12 1.7 1.7 O 12 17 1.7 1.7",
    "tram": "R 6 5.5 12 12.5 3 M 6 11.5 L 18 11.5 M 8.5 21 L 10.5 18 M 15.5 21 L 13.5 18 M 9 2.5 L 15 2.5 "
    "M 12 2.5 L 12 5.5 M 9.2 14.8 L 9.3 14.8 M 14.7 14.8 L 14.8 14.8",
    "bus": "R 4 5 16 12 2 M 4 11.5 L 20 11.5 M 12 5 L 12 11.5 O 8 18 1.8 1.8 O 16 18 1.8 1.8",
    "bin": "M 5 7 L 19 7 M 9 7 L 9 4 L 15 4 L 15 7 M 6.5 7 L 7.5 20 L 16.5 20 L 17.5 7 M 10 11 L 10 16 M 14 11 L 14 16",
    "drop": "M 12 3 C 8 8.5 6 11.5 6 14.5 C 6 18 8.7 20.5 12 20.5 C 15.3 20.5 18 18 18 14.5 C 18 11.5 16 8.5 12 3 Z",
    "leaf": "M 6 18 C 4 9 10 4 20 4 C 20 14 15 20 6.5 17.5 M 4.5 21 C 7 15.5 10 12 14.5 9.5",
    "parking": "R 4 4 16 16 3 M 9.5 17 L 9.5 7.5 L 12.5 7.5 C 16.5 7.5 16.5 13 12.5 13 L 9.5 13",
    "building": "R 5 4 14 16.5 1 M 9 8 L 10 8 M 14 8 L 15 8 M 9 12 L 10 12 "
    "M 14 12 L 15 12 M 10.5 20.5 L 10.5 16.5 L 13.5 16.5 L 13.5 20.5",
    "bolt": "M 13 3 L 5 14 L 11 14 L 10 21 L 18.5 10 L 12.5 10 Z",
    "link": "M 9 17 L 7 17 C 0.5 17 0.5 7 7 7 L 9 7 M 15 7 L 17 7 C 23.5 7 23.5 17 17 17 L 15 17 M 8 12 L 16 12",
    "station": "R 3.5 4.5 17 11.5 1.5 M 9 20 L 15 20 M 12 16 L 12 20",
    "rain": "M 7 13 C 2 13 3 7 7.5 7.5 C 9 3 16 3 16.5 8 C 21 8 21 13 17 13 Z "
    "M 8 16 L 7 19 M 12.5 16 L 11.5 19 M 17 16 L 16 19",
}

_SYSTEMS = {
    "lighting": "lamp",
    "water": "drop",
    "traffic": "traffic",
    "transit": "tram",
    "waste": "bin",
    "green": "leaf",
    "parking": "parking",
    "network": "link",
    "building": "building",
    "energy": "bolt",
}
