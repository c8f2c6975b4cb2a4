"""MapCanvas: one widget, one cached picture of the base, signs and names painted over it.

While the map moves, the picture is shifted and scaled; it is drawn again 150 ms after the last move (benchmarks/map.py:
a frame of a pan costs a quarter to a ninth of one that draws everything). It is larger than the screen,
so that a short pan shows no edge.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from copy import copy

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import (
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPixmap,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QWidget

from supervisor.model import Equipment
from ui.look import Look
from ui.map.base import Base
from ui.map.camera import Camera
from ui.map.labels import FACES, Boxes, Labels, Name
from ui.map.markers import Markers, Rows
from ui.map.signs import Signs
from ui.map.spots import Spot, Spots
from ui.map.tip import Tip

SETTLE_MS = 150
MARGIN_PX = 200
"""How much larger than the screen the picture of the base is, on each side."""
FRAME_PX = 70
"""Around what is framed."""
NEAR = 0.4
"""Pixels per metre at which an equipment that was asked for is shown at least."""
MOST_NAMES = 150
"""Markers on the screen above which none is named but the selected one."""
TIP_MS = 250
_AROUND = ((0, 0), (0, -24), (0, 24), (0, -44), (0, 44), (-60, -24), (60, 24), (60, -24), (-60, 24), (0, -66), (0, 66))
"""Where the name of an area may go instead, in pixels."""
_ARROWS = {
    Qt.Key.Key_Left: (-80, 0),
    Qt.Key.Key_Right: (80, 0),
    Qt.Key.Key_Up: (0, -80),
    Qt.Key.Key_Down: (0, 80),
}
_ZOOMS = {Qt.Key.Key_Plus: 1.5, Qt.Key.Key_Equal: 1.5, Qt.Key.Key_Minus: 1 / 1.5}


class MapCanvas(QWidget):
    """See the module. The page tells it what to draw and when."""

    picked = Signal(object)
    """An Equipment, or None beside all."""
    opened = Signal(object)
    resized = Signal()

    def __init__(self, look: Look, base: Base, markers: Markers) -> None:
        super().__init__()
        self._look, self._base, self._markers = look, base, markers
        self.camera = Camera()
        self.systems: set[str] = set()
        self.alarmed_only = False
        self.selected: Equipment | None = None
        self.tip: Callable[[Rows], Tip] = lambda rows: Tip(str(len(rows)), "")
        """Words for a sign; given by the page."""
        self.names: Sequence[tuple[str, tuple[float, float]]] = ()
        """Names of areas and the metres where they belong; given by the page."""
        self.spots = Spots(markers)
        self._signs, self._labels = Signs(look, markers, base.tokens), Labels(look)
        self._picture, self._pictured = QPixmap(), copy(self.camera)
        self._drag: QPointF | None = None
        self._dragged = False
        self._hover: Spot | None = None
        self._walked: list[int] = []
        self._whole = True
        """Nobody has moved it yet: the whole city stays in view when the window changes its size."""
        self._settle = _timer(self, SETTLE_MS, self.draw_base)
        self._linger = _timer(self, TIP_MS, self.update)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        look.changed.connect(self.draw_base)

    # ------------------------------------------------------------ going places
    def fit(self) -> None:
        """Show all that stands somewhere and is switched on; vehicles come and go and don't count."""
        rows = self._markers.chosen(self.systems, self.alarmed_only)
        standing = rows[~self._markers.vehicle[rows]]
        self.frame(standing if len(standing) else rows)
        self._whole = True

    def frame(self, rows: Rows) -> None:
        """Show all these markers."""
        self._whole = False
        if len(rows) and self.width() > 2:
            self.camera.frame(self._markers.place[rows], FRAME_PX)
            self._moved()
            self.draw_base()

    def show_equipment(self, equipment: Equipment) -> bool:
        """Move to an equipment, or to what it is a part of, and frame it; False where it has no place."""
        row = self._markers.row(equipment)
        if row is None or np.isnan(self._markers.place[row]).any():
            return False
        self.selected = self._markers.equipment[row]
        self.systems.add(self.selected.system)
        self.camera.east, self.camera.south = self._markers.place[row].tolist()
        self.camera.scale = max(self.camera.scale, NEAR)
        self._whole = False
        self._moved()
        self.draw_base()
        return True

    def zoom(self, factor: float, anchor: QPointF | None = None) -> None:
        """Come closer about a place of the screen, or about its middle."""
        self._whole = False
        self.camera.zoom(factor, anchor or QPointF(self.width() / 2, self.height() / 2))
        self._moved()

    # ------------------------------------------------------------ painting
    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            self.paint(painter)

    def paint(self, painter: QPainter) -> None:
        """The whole map; separate from the event so that it can be measured."""
        self._paint_base(painter)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        spots = self.spots.lay(self.camera, self.systems, self.alarmed_only)
        area = QRectF(self.rect())
        self._labels.paint(painter, self._wanted_names(spots), self._taken(spots), area, self.camera.scale)
        self._signs.paint(painter, spots)
        self._paint_selection(painter)
        self._paint_scale(painter)
        if self._hover and not self._linger.isActive() and self._drag is None:
            under = next((spot for spot in spots if np.array_equal(spot.rows, self._hover.rows)), None)
            if under:
                self.tip(under.rows).paint(painter, QPointF(under.x, under.y), area, self._look)

    def draw_base(self) -> None:
        """Draw the picture of the base for the place where the camera stands now."""
        ratio = self.devicePixelRatioF()
        size = QSize(self.width() + 2 * MARGIN_PX, self.height() + 2 * MARGIN_PX)
        self._picture = QPixmap(size * ratio)
        self._picture.setDevicePixelRatio(ratio)
        self._pictured = copy(self.camera)
        if self._picture.isNull():
            return
        with QPainter(self._picture) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setTransform(self.camera.transform(MARGIN_PX))
            self._base.paint(painter, self._look, self.camera.visible(MARGIN_PX), self.camera.scale)
        self.update()

    def _paint_base(self, painter: QPainter) -> None:
        painter.fillRect(self.rect(), self._look.color("land"))
        then, now = self._pictured, self.camera
        ground = then.visible(MARGIN_PX)
        corner = now.transform().map(ground.topLeft())
        box = QRectF(corner.x(), corner.y(), ground.width() * now.scale, ground.height() * now.scale)
        if then.scale == now.scale:  # a shift alone keeps every pixel sharp
            painter.drawPixmap(QPointF(round(corner.x()), round(corner.y())), self._picture)
        else:
            painter.drawPixmap(box, self._picture, QRectF(self._picture.rect()))

    def _wanted_names(self, spots: Sequence[Spot]) -> list[Name]:
        to_screen = self.camera.transform()
        wanted = []
        for name in self._base.names:
            places = [(point.x(), point.y()) for point in (to_screen.map(QPointF(*at)) for at in name.places.tolist())]
            if name.kind == "stop":
                places = [(places[0][0], places[0][1] + 13)]
            wanted.append(Name(name.name, name.kind, places))
        for text, at in self.names:
            point = to_screen.map(QPointF(*at))
            wanted.append(Name(text, "area", [(point.x() + x, point.y() + y) for x, y in _AROUND]))
        single = [spot for spot in spots if not spot.grouped]
        named = len(single) <= MOST_NAMES and self.camera.scale >= FACES["marker"].from_scale
        return wanted + [self._name(spot) for spot in single if named or self._selected(spot)]

    def _selected(self, spot: Spot) -> bool:
        return self._markers.equipment[spot.row] is self.selected

    def _taken(self, spots: Sequence[Spot]) -> Boxes:
        """Boxes of what stands still, and of the corners; names need not dodge vehicles, gone in a moment."""
        width, height = float(self.width()), float(self.height())
        boxes = [(0.0, height - 44.0, 130.0, height), (width - 60.0, height - 96.0, width, height)]
        for spot in spots:
            if spot.grouped or not self._markers.vehicle[spot.row]:
                boxes.append((spot.x - spot.radius, spot.y - spot.radius, spot.x + spot.radius, spot.y + spot.radius))
        return np.array(boxes, np.float64)

    def _name(self, spot: Spot) -> Name:
        thing = self._markers.equipment[spot.row]
        kind = "vehicle" if self._markers.vehicle[spot.row] else "marker"
        kind = "selected" if self._selected(spot) else kind
        below, above = (spot.x, spot.y + spot.radius + 11), (spot.x, spot.y - spot.radius - 12)
        return Name(self._look.say(thing.name), kind, [below, above])

    def _paint_selection(self, painter: QPainter) -> None:
        row = self._markers.row(self.selected) if self.selected else None
        spot = next((spot for spot in self.spots.shown if row is not None and row in spot.rows), None)
        if spot is None:
            return
        half = spot.radius + 6
        painter.setPen(QPen(self._look.color("accent"), 2.5))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(QRectF(spot.x - half, spot.y - half, 2 * half, 2 * half), 5, 5)

    def _paint_scale(self, painter: QPainter) -> None:
        steps = (20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 20_000)
        metres = next(step for step in steps if step * self.camera.scale >= 60)
        width, left, bottom = metres * self.camera.scale, 20.0, self.height() - 20.0
        painter.setPen(QPen(self._look.color("text2"), 1.6))
        painter.drawPolyline([QPointF(left + x, bottom - y) for x, y in ((0, 5), (0, 0), (width, 0), (width, 5))])
        painter.setFont(self._look.font("hint", 500))
        words = f"{metres} m" if metres < 1000 else f"{metres // 1000} km"
        painter.drawText(QPointF(left + 5, bottom - 6), words)

    # ------------------------------------------------------------ hand and keys
    def resizeEvent(self, event: QResizeEvent) -> None:
        self.camera.width, self.camera.height = float(self.width()), float(self.height())
        if self._whole:
            self.fit()
        self._keep_selected()
        self._moved()
        self.resized.emit()

    def wheelEvent(self, event: QWheelEvent) -> None:
        self.zoom(1.0015 ** event.angleDelta().y(), event.position())

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._drag, self._dragged = event.position(), False

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._drag is None:
            self._point(self.spots.at(event.position()))
            return
        step = event.position() - self._drag
        if self._dragged or step.manhattanLength() > 4:
            self._dragged, self._whole = True, False
            self.setCursor(Qt.CursorShape.ClosedHandCursor)
            self.camera.pan(-step.x(), -step.y())
            self._drag = event.position()
            self._moved()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        dragged, self._drag, self._dragged = self._dragged, None, False
        if dragged:
            self.setCursor(Qt.CursorShape.ArrowCursor)
            return
        spot = self.spots.at(event.position())
        if spot and spot.grouped:
            self._open_group(spot)
        else:
            self.pick(self._markers.equipment[spot.row] if spot else None)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        spot = self.spots.at(event.position())
        if spot and not spot.grouped:
            self.opened.emit(self._markers.equipment[spot.row])
        elif not spot:
            self.zoom(2.0, event.position())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        if key in _ZOOMS:
            self.zoom(_ZOOMS[key])
        elif key in _ARROWS:
            self._whole = False
            self.camera.pan(*_ARROWS[key])
            self._moved()
        elif key == Qt.Key.Key_Home:
            self.fit()
        elif key == Qt.Key.Key_Escape and self.selected:
            self.pick(None)
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self._hover and self._hover.grouped:
            self._open_group(self._hover)
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.selected:
            self.opened.emit(self.selected)
        else:
            super().keyPressEvent(event)

    def focusNextPrevChild(self, next_: bool) -> bool:
        """Tab walks from the middle of the map to the nearest sign not walked yet; past the last one it leaves."""
        if not self.hasFocus() or not self._walk(next_):
            self._walked = []
            return super().focusNextPrevChild(next_)
        return True

    def leaveEvent(self, event: QEvent) -> None:
        self._point(None)

    def pick(self, equipment: Equipment | None) -> None:
        self.selected = equipment
        self._whole = self._whole and equipment is None
        self.picked.emit(equipment)
        self.update()

    def _walk(self, onwards: bool) -> bool:
        area = QRectF(self.rect())
        spots = {int(spot.rows[0]): spot for spot in self.spots.shown if area.contains(QPointF(spot.x, spot.y))}
        walked = [row for row in self._walked if row in spots]
        if onwards:
            from_ = spots[walked[-1]] if walked else None
            x, y = (from_.x, from_.y) if from_ else (self.width() / 2, self.height() / 2)
            left = [spot for row, spot in spots.items() if row not in walked]
            walked += [int(min(left, key=lambda spot: np.hypot(spot.x - x, spot.y - y)).rows[0])] if left else []
            if not left:
                return False
        else:
            walked = walked[:-1]
        self._walked = walked
        self._stand_on(spots[walked[-1]] if walked else None)
        return bool(walked)

    def _stand_on(self, spot: Spot | None) -> None:
        self._hover = spot
        self.selected = self._markers.equipment[spot.row] if spot else None
        self.update()

    def _point(self, spot: Spot | None) -> None:
        before = self._hover.rows.tolist() if self._hover else None
        if (spot.rows.tolist() if spot else None) != before:
            self._hover = spot
            self.setCursor(Qt.CursorShape.PointingHandCursor if spot else Qt.CursorShape.ArrowCursor)
            self._linger.start()
            self.update()

    def _open_group(self, spot: Spot) -> None:
        """Come closer until its members stand apart."""
        self._hover = None
        before = self.camera.scale
        self.frame(spot.rows)
        if self.camera.scale <= before * 1.2:
            self.zoom(2.0)

    def _keep_selected(self) -> None:
        """A panel that opened beside the map must not push out what it is about."""
        row = self._markers.row(self.selected) if self.selected else None
        if row is None or np.isnan(self._markers.place[row]).any():
            return
        x, y = self.camera.pixels(self._markers.place[row][None, :])[0].tolist()
        if not QRectF(self.rect()).adjusted(40, 40, -40, -40).contains(QPointF(x, y)):
            self.camera.pan(x - self.width() / 2, y - self.height() / 2)

    def _moved(self) -> None:
        self._walked = []
        self._settle.start()
        self.update()


def _timer(owner: MapCanvas, interval_ms: int, act: Callable[[], None]) -> QTimer:
    timer = QTimer(owner)
    timer.setSingleShot(True)
    timer.setInterval(interval_ms)
    timer.timeout.connect(act)
    return timer
