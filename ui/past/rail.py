"""Rail: the slider over time. Where one is, when alarms were raised, and what the history has missed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QBrush, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QPolygonF, QWheelEvent
from PySide6.QtWidgets import QWidget

from supervisor.clock import SECOND
from ui.look import Look
from ui.past import words
from ui.shapes import saved, text_width
from ui.trend.ticks import DAY_S, time_ticks

HEIGHT = 46
EDGE = 12
SHORTEST_S, LONGEST_S = 300.0, 40 * 366 * float(DAY_S)
_LANE = 12
CENTER = Qt.AlignmentFlag.AlignCenter
_KEYS = {
    Qt.Key.Key_Left: -60.0,
    Qt.Key.Key_Right: 60.0,
    Qt.Key.Key_PageDown: -3600.0,
    Qt.Key.Key_PageUp: 3600.0,
}


class Rail(QWidget):
    """See the module. Times are seconds UTC."""

    sought = Signal(float)
    """An instant that was pointed at."""
    stepped = Signal(float)
    """Seconds on or back, by a key."""
    ranged = Signal()
    """Another range is shown: its marks are wanted."""

    def __init__(self, look: Look) -> None:
        super().__init__()
        self._look = look
        self.start, self.end = 0.0, 1.0
        self.instant = self.now = 0.0
        self.raises: Sequence[float] = ()
        """When alarms were raised."""
        self.holes: Sequence[tuple[float, float]] = ()
        """From and to."""
        self._over = -1.0
        """Where the mouse is, in pixels; -1 for nowhere."""
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        look.changed.connect(self._dress)
        self._dress()

    def _dress(self) -> None:
        self.setFixedHeight(round(HEIGHT * self._look.scale))
        self.setAccessibleName(self._look.say(words.SLIDER))
        self.update()

    @property
    def span(self) -> float:
        return self.end - self.start

    def show_range(self, span: float) -> None:
        """This many seconds, the instant among them and the present at the end where it is near."""
        span = min(max(span, SHORTEST_S), LONGEST_S)
        end = min(self.now, self.instant + 0.5 * span)
        if self.instant >= self.now - 0.9 * span:
            end = self.now
        self._turn(end - span, end)

    def show_instant(self, instant: float, now: float) -> None:
        """Where one is; the range follows when it is left."""
        moved = now - self.now
        self.now, self.instant = now, instant
        if self.end > now + 1 or not self.start <= instant <= self.end:
            self.show_range(self.span)
        elif moved > 0 and self.end >= now - moved - 1:  # the present goes on at the right end
            self.start, self.end = self.start + moved, self.end + moved
        self.update()

    def mark(self, raises: Sequence[float], holes: Sequence[tuple[float, float]]) -> None:
        """What is marked on it."""
        self.raises, self.holes = raises, holes
        self.update()

    def _turn(self, start: float, end: float) -> None:
        self.start, self.end = start, end
        self.ranged.emit()
        self.update()

    def _x(self, instant: float) -> float:
        return EDGE + (instant - self.start) / max(self.span, 1e-9) * (self.width() - 2 * EDGE)

    def _instant(self, x: float) -> float:
        share = (x - EDGE) / max(self.width() - 2 * EDGE, 1)
        return min(self.start + min(max(share, 0.0), 1.0) * self.span, self.now)

    # ------------------------------------------------------------ hands
    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self.sought.emit(self._instant(event.position().x()))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._over = event.position().x()
        if event.buttons() & Qt.MouseButton.LeftButton:
            self.sought.emit(self._instant(self._over))
        self.update()

    def leaveEvent(self, event: object) -> None:
        self._over = -1.0
        self.update()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Nearer or farther, what is under the mouse staying where it is."""
        factor = 0.8 if event.angleDelta().y() > 0 else 1.25
        span = min(max(self.span * factor, SHORTEST_S), LONGEST_S)
        fixed = self._instant(event.position().x())
        start = fixed - (fixed - self.start) * span / self.span
        end = min(start + span, self.now)
        self._turn(end - span, end)
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = _KEYS.get(Qt.Key(event.key())) if not event.modifiers() else None
        if step is None:
            super().keyPressEvent(event)
        else:
            self.stepped.emit(step)

    # ------------------------------------------------------------ drawing
    def paintEvent(self, event: QPaintEvent) -> None:
        look = self._look
        lane = QRectF(EDGE, 6, self.width() - 2 * EDGE, _LANE)
        with QPainter(self) as plain, saved(plain) as painter:
            painter.setPen(QPen(look.color("accent" if self.hasFocus() else "border2"), 1))
            painter.setBrush(look.color("sunken"))
            painter.drawRoundedRect(lane, 4, 4)
            painter.fillRect(
                QRectF(lane.left(), lane.top() + 1, self._x(self.instant) - lane.left(), _LANE - 1), look.color("band")
            )
            self._paint_holes(painter, lane)
            self._paint_raises(painter, lane)
            self._paint_ticks(painter, lane)
            self._paint_now(painter, lane)
            self._paint_knob(painter, lane)
            self._paint_hint(painter, lane)

    def _paint_holes(self, painter: QPainter, lane: QRectF) -> None:
        painter.setPen(Qt.PenStyle.NoPen)
        for start, end in self.holes:
            left, right = max(self._x(start), lane.left()), min(self._x(end), lane.right())
            if right > left - 1:
                room = QRectF(left, lane.top() + 1, max(right - left, 1.5), _LANE - 2)
                painter.fillRect(room, self._look.color("panel"))
                painter.fillRect(room, QBrush(self._look.color("bad"), Qt.BrushStyle.BDiagPattern))

    def _paint_raises(self, painter: QPainter, lane: QRectF) -> None:
        """Not in the colours of alarms: those are over."""
        painter.setPen(QPen(self._look.color("text2"), 1.2))
        for instant in self.raises:
            if self.start <= instant <= self.end:
                x = self._x(instant)
                painter.drawLine(QPointF(x, lane.top() + 3), QPointF(x, lane.bottom() - 3))

    def _paint_ticks(self, painter: QPainter, lane: QRectF) -> None:
        look, font = self._look, self._look.font("hint")
        room = 92 * look.scale
        ticks, step = time_ticks(self.start, self.end, max(int(lane.width() / room), 2), look.zone)
        painter.setFont(font)
        painter.setPen(look.color("text2"))
        for tick in ticks:
            x = self._x(tick)
            painter.drawLine(QPointF(x, lane.bottom()), QPointF(x, lane.bottom() + 4))
            if lane.left() + room / 3 < x < lane.right() - room / 3:
                box = QRectF(x - room / 2, lane.bottom() + 4, room, self.height() - lane.bottom() - 4)
                painter.drawText(box, int(CENTER), self._named(tick, step))

    def _named(self, tick: float, step: float) -> str:
        moment = datetime.fromtimestamp(tick, self._look.zone)
        if step >= DAY_S or (moment.hour == 0 and moment.minute == 0 and moment.second == 0):
            return f"{moment:%d/%m/%Y}" if step >= 28 * DAY_S else f"{moment:%d/%m}"
        return f"{moment:%H:%M:%S}" if step < 60 else f"{moment:%H:%M}"

    def _paint_now(self, painter: QPainter, lane: QRectF) -> None:
        x = self._x(self.now)
        if x <= lane.right() + 1:
            painter.setPen(QPen(self._look.color("text"), 2))
            painter.drawLine(QPointF(x, lane.top() - 4), QPointF(x, lane.bottom() + 4))

    def _paint_knob(self, painter: QPainter, lane: QRectF) -> None:
        look, x = self._look, self._x(self.instant)
        painter.setPen(QPen(look.color("chrome"), 1.5))
        painter.setBrush(look.color("past"))
        top, bottom = lane.top() - 5, lane.bottom() + 5
        shape = [
            QPointF(x - 7, top),
            QPointF(x + 7, top),
            QPointF(x + 7, bottom - 6),
            QPointF(x, bottom),
            QPointF(x - 7, bottom - 6),
        ]
        painter.drawPolygon(QPolygonF(shape))

    def _paint_hint(self, painter: QPainter, lane: QRectF) -> None:
        """The instant under the mouse."""
        if self._over < 0:
            return
        look, font = self._look, self._look.font("hint", 600)
        instant = round(self._instant(self._over) * SECOND)
        said = f"{look.moment(instant):%d/%m} {look.clock(instant)}"
        width = text_width(said, font) + 12
        left = min(max(self._over - width / 2, lane.left()), lane.right() - width)
        box = QRectF(left, lane.bottom() + 3, width, self.height() - lane.bottom() - 4)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(look.color("mark"))
        painter.drawRoundedRect(box, 3, 3)
        painter.setFont(font)
        painter.setPen(look.color("chrome"))
        painter.drawText(box, int(CENTER), said)
