"""The rows of the two tables of commissioning: what a look finds, and the tags of an equipment under test."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC

from PySide6.QtCore import QAbstractTableModel, QModelIndex, Qt

from supervisor.model import Quality, Tag
from supervisor.probe import Finding
from supervisor.reasons import told as reason
from ui.commissioning import columns, words
from ui.commissioning.sheet import Row, brief, hexed, shown
from ui.look import Look
from ui.models.cells import Cells
from ui.qualities import QUALITIES
from ui.tables import CELL, LEFT, RIGHT, Cell, Index


class Findings(QAbstractTableModel):
    """Rows stream in; a column appears with the first row that fills it."""

    def __init__(self, look: Look) -> None:
        super().__init__()
        self._look = look
        self.rows: list[Finding] = []
        self.heads: list[columns.Heading] = []

    def clear(self) -> None:
        self.beginResetModel()
        self.rows, self.heads = [], []
        self.endResetModel()

    def add(self, found: Sequence[Finding]) -> None:
        """More rows; new columns make the table anew, which happens once or twice a look."""
        if not found:
            return
        heads = columns.headings([*self.rows[-1:], *found])
        new = [head for head in heads if head not in self.heads]
        if new:
            self.beginResetModel()
            self.rows += found
            self.heads = columns.headings(self.rows)
            self.endResetModel()
            return
        first = len(self.rows)
        self.beginInsertRows(QModelIndex(), first, first + len(found) - 1)
        self.rows += found
        self.endInsertRows()

    def rowCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self.rows)

    def columnCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self.heads)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if orientation != Qt.Orientation.Horizontal or not section < len(self.heads):
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return self.heads[section].say(self._look.language)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return RIGHT if columns.figure(self.heads[section]) else LEFT
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if role == CELL:
            return self._cell(index.row(), index.column())
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole, Qt.ItemDataRole.ToolTipRole):
            return self._cell(index.row(), index.column()).text
        return None

    def _cell(self, row: int, column: int) -> Cell:
        one, head = self.rows[row], self.heads[column]
        text = columns.cell(one, head, UTC)
        if head.part == "time":
            return Cell(self._look.clock(one.time), "text2")
        likely = head.part == "readings" and head.key == one.likely
        token = "text" if likely or head.part in ("place", "name") else "text2"
        return Cell(text, token, likely, RIGHT if columns.figure(head) else LEFT)


class Tests(Cells):
    """The tags of one equipment, those that were read with what they said."""

    HEADS = (words.TAG, words.NAME, words.PLACE, words.HEX, words.DECODED, words.VALUE, words.UNITS, words.QUALITY,
             words.TIME, words.ARRIVED)  # fmt: skip
    TAG, NAME, PLACE, HEX, DECODED, VALUE, UNIT, QUALITY, TIME, ARRIVED = range(10)

    def __init__(self, look: Look, arrival: Callable[[Tag], int]) -> None:
        super().__init__(look, self.HEADS, (self.HEX, self.DECODED, self.VALUE))
        self._arrival = arrival
        self.rows: list[Row] = []
        self.prefix = ""

    def show(self, rows: Sequence[Row], equipment: str) -> None:
        self.beginResetModel()
        self.rows, self.prefix = list(rows), f"{equipment}."
        self.endResetModel()

    def put(self, row: Row) -> None:
        """One tag anew."""
        for at, old in enumerate(self.rows):
            if old.tag is row.tag:
                self.rows[at] = row
                self.dataChanged.emit(self.index(at, 0), self.index(at, len(self.HEADS) - 1))

    def count(self) -> int:
        return len(self.rows)

    def cell(self, row: int, column: int) -> Cell:
        return self._cell(self.rows[row], column)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if role == Qt.ItemDataRole.ToolTipRole:
            return self._look.say(reason(self.rows[index.row()].error)) or None
        return super().data(index, role)

    def _cell(self, row: Row, column: int) -> Cell:
        look, arrived = self._look, self._arrival(row.tag)
        cells: dict[int, Callable[[], Cell]] = {
            self.TAG: lambda: Cell(row.tag.id.removeprefix(self.prefix), heavy=True),
            self.NAME: lambda: Cell(look.say(row.tag.spec.name)),
            self.PLACE: lambda: Cell(row.address, "text2"),
            self.HEX: lambda: Cell(
                self._look.say(reason(row.error)) or hexed(row.raw), "bad" if row.error else "text", side=RIGHT
            ),
            self.DECODED: lambda: Cell(brief(row.decoded), "text", side=RIGHT),
            self.VALUE: lambda: Cell(shown(row, look.language) or "–", heavy=True, side=RIGHT),
            self.UNIT: lambda: Cell(row.tag.spec.unit, "text2"),
            self.QUALITY: lambda: self._quality(row),
            self.TIME: lambda: Cell(look.clock(row.time) if row.time and row.good else "", "text2"),
            self.ARRIVED: lambda: Cell(look.clock(arrived) if arrived else "", "text2"),
        }
        return cells[column]()

    def _quality(self, row: Row) -> Cell:
        """Nothing for a tag that was not tried here yet: the station may have it live and good."""
        if row.quality is Quality.NEVER_READ and not (row.raw or row.error):
            return Cell("", "text2")
        return Cell(self._look.say(QUALITIES[row.quality]), "text2" if row.good else "bad", not row.good)
