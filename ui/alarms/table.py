"""The list of alarms as a table: the widths of its columns, and whoever draws its lines."""

from __future__ import annotations

from PySide6.QtGui import QPaintEvent

from ui import words
from ui.delegates.alarm_row import AlarmRow
from ui.models import alarm_list as columns
from ui.models.alarm_list import AlarmList
from ui.pages import Context
from ui.tables import Table

_WIDTHS = {
    columns.PRIORITY: 46,
    columns.RAISED: 88,
    columns.AREA: 130,
    columns.EQUIPMENT: 250,
    columns.VALUE: 128,
    columns.LIMIT: 70,
    columns.STATE: 158,
    columns.ON_IT: 108,
    columns.NOTES: 58,
    columns.DURATION: 76,
}


class AlarmTable(Table):
    """See the module."""

    ENOUGH = 400

    def __init__(self, context: Context, model: AlarmList) -> None:
        super().__init__(context.look, model, _WIDTHS, columns.ALARM, words.ALARMS)
        self.supple = {columns.EQUIPMENT: 160, columns.STATE: 140, columns.VALUE: 96}
        self.ample = {columns.AREA: 220, columns.EQUIPMENT: 340}
        self.spare = (columns.AREA, columns.LIMIT, columns.NOTES, columns.STATE, columns.ON_IT)
        self.drawn = AlarmRow(context, self, model)
        self.setItemDelegate(self.drawn)

    def paintEvent(self, event: QPaintEvent) -> None:
        self.drawn.begin()
        super().paintEvent(event)
