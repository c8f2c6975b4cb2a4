"""The overview: what an operator sees at 3 a.m. One sentence, then systems, then areas."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QScrollArea, QWidget

from supervisor.clock import SECOND
from supervisor.model import BAD
from ui.overview import words
from ui.overview.card import SystemCard
from ui.overview.matrix import Matrix
from ui.overview.panels import panels
from ui.pages import Context, Page
from ui.widgets import Card, Label, Line, Words, column, row

NARROWEST = 268
"""Pixels a card needs at 100 % text size."""


class OverviewPage(Page):
    """See the module."""

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        look = context.look
        self.cards = [SystemCard(context, panel) for panel in panels(context.attachment.site)]
        self._tags = [card.tags() for card in self.cards]
        self.matrix = Matrix(context)
        for card in self.cards:
            card.asked_for.connect(self.asked_for)
        self.matrix.asked_for.connect(self.asked_for)
        self.sentence = Label(look, "body", 500)
        self.bad = Label(look, "body", 400, "text2")
        tags = context.attachment.site.tags
        self._carried = np.array([tag.index for tag in tags if tag.source or tag.spec.formula], np.intp)
        """What is measured or worked out: a figure that a link does not have is no bad value."""
        self._moved: set[int] = set()
        """Cards some tag of which moved."""
        self._columns = 0
        layout = column(self, 0, 8)
        layout.addWidget(self._make_head())
        body = row(spacing=8)
        body.addWidget(self._make_grid(), 1)
        body.addWidget(self._make_areas())
        layout.addLayout(body, 1)
        look.changed.connect(self._dress)
        self._dress()

    def _dress(self) -> None:
        self._lay_out()
        self._tell()

    def _make_head(self) -> Card:
        look = self.context.look
        head = Card()
        layout = row(head, 0, 12)
        layout.setContentsMargins(16, 10, 16, 10)
        layout.addWidget(Words(look, words.TITLE, "title", 600))
        layout.addWidget(self.sentence)
        layout.addStretch(1)
        layout.addWidget(self.bad)
        return head

    def _make_grid(self) -> QScrollArea:
        inner = QWidget()
        self._grid = QGridLayout(inner)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(8)
        self._area = QScrollArea()
        self._area.setWidgetResizable(True)
        self._area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._area.setWidget(inner)
        return self._area

    def _make_areas(self) -> Card:
        look = self.context.look
        card = Card()
        layout = column(card, 1, 0)
        head = QHBoxLayout()
        head.setContentsMargins(14, 11, 14, 10)
        head.addWidget(Words(look, words.AREAS, "value", 600))
        layout.addLayout(head)
        layout.addWidget(Line(look))
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setWidget(self.matrix)
        layout.addWidget(area, 1)
        self._areas = card
        return card

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._lay_out()

    def _fitting(self, areas_px: int) -> int:
        """Cards beside each other, where the areas take so much."""
        room = self.width() - areas_px - 16
        return max(1, min(int(room // (NARROWEST * self.context.look.scale)), len(self.cards)))

    def _lay_out(self) -> None:
        """As many cards beside each other as there is room for; names of areas are whole where that costs no card."""
        fitting, whole = self._fitting(self.matrix.sizeHint().width()), self.matrix.whole_width
        cut = self._fitting(whole + 12) < fitting
        self._areas.setMinimumWidth((self.matrix.minimumWidth() if cut else whole) + 14)
        rows = -(-len(self.cards) // fitting)
        columns = -(-len(self.cards) // rows)
        if columns == self._columns:
            return
        self._columns = columns
        for at, card in enumerate(self.cards):
            self._grid.addWidget(card, at // columns, at % columns)
        for at in range(len(self.cards)):
            self._grid.setColumnStretch(at, 1 if at < columns else 0)

    # ------------------------------------------------------------ keeping it fresh
    def refresh(self, moved: NDArray[np.intp]) -> None:
        """Only noted: numbers that run ten times a second can't be read, and painting them all costs a frame."""
        for at, tags in enumerate(self._tags):
            if at not in self._moved and np.isin(tags, moved, assume_unique=True).any():
                self._moved.add(at)

    def rows(self) -> NDArray[np.intp]:
        return np.concatenate([np.empty(0, np.intp), *self._tags])

    def refresh_alarms(self) -> None:
        for card in self.cards:
            card.show_alarms()
        self.matrix.show_alarms()
        self._tell()

    def slow(self) -> None:
        """Paint again what moved since the last second."""
        for at in self._moved:
            self.cards[at].sort()
            self.cards[at].update()
        self._moved.clear()
        self.matrix.show_live()
        self._lay_out()
        self._tell()

    def _tell(self) -> None:
        """The one sentence, and how many values can't be believed."""
        self.sentence.setText(self._sentence())
        bad = int(np.count_nonzero(self.context.live.quality[self._carried] >= BAD))
        self.bad.setText(self.context.look.counted(words.BAD, bad) if bad else "")

    def _sentence(self) -> str:
        look, board = self.context.look, self.context.board
        if not self.context.live.alive:
            return look.say(words.BLIND)
        if not len(board.rows):
            return look.say(words.QUIET)
        waiting = board.unacked()
        if not len(waiting):
            known = len(board.rows)
            return look.say(words.KNOWN_ONE if known == 1 else words.KNOWN_MANY).format(known)
        oldest = (self.context.clock.now() - int(board["raised_at"][waiting].min())) / SECOND
        return f"{look.counted(words.WAITING, len(waiting))} – {look.say(words.OLDEST).format(look.span(oldest))}"
