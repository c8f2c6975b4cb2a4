"""The list of certificates that are trusted, and the desk at which a person decides."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path
from typing import Any

import pytest

from supervisor.clock import HandClock
from supervisor.desk.trust_desk import TrustDesk, trust_acts
from supervisor.errors import Refused, StoreError, Unavailable
from supervisor.journal import Journal, JournalReader
from supervisor.model import Role, User
from supervisor.trust import TrustStore, fingerprint, grouped, keep, seen
from tests.drivers.opcua.fortress import NOW, Made, der
from tests.drivers.opcua.plant import link, site

FIRST, SECOND = Made("First").issue(), Made("Second").issue()
ENGINEER, OPERATOR = User("eve", "Eve", Role.ENGINEER), User("otto", "Otto", Role.OPERATOR)


@pytest.fixture
def store(tmp_path: Path) -> TrustStore:
    return TrustStore(tmp_path / "pki")


def marks(certificates: Any) -> set[str]:
    return {fingerprint(one) for one in certificates}


def test_that_a_certificate_is_told_in_words() -> None:
    words = seen(FIRST)
    assert words.subject == words.issuer == "CN=First"
    assert words.hosts == ("localhost", "127.0.0.1")
    assert words.since < NOW.timestamp() < words.until
    assert len(words.fingerprint) == 64
    assert grouped(words.fingerprint).replace(" ", "") == words.fingerprint


def test_that_trusting_moves_it_and_frees_the_links_it_was_shown_to(store: TrustStore) -> None:
    store.refuse("A", FIRST, "a", ["unknown"], 1)
    store.refuse("B/é", FIRST, "b", ["unknown"], 2)
    store.refuse("C", SECOND, "c", ["unknown"], 3)
    assert marks(store.rejected()) == {fingerprint(FIRST), fingerprint(SECOND)}
    assert set(store.trust(FIRST)) == {"A", "B/é"}
    assert store.holds(FIRST)
    assert store.pin("A") == store.pin("B/é") == fingerprint(FIRST)
    assert set(store.notes()) == {"C"}
    assert marks(store.rejected()) == {fingerprint(SECOND)}


def test_that_revoking_takes_it_back_from_every_link(store: TrustStore) -> None:
    store.refuse("A", FIRST, "a", ["unknown"], 1)
    store.trust(FIRST)
    store.revoke(FIRST)
    assert not store.holds(FIRST)
    assert store.pin("A") == ""
    assert marks(store.rejected()) == {fingerprint(FIRST)}


def test_that_a_liar_with_a_new_certificate_each_time_fills_no_disk(store: TrustStore) -> None:
    store.refuse("B", FIRST, "b", ["unknown"], 1)
    for _ in range(5):
        store.refuse("A", FIRST, "a", ["unknown"], 1)
        store.refuse("A", last := Made("Liar").issue(), "a", ["unknown"], 1)
    assert marks(store.rejected()) == {fingerprint(FIRST), fingerprint(last)}


def test_that_a_no_holds_for_that_certificate_only(store: TrustStore) -> None:
    store.refuse("A", FIRST, "a", ["unknown"], 1)
    store.decline("A")
    store.refuse("A", FIRST, "a", ["unknown"], 2)
    assert (note := store.note("A")) is not None
    assert note.declined
    store.refuse("A", SECOND, "a", ["unknown"], 3)
    assert (note := store.note("A")) is not None
    assert not note.declined


def test_that_a_fingerprint_is_found_however_it_is_written_and_never_by_a_guess(store: TrustStore) -> None:
    store.refuse("A", FIRST, "a", ["unknown"], 1)
    mark = fingerprint(FIRST)
    for given in (mark, mark.lower(), grouped(mark), ":".join(mark[at : at + 2] for at in range(0, 64, 2)), mark[:16]):
        assert store.find(given) == FIRST
    for given in (mark[:15], "", "0" * 64):
        with pytest.raises(Unavailable, match=mark):
            store.find(given)


def test_that_a_file_that_is_neither_certificate_nor_list_is_told(store: TrustStore, tmp_path: Path) -> None:
    (tmp_path / "note.txt").write_text("hello")
    with pytest.raises(Unavailable, match="neither a certificate nor"):
        store.take(tmp_path / "note.txt")
    (tmp_path / "first.der").write_bytes(der(FIRST))
    assert store.take(tmp_path / "first.der") == FIRST
    assert store.holds(FIRST)


def test_that_damage_in_the_list_is_told_with_its_file(store: TrustStore, tmp_path: Path) -> None:
    keep(tmp_path / "pki" / "trusted" / "odd.der", b"odd")
    with pytest.raises(StoreError, match=r"odd\.der does not hold what it should"):
        store.trusted()


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such modes")
def test_that_nobody_else_may_write_into_it(store: TrustStore, tmp_path: Path) -> None:
    store.trust(FIRST)
    for path in (tmp_path / "pki").rglob("*"):
        assert path.stat().st_mode & 0o077 == 0, path


class Office:
    """A desk over a site of one link, `L`, that was shown `FIRST`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.store = TrustStore(folder / "pki")
        self.store.refuse("L", FIRST, "plc", ["unknown"], 1)
        self.journal = Journal(folder / "journal.db", HandClock(1))
        self.acts = trust_acts(TrustDesk(site(link(1)), self.store, self.journal))

    def ask(self, act: str, user: User = ENGINEER, **words: str) -> Any:
        async def scenario() -> Any:
            return await self.acts[act](user, words)

        return asyncio.run(scenario())

    def told(self) -> list[tuple[str, str, str, str]]:
        rows = JournalReader(self.folder / "journal.db").latest(5)
        return [(row.kind, row.who, row.subject, row.result) for row in rows]


@pytest.fixture
def office(tmp_path: Path) -> Any:
    made = Office(tmp_path)
    yield made
    made.journal.close()


def test_that_an_engineer_trusts_what_a_link_was_shown(office: Office) -> None:
    (shown,) = office.ask("certificates")["shown"]
    assert shown["link"] == "L"
    assert shown["note"]["problems"] == ("unknown",)
    assert shown["certificate"]["fingerprint"] == fingerprint(FIRST)
    office.ask("trust", link="L", fingerprint=fingerprint(FIRST))
    assert office.store.pin("L") == fingerprint(FIRST)
    assert office.ask("certificates")["shown"] == []
    assert office.told() == [("trust", "eve", "L", "done")]


def test_that_an_engineer_says_no(office: Office) -> None:
    office.ask("distrust", link="L", fingerprint=fingerprint(FIRST))
    assert office.ask("certificates")["shown"][0]["note"]["declined"]
    assert not office.store.holds(FIRST)
    assert office.told() == [("distrust", "eve", "L", "done")]


@pytest.mark.parametrize(
    ("user", "words", "check"),
    [
        (OPERATOR, {"link": "L", "fingerprint": fingerprint(FIRST)}, "right"),
        (ENGINEER, {"link": "X", "fingerprint": fingerprint(FIRST)}, "link"),
        (ENGINEER, {"link": "L", "fingerprint": fingerprint(SECOND)}, "certificate"),
    ],
)
def test_that_nobody_else_trusts_and_nothing_else_is_trusted(
    office: Office, user: User, words: dict[str, str], check: str
) -> None:
    with pytest.raises(Refused) as refused:
        office.ask("trust", user, **words)
    assert refused.value.check == check
    assert not office.store.trusted()
