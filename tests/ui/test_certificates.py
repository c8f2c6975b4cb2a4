"""The step "trust this server?" of the page of links, over a real desk and a real trust list."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from drivers.opcua.address import Settings
from supervisor.clock import HandClock
from supervisor.desk.trust_desk import TrustDesk, trust_acts
from supervisor.model import Role, User
from supervisor.trust import TrustStore, fingerprint, grouped
from tests.drivers.opcua.fortress import Made
from tests.ui.town import ANNE, NOW, Town, TownStation, ordinary
from ui.links.page import LinksPage
from ui.pages import LINKS
from ui.seat import Session
from ui.shell.window import MainWindow

Until = Callable[[Callable[[], bool]], None]
CERTIFICATE, OTHER = Made("Automate 7").issue(), Made("Autre").issue()
MARK = fingerprint(CERTIFICATE)


class Guarded(TownStation):
    """A town whose first OPC UA link is secured, down, and was shown a certificate nobody knows."""

    def __init__(self, folder: Path) -> None:
        super().__init__(Town().site(), folder, HandClock(NOW))
        links = self.site.links
        assert isinstance(links, dict)
        self.link = next(one.id for one in links.values() if one.protocol == "opcua")
        links[self.link] = replace(links[self.link], settings=Settings(security="aes256"))
        self.link_pages.update({link: {} for link in links})
        self.store = TrustStore(folder / "pki")
        self.user = ANNE
        self.trusting = trust_acts(TrustDesk(self.site, self.store, self.writer))
        self.store.refuse(self.link, CERTIFICATE, "127.0.0.1", ["unknown"], NOW)
        self.publish({**ordinary(self.site), f"{self.link}.connected": 0.0})

    async def ask(self, act: str, **words: Any) -> Mapping[str, Any]:
        if act not in self.trusting:
            return await super().ask(act, **words)
        self.asked.append((act, words))
        return await self.trusting[act](self.user, words)

    def decided(self) -> list[str]:
        return [act for act, _ in self.asked if act in ("trust", "distrust")]


@pytest.fixture
def station(tmp_path: Path) -> Any:
    made = Guarded(tmp_path)
    yield made
    made.close()


@pytest.fixture
def page(window: MainWindow, station: Guarded, until: Until) -> LinksPage:
    engineer = replace(ANNE, role=Role.ENGINEER)
    object.__setattr__(window.context, "session", Session(engineer))
    station.user = engineer
    window.navigate(LINKS)
    page = window.pages[LINKS]
    assert isinstance(page, LinksPage)
    window.refresh.tick()
    page.slow()
    until(lambda: bool(page.certificates.shown))
    return page


def press_examine(page: LinksPage) -> None:
    page.certificates.examine(page.certificates.shown[0])


def test_that_a_refused_certificate_is_offered_for_a_look(page: LinksPage, station: Guarded) -> None:
    assert page.certificates.isVisible()
    press_examine(page)
    card = page.certificates.card
    assert card is not None
    facts = [value.text() for _, value, _ in card._labels]
    assert facts[0] == "CN=Automate 7"
    assert grouped(MARK) in facts
    assert card._wrong.text() == "Personne ne l'a encore approuvé."
    assert card.close_.hasFocus()
    assert not station.store.trusted()


def test_that_trusting_it_is_an_act_of_the_station(
    page: LinksPage, station: Guarded, qtbot: QtBot, until: Until
) -> None:
    press_examine(page)
    assert page.certificates.card is not None
    qtbot.mouseClick(page.certificates.card.trust, Qt.MouseButton.LeftButton)
    until(lambda: page.certificates.card is None)
    assert station.store.pin(station.link) == MARK
    assert "approuvé" in page.certificates.said.text()


def test_that_refusing_it_ends_the_question(page: LinksPage, station: Guarded, qtbot: QtBot, until: Until) -> None:
    press_examine(page)
    assert page.certificates.card is not None
    qtbot.mouseClick(page.certificates.card.refuse, Qt.MouseButton.LeftButton)
    until(lambda: page.certificates.card is None)
    assert not station.store.trusted()
    station.wind(5)
    page.slow()
    until(lambda: bool(page.certificates.shown))
    assert not page.certificates._bar.isVisible()


def test_that_escape_decides_nothing(page: LinksPage, station: Guarded, qtbot: QtBot) -> None:
    press_examine(page)
    qtbot.keyClick(page.certificates.card, Qt.Key.Key_Escape)
    assert page.certificates.card is None
    assert page.certificates._bar.isVisible()
    assert station.decided() == []


def test_that_a_certificate_that_changed_meanwhile_is_not_trusted_unseen(
    page: LinksPage, station: Guarded, qtbot: QtBot, until: Until
) -> None:
    press_examine(page)
    card = page.certificates.card
    assert card is not None
    station.store.refuse(station.link, OTHER, "127.0.0.1", ["unknown"], NOW)
    qtbot.mouseClick(card.trust, Qt.MouseButton.LeftButton)
    until(lambda: "examinez-le à nouveau" in card._said.text())
    assert not station.store.trusted()


def test_that_an_operator_may_look_and_not_trust(page: LinksPage, window: MainWindow) -> None:
    object.__setattr__(window.context, "session", Session(User("otto", "Otto", Role.OPERATOR)))
    press_examine(page)
    card = page.certificates.card
    assert card is not None
    assert not card.trust.isEnabled()
    assert "ingénieur" in card._hint.text()


def test_that_what_trusting_cannot_mend_is_not_offered(page: LinksPage, station: Guarded) -> None:
    station.store.trust(CERTIFICATE)
    station.store.refuse(station.link, CERTIFICATE, "127.0.0.1", ["expired"], NOW)
    one = page.certificates.shown[0]
    page.certificates.examine(
        type(one)(one.link, station.store.note(one.link) or one.note, one.certificate, one.trusted)
    )
    card = page.certificates.card
    assert card is not None
    assert card._wrong.text() == "Il a expiré."
    assert not card.trust.isEnabled()


def test_that_both_languages_and_themes_say_it(page: LinksPage, window: MainWindow) -> None:
    look = window.context.look
    for theme in ("light", "dark"):
        for language, said in (("en", "Trust this certificate"), ("fr", "Approuver ce certificat")):
            look.use(theme=theme, language=language)
            press_examine(page)
            assert page.certificates.card is not None
            assert page.certificates.card.trust.text() == said


def test_that_a_town_without_secured_links_is_never_asked(station: Guarded, window: MainWindow) -> None:
    station.site.links[station.link] = replace(station.site.links[station.link], settings=None)  # type: ignore[index]
    window.navigate(LINKS)
    window.refresh.tick()
    window.pages[LINKS].slow()
    assert not any(act == "certificates" for act, _ in station.asked)


def test_that_a_refusal_of_the_station_is_said_on_the_card(
    page: LinksPage, station: Guarded, qtbot: QtBot, until: Until
) -> None:
    press_examine(page)
    card = page.certificates.card
    assert card is not None
    station.user = ANNE  # the station decides, whatever the window shows
    qtbot.mouseClick(card.trust, Qt.MouseButton.LeftButton)
    until(lambda: bool(card._said.text()))
    assert card._said.text() == "Réservé au rôle « ingénieur »."
    assert not station.store.trusted()
