"""The page of alarms. Everything can be done from the keyboard; `?` shows the keys (`ui.alarm_words.KEY_ROWS`).

In a flood the list folds by cause, by itself; F shows every alarm, and folds again at any time. What an act does to a
folded line it does to all alarms behind it, except P: nobody acknowledges a page of what he has not seen.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QWidget

from ui import alarm_words, words
from ui.alarms import acts
from ui.alarms.detail import Detail
from ui.alarms.filters import Filters
from ui.alarms.keys import KeysCard
from ui.alarms.reading import Marks, read
from ui.alarms.states_card import StatesCard
from ui.alarms.strip import FloodStrip
from ui.alarms.table import AlarmTable
from ui.folds import AGAIN_S, MANY, Folds
from ui.models import alarm_list as columns
from ui.models.alarm_list import LINE, ROW, AlarmList, Filter, Which
from ui.pages import Context, Page, Place
from ui.widgets import Button, Card, Line, Short, Words, column, row

_ASIDE_S = 2.0
"""How often what is hidden, and how many notes there are, is read again."""
_ACTING = frozenset(
    {Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space}
    | {Qt.Key.Key_P, Qt.Key.Key_R, Qt.Key.Key_S, Qt.Key.Key_O, Qt.Key.Key_T}
)
"""Keys that ask the station for something."""
_EMPTY = {
    Which.ASIDE: alarm_words.NOTHING_ASIDE,
    Which.SHELVED: alarm_words.NOTHING_SHELVED,
    Which.SUPPRESSED: alarm_words.NOTHING_SUPPRESSED,
    Which.OUT_OF_SERVICE: alarm_words.NOTHING_OUT,
}


class AlarmsPage(Page):
    """See the module."""

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        site, look = context.attachment.site, context.look
        self.folds = Folds(site, context.board, context.live)
        self.model = AlarmList(site, context.board, look, self.folds)
        self._flood = False
        self._reading, self._due = False, 0.0
        self._late, self._again = False, 0.0
        """Whether very many folded alarms are shown a moment later, and when next."""
        self.strip = FloodStrip(look, self.folds)
        self.strip.turned.connect(self.turn_fold)
        self._tags = np.array([alarm.tag.index for alarm in site.alarms], np.intp)
        self._bright = True
        self.filters = Filters(look, site)
        self.filters.changed.connect(self._use)
        self.table = self._make_table()
        self.setFocusProxy(self.table)
        self.detail = Detail(context)
        self._follow_detail()
        layout = row(self, 0, 8)
        card = Card()
        inner = column(card, 1, 0)
        inner.addLayout(self._make_head())
        for part in (self.filters, Line(look), self.strip):
            inner.addWidget(part)
        self.body = QStackedWidget()
        self.body.addWidget(self.table)
        self.body.addWidget(self._make_empty())
        inner.addWidget(self.body, 1)
        layout.addWidget(card, 1)
        layout.addWidget(self.detail)
        self.keys = KeysCard(look, self)
        self.states = StatesCard(look, self)
        look.changed.connect(self._tell)
        self._tell()

    # ------------------------------------------------------------ putting it together
    def _make_head(self) -> QHBoxLayout:
        look = self.context.look
        head = row(spacing=8)
        head.setContentsMargins(16, 10, 12, 8)
        head.addWidget(Words(look, words.ALARMS, "title", 600))
        self.count = Short(look, "body", 400, "text2")
        head.addWidget(self.count)
        head.addSpacing(8)
        self.newer = Button(look, None, "primary", "up", 600)
        self.newer.clicked.connect(self.release)
        head.addWidget(self.newer)
        head.addStretch(1)
        head.addWidget(self.filters.text)
        self.ack = Button(look, alarm_words.ACKNOWLEDGE)
        self.ack.tip(alarm_words.ACKNOWLEDGE, "Enter")
        self.ack.clicked.connect(self.acknowledge_selected)
        self.ack_page = Button(look, alarm_words.ACKNOWLEDGE_PAGE)
        self.ack_page.tip(alarm_words.ACKNOWLEDGE_PAGE, "P")
        self.ack_page.clicked.connect(self.acknowledge_page)
        self.help = Button(look, None, "flat", "response")
        self.help.tip(alarm_words.KEYS, "?")
        self.help.clicked.connect(lambda: self.keys.toggle())
        self.context.gate.guard(self.ack, self.ack_page)
        for button in (self.ack, self.ack_page, self.help):
            head.addWidget(button)
        return head

    def _follow_detail(self) -> None:
        """What the panel asks for concerns what is meant."""
        detail = self.detail
        detail.asked_for.connect(self.asked_for)
        detail.acknowledge.connect(self.acknowledge_selected)
        detail.reset.connect(self.reset_selected)
        detail.shelve.connect(lambda minutes, reason: self._ask(acts.shelve, minutes, reason))
        detail.unshelve.connect(lambda: self._ask(acts.unshelve))
        detail.remove.connect(lambda reason: self._ask(acts.remove, reason))
        detail.put_back.connect(lambda: self._ask(acts.put_back))
        detail.take.connect(lambda: self._ask(acts.take, keep=True))
        detail.release.connect(lambda: self._ask(acts.release, keep=True))
        detail.comment.connect(self._comment)

    def _make_table(self) -> AlarmTable:
        table = AlarmTable(self.context, self.model)
        self.drawn = table.drawn
        table.installEventFilter(self)
        table.selectionModel().selectionChanged.connect(self._selection_moved)
        table.selectionModel().currentRowChanged.connect(lambda now, _: self._show_detail(now.data(ROW)))
        table.verticalScrollBar().valueChanged.connect(self._hold)
        table.doubleClicked.connect(lambda _: self._go())
        return table

    def _make_empty(self) -> QWidget:
        empty = QWidget()
        self.nothing = Words(self.context.look, alarm_words.NO_ALARM, "value", 500, "text2")
        self.nothing.setAlignment(Qt.AlignmentFlag.AlignCenter)
        column(empty, 16).addWidget(self.nothing)
        return empty

    # ------------------------------------------------------------ keeping it fresh
    def refresh(self, moved: NDArray[np.intp]) -> None:
        """Values of alarmed tags, and only of those that are seen; what blinks, when it does."""
        rows = np.array(self.seen(), np.intp)
        changed = np.isin(self._tags[rows], moved)
        bright = self.context.board.bright
        if bright != self._bright:
            self._bright = bright
            changed |= ~self.context.board.acked[rows]
        first, area = max(self.table.rowAt(1), 0), self.table.viewport()
        for at in (np.flatnonzero(changed) + first).tolist():
            area.update(0, self.table.rowViewportPosition(at), area.width(), self.table.rowHeight(at))

    def refresh_alarms(self) -> None:
        self._follow_flood()
        now = self.context.clock.monotonic()
        self._late = self.model.folded and self.model.total > MANY and now < self._again
        if not self._late:
            self._again = now + AGAIN_S
            self.model.show_board()
        self.detail.show_board()
        self._tell()

    def slow(self) -> None:
        self._follow_flood()
        if self._late:
            self._again = 0.0
            self.refresh_alarms()
        self.detail.slow()
        self.table.viewport().update()
        if not self._reading and self.context.clock.monotonic() >= self._due:
            self._reading, self._due = True, self.context.clock.monotonic() + _ASIDE_S
            self.context.spawn(self._read())

    async def _read(self) -> None:
        """What is not in the columns: notes of what is seen, and why what is hidden is."""
        site, board = self.context.attachment.site, self.context.board
        since = {site.alarms[row].id: int(board["raised_at"][row]) for row in self.seen()}
        try:
            journal, until = self.context.attachment.journal, self.context.clock.now()
            marks: Marks = await asyncio.to_thread(read, journal, since, until)
        finally:
            self._reading = False
        if until > self.context.clock.now():  # the window turned to an earlier instant meanwhile
            return
        self.drawn.notes = {row: marks.notes.get(site.alarms[row].id, 0) for row in self.seen()}
        self.detail.asides = marks.asides
        self.table.viewport().update()

    def jump(self) -> None:
        """Notes, and what is read of one alarm, are those of another instant."""
        self._due = 0.0
        self.detail.jump()

    def _follow_flood(self) -> None:
        """The list folds when a flood begins and unfolds when it ends; in between it is as the operator wants it."""
        if self.folds.flood != self._flood:
            self._flood = self.folds.flood
            if self._flood != self.model.folded:
                self.turn_fold()
        self.strip.show_fold(self.model.folded)

    def turn_fold(self) -> None:
        """Fold by cause, or show every alarm; what is frozen is let go."""
        self.table.selectionModel().clearSelection()
        self.model.fold(not self.model.folded)
        self._want()
        self.table.scrollToTop()
        self.strip.show_fold(self.model.folded)
        self._tell()

    def arrive(self, place: Place) -> None:
        """Show one alarm, or the alarms of one place; without a wish the page stays as it was left."""
        if place.alarm:
            self.filters.show_filter(Filter())
            self.select(place.alarm.index)
        elif place.area or place.system or place.equipment:
            thing = place.equipment.id if place.equipment else ""
            where = "" if place.equipment else place.area
            self.filters.show_filter(Filter(area=where, system=place.system, equipment=thing))
        if self.detail.alarm is None and self.model.rows:
            self._show_detail(self.model.rows[0])
        self.table.setFocus()

    def select(self, row_: int) -> None:
        """Select an alarm by its row; one that is set aside is looked for on its own list."""
        self.model.reveal(row_)
        if row_ not in self.model.rows:
            self.filters.show_filter(Filter(Which.ASIDE))
            self.model.reveal(row_)
        if row_ in self.model.rows:
            self.table.selectRow(self.model.rows.index(row_))
        self._show_detail(row_)

    def _tell(self) -> None:
        """The counts of the head, and the words for an empty list."""
        look, model = self.context.look, self.model
        unacked, text = model.unacked, look.counted(alarm_words.ALARMS_COUNTED, model.total)
        if unacked:
            text += " – " + look.say(alarm_words.OF_WHICH_UNACKED).format(look.number(unacked, 0))
        if model.folded:
            text += " – " + look.counted(alarm_words.IN_GROUPS, sum(not line.inside for line in model.lines))
        chosen = len(self.selected())
        if chosen > 1:
            text += " – " + look.say(alarm_words.SELECTED_MANY).format(chosen)
        self.count.setText(text)
        self.newer.setVisible(model.waiting > 0)
        self.newer.setText(look.counted(alarm_words.NEW_COUNTED, model.waiting))
        self.ack.setEnabled(chosen > 0)
        self.ack_page.setEnabled(unacked > 0)
        self.body.setCurrentIndex(0 if model.rows else 1)
        which = model.filter.which
        plain = model.filter == Filter(which) and which in _EMPTY
        here = _EMPTY[which] if plain else alarm_words.NO_ALARM_HERE
        self.nothing.say(alarm_words.NO_ALARM if model.filter == Filter() else here)
        self._tell_aside()

    def _tell_aside(self) -> None:
        """How many alarms are set aside, and how."""
        hidden, look = self.context.board["suppression"], self.context.look
        lists = (Which.ASIDE, Which.SHELVED, Which.SUPPRESSED, Which.OUT_OF_SERVICE)
        self.filters.show_counts({one: look.number(int(np.count_nonzero(hidden & one.hidden)), 0) for one in lists})

    def _use(self, filter_: Filter) -> None:
        self.table.clearSelection()
        self.model.use(filter_)
        self._want()
        self.table.horizontalHeader().viewport().update()
        self._tell()

    def _hold(self) -> None:
        """Freeze the order while a hand is on it, and let it go when the hand is gone."""
        held = bool(self.selected()) or self.table.verticalScrollBar().value() > 0
        if held and not self.model.frozen:
            self.model.frozen = True
        elif not held and self.model.frozen:
            self.model.thaw()
            self._tell()

    def _want(self) -> None:
        """Columns make room for what is asked of this list: what a group says, or who set aside and until when."""
        if self.model.filter.which.hidden:
            self.table.want((columns.VALUE, columns.LIMIT, columns.NOTES))
        else:
            self.table.want((columns.LIMIT, columns.ON_IT, columns.NOTES) if self.model.folded else ())

    def _selection_moved(self) -> None:
        self._hold()
        self._tell()

    def _show_detail(self, row_: int | None) -> None:
        self.detail.show_alarm(None if row_ is None else self.context.attachment.site.alarms[row_])

    # ------------------------------------------------------------ acting
    def selected(self) -> list[int]:
        """The selected alarms, by their rows; a folded line is all its alarms."""
        lines = [index.data(LINE) for index in self.table.selectionModel().selectedRows()]
        return list(dict.fromkeys(row_ for line in lines for row_ in line.rows))

    def seen(self) -> list[int]:
        """The alarms that are on the screen now: nobody acknowledges what he has not seen."""
        first, last = self.table.rowAt(1), self.table.rowAt(self.table.viewport().height() - 2)
        last = len(self.model.lines) - 1 if last < 0 else last
        lines = self.model.lines[max(first, 0) : last + 1]
        return [line.row for line in lines if line.group is None]

    def _meant(self) -> list[int]:
        """The selection; without one, the alarm whose guidance is open."""
        return self.selected() or ([self.detail.alarm.index] if self.detail.alarm else [])

    def acknowledge_selected(self) -> None:
        """Acknowledge what is meant."""
        self._act_on(self._meant())

    def reset_selected(self) -> None:
        """Let go what is latched among what is meant."""
        self._ask(acts.reset)

    def acknowledge_page(self) -> None:
        """Acknowledge what is seen."""
        self._act_on(self.seen())

    def _act_on(self, rows: list[int]) -> None:
        self.context.spawn(acts.acknowledge(self.context, rows))
        self.release()

    def _ask(self, act: Callable[..., Coroutine[Any, Any, None]], *words_: object, keep: bool = False) -> None:
        """One of the acts, on what is meant; `keep` the selection, for who goes on with it."""
        self.context.spawn(act(self.context, self._meant(), *words_))
        if not keep:
            self.release()

    def _comment(self, text: str) -> None:
        """A note on what is meant, shown once it is kept."""

        async def work() -> None:
            await acts.comment(self.context, self._meant(), text)
            self.detail.notes.look()

        self.context.spawn(work())

    def release(self) -> None:
        """Let the selection go, back to the top, the order of the law again."""
        self.table.selectionModel().clearSelection()
        self.table.scrollToTop()
        self.table.setFocus()  # a button that is disabled now would pass the focus on to "acknowledge page"
        self.model.thaw()
        self._tell()

    def _go(self) -> None:
        if self.detail.alarm:
            self.asked_for.emit(self.detail.alarm.equipment)

    def _turn(self, unfold: bool) -> bool:
        """Fold or unfold the group of the current line; False where there is none to."""
        index = self.table.currentIndex()
        return self.model.folded and index.isValid() and self.model.turn(index.row(), unfold)

    def _escape(self) -> None:
        if self.keys.isVisible():
            self.keys.hide()
        else:
            self.release()

    def _keys(self) -> dict[Qt.Key, Callable[[], object]]:
        detail = self.detail
        return {
            **dict.fromkeys((Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space), self.acknowledge_selected),
            Qt.Key.Key_P: self.acknowledge_page,
            Qt.Key.Key_R: self.reset_selected,
            Qt.Key.Key_G: self._go,
            Qt.Key.Key_S: detail.set_aside,
            Qt.Key.Key_O: detail.take_out,
            Qt.Key.Key_T: detail.take_or_release,
            Qt.Key.Key_C: lambda: detail.turn(0),
            Qt.Key.Key_H: lambda: detail.turn(1),
            Qt.Key.Key_N: lambda: detail.turn(2),
            Qt.Key.Key_F: self.turn_fold,
            Qt.Key.Key_Question: self.keys.toggle,
            Qt.Key.Key_E: self.states.toggle,
            Qt.Key.Key_Escape: self._escape,
        }

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self.table and isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            if event.key() in (Qt.Key.Key_Left, Qt.Key.Key_Right) and self._turn(event.key() == Qt.Key.Key_Right):
                return True
            act = self._keys().get(Qt.Key(event.key()))
            plain = not event.modifiers() & ~(Qt.KeyboardModifier.KeypadModifier | Qt.KeyboardModifier.ShiftModifier)
            shifted = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
            if act and plain and (not shifted or event.text() == "?"):
                if event.key() not in _ACTING or self.context.gate.passes():
                    act()
                return True
        return super().eventFilter(watched, event)
