"""The guidance of one alarm: what it is, how it came, why it may be, what follows, and what to do about it."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from PySide6.QtCore import QRectF, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QButtonGroup, QGridLayout, QHBoxLayout, QScrollArea, QStackedWidget, QVBoxLayout, QWidget

from alarms.life import SAME_INSTANT
from alarms.states import State
from alarms.suppression import Hidden
from supervisor.asides import Aside
from supervisor.model import Alarm, Role, Text
from ui import alarm_words, words
from ui.alarms.countdown import Countdown
from ui.alarms.history import History, Notes
from ui.alarms.shelf import ShelfCard
from ui.delegates.alarm_row import value_then
from ui.look import WAITING, Look
from ui.naming import area_name, full_name, limit, person, taker
from ui.pages import Context
from ui.shapes import paint_priority
from ui.values import shown
from ui.widgets import Button, Card, Label, Line, Words, column, joined, row

WIDTH = 360
LOW = 640
"""Less high than this, facts that say nothing give their room to those that do."""
_GUIDANCE = ((alarm_words.CAUSE, "cause"), (alarm_words.CONSEQUENCE, "consequence"), (alarm_words.ACTION, "action"))


class Detail(Card):
    """See the module. What it asks for concerns the selection of the list, of which this alarm is the current one."""

    asked_for = Signal(object)
    acknowledge = Signal()
    reset = Signal()
    shelve = Signal(int, str)
    unshelve = Signal()
    remove = Signal(str)
    put_back = Signal()
    take = Signal()
    release = Signal()
    comment = Signal(str)

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        look = context.look
        self.alarm: Alarm | None = None
        self.shelf = ShelfCard(look)
        self.shelf.confirmed.connect(self.shelve)
        self.shelf.removed.connect(self.remove)
        self.asides: Mapping[str, Aside] = {}
        """Alarm -> how it is hidden, by whom and why; the page reads it."""
        layout = column(self, 1, 0)
        self.empty = Words(look, alarm_words.CHOOSE_ALARM, "body", 400, "text2")
        self.empty.setWordWrap(True)
        self.empty.setContentsMargins(16, 16, 16, 16)
        layout.addWidget(self.empty)
        self.body = QWidget()
        layout.addWidget(self.body, 1)
        layout.addStretch(0)
        inner = column(self.body, 0, 0)
        inner.addLayout(self._make_head(look))
        inner.addWidget(Line(look))
        self._facts: list[tuple[Label, Label, Callable[[Alarm], str]]] = []
        inner.addLayout(self._make_facts(look))
        inner.addWidget(Line(look))
        self.countdown = Countdown(context)
        inner.addWidget(self.countdown)
        inner.addLayout(self._make_tabs(look))
        self.tabs = QStackedWidget()
        self.history, self.notes = History(context), Notes(context)
        self.history.asked_for.connect(self.asked_for)
        self.notes.added.connect(self.comment)
        for part in (self._make_guidance(look), self.history, self.notes):
            self.tabs.addWidget(part)
        self.tabs.setMinimumHeight(96)  # else the highest of them takes the room of the facts
        inner.addWidget(self.tabs, 1)
        inner.addWidget(Line(look))
        inner.addLayout(self._make_acts(look))
        look.changed.connect(self._dress)
        self._dress()

    # ------------------------------------------------------------ putting it together
    def _make_head(self, look: Look) -> QVBoxLayout:
        head = column(spacing=2)
        head.setContentsMargins(16, 12, 16, 10)
        first = row(spacing=10)
        self._shape = Shape(look)
        self._name = Label(look, "title", 600)
        self._name.setWordWrap(True)
        first.addWidget(self._shape)
        first.addWidget(self._name, 1)
        head.addLayout(first)
        self._place = Label(look, "body", 500)
        self._place.setWordWrap(True)
        self._id = Label(look, "hint", 400, "text2")
        head.addWidget(self._place)
        head.addWidget(self._id)
        return head

    def _make_facts(self, look: Look) -> QGridLayout:
        grid = QGridLayout()
        grid.setContentsMargins(16, 10, 16, 10)
        grid.setVerticalSpacing(6)
        rows: tuple[tuple[Text, Callable[[Alarm], str]], ...] = (
            (words.STATE, self._state),
            (words.VALUE, self._value),
            (alarm_words.VALUE_THEN, lambda alarm: value_then(self._context, alarm)),
            (alarm_words.LIMIT, lambda alarm: limit(alarm, look) or WAITING),
            (alarm_words.RAISED, lambda alarm: self._instant(alarm, "raised_at")),
            (alarm_words.ACKNOWLEDGED_AT, lambda alarm: self._instant(alarm, "acked_at")),
            (alarm_words.CLEARED, lambda alarm: self._instant(alarm, "cleared_at")),
            (alarm_words.TIMES, lambda alarm: str(int(self._context.board["count"][alarm.index]))),
            (alarm_words.ON_IT, self._taker),
            (alarm_words.BY_WHOM, self._hider),
            (alarm_words.UNMASKED_FACT, self._unmasked),
            (alarm_words.FIRST_FACT, self._first),
        )
        for at, (name, tell) in enumerate(rows):
            value = Label(look, "body", 600 if at < 2 else 400)
            value.setWordWrap(True)
            title = Words(look, name, "label", 400, "text2")
            grid.addWidget(title, at, 0)
            grid.addWidget(value, at, 1)
            self._facts.append((title, value, tell))
        grid.setColumnStretch(1, 1)
        grid.setHorizontalSpacing(14)
        return grid

    def _make_tabs(self, look: Look) -> QHBoxLayout:
        """What to do, what happened, what people wrote."""
        group, line = QButtonGroup(self), row()
        line.setContentsMargins(16, 8, 16, 6)
        self._choices = []
        for at, (name, key) in enumerate(
            ((alarm_words.RESPONSE, "C"), (alarm_words.HISTORY, "H"), (alarm_words.NOTES, "N"))
        ):
            choice = Button(look, name, "segment")
            choice.tip(name, key)
            choice.setCheckable(True)
            choice.setChecked(not at)
            choice.clicked.connect(lambda _, at=at: self.turn(at))
            group.addButton(choice)
            self._choices.append(choice)
        line.addLayout(joined(self._choices))
        return line

    def _make_guidance(self, look: Look) -> QScrollArea:
        body = QWidget()
        layout = column(body, 16, 4)
        self._guidance: dict[str, Label] = {}
        for title, name in _GUIDANCE:
            layout.addWidget(Words(look, title, "label", 600, "text2"))
            text = Label(look, "body", 500 if name == "action" else 400)
            text.setWordWrap(True)
            self._guidance[name] = text
            layout.addWidget(text)
            layout.addSpacing(8)
        layout.addStretch(1)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setWidget(body)
        return area

    def _make_acts(self, look: Look) -> QVBoxLayout:
        acts = column(spacing=8)
        acts.setContentsMargins(16, 10, 16, 12)
        acts.addWidget(self.shelf)
        self.ack = Button(look, alarm_words.ACKNOWLEDGE, "primary", weight=600)
        self.ack.clicked.connect(self._ack)
        self.go = Button(look, alarm_words.GO_TO_PAGE)
        self.go.clicked.connect(self._go)
        self.aside = Button(look, alarm_words.SHELVE)
        self.aside.clicked.connect(self.set_aside)
        self.mine = Button(look, alarm_words.TAKE)
        self.mine.tip(alarm_words.TAKE, "T")
        self.mine.clicked.connect(self.take_or_release)
        self.out = Button(look, alarm_words.TAKE_OUT)
        self.out.clicked.connect(self.take_out)
        self._context.gate.guard(self.ack, self.aside, self.mine, self.out, self.shelf.confirm, self.shelf.reason)
        acts.addWidget(self.ack)
        for pair in ((self.go, self.mine), (self.aside, self.out)):
            both = row(spacing=8)
            for button in pair:
                both.addWidget(button, 1)
            acts.addLayout(both)
        return acts

    def _dress(self) -> None:
        self.setFixedWidth(round(WIDTH * self._context.look.scale))
        self.show_alarm(self.alarm)
        self.history.show_words()

    # ------------------------------------------------------------ what it shows
    def show_alarm(self, alarm: Alarm | None) -> None:
        """Turn to an alarm, or to none."""
        if alarm is not self.alarm:
            self.shelf.hide()
        self.alarm = alarm
        self.empty.setVisible(alarm is None)
        self.body.setVisible(alarm is not None)
        if alarm is None:
            return
        look, site = self._context.look, self._context.attachment.site
        self._name.setText(look.say(alarm.rule.name))
        area = area_name(site, alarm.equipment.area, look)
        self._place.setText(full_name(site, alarm.equipment, look) + (f"\n{area}" if area else ""))
        self._id.setText(alarm.id)
        written = False
        for name, label in self._guidance.items():
            text = look.say(getattr(alarm.rule, name))
            written = written or bool(text)
            label.setText(text or WAITING)
        if not written:
            self._guidance["action"].setText(look.say(alarm_words.NO_GUIDANCE))
        self.show_board()
        self.history.show_alarm(alarm)
        self.notes.show_alarm(alarm)

    def show_board(self) -> None:
        """What moved: state, value and times."""
        alarm = self.alarm
        if alarm is None:
            return
        board = self._context.board
        unacked = bool(board["state"][alarm.index]) and not board.acked[alarm.index]
        self._shape.show_priority(int(alarm.rule.priority), not unacked)
        short = self.height() < LOW * self._context.look.scale
        for title, label, tell in self._facts:
            told = tell(alarm)
            label.setText(told)
            for part in (title, label):
                part.setVisible(told not in ("", WAITING) or not (short or told == ""))
        latched = board["state"][alarm.index] == State.LATCHED_ACKED
        self.ack.setEnabled(unacked or bool(latched))
        self.ack.say(alarm_words.RESET if latched else alarm_words.ACKNOWLEDGE)
        hidden = int(board["suppression"][alarm.index])
        self.aside.say(alarm_words.UNSHELVE if hidden & Hidden.SHELVED else alarm_words.SHELVE)
        self.out.say(alarm_words.PUT_BACK if hidden & Hidden.OUT_OF_SERVICE else alarm_words.TAKE_OUT)
        self.out.setVisible(self._context.user.role >= Role.SUPERVISOR)
        taken = int(board["taken_by"][alarm.index])
        self.mine.say(alarm_words.RELEASE if taken else alarm_words.TAKE)
        self.mine.setEnabled(bool(board["state"][alarm.index]))
        self.countdown.show_alarm(alarm)

    def slow(self) -> None:
        """Once a second: what counts seconds, and what is read again."""
        self.show_board()
        self.history.show_alarm(self.alarm)
        self.notes.show_alarm(self.alarm)

    def jump(self) -> None:
        """Another instant is looked at."""
        self.asides = {}
        self.history.jump()
        self.notes.jump()

    def turn(self, at: int) -> None:
        """To the guidance (0), the history (1) or the notes (2)."""
        self._choices[at].setChecked(True)
        self.tabs.setCurrentIndex(at)
        self.history.show_alarm(self.alarm)
        self.notes.show_alarm(self.alarm)
        if at == 2:
            self.notes.field.setFocus()

    def _taker(self, alarm: Alarm) -> str:
        context = self._context
        return taker(context.attachment.site, int(context.board["taken_by"][alarm.index]), context.look) or WAITING

    def _hider(self, alarm: Alarm) -> str:
        """Who hid it and why; nothing for one that is not hidden."""
        if not self._context.board["suppression"][alarm.index]:
            return ""
        look, site, one = self._context.look, self._context.attachment.site, self.asides.get(alarm.id)
        if one is None:
            return WAITING
        if not one.who:
            cause = next((other for other in site.alarms if other.id == one.reason), None)
            told = look.say(alarm_words.BY_DESIGN)
            comes = look.say(alarm_words.COMES_OF).format(look.say(cause.rule.name)) if cause else ""
            return f"{told}\n{comes}".rstrip()
        return f"{person(site, one.who, look)}\n{one.reason}"

    def _unmasked(self, alarm: Alarm) -> str:
        """Why an alarm is seen that a rule would hide; nothing for all others."""
        look, since = self._context.look, int(self._context.board["unknown_since"][alarm.index])
        if not since:
            return ""
        today = look.moment(since).date() == look.moment(self._context.clock.now()).date()
        when = look.clock(since, seconds=False)
        return look.say(alarm_words.UNMASKED_WHY).format(when if today else f"{look.moment(since):%d/%m} {when}")

    def _first(self, alarm: Alarm) -> str:
        """Only where several came at once and nobody can tell which was the first."""
        same = self._context.board["first_up"][alarm.index] == SAME_INSTANT
        return self._context.look.say(alarm_words.SAME_INSTANT_TOLD) if same else ""

    def _state(self, alarm: Alarm) -> str:
        look, board = self._context.look, self._context.board
        state = look.say(alarm_words.STATES[int(board["state"][alarm.index])])
        hidden = int(board["suppression"][alarm.index])
        if hidden & Hidden.SHELVED:
            until = look.clock(int(board["shelved_until"][alarm.index]), seconds=False)
            return f"{state}\n{look.say(alarm_words.SHELVED_UNTIL).format(until)}"
        if hidden & Hidden.OUT_OF_SERVICE:
            return f"{state}\n{look.say(alarm_words.OUT_OF_SERVICE)}"
        return f"{state}\n{look.say(alarm_words.SUPPRESSED_ONE)}" if hidden else state

    def _value(self, alarm: Alarm) -> str:
        told = shown(alarm.tag, self._context.live, self._context.attachment.texts, self._context.look)
        return f"{told.text} {told.unit}".rstrip()

    def _instant(self, alarm: Alarm, column_: str) -> str:
        look, instant = self._context.look, int(self._context.board[column_][alarm.index])
        return f"{look.clock(instant)} · {look.date(instant)}" if instant else WAITING

    def _ack(self) -> None:
        """What there is left to do with it: acknowledge, or let go what was latched."""
        alarm = self.alarm
        latched = alarm and self._context.board["state"][alarm.index] == State.LATCHED_ACKED
        (self.reset if latched else self.acknowledge).emit()

    def _go(self) -> None:
        if self.alarm:
            self.asked_for.emit(self.alarm.equipment)

    def set_aside(self) -> None:
        """Open the card that asks for how long and why; or bring back what is set aside."""
        alarm = self.alarm
        if alarm is None:
            return
        if self._context.board["suppression"][alarm.index] & Hidden.SHELVED:
            self.unshelve.emit()
        else:
            self.shelf.open()

    def take_out(self) -> None:
        """Open the card that asks why it goes out of service; or put it back."""
        alarm = self.alarm
        if alarm is None or self._context.user.role < Role.SUPERVISOR:
            return
        if self._context.board["suppression"][alarm.index] & Hidden.OUT_OF_SERVICE:
            self.put_back.emit()
        else:
            self.shelf.open(forever=True)

    def take_or_release(self) -> None:
        """Somebody is on it, or nobody any more."""
        alarm = self.alarm
        if alarm is not None:
            (self.release if self._context.board["taken_by"][alarm.index] else self.take).emit()


class Shape(QWidget):
    """The priority of the alarm, large."""

    def __init__(self, look: Look) -> None:
        super().__init__()
        self._look = look
        self._priority, self._acked = 4, True
        self.setFixedSize(32, 30)
        look.changed.connect(self.update)

    def show_priority(self, priority: int, acked: bool) -> None:
        self._priority, self._acked = priority, acked
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            paint_priority(painter, QRectF(2, 1, 27, 26), self._priority, self._acked, self._look)
