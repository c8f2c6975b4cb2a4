"""TrendView: plot, legend and the choice of time span; the page and the dock under a synoptic are both one.

In direct mode the span ends now and moves on; moving the plot by hand leaves it. The history is read in a thread, for
the visible span and the plot's width, again when either changes and every half minute.
"""

from __future__ import annotations

import asyncio
import csv
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QLabel, QPushButton, QScrollArea, QVBoxLayout, QWidget

from supervisor.clock import SECOND
from supervisor.errors import StoreError
from supervisor.model import BAD, Kind, Tag, Text
from ui.look import WAITING
from ui.pages import Context
from ui.trend import words
from ui.trend.curve import envelope
from ui.trend.legend import Legend
from ui.trend.plot import MOST_PENS, Pen, TrendPlot
from ui.values import shown, worded

SETTLE_MS = 150
READ_AGAIN_S = 30.0
LEGEND_PX = 470


class TrendView(QWidget):
    """See the module."""

    said = Signal(str)
    """A sentence for the operator."""

    def __init__(self, context: Context, span_s: int = 3600) -> None:
        super().__init__()
        self._context = context
        self._look = context.look
        self._pens: list[Pen] = []
        self._chosen: Pen | None = None
        self._direct = True
        self._span_s = float(span_s)
        self._start = 0.0
        self._cursor = float("nan")
        self._read_at = 0.0
        self._reading: asyncio.Task[None] | None = None
        self._settle = QTimer(self)
        self._settle.setSingleShot(True)
        self._settle.setInterval(SETTLE_MS)
        self._settle.timeout.connect(self._read)
        self.plot = TrendPlot(context.look)
        self.plot.ranged.connect(self._on_range)
        self.plot.pointed.connect(self._on_point)
        self.legend = Legend(context.look, self._now_text, self._cursor_text)
        self.legend.chosen.connect(self.choose)
        self.legend.removed.connect(self.remove)
        self._build()
        context.look.changed.connect(self._speak)
        self._speak()

    @property
    def tags(self) -> list[Tag]:
        return [pen.tag for pen in self._pens]

    def show_only(self, tags: Sequence[Tag]) -> None:
        """Draw exactly these tags."""
        self._pens = []
        self.add(tags)

    def add(self, tags: Sequence[Tag]) -> None:
        """Draw these tags too; those that are drawn already, and texts, which have no curve, are left out."""
        drawn = set(self.tags)
        for tag in tags:
            if tag in drawn or tag.spec.kind is Kind.TEXT:
                continue
            if len(self._pens) >= MOST_PENS:
                self.said.emit(self._look.say(words.FULL))
                break
            free = min(set(range(1, MOST_PENS + 1)) - {pen.number for pen in self._pens})
            self._pens.append(Pen.of(tag, free))
        self.choose(self._pens[0] if self._chosen not in self._pens and self._pens else self._chosen)
        self._read()

    def remove(self, pen: Pen) -> None:
        self._pens.remove(pen)
        self.choose(self._pens[0] if self._pens else None)

    def choose(self, pen: Pen | None) -> None:
        """Make one pen thick and its scale the axis."""
        self._chosen = pen
        self.plot.show_pens(self._pens, pen)
        self.legend.show_pens(self._pens, pen)
        self._empty.setVisible(not self._pens)
        self._draw()

    def refresh(self, moved: NDArray[np.intp]) -> None:
        """Take live values of the pens."""
        live, touched = self._context.live, set(moved.tolist())
        for pen in self._pens:
            row = pen.tag.index
            if row in touched and live.source_time[row]:
                bad = live.quality[row] >= BAD
                pen.curve.add(int(live.source_time[row]), float("nan") if bad else float(live.value[row]))
        self.legend.update()

    def slow(self) -> None:
        """Move on with the time."""
        if self._context.clock.monotonic() - self._read_at > READ_AGAIN_S:
            self._read()
        self._draw()

    def show_span(self, seconds: float) -> None:
        """The last `seconds`, moving on."""
        self._direct, self._span_s = True, seconds
        self._press()
        self._draw()
        self._read()

    def _build(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        self.bar = QHBoxLayout()
        self.bar.setContentsMargins(14, 6, 12, 6)
        self.bar.setSpacing(4)
        self._buttons: list[tuple[QPushButton, Text, float]] = []
        self.bar.addStretch(1)
        for text, seconds in words.SPANS:
            button = _button("flat")
            button.setCheckable(True)
            button.clicked.connect(lambda _=False, s=seconds: self.show_span(s))
            self._buttons.append((button, text, float(seconds)))
            self.bar.addWidget(button)
        self._live = _button("")
        self._live.setCheckable(True)
        self._live.clicked.connect(lambda: self.show_span(self._span_s))
        self._export = _button("")
        self._export.clicked.connect(self._save)
        self.bar.addWidget(self._live)
        self.bar.addWidget(self._export)
        column.addLayout(self.bar)
        row = QHBoxLayout()
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self.plot, 1)
        scroll = QScrollArea()
        scroll.setWidget(self.legend)
        scroll.setWidgetResizable(True)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setFixedWidth(LEGEND_PX)
        row.addWidget(scroll)
        column.addLayout(row, 1)
        self._empty = QLabel(self.plot)
        self._empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._empty.setWordWrap(True)

    def resizeEvent(self, event: object) -> None:
        self._empty.setGeometry(self.plot.rect())
        self._settle.start()

    def _speak(self) -> None:
        say = self._look.say
        for button, text, _ in self._buttons:
            button.setText(say(text))
        self._live.setText(say(words.LIVE))
        self._export.setText(say(words.EXPORT))
        self._empty.setText(say(words.NO_PEN))
        self._empty.setFont(self._look.font("value"))
        self._press()

    def _press(self) -> None:
        for button, _, seconds in self._buttons:
            button.setChecked(self._direct and seconds == self._span_s)
        self._live.setChecked(self._direct)
        self._live.setProperty("kind", "primary" if self._direct else "")
        self._live.style().polish(self._live)

    def _now(self) -> float:
        return self._context.clock.now() / SECOND

    def _draw(self) -> None:
        now = self._now()
        if self._direct:
            self._start = now - self._span_s
            self.plot.show_span(self._start, now + self._span_s * 0.02)
        self.plot.feed(now)
        self.legend.update()

    def _on_range(self, start: float, end: float) -> None:
        self._direct, self._start, self._span_s = False, start, end - start
        self._press()
        self._settle.start()

    def _on_point(self, instant: float) -> None:
        self._cursor = instant
        self.legend.update()

    def _read(self) -> None:
        if not self._pens or not self.isVisible():
            return
        self._read_at = self._context.clock.monotonic()
        if self._reading and not self._reading.done():
            self._reading.cancel()
        self._reading = self._context.spawn(self._read_pens(list(self._pens), self._start, self._span_s))

    async def _read_pens(self, pens: list[Pen], start: float, span: float) -> None:
        """The visible span and a little more on both sides, so that a small move needs no new read."""
        history, pixels = self._context.attachment.history, max(self.plot.width(), 200)
        first, last = round((start - 0.1 * span) * SECOND), round(min(start + 1.1 * span, self._now()) * SECOND)
        for pen in pens:
            try:
                trend = await asyncio.to_thread(history.trend, pen.tag.id, first, last, pixels)
            except StoreError as error:
                self.said.emit(self._look.say(words.NO_HISTORY).format(error))
                return
            pen.curve.replace(*envelope(trend.time / SECOND, trend.low, trend.high))
        self.plot.feed(self._now())

    def _now_text(self, pen: Pen) -> str:
        value = shown(pen.tag, self._context.live, self._context.attachment.texts, self._look)
        return f"{value.text} {value.unit}".strip()

    def _cursor_text(self, pen: Pen) -> str:
        if self._cursor != self._cursor:
            return ""
        value = pen.curve.at(self._cursor)
        text, _ = worded(pen.tag.spec, value, self._context.attachment.texts, self._look)
        return text if value == value else WAITING

    def _save(self) -> None:
        dialog = QFileDialog(self, self._look.say(words.SAVE_TITLE))
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix("csv")
        dialog.setNameFilter("CSV (*.csv)")
        dialog.fileSelected.connect(self.save)
        dialog.open()

    def save(self, path: str) -> None:
        """Write the points that are on the screen; one row per point, times in UTC."""
        end = self._start + self._span_s
        with Path(path).open("w", encoding="utf-8-sig", newline="") as file:
            out = csv.writer(file, delimiter=";")
            out.writerow(self._look.say(words.COLUMNS).split(";"))
            for pen in self._pens:
                time, value = pen.curve.points(min(self._now(), end))
                for instant, number in zip(time.tolist(), value.tolist(), strict=True):
                    if self._start <= instant <= end:
                        stamp = datetime.fromtimestamp(instant, UTC).isoformat(timespec="milliseconds")
                        out.writerow([pen.tag.id, stamp, "" if number != number else repr(number)])
        self.said.emit(self._look.say(words.SAVED).format(path))


def _button(kind: str) -> QPushButton:
    button = QPushButton()
    button.setProperty("kind", kind)
    return button
