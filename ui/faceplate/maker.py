"""Maker: a button of the faceplate that makes a paper, and the sentence under it."""

from __future__ import annotations

import asyncio

from PySide6.QtWidgets import QWidget

from supervisor.model import Text
from ui.pages import Context
from ui.widgets import Button, Label, column


class Maker(QWidget):
    """How far the paper has come, where it went or why there is none is said under the button, dead meanwhile."""

    def __init__(self, context: Context, text: Text) -> None:
        super().__init__()
        self.context = context
        self._task: asyncio.Task[None] | None = None
        self.button = Button(context.look, text, "", "journal")
        self.said = Label(context.look, "label", 400, "text2")
        self.said.setWordWrap(True)
        self.said.hide()
        inside = column(self, 0, 4)
        inside.addWidget(self.button)
        inside.addWidget(self.said)
        self.button.clicked.connect(self._begin)

    async def make(self) -> None:
        """Make it, and ask where it goes."""
        raise NotImplementedError

    def say(self, text: str) -> None:
        self.said.setText(text)
        self.said.show()

    def stop(self) -> None:
        """The faceplate turns away: nobody waits for it any more."""
        if self._task is not None:
            self._task.cancel()

    def _begin(self) -> None:
        self.button.setEnabled(False)
        self._task = self.context.spawn(self._make())

    async def _make(self) -> None:
        gone = False
        try:
            await self.make()
        except asyncio.CancelledError:
            gone = True  # and the button with it
            raise
        finally:
            if not gone:
                self.button.setEnabled(True)
