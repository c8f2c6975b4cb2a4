"""Labels: names over the map, with a halo, none over another and none over a marker. What has no room is left out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPainterPath, QPen, QPixmap

from ui.look import Look
from ui.shapes import text_width

HALO_PX = 3.0
_AIR = (10.0, 3.0)
"""Between two names."""

Boxes = NDArray[np.float64]
"""(n, 4): left, top, right, bottom in pixels."""


class Face(NamedTuple):
    """How a class of names is written."""

    size: str
    weight: int
    token: str
    italic: bool = False
    from_scale: float = 0.0
    """Pixels per metre."""
    to_scale: float = 99.0


FACES = {
    "selected": Face("body", 600, "text"),
    "area": Face("label", 600, "text2", to_scale=0.35),
    "river": Face("label", 500, "text2", True),
    "lake": Face("hint", 500, "text2", True, 0.04),
    "park": Face("hint", 500, "text2", from_scale=0.085),
    "road_major": Face("hint", 400, "text2", from_scale=0.1),
    "stop": Face("hint", 500, "text2", from_scale=0.26),
    "marker": Face("label", 500, "text", from_scale=0.3),
    "vehicle": Face("hint", 500, "text2", from_scale=0.5),
}
"""In the order in which they take their places."""


@dataclass(frozen=True, slots=True)
class Name:
    """One name and the places (pixels of its middle) where it may stand, the best first."""

    text: str
    kind: str
    places: Sequence[tuple[float, float]]


class Labels:
    """Keeps each name as a picture, for a halo costs ten times its text."""

    def __init__(self, look: Look) -> None:
        self._look = look
        self._pictures: dict[tuple[str, str], QPixmap] = {}
        look.changed.connect(self._pictures.clear)

    def paint(self, painter: QPainter, names: Sequence[Name], taken: Boxes, area: QRectF, scale: float) -> list[str]:
        """Write what has room beside `taken`; the texts that were written."""
        boxes = np.vstack([taken, np.zeros((len(names), 4))])
        count, written = len(taken), []
        order = {kind: at for at, kind in enumerate(FACES)}
        for name in sorted(names, key=lambda name: order[name.kind]):
            face = FACES[name.kind]
            if not face.from_scale <= scale < face.to_scale:
                continue
            box = self._free(name, boxes[:count], area)
            if box is None:
                continue
            boxes[count] = (box.left() - _AIR[0], box.top() - _AIR[1], box.right() + _AIR[0], box.bottom() + _AIR[1])
            count += 1
            written.append(name.text)
            painter.drawPixmap(QPointF(box.left() - HALO_PX, box.top() - HALO_PX), self._picture(name.text, name.kind))
        return written

    def _free(self, name: Name, boxes: Boxes, area: QRectF) -> QRectF | None:
        font = self._font(name.kind)
        width, height = text_width(name.text, font), float(font.pixelSize()) * 1.3
        for x, y in name.places:
            box = QRectF(round(x - width / 2), round(y - height / 2), width, height)
            apart = (
                (boxes[:, 0] >= box.right())
                | (boxes[:, 2] <= box.left())
                | (boxes[:, 1] >= box.bottom())
                | (boxes[:, 3] <= box.top())
            )
            if area.contains(box) and (name.kind == "selected" or apart.all()):
                return box
        return None

    def _font(self, kind: str) -> QFont:
        face = FACES[kind]
        font = QFont(self._look.font(face.size, face.weight))
        font.setItalic(face.italic)
        return font

    def _picture(self, text: str, kind: str) -> QPixmap:
        if (text, kind) not in self._pictures:
            self._pictures[text, kind] = self._drawn(text, kind)
        return self._pictures[text, kind]

    def _drawn(self, text: str, kind: str) -> QPixmap:
        font, look = self._font(kind), self._look
        width, height = text_width(text, font) + 2 * HALO_PX, font.pixelSize() * 1.3 + 2 * HALO_PX
        picture = QPixmap(round(2 * width) + 2, round(2 * height))
        picture.setDevicePixelRatio(2)
        picture.fill(Qt.GlobalColor.transparent)
        path = QPainterPath()
        path.addText(QPointF(HALO_PX, HALO_PX + font.pixelSize() * 1.03), font, text)
        halo = QColor(look.color("land"))
        halo.setAlpha(225)
        with QPainter(picture) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            pen = QPen(halo, HALO_PX, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin)
            painter.strokePath(path, pen)
            painter.fillPath(path, look.color(FACES[kind].token))
        return picture
