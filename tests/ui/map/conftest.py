"""A town with places: four cabinets close together, a station far off, and a tram that says where it is."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from supervisor.clock import HandClock
from supervisor.model import Site, Text
from tests.ui.town import NOW, TYPES, Town, TownStation, kind, number, ordinary
from ui.map.page import MapPage
from ui.pages import MAP
from ui.shell.window import MainWindow

PLACES = {
    "AR01": (47.4700, -0.5500),
    "AR02": (47.4701, -0.5501),
    "AR03": (47.4702, -0.5500),
    "AR04": (47.4701, -0.5498),
    "PR01": (47.5500, -0.7500),
    "LN01": (47.4900, -0.6200),
}
TRAM = kind(
    "tram",
    Text("Tramway", "Tram"),
    "transit",
    (
        number("latitude", "Latitude", "Latitude", "°", 47, 48, (47, 48)),
        number("longitude", "Longitude", "Longitude", "°", -1, 0, (-1, 0)),
        number("heading", "Cap", "Heading", "°", 0, 360, (0, 360)),
    ),
)
CHART = """{"features": [
{"properties": {"class": "road_major", "name": "Boulevard Foch"}, "geometry": {"type": "LineString",
 "coordinates": [[-0.56, 47.46], [-0.55, 47.47], [-0.54, 47.48]]}},
{"properties": {"class": "river", "name": "Maine", "width_m": 95}, "geometry": {"type": "LineString",
 "coordinates": [[-0.60, 47.46], [-0.58, 47.47], [-0.57, 47.48]]}},
{"properties": {"class": "tram", "line": "A", "name": "Nord – Sud"}, "geometry": {"type": "LineString",
 "coordinates": [[-0.56, 47.48], [-0.55, 47.46]]}},
{"properties": {"class": "tram", "line": "A", "name": "Ralliement"}, "geometry": {"type": "Point",
 "coordinates": [-0.555, 47.47]}},
{"properties": {"class": "bus", "line": "5", "name": "Est – Ouest"}, "geometry": {"type": "LineString",
 "coordinates": [[-0.60, 47.47], [-0.52, 47.47]]}}]}"""


def placed(folder: Path) -> Site:
    """The town with some of its equipment on a map."""
    (folder / "map").mkdir()
    (folder / "map" / "chart.geojson").write_text(CHART, "utf-8")
    town = Town()
    town._add("T1", Text("Rame 1", "Tram 1"), TRAM, "centre", "broker", "LN-A")
    for row, thing in enumerate(town.equipment):
        if thing.id in PLACES:
            town.equipment[row] = replace(
                thing,
                latitude=PLACES[thing.id][0],
                longitude=PLACES[thing.id][1],
                type=replace(thing.type, headline=_headline(thing.type.id)),
            )
    return replace(town.site(), folder=folder, types={**TYPES, TRAM.id: TRAM})


def _headline(type_: str) -> tuple[str, ...]:
    return {"lighting_cabinet": ("mode", "leakage"), "pumping_station": ("level", "inflow")}.get(type_, ())


@pytest.fixture
def station(tmp_path: Path) -> Iterator[TownStation]:
    made = TownStation(placed(tmp_path), tmp_path, HandClock(NOW))
    made.publish(ordinary(made.site) | {"T1.latitude": 47.48, "T1.longitude": -0.56, "T1.heading": 90.0})
    yield made
    made.close()


@pytest.fixture
def page(window: MainWindow, loop: asyncio.AbstractEventLoop) -> MapPage:
    window.navigate(MAP)
    found = window.pages[MAP]
    assert isinstance(found, MapPage)
    window.refresh.tick()
    window.showNormal()
    window.resize(1920, 1080)
    loop.run_until_complete(asyncio.sleep(0.02))  # the layouts settle
    found.canvas.resize(1300, 880)
    found.canvas.fit()
    found.canvas.grab()
    return found
