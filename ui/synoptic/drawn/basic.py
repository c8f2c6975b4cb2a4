"""Values, words, texts, zones and links to other pages."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPen

from supervisor.model import Equipment, Text
from ui.pages import Place
from ui.shapes import paint_icon
from ui.synoptic.binding import Bound
from ui.synoptic.item import Item, named
from ui.synoptic.sheet import CENTRE, HEAD, HINT, KEY, LABEL, LEFT, RIGHT, STRONG, VALUE, WORD, Ink, Sheet

LABEL_HEIGHT = 16.0


class Value(Item):
    """A label, and a number with its unit in a box; `plain` without the box, `big` for the figures that decide."""

    labelled = True

    def draw(self, painter: QPainter) -> None:
        sheet, options = self.sheet, self.bound.symbol.options
        box = self.framed()
        label = named(self)
        if label:
            align = RIGHT if options.get("right") else LEFT
            sheet.write(painter, QRectF(0, 0, self.rect.width(), LABEL_HEIGHT - 1), label, LABEL, align)
        if self.bound.tag is None:
            return
        ink = KEY if options.get("big") else VALUE
        if options.get("plain"):
            if self.raised:
                _box(painter, box, sheet)
            align = RIGHT if options.get("right") else CENTRE if options.get("centre") else LEFT
            inner = box.adjusted(6 if self.raised else 0, 0, -6 if self.raised or options.get("right") else 0, 0)
            sheet.quantity(painter, inner, sheet.shown(self.bound.tag), ink, align)
            return
        _box(painter, box, sheet)
        sheet.quantity(painter, box.adjusted(8, 0, -8, 0), sheet.shown(self.bound.tag), ink)

    def framed(self) -> QRectF:
        return self.rect.adjusted(0, LABEL_HEIGHT if named(self) else 0, 0, 0)


class WordOf(Item):
    """A label and the state of a tag as a word. `alert` names states that are written strong."""

    labelled = True

    def draw(self, painter: QPainter) -> None:
        sheet, options = self.sheet, self.bound.symbol.options
        if self.bound.tag is None:
            return
        label = named(self)
        if options.get("badge"):
            self._badge(painter)
            return
        below = self.rect
        if label:
            sheet.write(painter, QRectF(0, 0, self.rect.width(), LABEL_HEIGHT - 1), label, LABEL)
            below = self.rect.adjusted(0, LABEL_HEIGHT, 0, 0)
        strong = sheet.state(self.bound.tag) in options.get("alert", ())
        ink = Ink("title", 600, "text") if options.get("big") else STRONG if strong or label else WORD
        sheet.quantity(painter, below, sheet.shown(self.bound.tag), ink, CENTRE if options.get("centre") else LEFT)

    def _badge(self, painter: QPainter) -> None:
        """One letter in a small square: A for automatic; dark when it is anything else than the first state, and a
        question mark in a dashed square where nobody knows: there is no room for a letter and a mark beside it."""
        sheet, tag = self.sheet, self.bound.tag
        if tag is None:
            return
        square = QRectF(0.5, 0.5, self.rect.width() - 1, self.rect.height() - 1)
        if sheet.bad(tag):
            painter.setPen(QPen(sheet.color("bad"), 1, Qt.PenStyle.DashLine))
            painter.setBrush(sheet.color("raised"))
            painter.drawRoundedRect(square, 3, 3)
            sheet.write(painter, square, "?", Ink("hint", 700, "bad"), CENTRE)
            return
        first = bool(tag.spec.states) and sheet.state(tag) == tag.spec.states[0].id
        painter.setPen(sheet.pen("border2", 1))
        painter.setBrush(sheet.color("raised" if first else "eq_line"))
        painter.drawRoundedRect(square, 3, 3)
        word = sheet.shown(tag).text
        sheet.write(painter, square, word[:1].upper(), Ink("hint", 700, "text" if first else "panel"), CENTRE)

    def mark_bad(self, painter: QPainter) -> None:
        if not self.bound.symbol.options.get("badge"):
            super().mark_bad(painter)

    def framed(self) -> QRectF:
        if named(self) and not self.bound.symbol.options.get("badge"):
            return self.rect.adjusted(-5, LABEL_HEIGHT, 0, 0)
        return self.rect.adjusted(-2, 0, 2, 0)


class Words(Item):
    """Words of the page itself; where it names a tag, that tag's live text."""

    frame = holds = False

    def draw(self, painter: QPainter) -> None:
        options, sheet = self.bound.symbol.options, self.sheet
        text = sheet.say(_text(options.get("words", "")))
        if self.bound.tag is not None:
            text = " ".join(sheet.shown(self.bound.tag)[:2])
        ink = LABEL
        if options.get("strong"):
            ink = STRONG
        if options.get("big"):
            ink = Ink("title", 600, "text")
        align = RIGHT if options.get("right") else CENTRE if options.get("centre") else LEFT
        sheet.write(painter, self.rect, text, ink, align)


class Zone(Item):
    """A region of the page: a name, a hair line, a ground slightly lighter than the canvas."""

    frame = holds = False

    def draw(self, painter: QPainter) -> None:
        sheet = self.sheet
        painter.setPen(sheet.pen("border", 1))
        painter.setBrush(sheet.color("panel"))
        painter.drawRoundedRect(self.rect.adjusted(0.5, 0.5, -0.5, -0.5), 6, 6)
        words = sheet.say(_text(self.bound.symbol.options.get("words", "")))
        if words:
            sheet.write(painter, QRectF(16, 8, self.rect.width() - 32, 18), words, HEAD._replace(token="text2"))


class Goto(Item):
    """A link to another piece of equipment: "parent", "link" (the connection) or an equipment id."""

    frame = False

    def __init__(self, bound: Bound, sheet: Sheet) -> None:
        super().__init__(bound, sheet)
        self.target = self._target()

    def _target(self) -> Equipment | None:
        equipment, site = self.bound.equipment, self.bound.site
        to = str(self.bound.symbol.options.get("to", "parent"))
        wanted = {"parent": equipment.parent, "link": equipment.link}.get(to, to)
        return site.equipment_by_id.get(wanted)

    @property
    def equipment(self) -> Equipment:
        return self.target or self.bound.equipment

    def activate(self) -> None:
        """Go there."""
        if self.target:
            self.sheet.context.navigate(Place("synoptic", self.target))

    def draw(self, painter: QPainter) -> None:
        if self.target is None:
            return
        sheet = self.sheet
        words = sheet.say(_text(self.bound.symbol.options.get("words", ""))) or sheet.say(self.target.name)
        ink = Ink("body", 600, "accent")
        sheet.write(painter, self.rect.adjusted(0, 0, -20, 0), words, ink)
        at = min(sheet.width(words, ink) + 2, self.rect.width() - 16)
        middle = self.rect.center().y()
        paint_icon(painter, "right", QRectF(at, middle - 7, 14, 14), sheet.color("accent"), 1.8)


def paint_tick(painter: QPainter, at: QPointF, good: bool | None, sheet: Sheet) -> None:
    """A tick, a cross, or a dash where nobody knows; plain lines, no alarm hue."""
    token = "text2" if good else "text"
    name = "minus" if good is None else "check" if good else "cross"
    paint_icon(painter, name, QRectF(at.x(), at.y(), 16, 16), sheet.color(token), 1.9 if good else 2.2)


def paint_box(painter: QPainter, rect: QRectF, sheet: Sheet) -> None:
    _box(painter, rect, sheet)


def _box(painter: QPainter, rect: QRectF, sheet: Sheet) -> None:
    painter.setPen(sheet.pen("border", 1))
    painter.setBrush(sheet.color("raised"))
    painter.drawRoundedRect(rect.adjusted(0.5, 0.5, -0.5, -0.5), 4, 4)


def _text(value: object) -> Text:
    if isinstance(value, dict):
        return Text(str(value.get("fr", "")), str(value.get("en", "")))
    return Text(str(value), str(value))


__all__ = ["HINT", "Goto", "Qt", "Value", "WordOf", "Words", "Zone", "paint_box", "paint_tick"]
