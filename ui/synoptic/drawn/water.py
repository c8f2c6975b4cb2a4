"""Figures that decide: how much room is left, how long until the limit, how often a pump starts."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter

from supervisor.model import Tag
from ui.spark import Strip
from ui.synoptic import words
from ui.synoptic.binding import Bound
from ui.synoptic.drawn.analogue import scale_for
from ui.synoptic.item import Item, named
from ui.synoptic.sheet import KEY, LABEL, Sheet
from ui.values import Shown

WINDOW_S = 600.0
"""How far back the rate of a level is looked at: long enough for the waves of the pumps, short enough for a storm."""
STILL = 0.02
"""Metres an hour below which a level counts as steady."""
HOURS_FROM = 2.0
"""Hours beyond which minutes are more than a level probe knows."""
FAR_H = 12.0
"""A forecast of more hours than this says nothing."""


class Figure(Item):
    """A figure computed from a level: `margin` to its highest limit, `time` until it is reached, `starts` per hour."""

    frame = False

    def __init__(self, bound: Bound, sheet: Sheet) -> None:
        super().__init__(bound, sheet)
        self.compute = str(bound.symbol.options.get("compute", "margin"))
        scale = scale_for(bound, bound.tag)
        highs = [limit.value for limit in scale.limits if limit.letters in ("H", "HH")] if scale else []
        self.limit = max(highs, default=scale.high if scale else float("nan"))
        if self.compute != "margin":
            self.strip()

    def strip(self) -> Strip | None:
        minutes = 60 if self.compute == "starts" else 30
        return self.sheet.strips.want(self.bound.tag, minutes) if self.bound.tag else None

    def slow(self) -> bool:
        return self.read()

    def look_at(self) -> object:
        return self.figure()

    def figure(self) -> Shown:
        """What is written: number and unit, or words where no number makes sense."""
        tag = self.bound.tag
        if tag is None or self.sheet.bad(tag):
            return Shown("—", "", True)
        if self.compute == "margin":
            left = self.limit - self.sheet.value(tag)
            return Shown(self.sheet.number(left, tag.spec.decimals), tag.spec.unit, False)
        return self._starts() if self.compute == "starts" else self._time(tag)

    def _time(self, tag: Tag) -> Shown:
        strip = self.strip()
        rate = 3600 * strip.rate(WINDOW_S) if strip else float("nan")
        if rate != rate:
            return Shown(self.sheet.say(words.MEASURING), "", False)
        if rate <= STILL:
            return Shown(self.sheet.say(words.FALLING if rate < -STILL else words.STEADY), "", False)
        hours = (self.limit - self.sheet.value(tag)) / rate
        if hours > FAR_H:
            return Shown(f"> {FAR_H:g}", "h", False)
        if hours > HOURS_FROM:
            return Shown(self.sheet.number(hours, 1), "h", False)
        return Shown(self.sheet.number(max(60 * hours, 0), 0), "min", False)

    def _starts(self) -> Shown:
        strip = self.strip()
        known = strip.value[~np.isnan(strip.value)] if strip else np.empty(0)
        if len(known) < 2:
            return Shown("—", "/h", False)
        return Shown(self.sheet.number(max(float(known[-1] - known[0]), 0.0), 0), "/h", False)

    def draw(self, painter: QPainter) -> None:
        sheet, width = self.sheet, self.rect.width()
        sheet.write(painter, QRectF(0, 0, width, 16), named(self), LABEL)
        sheet.quantity(painter, QRectF(0, 17, width, 28), self.figure(), KEY)
