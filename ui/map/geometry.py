"""The site's GeoJSON as flat metres. No Qt.

    map/*.geojson ──> Layer(kind, name, lines in metres east and south of the site's position)

A city is small enough for the plane that touches the earth at its centre: at 20 km the error is 3 m.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from math import cos, radians
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

METRES_PER_DEGREE = 111_320.0
"""Of latitude. Source: 40 075 km / 360."""

Points = NDArray[np.float64]
"""(n, 2): metres east, metres south."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Plane:
    """Metres around one position."""

    latitude: float
    longitude: float

    def metres(self, latitude: NDArray[np.float64], longitude: NDArray[np.float64]) -> Points:
        """Degrees -> metres east and south; NaN stays NaN."""
        east = (longitude - self.longitude) * METRES_PER_DEGREE * cos(radians(self.latitude))
        return np.column_stack([east, (self.latitude - latitude) * METRES_PER_DEGREE])

    def degrees(self, east: float, south: float) -> tuple[float, float]:
        """Metres -> latitude and longitude."""
        latitude = self.latitude - south / METRES_PER_DEGREE
        return latitude, self.longitude + east / (METRES_PER_DEGREE * cos(radians(self.latitude)))


@dataclass(frozen=True, slots=True)
class Shape:
    """One feature of the map."""

    kind: str
    """Its property `class`: river, lake, park, road_major, road, road_minor, tram…"""
    name: str
    line: str
    """Transit line it belongs to; empty elsewhere."""
    rings: tuple[Points, ...]
    closed: bool
    """A polygon, filled; otherwise lines."""
    width_m: float = 0.0
    """On the ground, where the feature says it; 0 for what its class usually has."""


def load(folder: Path, plane: Plane) -> list[Shape]:
    """Every feature of every GeoJSON file of a folder. A file that can't be read is logged and left out: a map
    without its rivers is still a map, and `vigie check` names the mistake."""
    shapes: list[Shape] = []
    for path in sorted(folder.glob("*.geojson")):
        try:
            features = json.loads(path.read_text("utf-8"))["features"]
            shapes += [shape for feature in features for shape in _shapes(feature, plane)]
        except (OSError, ValueError, KeyError, TypeError) as error:
            log.warning("%s is left out of the map: %s", path.name, error)
    return shapes


def _shapes(feature: dict[str, Any], plane: Plane) -> Iterator[Shape]:
    properties, geometry = feature.get("properties") or {}, feature["geometry"]
    kind, form, coordinates = str(properties.get("class", "")), geometry["type"], geometry["coordinates"]
    rings = _RINGS[form](coordinates)
    name, line = str(properties.get("name", "")), str(properties.get("line", ""))
    points = tuple(_points(ring, plane) for ring in rings)
    yield Shape(kind, name, line, points, form.endswith("Polygon"), float(properties.get("width_m") or 0.0))


_RINGS: dict[str, Callable[[Any], list[Any]]] = {
    "Point": lambda coordinates: [[coordinates]],
    "LineString": lambda coordinates: [coordinates],
    "MultiLineString": lambda coordinates: list(coordinates),
    "Polygon": lambda coordinates: list(coordinates),
    "MultiPolygon": lambda coordinates: [ring for polygon in coordinates for ring in polygon],
}
"""GeoJSON geometry -> its lines. Source: RFC 7946, 3.1."""


def _points(ring: Any, plane: Plane) -> Points:
    degrees = np.asarray(ring, np.float64)[:, :2]
    return plane.metres(degrees[:, 1], degrees[:, 0])
