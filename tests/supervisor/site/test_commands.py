"""What a site says of commands beyond their value: persons, classes, rates, formulas; and what a pack demands."""

from __future__ import annotations

from pathlib import Path

import pytest

from supervisor.desk.demands import commands, spec_of
from supervisor.desk.interlocks import judge
from supervisor.formula import Formula
from supervisor.model import BAD, CommandClass, Interlock, Site, Tag
from supervisor.site import check, load
from tests.supervisor.site.small import PROTOCOLS, SMALL, write

PUMP, LIFT, PEOPLE = "types/pump.toml", "packs/lift/pack.toml", "people.toml"
START = '[[command]]\nid = "start"\n'


def site(tmp_path: Path, **changes: tuple[str, str]) -> Site:
    return load(write(tmp_path, edited(**changes)), PROTOCOLS)


def edited(**changes: tuple[str, str]) -> dict[str, str]:
    files = dict(SMALL)
    for name, (old, new) in changes.items():
        path = {"pump": PUMP, "lift": LIFT, "people": PEOPLE}[name]
        assert old in files[path]
        files[path] = files[path].replace(old, new, 1)
    return files


def test_that_a_critical_command_is_selected_first_and_of_its_own_class_unless_it_says(tmp_path: Path) -> None:
    start = site(tmp_path).types["pump"].commands["start"]
    assert (start.class_, start.select_s, start.approval) == (CommandClass.CRITICAL, 15.0, 1)
    more = 'class = "maintenance"\nselect_s = 40\napproval = 2\napproval_s = 90\nrate_s = 30\n'
    start = site(tmp_path / "more", pump=(START, START + more)).types["pump"].commands["start"]
    assert (start.class_, start.select_s) == (CommandClass.MAINTENANCE, 40.0)
    assert (start.approval, start.approval_s, start.rate_s) == (2, 90.0, 30.0)


def test_that_a_setpoint_may_say_its_step_and_no_other_command_may(tmp_path: Path) -> None:
    limit = 'id = "limit"\n'
    found = site(tmp_path, pump=(limit, limit + "max_step = 2.5\n")).types["pump"].commands["limit"]
    assert found.max_step == 2.5
    problems = check(write(tmp_path / "bad", edited(pump=(START, START + "max_step = 2\n"))), PROTOCOLS)
    assert ["max_step" in str(problem) for problem in problems] == [True]


@pytest.mark.parametrize("words", ["select_s = 10", "approval = 2"])
def test_that_an_emergency_waits_for_nobody(tmp_path: Path, words: str) -> None:
    change = (START, f'{START}class = "emergency"\n{words}\n')
    problems = check(write(tmp_path, edited(pump=change)), PROTOCOLS)
    assert ["waits for nobody" in str(problem) for problem in problems] == [True]
    plain = site(tmp_path / "plain", pump=(START, f'{START}class = "emergency"\n')).types["pump"].commands["start"]
    assert (plain.select_s, plain.approval) == (0.0, 1)


def lock_of(tmp_path: Path, when: str) -> tuple[Site, Interlock]:
    found = site(tmp_path, pump=(START, f'{START}permissive = [{{ when = "{when}", name = "prête" }}]\n'))
    (lock,) = found.types["pump"].commands["start"].permissives
    return found, lock


def held(found: Site, lock: Interlock, values: dict[str, float], bad: str = "") -> bool | None:
    def read(tag: Tag) -> tuple[float, int]:
        return (float("nan"), BAD) if tag.id == bad else (values.get(tag.id, 0.0), 0)

    return judge(found, found.equipment_by_id["PR-1.P1"], lock, read).holds


def test_that_what_must_hold_may_be_a_formula_of_several_tags_and_bad_quality_satisfies_none(tmp_path: Path) -> None:
    found, lock = lock_of(tmp_path, "parent.level > 0.5 and not (state == fault) or current > 3")
    assert isinstance(lock.when, Formula)
    assert held(found, lock, {"PR-1.level": 1.0}) is True
    assert held(found, lock, {"PR-1.level": 1.0, "PR-1.P1.state": 2.0}) is False
    assert held(found, lock, {"PR-1.level": 1.0}, bad="PR-1.level") is None
    assert held(found, lock, {"PR-1.level": 1.0}, bad="PR-1.P1.current") is None


def test_that_two_tags_may_be_compared_and_a_state_of_the_same_word_stays_a_state(tmp_path: Path) -> None:
    found, lock = lock_of(tmp_path, "current < parent.level")
    assert isinstance(lock.when, Formula)
    assert held(found, lock, {"PR-1.level": 2.0, "PR-1.P1.current": 1.0}) is True
    assert held(found, lock, {"PR-1.level": 2.0, "PR-1.P1.current": 3.0}) is False
    _, plain = lock_of(tmp_path / "plain", "state == running")
    assert not isinstance(plain.when, Formula)


@pytest.mark.parametrize(
    ("when", "said"),
    [
        ("current + 3 and state == fault", "yes or no is needed"),
        ("levl > 1 and current > 2", "levl"),
        ("(current > 2", "closing bracket"),
        ("current * 2", "yes or no is needed"),
    ],
)
def test_that_a_formula_that_means_nothing_is_told_at_its_line(tmp_path: Path, when: str, said: str) -> None:
    change = (START, f'{START}permissive = [{{ when = "{when}", name = "prête" }}]\n')
    (problem,) = check(write(tmp_path, edited(pump=change)), PROTOCOLS)
    assert said in str(problem)
    assert "permissive" in edited(pump=change)[PUMP].splitlines()[problem.line - 1]


def test_that_a_pack_demands_of_its_model_what_the_type_leaves_open(tmp_path: Path) -> None:
    demands = 'settle_s = 12\n[[command]]\nid = "P1.start"\napproval = 2\nselect_s = 30\nsettle_s = 20\n'
    files = dict(SMALL)
    files[LIFT] = files[LIFT].replace("[defaults]", demands + "[defaults]", 1) if "[defaults]" in files[LIFT] else (
        files[LIFT] + demands
    )  # fmt: skip
    found = load(write(tmp_path, files), PROTOCOLS)
    one = found.equipment_by_id["PR-1.P1"]
    start = spec_of(found, one, "start")
    assert start
    assert (start.within_s, start.approval, start.select_s) == (20.0, 2, 30.0)
    assert commands(found, one)["start"] == start
    assert (commands(found, one)["limit"].within_s, commands(found, one)["limit"].approval) == (12.0, 1)
    assert spec_of(found, one, "nothing") is None


def test_that_a_demand_for_a_command_that_is_not_there_is_told(tmp_path: Path) -> None:
    files = dict(SMALL)
    files[LIFT] = files[LIFT] + '\n[[command]]\nid = "P1.strat"\napproval = 2\n'
    (problem,) = check(write(tmp_path, files), PROTOCOLS)
    assert "P1.strat" in str(problem)
    assert "P1.start" in str(problem)


def test_that_classes_of_a_person_are_read_and_mistakes_in_them_told(tmp_path: Path) -> None:
    role = 'role = "operator"\n'
    found = site(tmp_path, people=(role, role + 'classes = ["normal", "maintenance"]\n'))
    assert found.users["ada"].classes == {CommandClass.NORMAL, CommandClass.MAINTENANCE}
    for new, said in (
        (role + 'classes = ["critcal"]\n', "critcal"),
        ('role = "viewer"\nclasses = ["normal"]\n', "gives no commands"),
    ):
        folder = tmp_path / said.replace(" ", "")
        (problem,) = check(write(folder, edited(people=(role, new))), PROTOCOLS)
        assert said in str(problem)


def test_that_an_included_pack_brings_its_demands_along(tmp_path: Path) -> None:
    files = dict(SMALL)
    assert "[[include]]" in files[LIFT]
    files["packs/drive/pack.toml"] += '\nsettle_s = 7\n[[command]]\nid = "start"\napproval = 2\n'
    found = load(write(tmp_path, files), PROTOCOLS)
    one = found.equipment_by_id["PR-1.P1"]
    assert (commands(found, one)["start"].within_s, commands(found, one)["start"].approval) == (7.0, 2)
    assert commands(found, one)["limit"].within_s == 7.0
