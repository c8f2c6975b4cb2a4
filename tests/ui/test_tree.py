"""The tree of the site."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QModelIndex
from PySide6.QtTest import QAbstractItemModelTester

from tests.ui.town import TROUBLE, TownStation
from ui.board import Board, Worst
from ui.look import Look
from ui.models.tree import SYSTEM, WORST, SiteTree


@pytest.fixture
def tree(station: TownStation) -> SiteTree:
    station.publish({"PR03.P1.temperature": TROUBLE["PR03.P1.temperature"], "AR03.door": 1.0})
    board = Board(station.site, station.alarms)
    board.pull()
    tree = SiteTree(station.site, board, Look("Europe/Paris"))
    QAbstractItemModelTester(tree, QAbstractItemModelTester.FailureReportingMode.Fatal, tree)
    return tree


def texts(tree: SiteTree, parent: QModelIndex | None = None) -> list[object]:
    above = parent or QModelIndex()
    return [tree.index(row, 0, above).data() for row in range(tree.rowCount(above))]


def test_that_a_single_territory_is_opened_for_the_reader(tree: SiteTree) -> None:
    assert texts(tree)[:2] == ["Centre-ville", "Doutre – Saint-Jacques – Nazareth"]


def test_that_the_other_order_begins_with_the_systems(tree: SiteTree) -> None:
    tree.use(SYSTEM)
    assert texts(tree)[0] == "Éclairage public"
    assert texts(tree)[-1] == "Réseau de terrain"


@pytest.mark.parametrize("order", ["area", "system"])
def test_that_every_equipment_has_its_place_in_both_orders(tree: SiteTree, station: TownStation, order: str) -> None:
    tree.use(order)
    for thing in station.site.equipment:
        assert tree.where(thing).data() == thing.name.fr


@pytest.mark.parametrize("order", ["area", "system"])
def test_that_an_alarm_of_a_part_is_counted_all_the_way_up(tree: SiteTree, station: TownStation, order: str) -> None:
    tree.use(order)
    index = tree.where(station.site.equipment_by_id["PR03.P1"])
    counted = []
    while index.isValid():
        counted.append(index.data(WORST))
        index = index.parent()
    assert all(worst.priority == 1 for worst in counted)
    assert counted[0] == Worst(1, False, 1)


def test_that_a_quiet_place_has_no_worst(tree: SiteTree, station: TownStation) -> None:
    assert tree.where(station.site.equipment_by_id["PR01"]).data(WORST) is None
