"""Sheet: what every symbol of a page draws with: colours and fonts of the look, live values, alarms, bodies, history.

Fonts do not follow the text scale here: a page is zoomed as a whole, and a page whose words grew alone would burst.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPen

from alarms.states import State
from supervisor.model import BAD, Alarm, Equipment, Tag, Text
from ui.look import Look
from ui.padlock import locks
from ui.pages import Context
from ui.spark import Strips
from ui.synoptic.bodies import Bodies
from ui.theme.theme import tokens
from ui.values import Shown, shown, state_id

if TYPE_CHECKING:
    from ui.live import Live

LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
CENTRE = Qt.AlignmentFlag.AlignCenter
TOP = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop


WIDTHS = 8192
"""Measured texts kept: some pages' worth; then all are forgotten, which costs one slow repaint."""


class Raised(NamedTuple):
    """The alarm a symbol wears: unacknowledged before acknowledged, then by priority, as everywhere."""

    priority: int
    acked: bool
    row: int


class Ink(NamedTuple):
    """How a text is written: a size of tokens.toml, a weight and a colour token."""

    size: str = "label"
    weight: int = 400
    token: str = "text2"


LABEL = Ink("label", 500)
HINT = Ink("hint")
STRONG = Ink("body", 600, "text")
WORD = Ink("body", 500, "text")
VALUE = Ink("value", 600, "text")
KEY = Ink("key", 600, "text")
HEAD = Ink("label", 600)


class Sheet:
    """See the module. One per view."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self.look: Look = context.look
        self.live: Live = context.live
        self.site = context.attachment.site
        self.bodies = Bodies()
        self.strips = Strips(context)
        self.scale = 1.0
        """Pixels of the screen for one of the page."""
        self.overflows: set[str] = set()
        """Texts that did not fit since it was last emptied; the lint reads them."""
        self._fonts: dict[tuple[str, int], QFont] = {}
        self._metrics: dict[tuple[str, int], QFontMetricsF] = {}
        self._widths: dict[tuple[str, str, int], float] = {}

    def color(self, token: str) -> QColor:
        return self.look.color(token)

    def font(self, ink: Ink) -> QFont:
        key = (ink.size, ink.weight)
        if key not in self._fonts:
            font = QFont(self.look.font(ink.size, ink.weight))
            font.setPixelSize(int(tokens()["size"][ink.size]))
            self._fonts[key] = font
            self._metrics[key] = QFontMetricsF(font)
        return self._fonts[key]

    def width(self, text: str, ink: Ink) -> float:
        """Kept: measuring a text costs as much as drawing it, and a page says the same few hundred again and again."""
        key = (text, ink.size, ink.weight)
        width = self._widths.get(key)
        if width is None:
            if len(self._widths) >= WIDTHS:
                self._widths.clear()
            self.font(ink)
            width = self._widths[key] = self._metrics[ink.size, ink.weight].horizontalAdvance(text)
        return width

    def pen(self, token: str, width: float = 1.6, style: Qt.PenStyle = Qt.PenStyle.SolidLine) -> QPen:
        return QPen(self.color(token), width, style, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin)

    def blunt(self, token: str, width: float) -> QPen:
        """A pen that ends where the line ends: arrows and stop bars must not bulge."""
        pen = QPen(self.color(token), width)
        pen.setCapStyle(Qt.PenCapStyle.FlatCap)
        return pen

    def say(self, text: Text) -> str:
        return self.look.say(text)

    def number(self, value: float, decimals: int) -> str:
        return self.look.number(value, decimals)

    def write(
        self, painter: QPainter, rect: QRectF, text: str, ink: Ink = LABEL, align: Qt.AlignmentFlag = LEFT
    ) -> None:
        """One line of text; cut with an ellipsis where it does not fit, which the lint reports."""
        painter.setFont(self.font(ink))
        painter.setPen(self.color(ink.token))
        if self.width(text, ink) > rect.width() + 0.5:
            self.overflows.add(text)
            metrics = self._metrics[ink.size, ink.weight]
            text = metrics.elidedText(text, Qt.TextElideMode.ElideRight, rect.width())
        painter.drawText(rect, int(align), text)

    def quantity(
        self, painter: QPainter, rect: QRectF, value: Shown, ink: Ink = VALUE, align: Qt.AlignmentFlag = LEFT
    ) -> None:
        """A number and its unit, the unit smaller and right behind it."""
        unit_ink = Ink("label" if ink.size == "key" else "hint")
        ink = ink._replace(token="bad") if value.bad else ink
        unit = self.width(value.unit, unit_ink) + 4 if value.unit else 0.0
        number = min(self.width(value.text, ink), max(rect.width() - unit, 0))
        spare = max(rect.width() - number - unit, 0)
        start = rect.left() + (spare if align & Qt.AlignmentFlag.AlignRight else 0)
        start += spare / 2 if align & Qt.AlignmentFlag.AlignHCenter else 0
        self.write(painter, QRectF(start, rect.top(), number + 0.6, rect.height()), value.text, ink)
        if value.unit:
            drop = self._metrics[ink.size, ink.weight].ascent() - self._ascent(unit_ink)
            place = QRectF(start + number + 4, rect.top() + drop / 2.6, unit, rect.height())
            self.write(painter, place, value.unit, unit_ink)

    def _ascent(self, ink: Ink) -> float:
        self.font(ink)
        return self._metrics[ink.size, ink.weight].ascent()

    def shown(self, tag: Tag) -> Shown:
        return shown(tag, self.live, self.context.attachment.texts, self.look)

    def value(self, tag: Tag | None) -> float:
        """The live number; NaN where there is none to be believed."""
        return float("nan") if tag is None or self.bad(tag) else float(self.live.value[tag.index])

    def state(self, tag: Tag | None) -> str:
        """The id of the state a tag is in; empty where bad, unnamed or absent."""
        return "" if tag is None else state_id(tag, self.live)

    def locked(self, equipment: Equipment) -> bool:
        """Whether it, or what it is a part of, is locked out."""
        return locks(self.context, equipment) > 0

    def bad(self, tag: Tag) -> bool:
        return bool(self.live.quality[tag.index] >= BAD)

    def raised(self, alarms: Sequence[Alarm]) -> Raised | None:
        """The most urgent of these alarms that stands and that nobody shelved or suppressed."""
        board = self.context.board
        state, hidden = board["state"], board["suppression"]
        standing = [alarm for alarm in alarms if state[alarm.index] != State.NORMAL and not hidden[alarm.index]]
        found = (Raised(int(a.rule.priority), bool(board.acked[a.index]), a.index) for a in standing)
        return min(found, key=lambda raised: (raised.acked, raised.priority), default=None)


def polygon(*points: tuple[float, float]) -> list[QPointF]:
    return [QPointF(x, y) for x, y in points]
