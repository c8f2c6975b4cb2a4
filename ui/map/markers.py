"""Markers: where the equipment of a site is, how it is, and which of it stand for a whole group. No Qt.

Everything is one array per quality of a marker; vehicles take their place from their live tags.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

import numpy as np
from numpy.typing import NDArray

from supervisor.model import BAD, Equipment, Site
from ui.board import Board
from ui.live import Live
from ui.map.geometry import Plane

REST, ACTIVE, UNKNOWN = 0, 1, 2
"""How a marker is filled."""
ACTIVITY = {
    "lighting_cabinet": (("C1.on", "C2.on", "C3.on", "C4.on"), 1.0),
    "pumping_station": (("P1.state", "P2.state", "P3.state"), 1.0),
}
"""Equipment type -> tags of which one at this value makes it active. A type without a row is active while its
values are good."""
CELL_PX = 44.0
"""Side of the square in which markers join into one from afar."""
NO_ALARM = 255


class Markers:
    """One row per equipment that has a place of its own; parts stand with their parent."""

    def __init__(self, site: Site, plane: Plane) -> None:
        self._site, self._plane = site, plane
        moving = {name for name, kind in site.types.items() if {"latitude", "longitude"} <= set(kind.tags)}
        self.equipment: Sequence[Equipment] = [
            one for one in site.equipment if one.latitude == one.latitude or one.type.id in moving
        ]
        rows = {one.id: row for row, one in enumerate(self.equipment)}
        self.place = plane.metres(
            np.array([one.latitude for one in self.equipment], np.float64),
            np.array([one.longitude for one in self.equipment], np.float64),
        ).reshape(-1, 2)
        self.fill = np.full(len(self.equipment), UNKNOWN, np.uint8)
        self.priority = np.full(len(self.equipment), NO_ALARM, np.uint8)
        self.acked = np.zeros(len(self.equipment), np.bool_)
        self.alarms = np.zeros(len(self.equipment), np.int32)
        self.system = np.array([one.system for one in self.equipment])
        self._alarm_row = np.array([rows.get(_outermost(site, a.equipment), -1) for a in site.alarms], np.int32)
        self._moving = _moving_tags(site, self.equipment, moving)
        self._tag_row, self._tags, self._wanted = _activity(site, self.equipment)
        self._seen_tag = _first_tags(site, self.equipment)

    def move(self, live: Live) -> None:
        """Take places and fills from the live values."""
        rows, latitude, longitude = self._moving
        if len(rows):
            self.place[rows] = self._plane.metres(live.value[latitude], live.value[longitude])
        known = live.quality[self._seen_tag] < BAD
        self.fill = np.where(known, ACTIVE, UNKNOWN).astype(np.uint8)
        if len(self._tags):
            at = np.zeros(len(self.fill), np.bool_)
            np.logical_or.at(at, self._tag_row, live.value[self._tags] == self._wanted)
            ruled = np.unique(self._tag_row)
            self.fill[ruled] = np.where(known[ruled], np.where(at[ruled], ACTIVE, REST), UNKNOWN)

    def alarm(self, board: Board) -> None:
        """Take the worst alarm of each marker from the board."""
        self.priority[:], self.acked[:], self.alarms[:] = NO_ALARM, False, 0
        for number in reversed(board.rows.tolist()):  # the last one written is the first of the order
            row = self._alarm_row[number]
            if row >= 0:
                self.priority[row], self.acked[row] = board.priority[number], board.acked[number]
                self.alarms[row] += 1

    def chosen(self, systems: Collection[str], alarmed_only: bool) -> NDArray[np.intp]:
        """Rows to draw: systems switched on, with a known place."""
        wanted = np.isin(self.system, list(systems)) & ~np.isnan(self.place).any(axis=1)
        if alarmed_only:
            wanted &= self.priority != NO_ALARM
        return np.flatnonzero(wanted)


def clusters(pixels: NDArray[np.float64], cell: float = CELL_PX) -> list[NDArray[np.intp]]:
    """Positions in `pixels` (n, 2) grouped by the square of the screen they fall in."""
    if not len(pixels):
        return []
    keys = np.floor(pixels / cell).astype(np.int64)
    _, group = np.unique(keys, axis=0, return_inverse=True)
    order = np.argsort(group, kind="stable")
    cuts = np.flatnonzero(np.diff(group[order])) + 1
    return [np.asarray(part) for part in np.split(order, cuts)]


def _outermost(site: Site, equipment: Equipment) -> str:
    """The id of the equipment that has the marker: the parent of a part, a vehicle itself."""
    while equipment.parent and equipment.id.startswith(f"{equipment.parent}."):
        equipment = site.equipment_by_id[equipment.parent]
    return equipment.id


def _moving_tags(
    site: Site, equipment: Sequence[Equipment], moving: Collection[str]
) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.intp]]:
    rows, latitude, longitude = [], [], []
    for row, one in enumerate(equipment):
        here, there = site.tag(one, "latitude"), site.tag(one, "longitude")
        if one.type.id in moving and here and there:
            rows.append(row)
            latitude.append(here.index)
            longitude.append(there.index)
    return np.array(rows, np.intp), np.array(latitude, np.intp), np.array(longitude, np.intp)


def _activity(
    site: Site, equipment: Sequence[Equipment]
) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.float64]]:
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


def _first_tags(site: Site, equipment: Sequence[Equipment]) -> NDArray[np.intp]:
    """A tag of each whose quality speaks for it: its state, or its first."""
    chosen = []
    for one in equipment:
        own = site.tags_by_equipment.get(one.id, ())
        state = site.tag(one, one.type.state) if one.type.state else None
        chosen.append(state.index if state else own[0].index if own else 0)
    return np.array(chosen, np.intp)
