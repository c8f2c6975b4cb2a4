"""Nothing that came later than the instant shown stays on a page."""

from __future__ import annotations

import threading
from dataclasses import replace

import pytest

from supervisor.clock import SECOND
from supervisor.replay import JournalUntil, lock_outs
from tests.ui.past.conftest import LEVEL, MINUTE, THERMAL
from tests.ui.past.test_pages import busy, page  # noqa: F401
from tests.ui.past.test_window import go, row_of, settled  # noqa: F401
from tests.ui.town import NOW
from ui.pages import ALARMS, LOCK_OUTS, ROUNDS, TRENDS, Place
from ui.trend.comparison import COMPARISONS


def test_that_a_round_is_not_shown_before_it_was_planned(window, busy, go, until):  # noqa: F811
    rounds = page(window, ROUNDS)
    go(NOW - 45 * MINUTE)
    until(lambda: rounds.view.one is not None)
    go(NOW - 57 * MINUTE)
    until(lambda: rounds.rounds == [])
    until(lambda: rounds.stack.currentWidget() is rounds.nothing)
    assert rounds.view.one is None
    go(NOW - 45 * MINUTE)
    until(lambda: rounds.stack.currentWidget() is rounds.view)


def test_that_the_curve_of_an_alarm_ends_at_the_instant(window, go, until):  # noqa: F811
    alarms = page(window, ALARMS)
    around = alarms.detail.history.around

    def drawn(instant):
        go(instant)
        alarms.select(row_of(window, THERMAL))
        alarms.detail.turn(1)
        until(lambda: around.strip is not None and around.strip.now <= instant)
        return around.strip

    assert drawn(NOW - 50 * MINUTE).now == NOW - 50 * MINUTE
    assert drawn(NOW - 58 * MINUTE).time.max() <= NOW - 58 * MINUTE


def test_that_figures_and_days_compared_are_forgotten_with_the_instant(window, go, until):  # noqa: F811
    window.navigate(Place(TRENDS, tags=(window.context.attachment.site.tag_by_id[LEVEL],)))
    view = window.pages[TRENDS].view
    view.show_span(7200.0)
    view.compare(COMPARISONS)
    go(NOW - 10 * MINUTE)
    pen = view.pens[0]
    until(lambda: not view.reading and pen.summary is not None)
    assert pen.summary.span[1] <= (NOW - 10 * MINUTE) / SECOND
    view.jump()
    assert pen.summary is None
    assert not pen.ghosts
    until(lambda: not view.reading and pen.summary is not None)


def test_that_curves_that_were_being_read_when_the_window_turned_are_not_shown(window, go, until):  # noqa: F811
    go(NOW - 45 * MINUTE)
    window.navigate(Place(TRENDS, tags=(window.context.attachment.site.tag_by_id[LEVEL],)))
    view = window.pages[TRENDS].view
    until(lambda: not view.reading)
    view.show_span(7200.0)
    assert view.reading
    window.navigate(ALARMS)
    view.jump()
    until(lambda: not view.reading)
    assert not len(view.pens[0].curve.past.segments.start)


def test_that_lock_outs_that_were_being_read_when_the_window_turned_are_not_shown(
    window,
    busy,  # noqa: F811
    go,  # noqa: F811
    until,
    monkeypatch,
):
    shown, scene, asked, on = page(window, LOCK_OUTS), window.past.machine._seen, [], threading.Event()

    def slow(journal):
        asked.append(journal)
        on.wait(20)
        return lock_outs(journal)

    go(NOW - 45 * MINUTE)
    until(lambda: not shown._reading)
    shown.locks.show_rows([])
    monkeypatch.setattr("ui.lock_outs.page.lock_outs", slow)
    shown.slow()
    until(lambda: bool(asked))
    then, before = scene.scene.then, NOW - 51 * MINUTE
    scene.scene.then = replace(then, instant=before, journal=JournalUntil(then.journal.path, before))
    on.set()
    until(lambda: not shown._reading)
    assert shown.locks.rows == []


@pytest.mark.logs("A task of the window failed")
def test_that_a_window_that_fails_at_the_past_does_not_call_the_present_so(window, until, monkeypatch):
    monkeypatch.setattr(window.past.machine, "_read", lambda *_: 1 / 0)
    window.past.machine.enter(NOW - 45 * MINUTE)
    assert window.past.on
    until(lambda: not window.past.on)
    assert window.context.gate.why is None
