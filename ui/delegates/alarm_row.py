"""A row of the alarm list, drawn from the board: one font, one colour and one text per cell, no role per cell."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from typing import NamedTuple

import numpy as np
from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRectF, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QStyle, QStyleOptionViewItem, QWidget

from alarms.floods import By
from alarms.life import SAME_INSTANT
from alarms.states import ACTIVE, State
from alarms.suppression import Hidden
from supervisor.clock import SECOND
from supervisor.model import Alarm
from ui import alarm_words
from ui.look import WAITING
from ui.models import alarm_list as columns
from ui.models.alarm_list import AlarmList, Line, told_group
from ui.naming import area_name, full_name, limit, taker
from ui.padlock import locks
from ui.pages import Context
from ui.shapes import paint_bad, paint_priority, text_width
from ui.tables import REMEMBERED, RIGHT, Cell, CellRow
from ui.values import shown, worded

EMPTY = Cell("")


class Ground(NamedTuple):
    """What all cells of a line have in common, looked for once while it is painted."""

    at: int
    """The line; -1 for none."""
    selected: bool
    priority: int
    unacked: int
    """How many of its alarms nobody has acknowledged."""


class AlarmRow(CellRow):
    """See the module."""

    def __init__(self, context: Context, parent: QWidget, list_: AlarmList) -> None:
        super().__init__(context.look, parent)
        self._context, self._site = context, context.attachment.site
        self.list = list_
        """Asked directly: a role of Qt's own for each cell costs more than what is drawn in it."""
        self._ground = Ground(-1, False, 4, 0)
        self._day, self._clocks = date.min, dict[int, str]()
        """Today, and the instants of alarms as its clock shows them."""
        self.notes: Mapping[int, int] = {}
        """Row of the board -> notes on the alarm since it was raised."""
        self._cells: dict[int, Callable[[Alarm], Cell]] = {
            columns.RAISED: self._raised,
            columns.AREA: lambda alarm: Cell(self._area(alarm), "text2"),
            columns.EQUIPMENT: lambda alarm: Cell(
                self._name(alarm), heavy=self._unacked(alarm), padlock=locks(context, alarm.equipment) > 0
            ),
            columns.ALARM: lambda alarm: Cell(context.look.say(alarm.rule.name), heavy=self._unacked(alarm)),
            columns.VALUE: self._value,
            columns.LIMIT: lambda alarm: Cell(limit(alarm, context.look), "text2"),
            columns.STATE: self._state,
            columns.ON_IT: self._on_it,
            columns.NOTES: self._notes,
            columns.DURATION: self._duration,
        }

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        rect, column, at = QRectF(option.rect), index.column(), index.row()
        line = self.list.lines[at]
        if self._ground.at != at:
            selected = bool(option.state & QStyle.StateFlag.State_Selected)
            self._ground = Ground(at, selected, *self._urgency(line))
        painter.save()  # not `saved`: three hundred cells are painted at a time
        try:
            self._paint_ground(painter, rect)
            if column == columns.PRIORITY:
                self._paint_shape(painter, rect)
            elif line.group is not None:
                cell = self._grouped(line, column, self.list.unfolded(line))
                if cell is not EMPTY:
                    self.paint_cell(painter, rect, cell)
            else:
                alarm = self._site.alarms[line.row]
                self._paint_alarm(painter, rect, alarm, (column, line.inside, line.row in self.list.first))
        finally:
            painter.restore()

    def begin(self) -> None:
        """The list is about to be painted: what was so for a line the last time may not be so now."""
        self._ground = Ground(-1, False, 4, 0)
        today = self._look.moment(self._context.clock.now()).date()
        if today != self._day or len(self._clocks) >= REMEMBERED:
            self._day = today
            self._clocks.clear()

    def _forget(self) -> None:
        super()._forget()
        self._clocks.clear()

    def _paint_alarm(self, painter: QPainter, rect: QRectF, alarm: Alarm, where: tuple[int, bool, bool]) -> None:
        """One cell of an alarm by itself; one of an unfolded group stands a little to the right."""
        column, inside, first = where
        cell = self._cells[column](alarm)
        if cell is EMPTY:
            return
        if inside and column in (columns.EQUIPMENT, columns.ALARM):
            rect = rect.adjusted(18 * self._look.scale, 0, 0, 0)
        if column == columns.ALARM:
            for text in self._tags(alarm, first):
                rect = self._paint_tag(painter, rect, text)
        self.paint_cell(painter, rect, cell)
        if column == columns.VALUE and cell.text == WAITING:
            paint_bad(painter, QRectF(rect.right() - 40, rect.center().y() - 9, 30, 18), self._look)

    def _tags(self, alarm: Alarm, first: bool) -> Iterator[str]:
        """What is said before the name: the first of its group, or shown though a rule may hide it."""
        board, say = self._context.board, self._look.say
        if first:
            same = board["first_up"][alarm.index] == SAME_INSTANT
            yield say(alarm_words.SAME_INSTANT if same else alarm_words.FIRST_UP)
        if board["unknown_since"][alarm.index]:
            yield say(alarm_words.UNMASKED)

    def _paint_tag(self, painter: QPainter, rect: QRectF, text: str) -> QRectF:
        """A word in a box, and the room it leaves."""
        look = self._look
        font = look.font("hint", 600)
        box = QRectF(rect.left() + 8, rect.center().y() - 9, text_width(text, font) + 10, 18)
        painter.setPen(look.color("text2"))
        painter.setBrush(look.color("raised"))
        painter.drawRoundedRect(box.adjusted(0.5, 0.5, -0.5, -0.5), 3, 3)
        painter.setFont(font)
        painter.setPen(look.color("text"))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)
        return rect.adjusted(box.width() + 4, 0, 0, 0)

    def _paint_ground(self, painter: QPainter, rect: QRectF) -> None:
        _, selected, priority, unacked = self._ground
        if selected:
            painter.fillRect(rect, self.ink("accent_bg"))
        elif unacked:
            painter.fillRect(rect, self.ink(f"p{priority}_row"))
        painter.fillRect(QRectF(rect.left(), rect.bottom() - 1, rect.width(), 1), self.ink("border"))

    def _paint_shape(self, painter: QPainter, rect: QRectF) -> None:
        look, size = self._look, 19 * self._look.scale
        _, _, priority, unacked = self._ground
        painter.fillRect(QRectF(rect.left(), rect.top(), 4, rect.height()), self.ink(f"p{priority}"))
        box = QRectF(rect.left() + 14, rect.center().y() - size / 2, size, size - 1)
        paint_priority(painter, box, priority, not unacked, look)

    def _urgency(self, line: Line) -> tuple[int, int]:
        """The worst priority of what waits behind a line, or of all of it where nothing does; and how many wait."""
        board = self._context.board
        if line.group is None:
            return int(board.priority[line.row]), int(bool(board["state"][line.row]) and not board.acked[line.row])
        members = np.array(line.group.members, np.intp)
        waiting = (board["state"][members] != State.NORMAL) & ~board.acked[members]
        count = int(np.count_nonzero(waiting))
        return int(board.priority[members[waiting]].min()) if count else line.group.priority, count

    # ------------------------------------------------------------ a group
    def _grouped(self, line: Line, column: int, unfolded: bool) -> Cell:
        """A cell of the line that stands for many; what differs from one to the other is left out."""
        group, site, look = line.group, self._site, self._look
        assert group is not None
        alarm, (_, unacked) = site.alarms[line.row], self._urgency(line)
        if column == columns.ALARM:
            return Cell(told_group(group, site, look), heavy=unacked > 0, symbol="down" if unfolded else "right")
        if column == columns.STATE:
            told = look.say(alarm_words.TO_ACKNOWLEDGE).format(look.number(unacked, 0))
            return Cell(told) if unacked else Cell(look.say(alarm_words.ACKED), "text2")
        if column == columns.EQUIPMENT and group.by is By.RULE:
            return Cell(look.say(alarm_words.MANY_EQUIPMENT).format(look.number(group.count, 0)), "text2")
        same = group.by is not By.RULE
        if column in (columns.RAISED, columns.DURATION) or (same and column in (columns.AREA, columns.EQUIPMENT)):
            return self._cells[column](alarm)
        return EMPTY

    # ------------------------------------------------------------ the words
    def _unacked(self, alarm: Alarm) -> bool:
        board = self._context.board
        return bool(board["state"][alarm.index]) and not board.acked[alarm.index]

    def _area(self, alarm: Alarm) -> str:
        return area_name(self._site, alarm.equipment.area, self._context.look)

    def _name(self, alarm: Alarm) -> str:
        return full_name(self._site, alarm.equipment, self._context.look)

    def _raised(self, alarm: Alarm) -> Cell:
        look, raised = self._context.look, int(self._context.board["raised_at"][alarm.index])
        if not raised:
            return Cell(WAITING, "text2")
        text = self._clocks.get(raised)
        if text is None:
            today = look.moment(raised).date() == self._day
            text = look.clock(raised) if today else f"{look.moment(raised):%d/%m} {look.clock(raised, seconds=False)}"
            self._clocks[raised] = text
        return Cell(text, heavy=self._unacked(alarm))

    def _value(self, alarm: Alarm) -> Cell:
        told = shown(alarm.tag, self._context.live, self._context.attachment.texts, self._context.look)
        return Cell(f"{told.text} {told.unit}".rstrip(), "bad" if told.bad else "text", self._unacked(alarm), RIGHT)

    def _state(self, alarm: Alarm) -> Cell:
        look, board = self._context.look, self._context.board
        hidden = int(board["suppression"][alarm.index])
        if hidden & Hidden.OUT_OF_SERVICE:
            return Cell(look.say(alarm_words.OUT_OF_SERVICE))
        if hidden & Hidden.SHELVED:
            until = look.clock(int(board["shelved_until"][alarm.index]), seconds=False)
            return Cell(look.say(alarm_words.UNTIL).format(until), symbol="shelf")
        if hidden:
            return Cell(look.say(alarm_words.SUPPRESSED_ONE))
        state = alarm_words.STATES[int(board["state"][alarm.index])]
        return Cell(look.say(state), "text2" if self._acked(alarm) else "text")

    def _on_it(self, alarm: Alarm) -> Cell:
        """Who is on it; of one that is shelved, who shelved it."""
        board = self._context.board
        hidden = bool(board["suppression"][alarm.index] & Hidden.SHELVED)
        code = int(board["shelved_by" if hidden else "taken_by"][alarm.index])
        return Cell(taker(self._site, code, self._look)) if code else EMPTY

    def _notes(self, alarm: Alarm) -> Cell:
        count = self.notes.get(alarm.index, 0)
        return Cell(self._look.number(count, 0), symbol="journal") if count else EMPTY

    def _acked(self, alarm: Alarm) -> bool:
        return bool(self._context.board.acked[alarm.index])

    def _duration(self, alarm: Alarm) -> Cell:
        """Since the raise while the condition holds; from raise to clear afterwards."""
        board = self._context.board
        raised, cleared = int(board["raised_at"][alarm.index]), int(board["cleared_at"][alarm.index])
        if not raised:
            return Cell(WAITING, "text2", side=RIGHT)
        end = self._context.clock.now() if ACTIVE[board["state"][alarm.index]] else max(cleared, raised)
        return Cell(self._context.look.span((end - raised) / SECOND), "text2", side=RIGHT)


def value_then(context: Context, alarm: Alarm) -> str:
    """The value when the alarm was raised, with its unit."""
    value = float(context.board["value"][alarm.index])
    return " ".join(worded(alarm.tag.spec, value, context.attachment.texts, context.look)).rstrip()
