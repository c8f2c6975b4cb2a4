"""The year as a picture: a column for each day, the clock from top to bottom, brighter where more is asked for.

strip of day types ─ festival, market, holidays …
hours ─ level as a colour · sun lines · hatching where the clock skips an hour · the chosen day · now
months
"""

from __future__ import annotations

from datetime import date, datetime, timedelta

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QBrush, QColor, QImage, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QWidget

from supervisor.clock import SECOND
from supervisor.schedule.calendars import ORDINARY, DayType
from supervisor.schedule.preview import CELL_S, CELLS, MISSING, Year
from supervisor.schedule.sun import SunEvent
from supervisor.schedule.times import DAY_S
from ui.look import Look
from ui.schedule import words
from ui.shapes import text_width

LEFT_PX, TOP_PX, BOTTOM_PX, STRIP_PX = 46.0, 6.0, 22.0, 8.0
EVERY_H = 3
KIND_PENS = ("pen6", "pen2", "pen4", "pen8", "pen7")
"""Colours of day types, in their order."""
ONE_LINE_PX = 1200
"""Width in which the legend has one line."""
TWO_LINES_PX = 660
LAMP = "pen3"
"""What is on: the colour of lamps, and no alarm's."""


def colors(look: Look) -> NDArray[np.uint32]:
    """256 levels as ARGB: from dark rest to full."""
    low, high = look.color("sunken"), look.color(LAMP).lighter(135 if look.theme.name == "light" else 100)
    share = np.linspace(0, 1, 256)
    share = np.where(share > 0, 0.22 + 0.78 * share, 0)  # 10 % is seen to be on
    parts = [
        (a + (b - a) * share).round().astype(np.int64)
        for a, b in zip((low.red(), low.green(), low.blue()), (high.red(), high.green(), high.blue()), strict=True)
    ]
    packed = (0xFF << 24) + (parts[0] << 16) + (parts[1] << 8) + parts[2]
    return packed.astype(np.uint32)


def image(year: Year, look: Look) -> QImage:
    """A pixel for each day and five minutes."""
    level = year.level.T
    known = np.nan_to_num(level, nan=0.0)
    argb = colors(look)[(np.clip(known, 0, 1) * 255).astype(np.uint8)]
    argb[np.isnan(level)] = look.color("panel").rgba()
    argb[level == MISSING] = look.color("canvas").rgba()
    argb = np.ascontiguousarray(argb)
    return QImage(argb.tobytes(), argb.shape[1], argb.shape[0], argb.shape[1] * 4, QImage.Format.Format_ARGB32).copy()


class Painting:
    """Draws a year into any room: of the window, of a picture, of paper."""

    def __init__(self, look: Look, year: Year, now: int) -> None:
        self._look, self._year, self._now = look, year, now
        self._image = image(year, look)

    def plot(self, room: QRectF) -> QRectF:
        """Where the days are."""
        return room.adjusted(LEFT_PX, TOP_PX + STRIP_PX + 4, -2, -BOTTOM_PX)

    def paint(self, painter: QPainter, room: QRectF, chosen: date | None = None) -> None:
        plot = self.plot(room)
        painter.drawImage(plot, self._image)
        self._hatch(painter, plot)
        self._hours(painter, room, plot)
        self._months(painter, plot)
        self._kinds(painter, plot)
        self._suns(painter, plot)
        self._marks(painter, plot, chosen)
        painter.setPen(self._look.color("border2"))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(plot)

    def _x(self, plot: QRectF, number: float) -> float:
        return plot.left() + plot.width() * number / len(self._year.days)

    def _hatch(self, painter: QPainter, plot: QRectF) -> None:
        """Hours that do not exist."""
        for day, row in np.argwhere(self._year.level == MISSING).tolist():
            top = plot.top() + plot.height() * row / CELLS
            cell = QRectF(
                self._x(plot, day), top, max(plot.width() / len(self._year.days), 3), plot.height() / CELLS + 1
            )
            painter.fillRect(cell, QBrush(self._look.color("mark"), Qt.BrushStyle.Dense5Pattern))

    def _hours(self, painter: QPainter, room: QRectF, plot: QRectF) -> None:
        look = self._look
        painter.setFont(look.font("hint"))
        grid = QColor(look.color("text2"))
        grid.setAlphaF(0.22)
        for hour in range(0, 25, EVERY_H):
            y = plot.top() + plot.height() * hour / 24
            painter.setPen(look.color("text2"))
            label = QRectF(room.left(), y - 8, LEFT_PX - 8, 16)
            shown = (hour + (12 if self._year.noon else 0)) % 24
            painter.drawText(label, int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter), f"{shown:02d}:00")
            painter.setPen(grid)
            painter.drawLine(QPointF(plot.left(), y), QPointF(plot.right(), y))

    def _months(self, painter: QPainter, plot: QRectF) -> None:
        look, days = self._look, self._year.days
        painter.setFont(look.font("hint", 500))
        grid = QColor(look.color("text2"))
        grid.setAlphaF(0.3)
        for number, day in enumerate(days):
            if day.day != 1:
                continue
            x = self._x(plot, number)
            painter.setPen(grid)
            painter.drawLine(QPointF(x, plot.top()), QPointF(x, plot.bottom()))
            painter.setPen(look.color("text2"))
            name = look.date(round(datetime(day.year, day.month, 15, 12).timestamp()) * SECOND).split()[2]
            painter.drawText(QRectF(x + 4, plot.bottom() + 4, 60, 16), int(Qt.AlignmentFlag.AlignLeft), name)

    def _kinds(self, painter: QPainter, plot: QRectF) -> None:
        order = [kind.id for kind in kinds_of(self._year)]
        for number, (kind, _) in enumerate(self._year.kinds):
            if kind.id in order:
                color = self._look.color(KIND_PENS[order.index(kind.id) % len(KIND_PENS)])
                x = self._x(plot, number)
                painter.fillRect(
                    QRectF(x, plot.top() - STRIP_PX - 3, self._x(plot, number + 1) - x + 0.5, STRIP_PX), color
                )

    def _suns(self, painter: QPainter, plot: QRectF) -> None:
        for event, column in self._year.sun.items():
            civil = event in (SunEvent.DAWN, SunEvent.DUSK)
            pen = QPen(self._look.color("text2" if civil else "mark"), 0.8 if civil else 1.5)
            pen.setStyle(Qt.PenStyle.DotLine if civil else Qt.PenStyle.SolidLine)
            painter.setPen(pen)
            line = QPolygonF()
            for number, seconds in enumerate(column.tolist()):
                if seconds == seconds:
                    line.append(QPointF(self._x(plot, number + 0.5), plot.top() + plot.height() * seconds / DAY_S))
            painter.drawPolyline(line)

    def _marks(self, painter: QPainter, plot: QRectF, chosen: date | None) -> None:
        look = self._look
        for day in self._year.shifts:
            x = self._x(plot, self._year.days.index(day) + 0.5)
            painter.setPen(QPen(look.color("text2"), 1.0, Qt.PenStyle.DashLine))
            painter.drawLine(QPointF(x, plot.top()), QPointF(x, plot.bottom()))
        moment = look.moment(self._now).replace(tzinfo=None)
        begins = moment - timedelta(hours=12) if self._year.noon else moment
        if begins.date() in self._year.days:
            number = self._year.days.index(begins.date())
            y = plot.top() + plot.height() * (begins.hour * 3600 + begins.minute * 60) / DAY_S
            painter.setPen(QPen(look.color("raised"), 2))
            painter.setBrush(look.color("accent"))
            painter.drawEllipse(QPointF(self._x(plot, number + 0.5), y), 5, 5)
        if chosen in self._year.days:
            number = self._year.days.index(chosen)
            painter.setPen(QPen(look.color("accent"), 1.6))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            width = max(self._x(plot, number + 1) - self._x(plot, number), 5.0)
            middle = self._x(plot, number + 0.5)
            painter.drawRect(QRectF(middle - width / 2 - 1, plot.top() - 1, width + 2, plot.height() + 2))


def kinds_of(year: Year) -> list[DayType]:
    """Day types that occur in the year but the ordinary one, in the order of the strip's colours; none where every day
    is planned alike."""
    found = {kind.id: kind for kind, _ in year.kinds if kind.id != ORDINARY.id and year.typed}
    return list(found.values())


class YearView(QWidget):
    """The picture on the page. A click or the arrow keys choose a day."""

    chosen_day = Signal(object)
    pointed = Signal(object)
    """(day, seconds after its begin), or None."""

    def __init__(self, look: Look) -> None:
        super().__init__()
        self._look = look
        self.year: Year | None = None
        self.day: date | None = None
        self.now = 0
        self._painting: Painting | None = None
        self.setMouseTracking(True)
        self.setMinimumSize(420, 220)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        look.changed.connect(self._again)
        self._again()

    def show_year(self, year: Year | None, now: int) -> None:
        self.year, self.now = year, now
        self._again()

    def choose(self, day: date) -> None:
        """A day of the year shown; one beyond it is its first or last."""
        if self.year is None:
            return
        self.day = min(max(day, self.year.days[0]), self.year.days[-1])
        self.update()
        self.chosen_day.emit(self.day)

    def _again(self) -> None:
        self.setAccessibleName(self._look.say(words.PICTURE))
        self.setToolTip(self._look.say(words.KEYS))
        self._painting = Painting(self._look, self.year, self.now) if self.year else None
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._painting is None:
            return
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            self._painting.paint(painter, QRectF(self.rect()), self.day)
            if self.hasFocus():
                painter.setPen(QPen(self._look.color("accent"), 1, Qt.PenStyle.DotLine))
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.drawRect(self.rect().adjusted(0, 0, -1, -1))

    def _at(self, point: QPointF) -> tuple[date, int] | None:
        if self._painting is None or self.year is None:
            return None
        plot = self._painting.plot(QRectF(self.rect()))
        number = int((point.x() - plot.left()) / plot.width() * len(self.year.days))
        seconds = int((point.y() - plot.top()) / plot.height() * DAY_S) // CELL_S * CELL_S
        return (self.year.days[number], seconds) if 0 <= number < len(self.year.days) and 0 <= seconds < DAY_S else None

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self.pointed.emit(self._at(event.position()))

    def leaveEvent(self, event: object) -> None:
        self.pointed.emit(None)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        found = self._at(event.position())
        if found:
            self.choose(found[0])

    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = {
            Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1, Qt.Key.Key_PageUp: -30, Qt.Key.Key_PageDown: 30,
        }  # fmt: skip
        step = steps.get(Qt.Key(event.key()))
        if step and self.day:
            self.choose(self.day + timedelta(days=step))
        elif event.key() == Qt.Key.Key_Home:
            self.choose(self._look.moment(self.now).date())
        else:
            super().keyPressEvent(event)


class Legend(QWidget):
    """What the colours and lines of the picture mean; one line."""

    def __init__(self, look: Look) -> None:
        super().__init__()
        self._look = look
        self.year: Year | None = None
        self.ends = ("", "")
        """What the darkest and the brightest stand for."""
        self.setFixedHeight(22)
        look.changed.connect(self.update)

    def resizeEvent(self, event: object) -> None:
        lines = 1 + sum(self.width() < least * self._look.scale for least in (ONE_LINE_PX, TWO_LINES_PX))
        self.setFixedHeight(3 + 19 * lines)

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            paint_legend(painter, QRectF(self.rect()), self._look, self.year, self.ends)


def paint_legend(painter: QPainter, room: QRectF, look: Look, year: Year | None, ends: tuple[str, str]) -> None:
    """From left to right, as far as there is room."""
    line = _Line(painter, room, look)
    line.say(ends[0], 6)
    line.scale()
    line.say(ends[1])
    if year is not None and np.isnan(year.level).any():
        line.patch("panel", look.say(words.NOTHING_PLANNED), framed=True)
    line.stroke("mark", Qt.PenStyle.SolidLine, look.say(words.SUNSET_RISE))
    line.stroke("text2", Qt.PenStyle.DotLine, look.say(words.TWILIGHT))
    line.stroke("text2", Qt.PenStyle.DashLine, look.say(words.CLOCK_CHANGED))
    for number, kind in enumerate(kinds_of(year) if year else ()):
        line.patch(KIND_PENS[number % len(KIND_PENS)], look.say(kind.name))


class _Line:
    """A line of signs and words, written from left to right."""

    def __init__(self, painter: QPainter, room: QRectF, look: Look) -> None:
        self._painter, self._room, self._look = painter, room, look
        self._x, self._middle = room.left() + LEFT_PX, room.top() + min(room.height() / 2, 11)
        self._font = look.font("hint")
        painter.setFont(self._font)

    def _make_room(self, text: str, before: float) -> None:
        """Go on in the next line where this sign and its words don't fit."""
        if self._x + before + text_width(text, self._font) > self._room.right():
            self._x, self._middle = self._room.left() + LEFT_PX, self._middle + 19

    def say(self, text: str, after: float = 16) -> None:
        width = text_width(text, self._font) + 4
        self._painter.setPen(self._look.color("text2"))
        place = QRectF(self._x, self._middle - 11, width, 22)
        self._painter.drawText(place, int(Qt.AlignmentFlag.AlignVCenter), text)
        self._x += width + after

    def scale(self) -> None:
        table = colors(self._look)
        for number in range(64):
            color = QColor.fromRgba(int(table[number * 4 + 3]))
            self._painter.fillRect(QRectF(self._x + number, self._middle - 5, 1.5, 10), color)
        self._x += 70

    def stroke(self, token: str, style: Qt.PenStyle, text: str) -> None:
        self._make_room(text, 26)
        self._painter.setPen(QPen(self._look.color(token), 1.4, style))
        self._painter.drawLine(QPointF(self._x, self._middle), QPointF(self._x + 20, self._middle))
        self._x += 26
        self.say(text)

    def patch(self, token: str, text: str, framed: bool = False) -> None:
        self._make_room(text, 19)
        box = QRectF(self._x, self._middle - 4, 14, 8)
        self._painter.fillRect(box, self._look.color(token))
        if framed:
            self._painter.setPen(QPen(self._look.color("border2"), 1))
            self._painter.setBrush(Qt.BrushStyle.NoBrush)
            self._painter.drawRect(box)
        self._x += 19
        self.say(text)
