"""Pen: one tag on the plot, with its number, its curve and its scale. No Qt but the item that draws it."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import ceil, floor, isnan, log10
from typing import Any

import numpy as np

from supervisor.model import Tag
from ui.trend.curve import Curve, Figures, Times, Values
from ui.trend.summary import Summary

MOST_PENS = 8
_UNKNOWN = Figures(float("nan"), float("nan"), float("nan"))


@dataclass(eq=False, slots=True)
class Pen:
    """See the module."""

    tag: Tag
    number: int
    """1 to 8: colour and dash."""
    curve: Curve = field(default_factory=Curve)
    low: float = 0.0
    high: float = 1.0
    figures: Figures = _UNKNOWN
    """Of the visible span."""
    apart: bool = False
    """It has an axis of its own although others have its unit."""
    summary: Summary | None = None
    """Exact figures of the selection or of the visible span, once they were read."""
    ghosts: dict[str, Curve] = field(default_factory=dict)
    """Comparison -> what was then."""
    shifts: dict[str, float] = field(default_factory=dict)
    """Comparison -> seconds from then to the place where it is drawn."""
    item: Any = None
    """The pyqtgraph curve."""
    ghost_items: dict[str, Any] = field(default_factory=dict)

    def forget(self) -> None:
        """Nothing is known of its past, nor of the days it is compared with."""
        self.curve, self.summary, self.figures = Curve(), None, _UNKNOWN
        self.ghosts, self.shifts = {}, {}

    def measure(self, start: float, end: float, now: float, fitted: bool) -> None:
        """Figures and scale for a visible span (seconds UTC); `fitted`: the scale follows the values."""
        self.figures = self.curve.figures(start, min(end, now), now)
        self.low, self.high = self._scale(fitted)

    def part(self, value: Values) -> Values:
        """Values as parts of the scale: 0 at the bottom, 1 at the top."""
        return (value - self.low) / (self.high - self.low)

    def line(self, span: tuple[float, float], now: float) -> tuple[Times, Values]:
        """What lies in a span, and one point beside it on either side."""
        time, value = _within(*self.curve.line(now), span)
        return time, self.part(value)

    def ghost_line(self, comparison: str, span: tuple[float, float], now: float) -> tuple[Times, Values]:
        """What was then, drawn where it is compared."""
        shift = self.shifts[comparison]
        time, value = _within(*self.ghosts[comparison].line(now), (span[0] - shift, span[1] - shift))
        return time + shift, self.part(value)

    def _scale(self, fitted: bool) -> tuple[float, float]:
        spec, (low, _, high) = self.tag.spec, self.figures
        if spec.states:
            values = [state.value for state in spec.states]
            return min(values) - 0.5, max(values) + 0.5
        if fitted or isnan(spec.low) or isnan(spec.high) or spec.high <= spec.low:
            return nice_range(low, high)
        if not isnan(low) and (low < spec.low or high > spec.high):
            return nice_range(min(low, spec.low), max(high, spec.high))
        return spec.low, spec.high


def _within(time: Times, value: Values, span: tuple[float, float]) -> tuple[Times, Values]:
    first, last = np.searchsorted(time, span).tolist()
    return time[max(first - 2, 0) : last + 2], value[max(first - 2, 0) : last + 2]


def nice_range(low: float, high: float) -> tuple[float, float]:
    """A range that holds both with some air, on round numbers; 0 to 1 where nothing is known."""
    if isnan(low) or isnan(high):
        return 0.0, 1.0
    span = max(high - low, abs(high) * 0.02, abs(low) * 0.02, 1e-3)
    step = 10.0 ** floor(log10(span)) / 2
    bottom = floor((low - span * 0.05) / step) * step
    if low >= 0:
        bottom = max(bottom, 0.0)  # what is never negative needs no room below zero
    return bottom, ceil((high + span * 0.05) / step) * step
