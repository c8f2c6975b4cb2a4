"""The list of signed shifts, newest first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from supervisor.model import Site, Text
from ui.look import Look
from ui.models.cells import Cells
from ui.naming import person
from ui.shift import words
from ui.tables import Cell

HEADS = (Text("n°", "No."), words.AT, words.SIGNATURES)


class BookList(Cells):
    """Number, end, who went and who came."""

    def __init__(self, site: Site, look: Look) -> None:
        super().__init__(look, HEADS)
        self._site = site
        self._rows: list[Mapping[str, Any]] = []

    def show_rows(self, rows: Sequence[Mapping[str, Any]]) -> None:
        """These and no others."""
        if list(rows) != self._rows:
            self.beginResetModel()
            self._rows = list(rows)
            self.endResetModel()

    def number(self, at: int) -> int:
        return int(self._rows[at]["number"])

    def count(self) -> int:
        return len(self._rows)

    def cell(self, row: int, column: int) -> Cell:
        return Cell(self._text(self._rows[row], column), "text2" if column == 1 else "text")

    def _text(self, row: Mapping[str, Any], column: int) -> str:
        look, end = self._look, int(row["end"])
        if column == 0:
            return str(row["number"])
        if column == 1:
            return f"{look.moment(end):%d/%m/%Y} {look.clock(end, False)}"
        comes = self._name(row["incoming"]) if row["incoming"] else look.say(words.NOBODY_CAME)
        return f"{self._name(row['outgoing'])} → {comes}"

    def _name(self, id_: str) -> str:
        return person(self._site, id_, self._look)
