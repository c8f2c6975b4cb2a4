"""A card of the overview: one system. Worst alarm, key figures, and its equipment one by one, worst first.

A bare widget: forty texts and a dozen bars are painted in well under a millisecond, and nothing is laid out again.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QHelpEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QToolTip, QWidget

from supervisor.model import Equipment, Kind, Tag
from ui.naming import full_name, root
from ui.overview import words
from ui.overview.figures import Measure, blind, strangeness
from ui.overview.panels import Panel
from ui.padlock import marked, paint_padlock
from ui.pages import ALARMS, Context, Place
from ui.shapes import elided, paint_bad, paint_icon, paint_priority, saved, shortened, system_icon, text_width
from ui.values import Shown, shown

HEAD, FIGURES, HEADING, ROW = 44, 62, 26, 25
LEAST = 5
"""Rows of the list a card always has room for."""
LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_QUIET = 9
_BAR = 44.0
"""Pixels below which a bar says nothing."""


class Row(NamedTuple):
    """One line of the list."""

    equipment: Equipment
    """What a person calls it, and where a click goes: the meter of a cabinet stands for the cabinet."""
    tag: Tag


class SystemCard(QWidget):
    """See the module."""

    asked_for = Signal(object)

    def __init__(self, context: Context, panel: Panel) -> None:
        super().__init__()
        site = context.attachment.site
        self._context, self._panel, self._look = context, panel, context.look
        self._measures = [measure for figure in panel.figures if (measure := Measure(figure, site)).present][:3]
        things = [thing for thing in site.equipment if thing.type.id == panel.type]
        found = ((thing, site.tag(thing, panel.tag)) for thing in things)
        self.rows = [Row(root(site, thing), tag) for thing, tag in found if tag]
        self._order = list(range(len(self.rows)))
        self._alarms = np.array([alarm.equipment.system == panel.system for alarm in site.alarms], bool)
        self._all = np.array([t.index for t in site.tags if t.equipment.system == panel.system], np.intp)
        self._worst: dict[str, tuple[int, bool]] = {}
        self._top: tuple[int, bool, int] | None = None
        self._scale = self._range()
        self._under = -1
        self._value_width = self._bar_width = 0.0
        self.setMouseTracking(True)
        self._look.changed.connect(self._dress)
        self.show_alarms()
        self._dress()

    def _dress(self) -> None:
        self.setMinimumHeight(round((HEAD + FIGURES + HEADING + LEAST * ROW) * self._look.scale) + 8)
        self.setAccessibleName(self._look.say(self._context.attachment.site.systems[self._panel.system].name))
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(290, round((HEAD + FIGURES + HEADING + 9 * ROW) * self._look.scale))

    # ------------------------------------------------------------ what it knows
    def show_alarms(self) -> None:
        """Which of its equipment has an alarm, and the worst of all."""
        board, site = self._context.board, self._context.attachment.site
        mine = board.rows[self._alarms[board.rows]]
        worst = board.worst(mine)
        self._top = (worst.priority, worst.acked, worst.number) if worst else None
        self._worst = {}
        for row in mine.tolist():
            thing = root(site, site.alarms[row].equipment).id
            self._worst.setdefault(thing, (int(board.priority[row]), bool(board.acked[row])))
        self.sort()

    def sort(self) -> None:
        """Alarms first, as the board orders them; then what is outside its normal band; then as the site lists it."""
        if not self.rows:
            return
        values = self._context.live.value[[row.tag.index for row in self.rows]]
        strange = strangeness(values, (row.tag.spec for row in self.rows))
        ranks = np.array([self._worst.get(row.equipment.id, (_QUIET, True)) for row in self.rows], np.intp)
        order = np.lexsort((np.arange(len(ranks)), -strange, ranks[:, 0], ranks[:, 1]))
        self._order = order.tolist()
        self.update()

    def tags(self) -> NDArray[np.intp]:
        """The rows of the columns that the card is made of: all of its system, for the figures are."""
        return self._all

    def _range(self) -> tuple[float, float]:
        """What the bars of the list run from and to; the type's range, or all that was seen."""
        if not self.rows:
            return 0.0, 1.0
        spec = self.rows[0].tag.spec
        return (spec.low, spec.high) if spec.high > spec.low else (0.0, float("nan"))

    # ------------------------------------------------------------ where things are
    def _fit(self) -> int:
        """How many rows there is room for."""
        scale = self._look.scale
        room = self.height() - (HEAD + FIGURES + HEADING) * scale - 6
        return max(int(room // (ROW * scale)), 0)

    def _strip(self, at: int) -> QRectF:
        scale = self._look.scale
        return QRectF(1, (HEAD + FIGURES + HEADING + at * ROW) * scale, self.width() - 2, ROW * scale)

    def _shown_rows(self) -> list[Row]:
        """The rows there is room for; the last line is kept for "more" where some are left out."""
        room = self._fit()
        rows = [self.rows[at] for at in self._order]
        return rows if len(rows) <= room else rows[: max(room - 1, 0)]

    # ------------------------------------------------------------ painting
    def paintEvent(self, event: QPaintEvent) -> None:
        look, rect = self._look, QRectF(self.rect())
        with QPainter(self) as plain, saved(plain) as painter:
            painter.setPen(look.color("border"))
            painter.setBrush(look.color("panel"))
            painter.drawRoundedRect(rect.adjusted(0.5, 0.5, -0.5, -0.5), 6, 6)
            self._paint_head(painter)
            self._paint_figures(painter)
            self._paint_heading(painter)
            shown_rows = self._shown_rows()
            self._value_width = max((self._wide(row) for row in shown_rows), default=0.0)
            self._bar_width = self._room_for_bars(shown_rows)
            for at, row in enumerate(shown_rows):
                self._paint_row(painter, at, row)
            left = len(self.rows) - len(shown_rows)
            if left:
                painter.setFont(look.font("label"))
                painter.setPen(look.color("text2"))
                box = self._strip(len(shown_rows)).adjusted(15, 0, 0, 0)
                painter.drawText(box, LEFT, look.counted(words.MORE, left))

    def _wide(self, row: Row) -> float:
        """Pixels the value of a row takes, with its unit."""
        told = shown(row.tag, self._context.live, self._context.attachment.texts, self._look)
        return max(text_width(told.text, self._look.font("body", 600)) + 10, 40.0)

    def _room_for_bars(self, rows: list[Row]) -> float:
        """Width of the bars: what the names leave, within limits."""
        if not rows or rows[0].tag.spec.kind not in (Kind.NUMBER, Kind.COUNTER):
            return 0.0
        font = self._look.font("body", 600)
        names = max(text_width(self._look.say(row.equipment.name), font) for row in rows)
        room = self.width() - 28 - (21 if self._worst else 0) - self._value_width - 10
        return min(max(room - names, _BAR), 110.0)

    def _paint_head(self, painter: QPainter) -> None:
        look, height = self._look, HEAD * self._look.scale
        paint_icon(painter, system_icon(self._panel.system), QRectF(14, height / 2 - 11, 22, 22), look.color("text2"))
        font = look.font("value", 600)
        right = self._paint_marks(painter, height)
        painter.setFont(font)
        painter.setPen(look.color("text"))
        name = look.say(self._context.attachment.site.systems[self._panel.system].name)
        painter.drawText(QRectF(46, 0, self.width(), height), LEFT, elided(name, font, right - 46 - 8))

    def _paint_marks(self, painter: QPainter, height: float) -> float:
        """The worst alarm, and whether the values can be believed; the left edge of what was drawn."""
        look, right = self._look, self.width() - 14.0
        doubtful = blind(self._context.live, self._all)
        if self._top is not None:
            priority, acked, number = self._top
            width = text_width(str(number), look.font("value", 600))
            painter.setPen(look.color("text"))
            painter.setFont(look.font("value", 500 if acked else 600))
            painter.drawText(QRectF(right - width - 2, 0, width + 4, height), LEFT, str(number))
            paint_priority(painter, QRectF(right - width - 30, height / 2 - 10, 21, 20), priority, acked, look)
            right -= width + 30
        elif not doubtful:
            paint_icon(painter, "check", QRectF(right - 18, height / 2 - 9, 18, 18), look.color("ok"), 2)
            right -= 18
        if doubtful:
            right -= 40
            paint_bad(painter, QRectF(right, height / 2 - 8, 26, 17), look)
        return right

    def _paint_figures(self, painter: QPainter) -> None:
        look, scale = self._look, self._look.scale
        top, margin = HEAD * scale, 14.0
        painter.setPen(look.color("border"))
        painter.drawLine(QPointF(1, top), QPointF(self.width() - 1, top))
        if not self._measures:
            return
        width = (self.width() - 2 * margin) / len(self._measures)
        for at, measure in enumerate(self._measures):
            figure, result = measure.figure, measure.read(self._context.live)
            x = margin + at * width
            label = look.font("hint")
            painter.setFont(label)
            painter.setPen(look.color("text2"))
            partial = 0 < result.good < result.total
            name = elided(look.say(figure.name), label, width - (16 if partial else 6))
            box = QRectF(x, top + 8 * scale, width, 16 * scale)
            painter.drawText(box, LEFT, name)
            if partial:
                self._paint_partial(painter, box.adjusted(text_width(name, label) + 4, 0, 0, 0))
            counted = figure.states or figure.above == figure.above
            unit = f"/ {result.total}" if counted else measure.unit
            value = look.number(result.value, figure.decimals)
            box = QRectF(x, top + 24 * scale, width - 4, 30 * scale)
            self._paint_figure(painter, box, value, unit, result.value != result.value)

    def _paint_partial(self, painter: QPainter, box: QRectF) -> None:
        """The figure leaves out values that can't be believed; its tool tip says how many."""
        painter.setFont(self._look.font("hint", 700))
        painter.setPen(self._look.color("bad"))
        painter.drawText(box, LEFT, "?")

    def _partial_words(self) -> str:
        """Which figures are made of less than they should be."""
        lines = []
        for measure in self._measures:
            result = measure.read(self._context.live)
            if result.good < result.total:
                said = self._look.counted(words.MADE_OF, result.good, result.total)
                lines.append(f"{self._look.say(measure.figure.name)} : {said}")
        return "\n".join(lines)

    def _paint_figure(self, painter: QPainter, box: QRectF, value: str, unit: str, bad: bool) -> None:
        look = self._look
        key = look.font("key", 600)
        if text_width(value, key) + text_width(unit, look.font("label")) > box.width():
            key = look.font("title", 600)
        painter.setFont(key)
        painter.setPen(look.color("bad" if bad else "text"))
        painter.drawText(box, LEFT, value)
        x = box.left() + text_width(value, key) + 4
        painter.setFont(look.font("label"))
        painter.setPen(look.color("text2"))
        if not bad:
            rest = box.right() - x
            unit_box = QRectF(x, box.top() + 4 * look.scale, rest, box.height() - 4 * look.scale)
            painter.drawText(unit_box, LEFT, elided(unit, look.font("label"), rest))

    def _paint_heading(self, painter: QPainter) -> None:
        look, scale = self._look, self._look.scale
        top = (HEAD + FIGURES) * scale
        painter.setPen(look.color("border"))
        painter.drawLine(QPointF(14, top), QPointF(self.width() - 14, top))
        painter.setFont(look.font("hint", 500))
        painter.setPen(look.color("text2"))
        painter.drawText(QRectF(14, top, self.width() - 28, HEADING * scale), LEFT, self._heading())

    def _heading(self) -> str:
        """What the list shows, and in which unit: said once, so that the rows have room for names."""
        unit = self.rows[0].tag.spec.unit if self.rows else ""
        return self._look.say(self._panel.heading) + (f" ({unit})" if unit else "")

    def _paint_row(self, painter: QPainter, at: int, row: Row) -> None:
        look, strip = self._look, self._strip(at)
        if at == self._under:
            painter.fillRect(strip, look.color("sunken"))
        left = strip.left() + 13
        worst = self._worst.get(row.equipment.id)
        if worst:
            paint_priority(painter, QRectF(left, strip.center().y() - 7, 15, 14), *worst, look)
        left += 21 if self._worst else 0
        if marked(self._context.attachment, row.equipment):
            paint_padlock(painter, QRectF(left, strip.center().y() - 8, 16, 16), look)
            left += 21
        told = shown(row.tag, self._context.live, self._context.attachment.texts, look)
        numeric = row.tag.spec.kind in (Kind.NUMBER, Kind.COUNTER)
        right = strip.right() - 13
        value, bar = self._value_width, self._bar_width
        font = look.font("body", 600 if worst and not worst[1] else 400)
        painter.setFont(font)
        painter.setPen(look.color("text"))
        room = right - value - bar - left - 10
        name = shortened(look.say(row.equipment.name), font, room)
        painter.drawText(QRectF(left, strip.top(), room, strip.height()), LEFT, name)
        if numeric:
            self._paint_bar(painter, QRectF(right - value - bar, strip.center().y() - 4, bar, 8), row.tag)
        self._paint_value(painter, QRectF(right - value, strip.top(), value, strip.height()), told)

    def _paint_bar(self, painter: QPainter, box: QRectF, tag: Tag) -> None:
        """The range, the normal band in it, and where the value is."""
        look, spec = self._look, tag.spec
        low, high = self._scale
        if not high > low:
            return
        painter.setPen(look.color("border2"))
        painter.setBrush(look.color("bar"))
        painter.drawRect(box)

        def place(value: float) -> float:
            return box.left() + box.width() * min(max((value - low) / (high - low), 0.0), 1.0)

        if spec.normal_high == spec.normal_high:
            first = place(spec.normal_low if spec.normal_low == spec.normal_low else low)
            band = QRectF(first, box.top() + 0.5, place(spec.normal_high) - first, box.height() - 1)
            painter.fillRect(band, look.color("band"))
        value = float(self._context.live.value[tag.index])
        if value == value:
            painter.fillRect(QRectF(place(value) - 1.5, box.top() - 3, 3, box.height() + 6), look.color("mark"))

    def _paint_value(self, painter: QPainter, box: QRectF, told: Shown) -> None:
        look = self._look
        if told.bad:
            paint_bad(painter, QRectF(box.right() - 34, box.center().y() - 8, 30, 16), look)
            return
        font = look.font("body", 600 if told.unit else 500)
        painter.setFont(font)
        painter.setPen(look.color("text"))
        inner = box.adjusted(4, 0, 0, 0)
        painter.drawText(inner, RIGHT, elided(told.text, font, inner.width()))

    # ------------------------------------------------------------ the mouse
    def _at(self, point: QPointF) -> int:
        return next((at for at in range(len(self._shown_rows())) if self._strip(at).contains(point)), -1)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        under = self._at(event.position())
        hot = under >= 0 or event.position().y() < HEAD * self._look.scale
        self.setCursor(Qt.CursorShape.PointingHandCursor if hot else Qt.CursorShape.ArrowCursor)
        if under != self._under:
            self._under = under
            self.update()

    def leaveEvent(self, event: QEvent) -> None:
        self._under = -1
        self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        at = self._at(event.position())
        if at >= 0:
            self.asked_for.emit(self._shown_rows()[at].equipment)
        elif event.position().y() < HEAD * self._look.scale:
            self.asked_for.emit(Place(ALARMS, system=self._panel.system))

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            at = self._at(QPointF(event.pos()))
            if at >= 0:
                row = self._shown_rows()[at]
                name = full_name(self._context.attachment.site, row.equipment, self._look)
                QToolTip.showText(event.globalPos(), f"{name} ({row.equipment.id})", self)
            elif HEAD * self._look.scale < event.pos().y() < (HEAD + FIGURES) * self._look.scale:
                QToolTip.showText(event.globalPos(), self._partial_words(), self)
            else:
                QToolTip.hideText()
            return True
        return super().event(event)
