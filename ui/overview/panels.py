"""What the overview shows of each system: a table. A system without a row here is shown by what its types say."""

from __future__ import annotations

from dataclasses import dataclass

from supervisor import health
from supervisor.model import Site, Text
from ui.naming import systems
from ui.overview import words
from ui.overview.figures import Figure, How


@dataclass(frozen=True, slots=True)
class Panel:
    """One card."""

    system: str
    figures: tuple[Figure, ...]
    """Those that the site has no tag for are left out; the first three of the others are shown."""
    heading: Text
    type: str
    """Type whose equipment is listed one by one; a part stands for what it is a part of."""
    tag: str


PANELS = (
    Panel(
        "lighting",
        (
            Figure(words.POWER, "energy_meter", "p", How.SUM, decimals=1),
            Figure(words.CIRCUITS_ON, "lighting_circuit", "on", How.COUNT, states=("on",)),
            Figure(words.DOORS_OPEN, "lighting_cabinet", "door", How.COUNT, states=("open",)),
        ),
        words.POWER_OF,
        "energy_meter",
        "p",
    ),
    Panel(
        "water",
        (
            Figure(words.PUMPS_RUNNING, "pump", "state", How.COUNT, states=("running",)),
            Figure(words.INFLOW, "pumping_station", "inflow", How.SUM),
            Figure(words.RAIN, "pumping_station", "rain", How.MAX, decimals=1),
        ),
        words.LEVEL_OF,
        "pumping_station",
        "level",
    ),
    Panel(
        "traffic",
        (
            Figure(words.IN_NORMAL_MODE, "intersection", "mode", How.COUNT, states=("normal",)),
            Figure(words.DARK, "intersection", "mode", How.COUNT, states=("dark",)),
            Figure(words.FLOW, "detector_loop", "flow", How.SUM),
        ),
        words.MODE_OF,
        "intersection",
        "mode",
    ),
    Panel(
        "transit",
        (
            Figure(words.VEHICLES, "transit_line", "vehicles", How.SUM),
            Figure(words.REGULARITY, "transit_line", "regularity", How.MEAN),
            Figure(words.LATENESS, "transit_line", "lateness", How.MEAN),
        ),
        words.REGULARITY_OF,
        "transit_line",
        "regularity",
    ),
    Panel(
        "parking",
        (
            Figure(words.FREE, "car_park", "free", How.SUM),
            Figure(words.OCCUPANCY, "car_park", "free", How.USED, "%", over="capacity"),
        ),
        words.FREE_OF,
        "car_park",
        "free",
    ),
    Panel(
        "waste",
        (
            Figure(words.FULL, "waste_container", "fill", How.COUNT, above=80),
            Figure(words.FILL, "waste_container", "fill", How.MEAN),
            Figure(words.HOTTEST, "waste_container", "temperature", How.MAX),
        ),
        words.FILL_OF,
        "waste_container",
        "fill",
    ),
    Panel(
        "green",
        (
            Figure(words.MOISTURE, "soil_probe", "moisture", How.MEAN),
            Figure(words.RAIN, "rain_gauge", "intensity", How.MAX, decimals=1),
        ),
        words.MOISTURE_OF,
        "soil_probe",
        "moisture",
    ),
    Panel(
        "building",
        (
            Figure(words.IN_COMFORT, "heating_circuit", "regime", How.COUNT, states=("comfort",)),
            Figure(words.OUTSIDE, "boiler_room", "outside", How.MEAN, decimals=1),
            Figure(words.HEATING_POWER, "boiler_room", "power", How.SUM),
        ),
        words.ROOM_OF,
        "boiler_room",
        "room",
    ),
    Panel(
        health.NETWORK.id,
        (
            Figure(words.LINKS_UP, health.LINK_TYPE.id, health.CONNECTED, How.COUNT, states=("up",)),
            Figure(words.GOOD, health.STATION_TYPE.id, health.GOOD_SHARE, How.MEAN, decimals=1),
            Figure(words.ROUND_TRIP, health.LINK_TYPE.id, health.ROUND_TRIP, How.MEAN, decimals=1),
        ),
        words.LINKS_OF,
        health.LINK_TYPE.id,
        health.CONNECTED,
    ),
)


def panels(site: Site) -> list[Panel]:
    """One panel per system that has equipment, in the site's order."""
    known = {panel.system: panel for panel in PANELS}
    present = {thing.system for thing in site.equipment}
    return [
        known.get(system) or _plain(site, system) for system in (row.id for row in systems(site)) if system in present
    ]


def _plain(site: Site, system: str) -> Panel:
    """For a system nobody wrote a panel for: its most numerous type, by the first tag of its headline."""
    things = [thing for thing in site.equipment if thing.system == system and not thing.parent]
    types = [thing.type for thing in things]
    most = max(types, key=types.count) if types else None
    tag = next(iter(most.headline), "") if most else ""
    name = most.tags[tag].name if most and tag in most.tags else words.EQUIPMENT
    return Panel(system, (), name, most.id if most else "", tag)
