"""Scales: what an analogue value is measured against (range, normal band, limits of its alarms) and how that is drawn.

One drawing everywhere: band, limit ticks, pointer. An alarm hue is used for the one limit whose alarm stands.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import isnan

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFont, QPainter, QPen

from supervisor.model import Alarm, Condition, Priority, TagSpec
from ui.look import Look

LETTERS = {Condition.HIGH_HIGH: "HH", Condition.HIGH: "H", Condition.LOW: "L", Condition.LOW_LOW: "LL"}
"""As ISA writes them, in every language."""


@dataclass(frozen=True, slots=True)
class Limit:
    """One alarm limit of the value."""

    letters: str
    value: float
    priority: Priority
    row: int
    """Row of the alarm columns."""


@dataclass(frozen=True, slots=True)
class Scale:
    """See the module. `normal_low` and `normal_high` are NaN where the type names no band."""

    low: float
    high: float
    normal_low: float
    normal_high: float
    limits: tuple[Limit, ...] = ()
    decimals: int = 1

    def part(self, value: float) -> float:
        """Where a value lies between bottom (0) and top (1); held at the ends."""
        return min(max((value - self.low) / (self.high - self.low), 0.0), 1.0)

    @property
    def banded(self) -> bool:
        return not (isnan(self.normal_low) or isnan(self.normal_high))


def scale_of(spec: TagSpec, alarms: Iterable[Alarm] = ()) -> Scale | None:
    """The scale of a tag with the limits of its own alarms; None where nothing says a range."""
    limits = tuple(
        Limit(LETTERS[alarm.rule.condition], alarm.rule.limit, alarm.rule.priority, alarm.index)
        for alarm in alarms
        if alarm.tag.spec.id == spec.id and alarm.rule.condition in LETTERS
    )
    ends = (spec.low, spec.high)
    if any(isnan(end) for end in ends):
        known = [x for x in (*ends, spec.normal_low, spec.normal_high, *(lim.value for lim in limits)) if not isnan(x)]
        if not known:
            return None
        ends = (min(0.0, *known), 1.25 * max(known))
    if ends[1] <= ends[0]:
        return None
    return Scale(ends[0], ends[1], spec.normal_low, spec.normal_high, limits, spec.decimals)


def paint_upright(
    painter: QPainter, bar: QRectF, scale: Scale, value: float, look: Look, active: int = -1, letters: bool = False
) -> None:
    """A standing bar; `active` is the row of the alarm that stands, `letters` names the limits beside their ticks."""
    bottom, height = bar.bottom(), bar.height()
    _trough(painter, bar, look)
    if scale.banded:
        top = bottom - scale.part(scale.normal_high) * height
        foot = bottom - scale.part(scale.normal_low) * height
        painter.fillRect(QRectF(bar.left() + 1, top, bar.width() - 1, foot - top), look.color("band"))
    for limit in scale.limits:
        y = bottom - scale.part(limit.value) * height
        strong = limit.row == active
        painter.setPen(_tick(look, limit, strong))
        painter.drawLine(QPointF(bar.left() - 5, y), QPointF(bar.right(), y))
        if letters:
            painter.setFont(_small(look))
            painter.setPen(look.color("text" if strong else "text2"))
            place = QRectF(bar.left() - 66, y - 8, 58, 16)
            painter.drawText(place, int(_RIGHT), f"{limit.letters} {look.number(limit.value, scale.decimals)}")
    if value == value:
        y = bottom - scale.part(value) * height
        x = bar.right()
        painter.fillRect(QRectF(bar.left() + 1, y - 1, bar.width() - 1, 2), look.color("mark"))
        _pointer(painter, look, [QPointF(x - 8, y), QPointF(x + 7, y - 6.5), QPointF(x + 7, y + 6.5)])


def paint_across(painter: QPainter, bar: QRectF, scale: Scale, value: float, look: Look, active: int = -1) -> None:
    """A lying bar with the same marks."""
    left, width = bar.left(), bar.width()
    _trough(painter, bar, look)
    if scale.banded:
        start = left + scale.part(scale.normal_low) * width
        end = left + scale.part(scale.normal_high) * width
        painter.fillRect(QRectF(start, bar.top() + 1, end - start, bar.height() - 1), look.color("band"))
    for limit in scale.limits:
        x = left + scale.part(limit.value) * width
        painter.setPen(_tick(look, limit, limit.row == active))
        painter.drawLine(QPointF(x, bar.top() - 3), QPointF(x, bar.bottom() + 3))
    if value == value:
        x = left + scale.part(value) * width
        y = bar.bottom()
        painter.fillRect(QRectF(x - 1, bar.top() + 1, 2, bar.height() - 1), look.color("mark"))
        _pointer(painter, look, [QPointF(x, y - 5), QPointF(x - 6, y + 6), QPointF(x + 6, y + 6)])


def _trough(painter: QPainter, bar: QRectF, look: Look) -> None:
    painter.setPen(QPen(look.color("border2"), 1))
    painter.setBrush(look.color("bar"))
    painter.drawRect(bar.adjusted(0.5, 0.5, 0.5, 0.5))


def _tick(look: Look, limit: Limit, strong: bool) -> QPen:
    if strong:
        return QPen(look.color(f"p{int(limit.priority)}"), 2.4)
    return QPen(look.color("text2"), 1.3)


def _pointer(painter: QPainter, look: Look, corners: list[QPointF]) -> None:
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(look.color("mark"))
    painter.drawPolygon(corners)


def _small(look: Look) -> QFont:
    font = QFont(look.font("hint", 600))
    font.setPixelSize(11)
    return font


_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
