"""The lists of the page: plain rows of cells, set anew when something has changed."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QAbstractTableModel, QModelIndex, Qt

from supervisor.model import Text
from ui.look import Look
from ui.tables import CELL, Cell, Index

Line = tuple[Cell, ...]


class Lines(QAbstractTableModel):
    """Rows of cells under these heads."""

    def __init__(self, look: Look, heads: Sequence[Text]) -> None:
        super().__init__()
        self._look, self._heads = look, tuple(heads)
        self.lines: list[Line] = []

    def show_lines(self, lines: list[Line]) -> None:
        """These; what is selected stays so while their number does."""
        if lines == self.lines:
            return
        if len(lines) == len(self.lines):
            self.lines = lines
            self.dataChanged.emit(self.index(0, 0), self.index(len(lines) - 1, len(self._heads) - 1))
            return
        self.beginResetModel()
        self.lines = lines
        self.endResetModel()

    # ------------------------------------------------------------ what Qt asks
    def rowCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self.lines)

    def columnCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self._heads)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return self._look.say(self._heads[section])
        return None

    def data(self, index: QModelIndex | Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        cell = self.lines[index.row()][index.column()]
        if role == CELL:
            return cell
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole, Qt.ItemDataRole.ToolTipRole):
            return cell.text
        return None
