"""Hatching: holes and bad values behind the curves, with their causes; those of the other pens in lanes at the top.

////////   nothing is known, or what came can't be believed
\\\\\\\\   a hole whose values came later: the curve runs through it
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QImage, QPainter, QPen

from supervisor.clock import SECOND
from ui.hole_words import SAMPLES, cause_words, lasted, state_words
from ui.look import Look
from ui.shapes import text_width
from ui.trend.missed import Missed, Stretch
from ui.trend.pen import Pen

LANE_PX = 4.0
LANES_TOP_PX = 2.0
LANE_APART_PX = 3.0
"""Stretches of a lane no farther apart are drawn as one."""
NARROW_PX = 3.0
NEAR_PX = 3.0
"""How near to a hole the pointer is on it."""
LABEL_PX = 18.0
"""Width of a hole below which only its tip says what it is."""
MOST_UPRIGHT = 12
"""Holes in view beyond which words along them would be a fence."""
MOST_TOLD = 3

Place = Callable[[Stretch], QRectF]
"""Where a stretch of time is on the plot."""


def paint_spans(painter: QPainter, box: QRectF, runs: Sequence[Stretch], color: QColor, filled: bool) -> None:
    """Hatch runs of pixels from top to bottom; a second of 30 days is a line still."""
    pattern = Qt.BrushStyle.FDiagPattern if filled else Qt.BrushStyle.BDiagPattern
    faint, strong = QColor(color), QColor(color)
    faint.setAlpha(12 if filled else 22)
    strong.setAlpha(60 if filled else 110)
    brush, edge = QBrush(strong, pattern), QPen(strong, 1, Qt.PenStyle.DotLine)
    _paint_narrow(painter, box, [run for run in runs if run[1] - run[0] < NARROW_PX], strong)
    for left, right in runs:
        if right - left < NARROW_PX:
            continue
        place = QRectF(left, 0, right - left, box.height())
        painter.fillRect(place, faint)
        painter.fillRect(place, brush)
        if filled:
            painter.setPen(edge)
            for x in (left, right):
                painter.drawLine(QPointF(x + 0.5, 0), QPointF(x + 0.5, box.height()))


def _paint_narrow(painter: QPainter, box: QRectF, runs: Sequence[Stretch], color: QColor) -> None:
    """Lines from top to bottom, all of them as one row of pixels laid down the plot: lines would cost 40 ms."""
    if not runs:
        return
    row = np.zeros(int(box.width()) + 2, np.uint32)
    for left, right in runs:
        row[int(left) : int(right)] = color.rgba()
    image = QImage(row.tobytes(), len(row), 1, 4 * len(row), QImage.Format.Format_ARGB32)
    painter.fillRect(
        QRectF(0, 0, box.width(), box.height()),
        QBrush(image.convertToFormat(QImage.Format.Format_ARGB32_Premultiplied)),
    )


def paint_lanes(painter: QPainter, box: QRectF, lanes: Sequence[Pen], span: Stretch, look: Look) -> None:
    """A strip for each of the other pens that has anything missing in view, in its colour."""
    for at, pen in enumerate(lanes):
        color, top = QColor(look.color(f"pen{pen.number}")), LANES_TOP_PX + at * (LANE_PX + 1)
        for spans, alpha in ((pen.curve.past.filled_spans, 80), (pen.curve.past.bad_spans, 220)):
            color.setAlpha(alpha)
            for left, right in spans.runs(*span, box.width(), LANE_APART_PX):
                painter.fillRect(QRectF(left, top, max(right - left, 2.0), LANE_PX), color)


def lanes_of(pens: Sequence[Pen], chosen: Pen | None, span: Stretch) -> list[Pen]:
    """The pens that have a lane."""
    pasts = [(pen, pen.curve.past) for pen in pens if pen is not chosen]
    return [pen for pen, past in pasts if past.bad_spans.any(*span) or past.filled_spans.any(*span)]


def lane_at(y: float, lanes: Sequence[Pen]) -> Pen | None:
    """The pen whose lane is there."""
    at = int((y - LANES_TOP_PX) // (LANE_PX + 1))
    return lanes[at] if y >= LANES_TOP_PX and at < len(lanes) else None


def paint_labels(
    painter: QPainter, place: Place, holes: Sequence[Missed], top: float, span: Stretch, look: Look
) -> None:
    """Cause and fate in each hole that has room for them: side by side, else upright along it."""
    for hole in holes:
        box = place((hole.start, min(hole.end, span[1])))
        words = [(look.say(cause_words(hole.cause)), 600), (look.say(state_words(hole.state)), 400)]
        if max(text_width(text, look.font("hint", weight)) for text, weight in words) + 10 <= box.width():
            for at, (text, weight) in enumerate(words):
                _paint_label(painter, QPointF(box.center().x(), top + 7.5 + 15 * at), text, weight, look)
        elif len(holes) <= MOST_UPRIGHT:
            text = " · ".join(text for text, _ in words)
            half = text_width(text, look.font("hint", 500)) / 2 + 6
            painter.save()
            painter.translate(box.center().x(), top + half)
            painter.rotate(-90)
            _paint_label(painter, QPointF(0, 0), text, 500, look)
            painter.restore()


def _paint_label(painter: QPainter, center: QPointF, text: str, weight: int, look: Look) -> None:
    font = look.font("hint", weight)
    width = text_width(text, font) + 8
    sheet = QRectF(center.x() - width / 2, center.y() - 7.5, width, 15)
    ground = QColor(look.color("canvas"))
    ground.setAlpha(215)
    painter.fillRect(sheet, ground)
    painter.setFont(font)
    painter.setPen(look.color("text2" if weight == 400 else "text"))
    painter.drawText(sheet, int(Qt.AlignmentFlag.AlignCenter), text)


def told(hole: Missed, look: Look, now: float) -> str:
    """One hole in one line: when, how long, why, and what has become of it."""
    begun = round(hole.start * SECOND)
    until = f" → {_clock(hole.end, hole.start, look)}" if hole.end <= now else " →"
    long = lasted(min(hole.end, now) - hole.start, look)
    fate = look.say(state_words(hole.state))
    more = f" ({look.counted(SAMPLES, hole.samples)})" if hole.samples else ""
    return f"{look.date(begun)} {look.clock(begun)}{until} · {long} · {look.say(cause_words(hole.cause))}, {fate}{more}"


def _clock(instant: float, begun: float, look: Look) -> str:
    stamp = round(instant * SECOND)
    day = look.date(stamp)
    return look.clock(stamp) if day == look.date(round(begun * SECOND)) else f"{day} {look.clock(stamp)}"
