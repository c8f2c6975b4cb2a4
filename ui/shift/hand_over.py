"""The form of the hand-over: who goes and who comes each prove who they are, on one seat, and the screen stays.

In its place, never a dialog. Escape puts it away, and no password stays in a field that is not seen.
"""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QHideEvent, QKeyEvent
from PySide6.QtWidgets import QComboBox, QFrame, QLineEdit, QPlainTextEdit

from supervisor.errors import Refused, Unavailable
from supervisor.model import Role, Text
from ui import words as common
from ui.asking import why
from ui.pages import Context
from ui.shift import words
from ui.widgets import Button, Sentence, Words, column, row


class HandOver(QFrame):
    """See the module."""

    signed = Signal(str)
    """The shift is signed; the sentence that says so."""

    def __init__(self, context: Context) -> None:
        super().__init__()
        self.setObjectName("confirm")
        self._context = context
        self._user = ""
        """Id of who sat here when it was opened."""
        look = context.look
        self.title = Words(look, words.HAND_OVER, "value", 600)
        self.goes = Words(look, words.NOBODY, "body", 500)
        self.password, self.incoming, self.other = QLineEdit(), QComboBox(), QLineEdit()
        self.incoming.setEditable(True)  # somebody of the directory who was never here is on no list
        self.incoming.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self.remark = QPlainTextEdit()
        self.said = Sentence(look)
        self.sign = Button(look, words.SIGN, "primary", weight=600)
        self.cancel = Button(look, common.CANCEL)
        self._names = {
            one: Words(look, text, "hint", 500, "text2")
            for one, text in (
                (self.password, words.PASSWORD),
                (self.incoming, words.INCOMING),
                (self.other, words.INCOMING_PASSWORD),
                (self.remark, words.REMARK),
            )
        }
        self._lay_out()
        self.sign.clicked.connect(self._sign)
        self.cancel.clicked.connect(self.close_form)
        self.incoming.currentTextChanged.connect(self._check)
        for field in (self.password, self.other):
            field.setEchoMode(QLineEdit.EchoMode.Password)
            field.textChanged.connect(self._check)
            field.returnPressed.connect(self._sign)
        self.remark.textChanged.connect(self._check)
        look.changed.connect(self._dress)
        self._dress()
        self.hide()

    def _lay_out(self) -> None:
        layout = column(self, 14, 6)
        layout.addWidget(self.title)
        layout.addWidget(self.goes)
        for field in (self.password, self.incoming, self.other, self.remark):
            layout.addWidget(self._names[field])
            layout.addWidget(field)
        layout.addWidget(self.said)
        buttons = row(spacing=8)
        buttons.addWidget(self.cancel, 1)
        buttons.addWidget(self.sign, 2)
        layout.addLayout(buttons)

    def _dress(self) -> None:
        look = self._context.look
        for field in (self.password, self.incoming, self.other, self.remark):
            field.setFont(look.font("body"))
            field.setAccessibleName(self._names[field].text())
        self.remark.setPlaceholderText(look.say(words.REMARK_HINT))
        self.remark.setFixedHeight(round(110 * look.scale))
        self.remark.setTabChangesFocus(True)
        if self.incoming.count():
            self.incoming.setItemText(0, look.say(words.NO_RELIEF))
        self._check()

    def open(self) -> None:
        """Begin; the first thing asked is the password of who goes."""
        look, user = self._context.look, self._context.user
        self._user = user.id
        going = Text(words.OUTGOING.fr.format(user.name), words.OUTGOING.en.format(user.name))
        self.goes.say(going if user.role >= Role.OPERATOR else words.NOBODY)
        self.incoming.clear()
        self.incoming.addItem(look.say(words.NO_RELIEF), "")
        users = self._context.attachment.site.users
        named = {one.id: one.name for one in users.values() if one.role >= Role.OPERATOR}
        named |= {id_: name for id_, name in look.met.everybody.items() if id_ not in users}
        for id_, name in sorted(named.items(), key=lambda one: one[1].casefold()):
            if id_ != user.id:
                self.incoming.addItem(name, id_)
        self.said.hide()
        self._check()
        self.show()
        self.password.setFocus()

    def person_changed(self) -> None:
        """Who was to go is not who sits here now: they begin anew, each with their own password."""
        if self._user != self._context.user.id:
            self.close_form()

    def close_form(self) -> None:
        """Put it away; the remarks stay, for they were work."""
        self._forget()
        self.hide()

    def hideEvent(self, event: QHideEvent) -> None:
        """Another page: whoever comes back proves anew who they are."""
        self._forget()
        super().hideEvent(event)

    def _forget(self) -> None:
        self.password.clear()
        self.other.clear()

    def comes(self) -> str:
        """Id of who takes over, chosen or typed; empty for nobody."""
        said = self.incoming.currentText().strip()
        at = self.incoming.findText(said, Qt.MatchFlag.MatchFixedString)
        return said if at < 0 else str(self.incoming.itemData(at) or "")

    def _check(self) -> None:
        comes = bool(self.comes())
        for widget in (self.other, self._names[self.other]):
            widget.setVisible(comes)
        self.sign.say(words.SIGN if comes else words.SIGN_ALONE)
        told = bool(self.other.text()) if comes else bool(self.remark.toPlainText().strip())
        self.sign.setEnabled(bool(self.password.text()) and told)

    def _sign(self) -> None:
        if self.sign.isEnabled():
            self.sign.setEnabled(False)
            self._context.spawn(self._signed())

    async def _signed(self) -> None:
        comes, secret = self.comes(), self.other.text()
        asked: dict[str, Any] = {"password": self.password.text(), "remark": self.remark.toPlainText().strip()}
        try:
            answer = await self._context.attachment.ask("shift_sign", incoming=comes, incoming_password=secret, **asked)
        except Refused as refused:
            self.said.say(refused.text)
            return
        except Unavailable:
            self.said.say(words.UNSURE)
            return
        finally:
            self._check()
        self.remark.clear()
        self.close_form()
        self.signed.emit(await self._take_seat(comes, secret, int(answer["number"])))

    async def _take_seat(self, comes: str, secret: str, number: int) -> str:
        """Who comes sits here from now on; what they gave to sign is proof enough."""
        look = self._context.look
        if comes:
            try:
                await self._context.attachment.ask("sign_in", user=comes, password=secret)
            except (Refused, Unavailable) as error:
                return look.say(words.HANDED_BUT).format(number, look.say(why(error)))
        return look.say(words.HANDED).format(number)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.close_form()
        else:
            super().keyPressEvent(event)
