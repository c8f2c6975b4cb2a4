# ruff: noqa: E501 - the cases are a table
"""Every kind of mistake an engineer makes: told at its file and line, with what to write instead.

Each case replaces one passage of the small site by another. `at` is the passage whose line the problem must name.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from supervisor.site import check
from tests.supervisor.site.small import PROTOCOLS, SMALL, edited, line_of, write


@dataclass(frozen=True)
class Case:
    file: str
    old: str
    new: str
    at: str
    """Passage of the changed file; empty for the whole file."""
    message: str
    remedy: str = ""


WELL, PUMP = "types/well.toml", "types/pump.toml"
LIST, LINKS = "equipment/stations.csv", "links.csv"
LIFT, LIFT_TAGS, DRIVE, DRIVE_TAGS = (
    "packs/lift/pack.toml",
    "packs/lift/tags.csv",
    "packs/drive/pack.toml",
    "packs/drive/tags.csv",
)

CASES = {
    # site.toml
    "a site without an id": Case("site.toml", 'id = "small"\n', "", "name =", 'no "id"', "Add id"),
    "an unknown key": Case("site.toml", "language", "langage", "langage", "means nothing here", 'mean "language"'),
    "an unknown language": Case("site.toml", '"fr"\n', '"de"\n', 'language = "de"', 'is "de"', "fr, en"),
    "an unknown time zone": Case("site.toml", "Europe/Paris", "Europe/Pariss", "zone", "no time zone", "Europe/Paris"),
    "a position out of this world": Case("site.toml", "47.47,", "147.47,", "position", "position", "[latitude, longitude]"),
    "a site without a position": Case("site.toml", "position = [47.47, -0.55]\n", "", "id =", "no position", "[lat"),
    "a name in one language": Case("site.toml", ', en = "Small town"', "", "name =", 'has no "en"', "Add en"),
    "an empty name": Case("areas.toml", '"Ville"', '""', 'name = ""', "empty"),
    "a system of Vigie's own": Case(
        "site.toml", 'id = "water"', 'id = "network"', 'id = "network"', "adds the system", "Remove"
    ),
    "a syntax error": Case("site.toml", 'zone = "Europe/Paris"', 'zone = "Europe/Paris', "zone", "TOML", "quote"),
    # areas.toml
    "an area inside an unknown one": Case("areas.toml", 'parent = "town"', 'parent = "twon"', "parent", "twon", '"town"'),
    "an area inside itself": Case(
        "areas.toml", '"Ville"\n', '"Ville"\nparent = "harbour"\n', 'parent = "harbour"', "inside itself", "parent"
    ),
    "two areas of one id": Case(
        "areas.toml", 'id = "harbour"', 'id = "town"', 'id = "town"\nname = {', "already described at areas.toml:2", "another id"
    ),
    "an id with a dot": Case("areas.toml", '"harbour"', '"har.bour"', "har.bour", "can't be an id", "letters"),
    "an id that is a number": Case("areas.toml", '"harbour"', "5", "id = 5", "is a number", "in quotes"),
    # people.toml
    "a role that does not exist": Case("people.toml", '"operator"', '"operater"', "role", "operater", '"operator"'),
    "a person of an unknown area": Case("people.toml", '"harbour"', '"harbor"', "areas", "harbor", '"harbour"'),
    "areas that are no list": Case("people.toml", '["harbour"]', '"harbour"', "areas", "is text", "a list"),
    # links.csv
    "an unknown protocol": Case(LINKS, "1,wire,", "1,wiar,", "L-1", 'protocol "wiar"', '"wire"'),
    "a URL of another protocol": Case(LINKS, "wire://10.0.0.1", "radio://10.0.0.1", "L-1", "not an address: write wire://"),
    "an unknown setting": Case(LINKS, "timeout_s=1", "timeot_s=1", "L-1", "did you mean timeout_s?"),
    "a setting without =": Case(LINKS, "timeout_s=1", "timeout_s", "L-1", "no setting", "key=value"),
    "a link in an unknown area": Case(LINKS, "harbour", "harbur", "L-2", "harbur", '"harbour"'),
    "a link without an area": Case(LINKS, "harbour", "", "L-2", "no area", "areas.toml"),
    "two links of one id": Case(LINKS, "L-2,", "L-1,", "L-1,Poste 2", "already described at links.csv:3", "another id"),
    "a link without equipment": Case(LINKS, "L-2,", "L-3,X,wire,wire://x,town,\nL-2,", "L-3", "No equipment", "#"),
    "an unknown column of links": Case(LINKS, ",settings", ",setings", "id,name", '"setings"', '"settings"'),
    "a missing column": Case(LINKS, "url", "ulr", "id,name", '"url" is missing', '"ulr"'),
    "a row with too many cells": Case(LINKS, "Poste 2", "Poste 2, quai", "L-2", "7 cells for 6", "quotes"),
    "a row without an id": Case(LINKS, "L-2,", ",", ",Poste 2", "no id", "remove the row"),
    "a list with semicolons": Case(LINKS, SMALL[LINKS], SMALL[LINKS].replace(",", ";"), "id;name", "semicolons", "commas"),
    "a quote that never closes": Case(LINKS, "Poste 2", '"Poste 2', 'L-2,"', "CSV can't be read", "quote"),
    # types
    "a type of an unknown system": Case(PUMP, '"water"', '"watr"', "system", "watr", '"water"'),
    "a type in a file of another name": Case(PUMP, 'id = "pump"', 'id = "pumpe"', "id =", "name of the file", '"pump"'),
    "an unknown kind of tag": Case(PUMP, '"enum"', '"enumm"', "kind", "enumm", '"enum"'),
    "a range upside down": Case(PUMP, "[0, 40]", "[40, 0]", "range = [40", "goes from 40 down to 0", "first"),
    "a range of three": Case(PUMP, "[0, 40]", "[0, 20, 40]", "range = [0, 20", "is [0, 20, 40]", "lower and the upper"),
    "a normal band wider than the range": Case(WELL, "[1, 3]", "[1, 9]", "normal", "wider", "[0, 5]"),
    "decimals that are no number": Case(WELL, "decimals = 2", 'decimals = "2"', "decimals", "is text", "without quotes"),
    "half a decimal": Case(WELL, "decimals = 2", "decimals = 1.5", "decimals", "1.5", "whole number"),
    "a negative deadband": Case(WELL, "deadband = 0.01", "deadband = -1", "deadband = -1", "-1", "It goes from 0"),
    "an enum without states": Case(
        WELL, 'kind = "text"', 'kind = "enum"', 'kind = "enum"', "needs its states", "Add states"
    ),
    "a state twice": Case(PUMP, "value = 1, id", "value = 0, id", "{ value = 0, id = \"running\"", "twice", "Remove"),
    "a state without a name": Case(PUMP, ', name = "en marche"', "", '"running"', 'no "name"', "Add name"),
    "a boolean of three states": Case(
        WELL, "value = 0,", "value = 2,", "states = [", "0 and 1", "enum"
    ),
    "states of a number": Case(WELL, 'kind = "boolean"\n', "", "states", "A number has no states", "enum"),
    "two tags of one id": Case(PUMP, 'id = "current"', 'id = "order"', 'id = "order"\nname = "Courant"', "second", "another"),
    "a tag called parent": Case(WELL, 'id = "note"', 'id = "parent"', 'id = "parent"', '"parent"', "around"),
    "a part of an unknown type": Case(
        WELL, 'id = "P2"\ntype = "pump"', 'id = "P2"\ntype = "pmup"', 'type = "pmup"', "pmup", '"pump"'
    ),
    "a type that is its own part": Case(
        WELL, 'id = "P2"\ntype = "pump"', 'id = "P2"\ntype = "well"', 'type = "well"', "part of itself", "Remove"
    ),
    "a state tag that does not exist": Case(PUMP, 'state = "state"', 'state = "stat"', 'state = "stat"', "stat", '"state"'),
    "a headline tag that does not exist": Case(WELL, "level\", \"P1.current", "level\", \"P1.curent", "headline", "curent", '"P1.current"'),
    # alarms
    "an alarm on an unknown tag": Case(WELL, 'tag = "level"', 'tag = "levle"', "tag =", "levle", '"level"'),
    "an alarm on a tag of an unknown part": Case(
        WELL, 'tag = "P1.current"', 'tag = "P3.current"', "tag = \"P3", "P3.current", "P2.current"
    ),
    "an alarm on the parent": Case(PUMP, 'tag = "state"', 'tag = "parent.level"', "tag = \"parent", "another equipment"),
    "an unknown condition": Case(WELL, 'when = "high"\nlimit = 4', 'when = "hihg"\nlimit = 4', "hihg", "hihg", '"high"'),
    "a level alarm on states": Case(WELL, 'when = "is"', 'when = "high"', 'when = "high"\nlimit = "absent"', "level", '"is"'),
    "an alarm on a text": Case(WELL, 'tag = "supply"', 'tag = "note"', 'tag = "note"', "is a text", "enum"),
    "a limit out of the range": Case(WELL, "limit = 4", "limit = 7", "limit = 7", "outside the range", "0 to 5 m"),
    "a limit that is no state": Case(WELL, '"absent"\np', '"abset"\np', 'limit = "abset"', "no state", '"absent"'),
    "a limit that is no value of a state": Case(PUMP, '"fault"\np', "9\np", "limit = 9", "no state", "stopped, running"),
    "an alarm without a limit": Case(WELL, "limit = 4\n", "", '[[alarm]]\nid = "high"', "no limit", "Add limit"),
    "a priority of five": Case(WELL, "priority = 2", "priority = 5", "priority = 5", "5", "1 to 4"),
    "an alarm without a priority": Case(WELL, "priority = 2\n", "", '[[alarm]]\nid = "high"', 'no "priority"', "Add"),
    "a controller's alarm on a level": Case(
        WELL, 'when = "high"\nlimit = 4\n', 'when = "native"\n', 'tag = "level"\nwhen = "native"', "not the state of a controller's alarm", "condition"
    ),
    "a controller's alarm with a limit": Case(
        WELL, 'when = "high"\nlimit = 4\n', 'when = "native"\nlimit = 4\n', "limit = 4", "no place", "Remove"
    ),
    "two alarms of one id": Case(WELL, 'id = "lost"', 'id = "high"', 'id = "high"\ntag = "supply"', "second alarm", "another"),
    "a delay in quotes": Case(WELL, "deadband = 0.1\n", 'on_delay_s = "5"\n', "on_delay_s", "is text", "quotes"),
    "latching that is no yes or no": Case(PUMP, "latching = true", "latching = 1", "latching", "a number", "true"),
    # commands
    "a command on an unknown tag": Case(PUMP, 'tag = "order"', 'tag = "odrer"', "odrer", "odrer", '"order"'),
    "a command with neither value nor range": Case(
        PUMP, "range = [5, 30]\n", "", 'id = "limit"', "neither a value nor a range", "setpoint"
    ),
    "a command with both": Case(PUMP, "range = [5, 30]\n", "range = [5, 30]\nvalue = 7\n", "range = [5", "both", "no value"),
    "a setpoint wider than its tag": Case(PUMP, "[5, 30]", "[5, 300]", "range = [5", "wider", "0 to 40 A"),
    "a feedback that does not exist": Case(PUMP, 'feedback = "state"', 'feedback = "stato"', "feedback", "stato", '"state"'),
    "an expected state that does not exist": Case(PUMP, '"running"\ni', '"runing"\ni', "expected", "runing", '"running"'),
    "an interlock that is no comparison": Case(
        PUMP, "parent.level > 0.5", "parent.level above 0.5", "parent.level", "is not a comparison", ""
    ),
    "an interlock with one =": Case(PUMP, "state != fault", "state = fault", "state = fault", "single =", ""),
    "an interlock on an unknown tag": Case(
        PUMP, "parent.level > 0.5", "parent.levl > 0.5", "parent.levl", "levl", '"parent.level"'
    ),
    "an interlock on an unknown state": Case(PUMP, "!= fault", "!= fautl", "!= fautl", 'mean "fault"', ""),
    "an interlock on a number that is no state": Case(PUMP, "!= fault", "!= 7", "!= 7", "no state", "fault"),
    "an interlock without words": Case(PUMP, ', name = "assez d\'eau"', "", "parent.level", 'no "name"', "Add name"),
    "a confirmation without a time": Case(PUMP, " within_s = 8,", "", "confirm", 'no "within_s"', "Add"),
    "a critical command without its consequence": Case(
        PUMP, 'consequence = { fr = "La pompe démarre.", en = "The pump starts." }\n', "", '[[command]]\nid = "start"',
        'no "consequence"', "Add",
    ),
    "two commands of one id": Case(PUMP, 'id = "limit"', 'id = "start"', 'id = "start"\nname = "Régler"', "second command"),
    # packs
    "a pack for an unknown type": Case(LIFT, '"well"', '"wel"', "type", "wel", '"well"'),
    "a pack on an unknown protocol": Case(LIFT, '"wire"', '"wrie"', "protocol", "wrie", '"wire"'),
    "a pack in a folder of another name": Case(LIFT, 'id = "lift"', 'id = "lft"', "id =", "name of the folder", '"lift"'),
    "a default that is no column": Case(LIFT, 'scale = "1"', 'registr = "1"', "registr", "registr", '"register"'),
    "a default scale that is no number": Case(LIFT, 'scale = "1"', 'scale = "one"', "scale", "not a number", "digits"),
    "an include of an unknown pack": Case(LIFT, '"drive"', '"drivee"', "drivee", "drivee", '"drive"'),
    "an include for an unknown part": Case(LIFT, '"P1"', '"P7"', '"P7"', "P7", "P1"),
    "an include of itself": Case(LIFT, '"drive"', '"lift"', 'pack = "lift"', "includes itself", "Remove"),
    "an include on another protocol": Case(
        DRIVE, '"wire"', '"radio"', "", 'drive" is on radio', "wire"
    ),
    "a tag that the type lacks": Case(LIFT_TAGS, "supply", "suply", "suply", "suply", '"supply"'),
    "a row without a tag": Case(LIFT_TAGS, "supply,,,,1", ",,,,1", ",,,,1", "no tag", "well"),
    "a tag carried twice": Case(LIFT_TAGS, "supply", "level", "level,,,,1", "already carried by line 3", "Remove"),
    "a tag carried by pack and include": Case(
        LIFT_TAGS, "supply,,,,1,\n", "supply,,,,1,\nP1.state,r,,,3,\n", "", "also carried", "Remove"
    ),
    "a tag of the parent in a pack": Case(DRIVE_TAGS, "current", "parent.level", "parent.level", "another equipment"),
    "an unknown access": Case(LIFT_TAGS, "level,r,", "level,x,", "level,x", '"x"', "rw"),
    "an address the protocol refuses": Case(LIFT_TAGS, "supply,,,,1", "supply,,,,one", "supply", "register 'one'"),
    "a scale of zero": Case(LIFT_TAGS, "0.001", "0", "level", "scale of 0", "empty"),
    "a scale with a decimal comma": Case(LIFT_TAGS, "0.001", '"0,001"', "level", "not a number", "point"),
    "an unknown column of a pack": Case(LIFT_TAGS, "register", "registre", "tag,", '"registre"', '"register"'),
    # equipment
    "an unknown type": Case(LIST, "PR-1,well", "PR-1,wll", "PR-1", "wll", '"well"'),
    "equipment without a type": Case(LIST, "PR-1,well", "PR-1,", "PR-1", "no type", "Fill in"),
    "an unknown area": Case(LIST, "harbour", "harbuor", "PR-2", "harbuor", '"harbour"'),
    "an unknown link": Case(LIST, "town,L-1", "town,L1", "PR-1", '"L1"', '"L-1"'),
    "an unknown pack": Case(LIST, "L-1,lift", "L-1,lfit", "PR-1", "lfit", '"lift"'),
    "a link without a pack": Case(LIST, "L-1,lift", "L-1,", "PR-1", "a link and no pack", "both"),
    "a pack for another type": Case(LIST, "L-1,lift", "L-1,drive", "PR-1", "carries a pump", "lift"),
    "two equipments of one id": Case(LIST, "PR-2", "PR-1", 'PR-1,well,"Port', "already described at equipment/stations.csv:3"),
    "an id with a dot in a list": Case(LIST, "PR-2", "PR.2", "PR.2", "can't be an id", "letters"),
    "the id of the station itself": Case(LIST, "PR-2", "VIGIE", "VIGIE", "the station itself", "another"),
    "the id of a link": Case(LIST, "PR-9", "L-1", "L-1,well", "id of a link", "L-L-1"),
    "equipment without a name": Case(LIST, "Gare", "", "PR-1", "no name", "operator"),
    "an unknown parent": Case(LIST, "lift,,47.46", "lift,PR-8,47.46", "PR-1", 'no equipment "PR-8"', "PR-"),
    "equipment inside itself": Case(LIST, "lift,,47.46", "lift,PR-1,47.46", "PR-1", "inside itself", "parent"),
    "a coordinate that is no number": Case(LIST, "47.46", "47;46", "PR-1", "not a number", "digits"),
    "a decimal comma": Case(LIST, "47.46", '"47,46"', "PR-1", "not a number", "with a point"),
    "no place on Earth": Case(LIST, "47.46,-0.55", "97.46,-0.55", "PR-1", "no place on Earth", "-90"),
    "a place far away": Case(LIST, "47.46,-0.55", "4.746,-0.55", "PR-1", "far from the site", "WGS"),
    "latitude and longitude swapped": Case(LIST, "47.46,-0.55", "-0.55,47.46", "PR-1", "far from the site", "swapped"),
    "half a position": Case(LIST, "47.46,-0.55", "47.46,", "PR-1", "Only one", "both"),
    "an argument left empty": Case(LIST, "-0.55,one", "-0.55,", "PR-1", "has no root", "Fill in the column root"),
    "an argument without its column": Case(LIST, "longitude,root", "longitude,rot", "id,type", 'needs a column "root"', '"rot"'),
    "a common column mistyped": Case(LIST, "latitude", "lattitude", "id,type", "lattitude", '"latitude"'),
    "a column twice": Case(LIST, "parent,latitude", "area,latitude", "id,type", "there twice", "Remove"),
    "a cell under no column": Case(LIST, "longitude,root", "longitude,", "PR-1", "under no column", "header"),
    "a list without names": Case(LIST, ",name,", ",title,", "id,type", '"name" is missing', "name_fr"),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_that_a_mistake_is_told_at_its_line_with_its_remedy(case: Case, tmp_path: Path) -> None:
    files = edited(case.file, case.old, case.new)
    problems = check(write(tmp_path, files), PROTOCOLS)
    told = [problem for problem in problems if case.message in problem.message and case.remedy in problem.remedy]
    assert told, "\n".join(map(str, problems)) or "no problem at all"
    if case.at:
        places = [(problem.file.as_posix(), problem.line) for problem in told]
        assert (case.file, line_of(files[case.file], case.at)) in places, "\n".join(map(str, told))


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_that_one_mistake_does_not_bury_itself_under_others(case: Case, tmp_path: Path) -> None:
    problems = check(write(tmp_path, edited(case.file, case.old, case.new)), PROTOCOLS)
    assert len(problems) <= 6, "\n".join(map(str, problems))


def test_that_several_mistakes_are_told_at_once(tmp_path: Path) -> None:
    files = edited("links.csv", "harbour", "harbur")
    files[PUMP] = files[PUMP].replace('"enum"', '"enumm"')
    files[LIST] = files[LIST].replace("47.46", "north")
    assert {problem.file.as_posix() for problem in check(write(tmp_path, files), PROTOCOLS)} == {LIST, LINKS, PUMP}


@pytest.mark.parametrize(
    "file", ["types/pump.toml", "packs/lift/pack.toml", "packs/lift/tags.csv", "links.csv", "areas.toml"]
)
def test_that_a_file_that_cannot_be_read_excuses_what_refers_to_it(file: str, tmp_path: Path) -> None:
    broken = "id = [" if file.endswith(".toml") else '"'
    (problem,) = check(write(tmp_path, {**SMALL, file: broken}), PROTOCOLS)
    assert problem.file.as_posix() == file
    assert problem.line == 1


def test_that_a_file_that_is_not_utf_8_is_told_with_the_line_of_the_byte(tmp_path: Path) -> None:
    folder = write(tmp_path, SMALL)
    (folder / LIST).write_bytes(SMALL[LIST].replace("Gare", "Gare fermée").encode("latin-1"))
    (problem,) = check(folder, PROTOCOLS)
    assert (problem.file.as_posix(), problem.line) == (LIST, 3)
    assert "UTF-8" in problem.remedy


@pytest.mark.parametrize("file", ["site.toml", "areas.toml", "packs/drive/tags.csv", "packs/drive/pack.toml"])
def test_that_a_missing_file_is_told_once(file: str, tmp_path: Path) -> None:
    if file == "packs/drive/pack.toml":
        (tmp_path / "packs/drive").mkdir(parents=True)
    problems = check(write(tmp_path, {name: text for name, text in SMALL.items() if name != file}), PROTOCOLS)
    assert [(problem.file.as_posix(), problem.line) for problem in problems] == [(file, 0)]
    assert "missing" in problems[0].message


def test_that_a_folder_that_nothing_reads_is_told(tmp_path: Path) -> None:
    files = {name.replace("equipment/", "equipement/"): text for name, text in SMALL.items()}
    problems = check(write(tmp_path, files), PROTOCOLS)
    assert ("equipement", 'Did you mean "equipment"?') in {(str(problem.file), problem.remedy) for problem in problems}


def test_that_a_page_that_does_not_exist_is_told(tmp_path: Path) -> None:
    files = edited(WELL, 'state = "supply"\n', 'state = "supply"\npage = "wel"\n')
    (problem,) = check(write(tmp_path, {**files, "pages/well.toml": ""}), PROTOCOLS)
    assert (problem.file.as_posix(), problem.line, problem.remedy) == (WELL, 5, 'Did you mean "well"?')


def test_that_an_empty_list_is_told(tmp_path: Path) -> None:
    problems = check(write(tmp_path, {**SMALL, "equipment/more.csv": "# nothing yet\n"}), PROTOCOLS)
    assert [(problem.file.as_posix(), problem.line) for problem in problems] == [("equipment/more.csv", 0)]
    assert "id,type,area" in problems[0].remedy


def test_that_a_thousand_wrong_references_to_a_long_list_are_told_in_seconds(tmp_path: Path) -> None:
    head, row = "id,type,name,area,parent\n", "E-{0},well,Nom,town,{1}\n"
    rows = "".join(row.format(number, f"F-{number}") for number in range(2000))
    problems = check(write(tmp_path, {**SMALL, "equipment/more.csv": head + rows}), PROTOCOLS)
    assert len(problems) == 2000
    assert sum(bool(problem.remedy) for problem in problems) == 50
