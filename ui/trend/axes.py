"""Axes: the scales of all pens at the left, the site's wall clock at the bottom, with the day under it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pyqtgraph as pg
from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QPainter, QPen

from supervisor.clock import SECOND
from ui.look import Look
from ui.shapes import elided, text_width
from ui.trend.badge import BADGE_PX, paint_badge
from ui.trend.ticks import DAY_S, midnights, time_ticks, value_ticks

if TYPE_CHECKING:
    from ui.trend.pen import Pen
    from ui.trend.scales import Scale

AIR = 0.03
"""Room above and below the scale, as part of it."""
LABEL_PX = 88
"""Width of one label of the time axis with its air."""
TICK_PX, MOST_TICKS = 26, 11
"""Height for one label of the value axis, and how many a tall plot has at the most."""
ROW_PX = 17
WIDEST_PX, NARROWEST_PX, FOLDED_PX = 150, 48, 20
HEAD_PX = 20
"""Above the plot, for pen numbers and units."""


class ValueAxis(pg.AxisItem):  # type: ignore[misc]
    """Every scale of the plot side by side, the one of the chosen pen next to the curves; each can be folded away.

    A scale shows its pens' numbers and unit in its head, and its values, or the names of its states, below. Folded it
    is a strip with the numbers alone. Where there is too little room the farthest ones fold by themselves.
    """

    turned = Signal(str)
    """A click on the head of a scale: fold it, or unfold it; its key."""
    picked = Signal(object)
    """A click on a scale: the next of its pens."""

    def __init__(self, look: Look, single: bool = False) -> None:
        """`single` shows the scale of the chosen pen only."""
        super().__init__("left")
        self._look, self._single = look, single
        self.scales: list[Scale] = []
        self.chosen: Pen | None = None
        self.folded: set[str] = set()
        self.room = 600.0
        """Pixels that all scales together may take."""
        self.enableAutoSIPrefix(False)

    def ticks(self) -> list[tuple[float, str]]:
        """Of the chosen pen's scale: part of the scale (0 bottom, 1 top) and what is written there."""
        return self.ticks_of(self.chosen) if self.chosen else []

    def ticks_of(self, pen: Pen) -> list[tuple[float, str]]:
        """Those of one pen's scale."""
        say, span = self._look.say, pen.high - pen.low
        if pen.tag.spec.states:
            return [((state.value - pen.low) / span, say(state.name)) for state in pen.tag.spec.states]
        most = min(max(int(self.rect().height() / TICK_PX) + 1, 3), MOST_TICKS)
        numbers, decimals = value_ticks(pen.low, pen.high, most)
        return [((number - pen.low) / span, self._look.number(number, decimals)) for number in numbers]

    def columns(self) -> list[tuple[Scale, float, bool]]:
        """From the plot outwards: scale, width in pixels, whether it is folded."""
        chosen = [scale for scale in self.scales if self.chosen in scale.pens]
        others = [] if self._single else [scale for scale in self.scales if self.chosen not in scale.pens]
        found: list[tuple[Scale, float, bool]] = []
        taken = 0.0
        for scale in chosen + others:
            width = self._width_of(scale)
            folded = scale.key in self.folded or (bool(found) and taken + width > self.room)
            found.append((scale, FOLDED_PX if folded else width, folded))
            taken += found[-1][1]
        return found

    def fit(self) -> None:
        """Take the width that the scales need; only when it changes, for the plot moves with it."""
        width = max(sum(width for _, width, _ in self.columns()), NARROWEST_PX)
        if width != self.width():
            self.setWidth(width)

    def boundingRect(self) -> QRectF:
        """With the heads, which stand above the plot."""
        return QRectF(super().boundingRect()).adjusted(0, -HEAD_PX, 0, 0)

    def mouseClickEvent(self, event: Any) -> None:
        event.accept()
        right = self.rect().right()
        for scale, width, folded in self.columns():
            if right - width <= event.pos().x() <= right:
                if folded or event.pos().y() < 0:
                    self.turned.emit(scale.key)
                else:
                    at = scale.pens.index(self.chosen) + 1 if self.chosen in scale.pens else 0
                    self.picked.emit(scale.pens[at % len(scale.pens)])
                return
            right -= width

    def paint(self, painter: QPainter, option: object, widget: object) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        right = self.rect().right()
        for scale, width, folded in self.columns():
            place = QRectF(right - width, 0, width, self.rect().height())
            self._paint_line(painter, scale, place)
            if folded:
                self._paint_folded(painter, scale, place)
            else:
                self._paint_head(painter, scale, place)
                self._paint_values(painter, scale, place)
            right -= width

    def _width_of(self, scale: Scale) -> float:
        font = self._look.font("hint")
        widest = max((text_width(text, font) for _, text in self.ticks_of(scale.pens[0])), default=0.0)
        head = len(scale.pens) * (BADGE_PX + 2) + text_width(scale.unit, self._look.font("hint", 600)) + 8
        return float(max(4 * -(-round(min(max(widest + 18, head + 6), WIDEST_PX)) // 4), NARROWEST_PX))

    def _paint_line(self, painter: QPainter, scale: Scale, place: QRectF) -> None:
        """In the colour of its pen where it has one only; what several share has a colour of none."""
        own = len(scale.pens) == 1 and not self._single
        color = self._look.color(f"pen{scale.pens[0].number}" if own else "border2")
        painter.setPen(QPen(color, 2 if self.chosen in scale.pens and len(self.scales) > 1 else 1))
        painter.drawLine(QPointF(place.right() - 1, 0), QPointF(place.right() - 1, place.height()))

    def _paint_head(self, painter: QPainter, scale: Scale, place: QRectF) -> None:
        x = place.right() - 8
        if scale.unit:
            font = self._look.font("hint", 600)
            width = text_width(scale.unit, font)
            painter.setFont(font)
            painter.setPen(self._look.color("text"))
            box = QRectF(x - width - 1, -HEAD_PX + 2, width + 2, BADGE_PX)
            painter.drawText(box, int(Qt.AlignmentFlag.AlignCenter), scale.unit)
            x -= width + 4
        for pen in reversed(scale.pens if len(self.scales) > 1 or len(scale.pens) > 1 else ()):
            x -= BADGE_PX + 2
            if x >= place.left():
                paint_badge(painter, QRectF(x, -HEAD_PX + 2, BADGE_PX, BADGE_PX), pen.number, self._look)

    def _paint_folded(self, painter: QPainter, scale: Scale, place: QRectF) -> None:
        y = -HEAD_PX + 2.0
        for pen in scale.pens:
            paint_badge(painter, QRectF(place.left() + 2, y, BADGE_PX, BADGE_PX), pen.number, self._look)
            y += BADGE_PX + 2

    def _paint_values(self, painter: QPainter, scale: Scale, place: QRectF) -> None:
        font = self._look.font("hint")
        painter.setFont(font)
        painter.setPen(self._look.color("text" if self.chosen in scale.pens else "text2"))
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        for part, text in self.ticks_of(scale.pens[0]):
            y = place.height() * (1 + AIR - part) / (1 + 2 * AIR)
            box = QRectF(place.left() + 1, y - 8, place.width() - 10, 16)
            if box.top() >= -6 and box.bottom() <= place.bottom() + 6:
                painter.drawText(box, int(right), elided(text, font, box.width()))


class TimeAxis(pg.AxisItem):  # type: ignore[misc]
    """Hours in one row; the day in a second one, at midnight and at the left edge."""

    def __init__(self, look: Look) -> None:
        super().__init__("bottom")
        self._look = look
        self.enableAutoSIPrefix(False)
        self.setHeight(2 * ROW_PX + 6)

    def ticks(self) -> tuple[list[float], float]:
        """Instants (seconds UTC) and the step between them in seconds."""
        start, end = self.range
        most = max(int(self.rect().width() / (LABEL_PX * self._look.scale)), 2)
        return time_ticks(start, end, most, self._look.zone)

    def paint(self, painter: QPainter, option: object, widget: object) -> None:
        look, (start, end), width = self._look, self.range, self.rect().width()
        painter.setPen(QPen(look.color("border2"), 1))
        painter.drawLine(QPointF(0, 0.5), QPointF(width, 0.5))
        painter.setFont(look.font("hint"))
        instants, step = self.ticks()
        for instant in instants:
            x = width * (instant - start) / (end - start)
            painter.setPen(QPen(look.color("border2"), 1))
            painter.drawLine(QPointF(x, 0), QPointF(x, 4))
            painter.setPen(look.color("text2"))
            self._write(painter, x, self._hour(instant, step), 5)
        painter.setFont(look.font("hint", 600))
        if step < DAY_S:
            self._days(painter, midnights(start, end, look.zone), width)
        else:
            painter.drawText(QRectF(2, ROW_PX + 4, width, ROW_PX), look.date(round(start * SECOND))[-4:])

    def _days(self, painter: QPainter, midnights_: list[float], width: float) -> None:
        """Each day under its midnight; the first one at the left edge, unless the next would cover it."""
        look, (start, end) = self._look, self.range
        places = [(width * (instant - start) / (end - start), instant) for instant in midnights_]
        needed = text_width("mer. 22 sept. 2026", look.font("hint", 600)) + 12
        shown = -needed
        if not places or places[0][0] > needed:
            places.insert(0, (0.0, start))
        for x, instant in places:
            if x - shown >= needed:
                text = look.date(round(instant * SECOND) + SECOND // 2)
                painter.drawText(QRectF(x + 2, ROW_PX + 4, needed, ROW_PX), text)
                shown = x

    def _write(self, painter: QPainter, x: float, text: str, top: float) -> None:
        half = text_width(text, painter.font()) / 2
        x = min(max(x, half), self.rect().width() - half)
        painter.drawText(QRectF(x - half - 2, top, 2 * half + 4, ROW_PX), int(Qt.AlignmentFlag.AlignCenter), text)

    def _hour(self, instant: float, step: float) -> str:
        stamp = round(instant * SECOND)
        if step >= DAY_S:
            return self._look.date(stamp).rpartition(" ")[0]
        return self._look.clock(stamp, seconds=step < 60)
