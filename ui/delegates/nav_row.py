"""A line of the navigation: name, and at the right the worst alarm of the place with how many there are."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRectF, QSize, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from supervisor.model import Equipment
from ui.look import Look
from ui.models.tree import NODE, WORST
from ui.padlock import paint_padlock
from ui.shapes import paint_icon, paint_priority, saved, shortened, system_icon

BADGE = 56
"""Pixels at the right where the alarm is drawn, and clicked."""
LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter


class NavRow(QStyledItemDelegate):
    """See the module."""

    def __init__(self, look: Look, parent: QWidget) -> None:
        super().__init__(parent)
        self._look = look
        self.locked: Callable[[Equipment], bool] = lambda _: False
        """Whether an equipment, or something in it, is locked out; given by the tree."""

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        level = index.data(NODE).level
        return QSize(100, round((30 if level == 0 else 27) * self._look.scale))

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        look, node, worst = self._look, index.data(NODE), index.data(WORST)
        rect = QRectF(option.rect)
        selected = bool(option.state & QStyle.StateFlag.State_Selected)
        with saved(painter):
            left = rect.left() + 2
            if node.system and not node.equipment and node.key[0] != "equipment":
                symbol = system_icon(node.system)
                if node.parent and node.parent.system != node.system:
                    paint_icon(painter, symbol, QRectF(left, rect.center().y() - 7, 15, 15), look.color("text2"), 1.4)
                    left += 21
            if node.equipment and self.locked(node.equipment):
                paint_padlock(painter, QRectF(left, rect.center().y() - 8, 16, 16), look)
                left += 21
            strong = node.level == 0 or selected
            font = look.font("body", 600 if strong else 400)
            painter.setFont(font)
            painter.setPen(look.color("text" if strong or node.equipment else "text2"))
            room = rect.right() - left - (BADGE if worst else 6)
            text = shortened(index.data(), font, room)
            painter.drawText(QRectF(left, rect.top(), room, rect.height()), LEFT, text)
            if worst:
                box = QRectF(rect.right() - BADGE + 6, rect.center().y() - 7.5, 17, 16)
                paint_priority(painter, box, worst.priority, worst.acked, look)
                painter.setFont(look.font("label", 600))
                painter.setPen(look.color("text2" if worst.acked else "text"))
                count = QRectF(rect.right() - BADGE + 30, rect.top(), 26, rect.height())
                painter.drawText(count, LEFT, str(worst.number))
