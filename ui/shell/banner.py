"""Banner: always three rows, the most urgent alarms, whatever page is shown. It never moves the layout.

A bare widget that paints itself: three rows at four times a second with a dozen texts each. F8 acknowledges the
first row; a click on a row goes to the equipment.

In a flood its first row says so, with how many alarms stand, and below it are the first causes with what comes of each.
"""

from __future__ import annotations

from typing import NamedTuple

from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from alarms.floods import Group
from alarms.states import ACTIVE
from supervisor.clock import SECOND
from supervisor.model import Alarm, Text
from ui import alarm_words, words
from ui.folds import AGAIN_S, MANY, Folds
from ui.models.alarm_list import told_group
from ui.naming import area_name, full_name, limit
from ui.padlock import locks, paint_padlock
from ui.pages import ALARMS, Context, Place
from ui.shapes import paint_icon, paint_priority, saved, shortened, text_width
from ui.values import shown

ROWS = 3
ROW = 30
LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
CENTER = Qt.AlignmentFlag.AlignCenter
_ACTS = (alarm_words.RESPONSE, alarm_words.GO_TO_PAGE, alarm_words.ACKNOWLEDGE)
_ACKNOWLEDGE, _MORE, _LIST = 2, -1, -2
_NAME = 2
"""The cell that names the equipment."""


class Button(NamedTuple):
    """Where a row can be clicked."""

    row: int
    act: int
    """Index in `_ACTS`, `_MORE`, or `_LIST`."""
    rect: QRectF


class Banner(QWidget):
    """See the module."""

    asked_for = Signal(object)
    acknowledged = Signal(object)
    """A list of rows of the board."""

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        self._look = context.look
        self._folds = Folds(context.attachment.site, context.board, context.live)
        self._rows: list[int] = []
        self._groups: list[Group | None] = []
        """For each row the group it speaks for."""
        self._top = 0
        """Strips above the rows: one in a flood."""
        self._count = 0
        """Groups of a flood."""
        self._late, self._due = False, 0.0
        self._buttons: list[Button] = []
        self._under: Button | None = None
        context.gate.turned.connect(self.update)
        self.setMouseTracking(True)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self._look.changed.connect(self._dress)
        self._dress()

    def show_board(self) -> None:
        """The three that come first, now; of very many, folded, once a second is soon enough."""
        board, now = self._context.board, self._context.clock.monotonic()
        self._late = self._top > 0 and len(board.rows) > MANY and now < self._due
        if self._late:
            return
        self._due = now + AGAIN_S
        self._top = int(self._folds.flood and len(board.rows) > 0)
        if self._top:
            groups = self._folds.fold(board.rows)
            self._count = len(groups)
            self._groups = [group if group.count > 1 else None for group in groups[: ROWS - 1]]
            self._rows = [self._speaker(group) for group in groups[: ROWS - 1]]
        else:
            self._rows = [int(row) for row in board.rows[:ROWS]]
            self._groups = [None] * len(self._rows)
        self._lay_out()
        told = [self._sentence(self._context.attachment.site.alarms[row]) for row in self._rows]
        flood = [self._told_flood()] if self._top else []
        self.setAccessibleName("; ".join([*flood, *told]) or self._look.say(alarm_words.NO_ALARM))
        self.update()

    def show_second(self) -> None:
        """What counts seconds, and what was put off."""
        if self._late:
            self._due = 0.0
            self.show_board()
        self.update()

    def _speaker(self, group: Group) -> int:
        """The alarm of a group that is shown: its head, until that is acknowledged and others wait. Never a cause that
        is set aside itself: F8 acknowledges only what is on the list."""
        board = self._context.board
        shown_ = [row for row in (group.head, *group.members) if not board["suppression"][row]] or [group.head]
        return next((row for row in shown_ if board["state"][row] and not board.acked[row]), shown_[0])

    def _told_flood(self) -> str:
        look, rows = self._look, len(self._context.board.rows)
        rate = look.counted(alarm_words.FLOOD_RATE, int(self._folds.rate))
        count = look.counted(alarm_words.ALARMS_COUNTED, rows)
        lines = look.counted(alarm_words.IN_GROUPS, self._count)
        return f"{look.say(alarm_words.FLOOD)} – {rate} – {count} {lines}"

    def first(self) -> list[int]:
        """The row F8 acknowledges; empty where nothing waits. In a flood only what is shown here: nobody acknowledges
        what stands behind it unseen."""
        board = self._context.board
        if self._top:
            return [row for row in self._rows if board["state"][row] and not board.acked[row]][:1]
        return [int(row) for row in board.unacked()[:1]]

    def _sentence(self, alarm: Alarm) -> str:
        return (
            f"{full_name(self._context.attachment.site, alarm.equipment, self._look)} {self._look.say(alarm.rule.name)}"
        )

    def _dress(self) -> None:
        self.setFixedHeight(round(ROWS * ROW * self._look.scale) + 2)
        self.show_board()

    def resizeEvent(self, event: object) -> None:
        self._lay_out()

    # ------------------------------------------------------------ where things are
    def _strip(self, row: int) -> QRectF:
        height = ROW * self._look.scale
        return QRectF(0, row * height, self.width(), height)

    def _lay_out(self) -> None:
        """The buttons of every row, from the right."""
        self._buttons = []
        for row, alarm in enumerate(self._rows):
            strip = self._strip(row + self._top)
            right = strip.right() - 64
            for act in (2, 1, 0):
                if act == 2 and self._context.board.acked[alarm]:
                    right -= self._button_width(2) + 8
                    continue
                width = self._button_width(act)
                box = QRectF(right - width, strip.top() + 4, width, strip.height() - 8)
                self._buttons.append(Button(row, act, box))
                right -= width + 8
        if self._top:
            width = text_width(self._look.say(words.ALARMS), self._look.font("label", 600)) + 24
            box = QRectF(self.width() - 64 - width, 4, width, self._strip(0).height() - 8)
            self._buttons.append(Button(0, _LIST, box))
        elif len(self._context.board.rows) > ROWS:
            strip = self._strip(ROWS - 1)
            self._buttons.append(Button(ROWS - 1, _MORE, QRectF(strip.right() - 60, strip.top(), 58, strip.height())))

    def _button_width(self, act: int) -> float:
        return text_width(self._look.say(_ACTS[act]), self._look.font("label", 600)) + 24

    def _buttons_left(self) -> float:
        return self.width() - 64 - sum(self._button_width(act) + 8 for act in range(3))

    # ------------------------------------------------------------ painting
    def paintEvent(self, event: QPaintEvent) -> None:
        look = self._look
        with QPainter(self) as painter:
            painter.fillRect(self.rect(), look.color("chrome"))
            if not self._context.live.alive:
                painter.setOpacity(0.45)
            if not self._rows:
                self._paint_quiet(painter)
            if self._top:
                self._paint_flood(painter, self._strip(0))
            for row, alarm in enumerate(self._rows):
                self._paint_row(painter, self._strip(row + self._top), alarm)
            for button in self._buttons:
                self._paint_button(painter, button)
            painter.setPen(look.color("border"))
            for row in range(ROWS):
                y = self._strip(row).bottom() - 0.5
                painter.drawLine(QPointF(0, y), QPointF(self.width(), y))
            if self.first():
                painter.setPen(look.color("text2" if self._context.gate.why is None else "text3"))
                painter.setFont(look.font("label", 500))
                strip = self._strip(self._rows.index(self.first()[0]) + self._top if self._top else 0)
                painter.drawText(QRectF(strip.right() - 60, strip.top(), 56, strip.height()), CENTER, "F8")

    def _paint_quiet(self, painter: QPainter) -> None:
        look, strip = self._look, self._strip(0)
        paint_icon(painter, "check", QRectF(15, strip.center().y() - 9, 18, 18), look.color("ok"), 2)
        painter.setFont(look.font("body"))
        painter.setPen(look.color("text2"))
        painter.drawText(strip.adjusted(48, 0, 0, 0), LEFT, look.say(alarm_words.NO_ALARM))

    def _paint_flood(self, painter: QPainter, strip: QRectF) -> None:
        look = self._look
        painter.fillRect(strip, look.color("accent_bg"))
        paint_icon(painter, "warning", QRectF(15, strip.center().y() - 9, 18, 18), look.color("text"), 2)
        font = look.font("body", 700)
        painter.setFont(font)
        painter.setPen(look.color("text"))
        room = strip.adjusted(48, 0, -200, 0)
        painter.drawText(room, LEFT, shortened(self._told_flood(), font, room.width()))

    def _paint_row(self, painter: QPainter, strip: QRectF, row: int) -> None:
        look, board = self._look, self._context.board
        alarm = self._context.attachment.site.alarms[row]
        priority, acked = self.urgency(row), bool(board.acked[row])
        if not acked:
            painter.fillRect(strip, look.color(f"p{priority}_row"))
        painter.fillRect(QRectF(0, strip.top(), 4, strip.height()), look.color(f"p{priority}"))
        size = 20 * look.scale
        shape = QRectF(15, strip.center().y() - size / 2 + 0.5, size, size - 1)
        whole = painter.opacity()
        painter.setOpacity(whole if acked or board.bright else whole * 0.4)
        paint_priority(painter, shape, priority, acked, look)
        painter.setOpacity(whole)
        self._paint_texts(painter, strip, alarm, row)

    def _paint_texts(self, painter: QPainter, strip: QRectF, alarm: Alarm, row: int) -> None:
        look, site = self._look, self._context.attachment.site
        weight = 600 if not self._context.board.acked[row] else 400
        scale = look.scale
        left, right = 30 + 20 * scale, self._buttons_left() - 8
        since, bound, value = 132 * scale, 84 * scale, 110 * scale
        room = right - since - bound - value - left - 80 * scale
        area, thing = min(room * 0.2, 210 * scale), min(room * 0.36, 340 * scale)
        name = full_name(site, alarm.equipment, look)
        told = shown(alarm.tag, self._context.live, self._context.attachment.texts, look)
        x = left
        cells = (
            (look.clock(int(self._context.board["raised_at"][row])), 80 * scale, weight, "text", LEFT),
            (area_name(site, alarm.equipment.area, look), area, 400, "text2", LEFT),
            (name, thing, weight, "text", LEFT),
            (self._told(row, alarm), room - area - thing, weight, "text", LEFT),
            (f"{told.text} {told.unit}".rstrip(), value, weight, "text", RIGHT),
            (limit(alarm, look), bound, 400, "text2", LEFT),
            (self._since(row), since, 400, "text2", LEFT),
        )
        for number, (text, width, cell_weight, token, side) in enumerate(cells):
            inset = 10 if number in (5,) else 0
            font = look.font("body", cell_weight)
            painter.setFont(font)
            painter.setPen(look.color(token))
            if number == _NAME and locks(self._context, alarm.equipment):
                paint_padlock(painter, QRectF(x, strip.center().y() - 8, 16, 16), look)
                inset = 21
            box = QRectF(x + inset, strip.top(), width - 12 + (12 if side == RIGHT else 0) - inset, strip.height())
            painter.drawText(box, side, shortened(text, font, box.width()))
            x += width

    def _group(self, row: int) -> Group | None:
        return self._groups[self._rows.index(row)] if row in self._rows else None

    def urgency(self, row: int) -> int:
        """Its priority; of a group the most urgent that waits for somebody, or a critical alarm would look medium."""
        group, board = self._group(row), self._context.board
        if group is None:
            return int(board.priority[row])
        waiting = [member for member in group.members if board["state"][member] and not board.acked[member]]
        return min((int(board.priority[member]) for member in waiting), default=group.priority)

    def _told(self, row: int, alarm: Alarm) -> str:
        """What it is; of a group, with what stands behind it."""
        group = self._group(row)
        return (
            told_group(group, self._context.attachment.site, self._look) if group else self._look.say(alarm.rule.name)
        )

    def _since(self, row: int) -> str:
        """How long it has stood, or when its condition went away."""
        look, board = self._look, self._context.board
        raised = int(board["raised_at"][row])
        if not ACTIVE[board["state"][row]]:
            return look.say(alarm_words.GONE_AT).format(look.clock(int(board["cleared_at"][row]), seconds=False))
        return look.say(alarm_words.SINCE).format(look.span((self._context.clock.now() - raised) / SECOND))

    def _paint_button(self, painter: QPainter, button: Button) -> None:
        look = self._look
        with saved(painter):
            painter.setFont(look.font("label", 600 if button.act == 2 else 500))
            if button.act == _MORE:
                more = len(self._context.board.rows) - ROWS
                painter.setPen(look.color("accent" if button == self._under else "text2"))
                painter.drawText(button.rect.adjusted(0, 0, -18, 0), CENTER, f"+{more}")
                chevron = QRectF(button.rect.right() - 20, button.rect.center().y() - 6, 12, 12)
                paint_icon(painter, "down", chevron, look.color("text2"), 1.6)
                return
            dead = self._dead(button)
            painter.setPen(QPen(look.color("accent" if button == self._under and not dead else "border2"), 1))
            painter.setBrush(look.color("chrome" if dead else "raised"))
            painter.drawRoundedRect(button.rect.adjusted(0.5, 0.5, -0.5, -0.5), 4, 4)
            painter.setPen(look.color("text3" if dead else "text"))
            name = words.ALARMS if button.act == _LIST else _ACTS[button.act]
            painter.drawText(button.rect, CENTER, look.say(name))

    # ------------------------------------------------------------ the mouse
    def _at(self, event: QMouseEvent) -> Button | None:
        return next((button for button in self._buttons if button.rect.contains(event.position())), None)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        under = self._at(event)
        if under != self._under:
            self._under = under
            dead = under is not None and self._dead(under)
            alive = under is not None and not dead
            self.setCursor(Qt.CursorShape.PointingHandCursor if alive else Qt.CursorShape.ArrowCursor)
            why = self._context.gate.why
            self.setToolTip(self._look.say(why) if dead and why else "")
            self.update()

    def _dead(self, button: Button) -> bool:
        """It would ask the station for something, and no act leaves."""
        return button.act == _ACKNOWLEDGE and self._context.gate.why is not None

    def leaveEvent(self, event: QEvent) -> None:
        self._under = None
        self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        button = self._at(event)
        if button is not None:
            self._act(button)

    def _act(self, button: Button) -> None:
        if button.act in (_MORE, _LIST):
            self.asked_for.emit(ALARMS)
            return
        row = self._rows[button.row]
        alarm = self._context.attachment.site.alarms[row]
        act: Text = _ACTS[button.act]
        if act is alarm_words.ACKNOWLEDGE:
            self.acknowledged.emit([row])
        elif act is alarm_words.RESPONSE:
            self.asked_for.emit(Place(ALARMS, alarm=alarm))
        else:
            self.asked_for.emit(alarm.equipment)
