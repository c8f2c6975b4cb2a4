"""The operator positions of a site folder."""

from __future__ import annotations

from pathlib import Path

from supervisor.model import Area, System, Text
from supervisor.site.findings import Catalogue, Findings
from supervisor.site.positions import Position, positions, read_positions
from tests.ui.town import Town


def read(folder: Path, text: str) -> list[str]:
    """The problems of a positions.toml."""
    (folder / "positions.toml").write_text(text, "utf-8")
    findings = Findings()
    areas: Catalogue[Area] = Catalogue("area", findings)
    areas.rows["doutre"] = Area("doutre", Text("Doutre", "Doutre"), "")
    systems: Catalogue[System] = Catalogue("system", findings)
    systems.rows["water"] = System("water", Text("Eau", "Water"), "")
    read_positions(folder, areas, systems, findings)
    return [f"{problem.line}: {problem.message} {problem.remedy}" for problem in findings.all()]


def test_that_a_site_without_the_file_has_none(tmp_path: Path) -> None:
    assert positions(tmp_path) == {}


def test_that_every_mistake_is_told_at_once(tmp_path: Path) -> None:
    told = read(
        tmp_path,
        '[[position]]\nid = "a"\nname = "A"\nareas = ["doutr"]\n\n'
        '[[position]]\nid = "a"\nname = "B"\nsystem = ["water"]\n',
    )
    assert told == [
        '4: There is no area "doutr". Did you mean "doutre"?',
        '7: The position "a" is already described at positions.toml:2. Give one of them another id, or remove it.',
        '9: "system" means nothing here. Did you mean "systems"?',
    ]


def test_that_a_position_answers_for_its_areas_with_all_in_them_and_its_systems() -> None:
    site = Town().site()
    thing = next(one for one in site.equipment if one.system == "water" and site.areas[one.area].parent)
    above = site.areas[thing.area].parent
    name = Text("P", "P")
    assert Position("p", name).answers(thing, site.areas)
    assert Position("p", name, frozenset({above})).answers(thing, site.areas)
    assert not Position("p", name, frozenset({"nowhere"})).answers(thing, site.areas)
    assert not Position("p", name, frozenset(), frozenset({"lighting"})).answers(thing, site.areas)
