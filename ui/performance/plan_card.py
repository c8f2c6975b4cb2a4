"""The card of an action plan: what is to be done about one alarm, who does it, until when. Enter keeps it."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QGridLayout, QLineEdit, QWidget

from supervisor.desk.plans import LONGEST, LONGEST_NAME, Plan
from supervisor.model import Alarm, Text
from ui.naming import full_name, person
from ui.pages import Context
from ui.performance import words
from ui.performance.rows import day, kept_day
from ui.widgets import Button, Short, Words, column, row


class PlanCard(QWidget):
    """See the module."""

    kept = Signal(str, str, str, str)
    """Alarm, text, who, due day."""
    asked_for = Signal(object)

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        look = context.look
        self.alarm: Alarm | None = None
        self._plan: Plan | None = None
        layout = column(self, 12, 6)
        self.empty = Words(look, words.CHOOSE, "body", 400, "text2")
        layout.addWidget(self.empty)
        self.body = QWidget()
        layout.addWidget(self.body)
        inner = column(self.body, 0, 6)
        self.name = Short(look, "value", 600)
        inner.addWidget(self.name)
        self.text, self.who, self.due = QLineEdit(), QLineEdit(), QLineEdit()
        self.text.setMaxLength(LONGEST)
        self.who.setMaxLength(LONGEST_NAME)
        fields = QGridLayout()
        fields.setHorizontalSpacing(8)
        fields.setVerticalSpacing(2)
        for at, (title, field) in enumerate(self._fields()):
            fields.addWidget(Words(look, title, "hint", 500, "text2"), 0, at)
            fields.addWidget(field, 1, at)
            field.returnPressed.connect(self.keep)
            field.textEdited.connect(lambda _: self._check())
        for at, share in enumerate((6, 3, 2)):
            fields.setColumnStretch(at, share)
        inner.addLayout(fields)
        foot = row(spacing=8)
        self.author = Short(look, "label", 400, "text2")
        foot.addWidget(self.author, 1)
        self.go = Button(look, words.SHOW_ALARM)
        self.go.clicked.connect(lambda: self.asked_for.emit(self.alarm))
        self.save = Button(look, words.KEEP, "primary", weight=600)
        self.save.clicked.connect(self.keep)
        foot.addWidget(self.go)
        context.gate.guard(self.save, self.text, self.who, self.due)
        foot.addWidget(self.save)
        inner.addLayout(foot)
        look.changed.connect(self._dress)
        self.show_alarm(None, None)
        self._dress()

    def _fields(self) -> tuple[tuple[Text, QLineEdit], ...]:
        return (words.WHAT_TO_DO, self.text), (words.WHO_DOES, self.who), (words.DUE, self.due)

    def _dress(self) -> None:
        look = self._context.look
        for title, field in self._fields():
            field.setFont(look.font("body"))
            field.setAccessibleName(look.say(title))
            field.setFixedHeight(round(32 * look.scale))
        self.due.setPlaceholderText(look.say(words.DUE_HINT))
        self.due.setMinimumWidth(round(112 * look.scale))
        if self._plan and not self.due.isModified():
            self.due.setText(day(self._plan.due, look))
        self._tell()

    def show_alarm(self, alarm: Alarm | None, plan: Plan | None) -> None:
        """Turn to an alarm. What is being written stays while the same one is shown again."""
        same = alarm is self.alarm and plan == self._plan
        self.alarm, self._plan = alarm, plan
        self.empty.setVisible(alarm is None)
        self.body.setVisible(alarm is not None)
        if not same:
            look = self._context.look
            self.text.setText(plan.text if plan else "")
            self.who.setText(plan.who if plan else "")
            self.due.setText(day(plan.due, look) if plan else "")
        self._tell()

    def _tell(self) -> None:
        look, alarm, plan = self._context.look, self.alarm, self._plan
        if alarm is not None:
            of = full_name(self._context.attachment.site, alarm.equipment, look)
            self.name.setText(f"{of} – {look.say(alarm.rule.name)}")
        author = person(self._context.attachment.site, plan.author, look) if plan else ""
        self.author.setText(look.say(words.WRITTEN_BY).format(author, look.date(plan.time)) if plan else "")
        self._check()

    def _check(self) -> None:
        """A plan has a text and a name; none at all takes away the one that is there."""
        text, who = self.text.text().strip(), self.who.text().strip()
        self.save.setEnabled(bool(text and who) or bool(self._plan and not text))
        self.save.tip(words.KEEP if text or not self._plan else words.LET_GO, "Enter")

    def keep(self) -> None:
        """Ask for it to be kept."""
        if self.alarm is not None and self.save.isEnabled():
            self.kept.emit(self.alarm.id, self.text.text().strip(), self.who.text().strip(), kept_day(self.due.text()))
