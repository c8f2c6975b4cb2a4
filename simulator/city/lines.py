"""Where a line runs and its timetable: geometry from the site's map, stops, and one lap second by second."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from simulator.city.chance import Flags, Floats, Whole, dice
from supervisor.model import Equipment, Site

EARTH_M = 111_320.0
"""Metres per degree of latitude."""


SPACING_M = 450.0
"""Between stops where the map names none."""


@dataclass(frozen=True)
class Pace:
    """How vehicles of a mode move."""

    cruise: float
    """m/s."""
    acceleration: float
    """m/s², and as much braking."""
    dwell_s: float
    layover_s: float


PACES = {"tram": Pace(13.5, 1.0, 24.0, 200.0), "bus": Pace(11.0, 0.9, 18.0, 240.0)}


@dataclass(frozen=True)
class Route:
    """A line on the ground."""

    latitude: Floats
    longitude: Floats
    distance: Floats
    """Metres from the first point, along the line; strictly growing."""
    stops: Floats
    """Metres."""
    names: tuple[str, ...]

    @property
    def length(self) -> float:
        return float(self.distance[-1])

    def place(self, metres: Floats) -> tuple[Floats, Floats]:
        """Latitude and longitude."""
        return np.interp(metres, self.distance, self.latitude), np.interp(metres, self.distance, self.longitude)

    def bearing(self, metres: Floats, outward: Flags) -> Floats:
        """Degrees from north, clockwise, looking the way the vehicle goes."""
        here = self.place(np.clip(metres - 8, 0, self.length))
        there = self.place(np.clip(metres + 8, 0, self.length))
        east = (there[1] - here[1]) * math.cos(math.radians(float(self.latitude[0])))
        angle = np.degrees(np.arctan2(east, there[0] - here[0]))
        bearing: Floats = np.where(outward, angle, angle + 180) % 360
        return bearing


@dataclass(frozen=True)
class Lap:
    """There and back, one row per second; the last row is where the first one begins again."""

    metres: Floats
    """Along the route, seen from its first stop."""
    doors: Flags
    outward: Flags
    stop: Whole
    """Index of the next stop."""

    @property
    def seconds(self) -> int:
        return len(self.metres) - 1


def timetable(route: Route, pace: Pace) -> Lap:
    """One lap: dwell, drive, dwell, … and a rest at both ends."""
    last = len(route.stops) - 1
    outward = [(i, min(i + 1, last)) for i in range(last)]
    legs = outward + [(b, a) for a, b in reversed(outward)]
    metres, doors, ways, stops = [], [], [], []
    for here, there in legs:
        rest = pace.layover_s if here in (0, last) else pace.dwell_s
        drive = _drive(abs(route.stops[there] - route.stops[here]), pace)
        standing = round(rest)
        run = np.concatenate([np.zeros(standing), drive])
        sign = 1 if there > here else -1
        metres.append(route.stops[here] + sign * run)
        second = np.arange(len(run))
        doors.append((second >= 2) & (second < standing - 2))
        ways.append(np.full(len(run), there > here))
        stops.append(np.full(len(run), there))
    metres.append(np.array([route.stops[0]]))
    doors.append(np.array([False]))
    ways.append(np.array([True]))
    stops.append(np.array([min(1, last)]))
    return Lap(np.concatenate(metres), np.concatenate(doors), np.concatenate(ways), np.concatenate(stops))


def _drive(distance: float, pace: Pace) -> Floats:
    """Metres done at each second between two stops, arrival excluded."""
    top = min(pace.cruise, math.sqrt(distance * pace.acceleration))
    ramp_s, ramp_m = top / pace.acceleration, top * top / (2 * pace.acceleration)
    total_s = max(2 * ramp_s + (distance - 2 * ramp_m) / top, 1.0)
    t = np.arange(0.0, total_s, 1.0)
    rising = pace.acceleration * np.minimum(t, ramp_s) ** 2 / 2
    cruising = top * np.clip(t - ramp_s, 0, total_s - 2 * ramp_s)
    left = np.clip(t - (total_s - ramp_s), 0, ramp_s)
    metres: Floats = rising + cruising + top * left - pace.acceleration * left**2 / 2
    return np.minimum(metres, distance)


def route(site: Site, line: Equipment, mode: str) -> Route:
    """The route of `line`: from the site's map, or a made-up one through the places of the city."""
    features = list(_features(site.folder / "map"))
    words = _words(line)
    paths = [path for feature in features if _about(feature, mode, words) for path in _paths(feature)]
    if paths:
        points = max(paths, key=lambda path: float(_along(path)[-1]))
    else:
        points = _made_up(site, line)
    points, distance = _without_pauses(points)
    stops = {
        _nearest(points, distance, feature["geometry"]["coordinates"]): str(feature["properties"].get("name", ""))
        for feature in features
        if _stop(feature, mode, words)
    }
    stops = stops if len(stops) > 1 else _invented(site, line, points, distance)
    metres = _spaced(sorted(stops))
    return Route(points[:, 1], points[:, 0], distance, np.array(metres), tuple(stops[at] for at in metres))


def _words(line: Equipment) -> set[str]:
    """By what names the map may call the line: its id, what follows the last dash, its argument `line`."""
    words = {line.id, re.split(r"[-_ ]", line.id)[-1], line.args.get("line", line.id), line.name.fr}
    return {word.casefold() for word in words}


def _features(folder: Path) -> Iterator[Mapping[str, Any]]:
    for path in sorted(folder.glob("*.geojson")):
        yield from json.loads(path.read_text("utf-8")).get("features", ())


def _about(feature: Mapping[str, Any], mode: str, words: set[str]) -> bool:
    said = feature.get("properties") or {}
    return said.get("class") == mode and bool(_said_lines(said) & words)


def _said_lines(said: Mapping[str, Any]) -> set[str]:
    lines = said.get("lines", said.get("line", ""))
    parts = lines if isinstance(lines, list) else re.split(r"[;,/ ]+", str(lines))
    return {str(part).casefold() for part in parts} | {str(lines).casefold()}


def _stop(feature: Mapping[str, Any], mode: str, words: set[str]) -> bool:
    """A point of the line: the map calls its stops by the mode, or "tram_stop"."""
    said, kind = feature.get("properties") or {}, (feature.get("geometry") or {}).get("type")
    stops = (mode, "stop", f"{mode}_stop")
    return kind == "Point" and said.get("class") in stops and bool(_said_lines(said) & words)


def _paths(feature: Mapping[str, Any]) -> Iterator[Floats]:
    geometry = feature["geometry"]
    lines = {"LineString": [geometry["coordinates"]], "MultiLineString": geometry["coordinates"]}
    for coordinates in lines.get(geometry["type"], []):
        yield np.array([point[:2] for point in coordinates], np.float64)


def _metres(points: Floats) -> Floats:
    """Points in metres on a plane that touches the city: (n, 2)."""
    scale = EARTH_M * np.array([math.cos(math.radians(float(points[0, 1]))), 1.0])
    plane: Floats = points * scale
    return plane


def _along(points: Floats) -> Floats:
    """Cumulated length in metres."""
    return np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(_metres(points), axis=0).T))])


def _made_up(site: Site, line: Equipment) -> Floats:
    """A path through the equipment of the site, west to east or south to north as the dice of the line say."""
    places = [(e.longitude, e.latitude) for e in site.equipment if not math.isnan(e.latitude + e.longitude)]
    rng = dice(0, "route", line.id)
    if len(places) < 2:
        east, north = rng.uniform(-0.02, 0.02, 2)
        centre = np.array([site.longitude, site.latitude])
        return np.array([centre - [east, north], centre + [east, north], centre + [east + 0.01, north + 0.02]])
    chosen = np.array(places)[rng.permutation(len(places))[:7]]
    axis = rng.uniform(-1, 1, 2)
    ordered: Floats = chosen[np.argsort(chosen @ axis)]
    return ordered


def _without_pauses(points: Floats) -> tuple[Floats, Floats]:
    """The points and their way along, without points that are drawn twice."""
    distance = _along(points)
    kept = np.concatenate([[True], np.diff(distance) > 0.01])
    return points[kept], distance[kept]


def _invented(site: Site, line: Equipment, points: Floats, distance: Floats) -> dict[float, str]:
    """Stops for a line whose map has none: evenly spaced, named after what the city has nearby."""
    spacing = SPACING_M
    metres = np.linspace(0, distance[-1], max(round(float(distance[-1]) / spacing), 1) + 1)
    ends = [end.strip() for end in line.name.fr.split(" : ")[-1].split(" – ")]
    named = [each for each in site.equipment if not math.isnan(each.latitude + each.longitude) and each.id != line.id]
    names: dict[float, str] = {}
    for number, at in enumerate(metres.tolist(), 1):
        here = np.array([np.interp(at, distance, points[:, axis]) for axis in (0, 1)])
        near = min(named, key=lambda each: _apart(here, each), default=None)
        free = near is not None and _apart(here, near) < spacing and near.name.fr not in names.values()
        names[at] = near.name.fr if near and free else f"Arrêt {number}"
    if len(ends) > 1:
        names[float(metres[0])], names[float(metres[-1])] = ends[0], ends[-1]
    return names


def _apart(here: Floats, equipment: Equipment) -> float:
    """Metres between a point and an equipment."""
    pair = np.array([here, [equipment.longitude, equipment.latitude]])
    return float(np.hypot(*np.diff(_metres(pair), axis=0)[0]))


def _spaced(metres: Sequence[float]) -> list[float]:
    """Without stops closer than 60 m to the one before: the two platforms of one stop."""
    kept: list[float] = []
    for at in metres:
        if not kept or at - kept[-1] >= 60:
            kept.append(at)
    return kept


def _nearest(points: Floats, distance: Floats, point: Sequence[float]) -> float:
    """Metres along the line of the place nearest to `point`, longitude and latitude."""
    dense = np.arange(0.0, float(distance[-1]) + 2.5, 5.0)
    line = np.stack([np.interp(dense, distance, points[:, axis]) for axis in (0, 1)], axis=1)
    scale = np.array([math.cos(math.radians(point[1])), 1.0])
    return float(dense[np.argmin(((line - point[:2]) * scale) ** 2 @ np.ones(2))])
