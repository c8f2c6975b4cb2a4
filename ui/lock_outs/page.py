"""The page of lock-outs: everything that is locked out, and every command that waits for a person. Enter goes there.

A lock-out whose equipment has left the site has no faceplate to be taken off at: that is done here.
"""

from __future__ import annotations

import asyncio
import logging
from typing import Any

from PySide6.QtCore import QModelIndex, Qt

from supervisor.desk.lock_outs import LockOut
from supervisor.errors import StoreError
from supervisor.model import Text
from supervisor.replay import lock_outs
from ui.faceplate import lock_words as words
from ui.faceplate.lock_outs import LockOutSection
from ui.lock_outs.rows import Rows, Waiting, lock_rows, occupied, waiting, waiting_rows
from ui.pages import FACEPLATE, Context, Page, Place
from ui.tables import Table
from ui.widgets import Card, Line, Short, Words, column, row

_LOCKS = {0: 330, 1: 190, 2: 170, 3: 150, 5: 290}
_WAITING = {0: 330, 1: 300, 2: 190, 3: 100, 5: 150}
REST = 4
GONE_WIDTH = 520

log = logging.getLogger(__name__)


class LockOutsPage(Page):
    """See the module."""

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self.locks: Rows[LockOut] = lock_rows(context)
        self.waiting: Rows[Waiting] = waiting_rows(context)
        self.lock_table = Table(context.look, self.locks, _LOCKS, REST, words.STANDING)
        self.lock_table.supple, self.lock_table.spare = {0: 220, 5: 200}, (1, 3)
        self.waiting_table = Table(context.look, self.waiting, _WAITING, REST, words.WAITING)
        self.waiting_table.supple = {0: 220, 1: 180}
        self._reading = False
        whole = column(self, 0, 8)
        self._parts = [
            self._part(whole, words.STANDING, words.NONE_STANDING, self.lock_table, self.locks),
            self._part(whole, words.WAITING, words.NONE_WAITING, self.waiting_table, self.waiting),
        ]
        self.gone = LockOutSection(context, None)
        self._gone_card = self._gone_part(whole)
        self.gone.changed.connect(self._tell)
        context.session.changed.connect(self.gone.person_changed)
        self.setFocusProxy(self.lock_table)
        context.look.changed.connect(self._tell)
        self._tell()

    def _part(self, whole: Any, title: Text, nothing: Text, table: Table, model: Rows[Any]) -> tuple[Any, ...]:
        look = self.context.look
        card = Card()
        inner = column(card, 1, 0)
        head = row(spacing=10)
        head.setContentsMargins(16, 9, 12, 9)
        count = Short(look, "body", 400, "text2")
        head.addWidget(Words(look, title, "title", 600))
        head.addWidget(count, 1)
        inner.addLayout(head)
        inner.addWidget(Line(look))
        body = row()
        body.setContentsMargins(8, 0, 4, 0)
        body.addWidget(table)
        empty = Words(look, nothing, "value", 500, "text2")
        empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        body.addWidget(empty)  # beside the table: a layout of hidden widgets keeps its share of the room
        inner.addLayout(body, 1)
        whole.addWidget(card, 1)
        for signal in (table.activated, table.doubleClicked):
            signal.connect(lambda index, model=model: self._go(model, index))
        return table, model, empty, count

    def _gone_part(self, whole: Any) -> Card:
        look, card = self.context.look, Card()
        inner = column(card, 16, 8)
        inner.addWidget(Words(look, words.GONE, "title", 600))
        why = Words(look, words.GONE_WHY, "body", 400, "text2")
        why.setWordWrap(True)
        inner.addWidget(why)
        self.gone.setMaximumWidth(GONE_WIDTH)
        inner.addWidget(self.gone)
        whole.insertWidget(0, card)
        return card

    def slow(self) -> None:
        """Read again, unless the last reading still waits for the disk."""
        self.gone.slow()
        if not self._reading:
            self._reading = True
            self.context.spawn(self._read())

    def refresh_locks(self) -> None:
        self.slow()

    async def _read(self) -> None:
        attachment, began = self.context.attachment, self.context.clock.now()
        try:
            locks = await asyncio.to_thread(lock_outs, attachment.journal)
            held = await asyncio.to_thread(waiting, attachment.journal, occupied(self.context))
        except StoreError as error:  # no station has ever run on this folder
            log.info("The lock-outs can't be read: %s", error)
            return
        finally:
            self._reading = False
        if began > self.context.clock.now():  # the window turned to an earlier instant meanwhile
            self.slow()
            return
        self.locks.show_rows(locks)
        self.waiting.show_rows(held)
        self._tell()

    def _tell(self) -> None:
        self._gone_card.setVisible(bool(self.gone.held))
        for table, model, empty, count in self._parts:
            shown = len(model.rows)
            table.setVisible(shown > 0)
            empty.setVisible(shown == 0)
            count.setText(str(shown) if shown else "")
            table.viewport().update()

    def _go(self, model: Rows[Any], index: QModelIndex) -> None:
        thing = model.equipment(index.row())
        if thing is None and self.gone.held:
            self.gone.setFocus()
        elif thing:
            self.asked_for.emit(Place(FACEPLATE, thing))
