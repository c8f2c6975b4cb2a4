"""alarms/overrides.csv: what one equipment has otherwise than its type, and every mistake told at once."""

from __future__ import annotations

from pathlib import Path

from supervisor.model import Site
from supervisor.site import check, load
from tests.supervisor.site.small import PROTOCOLS, SMALL, write

FILE = "alarms/overrides.csv"
PUMP = "types/pump.toml"
MORE = """
[[alarm]]
id = "deaf"
tag = "state"
when = "disagrees"
command = "order"
expected = { yes = "running", no = "stopped" }
on_delay_s = 5
priority = 3
name = "Sourde"

[[alarm]]
id = "off"
tag = "state"
when = "is"
limit = ["stopped", "fault"]
priority = 4
name = "Arrêtée"

[[alarm]]
id = "fast"
tag = "current"
when = "rising"
limit = 10
deadband = 2
priority = 4
name = "Montée"
"""


def folder(tmp_path: Path, rows: str) -> Path:
    return write(tmp_path, {**SMALL, PUMP: SMALL[PUMP] + MORE, FILE: f"# what is otherwise\n{rows}"})


def loaded(tmp_path: Path, rows: str) -> Site:
    return load(folder(tmp_path, rows), PROTOCOLS)


def test_that_an_equipment_has_its_own_limit_and_priority_and_all_others_those_of_the_type(tmp_path: Path) -> None:
    rows = "equipment,alarm,limit,deadband,on_delay_s,priority,reason\nPR-1,high,3.5,0.2,30,1,bâche basse\n"
    site = loaded(tmp_path, rows + "PR-1,lost,present,,,,\nPR-1.P1,fast,4,,,2,\n")
    rules = {alarm.id: alarm.rule for alarm in site.alarms}
    high = rules["PR-1.high"]
    assert (high.limit, high.deadband, high.on_delay_s, int(high.priority)) == (3.5, 0.2, 30, 1)
    assert (high.name.fr, high.response_s) == ("Niveau haut", 900), "all else is the type's"
    assert rules["PR-1.lost"].limit == 1
    assert (rules["PR-1.P1.fast"].limit, rules["PR-1.P1.fast"].deadband) == (4, 2)
    other = rules["PR-2.high"]
    assert (other.limit, other.deadband, int(other.priority)) == (4, 0.1, 2)
    assert site.types["well"].alarms[0].limit == 4


def test_that_another_override_is_another_site(tmp_path: Path) -> None:
    plain = load(write(tmp_path / "a", SMALL), PROTOCOLS).fingerprint
    own = load(write(tmp_path / "b", {**SMALL, FILE: "equipment,alarm,limit\nPR-1,high,3\n"}), PROTOCOLS).fingerprint
    assert plain != own, "a window must not judge by other limits than its station"


def test_that_every_mistake_is_told_at_once_with_its_line_and_what_to_do(tmp_path: Path) -> None:
    rows = [
        ("PR-77", "high", "3", "", "", "There is no equipment"),
        ("PR-1", "hihg", "3", "", "", 'has no alarm "hihg"'),
        ("PR-1", "high", "9", "", "", "outside the range of level. It goes from 0 to 5 m."),
        ("PR-2", "high", "deux", "", "", 'limit "deux" is not a number'),
        ("PR-1", "lost", "gone", "", "", '"gone" is no state of supply'),
        ("PR-1.P1", "off", "fault", "", "", "it means several states"),
        ("PR-1.P1", "fault", "", "1", "", '"is" has no deadband'),
        ("PR-1.P1", "fast", "1", "", "", "The deadband 2 is wider than the limit"),
        ("PR-1.P1", "deaf", "", "", "7", "priority 7 is none. Write 1 to 4"),
        ("PR-1", "overload", "", "-1", "", "deadband -1 is less than nothing"),
        ("PR-2", "overload", "", "", "", "says nothing"),
        ("PR-2", "lost", "present", "", "", ""),
        ("PR-2", "lost", "absent", "", "", "already overridden at alarms/overrides.csv:14"),
    ]
    lines = "\n".join(",".join(row[:5]) for row in rows)
    problems = check(folder(tmp_path, f"equipment,alarm,limit,deadband,priority\n{lines}\n"), PROTOCOLS)
    told = {problem.line: f"{problem.message} {problem.remedy}" for problem in problems}
    wanted = {number: row[5] for number, row in enumerate(rows, 3) if row[5]}
    assert told.keys() == wanted.keys(), problems
    for line, words in wanted.items():
        assert words in told[line], (line, told[line])


def test_that_a_column_nobody_knows_is_told(tmp_path: Path) -> None:
    (problem,) = check(folder(tmp_path, "equipment,alarm,limits\n"), PROTOCOLS)
    assert 'There is no column "limits"' in problem.message
    assert 'Did you mean "limit"?' in problem.remedy
