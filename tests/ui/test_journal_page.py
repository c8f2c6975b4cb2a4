"""The page of the journal."""

from __future__ import annotations

import asyncio
import csv
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from alarms.floods import Flood, flood_entry
from supervisor.clock import SECOND
from supervisor.journal import Entry
from supervisor.journal_rows import Found, Wish
from tests.ui.town import ANNE, TownStation
from ui.journal.page import MOST, JournalPage
from ui.pages import JOURNAL, Place
from ui.shell.window import MainWindow

Until = Callable[[Callable[[], bool]], None]


@pytest.fixture
def page(window: MainWindow, station: TownStation, until: Until) -> JournalPage:
    station.note(
        Entry("system", "start"),
        Entry(
            "command",
            "outcome",
            ANNE.id,
            "PR01.P1",
            "",
            "refused",
            {"check": "interlock", "fr": "Bâche vide.", "en": "Empty."},
        ),
        Entry("alarm", "raise", subject="PR02.level_high", detail={"value": 4.52}),
    )
    window.navigate(JOURNAL)
    window.refresh.tick()
    page = window.pages[JOURNAL]
    assert isinstance(page, JournalPage)
    until(lambda: len(page.model.rows) == 3)
    return page


def cells(page: JournalPage, row: int) -> list[str]:
    return [str(page.model.index(row, column).data()) for column in range(page.model.columnCount())]


def test_that_a_flood_is_told_in_words_and_its_first_row_is_one_row(
    page: JournalPage, window: MainWindow, station: TownStation, until: Until
) -> None:
    station.note(flood_entry(Flood()))
    station.wind(1.1)
    window.refresh.tick()
    until(lambda: len(page.model.rows) == 4)
    assert cells(page, 0)[1:3] == ["Fin d'avalanche", "Tout le site"]
    assert cells(page, 0)[5] == "alarmes/10 min 0"
    page.context.look.use(language="en")
    assert cells(page, 0)[2] == "Whole site"
    assert cells(page, 0)[5] == "alarms/10 min 0"
    page.text.setText("avalanche")
    page.text.settled.emit()
    until(lambda: page.count.text() == "1 row")
    page.context.look.use(language="fr")
    until(lambda: page.count.text() == "1 ligne")


def test_that_the_newest_row_is_first_and_told_in_the_operators_words(page: JournalPage) -> None:
    assert cells(page, 0)[1:3] == ["Apparition", "Relevage 02 – Niveau bâche haut"]
    assert cells(page, 0)[5] == "valeur 4,5 m"
    assert cells(page, 1)[1:3] == ["Issue de la commande", "Relevage 01 · Pompe 1"]
    assert cells(page, 1)[3] == "refusé"
    assert cells(page, 1)[5] == "Bâche vide. · contrôle verrouillage"
    assert cells(page, 1)[4] == "A. Laurent"


def test_that_what_proved_a_step_of_a_command_is_told_in_the_words_of_its_tag(
    page: JournalPage, station: TownStation, until: Until
) -> None:
    said = {"id": 1, "tag": "PR01.P1.state", "value": 1.0}
    station.note(Entry("command", "read_back", ANNE.id, "PR01.P1", "", "read_back", said))
    page.slow()
    until(lambda: len(page.model.rows) == 4)
    assert cells(page, 0)[5] == "valeur en marche"


def test_that_one_word_may_mean_another_thing_in_another_book(
    page: JournalPage, station: TownStation, until: Until
) -> None:
    station.note(Entry("alarm", "release", ANNE.id, "PR02.level_high"), Entry("access", "release", ANNE.id))
    page.slow()
    until(lambda: len(page.model.rows) == 5)
    assert [cells(page, row)[1] for row in (1, 0)] == ["Fin de prise en charge", "Valeur de remplacement retirée"]


def test_that_a_new_row_comes_by_itself(
    page: JournalPage, window: MainWindow, station: TownStation, until: Until
) -> None:
    station.note(Entry("access", "attach", ANNE.id))
    station.wind(1.1)
    station.beat()
    window.refresh.tick()
    until(lambda: len(page.model.rows) == 4)
    assert cells(page, 0)[1] == "Fenêtre ouverte"


def test_that_a_text_and_a_book_narrow_it(page: JournalPage, until: Until) -> None:
    page.text.setText("pompe")
    page.text.settled.emit()
    until(lambda: len(page.model.rows) == 1)
    page.text.setText("")
    page.book.choose("system")
    until(lambda: [row.category for row in page.model.rows] == ["system"])


def test_that_an_equipment_shows_only_what_concerns_it(
    page: JournalPage, window: MainWindow, station: TownStation, until: Until
) -> None:
    window.navigate(Place(JOURNAL, station.site.equipment_by_id["PR01"]))
    until(lambda: [row.subject for row in page.model.rows] == ["PR01.P1"])
    page.only.click()
    until(lambda: len(page.model.rows) == 3)


def test_that_a_person_and_a_period_narrow_it(page: JournalPage, station: TownStation, until: Until) -> None:
    page.who.choose(ANNE.id)
    until(lambda: [row.kind for row in page.model.rows] == ["outcome"])
    page.who.choose("")
    until(lambda: len(page.model.rows) == 3)
    station.note(Entry("system", "stop", time=station.clock.now() - 2 * 3600 * SECOND))
    page.slow()
    until(lambda: len(page.model.rows) == 4)
    page.span.choose("1")
    until(lambda: [row.kind for row in page.model.rows] == ["raise", "outcome", "start"])


def test_that_everything_asked_for_is_exported_and_not_only_what_is_shown(
    page: JournalPage, station: TownStation, until: Until, tmp_path: Path
) -> None:
    station.note(*(Entry("alarm", "raise", subject="PR02.level_high") for _ in range(MOST + 20)))
    page.text.setText("bâche haut")
    page.text.settled.emit()
    until(lambda: len(page.model.rows) == MOST)
    page.export(tmp_path / "out.csv")
    until(lambda: "out.csv" in page.count.text())
    with (tmp_path / "out.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file, delimiter=";"))
    assert len(rows) == 1 + MOST + 21
    assert rows[1][7] == "Niveau bâche haut" or rows[1][7].endswith("– Niveau bâche haut")
    assert len({row[13] for row in rows[1:]}) == MOST + 21, "every row with its own hash"
    assert "521" in page.count.text()


def test_that_a_reading_that_comes_too_late_does_not_pass_for_what_is_shown(
    page: JournalPage,
    station: TownStation,
    loop: asyncio.AbstractEventLoop,
    until: Until,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    gate, journal = threading.Event(), page.context.attachment.journal
    plainly = journal.find

    def find(wish: Wish, *words: Any) -> Found:
        if not wish.text:
            gate.wait(20)
        return plainly(wish, *words)

    monkeypatch.setattr(journal, "find", find)
    page._shown = (0, Wish())
    late = loop.create_task(page._read())  # of everything, and slow
    until(lambda: page._reading)
    page.text.setText("Apparition")
    page._ask_again()
    until(lambda: len(page.model.rows) == 1)
    gate.set()
    until(late.done)
    page.text.setText("")
    page._ask_again()
    until(lambda: len(page.model.rows) == 3)


def test_that_why_something_was_is_told_in_the_language_of_the_window(page: JournalPage, station: TownStation) -> None:
    refused = {"reason": "Not here.", "fr": "Pas ici.", "en": "Not here.", "place": "Poste 1"}
    rows = [
        Entry(
            "alarm",
            "forward",
            ANNE.id,
            "PR02.level_high",
            "",
            "failed",
            {"reason": "the device refused: exception 6, device busy"},
        ),
        Entry(
            "notify",
            "failed",
            "",
            "PR02.level_high",
            "",
            "failed",
            {"reason": "the mail server refuses for good: 550 no"},
        ),
        Entry("access", "refused", "@Poste 1", "shelve", "", "refused", refused),
        Entry("alarm", "unsuppress", "", "PR02.level_high", "", "", {"reason": "not_known"}),
        Entry("alarm", "suppress", "", "PR02.level_high", "", "", {"reason": "cause", "by": "PR01.level_high"}),
        Entry("alarm", "shelve", ANNE.id, "PR02.level_high", "", "", {"reason": "the device refused to be repaired"}),
    ]
    station.note(*rows)
    page.model.show_rows(station.journal.latest(6))
    told = [str(page.model.index(at, 5).data()) for at in range(6)][::-1]
    assert told == [
        "motif l'équipement refuse (exception 6, équipement occupé)",
        "motif le serveur de messagerie refuse définitivement (550 no)",
        "Pas ici. · poste Poste 1",
        "motif mesure inconnue",
        "par Relevage 01 – Niveau bâche haut · motif conséquence d'une autre alarme",
        "motif the device refused to be repaired",
    ], "and what a person wrote is what they wrote"
