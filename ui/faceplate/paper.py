"""The button that makes the commissioning sheet of the equipment shown: read on the wire, then put on paper."""

from __future__ import annotations

from supervisor.errors import Refused, Unavailable
from supervisor.model import Equipment, Role
from supervisor.reasons import plainly
from ui.commissioning import words
from ui.commissioning.saving import save_paper
from ui.commissioning.sheet import examined, page, tags_of
from ui.faceplate.maker import Maker
from ui.pages import Context


def offered(context: Context, equipment: Equipment) -> bool:
    """Whether there is a sheet to be made, and somebody who may ask controllers for one."""
    return context.user.role >= Role.ENGINEER and bool(tags_of(context.attachment.site, equipment))


class SheetMaker(Maker):
    """See the module."""

    def __init__(self, context: Context, equipment: Equipment) -> None:
        super().__init__(context, words.SHEET)
        self._equipment = equipment

    async def make(self) -> None:
        context, one, look = self.context, self._equipment, self.context.look
        site = context.attachment.site
        tags = tags_of(site, one)
        told = look.say(words.READING)
        try:
            rows = await examined(context.attachment, tags, lambda done: self.say(told.format(done, len(tags))))
        except Refused as refused:
            self.say(look.say(refused.text))
            return
        except Unavailable as error:
            self.say(look.say(plainly(str(error))))
            return
        self.say(look.counted(words.READ, len(rows), sum(row.good for row in rows)))
        html = page(site, one, rows, context.user.name, context.clock.now(), look.language)
        saved = look.say(words.SAVED)
        save_paper(self, html, f"{one.id}.pdf", f"{one.id} – Vigie", lambda path: self.say(saved.format(path)))
