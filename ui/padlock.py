"""The padlock: an equipment that somebody locked out carries one wherever it is shown.

It is told by its shape, in no alarm's colour.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QPainterPath, QPen

from supervisor.model import Equipment
from ui.look import Look
from ui.shapes import saved

if TYPE_CHECKING:
    from ui.attach import Attachment
    from ui.pages import Context

SIZE = 16.0
"""Side of the mark at 100 % text size, pixels."""


def locks(context: Context, equipment: Equipment) -> int:
    """How many lock-outs hold an equipment still: its own, and those of what it is a part of."""
    return int(context.attachment.equipment["locks"][equipment.index])


def marked(attachment: Attachment, equipment: Equipment) -> bool:
    """Whether it carries the mark where its parts are not shown: it, or something in it, is locked out."""
    board = attachment.equipment
    return bool(board["locks"][equipment.index] or board["inside"][equipment.index])


def paint_padlock(painter: QPainter, rect: QRectF, look: Look) -> None:
    """A filled padlock on a ground of its own, so that it is seen over anything."""
    side = min(rect.width(), rect.height())
    box = QRectF(rect.center().x() - side / 2, rect.center().y() - side / 2, side, side)
    with saved(painter):
        painter.setPen(QPen(look.color("text"), 1))
        painter.setBrush(look.color("panel"))
        painter.drawRoundedRect(box, side * 0.2, side * 0.2)
        body = QRectF(box.left() + side * 0.22, box.top() + side * 0.46, side * 0.56, side * 0.38)
        shackle = QPainterPath()
        shackle.moveTo(box.left() + side * 0.34, body.top())
        arc = QRectF(box.left() + side * 0.34, box.top() + side * 0.15, side * 0.32, side * 0.36)
        shackle.lineTo(arc.left(), arc.center().y())
        shackle.arcTo(arc, 180, -180)
        shackle.lineTo(arc.right(), body.top())
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(look.color("text"), max(side * 0.1, 1.2)))
        painter.drawPath(shackle)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(look.color("text"))
        painter.drawRoundedRect(body, side * 0.06, side * 0.06)
