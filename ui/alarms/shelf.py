"""The card that sets alarms aside, in its place on the page: for how long, and why. Never a dialog."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QButtonGroup, QFrame, QHBoxLayout, QLineEdit

from ui import words
from ui.look import Look
from ui.widgets import Button, Words, column, joined, row

MINUTES = {15: "15 min", 60: "1 h", 240: "4 h", 480: "8 h"}
"""No longer than a shift: what must stay longer is taken out of service, with a name to it."""


class ShelfCard(QFrame):
    """Escape cancels and is offered first; nothing is asked without a reason."""

    confirmed = Signal(int, str)
    """Minutes and reason."""
    cancelled = Signal()

    def __init__(self, look: Look) -> None:
        super().__init__()
        self.setObjectName("confirm")
        self._look = look
        layout = column(self, 12, 8)
        layout.addWidget(Words(look, words.SHELVE_TITLE, "value", 600))
        why = Words(look, words.SHELVE_WHY, "label", 400, "text2")
        why.setWordWrap(True)
        layout.addWidget(why)
        layout.addWidget(Words(look, words.FOR_HOW_LONG, "hint", 500, "text2"))
        layout.addLayout(self._make_spans())
        layout.addWidget(Words(look, words.REASON, "hint", 500, "text2"))
        self.confirm = Button(look, words.CONFIRM, "primary", weight=600)
        self.confirm.clicked.connect(self._confirm)
        self.reason = QLineEdit()
        self.reason.textChanged.connect(self._check)
        self.reason.returnPressed.connect(self._confirm)
        layout.addWidget(self.reason)
        self.cancel = Button(look, words.CANCEL)
        self.cancel.tip(words.CANCEL, "Esc")
        self.cancel.clicked.connect(self.cancelled)
        buttons = row(spacing=8)
        buttons.addWidget(self.cancel, 1)
        buttons.addWidget(self.confirm, 1)
        layout.addLayout(buttons)
        look.changed.connect(self._dress)
        self._dress()
        self.hide()

    def _make_spans(self) -> QHBoxLayout:
        self._spans = QButtonGroup(self)
        for minutes, name in MINUTES.items():
            span = Button(self._look, None, "segment")
            span.setText(name)
            span.setCheckable(True)
            span.setChecked(minutes == 60)
            self._spans.addButton(span, minutes)
        return joined(self._spans.buttons())  # type: ignore[arg-type]  # Qt says QAbstractButton, they are ours

    def open(self) -> None:
        """Show the card, ready to be written in."""
        self.reason.clear()
        self.confirm.setEnabled(False)
        self.show()
        self.reason.setFocus()

    def _dress(self) -> None:
        self.reason.setFont(self._look.font("body"))
        self.reason.setAccessibleName(self._look.say(words.REASON))

    def _check(self, text: str) -> None:
        self.confirm.setEnabled(bool(text.strip()))

    def _confirm(self) -> None:
        reason = self.reason.text().strip()
        if reason:
            self.hide()
            self.confirmed.emit(self._spans.checkedId(), reason)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.hide()
            self.cancelled.emit()
        else:
            super().keyPressEvent(event)
