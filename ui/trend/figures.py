"""TableOfFigures: what the columns of the legend say of a pen: now, at the cursors, over the span, in other days."""

from __future__ import annotations

from collections.abc import Callable

from ui.look import WAITING
from ui.pages import Context
from ui.trend import words
from ui.trend.comparison import Comparison
from ui.trend.layers import Scene
from ui.trend.legend import Column
from ui.trend.pen import Pen
from ui.trend.summary import Summary
from ui.values import shown, worded

STATES = 3
"""States told in the row itself; all are in its tool tip."""


class TableOfFigures:
    """See the module."""

    def __init__(self, context: Context, scene: Scene) -> None:
        self._context, self._look, self._scene = context, context.look, scene

    def columns(self, docked: bool) -> list[Column]:
        """Those there may be; the legend leaves out what it has no room for."""
        scale = Column(words.SCALE, 104 if not docked else 98, self.scale, 400, "text2", leaving=2 if docked else 7)
        last = words.THEN if self._context.past else words.NOW
        if docked:
            now = Column(last, 92, self.now, 600)
            return [now, Column(words.CURSOR, 64, self.cursor, leaving=1), scale]
        return [
            Column(last, 116, self.now, 600),
            Column(words.FIRST_MARK, 96, self.first_mark, leaving=3),
            Column(words.SECOND_MARK if len(self._scene.marks) > 1 else words.CURSOR, 96, self.cursor),
            Column(words.DELTA, 84, self.delta, leaving=2),
            *(Column(one.words, 116, self._then(one), 400, "text2", leaving=5) for one in self._scene.ghosts),
            Column(words.LOWEST, 76, self.lowest, leaving=4, joint=True),
            Column(words.MEAN, 76, self.mean, leaving=3, joint=True),
            Column(words.HIGHEST, 76, self.highest, leaving=4, joint=True),
            Column(words.COUNT, 72, self.count, 400, "text2", leaving=6),
            Column(words.GOOD, 64, self.good, 400, "text2", leaving=6),
            scale,
        ]

    def now(self, pen: Pen) -> str:
        value = shown(pen.tag, self._context.live, self._context.attachment.texts, self._look)
        return f"{value.text} {value.unit}".strip()

    def first_mark(self, pen: Pen) -> str:
        """At cursor A."""
        return self._at(pen, self._scene.marks[0]) if self._scene.marks else ""

    def cursor(self, pen: Pen) -> str:
        """At the pointer; at cursor B once both are set."""
        instant = self._instant()
        return "" if instant != instant else self._at(pen, instant)

    def delta(self, pen: Pen) -> str:
        """From cursor A to B, or to the pointer."""
        scene = self._scene
        ends = [*scene.marks, scene.cursor][:2]
        if len(scene.marks) == 0 or len(ends) < 2 or ends[1] != ends[1] or pen.tag.spec.states:
            return ""
        first, second = (pen.curve.at(instant, scene.now) for instant in ends)
        step = round(second - first, pen.tag.spec.decimals) + 0.0  # no minus before a zero
        return ("+" if step > 0 else "") + self._look.number(step, pen.tag.spec.decimals)

    def span(self, pen: Pen) -> tuple[float, float, float]:
        """Lowest, mean and highest of the selection, or of what is visible."""
        summary = self._summary(pen)
        return (summary.low, summary.mean, summary.high) if summary and self._scene.selection else pen.figures

    def lowest(self, pen: Pen) -> str:
        return self._text(pen, self.span(pen)[0])

    def highest(self, pen: Pen) -> str:
        return self._text(pen, self.span(pen)[2])

    def mean(self, pen: Pen) -> str:
        return "" if pen.tag.spec.states else self._text(pen, self.span(pen)[1])

    def count(self, pen: Pen) -> str:
        """Recorded values."""
        summary = self._summary(pen)
        return self._look.number(summary.count, 0) if summary else ""

    def good(self, pen: Pen) -> str:
        """Share of the time with a good value, cut and not rounded: 100 % is all of it."""
        summary = self._summary(pen)
        if summary is None or summary.good != summary.good:
            return ""
        about = "" if summary.exact else "≈ "
        return f"{about}{self._look.number(int(summary.good * 1000 + 1e-6) / 10, 1)} %"

    def states(self, pen: Pen, most: int = STATES) -> str:
        """Time in each state, the longest first."""
        summary = self._summary(pen)
        if summary is None or not summary.states:
            return ""
        whole = sum(seconds for _, seconds in summary.states)
        return "  ·  ".join(
            f"{self._text(pen, value)} {self._look.span(seconds)} ({self._look.number(100 * seconds / whole, 0)} %)"
            for value, seconds in summary.states[:most]
        )

    def scale(self, pen: Pen) -> str:
        if pen.tag.spec.states:
            return ""
        decimals = 0 if pen.high - pen.low >= 10 else 1 if pen.high - pen.low >= 1 else 2
        return f"{self._look.number(pen.low, decimals)} – {self._look.number(pen.high, decimals)}"

    def _then(self, comparison: Comparison) -> Callable[[Pen], str]:
        def text(pen: Pen) -> str:
            """At the cursor, else now: what it was then."""
            ghost, instant = pen.ghosts.get(comparison.id), self._instant()
            if ghost is None:
                return ""
            instant = self._scene.now if instant != instant else instant
            return self._text(pen, ghost.at(instant - pen.shifts[comparison.id], self._scene.now))

        return text

    def _instant(self) -> float:
        scene = self._scene
        return scene.marks[1] if len(scene.marks) == 2 else scene.cursor

    def _summary(self, pen: Pen) -> Summary | None:
        """None while the figures of the moment's span are on their way."""
        selection, summary = self._scene.selection, pen.summary
        if summary is None or (selection and abs(summary.span[0] - selection[0]) > 1e-6):
            return None
        return summary

    def _at(self, pen: Pen, instant: float) -> str:
        return self._text(pen, pen.curve.at(instant, self._scene.now))

    def _text(self, pen: Pen, value: float) -> str:
        text, _ = worded(pen.tag.spec, value, self._context.attachment.texts, self._look)
        return text if value == value else WAITING
