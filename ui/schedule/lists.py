"""The lists of the page: plain rows of cells, set anew when something has changed."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt

from supervisor.model import Text
from ui.look import Look
from ui.models.cells import Cells
from ui.tables import Cell

Line = tuple[Cell, ...]


class Lines(Cells):
    """Rows of cells under these heads."""

    def __init__(self, look: Look, heads: Sequence[Text]) -> None:
        super().__init__(look, heads)
        self.lines: list[Line] = []

    def show_lines(self, lines: list[Line]) -> None:
        """These; what is selected stays so while their number does."""
        if lines == self.lines:
            return
        if len(lines) == len(self.lines):
            self.lines = lines
            self.repaint()
            return
        self.beginResetModel()
        self.lines = lines
        self.endResetModel()

    def rename(self, column: int, head: Text) -> None:
        """Call a column otherwise from now on."""
        if head is not self._heads[column]:
            self._heads = (*self._heads[:column], head, *self._heads[column + 1 :])
            self.headerDataChanged.emit(Qt.Orientation.Horizontal, column, column)

    def count(self) -> int:
        return len(self.lines)

    def cell(self, row: int, column: int) -> Cell:
        return self.lines[row][column]
