"""The page of people: who may sign in here, and what an administrator changes of it.

station ── act people ──> list ──> card ── acts ──> station      read again after each, and every few seconds
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from PySide6.QtWidgets import QHBoxLayout

from supervisor.errors import Refused, Unavailable
from supervisor.model import Role, Text
from ui import words as common
from ui.asking import ask
from ui.pages import Context, Page
from ui.people import words
from ui.people.card import PersonCard
from ui.performance.sheet import Sheet
from ui.tables import Cell, Table
from ui.widgets import Button, Card, Line, Words, column, row

AGAIN_S = 5.0
CARD_WIDTH = 380
_HEADS = (words.NAME, words.ID, words.ROLE, words.AREAS, words.FROM, words.STATE, words.LAST)
_WIDTHS = {0: 210, 1: 150, 2: 130, 4: 130, 5: 190, 6: 190}
_ROLES = {role.name.lower(): common.ROLES[role] for role in Role}


class PeoplePage(Page):
    """See the module."""

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        look = context.look
        self.people: list[Mapping[str, Any]] = []
        self._due, self._chosen = 0.0, ""
        self.sheet = Sheet(look, _HEADS)
        self.table = Table(look, self.sheet, _WIDTHS, 3, common.PEOPLE)
        self.table.spare, self.table.LEAST = (4,), 130
        self.table.selectionModel().currentRowChanged.connect(lambda index, _: self._choose(index.row()))
        self.told = Words(look, words.READING, "label", 400, "text2")
        self.add = Button(look, words.ADD, "primary", weight=600)
        self.add.clicked.connect(self._add)
        self.card = PersonCard(context)
        self.card.wanted.connect(lambda act, given: context.spawn(self._act(act, given)))
        self._lay_out()
        look.changed.connect(self._show)
        self.setFocusProxy(self.table)

    def _lay_out(self) -> None:
        layout = row(self, 0, 8)
        listed = Card()
        inside = column(listed, 1, 0)
        inside.addLayout(self._head())
        inside.addWidget(Line(self.context.look))
        inside.addWidget(self.table, 1)
        layout.addWidget(listed, 1)
        layout.addWidget(self.card)
        self.context.look.changed.connect(self._fit)
        self._fit()

    def _head(self) -> QHBoxLayout:
        head = row(spacing=12)
        head.setContentsMargins(14, 8, 10, 8)
        head.addWidget(Words(self.context.look, common.PEOPLE, "title", 600))
        head.addWidget(self.told, 1)
        head.addWidget(self.add)
        return head

    def _fit(self) -> None:
        self.card.setFixedWidth(round(CARD_WIDTH * self.context.look.scale))

    # ------------------------------------------------------------ reading
    def slow(self) -> None:
        if self.context.clock.monotonic() >= self._due:
            self._due = self.context.clock.monotonic() + AGAIN_S
            self.context.spawn(self.read())

    def person_changed(self) -> None:
        """What an administrator saw is nobody else's."""
        if self.context.user.role < Role.ADMINISTRATOR:
            self.people, self._chosen = [], ""
            self.card.show_person(None)
            self._show()
        self._due = 0.0

    async def read(self) -> None:
        """The list as it is now."""
        if self.context.user.role < Role.ADMINISTRATOR:
            return
        try:
            self.people = list((await self.context.attachment.ask("people"))["people"])
        except (Refused, Unavailable):
            return  # the window says already that no station answers, or that nobody has signed in
        self._show()

    def _show(self) -> None:
        self.sheet.show_rows([self._row(one) for one in self.people], [str(one["id"]) for one in self.people])
        count, directory = len(self.people), self.context.session.now.directory
        self.told.say(_counted(count, directory) if count else words.READING)

    def _row(self, one: Mapping[str, Any]) -> tuple[Cell, ...]:
        look, areas = self.context.look, self.context.attachment.site.areas
        held = ", ".join(look.say(areas[area].name) if area in areas else area for area in one["areas"])
        token = "text3" if one["disabled"] else "text"
        state = words.ACTIVE if one["password"] else words.NO_PASSWORD
        if one["disabled"]:
            state = words.DISABLED
        elif one["renew"]:
            state = words.TEMPORARY
        last = f"{look.date(one['last'])}, {look.clock(one['last'], False)}" if one["last"] else look.say(words.NEVER)
        return (
            Cell(str(one["name"]), token, True),
            Cell(str(one["id"]), token),
            Cell(look.say(_ROLES[str(one["role"])]), token),
            Cell(held or look.say(words.EVERYWHERE), token),
            Cell(look.say(words.SITE if one["site"] else words.STATION), "text2"),
            Cell(look.say(state), "text2" if state is words.ACTIVE else "text"),
            Cell(last, "text2"),
        )

    # ------------------------------------------------------------ acting
    def _choose(self, at: int) -> None:
        if 0 <= at < len(self.people):
            self._chosen = str(self.people[at]["id"])
            self.card.show_person(self.people[at])

    def _add(self) -> None:
        self.table.clearSelection()
        self._chosen = ""
        self.card.show_person(None, adding=True)
        self.card.name.setFocus()

    async def _act(self, act: str, given: Mapping[str, Any]) -> None:
        if await ask(self.context, self.card.tell, act, **given) is None:
            return
        await self.read()
        at = next((at for at, one in enumerate(self.people) if one["id"] == given["id"]), -1)
        self._choose(at)
        self.card.tell(words.DONE[act])


def _counted(count: int, directory: bool) -> Text:
    told = words.PERSON if count == 1 else words.PEOPLE
    fr, en = told.fr.format(count), told.en.format(count)
    return Text(f"{fr}. {words.DIRECTORY.fr}", f"{en}. {words.DIRECTORY.en}") if directory else Text(fr, en)
