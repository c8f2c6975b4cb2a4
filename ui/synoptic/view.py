"""SynopticView: one drawing on the screen. One item a symbol, fitted to the window, walked with the arrow keys.

A tick costs what moved: the tags of the page that moved find their items, those read their values, and only the ones
that look different are repainted. Above a share of the page one whole repaint is cheaper than many small ones, since
Qt unites the dirty rectangles (hmi.md 2a).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPen, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QFrame, QGraphicsItem, QGraphicsScene, QGraphicsView, QStyleOptionGraphicsItem, QWidget

from supervisor.model import Equipment
from ui.synoptic.binding import Drawing
from ui.synoptic.drawn import TABLE
from ui.synoptic.drawn.basic import Goto
from ui.synoptic.item import Body, Item, PipeItem, choose_keepers
from ui.synoptic.sheet import Sheet

FULL_SHARE = 0.15
"""Share of items changed at once above which the whole view is repainted."""
EDGE = 16.0
CLOSEST = 4.0
"""Zoom beyond fitting the window."""
_ARROWS = {
    Qt.Key.Key_Left: (-1, 0),
    Qt.Key.Key_Right: (1, 0),
    Qt.Key.Key_Up: (0, -1),
    Qt.Key.Key_Down: (0, 1),
}


class Selection(QGraphicsItem):
    """The frame around what is selected, in the accent colour."""

    def __init__(self, sheet: Sheet) -> None:
        super().__init__()
        self._sheet = sheet
        self.rect = QRectF()
        self.setZValue(10)

    def surround(self, rect: QRectF) -> None:
        self.prepareGeometryChange()
        self.rect = rect

    def boundingRect(self) -> QRectF:
        return self.rect.adjusted(-2, -2, 2, 2)

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        if self.rect.isEmpty():
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(self._sheet.color("accent"), 2))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(self.rect, 6, 6)


class SynopticView(QGraphicsView):
    """See the module."""

    selected = Signal(object)
    """The equipment the operator stands on; None for none."""
    opened = Signal(object)
    """Enter or double click: its faceplate, please."""

    def __init__(self, sheet: Sheet) -> None:
        super().__init__()
        self.sheet = sheet
        self.items_shown: list[Item] = []
        self.pipes: list[PipeItem] = []
        self.repainted: set[Item | PipeItem] = set()
        """What the last tick repainted."""
        self.group = ""
        """The group that is selected; empty for none."""
        self._by_tag: dict[int, list[Item | PipeItem]] = {}
        self._rows: NDArray[np.intp] = np.empty(0, np.intp)
        self._zoom = 1.0
        self._selection: Selection | None = None
        self.setScene(QGraphicsScene(self))
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setRenderHint(QPainter.RenderHint.Antialiasing)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setDragMode(QGraphicsView.DragMode.NoDrag)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setTransformationAnchor(QGraphicsView.ViewportAnchor.AnchorUnderMouse)
        self.scene().setItemIndexMethod(QGraphicsScene.ItemIndexMethod.NoIndex)
        self.dress()

    def show_drawing(self, drawing: Drawing | None) -> None:
        """Draw this from now on."""
        self.scene().clear()
        self.sheet.strips.forget()
        self.items_shown, self.pipes, self.group, self._selection = [], [], "", None
        self._by_tag, self._zoom = {}, 1.0
        if drawing is not None:
            self.scene().setSceneRect(QRectF(0, 0, *drawing.page.size).adjusted(-EDGE, -EDGE, EDGE, EDGE))
            self.pipes = [PipeItem(pipe, self.sheet) for pipe in drawing.pipes]
            self.items_shown = [TABLE.get(bound.kind.id, Body)(bound, self.sheet) for bound in drawing.symbols]
            everything: list[Item | PipeItem] = [*self.pipes, *self.items_shown]
            for item in everything:
                self.scene().addItem(item)
                item.read()
                for tag in item.tags:
                    self._by_tag.setdefault(tag.index, []).append(item)
            for shown in self.items_shown:
                shown.alarm()
            choose_keepers(self.items_shown, drawing.equipment)
            self._selection = Selection(self.sheet)
            self.scene().addItem(self._selection)
        self._rows = np.array(sorted(self._by_tag), np.intp)
        self.fit()

    @property
    def rows(self) -> NDArray[np.intp]:
        """Rows of the tags that are drawn."""
        return self._rows

    @property
    def zoomed(self) -> bool:
        return self._zoom != 1.0

    def refresh(self, moved: NDArray[np.intp]) -> None:
        """Show the tags of these rows again."""
        if not len(self._rows):
            return
        rows = self._rows if len(moved) > 8 * len(self._rows) else self._rows[np.isin(self._rows, moved)]
        touched = {item for row in rows.tolist() for item in self._by_tag[row]}
        self._repaint(item for item in touched if item.read())

    def refresh_alarms(self) -> None:
        """The alarms moved: frames."""
        self._repaint(item for item in self.items_shown if item.alarm())

    def slow(self) -> None:
        """Once a second: strips, forecasts, and frames that breathe."""
        self.sheet.strips.slow()
        blinking = [item for item in self.items_shown if item.raised and not item.raised.acked]
        self._repaint([*(item for item in self.items_shown if item.slow()), *blinking])

    def _repaint(self, items: Iterable[Item | PipeItem]) -> None:
        self.repainted = set(items)
        full = len(self.repainted) > FULL_SHARE * (len(self.items_shown) + len(self.pipes))
        mode = QGraphicsView.ViewportUpdateMode
        wanted = mode.FullViewportUpdate if full else mode.MinimalViewportUpdate
        if wanted != self.viewportUpdateMode():
            self.setViewportUpdateMode(wanted)
        for item in self.repainted:
            item.update()

    def dress(self) -> None:
        """Theme and language again."""
        self.setBackgroundBrush(self.sheet.color("canvas"))
        for item in self.items_shown:
            item.read()
        self.viewport().update()

    def fit(self) -> None:
        """The whole page in the window, at the zoom the operator chose."""
        rect = self.scene().sceneRect()
        room = self.viewport().size()
        if rect.isEmpty() or room.width() < 8:
            return
        scale = min(room.width() / rect.width(), room.height() / rect.height()) * self._zoom
        self.resetTransform()
        self.scale(scale, scale)
        self.sheet.scale = scale * self.devicePixelRatioF()
        if self._zoom == 1.0:
            self.centerOn(rect.center())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.fit()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Ctrl and wheel zoom; the wheel alone does nothing, so that a page never slips away under the hand."""
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self._zoom = min(max(self._zoom * 1.2 ** (event.angleDelta().y() / 120), 1.0), CLOSEST)
            drag = QGraphicsView.DragMode
            self.setDragMode(drag.ScrollHandDrag if self._zoom > 1 else drag.NoDrag)
            self.fit()
        event.accept()

    # the keyboard walk

    def stops(self) -> dict[str, QRectF]:
        """What can be stood on: groups of symbols that show something, with the place they take."""
        places: dict[str, QRectF] = {}
        for item in self.items_shown:
            if item.tags or isinstance(item, Goto):
                rect = item.mapRectToScene(item.rect)
                group = item.bound.symbol.group
                places[group] = places[group].united(rect) if group in places else rect
        return places

    def select(self, group: str) -> None:
        """Stand on this group; empty for nothing."""
        places = self.stops()
        self.group = group if group in places else ""
        if self._selection is not None:
            self._selection.surround(places[self.group].adjusted(-8, -8, 8, 8) if self.group else QRectF())
        self.selected.emit(self.standing())
        if self.group and self._zoom > 1:
            self.ensureVisible(places[self.group])

    def standing(self) -> Equipment | None:
        """The equipment of what is selected."""
        return next((item.equipment for item in self.items_shown if item.bound.symbol.group == self.group), None)

    def walk(self, dx: int, dy: int) -> None:
        """To the nearest stop in that direction."""
        places = self.stops()
        if not places:
            return
        if self.group not in places:
            self.select(min(places, key=lambda group: (places[group].top() // 64, places[group].left())))
            return
        here = places[self.group].center()
        reach = {group: _reach(rect.center() - here, dx, dy) for group, rect in places.items() if group != self.group}
        ahead = {group: far for group, far in reach.items() if far is not None}
        if ahead:
            self.select(min(ahead, key=lambda group: ahead[group]))

    def focusNextPrevChild(self, onward: bool) -> bool:
        """On to the next widget. Qt would try the viewport, which hands the focus back here: Tab would never leave."""
        reason = Qt.FocusReason.TabFocusReason if onward else Qt.FocusReason.BacktabFocusReason
        widget: QWidget | None = self
        while widget is not None:
            widget = widget.nextInFocusChain() if onward else widget.previousInFocusChain()
            if widget is None or widget is self:
                break
            tabbed = bool(widget.focusPolicy() & Qt.FocusPolicy.TabFocus) and widget.focusProxy() is None
            if tabbed and widget.isVisible() and widget.isEnabled() and not self.isAncestorOf(widget):
                widget.setFocus(reason)
                return True
        return False

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        acts: dict[Qt.Key, Callable[[], None]] = {
            Qt.Key.Key_Return: self._open,
            Qt.Key.Key_Enter: self._open,
            Qt.Key.Key_Space: self._open,
        }
        if key in _ARROWS and not event.modifiers() & Qt.KeyboardModifier.AltModifier:
            self.walk(*_ARROWS[key])
        elif key in acts:
            acts[key]()
        elif key == Qt.Key.Key_Escape and self.group:
            self.select("")
        else:
            event.ignore()  # the window's own keys: Alt+Left, F8, Ctrl+K

    def _open(self) -> None:
        for item in self.items_shown:
            if item.bound.symbol.group == self.group and isinstance(item, Goto):
                item.activate()
                return
        standing = self.standing()
        if standing is not None:
            self.opened.emit(standing)

    # the mouse

    def _item_at(self, at: QPointF) -> Item | None:
        hits = [item for item in self.items(at.toPoint()) if isinstance(item, Item)]
        return next((item for item in hits if item.tags or isinstance(item, Goto)), None)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """A click selects and shows the faceplate, a link goes where it leads."""
        item = self._item_at(event.position()) if event.button() == Qt.MouseButton.LeftButton else None
        if item is None:
            super().mousePressEvent(event)
            return
        if isinstance(item, Goto):
            item.activate()
            return
        self.select(item.bound.symbol.group)
        equipment = item.place(item.mapFromScene(self.mapToScene(event.position().toPoint())))
        if equipment is not None:
            self.opened.emit(equipment)

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.DevicePixelRatioChange:
            self.fit()
        return super().event(event)


def _reach(step: QPointF, dx: int, dy: int) -> float | None:
    """How far a stop is in a direction, what lies aside counting twice; None behind."""
    ahead = step.x() * dx + step.y() * dy
    aside = abs(step.x() * dy) + abs(step.y() * dx)
    if ahead <= 4 or aside > 3 * ahead + 40:
        return None
    return ahead + 2 * aside
