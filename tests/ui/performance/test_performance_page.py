"""The page of alarm performance through the real window, over a month of a real journal."""

from __future__ import annotations

import csv
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import openpyxl
import pytest
from PySide6.QtCore import Qt
from PySide6.QtPrintSupport import QPrinter
from pytestqt.qtbot import QtBot

from alarms.verdicts import PerformanceClass
from supervisor.clock import SECOND, HandClock
from supervisor.desk.plans import Plans, plan_acts
from supervisor.journal import Entry, Journal
from supervisor.people import People
from tests.ui.town import ANNE, NOW, Town, TownStation, ordinary
from ui.pages import ALARMS, PERFORMANCE
from ui.performance import report, words
from ui.performance.page import PerformancePage
from ui.performance.rows import kept_day
from ui.performance.study import Period, months
from ui.shapes import text_width
from ui.shell.window import MainWindow
from ui.tables import CELL

Until = Callable[[Callable[[], bool]], None]
DAY_S = 86_400
CHATTERING, STALE, OFTEN = "PR02.level_high", "AR02.door_open", "PR05.level_high"


def month() -> list[Entry]:
    """Forty days: one alarm that chatters, one that stands for three days, one that comes four hundred times."""
    rows = [(-3 * DAY_S, "raise", STALE)]
    rows += [(-10 * DAY_S + 20 * n, kind, CHATTERING) for n in range(4) for kind in ("raise", "clear")]
    rows += [(-29 * DAY_S + 6000 * n, kind, OFTEN) for n in range(400) for kind in ("raise", "clear")]
    made = [
        Entry("alarm", kind, subject=id_, detail={"priority": 4}, time=NOW + (at + 300 * (kind == "clear")) * SECOND)
        for at, kind, id_ in rows
    ]
    return sorted([Entry("system", "start", time=NOW - 40 * DAY_S * SECOND), *made], key=lambda entry: entry.time)


class PlannedStation(TownStation):
    """The town, with the real act of the plans."""

    async def ask(self, act: str, **words: Any) -> Mapping[str, Any]:
        if act != "plan":
            return await super().ask(act, **words)
        self.asked.append((act, words))
        plans = Plans(self.site, People(self.site), self.writer, self.clock)
        return await plan_acts(plans)["plan"](ANNE, words)


@pytest.fixture
def station(tmp_path: Path) -> Any:
    journal = Journal(tmp_path / "journal.db", HandClock(NOW))
    journal.extend(month()).result()
    journal.close()
    made = PlannedStation(Town().site(), tmp_path, HandClock(NOW))
    made.publish(ordinary(made.site))
    yield made
    made.close()


@pytest.fixture
def page(window: MainWindow, until: Until) -> PerformancePage:
    window.navigate(PERFORMANCE)
    page = window.pages[PERFORMANCE]
    assert isinstance(page, PerformancePage)
    until(lambda: page.study is not None)
    return page


def told(page: PerformancePage) -> dict[str, tuple[str, str]]:
    """Measure -> value and verdict, as they stand in the table."""
    model = page.table.model()
    return {
        str(model.index(at, 0).data()): (str(model.index(at, 1).data()), str(model.index(at, 3).data()))
        for at in range(model.rowCount())
    }


def test_that_every_figure_stands_beside_its_verdict_in_words(page: PerformancePage) -> None:
    rows = told(page)
    assert rows["Alarmes par heure"] == ("0,56", "Conforme")
    assert rows["Alarmes battantes (3 en une minute)"][1] == "Hors cible"
    assert rows["Alarmes persistantes (plus de 24 h), pire jour"] == ("1", "Conforme")
    assert len(rows) == 18
    assert "30 jours de données" in page.told.text()


def test_that_a_plan_is_written_by_keys_and_turns_off_target_into_to_be_watched(
    page: PerformancePage, station: PlannedStation, qtbot: QtBot, until: Until
) -> None:
    page.show_list("chattering")
    assert page.card.alarm is not None
    assert page.card.alarm.id == CHATTERING
    assert not page.card.save.isEnabled()
    qtbot.keyClicks(page.card.text, "Temporiser 30 s")
    qtbot.keyClicks(page.card.who, "Astreinte eau")
    qtbot.keyClicks(page.card.due, "15/12/2026")
    qtbot.keyClick(page.card.due, Qt.Key.Key_Return)
    until(lambda: told(page)["Alarmes battantes (3 en une minute)"][1] == "À surveiller")
    assert station.asked == [
        ("plan", {"alarm": CHATTERING, "text": "Temporiser 30 s", "who": "Astreinte eau", "due": "2026-12-15"})
    ]
    model = page.counted.model()
    assert [model.index(0, column).data() for column in (4, 5, 6)] == ["Temporiser 30 s", "Astreinte eau", "15/12/2026"]


def test_that_a_month_is_picked_and_what_has_no_data_says_so(page: PerformancePage, until: Until) -> None:
    assert [page.periods.itemText(at) for at in range(3)] == ["30 derniers jours", "Novembre 2026", "Octobre 2026"]
    page.periods.choose(Period(2026, 10))
    until(lambda: page.study is not None and page.study.period == Period(2026, 10))
    assert page.study is not None
    assert 0 < page.study.figures.count < 400
    assert "indicatif" in page.told.text()


def test_that_live_figures_follow_what_comes(
    page: PerformancePage, window: MainWindow, station: PlannedStation, until: Until
) -> None:
    assert page.study is not None
    before = page.study.figures.count
    station.publish({"PR03.P1.temperature": 120.0})
    station.wind(6)
    station.beat()

    def more() -> bool:
        window.refresh.tick()
        return page.study is not None and page.study.figures.count == before + 1

    until(more)


def test_that_one_goes_to_the_alarm_of_a_row(page: PerformancePage, window: MainWindow, qtbot: QtBot) -> None:
    page.show_list("stale")
    page.card.go.click()
    assert window.place.page == ALARMS
    assert window.place.alarm is not None
    assert window.place.alarm.id == STALE


def test_that_what_leaves_says_what_is_shown(
    page: PerformancePage, tmp_path: Path, until: Until, window: MainWindow
) -> None:
    for name in ("p.csv", "p.xlsx", "p.pdf"):
        window.context.spawn(page.outlet.save(tmp_path / name))
    until(lambda: all((tmp_path / name).exists() for name in ("p.csv", "p.xlsx", "p.pdf")))
    rows = list(csv.reader((tmp_path / "p.csv").read_text("utf-8-sig").splitlines(), delimiter=";"))
    assert ["Alarmes par heure", "0,56", "≤ 6 ; gérable ≤ 12", "Conforme"] in rows
    book = openpyxl.load_workbook(tmp_path / "p.xlsx")
    assert book.sheetnames == [
        "Performance des alarmes", "Dix plus fréquentes", "Battantes", "Fugitives", "Persistantes",
    ]  # fmt: skip
    assert (tmp_path / "p.pdf").read_bytes().startswith(b"%PDF")
    made = page._report()
    assert made is not None
    assert "EEMUA 191" in report.html(made)


def test_that_it_is_printed(page: PerformancePage, tmp_path: Path) -> None:
    printer = QPrinter()
    printer.setOutputFileName(str(tmp_path / "paper.pdf"))  # a printer that every machine has
    page.outlet._print(printer)
    assert (tmp_path / "paper.pdf").read_bytes().startswith(b"%PDF")


def test_that_an_empty_journal_says_so(make_window: Callable[..., MainWindow], page: PerformancePage) -> None:
    page.periods.addItem("", "2020-01")
    page.study = page._reader.study(Period(2020, 1), None, NOW)
    page._tell()
    assert page.blank.isVisible()
    assert page.nothing.text() == "Le journal ne contient aucune donnée sur cette période."
    assert not page.export.isEnabled()


@pytest.mark.parametrize("language", ["fr", "en"])
def test_that_every_class_has_room_for_its_word_on_a_small_screen(
    page: PerformancePage, window: MainWindow, language: str
) -> None:
    window.resize(1366, 768)
    look = window.context.look
    look.use(language=language)
    boxes, font = page.steps.boxes(), look.font(page.steps.size_of_words(), 600)
    for one, box in zip(PerformanceClass, boxes, strict=True):
        assert text_width(look.say(words.CLASSES[one]), font) + 8 <= box.width(), one
    assert boxes[-1].right() <= page.steps.width()


def test_that_days_are_written_as_people_write_them() -> None:
    assert {kept_day(text) for text in ("5/1/2027", "05.01.2027", "2027-01-05", "2027/1/5")} == {"2027-01-05"}
    assert kept_day("demain") == "demain"


def test_that_months_go_back_to_where_the_journal_begins() -> None:
    zone = ZoneInfo("Europe/Paris")
    found = months(NOW - 70 * DAY_S * SECOND, NOW, zone)
    assert [one.id for one in found] == ["2026-11", "2026-10", "2026-09"]
    assert [one.id for one in months(0, NOW, zone)] == ["2026-11"]


@pytest.mark.parametrize(("theme", "language"), [("light", "fr"), ("dark", "fr"), ("light", "en"), ("dark", "en")])
def test_that_no_word_is_cut_beside_free_room(
    page: PerformancePage, window: MainWindow, theme: str, language: str
) -> None:
    window.resize(1920, 1080)
    window.context.look.use(theme, language)
    look = window.context.look
    for name in ("top", "stale"):
        page.show_list(name)
        for table in (page.table, page.counted):
            model = page._sheet(table)
            for column in range(model.columnCount()):
                texts = [model.index(row, column).data(CELL) for row in range(model.rowCount())]
                if table.isColumnHidden(column):
                    continue
                widest = max(text_width(one.text, look.font("body", 600 if one.heavy else 400)) for one in texts)
                assert widest + 16 + 24 * bool(texts[0].symbol) <= table.columnWidth(column), (name, column)
