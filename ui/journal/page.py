"""The page of the journal: the latest rows, read once a second from the station's file, read-only, in a thread."""

from __future__ import annotations

import asyncio

from PySide6.QtCore import QModelIndex, Qt

from supervisor.journal import Row
from ui import words
from ui.fields import Choice, FilterText
from ui.models import journal_list as columns
from ui.models.journal_list import JournalList
from ui.pages import Context, Page, Place
from ui.tables import Table
from ui.widgets import Button, Card, Line, Short, Words, column, row

MOST = 500
"""Rows shown. Older ones are found by a filter, or in the file itself."""
_WIDTHS = {columns.WHEN: 130, columns.WHAT: 190, columns.WHERE: 420, columns.RESULT: 130, columns.WHO: 150}


class JournalPage(Page):
    """See the module."""

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        look = context.look
        self.model = JournalList(context.attachment.site, context.attachment.texts, look)
        self.table = Table(look, self.model, _WIDTHS, columns.DETAIL, words.JOURNAL)
        self.table.supple = {columns.WHERE: 240, columns.WHAT: 150}
        self.table.spare = (columns.RESULT, columns.WHO)
        self.setFocusProxy(self.table)
        self.table.doubleClicked.connect(self._go)
        self.table.activated.connect(self._go)
        self.book = Choice(look, words.ALL_ACTS, words.BOOK_NAMES.items())
        self.book.currentIndexChanged.connect(self._ask_again)
        self.text = FilterText(look)
        self.text.settled.connect(self._ask_again)
        self.subject = ""
        """Only rows of this equipment; empty for all."""
        self.only = Button(look, None, "flat", "cross")
        self.only.clicked.connect(lambda: self._narrow(""))
        self.count = Short(look, "body", 400, "text2")
        self.nothing = Words(look, words.NO_JOURNAL, "value", 500, "text2")
        self.nothing.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._reading = False
        self._lay_out()
        look.changed.connect(self._tell)
        self._tell()

    def _lay_out(self) -> None:
        look = self.context.look
        layout = column(self)
        card = Card()
        inner = column(card, 1, 0)
        head = row(spacing=10)
        head.setContentsMargins(16, 9, 12, 9)
        head.addWidget(Words(look, words.JOURNAL, "title", 600))
        head.addWidget(self.count)
        head.addWidget(self.only)
        head.addStretch(1)
        head.addWidget(self.book)
        self.text.setFixedWidth(300)
        head.addWidget(self.text)
        inner.addLayout(head)
        inner.addWidget(Line(look))
        body = row()
        body.setContentsMargins(8, 0, 4, 0)
        body.addWidget(self.table)
        inner.addLayout(body, 1)
        inner.addWidget(self.nothing, 1)
        layout.addWidget(card)

    def slow(self) -> None:
        """Read again, unless the last reading still waits for the disk."""
        if not self._reading:
            self._reading = True
            self.context.spawn(self._read())

    def arrive(self, place: Place) -> None:
        """Of an equipment only what concerns it."""
        self._narrow(place.equipment.id if place.equipment else "")
        self.table.setFocus()

    def _narrow(self, subject: str) -> None:
        self.subject = subject
        self._tell()
        self._ask_again()

    def _ask_again(self) -> None:
        self.context.spawn(self._read())

    async def _read(self) -> None:
        journal = self.context.attachment.journal
        try:
            rows = await asyncio.to_thread(journal.search, self.subject, None, None, self.book.chosen(), MOST)
        finally:
            self._reading = False
        wanted = self.text.text().casefold().split()
        self.model.show_rows([row for row in rows if all(word in self._text(row) for word in wanted)])
        self._tell()

    def _text(self, row_: Row) -> str:
        """All that is written in a row, in small letters."""
        model = self.model
        parts = (row_.subject, row_.kind, model.subject(row_), model.person(row_.who), model.detail(row_), row_.result)
        return " ".join(parts).casefold()

    def _tell(self) -> None:
        look, shown = self.context.look, len(self.model.rows)
        self.count.setText(look.say(words.LATEST_ROWS).format(shown) if shown else "")
        self.table.setVisible(shown > 0)
        self.nothing.setVisible(shown == 0)
        filtered = bool(self.text.text() or self.book.chosen() or self.subject)
        self.nothing.say(words.NO_JOURNAL_HERE if filtered else words.NO_JOURNAL)
        self.only.setVisible(bool(self.subject))
        self.only.setText(self.subject)
        self.table.viewport().update()

    def _go(self, index: QModelIndex) -> None:
        thing = self.model.equipment(index.row())
        if thing:
            self.asked_for.emit(thing)
