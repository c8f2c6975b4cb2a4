"""Item: one symbol on the screen. Knows its tags, says whether what it shows changed, draws itself.

`read` is called for the symbols whose tags moved and answers whether they look different now; only those that do are
repainted. Nothing here has a timer or a signal.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPen
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from supervisor.model import Equipment, Kind, Tag
from ui.padlock import paint_padlock
from ui.shapes import paint_bad, paint_priority, saved
from ui.synoptic.binding import Bound, BoundPipe
from ui.synoptic.kinds import PLAIN, UNKNOWN
from ui.synoptic.sheet import LABEL, Ink, Raised, Sheet

MARGIN = 14.0
"""Room around a symbol for its alarm frame and the shape on its corner."""
SHAPE = 18.0
MOVING = {"running", "on", "up", "open", "present", "flowing"}
"""Ids of states that make a pipe flow."""


class Item(QGraphicsItem):
    """See the module; the kinds drawn by code are its subclasses."""

    frame = True
    """Whether an alarm of its tags puts a frame around it."""
    holds = True
    """Whether it may wear the padlock of its equipment."""
    labelled = False
    """Whether words stand where the shape of an alarm would go: it goes to the right corner then."""

    def __init__(self, bound: Bound, sheet: Sheet) -> None:
        super().__init__()
        self.bound, self.sheet = bound, sheet
        self.rect = QRectF(0, 0, *bound.size)
        self.raised: Raised | None = None
        self.keeper = False
        """Of all symbols of its equipment, the one that wears the padlock."""
        self._seen: object = None
        self.setPos(*bound.corner)
        self.setZValue(0 if bound.kind.under else 2)

    @property
    def equipment(self) -> Equipment:
        """Whose faceplate it opens."""
        return self.bound.equipment

    @property
    def tags(self) -> tuple[Tag, ...]:
        """What it shows: it is read again when one of these moved."""
        own = (self.bound.tag,) if self.bound.tag else ()
        return (*own, *self.bound.tags.values())

    def look_at(self) -> object:
        """What it shows now, as anything comparable; equal means that a repaint would change nothing."""
        return tuple((self.sheet.shown(tag), self.sheet.bad(tag)) for tag in self.tags)

    def read(self) -> bool:
        """Take the live values; whether it looks different now."""
        seen = self.look_at()
        if seen == self._seen:
            return False
        self._seen = seen
        return True

    def slow(self) -> bool:
        """Once a second; whether it looks different now."""
        return False

    def place(self, point: QPointF) -> Equipment | None:
        """Whose faceplate a double click at this point of it opens."""
        return self.equipment

    def draw(self, painter: QPainter) -> None:
        """Paint everything but frames and marks."""
        raise NotImplementedError

    def framed(self) -> QRectF:
        """Where the alarm frame, and the dashed one of a bad value, goes."""
        return self.rect

    def alarm(self) -> bool:
        """Look at its alarms; whether the frame is another."""
        raised = self.sheet.raised(self.bound.alarms) if self.frame else None
        changed = raised != self.raised
        self.raised = raised
        return changed

    def boundingRect(self) -> QRectF:
        return self.rect.adjusted(-MARGIN, -MARGIN, MARGIN, MARGIN)

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        with saved(painter):
            self.draw(painter)
            if self.frame:
                self._marks(painter)
            if self.keeper and self.sheet.locked(self.equipment):
                corner = self.framed().bottomRight()
                paint_padlock(
                    painter, QRectF(corner.x() - SHAPE + 4, corner.y() - SHAPE + 4, SHAPE, SHAPE), self.sheet.look
                )

    def mark_bad(self, painter: QPainter) -> None:
        """Say that what it shows can't be believed."""
        paint_bad(painter, self.framed(), self.sheet.look)

    def _marks(self, painter: QPainter) -> None:
        tag = self.bound.tag
        if tag is not None and self.sheet.bad(tag):
            self.mark_bad(painter)
        if self.raised is not None:
            paint_frame(painter, self.framed(), self.raised, self.sheet, self.labelled)


class Body(Item):
    """A symbol drawn in SVG."""

    def __init__(self, bound: Bound, sheet: Sheet) -> None:
        super().__init__(bound, sheet)
        self.state = PLAIN if PLAIN in bound.kind.states else UNKNOWN

    def look_at(self) -> object:
        self.state = self._state()
        return self.state

    def _state(self) -> str:
        tag, kind = self.bound.tag, self.bound.kind
        if tag is None:
            return PLAIN if PLAIN in kind.states else UNKNOWN
        state = kind.state(self.sheet.state(tag))
        level = self.sheet.value(self.bound.tags.get("dimming"))
        if state == "on" and "dimmed" in kind.states and level < DIMMED:
            return "dimmed"
        return state

    def draw(self, painter: QPainter) -> None:
        sheet = self.sheet
        pixmap = sheet.bodies.body(self.bound.kind, self.state, sheet.look.theme, sheet.scale)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        # the body has its kind's size; a page may give more room, for the label beneath
        width, height = self.bound.kind.size
        painter.drawPixmap(QRectF(0, 0, width, height), pixmap, QRectF(pixmap.rect()))
        if self.bound.symbol.label:
            room = QRectF(-40, height, width + 80, 16)
            sheet.write(painter, room, sheet.say(self.bound.symbol.label), LABEL, Qt.AlignmentFlag.AlignCenter)

    def boundingRect(self) -> QRectF:
        spare = 44.0 if self.bound.symbol.label else MARGIN
        return self.rect.adjusted(-spare, -MARGIN, spare, MARGIN + 4)

    def framed(self) -> QRectF:
        return self.rect.adjusted(-2, -2, 2, 2)


DIMMED = 95.0
"""Per cent of full light below which a lamp is drawn dimmed."""


class PipeItem(QGraphicsItem):
    """A pipe; bright while any of its tags moves something."""

    def __init__(self, bound: BoundPipe, sheet: Sheet) -> None:
        super().__init__()
        self.bound, self.sheet = bound, sheet
        self.points = [QPointF(x, y) for x, y in bound.pipe.path]
        self.flowing = False
        self.setZValue(1)

    @property
    def tags(self) -> tuple[Tag, ...]:
        return self.bound.flow

    def read(self) -> bool:
        flowing = any(moves(tag, self.sheet) for tag in self.bound.flow)
        changed = flowing != self.flowing
        self.flowing = flowing
        self.setZValue(1.5 if flowing else 1)
        return changed

    def boundingRect(self) -> QRectF:
        xs, ys = [point.x() for point in self.points], [point.y() for point in self.points]
        return QRectF(min(xs), min(ys), max(xs) - min(xs), max(ys) - min(ys)).adjusted(-10, -10, 10, 10)

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        pipe, sheet = self.bound.pipe, self.sheet
        width = 2.4 if pipe.thin else 5.0
        pen = QPen(sheet.color("pipe_flow" if self.flowing else "pipe"), width)
        pen.setCapStyle(Qt.PenCapStyle.FlatCap)
        pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
        if pipe.dashed:
            pen.setDashPattern([3.2, 2.2])
        with saved(painter):
            painter.setPen(pen)
            painter.drawPolyline(self.points)
            if pipe.arrow:
                self._head(painter, width)

    def _head(self, painter: QPainter, width: float) -> None:
        end, before = self.points[-1], self.points[-2]
        across = abs(end.x() - before.x()) > abs(end.y() - before.y())
        forward = 1 if (end.x() + end.y() > before.x() + before.y()) else -1
        long, wide = 3 * width, 1.9 * width
        along = QPointF(long * forward, 0) if across else QPointF(0, long * forward)
        aside = QPointF(0, wide) if across else QPointF(wide, 0)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self.sheet.color("pipe_flow" if self.flowing else "pipe"))
        painter.drawPolygon([end, end - along + aside, end - along - aside])


def moves(tag: Tag, sheet: Sheet) -> bool:
    """Whether a tag says that something flows: a number clearly above zero, or a state such as "running"."""
    if sheet.bad(tag):
        return False
    if tag.spec.kind in (Kind.BOOLEAN, Kind.ENUM):
        return sheet.state(tag) in MOVING
    least = 0.01 * tag.spec.high if tag.spec.high == tag.spec.high else 0.0
    return sheet.value(tag) > least


def paint_frame(painter: QPainter, rect: QRectF, raised: Raised, sheet: Sheet, right: bool = False) -> None:
    """The 2.5 px frame of an alarm with the shape of its priority on a corner; unacknowledged ones breathe."""
    color = sheet.color(f"p{raised.priority}")
    if not raised.acked and not sheet.context.board.bright:
        color.setAlpha(110)
    painter.setPen(QPen(color, 2.5))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRoundedRect(rect, 4, 4)
    x = rect.right() if right else rect.left()
    corner = QRectF(x - SHAPE / 2, rect.top() - SHAPE / 2, SHAPE, SHAPE)
    paint_priority(painter, corner, raised.priority, raised.acked, sheet.look)


def choose_keepers(items: Sequence[Item], own: Equipment) -> None:
    """One symbol of each equipment wears its padlock: its body, else what shows most of it.

    That of the page's own equipment stands before its name.
    """
    best: dict[str, Item] = {}
    for item in items:
        other = best.get(item.equipment.id)
        if item.holds and item.equipment is not own and (other is None or _weight(item) > _weight(other)):
            best[item.equipment.id] = item
    for item in best.values():
        item.keeper = True


def _weight(item: Item) -> tuple[bool, bool, float]:
    return isinstance(item, Body), item.bound.tag is not None, item.rect.width() * item.rect.height()


def named(item: Item) -> str:
    """What a symbol is called: its own label, or the name of its tag."""
    symbol = item.bound.symbol
    if symbol.label is not None:
        return item.sheet.say(symbol.label)
    return item.sheet.say(item.bound.tag.spec.name) if item.bound.tag else ""


__all__ = ["Body", "Ink", "Item", "PipeItem", "moves", "named", "paint_frame"]
