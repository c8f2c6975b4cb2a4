"""The pane that looks at a controller: address, options of its protocol, progress, rows that stream in, import.

Everything is done by a child (`vigie probe`, `vigie import`): this process speaks no protocol.
"""

from __future__ import annotations

import re
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QCompleter, QGridLayout, QLineEdit, QProgressBar, QStackedLayout, QWidget

from supervisor.model import Text
from supervisor.probe import Fact, Finding, Progress
from ui.commissioning import words
from ui.commissioning.child import Child
from ui.commissioning.import_bar import ImportBar
from ui.commissioning.lists import Findings
from ui.commissioning.look_table import LookTable
from ui.commissioning.paper import FACTS, named, page
from ui.commissioning.record import End, Look, Record, lines, parsed
from ui.commissioning.saving import save_paper
from ui.pages import Context
from ui.shapes import text_width
from ui.widgets import Button, Card, Label, Line, Words, column, row

OPTIONS: Mapping[str, tuple[tuple[str, Text, str, int], ...]] = {
    "modbus": (("unit", words.UNIT, "1", 70), ("table", words.TABLE, "holding,input", 160),
               ("from", words.FROM, "0", 80), ("count", words.COUNT, "200", 80)),
    "opc": (("path", words.PATH, "", 220), ("depth", words.DEPTH, "8", 60),
            ("security", words.SECURITY, "none", 130), ("user", words.USER, "", 110)),
    "mqtt": (("topic", words.TOPIC, "#", 260), ("for", words.SECONDS, "10", 70)),
}  # fmt: skip
"""How a URL begins -> the options that have a field: name, words, default, width."""
PEER = 310
"""Width of what the peer says of itself."""
FLUSH_MS = 100
"""Rows that came meanwhile are shown together."""


class LookPane(QWidget):
    """See the module."""

    def __init__(self, context: Context) -> None:
        super().__init__()
        self.context = context
        self.child = Child(self)
        self.model = Findings(context.look)
        self.table = LookTable(context.look, self.model)
        self.record = Record(Look("", "", 0))
        self._waiting: list[Finding] = []
        self._why = ""
        """Why there is nothing to see, as the child says it."""
        self._flush = QTimer(self)
        self._flush.setInterval(FLUSH_MS)
        self._build()
        self.child.said.connect(self._hear)
        self.child.ended.connect(self._end)
        self._flush.timeout.connect(self._show_waiting)
        self.table.selectionModel().selectionChanged.connect(lambda *_: self._tell())
        context.look.changed.connect(self._dress)
        self._dress()

    # ------------------------------------------------------------ putting it together
    def _build(self) -> None:
        look = self.context.look
        layout = column(self, spacing=8)
        layout.addWidget(self._question())
        body = row(spacing=8)
        card = Card()
        inner = column(card)
        self.middle = QStackedLayout()
        self.nothing = Words(look, words.WHOLE_LOOK, "value", 500, "text2")
        self.nothing.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.nothing.setWordWrap(True)
        self.middle.addWidget(self.nothing)
        self.middle.addWidget(self.table)
        inner.addLayout(self.middle, 1)
        inner.addWidget(Line(look))
        self.imports = ImportBar(self.context, self.child)
        self.imports.wanted.connect(self._import)
        inner.addWidget(self.imports)
        body.addWidget(card, 1)
        body.addWidget(self._peer())
        layout.addLayout(body, 1)

    def _question(self) -> QWidget:
        """Address, options, start and stop, progress."""
        look, card = self.context.look, Card()
        inner = column(card, 12, 8)
        line = row(spacing=8)
        self.url = _field()
        self.url.setMinimumWidth(330)
        self.url.setCompleter(self._addresses())
        self.url.textChanged.connect(self._options)
        self.url.returnPressed.connect(self.start)
        self.password = _field()
        self.password.setEchoMode(QLineEdit.EchoMode.Password)
        self.password.setMaximumWidth(170)
        self.options = {name: (Words(look, text, "label", 400, "text2"), _field(value, width))
                        for rows in OPTIONS.values() for name, text, value, width in rows}  # fmt: skip
        self.options["user"][1].textChanged.connect(self._options)
        line.addWidget(self.url, 1)
        line.addWidget(self.password)
        for words_, field in self.options.values():
            line.addWidget(words_)
            line.addWidget(field)
        self.start_button = Button(look, words.START, "primary", "search")
        self.start_button.clicked.connect(self.start)
        self.stop_button = Button(look, words.STOP, "", "cross")
        self.stop_button.clicked.connect(self.stop)
        line.addWidget(self.start_button)
        line.addWidget(self.stop_button)
        inner.addLayout(line)
        under = row(spacing=12)
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setFixedHeight(6)
        self.bar.setFixedWidth(220)
        self.state = Label(look, "body", 400, "text2")
        self.save = Button(look, words.SAVE_LOOK, "flat", "journal")
        self.save.clicked.connect(self._save)
        under.addWidget(self.bar)
        under.addWidget(self.state, 1)
        under.addWidget(self.save)
        inner.addLayout(under)
        return card

    def _peer(self) -> QWidget:
        """What the peer says of itself."""
        look = self.context.look
        self.peer = Card()
        self.peer.setFixedWidth(PEER)
        inner = column(self.peer, 14, 6)
        inner.addWidget(Words(look, words.PEER, "title", 600))
        self.facts = QGridLayout()
        self.facts.setHorizontalSpacing(10)
        self.facts.setVerticalSpacing(4)
        self.facts.setColumnStretch(1, 1)
        inner.addLayout(self.facts)
        inner.addStretch(1)
        self.peer.hide()
        return self.peer

    def _addresses(self) -> QCompleter:
        """Those of the site's own links: what is there already is looked at most often."""
        links = self.context.attachment.site.links.values()
        completer = QCompleter(sorted({link.url for link in links}), self)
        completer.setFilterMode(Qt.MatchFlag.MatchContains)
        return completer

    def _dress(self) -> None:
        look = self.context.look
        for field in (self.url, self.password, *(field for _, field in self.options.values())):
            field.setFont(look.font("body"))
            field.setFixedHeight(round(32 * look.scale))
        self.url.setPlaceholderText(look.say(words.ADDRESS))
        self.url.setAccessibleName(look.say(words.ADDRESS))
        self.password.setPlaceholderText(look.say(words.PASSWORD))
        self.bar.setStyleSheet(
            f"QProgressBar {{ background: {look.color('sunken').name()}; border: none; border-radius: 3px; }}"
            f"QProgressBar::chunk {{ background: {look.color('accent').name()}; border-radius: 3px; }}"
        )
        self._facts()
        self._options()
        self._tell()

    def _options(self) -> None:
        """The fields of the protocol that the address is for."""
        url = self.url.text().strip()
        wanted = {name for begin, rows in OPTIONS.items() if url.startswith(begin) for name, *_ in rows}
        for name, (label, field) in self.options.items():
            label.setVisible(name in wanted)
            field.setVisible(name in wanted)
        self.password.setVisible(self._signs_in())

    def _signs_in(self) -> bool:
        """Whether somebody is named who needs a password."""
        user = self.options["user"][1]
        return "@" in self.url.text() or (not user.isHidden() and bool(user.text().strip()))

    # ------------------------------------------------------------ looking
    def start(self) -> None:
        """Run the child."""
        url = self.url.text().strip()
        if not url or self.child.running:
            return
        self.model.clear()
        self._waiting.clear()
        self._why = ""
        self.record = Record(Look(url, "", time.time_ns()))
        self.bar.setRange(0, 0)
        said = [f"--{name}={field.text().strip()}" for name, (_, field) in self.options.items()
                if not field.isHidden() and field.text().strip()]  # fmt: skip
        asked = ["probe", url, "--json", "--language", self.context.look.language, *said]
        self.child.start(asked, self.password.text() if self._signs_in() else "")
        self.state.setText(self.context.look.say(words.UNDER_WAY))
        self._flush.start()
        self._facts()
        self._arrange()

    def stop(self) -> None:
        """End the child; what was found stays."""
        if self.child.running:
            self.child.stop()
            self._finish(self.context.look.counted(words.STOPPED, len(self.record.findings)))

    def _hear(self, line: str) -> None:
        """One line of the child, whichever of the two it is."""
        if self.imports.busy:
            self.imports.hear(line)
            return
        try:
            news = parsed(line)
        except ValueError:
            self.state.setText(line)
            return
        if isinstance(news, Look):
            self.record = Record(news)
        elif isinstance(news, Progress):
            self._progress(news)
        elif isinstance(news, End):
            self.state.setText(news.error)
        else:
            self.record.add(news)
            if isinstance(news, Finding):
                self._waiting.append(news)
            else:
                self._facts()

    def _progress(self, news: Progress) -> None:
        self.bar.setRange(0, 1000 if news.total else 0)
        if news.total:
            self.bar.setValue(round(1000 * news.done / news.total))
        if news.place:
            self.state.setText(named(news.place, self.context.look.language))

    def _end(self, code: int, error: str) -> None:
        if self.imports.busy:
            self.imports.end(code, error)
            return
        count = len(self.record.findings)
        said = error if code else self.context.look.counted(words.FOUND, count)
        if not code and not count:
            notes = [fact.text for fact in self.record.facts if fact.kind == "note"]
            said = notes[-1] if notes else self.context.look.say(words.NONE_FOUND)
        said = said or self.context.look.say(words.CHILD_LOST).format(code)
        self._why = "" if count else said
        self._finish("" if self._why else said)

    def _finish(self, said: str) -> None:
        self._flush.stop()
        self._show_waiting()
        self.table.fit()
        self.bar.setRange(0, 1)
        self.bar.setValue(1)
        self.state.setText(said)
        self._arrange()

    def _show_waiting(self) -> None:
        if self._waiting:
            self.model.add(self._waiting)
            self._waiting = []
            self._arrange()

    def _arrange(self) -> None:
        """What is there to be seen and done now."""
        running, rows = self.child.running, bool(self.model.rows)
        self.middle.setCurrentWidget(self.table if rows else self.nothing)
        found_none = Text(self._why, self._why) if self._why else words.NONE_FOUND
        self.nothing.say(words.UNDER_WAY if running else found_none if self.record.look.url else words.WHOLE_LOOK)
        self.start_button.setVisible(not running)
        self.stop_button.setVisible(running)
        self.bar.setVisible(running)
        self.save.setVisible(rows and not running)
        self.imports.setVisible(rows and not running)
        self._tell()

    def _tell(self) -> None:
        self.imports.count(len(self._chosen_rows()), len(self.model.rows))
        if not self.record.look.url:
            self._hide_until_asked()

    def _hide_until_asked(self) -> None:
        for widget in (self.stop_button, self.bar, self.save, self.imports):
            widget.hide()

    def _facts(self) -> None:
        """The facts of the look, two columns; at most the last thirty."""
        look = self.context.look
        while taken := self.facts.takeAt(0):
            if widget := taken.widget():
                widget.deleteLater()
        shown = self.record.facts[-30:]
        for at, fact in enumerate(shown):
            kind = FACTS[fact.kind].say(look.language) if fact.kind in FACTS else fact.kind
            left, right = Label(look, "label", 400, "text2"), Label(look, "label")
            left.setText(kind)
            right.setText(_fact(fact, look.language))
            right.setToolTip(fact.text)
            right.setWordWrap(True)
            wide = PEER - 38 - round(text_width(kind, look.font("label"))) - 2
            right.setFixedWidth(wide)
            right.setMinimumHeight(right.heightForWidth(wide))
            self.facts.addWidget(left, at, 0, Qt.AlignmentFlag.AlignTop)
            self.facts.addWidget(right, at, 1)
        self.peer.setVisible(bool(shown))

    # ------------------------------------------------------------ what becomes of it
    def _chosen_rows(self) -> list[int]:
        return sorted({index.row() for index in self.table.selectionModel().selectedRows()})

    def _import(self, wish: list[str]) -> None:
        """Write what is chosen (all, where nothing is) to a file, and have a child import it."""
        chosen = self._chosen_rows()
        findings = [self.model.rows[at] for at in chosen] if chosen else list(self.model.rows)
        kept = Record(self.record.look, self.record.facts, findings)
        with tempfile.NamedTemporaryFile("w", suffix=".json", delete=False, encoding="utf-8") as file:
            file.write("\n".join(lines(kept)) + "\n")
        site = self.context.attachment.site.folder
        self.imports.begin(Path(file.name), str(site))
        self.child.start(["import", file.name, "--site", str(site), "--language", self.context.look.language, *wish])

    def _save(self) -> None:
        look = self.context.look
        name = "".join(letter if letter.isalnum() else "-" for letter in self.record.look.url).strip("-")
        save_paper(self, page(self.record, look.language), f"{name}.pdf", self.record.look.url,
                   lambda path: self.state.setText(look.say(words.SAVED).format(path)))  # fmt: skip


def _fact(fact: Fact, language: str) -> str:
    """Name and text; long addresses may be broken after their marks."""
    name = named(fact.name, language)
    return re.sub(r"([/:,.])(?=\S)", "\\1\u200b", f"{name}\n{fact.text}" if fact.text else name)


def _field(value: str = "", width: int = 0) -> QLineEdit:
    field = QLineEdit(value)
    if width:
        field.setFixedWidth(width)
    return field
