"""MapSide: what the map shows, and what its signs mean."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QVBoxLayout, QWidget

from supervisor.model import System
from ui.look import Look
from ui.map import words
from ui.map.markers import Markers
from ui.padlock import paint_padlock
from ui.shapes import icon, paint_priority, system_icon, text_width
from ui.widgets import Button, Check, Line, Words

WIDTH = 264
ROW_PX = 25


class MapSide(QWidget):
    """See the module."""

    filtered = Signal()
    whole = Signal()

    def __init__(self, look: Look, systems: Mapping[str, System], markers: Markers, tokens: Mapping[str, str]) -> None:
        super().__init__()
        self._look = look
        count = Counter(markers.system.tolist())
        self._rows = [(system, count[system.id]) for system in systems.values() if count[system.id]]
        self._boxes = {system.id: self._box() for system, _ in self._rows}
        self._only = self._box()
        self._only.setChecked(False)
        whole = Button(look, words.WHOLE_CITY, "", "overview")
        whole.clicked.connect(self.whole)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 14, 16, 14)
        column.setSpacing(7)
        column.addWidget(Words(look, words.SHOWN, "body", 600))
        for box in self._boxes.values():
            column.addWidget(box)
        column.addSpacing(4)
        column.addWidget(Line(look))
        column.addSpacing(4)
        column.addWidget(self._only)
        column.addWidget(whole)
        column.addStretch(1)
        column.addWidget(Words(look, words.LEGEND, "body", 600))
        column.addWidget(MapLegend(look, tokens))
        look.changed.connect(self._dress)
        self._dress()

    @property
    def systems(self) -> set[str]:
        """Ids of the systems that are switched on."""
        return {system for system, box in self._boxes.items() if box.isChecked()}

    @property
    def alarmed_only(self) -> bool:
        return self._only.isChecked()

    def show_system(self, system: str) -> None:
        """Switch one on."""
        if system in self._boxes:
            self._boxes[system].setChecked(True)

    def _box(self) -> Check:
        box = Check(self._look)
        box.setChecked(True)
        box.toggled.connect(self.filtered)
        return box

    def _dress(self) -> None:
        look = self._look
        for system, count in self._rows:
            box = self._boxes[system.id]
            box.setFont(look.font("body"))
            box.setText(f"{look.say(system.name)}   {count}")
            box.setIcon(icon(system_icon(system.id), look.color("text2")))
        self._only.setFont(look.font("body"))
        self._only.setText(look.say(words.ALARMS_ONLY))
        widest = max(box.sizeHint().width() for box in (*self._boxes.values(), self._only))
        self.setFixedWidth(max(round(WIDTH * look.scale), widest + 34))


class MapLegend(QWidget):
    """Signs and their words; lines and their colours."""

    ROWS = (
        (words.IN_SERVICE, "run"),
        (words.AT_REST, "stop"),
        (words.NO_VALUE, "bad"),
        (words.GROUP, "group"),
        (words.IN_ALARM, "alarm"),
        (words.LOCKED_OUT, "lock"),
        (words.VEHICLE, "vehicle"),
    )

    def __init__(self, look: Look, tokens: Mapping[str, str]) -> None:
        super().__init__()
        self._look, self._tokens = look, tokens
        self._dress()
        look.changed.connect(self._dress)

    def sizeHint(self) -> QSize:
        widest = max(text_width(self._look.say(text), self._look.font("label")) for text, _ in self.ROWS)
        return QSize(round(widest) + 34, self._row * len(self.ROWS) + (30 if self._tokens else 0))

    @property
    def _row(self) -> int:
        return round(ROW_PX * self._look.scale)

    def _dress(self) -> None:
        self.setFixedHeight(self.sizeHint().height())
        self.setMinimumWidth(self.sizeHint().width())
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        look, row = self._look, self._row
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            for number, (text, sign) in enumerate(self.ROWS):
                middle = QPointF(10, (number + 0.5) * row)
                self._sign(painter, sign, middle)
                painter.setFont(look.font("label"))
                painter.setPen(look.color("text2"))
                box = QRectF(28, number * row, self.width() - 28, row)
                painter.drawText(box, int(Qt.AlignmentFlag.AlignVCenter), look.say(text))
            self._lines(painter, row * len(self.ROWS) + 15)

    def _sign(self, painter: QPainter, sign: str, middle: QPointF) -> None:
        look = self._look
        if sign == "alarm":
            paint_priority(painter, QRectF(middle.x() - 8, middle.y() - 8, 16, 16), 2, False, look)
            return
        if sign == "lock":
            paint_padlock(painter, QRectF(middle.x() - 8, middle.y() - 8, 16, 16), look)
            return
        if sign == "vehicle":
            self._vehicle(painter, middle)
            return
        pen = QPen(look.color("bad" if sign == "bad" else "eq_line"), 1.4)
        if sign == "bad":
            pen.setDashPattern([2.2, 2.0])
        painter.setPen(pen)
        painter.setBrush(look.color({"run": "eq_run", "stop": "eq_stop"}.get(sign, "raised")))
        painter.drawEllipse(middle, 8, 8)
        if sign == "group":
            painter.setFont(look.font("hint", 600))
            painter.setPen(look.color("text"))
            painter.drawText(QRectF(middle.x() - 8, middle.y() - 8, 16, 16), int(Qt.AlignmentFlag.AlignCenter), "7")

    def _vehicle(self, painter: QPainter, middle: QPointF) -> None:
        line = next(iter(self._tokens), "")
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._look.color(self._tokens.get(line, "pen5")))
        painter.drawPolygon([middle + QPointF(-5, -5), middle + QPointF(0, -12), middle + QPointF(5, -5)])
        painter.drawEllipse(middle, 7.5, 7.5)
        painter.setFont(self._look.font("hint", 700))
        painter.setPen(self._look.color("accent_text"))
        painter.drawText(QRectF(middle.x() - 8, middle.y() - 8, 16, 16), int(Qt.AlignmentFlag.AlignCenter), line)

    def _lines(self, painter: QPainter, y: float) -> None:
        """Each line as a stroke of its colour with its word."""
        look, x = self._look, 2.0
        painter.setFont(look.font("label", 600))
        for line, token in self._tokens.items():
            painter.setPen(QPen(look.color(token), 3))
            painter.drawLine(QPointF(x, y), QPointF(x + 16, y))
            painter.setPen(look.color("text"))
            width = text_width(line, painter.font())
            painter.drawText(QRectF(x + 20, y - 9, width + 4, 18), int(Qt.AlignmentFlag.AlignVCenter), line)
            x += 32 + width
