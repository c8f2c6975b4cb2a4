"""A night of alarms through the real window over the real station: a flood, one alarm in hand, the figures after it."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from supervisor.asides import asides
from supervisor.desk.plans import standing
from supervisor.journal import JournalReader
from tests.journeys.conftest import Town, crowded, running
from tests.journeys.seat import Seat, sit, uplink
from ui.alarms.page import AlarmsPage
from ui.models.alarm_list import Filter, Which
from ui.pages import ALARMS, PERFORMANCE
from ui.performance.page import PerformancePage

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]
CROWD = 20
"""Containers of four alarms each, without delay."""
WRONG = {"temperature": 80.0, "fill": 95.0, "tilt": 1.0, "battery": 5.0}


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    with running(tmp_path_factory.mktemp("town"), lambda to: crowded(to, CROWD)) as place:
        yield place


def alarms_of(seat: Seat) -> AlarmsPage:
    seat.window.navigate(ALARMS)
    page = seat.window.pages[ALARMS]
    assert isinstance(page, AlarmsPage)
    return page


def test_that_a_flood_folds_by_itself_and_f_shows_every_alarm(town: Town, qapp: QApplication) -> None:
    async def scenario(seat: Seat) -> None:
        page, board = alarms_of(seat), seat.context.board
        await uplink(town, {f"CW-{n:03}.{tag}": value for n in range(CROWD) for tag, value in WRONG.items()})
        await seat.until(lambda: len(board.rows) >= 3 * CROWD, 20, "the alarms stand")
        await seat.until(lambda: page.model.folded, 20, "the station says flood, and the list folds")
        await seat.until(lambda: page.model.total == len(board.rows), 20, "all of them are counted")
        behind = chain.from_iterable(line.rows for line in page.model.lines if not line.inside)
        assert sorted(behind) == sorted(board.rows.tolist()), "nothing is dropped"
        assert len(page.model.lines) <= len(board.rows) / 2
        await seat.until(lambda: "Avalanche" in seat.window.banner.accessibleName(), 10, "the banner says flood")
        QTest.keyClick(page.table, Qt.Key.Key_F)
        assert sorted(page.model.rows) == sorted(page.model._behind)
        QTest.keyClick(page.table, Qt.Key.Key_F)
        assert page.model.folded

    sit(town, scenario)


def test_that_one_alarm_is_taken_noted_shelved_and_all_of_it_is_kept(town: Town, qapp: QApplication) -> None:
    async def scenario(seat: Seat) -> None:
        page = alarms_of(seat)
        await seat.until(lambda: page.model.total > 0, 20, "something stands")
        row = int(seat.context.board.rows[0])
        alarm, journal = town.site.alarms[row], JournalReader(town.folder.journal)
        if page.model.folded:
            page.turn_fold()
        page.select(row)
        QTest.keyClick(page.table, Qt.Key.Key_T)
        await seat.until(lambda: seat.context.board["taken_by"][row], 10, "somebody is on it")
        QTest.keyClick(page.table, Qt.Key.Key_N)
        QTest.keyClicks(page.detail.notes.field, "equipe sur place")
        QTest.keyClick(page.detail.notes.field, Qt.Key.Key_Return)
        await seat.until(lambda: "equipe sur place" in page.detail.notes.text.text(), 10, "the note is read again")
        page.select(row)
        page.table.setFocus()
        QTest.keyClick(page.table, Qt.Key.Key_S)
        QTest.keyClicks(page.detail.shelf.reason, "capteur a changer")
        QTest.keyClick(page.detail.shelf.reason, Qt.Key.Key_Return)
        await seat.until(lambda: seat.context.board["suppression"][row], 10, "it is shelved")
        page.filters.show_filter(Filter(Which.SHELVED))
        assert row in page.model.rows
        kept = {one.alarm: one for one in asides(town.folder.journal)}
        assert kept[alarm.id].reason == "capteur a changer"
        kinds = [one.kind for one in journal.search(alarm.id, category="alarm")]
        assert [kind for kind in kinds if kind in ("take", "comment", "shelve")] == ["shelve", "comment", "take"]
        page.select(row)
        QTest.keyClick(page.table, Qt.Key.Key_S)
        await seat.until(lambda: not seat.context.board["suppression"][row], 10, "it is back")

    sit(town, scenario)


def test_that_the_figures_count_the_night_and_a_plan_is_kept_by_the_station(town: Town, qapp: QApplication) -> None:
    async def scenario(seat: Seat) -> None:
        seat.window.navigate(PERFORMANCE)
        page = seat.window.pages[PERFORMANCE]
        assert isinstance(page, PerformancePage)
        await seat.until(lambda: page.study is not None and page.study.figures.count > 0, 20, "there are figures")
        assert page.study is not None
        assert page.study.figures.peak > 10, "the flood was here"
        assert next(one.name.fr for one in page.positions.values()) == "Poste eau et assainissement"
        await seat.until(lambda: page.card.alarm is not None, 10, "the first of the list is in the card")
        assert page.card.alarm is not None
        alarm = page.card.alarm.id
        QTest.keyClicks(page.card.text, "Regler le seuil")
        QTest.keyClicks(page.card.who, "Collecte")
        QTest.keyClick(page.card.who, Qt.Key.Key_Return)
        await seat.until(lambda: alarm in standing(town.folder.journal), 10, "the station keeps it")
        await seat.until(lambda: page.study is not None and alarm in page.study.plans, 10, "the page says it")

    sit(town, scenario)
