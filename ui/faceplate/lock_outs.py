"""The lock-outs that hold one equipment still: who, since when, why; hanging one, and taking one off by two persons."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QHideEvent, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QLineEdit, QWidget

from supervisor.desk.board import above
from supervisor.desk.lock_outs import LockOut, last_known
from supervisor.errors import StoreError
from supervisor.model import Equipment, Role, Text
from supervisor.people import People
from supervisor.replay import lock_outs
from ui.asking import Errand
from ui.faceplate import lock_words as words
from ui.faceplate.second import SecondPerson
from ui.look import Look
from ui.naming import person
from ui.padlock import paint_padlock
from ui.pages import Context
from ui.widgets import Button, Label, Sentence, Words, clear, column, row

log = logging.getLogger(__name__)


class Padlock(QWidget):
    """The mark by itself."""

    def __init__(self, context: Context, side: int = 20) -> None:
        super().__init__()
        self._look = context.look
        self.setFixedSize(side, side)
        context.look.changed.connect(self.update)

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            paint_padlock(painter, QRectF(self.rect()), self._look)


def gone_name(one: LockOut, look: Look) -> str:
    """What an equipment that left the site was called, with its id."""
    name = look.say(last_known(one))
    return name if name == one.equipment else f"{name} ({one.equipment})"


class LockForm(QFrame):
    """What is asked before a lock-out is hung or comes off: a reason, or a second person. Escape closes it."""

    closed = Signal()

    def __init__(self, context: Context, ask: Callable[[str, dict[str, Any]], None]) -> None:
        super().__init__()
        self.setObjectName("confirm")
        self._look, self._ask = context.look, ask
        self._act = ""
        self._given: dict[str, Any] = {}
        self._title = Words(self._look, words.HANG, "value", 600)
        self._why = Words(self._look, words.HANG_WHY, "label", 400, "text2")
        self._name = Words(self._look, words.REASON, "hint", 500, "text2")
        for label in (self._title, self._why):
            label.setWordWrap(True)
        self.reason = QLineEdit()
        self.second = SecondPerson(self._look)
        self.said = Sentence(self._look)
        self.cancel = Button(self._look, words.CANCEL)
        self.confirm = Button(self._look, words.HANG, "primary", weight=600)
        inside = column(self, 12, 6)
        for widget in (self._title, self._why, self._name, self.reason, self.second):
            inside.addWidget(widget)
        line = row()
        for button in (self.cancel, self.confirm):
            button.setFixedHeight(round(34 * self._look.scale))
            line.addWidget(button, 1)
        inside.addLayout(line)
        inside.addWidget(self.said)
        self.cancel.clicked.connect(self.hide)
        self.confirm.clicked.connect(self._send)
        self.reason.returnPressed.connect(self._send)
        self.second.password.returnPressed.connect(self._send)
        for field in (self.reason, self.second.name, self.second.password):
            field.textChanged.connect(self._check)
        self.reason.setMaxLength(200)
        self.hide()

    def open(self, act: str, given: dict[str, Any], title: Text, why: Text, second: bool) -> None:
        """Ask for what `act` takes beside what is `given`."""
        self._act, self._given = act, given
        self._title.say(title)
        self._why.say(why)
        self.confirm.say(words.CONFIRM if act != "hang_lock" else words.HANG)
        for widget in (self._name, self.reason):
            widget.setVisible(not second)
        self.second.setVisible(second)
        self.reason.clear()
        self.second.clear()
        self.reason.setFont(self._look.font("body"))
        self.said.hide()
        self._check()
        self.show()
        (self.second.name if second else self.reason).setFocus()

    def _check(self) -> None:
        second = self.second.isVisibleTo(self)
        self.confirm.setEnabled(self.second.ready if second else bool(self.reason.text().strip()))

    def _send(self) -> None:
        if not self.confirm.isEnabled():
            return
        more = self.second.taken() if self.second.isVisibleTo(self) else {"reason": self.reason.text().strip()}
        self._ask(self._act, {**self._given, **more})

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self.second.clear()
        self.closed.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.hide()
        else:
            super().keyPressEvent(event)


class LockOutSection(QWidget):
    """See the module. Without an equipment: those whose equipment has left the site, which can only come off."""

    changed = Signal()
    """Other lock-outs are held than before."""
    hung = Signal()
    """The one that was hung here is held."""

    def __init__(self, context: Context, equipment: Equipment | None) -> None:
        super().__init__()
        self._context, self._equipment = context, equipment
        self._people = People(context.attachment.site)
        self.held: list[LockOut] = []
        """Those that hold it, the oldest first."""
        self._turn = -1
        self._act = ""
        """What was asked for last; empty once it is seen."""
        self.errand = Errand(context, self._declined, self._done)
        self._task: asyncio.Task[None] | None = None
        self._list = QWidget()
        self._rows = column(self._list, 0, 6)
        self.form = LockForm(context, self._begin)
        self.hang = Button(context.look, words.HANG_MORE, "", "padlock")
        self.said = Sentence(context.look)
        inside = column(self, 0, 6)
        for widget in (self._list, self.form, self.said, self.hang):
            inside.addWidget(widget)
        context.gate.guard(self.hang, self.form.confirm)
        self.hang.clicked.connect(self._open_hang)
        self.form.closed.connect(self.dress)
        context.look.changed.connect(self.dress)
        self.dress()

    # ------------------------------------------------------------ reading
    def slow(self) -> None:
        """Read again when the board moved."""
        turn = self._context.attachment.equipment.turn
        if turn != self._turn and (self._task is None or self._task.done()):
            self._turn = turn
            self._task = self._context.spawn(self._pull())

    def stop(self) -> None:
        self.errand.stop()
        if self._task is not None:
            self._task.cancel()

    async def _pull(self) -> None:
        attachment, thing = self._context.attachment, self._equipment
        locked = thing is None or int(attachment.equipment["locks"][thing.index])
        try:
            rows = await asyncio.to_thread(lock_outs, attachment.journal) if locked else []
        except StoreError as error:  # no station has ever run on this folder
            log.info("The lock-outs can't be read: %s", error)
            return
        known = attachment.site.equipment_by_id
        ours = {one.id for one in above(attachment.site, thing)} if thing else set()
        held = [one for one in rows if (one.equipment in ours if thing else one.equipment not in known)]
        if held != self.held:
            self.held = held
            self.dress()
            self.changed.emit()
            if self._act == "hang_lock":
                self._act = ""
                self.hung.emit()

    # ------------------------------------------------------------ showing
    def person_changed(self) -> None:
        """Somebody else may do other things, and a password that was typed is nobody's."""
        self.form.second.clear()
        self.dress()

    @property
    def offered(self) -> bool:
        """Whether there is something to do here."""
        return self.hang.isVisibleTo(self) or self.form.isVisibleTo(self)

    def dress(self) -> None:
        clear(self._rows)
        for one in self.held:
            self._rows.addWidget(self._row(one))
        self._list.setVisible(bool(self.held))
        user, thing = self._context.user, self._equipment
        may = thing is not None and self._people.holds(user, Role.OPERATOR, thing.area)
        own = thing is not None and any(one.who == user.id and one.equipment == thing.id for one in self.held)
        self.hang.setVisible(may and not own and not self.form.isVisibleTo(self))
        self.hang.say(words.HANG_TOO if self.held else words.HANG_MORE)

    def _row(self, one: LockOut) -> QWidget:
        look = self._context.look
        holder = QWidget()
        line = row(holder, 0, 8)
        line.addWidget(Padlock(self._context), 0, Qt.AlignmentFlag.AlignTop)
        texts = column(None, 0, 1)
        if self._equipment is None:
            self._say(texts, look.say(words.LEFT).format(name=gone_name(one, look)), 600, "text")
        self._say(texts, f"{self._name(one.who)} · {look.moment(one.time):%d/%m} {look.clock(one.time, False)}", 600)
        if self._equipment is not None and one.equipment != self._equipment.id:
            owner = self._context.attachment.site.equipment_by_id.get(one.equipment)
            self._say(texts, look.say(words.ON).format(name=look.say(owner.name) if owner else one.equipment), 400)
        self._say(texts, one.reason, 400, "text")
        if one.asked_by:
            self._say(texts, look.say(words.ASKED).format(who=self._name(one.asked_by)), 500, "text")
        acts = self._acts(one)
        buttons = row(None, 0, 6)
        for text, act in acts:
            button = Button(look, text)
            button.setFixedHeight(round(30 * look.scale))
            button.clicked.connect(lambda _=False, act=act: act())
            self._context.gate.guard(button)
            buttons.addWidget(button, 1)
        if acts:
            texts.addSpacing(2)
            texts.addLayout(buttons)
        line.addLayout(texts, 1)
        return holder

    def _say(self, into: Any, text: str, weight: int, tone: str = "text2") -> None:
        label = Label(self._context.look, "label", weight, tone)
        label.setWordWrap(True)
        label.setText(text)
        into.addWidget(label)

    def _name(self, who: str) -> str:
        return person(self._context.attachment.site, who, self._context.look)

    def _acts(self, one: LockOut) -> list[tuple[Text, Callable[[], None]]]:
        """What this person may do about one."""
        user, area = self._context.user, self._equipment.area if self._equipment else one.area
        given = {"id": one.id}
        if not self._people.holds(user, Role.OPERATOR, area):
            return []
        if not one.asked_by:
            if user.id == one.who:
                return [(words.ASK_RELEASE, lambda: self._begin("ask_release", given))]
            if self._people.holds(user, Role.SUPERVISOR, area):
                return [(words.ASK_FOR_ABSENT, lambda: self._open_absent(one))]
            return []
        here = (words.SECOND_HERE, lambda: self._open_second(one))
        if user.id in (one.who, one.asked_by):
            return [(words.KEEP, lambda: self._begin("keep_lock", given)), here]
        return [(words.CONFIRM_RELEASE, lambda: self._begin("release_lock", given))]

    # ------------------------------------------------------------ acting
    def _open_hang(self) -> None:
        if self._equipment is not None:
            self.form.open("hang_lock", {"equipment": self._equipment.id}, words.HANG_ASK, words.HANG_WHY, False)
        self.dress()

    def _open_absent(self, one: LockOut) -> None:
        self.form.open("ask_release", {"id": one.id}, words.ABSENT_ASK, words.ABSENT_WHY, False)

    def _open_second(self, one: LockOut) -> None:
        self.form.open("release_lock", {"id": one.id}, words.SECOND_ASK, words.SECOND_WHY, True)

    def _begin(self, act: str, given: dict[str, Any]) -> None:
        self._act = act
        self.said.hide()
        self.errand.begin(act, **given)

    def _declined(self, why: Text) -> None:
        self._act = ""
        (self.form if self.form.isVisibleTo(self) else self).said.say(why)

    def _done(self) -> None:
        self.form.hide()
        self.slow()
