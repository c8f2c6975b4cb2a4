"""The list of notices, newest first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from PySide6.QtCore import QAbstractTableModel, Qt

from supervisor.model import Site
from ui.look import Look
from ui.naming import full_name
from ui.on_call import words
from ui.tables import CELL, Cell, Index

COLUMNS = (words.MADE, words.STATE, words.TO, words.BY, words.STEP, words.ABOUT, words.WHY)
MADE, STATE, TO, BY, STEP, ABOUT, WHY = range(len(COLUMNS))
GRAVE = frozenset({"failed", "unknown"})
"""States of which somebody must know: nobody was told, or perhaps nobody."""


class NoticeList(QAbstractTableModel):
    """Rows are the words of the act `notices`."""

    def __init__(self, site: Site, look: Look) -> None:
        super().__init__()
        self._site, self._look = site, look
        self._alarms = {alarm.id: alarm for alarm in site.alarms}
        self._names: Mapping[str, str] = {}
        self.rows: list[Mapping[str, Any]] = []

    def show_rows(self, rows: Sequence[Mapping[str, Any]], names: Mapping[str, str]) -> None:
        """These and no others; `names` of the contacts."""
        if list(rows) != self.rows or names != self._names:
            self.beginResetModel()
            self.rows, self._names = list(rows), names
            self.endResetModel()

    def rowCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self.rows)

    def columnCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(COLUMNS)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return self._look.say(COLUMNS[section])
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        row, column = self.rows[index.row()], index.column()
        text = self._text(row, column)
        if role == CELL:
            quiet = column in (MADE, WHY) or row["state"] in ("sent", "dropped")
            sign = "warning" if column == STATE and row["state"] in GRAVE else ""
            return Cell(
                text, "text2" if quiet else "text", symbol=sign, heavy=column == STATE and row["state"] in GRAVE
            )
        return text if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole) else None

    def _text(self, row: Mapping[str, Any], column: int) -> str:
        say = self._look.say
        if column == MADE:
            return self._moment(int(row["made_at"]))
        if column == STATE:
            return say(words.STATES[row["state"]])
        if column == TO:
            return self._names.get(row["contact"], row["contact"])
        if column == BY:
            return say(words.MEDIA[row["medium"]])
        if column == STEP:
            return say(words.END) if row["step"] < 0 else str(row["step"] + 1)
        return self._about(str(row["alarm"])) if column == ABOUT else self._remark(row)

    def _about(self, id_: str) -> str:
        alarm = self._alarms.get(id_)
        if alarm is None:
            return id_ or self._look.say(words.TEST_NOTICE)
        return f"{full_name(self._site, alarm.equipment, self._look)} – {self._look.say(alarm.rule.name)}"

    def _remark(self, row: Mapping[str, Any]) -> str:
        error = str(row["error"])
        told = self._look.say(words.REMARKS[error]) if error in words.REMARKS else error
        if row["state"] == "waiting" and row["tries"]:
            return f"{self._look.say(words.AGAIN_AT).format(self._look.clock(int(row['next_at'])))} · {told}"
        return told

    def _moment(self, instant: int) -> str:
        return f"{self._look.moment(instant):%d/%m} {self._look.clock(instant)}"
