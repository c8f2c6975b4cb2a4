"""Signal groups over time, and the ring of stages."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from math import cos, pi, sin
from typing import NamedTuple

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter

from supervisor.clock import SECOND
from supervisor.errors import StoreError
from supervisor.model import Tag
from ui.synoptic import words
from ui.synoptic.binding import Bound
from ui.synoptic.item import Item
from ui.synoptic.sheet import CENTRE, HINT, KEY, LABEL, LEFT, RIGHT, Ink, Sheet

log = logging.getLogger(__name__)

GROUPS = tuple(f"sg{n}" for n in range(1, 9))


class Strand(NamedTuple):
    """A stretch of time a signal group spent in one state."""

    start: int
    state: str


def groups(bound: Bound) -> list[Tag]:
    """The signal groups the equipment carries, in order."""
    found = (bound.site.tag(bound.equipment, group) for group in GROUPS)
    return [tag for tag in found if tag is not None]


class Signals(Item):
    """The signal diagram: one row a group, time to the left, a bar while green, hatched while amber."""

    frame = False

    def __init__(self, bound: Bound, sheet: Sheet) -> None:
        super().__init__(bound, sheet)
        self.seconds = float(bound.symbol.options.get("seconds", 120))
        self._groups = groups(bound)
        self._strands: dict[int, deque[Strand]] = {tag.index: deque() for tag in self._groups}
        sheet.context.spawn(self._recall())

    @property
    def tags(self) -> tuple[Tag, ...]:
        return tuple(self._groups)

    def read(self) -> bool:
        """Keep the moment at which each group changed, by the device's own clock where it is plausible."""
        now = self.sheet.context.clock.now()
        oldest = now - round(self.seconds * SECOND)
        for tag in self._groups:
            strands, state = self._strands[tag.index], self.sheet.state(tag)
            if not strands or strands[-1].state != state:
                strands.append(Strand(now, state))
            while len(strands) > 1 and strands[1].start < oldest:
                strands.popleft()
        return super().read()

    async def _recall(self) -> None:
        """What the history knows of the minutes before the page was opened."""
        end = self.sheet.context.clock.now()
        start = end - round(self.seconds * SECOND)
        history = self.sheet.context.attachment.history
        for tag in self._groups:
            try:
                past = await asyncio.to_thread(history.samples, tag.id, start, end)
            except StoreError as error:  # no history yet: the diagram begins now
                log.info("The signal diagram of %s begins now: %s", tag.id, error)
                return
            strands = self._strands[tag.index]
            first = strands[0].start if strands else end
            pairs = zip(past.time.tolist(), past.value.tolist(), strict=True)
            known = [Strand(time, self._word(tag, value)) for time, value in pairs if time < first]
            strands.extendleft(reversed(known))

    @staticmethod
    def _word(tag: Tag, value: float) -> str:
        state = tag.spec.state(value) if value == value else None
        return state.id if state else ""

    def slow(self) -> bool:
        return True

    def draw(self, painter: QPainter) -> None:
        sheet, n = self.sheet, max(len(self._groups), 1)
        name_width = 116.0
        plot = QRectF(name_width, 4, self.rect.width() - name_width - 8, self.rect.height() - 28)
        step = plot.height() / n
        now = sheet.context.clock.now()
        self._seconds(painter, plot)
        for row, tag in enumerate(self._groups):
            y = plot.top() + row * step
            name = QRectF(0, y, name_width - 8, step)
            sheet.write(painter, name, sheet.say(tag.spec.name), LABEL)
            lane = QRectF(plot.left(), y + step / 2 - 7, plot.width(), 14)
            self._lane(painter, lane, self._strands[tag.index], now)

    def _seconds(self, painter: QPainter, plot: QRectF) -> None:
        sheet = self.sheet
        for past in range(0, int(self.seconds) + 1, 30):
            x = plot.right() - plot.width() * past / self.seconds
            painter.setPen(sheet.pen("grid", 1))
            painter.drawLine(QPointF(x, plot.top()), QPointF(x, plot.bottom() + 3))
            said = sheet.say(words.SECONDS_AGO).format(n=past) if past else sheet.say(words.NOW)
            room = QRectF(x - 44, plot.bottom() + 5, 88, 15)
            align = CENTRE
            if not past:
                room, align = QRectF(x - 84, plot.bottom() + 5, 88, 15), RIGHT
            elif past >= self.seconds:
                room, align = QRectF(x - 2, plot.bottom() + 5, 88, 15), LEFT
            sheet.write(painter, room, said, HINT, align)

    def _lane(self, painter: QPainter, lane: QRectF, strands: deque[Strand], now: int) -> None:
        sheet = self.sheet
        painter.setPen(sheet.pen("border2", 1))
        painter.drawLine(QPointF(lane.left(), lane.center().y()), QPointF(lane.right(), lane.center().y()))
        ends = [strand.start for strand in list(strands)[1:]] + [now]
        for strand, end in zip(strands, ends, strict=True):
            left = max(lane.right() - lane.width() * (now - strand.start) / SECOND / self.seconds, lane.left())
            right = lane.right() - lane.width() * (now - end) / SECOND / self.seconds
            bar = QRectF(left, lane.top(), max(right - left, 0.5), lane.height())
            painter.setPen(Qt.PenStyle.NoPen)
            if strand.state == "green":
                painter.setBrush(sheet.color("mark"))
                painter.drawRect(bar)
            elif strand.state in ("amber", "flashing"):
                painter.setBrush(sheet.color("pipe"))
                painter.drawRect(bar.adjusted(0, 4, 0, -4))
            elif not strand.state:
                painter.setBrush(Qt.BrushStyle.BDiagPattern)
                painter.drawRect(bar)


class Stages(Item):
    """The ring of stages, the present one bright, with the cycle time in the middle."""

    frame = False

    def __init__(self, bound: Bound, sheet: Sheet) -> None:
        super().__init__(bound, sheet)
        self._cycle = bound.site.tag(bound.equipment, "cycle")
        self.highest = 3

    @property
    def tags(self) -> tuple[Tag, ...]:
        return (*super().tags, *((self._cycle,) if self._cycle else ()))

    def draw(self, painter: QPainter) -> None:
        sheet, tag = self.sheet, self.bound.tag
        stage = sheet.value(tag)
        present = int(stage) if stage == stage else 0
        self.highest = max(self.highest, min(present, 12))
        centre, radius = self.rect.center(), min(self.rect.width(), self.rect.height()) / 2 - 26
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(sheet.pen("pipe", 2))
        painter.drawEllipse(centre, radius, radius)
        for n in range(1, self.highest + 1):
            angle = 2 * pi * (n - 1) / self.highest - pi / 2
            self._node(painter, centre + QPointF(radius * cos(angle), radius * sin(angle)), n, n == present)
        if self._cycle is not None:
            middle = QRectF(centre.x() - 60, centre.y() - 20, 120, 26)
            sheet.quantity(painter, middle, sheet.shown(self._cycle), KEY, CENTRE)
            sheet.write(painter, middle.translated(0, 24), sheet.say(words.CYCLE), LABEL, CENTRE)

    def _node(self, painter: QPainter, at: QPointF, n: int, present: bool) -> None:
        sheet = self.sheet
        painter.setPen(sheet.pen("eq_line", 2))
        painter.setBrush(sheet.color("eq_run" if present else "eq_stop"))
        painter.drawEllipse(at, 20 if present else 16, 20 if present else 16)
        ink = Ink("value" if present else "body", 700, "eq_in" if present else "text")
        sheet.write(painter, QRectF(at.x() - 20, at.y() - 12, 40, 24), str(n), ink, CENTRE)
