"""The card of keys: what the alarm list does without a mouse. `?` shows and hides it; so do Escape and a click."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QWidget

from ui import alarm_words
from ui.look import Look
from ui.widgets import Label, Words, column


class KeysCard(QFrame):
    """See the module; over the middle of its parent."""

    def __init__(self, look: Look, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("raised")
        self._look = look
        layout = column(self, 20, 10)
        layout.addWidget(Words(look, alarm_words.KEYS, "title", 600))
        grid = QGridLayout()
        grid.setHorizontalSpacing(20)
        grid.setVerticalSpacing(6)
        self._names: list[tuple[str, Label]] = []
        for at, (key, text) in enumerate(alarm_words.KEY_ROWS):
            name = Label(look, "body", 600)
            name.setAlignment(Qt.AlignmentFlag.AlignRight)
            self._names.append((key, name))
            grid.addWidget(name, at, 0)
            grid.addWidget(Words(look, text), at, 1)
        layout.addLayout(grid)
        look.changed.connect(self._say)
        self._say()
        parent.installEventFilter(self)
        self.hide()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Wherever the focus is on the page: what reaches it no field has taken as text."""
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent) and event.text() == "?":
            self.toggle()
            return True
        return super().eventFilter(watched, event)

    def _say(self) -> None:
        english = self._look.language == "en"
        for key, label in self._names:
            label.setText(alarm_words.KEY_NAMES.get(key, key) if english else key)
        self.adjustSize()

    def toggle(self) -> None:
        """Show it over the list, or put it away."""
        parent = self.parentWidget()
        self.setVisible(not self.isVisible())
        if self.isVisible() and parent is not None:
            self.adjustSize()
            self.move((parent.width() - self.width()) // 2, max((parent.height() - self.height()) // 2, 0))
            self.raise_()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.hide()
