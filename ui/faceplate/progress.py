"""Progress: what became of a command, step by step, read from the ledger. Never optimistic.

The ledger is polled only while a command is under way. An outcome that nobody knows is the most visible thing here.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine, Sequence
from typing import Any

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QFrame, QWidget

from supervisor.clock import SECOND
from supervisor.errors import StoreError
from supervisor.journal import CommandRow, StepRow
from supervisor.model import Equipment, Text
from ui.faceplate import words
from ui.naming import person
from ui.pages import Context
from ui.shapes import elided, paint_icon
from ui.widgets import Label, clear, column

POLL_S = 0.2
WAIT_S = 0.5
"""While it waits for a person."""
PATIENCE_S = 120.0
"""A command without an outcome for this long is no longer followed; the ledger goes on without the screen."""
RECENT_S = 60.0
"""A command done longer ago than this is told without its steps."""
STRONG = ("failed", "unknown", "refused")
_ICONS = {
    "done": "check", "unknown": "warning", "failed": "cross", "refused": "cross", "selected": "padlock_open",
    "awaiting": "two",
}  # fmt: skip


log = logging.getLogger(__name__)


def _told(command: CommandRow, stage: str) -> Text:
    """The word for an outcome, or for how far it has come."""
    if command.outcome == "refused" and command.refused_by in words.TURNED_DOWN:
        return words.TURNED_DOWN[command.refused_by]
    return words.OUTCOMES.get(command.outcome, words.WAITING.get(stage, words.UNDER_WAY))


class StepLine(QWidget):
    """One step: tick, words, and how long after the request."""

    def __init__(self, context: Context, text: Text, after_s: float) -> None:
        super().__init__()
        self._context, self._text, self._after_s = context, text, after_s
        self.setFixedHeight(round(20 * context.look.scale))

    def paintEvent(self, event: QPaintEvent) -> None:
        look, rect = self._context.look, QRectF(self.rect())
        with QPainter(self) as painter:
            paint_icon(painter, "check", QRectF(0, rect.center().y() - 7, 14, 14), look.color("text2"), 1.9)
            font = look.font("label")
            painter.setFont(font)
            painter.setPen(look.color("text"))
            said = elided(look.say(self._text), font, rect.width() - 74)
            painter.drawText(rect.adjusted(20, 0, 0, 0), int(Qt.AlignmentFlag.AlignVCenter), said)
            painter.setPen(look.color("text2"))
            align = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
            painter.drawText(rect, int(align), f"+{look.number(self._after_s, 1)} s")


class Outcome(QFrame):
    """The final word. Unknown is a block of the colour of what can't be believed; failed and refused are framed."""

    def __init__(self, context: Context, outcome: str, said: Text) -> None:
        """`outcome` decides how it looks; the name of a stage while there is none."""
        super().__init__()
        self._context, self.outcome, self.said = context, outcome, said
        self.setFixedHeight(round(34 * context.look.scale))

    def paintEvent(self, event: QPaintEvent) -> None:
        look, rect = self._context.look, QRectF(self.rect()).adjusted(1, 2, -1, -2)
        icon = _ICONS.get(self.outcome, "clock")
        token = "bad" if self.outcome == "unknown" else "text"
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            if self.outcome in STRONG:
                painter.setPen(QPen(look.color(token if self.outcome == "unknown" else "border2"), 2))
                painter.setBrush(look.color(token if self.outcome == "unknown" else "raised"))
                painter.drawRoundedRect(rect, 4, 4)
            ink = look.color("raised" if self.outcome == "unknown" else token)
            paint_icon(painter, icon, QRectF(8, rect.center().y() - 9, 18, 18), ink, 2.0)
            painter.setFont(look.font("value", 600))
            painter.setPen(ink)
            painter.drawText(rect.adjusted(34, 0, 0, 0), int(Qt.AlignmentFlag.AlignVCenter), look.say(self.said))


class Progress(QFrame):
    """The last command of one equipment."""

    def __init__(self, context: Context, equipment: Equipment, changed: Callable[[], None]) -> None:
        """`changed` is called when a command begins to be followed and whenever it came a step further."""
        super().__init__()
        self._context, self._equipment, self._changed = context, equipment, changed
        self._following = False
        self._task: asyncio.Task[None] | None = None
        self.command: CommandRow | None = None
        self.steps: Sequence[StepRow] = ()
        self._shrunk = False
        self._inside = column(self, 0, 2)
        self.hide()
        context.look.changed.connect(self.dress)

    @property
    def busy(self) -> bool:
        """A command is under way, or was just given and nothing is known of it yet."""
        return self._following or (self.command is not None and not self.command.outcome)

    def recall(self) -> None:
        """Show the last command of the equipment, whoever gave it."""
        self._start(self._recall())

    def follow(self, command: int) -> None:
        """Show this command until it has an outcome."""
        self._following = True
        self._start(self._follow(command))
        self._changed()

    def slow(self) -> None:
        """A command that was done a while ago shrinks."""
        if self._old() != self._shrunk:
            self.dress()

    def _old(self) -> bool:
        command = self.command
        if command is None or command.outcome != "done":
            return False
        return (self._context.clock.now() - command.time) / SECOND > RECENT_S

    def stop(self) -> None:
        """Look no further; for a faceplate that turns away."""
        if self._task is not None:
            self._task.cancel()
            self._task = None

    def _start(self, coroutine: Coroutine[Any, Any, None]) -> None:
        self.stop()
        self._task = self._context.spawn(coroutine)

    async def _recall(self) -> None:
        journal = self._context.attachment.journal
        try:
            rows = await asyncio.to_thread(journal.commands, 1, self._equipment.id)
        except StoreError as error:  # no station has ever run on this folder
            log.info("The journal says nothing of %s: %s", self._equipment.id, error)
            return
        if rows:
            await self._follow(rows[0].id)

    async def _follow(self, command: int) -> None:
        journal, clock = self._context.attachment.journal, self._context.clock
        began = clock.monotonic()
        while clock.monotonic() - began < PATIENCE_S or self._occupied(command):
            row = await asyncio.to_thread(journal.command, command)
            steps = await asyncio.to_thread(journal.steps, command)
            if row is not None and (row != self.command or len(steps) != len(self.steps)):
                self.command, self.steps = row, steps
                self._following = False
                self.dress()
                self._changed()
            if row is not None and row.outcome:
                return
            await clock.sleep(WAIT_S if steps and steps[-1].step in words.WAITING else POLL_S)
        self._following = False

    def _occupied(self, command: int) -> bool:
        """Whether it still has its equipment, however long it waits for a person."""
        return bool(self._context.attachment.equipment["command"][self._equipment.index] == command)

    def dress(self) -> None:
        """Words and steps again."""
        clear(self._inside)
        if self.command is None:
            return
        command, look = self.command, self._context.look
        self._shrunk = self._old()
        self._add(self._by(command), "hint")
        if not self._shrunk:
            for step in self.steps:
                if step.step in words.STEPS:
                    text = self._said(step)
                    self._inside.addWidget(StepLine(self._context, text, (step.time - command.time) / SECOND))
        stage = self.steps[-1].step if self.steps and not command.outcome else ""
        self._inside.addWidget(Outcome(self._context, command.outcome or stage, _told(command, stage)))
        reason = Text(command.reason_fr, command.reason_en)
        if reason.fr or reason.en:
            self._add(look.say(reason), "label")
        if command.outcome == "unknown":
            self._add(look.say(words.UNKNOWN_ADVICE), "label")
        self.show()

    def _by(self, command: CommandRow) -> str:
        look = self._context.look
        spec = self._equipment.type.commands.get(command.command)
        name = look.say(spec.name) if spec else command.command
        return look.say(words.BY).format(command=name, who=self._person(command.who), time=look.clock(command.time))

    def _person(self, who: str) -> str:
        return person(self._context.attachment.site, who, self._context.look)

    def _said(self, step: StepRow) -> Text:
        spec = self._equipment.type.commands.get(self.command.command) if self.command else None
        if step.step == "approved":
            said, who = words.STEPS[step.step], self._person(str(step.detail.get("by", "")))
            return Text(said.fr.format(who=who), said.en.format(who=who))
        if step.step != "confirmed":
            return words.STEPS[step.step]
        if spec is None or spec.confirmation is None:
            return words.CONFIRMED_PLAINLY
        said, name = words.STEPS[step.step], spec.confirmation.name
        return Text(said.fr.format(name=name.fr), said.en.format(name=name.en))

    def _add(self, text: str, size: str) -> None:
        label = Label(self._context.look, size, 400, "text2")
        label.setWordWrap(True)
        label.setText(text)
        self._inside.addWidget(label)
