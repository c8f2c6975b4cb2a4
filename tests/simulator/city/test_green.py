"""The valves of irrigation: they do what they are told, within seconds, and the meter counts it."""

from __future__ import annotations

from pathlib import Path

import drivers
from simulator.city.green import Valves
from simulator.city.weather import Weather
from simulator.world import World
from supervisor.clock import SECOND
from supervisor.model import Tag
from supervisor.site import load

ANGERS = Path(__file__).parents[3] / "sites" / "angers"
JUNE = 1_781_000_000 * SECOND


def test_that_a_valve_opens_flows_counts_and_closes() -> None:
    site = load(ANGERS, drivers.TABLE)
    world, weather = World(site), Weather(site.latitude, site.longitude, site.zone, 1)
    fleet = site.equipment_by_type["irrigation_valve"]
    valves = Valves(world, fleet, weather, 1)
    order, is_open, flow, volume = (site.tag_by_id[f"AR-01.{tag}"] for tag in ("order", "open", "flow", "volume"))

    def value(tag: Tag) -> float:
        return float(world.value[tag.index])

    valves.begin(weather.moment(JUNE, 0.0))
    before = value(volume)
    assert (value(is_open), value(flow)) == (0, 0)
    world.write(order, 1.0)
    for step in range(1, 121):
        valves.step(weather.moment(JUNE + step * SECOND // 2, 0.5))
    assert value(is_open) == 1
    assert 2.5 < value(flow) < 7.5
    assert value(volume) - before > 0.9 * value(flow) / 60 * 0.95, "a minute of it"
    other = site.tag_by_id["AR-02.open"]
    assert value(other) == 0
    world.write(order, 0.0)
    for step in range(121, 141):
        valves.step(weather.moment(JUNE + step * SECOND // 2, 0.5))
    assert (value(is_open), value(flow)) == (0, 0)
