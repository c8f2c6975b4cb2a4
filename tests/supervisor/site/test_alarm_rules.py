"""What [[alarm]] may say: every condition read, every mistake told with its line and what to do."""

from __future__ import annotations

from pathlib import Path

import pytest

from supervisor.causes import edges
from supervisor.model import AlarmRule, Condition, Site
from supervisor.site import check, load
from tests.supervisor.site.small import PROTOCOLS, SMALL, Files, write

PUMP, WELL = "types/pump.toml", "types/well.toml"
TAIL = 'priority = 3\nname = "A"\n'


def with_alarm(text: str, file: str = PUMP) -> Files:
    return {**SMALL, file: f'{SMALL[file]}\n[[alarm]]\nid = "mine"\n{text}\n{TAIL}'}


def read(tmp_path: Path, text: str, file: str = PUMP) -> tuple[Site, AlarmRule]:
    site = load(write(tmp_path, with_alarm(text, file)), PROTOCOLS)
    type_ = site.types["pump" if file == PUMP else "well"]
    return site, next(rule for rule in type_.alarms if rule.id == "mine")


def test_that_an_enumeration_may_name_several_states(tmp_path: Path) -> None:
    _, rule = read(tmp_path, 'tag = "state"\nwhen = "is"\nlimit = ["stopped", "fault"]')
    assert (rule.condition, rule.watch.limits) == (Condition.IS, (0.0, 2.0))


def test_that_a_deviation_names_its_setpoint(tmp_path: Path) -> None:
    text = 'tag = "current"\nwhen = "deviation"\nsetpoint = "parent.level"\nlimit = 60\ndeadband = 2'
    site, rule = read(tmp_path, text)
    assert (rule.watch.other, rule.limit, rule.deadband) == ("parent.level", 60, 2), "not held against the range"
    assert "PR-1.P1.mine" in {alarm.id for alarm in site.alarms}


def test_that_rates_and_frozen_values_have_windows(tmp_path: Path) -> None:
    _, rule = read(tmp_path, 'tag = "current"\nwhen = "rising"\nlimit = 100')
    assert (rule.condition, rule.watch.window_s) == (Condition.RISING, 60)
    _, rule = read(tmp_path, 'tag = "current"\nwhen = "frozen"\nwindow_s = 900')
    assert (rule.limit, rule.watch.window_s) == (0, 900)


def test_that_a_disagreement_maps_the_states_of_its_command(tmp_path: Path) -> None:
    text = 'tag = "state"\nwhen = "disagrees"\ncommand = "order"\non_delay_s = 5\nexpected = { yes = "running" }'
    _, rule = read(tmp_path, text)
    assert (rule.watch.other, rule.watch.expected) == ("order", ((1.0, 1.0),))


def test_that_a_formula_is_of_its_first_tag_unless_another_is_named(tmp_path: Path) -> None:
    _, rule = read(tmp_path, 'when = "formula"\nformula = "parent.level < 1 and state == running"')
    assert rule.tag == "state"
    _, rule = read(tmp_path, 'tag = "current"\nwhen = "formula"\nformula = "state == running"')
    assert rule.tag == "current"


def test_that_an_alarm_whose_second_tag_nothing_carries_does_not_exist(tmp_path: Path) -> None:
    files = with_alarm('tag = "state"\nwhen = "deviation"\nsetpoint = "current"\nlimit = 5'.replace("state", "order"))
    files = with_alarm('tag = "current"\nwhen = "formula"\nformula = "state == running"')
    files["packs/drive/tags.csv"] = files["packs/drive/tags.csv"].replace("state,r,10,\n", "")
    files[PUMP] = files[PUMP].replace('feedback = "state"\nexpected = "running"\n', "")
    site = load(write(tmp_path, files), PROTOCOLS)
    ids = [alarm.id for alarm in site.alarms]
    assert "PR-1.P1.mine" not in ids
    assert [alarm.index for alarm in site.alarms] == list(range(len(ids)))


def test_that_causes_lead_to_rows_and_a_silent_thing_comes_of_its_link(tmp_path: Path) -> None:
    text = 'tag = "current"\nwhen = "communication"\nsuppressed_by = ["fault"]\ncaused_by = ["parent.lost"]'
    site, _ = read(tmp_path, text)
    name = {alarm.index: alarm.id for alarm in site.alarms}
    found = {(name[edge.alarm], name[edge.cause], edge.hides) for edge in edges(site) if "PR-1" in name[edge.alarm]}
    assert found == {
        ("PR-1.P1.mine", "PR-1.P1.fault", True),
        ("PR-1.P1.mine", "PR-1.lost", False),
        ("PR-1.P1.mine", "L-1.communication_lost", True),
    }


MISTAKES = {
    "a list of states on a level": ('tag = "current"\nwhen = "high"\nlimit = ["a"]', "has one limit", '"is"'),
    "a list on a number": ('tag = "current"\nwhen = "is"\nlimit = ["a"]', "has no states", "one number"),
    "an unknown state in a list": ('tag = "state"\nwhen = "is"\nlimit = ["fautl"]', '"fautl" is no state', "fault"),
    "an empty list": ('tag = "state"\nwhen = "is"\nlimit = []', "The list is empty", "running"),
    "a deviation of states": (
        'tag = "state"\nwhen = "deviation"\nsetpoint = "current"\nlimit = 1', "compares a level", '"is"',
    ),
    "a deviation from nothing": ('tag = "current"\nwhen = "deviation"\nlimit = 1', 'has no "setpoint"', "Add setpoint"),
    "a deviation from an unknown tag": (
        'tag = "current"\nwhen = "deviation"\nsetpoint = "curent"\nlimit = 1', 'no tag "curent"', "current",
    ),
    "a deadband wider than a deviation": (
        'tag = "current"\nwhen = "deviation"\nsetpoint = "parent.level"\nlimit = 1\ndeadband = 2', "wider", "below 1",
    ),
    "a disagreement that leaves no time": (
        'tag = "state"\nwhen = "disagrees"\ncommand = "order"\nexpected = { yes = "running" }',
        "leaves the device no time", "on_delay_s",
    ),
    "a disagreement of other states": (
        'tag = "state"\nwhen = "disagrees"\ncommand = "order"\non_delay_s = 5', "other states", 'no = "stopped"',
    ),
    "a state that is expected and is not": (
        'tag = "state"\nwhen = "disagrees"\ncommand = "order"\non_delay_s = 5\nexpected = { yes = "runing" }',
        '"runing" is no state', "running",
    ),
    "a command that has no such state": (
        'tag = "state"\nwhen = "disagrees"\ncommand = "order"\non_delay_s = 5\nexpected = { yess = "running" }',
        '"yess" means nothing', "yes",
    ),
    "a frozen value without a window": ('tag = "current"\nwhen = "frozen"', 'has no "window_s"', "Add window_s"),
    "a window of a limit": ('tag = "current"\nwhen = "high"\nlimit = 3\nwindow_s = 5', "means nothing to", "rising"),
    "a limit of a silence": ('tag = "current"\nwhen = "communication"\nlimit = 3', "means nothing to", "high"),
    "a formula that is a number": ('when = "formula"\nformula = "current * 2"', "is a number", "Compare it"),
    "a formula with a mistake": ('when = "formula"\nformula = "current > "', "ends too early", "missing"),
    "a formula of an unknown tag": ('when = "formula"\nformula = "curent > 3"', 'no tag "curent"', "current"),
    "no formula": ('tag = "current"\nwhen = "formula"', 'has no "formula"', "Add formula"),
    "an expression that is no truth": (
        'tag = "current"\nwhen = "high"\nlimit = 3\nsuppress_when = "current"', "is a number", "Compare it",
    ),
    "a cause that is no alarm": (
        'tag = "current"\nwhen = "high"\nlimit = 3\nsuppressed_by = ["falt"]', '"falt" leads to no alarm', "fault",
    ),
    "a cause above that is no alarm": (
        'tag = "current"\nwhen = "high"\nlimit = 3\ncaused_by = ["parent.lots"]', "leads to no alarm", "parent.lost",
    ),
    "a cause of the link that is no alarm": (
        'tag = "current"\nwhen = "high"\nlimit = 3\ncaused_by = ["link.lost"]', "leads to no alarm", "link.communi",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("text", "message", "remedy"), MISTAKES.values(), ids=MISTAKES.keys())
def test_that_a_mistake_is_told_with_its_remedy(tmp_path: Path, text: str, message: str, remedy: str) -> None:
    problems = check(write(tmp_path, with_alarm(text)), PROTOCOLS)
    told = [one for one in problems if message in one.message and remedy in one.remedy]
    assert told, "\n".join(map(str, problems)) or "no problem at all"
    assert told[0].file == Path(PUMP)
    assert told[0].line > SMALL[PUMP].count("\n")
    assert len(problems) <= 3, "\n".join(map(str, problems))


def test_that_alarms_that_hide_each_other_are_a_mistake(tmp_path: Path) -> None:
    files = with_alarm('tag = "current"\nwhen = "high"\nlimit = 3\nsuppressed_by = ["fault"]')
    files[PUMP] = files[PUMP].replace("latching = true\n", 'latching = true\nsuppressed_by = ["mine"]\n')
    problems = check(write(tmp_path, files), PROTOCOLS)
    assert [("comes of itself" in one.message, one.file.as_posix()) for one in problems] == [(True, PUMP)]
