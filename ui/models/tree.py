"""Tree of the site: areas and systems down to equipment and parts, each with its worst alarm.

    by area      area ─ area ─ system ─ equipment ─ part
    by system    system ─ area ─ equipment ─ part

A node is made when its parent is first opened: a city of 70 000 pieces of equipment costs what is looked at. Alarms
are counted per place, not per node, so that a closed branch knows its worst without having children.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QAbstractItemModel, QModelIndex, QPersistentModelIndex, Qt

from supervisor.model import Equipment, Site, Text
from ui import words
from ui.board import Board, Worst
from ui.look import Look
from ui.naming import systems

Key = tuple[str, ...]
Index = QModelIndex | QPersistentModelIndex
NODE = int(Qt.ItemDataRole.UserRole)
WORST = NODE + 1
AREA, SYSTEM = "area", "system"
_NONE = ""
"""The area of what lies in none."""


@dataclass(slots=True, eq=False)
class Node:
    """One line of the tree."""

    key: Key
    name: Text
    level: int
    parent: Node | None
    row: int
    area: str = ""
    system: str = ""
    equipment: Equipment | None = None
    children: list[Node] | None = None
    """None until somebody opens it."""


@dataclass(slots=True)
class _Shelf:
    """Top equipment of one area and system."""

    equipment: list[Equipment] = field(default_factory=list)


class SiteTree(QAbstractItemModel):
    """See the module; `order` is AREA or SYSTEM."""

    def __init__(self, site: Site, board: Board, look: Look, order: str = AREA) -> None:
        super().__init__()
        self._site, self._board, self._look = site, board, look
        self.order = order
        self._shelves: dict[tuple[str, str], _Shelf] = {}
        for thing in site.equipment:
            if thing.parent not in site.equipment_by_id:
                area = thing.area if thing.area in site.areas else _NONE
                self._shelves.setdefault((area, thing.system), _Shelf()).equipment.append(thing)
        self._areas = self._inhabited()
        self._of_alarm = np.array([alarm.equipment.index for alarm in site.alarms], np.intp)
        by_id = site.equipment_by_id
        above = [by_id[thing.parent].index if thing.parent in by_id else -1 for thing in site.equipment]
        self._above = np.array(above, np.intp)
        numbers: dict[tuple[str, str], int] = {}
        places = [(thing.area if thing.area in site.areas else _NONE, thing.system) for thing in site.equipment]
        self._place = np.array([numbers.setdefault(place, len(numbers)) for place in places], np.intp)
        """Of an equipment: which pair of area and system it stands in."""
        self._tails = [tuple(self._tail(*place)) for place in numbers]
        self._nodes: dict[int, Node] = {}
        self._worst: dict[Key, Worst] = {}
        """Of areas and systems."""
        self.root = Node((), words.NAVIGATION, -1, None, 0)
        self.recount()

    def use(self, order: str) -> None:
        """Turn to the other order."""
        self.beginResetModel()
        self.order = order
        self._nodes = {}
        self.root = Node((), words.NAVIGATION, -1, None, 0)
        self.recount()
        self.endResetModel()

    # ------------------------------------------------------------ alarms
    def recount(self) -> None:
        """The worst alarm of every place, again. The view paints itself: no signal per node.

        Whole arrays, one step up the equipment at a time: in a flood this is asked for with ten thousand alarms, and
        the operator's keys wait for it.
        """
        rows = self._rows = self._board.rows  # in the order of the law: the first of a place is its worst
        self._first = np.full(len(self._above), len(rows), np.intp)
        self._number = np.zeros(len(self._above), np.intp)
        thing, at = self._of_alarm[rows], np.arange(len(rows))
        top = thing.copy()
        while len(thing):
            np.minimum.at(self._first, thing, at)
            self._number += np.bincount(thing, minlength=len(self._number))
            top[at] = thing
            above = self._above[thing]
            thing, at = above[above >= 0], at[above >= 0]
        self._recount_places(self._place[top])

    def _recount_places(self, place: NDArray[np.intp]) -> None:
        """Of the areas and systems; `place` of each alarm, in order."""
        seen: dict[Key, list[int]] = {}
        found, first, numbers = np.unique(place, return_index=True, return_counts=True)
        for at in np.argsort(first).tolist():
            for key in self._tails[found[at]]:
                seen.setdefault(key, [int(first[at]), 0])[1] += int(numbers[at])
        self._worst = {key: self._told(at, number) for key, (at, number) in seen.items()}

    def _told(self, at: int, number: int) -> Worst:
        row = self._rows[at]
        return Worst(int(self._board.priority[row]), bool(self._board.acked[row]), number)

    def worst(self, node: Node) -> Worst | None:
        """The worst alarm of a node and how many there are; None where none stands."""
        if node.equipment is None:
            return self._worst.get(node.key)
        index = node.equipment.index
        number = int(self._number[index])
        return self._told(int(self._first[index]), number) if number else None

    def _keys(self, thing: Equipment) -> list[Key]:
        """The keys of every node above an equipment, its own first."""
        keys: list[Key] = [("equipment", thing.id)]
        while thing.parent in self._site.equipment_by_id:
            thing = self._site.equipment_by_id[thing.parent]
            keys.append(("equipment", thing.id))
        return keys + self._tail(thing.area if thing.area in self._site.areas else _NONE, thing.system)

    def _tail(self, area: str, system: str) -> list[Key]:
        """Those of an area and system, and of the areas around it."""
        keys: list[Key] = [(SYSTEM, system), (AREA, area, system), (AREA, area)]
        while area and self._site.areas[area].parent in self._site.areas:
            area = self._site.areas[area].parent
            keys.append((AREA, area))
        return keys

    # ------------------------------------------------------------ nodes
    def _inhabited(self) -> set[str]:
        """Areas with equipment in them or in an area inside them."""
        found: set[str] = set()
        for area, _ in self._shelves:
            while area not in found:
                found.add(area)
                area = self._site.areas[area].parent if area in self._site.areas else area
        return {area for area in found if area in self._site.areas or area == _NONE}

    def below(self, node: Node) -> list[Node]:
        """The nodes below one, made now if they were not."""
        if node.children is None:
            node.children = []
            for made in self._made(node):
                made.row = len(node.children)
                node.children.append(made)
                self._nodes[id(made)] = made
        return node.children

    def _made(self, node: Node) -> list[Node]:
        if node.equipment:
            parts = self._site.parts_by_equipment.get(node.equipment.id, ())
            return [self._equipment(part, node) for part in parts]
        if node.parent is None:
            return self._roots(node) if self.order == AREA else self._systems(node, None)
        if self.order == SYSTEM and not node.area:
            return self._areas_of(node)
        if node.system:
            shelf = self._shelves.get((node.area, node.system), _Shelf())
            return [self._equipment(thing, node) for thing in shelf.equipment]
        return self._inside(node, node.area)

    def _roots(self, node: Node) -> list[Node]:
        tops = [area for area in self._site.areas.values() if area.parent not in self._site.areas]
        tops = [area for area in tops if area.id in self._areas]
        if len(tops) == 1:  # a single territory: its parts are what one looks for
            nodes = self._inside(node, tops[0].id)
        else:
            nodes = [self._area(area.id, node) for area in tops]
        if _NONE in {area for area, _ in self._shelves}:
            nodes += self._systems(node, _NONE)
        return nodes

    def _inside(self, node: Node, area: str) -> list[Node]:
        inner = [a.id for a in self._site.areas.values() if a.parent == area and a.id in self._areas]
        return [self._area(one, node) for one in inner] + self._systems(node, area)

    def _area(self, area: str, parent: Node) -> Node:
        return Node((AREA, area), self._site.areas[area].name, parent.level + 1, parent, 0, area)

    def _systems(self, node: Node, area: str | None) -> list[Node]:
        """The systems present in an area; of the whole site for None."""
        present = [system for place, system in self._shelves if area is None or place == area]
        order = [system.id for system in systems(self._site) if system.id in present]
        return [
            Node(
                (SYSTEM, system) if area is None else (AREA, area, system),
                self._site.systems[system].name,
                node.level + 1,
                node,
                0,
                area or _NONE,
                system,
            )
            for system in order
        ]

    def _areas_of(self, node: Node) -> list[Node]:
        """The areas where a system is present; its equipment outside of all areas beside them."""
        nodes = [
            Node((AREA, area, node.system), self._site.areas[area].name, node.level + 1, node, 0, area, node.system)
            for area in self._site.areas
            if (area, node.system) in self._shelves
        ]
        shelf = self._shelves.get((_NONE, node.system), _Shelf())
        return nodes + [self._equipment(thing, node) for thing in shelf.equipment]

    def _equipment(self, thing: Equipment, parent: Node) -> Node:
        level = parent.level + 1
        return Node(("equipment", thing.id), thing.name, level, parent, 0, thing.area, thing.system, thing)

    # ------------------------------------------------------------ what Qt asks
    def node(self, index: Index) -> Node:
        """The node of an index; the root for none."""
        return self._nodes[index.internalId()] if index.isValid() else self.root

    def index(self, row: int, column: int, parent: Index | None = None) -> QModelIndex:
        children = self.below(self.node(parent or QModelIndex()))
        if not 0 <= row < len(children) or column:
            return QModelIndex()
        return self.createIndex(row, column, id(children[row]))

    def parent(self, index: Index | None = None) -> QModelIndex:  # type: ignore[override]
        above = self.node(index).parent if index is not None and index.isValid() else None
        if above is None or above is self.root:
            return QModelIndex()
        return self.createIndex(above.row, 0, id(above))

    def rowCount(self, parent: Index | None = None) -> int:
        return len(self.below(self.node(parent or QModelIndex())))

    def columnCount(self, parent: Index | None = None) -> int:
        return 1

    def hasChildren(self, parent: Index | None = None) -> bool:
        node = self.node(parent or QModelIndex())
        return node.equipment is None or node.equipment.id in self._site.parts_by_equipment

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        node = self.node(index)
        if role == Qt.ItemDataRole.DisplayRole:
            return self._look.say(node.name)
        if role == NODE:
            return node
        if role == WORST:
            return self.worst(node)
        if role == Qt.ItemDataRole.ToolTipRole and node.equipment:
            return f"{self._look.say(node.name)} ({node.equipment.id}) – {self._look.say(node.equipment.type.name)}"
        return None

    def where(self, equipment: Equipment) -> QModelIndex:
        """The index of an equipment, opening what is above it; invalid where it is not in the tree."""
        chain = [equipment]
        while chain[0].parent in self._site.equipment_by_id:
            chain.insert(0, self._site.equipment_by_id[chain[0].parent])
        node: Node | None = self._find_shelf(self.root, chain[0])
        for thing in chain:
            node = next((n for n in self.below(node) if n.equipment is thing), None) if node else None
        return self.createIndex(node.row, 0, id(node)) if node else QModelIndex()

    def _find_shelf(self, node: Node, thing: Equipment) -> Node | None:
        """The node that has `thing` right below it."""
        above = set(self._keys(thing))
        for child in self.below(node):
            if child.equipment is thing:
                return node
            if not child.equipment and child.key in above:
                found = self._find_shelf(child, thing)
                if found:
                    return found
        return None
