"""The rows of the alarm list: filtered and sorted here, by the law of `ui.board`; no proxy model.

Measured with 10 000 rows and 1 000 changes a second: a proxy model keeps a core busy and stalls the window for a
tenth of a second; sorting an array of row numbers four times a second does not show.

While the operator holds a selection or has scrolled away from the top the order is frozen: what they point at must not
move. Rows change their content in place, what is gone stays as it is, and what came is only counted.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt

from alarms.states import State
from supervisor.model import Alarm, Site
from ui import words
from ui.board import Board
from ui.look import Look
from ui.naming import area_name, full_name, limit
from ui.tables import LEFT, RIGHT

Index = QModelIndex | QPersistentModelIndex
ROW = int(Qt.ItemDataRole.UserRole)
"""The row of the board, an int."""
COLUMNS = (
    words.PRIORITY,
    words.RAISED,
    words.AREA,
    words.EQUIPMENT,
    words.ALARM,
    words.VALUE,
    words.LIMIT,
    words.STATE,
    words.DURATION,
)
PRIORITY, RAISED, AREA, EQUIPMENT, ALARM, VALUE, LIMIT, STATE, DURATION = range(len(COLUMNS))


class Which(Enum):
    """The lists an operator chooses from."""

    STANDING = "standing"
    UNACKED = "unacked"
    ACKED = "acked"
    ASIDE = "aside"
    """Shelved, suppressed, out of service: on no other list."""


@dataclass(frozen=True)
class Filter:
    """What the list shows; everything by default."""

    which: Which = Which.STANDING
    priorities: frozenset[int] = frozenset((1, 2, 3, 4))
    area: str = ""
    """With everything that lies in it."""
    system: str = ""
    equipment: str = ""
    """With its parts."""
    text: str = ""


@dataclass
class _Places:
    """For every alarm of the site, by its row: where it is, and the words it can be found by."""

    area: NDArray[np.intp]
    system: NDArray[np.intp]
    areas: dict[str, int] = field(default_factory=dict)
    systems: dict[str, int] = field(default_factory=dict)


class AlarmList(QAbstractTableModel):
    """See the module. `show_board` four times a second; `frozen` while the operator's hand is on it."""

    def __init__(self, site: Site, board: Board, look: Look) -> None:
        super().__init__()
        self._site, self._board, self._look = site, board, look
        self.rows: list[int] = []
        self.filter = Filter()
        self.frozen = False
        self.waiting = 0
        """Alarms that came while the order was frozen."""
        self._places = _placed(site)
        self.show_board()

    def use(self, filter_: Filter) -> None:
        """Show what this filter lets through, and let go of a frozen order."""
        self.filter = filter_
        self.thaw()

    def thaw(self) -> None:
        """The order of the law again."""
        self.frozen = False
        self.show_board()

    def show_board(self) -> None:
        """Take over what moved on the board."""
        fresh = self._passing().tolist()
        if self.frozen:
            self.waiting = len(set(fresh) - set(self.rows))
            if self.rows:
                self.dataChanged.emit(self.index(0, 0), self.index(len(self.rows) - 1, len(COLUMNS) - 1))
            return
        self.waiting = 0
        if fresh == self.rows:
            if fresh:
                self.dataChanged.emit(self.index(0, 0), self.index(len(fresh) - 1, len(COLUMNS) - 1))
            return
        self._reorder(fresh)

    def _reorder(self, fresh: list[int]) -> None:
        """The selection and the current row follow their alarm."""
        self.layoutAboutToBeChanged.emit()
        old = self.persistentIndexList()
        held = [(self.rows[index.row()], index.column()) for index in old]
        self.rows = fresh
        place = {row: at for at, row in enumerate(fresh)} if held else {}
        new = [self.index(place[row], column) if row in place else QModelIndex() for row, column in held]
        self.changePersistentIndexList(old, new)
        self.layoutChanged.emit()

    # ------------------------------------------------------------ filtering
    def _passing(self) -> NDArray[np.intp]:
        board, wanted = self._board, self.filter
        if wanted.which is Which.ASIDE:
            rows = board.sort(np.flatnonzero(board["suppression"] != 0))
        else:
            rows = board.rows
            if wanted.which is Which.UNACKED:
                rows = rows[~board.acked[rows]]
            elif wanted.which is Which.ACKED:
                rows = rows[board.acked[rows]]
        if len(wanted.priorities) < 4:
            rows = rows[np.isin(board.priority[rows], list(wanted.priorities))]
        if wanted.area:
            rows = rows[np.isin(self._places.area[rows], self._within(wanted.area))]
        if wanted.system:
            rows = rows[self._places.system[rows] == self._places.systems.get(wanted.system, -1)]
        return self._matching(rows)

    def _matching(self, rows: NDArray[np.intp]) -> NDArray[np.intp]:
        """Those of an equipment and with a text, looked for row by row: few stand at a time."""
        wanted = self.filter
        if not wanted.text and not wanted.equipment:
            return rows
        inside = wanted.equipment + "."
        needles = wanted.text.casefold().split()
        kept = []
        for row in rows.tolist():
            thing = self._site.alarms[row].equipment.id
            if wanted.equipment and thing != wanted.equipment and not thing.startswith(inside):
                continue
            if all(needle in self._text(row) for needle in needles):
                kept.append(row)
        return np.array(kept, np.intp)

    def _text(self, row: int) -> str:
        """All the words of an alarm in small letters, in both languages: who searches may have either in mind."""
        alarm = self._site.alarms[row]
        name, rule = alarm.equipment.name, alarm.rule.name
        return f"{alarm.id} {name.fr} {name.en} {rule.fr} {rule.en}".casefold()

    def _within(self, area: str) -> list[int]:
        """The numbers of an area and of all areas in it."""
        inside = {area}
        for other in self._site.areas.values():
            chain = [other.id]
            while chain[-1] in self._site.areas and self._site.areas[chain[-1]].parent:
                chain.append(self._site.areas[chain[-1]].parent)
            if area in chain:
                inside.add(other.id)
        return [self._places.areas[one] for one in inside if one in self._places.areas]

    # ------------------------------------------------------------ what Qt asks
    def rowCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self.rows)

    def columnCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(COLUMNS)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return "" if section == PRIORITY else self._look.say(COLUMNS[section])
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return RIGHT if section in (VALUE, DURATION) else LEFT
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """The words of a cell, for whoever can't see the drawing; the delegate asks only for `ROW`."""
        row = self.rows[index.row()]
        if role == ROW:
            return row
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return self._cell(self._site.alarms[row], index.column())
        return None

    def _cell(self, alarm: Alarm, column: int) -> str:
        look, board = self._look, self._board
        if column == PRIORITY:
            return str(int(alarm.rule.priority))
        if column == RAISED:
            return look.clock(int(board["raised_at"][alarm.index]))
        if column == STATE:
            return look.say(words.STATES[int(board["state"][alarm.index])])
        named = {
            AREA: lambda: area_name(self._site, alarm.equipment.area, look),
            EQUIPMENT: lambda: full_name(self._site, alarm.equipment, look),
            ALARM: lambda: look.say(alarm.rule.name),
            LIMIT: lambda: limit(alarm, look),
        }
        return named[column]() if column in named else ""

    def standing(self, row: int) -> bool:
        """Whether an alarm still stands, or only waits to leave a frozen list."""
        return bool(self._board["state"][row] != State.NORMAL)


def _placed(site: Site) -> _Places:
    areas: dict[str, int] = {}
    systems: dict[str, int] = {}
    area = [areas.setdefault(alarm.equipment.area, len(areas)) for alarm in site.alarms]
    system = [systems.setdefault(alarm.equipment.system, len(systems)) for alarm in site.alarms]
    return _Places(np.array(area, np.intp), np.array(system, np.intp), areas, systems)
