"""The window in the past: what it shows, what it lets out, and what of the present it never hides."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from alarms.states import State
from supervisor.clock import SECOND
from supervisor.errors import Refused
from supervisor.model import Quality
from tests.ui.past.conftest import FAULT, HEAT, LEVEL, MINUTE, STATE, THERMAL
from tests.ui.town import NOW
from ui.pages import ALARMS, COMMISSIONING, OVERVIEW, PEOPLE, TRENDS
from ui.past import words
from ui.values import shown
from ui.words import STATION_ALIVE

IN_FAULT = NOW - 59 * MINUTE


@pytest.fixture
def go(window, until):
    """Turn the window to an instant, and wait until all of it is there."""

    def go(instant, by_arrival=False):
        window.past.machine.use(by_arrival)
        window.past.machine.enter(instant)
        until(lambda: settled(window))

    yield go
    window.past.machine.leave()
    until(lambda: not window.past.busy)


def settled(window):
    return window.past.machine.complete and not window.past.busy


def value(window, tag):
    live = window.context.live
    return float(live.value[window.context.attachment.site.tag_by_id[tag].index])


def row_of(window, alarm):
    return next(one.index for one in window.context.attachment.site.alarms if one.id == alarm)


def test_that_a_pump_in_fault_is_so_again_with_its_alarm(window, go):
    window.refresh.tick()
    assert value(window, STATE) == 1.0
    assert row_of(window, THERMAL) not in window.context.board.rows
    go(IN_FAULT)
    row = row_of(window, THERMAL)
    assert value(window, STATE) == FAULT
    assert value(window, HEAT) == 118.4
    assert window.context.board.rows.tolist() == [row]
    assert window.context.board["state"][row] == State.UNACKED
    go(NOW - 50 * MINUTE)
    assert window.context.board["state"][row] == State.ACKED
    assert window.context.clock.now() == NOW - 50 * MINUTE
    go(NOW - 100 * MINUTE)
    assert value(window, STATE) == 1.0
    assert row_of(window, THERMAL) not in window.context.board.rows


def test_that_before_anything_was_recorded_nothing_was_known(window, go):
    go(NOW - 600 * MINUTE)
    assert (window.context.live.quality == Quality.NEVER_READ).all()
    tag = window.context.attachment.site.tag_by_id[LEVEL]
    assert shown(tag, window.context.live, window.context.attachment.texts, window.context.look).text == "—"


def test_that_what_came_late_was_so_but_was_not_known(window, go):
    go(NOW - 80 * MINUTE)
    assert value(window, LEVEL) == 3.3
    go(NOW - 80 * MINUTE, by_arrival=True)
    assert value(window, LEVEL) == 2.0
    assert words.BY_ARRIVAL.fr in window.past.strip.when.told


def test_that_no_act_leaves_and_the_sentence_says_why(window, station, go, loop, until):
    go(IN_FAULT)
    for act in ("submit", "acknowledge", "shelve", "substitute", "note", "anything"):
        with pytest.raises(Refused) as refused:
            loop.run_until_complete(window.context.attachment.ask(act, alarms=[THERMAL]))
        assert refused.value.text == words.NO_ACT
    window.acknowledge(window.banner.first())
    until(lambda: bool(window.status.message))
    assert window.status.message == words.NO_ACT.fr
    assert station.asked == []


def test_that_escape_is_the_way_back_wherever_the_focus_is(window, station, go, until):
    go(IN_FAULT)
    window.navigate(window.context.attachment.site.equipment_by_id["PR03.P1"])
    window.activateWindow()
    QTest.keyClick(window.side, Qt.Key.Key_Escape)
    until(lambda: not window.past.on)
    assert value(window, STATE) == 1.0
    assert window.context.clock.now() == station.clock.now()
    assert not window.past.strip.isVisible()
    assert not window.past.frame.isVisible()


def test_that_the_status_bar_says_whether_the_station_lived_then(window, station, go):
    def told():
        return [part.title for part in window.status._right() if "Poste" in part.title]

    window.refresh.tick()
    assert told() == [STATION_ALIVE.fr]
    go(IN_FAULT)
    assert told() == [words.STATION_LIVED.fr]
    assert window.context.present == station.clock.now(), "when a paper of the past is made"
    go(NOW - 600 * MINUTE)
    assert told() == [], "nobody knows"
    station.off(NOW - 55 * MINUTE, NOW - 45 * MINUTE)
    go(NOW - 50 * MINUTE)
    assert told() == [words.STATION_OFF.fr]


def test_that_the_frame_and_the_head_say_that_it_is_the_past(window, go):
    assert not window.past.frame.isVisible()
    go(IN_FAULT)
    assert window.past.frame.isVisible()
    assert window.past.frame.geometry() == window.rect()
    told = window.past.strip.when.told
    assert words.PAST.fr in told
    assert window.context.look.clock(IN_FAULT) in told
    corner = window.grab().toImage().pixelColor(2, window.height() // 2)
    colors = {window.context.look.color(name).name() for name in ("past", "past_text")}
    edge = {window.grab().toImage().pixelColor(x, window.height() // 2).name() for x in range(8)}
    assert colors & edge, corner.name()


def test_that_a_page_that_only_knows_the_present_is_covered_in_the_past_and_back_afterwards(
    window, go, until, monkeypatch
):
    assert not any(window.rows[page].past for page in (PEOPLE, COMMISSIONING))
    monkeypatch.setitem(window.rows, ALARMS, replace(window.rows[ALARMS], past=False))
    window.navigate(ALARMS)
    book = window.pages[ALARMS]
    assert window.stack.currentWidget() is book
    go(IN_FAULT)
    assert window.stack.currentWidget() is window.past.veil
    window.navigate(OVERVIEW)
    assert window.stack.currentWidget() is window.pages[OVERVIEW]
    window.navigate(ALARMS)
    assert window.stack.currentWidget() is window.past.veil
    window.past.veil.leave.click()
    until(lambda: not window.past.busy)
    assert window.stack.currentWidget() is book


def test_that_trends_of_the_past_call_nothing_live(window, go, until):
    window.navigate(TRENDS)
    view = window.pages[TRENDS].view
    heads = {column.words.fr for column in view.table.columns(False)}
    assert (view.bar.live.text(), "Actuel" in heads) == ("Direct", True)
    go(IN_FAULT)
    heads = {column.words.fr for column in view.table.columns(False)}
    assert view.bar.live.text() == "Suivre l'instant"
    assert ("Alors" in heads, "Actuel" in heads) == (True, False)
    window.past.machine.leave()
    until(lambda: not window.past.busy)
    assert view.bar.live.text() == "Direct"


def test_that_the_horn_is_silent_for_what_is_over_and_sounds_for_what_is_new(window, station, go, until):
    window.refresh.tick()
    go(IN_FAULT)
    assert not window.horn.sounding
    assert window.past.present.fresh() == []
    station.wind(10)
    station.publish({"PR05.P2.temperature": 121.0})
    until(lambda: window.horn.sounding)
    assert window.past.present.fresh() == [row_of(window, "PR05.P2.thermal")]
    assert "thermique" in window.past.strip.news.told
    assert window.context.board.rows.tolist() == [row_of(window, THERMAL)]
    window.past.strip.news.chosen.emit(window.past.present.fresh()[0])
    assert not window.past.on
    assert window.context.board.rows.tolist() == [row_of(window, "PR05.P2.thermal")]
    assert window.horn.sounding


def test_that_playing_goes_on_as_fast_as_was_asked_and_ends_before_the_present(window, station, go, until):
    go(NOW - 70 * MINUTE)
    machine = window.past.machine
    machine.play(600)
    station.wind(1.1)
    until(lambda: machine.shown == NOW - 70 * MINUTE + 660 * SECOND)
    assert value(window, STATE) == FAULT
    station.wind(60)
    until(lambda: not machine.speed)
    assert machine.on
    assert machine.wished <= machine.now()


def test_that_the_journal_and_the_commands_end_at_the_instant(window, go):
    go(IN_FAULT)
    journal = window.context.attachment.journal
    assert [row.kind for row in journal.latest(10)] == ["raise"]
    assert {row.kind for row in journal.search()} == {"raise"}
    go(NOW - 10 * MINUTE)
    assert [row.kind for row in window.context.attachment.journal.latest(10)] == ["clear", "acknowledge", "raise"]


def test_that_the_alarm_before_is_found_and_that_there_is_none_after(window, go, until):
    go(NOW - 10 * MINUTE)
    window.past.transport.seek(False)
    until(lambda: window.past.machine.shown == NOW - 60 * MINUTE)
    window.past.transport.seek(False)
    until(lambda: window.status.message == words.NONE_BESIDE.fr)
    until(lambda: settled(window))


def test_that_of_many_wishes_only_the_last_is_waited_for(window, go, until):
    go(NOW - 100 * MINUTE)
    machine, seen = window.past.machine, []
    machine.moved.connect(lambda: seen.append(machine.shown))
    for minute in range(100, 40, -1):
        machine.go(NOW - minute * MINUTE)
    until(lambda: settled(window))
    assert machine.shown == NOW - 41 * MINUTE
    assert len(set(seen)) < 10


def test_that_without_a_history_the_window_stays_in_the_present_and_says_so(make_window, station, until, tmp_path):
    window = make_window()
    window.past.machine._rewind._history = type(station.history)(tmp_path / "nowhere")
    window.past.toggle()
    until(lambda: not window.past.on)
    assert "passé" in window.status.message
