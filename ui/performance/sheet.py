"""Sheet: a table of cells that somebody else made; the selection stays with the row's id."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QAbstractTableModel, QModelIndex, Qt

from supervisor.model import Text
from ui.look import Look
from ui.tables import CELL, LEFT, RIGHT, Cell, Index


class Sheet(QAbstractTableModel):
    """See the module; `right` are the columns of figures."""

    def __init__(self, look: Look, heads: Sequence[Text], right: Sequence[int] = ()) -> None:
        super().__init__()
        self._look, self._heads, self._right = look, tuple(heads), frozenset(right)
        self.ids: list[str] = []
        self._rows: list[tuple[Cell, ...]] = []

    def show_rows(self, rows: Sequence[tuple[Cell, ...]], ids: Sequence[str] = ()) -> None:
        """These and no others. The same number of rows keeps the selection: live figures move every few seconds."""
        if list(rows) == self._rows and list(ids) == self.ids:
            return
        if len(rows) == len(self._rows) and list(ids) == self.ids:
            self._rows = list(rows)
            if rows:
                self.dataChanged.emit(self.index(0, 0), self.index(len(rows) - 1, len(self._heads) - 1))
            return
        self.beginResetModel()
        self._rows, self.ids = list(rows), list(ids)
        self.endResetModel()

    def use_heads(self, heads: Sequence[Text]) -> None:
        """Other words above the same number of columns."""
        self._heads = tuple(heads)
        self.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, len(self._heads) - 1)

    def rowCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self._heads)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return self._look.say(self._heads[section])
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return RIGHT if section in self._right else LEFT
        return None

    def data(self, index: QModelIndex | Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        cell = self._rows[index.row()][index.column()]
        if role == CELL:
            return cell
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole, Qt.ItemDataRole.ToolTipRole):
            return cell.text
        return None
