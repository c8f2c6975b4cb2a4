"""The programme on the faceplate: what is planned for this equipment, what comes next, and whose hand is on it.

The station tells; an equipment without a programme is asked about once and has no such section.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QWidget

from supervisor.clock import SECOND
from supervisor.errors import Refused, Unavailable
from supervisor.model import Equipment, Role, Text
from supervisor.schedule.programmes import Until
from ui.fields import Combo
from ui.pages import Context
from ui.schedule import words
from ui.schedule.telling import Telling
from ui.values import worded
from ui.widgets import Button, Label, column, row

PERIOD_S = 2.0
HOURS = (1, 4)
"""Spans one may choose from, beside the next change and the end of the night."""


class ProgrammeStrip(QWidget):
    """See the module; `found` is called once the station says that there is a programme."""

    def __init__(self, context: Context, equipment: Equipment, found: Callable[[], None]) -> None:
        super().__init__()
        self.context, self.equipment = context, equipment
        self.state: Mapping[str, Any] = {}
        self._found, self._due = found, 0.0
        self._task: asyncio.Task[None] | None = None
        self._telling = Telling(context)
        look = context.look
        self.planned, self.next = Label(look, "body", 600), Label(look, "label", 400, "text2")
        self.hand, self.trouble = Label(look, "label", 600), Label(look, "label", 500)
        inside = column(self, 0, 3)
        for label in (self.planned, self.next, self.hand, self.trouble):
            label.setWordWrap(True)
            inside.addWidget(label)
        self.until = Combo(look)
        self.until.setFont(look.font("body"))
        self.until.setMinimumContentsLength(6)
        self.until.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.hold, self.resume = Button(look, words.HOLD), Button(look, words.RESUME_SHORT)
        self.resume.tip(words.RESUME_TIP)
        line = row(spacing=8)
        line.setContentsMargins(0, 4, 0, 0)
        line.addWidget(self.until, 1)
        line.addWidget(self.hold)
        inside.addLayout(line)
        inside.addWidget(self.resume)
        context.gate.guard(self.until, self.hold, self.resume)
        self.hold.clicked.connect(lambda: context.spawn(self._hold()))
        self.resume.clicked.connect(lambda: context.spawn(self._resume()))

    def slow(self) -> None:
        """Ask again from time to time."""
        now = self.context.clock.monotonic()
        if now >= self._due and self.state.get("scheduled", True):
            self._due = now + PERIOD_S
            self._task = self.context.spawn(self._pull())

    def stop(self) -> None:
        """Ask no further; for a faceplate that turns away."""
        if self._task is not None:
            self._task.cancel()

    async def _pull(self) -> None:
        try:
            self.state = await self.context.attachment.ask("schedule_course", equipment=self.equipment.id)
        except (Unavailable, Refused):
            self._hush()
            return
        if self.state.get("scheduled"):
            self._tell()
            self._found()

    async def _hold(self) -> None:
        mode, hours = self.until.currentData(Qt.ItemDataRole.UserRole)
        until = self.context.clock.now() + hours * 3600 * SECOND
        await self.context.attachment.ask("schedule_hold", equipment=[self.equipment.id], mode=mode, until=until)
        await self._pull()

    async def _resume(self) -> None:
        await self.context.attachment.ask("schedule_resume", equipment=[self.equipment.id])
        await self._pull()

    # ------------------------------------------------------------ telling
    def _hush(self) -> None:
        """What the station said before may have ended since."""
        self.hand.setText(self.context.look.say(words.UNTOLD))
        for widget in (self.planned, self.next, self.trouble, self.until, self.hold, self.resume):
            widget.hide()

    def _tell(self) -> None:
        look, state = self.context.look, self.state
        planned = self._asked(state["targets"]) or look.say(words.NOTHING_PLANNED)
        self.planned.setText(look.say(words.AT).format(look.say(words.PLANNED), planned))
        self.planned.show()
        following = state["next"]
        told = [self._next(following)] if following else []
        if self.context.past:
            told.append(look.say(words.AS_TODAY))
            self.next.setToolTip(look.say(words.AS_TODAY_WHY))
        self.next.setText(" · ".join(told))
        self.next.setVisible(bool(told))
        override, trouble = state["override"], state["trouble"]
        self.hand.setText(self._hand(override) if override else look.say(words.FOLLOWS))
        said = self._trouble(*trouble) if trouble else look.say(words.NO_LINK) if state["lost"] else ""
        self.trouble.setText(said)
        self.trouble.setVisible(bool(said))
        may = self.context.user.role >= Role.OPERATOR
        for widget in (self.until, self.hold):
            widget.setVisible(may and not override)
        self.resume.setVisible(may and bool(override or trouble))
        if not self.until.view().isVisible():
            self._offer(following)

    def _asked(self, targets: list[Mapping[str, Any]]) -> str:
        look, type_ = self.context.look, self.equipment.type
        told = []
        for target in targets:
            command = type_.commands[target["command"]]
            spec = type_.tags[command.feedback or command.tag]
            value = float(target["value"]) if command.expected is None else command.expected
            told.append(" ".join(worded(spec, value, self.context.attachment.texts, look)).strip())
        return " · ".join(told)

    def _next(self, following: Mapping[str, Any]) -> str:
        look = self.context.look
        return look.say(words.AT).format(
            f"{look.say(words.NEXT)} {self._telling.until(int(following['at']))}", self._asked(following["targets"])
        )

    def _hand(self, override: Mapping[str, Any]) -> str:
        until = self._telling.until(int(override["until"]))
        return self.context.look.say(words.HELD_UNTIL).format(self._telling.person(override["who"]), until)

    def _trouble(self, outcome: str, fr: str, en: str) -> str:
        look, known = self.context.look, words.OUTCOMES.get(outcome)
        return look.say(words.AT).format(look.say(known) if known else outcome, look.say(Text(fr, en)))

    def _offer(self, following: Mapping[str, Any] | None) -> None:
        """Until when it may be held; what is chosen stays chosen."""
        look, rows = self.context.look, []
        if following:
            text = look.say(words.UNTIL_EVENT).format(self._telling.until(int(following["at"])))
            rows.append((text, (Until.EVENT.value, 0)))
        night = look.say(words.UNTIL_NIGHT).format(self._telling.until(int(self.state["sunrise"])))
        rows.append((night, (Until.NIGHT.value, 0)))
        rows += [(look.say(words.UNTIL_HOURS).format(hours), (Until.TIME.value, hours)) for hours in HOURS]
        if [self.until.itemText(n) for n in range(self.until.count())] == [text for text, _ in rows]:
            return
        chosen = max(self.until.currentIndex(), 0)
        self.until.clear()
        for text, given in rows:
            self.until.addItem(text, given)
        self.until.setCurrentIndex(min(chosen, len(rows) - 1))
