"""The page of links: which controllers answer, how fast, and what can't be believed because of those that don't."""

from __future__ import annotations

from contextlib import suppress

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QModelIndex, Qt

from supervisor.errors import Refused, Unavailable
from ui import words as common
from ui.links import link_list as columns
from ui.links import words
from ui.links.certificate import Certificates
from ui.links.detail import PERIOD_S, LinkDetail
from ui.links.link_list import LinkList
from ui.pages import FACEPLATE, Context, Page, Place
from ui.tables import Table
from ui.widgets import Card, Label, Line, Words, column, row

_WIDTHS = {
    columns.STATE: 104,
    columns.PROTOCOL: 88,
    columns.AREA: 190,
    columns.LAST_GOOD: 108,
    columns.ROUND_TRIP: 110,
    columns.SLOWEST: 110,
    columns.REQUESTS: 88,
    columns.ERRORS: 70,
    columns.RECONNECTS: 106,
    columns.SKEW: 78,
    columns.TODAY: 100,
    columns.MONTH: 104,
    columns.GOOD: 180,
}


class LinksPage(Page):
    """See the module. A click shows a link below; Enter and a double click open its faceplate, as of any equipment."""

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        look = context.look
        self.model = LinkList(context.attachment.site, context.live, look)
        self.table = Table(look, self.model, _WIDTHS, columns.LINK, common.LINKS)
        self.table.supple = {columns.AREA: 130, columns.GOOD: 150}
        self.table.LEAST = 210
        self.table.spare = (
            columns.AREA,
            columns.PROTOCOL,
            columns.REQUESTS,
            columns.MONTH,
            columns.RECONNECTS,
            columns.SKEW,
            columns.ROUND_TRIP,
            columns.ERRORS,
            columns.SLOWEST,
            columns.LAST_GOOD,
        )
        self.setFocusProxy(self.table)
        self.table.selectionModel().currentChanged.connect(lambda index, _: self._choose(index))
        self.table.activated.connect(self._open)
        self.detail = LinkDetail(context)
        self.detail.open.clicked.connect(lambda: self._open(self.table.currentIndex()))
        self._due = 0.0
        self.count = Label(look, "body", 400, "text2")
        layout = column(self)
        card = Card()
        inner = column(card, 1, 0)
        head = row(spacing=10)
        head.setContentsMargins(16, 12, 12, 12)
        head.addWidget(Words(look, common.LINKS, "title", 600))
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
        inner.addWidget(Line(look))
        inner.addWidget(self.detail)
        self.certificates = Certificates(context)
        layout.addWidget(self.certificates)
        layout.addWidget(card, 1)
        present = bool(context.attachment.site.links)
        self.table.setVisible(present)
        self.nothing.setVisible(not present)
        self.detail.setVisible(present)
        look.changed.connect(self._tell)
        self._tell()

    def slow(self) -> None:
        self.model.show_live()
        self.certificates.slow()
        self._tell()
        self.detail.slow()
        now = self.context.clock.monotonic()
        if now >= self._due:
            self._due = now + PERIOD_S
            self.context.spawn(self._pull())

    def rows(self) -> NDArray[np.intp]:
        return self.model.rows()

    def jump(self) -> None:
        """What the station told of the links is about the present."""
        self.model.good = {}
        self.detail.jump()
        self._due = 0.0

    async def _pull(self) -> None:
        with suppress(Unavailable, Refused):  # the window's frame says that no station answers
            self.model.good = (await self.context.attachment.ask("links"))["good"]

    def _choose(self, index: QModelIndex) -> None:
        self.detail.turn(self.model.link(index.row()) if index.isValid() else None)

    def arrive(self, place: Place) -> None:
        """Select the link of an equipment; the link itself is one."""
        thing = place.equipment
        self.table.setFocus()
        if thing is None:
            return
        self.model.show_live()  # sorted as it will be in a moment: the row must not leave while it is looked for
        for at in range(self.model.rowCount()):
            if self.model.link(at).id in (thing.id, thing.link):
                self.table.selectRow(at)
                self.table.scrollTo(self.model.index(at, 0))

    def _tell(self) -> None:
        self.count.setText(self.context.look.counted(words.LINKS_UP, self.model.up(), self.model.rowCount()))

    def _open(self, index: QModelIndex) -> None:
        if not index.isValid():
            return
        thing = self.context.attachment.site.equipment_by_id.get(self.model.link(index.row()).id)
        if thing:
            self.asked_for.emit(Place(FACEPLATE, thing))
