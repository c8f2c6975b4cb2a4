"""A row of the alarm list, drawn from the board: one font, one colour and one text per cell, no role per cell."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPointF, QRectF
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QStyle, QStyleOptionViewItem, QWidget

from alarms.states import ACTIVE
from alarms.suppression import Hidden
from supervisor.clock import SECOND
from supervisor.model import Alarm
from ui import words
from ui.look import WAITING
from ui.models import alarm_list as columns
from ui.models.alarm_list import ROW
from ui.naming import area_name, full_name, limit
from ui.padlock import locks
from ui.pages import Context
from ui.shapes import paint_bad, paint_priority, saved
from ui.tables import RIGHT, Cell, CellRow
from ui.values import shown, worded


class AlarmRow(CellRow):
    """See the module."""

    def __init__(self, context: Context, parent: QWidget) -> None:
        super().__init__(context.look, parent)
        self._context = context
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
            columns.DURATION: self._duration,
        }

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        look, rect = self._context.look, QRectF(option.rect)
        alarm = self._context.attachment.site.alarms[index.data(ROW)]
        with saved(painter):
            self._paint_ground(painter, rect, alarm, bool(option.state & QStyle.StateFlag.State_Selected))
            if index.column() == columns.PRIORITY:
                self._paint_shape(painter, rect, alarm)
                return
            cell = self._cells[index.column()](alarm)
            self.paint_cell(painter, rect, cell)
            if index.column() == columns.VALUE and cell.text == WAITING:
                paint_bad(painter, QRectF(rect.right() - 40, rect.center().y() - 9, 30, 18), look)

    def _paint_ground(self, painter: QPainter, rect: QRectF, alarm: Alarm, selected: bool) -> None:
        look = self._context.look
        if selected:
            painter.fillRect(rect, look.color("accent_bg"))
        elif self._unacked(alarm):
            painter.fillRect(rect, look.color(f"p{int(alarm.rule.priority)}_row"))
        painter.setPen(look.color("border"))
        painter.drawLine(QPointF(rect.left(), rect.bottom() - 0.5), QPointF(rect.right(), rect.bottom() - 0.5))

    def _paint_shape(self, painter: QPainter, rect: QRectF, alarm: Alarm) -> None:
        look, size = self._context.look, 19 * self._context.look.scale
        painter.fillRect(QRectF(rect.left(), rect.top(), 4, rect.height()), look.color(f"p{int(alarm.rule.priority)}"))
        box = QRectF(rect.left() + 14, rect.center().y() - size / 2, size, size - 1)
        paint_priority(painter, box, int(alarm.rule.priority), not self._unacked(alarm), look)

    # ------------------------------------------------------------ the words
    def _unacked(self, alarm: Alarm) -> bool:
        board = self._context.board
        return bool(board["state"][alarm.index]) and not board.acked[alarm.index]

    def _area(self, alarm: Alarm) -> str:
        return area_name(self._context.attachment.site, alarm.equipment.area, self._context.look)

    def _name(self, alarm: Alarm) -> str:
        return full_name(self._context.attachment.site, alarm.equipment, self._context.look)

    def _raised(self, alarm: Alarm) -> Cell:
        look = self._context.look
        raised, now = int(self._context.board["raised_at"][alarm.index]), self._context.clock.now()
        if not raised:
            return Cell(WAITING, "text2")
        today = look.moment(raised).date() == look.moment(now).date()
        text = look.clock(raised) if today else f"{look.moment(raised):%d/%m} {look.clock(raised, seconds=False)}"
        return Cell(text, heavy=self._unacked(alarm))

    def _value(self, alarm: Alarm) -> Cell:
        told = shown(alarm.tag, self._context.live, self._context.attachment.texts, self._context.look)
        return Cell(f"{told.text} {told.unit}".rstrip(), "bad" if told.bad else "text", self._unacked(alarm), RIGHT)

    def _state(self, alarm: Alarm) -> Cell:
        look, board = self._context.look, self._context.board
        hidden = int(board["suppression"][alarm.index])
        if hidden & Hidden.OUT_OF_SERVICE:
            return Cell(look.say(words.OUT_OF_SERVICE))
        if hidden & Hidden.SHELVED:
            until = look.clock(int(board["shelved_until"][alarm.index]), seconds=False)
            return Cell(look.say(words.SHELVED_UNTIL).format(until))
        if hidden:
            return Cell(look.say(words.SUPPRESSED))
        return Cell(look.say(words.STATES[int(board["state"][alarm.index])]), "text2" if self._acked(alarm) else "text")

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
