"""Strip: the head of a window in the past: which instant it shows, and, apart from it, what goes on in the present."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QFrame, QSizePolicy, QWidget

from ui.naming import full_name
from ui.pages import Context
from ui.past import words
from ui.past.frame import hatch
from ui.past.machine import Machine
from ui.past.present import Present
from ui.shapes import elided, paint_icon, paint_priority, saved, text_width
from ui.widgets import Button, Words, row

HEIGHT = 44
LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter


class Counted(QWidget):
    """A widget that counts alarms; the window has one."""

    def show_board(self) -> None:
        """Count again."""


class Strip(QFrame):
    """See the module."""

    left = Signal()
    """Back to the present, please."""
    alarm_chosen = Signal(int)
    """Back to the present, to this row of the board."""

    def __init__(self, context: Context, machine: Machine, present: Present, counts: Counted) -> None:
        """`counts` counts the alarms of the present."""
        super().__init__()
        self.setObjectName("past")
        look = context.look
        self._look = look
        self.when = When(context, machine)
        self.leave = Button(look, words.LEAVE, "primary", "right", 600)
        self.leave.tip(words.LEAVE, "Esc")
        self.leave.clicked.connect(self.left)
        self.counts = counts
        self.news = News(context, present)
        self.news.chosen.connect(self.alarm_chosen)
        box = QFrame()
        box.setObjectName("present")
        inside = row(box, 0, 10)
        inside.setContentsMargins(12, 0, 8, 0)
        inside.addWidget(Words(look, words.PRESENT, "label", 700, "text2"))
        inside.addWidget(self.counts)
        inside.addWidget(self.news)
        inside.addWidget(self.leave)
        layout = row(self, 0, 12)
        layout.setContentsMargins(14, 4, 4, 4)
        layout.addWidget(self.when, 1)
        layout.addWidget(box)
        present.changed.connect(self._show_present)
        look.changed.connect(self._dress)
        self._dress()

    def _dress(self) -> None:
        self.setFixedHeight(round(HEIGHT * self._look.scale))

    def _show_present(self) -> None:
        self.counts.show_board()
        self.news.show_present()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.news.setVisible(self.width() >= 1250)


class When(QWidget):
    """PAST, the instant, and how it is looked at. Painted over the hatching of the frame."""

    def __init__(self, context: Context, machine: Machine) -> None:
        super().__init__()
        self._look, self._machine = context.look, machine
        self._told = ""
        machine.moved.connect(self.tell)
        machine.entered.connect(self.tell)
        context.look.changed.connect(self.tell)
        self.setMinimumWidth(320)
        self.tell()

    @property
    def told(self) -> str:
        """What is written, for who can't see it and for tests."""
        return self._told

    def tell(self) -> None:
        """Another instant."""
        self._told = "  ".join(part for part in self._parts() if part)
        self.setAccessibleName(self._told)
        self.update()

    def _parts(self) -> tuple[str, str, str]:
        look, machine = self._look, self._machine
        instant = machine.shown
        when = f"{look.date(instant)}  {look.clock(instant)}  {look.moment(instant):%Z}" if instant else ""
        how = [look.say(words.BY_ARRIVAL if machine.by_arrival else words.BY_SOURCE)]
        if machine.speed:
            how.append(f"× {machine.speed}")
        how.append(look.say(words.READING if machine.reading and not machine.speed else words.NO_ACT_SHORT))
        return look.say(words.PAST), when, " · ".join(how)

    def paintEvent(self, event: QPaintEvent) -> None:
        look, (past, when, how) = self._look, self._parts()
        ink = look.color("past_text")
        sizes = (("title", 700), ("title", 600), ("body", 500))
        with QPainter(self) as plain, saved(plain) as painter:
            painter.setPen(ink)
            paint_icon(painter, "rewind", QRectF(0, self.height() / 2 - 12, 24, 24), ink, 2.2)
            x = 34.0
            for text, (size, weight) in zip((past, when, how), sizes, strict=True):
                font = look.font(size, weight)
                painter.setFont(font)
                painter.setPen(ink)
                said = elided(text, font, max(self.width() - x, 0.0))
                painter.drawText(QRectF(x, 0, self.width() - x, self.height()), LEFT, said)
                x += text_width(text, font) + 22
            self._fill(painter, x)

    def _fill(self, painter: QPainter, left: float) -> None:
        """The hatching of the frame in what is left."""
        if self.width() - left > 60:
            room = QRectF(left + 8, 0, self.width() - left - 16, self.height()).toRect()
            faint = self._look.color("past_text")
            faint.setAlpha(70)
            painter.setClipRect(room)
            hatch(painter, room, faint)


class News(QWidget):
    """The clock of the present, and the newest alarm that nobody in the past may miss."""

    chosen = Signal(int)

    def __init__(self, context: Context, present: Present) -> None:
        super().__init__()
        self._context, self._look, self._present = context, context.look, present
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Preferred)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self._look.changed.connect(self.show_present)
        self.show_present()

    def sizeHint(self) -> QSize:
        return QSize(round(430 * self._look.scale), round(34 * self._look.scale))

    @property
    def told(self) -> str:
        """What is written."""
        look, present = self._look, self._present
        if not present.alive:
            return look.say(words.STATION_DEAD)
        fresh = present.fresh()
        if fresh:
            alarm = self._context.attachment.site.alarms[fresh[0]]
            name = f"{full_name(self._context.attachment.site, alarm.equipment, look)} – {look.say(alarm.rule.name)}"
            return name if len(fresh) == 1 else f"{look.say(words.NEW_ALARMS).format(len(fresh))} : {name}"
        waiting = len(present.board.unacked())
        return look.say(words.WAITING).format(waiting) if waiting else look.say(words.QUIET)

    def show_present(self) -> None:
        """The present moved."""
        self.setAccessibleName(self.told)
        self.setToolTip(self.told)
        self.updateGeometry()
        self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        fresh = self._present.fresh() or [int(row_) for row_ in self._present.board.rows[:1]]
        if fresh:
            self.chosen.emit(fresh[0])

    def paintEvent(self, event: QPaintEvent) -> None:
        look, present, fresh = self._look, self._present, self._present.fresh()
        clock, font = look.clock(present.now), look.font("value", 600)
        with QPainter(self) as plain, saved(plain) as painter:
            painter.setFont(font)
            painter.setPen(look.color("text"))
            painter.drawText(QRectF(self.rect()), LEFT, clock)
            x = text_width(clock, font) + 14
            room = QRectF(x, 2, self.width() - x - 4, self.height() - 4)
            if fresh:
                self._urge(painter, room, fresh[0])
                room = room.adjusted(34, 0, -8, 0)
            heavy = bool(fresh) or not present.alive
            font = look.font("body", 600 if heavy else 400)
            painter.setFont(font)
            painter.setPen(look.color("bad" if not present.alive else "text" if heavy else "text2"))
            painter.drawText(room, LEFT, elided(self.told, font, room.width()))

    def _urge(self, painter: QPainter, room: QRectF, number: int) -> None:
        """The ground and the shape of an alarm that was raised meanwhile."""
        look = self._look
        priority = int(self._present.board.priority[number])
        painter.setPen(look.color(f"p{priority}"))
        painter.setBrush(look.color(f"p{priority}_row"))
        painter.drawRoundedRect(room.adjusted(0.5, 0.5, -0.5, -0.5), 4, 4)
        paint_priority(painter, QRectF(room.left() + 7, room.center().y() - 10, 20, 20), priority, False, look)
