"""Cells: a list of rows under named heads, as every plain list of the window is told to Qt."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from PySide6.QtCore import QAbstractTableModel, Qt

from supervisor.model import Text
from ui.look import Look
from ui.tables import CELL, LEFT, RIGHT, Cell, Index

_TOLD = (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole, Qt.ItemDataRole.ToolTipRole)


class Cells(QAbstractTableModel):
    """See the module. `right` are the columns of figures, whose heads stand over them."""

    def __init__(self, look: Look, heads: Sequence[Text], right: Collection[int] = ()) -> None:
        super().__init__()
        self._look, self._heads, self._right = look, tuple(heads), frozenset(right)

    def count(self) -> int:
        """How many rows there are."""
        raise NotImplementedError

    def cell(self, row: int, column: int) -> Cell:
        """What stands there."""
        raise NotImplementedError

    def repaint(self) -> None:
        """The same rows say something else."""
        if self.count():
            self.dataChanged.emit(self.index(0, 0), self.index(self.count() - 1, len(self._heads) - 1))

    # ------------------------------------------------------------ what Qt asks
    def rowCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else self.count()

    def columnCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self._heads)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return self._look.say(self._heads[section])
        if role == Qt.ItemDataRole.TextAlignmentRole and self._right:
            return RIGHT if section in self._right else LEFT
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if role != CELL and role not in _TOLD:
            return None
        cell = self.cell(index.row(), index.column())
        return cell if role == CELL else cell.text
