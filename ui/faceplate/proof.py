"""The button that puts the proof of the last command on paper."""

from __future__ import annotations

import asyncio

from supervisor.errors import StoreError
from supervisor.journal import CommandRow
from supervisor.model import Text
from supervisor.reasons import plainly
from ui.commissioning.saving import save_paper
from ui.commissioning.words import SAVED
from ui.faceplate.maker import Maker
from ui.faceplate.proof_page import foot, page
from ui.pages import Context

PROOF = Text(fr="Preuve sur une page…", en="Proof on one page…")


class ProofMaker(Maker):
    """See the module."""

    def __init__(self, context: Context) -> None:
        super().__init__(context, PROOF)
        self._command: CommandRow | None = None
        self.hide()

    def show_command(self, command: CommandRow | None) -> None:
        """Offer the proof of this one, once it has an outcome."""
        if command != self._command:
            self.said.hide()
        self._command = command
        self.setVisible(command is not None and bool(command.outcome))

    async def make(self) -> None:
        command, context = self._command, self.context
        if command is None:
            return
        site, look = context.attachment.site, context.look
        journal = context.attachment.journal
        try:
            html = await asyncio.to_thread(page, site, journal, command, context.clock.now(), look.language)
        except StoreError as error:
            self.say(look.say(plainly(str(error))))
            return
        told = foot(site, command, look.language)
        name = f"commande-{command.id}.pdf" if look.language == "fr" else f"command-{command.id}.pdf"
        save_paper(self, html, name, told, lambda path: self.say(look.say(SAVED).format(path)), upright=True)
