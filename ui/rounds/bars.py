"""Bars: one for each stage of a round: how far it has come, and what became of it. Told by pattern, not by colour."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QBrush, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from supervisor.rounds.states import Mark
from ui.look import Look
from ui.rounds import words
from ui.shapes import shortened
from ui.tables import LEFT

HEIGHT = 30
NAME, COUNTS = 150, 420
"""Pixels of the words before and behind the bar, at 100 % text size."""
ORDER = (Mark.DONE, Mark.REFUSED, Mark.FAILED, Mark.UNKNOWN, Mark.ASKED, Mark.WAITING)
NOT_DONE = (Mark.REFUSED, Mark.FAILED, Mark.UNKNOWN)


@dataclass(frozen=True)
class Stage:
    """One stage as it stands."""

    number: int
    """From 1."""
    reach: float
    """Part of all targets that it comes to, with the stages before it."""
    counts: Counter[Mark]
    """How many of its own targets are how; those on their way to the desk count as asked."""


def stages(rows: Sequence[tuple[int, Mark]]) -> list[Stage]:
    """Stages of targets, each given as its stage and how it is; what is left out has none."""
    found: dict[int, Counter[Mark]] = {}
    for stage, mark in rows:
        if stage >= 0:
            found.setdefault(stage, Counter())[Mark.ASKED if mark.under_way else mark] += 1
    total, made, reached = sum(counts.total() for counts in found.values()), [], 0
    for stage in sorted(found):
        reached += found[stage].total()
        made.append(Stage(stage + 1, reached / total, found[stage]))
    return made


def counted(counts: Counter[Mark], look: Look) -> str:
    """In words: "6 exécutées · 1 échec · 64 en attente"."""
    return " · ".join(look.counted(words.COUNTED[mark], counts[mark]) for mark in ORDER if counts[mark])


class StageBars(QWidget):
    """See the module."""

    def __init__(self, look: Look) -> None:
        super().__init__()
        self._look = look
        self.stages: list[Stage] = []
        look.changed.connect(self._fit)

    def show_stages(self, found: list[Stage]) -> None:
        """These."""
        if found != self.stages:
            self.stages = found
            self._fit()

    def _fit(self) -> None:
        self.setFixedHeight(max(round(HEIGHT * self._look.scale) * len(self.stages), 1))
        self.setAccessibleName(self._look.say(words.STAGES))
        self.setAccessibleDescription(". ".join(map(self.said, self.stages)))
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(600, HEIGHT * max(len(self.stages), 1))

    def said(self, stage: Stage) -> str:
        """One of them in words."""
        return f"{self.name(stage)} : {counted(stage.counts, self._look)}"

    def name(self, stage: Stage) -> str:
        look = self._look
        share = look.number(stage.reach * 100, 0 if stage.reach >= 0.01 else 1)
        return f"{look.say(words.STAGE).format(stage.number)} · {share} %"

    def paintEvent(self, event: QPaintEvent) -> None:
        scale = self._look.scale
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            for at, stage in enumerate(self.stages):
                rect = QRectF(0, at * HEIGHT * scale, self.width(), HEIGHT * scale)
                self._paint_stage(painter, rect, stage)

    def _paint_stage(self, painter: QPainter, rect: QRectF, stage: Stage) -> None:
        look, scale = self._look, self._look.scale
        painter.setPen(look.color("text"))
        painter.setFont(look.font("body", 600))
        painter.drawText(rect, LEFT, self.name(stage))
        behind = rect.adjusted(rect.width() - COUNTS * scale, 0, 0, 0)
        painter.setFont(look.font("body"))
        painter.drawText(behind, LEFT, shortened(counted(stage.counts, look), look.font("body"), behind.width()))
        bar = QRectF(NAME * scale, rect.center().y() - 7 * scale, behind.left() - (NAME + 16) * scale, 14 * scale)
        self._paint_bar(painter, bar, stage)

    def _paint_bar(self, painter: QPainter, bar: QRectF, stage: Stage) -> None:
        look, left, total = self._look, bar.left(), stage.counts.total()
        painter.setPen(Qt.PenStyle.NoPen)
        painter.fillRect(bar, look.color("bar"))
        for mark in ORDER[:-1]:
            part = QRectF(left, bar.top(), bar.width() * stage.counts[mark] / total, bar.height())
            self._paint_part(painter, part, mark)
            left = part.right()
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(look.color("border2"))
        painter.drawRect(bar)

    def _paint_part(self, painter: QPainter, part: QRectF, mark: Mark) -> None:
        """Done is full, what was not done is hatched, what is under way pale."""
        if part.width() <= 0:
            return
        look = self._look
        if mark in NOT_DONE:
            painter.fillRect(part, look.color("raised"))
            painter.fillRect(part, QBrush(look.color("text"), Qt.BrushStyle.BDiagPattern))
        else:
            painter.fillRect(part, look.color("pipe_flow" if mark is Mark.DONE else "water"))
