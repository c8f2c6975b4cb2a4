"""Lines: where along a tram or bus line a vehicle is. No Qt.

The geometry comes from the site's map (GeoJSON LineStrings and Points with a property `line`); a place on it is found
by projecting latitude and longitude on the nearest stretch, flat within a city.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from math import cos, radians
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

METRES = 111_320.0
"""Metres in a degree of latitude."""
FAR = 400.0
"""Metres from the line beyond which a vehicle is not on it: a depot, a diversion, a wrong fix."""


@dataclass(frozen=True)
class Course:
    """One line as a polyline in metres, with its stops as parts of its length."""

    points: NDArray[np.float64]
    origin: tuple[float, float]
    stops: tuple[tuple[float, str], ...] = ()

    @property
    def length(self) -> float:
        """Metres."""
        return float(np.hypot(*np.diff(self.points, axis=0).T).sum())

    def part(self, latitude: float, longitude: float) -> float:
        """How far along, 0 at the start and 1 at the end; NaN where it is not on the line."""
        if latitude != latitude or longitude != longitude:
            return float("nan")
        place = np.array(metres(latitude, longitude, self.origin))
        start, step = self.points[:-1], np.diff(self.points, axis=0)
        size = np.maximum((step**2).sum(axis=1), 1e-9)
        along = np.clip(((place - start) * step).sum(axis=1) / size, 0, 1)
        away = np.hypot(*(start + step * along[:, None] - place).T)
        nearest = int(np.argmin(away))
        if away[nearest] > FAR:
            return float("nan")
        before = np.concatenate([[0.0], np.cumsum(np.sqrt(size))])
        return float((before[nearest] + along[nearest] * np.sqrt(size[nearest])) / max(before[-1], 1e-9))


def metres(latitude: float, longitude: float, origin: tuple[float, float]) -> tuple[float, float]:
    """East and north of the origin."""
    return ((longitude - origin[1]) * METRES * cos(radians(origin[0])), (latitude - origin[0]) * METRES)


@lru_cache(maxsize=32)
def course(folder: Path, line: str, origin: tuple[float, float]) -> Course | None:
    """The geometry of a line of the site; None where its map draws none."""
    strings: list[list[tuple[float, float]]] = []
    stops: list[tuple[str, float, float]] = []
    for feature in _features(folder / "map"):
        words, shape = feature.get("properties") or {}, feature.get("geometry") or {}
        if line not in _lines(words):
            continue
        if shape.get("type") == "LineString":
            strings.append([metres(lat, lon, origin) for lon, lat, *_ in shape["coordinates"]])
        elif shape.get("type") == "MultiLineString":
            strings += [[metres(lat, lon, origin) for lon, lat, *_ in part] for part in shape["coordinates"]]
        elif shape.get("type") == "Point":
            lon, lat = shape["coordinates"][:2]
            stops.append((str(words.get("name", "")), lat, lon))
    if not strings:
        return None
    bare = Course(np.array(_joined(strings)), origin)
    placed = sorted((bare.part(lat, lon), name) for name, lat, lon in stops)
    return Course(bare.points, origin, tuple((part, name) for part, name in placed if part == part))


def _features(folder: Path) -> Iterator[Mapping[str, Any]]:
    for path in sorted(folder.glob("*.geojson")):
        yield from json.loads(path.read_text("utf-8")).get("features", ())


def _lines(words: Mapping[str, Any]) -> set[str]:
    """The lines a feature belongs to; a stop may serve several."""
    said = words.get("lines", words.get("line", words.get("ref", "")))
    return set(map(str, said)) if isinstance(said, list) else set(str(said).replace(",", " ").replace(";", " ").split())


def _joined(strings: list[list[tuple[float, float]]]) -> list[tuple[float, float]]:
    """One way from end to end: pieces are put together where their ends lie closest."""
    rest = sorted(strings, key=len, reverse=True)
    way = rest.pop(0)
    while rest:
        options = [
            (np.hypot(a[0] - b[0], a[1] - b[1]), n, front, turned)
            for n, piece in enumerate(rest)
            for front, a in ((True, way[0]), (False, way[-1]))
            for turned, b in ((False, piece[0]), (True, piece[-1]))
        ]
        gap, n, front, turned = min(options)
        piece = rest.pop(n)
        if gap > FAR:
            continue
        if front:
            way = (piece if turned else piece[::-1]) + way
        else:
            way = way + (piece[::-1] if turned else piece)
    return way
