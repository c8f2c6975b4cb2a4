"""calendars.toml and programmes.toml: what they may say, every mistake with its line and remedy, and lists that end."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import pytest

import drivers
from supervisor.model import Text
from supervisor.schedule.calendars import Days
from supervisor.schedule.plan import bundles
from supervisor.schedule.programmes import Schedule, Until
from supervisor.site import check, load
from supervisor.site.calendars import warnings
from supervisor.site.programmes import schedule_of
from ui.cli import main

ANGERS = Path(__file__).parents[3] / "sites" / "angers"
HEAD = '[[programme]]\nid = "p"\nname = "P"\ntype = "lighting_circuit"\n'
POINT = 'point = [{ at = "sunset", do = "on" }]\n'


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo city, to be written over."""
    return shutil.copytree(ANGERS, tmp_path_factory.mktemp("site") / "angers")


@pytest.fixture
def folder(city: Path) -> Path:
    for name in ("calendars.toml", "programmes.toml"):
        shutil.copy(ANGERS / name, city / name)
    return city


def told(folder: Path) -> list[str]:
    return [str(problem) for problem in check(folder, drivers.TABLE)]


def read(folder: Path) -> Schedule:
    return schedule_of(load(folder, drivers.TABLE))


def test_that_the_demo_city_has_programmes_for_three_uses_and_a_festival(folder: Path) -> None:
    schedule = read(folder)
    sizes = {one.id: len(one.equipment) for one in schedule.programmes}
    assert sizes.keys() >= {"centre", "roads", "housing", "fete"}
    assert sizes["centre"] + sizes["roads"] + sizes["housing"] == 80, "every lamp has one, and none has two"
    assert all(one.name.fr and one.name.en for one in schedule.programmes)
    assert next(one for one in schedule.programmes if one.id == "centre").override is Until.NIGHT
    assert (
        sum(len(bundle.members) for bundle in bundles(schedule) if bundle.base.programme.type == "lighting_circuit")
        == 80
    )


def test_that_the_days_of_the_demo_city_are_known(folder: Path) -> None:
    schedule = read(folder)
    days = Days(schedule.calendars, schedule.types)
    kinds = {
        date(2026, 7, 14): ("festival", "Nuits de fête"), date(2026, 9, 12): ("festival", "Les Accroche-cœurs"),
        date(2026, 11, 11): ("school_holiday", "Armistice"), date(2026, 12, 25): ("going_out", "Fin de semaine"),
        date(2026, 11, 20): ("market", "Nuits avant le marché du samedi"),
        date(2026, 10, 20): ("school_holiday", "Vacances de la Toussaint"), date(2026, 11, 17): ("ordinary", ""),
    }  # fmt: skip
    assert {day: (days.kind(day).id, days.why(day).fr) for day in kinds} == kinds
    assert schedule.calendars["feries"].label(date(2030, 5, 1)) == Text("Fête du Travail", "Labor Day")
    assert schedule.calendars["marches"].label(date(2026, 12, 25)) is None


@pytest.mark.parametrize(
    ("text", "line", "message", "remedy"),
    [
        ('at = "sunsett", do = "on"', 5, '"sunsett" is no time', "sunset-15min"),
        ('at = "24:10", do = "on"', 5, '"24:10" is no time', "23:00"),
        ('at = "23:00", do = "onn"', 5, 'has no command "onn"', 'Did you mean "on"?'),
        ('at = "23:00", do = "dim"', 5, '"dim" needs a value', "dim 50"),
        ('at = "23:00", do = "dim 130"', 5, '130 is outside what "dim" takes', "10 to 100"),
        ('at = "23:00", do = "on 1"', 5, '"on" takes no value', 'Write "on".'),
        ('at = "23:00", do = ["on", 5]', 5, "is 5", '["on", "dim 100"]'),
        ('at = "23:00"', 5, "This point does nothing", "Add do"),
        ('at = "23:00", do = "on", not_before = "22:00"', 5, "Only a time of the sun has limits", "sunset"),
        ('at = "sunset", do = "on", not_after = "9 pm"', 5, '"9 pm" is no time of the clock', "06:30"),
        ('at = "dusk", do = "on", not_before = "22:00", not_after = "21:00"', 5, "before not_before", "Exchange"),
        (
            'at = "23:00", do = "on", days = ["closed"]',
            5,
            '"closed" is no day type of the type "lighting_circuit"',
            "Use",
        ),
        ('at = "23:00", do = "on", for = "20min"', 5, '"for" and "then" belong together', "then"),
        ('at = "23:00", do = "on", for = "9 days", then = "off"', 5, "is no duration", "20min"),
        ('at = "23:00", do = "on", days = ["festivl"]', 5, 'no day type "festivl"', 'Did you mean "festival"?'),
        ('at = "23:00", do = "on", dayz = []', 5, '"dayz" means nothing here', 'Did you mean "days"?'),
    ],
)
def test_that_a_mistake_in_a_point_is_told_with_its_line_and_remedy(
    folder: Path, text: str, line: int, message: str, remedy: str
) -> None:
    (folder / "programmes.toml").write_text(f"{HEAD}point = [{{ {text} }}]\n", "utf-8")
    problems = told(folder)
    assert any(one.startswith(f"programmes.toml:{line}: ") and message in one and remedy in one for one in problems), (
        problems
    )


@pytest.mark.parametrize(
    ("lines", "message", "remedy"),
    [
        ('areas = ["centr"]', 'no area "centr"', 'Did you mean "centre"?'),
        ('equipment = ["AP-999*"]', 'is called "AP-999*"', "AP-01*"),
        ('areas = ["centre"]\nexcept = ["AP-*"]', "is for no equipment at all", "Look at areas"),
        ('only_if = "parent.mode"', "a state", "Write a comparison"),
        ('only_if = "parent.moode == auto"', "parent.moode", "whole id"),
        ('only_if = "on and"', "ends too early", "missing"),
        ('first = "2026-05-01"\nlast = "2026-04-01"', "ends before it begins", "earlier day"),
        ('first = "1 May"', '"1 May" is no date', "2026-07-14"),
        ('season = ["04-15"]', '"season" is', "10-15"),
        ('season = ["04-15", "13-01"]', '"season" is', "10-15"),
        ("position = [147.4, -0.5]", '"position" is', "[latitude, longitude]"),
        ('override = "never"', '"override" is "never"', "event"),
        ('day_begins = "dawn"', '"day_begins" is "dawn"', "noon"),
        ("priority = 200", '"priority" is 200', "0 to 100"),
    ],
)
def test_that_a_mistake_in_a_programme_is_told_with_its_remedy(
    folder: Path, lines: str, message: str, remedy: str
) -> None:
    (folder / "programmes.toml").write_text(f"{HEAD}{lines}\n{POINT}", "utf-8")
    problems = told(folder)
    assert any(message in one and remedy in one for one in problems), problems


def test_that_two_programmes_of_one_priority_may_not_speak_of_one_tag(folder: Path) -> None:
    other = HEAD.replace('"p"', '"q"')
    (folder / "programmes.toml").write_text(f"{HEAD}{POINT}{other}{POINT}", "utf-8")
    (problem,) = told(folder)
    assert '"q" and "p" both speak of' in problem
    (folder / "programmes.toml").write_text(f"{HEAD}{POINT}{other}priority = 1\n{POINT}", "utf-8")
    assert told(folder) == []
    summer, winter = 'season = ["04-15", "10-15"]\n', 'season = ["10-16", "04-14"]\n'
    (folder / "programmes.toml").write_text(f"{HEAD}{summer}{POINT}{other}{winter}{POINT}", "utf-8")
    assert told(folder) == [], "they never meet"


def test_that_limits_of_a_night_are_compared_as_the_night_goes(folder: Path) -> None:
    limits = 'not_before = "22:00", not_after = "02:00"'
    point = f'point = [{{ at = "dusk", do = "on", {limits} }}]\n'
    (folder / "programmes.toml").write_text(f'{HEAD}day_begins = "noon"\n{point}', "utf-8")
    assert told(folder) == []
    (folder / "programmes.toml").write_text(f"{HEAD}{point}", "utf-8")
    assert "before not_before" in "".join(told(folder))


def test_that_an_equipment_type_may_have_day_types_of_its_own(folder: Path) -> None:
    schedule = read(folder)
    friday, saturday, holiday = date(2026, 11, 20), date(2026, 11, 21), date(2026, 12, 22)
    school, lamps = schedule.days("heating_circuit"), schedule.days("lighting_circuit")
    assert [school.kind(day).id for day in (friday, saturday, holiday)] == ["ordinary", "closed", "no_school"]
    assert [lamps.kind(day).id for day in (friday, saturday, holiday)] == ["market", "going_out", "school_holiday"]
    text = (folder / "calendars.toml").read_text("utf-8")
    (folder / "calendars.toml").write_text(
        text.replace('types = ["heating_circuit"]', 'types = ["heating_cirkuit"]'), "utf-8"
    )
    problems = [one for one in told(folder) if "heating_cirkuit" in one]
    assert len(problems) == 2
    assert all('Did you mean "heating_circuit"?' in one for one in problems)


def test_that_check_tells_who_counts_first_and_what_cuts_a_window(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["check", str(folder), "--language", "en"]) == 0
    assert 'note: Of 12 equipment "fete" (priority 10) counts before "centre" (0)' in capsys.readouterr().out
    windows = ", ".join(f'{{ at = "{at}", do = "open", for = "25min", then = "close" }}' for at in ("04:30", "04:40"))
    programme = HEAD.replace("lighting_circuit", "irrigation_valve")
    (folder / "programmes.toml").write_text(f"{programme}point = [{windows}]\n", "utf-8")
    assert main(["check", str(folder), "--language", "en"]) == 0
    told = capsys.readouterr().out
    assert "something is asked at 04:40, within the window of 04:30: one is cut" in told


def test_that_all_mistakes_of_both_files_are_told_at_once(folder: Path) -> None:
    (folder / "programmes.toml").write_text(
        f'{HEAD}areas = ["nowhere"]\npoint = [{{ at = "x", do = "y" }}, {{ at = "noon", do = "dim 1" }}]\n', "utf-8"
    )
    (folder / "calendars.toml").write_text(
        '[[calendar]]\nid = "a"\nname = "A"\nweekdays = ["sunday"]\ndates = ["2026-13-01", "02-30"]\n'
        'public_holidays = "XX"\nfiles = ["gone.csv", "../x.csv"]\nexcept = ["tomorrow"]\n'
        '[[calendar.span]]\nfrom = "2026-05-01"\nto = "2026-04-01"\n'
        '[[day]]\nid = "d"\nname = "D"\ncalendars = ["b"]\n',
        "utf-8",
    )
    problems = "\n".join(told(folder))
    for words in (
        "nowhere", '"x" is no time', 'no command "y"', "1 is outside", '"sunday" is no day of the week',
        '"2026-13-01" is no date', '"02-30" is no date', '"XX"', '"gone.csv"', "not in the site folder",
        '"tomorrow" is no date', "is no span", 'no calendar "b"',
    ):  # fmt: skip
        assert words in problems, words


def test_that_a_calendar_is_read_from_ics_with_its_last_day(folder: Path) -> None:
    (folder / "calendars" / "school.ics").write_text(
        "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nDTSTART;VALUE=DATE:20261017\r\nDTEND;VALUE=DATE:20261102\r\n"
        "SUMMARY:Vacances de la Toussaint\\, zone B\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n",
        "utf-8",
    )
    (folder / "calendars.toml").write_text(
        '[[calendar]]\nid = "s"\nname = "S"\nfiles = ["calendars/school.ics"]\n', "utf-8"
    )
    (folder / "programmes.toml").unlink()
    calendar = read(folder).calendars["s"]
    assert calendar.label(date(2026, 10, 16)) is None
    assert calendar.label(date(2026, 11, 1)) == Text(*["Vacances de la Toussaint, zone B"] * 2)
    assert calendar.label(date(2026, 11, 2)) is None
    assert calendar.ends == date(2026, 11, 1)


def test_that_a_list_that_ends_is_warned_of_in_time_and_a_rule_never(folder: Path) -> None:
    site = load(folder, drivers.TABLE)
    assert warnings(site, date(2026, 11, 22)) == []
    (soon,) = warnings(site, date(2027, 8, 1))
    assert soon.file == Path("calendars.toml")
    assert 'calendar "ecole" ends on 2027-08-31, in 30 days' in soon.message
    (over,) = warnings(site, date(2027, 9, 15))
    assert "ended on 2027-08-31" in over.message
    assert "Add the days" in over.remedy


def test_that_check_prints_warnings_and_passes_all_the_same(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "calendars.toml").write_text('[[calendar]]\nid = "o"\nname = "O"\ndates = ["2020-01-01"]\n', "utf-8")
    (folder / "programmes.toml").unlink()
    assert main(["check", str(folder), "--language", "en"]) == 0
    out = capsys.readouterr().out
    assert 'warning: calendars.toml:1: The list of days of the calendar "o" ended on 2020-01-01.' in out
    assert "no mistake found" in out
