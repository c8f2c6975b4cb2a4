"""Formulas and groups as an engineer writes them: every mistake at its line, with what to write instead."""

from __future__ import annotations

from pathlib import Path

import pytest

from supervisor.site import check, load
from tests.supervisor.calculated.test_calculator import GROUPS
from tests.supervisor.calculated.town import calculated, files
from tests.supervisor.site.small import PROTOCOLS, line_of, write

BOX = "types/box.toml"


@pytest.mark.parametrize(
    ("formula", "message", "remedy"),
    [
        ("a + bb", 'no tag "bb"', 'mean "b"'),
        ("a +", "ends too early", "missing"),
        ("a b", '"b" is not expected', "operator"),
        ("(a", "bracket", "Count"),
        ("a ** 2", '"*" is not expected', "missing"),
        ("a $ 2", '"$" means nothing', "Use +"),
        ("a = 2", "single =", "=="),
        ("1 < a < 2", "Two comparisons", "and"),
        ("a > 1", "gives yes or no", "boolean"),
        ("on * 2", "on is yes or no", "if(on, 1, 0)"),
        ("mode * 2", "mode is a state", "mode == …"),
        ("if(mode == atuo, 1, 0)", 'no state of mode', 'mean "auto"'),
        ("if(mode > auto, 1, 0)", "not more or less", "=="),
        ("if(a, 1, 0)", "a is a number", "a > 0"),
        ("if(on, 1, on)", "a number or yes or no", "one sort"),
        ("power(a, 2)", 'no function "power"', "clamp"),
        ("clamp(a, 2)", "takes 3 values", "commas"),
        ("sum(a)", "a is not of a part", "sum(parts.current)"),
        ("sum(a, b)", "every part", "sum(parts.current)"),
        ("parts.c + 1", "many parts", "sum(parts.c)"),
        ("sum(parts.cc)", 'tag "cc"', 'mean "c"'),
        ("sum(sum(parts.c))", "another function over parts", "tag of its own"),
        ("x + 1", "circle: box.x → box.x", "Break"),
        ("y + 1", "circle: box.x → box.y → box.x", "Break"),
        ("(" * 60 + "a" + ")" * 60, "too deep", "Split"),
        ("1e999", "too big", "smaller"),
        ("__import__('os')", "", ""),
    ],
)  # fmt: skip
def test_that_a_mistake_in_a_formula_is_told_at_its_line(
    tmp_path: Path, formula: str, message: str, remedy: str
) -> None:
    made = files(2, {"x": formula, "y": "x * 2"})
    problems = check(write(tmp_path, made), PROTOCOLS)
    mine = [problem for problem in problems if problem.line == line_of(made[BOX], f'formula = "{formula}"')]
    assert mine, problems
    assert message in mine[0].message
    assert remedy in mine[0].remedy


def test_that_a_calculated_tag_is_neither_carried_nor_written(tmp_path: Path) -> None:
    made = files(2, {"x": "a + b"})
    made["packs/boxes/tags.csv"] += "x,r,90\n"
    made[BOX] += '\n[[command]]\nid = "set"\nname = "S"\ntag = "x"\nrange = [0, 1]\n'
    told = [problem.message for problem in check(write(tmp_path, made), PROTOCOLS)]
    assert any("no controller carries it" in message for message in told)
    assert any("nothing can write it" in message for message in told)


def test_that_a_calculated_tag_exists_where_all_it_takes_does_and_has_its_alarms(tmp_path: Path) -> None:
    made = files(2, {"x": "y + 1", "y": "P2.c + 1"})
    made["types/box.toml"] += '\n[[alarm]]\nid = "h"\ntag = "x"\nwhen = "high"\nlimit = 4\npriority = 3\nname = "H"\n'
    made["packs/few/pack.toml"] = made["packs/boxes/pack.toml"].replace("boxes", "few")
    made["packs/few/tags.csv"] = "tag,access,register\na,r,1\nP1.c,r,2\n"
    made["equipment/boxes.csv"] += "B9,box,Petit,town,L-1,few\n"
    made["types/motor.toml"] += calculated({"z": "parent.a * 2"})
    site = load(write(tmp_path, made), PROTOCOLS)
    found = [tag.id for tag in site.tags if tag.spec.formula]
    assert sorted(found) == sorted(
        ["B0.x", "B0.y", "B1.x", "B1.y", "B0.P1.z", "B0.P2.z", "B1.P1.z", "B1.P2.z", "B9.P1.z"]
    )
    assert [alarm.id for alarm in site.alarms if alarm.rule.id == "h"] == ["B0.h", "B1.h"]
    assert [tag.index for tag in site.tags] == list(range(len(site.tags)))


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('of = "a * 2"', 'of = "aa * 2"', 'no tag "aa"'),
        ('how = "sum"', 'how = "total"', '"how" is "total"'),
        ('how = "sum"', 'how = "count"', "and this is a number"),
        ('how = "count"', 'how = "sum"', "and this is yes or no"),
        ('type = "box"', 'type = "boxx"', 'no equipment type "boxx"'),
        ('id = "ALL"', 'id = "B1"', '"B1" is also the id'),
        ('id = "ALL"', 'id = "ALL"\nmatch = "X*"', 'No box is called like "X*"'),
        ('each = "area"', 'each = "area"\narea = "moon"', 'no area "moon"'),
        ('name = "Part"', 'name = "Part"\nhigh = 3', '"high" means nothing'),
        ('tag = "total"', 'tag = "totl"', 'no tag "totl"'),
        ('id = "running"', 'id = "total"', 'second "total"'),
    ],
)
def test_that_a_mistake_in_a_group_is_told(tmp_path: Path, old: str, new: str, message: str) -> None:
    assert GROUPS.count(old) == 1
    problems = check(write(tmp_path, files(3, {}, GROUPS.replace(old, new))), PROTOCOLS)
    assert any(message in problem.message for problem in problems), problems
    assert all(problem.file == Path("groups.toml") and problem.line for problem in problems)
