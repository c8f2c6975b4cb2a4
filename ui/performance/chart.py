"""Two drawings: alarms per day against what is acceptable and manageable, and the class of EEMUA 191 as five steps."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QHelpEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QToolTip, QWidget

from alarms.performance import Day
from alarms.verdicts import PerformanceClass
from ui.look import Look
from ui.performance import words
from ui.shapes import paint_icon, text_width

ACCEPTABLE, MANAGEABLE = 144, 288
"""Alarms a day and operator position (ISA-18.2)."""
TARGETS = ((ACCEPTABLE, words.ACCEPTABLE), (MANAGEABLE, words.MANAGEABLE))
LEFT, BOTTOM, TOP = 44.0, 20.0, 26.0
RIGHT_SIDE = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
CENTER = Qt.AlignmentFlag.AlignCenter


class DayChart(QWidget):
    """One bar a day; a sign above the days with a flood, and darker bars above what can be managed."""

    def __init__(self, look: Look) -> None:
        super().__init__()
        self._look = look
        self._days: tuple[Day, ...] = ()
        self.setMinimumHeight(150)
        look.changed.connect(self.update)

    def show_days(self, days: tuple[Day, ...]) -> None:
        """Draw these."""
        self._days = days
        look = self._look
        self.setAccessibleName(
            "; ".join(look.counted(words.DAY_TIP, day.count, look.date(day.start + 1)) for day in days)
        )
        self.update()

    def _plot(self) -> QRectF:
        scale = self._look.scale
        return QRectF(self.rect()).adjusted(LEFT * scale, TOP * scale, -12, -BOTTOM * scale)

    def _top(self) -> float:
        """What the top of the axis stands for."""
        return max(MANAGEABLE * 1.1, 1.1 * max((day.count for day in self._days), default=0))

    def _bar(self, number: int) -> QRectF:
        plot, day = self._plot(), self._days[number]
        width = plot.width() / max(len(self._days), 1)
        height = plot.height() * day.count / self._top()
        return QRectF(plot.left() + number * width + 2, plot.bottom() - height, max(width - 4, 2), height)

    def paintEvent(self, event: QPaintEvent) -> None:
        look = self._look
        with QPainter(self) as painter:
            painter.setFont(look.font("label", 600))
            painter.setPen(look.color("text"))
            painter.drawText(QRectF(0, 0, self.width(), 20 * look.scale), look.say(words.PER_DAY))
            if not self._days:
                return
            for value, _ in TARGETS:
                self._paint_target(painter, value)
            for number, day in enumerate(self._days):
                bar = self._bar(number)
                painter.fillRect(bar, look.color("eq_line" if day.count > MANAGEABLE else "pipe"))
                if day.flooded:
                    size = 12 * look.scale
                    sign = QRectF(bar.center().x() - size / 2, bar.top() - size - 2, size, size)
                    paint_icon(painter, "warning", sign, look.color("text"), 1.6)
            self._paint_axis(painter)
            for value, name in TARGETS:
                self._paint_name(painter, value, look.say(name))

    def _height(self, value: float) -> float:
        """Where a value is, from the top."""
        plot = self._plot()
        return plot.bottom() - plot.height() * value / self._top()

    def _paint_target(self, painter: QPainter, value: float) -> None:
        look, plot, y = self._look, self._plot(), self._height(value)
        painter.setPen(QPen(look.color("text2"), 1, Qt.PenStyle.DashLine))
        painter.drawLine(QPointF(plot.left(), y), QPointF(plot.right(), y))
        painter.setFont(look.font("hint"))
        painter.drawText(QRectF(0, y - 8, plot.left() - 6, 16), RIGHT_SIDE, look.number(value, 0))

    def _paint_name(self, painter: QPainter, value: float, text: str) -> None:
        """What a target is called, over the bars that would hide it."""
        look, plot, font = self._look, self._plot(), self._look.font("hint")
        width, height = text_width(text, font) + 10, 14 * look.scale
        box = QRectF(plot.right() - width, self._height(value) - height - 2, width, height)
        painter.fillRect(box, look.color("panel"))
        painter.setFont(font)
        painter.setPen(look.color("text2"))
        painter.drawText(box, CENTER, text)

    def _paint_axis(self, painter: QPainter) -> None:
        look, plot = self._look, self._plot()
        painter.setPen(look.color("border2"))
        painter.drawLine(plot.bottomLeft(), plot.bottomRight())
        painter.setPen(look.color("text2"))
        painter.setFont(look.font("hint"))
        step = max(1, round(26 * look.scale * len(self._days) / max(plot.width(), 1)))
        for number in range(0, len(self._days), step):
            bar = self._bar(number)
            label = f"{look.moment(self._days[number].start + 1).day}"
            painter.drawText(
                QRectF(bar.center().x() - 16, plot.bottom() + 2, 32, BOTTOM * look.scale - 2), CENTER, label
            )

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            self._tip(event)
            return True
        return super().event(event)

    def _tip(self, event: QHelpEvent) -> None:
        look, plot = self._look, self._plot()
        width = plot.width() / max(len(self._days), 1)
        number = int((event.pos().x() - plot.left()) // width) if width else -1
        if not 0 <= number < len(self._days):
            QToolTip.hideText()
            return
        day = self._days[number]
        text = look.counted(words.DAY_TIP, day.count, look.date(day.start + 1))
        QToolTip.showText(event.globalPos(), f"{text} – {look.say(words.FLOODED)}" if day.flooded else text, self)


class ClassSteps(QWidget):
    """The five classes side by side, the one that holds filled and named in bold."""

    def __init__(self, look: Look) -> None:
        super().__init__()
        self._look = look
        self._found: PerformanceClass | None = None
        look.changed.connect(self._dress)
        self._dress()

    def show_class(self, found: PerformanceClass | None) -> None:
        """None where there is nothing to class."""
        self._found = found
        name = self._look.say(words.CLASSES[found]) if found is not None else ""
        self.setAccessibleName(f"{self._look.say(words.CLASS)} : {name}")
        self.update()

    def _dress(self) -> None:
        self.setFixedHeight(round(28 * self._look.scale))
        self.show_class(self._found)

    def sizeHint(self) -> QSize:
        return QSize(460, round(28 * self._look.scale))

    def size_of_words(self) -> str:
        """Small where a narrow window leaves no air beside the words."""
        wide = self._widths("label")
        return "label" if sum(wide) + 14 * len(wide) <= self.width() else "hint"

    def _widths(self, size: str) -> list[float]:
        font = self._look.font(size, 600)
        return [text_width(self._look.say(words.CLASSES[one]), font) for one in PerformanceClass]

    def boxes(self) -> list[QRectF]:
        """Where each class stands, from the left: as wide as its word is, and what is left over shared alike."""
        wide = self._widths(self.size_of_words())
        spare = (self.width() - sum(wide)) / len(wide)
        lefts = [sum(wide[:at]) + at * spare for at in range(len(wide))]
        return [QRectF(left, 1, each + spare - 4, self.height() - 2) for left, each in zip(lefts, wide, strict=True)]

    def paintEvent(self, event: QPaintEvent) -> None:
        look, size = self._look, self.size_of_words()
        with QPainter(self) as painter:
            for one, box in zip(PerformanceClass, self.boxes(), strict=True):
                here = one is self._found
                painter.setPen(look.color("border2"))
                painter.setBrush(look.color("mark" if here else "sunken"))
                painter.drawRoundedRect(box.adjusted(0.5, 0.5, -0.5, -0.5), 4, 4)
                painter.setFont(look.font(size, 600 if here else 400))
                painter.setPen(look.color("chrome" if here else "text2"))
                painter.drawText(box, CENTER, look.say(words.CLASSES[one]))
