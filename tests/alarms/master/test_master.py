"""The master alarm database against a copy of the demo city: out, changed as a spreadsheet changes it, and back."""

from __future__ import annotations

import csv
import tomllib
from collections.abc import Callable
from functools import cache
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl.utils import get_column_letter

import drivers
from alarms.master.book import MASTER, configured, sources, whole
from alarms.master.columns import COLUMNS
from alarms.master.compare import Kind, compare
from alarms.master.edit import edit, literal, proven
from alarms.master.own import with_cells
from alarms.master.sheets import read, write
from alarms.master.take import Taken, kept_rows, take
from supervisor.errors import SiteError, Unavailable
from supervisor.model import Site
from supervisor.site import check, load
from tests.journeys.conftest import small_city

ANGERS = Path(__file__).resolve().parents[3] / "sites" / "angers"
TEXT = (ANGERS / "types" / "pump.toml").read_text("utf-8")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return small_city(tmp_path)


def loaded(folder: Path) -> Site:
    return load(folder, drivers.TABLE)


def export(folder: Path, file: Path, change: Callable[[dict[tuple[str, str], dict[str, str]]], None]) -> Path:
    """A sheet of the site as somebody gives it back."""
    rows = whole(configured(loaded(folder)), kept_rows(folder))
    change(rows)
    write(file, rows.values())
    return file


def given_back(folder: Path, file: Path) -> Taken:
    return take(loaded(folder), file, lambda copy: check(copy, drivers.TABLE))


def row_of_late(folder: Path) -> int:
    """Where bus.late stands in a sheet, its head being row 1: the city gets more types now and then."""
    return list(configured(loaded(folder))).index(("bus", "late")) + 2


def mistakes(folder: Path, file: Path) -> list[str]:
    """What an import says; the folder must be as it was."""
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    with pytest.raises(SiteError) as told:
        given_back(folder, file)
    assert before == {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}, "nothing half-written"
    return [f"{problem.file}:{problem.line} {problem.message} {problem.remedy}" for problem in told.value.problems]


@pytest.mark.parametrize("ending", ["xlsx", "csv"])
def test_that_a_sheet_given_back_as_it_was_changes_nothing(folder: Path, tmp_path: Path, ending: str) -> None:
    types = {path: path.read_bytes() for path in (folder / "types").iterdir()}
    sheet = export(folder, tmp_path / f"a.{ending}", lambda rows: None)
    assert given_back(folder, sheet) == Taken(0, 0, ())
    assert types == {path: path.read_bytes() for path in (folder / "types").iterdir()}
    assert kept_rows(folder).keys() == configured(loaded(folder)).keys()


def test_that_values_change_where_they_stand_and_comments_stay(folder: Path, tmp_path: Path) -> None:
    type_ = folder / "types" / "bus.toml"
    text = type_.read_text("utf-8").replace("limit = 480", "limit = 480   # eight minutes, said the operator")
    type_.write_text(text, "utf-8")

    def change(rows: dict[tuple[str, str], dict[str, str]]) -> None:
        rows["bus", "late"] |= {"limit": "600", "on_delay_s": "90", "priority": "3", "cause_fr": 'Un "trafic" dense'}
        rows["bus", "late"] |= {"latching": "true", "severity": "2", "approved_by": "S. Benali"}
        rows["bus", "late"] |= {"approved_on": "2026-11-20", "justification": "peu grave"}

    taken = given_back(folder, export(folder, tmp_path / "a.xlsx", change))
    assert taken == Taken(1, 5, (Path("types/bus.toml"),))
    after = type_.read_text("utf-8")
    assert "limit = 600   # eight minutes, said the operator" in after
    assert len(after.splitlines()) == len(text.splitlines()) + 1, "latching is a line more"
    rule = next(rule for rule in loaded(folder).types["bus"].alarms if rule.id == "late")
    assert (rule.limit, rule.on_delay_s, int(rule.priority), rule.latching) == (600, 90, 3, True)
    assert rule.cause.fr == 'Un "trafic" dense'
    kept = kept_rows(folder)["bus", "late"]
    assert (kept["severity"], kept["approved_by"], kept["limit"]) == ("2", "S. Benali", "600")


def test_that_all_mistakes_are_told_at_once_by_their_cell(folder: Path, tmp_path: Path) -> None:
    def change(rows: dict[tuple[str, str], dict[str, str]]) -> None:
        rows["bus", "late"] |= {"priority": "7", "on_delay_s": "deux", "tag": "speed", "name_en": ""}
        rows["bus", "crowded"] |= {"alarm": "crowed"}
        rows["pump", "protection"] |= {"approved_by": "S. Benali"}

    told = mistakes(folder, export(folder, tmp_path / "a.xlsx", change))
    assert len(told) == 6, told
    heads = [column.name for column in COLUMNS]
    late = row_of_late(folder)
    at = {name: f"Alarms!{get_column_letter(heads.index(name) + 1)}{late} ({name})" for name in heads}
    assert any(at["priority"] in one and "Write a whole number, 1 to 4" in one for one in told)
    assert any(at["on_delay_s"] in one and "without a unit" in one for one in told)
    assert any(at["tag"] in one and "edit types/bus.toml:" in one for one in told)
    assert any("(name_en): it is empty" in one for one in told)
    assert any('has no alarm "crowed". Did you mean "crowded"?' in one for one in told)
    assert any("(approved_on): an approval has a name and a day" in one for one in told)


def test_that_what_only_the_site_can_judge_is_told_by_its_cell_too(folder: Path, tmp_path: Path) -> None:
    def change(rows: dict[tuple[str, str], dict[str, str]]) -> None:
        rows["car_park", "barrier_fault"]["limit"] = "broken"

    (told,) = mistakes(folder, export(folder, tmp_path / "a.csv", change))
    assert "(limit)" in told
    assert "broken" in told


def test_that_columns_may_be_left_out_and_stand_in_any_order(folder: Path, tmp_path: Path) -> None:
    sheet = tmp_path / "a.csv"
    sheet.write_text("priority;alarm;type\n3;late;bus\n", "utf-8-sig")
    assert given_back(folder, sheet).cells == 1
    french = "type;alarm;latching;deadband;approved_by;approved_on\nbus;late;VRAI;12,5;S. Benali;5/1/2027\n"
    sheet.write_text(french, "utf-8-sig")
    assert given_back(folder, sheet).cells == 2
    rule = next(rule for rule in loaded(folder).types["bus"].alarms if rule.id == "late")
    assert (rule.latching, rule.deadband) == (True, 12.5)
    assert kept_rows(folder)["bus", "late"]["approved_on"] == "2027-01-05"
    sheet.write_text("priority,alarm\n3,late\n", "utf-8")
    (told,) = mistakes(folder, sheet)
    assert 'The column "type" is missing' in told


def test_that_a_text_is_taken_away_in_both_languages_or_not_at_all(folder: Path, tmp_path: Path) -> None:
    def one(rows: dict[tuple[str, str], dict[str, str]]) -> None:
        rows["bus", "late"]["action_en"] = ""

    (told,) = mistakes(folder, export(folder, tmp_path / "a.csv", one))
    assert "only one language" in told

    def both(rows: dict[tuple[str, str], dict[str, str]]) -> None:
        rows["bus", "late"] |= {"action_fr": "", "action_en": ""}

    assert given_back(folder, export(folder, tmp_path / "a.csv", both)).cells == 1
    assert "action" not in sources(folder)["bus", "late"].document.values["alarm"][0]


def test_that_the_diff_tells_what_is_configured_and_not_approved(folder: Path, tmp_path: Path) -> None:
    def approve(rows: dict[tuple[str, str], dict[str, str]]) -> None:
        for row in rows.values():
            row |= {"approved_by": "S. Benali", "approved_on": "2026-11-20"}
        rows["bus", "late"] |= {"approved_by": "", "approved_on": ""}

    given_back(folder, export(folder, tmp_path / "a.xlsx", approve))
    (only,) = compare(kept_rows(folder), configured(loaded(folder)), approval=True)
    assert (only.kind, only.key) == (Kind.UNAPPROVED, ("bus", "late"))
    type_ = folder / "types" / "bus.toml"
    type_.write_text(type_.read_text("utf-8").replace("limit = 95", "limit = 90"), "utf-8")
    changed = [one for one in compare(kept_rows(folder), configured(loaded(folder))) if one.kind is Kind.CHANGED]
    assert [(one.key, one.column, one.left, one.right) for one in changed] == [
        (("bus", "crowded"), "limit", "95", "90")
    ]
    fewer = configured(loaded(folder))
    del fewer["bus", "late"]
    kinds = {one.kind for one in compare(kept_rows(folder), fewer)}
    assert kinds == {Kind.REMOVED, Kind.CHANGED}


def test_that_a_workbook_has_figures_to_sort_and_no_formula(folder: Path, tmp_path: Path) -> None:
    def change(rows: dict[tuple[str, str], dict[str, str]]) -> None:
        rows["bus", "late"]["notes"] = "=1+1"

    book = openpyxl.load_workbook(export(folder, tmp_path / "a.xlsx", change))
    sheet = book["Alarms"]
    heads = [cell.value for cell in sheet[1]]
    late = row_of_late(folder)
    assert sheet.cell(late, heads.index("limit") + 1).value == 480
    assert sheet.cell(late, heads.index("notes") + 1).data_type == "s"
    assert (folder / MASTER).exists() is False, "an export changes nothing"


def test_that_the_types_stay_where_the_master_can_not_be_written(folder: Path, tmp_path: Path) -> None:
    def change(rows: dict[tuple[str, str], dict[str, str]]) -> None:
        rows["bus", "late"]["limit"] = "500"

    sheet = export(folder, tmp_path / "a.csv", change)
    (folder / MASTER.parent).write_text("a file where the folder of the master has to be", "utf-8")
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    with pytest.raises(Unavailable):
        given_back(folder, sheet)
    assert before == {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}, "nothing half-done"


def test_that_a_file_that_is_no_sheet_is_said_so(tmp_path: Path) -> None:
    for name, raw in (("a.xlsx", b"no zip"), ("a.csv", b"type,alarm\n\xe9,x\n"), ("a.ods", b"")):
        (tmp_path / name).write_bytes(raw)
        with pytest.raises(Unavailable):
            read(tmp_path / name)
    with pytest.raises(Unavailable):
        read(tmp_path / "none.csv")


# ------------------------------------------------------------ editing TOML
@cache
def paths() -> list[tuple[str | int, ...]]:
    """Values of the pump's alarm, and keys it has not."""
    base = ("alarm", 0)
    return [
        (*base, "priority"), (*base, "response_min"), (*base, "name", "fr"), (*base, "cause", "en"), (*base, "action"),
        (*base, "deadband"), (*base, "latching"), ("tag", 3, "deadband"), ("tag", 0, "states", 1, "value"),
    ]  # fmt: skip


VALUES = st.one_of(st.booleans(), st.integers(-9, 9999), st.text(max_size=20), st.floats(-1e6, 1e6, width=32))


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_that_an_edit_is_what_was_asked_for_and_keeps_every_comment(data: st.DataObject) -> None:
    text = "# first\r\n" + TEXT.replace("priority = 3", "priority = 3   # of four").replace(
        "\n", data.draw(st.sampled_from(["\n", "\r\n"]))
    )
    some = data.draw(st.lists(st.sampled_from(paths()), min_size=1, unique=True))
    after = proven(text, {path: data.draw(VALUES) for path in some})
    comments = [line.strip() for line in text.splitlines() if line.startswith("#")] + ["   # of four"]
    assert all(comment in after for comment in comments)


def test_that_a_key_taken_away_leaves_its_comment_and_its_neighbours() -> None:
    text = '[[alarm]]\nid = "a"\ncause = "x"   # from the manual\nlimit = 1\n'
    assert edit(text, {("alarm", 0, "cause"): None}) == '[[alarm]]\nid = "a"\n# from the manual\nlimit = 1\n'
    inline = 'alarm = [{ id = "a", cause = "x", limit = 1 }]\n'
    assert edit(inline, {("alarm", 0, "cause"): None}) == 'alarm = [{ id = "a", limit = 1 }]\n'
    assert edit(inline, {("alarm", 0, "id"): None}) == 'alarm = [{ cause = "x", limit = 1 }]\n'
    assert tomllib.loads(edit(inline, {("alarm", 0, "deadband"): 0.5}))["alarm"][0]["deadband"] == 0.5


def test_that_a_new_key_does_not_slip_into_a_table_below() -> None:
    text = '[[alarm]]\nid = "a"\n[alarm.watch]\ntag = "b"\n[[alarm]]\nid = "c"'
    after = tomllib.loads(proven(text, {("alarm", 0, "limit"): 3, ("alarm", 1, "limit"): 4}))
    assert after["alarm"] == [{"id": "a", "limit": 3, "watch": {"tag": "b"}}, {"id": "c", "limit": 4}]


@given(st.text())
def test_that_any_text_is_written_as_toml_reads_it(text: str) -> None:
    if not any("\ud800" <= sign <= "\udfff" for sign in text):
        assert tomllib.loads(f"a = {literal(text)}")["a"] == text


def test_that_the_command_line_does_it(folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from ui.cli import main

    sheet, english = tmp_path / "a.csv", ("--language", "en")
    assert main(["alarms", str(folder), "export", str(sheet), "--semicolons"]) == 0
    rows = list(csv.DictReader(sheet.read_text("utf-8-sig").splitlines(), delimiter=";"))
    rows[row_of_late(folder) - 2]["limit"] = "600"
    with sheet.open("w", encoding="utf-8-sig", newline="") as file:
        out = csv.DictWriter(file, rows[0].keys(), delimiter=";")
        out.writeheader()
        out.writerows(rows)
    assert main(["alarms", str(folder), "import", str(sheet), "--dry-run", *english]) == 0
    assert "1 value to change, rules: 1, files: types/bus.toml" in capsys.readouterr().out
    assert main(["alarms", str(folder), "import", str(sheet)]) == 0
    assert main(["alarms", str(folder), "diff", *english]) == 1
    assert "? bus.late: not approved" in capsys.readouterr().out
    assert main(["alarms", str(folder), "diff", "--language", "fr"]) == 1
    assert "? bus.late: non approuvée : ni nom ni jour" in capsys.readouterr().out
    assert main(["alarms", str(folder), "diff", str(sheet), str(sheet)]) == 0


# ------------------------------------------------------------ one equipment otherwise than its type
OWN = Path("alarms") / "overrides.csv"


def with_own(folder: Path, *columns: str) -> tuple[str, str]:
    """An override of the first equipment of some type with an alarm of a level; the key of its row."""
    site = loaded(folder)
    alarm = next(one for one in site.alarms if one.equipment.type.id == "bus" and one.rule.id == "late")
    heads = ("equipment", "alarm", "limit", *columns, "reason")
    row = (alarm.equipment.id, alarm.rule.id, "500", *("" for _ in columns), '"long, but known"')
    (folder / OWN).parent.mkdir(exist_ok=True)
    (folder / OWN).write_text(f"# by S. Benali\n{','.join(heads)}\n{','.join(row)}\n", "utf-8")
    return "bus", alarm.id


def test_that_an_override_is_a_row_of_its_own_and_comes_back_where_it_stands(folder: Path, tmp_path: Path) -> None:
    key = with_own(folder, "priority")
    rows = configured(loaded(folder))
    assert (rows[key]["limit"], rows[key]["equipment"]) == ("500", "1")
    assert rows[key]["priority"] == rows["bus", "late"]["priority"], "all else is the type's"
    types = {path: path.read_bytes() for path in (folder / "types").iterdir()}

    def change(rows: dict[tuple[str, str], dict[str, str]]) -> None:
        rows[key] |= {"limit": "540", "priority": "2"}

    assert given_back(folder, export(folder, tmp_path / "a.xlsx", change)) == Taken(1, 2, (OWN,))
    text = (folder / OWN).read_text("utf-8")
    assert text.startswith("# by S. Benali\n")
    assert text.endswith(',late,540,2,"long, but known"\n')
    assert types == {path: path.read_bytes() for path in (folder / "types").iterdir()}
    rule = next(alarm.rule for alarm in loaded(folder).alarms if alarm.id == key[1])
    assert (rule.limit, int(rule.priority)) == (540, 2)
    assert given_back(folder, export(folder, tmp_path / "b.csv", lambda rows: None)) == Taken(0, 0, ())


def test_that_a_separator_within_a_text_moves_no_cell_to_another_row() -> None:
    text = "equipment,alarm,limit,reason\nA,high,1,old\u2028cable\nB,high,2,new\n"
    assert with_cells(text, [(3, "limit", "9")]) == text.replace("B,high,2", "B,high,9")


def test_that_an_override_nobody_approved_is_a_difference(folder: Path, tmp_path: Path) -> None:
    given_back(folder, export(folder, tmp_path / "a.csv", lambda rows: None))
    key = with_own(folder)
    found = {one.key: one.kind for one in compare(kept_rows(folder), configured(loaded(folder)))}
    assert found == {key: Kind.ADDED}
    given_back(folder, export(folder, tmp_path / "b.csv", lambda rows: None))
    (folder / OWN).write_text((folder / OWN).read_text("utf-8").replace(",500,", ",510,"), "utf-8")
    (one,) = compare(kept_rows(folder), configured(loaded(folder)))
    assert (one.kind, one.key, one.column, one.left, one.right) == (Kind.CHANGED, key, "limit", "500", "510")
    (folder / OWN).unlink()
    (one,) = compare(kept_rows(folder), configured(loaded(folder)))
    assert (one.kind, one.key) == (Kind.REMOVED, key)


def test_that_what_an_override_can_not_say_is_told_by_its_cell(folder: Path, tmp_path: Path) -> None:
    key = with_own(folder)

    def change(rows: dict[tuple[str, str], dict[str, str]]) -> None:
        rows[key] |= {"cause_fr": "Autre", "limit": "-5"}
        rows["bus", "X.late"] = rows["bus", "late"] | {"alarm": "X.late"}

    told = mistakes(folder, export(folder, tmp_path / "a.csv", change))
    assert any("for one equipment only" in one and "in types/bus.toml" in one for one in told), told
    assert any('has no alarm "X.late"' in one for one in told)

    def priority(rows: dict[tuple[str, str], dict[str, str]]) -> None:
        rows[key] |= {"priority": "1"}

    (one,) = mistakes(folder, export(folder, tmp_path / "b.csv", priority))
    assert 'it has no column "priority": add it to its header' in one
