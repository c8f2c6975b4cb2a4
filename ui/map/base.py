"""The base of the map: rivers, parks, streets and transit lines, drawn into one picture.

Paths are cut into tiles, so that a picture costs what it shows; from afar a simplified copy is drawn and small
streets are left out; benchmarks/map.py has the figures.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen, QPolygonF

from ui.look import Look
from ui.map.geometry import Points, Shape

TILE_M = 1500.0
SIMPLIFY = 4
"""From afar every fourth vertex of a line is drawn."""
FAR = 0.06
"""Pixels per metre below which the simplified copy is drawn."""
STOPS_FROM = 0.07
THIN_PX = 1.6
ROUND_PX = 2.5
"""From this width lines end round and roads have an edge."""
LINE_TOKENS = ("pen1", "pen2", "pen3", "pen6", "pen8", "pen7")
"""Colours of transit lines, in the order of their names: none of an alarm, none of a bad value."""


@dataclass(frozen=True, slots=True)
class Style:
    """How a class of features is drawn."""

    token: str
    width_m: float = 0.0
    """Of a line on the ground, so that streets grow as one comes closer; 0 for a filled area."""
    least_px: float = 1.0
    from_scale: float = 0.0
    """Pixels per metre from which it is drawn at all."""
    case: str = ""
    """Token of its edge; empty for none."""


STYLES = {
    "park": Style("park"),
    "lake": Style("river"),
    "river": Style("river", 60.0, 1.6),
    "road_minor": Style("road_minor", 7.0, 1.0, 0.035),
    "road": Style("road", 11.0, 1.5, 0.018, "road_case"),
    "road_major": Style("road_major", 20.0, 2.4, 0.0, "road_case"),
}
"""Drawn in this order, the later ones on top."""
LINES = {"tram": 2.6, "bus": 1.6}
"""Classes of transit lines and how wide they are drawn, in pixels; buses are dashed."""


@dataclass(slots=True)
class _Tile:
    """Lines whose middles lie in one square: all as one path for thin pens, one by one for wide ones."""

    box: QRectF = field(default_factory=QRectF)
    full: QPainterPath = field(default_factory=QPainterPath)
    simple: QPainterPath = field(default_factory=QPainterPath)
    lines: list[QPolygonF] = field(default_factory=list)

    def draw(self, painter: QPainter, scale: float, thin: bool) -> None:
        if thin:
            painter.drawPath(self.simple if scale < FAR else self.full)
            return
        for line in self.lines:
            painter.drawPolyline(line)


@dataclass(frozen=True, slots=True)
class Line:
    """A transit line on the ground."""

    kind: str
    name: str
    """The word of its vehicles: A, B, 5…"""
    path: QPainterPath


@dataclass(frozen=True, slots=True)
class Named:
    """A name to be written, and where it may stand: the first of `places` that is free."""

    name: str
    kind: str
    places: Points


class Base:
    """The shapes of one site as paths, ready to be drawn at any scale."""

    def __init__(self, shapes: Iterable[Shape]) -> None:
        self._tiles: dict[tuple[str, float], dict[tuple[int, int], _Tile]] = {}
        self._areas: dict[str, QPainterPath] = {}
        self.lines: list[Line] = []
        self.stops: list[tuple[QPointF, str]] = []
        """Places of stops and the line each is on."""
        self.names: list[Named] = []
        for shape in shapes:
            self._take(shape)
        self.tokens = _tokens(self.lines)

    def paint(self, painter: QPainter, look: Look, visible: QRectF, scale: float) -> None:
        """Draw what lies in `visible` (metres); the painter's transform maps metres to pixels."""
        painter.fillRect(visible, look.color("land"))
        for kind, style in STYLES.items():
            if scale < style.from_scale:
                continue
            if kind in self._areas:
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(look.color(style.token))
                painter.drawPath(self._areas[kind])
            painter.setBrush(Qt.BrushStyle.NoBrush)
            for width in sorted(width for name, width in self._tiles if name == kind):
                self._strokes(painter, look, (kind, width), visible, scale)
        self._paint_lines(painter, look, scale)
        if scale >= STOPS_FROM:
            self._paint_stops(painter, look, scale)

    def _strokes(self, painter: QPainter, look: Look, key: tuple[str, float], visible: QRectF, scale: float) -> None:
        """Below `THIN_PX` the pen is one pixel wide, which Qt draws ten times faster."""
        style = STYLES[key[0]]
        width = max(key[1] * scale, style.least_px)
        tiles = [tile for tile in self._tiles[key].values() if tile.box.intersects(visible)]
        edges = [(style.case, width + 1.6)] if style.case and width >= ROUND_PX else []
        for token, wide in [*edges, (style.token, width)]:
            thin = wide < THIN_PX
            painter.setPen(_pen(look.color(token), 1.0 if thin else wide))
            for tile in tiles:
                tile.draw(painter, scale, thin)

    def _paint_lines(self, painter: QPainter, look: Look, scale: float) -> None:
        """Lines that share their track lie side by side."""
        for at, line in enumerate(self.lines):
            shift = (at - (len(self.lines) - 1) / 2) * 1.9 / scale
            pen = _pen(look.color(self.tokens[line.name]), LINES[line.kind])
            if line.kind == "bus":
                pen.setDashPattern([4, 2.2])
                pen.setCapStyle(Qt.PenCapStyle.FlatCap)
            painter.setPen(pen)
            painter.drawPath(line.path.translated(shift, shift))

    def _paint_stops(self, painter: QPainter, look: Look, scale: float) -> None:
        radius = 3.4 / scale
        painter.setBrush(look.color("raised"))
        for place, line in self.stops:
            painter.setPen(QPen(look.color(self.tokens.get(line, "text2")), 1.8 / scale))
            painter.drawEllipse(place, radius, radius)

    def _take(self, shape: Shape) -> None:
        if shape.kind in LINES and len(shape.rings[0]) > 1:
            path = QPainterPath()
            for ring in shape.rings:
                path.addPath(_path(ring, False))
            self.lines.append(Line(shape.kind, shape.line, path))
        elif shape.kind in LINES:
            place = QPointF(*shape.rings[0][0])
            self.stops.append((place, shape.line))
            self.names.append(Named(shape.name, "stop", shape.rings[0]))
        elif shape.kind in STYLES:
            self._add(shape)
            self._name(shape)

    def _add(self, shape: Shape) -> None:
        width = shape.width_m or STYLES[shape.kind].width_m
        for ring in shape.rings:
            full = _path(ring, shape.closed)
            if shape.closed:
                self._areas.setdefault(shape.kind, QPainterPath()).addPath(full)
                continue
            middle = full.boundingRect().center()
            tiles = self._tiles.setdefault((shape.kind, width), {})
            tile = tiles.setdefault((int(middle.x() // TILE_M), int(middle.y() // TILE_M)), _Tile())
            tile.box = tile.box.united(full.boundingRect().adjusted(-50 - width, -50 - width, 50 + width, 50 + width))
            tile.lines.append(QPolygonF(list(_points(ring))))
            tile.full.addPath(full)
            tile.simple.addPath(_path(_simplified(ring), False))

    def _name(self, shape: Shape) -> None:
        if shape.name and shape.kind in ("river", "lake", "park", "road_major"):
            ring = shape.rings[0]
            places = ring.mean(axis=0)[None, :] if shape.closed else _along(ring)
            self.names.append(Named(shape.name, shape.kind, places))


def _tokens(lines: Sequence[Line]) -> dict[str, str]:
    """Line -> token of its colour; trams before buses."""
    names = sorted({line.name: line.kind != "tram" for line in lines}.items(), key=lambda item: (item[1], item[0]))
    return {name: LINE_TOKENS[at % len(LINE_TOKENS)] for at, (name, _) in enumerate(names)}


def _along(ring: Points) -> Points:
    """Places along a line where its name may stand, the middle first."""
    parts = (0.5, 0.35, 0.65, 0.2, 0.8, 0.9, 0.1)
    return ring[[min(int(part * len(ring)), len(ring) - 1) for part in parts]]


def _simplified(ring: Points) -> Points:
    """Every fourth vertex and the last, so that lines still meet."""
    return np.vstack([ring[:-1:SIMPLIFY], ring[-1:]])


def _points(ring: Points) -> Iterator[QPointF]:
    for east, south in ring.tolist():
        yield QPointF(east, south)


def _path(ring: Points, closed: bool) -> QPainterPath:
    path = QPainterPath()
    points = list(_points(ring))
    path.moveTo(points[0])
    for point in points[1:]:
        path.lineTo(point)
    if closed:
        path.closeSubpath()
    return path


def _pen(color: QColor, width_px: float) -> QPen:
    """Wide ones with round ends, so that streets meet without a notch; round ends of narrow ones would cost and not
    be seen."""
    wide = width_px >= ROUND_PX
    cap = Qt.PenCapStyle.RoundCap if wide else Qt.PenCapStyle.FlatCap
    pen = QPen(color, width_px, Qt.PenStyle.SolidLine, cap, Qt.PenJoinStyle.RoundJoin if wide else _BEVEL)
    pen.setCosmetic(True)
    return pen


_BEVEL = Qt.PenJoinStyle.BevelJoin
