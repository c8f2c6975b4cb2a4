"""A person is called by name wherever one is shown, also one whom the site folder does not list."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from supervisor.journal import Entry
from supervisor.journal_rows import Wish
from tests.ui.town import ANNE, TownStation
from ui import words
from ui.journal import sheet
from ui.journal.page import JournalPage
from ui.look import Look
from ui.meeting import AGAIN_S
from ui.naming import person, taker
from ui.pages import JOURNAL
from ui.shell.window import MainWindow

Until = Callable[[Callable[[], bool]], None]
ROOT = Path(__file__).parents[2]
GUEST, NAME = "x.gast", "Xavière Gast"
BY_THEMSELVES = {
    "ui/cli/people.py", "ui/cli/sheet.py", "ui/cli/window.py",  # lists of people of the site folder, as such
    "ui/journal/page.py", "ui/journal/sheet.py", "ui/shift/hand_over.py",  # lists to choose from, with those met
}  # fmt: skip


def test_that_no_part_of_the_window_looks_a_person_up_by_itself() -> None:
    found = {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "ui").rglob("*.py")
        if re.search(r"\.users\b", path.read_text("utf-8"))
    }
    assert found <= BY_THEMSELVES, "call people by ui.naming.person, which knows everybody"


def test_that_seats_and_what_acts_by_itself_have_words(station: TownStation) -> None:
    look = Look("Europe/Paris")
    assert person(station.site, "", look) == ""
    assert person(station.site, "@Poste 1", look) == "poste « Poste 1 »"
    assert person(station.site, next(iter(words.ACTORS)), look) == "Programmes horaires"
    assert [person(station.site, id_, look) for id_ in (ANNE.id, GUEST)] == [ANNE.name, GUEST]
    assert [taker(station.site, code, look) for code in (0, 1, 0xFFFF)] == ["", ANNE.name, "…"]


def test_that_somebody_known_to_the_station_alone_is_called_by_name_everywhere(
    window: MainWindow, station: TownStation, until: Until, tmp_path: Path
) -> None:
    look, site = window.context.look, station.site
    alarm = site.alarms[0]
    window.refresh.tick()
    until(lambda: not window.meeting._busy)
    window.navigate(JOURNAL)
    station.note(
        Entry("alarm", "take", GUEST, alarm.id, "", "done", {"from": GUEST}),
        Entry("access", "alter", ANNE.id, GUEST, "", "done", {"name": NAME}),
        Entry("access", "refused", "@Poste 1", "shelve", "", "refused", {"place": "Poste 1"}),
    )
    page = window.pages[JOURNAL]
    assert isinstance(page, JournalPage)
    page.slow()
    until(lambda: len(page.model.rows) == 3)
    assert str(page.model.index(2, 4).data()) == GUEST, "nobody knows yet"

    station.writer.people.meet(GUEST, NAME)  # as when they sign in
    station.writer.extend(()).result(20)
    station.clock._step(station.clock.monotonic() + AGAIN_S)
    window.refresh.tick()
    until(lambda: look.met.name(GUEST) == NAME)
    told = [[str(page.model.index(row, column).data()) for column in (2, 4, 5)] for row in range(3)]
    assert told[2][1:] == [NAME, f"de {NAME}"]
    assert told[1][:2] == [NAME, ANNE.name], "an account is called by the name of its owner"
    assert told[0][1] == "poste « Poste 1 »"
    assert page.who.findText(NAME) > 0, "and can be asked for"
    page.who.choose(GUEST)
    until(lambda: len(page.model.rows) == 1)

    with station.engine.columns.writing():
        station.engine.columns["taken_by"][0] = station.writer.people.code(GUEST)
    assert taker(site, int(station.alarms["taken_by"][0]), look) == NAME
    rows = station.journal.find(Wish(text="xaviere")).rows
    assert [row.kind for row in rows] == ["alter", "take"], "who looks for the name finds what the id did"
    names = sheet.Names(site, "fr", look.met)
    assert sheet.write(rows[1:], tmp_path / "export.csv", names) == 1
    assert NAME in (tmp_path / "export.csv").read_text("utf-8-sig")


def test_that_those_of_the_past_are_called_as_today(window: MainWindow, station: TownStation, until: Until) -> None:
    station.writer.people.meet(GUEST, NAME)
    station.writer.extend(()).result(20)
    window.refresh.tick()
    until(lambda: not window.meeting._busy)
    station.clock._step(station.clock.monotonic() + AGAIN_S)
    window.refresh.tick()
    until(lambda: window.context.look.met.name(GUEST) == NAME)
    machine = window.past.machine
    code = machine._names.code(GUEST)
    assert taker(station.site, code, window.context.look) == NAME
