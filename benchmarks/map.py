"""The map of a large city: 20 000 streets and 5 000 markers. A frame of a pan, with the base cached, against the same
frame drawing everything.

    python benchmarks/map.py [--streets 20000] [--markers 5000]

Prints a table of medians and maxima in milliseconds, per scale, and the ratio; all in one run, so that the machine's
mood is in both.
"""

from __future__ import annotations

import argparse
import os
import statistics
import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from time import perf_counter

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import numpy as np
from PySide6.QtGui import QImage, QPainter

from supervisor.model import Equipment, EquipmentType, Site, System, TagSpec, Text
from ui.app import prepare
from ui.look import Look
from ui.map.base import Base
from ui.map.canvas import MapCanvas
from ui.map.geometry import Plane, Shape
from ui.map.markers import ACTIVE, NO_ALARM, Markers

SIZE = (1600, 960)
SCALES = {"whole city": 0.05, "district": 0.15, "street": 0.6}
FRAMES = 40
SPAN_M = 18_000.0
SYSTEMS = ("lighting", "water", "traffic", "waste", "parking", "green")


def streets(count: int, rng: np.random.Generator) -> list[Shape]:
    """Polylines of 12 vertices, scattered over the city; one in ten is a road, one in a hundred a main road."""
    shapes = []
    for number in range(count):
        start = rng.uniform(-SPAN_M / 2, SPAN_M / 2, 2)
        steps = rng.normal(0, 12, (11, 2)) + rng.normal(0, 1, 2) * 35
        ring = np.vstack([start, start + np.cumsum(steps, axis=0)])
        kind = "road_major" if number % 100 == 0 else "road" if number % 10 == 0 else "road_minor"
        shapes.append(Shape(kind, "", "", (ring,), False))
    return shapes


def site_of(count: int, rng: np.random.Generator) -> Site:
    """Only places: equipment without links."""
    kind = EquipmentType("thing", Text("Chose", "Thing"), "lighting", {"x": TagSpec("x", Text("x", "x"))})
    east, south = rng.normal(0, SPAN_M / 7, (2, count))
    plane = Plane(47.47, -0.55)
    things = []
    for number in range(count):
        latitude, longitude = plane.degrees(float(east[number]), float(south[number]))
        name = Text(f"Armoire {number}", f"Cabinet {number}")
        thing = Equipment(number, f"X-{number}", name, kind, "a", SYSTEMS[number % len(SYSTEMS)], "", "")
        things.append(replace(thing, latitude=latitude, longitude=longitude))
    systems = {system: System(system, Text(system, system)) for system in SYSTEMS}
    return Site(
        id="bench",
        name=Text("Banc", "Bench"),
        folder=Path(tempfile.gettempdir()),
        zone="Europe/Paris",
        latitude=plane.latitude,
        longitude=plane.longitude,
        language="fr",
        areas={},
        systems=systems,
        types={kind.id: kind},
        packs={},
        links={},
        equipment=tuple(things),
        tags=(),
        alarms=(),
        users={},
        fingerprint="",
    )


def canvas_of(streets_: int, markers_: int) -> MapCanvas:
    rng = np.random.default_rng(5)
    site = site_of(markers_, rng)
    markers = Markers(site, Plane(site.latitude, site.longitude))
    markers.fill[:] = rng.integers(0, ACTIVE + 1, markers_)
    alarmed = rng.random(markers_) < 0.01
    markers.priority[:] = np.where(alarmed, rng.integers(1, 5, markers_), NO_ALARM)
    canvas = MapCanvas(Look("Europe/Paris"), Base(streets(streets_, rng)), markers)
    canvas.systems = set(SYSTEMS)
    canvas.resize(*SIZE)
    canvas.show()
    return canvas


def frames(canvas: MapCanvas, scale: float, redraw: bool) -> list[float]:
    """Milliseconds of each frame of a pan to the east."""
    image = QImage(*SIZE, QImage.Format.Format_RGB32)
    camera = canvas.camera
    camera.scale, camera.east, camera.south = scale, 0.0, 0.0
    canvas.draw_base()
    spent = []
    for _ in range(FRAMES // 4 if redraw else FRAMES):
        camera.pan(4.0, 1.0)
        spent.append(_timed(lambda: _frame(canvas, image, redraw)))
    return spent


def _frame(canvas: MapCanvas, image: QImage, redraw: bool) -> None:
    if redraw:
        canvas.draw_base()
    with QPainter(image) as painter:
        canvas.paint(painter)


def _timed(work: Callable[[], None]) -> float:
    began = perf_counter()
    work()
    return 1000 * (perf_counter() - began)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--streets", type=int, default=20_000)
    parser.add_argument("--markers", type=int, default=5_000)
    given = parser.parse_args()
    application = prepare()
    began = perf_counter()
    canvas = canvas_of(given.streets, given.markers)
    application.processEvents()
    built = perf_counter() - began
    print(f"{given.streets} streets, {given.markers} markers, {SIZE[0]} x {SIZE[1]}: built in {built:.1f} s")
    print(f"{'':12} {'signs':>6} {'cached ms':>16} {'everything ms':>16} {'ratio':>6}")
    for name, scale in SCALES.items():
        frames(canvas, scale, redraw=False)  # pictures of signs and names are drawn once
        cached, whole = frames(canvas, scale, redraw=False), frames(canvas, scale, redraw=True)
        mid, mid_whole = statistics.median(cached), statistics.median(whole)
        print(
            f"{name:12} {len(canvas.spots.shown):6} {mid:7.1f} (max {max(cached):4.0f})"
            f" {mid_whole:7.1f} (max {max(whole):4.0f}) {mid_whole / mid:5.1f}x"
        )


if __name__ == "__main__":
    main()
