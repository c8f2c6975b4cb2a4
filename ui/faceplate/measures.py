"""Measures: the live values of one equipment as rows: with a bar where there is a scale, as a line where not."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from supervisor.health import LINK_TYPE
from supervisor.model import Alarm, Equipment, Kind, Tag
from ui.drag import Carrier
from ui.pages import FACEPLATE, Context, Place
from ui.scales import paint_across, scale_of
from ui.shapes import elided, paint_bad, paint_icon, paint_priority, text_width
from ui.synoptic.bodies import Bodies
from ui.synoptic.kinds import PLAIN, UNKNOWN, kinds, stand_in
from ui.values import Shown, quality_advice, shown, state_id

LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_MOST = 0.62
"""Share of a row its value may take; a long message is cut, and whole in the tool tip."""


class Live(QWidget):
    """A widget that shows one tag and repaints only when its text changes."""

    def __init__(self, context: Context, tag: Tag) -> None:
        super().__init__()
        self.context, self.tag = context, tag
        self.seen: Shown | None = None
        self._quality = 0
        self._carrier = Carrier(self, context.look)
        context.look.changed.connect(self.read)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._carrier.press(event, self.tag)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._carrier.move(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._carrier.release()

    def read(self) -> None:
        """Take the live value."""
        seen = shown(self.tag, self.context.live, self.context.attachment.texts, self.context.look)
        quality = int(self.context.live.quality[self.tag.index])
        if (seen, quality) != (self.seen, self._quality):
            self.seen, self._quality = seen, quality
            self.setToolTip(self._tip(seen, quality))
            self.update()

    def _tip(self, seen: Shown, quality: int) -> str:
        """A long text whole; what a star or a frame means; that a value may be put by hand here."""
        said = [seen.text] if self.tag.spec.kind is Kind.TEXT and not seen.bad else []
        if quality and self.tag.equipment.type is not LINK_TYPE:
            said.append(self.context.look.say(quality_advice(quality)))
        return "\n".join(said)

    def value(self) -> float:
        """The number; NaN where it can't be believed."""
        return float("nan") if self.seen is None or self.seen.bad else float(self.context.live.value[self.tag.index])


class Measure(Live):
    """Name and value, and a bar with band, limits and pointer where the tag has a scale."""

    menu = Signal(object)
    """A right click; the tag."""

    def __init__(self, context: Context, tag: Tag, alarms: tuple[Alarm, ...]) -> None:
        super().__init__(context, tag)
        self._alarms = [alarm for alarm in alarms if alarm.tag.index == tag.index]
        self.scale = scale_of(tag.spec, self._alarms) if tag.spec.kind is Kind.NUMBER else None
        self.setFixedHeight(round((47 if self.scale else 25) * context.look.scale))
        self.read()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        self.menu.emit(self.tag)

    def paintEvent(self, event: QPaintEvent) -> None:
        look, width = self.context.look, self.width()
        value = self.seen or Shown("", "", True)
        line = round(20 * look.scale)
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            font, small = look.font("value" if self.scale else "body", 600), look.font("hint")
            unit = text_width(value.unit, small) + 4 if value.unit else 0.0
            said = elided(value.text, font, width * _MOST - unit)
            taken = max(text_width(said, font) + unit + 10, 46.0 if value.bad else 0.0)
            painter.setFont(look.font("label"))
            painter.setPen(look.color("text2"))
            name = elided(look.say(self.tag.spec.name), look.font("label"), width - taken)
            painter.drawText(QRectF(0, 1, width, line), int(LEFT), name)
            painter.setFont(font)
            painter.setPen(look.color("text"))
            painter.drawText(QRectF(0, 0, width - unit, line), int(RIGHT), "" if value.bad else said)
            painter.setFont(small)
            painter.setPen(look.color("text2"))
            painter.drawText(QRectF(0, 1, width, line), int(RIGHT), value.unit)
            if self.scale:
                bar = QRectF(0, line + 5, width - 1, 10)
                paint_across(painter, bar, self.scale, self.value(), look, self._active())
            if value.bad:
                paint_bad(painter, QRectF(width - 40, 5, 34, line - 6), look)

    def _active(self) -> int:
        board = self.context.board
        return next((alarm.index for alarm in self._alarms if board["state"][alarm.index]), -1)


class Figure(QWidget):
    """The symbol that stands for an equipment, in the state it is in."""

    def __init__(self, context: Context, equipment: Equipment, size: int = 52) -> None:
        super().__init__()
        self._context, self._size = context, size
        self._kind = kinds()[stand_in(equipment.type.symbol, equipment.type.id)]
        site = context.attachment.site
        self._tag = site.tag(equipment, equipment.type.state) if equipment.type.state else None
        self._bodies = Bodies()
        self.state = PLAIN
        self.setFixedSize(size, size)
        context.look.changed.connect(self.update)
        self.read()

    def read(self) -> None:
        state = PLAIN
        if PLAIN not in self._kind.states or len(self._kind.states) > 1:
            word = state_id(self._tag, self._context.live) if self._tag else ""
            state = self._kind.state(word) if word else UNKNOWN
            state = state if state in self._kind.states else PLAIN
        if state != self.state:
            self.state = state
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        width, height = self._kind.size
        scale = min(self._size / width, self._size / height)
        look = self._context.look
        pixmap = self._bodies.body(self._kind, self.state, look.theme, scale * self.devicePixelRatioF())
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            room = QRectF(
                (self._size - width * scale) / 2, (self._size - height * scale) / 2, width * scale, height * scale
            )
            painter.drawPixmap(room, pixmap, QRectF(pixmap.rect()))


class PartRow(Live):
    """A part with its state as a word; a click turns to it."""

    def __init__(self, context: Context, equipment: Equipment, tag: Tag) -> None:
        super().__init__(context, tag)
        self.equipment = equipment
        self._rows = [alarm.index for alarm in context.attachment.site.alarms_by_equipment.get(equipment.id, ())]
        self.setFixedHeight(round(28 * context.look.scale))
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.read()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if not self._carrier.release() and self.rect().contains(event.position().toPoint()):
            self.context.navigate(Place(FACEPLATE, self.equipment))

    def paintEvent(self, event: QPaintEvent) -> None:
        look, rect = self.context.look, QRectF(self.rect())
        value = self.seen or Shown("", "", True)
        with QPainter(self) as painter:
            painter.setFont(look.font("body", 600))
            painter.setPen(look.color("text"))
            painter.drawText(rect, int(LEFT), look.say(self.equipment.name))
            painter.setFont(look.font("body"))
            painter.setPen(look.color("text2"))
            if value.bad:
                paint_bad(painter, QRectF(rect.right() - 62, rect.center().y() - 6, 34, 14), look)
            else:
                painter.drawText(rect.adjusted(0, 0, -22, 0), int(RIGHT), " ".join(part for part in value[:2] if part))
            paint_icon(painter, "right", QRectF(rect.right() - 15, rect.center().y() - 7, 14, 14), look.color("text2"))
            worst = self._worst()
            if worst is not None:
                at = text_width(look.say(self.equipment.name), look.font("body", 600)) + 10
                paint_priority(painter, QRectF(at, rect.center().y() - 8, 16, 16), worst[1], worst[0], look)

    def _worst(self) -> tuple[bool, int] | None:
        board = self.context.board
        standing = [row for row in self._rows if board["state"][row] and not board["suppression"][row]]
        return min(((bool(board.acked[row]), int(board.priority[row])) for row in standing), default=None)
