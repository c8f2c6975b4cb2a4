"""Mistakes of a pack that no single cell shows, told by `vigie check` at the row they stand in."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

import drivers
from supervisor.site import check

ANGERS = Path(__file__).parents[3] / "sites" / "angers"
PACK = Path("packs/schneider-iem3155")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return shutil.copytree(ANGERS, tmp_path / "angers")


def replaced(path: Path, old: str, new: str) -> None:
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")


def told(folder: Path) -> list[str]:
    return [str(problem) for problem in check(folder, drivers.TABLE)]


def test_that_the_demo_has_no_such_mistake(folder: Path) -> None:
    assert told(folder) == []


def test_that_a_row_in_a_forbidden_range_is_told_at_its_line(folder: Path) -> None:
    with (folder / PACK / "pack.toml").open("a", encoding="utf-8") as file:
        file.write('\n[device]\nforbidden = "holding 3027-3028, input 3027-3028"\n')
    problems = told(folder)
    assert len(problems) == 1, problems
    assert "tags.csv" in problems[0]
    assert "forbids" in problems[0]


def test_that_a_value_larger_than_a_request_may_be_is_told(folder: Path) -> None:
    with (folder / PACK / "pack.toml").open("a", encoding="utf-8") as file:
        file.write("\n[device]\nmost_registers = 2\n")
    assert any("most_registers" in problem for problem in told(folder)), "the least a device may read is checked first"


def test_that_a_number_is_no_string(folder: Path) -> None:
    replaced(folder / PACK / "pack.toml", 'type = "float32"', 'type = "string"\nlength = "8"')
    assert any("a string carries a text only" in problem for problem in told(folder)), told(folder)


@pytest.mark.parametrize(("unit", "words"), [("3000", "no whole number from 0 to 255"), ("deux", "no whole number")])
def test_that_a_wrong_unit_is_told_once_for_each_line_of_the_list(folder: Path, unit: str, words: str) -> None:
    lists = [path for path in (folder / "equipment").glob("*.csv") if "lift-station" in path.read_text("utf-8")]
    path = lists[0]
    rows = path.read_text("utf-8").splitlines()
    head = next(number for number, row in enumerate(rows) if row.startswith("id,"))
    rows[head] += ",unit"
    of_pack = [number for number, row in enumerate(rows) if number > head and "lift-station" in row]
    for number, row in enumerate(rows):
        if number > head and row and not row.startswith("#"):
            rows[number] = f"{row},{unit if number in of_pack[:2] else ''}"
    path.write_text("\n".join(rows) + "\n", "utf-8")
    problems = [problem for problem in told(folder) if words in problem]
    assert len(problems) == 2, told(folder)
    assert f":{of_pack[0] + 1}" in problems[0]
