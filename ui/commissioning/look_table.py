"""The table of a look: its columns come with the rows, so their widths follow what they hold; it scrolls sideways."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractItemView, QTableView

from ui.commissioning import words
from ui.commissioning.lists import Findings
from ui.look import Look
from ui.shapes import text_width
from ui.tables import HEIGHT, as_list

LEAST, MOST = 70, 420
"""Widths of a column, pixels at 100 % text size."""
SAMPLE = 60
"""Rows whose cells are measured."""


class LookTable(QTableView):
    """See the module."""

    def __init__(self, look: Look, model: Findings) -> None:
        super().__init__()
        self._look, self._model = look, model
        self.setModel(model)
        as_list(self, look)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.horizontalHeader().setStretchLastSection(True)
        model.modelReset.connect(self.fit)
        look.changed.connect(self._dress)
        self._dress()

    def _dress(self) -> None:
        look = self._look
        self.horizontalHeader().setFont(look.font("label", 500))
        self.horizontalHeader().setFixedHeight(round(HEIGHT * look.scale))
        self.verticalHeader().setDefaultSectionSize(round(HEIGHT * look.scale))
        self.setAccessibleName(look.say(words.LOOK))
        if self._model.heads:
            self._model.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, len(self._model.heads) - 1)
        self.fit()

    def fit(self) -> None:
        """Each column as wide as what it says in the first rows."""
        font, scale = self._look.font("body", 600), self._look.scale
        for section, head in enumerate(self._model.heads):
            texts = [head.say(self._look.language)]
            rows = min(SAMPLE, len(self._model.rows))
            texts += [str(self._model.index(row, section).data()) for row in range(rows)]
            wide = max(text_width(text, font) for text in texts) + 22
            self.setColumnWidth(section, round(min(max(wide, LEAST * scale), MOST * scale)))
