"""The page of those on call: whose turn it is, whether they can be reached, and what was told to whom."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import Any

from PySide6.QtWidgets import QVBoxLayout, QWidget

from supervisor.model import Role, Text
from ui.asking import Answer, Question, ask
from ui.on_call import notices as columns
from ui.on_call import words
from ui.on_call.notices import NoticeList
from ui.pages import Context, Page, Place
from ui.tables import Table
from ui.widgets import Button, Card, Label, Line, Short, Words, clear, column, row

AGAIN_S = 2.0
SIDE_PX = 368
_WIDTHS = {columns.MADE: 124, columns.STATE: 176, columns.TO: 220, columns.BY: 78, columns.STEP: 58, columns.ABOUT: 320}


class OnCallPage(Page):
    """See the module."""

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        look = context.look
        self.answer: Mapping[str, Any] = {}
        """The last answer of the station to `notices`."""
        self.question = Question(context, "notices", AGAIN_S, self._take, self._decline)
        self._people: list[Mapping[str, Any]] = []
        self.model = NoticeList(context.attachment.site, look)
        self.table = Table(look, self.model, _WIDTHS, columns.WHY, words.NOTICES)
        self.table.supple = {columns.ABOUT: 180, columns.TO: 110}
        self.table.spare = (columns.STEP, columns.BY)
        self.setFocusProxy(self.table)
        self.state = Short(look, "body", 500, "text2")
        self.said = Short(look, "body", 400, "text2")
        self.nothing = Words(look, words.NONE_YET, "value", 500, "text2")
        self.nothing.setWordWrap(True)
        self.why = Label(look, "body", 400)
        """The remark about the notice that is selected, as long as it may be."""
        self.why.setWordWrap(True)
        self.again, self.drop = Button(look, words.AGAIN), Button(look, words.DROP)
        context.gate.guard(self.again, self.drop)
        self.turns = Words(look, words.NOW, "title", 600)
        self.duty, self.contacts = QVBoxLayout(), QVBoxLayout()
        self.tests: dict[str, Button] = {}
        """By contact."""
        self._lay_out()
        self.again.clicked.connect(lambda: self._act("notify_again"))
        self.drop.clicked.connect(lambda: self._act("notify_drop"))
        self.table.selectionModel().currentRowChanged.connect(lambda *_: self._rights())
        self.table.activated.connect(lambda index: self._go(index.row()))
        look.changed.connect(self._show)
        self._show()

    def _lay_out(self) -> None:
        look = self.context.look
        layout = row(self, spacing=8)
        card, side = Card(), Card()
        inner = column(card, 1, 0)
        head = row(spacing=10)
        head.setContentsMargins(16, 9, 12, 9)
        head.addWidget(Words(look, words.NOTICES, "title", 600))
        head.addWidget(self.state)
        head.addWidget(self.said)
        head.addStretch(1)
        head.addWidget(self.again)
        head.addWidget(self.drop)
        inner.addLayout(head)
        inner.addWidget(Line(look))
        body = column()
        body.setContentsMargins(8, 0, 4, 0)
        body.addWidget(self.table, 1)
        self.nothing.setContentsMargins(8, 16, 8, 16)
        body.addWidget(self.nothing)
        inner.addLayout(body, 1)
        self.why.setContentsMargins(16, 8, 16, 10)
        inner.addWidget(self.why)
        beside = column(side, 16, 8)
        for title, lines in ((self.turns, self.duty), (Words(look, words.CONTACTS, "title", 600), self.contacts)):
            beside.addWidget(title)
            beside.addWidget(Line(look))
            lines.setSpacing(6)
            beside.addLayout(lines)
            beside.addSpacing(12)
        beside.addStretch(1)
        side.setFixedWidth(round(SIDE_PX * look.scale))
        layout.addWidget(card, 1)
        layout.addWidget(side)

    def slow(self) -> None:
        """Ask again, now and then."""
        self._rights()
        self.question.slow()

    def jump(self) -> None:
        self.question.again()

    def arrive(self, place: Place) -> None:
        self.question.again()
        self.table.setFocus()

    def _take(self, answer: Answer) -> None:
        self.answer = answer
        self._show()

    def _decline(self, why: Text) -> None:
        self.said.setText(self.context.look.say(why))

    # ------------------------------------------------------------ acting
    def chosen(self) -> Mapping[str, Any] | None:
        """The notice that is selected."""
        at = self.table.currentIndex().row()
        return self.model.rows[at] if 0 <= at < len(self.model.rows) else None

    def _choose(self, number: int) -> None:
        """Stay on the notice that was selected, wherever it is in the list now."""
        at = next((at for at, one in enumerate(self.model.rows) if one["id"] == number), -1)
        if at >= 0 and at != self.table.currentIndex().row():
            self.table.setCurrentIndex(self.model.index(at, 0))

    def _act(self, act: str) -> None:
        if one := self.chosen():
            self.context.spawn(self._acted(act, int(one["id"])))

    async def _acted(self, act: str, number: int) -> None:
        if await ask(self.context, self._decline, act, id=number) is not None:
            self.said.setText("")
            self.question.again()

    def test(self, contact: str) -> None:
        """Send a test to a contact."""
        self.context.spawn(self._tested(contact))

    async def _tested(self, contact: str) -> None:
        answer = await ask(self.context, self._decline, "notify_test", contact=contact)
        if answer is not None:
            name = self._names().get(contact, contact)
            self.said.setText(self.context.look.counted(words.TESTED, answer["count"], name))
            self.question.again()

    def _go(self, at: int) -> None:
        alarm = next(
            (one for one in self.context.attachment.site.alarms if one.id == self.model.rows[at]["alarm"]), None
        )
        if alarm:
            self.asked_for.emit(alarm)

    # ------------------------------------------------------------ showing
    def _names(self) -> dict[str, str]:
        return {one["id"]: one["name"] for one in self.answer.get("contacts", ())}

    def _show(self) -> None:
        answer, names, kept = self.answer, self._names(), self.chosen()
        self.model.show_rows(answer.get("notices", ()), names)
        self._choose(int(kept["id"]) if kept else 0)
        some = bool(self.model.rows)
        self.table.setVisible(some)
        self.nothing.setVisible(not some)
        empty = words.NONE_YET if answer.get("contacts") else words.NONE_CONFIGURED
        self.nothing.say(empty if answer else words.ASKING)
        told = (self._state(), self.context.look.say(words.AS_TODAY) if self.context.past else "")
        self.state.setText(" · ".join(text for text in told if text))
        self.turns.say(words.THEN if self.context.past else words.NOW)
        self._show_duty(names)
        self._show_contacts()
        self._rights()
        self.table.viewport().update()

    def _state(self) -> str:
        say, answer = self.context.look.say, self.answer
        if answer.get("failing"):
            return say(words.FAILING).format(answer["failing"])
        if answer.get("waiting"):
            return say(words.WAITING).format(answer["waiting"])
        if lost := sum(one["state"] in columns.GRAVE for one in self.model.rows):
            return self.context.look.counted(words.NOT_TOLD, lost)
        return say(words.ALL_WELL) if self.model.rows else ""

    def _show_duty(self, names: Mapping[str, str]) -> None:
        clear(self.duty)
        look = self.context.look
        for rota in self.answer.get("rotas", ()):
            line = Label(look, "body", 400)
            who = names.get(rota["contact"], rota["contact"]) or look.say(words.NOBODY)
            line.setText(
                look.say(words.ON_DUTY).format(escape(look.say(Text(*rota["name"])) or rota["id"]), escape(who))
            )
            self.duty.addWidget(line)

    def _show_contacts(self) -> None:
        people = list(self.answer.get("contacts", ()))
        if people == self._people:
            return
        self._people = people
        clear(self.contacts)
        self.tests.clear()
        look = self.context.look
        for one in people:
            holder = QWidget()
            line = row(holder)
            name = Short(look, "body", 500)
            name.setText(one["name"])
            name.setToolTip(" · ".join(text for text in (one["mail"], one["topic"]) if text))
            button = Button(look, words.TEST)
            button.clicked.connect(lambda _=False, id_=one["id"]: self.test(id_))
            line.addWidget(name, 1)
            self.context.gate.guard(button)
            line.addWidget(button)
            self.tests[one["id"]] = button
            self.contacts.addWidget(holder)

    def _rights(self) -> None:
        may, one = self.context.user.role >= Role.OPERATOR, self.chosen()
        state = one["state"] if one else ""
        self.why.setText(self.model.remark(one) if one else "")
        self.why.setVisible(bool(self.why.text()))
        self.again.setEnabled(may and state in ("failed", "waiting"))
        self.drop.setEnabled(may and state == "waiting")
        for button in self.tests.values():
            button.setEnabled(may)
