"""The page of the shift book: the running shift as it would be signed now, earlier ones as they were, the hand-over.

The station gathers the sheet; this page asks for it every `AGAIN_S` seconds while it is seen, and shows it.
"""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtWidgets import QLineEdit, QTextBrowser

from supervisor.model import NO_TEXT, Role, Text
from supervisor.shift import sheet as sheets
from supervisor.shift.sheet import Sheet
from ui.asking import Answer, Question, ask
from ui.commissioning.paper import document
from ui.commissioning.saving import save_paper
from ui.pages import Context, Page, Place
from ui.shift import words
from ui.shift.book import BookList
from ui.shift.hand_over import HandOver
from ui.shift.paper import Paper, dressed
from ui.tables import Table
from ui.widgets import Button, Card, Line, Short, Words, column, row

AGAIN_S = 5.0
"""How often the running shift is gathered anew."""
SIDE_PX = 440
MARGIN_PX = 14
"""Around the sheet."""


class ShiftPage(Page):
    """See the module."""

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        look = context.look
        self.sheet: Sheet | None = None
        """What is shown."""
        self.digest = ""
        """Of a signed one; empty for the shift that runs."""
        self._running: Sheet | None = None
        self.question = Question(context, "shift", AGAIN_S, self._take, self._decline)
        self.text = QTextBrowser()
        self.text.setOpenLinks(False)
        self.text.setFrameShape(QTextBrowser.Shape.NoFrame)
        self.text.document().setDocumentMargin(MARGIN_PX)
        self.text.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.title = Words(look, words.RUNNING, "title", 600)
        self.said = Short(look, "body", 400, "text2")
        self._told = NO_TEXT
        """What it says."""
        self.note = QLineEdit()
        self.add = Button(look, words.ADD_NOTE)
        self.withdraw = Button(look, words.WITHDRAW, "flat")
        self.print = Button(look, words.PAPER)
        self.over = Button(look, words.HAND_OVER, "primary", weight=600)
        self.back = Button(look, words.BACK)
        self.signed = BookList(context.attachment.site, look)
        self.list = Table(look, self.signed, {0: 60, 1: 190}, 2, words.SIGNED)
        self.nothing = Words(look, words.NONE_SIGNED, "body", 400, "text2")
        self.form = HandOver(context)
        self._lay_out()
        self._connect()
        context.gate.guard(self.note, self.add, self.withdraw, self.over, self.form)
        self._show()

    def _lay_out(self) -> None:
        look = self.context.look
        layout = row(self, spacing=8)
        card, side = Card(), Card()
        inner = column(card, 1, 0)
        head = row(spacing=10)
        head.setContentsMargins(16, 9, 12, 9)
        head.addWidget(self.title)
        head.addWidget(self.said)
        head.addStretch(1)
        for button in (self.back, self.print, self.over):
            head.addWidget(button)
        inner.addLayout(head)
        inner.addWidget(Line(look))
        body = row()
        body.setContentsMargins(2, 0, 2, 0)
        body.addWidget(self.text)
        inner.addLayout(body, 1)
        inner.addWidget(Line(look))
        foot = row(spacing=8)
        foot.setContentsMargins(16, 9, 12, 9)
        foot.addWidget(self.note, 1)
        foot.addWidget(self.add)
        foot.addWidget(self.withdraw)
        inner.addLayout(foot)
        beside = column(side, 1, 0)
        beside.addWidget(self.form)
        name = row()
        name.setContentsMargins(16, 12, 12, 9)
        name.addWidget(Words(look, words.SIGNED, "title", 600))
        beside.addLayout(name)
        beside.addWidget(Line(look))
        beside.addWidget(self.list, 1)
        self.nothing.setContentsMargins(16, 12, 12, 12)
        beside.addWidget(self.nothing)
        beside.addStretch(0)
        side.setFixedWidth(round(SIDE_PX * look.scale))
        layout.addWidget(card, 1)
        layout.addWidget(side)

    def _connect(self) -> None:
        self.add.clicked.connect(self._add)
        self.note.returnPressed.connect(self._add)
        self.withdraw.clicked.connect(self._withdraw)
        self.print.clicked.connect(self.ask_paper)
        self.over.clicked.connect(self._open_form)
        self.back.clicked.connect(self.show_running)
        self.form.signed.connect(self._handed)
        self.list.activated.connect(self._pick)
        self.list.clicked.connect(self._pick)
        self.context.look.changed.connect(self._show)

    # ------------------------------------------------------------ reading
    def slow(self) -> None:
        """Gather the running shift anew, now and then."""
        self._rights()
        self.question.slow()

    def person_changed(self) -> None:
        self.form.person_changed()
        self._rights()

    def jump(self) -> None:
        """Another shift ran then; one that was signed later is not known yet."""
        self.digest = ""
        self.question.again()

    def arrive(self, place: Place) -> None:
        self.question.again()
        self.note.setFocus()

    def _take(self, answer: Answer) -> None:
        self._running = sheets.read(str(answer["sheet"]))
        self.signed.show_rows(answer["signed"])
        if not self.digest:
            self.sheet = self._running
        self._show()

    def _decline(self, why: Text) -> None:
        self.say(why, grave=True)

    def _pick(self, index: QModelIndex) -> None:
        self.context.spawn(self.show_signed(self.signed.number(index.row())))

    async def show_signed(self, number: int) -> None:
        """An earlier shift, as it was signed."""
        answer = await ask(self.context, self._decline, "shift_sheet", number=number)
        if answer is not None:
            self.sheet, self.digest = sheets.read(str(answer["sheet"])), str(answer["digest"])
            self._show()
            whole = bool(answer["whole"])
            self.say(words.WHOLE if whole else words.ALTERED, grave=not whole)

    def show_running(self) -> None:
        """The shift that runs."""
        self.sheet, self.digest = self._running, ""
        self.say(NO_TEXT)
        self._show()

    # ------------------------------------------------------------ acting
    def _add(self) -> None:
        words_ = self.note.text().strip()
        if words_ and self.add.isEnabled():
            self.context.spawn(self._noted(words_))

    async def _noted(self, said: str) -> None:
        if await ask(self.context, self._decline, "shift_note", text=said) is not None:
            if self.note.text().strip() == said:
                self.note.clear()
            self.say(NO_TEXT)
            self.question.again()

    def _withdraw(self) -> None:
        if note := self._mine():
            self.context.spawn(self._withdrawn(note))

    async def _withdrawn(self, note: int) -> None:
        if await ask(self.context, self._decline, "shift_withdraw", note=note) is not None:
            self.question.again()

    def _mine(self) -> int:
        """The last note of the running shift that is one's own; 0 for none."""
        notes = self._running.notes if self._running else ()
        return next((one.id for one in reversed(notes) if one.who == self.context.user.id and not one.alarm), 0)

    def _open_form(self) -> None:
        self.show_running()
        self.form.open()

    def _handed(self, text: str) -> None:
        self.say(Text(text, text))
        self.question.again()

    def ask_paper(self) -> None:
        """Ask where the sheet goes that is shown."""
        if self.sheet:
            name = f"{self.sheet.site}-{self.sheet.number}.pdf"
            save_paper(self, self.html(), name, self._paper().period(self.sheet), self._saved)

    def html(self) -> str:
        """The sheet that is shown, for paper."""
        assert self.sheet is not None
        paper = self._paper()
        return document(paper.title(self.sheet), paper.body(self.sheet, self.digest), self.context.look.language)

    def _saved(self, path: str) -> None:
        self.say(Text(words.SAVED.fr.format(path), words.SAVED.en.format(path)))

    # ------------------------------------------------------------ showing
    def say(self, text: Text, grave: bool = False) -> None:
        """One sentence at the head of the page."""
        self._told = Text(f"⚠ {text.fr}", f"⚠ {text.en}") if grave else text
        self.said.setText(self.context.look.say(self._told))

    def _paper(self) -> Paper:
        return Paper(self.context.attachment.site, self.context.look)

    def _show(self) -> None:
        look = self.context.look
        self.title.say(words.SIGNED_ONE if self.digest else words.RUNNING)
        self.said.setText(look.say(self._told))
        self.note.setFont(look.font("body"))
        self.note.setPlaceholderText(look.say(words.NOTE_HINT))
        self.note.setAccessibleName(look.say(words.NOTE_HINT))
        self.nothing.setVisible(not self.signed.rowCount())
        self.list.setVisible(bool(self.signed.rowCount()))
        if self.sheet:
            bar = self.text.verticalScrollBar()
            at = bar.value()
            body = self._paper().body(self.sheet, self.digest)
            self.text.setHtml(dressed(body, lambda token: look.color(token).name(), lambda px: round(px * look.scale)))
            bar.setValue(at)
        self._rights()

    def _rights(self) -> None:
        may, running = self.context.user.role >= Role.OPERATOR, not self.digest
        for widget in (self.note, self.add, self.over):
            widget.setEnabled(may and running)
        self.withdraw.setVisible(may and running and bool(self._mine()))
        self.back.setVisible(not running)
        self.print.setEnabled(self.sheet is not None)
