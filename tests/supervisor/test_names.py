"""Names of those whom the site folder does not list: learnt by the station, read by any process, kept for ever."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from supervisor.clock import HandClock
from supervisor.database import Connection, connect
from supervisor.errors import StoreError
from supervisor.journal import Entry, Journal, JournalReader, chain
from supervisor.journal_tables import MIGRATIONS
from supervisor.model import Role, User
from supervisor.names import FILL, FIRST, OTHER, Met, Person, called, coded
from tests.alarms.hall import site

SITE = replace(site(), users={"ann": User("ann", "Ann Bel", Role.OPERATOR)})


def met(folder: Path, *people: tuple[str, str]) -> Met:
    """What another process reads once a station has met these."""
    journal = Journal(folder / "journal.db", HandClock())
    for id_, name in people:
        journal.people.meet(id_, name)
    journal.close()
    return Met.of(folder / "journal.db")


def test_that_whoever_the_station_met_has_a_name_in_every_process(tmp_path: Path) -> None:
    found = met(tmp_path, ("x.gast", "Xavière Gast"), ("y.roy", "Yann Roy"))
    assert found.everybody == {"x.gast": "Xavière Gast", "y.roy": "Yann Roy"}
    assert [called(SITE, found, id_) for id_ in ("ann", "x.gast", "nobody")] == ["Ann Bel", "Xavière Gast", "nobody"]
    again = met(tmp_path, ("y.roy", "Yann Roy-Petit"))
    assert again.name("y.roy") == "Yann Roy-Petit", "a new name takes the place of the old one"
    assert again.code("y.roy") == found.code("y.roy"), "and the number stays"


def test_that_the_site_folder_has_the_first_word(tmp_path: Path) -> None:
    assert called(SITE, met(tmp_path, ("ann", "Somebody else")), "ann") == "Ann Bel"


@settings(deadline=None)
@given(st.lists(st.text("abcdef.", min_size=1, max_size=6), unique=True, max_size=30))
def test_that_a_code_names_one_person_and_no_other(ids: list[str]) -> None:
    found = Met()
    found._put({id_: Person(number, id_.upper()) for number, id_ in enumerate(ids, 1)})
    codes = [found.code(id_) for id_ in ids]
    assert len(set(codes)) == len(ids)
    assert all(FIRST < code < OTHER for code in codes)
    assert [coded(SITE, found, code) for code in codes] == ids
    assert [coded(SITE, found, code) for code in (0, 1, 2, OTHER)] == ["", "ann", "", ""]


def test_that_more_people_than_a_column_can_name_are_others(tmp_path: Path) -> None:
    found = met(tmp_path, ("x.gast", "Xavière Gast"))
    journal = Journal(tmp_path / "journal.db", HandClock())
    journal.people._ids = {OTHER - FIRST - 1: "last"}
    journal.people.meet("one.more", "One More")
    journal.close()
    assert found.pull()
    assert (found.code("one.more"), found.name("one.more")) == (OTHER, "One More")


def test_that_names_of_an_older_journal_are_those_its_chain_tells(tmp_path: Path) -> None:
    before = next(n for n, script in enumerate(MIGRATIONS) if FILL in script)
    connection = connect(tmp_path / "journal.db", MIGRATIONS[:before])
    rows = [
        Entry("access", "add", "a.martin", "b.durand", "", "done", {"name": "Bruno Durant", "role": "operator"}),
        Entry("access", "alter", "a.martin", "b.durand", "", "done", {"name": "Bruno Durand", "before": {"name": "?"}}),
        Entry("access", "sign_in", "x.gast", "poste-1", "", "done", {"name": "Xavière Gast"}),
        Entry("access", "sign_in", "ann", "poste-1", "", "done", {}),
        Entry("access", "sign_in", "z.foe", "poste-1", "", "refused", {"name": "Nobody", "reason": "password"}),
        Entry("access", "emergency", "@poste-1", "CF-1", "", "done", {"name": "typed, proved by nobody"}),
    ]
    for number, one in enumerate(rows, 1):
        chain(connection, one, number)
    connection.commit()
    connection.close()
    Journal(tmp_path / "journal.db", HandClock()).close()
    assert Met.of(tmp_path / "journal.db").everybody == {"b.durand": "Bruno Durand", "x.gast": "Xavière Gast"}
    assert JournalReader(tmp_path / "journal.db").verify().whole


@pytest.mark.logs("is not kept until")
def test_that_a_name_a_full_disk_did_not_take_is_known_at_once_and_kept_the_next_time(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "journal.db", HandClock())
    people, submit = journal.people, journal.people._submit

    def full(connection: Connection) -> None:
        raise StoreError("the disk is full")

    people._submit = lambda work: submit(full)
    people.meet("x.gast", "Xavière Gast")
    journal.extend(()).result(20)
    people._submit = submit
    assert people.name("x.gast") == "Xavière Gast"
    assert Met.of(tmp_path / "journal.db").everybody == {}
    people.meet("x.gast", "Xavière Gast")
    journal.close()
    assert Met.of(tmp_path / "journal.db").everybody == {"x.gast": "Xavière Gast"}


def test_that_who_is_unknown_is_asked_for_once_and_not_for_ever(tmp_path: Path) -> None:
    found = met(tmp_path, ("x.gast", "Xavière Gast"))
    assert found.name("left.long.ago") == ""
    assert found.missed == {"left.long.ago"}
    assert not found.pull()
    found.name("left.long.ago")
    assert not found.missed, "the file was asked, and does not know either"
    found.name("y.roy")
    assert found.missed, "but somebody new is looked for"
