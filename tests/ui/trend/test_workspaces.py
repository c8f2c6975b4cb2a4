"""Workspaces of trends: kept for each person, opened, renamed and deleted, and lost without harm."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from supervisor.clock import SECOND
from tests.ui.town import NOW
from tests.ui.trend.conftest import LEVEL, RAIN, STATE
from ui.trend.comparison import COMPARISONS
from ui.trend.workspaces import FILE, Shelf, Workspace

T = NOW / SECOND


def test_that_a_workspace_is_found_again_by_its_own_person_only(tmp_path):
    Shelf(tmp_path, "anne").keep(Workspace("Bassins", [LEVEL], span_s=60.0))
    assert Shelf(tmp_path, "anne").find("Bassins") == Workspace("Bassins", [LEVEL], span_s=60.0)
    assert Shelf(tmp_path, "jean").names == []
    Shelf(tmp_path, "jean").keep(Workspace("Bassins", [RAIN]))
    assert Shelf(tmp_path, "anne").find("Bassins").pens == [LEVEL]


def test_that_one_is_replaced_renamed_and_deleted(tmp_path):
    shelf = Shelf(tmp_path, "anne")
    shelf.keep(Workspace("b", [LEVEL]))
    shelf.keep(Workspace("a", [LEVEL]))
    shelf.keep(Workspace("b", [RAIN]))
    assert shelf.names == ["a", "b"]
    shelf.rename("b", "a")
    assert [(name, shelf.find(name).pens) for name in shelf.names] == [("a", [RAIN])]
    shelf.delete("a")
    assert Shelf(tmp_path, "anne").names == []


def test_that_a_damaged_file_is_put_aside_and_not_overwritten(tmp_path, caplog):
    (tmp_path / FILE).write_text('{"anne": [{"name": 3}]}')
    shelf = Shelf(tmp_path, "anne")
    assert shelf.names == []
    shelf.keep(Workspace("new", []))
    assert (tmp_path / "trends.damaged").read_text().startswith('{"anne"')
    assert Shelf(tmp_path, "anne").names == ["new"]


def test_that_a_disk_that_refuses_is_told_and_the_window_goes_on(tmp_path):
    (tmp_path / "file").write_text("")
    shelf = Shelf(tmp_path / "file" / "folder", "anne")
    assert not shelf.keep(Workspace("a", []))
    assert shelf.names == ["a"]


@pytest.fixture
def filled(page, window):
    """Three pens, one apart, one scale folded, standing still and compared; saved as "Nuit"."""
    view = page.view
    view.add([window.context.attachment.site.tag_by_id[id_] for id_ in (RAIN, STATE)])
    view.legend.parted.emit(view.pens[1])
    view.choose(view.pens[1])
    view.fold_chosen()
    view.show_past(T - 5000, T - 1400)
    view.bar.fitted.setChecked(True)
    view.compare(COMPARISONS[1:])
    page.spaces.save("Nuit")
    return page


def test_that_everything_comes_back_as_it_was_saved(filled):
    view = filled.view
    folded = set(view.plot.scales.folded)
    view.show_only([])
    view.compare(())
    view.bar.fitted.setChecked(False)
    view.plot.scales.folded.clear()
    view.show_span(600)
    filled.spaces.open("Nuit")
    assert filled.pens == [LEVEL, RAIN, STATE]
    assert [pen.apart for pen in view.pens] == [False, True, False]
    assert view.plot.scales.folded == folded != set()
    assert view.plot.shown.chosen is view.pens[1]
    assert (view.direct, view.span) == (False, pytest.approx((T - 5000, T - 1400)))
    assert view.bar.fitted.isChecked()
    assert view.plot.shown.ghosts == COMPARISONS[1:]


def test_that_one_that_followed_the_present_does_so_again(page):
    page.view.show_span(600)
    page.spaces.save("Direct")
    page.view.show_past(T - 5000, T - 1400)
    page.spaces.open("Direct")
    assert (page.view.direct, page.view.span[1] - page.view.span[0]) == (True, 600)


def test_that_by_keyboard_alone_a_workspace_is_named_and_saved(page):
    said = []
    page.view.said.connect(said.append)
    page.spaces.ask_save()
    QTest.keyClicks(page.card.field, "Bassins nord")
    QTest.keyClick(page.card.field, Qt.Key.Key_Return)
    assert page.spaces.shelf.names == ["Bassins nord"]
    assert said == ["Espace « Bassins nord » enregistré"]


def test_that_the_menu_offers_what_there_is_and_says_where_there_is_nothing(page):
    QTest.keyClick(page.view, Qt.Key.Key_W)
    assert page.spaces.menu_shown.actions()[0].text() == "Aucun espace enregistré"
    page.spaces.menu_shown.hide()
    page.spaces.save("Un")
    page.spaces.drop()
    assert page.spaces.menu_shown.actions()[0].text() == "Un"
    page.spaces.menu_shown.hide()


def test_that_deleting_asks_first(page):
    page.spaces.save("Un")
    page.spaces.ask_delete("Un")
    assert page.card.title.text() == "Supprimer l'espace « Un » ?"
    QTest.keyClick(page.card, Qt.Key.Key_Escape)
    assert page.spaces.shelf.names == ["Un"]
    page.spaces.ask_delete("Un")
    QTest.keyClick(page.card, Qt.Key.Key_Return)
    assert page.spaces.shelf.names == []


def test_that_tags_the_site_no_longer_has_are_named_and_left_out(page):
    said = []
    page.view.said.connect(said.append)
    page.spaces.shelf.keep(Workspace("Vieux", ["gone.level", LEVEL]))
    page.spaces.open("Vieux")
    assert page.pens == [LEVEL]
    assert said[-1] == "Absents de ce site, non tracés : gone.level"
