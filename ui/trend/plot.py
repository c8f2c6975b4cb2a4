"""TrendPlot: up to eight pens on one time axis and on the scales of their units.

Measured (8 pens): a pen of width 1 costs 4 ms, of width 2 31 ms, so only the chosen pen is thick; and it is fed
what the visible span has, never more than four points a pixel.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pyqtgraph as pg
from PySide6.QtCore import QPointF, Qt, Signal

from supervisor.desk.notes import Note
from ui.look import Look
from ui.scales import Limit
from ui.trend import words
from ui.trend.axes import AIR, HEAD_PX, TimeAxis, ValueAxis
from ui.trend.badge import dash
from ui.trend.comparison import COMPARISONS
from ui.trend.hatching import MOST_TOLD, NEAR_PX, told
from ui.trend.layers import Backdrop, Overlay, Scene
from ui.trend.nights import Nights
from ui.trend.pen import Pen
from ui.trend.scales import share

NOWHERE = float("nan")
CLOSEST_S, FARTHEST_S = 5.0, 800 * 86_400.0
GRIP_PX = 5.0
"""How near to a mark a drag takes hold of it."""
AXES_PART = 0.3
"""Of the plot's width, what its scales may take before the farthest are folded."""
GHOST_ALPHA = 140


class TimeBox(pg.ViewBox):  # type: ignore[misc]
    """Tells what the operator wants of the time axis and moves nothing by itself."""

    wished = Signal(float, float)
    """See from and to, seconds UTC."""
    clicked = Signal(float)
    doubled = Signal()
    spanned = Signal(float, float)
    """Measure from and to: a drag with Shift held."""
    moved = Signal(int, float)
    """Put this mark there, seconds UTC."""

    def __init__(self, marks: list[float]) -> None:
        """`marks` are those the operator set; a drag that begins on one moves it."""
        super().__init__(enableMenu=False)
        self._marks = marks
        self._held = -1
        self.taken: Callable[[QPointF], bool] = lambda _: False
        """Whether somebody else takes a click there, in pixels of the plot."""

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
        if event.button() != Qt.MouseButton.LeftButton:
            return
        if event.isStart():
            self._held = self._mark_at(event.buttonDownPos().x())
        if event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            self.spanned.emit(self.instant(event.buttonDownPos().x()), self.instant(event.pos().x()))
        elif self._held >= 0:
            self.moved.emit(self._held, self.instant(event.pos().x()))
        else:
            self.pan((event.lastPos().x() - event.pos().x()) / max(self.width(), 1.0))

    def _mark_at(self, x: float) -> int:
        """The mark under the pointer; -1 for none."""
        (start, end), _ = self.viewRange()
        places = [self.width() * (mark - start) / (end - start) for mark in self._marks]
        near = [number for number, place in enumerate(places) if abs(place - x) <= GRIP_PX]
        return near[-1] if near else -1

    def mouseClickEvent(self, event: Any) -> None:
        event.accept()
        if event.button() != Qt.MouseButton.LeftButton:
            return
        if event.double():
            self.doubled.emit()
        elif self.taken(QPointF(event.pos())):
            return
        else:
            self.clicked.emit(self.instant(event.pos().x()))


class TrendPlot(pg.PlotWidget):  # type: ignore[misc]
    """See the module."""

    pointed = Signal(float)
    """The pointer's place, seconds UTC; NaN beside the plot."""
    noted = Signal(object)
    """The flag of a note was clicked."""

    def __init__(self, look: Look, nights: Nights, single: bool = False) -> None:
        """`single` shows only the scale of the chosen pen."""
        self.shown = Scene()
        self.box = TimeBox(self.shown.marks)
        self.scales, self._dates = ValueAxis(look, single), TimeAxis(look)
        super().__init__(viewBox=self.box, axisItems={"left": self.scales, "bottom": self._dates})
        self._look, self._nights = look, nights
        self.hideButtons()
        self.setMenuEnabled(False)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.plotItem.layout.setContentsMargins(0, HEAD_PX, 0, 0)
        self.box.setMouseEnabled(x=False, y=False)
        self.box.disableAutoRange()
        self.box.setYRange(0, 1, padding=AIR)
        self.box.taken = self._note_clicked
        self._layers = (Backdrop(look, self.shown, self.box, -5), Overlay(look, self.shown, self.box, 5))
        self.box.sigResized.connect(self._resized)
        self.scene().sigMouseMoved.connect(self._on_mouse)
        self.scales.turned.connect(self.fold)
        look.changed.connect(self.dress)
        self.dress()

    def show_pens(self, pens: Sequence[Pen], chosen: Pen | None, limits: tuple[Limit, ...]) -> None:
        """Draw exactly these pens, with the alarm limits of the chosen one."""
        scene = self.shown
        for pen in scene.pens:
            if pen not in pens and pen.item is not None:
                self._drop(pen)
        scene.pens, scene.chosen, scene.limits = list(pens), chosen, limits
        self.scales.chosen = chosen
        for pen in scene.pens:
            if pen.item is None:
                pen.item = self._new_curve()
        for axis in (self.scales, self._dates):
            axis.setVisible(bool(pens))
        self.dress()

    def feed(self, now: float, fitted: bool) -> None:
        """Draw the curves anew; `now` in seconds UTC, `fitted` scales follow the visible values."""
        scene = self.shown
        scene.now = now
        for pen in scene.pens:
            pen.measure(scene.start, scene.end, now, fitted)
        self.scales.scales = share(scene.pens)
        for pen in scene.pens:
            pen.item.setData(*pen.line((scene.start, scene.end), now))
            self._feed_ghosts(pen, now)
        scene.hatched = scene.chosen.curve.bad(now) if scene.chosen else []
        self.scales.room = AXES_PART * self.width()
        self.scales.fit()
        self._lay()

    def fold(self, key: str) -> None:
        """Fold a scale away, or bring it back."""
        self.scales.folded ^= {key}
        self.scales.fit()
        self._lay()

    def show_span(self, start: float, end: float) -> None:
        """Look at this span, seconds UTC."""
        self.shown.start, self.shown.end = start, end
        self.box.setXRange(start, end, padding=0)
        self.shown.nights = self._nights.between(start, end) if self.shown.pens else []
        self._lay()

    def _new_curve(self) -> Any:
        item = pg.PlotCurveItem(connect="finite")
        self.box.addItem(item, ignoreBounds=True)
        return item

    def _feed_ghosts(self, pen: Pen, now: float) -> None:
        wanted = {comparison.id for comparison in self.shown.ghosts if comparison.id in pen.ghosts}
        for name in set(pen.ghost_items) - wanted:
            self.box.removeItem(pen.ghost_items.pop(name))
        for name in wanted:
            if name not in pen.ghost_items:
                pen.ghost_items[name] = self._new_curve()
                self._dress_ghosts(pen)
            span = (self.shown.start, self.shown.end)
            pen.ghost_items[name].setData(*pen.ghost_line(name, span, now))

    def _drop(self, pen: Pen) -> None:
        for item in (pen.item, *pen.ghost_items.values()):
            self.box.removeItem(item)
        pen.item = None
        pen.ghost_items.clear()

    def _dress_ghosts(self, pen: Pen) -> None:
        """Fainter than the curve; the second comparison is dotted too."""
        color = self._look.color(f"pen{pen.number}")
        color.setAlpha(GHOST_ALPHA)
        for name, item in pen.ghost_items.items():
            first = name == COMPARISONS[0].id
            item.setPen(pg.mkPen(color, width=1, style=Qt.PenStyle.SolidLine if first else Qt.PenStyle.DotLine))
            item.setZValue(0)

    def point(self, instant: float) -> None:
        """Put the cursor there; NaN takes it away."""
        self.shown.cursor = instant
        self._layers[1].update()

    def show_notes(self, notes: list[Note]) -> None:
        """Flags where people wrote something, by their instants."""
        self.shown.notes = notes
        self._layers[1].update()

    def _note_clicked(self, place: QPointF) -> bool:
        note = self._layers[1].note_at(place)
        if note:
            self.noted.emit(note)
        return note is not None

    def dress(self) -> None:
        """Colours and fonts again."""
        look, scene = self._look, self.shown
        self.setBackground(look.color("canvas"))
        for pen in scene.pens:
            width = 2 if pen is scene.chosen and len(scene.pens) > 1 else 1
            pen.item.setPen(pg.mkPen(look.color(f"pen{pen.number}"), width=width, style=dash(pen.number)))
            pen.item.setZValue(10 if pen is scene.chosen else 1)
            self._dress_ghosts(pen)
        self.scales.fit()
        self._lay()

    def _lay(self) -> None:
        """Ticks and layers again."""
        scene = self.shown
        scene.times = self._dates.ticks()[0] if scene.pens else []
        scene.parts = [part for part, _ in self.scales.ticks()]
        for item in (*self._layers, self.scales, self._dates):
            item.update()

    def _resized(self) -> None:
        for layer in self._layers:
            layer.prepareGeometryChange()
        self._lay()

    def _on_mouse(self, place: QPointF) -> None:
        inside = self.box.sceneBoundingRect().contains(place)
        note = self._layers[1].note_at(self.box.mapFromScene(place)) if inside else None
        self.setToolTip(note.text if note else self.hole_words(self.box.mapFromScene(place)) if inside else "")
        self.pointed.emit(self.box.instant(self.box.mapFromScene(place).x()) if inside else NOWHERE)

    def hole_words(self, place: QPointF) -> str:
        """What is missing there, in pixels of the plot; empty where nothing is."""
        found = self._layers[1].holes_at(place, NEAR_PX)
        if found is None or not found[1]:
            return ""
        pen, holes = found
        look, tag = self._look, pen.tag
        lines = [f"{pen.number}  {look.say(tag.spec.name)} – {tag.equipment.id}"]
        lines += [told(hole, look, self.shown.now) for hole in holes[:MOST_TOLD]]
        more = len(holes) - MOST_TOLD
        return "\n".join(lines + ([look.counted(words.MORE_HOLES, more)] if more > 0 else []))

    def leaveEvent(self, event: Any) -> None:
        super().leaveEvent(event)
        self.pointed.emit(NOWHERE)
