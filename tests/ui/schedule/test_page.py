"""The page of programmes, over the demo city in process."""

from __future__ import annotations

import asyncio
import csv
import re
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest

from supervisor.errors import StoreError
from supervisor.schedule.preview import CELLS, MISSING
from tests.ui.bench import Bench
from tests.ui.schedule.conftest import HOUR, STATE, Until
from tests.ui.town import NOW
from ui.schedule import words
from ui.schedule.page import SchedulePage
from ui.schedule.picture import Painting, image, kinds_of
from ui.shapes import text_width


def shown(page: SchedulePage, day: date) -> list[tuple[str, str]]:
    page.picture.choose(day)
    return [(line[0].text, line[1].text) for line in page.events.lines]


def test_that_the_page_lists_groups_with_what_should_be_now_and_what_is_in_hand(page: SchedulePage) -> None:
    lines = [[cell.text for cell in line] for line in page.groups.lines]
    assert ["Centre-ville et quais + Nuits de fête", "12", "éteint", "17:53 allumé", "1"] in lines
    assert ["Boulevards et avenues", "36", "éteint", "17:53 allumé", "1 !"] in lines
    assert "3 en attente" in page.count.text()
    hands = [[cell.text for cell in line] for line in page.hands.lines]
    assert hands[0][1:] == ["Maëlle Cesbron", "23/11 04:32"]
    assert hands[1][1:] == ["refusé", "Départ disjoncté."]


def test_that_a_day_is_told_with_exact_times_and_what_the_sun_does(page: SchedulePage) -> None:
    night = shown(page, date(2026, 11, 22))
    assert [what for _, what in night] == ["allumé", "70 %", "100 %", "éteint"]
    assert night[1][0] == "00:30:00"
    assert "ordinaire" in page.day_title.text()
    assert "coucher 17:19" in page.pointer.text()
    assert [what for _, what in shown(page, date(2026, 7, 14))] == ["allumé", "éteint"], "full light all night"
    assert "Nuits de fête" in page.day_title.text()


def test_that_an_irrigation_window_is_told_in_its_season_and_not_out_of_it(page: SchedulePage, until: Until) -> None:
    row = next(n for n, line in enumerate(page.groups.lines) if "Douves" in line[0].text)
    assert page.groups.lines[row][2].text == "rien de prévu"
    page.table.selectRow(row)
    until(lambda: "Douves" in page.chosen.text())
    assert shown(page, date(2026, 11, 22)) == [("–", "Aucun changement ce jour-là.")]
    assert shown(page, date(2026, 7, 5)) == [
        ("04:30:00", "ouverte"), ("04:55:00", "fermée"), ("22:30:00", "ouverte"), ("22:45:00", "fermée"),
    ]  # fmt: skip
    assert page.events.lines[0][3].text == "1 : Arrosage des Douves du Château"
    year = page.picture.year
    assert year is not None
    known = (year.level >= 0).any(axis=1)
    assert (year.days[int(known.argmax())], int(known.sum())) == (date(2026, 4, 15), 184), "nothing out of season"


def test_that_a_setback_is_told_in_words_of_heating_with_the_days_of_schools(page: SchedulePage, until: Until) -> None:
    row = next(n for n, line in enumerate(page.groups.lines) if "écoles" in line[0].text)
    assert [cell.text for cell in page.groups.lines[row][1:4]] == ["6", "réduit", "23/11 05:00 confort"]
    page.table.selectRow(row)
    until(lambda: "écoles" in page.chosen.text())
    assert re.fullmatch(r"confort 1.389 h · réduit 3.694 h sur l'année", page.figures.text()), page.figures.text()
    assert page.condition.text() == "À condition que : Mode de marche = automatique"
    assert page.legend.ends == ("hors gel", "confort")
    assert shown(page, date(2026, 12, 14)) == [("05:00:00", "confort"), ("17:11:02", "réduit")], "at dusk"
    assert shown(page, date(2026, 4, 27)) == [("05:00:00", "confort"), ("18:00:00", "réduit")], "the sun is up too long"
    for holiday in (date(2026, 12, 21), date(2026, 12, 12), date(2026, 11, 11)):
        assert shown(page, holiday) == [("–", "Aucun changement ce jour-là.")], "holidays, weekend, Armistice"
    assert "fermé" in page.day_title.text() or "Armistice" in page.day_title.text()
    year = page.picture.year
    assert year is not None
    assert [kind.id for kind in kinds_of(year)] == ["closed", "no_school"], "and no nights of lamps"


def test_that_water_is_told_in_hours_open_and_where_nothing_is_planned(page: SchedulePage, until: Until) -> None:
    page.table.selectRow(next(n for n, line in enumerate(page.groups.lines) if "Douves" in line[0].text))
    until(lambda: "Douves" in page.chosen.text())
    assert page.figures.text() == "ouverte 123 h sur l'année"
    assert "Humidité du sol (Douves du Château) < 26 et Intensité de la pluie (Jardin des Plantes) = 0" in (
        page.condition.text()
    )
    assert page.legend.ends == ("fermée", "ouverte")
    year = page.picture.year
    assert year is not None
    assert kinds_of(year) == [], "every day alike"


def test_that_nothing_is_cut_beside_free_room_and_an_empty_list_takes_none(
    page: SchedulePage, bench: Bench, until: Until
) -> None:
    page.resize(1650, 900)  # a little less than what a window of 1920 pixels leaves for a page
    card = page.followed.parentWidget()
    assert card is not None
    held = card.height()
    assert held < 220, "two rows take no more than they need"
    assert page.table.verticalScrollBar().maximum() == 0, "so that all programmes are seen"
    assert page.hand_table.verticalScrollBar().maximum() == 0
    bench.schedule["schedule"] = {**STATE, "overrides": [], "troubles": []}
    page._due = 0.0
    page.slow()
    until(lambda: not page.hands.lines)
    until(lambda: card.height() < held - 40)
    for language in ("fr", "en"):
        page.context.look.use(language=language)
        for table, lines in ((page.table, page.groups.lines), (page.event_table, page.events.lines)):
            for line in lines:
                for column, cell in enumerate(line):
                    needed = text_width(cell.text, page.context.look.font("body", 600 if cell.heavy else 400)) + 16
                    assert needed <= table.columnWidth(column), (cell.text, table.columnWidth(column))


def test_that_in_the_past_the_plan_is_that_of_the_instant_and_says_what_is_not_known(
    page: SchedulePage, bench: Bench, until: Until, monkeypatch: pytest.MonkeyPatch
) -> None:
    def now() -> str:
        return page.groups.lines[0][2].text

    assert now() == "éteint"
    night = bench.clock.now() - 12 * HOUR  # 02:32
    monkeypatch.setattr(bench.clock, "past", True, raising=False)
    monkeypatch.setattr(bench.clock, "now", lambda: night)
    page.jump()
    page.slow()
    until(lambda: now().startswith("allumé"))
    known = page.known
    assert known is not None
    until(lambda: (event := known.next.get(0)) is not None and event.instant < night + 8 * HOUR)
    assert page.groups.headerData(2, Qt.Orientation.Horizontal) == words.THEN.fr
    assert words.AS_TODAY.fr in page.count.text()
    assert page.count.toolTip() == words.AS_TODAY_WHY.fr
    monkeypatch.undo()
    page.jump()
    page.slow()
    until(lambda: now() == "éteint")
    assert page.groups.headerData(2, Qt.Orientation.Horizontal) == words.NOW.fr
    assert words.AS_TODAY.fr not in page.count.text()


def test_that_the_arrow_keys_walk_the_days_and_home_comes_back(page: SchedulePage) -> None:
    page.picture.choose(date(2026, 3, 1))
    for key, day in (
        (Qt.Key.Key_Left, date(2026, 2, 28)), (Qt.Key.Key_Right, date(2026, 3, 1)),
        (Qt.Key.Key_PageDown, date(2026, 3, 31)), (Qt.Key.Key_Home, date(2026, 11, 22)),
    ):  # fmt: skip
        QTest.keyClick(page.picture, key)
        assert page.picture.day == day


def test_that_another_year_and_another_language_are_shown(page: SchedulePage, until: Until) -> None:
    page.later.click()
    until(lambda: page.picture.year is not None and page.picture.year.year == 2027)
    assert page.year_label.text() == "2027"
    assert page.picture.day == date(2027, 11, 22)
    page.context.look.use(language="en")
    assert page.groups.lines[0][2].text == "off"
    assert page.day_title.text().startswith("Night of Mon 22 Nov 2027")


def test_that_the_picture_shows_the_hour_that_does_not_exist_and_the_shift_of_the_sun(page: SchedulePage) -> None:
    year = page.picture.year
    assert year is not None
    spring, autumn = year.days.index(date(2026, 3, 28)), year.days.index(date(2026, 10, 24))
    assert (year.level[spring] == MISSING).sum() == CELLS // 24, "the night that begins on the 28th"
    assert not (year.level[autumn] == MISSING).any()
    assert {day.isoformat(): seconds for day, seconds in year.shifts.items()} == {
        "2026-03-28": 3600,
        "2026-10-24": -3600,
    }
    sunsets = next(iter(year.sun.values()))
    assert abs(np.diff(sunsets)[spring - 1] - 3600) < 300
    picture = image(year, page.context.look)
    row = CELLS * 15 // 24  # three in the morning: deep in the night, and at noon nothing
    assert picture.pixelColor(100, row) != picture.pixelColor(100, 5)


def test_that_a_point_of_the_picture_tells_what_should_be_there(page: SchedulePage) -> None:
    year = page.picture.year
    assert year is not None
    plot = Painting(page.context.look, year, NOW).plot(QRectF(page.picture.rect()))
    spot = QPointF(plot.left() + plot.width() * 15.5 / 365, plot.top() + plot.height() * 10.01 / 24)
    QTest.mouseMove(page.picture, spot.toPoint())
    page.picture.pointed.emit(page.picture._at(spot))
    assert "22:00" in page.pointer.text()
    assert "100 % · allumé" in page.pointer.text() or "allumé · 100 %" in page.pointer.text()
    page.picture.pointed.emit(None)
    assert "coucher" in page.pointer.text()


def test_that_the_mouse_tells_the_clock_on_the_wall_in_the_nights_it_is_changed(page: SchedulePage) -> None:
    for day, hour, said in (
        (date(2026, 3, 28), 13.5, "01:30"), (date(2026, 3, 28), 14.5, "n'existe"), (date(2026, 3, 28), 17.0, "05:00"),
        (date(2026, 10, 24), 14.5, "02:30"), (date(2026, 10, 24), 17.0, "05:00"), (date(2026, 10, 24), 20.0, "08:00"),
    ):  # fmt: skip
        page.picture.pointed.emit((day, round(hour * 3600)))
        assert said in page.pointer.text(), page.pointer.text()


def test_that_leap_day_stays_chosen_where_there_is_one(page: SchedulePage, until: Until) -> None:
    def shows(year: int) -> bool:
        return page.picture.year is not None and page.picture.year.year == year

    page.turn(2028)
    until(lambda: shows(2028))
    page.picture.choose(date(2028, 2, 29))
    assert "29 févr. 2028" in page.day_title.text()
    page.table.selectRow(3)
    until(lambda: "Quartiers" in page.chosen.text())
    assert page.picture.day == date(2028, 2, 29), "another programme, the same day"
    page.turn(2029)
    until(lambda: shows(2029))
    assert page.picture.day == date(2029, 2, 28)


def test_that_resume_asks_the_station_for_the_chosen_equipment(page: SchedulePage, bench: Bench, until: Until) -> None:
    assert not page.resume.isEnabled()
    page.hand_table.selectRow(0)
    assert page.resume.isEnabled()
    bench.schedule["schedule_resume"] = {}
    asked: list[dict[str, object]] = []
    ask = bench.ask

    async def heard(act: str, **given: object) -> object:
        asked.append({"act": act, **given})
        return await ask(act, **given)

    bench.ask = heard  # type: ignore[method-assign, assignment]
    page.resume.click()
    until(lambda: {"act": "schedule_resume", "equipment": ["AP-009.C1"]} in asked)


def test_that_a_list_that_moves_never_selects_another_equipment(page: SchedulePage, bench: Bench, until: Until) -> None:
    first = STATE["overrides"][0]  # type: ignore[index]
    page.hand_table.selectRow(0)
    bench.schedule["schedule"] = {
        **STATE, "overrides": [{**first, "equipment": "AP-010.C1"}, first], "troubles": [],
    }  # fmt: skip
    page._due = 0.0
    page.slow()
    until(lambda: page.state == bench.schedule["schedule"])
    assert page._chosen_hand() == "AP-009.C1"
    bench.schedule["schedule"] = {
        **STATE, "overrides": [{**first, "equipment": "AP-010.C1"}, {**first, "equipment": "AP-010.C2"}],
        "troubles": [],
    }  # fmt: skip
    page._due = 0.0
    page.slow()
    until(lambda: page.state == bench.schedule["schedule"])
    assert page._chosen_hand() == ""
    assert not page.resume.isEnabled()


def test_that_a_calendar_that_ends_soon_is_told(page: SchedulePage, bench: Bench) -> None:
    lines = {line[0].text: line[1] for line in page.calendars.lines}
    assert lines["Vacances scolaires, zone B"].text == "jusqu'au 31/08/2027"
    assert lines["Jours fériés"].text == "sans fin"
    bench.wind(255 * 86_400)
    page._tell()
    lines = {line[0].text: line[1] for line in page.calendars.lines}
    assert lines["Vacances scolaires, zone B"].text == "se termine le 31/08/2027 : à compléter"
    assert lines["Vacances scolaires, zone B"].symbol == "warning"
    assert page.picture.now == bench.clock.now(), "and the mark of the present has gone with it"


@pytest.mark.parametrize("suffix", ["png", "pdf", "csv"])
def test_that_the_year_leaves_as_a_picture_a_page_and_a_table(
    page: SchedulePage, tmp_path: Path, loop: asyncio.AbstractEventLoop, suffix: str
) -> None:
    page.outlet.drop(page.out)
    assert [suffix in action.text().lower() for action in page.outlet.menu.actions()].count(True) == 1
    page.outlet.menu.close()
    path = tmp_path / f"year.{suffix}"
    loop.run_until_complete(page.save(path))
    if suffix == "png":
        assert QImage(str(path)).width() > 2000
    elif suffix == "pdf":
        assert path.read_bytes().startswith(b"%PDF")
    else:
        rows = list(csv.reader(path.read_text("utf-8-sig").splitlines(), delimiter=";"))
        assert rows[0][0] == "Heure locale"
        night = [row for row in rows if "2026-07-14 12" < row[0] < "2026-07-15 12"]
        assert [(row[3], row[4], row[6]) for row in night] == [
            ("Nuits de fête", "Nuits de fête", "allumé"), ("Nuits de fête", "Nuits de fête", "éteint"),
        ]  # fmt: skip
    with pytest.raises(StoreError):
        loop.run_until_complete(page.save(tmp_path / "no" / f"year.{suffix}"))


def test_that_the_words_have_both_languages() -> None:
    for name, text in vars(words).items():
        if name.isupper() and hasattr(text, "fr"):
            assert text.fr, name
            assert text.en, name
