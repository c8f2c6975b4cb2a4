"""The button that makes the commissioning sheet of the equipment shown: read on the wire, then put on paper."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from supervisor.errors import Refused, Unavailable
from supervisor.model import Equipment, Role
from supervisor.reasons import plainly
from ui.commissioning import words
from ui.commissioning.saving import save_paper
from ui.commissioning.sheet import examined, page, tags_of
from ui.pages import Context
from ui.widgets import Button, Label, column


def offered(context: Context, equipment: Equipment) -> bool:
    """Whether there is a sheet to be made, and somebody who may ask controllers for one."""
    return context.user.role >= Role.ENGINEER and bool(tags_of(context.attachment.site, equipment))


class SheetMaker(QWidget):
    """A button, and under it how far it has come or why it could not."""

    def __init__(self, context: Context, equipment: Equipment) -> None:
        super().__init__()
        self._context, self._equipment = context, equipment
        self.button = Button(context.look, words.SHEET, "", "journal")
        self.said = Label(context.look, "label", 400, "text2")
        self.said.setWordWrap(True)
        self.said.hide()
        inside = column(self, 0, 4)
        inside.addWidget(self.button)
        inside.addWidget(self.said)
        self.button.clicked.connect(self._begin)

    def _begin(self) -> None:
        self.button.setEnabled(False)
        self._context.spawn(self._make())

    async def _make(self) -> None:
        context, one, look = self._context, self._equipment, self._context.look
        site = context.attachment.site
        tags = tags_of(site, one)
        told = look.say(words.READING)
        try:
            rows = await examined(context.attachment, tags, lambda done: self._say(told.format(done, len(tags))))
        except Refused as refused:
            self._say(look.say(refused.text))
            return
        except Unavailable as error:
            self._say(look.say(plainly(str(error))))
            return
        finally:
            self.button.setEnabled(True)
        self._say(look.counted(words.READ, len(rows), sum(row.good for row in rows)))
        html = page(site, one, rows, context.user.name, context.clock.now(), look.language)
        save_paper(self, html, f"{one.id}.pdf", f"{one.id} – Vigie", self._saved)

    def _saved(self, path: str) -> None:
        self._say(self._context.look.say(words.SAVED).format(path))

    def _say(self, text: str) -> None:
        self.said.setText(text)
        self.said.show()
