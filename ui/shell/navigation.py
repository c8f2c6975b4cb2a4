"""Navigation: from the city to an equipment in two clicks, and what is wrong where. Below it, the pinned pages."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QEvent, QModelIndex, QPersistentModelIndex, QRect, QRectF, Qt, Signal
from PySide6.QtGui import QMouseEvent, QPainter
from PySide6.QtWidgets import QAbstractItemView, QButtonGroup, QHBoxLayout, QStyleOptionViewItem, QTreeView

from supervisor.model import Equipment
from ui import words
from ui.delegates.nav_row import BADGE, NavRow
from ui.drag import Carrier
from ui.look import Look
from ui.models.tree import AREA, NODE, SYSTEM, WORST, Node, SiteTree
from ui.padlock import marked
from ui.pages import ALARMS, Context, Place
from ui.shapes import paint_icon
from ui.shell.pins import Pins
from ui.widgets import Button, Card, Line, Words, column, row

WIDTH = 244
_UNFOLDED = 26
"""Lines up to which places are shown open at first."""


class Navigation(Card):
    """See the module."""

    asked_for = Signal(object)

    def __init__(self, context: Context, pins: Pins) -> None:
        super().__init__()
        look = context.look
        self.tree = Branches(context)
        self.tree.asked_for.connect(self.asked_for)
        self.pins = pins
        self._look = look
        layout = column(self, 0, 0)
        layout.setContentsMargins(1, 1, 1, 8)
        layout.addLayout(self._head(look))
        layout.addWidget(Line(look))
        layout.addWidget(self.tree, 1)
        layout.addWidget(Line(look))
        layout.addWidget(pins)
        look.changed.connect(self._fit)
        self._fit()

    def _head(self, look: Look) -> QHBoxLayout:
        head = row(spacing=2)
        head.setContentsMargins(14, 9, 8, 8)
        head.addWidget(Words(look, words.NAVIGATION, "body", 600), 1)
        group = QButtonGroup(self)
        for order, name in ((AREA, words.BY_AREA), (SYSTEM, words.BY_SYSTEM)):
            choice = Button(look, name, "flat")
            choice.setCheckable(True)
            choice.setChecked(order == AREA)
            choice.clicked.connect(lambda _, order=order: self.tree.use(order))
            group.addButton(choice)
            head.addWidget(choice)
        return head

    def _fit(self) -> None:
        self.setFixedWidth(round(WIDTH * self._look.scale))


class Branches(QTreeView):
    """The tree. Enter and a click go to an equipment; a click on an alarm shape shows the alarms of the place.

    One goes where the button is let go, not where it is pressed: in between an equipment may be dragged onto a trend.
    """

    asked_for = Signal(object)

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._look = context.look
        self.tree = SiteTree(context.attachment.site, context.board, context.look)
        self._under: Node | None = None
        self._pressed: Node | None = None
        self._carrier = Carrier(self.viewport(), context.look)
        self.tree.setParent(self)
        self.setModel(self.tree)
        rows = NavRow(context.look, self)
        rows.locked = partial(marked, context.attachment)
        self.setItemDelegate(rows)
        self.setHeaderHidden(True)
        self.setIndentation(14)
        self.setMouseTracking(True)
        self.setExpandsOnDoubleClick(False)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.activated.connect(self._go)
        self._look.changed.connect(self._dress)
        self._dress()
        self._unfold()

    def _unfold(self) -> None:
        """Open the first places, as long as it all fits on a screen."""
        tops = [self.tree.index(row, 0) for row in range(self.tree.rowCount())]
        lines = len(tops)
        for top in tops:
            lines += self.tree.rowCount(top)
            if lines > _UNFOLDED:
                return
            self.expand(top)

    def _dress(self) -> None:
        self.setAccessibleName(self._look.say(words.NAVIGATION))
        self.scheduleDelayedItemsLayout()

    def use(self, order: str) -> None:
        """By area or by system."""
        self.tree.use(order)
        self._unfold()

    def show_board(self) -> None:
        """Count the alarms again."""
        self.tree.recount()
        self.viewport().update()

    def show_equipment(self, equipment: Equipment) -> None:
        """Mark where we are."""
        index = self.tree.where(equipment)
        if index.isValid() and index != self.currentIndex():
            self.setCurrentIndex(index)
            self.scrollTo(index)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        index = self.indexAt(event.position().toPoint())
        if not index.isValid() or event.button() != Qt.MouseButton.LeftButton:
            super().mousePressEvent(event)
            return
        node = index.data(NODE)
        if index.data(WORST) and event.position().x() > self.viewport().width() - BADGE:
            self.asked_for.emit(Place(ALARMS, node.equipment, area=node.area, system=node.system))
        elif node.equipment and not self._on_branch(index, event):
            self._pressed = node
            self._carrier.press(event, node.equipment)
        else:
            self.setExpanded(index, not self.isExpanded(index))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        index, pressed = self.indexAt(event.position().toPoint()), self._pressed
        self._pressed = None
        if self._carrier.release():
            return
        if pressed is not None and index.isValid() and index.data(NODE) is pressed:
            self.setCurrentIndex(index)
            self._go(index)
        else:
            super().mouseReleaseEvent(event)

    def _on_branch(self, index: QModelIndex, event: QMouseEvent) -> bool:
        return self.tree.hasChildren(index) and event.position().x() < self.visualRect(index).left()

    def _go(self, index: QModelIndex) -> None:
        node = index.data(NODE)
        if node.equipment:
            self.asked_for.emit(node.equipment)
        else:
            self.setExpanded(index, not self.isExpanded(index))

    def drawRow(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        """The ground of the whole line, before anything is drawn on it."""
        node, rect = index.data(NODE), QRectF(option.rect)
        here = self.selectionModel().isSelected(index)
        if here or node is self._under:
            painter.fillRect(rect, self._look.color("accent_bg" if here else "sunken"))
        if here:
            painter.fillRect(QRectF(0, rect.top(), 3, rect.height()), self._look.color("accent"))
        super().drawRow(painter, option, index)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._carrier.move(event):
            return
        index = self.indexAt(event.position().toPoint())
        self._hover(index.data(NODE) if index.isValid() else None)
        super().mouseMoveEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        self._hover(None)
        super().leaveEvent(event)

    def _hover(self, node: Node | None) -> None:
        if node is not self._under:
            self._under = node
            self.viewport().update()

    def drawBranches(self, painter: QPainter, rect: QRect, index: QModelIndex) -> None:  # type: ignore[override]
        if self.tree.hasChildren(index):
            symbol = "down" if self.isExpanded(index) else "right"
            box = QRectF(rect.right() - 13, rect.center().y() - 5.5, 12, 12)
            paint_icon(painter, symbol, box, self._look.color("text2"), 1.6)
