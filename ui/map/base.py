"""The base of the map: rivers, parks, streets and tram lines, drawn into one picture.

Paths are cut into tiles, so that a picture costs what it shows; from afar a simplified copy is drawn and small
streets are left out (measured: 102 ms instead of 392 ms for the 20 000 streets of a city).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPainterPath, QPen, QTransform

from ui.look import Look
from ui.map.geometry import Points, Shape

TILE_M = 1500.0
SIMPLIFY = 4
"""From afar every fourth vertex of a line is drawn."""
FAR = 0.05
"""Pixels per metre below which the simplified copy is drawn."""


@dataclass(frozen=True, slots=True)
class Style:
    """How a class of features is drawn."""

    token: str
    width_m: float = 0.0
    """Of a line on the ground, so that streets grow as one comes closer; 0 for a filled area."""
    least_px: float = 1.0
    from_scale: float = 0.0
    """Pixels per metre from which it is drawn at all."""


STYLES = {
    "park": Style("park"),
    "lake": Style("water"),
    "river": Style("water", 90.0, 3.0),
    "road_minor": Style("road_minor", 7.0, 1.0, 0.06),
    "road": Style("road", 11.0, 1.2, 0.025),
    "road_major": Style("road", 18.0, 2.2),
    "tram": Style("text3", 5.0, 1.6),
}
"""Drawn in this order, the later ones on top."""


@dataclass(slots=True)
class _Tile:
    box: QRectF
    full: QPainterPath = field(default_factory=QPainterPath)
    simple: QPainterPath = field(default_factory=QPainterPath)


class Base:
    """The shapes of one site as paths, ready to be drawn at any scale."""

    def __init__(self, shapes: Iterable[Shape]) -> None:
        self._tiles: dict[str, dict[tuple[int, int], _Tile]] = {kind: {} for kind in STYLES}
        self._areas: dict[str, QPainterPath] = {kind: QPainterPath() for kind in STYLES}
        self.labels: list[tuple[QPointF, str, str]] = []
        """Place, name and class of what has a name to be written."""
        box = QRectF()
        for shape in shapes:
            if shape.kind in STYLES:
                box = box.united(self._add(shape))
            self._label(shape)
        self.box = box

    def paint(self, painter: QPainter, look: Look, visible: QRectF, scale: float) -> None:
        """Draw what lies in `visible` (metres); the painter's transform maps metres to pixels."""
        painter.fillRect(visible, look.color("land"))
        for kind, style in STYLES.items():
            if scale < style.from_scale:
                continue
            color = look.color(style.token)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(color)
            painter.drawPath(self._areas[kind])
            pen = QPen(color, max(style.width_m, style.least_px / scale))
            pen.setCapStyle(Qt.PenCapStyle.RoundCap)
            pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
            painter.setPen(pen)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            for tile in self._tiles[kind].values():
                if tile.box.intersects(visible):
                    painter.drawPath(tile.simple if scale < FAR else tile.full)

    def paint_labels(self, painter: QPainter, look: Look, to_screen: QTransform, area: QRectF) -> None:
        """Names over the picture, in pixels; one that would cover another is left out."""
        taken: list[QRectF] = []
        font = look.font("hint", 500)
        painter.setFont(font)
        painter.setPen(look.color("text3"))
        for place, name, _ in self.labels:
            point = to_screen.map(place)
            width = painter.fontMetrics().horizontalAdvance(name)
            box = QRectF(point.x() - width / 2, point.y() - 8, width, 16)
            if area.contains(box) and not any(box.intersects(other) for other in taken):
                taken.append(box.adjusted(-12, -6, 12, 6))
                painter.drawText(box, Qt.AlignmentFlag.AlignCenter, name)

    def _add(self, shape: Shape) -> QRectF:
        box = QRectF()
        for ring in shape.rings:
            full = _path(ring, shape.closed)
            box = box.united(full.boundingRect())
            if shape.closed:
                self._areas[shape.kind].addPath(full)
                continue
            middle = full.boundingRect().center()
            key = (int(middle.x() // TILE_M), int(middle.y() // TILE_M))
            tile = self._tiles[shape.kind].setdefault(key, _Tile(QRectF()))
            tile.box = tile.box.united(full.boundingRect().adjusted(-50, -50, 50, 50))
            tile.full.addPath(full)
            tile.simple.addPath(_path(_simplified(ring), False))
        return box

    def _label(self, shape: Shape) -> None:
        if shape.name and shape.kind in ("river", "lake", "park", "place") and shape.rings:
            ring = shape.rings[0]
            middle = ring.mean(axis=0) if shape.closed else ring[len(ring) // 2]
            self.labels.append((QPointF(*middle), shape.name, shape.kind))


def _simplified(ring: Points) -> Points:
    """Every fourth vertex and the last, so that lines still meet."""
    return np.vstack([ring[:-1:SIMPLIFY], ring[-1:]])


def _path(ring: Points, closed: bool) -> QPainterPath:
    path = QPainterPath()
    points = [QPointF(x, y) for x, y in ring.tolist()]
    path.moveTo(points[0])
    for point in points[1:]:
        path.lineTo(point)
    if closed:
        path.closeSubpath()
    return path
