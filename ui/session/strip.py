"""Strip: a line across the window that says when nobody can act here, and how to. Not there while somebody can."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame

from supervisor.model import Text
from ui.pages import Context
from ui.session import words
from ui.shapes import text_width
from ui.widgets import Button, Short, Symbol, Words, row


class Strip(QFrame):
    """See the module. `asked` opens the panel."""

    asked = Signal()
    ended = Signal()
    """The override is to end."""

    def __init__(self, context: Context) -> None:
        super().__init__()
        self.setObjectName("seat")
        look = context.look
        self._context, self._session = context, context.session
        self._alive = True
        self._symbol = Symbol(look, "padlock", 18, "text2")
        self.title = Words(look, words.WATCHING, "body", 600)
        self.why = Short(look, "body", 400, "text2")
        self.fault = Short(look, "body", 500)
        self.button = Button(look, words.SIGN_IN, "primary", weight=600)
        self.button.setFixedHeight(28)
        self.button.clicked.connect(self._press)
        layout = row(self, 0, 12)
        layout.setContentsMargins(16, 4, 14, 4)
        for part in (self._symbol, self.title):
            layout.addWidget(part)
        layout.addWidget(self.why, 3)
        layout.addWidget(self.fault, 2)
        layout.addWidget(self.button)
        self._session.changed.connect(self.show_session)
        look.changed.connect(self.show_session)
        self.show_session()

    def show_session(self) -> None:
        """Say how things stand."""
        now, look = self._session.now, self._context.look
        self.setVisible(not self._session.acting or bool(now.lender))
        title, why, verb = self._words()
        self.title.say(title)
        self.why.setText(look.say(why))
        self.button.say(verb)
        self.button.setMinimumWidth(round(text_width(look.say(verb), look.font("body", 600))) + 40)
        self.button.tip(verb, "Ctrl+L")
        self.fault.setText(look.say(words.NO_DIRECTORY) if now.directory_fault else "")
        self.fault.setVisible(bool(now.directory_fault))

    def tick(self) -> None:
        """Once a second: what is left of an override, and whether the station answers."""
        if self._session.now.lender or self._alive != self._context.live.alive:
            self._alive = self._context.live.alive
            self.show_session()

    def _words(self) -> tuple[Text, Text, Text]:
        now = self._session.now
        if not self._alive:
            return words.WATCHING, words.NO_STATION, words.SIGN_IN
        if now.lender:
            left = self._context.look.span(now.lent_s)
            why = (one.format(name=now.lender, left=left) for one in (words.LENT_WHY.fr, words.LENT_WHY.en))
            return words.LENT, Text(*why), words.END_OVERRIDE
        if now.first_start:
            return words.FIRST_START, words.FIRST_START_WHY, words.CREATE
        if now.person:
            name = now.person.name
            return words.LOCKED, Text(words.LOCKED_WHY.fr.format(name), words.LOCKED_WHY.en.format(name)), words.UNLOCK
        return words.WATCHING, words.ENDED.get(now.ended, words.NOBODY), words.SIGN_IN

    def _press(self) -> None:
        if self._session.now.lender:
            self.ended.emit()
        else:
            self.asked.emit()
