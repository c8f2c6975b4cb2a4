"""Fields: choosing one of some, and words to look for; they speak the window's language."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QRectF, QTimer, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QComboBox, QLineEdit

from supervisor.model import Text
from ui import words
from ui.look import Look
from ui.shapes import paint_icon, text_width

_FRAME = 52
"""Pixels a combo box takes around its words: padding, and the arrow."""
_TYPING_MS = 150
"""A pause in typing after which the list is searched."""


class Combo(QComboBox):
    """A combo box whose arrow is drawn: a style sheet takes Qt's own away."""

    def __init__(self, look: Look) -> None:
        super().__init__()
        self._look = look

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        with QPainter(self) as painter:
            box = QRectF(self.width() - 24, self.height() / 2 - 6, 12, 12)
            paint_icon(painter, "down", box, self._look.color("text2" if self.isEnabled() else "text3"), 1.6)


class Choice(Combo):
    """One of some named things, or all of them."""

    def __init__(self, look: Look, everything: Text, rows: Iterable[tuple[str, Text]]) -> None:
        super().__init__(look)
        self._rows = [("", everything), *rows]
        self.setMinimumContentsLength(8)
        self.setMaximumWidth(260)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        for id_, name in self._rows:
            self.addItem(look.say(name), id_)
        look.changed.connect(self._dress)
        self._dress()

    def chosen(self) -> str:
        """The id of what is chosen; empty for all."""
        return str(self.currentData() or "")

    def offer(self, rows: Iterable[tuple[str, Text]]) -> None:
        """Others to choose from; what is chosen stays, where it still is one of them."""
        chosen = self.chosen()
        self.blockSignals(True)
        self._rows = [self._rows[0], *rows]
        self.clear()
        for id_, name in self._rows:
            self.addItem(self._look.say(name), id_)
        self.setCurrentIndex(max(self.findData(chosen), 0))
        self.blockSignals(False)
        if self.chosen() != chosen:
            self.currentIndexChanged.emit(self.currentIndex())

    def choose(self, id_: str) -> None:
        self.setCurrentIndex(max(self.findData(id_), 0))

    def _dress(self) -> None:
        self.setFont(self._look.font("body"))
        self.view().setFont(self._look.font("body"))
        self.setFixedHeight(round(32 * self._look.scale))
        self.setAccessibleName(self._look.say(self._rows[0][1]))
        for at, (_, name) in enumerate(self._rows):
            self.setItemText(at, self._look.say(name))
        widest = text_width(self._look.say(self._rows[0][1]), self._look.font("body"))
        self.setMinimumWidth(min(round(widest) + _FRAME, self.maximumWidth()))


class FilterText(QLineEdit):
    """Words to look for; `settled` a moment after the last letter."""

    settled = Signal()

    def __init__(self, look: Look, hint: Text = words.FILTER) -> None:
        super().__init__()
        self._look, self._hint = look, hint
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(_TYPING_MS)
        self._pause.timeout.connect(self.settled)
        self.textEdited.connect(lambda _: self._pause.start())
        self.setClearButtonEnabled(False)
        self.setMinimumWidth(110)
        self.setMaximumWidth(260)
        look.changed.connect(self._dress)
        self._dress()

    def _dress(self) -> None:
        self.setFont(self._look.font("body"))
        self.setFixedHeight(round(32 * self._look.scale))
        self.setPlaceholderText(self._look.say(self._hint))
        self.setAccessibleName(self._look.say(self._hint))
