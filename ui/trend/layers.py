"""Layers: what lies behind the curves and over them, in pixels of the plot.

Behind: nights, grid, what is missing (hatching.py). Over: alarm limits with their words, pen numbers, cursor, marks.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from supervisor.clock import SECOND
from supervisor.desk.notes import Note
from ui.look import Look
from ui.scales import Limit
from ui.shapes import elided, text_width
from ui.trend.axes import AIR
from ui.trend.badge import BADGE_PX, paint_badge
from ui.trend.comparison import Comparison
from ui.trend.hatching import LABEL_PX, LANE_PX, lane_at, lanes_of, paint_labels, paint_lanes, paint_spans
from ui.trend.missed import Missed, Spans
from ui.trend.pen import Pen

NIGHT_ALPHA = {"light": 15, "dark": 46}
"""Of 255: just enough to be seen, never enough to be read as a state."""
NOTE_PX = 20.0
"""Height of the flags of notes."""


@dataclass
class Scene:
    """What both layers draw; the plot writes it."""

    start: float = 0.0
    """Visible span, seconds UTC."""
    end: float = 1.0
    now: float = 0.0
    pens: list[Pen] = field(default_factory=list)
    chosen: Pen | None = None
    limits: tuple[Limit, ...] = ()
    """Of the chosen pen."""
    standing: frozenset[int] = frozenset()
    """Alarm rows that stand now."""
    hatched: list[tuple[float, float]] = field(default_factory=list)
    """Where nothing is known of the chosen pen, oldest first."""
    nights: list[tuple[float, float]] = field(default_factory=list)
    times: list[float] = field(default_factory=list)
    parts: list[float] = field(default_factory=list)
    """Ticks of the value axis, 0 bottom to 1 top."""
    cursor: float = float("nan")
    marks: list[float] = field(default_factory=list)
    """At most two instants the operator set: A and B."""
    notes: list[Note] = field(default_factory=list)
    """By the instant they tell of."""
    ghosts: tuple[Comparison, ...] = ()
    """What the curves are compared with."""
    note: str = ""
    caution: str = ""
    """What the curves can't vouch for, above them."""
    offered: str = ""
    """Said over a frame while something that could be drawn is held over the plot."""

    @property
    def selection(self) -> tuple[float, float] | None:
        """From the earlier to the later cursor, where both are set and apart."""
        marks = self.marks
        return (min(marks), max(marks)) if len(marks) == 2 and marks[0] != marks[1] else None


class Layer(QGraphicsItem):
    """Pixels of the plot's view box, whose child it is."""

    def __init__(self, look: Look, scene: Scene, box: QGraphicsItem, depth: float) -> None:
        super().__init__(box)
        self._look, self._scene, self._box = look, scene, box
        self.setZValue(depth)
        self.setFlag(QGraphicsItem.GraphicsItemFlag.ItemClipsToShape)
        self.setAcceptedMouseButtons(Qt.MouseButton.NoButton)

    def boundingRect(self) -> QRectF:
        box = self._box.boundingRect()
        return QRectF(0, 0, box.width(), box.height())

    def _x(self, instant: float) -> float:
        scene = self._scene
        return self.boundingRect().width() * (instant - scene.start) / (scene.end - scene.start)

    def _y(self, part: float) -> float:
        return self.boundingRect().height() * (1 + AIR - part) / (1 + 2 * AIR)

    def _stretch(self, span: tuple[float, float]) -> QRectF:
        left, right = max(self._x(span[0]), 0.0), min(self._x(span[1]), self.boundingRect().width())
        return QRectF(left, 0, max(right - left, 0.0), self.boundingRect().height())

    def _faint(self, token: str, alpha: int) -> QColor:
        color = QColor(self._look.color(token))
        color.setAlpha(alpha)
        return color


class Backdrop(Layer):
    """Nights, grid and hatching."""

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        scene, box = self._scene, self.boundingRect()
        name = self._look.theme.name
        dark = self._faint("eq_line" if name == "light" else "p_line", NIGHT_ALPHA[name])
        for night in scene.nights:
            painter.fillRect(self._stretch(night), dark)
        painter.setPen(QPen(self._look.color("grid"), 1))
        for instant in scene.times:
            x = round(self._x(instant)) + 0.5
            painter.drawLine(QPointF(x, 0), QPointF(x, box.height()))
        for part in scene.parts:
            y = round(self._y(part)) + 0.5
            painter.drawLine(QPointF(0, y), QPointF(box.width(), y))
        self._hatch(painter)

    def _hatch(self, painter: QPainter) -> None:
        scene, look = self._scene, self._look
        span = (scene.start, scene.end)
        box = self.boundingRect()
        if scene.chosen:
            filled = scene.chosen.curve.past.filled_spans.runs(*span, box.width(), 0.0)
            paint_spans(painter, box, filled, look.color("text2"), filled=True)
        hatched = Spans(scene.hatched).runs(*span, box.width(), 0.0)
        paint_spans(painter, box, hatched, look.color("bad"), filled=False)
        paint_lanes(painter, box, lanes_of(scene.pens, scene.chosen, span), span, look)


class Overlay(Layer):
    """Limits, pen numbers, cursor, marks and the note."""

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self._scene.chosen:
            self._limits(painter, self._scene.chosen)
            self._holes(painter, self._scene.chosen)
        self._notes(painter)
        self._badges(painter)
        self._marks(painter)
        self._caution(painter)
        self._note(painter)
        self._offer(painter)

    def _limits(self, painter: QPainter, pen: Pen) -> None:
        look, font = self._look, self._look.font("hint", 600)
        painter.setFont(font)
        for limit in self._scene.limits:
            part = (limit.value - pen.low) / (pen.high - pen.low)
            if not -AIR <= part <= 1 + AIR:
                continue
            stands = limit.row in self._scene.standing
            color = look.color(f"p{int(limit.priority)}" if stands else "text2")
            y = round(self._y(part)) + 0.5
            painter.setPen(QPen(color, 1.6 if stands else 1.0, Qt.PenStyle.DashLine))
            painter.drawLine(QPointF(0, y), QPointF(self.boundingRect().width(), y))
            text = f"{limit.letters} {look.number(limit.value, pen.tag.spec.decimals)}"
            place = QRectF(6, y - 16 if y > 17 else y + 1, text_width(text, font) + 8, 15)
            painter.fillRect(place, self._faint("canvas", 200))
            painter.setPen(look.color("text" if stands else "text2"))
            painter.drawText(place, int(Qt.AlignmentFlag.AlignCenter), text)

    def _holes(self, painter: QPainter, pen: Pen) -> None:
        """The causes of the chosen pen's holes, below the lanes."""
        scene, span = self._scene, (self._scene.start, min(self._scene.end, self._scene.now))
        least = LABEL_PX / max(self.boundingRect().width(), 1.0) * (scene.end - scene.start)
        top = 6 + (LANE_PX + 1) * len(lanes_of(scene.pens, pen, span))
        paint_labels(painter, self._stretch, pen.curve.past.missing.within(*span, least), top, span, self._look)

    def holes_at(self, place: QPointF, near_px: float) -> tuple[Pen, list[Missed]] | None:
        """The pen whose holes are there, in pixels of the plot: a lane's, else the chosen one; and these holes."""
        scene, width = self._scene, max(self.boundingRect().width(), 1.0)
        pen = lane_at(place.y(), lanes_of(scene.pens, scene.chosen, (scene.start, scene.end))) or scene.chosen
        if pen is None:
            return None
        instant = scene.start + (scene.end - scene.start) * place.x() / width
        near = (scene.end - scene.start) * near_px / width
        return pen, pen.curve.past.missing.within(instant - near, min(instant + near, scene.now))

    def _badges(self, painter: QPainter) -> None:
        """The number of each pen where its curve ends, moved apart where they would cover each other."""
        scene, box = self._scene, self.boundingRect()
        last = min(scene.now, scene.end)
        ends = []
        for pen in scene.pens:
            value = pen.curve.at(last, scene.now)
            part = (value - pen.low) / (pen.high - pen.low)
            if part == part:
                ends.append((self._y(min(max(part, -AIR), 1 + AIR)), pen))
        self._ghost_words(painter)
        x = min(self._x(last) + 3, box.width() - BADGE_PX - 2)
        for y, pen in _apart(ends, box.height()):
            paint_badge(painter, QRectF(x, y - BADGE_PX / 2, BADGE_PX, BADGE_PX), pen.number, self._look)

    def _ghost_words(self, painter: QPainter) -> None:
        """What each ghost of the chosen pen is, at the left where it begins."""
        scene, pen, look = self._scene, self._scene.chosen, self._look
        painter.setFont(look.font("hint", 600))
        for comparison in scene.ghosts if pen else ():
            curve = pen.ghosts.get(comparison.id) if pen else None
            if curve is None or pen is None:
                continue
            there = scene.start + 0.004 * (scene.end - scene.start) - pen.shifts[comparison.id]
            part = (curve.at(there, scene.now) - pen.low) / (pen.high - pen.low)
            if -AIR <= part <= 1 + AIR:
                text = look.say(comparison.words)
                width = text_width(text, painter.font()) + 8
                place = QRectF(8, self._y(part) - 17, width, 15)
                painter.fillRect(place, self._faint("canvas", 200))
                painter.setPen(look.color(f"pen{pen.number}"))
                painter.drawText(place, int(Qt.AlignmentFlag.AlignCenter), text)

    def _marks(self, painter: QPainter) -> None:
        scene, look = self._scene, self._look
        cursor = [] if scene.cursor != scene.cursor or len(scene.marks) == 2 else [scene.cursor]
        if len(scene.marks) == 1 and cursor:
            painter.fillRect(self._stretch(_ordered(scene.marks[0], cursor[0])), self._faint("accent", 26))
        elif len(scene.marks) == 2:
            painter.fillRect(self._stretch(_ordered(*scene.marks)), self._faint("accent", 26))
        for at, instant in enumerate([*scene.marks, *cursor]):
            x = round(self._x(instant)) + 0.5
            painter.setPen(QPen(look.color("accent"), 1.4 if at < len(scene.marks) else 1.0))
            painter.drawLine(QPointF(x, 0), QPointF(x, self.boundingRect().height()))
            self._flag(painter, x, instant, at)

    def _flag(self, painter: QPainter, x: float, instant: float, at: int) -> None:
        scene, look, font = self._scene, self._look, self._look.font("label", 600)
        letter = "AB"[at] + "  " if at < len(scene.marks) else ""
        long = scene.end - scene.start > 2 * 86_400
        day = look.date(round(instant * SECOND)) + " " if long else ""
        text = f"{letter}{day}{look.clock(round(instant * SECOND))}"
        if at:
            text += f"   Δ {look.span(abs(instant - scene.marks[0]))}"
        width = text_width(text, font) + 14
        left = min(max(x - width / 2, 2), self.boundingRect().width() - width - 2)
        place = QRectF(left, 3 + 22 * at, width, 20)
        painter.setPen(QPen(look.color("accent"), 1))
        painter.setBrush(look.color("raised"))
        painter.drawRoundedRect(place, 3, 3)
        painter.setFont(font)
        painter.setPen(look.color("text"))
        painter.drawText(place, int(Qt.AlignmentFlag.AlignCenter), text)

    def _caution(self, painter: QPainter) -> None:
        text, font = self._scene.caution, self._look.font("label", 600)
        if text:
            room = min(text_width(text, font) + 20, self.boundingRect().width() - 16)
            place = QRectF(8, 30, room, 22)
            painter.setPen(QPen(self._look.color("border2"), 1))
            painter.setBrush(self._look.color("raised"))
            painter.drawRoundedRect(place, 3, 3)
            painter.setFont(font)
            painter.setPen(self._look.color("text"))
            painter.drawText(place, int(Qt.AlignmentFlag.AlignCenter), elided(text, font, room - 12))

    def _note(self, painter: QPainter) -> None:
        if not self._scene.note:
            return
        painter.setFont(self._look.font("body", 500))
        painter.setPen(self._look.color("text2"))
        painter.drawText(self.boundingRect(), int(Qt.AlignmentFlag.AlignCenter), self._scene.note)

    def note_at(self, place: QPointF) -> Note | None:
        """The note whose flag is there, in pixels of the plot; the one on top where several are."""
        if place.y() < self.boundingRect().height() - NOTE_PX - 4:
            return None
        found = [note for note in self._scene.notes if -4 <= place.x() - self._x(note.at / SECOND) <= NOTE_PX]
        return found[-1] if found else None

    def _notes(self, painter: QPainter) -> None:
        """A flag at the bottom of its instant, with its words as far as the next one lets them."""
        scene, look, box = self._scene, self._look, self.boundingRect()
        font = look.font("hint", 500)
        shown = [note for note in scene.notes if scene.start <= note.at / SECOND <= scene.end]
        places = [self._x(note.at / SECOND) for note in shown] + [box.width()]
        numbers = {pen.tag.id: pen.number for pen in scene.pens}
        for at, note in enumerate(shown):
            x, top = round(places[at]) + 0.5, box.height() - NOTE_PX
            token = f"pen{numbers[note.tag]}" if note.tag in numbers else "text"
            painter.setPen(QPen(self._faint(token, 150), 1, Qt.PenStyle.DotLine))
            painter.drawLine(QPointF(x, 0), QPointF(x, box.height()))
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(look.color(token))
            painter.drawPolygon([QPointF(x, top), QPointF(x + 10, top + 4), QPointF(x, top + 8)])
            room = places[at + 1] - x - 18
            if room > 40:
                text = elided(note.text, font, min(room, 320.0))
                place = QRectF(x + 12, top - 3, text_width(text, font) + 6, 15)
                painter.fillRect(place, self._faint("canvas", 210))
                painter.setFont(font)
                painter.setPen(look.color("text"))
                painter.drawText(place, int(Qt.AlignmentFlag.AlignCenter), text)

    def _offer(self, painter: QPainter) -> None:
        if not self._scene.offered:
            return
        painter.setPen(QPen(self._look.color("accent"), 2, Qt.PenStyle.DashLine))
        painter.setBrush(self._faint("accent", 30))
        painter.drawRoundedRect(self.boundingRect().adjusted(3, 3, -3, -3), 6, 6)
        painter.setFont(self._look.font("value", 600))
        painter.setPen(self._look.color("text"))
        painter.drawText(self.boundingRect(), int(Qt.AlignmentFlag.AlignCenter), self._scene.offered)


def _ordered(one: float, other: float) -> tuple[float, float]:
    return min(one, other), max(one, other)


def _apart(ends: list[tuple[float, Pen]], height: float) -> Iterable[tuple[float, Pen]]:
    """From top to bottom, each at least a badge below the last, and all inside."""
    ends.sort(key=lambda end: end[0])
    lowest = height - BADGE_PX / 2 - (len(ends) - 1) * (BADGE_PX + 1)
    above = -BADGE_PX
    for y, pen in ends:
        above = min(max(y, above + BADGE_PX + 1, BADGE_PX / 2), lowest)
        lowest += BADGE_PX + 1
        yield above, pen
