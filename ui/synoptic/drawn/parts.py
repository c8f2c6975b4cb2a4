"""Parts of an equipment as a small table: one row a part, one column a tag."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPainter

from supervisor.model import Equipment, Tag
from ui.padlock import paint_padlock
from ui.scales import paint_across
from ui.shapes import paint_bad
from ui.synoptic.binding import Bound
from ui.synoptic.drawn.analogue import scale_for
from ui.synoptic.item import Item, paint_frame
from ui.synoptic.sheet import STRONG, WORD, Ink, Raised, Sheet

ROW = 32.0
HEADER = 24.0
HEADING = Ink("hint", 500)


class Parts(Item):
    """`parts` and `columns` (tags) say what is shown; what does not exist has no row and no column."""

    frame = False

    def __init__(self, bound: Bound, sheet: Sheet) -> None:
        super().__init__(bound, sheet)
        site, own = bound.site, bound.equipment
        options = bound.symbol.options
        known = (site.equipment_by_id.get(f"{own.id}.{part}") for part in options.get("parts", ()))
        self.rows: list[Equipment] = [part for part in known if part is not None]
        columns = [str(name) for name in options.get("columns", ())]
        self.columns = [name for name in columns if any(site.tag(row, name) for row in self.rows)]
        self.cells: dict[tuple[str, str], Tag] = {}
        for row in self.rows:
            for name in self.columns:
                tag = site.tag(row, name)
                if tag is not None:
                    self.cells[row.id, name] = tag
        self._raised: dict[int, Raised | None] = {}

    @property
    def tags(self) -> tuple[Tag, ...]:
        return tuple(self.cells.values())

    def place(self, point: QPointF) -> Equipment | None:
        row = int((point.y() - HEADER) // ROW)
        return self.rows[row] if 0 <= row < len(self.rows) else self.equipment

    def alarm(self) -> bool:
        """One frame a cell."""
        site = self.bound.site
        raised = {
            tag.index: self.sheet.raised([a for a in site.alarms_by_equipment.get(id, ()) if a.tag.index == tag.index])
            for (id, _), tag in self.cells.items()
        }
        changed = raised != self._raised
        self._raised = raised
        return changed

    def _left(self, column: int) -> float:
        name = 104.0
        return name + column * (self.rect.width() - name) / max(len(self.columns), 1)

    def draw(self, painter: QPainter) -> None:
        sheet = self.sheet
        width = (self.rect.width() - 104) / max(len(self.columns), 1) - 16
        for column, name in enumerate(self.columns):
            tag = next(tag for (_, id), tag in self.cells.items() if id == name)
            sheet.write(
                painter, QRectF(self._left(column), 0, width + 8, HEADER - 6), sheet.say(tag.spec.name), HEADING
            )
        for row, part in enumerate(self.rows):
            y = HEADER + row * ROW
            painter.setPen(sheet.pen("grid", 1))
            painter.drawLine(QPointF(0, y - 2), QPointF(self.rect.width(), y - 2))
            sheet.write(painter, QRectF(0, y, 100, ROW - 4), sheet.say(part.name), STRONG)
            if sheet.locked(part):
                paint_padlock(painter, QRectF(84, y + (ROW - 4) / 2 - 8, 16, 16), sheet.look)
            for column, name in enumerate(self.columns):
                found = self.cells.get((part.id, name))
                if found is not None:
                    self._cell(painter, QRectF(self._left(column), y, width, ROW - 4), found)

    def _cell(self, painter: QPainter, cell: QRectF, tag: Tag) -> None:
        sheet = self.sheet
        sheet.quantity(painter, cell, sheet.shown(tag), WORD)
        scale = scale_for(self.bound, tag)
        taken = 72.0
        if scale is not None and cell.width() > taken + 56:
            bar = QRectF(cell.left() + taken, cell.center().y() - 5, cell.width() - taken, 9)
            raised = self._raised.get(tag.index)
            paint_across(painter, bar, scale, sheet.value(tag), sheet.look, raised.row if raised else -1)
        frame = QRectF(cell.left() - 6, cell.top() + 1, min(taken - 2, cell.width()), cell.height() - 2)
        if sheet.bad(tag):
            paint_bad(painter, frame, sheet.look)
        raised = self._raised.get(tag.index)
        if raised is not None:
            paint_frame(painter, frame, raised, sheet)
