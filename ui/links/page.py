"""The page of links: which controllers answer, how fast, and what can't be believed because of those that don't."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, Qt

from ui import words
from ui.models import link_list as columns
from ui.models.link_list import LinkList
from ui.pages import FACEPLATE, Context, Page, Place
from ui.tables import Table
from ui.widgets import Card, Label, Line, Words, column, row

_WIDTHS = {
    columns.STATE: 110,
    columns.LINK: 300,
    columns.PROTOCOL: 100,
    columns.AREA: 220,
    columns.ROUND_TRIP: 96,
    columns.REQUESTS: 106,
    columns.ERRORS: 86,
    columns.RECONNECTS: 116,
    columns.GOOD: 210,
}


class LinksPage(Page):
    """See the module. A click opens the faceplate of the link, which is equipment like any other."""

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        look = context.look
        self.model = LinkList(context.attachment.site, context.live, look)
        self.table = Table(look, self.model, _WIDTHS, columns.ADDRESS, words.LINKS)
        self.table.supple = {columns.LINK: 220, columns.AREA: 140}
        self.table.spare = (columns.RECONNECTS, columns.AREA, columns.PROTOCOL, columns.ERRORS, columns.REQUESTS)
        self.setFocusProxy(self.table)
        self.table.clicked.connect(self._open)
        self.table.activated.connect(self._open)
        self.count = Label(look, "body", 400, "text2")
        layout = column(self)
        card = Card()
        inner = column(card, 1, 0)
        head = row(spacing=10)
        head.setContentsMargins(16, 12, 12, 12)
        head.addWidget(Words(look, words.LINKS, "title", 600))
        head.addWidget(self.count)
        head.addStretch(1)
        inner.addLayout(head)
        inner.addWidget(Line(look))
        body = row()
        body.setContentsMargins(8, 0, 4, 0)
        body.addWidget(self.table)
        inner.addLayout(body, 1)
        self.nothing = Words(look, words.NO_LINK, "value", 500, "text2")
        self.nothing.setAlignment(Qt.AlignmentFlag.AlignCenter)
        inner.addWidget(self.nothing, 1)
        layout.addWidget(card)
        present = bool(context.attachment.site.links)
        self.table.setVisible(present)
        self.nothing.setVisible(not present)
        look.changed.connect(self._tell)
        self._tell()

    def slow(self) -> None:
        self.model.show_live()
        self._tell()

    def arrive(self, place: Place) -> None:
        """Select the link of an equipment; the link itself is one."""
        thing = place.equipment
        self.table.setFocus()
        if thing is None:
            return
        for at in range(self.model.rowCount()):
            if self.model.link(at).id in (thing.id, thing.link):
                self.table.selectRow(at)
                self.table.scrollTo(self.model.index(at, 0))

    def _tell(self) -> None:
        said = self.context.look.say(words.LINKS_UP)
        self.count.setText(said.format(self.model.up(), self.model.rowCount()))

    def _open(self, index: QModelIndex) -> None:
        thing = self.context.attachment.site.equipment_by_id.get(self.model.link(index.row()).id)
        if thing:
            self.asked_for.emit(Place(FACEPLATE, thing))
