"""Strips: the last minutes of a tag, small, wherever there is room for them.

History comes once, in a thread, when a strip is first wanted; from then on the live value is appended once a second.
A gap or a bad value breaks the line: nothing is drawn across what nobody knows.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from supervisor.clock import SECOND
from supervisor.errors import StoreError
from supervisor.historian.history import Trend
from supervisor.model import BAD, Tag
from ui.look import Look
from ui.pages import Context
from ui.scales import Scale

log = logging.getLogger(__name__)

POINTS = 240
"""Buckets asked of the history: two samples for each pixel of the widest strip."""
SKIPPED = 0.05
"""A jump of more than this share of a strip is not drawn across: the history is read again."""
CAPACITY = 8192
"""Samples a strip keeps: 30 minutes once a second, and what the history gave."""


@dataclass(slots=True)
class Strip:
    """Samples of one tag, oldest first. NaN marks a gap."""

    minutes: float
    time: NDArray[np.int64] = field(default_factory=lambda: np.empty(0, np.int64))
    value: NDArray[np.float64] = field(default_factory=lambda: np.empty(0))
    now: int = 0
    """The right end, ns UTC."""
    begun: int = 0
    """How often it began anew: what was read for an earlier beginning is of no use."""
    read: bool = False
    """Whether its history is here, as far as there is one."""

    def append(self, time: int, value: float) -> None:
        """Take the live value; what has left the span is dropped."""
        self.now = time
        if len(self.time) and time <= self.time[-1]:
            return
        keep = int(np.searchsorted(self.time, time - round(self.minutes * 60) * SECOND))
        keep = max(keep - 1, len(self.time) - CAPACITY, 0)
        self.time = np.append(self.time[keep:], time)
        self.value = np.append(self.value[keep:], value)

    def prepend(self, time: NDArray[np.int64], value: NDArray[np.float64]) -> None:
        """Put history before what was seen live meanwhile."""
        first = self.time[0] if len(self.time) else np.iinfo(np.int64).max
        older = time < first
        self.time = np.concatenate([time[older], self.time])
        self.value = np.concatenate([value[older], self.value])

    def rate(self, seconds: float) -> float:
        """Per second, by least squares over the last `seconds`; NaN with too little to say."""
        since = self.now - round(seconds * SECOND)
        use = (self.time >= since) & ~np.isnan(self.value)
        if np.count_nonzero(use) < 5:
            return float("nan")
        x = (self.time[use] - self.now) / SECOND
        if x[-1] - x[0] < seconds / 4:
            return float("nan")
        slope = np.polynomial.polynomial.polyfit(x, self.value[use], 1)[1]
        return float(slope)


class Strips:
    """The strips one view wants, kept fresh."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._strips: dict[tuple[int, float], Strip] = {}
        self._tags: dict[int, Tag] = {}

    def want(self, tag: Tag, minutes: float = 30) -> Strip:
        """The strip of a tag; asked for the first time, its history is on the way."""
        key = (tag.index, minutes)
        strip = self._strips.get(key)
        if strip is None:
            strip = self._strips[key] = Strip(minutes, now=self._context.clock.now())
            self._tags[tag.index] = tag
            self._context.spawn(self._load(tag, strip))
        return strip

    def forget(self) -> None:
        """Let go of all of them; for a view that turns to another equipment."""
        self._strips.clear()
        self._tags.clear()

    def slow(self) -> None:
        """Once a second: append the live values."""
        live, now = self._context.live, self._context.clock.now()
        for (index, _), strip in self._strips.items():
            if now - strip.now > strip.minutes * 60 * SECOND * SKIPPED or now < strip.now:
                self._again(self._tags[index], strip, now)
                continue
            bad = live.quality[index] >= BAD
            strip.append(now, float("nan") if bad else float(live.value[index]))

    def _again(self, tag: Tag, strip: Strip, now: int) -> None:
        """The clock jumped, or another time is looked at: a line across what was left out would be made up."""
        strip.time, strip.value, strip.now = np.empty(0, np.int64), np.empty(0), now
        strip.begun, strip.read = strip.begun + 1, False
        self._context.spawn(self._load(tag, strip))

    async def _load(self, tag: Tag, strip: Strip) -> None:
        end, begun = self._context.clock.now(), strip.begun
        start = end - round(strip.minutes * 60) * SECOND
        history = self._context.attachment.history
        try:
            trend = await asyncio.to_thread(history.trend, tag.id, start, end, POINTS)
        except StoreError as error:  # a station's first minute, or a damaged file that has its own alarm
            log.info("The strip of %s begins now: %s", tag.id, error)
            strip.read = True
            return
        if begun == strip.begun:
            strip.prepend(*stepped(trend))
            strip.now, strip.read = max(strip.now, end), True


def stepped(trend: Trend) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Exact samples as steps, each value ruling until the next; columns as they are."""
    if trend.step or not len(trend):
        return trend.time, trend.mean
    ends = np.append(trend.time[1:] - 1, max(trend.until, int(trend.time[-1])))
    return np.column_stack([trend.time, ends]).ravel(), np.repeat(trend.mean, 2)


def paint_strip(painter: QPainter, rect: QRectF, strip: Strip, scale: Scale | None, look: Look) -> None:
    """The line of a strip in `rect`, over the range of its scale, or over its own where the scale is much wider."""
    known = strip.value[~np.isnan(strip.value)]
    if len(known) < 2:
        return
    low, high = _ends(known, scale)
    span = round(strip.minutes * 60) * SECOND
    x = rect.left() + rect.width() * (1 - (strip.now - strip.time) / span)
    y = rect.bottom() - rect.height() * (strip.value - low) / (high - low)
    painter.setPen(QPen(look.color("text2"), 1.2))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for run in _runs(x, np.clip(y, rect.top(), rect.bottom()), rect):
        painter.drawPolyline(run)


def _ends(known: NDArray[np.float64], scale: Scale | None) -> tuple[float, float]:
    low, high = float(known.min()), float(known.max())
    room = 0.06 * (scale.high - scale.low) if scale else 0.5
    middle, half = (low + high) / 2, max((high - low) / 2 * 1.1, room)
    return middle - half, middle + half


def _runs(x: NDArray[np.float64], y: NDArray[np.float64], rect: QRectF) -> list[list[QPointF]]:
    """The line in pieces without gaps, at most two points to a pixel."""
    inside = x >= rect.left() - 1
    x, y = x[inside], y[inside]
    step = max(len(x) // max(int(2 * rect.width()), 1), 1)
    runs: list[list[QPointF]] = [[]]
    for px, py in zip(x[::step].tolist(), y[::step].tolist(), strict=True):
        if py != py:
            runs.append([])
        else:
            runs[-1].append(QPointF(px, py))
    return [run for run in runs if len(run) > 1]


class Sparkline(QWidget):
    """A strip as a widget, with its normal band and its limits behind the line."""

    def __init__(self, look: Look, strip: Strip, scale: Scale | None) -> None:
        super().__init__()
        self._look, self.strip, self._scale = look, strip, scale
        self.setFixedHeight(46)

    def paintEvent(self, event: QPaintEvent) -> None:
        look, frame = self._look, QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        with QPainter(self) as painter:
            painter.setPen(QPen(look.color("border2"), 1))
            painter.setBrush(look.color("bar"))
            painter.drawRect(frame)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            paint_strip(painter, frame.adjusted(1, 3, -1, -3), self.strip, self._scale, look)


def ends(strip: Strip) -> Sequence[float]:
    """Lowest and highest value of a strip; empty where nothing is known, or its history is still on the way."""
    known = strip.value[~np.isnan(strip.value)]
    return (float(known.min()), float(known.max())) if strip.read and len(known) else ()
