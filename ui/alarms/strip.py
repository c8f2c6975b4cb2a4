"""The strip above the list: that there is a flood, how the list is folded, and the one key that shows every alarm."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame

from ui import alarm_words
from ui.folds import Folds
from ui.look import Look
from ui.widgets import Button, Short, Symbol, Words, row


class FloodStrip(QFrame):
    """See the module."""

    turned = Signal()
    """Fold, or unfold."""

    def __init__(self, look: Look, folds: Folds) -> None:
        super().__init__()
        self.setObjectName("flood")
        self._look, self._folds = look, folds
        layout = row(self, 0, 10)
        layout.setContentsMargins(16, 5, 12, 5)
        self._sign = Symbol(look, "warning", 20, "text")
        layout.addWidget(self._sign)
        self.title = Words(look, alarm_words.FLOOD, "value", 600)
        layout.addWidget(self.title)
        self.told = Short(look, "body", 500)
        layout.addWidget(self.told, 1)
        self.turn = Button(look, alarm_words.UNFOLD)
        self.turn.clicked.connect(self.turned)
        layout.addWidget(self.turn)
        self.hide()

    def show_fold(self, folded: bool) -> None:
        """While there is a flood, or the list is folded."""
        look, flood = self._look, self._folds.flood
        self.setVisible(flood or folded)
        self._sign.setVisible(flood)
        self.title.setVisible(flood)
        parts = [look.counted(alarm_words.FLOOD_RATE, int(self._folds.rate))] if flood else []
        self.told.setText(" – ".join([*parts, *([look.say(alarm_words.FOLDED)] if folded else [])]))
        self.turn.say(alarm_words.UNFOLD if folded else alarm_words.FOLD)
        self.turn.tip(alarm_words.UNFOLD if folded else alarm_words.FOLD, "F")
