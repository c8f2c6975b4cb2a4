"""Axes: the values of the chosen pen at the left, the site's wall clock at the bottom, with the day under it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyqtgraph as pg
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPen

from supervisor.clock import SECOND
from ui.look import Look
from ui.shapes import elided, text_width
from ui.trend.ticks import DAY_S, midnights, time_ticks, value_ticks

if TYPE_CHECKING:
    from ui.trend.pen import Pen

AIR = 0.03
"""Room above and below the scale, as part of it."""
LABEL_PX = 88
"""Width of one label of the time axis with its air."""
TICK_PX, MOST_TICKS = 26, 11
"""Height for one label of the value axis, and how many a tall plot has at the most."""
ROW_PX = 17
WIDEST_PX, NARROWEST_PX = 150, 52


class ValueAxis(pg.AxisItem):  # type: ignore[misc]
    """Shows 0..1 as the chosen pen's own values, or as the names of its states."""

    def __init__(self, look: Look) -> None:
        super().__init__("left")
        self._look = look
        self.pen_shown: Pen | None = None
        self.enableAutoSIPrefix(False)

    def ticks(self) -> list[tuple[float, str]]:
        """Part of the scale (0 bottom, 1 top) and what is written there."""
        pen = self.pen_shown
        if pen is None:
            return []
        say, span = self._look.say, pen.high - pen.low
        if pen.tag.spec.states:
            return [((state.value - pen.low) / span, say(state.name)) for state in pen.tag.spec.states]
        most = min(max(int(self.rect().height() / TICK_PX) + 1, 3), MOST_TICKS)
        numbers, decimals = value_ticks(pen.low, pen.high, most)
        found = [((number - pen.low) / span, self._look.number(number, decimals)) for number in numbers]
        if found and pen.tag.spec.unit:
            found[-1] = (found[-1][0], f"{found[-1][1]} {pen.tag.spec.unit}")
        return found

    def fit(self) -> None:
        """Take the width that the labels need; only when it changes, for the plot moves with it."""
        font = self._look.font("hint")
        widest = max((text_width(text, font) for _, text in self.ticks()), default=0.0)
        width = max(4 * -(-round(min(widest + 16, WIDEST_PX)) // 4), NARROWEST_PX)
        if width != self.width():
            self.setWidth(width)

    def paint(self, painter: QPainter, option: object, widget: object) -> None:
        box, font = self.rect(), self._look.font("hint")
        painter.setFont(font)
        painter.setPen(QPen(self._look.color("border2"), 1))
        painter.drawLine(QPointF(box.right() - 0.5, 0), QPointF(box.right() - 0.5, box.height()))
        painter.setPen(self._look.color("text2"))
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        for part, text in self.ticks():
            y = box.height() * (1 + AIR - part) / (1 + 2 * AIR)
            place = QRectF(2, y - 8, box.width() - 10, 16)
            if box.top() - 6 <= place.top() and place.bottom() <= box.bottom() + 6:
                painter.drawText(place, int(right), elided(text, font, place.width()))


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
