"""The page of alarms. Everything can be done from the keyboard:

arrows move, Shift extends, Ctrl+A selects all; Enter or Space acknowledges the selection, P the page that is seen,
R resets what is latched, G goes to the equipment, S sets aside, Escape lets the selection go and the order with it.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QWidget

from ui import words
from ui.alarms.acts import acknowledge, reset, shelve, unshelve
from ui.alarms.detail import Detail
from ui.alarms.filters import Filters
from ui.delegates.alarm_row import AlarmRow
from ui.models import alarm_list as columns
from ui.models.alarm_list import ROW, AlarmList, Filter, Which
from ui.pages import Context, Page, Place
from ui.tables import Table
from ui.widgets import Button, Card, Line, Short, Words, column, row

_WIDTHS = {
    columns.PRIORITY: 46,
    columns.RAISED: 88,
    columns.AREA: 150,
    columns.EQUIPMENT: 264,
    columns.VALUE: 126,
    columns.LIMIT: 76,
    columns.STATE: 184,
    columns.DURATION: 84,
}


class AlarmsPage(Page):
    """See the module."""

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        site, look = context.attachment.site, context.look
        self.model = AlarmList(site, context.board, look)
        self._tags = np.array([alarm.tag.index for alarm in site.alarms], np.intp)
        self._bright = True
        self.filters = Filters(look, site)
        self.filters.changed.connect(self._use)
        self.table = self._make_table()
        self.setFocusProxy(self.table)
        self.detail = Detail(context)
        self.detail.asked_for.connect(self.asked_for)
        self.detail.acknowledge.connect(self.acknowledge_selected)
        self.detail.reset.connect(self.reset_selected)
        self.detail.shelve.connect(lambda minutes, reason: self._spawn_shelve(minutes, reason))
        self.detail.unshelve.connect(self._unshelve)
        layout = row(self, 0, 8)
        card = Card()
        inner = column(card, 1, 0)
        inner.addLayout(self._make_head())
        inner.addWidget(self.filters)
        inner.addWidget(Line(look))
        self.body = QStackedWidget()
        self.body.addWidget(self.table)
        self.body.addWidget(self._make_empty())
        inner.addWidget(self.body, 1)
        layout.addWidget(card, 1)
        layout.addWidget(self.detail)
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
        self.ack = Button(look, words.ACKNOWLEDGE)
        self.ack.tip(words.ACKNOWLEDGE, "Enter")
        self.ack.clicked.connect(self.acknowledge_selected)
        self.ack_page = Button(look, words.ACKNOWLEDGE_PAGE)
        self.ack_page.tip(words.ACKNOWLEDGE_PAGE, "P")
        self.ack_page.clicked.connect(self.acknowledge_page)
        head.addWidget(self.ack)
        head.addWidget(self.ack_page)
        return head

    def _make_table(self) -> Table:
        table = Table(self.context.look, self.model, _WIDTHS, columns.ALARM, words.ALARMS)
        table.supple = {columns.EQUIPMENT: 160, columns.VALUE: 100}
        table.spare = (columns.AREA, columns.LIMIT, columns.STATE)
        table.setItemDelegate(AlarmRow(self.context, table))
        table.installEventFilter(self)
        table.selectionModel().selectionChanged.connect(self._selection_moved)
        table.selectionModel().currentRowChanged.connect(lambda now, _: self._show_detail(now.data(ROW)))
        table.verticalScrollBar().valueChanged.connect(self._hold)
        table.doubleClicked.connect(lambda _: self._go())
        return table

    def _make_empty(self) -> QWidget:
        empty = QWidget()
        layout = column(empty, 16)
        self.nothing = Words(self.context.look, words.NO_ALARM, "value", 500, "text2")
        self.nothing.setAlignment(Qt.AlignmentFlag.AlignCenter)
        layout.addWidget(self.nothing)
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
        self.model.show_board()
        self.detail.show_board()
        self._tell()

    def slow(self) -> None:
        self.detail.show_board()
        self.table.viewport().update()

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
        if row_ not in self.model.rows:
            self.filters.show_filter(Filter(Which.ASIDE))
        if row_ in self.model.rows:
            self.table.selectRow(self.model.rows.index(row_))
        self._show_detail(row_)

    def _tell(self) -> None:
        """The counts of the head, and the words for an empty list."""
        look, model, board = self.context.look, self.model, self.context.board
        unacked = sum(not board.acked[row] for row in model.rows) if model.filter.which is not Which.ASIDE else 0
        text = look.say(words.ALARM_ONE if len(model.rows) < 2 else words.ALARM_MANY).format(len(model.rows))
        if unacked:
            text += " – " + look.say(words.OF_WHICH_UNACKED).format(unacked)
        chosen = len(self.selected())
        if chosen > 1:
            text += " – " + look.say(words.SELECTED_MANY).format(chosen)
        self.count.setText(text)
        self.newer.setVisible(model.waiting > 0)
        self.newer.setText(look.say(words.NEW_ONE if model.waiting == 1 else words.NEW_MANY).format(model.waiting))
        self.ack.setEnabled(chosen > 0)
        self.ack_page.setEnabled(unacked > 0)
        self.body.setCurrentIndex(0 if model.rows else 1)
        self.nothing.say(words.NO_ALARM if model.filter == Filter() else words.NO_ALARM_HERE)

    def _use(self, filter_: Filter) -> None:
        self.table.clearSelection()
        self.model.use(filter_)
        self._tell()

    def _hold(self) -> None:
        """Freeze the order while a hand is on it, and let it go when the hand is gone."""
        held = bool(self.selected()) or self.table.verticalScrollBar().value() > 0
        if held and not self.model.frozen:
            self.model.frozen = True
        elif not held and self.model.frozen:
            self.model.thaw()
            self._tell()

    def _selection_moved(self) -> None:
        self._hold()
        self._tell()

    def _show_detail(self, row_: int | None) -> None:
        self.detail.show_alarm(None if row_ is None else self.context.attachment.site.alarms[row_])

    # ------------------------------------------------------------ acting
    def selected(self) -> list[int]:
        """The selected alarms, by their rows."""
        return [index.data(ROW) for index in self.table.selectionModel().selectedRows()]

    def seen(self) -> list[int]:
        """The alarms that are on the screen now: nobody acknowledges what he has not seen."""
        first, last = self.table.rowAt(1), self.table.rowAt(self.table.viewport().height() - 2)
        last = len(self.model.rows) - 1 if last < 0 else last
        return self.model.rows[max(first, 0) : last + 1]

    def _meant(self) -> list[int]:
        """The selection; without one, the alarm whose guidance is open."""
        return self.selected() or ([self.detail.alarm.index] if self.detail.alarm else [])

    def acknowledge_selected(self) -> None:
        """Acknowledge what is meant."""
        self._act_on(self._meant())

    def reset_selected(self) -> None:
        """Let go what is latched among what is meant."""
        self.context.spawn(reset(self.context, self._meant()))
        self.release()

    def acknowledge_page(self) -> None:
        """Acknowledge what is seen."""
        self._act_on(self.seen())

    def _act_on(self, rows: list[int]) -> None:
        self.context.spawn(acknowledge(self.context, rows))
        self.release()

    def _spawn_shelve(self, minutes: int, reason: str) -> None:
        self.context.spawn(shelve(self.context, self._meant(), minutes, reason))
        self.release()

    def _unshelve(self) -> None:
        self.context.spawn(unshelve(self.context, self._meant()))
        self.release()

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

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self.table and isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            acts = {
                Qt.Key.Key_Return: self.acknowledge_selected,
                Qt.Key.Key_Enter: self.acknowledge_selected,
                Qt.Key.Key_Space: self.acknowledge_selected,
                Qt.Key.Key_P: self.acknowledge_page,
                Qt.Key.Key_R: self.reset_selected,
                Qt.Key.Key_G: self._go,
                Qt.Key.Key_S: self.detail.set_aside,
                Qt.Key.Key_Escape: self.release,
            }
            act = acts.get(Qt.Key(event.key()))
            if act and not event.modifiers():
                act()
                return True
        return super().eventFilter(watched, event)
