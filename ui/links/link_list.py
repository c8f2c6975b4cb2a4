"""The rows of the page of links: the worst first. Down, then what was least available today, then as the site lists."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray

from supervisor import health
from supervisor.model import BAD, LinkSpec, Site, Tag
from ui import words as common
from ui.links import words
from ui.live import Live
from ui.look import WAITING, Look
from ui.models.cells import Cells
from ui.naming import PROTOCOLS, area_name
from ui.tables import RIGHT, Cell

COLUMNS = (
    common.STATE,
    words.LINK,
    words.PROTOCOL,
    common.AREA,
    words.LAST_GOOD,
    words.ROUND_TRIP_50,
    words.ROUND_TRIP_99,
    words.REQUESTS,
    words.ERRORS,
    words.RECONNECTS,
    words.CLOCK_SKEW,
    words.AVAILABLE_TODAY,
    words.AVAILABLE_MONTH,
    words.GOOD_TAGS,
)
(
    STATE,
    LINK,
    PROTOCOL,
    AREA,
    LAST_GOOD,
    ROUND_TRIP,
    SLOWEST,
    REQUESTS,
    ERRORS,
    RECONNECTS,
    SKEW,
    TODAY,
    MONTH,
    GOOD,
) = range(len(COLUMNS))


HEALTHY = 99.0
"""Percent of a day or month below which an availability stands out: a quarter of an hour a day."""


class LinkList(Cells):
    """See the module; `show_live` once a second."""

    def __init__(self, site: Site, live: Live, look: Look) -> None:
        super().__init__(look, COLUMNS, range(LAST_GOOD, MONTH + 1))
        self._site, self._live = site, live
        self._links = list(site.links.values())
        self._figure = {
            name: np.array([_row(site, f"{link.id}.{name}") for link in self._links], np.intp)
            for name in health.FIGURES
        }
        carried = [np.array([tag.index for tag in _carried(site, link)], np.intp) for link in self._links]
        self._tags = carried
        self._read: dict[str, NDArray[np.float64]] = {}
        self.good: Mapping[str, int] = {}
        """Link id -> when it last brought a good value, ns UTC; the page asks the station for it."""
        self.order = list(range(len(self._links)))
        self._cells: dict[int, Callable[[int], Cell]] = {
            STATE: self._state,
            LINK: lambda at: Cell(self.name(at), heavy=True),
            PROTOCOL: lambda at: Cell(PROTOCOLS.get(self._links[at].protocol, self._links[at].protocol)),
            AREA: lambda at: Cell(area_name(site, self._links[at].area, look), "text2"),
            LAST_GOOD: self._last,
            ROUND_TRIP: lambda at: self._number(at, health.ROUND_TRIP, 1, " ms"),
            SLOWEST: lambda at: self._number(at, health.ROUND_TRIP_99, 1, " ms"),
            REQUESTS: lambda at: self._number(at, health.REQUESTS, 0),
            ERRORS: lambda at: self._number(at, health.ERRORS, 0),
            RECONNECTS: lambda at: self._number(at, health.RECONNECTS, 0),
            SKEW: self._skew,
            TODAY: lambda at: self._share(at, health.DAY),
            MONTH: lambda at: self._share(at, health.MONTH),
            GOOD: self._good,
        }

    def rows(self) -> NDArray[np.intp]:
        """Rows of every tag it reads."""
        found = np.unique(np.concatenate([np.empty(0, np.intp), *self._figure.values(), *self._tags]))
        return found[found >= 0]

    def show_live(self) -> None:
        """Read the columns again; the worst move to the top."""
        self._read.clear()
        up, today = self._values(health.CONNECTED), self._values(health.DAY)
        worst = np.nan_to_num(today, nan=100.0)
        order = np.lexsort((np.arange(len(up)), worst, np.nan_to_num(up, nan=-1))).tolist()
        if order != self.order:
            self._sort(order)
        else:
            self.repaint()

    def _sort(self, order: list[int]) -> None:
        """What is selected stays selected, wherever it goes."""
        self.layoutAboutToBeChanged.emit()
        place = {at: row for row, at in enumerate(order)}
        before = self.persistentIndexList()
        after = [self.index(place[self.order[index.row()]], index.column()) for index in before]
        self.order = order
        self.changePersistentIndexList(before, after)
        self.layoutChanged.emit()

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
        """As they were at the last look: a table of cells would ask for them a thousand times."""
        if figure not in self._read:
            rows = self._figure[figure]
            self._read[figure] = np.where(rows >= 0, self._live.value[rows], np.nan)
        return self._read[figure]

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

    def _last(self, at: int) -> Cell:
        """The time of day, with the day where it is another."""
        good = self.good.get(self._links[at].id, 0)
        if not good:
            return Cell(WAITING, "text2", side=RIGHT)
        said = self._look.clock(good)
        if self._look.moment(good).date() != self._look.moment(int(self._live.source_time.max())).date():
            said = f"{self._look.moment(good):%d/%m} {self._look.clock(good, seconds=False)}"
        return Cell(said, side=RIGHT)

    def _skew(self, at: int) -> Cell:
        """With its sign: ahead of ours is +. A dash where the protocol tells no time."""
        value = float(self._values(health.CLOCK_SKEW)[at])
        text = self._look.number(abs(value), 1)
        if text == WAITING:
            return Cell(text, "text2", side=RIGHT)
        sign = "+" if value > 0.05 else "−" if value < -0.05 else ""
        far = abs(value) > health.SKEWED_S
        return Cell(f"{sign}{text} s", "bad" if far else "text", far, RIGHT)

    def _share(self, at: int, figure: str) -> Cell:
        value = float(self._values(figure)[at])
        text = self._look.number(value, 2)
        if text == WAITING:
            return Cell(text, "text2", side=RIGHT)
        return Cell(f"{text} %", "text" if value >= HEALTHY else "bad", value < HEALTHY, RIGHT)

    def _good(self, at: int) -> Cell:
        """How many of its tags can be believed; a bar, because what matters is whether it is full."""
        rows = self._tags[at]
        if not len(rows):
            return Cell(WAITING, "text2")
        good = int(np.count_nonzero(self._live.quality[rows] < BAD))
        return Cell(f"{good} / {len(rows)}", "text" if good == len(rows) else "bad", share=good / len(rows))

    def count(self) -> int:
        return len(self.order)

    def cell(self, row: int, column: int) -> Cell:
        return self._cells[column](self.order[row])


def _row(site: Site, tag: str) -> int:
    found = site.tag_by_id.get(tag)
    return found.index if found else -1


def _carried(site: Site, link: LinkSpec) -> tuple[Tag, ...]:
    return site.tags_by_link.get(link.id, ())
