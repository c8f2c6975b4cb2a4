"""AskCard: a small card over a plot that asks for a line of text, or for a yes. In its place, never a dialog."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QComboBox, QFrame, QLineEdit, QWidget

from ui import words as common
from ui.look import Look
from ui.widgets import Button, Label, column, row

WIDTH, TOP = 420, 40


class AskCard(QFrame):
    """Enter confirms, Escape goes away; what is asked is answered once."""

    def __init__(self, look: Look, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("confirm")
        self._look = look
        self._act: Callable[[str, str], None] | None = None
        self.title = Label(look, "value", 600)
        self.more = Label(look, "label", 400, "text2")
        self.field, self.choice = QLineEdit(), QComboBox()
        self.cancel = Button(look, common.CANCEL)
        self.confirm = Button(look, common.CONFIRM, "primary", weight=600)
        layout = column(self, 12, 8)
        for label in (self.title, self.more):
            label.setWordWrap(True)
        for widget in (self.title, self.more, self.field, self.choice):
            layout.addWidget(widget)
        buttons = row(spacing=8)
        buttons.addWidget(self.cancel, 1)
        buttons.addWidget(self.confirm, 1)
        layout.addLayout(buttons)
        self.cancel.clicked.connect(self.leave)
        self.confirm.clicked.connect(self._confirm)
        self.field.returnPressed.connect(self._confirm)
        self.field.textChanged.connect(self._check)
        self.hide()

    def ask(
        self,
        words: tuple[str, str],
        text: str | None,
        act: Callable[[str, str], None],
        choices: Sequence[tuple[str, str]] = (),
    ) -> None:
        """Ask under a title with a line below. `act` gets what was written, begun with `text` (None asks for a yes
        alone), and the value of the chosen one of `choices` (words and value)."""
        self._act = act
        title, more = words
        self.title.setText(title)
        self.more.setText(more)
        self.more.setVisible(bool(more))
        self.field.setVisible(text is not None)
        self.field.setText(text or "")
        self.choice.clear()
        for name, value in choices:
            self.choice.addItem(name, value)
        self.choice.setVisible(bool(choices))
        for widget in (self.field, self.choice):
            widget.setFont(self._look.font("body"))
        self._check()
        self._place()
        self.show()
        self.raise_()
        (self.cancel if text is None else self.field).setFocus()
        self.field.selectAll()

    def leave(self) -> None:
        """Put it away; the plot has the focus again."""
        self._act = None
        self.hide()
        if parent := self.parentWidget():
            parent.setFocus()

    def _place(self) -> None:
        parent = self.parentWidget()
        width = round(WIDTH * self._look.scale)
        self.setFixedWidth(width)
        self.adjustSize()
        self.move(max((parent.width() - width) // 2 if parent else 0, 0), TOP)

    def _check(self) -> None:
        self.confirm.setEnabled(self.field.isHidden() or bool(self.field.text().strip()))

    def _confirm(self) -> None:
        act, said = self._act, (self.field.text().strip(), str(self.choice.currentData() or ""))
        if act and self.confirm.isEnabled():
            self.leave()
            act(*said)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.leave()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._confirm()
        else:
            event.accept()  # the plot behind must not move with what is typed here
