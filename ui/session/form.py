"""Form: a title, why it is there, a few fields, and two buttons; keyboard first. No loop of its own: it is a widget.

Enter goes to the next empty field, and sends from the last; Escape puts it away. A refusal is read beneath the fields.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QLineEdit, QVBoxLayout

from supervisor.errors import Refused, Unavailable
from supervisor.model import Text
from ui.look import Look
from ui.session import words
from ui.tasks import Spawn
from ui.widgets import Button, Check, Sentence, Words, column, row

WIDTH = 400


@dataclass(frozen=True, slots=True)
class Field:
    """One line to fill in."""

    id: str
    name: Text
    secret: bool = False
    value: str = ""
    optional: bool = False


@dataclass(frozen=True, slots=True)
class Wish:
    """What a form is for."""

    title: Text
    why: Text
    fields: tuple[Field, ...]
    verb: Text
    send: Callable[[Mapping[str, str]], Awaitable[None]]
    """Raises Refused or Unavailable, which are read in the form; it is put away otherwise."""
    cancel: Text = words.CANCEL


class Form(QFrame):
    """See the module."""

    done = Signal()
    """It is put away, sent or not."""

    def __init__(self, look: Look, spawn: Spawn, wish: Wish) -> None:
        super().__init__()
        self.setObjectName("confirm")
        self._look, self._spawn, self.wish = look, spawn, wish
        self.sending = False
        self._away = False
        self.fields: dict[str, QLineEdit] = {}
        self._labels = {field.id: Words(look, field.name, "label", 500, "text2") for field in wish.fields}
        self.said = Sentence(look)
        self._show = Check(look)
        self._show.setVisible(any(field.secret for field in wish.fields))
        self._show.toggled.connect(self._reveal)
        self.send = Button(look, wish.verb, "primary", weight=600)
        self.cancel = Button(look, wish.cancel)
        self.send.clicked.connect(self._press)
        self.cancel.clicked.connect(self.done)
        self.done.connect(self.leave)
        self._lay_out(column(self, 16, 6))
        look.changed.connect(self._dress)
        self._dress()

    def _lay_out(self, inside: QVBoxLayout) -> None:
        inside.addWidget(Words(self._look, self.wish.title, "value", 600))
        why = Words(self._look, self.wish.why, "label", 400, "text2")
        why.setWordWrap(True)
        inside.addWidget(why)
        inside.addSpacing(6)
        for field in self.wish.fields:
            line = QLineEdit(field.value)
            if field.secret:
                line.setEchoMode(QLineEdit.EchoMode.Password)
            line.setMaxLength(400)
            line.returnPressed.connect(self._go_on)
            self._labels[field.id].setBuddy(line)
            self.fields[field.id] = line
            inside.addWidget(self._labels[field.id])
            inside.addWidget(line)
        inside.addWidget(self._show)
        inside.addWidget(self.said)
        inside.addSpacing(6)
        buttons = row()
        for button in (self.cancel, self.send):
            button.setFixedHeight(36)
            buttons.addWidget(button, 1)
        inside.addLayout(buttons)

    def begin(self) -> None:
        """To the first field that is empty."""
        empty = next((line for line in self.fields.values() if not line.text()), None)
        (empty or next(iter(self.fields.values()), self.send)).setFocus(Qt.FocusReason.OtherFocusReason)

    def say(self, text: Text | None) -> None:
        """One sentence beneath the fields."""
        self.said.say(text)
        self.adjustSize()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.done.emit()
        else:
            super().keyPressEvent(event)

    def _reveal(self, shown: bool) -> None:
        """What was typed can be looked at, for a long password is mistyped otherwise.

        Source: NIST SP 800-63B-4, 3.1.1.2."""
        for field in self.wish.fields:
            if field.secret:
                mode = QLineEdit.EchoMode.Normal if shown else QLineEdit.EchoMode.Password
                self.fields[field.id].setEchoMode(mode)

    def _go_on(self) -> None:
        """Enter: the next empty field, or send."""
        needed = [self.fields[field.id] for field in self.wish.fields if not field.optional]
        empty = next((line for line in needed if not line.text()), None)
        if empty is not None and empty is not self.focusWidget():
            empty.setFocus(Qt.FocusReason.TabFocusReason)
        else:
            self._press()

    def _press(self) -> None:
        given = {id_: line.text() for id_, line in self.fields.items()}
        if any(not given[field.id].strip() for field in self.wish.fields if not field.optional):
            self.say(words.EMPTY)
        elif given.get("new", "") != given.get("again", given.get("new", "")):
            self.say(words.DIFFERENT)
        elif not self.sending:
            self.sending = True
            self.send.setEnabled(False)
            self._spawn(self._send(given))

    async def _send(self, given: Mapping[str, str]) -> None:
        """Whoever has put it away meanwhile is told nothing more."""
        said: Text | None = None
        refused = False
        try:
            await self.wish.send(given)
        except Refused as error:
            said, refused = error.text, True
        except Unavailable:
            said = words.SILENT
        finally:
            self.sending = False
        if self._away:
            return
        self.send.setEnabled(True)
        if said is None:
            self.done.emit()
            return
        self.say(said)
        if refused:
            self._again()

    def leave(self) -> None:
        """It is put away: what is still under way finds no widget any more."""
        self._away = True

    def _again(self) -> None:
        """The password is typed anew, the rest stays."""
        first = next((self.fields[field.id] for field in self.wish.fields if field.secret), None)
        if first is not None:
            first.clear()
            first.setFocus()

    def _dress(self) -> None:
        self.setFixedWidth(round(WIDTH * self._look.scale))
        self._show.setFont(self._look.font("label"))
        self._show.setText(self._look.say(words.SHOW))
        for field in self.wish.fields:
            line = self.fields[field.id]
            line.setFont(self._look.font("body"))
            line.setFixedHeight(round(34 * self._look.scale))
            line.setAccessibleName(self._look.say(field.name))
        self.adjustSize()
