"""Reading pages, and what is wrong with them."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supervisor.model import Text
from tests.ui.bench import angers
from ui.synoptic.binding import bind
from ui.synoptic.lint import lint
from ui.synoptic.page import Synoptic, load, load_pages

HEAD = '[page]\nid = "p"\ntype = "pumping_station"\nsize = [640, 480]\n'
PUMP = '[[symbol]]\nid = "{id}"\nkind = "pump"\nat = [{x}, {y}]\ntag = "P1.state"\n'


def read(folder: Path, text: str) -> Synoptic:
    """The page of a text that has no mistake of its own."""
    path = folder / "p.toml"
    path.write_text(HEAD + text, "utf-8")
    page, problems = load(path)
    assert page is not None
    assert problems == []
    return page


def complaints(folder: Path, text: str) -> list[str]:
    return [str(problem) for problem in lint(angers(), {"p": read(folder, text)}) if problem.file.name == "p.toml"]


def test_that_every_page_of_the_demo_city_is_without_a_mistake() -> None:
    pages, problems = load_pages(angers())
    assert [str(problem) for problem in [*problems, *lint(angers(), pages)]] == []


def test_that_a_repeat_is_written_out_for_each_part_with_its_step(tmp_path: Path) -> None:
    page = read(
        tmp_path,
        '[[repeat]]\nparts = ["P1", "P2"]\nstep = [0, 128]\n'
        '[[repeat.symbol]]\nid = "pump-{part}"\nkind = "pump"\nat = [64, 64]\ntag = "{part}.state"\n'
        'label = { fr = "Pompe {n}", en = "Pump {n}" }\n',
    )
    first, second = page.symbols
    assert (first.id, first.tag, first.at) == ("pump-P1", "P1.state", (64, 64))
    assert (second.id, second.tag, second.at, second.part) == ("pump-P2", "P2.state", (64, 192), "P2")
    assert second.label == Text("Pompe 2", "Pump 2")


def test_that_a_page_that_is_not_toml_is_one_problem_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "broken.toml"
    path.write_text("[page]\nid = \n", "utf-8")
    page, problems = load(path)
    assert page is None
    assert [problem.line for problem in problems] == [2]


def test_that_an_id_said_twice_is_told(tmp_path: Path) -> None:
    path = tmp_path / "p.toml"
    path.write_text(HEAD + PUMP.format(id="a", x=64, y=64) + PUMP.format(id="a", x=200, y=64), "utf-8")
    assert "said twice" in str(load(path)[1])


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[[symbol]]\nid = "a"\nkind = "pumpe"\nat = [64, 64]\n', "Did you mean 'pump'?"),
        ('[[symbol]]\nid = "a"\nkind = "value"\nat = [64, 64]\ntag = "levell"\n', "Did you mean 'level'?"),
        ('[[symbol]]\nid = "a"\nkind = "value"\nat = [64, 64]\n', "needs a tag"),
        ('[[symbol]]\nid = "a"\nkind = "value"\nat = [64, 64]\ntag = "level"\npart = "P9"\n', "no part 'P9'"),
        ('[[symbol]]\nid = "a"\nkind = "value"\nat = [61, 64]\ntag = "level"\n', "off the grid"),
        ('[[symbol]]\nid = "a"\nkind = "value"\nat = [64, 64]\ntag = "level"\nbigg = true\n', "Did you mean 'big'?"),
        ('[[symbol]]\nid = "a"\nkind = "value"\nat = [600, 64]\ntag = "level"\n', "outside the page"),
        (
            '[[symbol]]\nid = "a"\nkind = "word"\nat = [64, 64]\ntag = "P1.state"\nalert = ["runing"]\n',
            "Did you mean 'running'?",
        ),
        ('[[symbol]]\nid = "a"\nkind = "door"\nat = [64, 64]\ntag = "mode"\n', "no drawing for 'auto'"),
        (PUMP.format(id="a", x=64, y=64) + PUMP.format(id="b", x=96, y=64), "lies upon a"),
        ('[[pipe]]\nid = "a"\npath = [[200, 200], [400, 200]]\n', "ends nowhere"),
        ('[[pipe]]\nid = "a"\npath = [[0, 0], [640, 480]]\n', "runs aslant"),
    ],
)
def test_that_a_mistake_is_told_with_its_remedy(tmp_path: Path, text: str, said: str) -> None:
    found = complaints(tmp_path, text)
    assert any(said in line for line in found), found


def test_that_a_mistake_names_its_line(tmp_path: Path) -> None:
    page = read(tmp_path, PUMP.format(id="a", x=61, y=64))
    assert {problem.line for problem in lint(angers(), {"p": page}) if problem.file.name == "p.toml"} == {6}


def test_that_a_pipe_meets_a_symbol_another_pipe_or_the_edge(tmp_path: Path) -> None:
    text = (
        PUMP.format(id="a", x=320, y=240)
        + '[[pipe]]\nid = "in"\npath = [[0, 240], [288, 240]]\n'
        + '[[pipe]]\nid = "branch"\npath = [[160, 240], [160, 480]]\n'
    )
    assert complaints(tmp_path, text) == []


def test_that_what_an_equipment_does_not_carry_is_left_out_with_its_pipes() -> None:
    site = angers()
    pages, _ = load_pages(site)
    cabinets = [equipment for equipment in site.equipment if equipment.type.id == "lighting_cabinet"]
    for cabinet in cabinets:
        drawing = bind(pages["lighting_cabinet"], site, cabinet)
        parts = {part.id for part in site.parts_by_equipment[cabinet.id]}
        drawn = {bound.symbol.part for bound in drawing.symbols} - {""}
        assert {f"{cabinet.id}.{part}" for part in drawn} <= parts
        assert {f"{cabinet.id}.{pipe.pipe.part}" for pipe in drawing.pipes if pipe.pipe.part} <= parts
        assert len(drawing.symbols) > 30


def test_that_an_alarm_is_worn_by_one_symbol_only() -> None:
    site = angers()
    pages, _ = load_pages(site)
    drawing = bind(pages["pumping_station"], site, site.equipment_by_id["PR-02"])
    worn = [alarm.id for bound in drawing.symbols for alarm in bound.alarms]
    assert sorted(worn) == sorted(set(worn))
    assert "PR-02.level_high" in {
        alarm.id for bound in drawing.symbols for alarm in bound.alarms if bound.symbol.id == "well"
    }


@given(st.lists(st.sampled_from(["P1", "P2", "P3", "C1"]), max_size=4, unique=True), st.integers(-4, 4))
def test_that_a_repeat_makes_as_many_symbols_as_it_has_parts(parts: list[str], step: int) -> None:
    from ui.synoptic.page import _repeated

    table = {"repeat": [{"parts": parts, "step": [8 * step, 0], "symbol": [{"id": "{part}", "at": [64, 64]}]}]}
    made = list(_repeated(table, "symbol"))
    assert [row["id"] for row in made] == parts
    assert [row["at"][0] for row in made] == [64 + 8 * step * n for n in range(len(parts))]
