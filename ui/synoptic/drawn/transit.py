"""A line as its operations centre sees it: where every vehicle is between which stops, and how late.

Lateness is told by words and by an offset from the middle, never by a hue: only an alarm has a hue.
"""

from __future__ import annotations

from typing import NamedTuple

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPolygonF

from supervisor.model import Equipment, Tag, Text
from ui.shapes import paint_bad, saved
from ui.synoptic import words
from ui.synoptic.binding import Bound
from ui.synoptic.item import Item, paint_frame
from ui.synoptic.lines import course
from ui.synoptic.sheet import CENTRE, HEAD, HINT, LABEL, LEFT, RIGHT, STRONG, WORD, Ink, Raised, Sheet

PUNCTUAL_S = 60.0
"""Seconds early or late within which nobody says a word."""
WIDEST_S = 600.0
"""Lateness at which the offset reaches the end of its scale."""
TAGS = (
    "latitude",
    "longitude",
    "speed",
    "lateness",
    "doors",
    "occupancy",
    "odometer",
    "next_stop",
    "headsign",
    "direction",
)


class Vehicle(NamedTuple):
    """A child of the line with the tags it carries."""

    equipment: Equipment
    tags: dict[str, Tag]

    @property
    def number(self) -> str:
        """The short name painted on a marker: the last word of its id."""
        return self.equipment.id.split("-")[-1]


class Fleet(Item):
    """What the kinds of this module share: the vehicles of the line."""

    frame = False

    def __init__(self, bound: Bound, sheet: Sheet) -> None:
        super().__init__(bound, sheet)
        self.vehicles = [self._vehicle(child) for child in bound.site.parts_by_equipment.get(bound.equipment.id, ())]
        self._raised: dict[str, Raised | None] = {}
        self._alarms = {v.equipment.id: bound.site.alarms_by_equipment.get(v.equipment.id, ()) for v in self.vehicles}

    def _vehicle(self, child: Equipment) -> Vehicle:
        found = {name: self.bound.site.tag(child, name) for name in TAGS}
        return Vehicle(child, {name: tag for name, tag in found.items() if tag is not None})

    @property
    def tags(self) -> tuple[Tag, ...]:
        return tuple(tag for vehicle in self.vehicles for tag in vehicle.tags.values())

    def alarm(self) -> bool:
        raised = {id: self.sheet.raised(alarms) for id, alarms in self._alarms.items()}
        changed = raised != self._raised
        self._raised = raised
        return changed

    def punctuality(self, vehicle: Vehicle) -> str:
        """On time, so many minutes late or early; a dash where nobody knows."""
        late = self.sheet.value(vehicle.tags.get("lateness"))
        if late != late:
            return "—"
        if abs(late) < PUNCTUAL_S:
            return self.sheet.say(words.ON_TIME)
        said = words.LATE if late > 0 else words.EARLY
        return self.sheet.say(said).format(n=round(abs(late) / 60))

    def direction(self, vehicle: Vehicle) -> int:
        """1 outbound, 2 inbound, 0 where nobody knows."""
        value = self.sheet.value(vehicle.tags.get("direction"))
        return int(value) if value in (1, 2) else 0


class Thermometer(Fleet):
    """The line stretched straight: outbound above, inbound below, the stops between."""

    LEFT = 24.0
    RIGHT = 88.0
    """Room at the end for the name of the last stop, which slants outwards."""
    UP = 112.0
    DOWN = 208.0
    WIDE = 72.0

    def __init__(self, bound: Bound, sheet: Sheet) -> None:
        super().__init__(bound, sheet)
        site = bound.site
        line = bound.equipment.args.get("line", bound.equipment.id)
        self.course = course(site.folder, line, (site.latitude, site.longitude))

    def place(self, point: QPointF) -> Equipment | None:
        for vehicle, rect, _ in self._markers()[0]:
            if rect.adjusted(-3, -3, 3, 3).contains(point):
                return vehicle.equipment
        return self.equipment

    def look_at(self) -> object:
        markers, lost = self._markers()
        return [(v.number, round(rect.x(), 1), rect.y(), self.punctuality(v)) for v, rect, _ in markers], lost

    def part(self, vehicle: Vehicle) -> float:
        """How far along the line, from its start; NaN where unknown."""
        value = self.sheet.value
        if self.course is not None:
            return self.course.part(value(vehicle.tags.get("latitude")), value(vehicle.tags.get("longitude")))
        ran = value(vehicle.tags.get("odometer"))
        furthest = max((value(v.tags.get("odometer")) for v in self.vehicles), default=0.0)
        part = ran / max(furthest, 10_000.0)
        return 1 - part if self.direction(vehicle) == 2 else part

    def _x(self, part: float) -> float:
        return self.LEFT + part * (self.rect.width() - self.LEFT - self.RIGHT)

    def _markers(self) -> tuple[list[tuple[Vehicle, QRectF, float]], int]:
        """Every vehicle with its box and the place it points at; those too close together are stacked. How many
        have no position."""
        lanes: dict[tuple[bool, int], list[float]] = {}
        markers, lost = [], 0
        placed = sorted(
            ((self.part(vehicle), vehicle) for vehicle in self.vehicles), key=lambda pair: (pair[0], pair[1].number)
        )
        for part, vehicle in placed:
            if part != part:
                lost += 1
                continue
            below = self.direction(vehicle) == 2
            x = self._x(part)
            level = next(n for n in range(99) if all(abs(x - o) > self.WIDE + 6 for o in lanes.get((below, n), ())))
            lanes.setdefault((below, level), []).append(x)
            level = min(level, 2)
            left = min(max(x - self.WIDE / 2, 2), self.rect.width() - self.WIDE - 2)
            y = self.DOWN + 16 + level * 28 if below else self.UP - 38 - level * 28
            markers.append((vehicle, QRectF(left, y, self.WIDE, 22), x))
        return markers, lost

    def draw(self, painter: QPainter) -> None:
        sheet, right = self.sheet, self._x(1.0)
        for y, said, forward in ((self.UP, words.OUTBOUND, True), (self.DOWN, words.INBOUND, False)):
            painter.setPen(sheet.pen("pipe_flow", 5))
            painter.drawLine(QPointF(self.LEFT, y), QPointF(right, y))
            self._arrow(painter, y, forward)
            room = QRectF(right - 150, -4 if forward else self.rect.height() - 20, 150, 15)
            room = room if forward else room.translated(self.LEFT - right + 150, 0)
            sheet.write(painter, room, sheet.say(said), HEAD, RIGHT if forward else LEFT)
        if self.course is not None:
            self._stops(painter)
        markers, lost = self._markers()
        for vehicle, rect, x in markers:
            self._marker(painter, vehicle, rect, x)
        if lost:
            room = QRectF(right - 220, self.rect.height() - 20, 220, 16)
            sheet.write(painter, room, sheet.say(words.NO_POSITION).format(n=lost), LABEL, RIGHT)

    def _arrow(self, painter: QPainter, y: float, forward: bool) -> None:
        tip = self._x(1.0) + 18 if forward else self.LEFT - 18
        back = -14 if forward else 14
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self.sheet.color("pipe_flow"))
        painter.drawPolygon(QPolygonF([QPointF(tip, y), QPointF(tip + back, y - 9), QPointF(tip + back, y + 9)]))

    def _stops(self, painter: QPainter) -> None:
        """Stop names slanting between the two rails; ends of the line strong."""
        sheet = self.sheet
        stops = self.course.stops if self.course else ()
        last = -100.0
        for n, (part, name) in enumerate(stops):
            x = self._x(part)
            for y in (self.UP, self.DOWN):
                painter.setPen(sheet.pen("pipe_flow", 2))
                painter.setBrush(sheet.color("eq_run"))
                painter.drawEllipse(QPointF(x, y), 4.5, 4.5)
            if x - last < 20:
                continue
            last = x
            ink = Ink("hint", 600, "text") if n in (0, len(stops) - 1) else Ink("hint", 500, "text2")
            with saved(painter):
                painter.translate(x, self.DOWN - 12)
                painter.rotate(-38)
                sheet.write(painter, QRectF(0, -8, 116, 16), name, ink)

    def _marker(self, painter: QPainter, vehicle: Vehicle, rect: QRectF, x: float) -> None:
        sheet = self.sheet
        below = rect.top() > self.UP
        rail = self.DOWN if below else self.UP
        edge = rect.top() if below else rect.bottom()
        painter.setPen(sheet.pen("eq_line", 1.4))
        painter.drawLine(QPointF(x, edge), QPointF(x, rail))
        painter.setBrush(sheet.color("eq_line"))
        painter.drawEllipse(QPointF(x, rail), 6, 6)
        painter.setBrush(sheet.color("eq_run"))
        painter.setPen(sheet.pen("eq_line", 1.6))
        painter.drawRoundedRect(rect, 4, 4)
        late = sheet.value(vehicle.tags.get("lateness"))
        text = vehicle.number[-4:]
        minutes = round(late / 60) if late == late else 0
        shift = f"{minutes:+d}".replace("-", "−") if abs(late) >= PUNCTUAL_S else ""
        ink = Ink("hint", 600, "eq_in")
        if shift:
            sheet.write(painter, rect.adjusted(3, 0, -34, 0), text, ink._replace(weight=500), CENTRE)
            end = QRectF(rect.right() - 36, rect.top(), 33, rect.height())
            sheet.write(painter, end, shift, ink._replace(weight=700), CENTRE)
        else:
            sheet.write(painter, rect, text, ink, CENTRE)
        raised = self._raised.get(vehicle.equipment.id)
        if raised is not None:
            paint_frame(painter, rect.adjusted(-2, -2, 2, 2), raised, sheet)


class Vehicles(Fleet):
    """The vehicles as a table, one row each."""

    ROW = 24.0
    COLUMNS: tuple[tuple[Text, float], ...] = (
        (words.VEHICLE, 0.0),
        (words.DIRECTION, 0.115),
        (words.TOWARDS, 0.205),
        (words.NEXT_STOP, 0.385),
        (words.SPEED, 0.555),
        (words.PUNCTUALITY, 0.625),
        (words.OCCUPANCY, 0.815),
        (words.DOORS, 0.935),
    )

    def place(self, point: QPointF) -> Equipment | None:
        row = int((point.y() - 28) // self.ROW)
        return self.vehicles[row].equipment if 0 <= row < len(self.vehicles) else self.equipment

    def _cell(self, column: int, y: float) -> QRectF:
        width = self.rect.width()
        left = 16 + self.COLUMNS[column][1] * (width - 24)
        ends = [place for _, place in self.COLUMNS[1:]] + [1.0]
        right = 16 + ends[column] * (width - 24)
        return QRectF(left, y, right - left - 10, self.ROW)

    def draw(self, painter: QPainter) -> None:
        sheet = self.sheet
        for column, (name, _) in enumerate(self.COLUMNS):
            sheet.write(painter, self._cell(column, 0), sheet.say(name), LABEL)
        painter.setPen(sheet.pen("border2", 1))
        painter.drawLine(QPointF(8, 26), QPointF(self.rect.width() - 8, 26))
        if not self.vehicles:
            sheet.write(painter, QRectF(16, 36, self.rect.width() - 32, 20), sheet.say(words.NO_VEHICLE), WORD)
        fitting = max(int((self.rect.height() - 30) // self.ROW), 1)
        rows = self.vehicles if len(self.vehicles) <= fitting else self.vehicles[: fitting - 1]
        for row, vehicle in enumerate(rows):
            self._row(painter, 28 + row * self.ROW, vehicle)
        if len(rows) < len(self.vehicles):
            said = sheet.say(words.MORE).format(n=len(self.vehicles) - len(rows))
            sheet.write(painter, self._cell(0, 28 + len(rows) * self.ROW), said, HINT)

    def _row(self, painter: QPainter, y: float, vehicle: Vehicle) -> None:
        sheet, tags = self.sheet, vehicle.tags
        painter.setPen(sheet.pen("grid", 1))
        painter.drawLine(QPointF(8, y + self.ROW - 0.5), QPointF(self.rect.width() - 8, y + self.ROW - 0.5))
        sheet.write(painter, self._cell(0, y), sheet.say(vehicle.equipment.name), STRONG)
        bad = all(sheet.bad(tag) for tag in tags.values())
        for column, name in ((1, "direction"), (2, "headsign"), (3, "next_stop"), (4, "speed"), (7, "doors")):
            tag = tags.get(name)
            if tag is not None:
                ink = WORD._replace(weight=600) if sheet.state(tag) == "open" else WORD._replace(weight=400)
                sheet.quantity(painter, self._cell(column, y), sheet.shown(tag), ink)
        self._late(painter, self._cell(5, y), vehicle)
        self._load(painter, self._cell(6, y), tags.get("occupancy"))
        if bad and tags:
            paint_bad(painter, QRectF(8, y + 2, self.rect.width() - 24, self.ROW - 5), sheet.look)
        raised = self._raised.get(vehicle.equipment.id)
        if raised is not None:
            paint_frame(painter, QRectF(9, y + 1.5, self.rect.width() - 18, self.ROW - 4), raised, sheet)

    def _late(self, painter: QPainter, cell: QRectF, vehicle: Vehicle) -> None:
        """An offset from the timetable: to the right late, to the left early; and the words."""
        sheet = self.sheet
        late = sheet.value(vehicle.tags.get("lateness"))
        scale = QRectF(cell.left(), cell.top() + 8, 92, 8)
        painter.setPen(sheet.pen("border2", 1))
        painter.setBrush(sheet.color("bar"))
        painter.drawRect(scale)
        middle = scale.center().x()
        if late == late:
            end = middle + max(min(late / WIDEST_S, 1), -1) * scale.width() / 2
            painter.fillRect(QRectF(min(middle, end), scale.top() + 1, abs(end - middle), 7), sheet.color("mark"))
        painter.setPen(sheet.pen("text2", 1.4))
        painter.drawLine(QPointF(middle, scale.top() - 3), QPointF(middle, scale.bottom() + 3))
        ink = WORD._replace(weight=600 if abs(late) >= PUNCTUAL_S else 400)
        sheet.write(painter, cell.adjusted(104, 0, 0, 0), self.punctuality(vehicle), ink)

    def _load(self, painter: QPainter, cell: QRectF, tag: Tag | None) -> None:
        if tag is None:
            return
        sheet = self.sheet
        value = sheet.value(tag)
        scale = QRectF(cell.left(), cell.top() + 8, 60, 8)
        painter.setPen(sheet.pen("border2", 1))
        painter.setBrush(sheet.color("bar"))
        painter.drawRect(scale)
        if value == value:
            width = (scale.width() - 1) * min(value / 100, 1)
            painter.fillRect(QRectF(scale.left() + 1, scale.top() + 1, width, 7), sheet.color("band"))
            painter.fillRect(QRectF(scale.left() + width, scale.top(), 2, 9), sheet.color("mark"))
        sheet.quantity(painter, cell.adjusted(70, 0, 0, 0), sheet.shown(tag), WORD._replace(weight=400))
