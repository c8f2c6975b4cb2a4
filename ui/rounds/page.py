"""The page of rounds: those there are, the chosen one, and the form of a new one.

list          R12 · Allumer – Centre-ville                  Journal  Terminer  [Lancer l'étape 2 (7 équipements)]
  R12 …       Étape 1 ▓▓▓▓▓▓   Étape 2 ▓▓░░░░               what became of each equipment
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QStackedWidget, QWidget

from supervisor.errors import Refused, Unavailable
from supervisor.model import Role, Text
from supervisor.rounds.states import State
from ui.pages import Context, Page, Place
from ui.rounds import words
from ui.rounds.form import Form
from ui.rounds.telling import Telling
from ui.rounds.view import RoundView
from ui.schedule.lists import Lines
from ui.tables import Table
from ui.widgets import Button, Card, Label, Line, Words, column, row

_HEADS = (words.NUMBER, words.WHAT, words.STATE, words.PROGRESS)


class RoundsPage(Page):
    """See the module."""

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        look = context.look
        self.telling = Telling(context)
        self.rounds: list[Mapping[str, Any]] = []
        self.chosen = 0
        """The number of the round that is shown; 0 for none."""
        self._fresh: tuple[object, ...] = ()
        """Of what is shown: it is asked for again when this differs, and while anything is under way."""
        self._pulling = False
        self.lines = Lines(look, _HEADS)
        self.table = Table(look, self.lines, {0: 48, 2: 116, 3: 92}, 1, words.TITLE)
        self.table.LEAST = 160
        self.count = Label(look, "body", 400, "text2")
        self.new = Button(look, words.NEW, symbol="plus")
        self.form, self.view = Form(context, self.telling), RoundView(context, self.telling)
        self.nothing = Words(look, words.NONE, "value", 500, "text2")
        self.nothing.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.nothing.setWordWrap(True)
        self.stack = QStackedWidget()
        for widget in (self.nothing, self.view, self.form):
            self.stack.addWidget(widget)
        self._lay_out()
        self._connect()
        context.gate.guard(self.new, self.form)
        self.setFocusProxy(self.table)

    def _lay_out(self) -> None:
        look, whole = self.context.look, row(self, 0, 8)
        self.left, self.right = Card(), Card()
        inner = column(self.left, 1, 0)
        head = row(spacing=10)
        head.setContentsMargins(16, 9, 12, 9)
        head.addWidget(Words(look, words.TITLE, "title", 600))
        head.addWidget(self.count, 1)
        head.addWidget(self.new)
        inner.addLayout(head)
        inner.addWidget(Line(look))
        body = row()
        body.setContentsMargins(6, 0, 4, 0)
        body.addWidget(self.table)
        inner.addLayout(body, 1)
        column(self.right, 1, 0).addWidget(self.stack)
        whole.addWidget(self.left, 27)
        whole.addWidget(self.right, 73)

    def _connect(self) -> None:
        self.table.selectionModel().currentChanged.connect(lambda *_: self._choose())
        self.new.clicked.connect(lambda: self.open_form([]))
        self.form.kept.connect(self._kept)
        self.form.left.connect(self._close_form)
        self.view.asked_for.connect(self.asked_for)
        self.view.acted.connect(lambda: self.context.spawn(self._pull()))
        self.context.look.changed.connect(self._tell)

    # ------------------------------------------------------------ living
    def arrive(self, place: Place) -> None:
        """Of an equipment or an area a new one, for it."""
        self.context.spawn(self._pull())
        if place.equipment or place.area:
            self.open_form([place.equipment.id] if place.equipment else [], place.area)
        self._dress()

    def slow(self) -> None:
        if not self._pulling:
            self.context.spawn(self._pull())

    def jump(self) -> None:
        """Other rounds, or the same as they were then."""
        self._fresh = ()
        if self.isVisible():
            self.context.spawn(self._pull())

    def person_changed(self) -> None:
        self._dress()
        self.view.offer()

    def _dress(self) -> None:
        self.new.setEnabled(self.context.user.role >= Role.OPERATOR)

    async def _pull(self) -> None:
        """The list every second, the chosen one when something of it has changed."""
        self._pulling = True
        try:
            with suppress(Unavailable):  # the window's frame says that no station answers
                self.rounds = list((await self.context.attachment.ask("rounds"))["rounds"])
                self.nothing.say(words.NONE)
                self._tell()
                await self._pull_chosen()
        except Refused as refused:  # in the past: what is so now is not shown as if it had been so then
            self._empty(refused.text)
        finally:
            self._pulling = False

    async def _pull_chosen(self) -> None:
        one = next((one for one in self.rounds if one["number"] == self.chosen), None)
        if one is None:
            self._show_none()
            return
        fresh = (self.chosen, one["state"], one["changed_at"], one["counts"], one["busy"])
        if fresh == self._fresh:
            return
        told = await self.context.attachment.ask("round", number=self.chosen)
        if told["number"] == self.chosen:
            self._fresh = fresh
            self.view.show_round(told)
            if self.stack.currentWidget() is not self.form:
                self.stack.setCurrentWidget(self.view)

    def _empty(self, why: Text) -> None:
        self.rounds = []
        self.nothing.say(why)
        self._tell()
        self._show_none()

    def _show_none(self) -> None:
        """No round is chosen: there is none, or at the instant shown there was none yet."""
        self._fresh, self.view.one = (), None
        if self.stack.currentWidget() is not self.form:
            self.stack.setCurrentWidget(self.nothing)

    # ------------------------------------------------------------ choosing
    def _tell(self) -> None:
        look, numbers = self.context.look, [one["number"] for one in self.rounds]
        if self.chosen not in numbers and numbers:
            self.chosen = next((one["number"] for one in self.rounds if not State(one["state"]).final), numbers[0])
        table = self.table.selectionModel()
        table.blockSignals(True)
        self.lines.show_lines([self.telling.round(one) for one in self.rounds])
        table.blockSignals(False)
        if self.chosen in numbers and self.table.currentIndex().row() != numbers.index(self.chosen):
            self.table.selectRow(numbers.index(self.chosen))
        self.count.setText(look.say(words.COUNT).format(len(numbers)) if numbers else "")

    def _choose(self) -> None:
        at = self.table.currentIndex().row()
        if 0 <= at < len(self.rounds) and self.rounds[at]["number"] != self.chosen:
            self.chosen = int(self.rounds[at]["number"])
            self._close_form()
            self.context.spawn(self._pull_chosen())

    def open_form(self, equipment: list[str], area: str = "") -> None:
        """A new round; for these equipment and their parts, or in an area."""
        self.stack.setCurrentWidget(self.form)
        self.form.begin(equipment, area)

    def _close_form(self) -> None:
        shown: QWidget = self.view if self.view.one else self.nothing
        self.stack.setCurrentWidget(shown)
        self.table.setFocus()

    def _kept(self, number: int) -> None:
        self.chosen, self._fresh = number, ()
        self.stack.setCurrentWidget(self.view)
        self.context.spawn(self._pull())
        self.table.setFocus()
