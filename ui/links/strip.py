"""The days of a month as cells: the percentage, and a bar of what was up, down and unknown.

01      02      03      …
100     99,98   —
▬▬▬▬▬   ▬▬▬▬▬▪  ░░░░░
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from PySide6.QtCore import QEvent, QRectF, QSize, Qt
from PySide6.QtGui import QHelpEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from supervisor.availability import Share
from ui.links import words
from ui.look import WAITING, Look
from ui.shapes import saved, text_width

ACROSS = 16
"""Days in a row: two rows for any month."""
WIDEST, HEIGHT = 76, 54
TIGHT = 34
"""Width of a day below which its percentage is left to the tool tip, and its number has all of it."""

Day = tuple[date, Share]


class DayStrip(QWidget):
    """See the module."""

    def __init__(self, look: Look) -> None:
        super().__init__()
        self._look = look
        self.days: Sequence[Day] = ()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        look.changed.connect(self._dress)

    def show_days(self, days: Sequence[Day]) -> None:
        """Oldest first."""
        if days != self.days:
            self.days = days
            self.setAccessibleName("; ".join(self._said(day) for day in days))
            self.update()

    def _dress(self) -> None:
        self.setAccessibleName("; ".join(self._said(day) for day in self.days))
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(round(ACROSS * 52 * self._look.scale), round(2 * HEIGHT * self._look.scale))

    def minimumSizeHint(self) -> QSize:
        return QSize(round(ACROSS * 19 * self._look.scale), round(2 * HEIGHT * self._look.scale))

    def cell(self, at: int) -> QRectF:
        """Where a day is."""
        width = min(self.width() / ACROSS, WIDEST * self._look.scale)
        height = HEIGHT * self._look.scale
        gap = 6 if width > TIGHT * self._look.scale else 2
        return QRectF(at % ACROSS * width, at // ACROSS * height, width - gap, height - 8)

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            position = event.pos().toPointF()
            said = [self._said(day) for at, day in enumerate(self.days) if self.cell(at).contains(position)]
            QToolTip.showText(event.globalPos(), said[0] if said else "", self)
            return True
        return super().event(event)

    def _said(self, day: Day) -> str:
        look, (when, share) = self._look, day
        spans = (look.span(seconds) for seconds in (share.up_s, share.down_s, share.unknown_s))
        return look.say(words.OF_DAY).format(when.strftime("%d/%m"), *spans)

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            for at, day in enumerate(self.days):
                self._paint(painter, self.cell(at), *day)

    def _paint(self, painter: QPainter, box: QRectF, when: date, share: Share) -> None:
        look = self._look
        lost = share.down_s > 0
        line = box.height() / 3
        side = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        with saved(painter):
            painter.setFont(look.font("hint", 500))
            painter.setPen(look.color("text2"))
            painter.drawText(QRectF(box.left(), box.top(), box.width(), line), side, f"{when.day:02d}")
            painter.setFont(look.font("label", 600 if lost else 400))
            painter.setPen(look.color("bad" if lost else "text"))
            said = percent(share.percent, look)
            if text_width(said, painter.font()) > box.width():
                said = percent(share.percent, look, 0)
            said = said if text_width(said, painter.font()) <= box.width() else ""
            painter.drawText(QRectF(box.left(), box.top() + line, box.width(), line + 2), side, said)
            self._bar(painter, QRectF(box.left(), box.bottom() - 6, box.width(), 5), share)

    def _bar(self, painter: QPainter, track: QRectF, share: Share) -> None:
        """Up, down, unknown; a day that had any loss shows at least a pixel of it."""
        look, whole = self._look, share.up_s + share.down_s + share.unknown_s
        left = track.left()
        for seconds, token in ((share.up_s, "band"), (share.down_s, "bad"), (share.unknown_s, "bar")):
            wide = max(track.width() * seconds / whole, 2.0) if seconds else 0.0
            painter.fillRect(QRectF(left, track.top(), min(wide, track.right() - left), 5), look.color(token))
            left += wide
        painter.setPen(look.color("border"))
        painter.drawRect(track)


def percent(value: float, look: Look, decimals: int = 2) -> str:
    """Rounded down, so that 100 is never said of a day with a loss; a dash where nothing is known."""
    if value != value:
        return WAITING
    if value >= 100:
        return look.number(100, 0)
    scale = 10**decimals
    return look.number(int(value * scale) / scale, decimals)
