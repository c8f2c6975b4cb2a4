"""Sheet: a table of cells that somebody else made; the selection stays with the row's id."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt

from supervisor.model import Text
from ui.look import Look
from ui.models.cells import Cells
from ui.tables import Cell


class Sheet(Cells):
    """See the module; `right` are the columns of figures."""

    def __init__(self, look: Look, heads: Sequence[Text], right: Sequence[int] = ()) -> None:
        super().__init__(look, heads, right)
        self.ids: list[str] = []
        self._rows: list[tuple[Cell, ...]] = []

    def show_rows(self, rows: Sequence[tuple[Cell, ...]], ids: Sequence[str] = ()) -> None:
        """These and no others. The same number of rows keeps the selection: live figures move every few seconds."""
        if list(rows) == self._rows and list(ids) == self.ids:
            return
        if len(rows) == len(self._rows) and list(ids) == self.ids:
            self._rows = list(rows)
            self.repaint()
            return
        self.beginResetModel()
        self._rows, self.ids = list(rows), list(ids)
        self.endResetModel()

    def use_heads(self, heads: Sequence[Text]) -> None:
        """Other words above the same number of columns."""
        self._heads = tuple(heads)
        self.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, len(self._heads) - 1)

    def count(self) -> int:
        return len(self._rows)

    def cell(self, row: int, column: int) -> Cell:
        return self._rows[row][column]
