"""TrendPlot: up to eight pens on one time axis, each on its own scale; the left axis is that of the chosen pen.

Measured (8 pens): a pen of width 1 costs 4 ms, of width 2 31 ms, so only the chosen pen is thick; and it is fed two
points a pixel at the most.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QPointF, Qt, Signal
from PySide6.QtGui import QBrush, QColor
from PySide6.QtWidgets import QWidget

from supervisor.clock import SECOND
from supervisor.model import Kind, Tag
from ui.look import Look
from ui.trend.curve import Curve, nice_range

MOST_PENS = 8


@dataclass(eq=False, slots=True)
class Pen:
    """One tag on the plot."""

    tag: Tag
    number: int
    """1 to 8: which pen colour."""
    curve: Curve
    low: float = 0.0
    high: float = 1.0
    item: Any = field(default=None)
    """The pyqtgraph curve."""

    @classmethod
    def of(cls, tag: Tag, number: int) -> Pen:
        spec = tag.spec
        pen = cls(tag, number, Curve(spec.kind in (Kind.BOOLEAN, Kind.ENUM)))
        if spec.states:
            values = [state.value for state in spec.states]
            pen.low, pen.high = min(values) - 0.5, max(values) + 0.5
        elif spec.high == spec.high:
            pen.low, pen.high = spec.low, spec.high
        return pen

    @property
    def ranged(self) -> bool:
        """Whether the tag's type gives the scale; otherwise it follows the values."""
        return bool(self.tag.spec.states) or self.tag.spec.high == self.tag.spec.high


class _ValueAxis(pg.AxisItem):  # type: ignore[misc]
    """Shows 0..1 as the chosen pen's own values."""

    def __init__(self, look: Look) -> None:
        super().__init__("left")
        self._look = look
        self.pen_shown: Pen | None = None
        self.enableAutoSIPrefix(False)

    def tickValues(self, low: float, high: float, size: float) -> list[tuple[float, list[float]]]:
        pen = self.pen_shown
        if pen is not None and pen.tag.spec.states:
            at = [(state.value - pen.low) / (pen.high - pen.low) for state in pen.tag.spec.states]
            return [(0.25, at)]
        return [(0.25, [0.0, 0.25, 0.5, 0.75, 1.0])]

    def tickStrings(self, values: Sequence[float], scale: float, spacing: float) -> list[str]:
        pen = self.pen_shown
        if pen is None:
            return ["" for _ in values]
        numbers = [pen.low + value * (pen.high - pen.low) for value in values]
        if pen.tag.spec.states:
            states = [pen.tag.spec.state(round(number)) for number in numbers]
            return [self._look.say(state.name)[:14] if state else "" for state in states]
        decimals = max(pen.tag.spec.decimals, 0 if pen.high - pen.low > 8 else 1)
        return [self._look.number(number, decimals) for number in numbers]


class TrendPlot(pg.PlotWidget):  # type: ignore[misc]
    """See the module."""

    ranged = Signal(float, float)
    """The operator moved or zoomed the time axis: seconds UTC."""
    pointed = Signal(float)
    """The cursor's place: seconds UTC."""

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        self._values = _ValueAxis(look)
        self._dates = pg.DateAxisItem("bottom", utcOffset=0)
        super().__init__(parent, axisItems={"left": self._values, "bottom": self._dates})
        self._look = look
        self._chosen: Pen | None = None
        self._pens: list[Pen] = []
        self._hatches: list[Any] = []
        self._quiet = False
        self.hideButtons()
        self.setMenuEnabled(False)
        view = self.getViewBox()
        view.setMouseEnabled(x=True, y=False)
        view.setYRange(0, 1, padding=0.03)
        view.sigXRangeChanged.connect(self._on_range)
        self._cursor = pg.InfiniteLine(angle=90, movable=False)
        self.addItem(self._cursor, ignoreBounds=True)
        self._cursor.hide()
        self.scene().sigMouseMoved.connect(self._on_mouse)
        look.changed.connect(self.paint_theme)
        self.paint_theme()

    def show_pens(self, pens: Sequence[Pen], chosen: Pen | None) -> None:
        """Draw exactly these pens."""
        for pen in self._pens:
            if pen not in pens and pen.item is not None:
                self.removeItem(pen.item)
                pen.item = None
        self._pens, self._chosen = list(pens), chosen
        self._values.pen_shown = chosen
        for pen in self._pens:
            if pen.item is None:
                pen.item = pg.PlotCurveItem(connect="finite", skipFiniteCheck=False)
                self.addItem(pen.item)
        self.paint_theme()

    def feed(self, now: float) -> None:
        """Draw the curves anew; `now` in seconds UTC."""
        for pen in self._pens:
            time, value = pen.curve.points(now)
            if not pen.ranged and len(value):
                pen.low, pen.high = nice_range(value)
            pen.item.setData(time, (value - pen.low) / (pen.high - pen.low))
        self._hatch(now)
        self._values.picture = None
        self._values.update()

    def show_span(self, start: float, end: float) -> None:
        """Look at this span, without telling `ranged`: seconds UTC."""
        offset = self._look.moment(round((start + end) / 2 * SECOND)).utcoffset()
        self._dates.utcOffset = -offset.total_seconds() if offset else 0
        self._quiet = True
        self.getViewBox().setXRange(start, end, padding=0)
        self._quiet = False

    def paint_theme(self) -> None:
        look = self._look
        self.setBackground(look.color("canvas"))
        for axis in (self._values, self._dates):
            axis.setPen(pg.mkPen(look.color("border2")))
            axis.setTextPen(pg.mkPen(look.color("text2")))
            axis.setTickFont(look.font("hint"))
        self._values.setWidth(76)
        self.getPlotItem().showGrid(x=True, y=True, alpha=0.28)
        self._cursor.setPen(pg.mkPen(look.color("accent"), width=1))
        for pen in self._pens:
            pen.item.setPen(self.pen_of(pen))
            pen.item.setZValue(10 if pen is self._chosen else 1)

    def pen_of(self, pen: Pen) -> Any:
        """How a pen is drawn; the fourth is dashed, since blue and purple merge for some eyes."""
        style = Qt.PenStyle.DashLine if pen.number % 4 == 0 else Qt.PenStyle.SolidLine
        color: QColor = self._look.color(f"pen{pen.number}")
        return pg.mkPen(color, width=2 if pen is self._chosen and len(self._pens) > 1 else 1, style=style)

    def _hatch(self, now: float) -> None:
        for region in self._hatches:
            self.removeItem(region)
        self._hatches = []
        if self._chosen is None:
            return
        brush = QBrush(self._look.color("bad"), Qt.BrushStyle.BDiagPattern)
        for start, end in self._chosen.curve.unknown(now):
            region = pg.LinearRegionItem((start, end), movable=False, brush=brush, pen=pg.mkPen(None))
            region.setZValue(-5)
            region.setOpacity(0.35)
            self.addItem(region, ignoreBounds=True)
            self._hatches.append(region)

    def _on_range(self, _view: object, span: tuple[float, float]) -> None:
        if not self._quiet:
            self.ranged.emit(float(span[0]), float(span[1]))

    def _on_mouse(self, place: QPointF) -> None:
        inside = self.getPlotItem().sceneBoundingRect().contains(place)
        self._cursor.setVisible(inside)
        if inside:
            x = float(self.getViewBox().mapSceneToView(place).x())
            self._cursor.setValue(x)
            self.pointed.emit(x)
        else:
            self.pointed.emit(float(np.nan))
