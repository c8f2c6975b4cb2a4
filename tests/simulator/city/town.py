"""A small town made of model objects, with every equipment type that has physics."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from supervisor.model import (
    NO_TEXT,
    Area,
    Equipment,
    EquipmentType,
    Kind,
    LinkSpec,
    Site,
    Source,
    System,
    Tag,
    TagSpec,
    Text,
)

COUNTERS = {"energy", "starts", "hours", "count", "entries", "exits", "total"}
TEXTS = {"message", "next_stop", "headsign"}
CIRCUIT = "order on current dimming fault"
METER = "u1 u2 u3 i1 i2 i3 p q pf frequency energy"
PUMP = "state order mode current speed temperature starts hours"
LOOP = "flow occupancy presence fault count"
VEHICLE = "latitude longitude speed heading lateness doors occupancy odometer next_stop headsign direction"
STATION = "level inflow outflow pressure rain overflow high_float mode power supply door start_level stop_level"
TYPES = {
    "lighting_cabinet": "mode door supply leakage light temperature",
    "lighting_circuit": CIRCUIT,
    "energy_meter": METER,
    "pumping_station": STATION,
    "pump": PUMP,
    "intersection": "mode plan stage cycle sg1 sg2 sg3 sg4 sg5 sg6 sg7 sg8 lamp_fault door supply temperature",
    "detector_loop": LOOP,
    "transit_line": "service vehicles regularity headway lateness message",
    "tram": VEHICLE,
    "bus": VEHICLE,
    "waste_container": "fill temperature tilt battery rssi",
    "soil_probe": "moisture temperature battery",
    "rain_gauge": "intensity total battery",
    "car_park": "free capacity entries exits barrier_fault payment_fault sign online",
}
PARTS = {
    "lighting_cabinet": {f"C{n}": "lighting_circuit" for n in (1, 2, 3, 4)} | {"M": "energy_meter"},
    "pumping_station": {f"P{n}": "pump" for n in (1, 2, 3)},
    "intersection": {f"L{n}": "detector_loop" for n in (1, 2, 3, 4)},
}
ROUTE = [[-0.60, 47.44], [-0.58, 47.45], [-0.56, 47.47], [-0.55, 47.50], [-0.56, 47.52]]


def spec(tag: str) -> TagSpec:
    """A spec of the right kind."""
    kind = Kind.COUNTER if tag in COUNTERS else Kind.TEXT if tag in TEXTS else Kind.NUMBER
    return TagSpec(tag, NO_TEXT, kind)


def town(folder: Path, counts: Mapping[str, int], links: tuple[LinkSpec, ...] = ()) -> Site:
    """A site with so many equipment of each type; vehicles belong to the first line of the town."""
    types = {
        name: EquipmentType(name, NO_TEXT, "town", {tag: spec(tag) for tag in tags.split()})
        for name, tags in TYPES.items()
    }
    rows: list[Equipment] = []
    for name, count in counts.items():
        for number in range(1, count + 1):
            parent = "transit_line-1" if name in ("tram", "bus") else ""
            _add(rows, types[name], f"{name}-{number}", parent)
            for part, kind in PARTS.get(name, {}).items():
                _add(rows, types[kind], f"{name}-{number}.{part}", f"{name}-{number}")
    tags = [(equipment, each) for equipment in rows for each in equipment.type.tags.values()]
    link = links[0].id if links else ""
    return Site(
        "town", Text("Ville", "Town"), folder, "Europe/Paris", 47.4736, -0.5541, "fr",
        {"town": Area("town", NO_TEXT)}, {"town": System("town", NO_TEXT)}, types, {},
        {each.id: each for each in links}, tuple(rows),
        tuple(
            Tag(index, equipment, each, link, Source(each.id, True, True, 1.0, 0.0, None))
            for index, (equipment, each) in enumerate(tags)
        ),
        (), {}, "",
    )  # fmt: skip


def _add(rows: list[Equipment], kind: EquipmentType, id_: str, parent: str) -> None:
    place = 47.45 + 0.003 * len(rows)
    args = {"line": "A"} if kind.id == "transit_line" else {}
    rows.append(Equipment(len(rows), id_, Text(id_, id_), kind, "town", "town", "", parent, "", place, -0.55, args))


def draw_line(folder: Path) -> None:
    """A map with one tram line A."""
    (folder / "map").mkdir()
    feature = {
        "type": "Feature",
        "properties": {"class": "tram", "line": "A"},
        "geometry": {"type": "LineString", "coordinates": ROUTE},
    }
    text = json.dumps({"type": "FeatureCollection", "features": [feature]})
    (folder / "map" / "lines.geojson").write_text(text, "utf-8")


WHOLE = {
    "lighting_cabinet": 20,
    "pumping_station": 10,
    "intersection": 6,
    "transit_line": 2,
    "tram": 14,
    "bus": 10,
    "waste_container": 16,
    "soil_probe": 8,
    "rain_gauge": 2,
    "car_park": 5,
}
"""As many as the demo city has."""
