"""Areas against systems: where it is wrong, and what. A cell shows its worst alarm, or that all is quiet, or nothing.

▣ 3   worst alarm, and how many        ✓   all quiet
?     values that can't be believed        (empty) no such equipment there
"""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QHelpEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QToolTip, QWidget

from supervisor.model import BAD
from ui.naming import systems
from ui.overview import words
from ui.overview.figures import BLIND
from ui.pages import ALARMS, Context, Place
from ui.shapes import paint_icon, paint_priority, saved, shortened, system_icon, text_width

HEAD, ROW, CELL = 34, 28, 36
WIDEST = 240
"""Pixels that names may take from the cards beside them."""
LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter


class Matrix(QWidget):
    """See the module. A bare widget as high as the areas need."""

    asked_for = Signal(object)

    def __init__(self, context: Context) -> None:
        super().__init__()
        site = context.attachment.site
        self._context, self._look = context, context.look
        present = {(thing.area, thing.system) for thing in site.equipment}
        self._systems = [row.id for row in systems(site) if any(s == row.id for _, s in present)]
        self._areas = [area for area in site.areas if any(a == area for a, _ in present)]
        if any(area not in site.areas for area, _ in present):
            self._areas.append("")
        self._cell_of = {
            (area, system): row * len(self._systems) + column
            for row, area in enumerate(self._areas)
            for column, system in enumerate(self._systems)
        }
        number = len(self._cell_of)
        self._things = np.zeros(number, int)
        for thing in site.equipment:
            if not thing.parent:
                self._things[self._cell(thing.area, thing.system)] += 1
        self._of_tag = np.array([self._cell(tag.equipment.area, tag.equipment.system) for tag in site.tags], np.intp)
        self._of_alarm = np.array(
            [self._cell(alarm.equipment.area, alarm.equipment.system) for alarm in site.alarms], np.intp
        )
        self._tags = np.bincount(self._of_tag, minlength=number)
        self._bad = np.zeros(number, int)
        self._worst: dict[int, tuple[int, bool, int]] = {}
        self._under = -1
        self.setMouseTracking(True)
        self._look.changed.connect(self._dress)
        self.show_alarms()
        self.show_live()
        self._dress()

    def _cell(self, area: str, system: str) -> int:
        return self._cell_of[area if area in self._areas else "", system]

    def _dress(self) -> None:
        scale = self._look.scale
        self.setMinimumHeight(round((HEAD + ROW * len(self._areas)) * scale) + 4)
        self.setMinimumWidth(round(164 * scale + CELL * scale * len(self._systems)))
        self.setAccessibleName(self._look.say(words.AREAS))
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(self.minimumWidth() + round(12 * self._look.scale), self.minimumHeight())

    @property
    def whole_width(self) -> int:
        """Pixels in which no name of an area is cut; of a very long one its beginning is enough."""
        font, scale = self._look.font("body"), self._look.scale
        longest = max((text_width(self._area_name(area), font) for area in self._areas), default=0.0)
        names = min(max(longest + 32, 164 * scale), WIDEST * scale)
        return round(names + CELL * scale * len(self._systems))

    def show_alarms(self) -> None:
        """The worst of each cell."""
        board = self._context.board
        self._worst = {}
        for row in board.rows.tolist():
            cell = int(self._of_alarm[row])
            priority, acked, number = self._worst.get(cell, (int(board.priority[row]), bool(board.acked[row]), 0))
            self._worst[cell] = (priority, acked, number + 1)
        self.update()

    def show_live(self) -> None:
        """How much of each cell can't be believed."""
        bad = np.bincount(self._of_tag[self._context.live.quality >= BAD], minlength=len(self._things))
        if not np.array_equal(bad, self._bad):
            self._bad = bad
            self.update()

    # ------------------------------------------------------------ painting
    def _left(self) -> float:
        return self.width() - CELL * self._look.scale * len(self._systems) - 6

    def _box(self, cell: int) -> QRectF:
        scale = self._look.scale
        row, column = divmod(cell, len(self._systems))
        return QRectF(self._left() + column * CELL * scale, (HEAD + row * ROW) * scale, CELL * scale, ROW * scale)

    def paintEvent(self, event: QPaintEvent) -> None:
        look, scale = self._look, self._look.scale
        with QPainter(self) as plain, saved(plain) as painter:
            for column, system in enumerate(self._systems):
                x = self._left() + (column + 0.5) * CELL * scale
                box = QRectF(x - 9, HEAD * scale / 2 - 9, 18, 18)
                paint_icon(painter, system_icon(system), box, look.color("text2"))
            for row, area in enumerate(self._areas):
                strip = QRectF(0, (HEAD + row * ROW) * scale, self.width(), ROW * scale)
                painter.setPen(look.color("border"))
                painter.drawLine(strip.topLeft() + QPointF(14, 0), strip.topRight() - QPointF(6, 0))
                font = look.font("body")
                painter.setFont(font)
                painter.setPen(look.color("text"))
                name = shortened(self._area_name(area), font, self._left() - 24)
                painter.drawText(strip.adjusted(14, 0, 0, 0), LEFT, name)
            for cell in np.flatnonzero(self._tags | self._things).tolist():
                self._paint_cell(painter, cell)

    def _area_name(self, area: str) -> str:
        areas = self._context.attachment.site.areas
        return self._look.say(areas[area].name if area in areas else words.NO_AREA)

    def _paint_cell(self, painter: QPainter, cell: int) -> None:
        look, box = self._look, self._box(cell)
        middle = box.center()
        if cell == self._under:
            painter.fillRect(box.adjusted(1, 1, -1, -1), look.color("sunken"))
        if cell in self._worst:
            priority, acked, number = self._worst[cell]
            paint_priority(painter, QRectF(middle.x() - 17, middle.y() - 8, 17, 16), priority, acked, look)
            painter.setFont(look.font("label", 500 if acked else 600))
            painter.setPen(look.color("text2" if acked else "text"))
            painter.drawText(QRectF(middle.x() + 5, box.top(), 20, box.height()), LEFT, str(number))
        elif self._bad[cell] > BLIND * self._tags[cell]:
            painter.setFont(look.font("body", 600))
            painter.setPen(look.color("bad"))
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, "?")
        else:
            paint_icon(painter, "check", QRectF(middle.x() - 6, middle.y() - 6, 12, 12), look.color("border2"), 1.8)

    # ------------------------------------------------------------ the mouse
    def _at(self, point: QPointF) -> int:
        for cell in np.flatnonzero(self._tags | self._things).tolist():
            if self._box(cell).contains(point):
                return int(cell)
        return -1

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        under = self._at(event.position())
        if under != self._under:
            self._under = under
            self.setCursor(Qt.CursorShape.PointingHandCursor if under >= 0 else Qt.CursorShape.ArrowCursor)
            self.update()

    def leaveEvent(self, event: QEvent) -> None:
        self._under = -1
        self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        cell = self._at(event.position())
        if cell >= 0:
            row, column = divmod(cell, len(self._systems))
            self.asked_for.emit(Place(ALARMS, area=self._areas[row], system=self._systems[column]))

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            self._tell(event.pos(), event.globalPos())
            return True
        return super().event(event)

    def _tell(self, at: QPoint, where: QPoint) -> None:
        cell, look = self._at(QPointF(at)), self._look
        if cell < 0:
            column = int((at.x() - self._left()) // (CELL * look.scale))
            above = at.y() < HEAD * look.scale and 0 <= column < len(self._systems)
            name = self._context.attachment.site.systems[self._systems[column]].name if above else None
            QToolTip.showText(where, look.say(name) if name else "", self)
            return
        row, column = divmod(cell, len(self._systems))
        system = look.say(self._context.attachment.site.systems[self._systems[column]].name)
        lines = [look.counted(words.CELL, self._things[cell], self._area_name(self._areas[row]), system)]
        if self._bad[cell]:
            lines.append(look.counted(words.BAD, self._bad[cell]))
        QToolTip.showText(where, "\n".join(lines), self)
