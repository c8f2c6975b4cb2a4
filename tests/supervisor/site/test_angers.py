"""The demo city: read by the real drivers, as large as promised, and rationalised as ISA-18.2 asks."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest

import drivers
from supervisor.calculated.members import members
from supervisor.model import Kind, Priority, Site
from supervisor.site import check, load

ANGERS = Path(__file__).parents[3] / "sites" / "angers"


@pytest.fixture(scope="module")
def site() -> Site:
    return load(ANGERS, drivers.TABLE)


def test_that_the_demo_city_has_no_problem() -> None:
    assert [str(problem) for problem in check(ANGERS, drivers.TABLE)] == []


def test_that_the_demo_city_is_as_large_as_promised(site: Site) -> None:
    count = Counter(equipment.type.id for equipment in site.equipment)
    assert {
        "lighting_cabinet": 20, "lighting_circuit": 80, "energy_meter": 20, "pumping_station": 10, "pump": 30,
        "intersection": 6, "detector_loop": 24, "transit_line": 5, "tram": 14, "bus": 10, "waste_container": 16,
        "soil_probe": 8, "rain_gauge": 2, "car_park": 5, "boiler_room": 4, "heating_circuit": 8,
    }.items() <= count.items()  # fmt: skip
    protocols = Counter(link.protocol for link in site.links.values())
    assert protocols == {"modbus": 32, "opcua": 8, "mqtt": 1}
    assert len({link.url for link in site.links.values()}) == len(site.links)


def test_that_every_tag_of_a_type_is_carried_by_some_pack(site: Site) -> None:
    carried = {(tag.equipment.type.id, tag.spec.id) for tag in site.tags}
    assert {(type_.id, tag) for type_ in site.types.values() for tag in type_.tags} == carried


def test_that_the_city_has_its_totals(site: Site) -> None:
    groups = [equipment.id for equipment in site.equipment if equipment.type.id.startswith("group.")]
    assert {"ECL-alm", "ECL-angers", "ECL-trelaze", "EAU", "STAT", "TRAM", "BUS"} <= set(groups)
    assert len(members(site, site.tag_by_id["ECL-alm.power"])) == 20
    assert len(members(site, site.tag_by_id["ECL-alm.lit"])) == 80
    assert len(members(site, site.tag_by_id["BUS.lateness"])) == 2


def test_that_every_command_writes_a_tag_that_can_be_written(site: Site) -> None:
    for equipment in site.equipment:
        for command in equipment.type.commands.values():
            tag = site.tag(equipment, command.tag)
            assert tag is not None
            assert tag.source is not None
            assert tag.source.writable, tag.id


def test_that_every_alarm_of_the_city_tells_cause_consequence_action_and_time_in_both_languages(site: Site) -> None:
    for type_ in site.types.values():
        for rule in type_.alarms:
            for text in (rule.name, rule.cause, rule.consequence, rule.action):
                assert text.fr, (type_.id, rule.id)
                assert text.en, (type_.id, rule.id)
            assert rule.response_s > 0, (type_.id, rule.id)


def test_that_few_alarms_are_critical_and_most_are_not(site: Site) -> None:
    count = Counter(rule.priority for type_ in site.types.values() for rule in type_.alarms)
    share = {priority: count[priority] / count.total() for priority in Priority}
    assert share[Priority.CRITICAL] <= 0.06
    assert 0.1 <= share[Priority.HIGH] <= 0.2
    assert share[Priority.MEDIUM] + share[Priority.LOW] >= 0.75


def test_that_every_measured_tag_has_a_unit_or_counts_something(site: Site) -> None:
    counting = {
        "starts",
        "entries",
        "exits",
        "count",
        "free",
        "capacity",
        "vehicles",
        "stage",
        "pf",
        "errors",
        "reconnects",
        "history_damage",
        "journal_owed",
        "notices_failing",
        "lit",
        "running",
    }
    for type_ in site.types.values():
        for tag in type_.tags.values():
            if tag.kind in (Kind.NUMBER, Kind.COUNTER):
                assert tag.unit or tag.id in counting, (type_.id, tag.id)


def test_that_vehicles_belong_to_a_line_and_everything_else_stands_somewhere(site: Site) -> None:
    for equipment in site.equipment:
        if equipment.type.id in ("tram", "bus"):
            assert site.equipment_by_id[equipment.parent].type.id == "transit_line"
        elif equipment.type.system != "network" and not equipment.type.id.startswith("group."):
            assert abs(equipment.latitude - site.latitude) < 0.1, equipment.id
            assert abs(equipment.longitude - site.longitude) < 0.15, equipment.id


def test_that_the_map_has_water_parks_roads_and_the_three_tram_lines_with_their_stops() -> None:
    features = [
        feature
        for path in sorted((ANGERS / "map").glob("*.geojson"))
        for feature in json.loads(path.read_text(encoding="utf-8"))["features"]
    ]
    count = Counter(feature["properties"]["class"] for feature in features)
    assert set(count) == {"river", "lake", "park", "road_major", "road", "road_minor", "tram", "bus"}
    assert count["road_minor"] > 500
    trams = [feature for feature in features if feature["properties"]["class"] == "tram"]
    lines = {feature["properties"]["line"] for feature in trams if feature["geometry"]["type"] == "LineString"}
    stops = Counter(feature["properties"]["line"] for feature in trams if feature["geometry"]["type"] == "Point")
    assert lines == set(stops) == {"A", "B", "C"}
    assert min(stops.values()) > 10
