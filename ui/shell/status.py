"""Status bar: whether the field answers, whether its values can be believed, whether this display keeps up."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame

from supervisor import health
from supervisor.model import BAD, Quality
from ui import words
from ui.look import WAITING
from ui.naming import PROTOCOLS
from ui.pages import LINKS, LOCK_OUTS, Context
from ui.past import words as past_words
from ui.refresh import Refresh
from ui.shapes import elided, paint_icon, saved, text_width

HEIGHT = 28
MESSAGE_MS = 12_000
LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter


class Part(NamedTuple):
    """One thing the bar says."""

    title: str
    text: str
    good: bool | None = None
    """None where there is nothing to tick."""
    symbol: str = ""
    """Icon before it, where nothing is ticked."""
    page: str = LINKS
    """Where a click goes."""


class StatusBar(QFrame):
    """See the module. Also where a refusal of the station is read."""

    asked_for = Signal(object)

    def __init__(self, context: Context, refresh: Refresh) -> None:
        super().__init__()
        self.setObjectName("status")
        self._context, self._refresh = context, refresh
        self._links = LinkFigures(context)
        site = context.attachment.site
        rows = {one.id: one.index for one in site.equipment}
        self._owner = np.array([rows.get(one.parent, -1) for one in site.equipment], np.intp)
        """Row of what each equipment is a part of; -1 for none."""
        self._message = ""
        self._spots: list[tuple[float, float, str]] = []
        """From where to where a click goes to a page of its own."""
        self.mute = False
        """The machine has no sound: whoever counts on the horn must know."""
        self._forget = QTimer(self)
        self._forget.setSingleShot(True)
        self._forget.timeout.connect(lambda: self.say(""))
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        context.look.changed.connect(self._dress)
        self._dress()

    def say(self, message: str) -> None:
        """One sentence for the operator, for a while."""
        self._message = message
        self.setAccessibleDescription(message)
        if message:
            self._forget.start(MESSAGE_MS)
        self.update()

    def show_mute(self, mute: bool) -> None:
        """Whether alarms can't be heard here."""
        self.mute = mute
        self.update()

    @property
    def message(self) -> str:
        """The sentence shown now; empty for none."""
        return self._message

    def rows(self) -> NDArray[np.intp]:
        """Rows of the tags it is made of."""
        return self._links.rows()

    def _dress(self) -> None:
        self.setFixedHeight(round(HEIGHT * self._context.look.scale))
        self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        x = event.position().x()
        self.asked_for.emit(next((page for left, right, page in self._spots if left <= x < right), LINKS))

    def _left(self) -> list[Part]:
        look, live = self._context.look, self._context.live
        parts = self._links.parts(self._context)
        share = self._links.station(health.GOOD_SHARE)
        said = [look.number(len(live.value), 0)]
        if share == share:  # of a past in which no station ran nobody knows
            said.append(look.say(words.GOOD_SHARE).format(look.number(share, 2)))
        parts.append(Part(look.say(words.TAGS), " · ".join(said)))
        lag = self._links.station(health.HISTORY_LAG)
        if lag == lag:
            parts.append(Part(look.say(words.HISTORIAN), look.say(words.LAG).format(look.number(lag, 1))))
        return parts

    def _right(self) -> list[Part]:
        look = self._context.look
        cost = f"{look.number(self._refresh.cost_ms, 1)} ms / {self._refresh.interval_ms} ms"
        silent = [Part(look.say(words.NO_SOUND), "", False)] if self.mute else []
        return [*self._persons(), *silent, Part(look.say(words.DISPLAY), cost), *self._station()]

    def _station(self) -> list[Part]:
        """Whether it lives; of the past whether it did, and nothing where nobody knows."""
        context, past = self._context, self._context.past
        lives = self._links.lived() if past else context.live.alive
        if lives is None:
            return []
        now = words.STATION_ALIVE if lives else words.STATION_DEAD
        then = past_words.STATION_LIVED if lives else past_words.STATION_OFF
        return [Part(context.look.say(then if past else now), "", lives)]

    def _persons(self) -> list[Part]:
        """What waits for a second person, and how much is locked out; nothing where there is none."""
        look, board = self._context.look, self._context.attachment.equipment
        waits, locks = int(np.count_nonzero(board["awaiting"])), board["locks"]
        held = int(np.count_nonzero(locks > np.where(self._owner < 0, 0, locks[self._owner])))  # parts count with it
        held += int(board["gone"].sum())
        parts = [Part(look.say(words.TO_APPROVE).format(waits), "", None, "two", LOCK_OUTS)] if waits else []
        return parts + ([Part(look.say(words.LOCKED_OUT).format(held), "", None, "padlock", LOCK_OUTS)] if held else [])

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        look = self._context.look
        with QPainter(self) as painter:
            painter.setFont(look.font("label", 600))
            painter.setPen(look.color("text"))
            heading = look.say(words.LINKS)
            painter.drawText(QRectF(16, 0, 200, self.height()), LEFT, heading)
            x = 16 + text_width(heading, look.font("label", 600)) + 2
            right = float(self.width() - 16)
            self._spots = []
            for part in reversed(self._right()):
                right -= self._width(part)
                self._spots.append((right, right + self._width(part), part.page))
                self._paint(painter, part, right)
                right -= 22
                self._divide(painter, right)
            for part in self._left():
                if x + 22 + self._width(part) > right:  # a narrow window does without the last ones
                    break
                x = self._paint(painter, part, self._divide(painter, x))
            self._paint_message(painter, x + 20, right - 10)

    def _paint_message(self, painter: QPainter, left: float, right: float) -> None:
        look = self._context.look
        if not self._message or right - left < 80:
            return
        text = elided(self._message, look.font("label", 600), right - left - 36)
        width = text_width(text, look.font("label", 600)) + 36
        box = QRectF(right - width, 3, width, self.height() - 6)
        with saved(painter):
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(look.color("mark"))
            painter.drawRoundedRect(box, 4, 4)
            paint_icon(painter, "warning", QRectF(box.left() + 6, box.center().y() - 8, 16, 16), look.color("chrome"))
            painter.setPen(look.color("chrome"))
            painter.setFont(look.font("label", 600))
            painter.drawText(box.adjusted(28, 0, 0, 0), LEFT, text)

    def _divide(self, painter: QPainter, x: float) -> float:
        painter.setPen(self._context.look.color("border"))
        painter.drawLine(QPointF(x + 10, 7), QPointF(x + 10, self.height() - 7))
        return x + 22

    def _width(self, part: Part) -> float:
        look = self._context.look
        width = text_width(part.title, look.font("label", 600))
        if part.text:
            width += 6 + text_width(part.text, look.font("label"))
        return width + (20 if part.good is not None or part.symbol else 0)

    def _paint(self, painter: QPainter, part: Part, x: float) -> float:
        """Draw one part at `x`; where it ends."""
        look, height = self._context.look, self.height()
        if part.symbol:
            paint_icon(painter, part.symbol, QRectF(x, height / 2 - 7, 14, 14), look.color("text"), 1.8)
            x += 20
        if part.good is not None:
            mark, token = ("check", "text2") if part.good else ("warning", "bad")
            paint_icon(painter, mark, QRectF(x, height / 2 - 7, 14, 14), look.color(token), 1.8)
            x += 20
        for text, weight, token in ((part.title, 600, "text"), (part.text, 400, "text2")):
            font = look.font("label", weight)
            painter.setFont(font)
            bold = part.good is False
            painter.setPen(look.color("bad" if bold else token))
            painter.drawText(QRectF(x, 0, 600, height), LEFT, text)
            x += text_width(text, font) + 6
        return x - 6


class LinkFigures:
    """Where the health of the links is in the columns, by protocol."""

    def __init__(self, context: Context) -> None:
        site = context.attachment.site
        self._live = context.live
        self._by_id = {tag.id: tag.index for tag in site.tags_by_equipment.get(health.STATION_ID, ())}
        self._rows: dict[str, tuple[list[int], list[int]]] = {}
        for link in site.links.values():
            connected = site.tag_by_id.get(f"{link.id}.{health.CONNECTED}")
            trip = site.tag_by_id.get(f"{link.id}.{health.ROUND_TRIP}")
            if connected and trip:
                up, times = self._rows.setdefault(link.protocol, ([], []))
                up.append(connected.index)
                times.append(trip.index)

    def station(self, tag: str) -> float:
        """A figure of the station itself; NaN where it has none."""
        row = self._by_id.get(f"{health.STATION_ID}.{tag}")
        return float(self._live.value[row]) if row is not None else float("nan")

    def lived(self) -> bool | None:
        """Whether the station told of itself at the instant shown; None for one before anything was recorded."""
        quality = self._live.quality[list(self._by_id.values())]
        known = quality[quality != Quality.NEVER_READ]
        return bool((known < BAD).any()) if len(known) else None

    def rows(self) -> NDArray[np.intp]:
        """Rows of everything it reads."""
        found = [row for up, times in self._rows.values() for row in (*up, *times)]
        return np.array([*found, *self._by_id.values()], np.intp)

    def parts(self, context: Context) -> list[Part]:
        """One part per protocol: connected of all, and the median round trip."""
        look, said = context.look, []
        for protocol, (up, times) in self._rows.items():
            known = self._live.quality[up] < BAD
            connected = int(np.count_nonzero(self._live.value[up] == 1))
            trips = self._live.value[times]
            trip = float(np.median(trips[~np.isnan(trips)])) if not np.isnan(trips).all() else float("nan")
            text = f"{look.number(connected, 0) if known.any() else WAITING}/{look.number(len(up), 0)}"
            if trip == trip:
                text += f"  {look.number(trip, 0 if trip >= 10 else 1)} ms"
            down = len(up) - connected
            if down and known.any():
                text += "  " + look.counted(words.LINKS_DOWN, down)
            said.append(Part(PROTOCOLS.get(protocol, protocol), text, down == 0))
        return said
