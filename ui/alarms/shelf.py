"""The card that sets alarms aside, in its place on the page: for how long, and why. Never a dialog.

The same card takes them out of service: then for as long as nobody puts them back.
"""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QButtonGroup, QFrame, QHBoxLayout, QLineEdit, QWidget

from ui import alarm_words, words
from ui.look import Look
from ui.widgets import Button, Words, column, joined, row

MINUTES = {15: "15 min", 60: "1 h", 240: "4 h", 480: "8 h"}
"""No longer than a shift: what must stay longer is taken out of service, with a name to it."""


class ShelfCard(QFrame):
    """Escape cancels and is offered first; nothing is asked without a reason."""

    confirmed = Signal(int, str)
    """Minutes and reason."""
    removed = Signal(str)
    """Out of service, for this reason."""
    cancelled = Signal()

    def __init__(self, look: Look) -> None:
        super().__init__()
        self.setObjectName("confirm")
        self._look = look
        layout = column(self, 12, 8)
        self._forever = False
        self._title = Words(look, alarm_words.SHELVE_TITLE, "value", 600)
        layout.addWidget(self._title)
        self._why = Words(look, alarm_words.SHELVE_WHY, "label", 400, "text2")
        self._why.setWordWrap(True)
        layout.addWidget(self._why)
        self._long = QWidget()
        spans = column(self._long, 0, 8)
        spans.addWidget(Words(look, alarm_words.DURATION, "hint", 500, "text2"))
        spans.addLayout(self._make_spans())
        layout.addWidget(self._long)
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

    def open(self, forever: bool = False) -> None:
        """Show the card, ready to be written in; `forever` takes out of service."""
        self._forever = forever
        self._title.say(alarm_words.OUT_TITLE if forever else alarm_words.SHELVE_TITLE)
        self._why.say(alarm_words.OUT_WHY if forever else alarm_words.SHELVE_WHY)
        self._long.setVisible(not forever)
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
            if self._forever:
                self.removed.emit(reason)
            else:
                self.confirmed.emit(self._spans.checkedId(), reason)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.hide()
            self.cancelled.emit()
        else:
            super().keyPressEvent(event)
