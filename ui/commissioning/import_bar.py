"""The bar below a look: how much is chosen, what to call it, and the import itself, run by a child."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLineEdit, QWidget

from ui.commissioning import words
from ui.commissioning.child import Child
from ui.pages import Context
from ui.widgets import Button, Label, row


class ImportBar(QWidget):
    """`wanted` carries the options of `vigie import`; whoever runs the child tells `hear` and `end`."""

    wanted = Signal(list)

    def __init__(self, context: Context, child: Child) -> None:
        super().__init__()
        look = context.look
        self._look, self._child = look, child
        self.busy = False
        self._file = Path()
        self._site = ""
        self._said: list[str] = []
        layout = row(self, spacing=8)
        layout.setContentsMargins(12, 8, 12, 8)
        self.chosen = Label(look, "body", 400, "text2")
        self.state = Label(look, "body", 400, "text2")
        self.state.setWordWrap(True)
        self.fields = {"pack": (words.PACK, 150), "type": (words.TYPE, 150), "equipment": (words.NEW_ID, 180)}
        self.edits = {name: QLineEdit() for name in self.fields}
        self.button = Button(look, words.IMPORT, "primary", "plus")
        self.button.tip(words.IMPORT_TIP)
        self.button.clicked.connect(self._ask)
        layout.addWidget(self.chosen)
        layout.addWidget(self.state, 1)
        for name, edit in self.edits.items():
            edit.setFixedWidth(self.fields[name][1])
            layout.addWidget(edit)
        layout.addWidget(self.button)
        look.changed.connect(self._dress)
        self._dress()

    def count(self, chosen: int, whole: int) -> None:
        """Nothing chosen stands for all."""
        said = words.CHOSEN if chosen else words.FOUND
        self.chosen.setText(self._look.counted(said, chosen or whole, whole))

    def begin(self, file: Path, site: str) -> None:
        """A child imports `file` from now on."""
        self.busy, self._file, self._site, self._said = True, file, site, []
        self.button.setEnabled(False)
        self.state.setText("…")

    def hear(self, line: str) -> None:
        self._said.append(line)

    def end(self, code: int, error: str) -> None:
        """What the child said in the end."""
        self.busy = False
        self._file.unlink(missing_ok=True)
        self.button.setEnabled(True)
        self.state.setText(error if code else self._look.say(words.IMPORTED).format(self._site))
        self.state.setToolTip("\n".join(self._said))

    def _ask(self) -> None:
        said = {name: edit.text().strip() for name, edit in self.edits.items()}
        if not said["pack"]:
            self.state.setText(self._look.say(words.NEED_PACK))
            self.edits["pack"].setFocus()
            return
        self.wanted.emit([f"--{name}={text}" for name, text in said.items() if text])

    def _dress(self) -> None:
        for name, edit in self.edits.items():
            edit.setFont(self._look.font("body"))
            edit.setFixedHeight(round(32 * self._look.scale))
            edit.setPlaceholderText(self._look.say(self.fields[name][0]))
            edit.setAccessibleName(self._look.say(self.fields[name][0]))
