"""The page of the shift book, on a desk that is real but for the passwords."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from supervisor.errors import Refused, Unavailable
from supervisor.journal import Entry
from supervisor.model import Role, Text, User
from supervisor.shift.desk import ShiftDesk, shift_acts
from tests.ui.town import ANNE, TownStation
from ui.pages import ALARMS, SHIFT
from ui.shell.window import MainWindow
from ui.shift.page import ShiftPage

Until = Callable[[Callable[[], bool]], None]
BEN = User("ben", "Ben Roy", Role.OPERATOR)
SECRETS = {ANNE.id: (ANNE, "anne's"), BEN.id: (BEN, "ben's")}


async def prove(user_id: str, password: str) -> User:
    user, secret = SECRETS[user_id]
    if password != secret:
        raise Refused("password", Text("Mot de passe inconnu.", "Wrong password."))
    return user


@pytest.fixture
def page(window: MainWindow, station: TownStation, until: Until, monkeypatch: pytest.MonkeyPatch) -> ShiftPage:
    desk = ShiftDesk(station.site, station.writer, station.clock, prove, list)
    acts, plain = shift_acts(desk), station.ask

    async def ask(act: str, **words: Any) -> Mapping[str, Any]:
        if act == "sign_in":
            station.asked.append((act, words))
            return {}
        return await acts[act](ANNE, words) if act in acts else await plain(act, **words)

    monkeypatch.setattr(station, "ask", ask)
    monkeypatch.setitem(station.site.users, BEN.id, BEN)
    station.note(Entry("system", "start"), Entry("alarm", "raise", subject="PR02.level_high"))
    window.navigate(SHIFT)
    window.refresh.tick()
    page = window.pages[SHIFT]
    assert isinstance(page, ShiftPage)
    until(lambda: page.sheet is not None)
    return page


def shown(page: ShiftPage) -> str:
    return page.text.toPlainText()


def test_that_the_running_shift_writes_itself(page: ShiftPage, window: MainWindow) -> None:
    assert "Quart n° 1" in shown(page)
    assert "Relevage 02 – Niveau bâche haut" in shown(page)
    page.context.look.use(language="en")
    assert "Most frequent alarms" in shown(page)


def test_that_a_note_is_added_by_the_keyboard_and_taken_back(page: ShiftPage, until: Until) -> None:
    page.note.setText("Portail ouvert rue Foch")
    page.note.returnPressed.emit()
    until(lambda: "Portail ouvert" in shown(page))
    assert page.note.text() == ""
    page.withdraw.click()
    until(lambda: "Portail ouvert" not in shown(page))


def test_that_both_sign_at_one_seat_and_the_page_turns_to_the_next_shift(
    page: ShiftPage, station: TownStation, until: Until
) -> None:
    page.over.click()
    form = page.form
    assert not form.isHidden()
    assert not form.sign.isEnabled(), "nothing is signed without two passwords"
    form.password.setText("anne's")
    form.incoming.setCurrentIndex(form.incoming.findData(BEN.id))
    form.other.setText("wrong")
    form.remark.setPlainText("Surveiller le relevage 02")
    form.sign.click()
    until(lambda: form.said.text() == "Mot de passe inconnu.")
    form.other.setText("ben's")
    form.sign.click()
    until(lambda: "Quart n° 2" in shown(page))
    assert form.isHidden()
    assert (form.password.text(), form.other.text(), form.remark.toPlainText()) == ("", "", "")
    assert ("sign_in", {"user": BEN.id, "password": "ben's"}) in station.asked
    until(lambda: page.signed.rowCount() == 1)


def test_that_somebody_who_is_on_no_list_takes_over_by_their_name(
    page: ShiftPage, station: TownStation, until: Until, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(SECRETS, "eva", (User("eva", "Eva, of the directory", Role.OPERATOR), "eva's"))
    page.over.click()
    form = page.form
    assert form.incoming.findData("eva") < 0
    form.password.setText("anne's")
    form.incoming.setEditText("eva")
    form.other.setText("eva's")
    form.sign.click()
    until(lambda: "Quart n° 2" in shown(page))
    assert ("sign_in", {"user": "eva", "password": "eva's"}) in station.asked


def test_that_a_page_that_is_left_keeps_no_password(page: ShiftPage, window: MainWindow) -> None:
    page.over.click()
    page.form.password.setText("anne's")
    page.form.remark.setPlainText("Surveiller le relevage 02")
    window.navigate(ALARMS)
    assert (page.form.password.text(), page.form.other.text()) == ("", "")
    assert page.form.remark.toPlainText(), "they were work"


def test_that_a_seat_that_is_locked_or_changes_hands_keeps_no_password(
    page: ShiftPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    page.over.click()
    page.form.password.setText("anne's")
    page.form.other.setText("ben's")
    page.person_changed()
    assert page.form.password.text(), "she still sits here"
    monkeypatch.setattr(type(page.context.session), "user", property(lambda _: BEN))
    page.person_changed()
    assert (page.form.password.text(), page.form.other.text(), page.form.isHidden()) == ("", "", True)
    page.over.click()
    assert BEN.name in page.form.goes.text()


def test_that_a_station_that_does_not_answer_leaves_it_open_whether_the_shift_is_signed(
    page: ShiftPage, station: TownStation, until: Until, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def silent(act: str, **words: Any) -> Mapping[str, Any]:
        raise Unavailable("no answer in time")

    monkeypatch.setattr(station, "ask", silent)
    page.over.click()
    page.form.password.setText("anne's")
    page.form.remark.setPlainText("Personne ne vient")
    page.form.sign.click()
    until(lambda: "regardez dans la liste" in page.form.said.text())


def test_that_a_signed_shift_is_shown_as_it_was_and_printed(page: ShiftPage, until: Until, tmp_path: Path) -> None:
    page.over.click()
    page.form.password.setText("anne's")
    page.form.remark.setPlainText("Pas de relève, astreinte prévenue")
    page.form.sign.click()
    until(lambda: page.signed.rowCount() == 1)
    page.list.clicked.emit(page.signed.index(0, 0))
    until(lambda: bool(page.digest))
    assert "Pas de relève, astreinte prévenue" in shown(page)
    assert page.digest in shown(page)
    assert page.said.text() == "La page est telle qu'elle a été signée."
    assert not page.over.isEnabled()
    assert page.digest in page.html()
    page.back.click()
    assert "Quart n° 2" in shown(page)


def test_that_a_viewer_reads_and_writes_nothing(page: ShiftPage, monkeypatch: pytest.MonkeyPatch) -> None:
    watching = User("v", "V", Role.VIEWER)
    monkeypatch.setattr(type(page.context.session), "user", property(lambda _: watching))
    page.slow()
    assert not page.over.isEnabled()
    assert not page.note.isEnabled()
    assert "Quart n° 1" in shown(page)
