"""What happened to one alarm: the values of its tag around the raise, the rows of the journal, and people's notes.

Read in a thread when a tab is looked at, and again while it is: nothing of it is in the columns.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import replace
from html import escape

from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QLineEdit, QScrollArea, QVBoxLayout, QWidget

from supervisor.clock import SECOND
from supervisor.errors import StoreError
from supervisor.journal import Row
from supervisor.model import Alarm
from ui import alarm_words
from ui.models.journal_list import JournalList
from ui.naming import person
from ui.pages import TRENDS, Context, Place
from ui.scales import scale_of
from ui.spark import POINTS, Strip, paint_strip, stepped
from ui.widgets import Button, Label, column, row
from ui.wording import happened

log = logging.getLogger(__name__)

MOST = 60
"""Rows of the journal that are shown."""
AROUND_MIN = 60.0
AFTER_S = 15 * 60
"""How much of it lies after the raise, at most."""
_ONCE = ("value", "priority")
NOTE = "comment"
"""Kind of a note's row."""


class Reading(QWidget):
    """A part of the panel that reads the journal of one alarm."""

    def __init__(self, context: Context) -> None:
        super().__init__()
        self.context = context
        self.alarm: Alarm | None = None
        self._reading = False
        self._jumps = 0
        """Counts the times that another instant was looked at: what was read for the last one is not shown."""

    def jump(self) -> None:
        """Another instant is looked at: what was read up to the last one is forgotten."""
        self._jumps += 1
        self.clear()
        self.look()

    def show_alarm(self, alarm: Alarm | None) -> None:
        """Turn to an alarm; it is read once it can be seen."""
        if alarm is not self.alarm:
            self.alarm = alarm
            self.clear()
        self.look()

    def look(self) -> None:
        """Read again, while it is seen and unless the last reading still waits."""
        if self.alarm is not None and self.isVisible() and not self._reading:
            self._reading = True
            self.context.spawn(self._read(self.alarm))

    async def _read(self, alarm: Alarm) -> None:
        journal, jumps = self.context.attachment.journal, self._jumps
        try:
            rows = await asyncio.to_thread(journal.search, alarm.id, None, None, "alarm", MOST)
        finally:
            self._reading = False
        if alarm is self.alarm and jumps == self._jumps:
            self.show_rows([row for row in rows if row.subject == alarm.id])
        else:
            self.look()

    def clear(self) -> None:
        """Nothing is known of the alarm yet."""

    def show_rows(self, rows: Sequence[Row]) -> None:
        """What the journal says, newest first."""


class Around(QWidget):
    """The values of a tag around an instant, with the instant marked."""

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context, self._at = context, 0
        self.strip: Strip | None = None
        self._alarm: Alarm | None = None
        self._jumps = 0
        context.look.changed.connect(self._dress)
        self._dress()

    def _dress(self) -> None:
        self.setFixedHeight(round(84 * self._context.look.scale))
        self.update()

    def show_alarm(self, alarm: Alarm | None, at: int) -> None:
        """Turn to an alarm that was raised `at`, ns UTC; 0 shows nothing."""
        if alarm is self._alarm and at == self._at:
            return
        self._alarm, self._at = alarm, at
        self.jump()

    def jump(self) -> None:
        """Drawn again, no further than to the instant that is looked at."""
        self.strip, self._jumps = None, self._jumps + 1
        self.update()
        if self._alarm is not None and self._at:
            self._context.spawn(self._load(self._alarm, self._at))

    async def _load(self, alarm: Alarm, at: int) -> None:
        end, jumps = min(at + AFTER_S * SECOND, self._context.clock.now()), self._jumps
        start = end - round(AROUND_MIN * 60) * SECOND
        history = self._context.attachment.history
        try:
            trend = await asyncio.to_thread(history.trend, alarm.tag.id, start, end, POINTS)
        except StoreError as error:  # nothing is recorded yet, or damaged: that has an alarm of its own
            log.info("Nothing is drawn of %s: %s", alarm.tag.id, error)
            return
        if jumps == self._jumps:
            self.strip = Strip(AROUND_MIN, now=end)
            self.strip.prepend(*stepped(trend))
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        look, frame = self._context.look, QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        with QPainter(self) as painter:
            painter.setPen(QPen(look.color("border2"), 1))
            painter.setBrush(look.color("bar"))
            painter.drawRect(frame)
            if self.strip is None or self._alarm is None or len(self.strip.time) < 2:
                painter.setPen(look.color("text2"))
                painter.setFont(look.font("label"))
                painter.drawText(frame, Qt.AlignmentFlag.AlignCenter, look.say(alarm_words.NO_CURVE))
                return
            share = 1 - (self.strip.now - self._at) / (AROUND_MIN * 60 * SECOND)
            x = frame.left() + frame.width() * share
            painter.setPen(QPen(look.color("accent"), 1, Qt.PenStyle.DashLine))
            painter.drawLine(QPointF(x, frame.top() + 2), QPointF(x, frame.bottom() - 2))
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            scale = scale_of(self._alarm.tag.spec)
            paint_strip(painter, frame.adjusted(1, 4, -1, -4), self.strip, scale, look)


class History(Reading):
    """See the module."""

    asked_for = Signal(object)

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        look = context.look
        self._told = JournalList(context.attachment.site, context.attachment.texts, look)
        layout = column(self, 16, 6)
        layout.setContentsMargins(16, 8, 16, 8)
        self._title = Label(look, "label", 600, "text2")
        self.around = Around(context)
        self.curve = Button(look, alarm_words.SEE_CURVE, symbol="trend")
        self.curve.clicked.connect(self._go)
        layout.addWidget(self._title)
        layout.addWidget(self.around)
        layout.addWidget(self.curve)
        self.text = _page(layout, context)

    def show_alarm(self, alarm: Alarm | None) -> None:
        raised = int(self.context.board["raised_at"][alarm.index]) if alarm else 0
        look = self.context.look
        self._title.setText(look.say(alarm_words.AROUND).format(look.say(alarm.tag.spec.name)) if alarm else "")
        if self.isVisible():
            self.around.show_alarm(alarm, raised)
        super().show_alarm(alarm)

    def clear(self) -> None:
        self.text.setText(self.context.look.say(alarm_words.READING))

    def jump(self) -> None:
        super().jump()
        self.around.jump()

    def show_rows(self, rows: Sequence[Row]) -> None:
        look, told = self.context.look, self._told
        lines = []
        for one in rows:
            when = f"{look.moment(one.time):%d/%m} {look.clock(one.time)}"
            name = happened(one)
            what = look.say(name) if name else one.kind
            if one.kind not in ("raise", "realarm"):  # the value and the priority are told once
                one = replace(one, detail={key: one.detail[key] for key in one.detail if key not in _ONCE})
            more = " · ".join(text for text in (told.person(one.who), told.detail(one)) if text)
            lines.append(f"<p><b>{escape(what)}</b> – {when}<br>{escape(more)}</p>")
        self.text.setText("".join(lines) or look.say(alarm_words.NO_HISTORY))

    def show_words(self) -> None:
        """Whatever language the window speaks now."""
        alarm = self.alarm
        self.alarm = None
        self.show_alarm(alarm)

    def _go(self) -> None:
        if self.alarm is not None:
            self.asked_for.emit(Place(TRENDS, tags=(self.alarm.tag,)))


class Notes(Reading):
    """What people wrote about an alarm, and a field for one more. Enter adds it."""

    added = Signal(str)

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        look = context.look
        layout = column(self, 16, 6)
        layout.setContentsMargins(16, 8, 16, 8)
        self.field = QLineEdit()
        self.field.setMaxLength(400)
        self.field.returnPressed.connect(self._add)
        self.add = Button(look, alarm_words.ADD)
        context.gate.guard(self.field, self.add)
        self.add.clicked.connect(self._add)
        line = row(spacing=6)
        line.addWidget(self.field, 1)
        line.addWidget(self.add)
        layout.addLayout(line)
        self.text = _page(layout, context)
        look.changed.connect(self._dress)
        self._dress()

    def _dress(self) -> None:
        look = self.context.look
        self.field.setFont(look.font("body"))
        self.field.setPlaceholderText(look.say(alarm_words.NOTE_HINT))
        self.field.setAccessibleName(look.say(alarm_words.NOTE_HINT))

    def _add(self) -> None:
        text = self.field.text().strip()
        if text:
            self.field.clear()
            self.added.emit(text)

    def clear(self) -> None:
        self.text.setText("")

    def show_rows(self, rows: Sequence[Row]) -> None:
        look, site = self.context.look, self.context.attachment.site
        lines = []
        for one in rows:
            if one.kind == NOTE:
                who = person(site, one.who, look)
                when = f"{look.moment(one.time):%d/%m} {look.clock(one.time, seconds=False)}"
                lines.append(f"<p><b>{escape(who)}</b> – {when}<br>{escape(str(one.detail.get('text', '')))}</p>")
        self.text.setText("".join(lines) or look.say(alarm_words.NO_NOTES))


def _page(layout: QVBoxLayout, context: Context) -> Label:
    """A text that scrolls, below what stands in the layout already."""
    text = Label(context.look)
    text.setWordWrap(True)
    text.setTextFormat(Qt.TextFormat.RichText)
    text.setAlignment(Qt.AlignmentFlag.AlignTop)
    area = QScrollArea()
    area.setWidgetResizable(True)
    area.setWidget(text)
    layout.addWidget(area, 1)
    return text
