"""The button that puts the proof of the last command on paper."""

from __future__ import annotations

import asyncio

from PySide6.QtWidgets import QWidget

from supervisor.errors import StoreError
from supervisor.journal import CommandRow
from supervisor.model import Text
from supervisor.reasons import plainly
from ui.commissioning.saving import save_paper
from ui.commissioning.words import SAVED
from ui.faceplate.proof_page import foot, page
from ui.pages import Context
from ui.widgets import Button, Label, column

PROOF = Text(fr="Preuve sur une page…", en="Proof on one page…")


class ProofMaker(QWidget):
    """A button, and under it where the paper went or why it could not."""

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        self._command: CommandRow | None = None
        self.button = Button(context.look, PROOF, "", "journal")
        self.said = Label(context.look, "label", 400, "text2")
        self.said.setWordWrap(True)
        self.said.hide()
        inside = column(self, 0, 4)
        inside.addWidget(self.button)
        inside.addWidget(self.said)
        self.button.clicked.connect(lambda: context.spawn(self._make()))
        self.hide()

    def show_command(self, command: CommandRow | None) -> None:
        """Offer the proof of this one, once it has an outcome."""
        if command != self._command:
            self.said.hide()
        self._command = command
        self.setVisible(command is not None and bool(command.outcome))

    async def _make(self) -> None:
        command, context = self._command, self._context
        if command is None:
            return
        site, look = context.attachment.site, context.look
        journal = context.attachment.journal
        try:
            html = await asyncio.to_thread(page, site, journal, command, context.clock.now(), look.language)
        except StoreError as error:
            self._say(look.say(plainly(str(error))))
            return
        told = foot(site, command, look.language)
        name = f"commande-{command.id}.pdf" if look.language == "fr" else f"command-{command.id}.pdf"
        save_paper(self, html, name, told, lambda path: self._say(look.say(SAVED).format(path)), upright=True)

    def _say(self, text: str) -> None:
        self.said.setText(text)
        self.said.show()
