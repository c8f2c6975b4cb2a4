"""The list of signed shifts, newest first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from PySide6.QtCore import QAbstractTableModel, Qt

from supervisor.model import Site
from ui.look import Look
from ui.shift import words
from ui.tables import CELL, Cell, Index


class BookList(QAbstractTableModel):
    """Number, end, who went and who came."""

    def __init__(self, site: Site, look: Look) -> None:
        super().__init__()
        self._names = {user.id: user.name for user in site.users.values()}
        self._look = look
        self._rows: list[Mapping[str, Any]] = []

    def show_rows(self, rows: Sequence[Mapping[str, Any]]) -> None:
        """These and no others."""
        if list(rows) != self._rows:
            self.beginResetModel()
            self._rows = list(rows)
            self.endResetModel()

    def number(self, at: int) -> int:
        return int(self._rows[at]["number"])

    def rowCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else 3

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return ("n°", self._look.say(words.AT), self._look.say(words.SIGNATURES))[section]
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        text = self._cell(self._rows[index.row()], index.column())
        if role == CELL:
            return Cell(text, "text2" if index.column() == 1 else "text")
        return text if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole) else None

    def _cell(self, row: Mapping[str, Any], column: int) -> str:
        look, end = self._look, int(row["end"])
        if column == 0:
            return str(row["number"])
        if column == 1:
            return f"{look.moment(end):%d/%m/%Y} {look.clock(end, False)}"
        comes = self._name(row["incoming"]) if row["incoming"] else look.say(words.NOBODY_CAME)
        return f"{self._name(row['outgoing'])} → {comes}"

    def _name(self, id_: str) -> str:
        return self._names.get(id_, id_)
