"""The view of one round: its stages, its targets with outcome and reason, and what may be done with it now."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import QModelIndex, Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from supervisor.model import Role, Text
from supervisor.rounds.states import Mark, State
from ui.pages import FACEPLATE, JOURNAL, Context, Place
from ui.rounds import words
from ui.rounds.bars import NOT_DONE, StageBars, stages
from ui.rounds.telling import Telling
from ui.rounds.why import Why
from ui.schedule.lists import Lines
from ui.tables import Table
from ui.widgets import Button, Line, Short, column, row

_HEADS = (
    words.EQUIPMENT, words.STAGE_HEAD, words.BEFORE, words.EXPECTED, words.OUTCOME, words.REASON, words.TIME,
    words.COMMAND,
)  # fmt: skip
_ADVICE = {
    State.PLANNED: words.NOT_YET, State.RUNNING: words.UNDER_WAY, State.HELD: words.LOOK_FIRST, State.DONE: words.OVER,
    State.ENDED: words.LET_GO,
}  # fmt: skip


class RoundView(QWidget):
    """See the module."""

    asked_for = Signal(object)
    acted = Signal()
    """Something was asked of the station, and answered."""

    def __init__(self, context: Context, telling: Telling) -> None:
        super().__init__()
        look = context.look
        self.context, self.telling = context, telling
        self.one: Mapping[str, Any] | None = None
        self._shown: list[str] = []
        self.title, self.state = Short(look, "title", 600), Short(look, "value", 600)
        self.effect, self.told = Short(look, "body", 500), Short(look, "body", 400, "text2")
        self.consequence = Short(look, "body", 600)
        self.release, self.stop = Button(look, words.STOP, "primary"), Button(look, words.STOP)
        self.end, self.journal = Button(look, words.END), Button(look, words.JOURNAL, symbol="journal")
        self.stop.tip(words.STOP_TIP)
        self.end.tip(words.END_TIP)
        self.journal.tip(words.JOURNAL_TIP)
        self.bars = StageBars(look)
        self.lines = Lines(look, _HEADS)
        widths = {0: 300, 1: 60, 2: 96, 3: 96, 4: 140, 6: 84, 7: 76}
        self.table = Table(look, self.lines, widths, 5, words.TARGETS)
        self.table.supple, self.table.spare = {0: 200}, (7, 6, 2)
        self.why = Why(look, self.table, 5)
        context.gate.guard(self.release, self.stop, self.end)
        self._lay_out()
        self.table.activated.connect(self._go)
        self.table.doubleClicked.connect(self._go)
        self.release.clicked.connect(self._release)
        self.stop.clicked.connect(lambda: self._act("round_stop"))
        self.end.clicked.connect(lambda: self._act("round_end"))
        self.journal.clicked.connect(self._go_journal)
        look.changed.connect(self._tell)

    def _lay_out(self) -> None:
        look, whole = self.context.look, column(self)
        whole.addLayout(self._head())
        whole.addWidget(Line(look))
        said = column(None, 0, 4)
        said.setContentsMargins(16, 10, 16, 8)
        for widget in (self.state, self.effect, self.consequence, self.told):
            said.addWidget(widget)
        whole.addLayout(said)
        middle = row()
        middle.setContentsMargins(16, 2, 16, 10)
        middle.addWidget(self.bars)
        whole.addLayout(middle)
        whole.addWidget(Line(look))
        body = row()
        body.setContentsMargins(8, 0, 4, 0)
        body.addWidget(self.table)
        whole.addLayout(body, 1)
        self.why.setContentsMargins(16, 8, 16, 10)
        whole.addWidget(self.why)

    def _head(self) -> QHBoxLayout:
        head = row(spacing=8)
        head.setContentsMargins(16, 9, 12, 9)
        head.addWidget(self.title, 1)
        for button in (self.journal, self.end, self.stop, self.release):
            head.addWidget(button)
        return head

    # ------------------------------------------------------------ telling
    def show_round(self, one: Mapping[str, Any]) -> None:
        """This one, as the station tells of it."""
        self.one = one
        self._tell()

    def _tell(self) -> None:
        one = self.one
        if one is None:
            return
        wish = one["wish"]
        self.title.setText(f"R{one['number']} · {self.telling.title(wish)} – {self.telling.where(wish)}")
        self.state.setText(self._said(one))
        look = self.context.look
        self.effect.setText(look.say(words.EFFECT).format(look.say(Text(*one["effect"]))))
        self.consequence.setText(self.telling.consequence(wish))
        self.consequence.setVisible(bool(self.consequence.text()))
        self.told.setText(" · ".join(self._people(one)))
        self.bars.show_stages(stages([(row_[1], Mark(row_[2])) for row_ in one["targets"]]))
        rows = self.telling.targets(one)
        self._shown = [id_ for id_, _ in rows]
        self.lines.show_lines([line for _, line in rows])
        self.offer()

    def _said(self, one: Mapping[str, Any]) -> str:
        """How it is, and what that means."""
        look, state = self.context.look, State(one["state"])
        why = look.say(Text(*one["reason"])) if state is State.STOPPED else look.say(_ADVICE[state])
        wrong = sum(row_[2] in NOT_DONE for row_ in one["targets"])
        if wrong and state is not State.STOPPED:
            why = f"{look.counted(words.WRONG, wrong)} {why}"
        if state is State.STOPPED and one["busy"]:
            why = f"{why} {look.say(words.UNDER_WAY)}"
        return f"{look.say(words.STATES[state])} – {why}"

    def _people(self, one: Mapping[str, Any]) -> list[str]:
        look, time = self.context.look, int(one["time"])
        person = self.telling.person
        said = [look.say(words.PLANNED_BY).format(person(one["who"]), look.date(time), look.clock(time, False))]
        if one["released_by"]:
            said.append(look.say(words.RELEASED_BY).format(person(one["released_by"])))
        out = sum(row_[2] == Mark.LEFT_OUT for row_ in one["targets"])
        if out:
            said.append(look.counted(words.LEFT_OUT, out))
        return said

    def waiting(self) -> int:
        """How many would be asked next."""
        one = self.one
        return sum(row_[1] == one["stage"] and row_[2] == Mark.WAITING for row_ in one["targets"]) if one else 0

    def offer(self) -> None:
        """What this person may do with it now."""
        one = self.one
        if one is None:
            return
        state, may = State(one["state"]), self.context.user.role >= Role.OPERATOR
        count, stage = self.waiting(), int(one["stage"]) + 1
        resting = state in (State.PLANNED, State.HELD, State.STOPPED)
        self.release.setVisible(resting and count > 0)
        self.release.setEnabled(may and not one["busy"])
        said = words.RELEASE_ONE if count == 1 else words.RELEASE
        self.release.say(Text(said.fr.format(stage, count), said.en.format(stage, count)))
        self.stop.setVisible(state is State.RUNNING)
        self.stop.setEnabled(may)
        self.end.setVisible(resting)
        self.end.setEnabled(may and not one["busy"])

    # ------------------------------------------------------------ acting
    def _release(self) -> None:
        if self.one is not None:
            self._act("round_release", stage=self.one["stage"])

    def _act(self, act: str, **more: Any) -> None:
        if self.one is not None:
            self.context.spawn(self._ask(act, number=self.one["number"], **more))

    async def _ask(self, act: str, **more: Any) -> None:
        """A refusal is shown by the window."""
        self.release.setEnabled(False)
        try:
            await self.context.attachment.ask(act, **more)
        finally:
            self.offer()
            self.acted.emit()

    def _go(self, index: QModelIndex) -> None:
        thing = self.context.attachment.site.equipment_by_id.get(self._shown[index.row()])
        if thing:
            self.asked_for.emit(Place(FACEPLATE, thing))

    def _go_journal(self) -> None:
        if self.one is not None:
            self.asked_for.emit(Place(JOURNAL, subject=f"R{self.one['number']}"))
