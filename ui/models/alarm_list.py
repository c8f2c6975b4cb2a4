"""The rows of the alarm list: filtered and sorted here, by the law of `ui.board`; no proxy model.

Measured with 10 000 rows and 1 000 changes a second: a proxy model keeps a core busy and stalls the window for a
tenth of a second; sorting an array of row numbers four times a second does not show.

While the operator holds a selection or has scrolled away from the top the order is frozen: what they point at must not
move. Rows change their content in place, what is gone stays as it is, and what came is only counted.

Folded, the list has a line for each group of `alarms.floods`, with all its alarms behind it; a group is unfolded by
itself, and then its alarms stand below it. `total` counts alarms, never lines: nothing is dropped.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt

from alarms.floods import By, Group
from alarms.life import groups
from alarms.states import State
from alarms.suppression import Hidden
from supervisor.model import Alarm, Site
from ui import alarm_words, words
from ui.board import Board
from ui.folds import Folds
from ui.look import Look
from ui.naming import area_name, full_name, limit, taker
from ui.tables import LEFT, RIGHT

Index = QModelIndex | QPersistentModelIndex
ROW = int(Qt.ItemDataRole.UserRole)
"""The row of the board, an int."""
COLUMNS = (
    alarm_words.PRIORITY,
    alarm_words.RAISED,
    words.AREA,
    words.EQUIPMENT,
    alarm_words.ALARM,
    words.VALUE,
    alarm_words.LIMIT,
    words.STATE,
    alarm_words.ON_IT,
    alarm_words.NOTES,
    alarm_words.DURATION,
)
PRIORITY, RAISED, AREA, EQUIPMENT, ALARM, VALUE, LIMIT, STATE, ON_IT, NOTES, DURATION = range(len(COLUMNS))
LINE = ROW + 1
"""The `Line` of an index."""


class Which(Enum):
    """The lists an operator chooses from."""

    STANDING = "standing"
    UNACKED = "unacked"
    ACKED = "acked"
    ASIDE = "aside"
    """Shelved, suppressed, out of service: on no other list."""
    SHELVED = "shelved"
    SUPPRESSED = "suppressed"
    OUT_OF_SERVICE = "out_of_service"

    @property
    def hidden(self) -> int:
        """The bits of `Hidden` of a list of what is set aside; 0 for a list of what stands."""
        return _HIDDEN.get(self, 0)


_HIDDEN = {
    Which.ASIDE: int(Hidden.SHELVED | Hidden.SUPPRESSED | Hidden.OUT_OF_SERVICE),
    Which.SHELVED: int(Hidden.SHELVED),
    Which.SUPPRESSED: int(Hidden.SUPPRESSED),
    Which.OUT_OF_SERVICE: int(Hidden.OUT_OF_SERVICE),
}


class Line(NamedTuple):
    """One line of the list."""

    row: int
    """Of the board; of a group, its head."""
    group: Group | None = None
    """The group this line stands for; None for an alarm by itself."""
    inside: bool = False
    """It belongs to the group unfolded above it."""

    @property
    def rows(self) -> tuple[int, ...]:
        """All the alarms it stands for."""
        return self.group.members if self.group else (self.row,)


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

    def __init__(self, site: Site, board: Board, look: Look, folds: Folds | None = None) -> None:
        """Without `folds` it never folds."""
        super().__init__()
        self._site, self._board, self._look, self._folds = site, board, look, folds
        self.lines: list[Line] = []
        self.rows: list[int] = []
        """The row of each line."""
        self.total = 0
        """Alarms behind the lines."""
        self.unacked = 0
        """Of which somebody still has to acknowledge."""
        self._alone: dict[int, Line] = {}
        """Lines of alarms by themselves: the same ones again, so that ten thousand are compared in a moment."""
        self._behind: frozenset[int] = frozenset()
        self.folded = False
        self._open: set[tuple[By, int]] = set()
        """Groups that are unfolded."""
        self.filter = Filter()
        self.frozen = False
        self.waiting = 0
        """Alarms that came while the order was frozen."""
        self._places = _placed(site)
        self._group = groups(site.alarms)
        self.first: frozenset[int] = frozenset()
        """Alarms that were the first of several that stand together."""
        self.show_board()

    def use(self, filter_: Filter) -> None:
        """Show what this filter lets through, and let go of a frozen order."""
        self.filter = filter_
        self.thaw()

    def thaw(self) -> None:
        """The order of the law again."""
        self.frozen = False
        self.show_board()

    def fold(self, folded: bool) -> None:
        """By cause, or every alarm by itself."""
        self.folded = folded and self._folds is not None
        self._open.clear()
        self.thaw()

    def turn(self, at: int, unfold: bool) -> bool:
        """Unfold the group of a line, or fold the one it stands for or belongs to; whether anything did."""
        line = self.lines[at]
        while at and line.inside:
            at -= 1
            line = self.lines[at]
        if line.group is None:
            return False
        key = (line.group.by, line.group.head)
        if (key in self._open) == unfold:
            return False
        self._open ^= {key}
        self._reorder(self._again())
        return True

    def reveal(self, row: int) -> None:
        """Unfold the group an alarm stands in, where no line is its own."""
        if row not in self.rows:
            at = next((at for at, line in enumerate(self.lines) if row in line.rows), -1)
            if at >= 0:
                self.turn(at, True)

    def unfolded(self, line: Line) -> bool:
        """Whether the alarms of a group stand below it."""
        return line.group is not None and (line.group.by, line.group.head) in self._open

    def show_board(self) -> None:
        """Take over what moved on the board."""
        fresh = self._passing()
        self.first = self._first()
        if self.frozen:
            self.waiting = int(np.count_nonzero(~np.isin(fresh, list(self._behind))))
            self._repaint()
            return
        self.waiting = 0
        self.total = len(fresh)
        self._behind = frozenset(fresh.tolist())
        standing = self.filter.which.hidden == 0
        self.unacked = int(np.count_nonzero(~self._board.acked[fresh])) if standing else 0
        lines = self._lines(fresh)
        if lines == self.lines:
            self._repaint()
        else:
            self._reorder(lines)

    def _first(self) -> frozenset[int]:
        """One that stands alone was the first too, but nobody asks."""
        marked = np.flatnonzero(self._board["first_up"])
        up = np.bincount(self._group[self._board["state"] != State.NORMAL], minlength=1)
        many = self._group[marked] < len(up)
        marked = marked[many]
        return frozenset(marked[up[self._group[marked]] > 1].tolist())

    def _lines(self, fresh: NDArray[np.intp]) -> list[Line]:
        if not self.folded or self._folds is None:
            alone = self._alone
            return [alone.get(row) or alone.setdefault(row, Line(row)) for row in fresh.tolist()]
        return [line for group in self._folds.fold(fresh) for line in self._grouped(group)]

    def _again(self) -> list[Line]:
        """The same groups and alarms in the same order, folded as they are now."""
        tops = [line for line in self.lines if not line.inside]
        return [one for line in tops for one in (self._grouped(line.group) if line.group else [line])]

    def _grouped(self, group: Group) -> list[Line]:
        if group.count == 1 and group.members[0] == group.head:
            return [Line(group.head)]
        inside = group.members if (group.by, group.head) in self._open else ()
        return [Line(group.head, group), *(Line(row, None, True) for row in inside)]

    def _repaint(self) -> None:
        if self.lines:
            self.dataChanged.emit(self.index(0, 0), self.index(len(self.lines) - 1, len(COLUMNS) - 1))

    def _reorder(self, lines: list[Line]) -> None:
        """The selection and the current row follow their alarm, or their group."""
        self.layoutAboutToBeChanged.emit()
        old = self.persistentIndexList()
        held = [(_key(self.lines[index.row()]), index.column()) for index in old]
        self.lines = lines
        self.rows = [line.row for line in lines]
        place = {_key(line): at for at, line in enumerate(lines)} if held else {}
        new = [self.index(place[key], column) if key in place else QModelIndex() for key, column in held]
        self.changePersistentIndexList(old, new)
        self.layoutChanged.emit()

    # ------------------------------------------------------------ filtering
    def _passing(self) -> NDArray[np.intp]:
        board, wanted = self._board, self.filter
        if wanted.which.hidden:
            rows = board.sort(np.flatnonzero(board["suppression"] & wanted.which.hidden))
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
        return 0 if parent is not None and parent.isValid() else len(self.lines)

    def columnCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(COLUMNS)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            aside = section == ON_IT and self.filter.which.hidden
            text = alarm_words.BY_WHOM if aside else COLUMNS[section]
            return "" if section == PRIORITY else self._look.say(text)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return RIGHT if section in (VALUE, DURATION) else LEFT
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """The words of a cell, for whoever can't see the drawing; the delegate asks only for `ROW`."""
        line = self.lines[index.row()]
        row = line.row
        if role == ROW:
            return row
        if role == LINE:
            return line
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole, Qt.ItemDataRole.ToolTipRole):
            if line.group is not None and index.column() == ALARM:
                return told_group(line.group, self._site, self._look)
            return self._cell(self._site.alarms[row], index.column())
        return None

    def _cell(self, alarm: Alarm, column: int) -> str:
        look, board = self._look, self._board
        if column == PRIORITY:
            return str(int(alarm.rule.priority))
        if column == RAISED:
            return look.clock(int(board["raised_at"][alarm.index]))
        if column == STATE:
            return look.say(alarm_words.STATES[int(board["state"][alarm.index])])
        if column == ON_IT:
            return taker(self._site, int(board["taken_by"][alarm.index]), self._look)
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


def _key(line: Line) -> tuple[int, bool]:
    return line.row, line.group is not None


def told_group(group: Group, site: Site, look: Look) -> str:
    """A group in words."""
    rule = site.alarms[group.head].rule.name
    return look.counted(alarm_words.GROUPS[group.by], group.count, look.say(rule))


def _placed(site: Site) -> _Places:
    areas: dict[str, int] = {}
    systems: dict[str, int] = {}
    area = [areas.setdefault(alarm.equipment.area, len(areas)) for alarm in site.alarms]
    system = [systems.setdefault(alarm.equipment.system, len(systems)) for alarm in site.alarms]
    return _Places(np.array(area, np.intp), np.array(system, np.intp), areas, systems)
