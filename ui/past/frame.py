"""Frame: a hatched band around the whole window, in a colour that is used for nothing else, while it shows the past."""

from __future__ import annotations

from PySide6.QtCore import QLineF, QRect, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QRegion
from PySide6.QtWidgets import QWidget

from ui.look import Look

WIDTH = 8
STRIPE = 14.0


class Frame(QWidget):
    """See the module. Lies over the window, takes no click and covers nothing but the band."""

    def __init__(self, look: Look, window: QWidget) -> None:
        super().__init__(window)
        self._look = look
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        look.changed.connect(self.update)
        self.hide()

    def surround(self, room: QRect) -> None:
        """Lie around this."""
        self.setGeometry(room)
        inner = QRect(0, 0, room.width(), room.height()).adjusted(WIDTH, WIDTH, -WIDTH, -WIDTH)
        self.setMask(QRegion(self.rect()) - QRegion(inner))

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            painter.fillRect(self.rect(), self._look.color("past"))
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            hatch(painter, self.rect(), self._look.color("past_text"))


def hatch(painter: QPainter, rect: QRect, color: QColor) -> None:
    """Stripes from lower left to upper right."""
    painter.setPen(QPen(color, STRIPE / 4))
    height = rect.height()
    x = float(rect.left() - height - height % (2 * STRIPE))
    while x < rect.right():
        painter.drawLine(QLineF(x, rect.bottom() + 1, x + height, rect.bottom() + 1 - height))
        x += STRIPE
