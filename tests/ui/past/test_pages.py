"""Pages of the past: what stood then is shown by the page that shows it now, and nothing on it asks for anything.

-55  a round of two lamps is planned, and released a minute later: one done at -53, the other at -52
-50  PR03.P1 is locked out, until -25
-40  the first shift is signed
"""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog, QMenu
from shiboken6 import isValid

from supervisor.clock import SECOND
from supervisor.database import plain
from supervisor.desk import lock_rows
from supervisor.desk.lock_rows import LockOut
from supervisor.errors import Refused
from supervisor.journal import Entry
from supervisor.journal_tables import RoundTable, RoundTargetTable
from supervisor.shift import desk as shift_desk
from supervisor.shift import sheet as sheets
from supervisor.shift.sheet import Sheet
from tests.ui.past.conftest import LEVEL, MINUTE, THERMAL
from tests.ui.past.test_window import IN_FAULT, go, settled  # noqa: F401
from tests.ui.town import ANNE, NOW
from ui.faceplate.lock_outs import LockOutSection
from ui.padlock import marked
from ui.pages import ALARMS, FACEPLATE, LOCK_OUTS, ON_CALL, OVERVIEW, ROUNDS, SCHEDULES, SHIFT, SYNOPTIC, TRENDS, Place
from ui.past import words
from ui.past.seen import PRESENT_ONLY
from ui.trend.comparison import COMPARISONS
from ui.widgets import Button

PUMP = "PR03.P1"
SIGNED = Sheet("town", 1, NOW - 120 * MINUTE, NOW - 40 * MINUTE, 0, 2, outgoing=ANNE.id)


@pytest.fixture
def busy(station):
    """The same two hours, with what people did in them."""
    for work in (lock, sign, plan):
        station.writer.submit(work).result(20)
    for minute, kind, who in ((55, "plan", ANNE.id), (54, "release", ANNE.id), (52, "done", ANNE.id)):
        entry = Entry("round", f"round_{kind}", who, "R1", time=NOW - minute * MINUTE)
        station.writer.append(entry).result(20)
    empty = sheets.text(replace_sheet(number=2, start=NOW - 40 * MINUTE, end=NOW))
    station.schedule |= {
        "shift": {"sheet": empty, "signed": []},
        "notices": {"rotas": [], "contacts": [], "rules": 0, "failing": 0, "waiting": 0, "notices": []},
    }
    return station


def replace_sheet(**words_):
    return Sheet(**({name: getattr(SIGNED, name) for name in ("site", "first", "last")} | words_))


def lock(database):
    one = LockOut(0, PUMP, ANNE.id, "roue bouchée", NOW - 50 * MINUTE)
    number = lock_rows.insert(database, one)
    entry = Entry("lockout", "release_lock", ANNE.id, PUMP, detail={"lock": number}, time=NOW - 25 * MINUTE)
    lock_rows.delete(database, number, entry)


def sign(database):
    entry = Entry("shift", "sign", ANNE.id, result="done", detail={"digest": sheets.digest(sheets.text(SIGNED))})
    shift_desk._insert(plain(database), SIGNED, sheets.text(SIGNED), entry)


def plan(database):
    wish = {"type": "lighting_circuit", "command": "on", "areas": ["centre"]}
    row = {"time": NOW - 55 * MINUTE, "who": ANNE.id, "wish": wish, "effect_fr": "x", "effect_en": "x", "state": "done"}
    number = RoundTable.insert({**row, "released_by": ANNE.id, "changed_at": NOW - 52 * MINUTE}).execute(database)
    for stage, equipment, minute in ((0, "AR01.C1", 53), (1, "AR02.C1", 52)):
        target = {"round": number, "equipment": equipment, "stage": stage, "state": "done", "command": 0}
        RoundTargetTable.insert({**target, "time": NOW - minute * MINUTE}).execute(database)


def page(window, name):
    """Shown, and through with asking."""
    window.navigate(name)
    window.refresh.tick()
    return window.pages[name]


def test_that_a_trend_by_arrival_draws_only_what_had_come(window, go, until):  # noqa: F811
    level = window.context.attachment.site.tag_by_id[LEVEL]
    window.navigate(Place(TRENDS, tags=(level,)))
    view = window.pages[TRENDS].view
    view.show_span(7200.0)

    def drawn(instant, by_arrival):
        go(instant, by_arrival)
        until(lambda: not view.reading and len(view.pens[0].curve.past.segments.start) > 0)
        known = view.pens[0].curve.segments(view.plot.shown.now)
        assert known.end.max() <= instant / SECOND
        assert known.start.max() <= instant / SECOND
        return view.pens[0].curve.at((NOW - 85 * MINUTE) / SECOND, instant / SECOND)

    assert drawn(NOW - 80 * MINUTE, by_arrival=False) == 3.3
    assert drawn(NOW - 80 * MINUTE, by_arrival=True) == 2.0
    assert drawn(NOW - 10 * MINUTE, by_arrival=True) == 3.3
    assert view.plot.shown.caution == ""
    view.compare(COMPARISONS)
    until(lambda: not view.reading)
    for pen in view.pens:
        assert all(ghost.past.until <= (NOW - 10 * MINUTE) / SECOND for ghost in pen.ghosts.values())


def test_that_lock_outs_stand_as_they_stood(window, busy, go, until):  # noqa: F811
    things = window.context.attachment.site.equipment_by_id
    shown = page(window, LOCK_OUTS)
    window.navigate(Place(FACEPLATE, things[PUMP]))
    for minute, count in ((51, 0), (45, 1), (20, 0)):
        go(NOW - minute * MINUTE)
        assert window.stack.currentWidget() is shown
        until(lambda count=count: len(shown.locks.rows) == count)
        assert marked(window.context.attachment, things[PUMP]) is bool(count)
    go(NOW - 45 * MINUTE)
    until(lambda: len(shown.locks.rows) == 1)
    assert (shown.locks.rows[0].who, shown.locks.rows[0].reason) == (ANNE.id, "roue bouchée")
    section = window.side.findChildren(LockOutSection)[-1]
    until(lambda: len(section.held) == 1)
    window.past.machine.leave()
    until(lambda: shown.locks.rows == [])


def test_that_rounds_and_shifts_are_those_of_the_instant(window, busy, go, until):  # noqa: F811
    rounds, book = page(window, ROUNDS), page(window, SHIFT)
    for minute, state, done in ((54.5, "planned", 0), (53.5, "running", 0), (52.5, "running", 1), (45, "done", 2)):
        go(NOW - round(minute * MINUTE))
        window.navigate(ROUNDS)
        until(
            lambda then=(state, done): [(one["state"], one["counts"].get("done", 0)) for one in rounds.rounds] == [then]
        )
    window.navigate(SHIFT)
    until(lambda: book.sheet is not None and book.sheet.end == NOW - 45 * MINUTE)
    assert (book.sheet.number, book.signed.count()) == (1, 0)
    assert [one.alarm for one in book.sheet.standing] == [THERMAL]
    assert [(one.equipment, one.reason) for one in book.sheet.locks] == [(PUMP, "roue bouchée")]
    go(NOW - 35 * MINUTE)
    until(lambda: book.signed.count() == 1 and book.sheet.number == 2)
    go(NOW - 57 * MINUTE)
    window.navigate(ROUNDS)
    until(lambda: rounds.rounds == [])
    window.past.machine.leave()
    window.navigate(SHIFT)
    until(lambda: book.sheet.end == NOW)


def test_that_a_signed_sheet_is_read_once_it_was_signed(window, busy, go, loop):  # noqa: F811
    ask = window.context.attachment.ask
    go(NOW - 35 * MINUTE)
    answer = loop.run_until_complete(ask("shift_sheet", number=1))
    assert (answer["whole"], sheets.read(answer["sheet"])) == (True, SIGNED)
    go(NOW - 45 * MINUTE)
    with pytest.raises(Refused):
        loop.run_until_complete(ask("shift_sheet", number=1))


# ------------------------------------------------------------ nothing acts


def test_that_what_acts_is_dead_in_the_past_and_says_why_and_lives_again_afterwards(window, busy, go, until):  # noqa: F811
    look, alarms = window.context.look, page(window, ALARMS)
    book, rounds = page(window, SHIFT), page(window, ROUNDS)
    window.navigate(Place(FACEPLATE, window.context.attachment.site.equipment_by_id[PUMP]))
    go(IN_FAULT)
    alarms.select(next(one.index for one in window.context.attachment.site.alarms if one.id == THERMAL))
    guarded = [
        alarms.ack,
        alarms.ack_page,
        alarms.detail.ack,
        alarms.detail.aside,
        book.add,
        book.over,
        rounds.new,
    ]
    for language, why in (("fr", words.NO_ACT_TIP.fr), ("en", words.NO_ACT_TIP.en)):
        look.use(language=language)
        hang = window.side.findChildren(LockOutSection)[-1].hang
        for button in (*guarded, hang):
            button.setEnabled(True)
            assert not button.isEnabled()
            assert button.toolTip() == why
    assert not book.note.isEnabled()
    look.use(language="fr")
    window.past.machine.leave()
    until(lambda: not window.past.busy)
    for button in (rounds.new, book.add):
        assert button.isEnabled()
        assert button.toolTip() != words.NO_ACT_TIP.fr
    assert book.note.isEnabled()
    assert not alarms.ack_page.isEnabled(), "as its page says: nothing waits now"


def test_that_no_living_button_of_any_page_asks_for_anything(window, busy, go, until, monkeypatch):  # noqa: F811
    asked, seen = [], window.context.attachment
    monkeypatch.setattr(QFileDialog, "open", lambda *_: None)
    monkeypatch.setattr(QMenu, "popup", lambda *_: None)
    go(IN_FAULT)
    ask = seen.ask

    async def heard(act, **said):
        asked.append(act)
        return await ask(act, **said)

    monkeypatch.setattr(seen, "ask", heard)
    clicked = 0
    for name in (OVERVIEW, SYNOPTIC, ALARMS, TRENDS, SHIFT, ROUNDS, LOCK_OUTS, SCHEDULES, ON_CALL):
        shown = page(window, name)
        window.navigate(Place(FACEPLATE, seen.site.equipment_by_id[PUMP]))
        if name == ALARMS:
            shown.table.selectAll()
        for button in (*shown.findChildren(Button), *window.side.findChildren(Button)):
            if isValid(button) and button.isVisible() and button.isEnabled():
                clicked += 1
                button.click()
                if window.place.page != name:
                    window.navigate(name)
    until(lambda: settled(window))
    assert clicked > 20
    assert set(asked) <= PRESENT_ONLY
    assert window.past.on


def test_that_keys_that_act_say_why_they_do_not(window, station, go, until):  # noqa: F811
    alarms = page(window, ALARMS)
    go(IN_FAULT)
    alarms.select(next(one.index for one in window.context.attachment.site.alarms if one.id == THERMAL))
    for key in (Qt.Key.Key_Return, Qt.Key.Key_P, Qt.Key.Key_R, Qt.Key.Key_S, Qt.Key.Key_O, Qt.Key.Key_T):
        window.status.say("")
        QTest.keyClick(alarms.table, key)
        assert window.status.message == words.NO_ACT.fr
        assert alarms.detail.shelf.isHidden()
    QTest.keyClick(alarms.table, Qt.Key.Key_H)
    assert alarms.detail.tabs.currentIndex() == 1, "what only looks is as ever"
    assert station.asked == []
