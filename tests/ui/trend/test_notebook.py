"""Notes on the plot: written at an instant, shown as flags, withdrawn with a click on them."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from supervisor.clock import SECOND
from supervisor.desk.notes import Notes, note_acts
from supervisor.people import People
from tests.ui.town import ANNE, NOW
from tests.ui.trend.conftest import LEVEL, RAIN
from ui.trend.layers import NOTE_PX

T = NOW / SECOND
AT = round((T - 600) * SECOND)


@pytest.fixture
def acts(station):
    """The station's own acts behind the town's window."""
    acts = note_acts(Notes(station.site, People(station.site), station.writer))
    usual = station.ask

    async def ask(act, **words):
        return await acts[act](ANNE, words) if act in acts else await usual(act, **words)

    station.ask = ask
    return acts


@pytest.fixture
def written(page, acts, settle):
    """A note at the cursor A, ten minutes ago, on the level."""
    page.view.cursors.press(T - 600)
    QTest.keyClick(page.view, Qt.Key.Key_N)
    assert page.card.isVisible()
    QTest.keyClicks(page.card.field, "vanne close")
    page.card.choice.setCurrentIndex(1)
    QTest.keyClick(page.card.field, Qt.Key.Key_Return)
    settle(lambda: len(page.view.plot.shown.notes) == 1)
    return page.view.plot.shown.notes[0]


def test_that_a_note_is_written_by_keyboard_at_the_cursor_and_on_the_chosen_tag(page, written):
    assert (written.at, written.text, written.tag, written.who) == (
        round((T - 600) * SECOND),
        "vanne close",
        LEVEL,
        "anne",
    )
    assert not page.card.isVisible()


def test_that_a_note_of_a_tag_that_is_not_drawn_is_not_shown(page, window, written):
    page.view.show_only([window.context.attachment.site.tag_by_id[RAIN]])
    assert page.view.plot.shown.notes == []
    page.view.add([window.context.attachment.site.tag_by_id[LEVEL]])
    assert page.view.plot.shown.notes == [written]


def test_that_a_click_on_its_flag_lets_the_author_withdraw_it(page, written, settle):
    plot, scene = page.view.plot, page.view.plot.shown
    x = plot.box.width() * (T - 600 - scene.start) / (scene.end - scene.start) + 4
    place = plot.mapFromScene(plot.box.mapToScene(x, plot.box.height() - NOTE_PX / 2))
    QTest.mouseClick(plot.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(place))
    assert page.card.isVisible()
    assert page.card.title.text() == "Retirer « vanne close » ?"
    QTest.mouseClick(page.card.confirm, Qt.MouseButton.LeftButton)
    settle(lambda: page.view.plot.shown.notes == [])
    assert scene.marks == [T - 600]


def test_that_escape_writes_nothing_and_keys_typed_do_not_move_the_plot(page, acts, turn):
    before = (page.view.plot.shown.start, page.view.plot.shown.end)
    QTest.keyClick(page.view, Qt.Key.Key_N)
    QTest.keyClicks(page.card.field, "az f")
    QTest.keyClick(page.card.field, Qt.Key.Key_Escape)
    turn()
    assert not page.card.isVisible()
    assert (page.view.plot.shown.start, page.view.plot.shown.end) == before
    assert page.view.plot.shown.marks == []
    assert page.notebook.notes == []


def test_that_a_refusal_is_said_beside_the_plot(page, acts, settle):
    said = []
    page.view.said.connect(said.append)
    page.notebook._ask("withdraw", id=999)
    settle(lambda: bool(said))
    assert said == ["Cette annotation n'existe plus."]
