"""Why: the whole reason of the line that is chosen, below a table whose column has room for its beginning."""

from __future__ import annotations

from ui.look import Look
from ui.tables import CELL, Table
from ui.widgets import Label


class Why(Label):
    """Hidden while there is none."""

    def __init__(self, look: Look, table: Table, at: int) -> None:
        """`at` is the column of the reason."""
        super().__init__(look, "body", 500)
        self._table, self._column = table, at
        self.setWordWrap(True)
        table.selectionModel().currentChanged.connect(lambda *_: self._tell())
        table.model().modelReset.connect(self._tell)
        table.model().dataChanged.connect(lambda *_: self._tell())
        self._tell()

    def _tell(self) -> None:
        index = self._table.currentIndex()
        cell = index.siblingAtColumn(self._column).data(CELL) if index.isValid() else None
        said = cell.text if cell else ""
        self.setVisible(bool(said))
        self.setText(said)
