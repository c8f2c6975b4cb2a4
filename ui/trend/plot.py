"""TrendPlot: up to eight pens on one time axis, each on its own scale; the left axis is that of the chosen pen.

Measured (8 pens): a pen of width 1 costs 4 ms, of width 2 31 ms, so only the chosen pen is thick; and it is fed
what the visible span has, never more than four points a pixel.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pyqtgraph as pg
from PySide6.QtCore import QPointF, Qt, Signal
from PySide6.QtWidgets import QWidget

from ui.look import Look
from ui.scales import Limit
from ui.trend.axes import AIR, TimeAxis, ValueAxis
from ui.trend.layers import Backdrop, Overlay, Scene, dash
from ui.trend.nights import Nights
from ui.trend.pen import Pen

NOWHERE = float("nan")
CLOSEST_S, FARTHEST_S = 5.0, 800 * 86_400.0


class TimeBox(pg.ViewBox):  # type: ignore[misc]
    """Tells what the operator wants of the time axis and moves nothing by itself."""

    wished = Signal(float, float)
    """See from and to, seconds UTC."""
    clicked = Signal(float)
    doubled = Signal()

    def instant(self, x: float) -> float:
        (start, end), _ = self.viewRange()
        return float(start + (end - start) * x / max(self.width(), 1.0))

    def zoom(self, factor: float, instant: float) -> None:
        """Show `factor` of the span about an instant that stays where it is."""
        (start, end), _ = self.viewRange()
        factor = min(max(factor, CLOSEST_S / (end - start)), FARTHEST_S / (end - start))
        self.wished.emit(instant - (instant - start) * factor, instant + (end - instant) * factor)

    def pan(self, part: float) -> None:
        """Move on by a part of the span."""
        (start, end), _ = self.viewRange()
        self.wished.emit(start + part * (end - start), end + part * (end - start))

    def wheelEvent(self, event: Any, axis: int | None = None) -> None:
        event.accept()
        self.zoom(1.0018 ** -event.delta(), self.instant(event.pos().x()))

    def mouseDragEvent(self, event: Any, axis: int | None = None) -> None:
        event.accept()
        if event.button() == Qt.MouseButton.LeftButton:
            self.pan((event.lastPos().x() - event.pos().x()) / max(self.width(), 1.0))

    def mouseClickEvent(self, event: Any) -> None:
        event.accept()
        if event.button() != Qt.MouseButton.LeftButton:
            return
        if event.double():
            self.doubled.emit()
        else:
            self.clicked.emit(self.instant(event.pos().x()))


class TrendPlot(pg.PlotWidget):  # type: ignore[misc]
    """See the module."""

    pointed = Signal(float)
    """The pointer's place, seconds UTC; NaN beside the plot."""

    def __init__(self, look: Look, nights: Nights, parent: QWidget | None = None) -> None:
        self.box = TimeBox(enableMenu=False)
        self._values, self._dates = ValueAxis(look), TimeAxis(look)
        super().__init__(parent, viewBox=self.box, axisItems={"left": self._values, "bottom": self._dates})
        self._look, self._nights = look, nights
        self.shown = Scene()
        self.hideButtons()
        self.setMenuEnabled(False)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.box.setMouseEnabled(x=False, y=False)
        self.box.disableAutoRange()
        self.box.setYRange(0, 1, padding=AIR)
        self._layers = (Backdrop(look, self.shown, self.box, -5), Overlay(look, self.shown, self.box, 5))
        self.box.sigResized.connect(self._resized)
        self.scene().sigMouseMoved.connect(self._on_mouse)
        look.changed.connect(self.dress)
        self.dress()

    def show_pens(self, pens: Sequence[Pen], chosen: Pen | None, limits: tuple[Limit, ...]) -> None:
        """Draw exactly these pens, with the alarm limits of the chosen one."""
        scene = self.shown
        for pen in scene.pens:
            if pen not in pens and pen.item is not None:
                self.box.removeItem(pen.item)
                pen.item = None
        scene.pens, scene.chosen, scene.limits = list(pens), chosen, limits
        self._values.pen_shown = chosen
        for pen in scene.pens:
            if pen.item is None:
                pen.item = pg.PlotCurveItem(connect="finite")
                self.box.addItem(pen.item, ignoreBounds=True)
        for axis in (self._values, self._dates):
            axis.setVisible(bool(pens))
        self.dress()

    def feed(self, now: float, fitted: bool) -> None:
        """Draw the curves anew; `now` in seconds UTC, `fitted` scales follow the visible values."""
        scene = self.shown
        scene.now = now
        for pen in scene.pens:
            pen.measure(scene.start, scene.end, now, fitted)
            time, part = pen.line(now)
            pen.item.setData(time, part)
        scene.hatched = scene.chosen.curve.bad(now) if scene.chosen else []
        self._values.fit()
        self._lay()

    def show_span(self, start: float, end: float) -> None:
        """Look at this span, seconds UTC."""
        self.shown.start, self.shown.end = start, end
        self.box.setXRange(start, end, padding=0)
        self.shown.nights = self._nights.between(start, end) if self.shown.pens else []
        self._lay()

    def point(self, instant: float) -> None:
        """Put the cursor there; NaN takes it away."""
        self.shown.cursor = instant
        self._layers[1].update()

    def dress(self) -> None:
        """Colours and fonts again."""
        look, scene = self._look, self.shown
        self.setBackground(look.color("canvas"))
        for pen in scene.pens:
            width = 2 if pen is scene.chosen and len(scene.pens) > 1 else 1
            pen.item.setPen(pg.mkPen(look.color(f"pen{pen.number}"), width=width, style=dash(pen.number)))
            pen.item.setZValue(10 if pen is scene.chosen else 1)
        self._values.fit()
        self._lay()

    def _lay(self) -> None:
        """Ticks and layers again."""
        scene = self.shown
        scene.times = self._dates.ticks()[0] if scene.pens else []
        scene.parts = [part for part, _ in self._values.ticks()]
        for item in (*self._layers, self._values, self._dates):
            item.update()

    def _resized(self) -> None:
        for layer in self._layers:
            layer.prepareGeometryChange()
        self._lay()

    def _on_mouse(self, place: QPointF) -> None:
        inside = self.box.sceneBoundingRect().contains(place)
        self.pointed.emit(self.box.instant(self.box.mapFromScene(place).x()) if inside else NOWHERE)

    def leaveEvent(self, event: Any) -> None:
        super().leaveEvent(event)
        self.pointed.emit(NOWHERE)
