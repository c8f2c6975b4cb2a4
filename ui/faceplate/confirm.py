"""ConfirmCard: select before operate. Says what will happen and how things stand, and expires by itself.

Cancel has the focus and Escape: the way out is always nearer than the way in.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame

from supervisor.model import CommandSpec, Equipment, Tag, Text
from ui.faceplate import words
from ui.naming import full_name
from ui.pages import Context
from ui.values import shown, worded
from ui.widgets import Button, Label, column, row

EXPIRY_S = 15


class ConfirmCard(QFrame):
    """One card for one command; `closed` is told True when the operator confirmed."""

    def __init__(
        self,
        context: Context,
        equipment: Equipment,
        spec: CommandSpec,
        value: float | None,
        closed: Callable[[bool], None],
        expiry_s: float = EXPIRY_S,
    ) -> None:
        """`expiry_s`: how long the desk keeps it selected."""
        super().__init__()
        self.setObjectName("confirm")
        self._context, self._equipment, self._spec, self._value, self._closed = context, equipment, spec, value, closed
        self._tag: Tag | None = context.attachment.site.tag(equipment, spec.feedback or spec.tag)
        self._deadline = context.clock.monotonic() + expiry_s
        look = context.look
        self._title = Label(look, "value", 600)
        self._where = Label(look, "label", 600)
        self._consequence = Label(look, "label", 400, "text2")
        self._now = Label(look, "label", 500)
        self._countdown = Label(look, "hint", 400, "text2")
        self.cancel = Button(look, words.CANCEL)
        self.confirm = Button(look, words.CONFIRM, "primary", weight=600)
        for label in (self._title, self._where, self._consequence, self._now):
            label.setWordWrap(True)
        self._lay_out()
        self.cancel.clicked.connect(lambda: self._close(False))
        self.confirm.clicked.connect(lambda: self._close(True))
        look.changed.connect(self.dress)
        self.dress()

    def _lay_out(self) -> None:
        inside = column(self, 0, 6)
        inside.setContentsMargins(12, 10, 12, 10)
        for label in (self._title, self._where, self._consequence, self._now):
            inside.addWidget(label)
        buttons = row()
        for button in (self.cancel, self.confirm):
            button.setFixedHeight(36)
            buttons.addWidget(button, 1)
        inside.addLayout(buttons)
        inside.addWidget(self._countdown)

    @property
    def left_s(self) -> float:
        """Seconds until it expires."""
        return self._deadline - self._context.clock.monotonic()

    def slow(self) -> bool:
        """Count down; whether it has expired."""
        self._count()
        return self.left_s <= 0

    def read(self) -> None:
        """How things stand now."""
        if self._tag is None:
            self._now.hide()
            return
        look, context = self._context.look, self._context
        value = shown(self._tag, context.live, context.attachment.texts, look)
        said = look.say(words.UNKNOWN_NOW) if value.bad else " ".join(part for part in value[:2] if part)
        name = look.say(self._tag.spec.name).lower()
        self._now.setText(look.say(words.NOW).format(name=name, value=said))

    def dress(self) -> None:
        look = self._context.look
        command = look.say(self._spec.name)
        if self._value is not None and self._spec.value is None and self._tag is not None:
            value = " ".join(worded(self._tag.spec, self._value, self._context.attachment.texts, look)).strip()
            command = look.say(words.TO).format(command=command, value=value)
        self._title.setText(look.say(words.ASK).format(command=command))
        self._where.setText(full_name(self._context.attachment.site, self._equipment, look))
        consequence = look.say(self._spec.consequence)
        self._consequence.setText(consequence)
        self._consequence.setVisible(bool(consequence))
        self.read()
        self._count()

    def _count(self) -> None:
        left = max(round(self.left_s), 0)
        self._countdown.setText(self._context.look.say(words.EXPIRES).format(n=left))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self._close(False)
        else:
            super().keyPressEvent(event)

    def _close(self, confirmed: bool) -> None:
        self._closed(confirmed and self.left_s > 0)


def label_of(spec: CommandSpec, tag: Tag) -> Text:
    """What a control says: the state it leads to where several commands write one enumeration, else its name."""
    state = tag.spec.state(spec.value) if spec.value is not None else None
    if state is None:
        return spec.name
    return Text(state.name.fr[:1].upper() + state.name.fr[1:], state.name.en[:1].upper() + state.name.en[1:])
