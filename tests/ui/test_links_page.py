"""The page of links."""

from __future__ import annotations

import pytest
from PySide6.QtTest import QAbstractItemModelTester

from supervisor.model import Quality
from tests.ui.town import TownStation
from ui.links.link_list import LINK, ROUND_TRIP, STATE, LinkList
from ui.live import Live
from ui.look import Look


@pytest.fixture
def model(station: TownStation) -> LinkList:
    live = Live(station.table)
    model = LinkList(station.site, live, Look("Europe/Paris"))
    QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal, model)
    station.publish({"link-CF02.connected": 0.0, "link-AR03.round_trip": 12.34})
    live.pull(station.clock.now())
    model.show_live()
    return model


def test_that_what_is_down_is_first(model: LinkList, station: TownStation) -> None:
    assert model.index(0, STATE).data() == "Coupée"
    assert model.link(0).id == "link-CF02"
    assert model.up() == len(station.site.links) - 1


def test_that_a_link_shows_its_figures(model: LinkList) -> None:
    rows = {model.index(row, LINK).data(): row for row in range(model.rowCount())}
    assert model.index(rows["link-AR03"], ROUND_TRIP).data() == "12,3 ms"


def test_that_what_is_not_known_is_not_up(station: TownStation) -> None:
    station.publish({"link-CF02.connected": 1.0}, Quality.NOT_CONNECTED)
    live = Live(station.table)
    live.pull(station.clock.now())
    model = LinkList(station.site, live, Look("Europe/Paris"))
    model.show_live()
    assert model.index(0, STATE).data() == "Inconnue"
