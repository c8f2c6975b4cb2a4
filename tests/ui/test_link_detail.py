"""One link in detail, below the list of links: asked of the station, in the operator's words."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from PySide6.QtCore import QEvent, QPoint
from PySide6.QtGui import QHelpEvent
from PySide6.QtWidgets import QLabel, QToolTip

from supervisor.availability import Share
from supervisor.clock import SECOND
from supervisor.driver import ERRORS
from supervisor.model import Quality
from tests.ui.town import NOW, TownStation
from ui.links import link_list as columns
from ui.links import words
from ui.links.page import LinksPage
from ui.links.strip import DayStrip, percent
from ui.look import WAITING, Look
from ui.pages import FACEPLATE, LINKS, Place
from ui.shell.window import MainWindow

Until = Callable[[Callable[[], bool]], None]
DEAD = "link-CF02"


def told() -> dict[str, Any]:
    return {
        "connected": False,
        "reason": "10.0.0.2:502 does not accept a connection (Connection refused)",
        "cause": int(Quality.NOT_CONNECTED),
        "good": NOW - 3600 * SECOND,
        "reconnects": 2,
        "errors": {"connect": 1450, "exception 2": 3, "solar flare": 1},
        "days": [["2026-11-01", 0.0, 0.0, 86400.0], ["2026-11-02", 86340.0, 60.0, 0.0]],
    }


@pytest.fixture
def page(window: MainWindow, station: TownStation, until: Until) -> LinksPage:
    station.link_pages = {"": {"good": {DEAD: NOW - 3600 * SECOND}}, DEAD: told()}
    station.publish({f"{DEAD}.connected": 0.0})
    window.navigate(Place(LINKS, station.site.equipment_by_id[DEAD]))
    made = window.page(LINKS)
    assert isinstance(made, LinksPage)
    window.refresh.tick()
    made.slow()
    until(lambda: made.detail.facts[words.CAUSE].text() != WAITING)
    return made


def errors(page: LinksPage) -> list[str]:
    """The texts of the errors, in order."""
    box = page.detail._errors
    widgets = [item.widget() for item in (box.itemAt(at) for at in range(box.count())) if item]
    return [label.text() for widget in widgets if widget for label in widget.findChildren(QLabel)]


def test_that_a_link_that_is_chosen_tells_why_it_is_down_in_both_languages(page: LinksPage) -> None:
    detail = page.detail
    assert detail.facts[words.CAUSE].text() == "liaison coupée"
    assert detail.facts[words.TECHNICAL].text() == ("10.0.0.2:502 n'accepte pas la connexion (connexion refusée)")
    assert detail.facts[words.ADDRESS].text().startswith("opcua://")
    assert detail.facts[words.LAST_GOOD].text() == "dim. 22 nov. 2026, 13:32:07"
    page.context.look.use(language="en")
    assert detail.facts[words.CAUSE].text() == "not connected"


def test_that_errors_stand_by_kind_the_most_frequent_first(page: LinksPage) -> None:
    count = page.context.look.number(1450, 0)
    assert errors(page) == [
        "Connexion impossible", count, "Refus de l'automate, code 2", "3", "solar flare", "1"
    ]  # fmt: skip


def test_that_every_kind_a_driver_may_count_has_words_of_both_languages() -> None:
    assert set(ERRORS) == set(words.KINDS)
    assert words.kind("exception 11").en == "Refused by the controller, code 11"
    assert words.kind("quantum").fr == "quantum"


def test_that_the_month_says_what_was_down_and_what_nobody_knows(page: LinksPage) -> None:
    detail = page.detail
    assert detail.title.text() == "Disponibilité – novembre 2026"
    assert detail.total.text() == "établie 99,93 % · coupée 1 min 00 s · inconnue 1 j (poste arrêté) · aucun trou"
    assert [day for day, _ in detail.strip.days] == [date(2026, 11, 1), date(2026, 11, 2)]


def test_that_one_may_look_back_month_by_month_but_not_ahead(
    page: LinksPage, station: TownStation, until: Until
) -> None:
    detail = page.detail
    detail._browse(1)
    assert detail.month == date(2026, 11, 1)
    station.link_pages[DEAD] = {**told(), "days": []}
    detail._browse(-1)
    assert detail.month == date(2026, 10, 1)
    until(lambda: detail.title.text() == "Disponibilité – octobre 2026")
    assert detail.total.text() == "Rien n'est connu de ce mois."
    for _ in range(10):
        detail._browse(-1)
    assert detail.month == date(2025, 12, 1)


def test_that_the_choice_stays_with_its_link_when_the_order_changes(page: LinksPage, station: TownStation) -> None:
    def chosen() -> str:
        return page.model.link(page.table.currentIndex().row()).id

    assert chosen() == DEAD
    assert page.table.currentIndex().row() == 0
    station.publish({f"{DEAD}.connected": 1.0, "link-AR03.connected": 0.0, "link-AR04.connected": 0.0})
    page.context.live.pull(station.clock.now())
    page.model.show_live()
    assert page.model.link(0).id == "link-AR03"
    assert chosen() == DEAD
    assert page.table.currentIndex().row() > 1
    assert page.detail.link is not None
    assert page.detail.link.id == DEAD


def test_that_its_faceplate_is_one_click_away(page: LinksPage) -> None:
    asked: list[object] = []
    page.asked_for.connect(asked.append)
    page.detail.open.click()
    assert [(place.page, place.equipment.id) for place in asked] == [(FACEPLATE, DEAD)]  # type: ignore[attr-defined]


def test_that_a_list_says_when_each_link_was_last_good(page: LinksPage, until: Until) -> None:
    until(lambda: bool(page.model.good))
    assert page.model.index(0, columns.LAST_GOOD).data() == "13:32:07"
    page.model.good = {DEAD: NOW - 86400 * SECOND}
    assert page.model.index(0, columns.LAST_GOOD).data() == "21/11 14:32"
    assert page.model.index(1, columns.LAST_GOOD).data() == WAITING


@pytest.mark.parametrize(
    ("value", "said"), [(7.26, "+7,3 s"), (-0.4, "−0,4 s"), (0.0, "0,0 s"), (float("nan"), WAITING)]
)
def test_that_a_clock_is_said_with_its_sign(page: LinksPage, station: TownStation, value: float, said: str) -> None:
    quality = Quality.NOT_CONNECTED if value != value else Quality.GOOD
    station.publish({f"{DEAD}.clock_skew": value}, quality)
    page.context.live.pull(station.clock.now())
    page.model.show_live()
    assert page.model.index(0, columns.SKEW).data() == said


def test_that_a_day_with_any_loss_is_never_called_a_hundred() -> None:
    look = Look("Europe/Paris")
    assert percent(Share(86399.9, 0.1, 0).percent, look) == "99,99"
    assert percent(Share(86399.9, 0.1, 0).percent, look, 0) == "99"
    assert percent(Share(1, 0, 86399).percent, look) == "100"
    assert percent(Share(0, 0, 86400).percent, look) == WAITING


def test_that_a_day_tells_its_hours_under_the_mouse(window: MainWindow) -> None:
    strip = DayStrip(window.context.look)
    strip.resize(1000, 120)
    strip.show_days([(date(2026, 11, 21), Share(86400, 0, 0)), (date(2026, 11, 22), Share(3600, 60, 0))])
    spot = strip.cell(1).center().toPoint()
    strip.event(QHelpEvent(QEvent.Type.ToolTip, spot, QPoint(5, 5)))
    assert QToolTip.text() == "22/11 : établie 1 h 00, coupée 01:00, inconnue 00:00"
    assert not strip.grab().isNull()
    strip.deleteLater()


def with_holes() -> dict[str, Any]:
    minute = 60 * SECOND
    holes = [
        [NOW - 5 * minute, 0, "not_connected", "open", 40, 0, 0],
        [NOW - 400 * minute, NOW - 340 * minute, "timeout", "partly", 40, 12, 700],
        [NOW - 900 * minute, NOW - 899 * minute - 20 * SECOND, "station", "lost", 40, 0, 0],
    ]
    return {**told(), "holes": holes, "hole_count": 3}


def test_that_the_month_lists_its_holes_with_cause_duration_and_what_came_later(
    page: LinksPage, station: TownStation, until: Until
) -> None:
    detail = page.detail
    assert detail.list.isHidden(), "nothing was missed"
    assert detail.total.text().endswith("aucun trou")
    station.link_pages[DEAD] = with_holes()
    detail._due = 0.0
    detail.slow()
    until(lambda: detail.holes.rowCount() == 3)

    def row(at: int) -> list[str]:
        return [detail.holes.cell(at, column).text for column in range(detail.holes.columnCount())]

    assert row(0) == ["22/11 14:27:07", "", "5 min 00 s", "liaison coupée", "en cours"]
    fate = "comblé en partie, 12 grandeurs sur 40 (700 valeurs)"
    assert row(1) == ["22/11 07:52:07", "22/11 08:52:07", "1 h 00", "sans réponse", fate]
    assert row(2) == ["21/11 23:32:07", "21/11 23:32:47", "40 s", "poste arrêté", "perdu"]
    assert detail.total.text().endswith("3 trous")
    assert not detail.list.isHidden()
    page.context.look.use(language="en")
    assert row(1)[3:] == ["no answer", "filled in part, 12 of 40 quantities (700 samples)"]
    assert detail.total.text().endswith("3 holes")
    assert not detail.list.grab().isNull()
