"""The pane that tests one equipment of the site: its tags as they are on the wire, a test write, its sheet.

Reads and writes go through the station: a read by the act `test_read`, a write by `test_write`, past every check of the
desk and into its ledger. The outcome is what the ledger says.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Sequence
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCompleter, QLineEdit, QStackedLayout, QWidget

from supervisor.errors import Refused, Unavailable
from supervisor.model import Equipment, Quality, Tag
from supervisor.reasons import plainly
from ui.commissioning import words
from ui.commissioning.addresses import spelled
from ui.commissioning.lists import Tests
from ui.commissioning.saving import save_paper
from ui.commissioning.sheet import Row, examine, examined, page, tags_of
from ui.pages import Context
from ui.tables import Table
from ui.widgets import Button, Card, Label, Line, Words, column, row

_WIDTHS = {
    Tests.TAG: 150, Tests.PLACE: 330, Tests.HEX: 160, Tests.DECODED: 120, Tests.VALUE: 130, Tests.UNIT: 70,
    Tests.QUALITY: 130, Tests.TIME: 110, Tests.ARRIVED: 90,
}  # fmt: skip
LOOK_S = 0.1
"""How often the ledger is asked for an outcome."""
LONGEST_S = 30.0


class TrialPane(QWidget):
    """See the module."""

    def __init__(self, context: Context) -> None:
        super().__init__()
        self.context = context
        self.equipment: Equipment | None = None
        self._task: asyncio.Task[None] | None = None
        self._asked: tuple[Tag, float] | None = None
        """A write that waits for its second question to be answered."""
        table = context.attachment.table
        self.model = Tests(context.look, lambda tag: int(table["arrival_time"][tag.index]))
        self.table = Table(context.look, self.model, _WIDTHS, Tests.NAME, words.EQUIPMENT)
        self.table.supple = {Tests.PLACE: 180, Tests.HEX: 110, Tests.QUALITY: 110}
        self.table.spare = (Tests.ARRIVED, Tests.UNIT)
        self._build()
        self.table.selectionModel().selectionChanged.connect(lambda *_: self._arrange())
        self.read_all.clicked.connect(lambda: self._begin(self._read_all()))
        self.read_one.clicked.connect(lambda: self._begin(self._read_one()))
        self.write.clicked.connect(self._ask)
        self.value.returnPressed.connect(self._ask)
        self.confirm.clicked.connect(lambda: self._begin(self._write()))
        self.cancel.clicked.connect(self._forget)
        self.sheet.clicked.connect(lambda: self._begin(self._print()))
        context.look.changed.connect(self._dress)
        self._dress()
        self._arrange()

    def _build(self) -> None:
        look = self.context.look
        layout = column(self, spacing=8)
        head = Card()
        line = row(head, 12, 8)
        self.search = QLineEdit()
        self.search.setMaximumWidth(420)
        self._complete()
        self.name = Label(look, "title", 600)
        self.state = Label(look, "body", 400, "text2")
        self.read_all = Button(look, words.READ_ALL, "primary", "search")
        self.sheet = Button(look, words.SHEET, "", "journal")
        line.addWidget(self.search, 1)
        line.addWidget(self.name)
        line.addWidget(self.state, 1)
        line.addWidget(self.read_all)
        line.addWidget(self.sheet)
        layout.addWidget(head)
        card = Card()
        inner = column(card)
        self.middle = QStackedLayout()
        self.nothing = Words(look, words.WHOLE_TEST, "value", 500, "text2")
        self.nothing.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.middle.addWidget(self.nothing)
        self.middle.addWidget(self.table)
        inner.addLayout(self.middle, 1)
        inner.addWidget(Line(look))
        inner.addWidget(self._trial())
        layout.addWidget(card, 1)

    def _trial(self) -> QWidget:
        """One tag: read it, write it; a write is asked twice."""
        look = self.context.look
        self.trial = QWidget()
        line = row(self.trial, spacing=8)
        line.setContentsMargins(12, 8, 12, 8)
        self.tag = Label(look, "body", 600)
        self.said = Label(look, "body", 400, "text2")
        self.read_one = Button(look, words.READ_ONE, "", "search")
        self.value = QLineEdit()
        self.value.setFixedWidth(110)
        self.write = Button(look, words.WRITE, "", "down")
        self.sure = Label(look, "body", 600)
        self.confirm = Button(look, words.CONFIRM, "primary", "check")
        self.cancel = Button(look, words.CANCEL)
        line.addWidget(self.tag)
        line.addWidget(self.said, 1)
        for widget in (self.read_one, self.value, self.write, self.sure, self.confirm, self.cancel):
            line.addWidget(widget)
        return self.trial

    def _complete(self) -> None:
        """Every equipment that a controller carries, by id and name."""
        site, look = self.context.attachment.site, self.context.look
        self._named = {
            f"{one.id} – {look.say(one.name)}": one for one in site.equipment if one.link and "." not in one.id
        }
        completer = QCompleter(list(self._named), self)
        completer.setFilterMode(Qt.MatchFlag.MatchContains)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        completer.setMaxVisibleItems(14)
        completer.activated.connect(self._found)
        self.search.setCompleter(completer)
        self.search.returnPressed.connect(lambda: self._found(self.search.text()))

    def _dress(self) -> None:
        look = self.context.look
        for field, text in ((self.search, words.SEARCH), (self.value, words.VALUE)):
            field.setFont(look.font("body"))
            field.setFixedHeight(round(32 * look.scale))
            field.setPlaceholderText(look.say(text))
            field.setAccessibleName(look.say(text))
        if self.equipment:
            self.name.setText(look.say(self.equipment.name))

    # ------------------------------------------------------------ choosing
    def _found(self, text: str) -> None:
        one = self._named.get(text) or self.context.attachment.site.equipment_by_id.get(text.strip())
        if one is None:
            near = [name for name in self._named if text.strip().lower() in name.lower()]
            one = self._named[near[0]] if len(near) == 1 else None
        if one:
            self.show_equipment(one)

    def show_equipment(self, equipment: Equipment) -> None:
        """Turn to an equipment; nothing is read until somebody asks."""
        if self._task is not None:
            self._task.cancel()
        self.equipment = equipment
        self.search.setText(equipment.id)
        self.name.setText(self.context.look.say(equipment.name))
        self.state.setText("")
        tags = tags_of(self.context.attachment.site, equipment)
        unread = [Row(tag, spelled(tag), "", "", float("nan"), "", Quality.NEVER_READ, 0) for tag in tags]
        self.model.show(unread, equipment.id)
        self.nothing.say(words.WHOLE_TEST if tags else words.CARRIES_NOTHING)
        self._forget()

    def chosen(self) -> Tag | None:
        """The tag of the selected row."""
        rows = self.table.selectionModel().selectedRows()
        return self.model.rows[rows[0].row()].tag if rows else None

    def _arrange(self) -> None:
        tag, rows = self.chosen(), bool(self.model.rows)
        busy = self._task is not None and not self._task.done()
        writable = bool(tag and tag.source and tag.source.writable)
        self.middle.setCurrentWidget(self.table if rows else self.nothing)
        self.read_all.setEnabled(rows and not busy)
        self.sheet.setEnabled(rows and not busy)
        self.trial.setVisible(rows)
        self.tag.setText(tag.id if tag else "")
        self.read_one.setEnabled(tag is not None and not busy)
        asking = self._asked is not None
        for widget in (self.read_one, self.value, self.write):
            widget.setVisible(not asking)
        for other in (self.sure, self.confirm, self.cancel):
            other.setVisible(asking)
        self.value.setEnabled(writable and not busy)
        self.write.setEnabled(writable and not busy)

    # ------------------------------------------------------------ reading
    def _begin(self, work: Coroutine[Any, Any, None]) -> None:
        if self._task is None or self._task.done():
            self._task = self.context.spawn(self._guarded(work))
            self._arrange()
        else:
            work.close()

    async def _guarded(self, work: Coroutine[Any, Any, None]) -> None:
        """A refusal and a silent station are sentences here, beside the button that was used."""
        try:
            await work
        except Refused as refused:
            self.state.setText(self.context.look.say(refused.text))
        except Unavailable as error:
            self.state.setText(self.context.look.say(plainly(str(error))))
        finally:
            self._task = None
            self._arrange()

    async def _read_all(self) -> None:
        await self._read()

    async def _read(self) -> Sequence[Row]:
        look, one = self.context.look, self.equipment
        if one is None:
            return ()
        tags = [row_.tag for row_ in self.model.rows]
        told = look.say(words.READING)
        rows = await examined(
            self.context.attachment, tags, lambda done: self.state.setText(told.format(done, len(tags)))
        )
        if one is self.equipment:
            self.model.show(rows, one.id)
            self.state.setText(look.counted(words.READ, len(rows), sum(row_.good for row_ in rows)))
        return rows

    async def _read_one(self) -> None:
        tag = self.chosen()
        if tag is not None:
            found = await examine(self.context.attachment, tag)
            self.model.put(found)
            self.said.setText(found.error)

    async def _print(self) -> None:
        one, context = self.equipment, self.context
        rows = await self._read()
        if one is None or one is not self.equipment:
            return
        html = page(context.attachment.site, one, rows, context.user.name, context.clock.now(), context.look.language)
        save_paper(self, html, f"{one.id}.pdf", f"{one.id} – Vigie",
                   lambda path: self.state.setText(context.look.say(words.SAVED).format(path)))  # fmt: skip

    # ------------------------------------------------------------ writing
    def _ask(self) -> None:
        """The second question; nothing leaves before it is answered."""
        look, tag = self.context.look, self.chosen()
        if tag is None or tag.source is None or not tag.source.writable:
            self.said.setText(look.say(words.WRITABLE_ONLY))
            return
        try:
            value = float(self.value.text().strip().replace(",", "."))
        except ValueError:
            self.said.setText(look.say(words.NUMBER_NEEDED))
            return
        self._asked = (tag, value)
        self.said.setText("")
        unit = f" {tag.spec.unit}" if tag.spec.unit else ""
        number = f"{value:g}".replace(".", "," if look.language == "fr" else ".")
        self.sure.setText(look.say(words.SURE).format(f"{number}{unit}", tag.id))
        self._arrange()
        self.cancel.setFocus()

    def _forget(self) -> None:
        self._asked = None
        self._arrange()

    async def _write(self) -> None:
        asked, self._asked = self._asked, None
        self._arrange()
        if asked is None:
            return
        tag, value = asked
        look = self.context.look
        try:
            number = int((await self.context.attachment.ask("test_write", tag=tag.id, value=value))["id"])
        except Refused as refused:
            self.said.setText(look.say(words.OUTCOMES["refused"]).format(look.say(refused.text)))
            return
        self.said.setText(look.say(words.WRITING).format(number))
        await self._follow(number)
        if tag is self.chosen():
            self.model.put(await examine(self.context.attachment, tag))

    async def _follow(self, number: int) -> None:
        """Until the ledger has an outcome."""
        loop, journal = asyncio.get_running_loop(), self.context.attachment.journal
        deadline = loop.time() + LONGEST_S
        while loop.time() < deadline:
            found = await loop.run_in_executor(None, journal.command, number)
            if found is not None and found.outcome:
                why = found.reason_fr if self.context.look.language == "fr" else found.reason_en
                self.said.setText(self.context.look.say(words.OUTCOMES[found.outcome]).format(why))
                return
            await asyncio.sleep(LOOK_S)
