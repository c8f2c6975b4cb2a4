"""ApprovalCard: a command that waits for a second person, in the window of who gave it and in everybody else's.

Who gave it may cancel it, or let the second person prove who they are right here; who may give it too approves or
declines from their own seat.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame

from supervisor.clock import SECOND
from supervisor.desk.demands import spec_of
from supervisor.journal import CommandRow, StepRow
from supervisor.model import Equipment
from supervisor.people import People
from ui.asking import Errand
from ui.faceplate import words
from ui.faceplate.second import SecondPerson
from ui.naming import person
from ui.pages import Context
from ui.widgets import Button, Label, Sentence, Words, column, row

AWAITING = "awaiting"


class ApprovalCard(QFrame):
    """See the module."""

    def __init__(self, context: Context, equipment: Equipment) -> None:
        super().__init__()
        self.setObjectName("confirm")
        self._context, self._equipment = context, equipment
        self._people = People(context.attachment.site)
        self._command: CommandRow | None = None
        self._until = 0
        look = context.look
        self._by = Label(look, "label", 400)
        self._consequence = Label(look, "label", 400, "text2")
        self.said = Sentence(look)
        self.errand = Errand(context, self.said.say, self.said.hide)
        for label in (self._by, self._consequence):
            label.setWordWrap(True)
        self._expiry = Label(look, "hint", 400, "text2")
        self.second = SecondPerson(look)
        self.cancel = Button(look, words.CANCEL_COMMAND)
        self.here = Button(look, words.APPROVE_HERE)
        self.decline = Button(look, words.DECLINE)
        self.approve = Button(look, words.APPROVE, "primary", weight=600)
        self._lay_out()
        context.gate.guard(self.cancel, self.here, self.decline, self.approve, self.second)
        self.cancel.clicked.connect(lambda: self._act("cancel"))
        self.here.clicked.connect(self._open)
        self.decline.clicked.connect(lambda: self._act("decline"))
        self.approve.clicked.connect(lambda: self._act("approve"))
        self.second.password.returnPressed.connect(lambda: self._act("approve"))
        look.changed.connect(self._dress)
        self.hide()

    def _lay_out(self) -> None:
        inside = column(self, 0, 6)
        inside.setContentsMargins(12, 10, 12, 10)
        title = Words(self._context.look, words.TWO_PERSONS, "value", 600)
        title.setWordWrap(True)
        for widget in (title, self._by, self._consequence, self.second):
            inside.addWidget(widget)
        for pair in ((self.decline, self.approve), (self.cancel, self.here)):
            line = row()
            for button in pair:
                button.setFixedHeight(round(34 * self._context.look.scale))
                line.addWidget(button, 1)
            inside.addLayout(line)
        inside.addWidget(self.said)
        inside.addWidget(self._expiry)

    def show_command(self, command: CommandRow | None, steps: Sequence[StepRow]) -> None:
        """The command that is followed, and its steps; shown only while it waits for approval."""
        waits = command is not None and not command.outcome and bool(steps) and steps[-1].step == AWAITING
        if not waits or command is None:
            self._command = None
            self.second.clear()
            self.hide()
            return
        if self._command is not None and self._command.id == command.id:
            return
        self._command = command
        self._until = steps[-1].time + round(float(steps[-1].detail.get("within_s", 0.0)) * SECOND)
        self.second.clear()
        self.second.hide()
        self.said.hide()
        self._dress()
        self.show()

    def slow(self) -> None:
        """How long it still waits."""
        left = max((self._until - self._context.clock.now()) / SECOND, 0.0)
        look = self._context.look
        self._expiry.setText(look.say(words.APPROVAL_EXPIRES).format(span=look.span(left)))

    def _dress(self) -> None:
        command, context, look = self._command, self._context, self._context.look
        if command is None:
            return
        site = context.attachment.site
        spec = spec_of(site, self._equipment, command.command)
        who = person(site, command.who, look)
        own = context.user.id == command.who
        self._by.setText(
            look.say(words.ASKED_FOR).format(command=look.say(spec.name) if spec else command.command, who=who)
        )
        self._consequence.setText(look.say(spec.consequence) if spec else "")
        self._consequence.setVisible(bool(self._consequence.text()))
        may = spec is not None and not own and self._people.may(context.user, spec, self._equipment)
        here = self.second.isVisibleTo(self)
        self.cancel.setVisible(own and not here)
        self.here.setVisible(not may and not here)
        for button in (self.decline, self.approve):
            button.setVisible(may or here)
        self.slow()

    def _open(self) -> None:
        self.second.show()
        self._dress()
        self.second.name.setFocus()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape closes the fields of the second person, not the faceplate."""
        if event.key() == Qt.Key.Key_Escape and self.second.isVisibleTo(self):
            self.second.clear()
            self.second.hide()
            self._dress()
        else:
            super().keyPressEvent(event)

    def _act(self, act: str) -> None:
        if self._command is None:
            return
        given: dict[str, Any] = {"id": self._command.id}
        if act != "cancel" and self.second.isVisibleTo(self):
            if not self.second.ready:
                self.said.say(words.SECOND_MISSING)
                return
            given |= self.second.taken()
        self.errand.begin(act, **given)

    def stop(self) -> None:
        """The faceplate turns away: what is under way finds no card any more."""
        self.errand.stop()
        self.second.clear()
