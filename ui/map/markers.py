"""Markers: where the equipment of a site is, how it is, and which of it stand for a whole group. No Qt.

Everything is one array per quality of a marker; vehicles take their place from their live tags.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from supervisor.columns import Columns
from supervisor.model import BAD, Equipment, Site
from ui.board import Board
from ui.live import Live
from ui.map.geometry import Plane, Points

REST, ACTIVE, UNKNOWN = 0, 1, 2
"""How a marker is filled."""
ACTIVITY = {
    "lighting_cabinet": (("C1.on", "C2.on", "C3.on", "C4.on"), 1.0),
    "pumping_station": (("P1.state", "P2.state", "P3.state"), 1.0),
}
"""Equipment type -> tags of which one at this value makes it active. A type without a row is active while its
values are good."""
CELL_PX = 40.0
"""Distance below which markers join into one from afar."""
NO_ALARM = 255
MOVED_M = 1.0
"""A vehicle that went less far need not be drawn again."""

Rows = NDArray[np.intp]


class Markers:
    """One row per equipment that has a place of its own; parts stand with their parent."""

    def __init__(self, site: Site, plane: Plane) -> None:
        self._site, self._plane = site, plane
        moving = {name for name, kind in site.types.items() if {"latitude", "longitude"} <= set(kind.tags)}
        self.equipment: Sequence[Equipment] = [
            one for one in site.equipment if _stands(one) and (one.latitude == one.latitude or one.type.id in moving)
        ]
        count = len(self.equipment)
        self.row_of = {one.id: row for row, one in enumerate(self.equipment)}
        self.place = plane.metres(
            np.array([one.latitude for one in self.equipment], np.float64),
            np.array([one.longitude for one in self.equipment], np.float64),
        ).reshape(-1, 2)
        self.vehicle = np.array([one.type.id in moving for one in self.equipment], np.bool_)
        self.heading = np.full(count, np.nan)
        """Of a vehicle, degrees from north; NaN where unknown."""
        self.line = [one.parent.rpartition("-")[2] for one in self.equipment]
        """Of a vehicle, the word of its line: "A" of TRAM-A."""
        self.fill = np.full(count, UNKNOWN, np.uint8)
        self.priority = np.full(count, NO_ALARM, np.uint8)
        self.acked = np.zeros(count, np.bool_)
        self.alarms = np.zeros(count, np.int32)
        self.locked = np.zeros(count, np.bool_)
        self.system = np.array([one.system for one in self.equipment])
        self._alarm_row = np.array([self.row_of.get(_outermost(site, a.equipment), -1) for a in site.alarms], np.int32)
        self._moving = _Moving.of(site, self.equipment, self.vehicle)
        self._tag_row, self._tags, self._wanted = _activity(site, self.equipment)
        self._seen_tag = _first_tags(site, self.equipment)

    def rows(self) -> Rows:
        """Rows of the tags that say how each is, and where."""
        cars = self._moving
        moving = np.array([*cars.latitude, *cars.longitude, *cars.heading], np.intp)
        return np.unique(np.concatenate([self._seen_tag, self._tags, moving]))

    def move(self, live: Live) -> bool:
        """Take places and fills from the live values; whether anything looks different now."""
        moved, fill = self._drive(live), self._filled(live)
        changed = moved or not np.array_equal(fill, self.fill)
        self.fill = fill
        return changed

    def alarm(self, board: Board) -> None:
        """Take the worst alarm of each marker from the board."""
        self.priority[:], self.acked[:], self.alarms[:] = NO_ALARM, False, 0
        for number in reversed(board.rows.tolist()):  # the last one written is the first of the order
            row = self._alarm_row[number]
            if row >= 0:
                self.priority[row], self.acked[row] = board.priority[number], board.acked[number]
                self.alarms[row] += 1

    def lock(self, board: Columns) -> None:
        """Take from the equipment columns which of them, or of what is in them, are locked out."""
        index = [one.index for one in self.equipment]
        self.locked = (board["locks"][index] > 0) | (board["inside"][index] > 0)

    def chosen(self, systems: Collection[str], alarmed_only: bool) -> Rows:
        """Rows to draw: systems switched on, with a known place."""
        wanted = np.isin(self.system, list(systems)) & ~np.isnan(self.place).any(axis=1)
        if alarmed_only:
            wanted &= self.priority != NO_ALARM
        return np.flatnonzero(wanted)

    def worst(self, rows: Rows) -> int | None:
        """The row whose alarm comes first in the lists; None where none of them has one."""
        alarmed = rows[self.priority[rows] != NO_ALARM]
        if not len(alarmed):
            return None
        return int(alarmed[np.lexsort((self.priority[alarmed], self.acked[alarmed]))][0])

    def row(self, equipment: Equipment) -> int | None:
        """The marker of an equipment, or of what it is a part of."""
        return self.row_of.get(_outermost(self._site, equipment))

    def _drive(self, live: Live) -> bool:
        cars = self._moving
        if not len(cars.rows):
            return False
        before = self.place[cars.rows]
        after = self._plane.metres(live.value[cars.latitude], live.value[cars.longitude])
        self.place[cars.rows] = after
        self.heading[cars.steered] = live.value[cars.heading]
        still = np.isclose(before, after, atol=MOVED_M, rtol=0, equal_nan=True)
        if still.all():
            self.place[cars.rows] = before  # small steps add up until they are worth a picture
        return not bool(still.all())

    def _filled(self, live: Live) -> NDArray[np.uint8]:
        known = live.quality[self._seen_tag] < BAD
        fill = np.where(known, ACTIVE, UNKNOWN).astype(np.uint8)
        if len(self._tags):
            at = np.zeros(len(fill), np.bool_)
            np.logical_or.at(at, self._tag_row, live.value[self._tags] == self._wanted)
            ruled = np.unique(self._tag_row)
            fill[ruled] = np.where(known[ruled], np.where(at[ruled], ACTIVE, REST), UNKNOWN)
        return fill


def clusters(places: Points, cell: float = CELL_PX) -> list[Rows]:
    """Positions in `places` (n, 2) in groups: first by the square they fall in, then squares whose middles are near.

    Squares are those of the ground, so that moving the map regroups nothing.
    """
    if not len(places):
        return []
    keys = np.floor(places / cell).astype(np.int64)
    _, group = np.unique(keys, axis=0, return_inverse=True)
    group = group.ravel()
    count = int(group.max()) + 1
    size = np.bincount(group, minlength=count)[:, None]
    middle = np.column_stack([np.bincount(group, places[:, axis], count) for axis in (0, 1)]) / size
    group = _joined(middle, 0.75 * cell)[group]
    order = np.argsort(group, kind="stable")
    cuts = np.flatnonzero(np.diff(group[order])) + 1
    return [np.asarray(part) for part in np.split(order, cuts)]


def _joined(middle: Points, near: float) -> Rows:
    """For each middle the number of the group it joins: that of the first one not farther than `near`."""
    group = np.arange(len(middle))
    order = np.argsort(middle[:, 0], kind="stable")
    across = middle[order, 0]
    for at, one in enumerate(order.tolist()):
        if group[one] != one:
            continue
        others = order[at + 1 : int(np.searchsorted(across, across[at] + near, side="right"))]
        free = others[(group[others] == others) & (np.hypot(*(middle[others] - middle[one]).T) <= near)]
        group[free] = one
    return group


def _stands(equipment: Equipment) -> bool:
    """Whether it is something by itself, not a part."""
    return not (equipment.parent and equipment.id.startswith(f"{equipment.parent}."))


def _outermost(site: Site, equipment: Equipment) -> str:
    """The id of the equipment that has the marker: the parent of a part, a vehicle itself."""
    while not _stands(equipment):
        equipment = site.equipment_by_id[equipment.parent]
    return equipment.id


@dataclass
class _Moving:
    """Rows of vehicles and of the tags that say where they are."""

    rows: list[int] = field(default_factory=list)
    latitude: list[int] = field(default_factory=list)
    longitude: list[int] = field(default_factory=list)
    steered: list[int] = field(default_factory=list)
    """Rows of those that say their heading."""
    heading: list[int] = field(default_factory=list)

    @classmethod
    def of(cls, site: Site, equipment: Sequence[Equipment], vehicle: NDArray[np.bool_]) -> _Moving:
        moving = cls()
        for row in np.flatnonzero(vehicle).tolist():
            tags = [site.tag(equipment[row], path) for path in ("latitude", "longitude", "heading")]
            if tags[0] and tags[1]:
                moving.rows.append(row)
                moving.latitude.append(tags[0].index)
                moving.longitude.append(tags[1].index)
            if tags[2]:
                moving.steered.append(row)
                moving.heading.append(tags[2].index)
        return moving


def _activity(site: Site, equipment: Sequence[Equipment]) -> tuple[Rows, Rows, NDArray[np.float64]]:
    found = [
        (row, tag.index, wanted)
        for row, one in enumerate(equipment)
        if one.type.id in ACTIVITY
        for paths, wanted in [ACTIVITY[one.type.id]]
        for path in paths
        if (tag := site.tag(one, path))
    ]
    rows, tags, wanted = zip(*found, strict=True) if found else ((), (), ())
    return np.array(rows, np.intp), np.array(tags, np.intp), np.array(wanted, np.float64)


def _first_tags(site: Site, equipment: Sequence[Equipment]) -> Rows:
    """A tag of each whose quality speaks for it: its state, or its first."""
    chosen = []
    for one in equipment:
        own = site.tags_by_equipment.get(one.id, ())
        state = site.tag(one, one.type.state) if one.type.state else None
        chosen.append(state.index if state else own[0].index if own else 0)
    return np.array(chosen, np.intp)
