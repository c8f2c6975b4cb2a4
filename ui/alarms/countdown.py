"""The time left to respond to an alarm, counted from its raise: words, and a bar that runs out."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from alarms.states import State
from supervisor.clock import SECOND
from supervisor.model import Alarm
from ui import alarm_words
from ui.pages import Context
from ui.shapes import paint_icon
from ui.widgets import Short, row

HEIGHT = 34


class Countdown(QWidget):
    """See the module. Hidden where the rule names no time, and where there is nothing left to respond to."""

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        self.told = Short(context.look, "label", 600)
        inner = row(self)
        inner.setContentsMargins(38, 3, 16, 9)
        inner.addWidget(self.told)
        self._share = 0.0
        """Of the time, gone: 1 and more when it is over."""
        context.look.changed.connect(self._dress)
        self._dress()
        self.hide()

    def _dress(self) -> None:
        self.setFixedHeight(round(HEIGHT * self._context.look.scale))

    def show_alarm(self, alarm: Alarm | None) -> None:
        """Count again."""
        board, look = self._context.board, self._context.look
        if alarm is None or not alarm.rule.response_s:
            self.hide()
            return
        within = minutes(alarm.rule.response_s)
        state = int(board["state"][alarm.index])
        if state == State.NORMAL:
            text, self._share = look.say(alarm_words.RESPONSE_TIME).format(within), 0.0
        else:
            gone = (self._context.clock.now() - int(board["raised_at"][alarm.index])) / SECOND
            left = alarm.rule.response_s - gone
            told = alarm_words.LEFT if left >= 0 else alarm_words.OVER
            text, self._share = look.say(told).format(within, look.span(abs(left))), gone / alarm.rule.response_s
        self.told.setText(text)
        self.setAccessibleName(text)
        self.show()
        self.update()

    @property
    def text(self) -> str:
        """What it says."""
        return self.told.text()

    @property
    def over(self) -> bool:
        """The time is up."""
        return self._share > 1

    def paintEvent(self, event: QPaintEvent) -> None:
        look, scale = self._context.look, self._context.look.scale
        with QPainter(self) as painter:
            box = QRectF(16, 6, self.width() - 32, 18 * scale)
            paint_icon(painter, "warning" if self.over else "clock", QRectF(box.left(), box.top() + 1, 16, 16),
                       look.color("text" if self.over else "text2"), 1.8)  # fmt: skip
            bar = QRectF(box.left(), box.bottom() + 3, box.width(), 4)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(look.color("bar"))
            painter.drawRoundedRect(bar, 2, 2)
            painter.setBrush(look.color("mark" if self.over else "pipe"))
            painter.drawRoundedRect(QRectF(bar.left(), bar.top(), bar.width() * min(self._share, 1.0), 4), 2, 2)


def minutes(seconds: float) -> str:
    """A time to respond, in words."""
    whole = round(seconds / 60)
    return f"{whole} min" if whole < 120 else f"{whole // 60} h"
