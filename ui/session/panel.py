"""Panel: the forms of signing in, one at a time, over the window. The window beneath goes on, and stays in reach.

                     ┌─ nobody yet ──> first administrator
Ctrl+L, or a refusal ┼─ watching ────> sign in ──> choose a password (where the present one is temporary)
                     ├─ locked ──────> unlock
                     └─ signed in ───> take over
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from supervisor.errors import Refused
from supervisor.model import Text
from ui.pages import Context
from ui.session import words
from ui.session.door import Door
from ui.session.form import Field, Form, Wish

GAP = 8
_NEW = (Field("new", words.NEW, True), Field("again", words.AGAIN, True))


class Panel(QObject):
    """See the module. `over` is the widget its forms are put on, `below` what they hang under."""

    def __init__(self, context: Context, door: Door, over: QWidget, below: QWidget) -> None:
        super().__init__(over)
        self._context, self._door, self._over, self._below = context, door, over, below
        self.offered = ""
        """Id that stands in the field at first."""
        self.shown = False
        """Whether a form was shown yet."""
        self.form: Form | None = None

    # ------------------------------------------------------------ what it is opened for
    def open(self, refused: Refused | None = None) -> None:
        """The form that fits the moment; `refused` is why it was opened, where a refusal did."""
        now = self._context.session.now
        if now.first_start:
            self._put(self._first())
        elif now.person and now.locked:
            self._put(self._sign_in(words.UNLOCK, words.UNLOCK_WHY, now.person.id))
        elif now.person:
            self.hand_over()
        else:
            self._put(self._sign_in(words.SIGN_IN, words.SIGN_IN_WHY, self.offered))
        if refused and self.form:
            self.form.say(refused.text)

    def hand_over(self) -> None:
        """Somebody else signs in over the session that is open."""
        person = self._context.session.person
        name = person.name if person else ""
        why = Text(words.HAND_OVER_WHY.fr.format(name), words.HAND_OVER_WHY.en.format(name))
        self._put(self._sign_in(words.HAND_OVER, why, ""))

    def change_password(self) -> None:
        """One's own password."""
        fields = (Field("password", words.PRESENT, True), *_NEW)

        async def send(given: Mapping[str, str]) -> None:
            await self._door.act("change_password", password=given["password"], new=given["new"])

        self._put(Wish(words.CHANGE, words.CHANGE_WHY, fields, words.CHANGE, send))

    def override(self) -> None:
        """A supervisor lends rights."""
        fields = (
            Field("user", words.SUPERVISOR),
            Field("password", words.PASSWORD, True),
            Field("reason", words.REASON),
        )

        async def send(given: Mapping[str, str]) -> None:
            await self._door.act("lend_rights", **given)

        self._put(Wish(words.OVERRIDE, words.OVERRIDE_WHY, fields, words.LEND, send))

    def emergency(self, what: Text, give: Callable[[str], Awaitable[None]]) -> None:
        """An emergency command where nobody has signed in: who gives it? `give` is told the name."""

        async def send(given: Mapping[str, str]) -> None:
            await give(given["name"])

        title = Text(f"{words.EMERGENCY.fr} : {what.fr}", f"{words.EMERGENCY.en}: {what.en}")
        self._put(Wish(title, words.EMERGENCY_WHY, (Field("name", words.WHO),), words.GIVE, send))

    def close(self) -> None:
        """Put the form away; the focus goes back to the window."""
        form, self.form = self.form, None
        if form is not None:
            form.leave()
            form.hide()
            form.deleteLater()

    def place(self) -> None:
        """Where the form hangs; called when the window changes its size."""
        if self.form is None:
            return
        self.form.adjustSize()
        top = self._below.mapTo(self._over, self._below.rect().bottomLeft()).y() + GAP
        left = self._over.width() - self.form.width() - 2 * GAP
        if self._context.session.now.first_start:
            left = (self._over.width() - self.form.width()) // 2
            top = max(top, (self._over.height() - self.form.height()) // 3)
        self.form.move(left, top)

    # ------------------------------------------------------------ the forms
    def _first(self) -> Wish:
        fields = (Field("name", words.NAME), Field("id", words.ID), *_NEW)

        async def send(given: Mapping[str, str]) -> None:
            await self._door.found(given["id"], given["name"], given["new"])

        return Wish(words.CREATE, words.CREATE_WHY, fields, words.CREATE, send, words.LATER)

    def _sign_in(self, title: Text, why: Text, user: str) -> Wish:
        async def send(given: Mapping[str, str]) -> None:
            try:
                await self._door.sign_in(given["user"], given["password"])
            except Refused as refused:
                if refused.check != "renew":
                    raise
                self._context.spawn(self._turn_to(self._renew(given, refused)))

        fields = (Field("user", words.USER, value=user), Field("password", words.PASSWORD, True))
        return Wish(title, why, fields, title, send)

    async def _turn_to(self, wish: Wish) -> None:
        """Another form, once the one that asked for it is away."""
        self._put(wish)

    def _renew(self, given: Mapping[str, str], refused: Refused) -> Wish:
        async def send(chosen: Mapping[str, str]) -> None:
            await self._door.sign_in(given["user"], given["password"], chosen["new"])

        return Wish(words.RENEW, refused.text, _NEW, words.SIGN_IN, send)

    def _put(self, wish: Wish) -> None:
        self.close()
        self.form = form = Form(self._context.look, self._context.spawn, wish)
        self.shown = True
        form.setParent(self._over)
        form.done.connect(lambda: self._done(form))
        form.show()
        self.place()
        form.raise_()
        form.begin()

    def _done(self, form: Form) -> None:
        """Only the form that is shown: one that was replaced has gone already."""
        if form is self.form:
            self.close()
            self._over.setFocus()
