"""Dragging equipment and tags onto a trend, from wherever they are named."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from supervisor.model import Kind
from tests.ui.trend.conftest import LEVEL, RAIN
from ui.faceplate.measures import Measure
from ui.models.tree import NODE
from ui.pages import FACEPLATE, SYNOPTIC, Place


def drag(window, source, start, target, end=None):
    """Press, move in steps and let go; `end` in the target's own pixels, its middle where nothing is said."""
    goal = source.mapFromGlobal(target.mapToGlobal(end or target.rect().center()))
    QTest.mousePress(source, Qt.MouseButton.LeftButton, pos=start)
    for step in range(1, 6):
        QTest.mouseMove(source, start + (goal - start) * step / 5)
        QApplication.processEvents()
    return goal


def let_go(source, place):
    QTest.mouseRelease(source, Qt.MouseButton.LeftButton, pos=place)


def row_of(window, equipment):
    tree = window.navigation.tree
    index = tree.tree.where(window.context.attachment.site.equipment_by_id[equipment])
    tree.scrollTo(index)
    assert index.data(NODE).equipment.id == equipment
    return tree.viewport(), tree.visualRect(index).center()


def test_that_an_equipment_of_the_navigation_brings_its_measures(page, window):
    source, start = row_of(window, "PR03")
    goal = drag(window, source, start, page.view.plot)
    assert page.view.plot.shown.offered == "Déposer ici pour tracer"
    let_go(source, goal)
    assert page.pens[0] == LEVEL
    assert "PR03.level" in page.pens
    assert window.place.page == page.view.window().place.page == "trends"
    assert page.view.plot.shown.offered == ""


def test_that_a_click_in_the_navigation_still_goes_to_the_equipment(page, window):
    source, start = row_of(window, "PR03")
    QTest.mouseClick(source, Qt.MouseButton.LeftButton, pos=start)
    assert (window.place.page, window.place.equipment.id) == (SYNOPTIC, "PR03")


def test_that_what_is_let_go_elsewhere_changes_nothing(page, window):
    source, start = row_of(window, "PR03")
    let_go(source, drag(window, source, start, window.status))
    assert page.pens == [LEVEL]
    assert window.place.page == "trends"


def test_that_escape_ends_a_drag(page, window):
    source, start = row_of(window, "PR03")
    goal = drag(window, source, start, page.view.plot)
    QTest.keyClick(source, Qt.Key.Key_Escape)
    assert page.view.plot.shown.offered == ""
    let_go(source, goal)
    assert page.pens == [LEVEL]


def test_that_a_measurement_of_the_faceplate_becomes_a_pen(page, window):
    window.navigate(Place(FACEPLATE, window.context.attachment.site.equipment_by_id["PR01"]))
    QApplication.processEvents()
    row = next(row for row in window.side.findChildren(Measure) if row.tag.id == RAIN)
    let_go(row, drag(window, row, QPoint(5, 5), page.view.plot))
    assert page.pens == [LEVEL, RAIN]


def test_that_an_answer_of_the_search_becomes_a_pen_and_the_answers_go(page, window):
    field = window.top.search
    QTest.keyClicks(field, "PR02.level")
    source = field._answers._list.viewport()
    start = field._answers._list.visualItemRect(field._answers._list.item(0)).center()
    let_go(source, drag(window, source, start, page.view.plot))
    assert page.pens == [LEVEL, "PR02.level"]
    assert field._answers is None


@pytest.mark.parametrize("typed", ["releve 03 NIVEAU", "relevage 03 niveau", "pr03.level"])
def test_that_by_keyboard_insert_a_few_letters_and_enter_add_a_pen(page, typed):
    QTest.keyClick(page.view.plot, Qt.Key.Key_Insert)
    QTest.keyClicks(page.field, typed.replace("releve ", "relevage "))
    QTest.keyClick(page.field, Qt.Key.Key_Return)
    assert page.pens == [LEVEL, "PR03.level"]


def test_that_what_has_no_curve_says_so(page, window):
    said = []
    page.view.said.connect(said.append)
    level = window.context.attachment.site.tag_by_id[LEVEL]
    page.view.take(replace(level, spec=replace(level.spec, kind=Kind.TEXT)))
    assert said == [f"{LEVEL}\u00a0: rien qui se trace en courbe."]
    assert page.pens == [LEVEL]
