"""The rows of the page of links: what is down first, then as the site lists them."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QAbstractTableModel, Qt

from supervisor import health
from supervisor.model import BAD, LinkSpec, Site, Tag
from ui import words
from ui.live import Live
from ui.look import WAITING, Look
from ui.naming import PROTOCOLS, area_name
from ui.tables import CELL, LEFT, RIGHT, Cell, Index

COLUMNS = (
    words.STATE,
    words.LINK,
    words.PROTOCOL,
    words.ADDRESS,
    words.AREA,
    words.ROUND_TRIP,
    words.REQUESTS,
    words.ERRORS,
    words.RECONNECTS,
    words.GOOD_TAGS,
)
STATE, LINK, PROTOCOL, ADDRESS, AREA, ROUND_TRIP, REQUESTS, ERRORS, RECONNECTS, GOOD = range(len(COLUMNS))
_FIGURES = (health.CONNECTED, health.ROUND_TRIP, health.REQUESTS, health.ERRORS, health.RECONNECTS)


class LinkList(QAbstractTableModel):
    """See the module; `show_live` once a second."""

    def __init__(self, site: Site, live: Live, look: Look) -> None:
        super().__init__()
        self._site, self._live, self._look = site, live, look
        self._links = list(site.links.values())
        self._figure = {
            name: np.array([_row(site, f"{link.id}.{name}") for link in self._links], np.intp) for name in _FIGURES
        }
        carried = [np.array([tag.index for tag in _carried(site, link)], np.intp) for link in self._links]
        self._tags = carried
        self.order = list(range(len(self._links)))
        self._cells: dict[int, Callable[[int], Cell]] = {
            STATE: self._state,
            LINK: lambda at: Cell(self.name(at), heavy=True),
            PROTOCOL: lambda at: Cell(PROTOCOLS.get(self._links[at].protocol, self._links[at].protocol)),
            ADDRESS: lambda at: Cell(self._links[at].url, "text2"),
            AREA: lambda at: Cell(area_name(site, self._links[at].area, look), "text2"),
            ROUND_TRIP: lambda at: self._number(at, health.ROUND_TRIP, 1, " ms"),
            REQUESTS: lambda at: self._number(at, health.REQUESTS, 0),
            ERRORS: lambda at: self._number(at, health.ERRORS, 0),
            RECONNECTS: lambda at: self._number(at, health.RECONNECTS, 0),
            GOOD: self._good,
        }

    def show_live(self) -> None:
        """Read the columns again; the links that are down move to the top."""
        up = self._values(health.CONNECTED)
        order = np.lexsort((np.arange(len(up)), np.nan_to_num(up, nan=-1))).tolist()
        if order != self.order:
            self.layoutAboutToBeChanged.emit()
            self.order = order
            self.layoutChanged.emit()
        elif order:
            self.dataChanged.emit(self.index(0, 0), self.index(len(order) - 1, len(COLUMNS) - 1))

    def up(self) -> int:
        """How many are connected."""
        return int(np.count_nonzero(self._values(health.CONNECTED) == 1))

    def link(self, row: int) -> LinkSpec:
        """The link shown in a row."""
        return self._links[self.order[row]]

    def name(self, at: int) -> str:
        """Its name, with its id where that is another word."""
        link = self._links[at]
        name = self._look.say(link.name)
        return name if name == link.id else f"{name} ({link.id})"

    def _values(self, figure: str) -> NDArray[np.float64]:
        rows = self._figure[figure]
        return np.where(rows >= 0, self._live.value[rows], np.nan)

    def _state(self, at: int) -> Cell:
        up = self._values(health.CONNECTED)[at]
        if np.isnan(up):
            return Cell(self._look.say(words.UNKNOWN), "bad", True, symbol="warning")
        if up:
            return Cell(self._look.say(words.UP), "text2", symbol="check")
        return Cell(self._look.say(words.DOWN), "bad", True, symbol="cross")

    def _number(self, at: int, figure: str, decimals: int, unit: str = "") -> Cell:
        value = float(self._values(figure)[at])
        text = self._look.number(value, decimals)
        return Cell(text + unit if text != WAITING else text, "text" if text != WAITING else "text2", side=RIGHT)

    def _good(self, at: int) -> Cell:
        """How many of its tags can be believed; a bar, because what matters is whether it is full."""
        rows = self._tags[at]
        if not len(rows):
            return Cell(WAITING, "text2")
        good = int(np.count_nonzero(self._live.quality[rows] < BAD))
        return Cell(f"{good} / {len(rows)}", "text" if good == len(rows) else "bad", share=good / len(rows))

    # ------------------------------------------------------------ what Qt asks
    def rowCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self.order)

    def columnCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(COLUMNS)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if orientation != Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return self._look.say(COLUMNS[section])
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return RIGHT if ROUND_TRIP <= section <= RECONNECTS else LEFT
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if role == CELL:
            return self._cells[index.column()](self.order[index.row()])
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return self._cells[index.column()](self.order[index.row()]).text
        return None


def _row(site: Site, tag: str) -> int:
    found = site.tag_by_id.get(tag)
    return found.index if found else -1


def _carried(site: Site, link: LinkSpec) -> tuple[Tag, ...]:
    return site.tags_by_link.get(link.id, ())
