"""The card that puts a value by hand in the place of a measurement, and lets it go. In its place, never a dialog.

A right click on a measurement opens it, for those who may. The station checks all of it again.
"""

from __future__ import annotations

from PySide6.QtCore import QLocale, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QComboBox, QFrame, QLineEdit, QWidget

from supervisor.model import Kind, Quality, Role, Tag, Text
from ui import words as common
from ui.asking import Errand
from ui.pages import Context
from ui.widgets import Button, Label, Sentence, Words, column, row

TITLE = Text(fr="Remplacer « {} » ?", en='Substitute "{}"?')
WHY = Text(
    fr="Alarmes et verrouillages tiendront compte de cette valeur jusqu'à son retrait. Le motif est journalisé.",
    en="Alarms and interlocks reckon with this value until it is released. The reason is journalled.",
)
STANDS = Text(
    fr="Une valeur de remplacement est en place. La retirer rétablit la mesure de l'automate.",
    en="A substituted value stands. Releasing it brings back what the controller says.",
)
RELEASE = Text(fr="Rétablir la mesure", en="Release")


def may(context: Context, tag: Tag) -> bool:
    """Whether the card has a point: a measurement, and somebody who may. The desk decides, by area too."""
    return tag.source is not None and tag.spec.kind is not Kind.TEXT and context.user.role >= Role.SUPERVISOR


class SubstituteCard(QFrame):
    """Escape cancels; nothing is asked without a value and a reason."""

    def __init__(self, context: Context) -> None:
        super().__init__()
        self.setObjectName("confirm")
        self._context = context
        self._tag: Tag | None = None
        look = context.look
        layout = column(self, 12, 8)
        self.title = Label(look, "value", 600)
        self.title.setWordWrap(True)
        self._why = Words(look, WHY, "label", 400, "text2")
        self._why.setWordWrap(True)
        self.value, self.state, self.reason = QLineEdit(), QComboBox(), QLineEdit()
        self._names = [Words(look, one, "hint", 500, "text2") for one in (common.VALUE, common.REASON)]
        self.said = Sentence(look)
        self.errand = Errand(context, self.said.say, self.hide)
        self.cancel = Button(look, common.CANCEL)
        self.confirm = Button(look, common.CONFIRM, "primary", weight=600)
        widgets = (self.title, self._why, self._names[0], self.value, self.state, self._names[1], self.reason)
        for widget in (*widgets, self.said):
            layout.addWidget(widget)
        buttons = row(spacing=8)
        buttons.addWidget(self.cancel, 1)
        buttons.addWidget(self.confirm, 1)
        layout.addLayout(buttons)
        self.cancel.clicked.connect(self.hide)
        context.gate.guard(self.confirm)
        self.confirm.clicked.connect(self._confirm)
        for field in (self.value, self.reason):
            field.setFont(look.font("body"))
            field.textChanged.connect(self._check)
            field.returnPressed.connect(self._confirm)
        self.hide()

    def open(self, tag: Tag) -> None:
        """For a measurement; where it is substituted already, to let it go."""
        if not self._context.gate.passes():
            return
        self._tag, look = tag, self._context.look
        self._standing = self._context.live.quality[tag.index] == Quality.SUBSTITUTED
        unit = f" ({tag.spec.unit})" if tag.spec.unit else ""
        self.title.setText(look.say(TITLE).format(look.say(tag.spec.name) + unit))
        self._why.say(STANDS if self._standing else WHY)
        self.confirm.say(RELEASE if self._standing else common.CONFIRM)
        self.state.clear()
        for state in tag.spec.states:
            self.state.addItem(look.say(state.name), float(state.value))
        for widget in (*self._names, self.reason):
            widget.setVisible(not self._standing)
        self.value.setVisible(not self._standing and not tag.spec.states)
        self.state.setVisible(not self._standing and bool(tag.spec.states))
        for field in (self.value, self.reason):
            field.clear()
        self.said.hide()
        self._check()
        self.show()
        focus: QWidget = self.cancel if self._standing else self.state if tag.spec.states else self.value
        focus.setFocus()

    def chosen(self) -> float | None:
        """The value; None where nothing that is a number was written. A comma is as good as a point."""
        if self._tag is not None and self._tag.spec.states:
            return float(self.state.currentData())
        value, read = QLocale.c().toDouble(self.value.text().strip().replace(",", "."))
        return value if read else None

    def _check(self) -> None:
        ready = self.chosen() is not None and bool(self.reason.text().strip())
        self.confirm.setEnabled(bool(self._standing) or ready)

    def _confirm(self) -> None:
        if self._tag is not None and self.confirm.isEnabled():
            value = None if self._standing else self.chosen()
            self.errand.begin("substitute", tag=self._tag.id, value=value, reason=self.reason.text().strip())

    def stop(self) -> None:
        """The faceplate turns away: what is under way finds no card any more."""
        self.errand.stop()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.hide()
        else:
            super().keyPressEvent(event)
