"""The page of the journal: the newest rows that are wished for, read from the station's file, read-only, in a thread.

It reads again only when the journal has grown or the wish is another. A search that takes its time is gone on with,
row by row into the past, and says how far it has come.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtWidgets import QFileDialog

from supervisor.clock import SECOND
from supervisor.journal_rows import Found, Wish
from supervisor.model import Text
from ui import journal_words
from ui import words as common
from ui.fields import Choice, FilterText
from ui.journal import sheet, words
from ui.models import journal_list as columns
from ui.models.journal_list import JournalList
from ui.pages import Context, Page, Place
from ui.tables import Table
from ui.widgets import Button, Card, Line, Short, Words, column, row

MOST = 500
"""Rows shown. Older ones are found by a filter, or in an export, which has them all."""
_HOUR = 3600 * SECOND
SPANS = {"1": words.LAST_HOUR, "24": words.LAST_DAY, "168": words.LAST_WEEK, "720": words.LAST_MONTH}
"""Hours -> how that is called."""
_WIDTHS = {columns.WHEN: 165, columns.WHAT: 210, columns.WHERE: 400, columns.RESULT: 130, columns.WHO: 150}


class JournalPage(Page):
    """See the module."""

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        look = context.look
        self.model = JournalList(context.attachment.site, context.attachment.texts, look)
        self.table = Table(look, self.model, _WIDTHS, columns.DETAIL, common.JOURNAL)
        self.table.supple = {columns.WHERE: 240, columns.WHAT: 150}
        self.table.spare = (columns.RESULT, columns.WHO)
        self.setFocusProxy(self.table)
        self.table.doubleClicked.connect(self._go)
        self.table.activated.connect(self._go)
        self.book = Choice(look, words.ALL_ACTS, journal_words.BOOK_NAMES.items())
        self.book.currentIndexChanged.connect(self._ask_again)
        self.who = Choice(look, words.EVERYBODY, _everybody(context))
        self.span = Choice(look, words.ANY_TIME, SPANS.items())
        for choice in (self.who, self.span):
            choice.currentIndexChanged.connect(self._ask_again)
        self.text = FilterText(look)
        self.text.settled.connect(self._ask_again)
        self.out = Button(look, words.EXPORT)
        self.out.clicked.connect(self._ask_where)
        self.subject = ""
        """Only rows of this equipment; empty for all."""
        self.only = Button(look, None, "flat", "cross")
        self.only.clicked.connect(lambda: self._narrow(""))
        self.count = Short(look, "body", 400, "text2")
        self.nothing = Words(look, words.NO_JOURNAL, "value", 500, "text2")
        self.nothing.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._asked = 0
        """Counts the wishes: an answer to an older one is not shown."""
        self._shown: tuple[int, Wish] = (0, Wish())
        """Newest row of the journal and wish of what is shown."""
        self._before = 0
        """Of a search that goes on, where it is; 0 once it is at its end."""
        self._reading = False
        self._lay_out()
        look.changed.connect(self._tell)
        look.introduced.connect(lambda: self.who.offer(_everybody(context)))
        self._tell()

    def _lay_out(self) -> None:
        look = self.context.look
        layout = column(self)
        card = Card()
        inner = column(card, 1, 0)
        head = row(spacing=10)
        head.setContentsMargins(16, 9, 12, 9)
        head.addWidget(Words(look, common.JOURNAL, "title", 600))
        head.addWidget(self.count)
        head.addWidget(self.only)
        head.addStretch(1)
        head.addWidget(self.out)
        head.addWidget(self.span)
        head.addWidget(self.who)
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
            self.context.spawn(self._read())

    def jump(self) -> None:
        self._ask_again()

    def arrive(self, place: Place) -> None:
        """Of an equipment, or of whatever else has a name, only what concerns it."""
        self._narrow(place.equipment.id if place.equipment else place.subject)
        self.table.setFocus()

    def _narrow(self, subject: str) -> None:
        self.subject = subject
        self._tell()
        self._ask_again()

    def _ask_again(self) -> None:
        self._asked += 1
        self.context.spawn(self._read())

    def wish(self) -> Wish:
        """What is asked for."""
        hours = int(self.span.chosen() or 0)
        start = self.context.clock.now() - hours * _HOUR if hours else None
        return Wish(self.text.text(), self.subject, self.book.chosen(), who=self.who.chosen(), start=start)

    async def _read(self) -> None:
        """Show what is found at once, then go on into the past until there is enough."""
        journal, wish, asked = self.context.attachment.journal, self.wish(), self._asked
        self._reading = True
        try:
            head = await asyncio.to_thread(journal.latest, 1)
            shown = (head[0].id if head else 0, replace(wish, start=None))
            if wish.start is None and shown == self._shown and not self._before:
                return
            found = await asyncio.to_thread(journal.find, wish, MOST)
            rows = found.rows
            while self._show(found, asked) and found.before and len(rows) < MOST:
                found = await asyncio.to_thread(journal.find, wish, MOST - len(rows), found.before)
                rows += found.rows
                found = Found(rows, found.before)
            if asked == self._asked:  # what is no longer asked for was not shown either
                self._shown = shown
        finally:
            self._reading = False

    def _show(self, found: Found, asked: int) -> bool:
        """Whether it still is what is asked for."""
        if asked == self._asked:
            self._before = found.before if len(found.rows) < MOST else 0
            self.model.show_rows(found.rows)
            self._tell()
        return asked == self._asked

    def _ask_where(self) -> None:
        look = self.context.look
        dialog = QFileDialog(self, look.say(words.EXPORT))
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setNameFilters([f"{ending.upper()} (*.{ending})" for ending in sheet.FORMATS])
        dialog.setDefaultSuffix(sheet.FORMATS[0])
        dialog.filterSelected.connect(lambda name: dialog.setDefaultSuffix(name.split()[0].lower()))
        dialog.fileSelected.connect(lambda path: self.export(Path(path)))
        dialog.open()

    def export(self, path: Path) -> None:
        """Write every row that is asked for, not only those shown."""
        self.context.spawn(self._export(path))

    async def _export(self, path: Path) -> None:
        journal, site, look = self.context.attachment.journal, self.context.attachment.site, self.context.look
        self.out.setEnabled(False)
        try:
            names = sheet.Names(site, look.language, look.met)
            count = await asyncio.to_thread(sheet.write, sheet.every(journal, self.wish()), path, names)
        finally:
            self.out.setEnabled(True)
        self.count.setText(look.counted(words.EXPORTED, count, path.name))

    def _tell(self) -> None:
        shown = len(self.model.rows)
        self.count.setText(self._counted(shown))
        self.table.setVisible(shown > 0)
        self.nothing.setVisible(shown == 0)
        filtered = self.wish() != Wish()
        self.nothing.say(words.NO_JOURNAL_HERE if filtered else words.NO_JOURNAL)
        self.only.setVisible(bool(self.subject))
        self.only.setText(self.subject)
        self.table.viewport().update()

    def _counted(self, shown: int) -> str:
        look = self.context.look
        if self._before:
            return look.counted(words.SEARCHED_TO, shown)
        return look.counted(words.LATEST_ROWS if shown == MOST else words.ALL_ROWS, shown) if shown else ""

    def _go(self, index: QModelIndex) -> None:
        thing = self.model.equipment(index.row())
        if thing:
            self.asked_for.emit(thing)


def _everybody(context: Context) -> list[tuple[str, Text]]:
    """Id and name of all who may have acted, by their names."""
    users = context.attachment.site.users.values()
    named = {**context.look.met.everybody, **{user.id: user.name for user in users}}
    return [(id_, Text(name, name)) for id_, name in sorted(named.items(), key=lambda one: one[1].casefold())]
