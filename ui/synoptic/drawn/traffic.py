"""The crossing from above.

Told without the hues of alarms: a lit lamp is bright in the place it has in the head, an open movement is a bright
arrow through the crossing, a closed one a bar across the lane.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPainterPath

from supervisor.model import Equipment, Tag
from ui.shapes import saved
from ui.synoptic.binding import Bound
from ui.synoptic.item import Item
from ui.synoptic.kinds import UNKNOWN, kinds
from ui.synoptic.sheet import CENTRE, HEAD, LABEL, STRONG, Sheet

ROAD = 88.0
"""Half width of the carriageway on the plan."""
SIDES = ("north", "east", "south", "west")
STOP_LINE = ROAD + 40.0
STRAIGHT = 0.75 * ROAD
"""Middle of the outer lane, left of the axis for who comes from the north."""
TURNING = 0.25 * ROAD
LOOP_AT = ROAD + 150.0


class Approach(NamedTuple):
    """One side of the crossing and the tags it carries; what it has not is absent."""

    turn: int
    """Quarter turns clockwise from the north."""
    tags: dict[str, Tag]
    """group, left, walk: signal groups. presence, fault, flow: the loop."""
    names: dict[str, str]


class Crossing(Item):
    """The crossing from above, north at the top; `approaches` of the page say which group and loop lies on which side.

    `approaches = [{ side = "north", group = "sg1", left = "sg5", walk = "sg7", loop = "L1" }]`
    """

    frame = False

    def __init__(self, bound: Bound, sheet: Sheet) -> None:
        super().__init__(bound, sheet)
        self.approaches = [self._approached(row) for row in bound.symbol.options.get("approaches", ())]

    def _approached(self, row: Mapping[str, str]) -> Approach:
        site, own, loop = self.bound.site, self.bound.equipment, row.get("loop", "")
        paths = {name: row[name] for name in ("group", "left", "walk") if name in row}
        paths |= {name: f"{loop}.{name}" for name in ("presence", "fault", "flow") if loop}
        found = {name: site.tag(own, path) for name, path in paths.items()}
        return Approach(SIDES.index(row["side"]), {k: tag for k, tag in found.items() if tag is not None}, dict(row))

    @property
    def tags(self) -> tuple[Tag, ...]:
        return tuple(tag for approach in self.approaches for tag in approach.tags.values())

    def place(self, point: QPointF) -> Equipment | None:
        """A loop where the loops lie, else the intersection."""
        centre = self.rect.center()
        for approach in self.approaches:
            x, y = _turned(-STRAIGHT, -LOOP_AT, approach.turn)
            if "flow" in approach.tags and QRectF(centre.x() + x - 48, centre.y() + y - 36, 96, 72).contains(point):
                return approach.tags["flow"].equipment
        return self.equipment

    def draw(self, painter: QPainter) -> None:
        self._roads(painter)
        for approach in self.approaches:
            with saved(painter):
                painter.translate(self.rect.center())
                painter.rotate(90 * approach.turn)
                self._ground(painter, approach)
        for approach in self.approaches:
            with saved(painter):
                painter.translate(self.rect.center())
                painter.rotate(90 * approach.turn)
                self._arrows(painter, approach)
        for approach in self.approaches:
            self._upright(painter, approach)
        with saved(painter):
            self._north(painter)

    def _roads(self, painter: QPainter) -> None:
        sheet, rect, centre = self.sheet, self.rect, self.rect.center()
        painter.setPen(sheet.pen("border", 1))
        painter.setBrush(sheet.color("land"))
        painter.drawRoundedRect(rect.adjusted(0.5, 0.5, -0.5, -0.5), 6, 6)
        road = QPainterPath()
        road.addRect(QRectF(centre.x() - ROAD, rect.top() + 1, 2 * ROAD, rect.height() - 2))
        across = QPainterPath()
        across.addRect(QRectF(rect.left() + 1, centre.y() - ROAD, rect.width() - 2, 2 * ROAD))
        corner = QPainterPath()
        wide = ROAD + 20
        corner.addRoundedRect(QRectF(centre.x() - wide, centre.y() - wide, 2 * wide, 2 * wide), 8, 8)
        painter.setPen(sheet.pen("border2", 1.2))
        painter.setBrush(sheet.color("road"))
        painter.drawPath(road.united(across).united(corner))

    def _ground(self, painter: QPainter, approach: Approach) -> None:
        """One approach as if it came from the north: markings, pedestrian crossing, stop line, loop."""
        sheet = self.sheet
        reach = (self.rect.width() if approach.turn % 2 else self.rect.height()) / 2
        painter.setPen(sheet.pen("pipe", 1.6))
        painter.drawLine(QPointF(0, -reach + 4), QPointF(0, -STOP_LINE))
        if "left" in approach.tags:
            painter.setPen(sheet.pen("pipe", 1.2, Qt.PenStyle.DashLine))
            painter.drawLine(QPointF(-ROAD / 2, -reach + 40), QPointF(-ROAD / 2, -STOP_LINE - 4))
        walk = self.sheet.state(approach.tags.get("walk"))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(sheet.color("mark" if walk == "green" else "border2"))
        for k in range(9):
            painter.drawRect(QRectF(-ROAD + 5 + k * 20, -STOP_LINE + 8, 12, 22))
        painter.setPen(sheet.pen("pipe_flow", 4))
        painter.drawLine(QPointF(-ROAD + 5, -STOP_LINE), QPointF(-5, -STOP_LINE))
        if "presence" in approach.tags:
            self._loop(painter, approach)

    def _arrows(self, painter: QPainter, approach: Approach) -> None:
        """An arrow for what may go, a bar for what must stop. Right-hand traffic from the north drives on the west."""
        group, left = (self.sheet.state(approach.tags.get(name)) for name in ("group", "left"))
        straight = STRAIGHT if "left" in approach.tags else ROAD / 2
        if group == "green":
            way = QPainterPath(QPointF(-straight, -STOP_LINE + 2))
            way.lineTo(-straight, 4)
            self._arrow(painter, way, [QPointF(-straight, 24), QPointF(-straight - 12, 0), QPointF(-straight + 12, 0)])
        elif group:
            self._bar(painter, -straight, group)
        if left == "green":
            way = QPainterPath(QPointF(-TURNING, -STOP_LINE + 2))
            way.cubicTo(-TURNING, -30, -4, -6, 26, -6)
            self._arrow(painter, way, [QPointF(46, -6), QPointF(22, -17), QPointF(22, 5)])
        elif left:
            self._bar(painter, -TURNING, left)

    def _arrow(self, painter: QPainter, way: QPainterPath, head: list[QPointF]) -> None:
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(self.sheet.blunt("mark", 7))
        painter.drawPath(way)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self.sheet.color("mark"))
        painter.drawPolygon(head)

    def _bar(self, painter: QPainter, x: float, state: str) -> None:
        painter.setPen(self.sheet.blunt("mark", 8 if state == "red" else 4))
        painter.drawLine(QPointF(x - 16, -STOP_LINE), QPointF(x + 16, -STOP_LINE))

    def _loop(self, painter: QPainter, approach: Approach) -> None:
        sheet, tags = self.sheet, approach.tags
        occupied = sheet.state(tags["presence"]) == "occupied"
        faulty = sheet.state(tags.get("fault")) == "fault" or sheet.bad(tags["presence"])
        at = STRAIGHT if "left" in tags else ROAD / 2
        box = QRectF(-at - 17, -LOOP_AT - 20, 34, 40)
        painter.setPen(sheet.pen("eq_line", 2, Qt.PenStyle.DashLine if faulty else Qt.PenStyle.SolidLine))
        painter.setBrush(sheet.color("mark" if occupied and not faulty else "eq_body"))
        painter.drawRoundedRect(box, 6, 6)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(sheet.pen("panel" if occupied and not faulty else "eq_line", 1))
        painter.drawRoundedRect(box.adjusted(5, 5, -5, -5), 4, 4)

    def _upright(self, painter: QPainter, approach: Approach) -> None:
        """What must stand upright whatever the side: heads, names, flows."""
        centre, tags, turn = self.rect.center(), approach.tags, approach.turn
        spots = {"group": (-ROAD - 40, -STOP_LINE - 66), "left": (-ROAD - 108, -STOP_LINE - 66)}
        if turn % 2:
            spots = {"group": (-ROAD - 54, -STOP_LINE - 54), "left": (-ROAD - 54, -STOP_LINE - 106)}
        for name, spot in spots.items():
            if name in tags:
                self._head(painter, centre + QPointF(*_turned(*spot, turn)), tags[name], _number(approach.names[name]))
        if "walk" in tags:
            spot = (ROAD + 34, -STOP_LINE + 19)
            self._walker(
                painter, centre + QPointF(*_turned(*spot, turn)), tags["walk"], _number(approach.names["walk"])
            )
        if "flow" in tags:
            self._flow(painter, approach)

    def _flow(self, painter: QPainter, approach: Approach) -> None:
        """Name, flow and occupancy of the loop, at the verge beside it."""
        sheet, centre = self.sheet, self.rect.center()
        x, y = _turned(-ROAD - 56, -LOOP_AT - 48, approach.turn)
        if approach.turn % 2:
            x, y = _turned(-ROAD - 30, -LOOP_AT - 26, approach.turn)
        room = QRectF(centre.x() + x - 48, centre.y() + y - 17, 96, 16)
        sheet.write(painter, room, approach.names["loop"], HEAD, CENTRE)
        sheet.quantity(painter, room.translated(0, 17), sheet.shown(approach.tags["flow"]), STRONG, CENTRE)

    def _head(self, painter: QPainter, at: QPointF, tag: Tag, name: str) -> None:
        sheet, kind = self.sheet, kinds()["signal_head"]
        state = kind.state(sheet.state(tag)) if not sheet.bad(tag) else UNKNOWN
        pixmap = sheet.bodies.body(kind, state, sheet.look.theme, sheet.scale)
        width, height = kind.size
        place = QRectF(at.x() - width / 2, at.y() - height / 2, width, height)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawPixmap(place, pixmap, QRectF(pixmap.rect()))
        sheet.write(painter, QRectF(at.x() - 30, at.y() - 43, 60, 14), name, HEAD._replace(token="text"), CENTRE)
        sheet.write(painter, QRectF(at.x() - 30, at.y() + 28, 60, 15), sheet.shown(tag).text, LABEL, CENTRE)

    def _walker(self, painter: QPainter, at: QPointF, tag: Tag, name: str) -> None:
        """A pedestrian head: bright while people may walk."""
        sheet = self.sheet
        state = sheet.state(tag)
        lit = state == "green"
        box = QRectF(at.x() - 13, at.y() - 13, 26, 26)
        painter.setPen(sheet.pen("eq_line", 1.6, Qt.PenStyle.SolidLine if state else Qt.PenStyle.DashLine))
        painter.setBrush(sheet.color("eq_run" if lit else "eq_stop"))
        painter.drawRoundedRect(box, 5, 5)
        painter.setPen(sheet.pen("eq_in" if lit else "eq_line", 1.8))
        _walking(painter, at, lit)
        sheet.write(painter, QRectF(at.x() + 17, at.y() - 8, 40, 16), name, HEAD._replace(token="text"))

    def _north(self, painter: QPainter) -> None:
        x, y = self.rect.width() - 28, 34
        painter.setPen(self.sheet.pen("text2", 1.6))
        painter.drawPolyline([QPointF(x, y + 16), QPointF(x, y - 4), QPointF(x - 5, y + 4)])
        painter.drawLine(QPointF(x, y - 4), QPointF(x + 5, y + 4))
        self.sheet.write(painter, QRectF(x - 12, y - 22, 24, 14), "N", HEAD, CENTRE)


def _number(group: str) -> str:
    """What a signal head is called in the street: the number of its group."""
    return group.removeprefix("sg")


def _turned(x: float, y: float, turn: int) -> tuple[float, float]:
    """A point of the northern approach, turned clockwise by quarters."""
    for _ in range(turn):
        x, y = -y, x
    return x, y


def _walking(painter: QPainter, at: QPointF, walks: bool) -> None:
    x, y = at.x(), at.y()
    painter.drawEllipse(QPointF(x, y - 8), 1.6, 1.6)
    painter.drawLine(QPointF(x, y - 5), QPointF(x, y + 2))
    spread = 4 if walks else 1.4
    painter.drawLine(QPointF(x, y + 2), QPointF(x - spread, y + 9))
    painter.drawLine(QPointF(x, y + 2), QPointF(x + spread, y + 9))
    painter.drawLine(QPointF(x - spread, y - 1), QPointF(x, y - 4))
    painter.drawLine(QPointF(x + spread, y - 1), QPointF(x, y - 4))
