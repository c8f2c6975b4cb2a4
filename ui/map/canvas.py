"""MapCanvas: one widget, one cached picture of the base, markers painted over it.

While the map moves, the picture is shifted and scaled; it is drawn again 150 ms after the last move (measured: a pan
costs 9 ms instead of 85).
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import (
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPixmap,
    QResizeEvent,
    QTransform,
    QWheelEvent,
)
from PySide6.QtWidgets import QToolTip, QWidget

from supervisor.model import Equipment
from ui.look import Look
from ui.map.base import Base
from ui.map.markers import ACTIVE, NO_ALARM, REST, Markers, clusters
from ui.shapes import paint_icon, paint_priority, system_icon

SETTLE_MS = 150
ICONS_FROM = 0.11
"""Pixels per metre from which markers show their icon instead of a dot, and no longer join."""
CLOSEST, FARTHEST = 3.0, 0.008
REACH_PX = 16.0
"""How far from a marker a click still means it."""


class MapCanvas(QWidget):
    """See the module. The page tells it what to draw and when."""

    picked = Signal(object)
    """An Equipment, or None beside all."""
    opened = Signal(object)

    def __init__(self, look: Look, base: Base, markers: Markers) -> None:
        super().__init__()
        self._look, self._base, self._markers = look, base, markers
        self.systems: set[str] = set()
        self.alarmed_only = False
        self.selected: Equipment | None = None
        self.tip: Callable[[Equipment], str] = lambda equipment: equipment.id
        """Words of an equipment for its tip; given by the page."""
        self._scale = 0.05
        self._middle = QPointF(0, 0)
        self._picture = QPixmap()
        self._pictured = (1.0, QPointF())
        self._drag: QPointF | None = None
        self._dragged = False
        self._settle = QTimer(self)
        self._settle.setSingleShot(True)
        self._settle.setInterval(SETTLE_MS)
        self._settle.timeout.connect(self._draw_base)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        look.changed.connect(self._draw_base)

    def fit(self) -> None:
        """Show all that has a marker."""
        places = self._markers.place[~np.isnan(self._markers.place).any(axis=1)]
        if not len(places) or self.width() < 2:
            return
        low, high = places.min(axis=0), places.max(axis=0)
        span = np.maximum(high - low, 500.0) * 1.12
        self._scale = float(np.clip(min(self.width() / span[0], self.height() / span[1]), FARTHEST, CLOSEST))
        self._middle = QPointF(*((low + high) / 2))
        self._draw_base()

    def show_equipment(self, equipment: Equipment) -> None:
        """Move to an equipment and frame it."""
        row = next((row for row, one in enumerate(self._markers.equipment) if one is equipment), None)
        self.selected = equipment
        if row is not None and not np.isnan(self._markers.place[row]).any():
            self._middle = QPointF(*self._markers.place[row])
            self._scale = max(self._scale, 0.25)
        self._draw_base()

    def zoom(self, factor: float, anchor: QPointF | None = None) -> None:
        """Come closer around a place of the screen, or around its middle."""
        anchor = anchor or QPointF(self.width() / 2, self.height() / 2)
        before = self._to_ground(anchor)
        self._scale = float(np.clip(self._scale * factor, FARTHEST, CLOSEST))
        self._middle += before - self._to_ground(anchor)
        self._moved()

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            self._paint_base(painter)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            self._base.paint_labels(painter, self._look, self._transform(), QRectF(self.rect()))
            self._paint_markers(painter)
            self._paint_scale(painter)

    def resizeEvent(self, event: QResizeEvent) -> None:
        first = event.oldSize().width() < 2
        self.fit() if first else self._moved()

    def wheelEvent(self, event: QWheelEvent) -> None:
        self.zoom(1.0015 ** event.angleDelta().y(), event.position())

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._drag, self._dragged = event.position(), False

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._drag is not None:
            step = event.position() - self._drag
            if self._dragged or step.manhattanLength() > 4:
                self._dragged = True
                self._middle -= step / self._scale
                self._drag = event.position()
                self._moved()
            return
        under = self.at(event.position())
        self.setCursor(Qt.CursorShape.PointingHandCursor if under else Qt.CursorShape.ArrowCursor)
        QToolTip.showText(event.globalPosition().toPoint(), self.tip(under) if under else "", self)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._drag = None
        if not self._dragged:
            self.selected = self.at(event.position())
            self.picked.emit(self.selected)
            self.update()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        under = self.at(event.position())
        if under:
            self.opened.emit(under)
        else:
            self.zoom(2.0, event.position())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = QPointF(80 / self._scale, 80 / self._scale)
        moves = {Qt.Key.Key_Left: (-1, 0), Qt.Key.Key_Right: (1, 0), Qt.Key.Key_Up: (0, -1), Qt.Key.Key_Down: (0, 1)}
        if event.key() in (Qt.Key.Key_Plus, Qt.Key.Key_Minus):
            self.zoom(1.5 if event.key() == Qt.Key.Key_Plus else 1 / 1.5)
        elif event.key() in moves:
            x, y = moves[Qt.Key(event.key())]
            self._middle += QPointF(step.x() * x, step.y() * y)
            self._moved()
        elif event.key() == Qt.Key.Key_Home:
            self.fit()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.selected:
            self.opened.emit(self.selected)
        else:
            super().keyPressEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        QToolTip.hideText()

    def at(self, place: QPointF) -> Equipment | None:
        """The equipment under a place of the screen."""
        rows = self._markers.chosen(self.systems, self.alarmed_only)
        if not len(rows):
            return None
        offsets = self._pixels(rows) - (place.x(), place.y())
        distance = np.hypot(offsets[:, 0], offsets[:, 1])
        nearest = int(np.argmin(distance))
        return self._markers.equipment[rows[nearest]] if distance[nearest] <= REACH_PX else None

    def _moved(self) -> None:
        self._settle.start()
        self.update()

    def _transform(self) -> QTransform:
        transform = QTransform()
        transform.translate(self.width() / 2, self.height() / 2)
        transform.scale(self._scale, self._scale)
        transform.translate(-self._middle.x(), -self._middle.y())
        return transform

    def _to_ground(self, place: QPointF) -> QPointF:
        return self._transform().inverted()[0].map(place)

    def _pixels(self, rows: NDArray[np.intp]) -> NDArray[np.float64]:
        offset = (self.width() / 2 - self._middle.x() * self._scale, self.height() / 2 - self._middle.y() * self._scale)
        pixels: NDArray[np.float64] = self._markers.place[rows] * self._scale + offset
        return pixels

    def _draw_base(self) -> None:
        ratio = self.devicePixelRatioF()
        self._picture = QPixmap(self.size() * ratio)
        self._picture.setDevicePixelRatio(ratio)
        self._pictured = (self._scale, QPointF(self._middle))
        if self._picture.isNull():
            return
        with QPainter(self._picture) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            transform = self._transform()
            painter.setTransform(transform)
            self._base.paint(painter, self._look, transform.inverted()[0].mapRect(QRectF(self.rect())), self._scale)
        self.update()

    def _paint_base(self, painter: QPainter) -> None:
        painter.fillRect(self.rect(), self._look.color("land"))
        scale, middle = self._pictured
        factor = self._scale / scale
        size = QPointF(self.width(), self.height())
        corner = size / 2 + (middle - self._middle) * self._scale - size / 2 * factor
        box = QRectF(corner.x(), corner.y(), size.x() * factor, size.y() * factor)
        painter.drawPixmap(box, self._picture, QRectF(self._picture.rect()))

    def _paint_markers(self, painter: QPainter) -> None:
        rows = self._markers.chosen(self.systems, self.alarmed_only)
        pixels = self._pixels(rows)
        inside = ((pixels > -30) & (pixels < (self.width() + 30, self.height() + 30))).all(axis=1)
        rows, pixels = rows[inside], pixels[inside]
        if self._scale < ICONS_FROM:
            for group in clusters(pixels):
                self._paint_group(painter, rows[group], pixels[group])
        else:
            order = np.argsort(-self._markers.priority[rows].astype(int), kind="stable")  # the worst on top
            for row, (x, y) in zip(rows[order].tolist(), pixels[order].tolist(), strict=True):
                self._paint_marker(painter, row, QPointF(x, y))
        self._paint_selection(painter)

    def _paint_group(self, painter: QPainter, rows: NDArray[np.intp], pixels: NDArray[np.float64]) -> None:
        if len(rows) == 1:
            self._paint_marker(painter, int(rows[0]), QPointF(*pixels[0]))
            return
        look, middle = self._look, QPointF(*pixels.mean(axis=0))
        radius = 11.0 + min(len(rows), 40) / 8
        painter.setPen(QPen(look.color("eq_line"), 1.2))
        painter.setBrush(look.color("raised"))
        painter.drawEllipse(middle, radius, radius)
        painter.setFont(look.font("label", 600))
        painter.setPen(look.color("text"))
        box = QRectF(middle.x() - radius, middle.y() - radius, 2 * radius, 2 * radius)
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, str(len(rows)))
        alarmed = rows[self._markers.priority[rows] != NO_ALARM]
        if len(alarmed):
            worst = alarmed[np.lexsort((self._markers.priority[alarmed], self._markers.acked[alarmed]))][0]
            self._paint_alarm(painter, int(worst), middle + QPointF(radius * 0.8, -radius * 0.8))

    def _paint_marker(self, painter: QPainter, row: int, place: QPointF) -> None:
        look, fill = self._look, int(self._markers.fill[row])
        near = self._scale >= ICONS_FROM
        radius = 12.0 if near else 6.0
        pen = QPen(look.color("eq_line"), 1.3)
        if fill not in (ACTIVE, REST):
            pen = QPen(look.color("bad"), 1.6)
            pen.setDashPattern([2.2, 2.0])
        painter.setPen(pen)
        painter.setBrush(look.color({ACTIVE: "eq_run", REST: "eq_stop"}.get(fill, "raised")))
        painter.drawEllipse(place, radius, radius)
        if near:
            ink = look.color("eq_in" if fill == ACTIVE else "raised" if fill == REST else "bad")
            icon = QRectF(place.x() - 8, place.y() - 8, 16, 16)
            paint_icon(painter, system_icon(self._markers.equipment[row].system), icon, ink)
        if self._markers.priority[row] != NO_ALARM:
            self._paint_alarm(painter, row, place + QPointF(radius * 0.85, -radius * 0.85))

    def _paint_alarm(self, painter: QPainter, row: int, place: QPointF) -> None:
        box = QRectF(place.x() - 8, place.y() - 8, 16, 16)
        paint_priority(painter, box, int(self._markers.priority[row]), bool(self._markers.acked[row]), self._look)

    def _paint_selection(self, painter: QPainter) -> None:
        row = next((row for row, one in enumerate(self._markers.equipment) if one is self.selected), None)
        if row is None or np.isnan(self._markers.place[row]).any():
            return
        x, y = self._pixels(np.array([row]))[0].tolist()
        painter.setPen(QPen(self._look.color("accent"), 2.5))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(QRectF(x - 18, y - 18, 36, 36), 5, 5)

    def _paint_scale(self, painter: QPainter) -> None:
        metres = next(step for step in (50, 100, 200, 500, 1000, 2000, 5000, 20000) if step * self._scale >= 70)
        width, left, bottom = metres * self._scale, 20.0, self.height() - 20.0
        painter.setPen(QPen(self._look.color("text2"), 1.6))
        painter.drawLine(QPointF(left, bottom), QPointF(left + width, bottom))
        painter.drawLine(QPointF(left, bottom - 5), QPointF(left, bottom))
        painter.drawLine(QPointF(left + width, bottom - 5), QPointF(left + width, bottom))
        painter.setFont(self._look.font("hint"))
        words = f"{metres} m" if metres < 1000 else f"{metres // 1000} km"
        painter.drawText(QPointF(left + 4, bottom - 7), words)
