"""What is measured against a scale: bars, gauges, strips of the last minutes, the wet well."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QPainter

from supervisor.model import Tag
from ui.scales import Scale, paint_across, paint_upright, scale_of
from ui.spark import paint_strip
from ui.synoptic import words
from ui.synoptic.binding import Bound
from ui.synoptic.drawn.basic import paint_box
from ui.synoptic.item import Item, named
from ui.synoptic.sheet import CENTRE, HINT, KEY, LABEL, RIGHT, STRONG, VALUE, Ink, Sheet


def scale_for(bound: Bound, tag: Tag | None) -> Scale | None:
    """The scale of a tag with every limit its site gives it."""
    if tag is None:
        return None
    owners = {tag.equipment.id, tag.equipment.parent} - {""}
    alarms = [a for id in owners for a in bound.site.alarms_by_equipment.get(id, ()) if a.tag.index == tag.index]
    return scale_of(tag.spec, alarms)


class Analogue(Item):
    """What every kind of this module has: a scale, and the strip of its last minutes where it asks for one."""

    def __init__(self, bound: Bound, sheet: Sheet) -> None:
        super().__init__(bound, sheet)
        self.scale_ = scale_for(bound, bound.tag)
        if bound.tag is not None and self.striped:
            sheet.strips.want(bound.tag, self.minutes)

    @property
    def minutes(self) -> float:
        return float(self.bound.symbol.options.get("minutes", 30))

    @property
    def striped(self) -> bool:
        return bool(self.bound.symbol.options.get("spark", True))

    def slow(self) -> bool:
        return self.striped

    def strip(self, painter: QPainter, rect: QRectF) -> None:
        """The last minutes of its tag."""
        if self.bound.tag is None or not self.striped:
            return
        strip = self.sheet.strips.want(self.bound.tag, self.minutes)
        paint_strip(painter, rect, strip, self.scale_, self.sheet.look)

    def active(self) -> int:
        """Row of the alarm that stands, so that its limit is drawn strong; -1 for none."""
        return self.raised.row if self.raised else -1


class Bar(Analogue):
    """Standing bar: name, band, limits, pointer, number, and the last half hour beside it."""

    labelled = True

    def draw(self, painter: QPainter) -> None:
        sheet, tag, scale = self.sheet, self.bound.tag, self.scale_
        if tag is None:
            return
        width, height = self.rect.width(), self.rect.height()
        sheet.write(painter, QRectF(0, 0, width, 16), named(self), LABEL)
        bar = QRectF(0, 26, 18, height - 26 - 52)
        if scale is not None:
            paint_upright(painter, bar, scale, sheet.value(tag), sheet.look, self.active())
        if width >= 80:
            self.strip(painter, QRectF(32, 26, width - 36, bar.height()))
        value = sheet.shown(tag)
        box = self.framed()
        if self.raised or value.bad:
            paint_box(painter, box, sheet)
        ink = Ink("value", 600, "bad" if value.bad else "text")
        sheet.write(painter, QRectF(box.left() + 6, box.top() + 3, box.width() - 10, 22), value.text, ink)
        unit = value.unit or tag.spec.unit
        sheet.write(painter, QRectF(box.left() + 6, box.top() + 23, box.width() - 10, 15), unit, HINT)

    def framed(self) -> QRectF:
        return QRectF(-6, self.rect.height() - 42, self.rect.width() - 4, 42)


class Gauge(Analogue):
    """Lying bar: name and number above, band, limits and pointer beneath."""

    labelled = True
    striped = False

    def draw(self, painter: QPainter) -> None:
        sheet, tag = self.sheet, self.bound.tag
        if tag is None:
            return
        width = self.rect.width()
        value = sheet.shown(tag)
        taken = sheet.width(value.text, VALUE) + sheet.width(value.unit, HINT) + 8
        if named(self):
            sheet.write(painter, QRectF(0, 2, width - max(taken, 24), 18), named(self), LABEL)
        sheet.quantity(painter, QRectF(0, 0, width, 20), value, VALUE, RIGHT)
        if self.scale_ is not None:
            bar = QRectF(0, 26, width, 11)
            paint_across(painter, bar, self.scale_, sheet.value(tag), sheet.look, self.active())

    def framed(self) -> QRectF:
        return QRectF(-6, -4, self.rect.width() + 12, 50)


class Spark(Analogue):
    """The last minutes of a tag in a frame with its ends in figures."""

    labelled = True
    striped = True

    def draw(self, painter: QPainter) -> None:
        sheet, tag = self.sheet, self.bound.tag
        if tag is None:
            return
        width, height = self.rect.width(), self.rect.height()
        span = f"{self.minutes:g} min" if self.minutes < 120 else f"{self.minutes / 60:g} h"
        sheet.write(painter, QRectF(0, 0, width - 48, 15), named(self), LABEL)
        sheet.write(painter, QRectF(width - 60, 0, 60, 15), span, HINT, RIGHT)
        frame = QRectF(0.5, 18.5, width - 1, height - 19)
        painter.setPen(sheet.pen("border2", 1))
        painter.setBrush(sheet.color("bar"))
        painter.drawRect(frame)
        self.strip(painter, frame.adjusted(1, 2, -1, -2))

    def framed(self) -> QRectF:
        return self.rect.adjusted(-3, 16, 3, 3)


class Tank(Analogue):
    """The wet well: water to its level, one shared scale for water and bar, limits, start and stop levels."""

    striped = False

    def draw(self, painter: QPainter) -> None:
        sheet, scale = self.sheet, self.scale_
        width, height = self.rect.width(), self.rect.height()
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(sheet.color("eq_body"))
        painter.drawRect(self.rect)
        if scale is not None:
            self._water(painter, scale)
        painter.setPen(sheet.pen("eq_line", 2))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPolyline([QPointF(0, 0), QPointF(0, height), QPointF(width, height), QPointF(width, 0)])
        if scale is not None and self.bound.tag is not None:
            bar = QRectF(width - 44, 8, 20, height - 16)
            paint_upright(painter, bar, scale, sheet.value(self.bound.tag), sheet.look, self.active(), letters=True)
            self._setpoints(painter, scale, bar)
        self._number(painter)

    def _y(self, scale: Scale, value: float) -> float:
        return self.rect.height() - 8 - scale.part(value) * (self.rect.height() - 16)

    def _water(self, painter: QPainter, scale: Scale) -> None:
        value = self.sheet.value(self.bound.tag)
        if value != value:  # an unknown level is drawn as none, hatched, never as the last one
            painter.setBrush(QBrush(self.sheet.color("border2"), Qt.BrushStyle.BDiagPattern))
            painter.setPen(self.sheet.pen("border2", 1))
            painter.drawRect(self.rect)
            return
        y = self._y(scale, value)
        painter.setBrush(self.sheet.color("water"))
        painter.drawRect(QRectF(0, y, self.rect.width(), self.rect.height() - y))

    def _setpoints(self, painter: QPainter, scale: Scale, bar: QRectF) -> None:
        """Start and stop levels of the pumps: dashed across the water, named at the left wall."""
        sheet = self.sheet
        for name, said in (("start", words.START), ("stop", words.STOP)):
            tag = self.bound.tags.get(name)
            value = sheet.value(tag)
            if tag is None or value != value:
                continue
            y = self._y(scale, value)
            painter.setPen(sheet.pen("eq_line", 1, Qt.PenStyle.DashLine))
            painter.drawLine(QPointF(1, y), QPointF(bar.left() - 48, y))
            text = f"{sheet.say(said)} {sheet.number(value, tag.spec.decimals)}"
            room = QRectF(6, y - 16 if name == "start" else y + 1, bar.left() - 50, 15)
            sheet.write(painter, room, text, HINT._replace(token="text"))

    def _number(self, painter: QPainter) -> None:
        sheet, tag = self.sheet, self.bound.tag
        if tag is None:
            return
        box = self.framed()
        paint_box(painter, box, sheet)
        sheet.quantity(painter, box.adjusted(10, 0, -8, 0), sheet.shown(tag), KEY)
        below = QRectF(-20, self.rect.height() + 6, self.rect.width() + 40, 18)
        sheet.write(painter, below, named(self), STRONG, CENTRE)

    def framed(self) -> QRectF:
        # near the rim, where no start, stop or low level can lie beneath it
        return QRectF(14, 20, 98, 44)

    def boundingRect(self) -> QRectF:
        return self.rect.adjusted(-24, -14, 24, 28)
