"""The small site as it comes out: numbered, shared, complete."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from supervisor.errors import SiteError
from supervisor.model import Comparison, Condition, Operator, Priority, Role, Text
from supervisor.site import check, load
from tests.supervisor.site.small import PROTOCOLS, SMALL, Address, write


def test_that_equipment_comes_before_its_parts_then_links_then_the_station(tmp_path: Path) -> None:
    site = load(write(tmp_path, SMALL), PROTOCOLS)
    assert [equipment.id for equipment in site.equipment] == [
        "PR-1", "PR-1.P1", "PR-2", "PR-2.P1", "PR-9", "L-1", "L-2", "VIGIE",
    ]  # fmt: skip
    assert [equipment.index for equipment in site.equipment] == list(range(8))
    assert [tag.index for tag in site.tags] == list(range(len(site.tags)))
    assert [alarm.index for alarm in site.alarms] == list(range(len(site.alarms)))


def test_that_a_part_lives_only_where_the_pack_carries_something_of_it(tmp_path: Path) -> None:
    site = load(write(tmp_path, SMALL), PROTOCOLS)
    assert [part.id for part in site.parts_by_equipment["PR-1"]] == ["PR-1.P1"]
    pump = site.equipment_by_id["PR-1.P1"]
    assert (pump.type.id, pump.name, pump.area, pump.link) == ("pump", Text("Pompe 1", "Pump 1"), "town", "L-1")


def test_that_a_tag_the_pack_does_not_carry_does_not_exist_nor_its_alarm(tmp_path: Path) -> None:
    files = {**SMALL, "packs/lift/tags.csv": SMALL["packs/lift/tags.csv"].replace("supply,,,,1,\n", "")}
    site = load(write(tmp_path, files), PROTOCOLS)
    assert "PR-1.supply" not in site.tag_by_id
    assert [alarm.id for alarm in site.alarms_by_equipment["PR-1"]] == ["PR-1.high", "PR-1.overload"]


def test_that_equipment_without_a_pack_has_no_tags(tmp_path: Path) -> None:
    site = load(write(tmp_path, SMALL), PROTOCOLS)
    assert "PR-9" not in site.tags_by_equipment
    assert math.isnan(site.equipment_by_id["PR-9"].latitude)


def test_that_an_included_pack_gets_the_arguments_of_the_include_and_of_the_list(tmp_path: Path) -> None:
    site = load(write(tmp_path, SMALL), PROTOCOLS)
    order = site.tag_by_id["PR-2.P1.order"]
    assert order.equipment.args == {"root": "two", "unit": "2"}
    assert site.equipment_by_id["PR-2"].args == {"root": "two"}
    assert order.source is not None
    assert (order.source.tag, order.source.writable, order.source.address) == (
        "P1.order", True, Address(11, "{root}/{unit}"),
    )  # fmt: skip


def test_that_silence_of_an_included_pack_is_judged_as_the_pack_around_it_says(tmp_path: Path) -> None:
    site = load(write(tmp_path, SMALL), PROTOCOLS)
    assert {tag.stale_s for tag in site.tags_by_link["L-1"]} == {30.0}


def test_that_a_row_may_say_its_own_silence(tmp_path: Path) -> None:
    rows = SMALL["packs/lift/tags.csv"].replace("register,topic", "register,topic,stale_s")
    rows = rows.replace("0,\n", "0,,900\n").replace("1,\n", "1,,\n")
    site = load(write(tmp_path, {**SMALL, "packs/lift/tags.csv": rows}), PROTOCOLS)
    assert (site.tag_by_id["PR-1.level"].stale_s, site.tag_by_id["PR-1.supply"].stale_s) == (900.0, 30.0)


def test_that_specs_and_sources_are_shared_by_every_equipment_of_a_pack(tmp_path: Path) -> None:
    site = load(write(tmp_path, SMALL), PROTOCOLS)
    one, two = site.tag_by_id["PR-1.level"], site.tag_by_id["PR-2.level"]
    assert one.spec is two.spec
    assert one.source is two.source


def test_that_links_and_the_station_are_equipment_whose_tags_no_controller_carries(tmp_path: Path) -> None:
    site = load(write(tmp_path, SMALL), PROTOCOLS)
    connected = site.tag_by_id["L-1.connected"]
    assert connected.source is None
    assert connected.link == ""
    assert connected.equipment.area == "town"
    alarms = [alarm.rule.id for alarm in site.alarms_by_equipment["L-2"]]
    assert alarms == ["communication_lost", "clock_ahead", "clock_behind"]
    assert "VIGIE.good" in site.tag_by_id
    assert "network" in site.systems


def test_that_alarms_say_limits_as_numbers_and_times_in_seconds(tmp_path: Path) -> None:
    site = load(write(tmp_path, SMALL), PROTOCOLS)
    high, lost, overload = (alarm for alarm in site.alarms_by_equipment["PR-1"])
    assert (high.rule.condition, high.rule.limit, high.rule.priority) == (Condition.HIGH, 4.0, Priority.HIGH)
    assert high.rule.response_s == 900.0
    assert (lost.rule.condition, lost.rule.limit) == (Condition.IS, 0.0)
    assert overload.tag is site.tag_by_id["PR-1.P1.current"]
    assert overload.equipment.id == "PR-1"


def test_that_commands_are_read_with_interlocks_confirmation_and_expected_state(tmp_path: Path) -> None:
    start = load(write(tmp_path, SMALL), PROTOCOLS).types["pump"].commands["start"]
    assert (start.value, start.feedback, start.expected, start.critical) == (1.0, "state", 1.0, True)
    assert [interlock.when for interlock in start.interlocks] == [
        Comparison("parent.level", Operator.GT, 0.5),
        Comparison("state", Operator.NE, 2.0),
    ]
    assert start.confirmation is not None
    assert start.confirmation.when == Comparison("current", Operator.GT, 5.0)
    assert start.confirmation.within_s == 8.0


def test_that_a_setpoint_of_an_enum_may_be_any_of_its_states(tmp_path: Path) -> None:
    setpoint = '[[command]]\nid = "limit"\nname = "Régler"\ntag = "current"\nrange = [5, 30]\n'
    files = {
        **SMALL,
        "types/pump.toml": SMALL["types/pump.toml"].replace(setpoint, setpoint.replace("current", "state")),
    }
    files["types/pump.toml"] = files["types/pump.toml"].replace("range = [5, 30]\n", "")
    command = load(write(tmp_path, files), PROTOCOLS).types["pump"].commands["limit"]
    assert (command.value, command.low, command.high) == (None, 0.0, 2.0)


def test_that_a_boolean_without_states_reads_no_and_yes(tmp_path: Path) -> None:
    order = load(write(tmp_path, SMALL), PROTOCOLS).types["pump"].tags["order"]
    assert [(state.value, state.name.en) for state in order.states] == [(0, "no"), (1, "yes")]


def test_that_a_name_said_once_is_the_same_in_both_languages_and_may_be_said_twice(tmp_path: Path) -> None:
    head = "id,type,name_fr,name_en,area\n"
    files = {**SMALL, "equipment/more.csv": head + "X-1,well,Écluse,Lock,town\nX-2,well,Bac,,town\n"}
    site = load(write(tmp_path, files), PROTOCOLS)
    assert site.equipment_by_id["X-1"].name == Text("Écluse", "Lock")
    assert site.equipment_by_id["X-2"].name == Text("Bac", "Bac")
    assert site.areas["town"].name == Text("Ville", "Ville")


def test_that_people_have_a_role_and_areas(tmp_path: Path) -> None:
    ada = load(write(tmp_path, SMALL), PROTOCOLS).users["ada"]
    assert (ada.role, ada.areas) == (Role.OPERATOR, frozenset({"harbour"}))


def test_that_a_spreadsheet_may_leave_its_marks(tmp_path: Path) -> None:
    """A byte-order mark, Windows line ends, empty rows and empty cells at the end of rows."""
    text = SMALL["equipment/stations.csv"].replace("\n", ",,,\r\n").replace("# the stations,,,", "# the stations")
    files = {**SMALL, "equipment/stations.csv": "\ufeff" + text + ",,,,,,,,,,,,\r\n"}
    assert check(write(tmp_path, files), PROTOCOLS) == []


def test_that_without_people_or_links_a_site_still_loads(tmp_path: Path) -> None:
    files = {name: text for name, text in SMALL.items() if name not in ("people.toml", "links.csv")}
    files["equipment/stations.csv"] = "id,type,name,area\nPR-9,well,Sans automate,town\n"
    assert load(write(tmp_path, files), PROTOCOLS).users == {}


def test_that_check_gives_every_problem_that_load_raises_in_file_and_line_order(tmp_path: Path) -> None:
    files = {**SMALL}
    files["links.csv"] = files["links.csv"].replace("town", "twon")
    files["areas.toml"] = files["areas.toml"].replace('"town"\n', '"town"\ncolour = "red"\n', 1)
    folder = write(tmp_path, files)
    with pytest.raises(SiteError) as caught:
        load(folder, PROTOCOLS)
    problems = check(folder, PROTOCOLS)
    assert list(caught.value.problems) == problems
    assert [(str(problem.file), problem.line) for problem in problems] == [("areas.toml", 3), ("links.csv", 3)]


def test_that_a_missing_folder_is_one_clear_problem(tmp_path: Path) -> None:
    (problem,) = check(tmp_path / "nowhere", PROTOCOLS)
    assert "There is no folder" in problem.message
    assert "site.toml" in problem.remedy


def test_that_a_file_in_place_of_the_folder_is_one_clear_problem(tmp_path: Path) -> None:
    (tmp_path / "site").write_text("")
    (problem,) = check(tmp_path / "site", PROTOCOLS)
    assert problem.message == "This is not a folder."
