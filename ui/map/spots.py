"""Spots: what is on the screen as one sign: a marker, a group of markers, a vehicle; and which one a pointer means."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF

from ui.map.camera import Camera
from ui.map.markers import CELL_PX, Markers, Rows, clusters

APART_FROM = 0.16
"""Pixels per metre from which nothing is grouped any more."""
REACH_PX = 5.0
"""How far beside a sign a click still means it."""
_AFAR = 120.0
"""Pixels beside the screen that are still laid out, for a name may reach in."""


@dataclass(frozen=True, slots=True)
class Spot:
    """One sign."""

    rows: Rows
    x: float
    """Pixels."""
    y: float
    radius: float

    @property
    def row(self) -> int:
        """The marker of a spot that is no group."""
        return int(self.rows[0])

    @property
    def grouped(self) -> bool:
        return len(self.rows) > 1


class Spots:
    """See the module. Groups are kept until what they were made of changes."""

    def __init__(self, markers: Markers) -> None:
        self._markers = markers
        self._key: object = None
        self._groups: list[Rows] = []
        self._middles = np.empty((0, 2))
        self._sizes = np.empty(0)
        self.shown: list[Spot] = []

    def lay(self, camera: Camera, systems: Collection[str], alarmed_only: bool) -> list[Spot]:
        """The signs on the screen; groups and single ones first, vehicles last, for these lie on top."""
        markers = self._markers
        rows = markers.chosen(systems, alarmed_only)
        self._group(rows[~markers.vehicle[rows]], camera)
        places = camera.pixels(self._middles)
        near = _inside(places, camera)
        radius = radius_of(camera.scale)
        self.shown = [
            Spot(self._groups[at], float(places[at, 0]), float(places[at, 1]), _size(int(self._sizes[at]), radius))
            for at in near.tolist()
        ]
        cars = rows[markers.vehicle[rows]]
        places = camera.pixels(markers.place[cars])
        for at in _inside(places, camera).tolist():
            self.shown.append(Spot(cars[at : at + 1], float(places[at, 0]), float(places[at, 1]), radius * 0.9))
        return self.shown

    def at(self, place: QPointF) -> Spot | None:
        """The sign under a place of the screen."""
        if not self.shown:
            return None
        distance = [np.hypot(spot.x - place.x(), spot.y - place.y()) - spot.radius for spot in self.shown]
        nearest = len(distance) - 1 - int(np.argmin(distance[::-1]))  # of two equally near the one on top
        return self.shown[nearest] if distance[nearest] <= REACH_PX else None

    def _group(self, rows: Rows, camera: Camera) -> None:
        apart = camera.scale >= APART_FROM
        key = (apart or camera.level, rows.tobytes())
        if key == self._key:
            return
        self._key = key
        places = self._markers.place[rows]
        found = [np.array([at]) for at in range(len(rows))] if apart else clusters(places, CELL_PX / camera.level)
        self._groups = [rows[group] for group in found]
        self._middles = np.array([places[group].mean(axis=0) for group in found]).reshape(-1, 2)
        self._sizes = np.array([len(group) for group in found])


def radius_of(scale: float) -> float:
    """Of a marker, in pixels: larger as one comes closer."""
    return 9.0 if scale < 0.1 else 11.0 if scale < 0.3 else 14.0


def _size(count: int, radius: float) -> float:
    return radius if count == 1 else 11.0 + min(count, 40) / 10


def _inside(places: NDArray[np.float64], camera: Camera) -> Rows:
    low, high = -_AFAR, (camera.width + _AFAR, camera.height + _AFAR)
    return np.flatnonzero(((places > low) & (places < high)).all(axis=1))
