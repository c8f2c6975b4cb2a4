"""Key figures of the overview."""

from __future__ import annotations

import numpy as np
import pytest

from supervisor.model import Quality, Text
from tests.ui.town import TownStation
from ui.live import Live
from ui.overview.figures import Figure, How, Measure, blind, rows_of, strangeness

NAME = Text("figure", "figure")


@pytest.fixture
def live(station: TownStation) -> Live:
    powers = {f"AR{n:02}.M.p": float(n) for n in range(1, 9)}
    station.publish({**powers, "PK01.free": 50, "PK02.free": 50, "PK03.free": 0})
    station.publish({f"PK{n:02}.capacity": 100 for n in range(1, 4)})
    return Live(station.table)


def read(figure: Figure, station: TownStation, live: Live) -> tuple[float, int, int]:
    live.pull(station.clock.now())
    result = Measure(figure, station.site).read(live)
    return result.value, result.good, result.total


@pytest.mark.parametrize(
    ("figure", "value"),
    [
        (Figure(NAME, "energy_meter", "p", How.SUM), 36.0),
        (Figure(NAME, "energy_meter", "p", How.MEAN), 4.5),
        (Figure(NAME, "energy_meter", "p", How.MAX), 8.0),
        (Figure(NAME, "energy_meter", "p", How.COUNT, above=6), 2.0),
        (Figure(NAME, "pump", "state", How.COUNT, states=("running",)), 12.0),
        (Figure(NAME, "pump", "state", How.COUNT, states=("fault", "stopped")), 0.0),
    ],
)
def test_that_many_values_become_one(station: TownStation, live: Live, figure: Figure, value: float) -> None:
    assert read(figure, station, live)[0] == value


def test_that_occupancy_is_what_is_not_free(station: TownStation, live: Live) -> None:
    figure = Figure(NAME, "car_park", "free", How.USED, over="capacity")
    assert read(figure, station, live)[0] == pytest.approx(66.667, abs=0.01)


def test_that_a_bad_value_is_left_out_and_counted(station: TownStation, live: Live) -> None:
    station.publish({"AR08.M.p": 0.0}, Quality.TIMEOUT)
    assert read(Figure(NAME, "energy_meter", "p", How.SUM), station, live) == (28.0, 7, 8)


def test_that_occupancy_leaves_out_a_car_park_whose_free_places_are_unknown(station: TownStation, live: Live) -> None:
    station.publish({"PK03.free": 0.0}, Quality.TIMEOUT)
    figure = Figure(NAME, "car_park", "free", How.USED, over="capacity")
    assert read(figure, station, live)[0] == pytest.approx(50.0)


def test_that_nothing_believable_is_no_figure(station: TownStation, live: Live) -> None:
    station.publish({f"AR{n:02}.M.p": 0.0 for n in range(1, 9)}, Quality.TIMEOUT)
    value, good, total = read(Figure(NAME, "energy_meter", "p", How.SUM), station, live)
    assert np.isnan(value)
    assert (good, total) == (0, 8)
    assert blind(live, rows_of(station.site, "energy_meter", "p"))


def test_that_what_is_outside_its_band_is_strange_and_the_unknown_most_of_all(station: TownStation) -> None:
    spec = station.site.types["pumping_station"].tags["level"]
    strange = strangeness(np.array([2.0, 4.6, 5.2, np.nan]), [spec] * 4)
    assert strange[0] == 0
    assert 0 < strange[1] < strange[2] < strange[3]
