"""MapPage: the map with its filters and legend."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from supervisor.model import Equipment, Text
from ui.look import Look
from ui.map import words
from ui.map.base import Base
from ui.map.canvas import MapCanvas
from ui.map.geometry import Plane, load
from ui.map.markers import Markers
from ui.pages import FACEPLATE, Context, Page, Place
from ui.shapes import paint_priority
from ui.values import shown


class MapPage(Page):
    """See the module."""

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        site = context.attachment.site
        plane = Plane(site.latitude, site.longitude)
        self._markers = Markers(site, plane)
        base = Base(load(site.folder / "map", plane))
        self.canvas = MapCanvas(context.look, base, self._markers)
        self.canvas.tip = self._tip
        self.canvas.picked.connect(self._picked)
        self.canvas.opened.connect(lambda equipment: self.asked_for.emit(equipment))
        self._texts: list[tuple[QWidget, Text]] = []
        self._boxes: dict[str, QCheckBox] = {}
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(_card(self.canvas), 1)
        row.addWidget(_card(self._side()))
        self.canvas.systems = set(self._boxes)
        context.look.changed.connect(self._speak)
        self._speak()

    def refresh(self, moved: NDArray[np.intp]) -> None:
        self._markers.move(self.context.live)
        self.canvas.update()

    def refresh_alarms(self) -> None:
        self._markers.alarm(self.context.board)
        self.canvas.update()

    def show_equipment(self, equipment: Equipment) -> None:
        self.canvas.show_equipment(equipment)

    def _side(self) -> QWidget:
        side = QWidget()
        side.setFixedWidth(264)
        column = QVBoxLayout(side)
        column.setContentsMargins(16, 14, 16, 14)
        column.setSpacing(8)
        column.addWidget(self._label(words.SHOWN))
        present = {one.system for one in self._markers.equipment}
        for system in self.context.attachment.site.systems.values():
            if system.id in present:
                self._boxes[system.id] = box = self._check(system.name, True)
                column.addWidget(box)
        column.addSpacing(8)
        self._only = self._check(words.ALARMS_ONLY, False)
        column.addWidget(self._only)
        whole = QPushButton()
        whole.clicked.connect(self.canvas.fit)
        self._texts.append((whole, words.WHOLE_CITY))
        column.addWidget(whole)
        column.addStretch(1)
        column.addWidget(self._label(words.LEGEND))
        column.addWidget(_Legend(self.context.look))
        return side

    def _label(self, text: Text) -> QLabel:
        label = QLabel()
        label.setFont(self.context.look.font("body", 600))
        self._texts.append((label, text))
        return label

    def _check(self, text: Text, on: bool) -> QCheckBox:
        box = QCheckBox()
        box.setChecked(on)
        box.toggled.connect(self._filter)
        self._texts.append((box, text))
        return box

    def _filter(self) -> None:
        self.canvas.systems = {system for system, box in self._boxes.items() if box.isChecked()}
        self.canvas.alarmed_only = self._only.isChecked()
        self.canvas.update()

    def _speak(self) -> None:
        for widget, text in self._texts:
            assert isinstance(widget, QLabel | QCheckBox | QPushButton)
            widget.setText(self.context.look.say(text))
            if isinstance(widget, QLabel):
                widget.setFont(self.context.look.font("body", 600))

    def _picked(self, equipment: Equipment | None) -> None:
        if equipment:
            self.asked_for.emit(Place(FACEPLATE, equipment))

    def _tip(self, equipment: Equipment) -> str:
        """Name, id and the headline values."""
        context = self.context
        site, look = context.attachment.site, context.look
        lines = [f"<b>{look.say(equipment.name)}</b>  {equipment.id}", look.say(equipment.type.name)]
        for path in equipment.type.headline:
            tag = site.tag(equipment, path)
            if tag:
                value = shown(tag, context.live, context.attachment.texts, look)
                lines.append(f"{look.say(tag.spec.name)}: {value.text} {value.unit}")
        return "<br>".join(lines)


class _Legend(QWidget):
    """What the markers mean."""

    ROWS = (words.IN_SERVICE, words.AT_REST, words.NO_VALUE, words.GROUP, words.IN_ALARM)

    def __init__(self, look: Look) -> None:
        super().__init__()
        self._look = look
        look.changed.connect(self.update)

    def sizeHint(self) -> QSize:
        return QSize(200, 26 * len(self.ROWS))

    def paintEvent(self, event: QPaintEvent) -> None:
        look = self._look
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setFont(look.font("label"))
            for number, text in enumerate(self.ROWS):
                box = QRectF(2, number * 26 + 5, 16, 16)
                self._sign(painter, number, box)
                painter.setPen(look.color("text2"))
                words_box = QRectF(28, number * 26, self.width() - 28, 26)
                painter.drawText(words_box, Qt.AlignmentFlag.AlignVCenter, look.say(text))

    def _sign(self, painter: QPainter, number: int, box: QRectF) -> None:
        look = self._look
        if number == 4:
            paint_priority(painter, box, 2, False, look)
            return
        pen = QPen(look.color("bad" if number == 2 else "eq_line"), 1.4)
        if number == 2:
            pen.setDashPattern([2.2, 2.0])
        painter.setPen(pen)
        painter.setBrush(look.color(("eq_run", "eq_stop", "raised", "raised")[number]))
        painter.drawEllipse(box)
        if number == 3:
            painter.setFont(look.font("hint", 600))
            painter.setPen(look.color("text"))
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, "7")
            painter.setFont(look.font("label"))


def _card(content: QWidget) -> QWidget:
    card = QWidget()
    card.setObjectName("card")
    card.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
    layout = QVBoxLayout(card)
    layout.setContentsMargins(1, 1, 1, 1)
    layout.addWidget(content)
    return card
