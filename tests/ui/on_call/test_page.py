"""The page of those on call."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from supervisor.errors import Refused
from supervisor.model import Role, Text, User
from tests.ui.town import TownStation
from ui.on_call.page import OnCallPage
from ui.pages import ON_CALL
from ui.shell.window import MainWindow

Until = Callable[[Callable[[], bool]], None]


def notice(number: int, state: str, **words: Any) -> dict[str, Any]:
    row = {
        "id": number, "alarm": "PR02.level_high", "raised_at": 1, "rule": "r", "step": 0, "contact": "ann",
        "medium": "mail", "state": state, "made_at": 1_700_000_000 * 10**9, "next_at": 1_700_000_030 * 10**9,
        "tries": 0, "error": "", "done_at": 0,
    }  # fmt: skip
    return {**row, **words}


class Answers:
    """What the station says."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, Mapping[str, Any]]] = []
        self.refusal: Refused | None = None
        self.words: dict[str, Any] = {
            "rotas": [{"id": "water", "name": ["Eau potable", "Drinking water"], "contact": "ann"}],
            "contacts": [{"id": "ann", "name": "Ann Bel", "mail": "ann@x", "topic": ""}],
            "rules": 1,
            "failing": 1,
            "waiting": 1,
            "notices": [
                notice(2, "waiting", tries=2, error="the mail server refuses for now: 451 later"),
                notice(1, "sent"),
            ],
        }

    async def ask(self, act: str, **words: Any) -> Mapping[str, Any]:
        if act == "notices":
            return self.words
        self.asked.append((act, words))
        if self.refusal:
            raise self.refusal
        return {"count": 1}


@pytest.fixture
def answers() -> Answers:
    return Answers()


@pytest.fixture
def page(
    window: MainWindow, station: TownStation, until: Until, answers: Answers, monkeypatch: pytest.MonkeyPatch
) -> OnCallPage:
    monkeypatch.setattr(station, "ask", answers.ask)
    window.navigate(ON_CALL)
    window.refresh.tick()
    page = window.pages[ON_CALL]
    assert isinstance(page, OnCallPage)
    until(lambda: bool(page.answer))
    return page


def cells(page: OnCallPage, row: int) -> list[str]:
    return [str(page.model.index(row, column).data()) for column in range(page.model.columnCount())]


def test_that_what_fails_says_why_and_when_it_is_tried_again(page: OnCallPage) -> None:
    first = cells(page, 0)
    assert first[1:6] == ["en attente", "Ann Bel", "courriel", "1", "Relevage 02 – Niveau bâche haut"]
    assert first[6].startswith("nouvel essai à")
    assert first[6].endswith("le serveur de messagerie refuse pour l'instant (451 later)")
    assert page.state.text() == "1 en échec, nouvel essai prévu"
    page.table.selectRow(0)
    assert page.why.text() == first[6], "in full below the list"
    page.table.selectRow(1)
    assert not page.why.isVisibleTo(page)


def test_that_a_test_is_asked_for_by_a_button_for_each_contact(
    page: OnCallPage, answers: Answers, until: Until
) -> None:
    page.tests["ann"].click()
    until(lambda: "Ann Bel" in page.said.text())
    assert answers.asked == [("notify_test", {"contact": "ann"})]


def test_that_one_that_waits_is_tried_again_or_let_go_and_one_that_went_is_neither(
    page: OnCallPage, answers: Answers, until: Until
) -> None:
    page.table.selectRow(0)
    assert page.again.isEnabled()
    page.again.click()
    until(lambda: ("notify_again", {"id": 2}) in answers.asked)
    page.table.selectRow(0)
    page.drop.click()
    until(lambda: ("notify_drop", {"id": 2}) in answers.asked)
    page.table.selectRow(1)
    assert not page.again.isEnabled()
    assert not page.drop.isEnabled()


def test_that_the_list_that_moves_keeps_the_notice_that_was_selected(
    page: OnCallPage, answers: Answers, until: Until
) -> None:
    page.table.selectRow(0)
    answers.words = {**answers.words, "notices": [notice(3, "sent"), *answers.words["notices"]]}
    page.question.again()
    until(lambda: len(page.model.rows) == 3)
    chosen = page.chosen()
    assert chosen is not None
    assert chosen["id"] == 2
    assert page.drop.isEnabled()


def test_that_a_refusal_is_read_on_the_page(page: OnCallPage, answers: Answers, until: Until) -> None:
    answers.refusal = Refused("right", Text("Réservé aux opérateurs.", "For operators only."))
    page.tests["ann"].click()
    until(lambda: page.said.text() == "Réservé aux opérateurs.")


def test_that_a_viewer_only_looks(page: OnCallPage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(type(page.context.session), "user", property(lambda _: User("v", "V", Role.VIEWER)))
    page.table.selectRow(0)
    page.slow()
    assert not page.again.isEnabled()
    assert not page.tests["ann"].isEnabled()


def test_that_a_site_that_tells_nobody_says_so(page: OnCallPage, answers: Answers, until: Until) -> None:
    answers.words = {"rotas": [], "contacts": [], "rules": 0, "failing": 0, "waiting": 0, "notices": []}
    page.question.again()
    until(lambda: not page.nothing.isHidden())
    assert "notify.toml" in page.nothing.text()
