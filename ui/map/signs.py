"""Signs: how a marker, a group and a vehicle are drawn. Kept as pictures, for there may be five thousand of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPainterPath, QPen, QPixmap

from ui.look import Look
from ui.map.markers import ACTIVE, NO_ALARM, REST, UNKNOWN, Markers
from ui.map.spots import Spot
from ui.padlock import paint_padlock
from ui.shapes import paint_icon, paint_priority, system_icon

ALARM_PX = 16.0
_INKS = {ACTIVE: ("eq_run", "eq_in"), REST: ("eq_stop", "eq_run"), UNKNOWN: ("raised", "bad")}
"""Fill and icon of a marker."""


class Signs:
    """See the module."""

    def __init__(self, look: Look, markers: Markers, tokens: Mapping[str, str]) -> None:
        self._look, self._markers, self._tokens = look, markers, tokens
        self._pictures: dict[tuple[object, ...], QPixmap] = {}
        look.changed.connect(self._pictures.clear)

    def paint(self, painter: QPainter, spots: Sequence[Spot]) -> None:
        """All of them, then their alarms, which nothing may cover; the worst last."""
        alarmed = []
        for spot in spots:
            self._paint_body(painter, spot)
            worst = self._markers.worst(spot.rows) if spot.grouped else spot.row
            if worst is not None and self._markers.priority[worst] != NO_ALARM:
                alarmed.append((int(self._markers.priority[worst]), spot, worst))
        for _, spot, worst in sorted(alarmed, key=lambda one: -one[0]):
            self._paint_alarm(painter, spot, worst)
        for spot in spots:
            if self._markers.locked[spot.rows if spot.grouped else spot.row].any():
                self._paint_lock(painter, spot)

    def _paint_body(self, painter: QPainter, spot: Spot) -> None:
        markers, row = self._markers, spot.row
        if spot.grouped:
            unsure = bool((markers.fill[spot.rows] == UNKNOWN).any())
            self._draw(painter, spot, self._group(len(spot.rows), spot.radius, unsure))
        elif markers.vehicle[row]:
            self._paint_vehicle(painter, spot)
        else:
            self._draw(painter, spot, self._marker(str(markers.system[row]), int(markers.fill[row]), spot.radius))

    def _draw(self, painter: QPainter, spot: Spot, picture: QPixmap) -> None:
        half = picture.width() / picture.devicePixelRatio() / 2
        painter.drawPixmap(QPointF(spot.x - half, spot.y - half), picture)

    def _paint_vehicle(self, painter: QPainter, spot: Spot) -> None:
        """The arrow turns with the heading, the letter of its line stays upright."""
        markers, row = self._markers, spot.row
        known = bool(markers.fill[row] != UNKNOWN)
        heading = float(markers.heading[row])
        turned = heading == heading and known
        painter.save()
        painter.translate(spot.x, spot.y)
        if turned:
            painter.rotate(heading)
        picture = self._arrow(markers.line[row], known, turned, spot.radius)
        half = picture.width() / picture.devicePixelRatio() / 2
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawPixmap(QPointF(-half, -half), picture)
        painter.restore()
        painter.setFont(self._look.font("hint" if spot.radius < 11 else "label", 700))
        painter.setPen(self._look.color("accent_text" if known else "bad"))
        box = QRectF(spot.x - 12, spot.y - 9, 24, 18)
        painter.drawText(box, int(Qt.AlignmentFlag.AlignCenter), markers.line[row])

    def _paint_alarm(self, painter: QPainter, spot: Spot, row: int) -> None:
        offset = spot.radius * 0.85
        box = QRectF(0, 0, ALARM_PX, ALARM_PX)
        box.moveCenter(QPointF(spot.x + offset, spot.y - offset))
        paint_priority(painter, box, int(self._markers.priority[row]), bool(self._markers.acked[row]), self._look)

    def _paint_lock(self, painter: QPainter, spot: Spot) -> None:
        offset = spot.radius * 0.85
        box = QRectF(0, 0, ALARM_PX, ALARM_PX)
        box.moveCenter(QPointF(spot.x + offset, spot.y + offset))
        paint_padlock(painter, box, self._look)

    def _kept(self, key: tuple[object, ...], half: float, draw: Callable[[QPainter], None]) -> QPixmap:
        """A square picture with its middle at (0, 0) of `draw`."""
        if key not in self._pictures:
            picture = QPixmap(round(4 * half), round(4 * half))
            picture.setDevicePixelRatio(2)
            picture.fill(Qt.GlobalColor.transparent)
            with QPainter(picture) as painter:
                painter.setRenderHint(QPainter.RenderHint.Antialiasing)
                painter.translate(half, half)
                draw(painter)
            self._pictures[key] = picture
        return self._pictures[key]

    def _marker(self, system: str, fill: int, radius: float) -> QPixmap:
        look = self._look

        def draw(painter: QPainter) -> None:
            paper, ink = _INKS[fill]
            painter.setPen(_outline(look, fill == UNKNOWN))
            painter.setBrush(look.color(paper))
            painter.drawEllipse(QPointF(0, 0), radius, radius)
            side = radius * 1.3
            box = QRectF(-side / 2, -side / 2, side, side)
            paint_icon(painter, system_icon(system), box, look.color(ink), 1.1 if radius < 11 else 1.4)

        return self._kept(("marker", system, fill, radius), radius + 2, draw)

    def _group(self, count: int, radius: float, unsure: bool) -> QPixmap:
        """`unsure`: the values of a member can't be believed; a group must not hide that."""
        look = self._look

        def draw(painter: QPainter) -> None:
            painter.setPen(_outline(look, unsure))
            painter.setBrush(look.color("raised"))
            painter.drawEllipse(QPointF(0, 0), radius, radius)
            painter.setFont(look.font("label", 600))
            painter.setPen(look.color("text"))
            box = QRectF(-radius, -radius, 2 * radius, 2 * radius)
            painter.drawText(box, int(Qt.AlignmentFlag.AlignCenter), str(count))

        return self._kept(("group", count, radius, unsure), radius + 2, draw)

    def _arrow(self, line: str, known: bool, turned: bool, radius: float) -> QPixmap:
        look = self._look

        def draw(painter: QPainter) -> None:
            pen = QPen(look.color("land" if known else "bad"), 1.4)
            if not known:
                pen.setDashPattern([2.2, 2.0])
            painter.setPen(pen)
            painter.setBrush(look.color(self._tokens.get(line, "pen5") if known else "raised"))
            painter.drawPath(_drop(radius) if turned else _disc(radius))

        return self._kept(("arrow", line, known, turned, radius), radius * 1.7 + 2, draw)


def _outline(look: Look, unsure: bool) -> QPen:
    pen = QPen(look.color("bad" if unsure else "eq_line"), 1.5 if unsure else 1.3)
    if unsure:
        pen.setDashPattern([2.2, 2.0])
    return pen


def _disc(radius: float) -> QPainterPath:
    path = QPainterPath()
    path.addEllipse(QPointF(0, 0), radius, radius)
    return path


def _drop(radius: float) -> QPainterPath:
    """A disc with a nose to the north."""
    nose = QPainterPath()
    nose.moveTo(-radius * 0.72, -radius * 0.62)
    nose.lineTo(0, -radius * 1.62)
    nose.lineTo(radius * 0.72, -radius * 0.62)
    nose.closeSubpath()
    return _disc(radius).united(nose)
