"""Tables: how every list of the window is set up, and how a plain cell is drawn.

Fixed row height, no grid, no wrap, scrolling by pixel, nothing resized to its contents: that is what keeps a list of
ten thousand rows quick.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from PySide6.QtCore import QAbstractItemModel, QModelIndex, QPersistentModelIndex, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QResizeEvent, QStaticText, QTransform
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from supervisor.model import Text
from ui.look import Look
from ui.padlock import paint_padlock
from ui.shapes import paint_icon, saved, shortened

HEIGHT = 32
REMEMBERED = 4_000
"""Cut texts that are kept: some screens full."""
CELL = int(Qt.ItemDataRole.UserRole) + 10
"""The `Cell` of an index."""
LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
Index = QModelIndex | QPersistentModelIndex


class Cell(NamedTuple):
    """What one cell says."""

    text: str
    token: str = "text"
    heavy: bool = False
    side: Qt.AlignmentFlag = LEFT
    symbol: str = ""
    """Icon before the text."""
    share: float = -1.0
    """0 to 1: a bar behind the text; less than 0 for none."""
    padlock: bool = False
    """Whether what it names is locked out."""


class Cut(NamedTuple):
    """A text as it fits its cell, laid out, and how large it is."""

    text: QStaticText
    width: float
    height: float


class CellRow(QStyledItemDelegate):
    """Draws the `Cell` of each index."""

    def __init__(self, look: Look, parent: QWidget) -> None:
        super().__init__(parent)
        self._look = look
        self._cut: dict[tuple[str, bool, int], Cut] = {}
        """Texts as they fit their cells: the same are painted again and again, and measuring costs as drawing does."""
        self._inks: dict[str, QColor] = {}
        """By token: a colour of the look is a copy each time."""
        look.changed.connect(self._forget)

    def _forget(self) -> None:
        """Letters of another size, or another language."""
        self._cut.clear()
        self._inks.clear()

    def ink(self, token: str) -> QColor:
        """A colour to draw with, and not to change."""
        found = self._inks.get(token)
        if found is None:
            found = self._inks[token] = self._look.color(token)
        return found

    def _fitting(self, cell: Cell, width: float) -> Cut:
        key = (cell.text, cell.heavy, int(width))
        if key not in self._cut:
            if len(self._cut) >= REMEMBERED:
                self._cut.clear()
            font = self._look.font("body", 600 if cell.heavy else 400)
            text = QStaticText(shortened(cell.text, font, width))
            text.setTextFormat(Qt.TextFormat.PlainText)
            text.prepare(QTransform(), font)
            size = text.size()
            self._cut[key] = Cut(text, size.width(), size.height())
        return self._cut[key]

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(80, round(HEIGHT * self._look.scale))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        rect = QRectF(option.rect)
        with saved(painter):
            self.paint_ground(painter, rect, bool(option.state & QStyle.StateFlag.State_Selected))
            self.paint_cell(painter, rect, index.data(CELL))

    def paint_ground(self, painter: QPainter, rect: QRectF, selected: bool) -> None:
        if selected:
            painter.fillRect(rect, self.ink("accent_bg"))
        painter.setPen(self.ink("border"))
        painter.drawLine(QPointF(rect.left(), rect.bottom() - 0.5), QPointF(rect.right(), rect.bottom() - 0.5))

    def paint_cell(self, painter: QPainter, rect: QRectF, cell: Cell) -> None:
        look, box = self._look, rect.adjusted(8, 0, -8, 0)
        if cell.share >= 0:
            track = QRectF(box.left(), rect.center().y() - 3, min(box.width() * 0.4, 80), 6)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(look.color("bar"))
            painter.drawRoundedRect(track, 2, 2)
            painter.setBrush(look.color("pipe" if cell.share < 1 else "band"))
            painter.drawRoundedRect(QRectF(track.left(), track.top(), track.width() * cell.share, 6), 2, 2)
            box.setLeft(track.right() + 10)
        if cell.symbol:
            icon = QRectF(box.left(), rect.center().y() - 8, 16, 16)
            paint_icon(painter, cell.symbol, icon, look.color(cell.token), 1.8)
            box.setLeft(box.left() + 24)
        if cell.padlock:
            paint_padlock(painter, QRectF(box.left(), rect.center().y() - 8, 16, 16), look)
            box.setLeft(box.left() + 22)
        font = look.font("body", 600 if cell.heavy else 400)
        painter.setFont(font)
        painter.setPen(self.ink(cell.token))
        text, width, height = self._fitting(cell, box.width())
        left = box.right() - width if cell.side is RIGHT else box.left()
        painter.drawStaticText(QPointF(left, box.center().y() - height / 2), text)


def as_list(view: QTableView, look: Look) -> None:
    """How every table of ours looks and is used: whole rows, no grid, the heads only say what stands below."""
    view.setItemDelegate(CellRow(look, view))
    view.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
    view.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
    view.setShowGrid(False)
    view.setWordWrap(False)
    view.setTabKeyNavigation(False)
    view.setCornerButtonEnabled(False)
    view.verticalHeader().hide()
    view.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
    header = view.horizontalHeader()
    header.setHighlightSections(False)
    header.setSectionsClickable(False)
    header.setDefaultAlignment(LEFT)


class Table(QTableView):
    """A list of rows; `widths` by column at 100 % text size, and one column takes the rest.

    A narrow window makes `supple` columns narrower, down to the width given, and does without `spare` ones, the first
    one first, until the rest has its `LEAST`. A wide one makes `ample` columns wider, up to the width given, once the
    rest has `ENOUGH`.
    """

    LEAST = 220
    ENOUGH = 320

    def __init__(self, look: Look, model: QAbstractItemModel, widths: Mapping[int, int], rest: int, name: Text) -> None:
        super().__init__()
        self._look, self._widths, self._name = look, widths, name
        self.spare: tuple[int, ...] = ()
        self.unwanted: tuple[int, ...] = ()
        """Columns that have nothing to say now; see `want`."""
        self.supple: Mapping[int, int] = {}
        self.ample: Mapping[int, int] = {}
        self.setModel(model)
        as_list(self, look)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.horizontalHeader().setSectionResizeMode(rest, QHeaderView.ResizeMode.Stretch)
        look.changed.connect(self._dress)
        self._dress()

    def _dress(self) -> None:
        look, header = self._look, self.horizontalHeader()
        header.setFont(look.font("label", 500))
        header.setFixedHeight(round(HEIGHT * look.scale))
        self.verticalHeader().setDefaultSectionSize(round(HEIGHT * look.scale))
        for section, width in self._widths.items():
            header.resizeSection(section, round(width * look.scale))
        model = self.model()
        model.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, model.columnCount() - 1)
        self.setAccessibleName(look.say(self._name))
        self._fit()
        self.viewport().update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def suit(self, widths: Mapping[int, int]) -> None:
        """Give columns the width that what they say now needs, at 100 % text size; none is cut beside free room."""
        if any(self._widths.get(section) != width for section, width in widths.items()):
            self._widths = {**self._widths, **widths}
            for section, width in widths.items():
                self.horizontalHeader().resizeSection(section, round(width * self._look.scale))
            self._fit()

    def want(self, unwanted: tuple[int, ...]) -> None:
        """Do without these columns from now on, and with all others."""
        if unwanted != self.unwanted:
            for section in self.unwanted:
                self.setColumnHidden(section, False)
            self.unwanted = unwanted
            self._fit()

    def _fit(self) -> None:
        """Narrow supple columns, then hide spare ones, until what is left has room; or widen ample ones."""
        scale = self._look.scale
        for section in self.unwanted:
            self.setColumnHidden(section, True)
        for section in self.ample:
            self.horizontalHeader().resizeSection(section, round(self._widths[section] * scale))
        wanted = sum(width for section, width in self._widths.items() if section not in self.unwanted)
        lacking = (wanted + self.LEAST) * scale - self.viewport().width()
        now = {section: width * scale for section, width in self._widths.items()}
        for section, least in self.supple.items():
            given = min(max(lacking, 0.0), max(now[section] - least * scale, 0.0))
            now[section] -= given
            self.horizontalHeader().resizeSection(section, round(now[section]))
            lacking -= given
        for section in (one for one in self.spare if one not in self.unwanted):
            hidden = lacking > 0
            self.setColumnHidden(section, hidden)
            lacking -= now[section] if hidden else 0
        self._widen(-lacking - (self.ENOUGH - self.LEAST) * scale)

    def _widen(self, room: float) -> None:
        """Give the ample columns what the rest can spare."""
        for section, most in self.ample.items():
            width = self._widths[section] * self._look.scale
            given = min(max(room, 0.0), most * self._look.scale - width)
            if given > 0:
                self.horizontalHeader().resizeSection(section, round(width + given))
            room -= given
