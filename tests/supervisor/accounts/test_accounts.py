"""Accounts: who gets in, who does not, how long it takes, and what is written of it where."""

from __future__ import annotations

import asyncio
import os
import stat
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from supervisor.accounts.accounts import CONSOLE, Accounts
from supervisor.accounts.hashing import RFC_9106, Cost, Hasher
from supervisor.clock import HandClock
from supervisor.errors import Refused
from supervisor.journal import JournalReader, Row
from supervisor.model import Role, User
from supervisor.names import Met
from tests.people import ADMINISTRATOR, OTHER, PASSWORD, give, opened
from tests.supervisor.pumphouse import site

Scenario = Callable[[Accounts], Awaitable[None]]
BOB = User("bob", "Bob", Role.OPERATOR, frozenset({"north"}))


def live(folder: Path, scenario: Scenario, clock: HandClock | None = None, given: bool = True) -> list[Row]:
    """Live a scenario; the rows of the journal afterwards, oldest first."""

    async def work() -> None:
        with opened(site(), folder, clock) as accounts:
            if given and accounts.first_start:
                await give(accounts, site())
            await scenario(accounts)

    asyncio.run(work())
    return JournalReader(folder / "journal.db").latest(1000)[::-1]


async def refused(work: Awaitable[object]) -> str:
    """The check that said no."""
    with pytest.raises(Refused) as caught:
        await work
    assert caught.value.text.fr != caught.value.text.en
    return caught.value.check


def told(rows: list[Row], kind: str) -> list[tuple[str, str, str]]:
    return [(row.who, row.result, str(row.detail.get("reason", ""))) for row in rows if row.kind == kind]


def test_that_a_password_proves_who_somebody_is_and_both_ends_are_journalled(tmp_path: Path) -> None:
    async def scenario(accounts: Accounts) -> None:
        assert (await accounts.prove("ann", PASSWORD)) == site().users["ann"]
        assert (await accounts.prove(" ANN ", PASSWORD)).id == "ann"
        assert await refused(accounts.prove("ann", OTHER)) == "password"
        assert await refused(accounts.prove("ann", "")) == "password"

    rows = live(tmp_path, scenario)
    assert told(rows, "proof") == [("ann", "done", "")] * 2 + [("ann", "refused", "password")] * 2


def test_that_a_password_typed_as_a_name_is_written_nowhere(tmp_path: Path) -> None:
    async def scenario(accounts: Accounts) -> None:
        assert await refused(accounts.prove(PASSWORD, "ann")) == "password"

    rows = live(tmp_path, scenario)
    assert told(rows, "proof") == [("", "refused", "password")]
    for path in tmp_path.iterdir():
        assert PASSWORD.encode() not in path.read_bytes(), path
        assert PASSWORD.casefold().encode() not in path.read_bytes(), path


def test_that_hashes_are_argon2id_and_their_file_is_for_its_owner_alone(tmp_path: Path) -> None:
    async def scenario(accounts: Accounts) -> None:
        assert accounts.account("ann").mark.startswith("$argon2id$v=19$m=8,t=1,p=1$")

    live(tmp_path, scenario)
    if sys.platform != "win32":
        assert stat.S_IMODE(os.stat(tmp_path / "accounts.json").st_mode) == 0o600
    assert b"argon2" not in (tmp_path / "journal.db").read_bytes()


def test_that_a_station_hashes_as_rfc_9106_recommends_and_dearer_ones_come_at_the_next_sign_in(tmp_path: Path) -> None:
    async def scenario(accounts: Accounts) -> None:
        dear = Hasher()
        mark = await dear.make(PASSWORD)
        assert mark.startswith("$argon2id$v=19$m=65536,t=3,p=4$")
        assert await dear.fits(mark, PASSWORD)
        assert not await dear.fits(mark, OTHER)
        accounts._hasher = Hasher(Cost(2, 16, 1))
        await accounts.prove("ann", PASSWORD)
        assert accounts.account("ann").mark.startswith("$argon2id$v=19$m=16,t=2,p=1$")
        await accounts.prove("ann", PASSWORD)

    assert Cost(3, 65536, 4) == RFC_9106
    live(tmp_path, scenario)


def test_that_an_unknown_name_costs_as_much_as_a_wrong_password(tmp_path: Path) -> None:
    async def scenario(accounts: Accounts) -> None:
        accounts._hasher = Hasher(Cost(3, 16_384, 1))
        await refused(accounts.prove("nobody", OTHER))  # the first of them makes what it is compared with
        took = {}
        for name in ("ann", "somebody"):
            began = time.perf_counter()
            await refused(accounts._proved(name, OTHER))
            took[name] = time.perf_counter() - began
        assert took["somebody"] > took["ann"] / 20

    live(tmp_path, scenario)


def test_that_who_guesses_waits_longer_and_longer_and_is_let_in_all_the_same(tmp_path: Path) -> None:
    clock = HandClock()

    async def scenario(accounts: Accounts) -> None:
        for _ in range(3):
            assert await refused(accounts.prove("ann", OTHER)) == "password"
        assert await refused(accounts.prove("ann", PASSWORD)) == "wait"
        assert (await accounts.prove("ned", PASSWORD)).id == "ned", "the others are not kept waiting"
        await clock.wind(2.1)
        assert await refused(accounts.prove("ann", OTHER)) == "password"
        await clock.wind(2.1)
        assert await refused(accounts.prove("ann", PASSWORD)) == "wait"
        for _ in range(20):
            await clock.wind(60.1)
            assert await refused(accounts.prove("ann", OTHER)) == "password"
        await clock.wind(60.1)
        assert (await accounts.prove("ann", PASSWORD)).id == "ann"
        assert await refused(accounts.prove("ann", OTHER)) == "password"
        assert (await accounts.prove("ann", PASSWORD)).id == "ann"

    live(tmp_path, scenario, clock)


def test_that_guesses_made_at_once_are_not_all_looked_at(tmp_path: Path) -> None:
    async def scenario(accounts: Accounts) -> None:
        said = await asyncio.gather(*(refused(accounts.prove("ann", f"{OTHER} {n}")) for n in range(30)))
        assert said.count("password") == 3
        assert said.count("wait") == 27

    live(tmp_path, scenario, HandClock())


def test_that_the_first_start_makes_one_administrator_and_only_one(tmp_path: Path) -> None:
    async def scenario(accounts: Accounts) -> None:
        assert accounts.first_start
        assert await refused(accounts.prove("ann", "")) == "password"
        assert await refused(accounts.found("ann", "Ann", PASSWORD)) == "name", "somebody of the site folder"
        both = await asyncio.gather(
            accounts.found("a.martin", "Agnès Martin", PASSWORD, "poste-1"),
            accounts.found("b.durand", "Bruno Durand", PASSWORD, "poste-2"),
            return_exceptions=True,
        )
        assert sorted(type(one).__name__ for one in both) == ["Refused", "User"]
        assert not accounts.first_start
        assert (await accounts.prove("a.martin", PASSWORD)).role is Role.ADMINISTRATOR
        assert await refused(accounts.found("c.petit", "C. Petit", PASSWORD)) == "right"

    rows = live(tmp_path, scenario, given=False)
    assert [(row.who, row.subject) for row in rows if row.kind == "add"] == [("@poste-1", "a.martin")]


def test_that_only_an_administrator_changes_accounts(tmp_path: Path) -> None:
    async def scenario(accounts: Accounts) -> None:
        for id_ in ("ann", "sid"):
            user = await accounts.prove(id_, PASSWORD)
            assert await refused(accounts.add(user, BOB, PASSWORD)) == "right"
            assert await refused(accounts.reset(user, "ned", OTHER)) == "right"
            assert await refused(accounts.disable(user, "ned")) == "right"
            assert await refused(accounts.alter(user, BOB)) == "right"

    live(tmp_path, scenario)


def test_that_somebody_made_here_has_role_and_areas_and_chooses_a_password_at_the_first_sign_in(tmp_path: Path) -> None:
    async def scenario(accounts: Accounts) -> None:
        await accounts.add(ADMINISTRATOR, BOB, OTHER)
        assert await refused(accounts.add(ADMINISTRATOR, BOB, OTHER)) == "name"
        assert await refused(accounts.prove("bob", OTHER)) == "renew", "its giver knows it too"
        assert await refused(accounts.admit("bob", OTHER, "poste-1")) == "renew"
        assert await refused(accounts.admit("bob", OTHER, "poste-1", "trop court")) == "rule"
        assert await refused(accounts.admit("bob", OTHER, "poste-1", OTHER)) == "rule"
        assert (await accounts.admit("bob", OTHER, "poste-1", PASSWORD))[0] == BOB
        assert (await accounts.admit("bob", PASSWORD, "poste-1"))[0] == BOB
        assert accounts.account("bob").last > 0

    rows = live(tmp_path, scenario)
    assert [row.result for row in rows if row.kind == "sign_in"] == ["refused", "done", "done"]
    live(tmp_path, lambda accounts: _is(accounts.prove("bob", PASSWORD), BOB))


async def _is(work: Awaitable[User], user: User) -> None:
    assert await work == user


def test_that_roles_change_with_what_was_before_in_the_journal(tmp_path: Path) -> None:
    async def scenario(accounts: Accounts) -> None:
        await accounts.add(ADMINISTRATOR, BOB, PASSWORD, renew=False)
        await accounts.alter(ADMINISTRATOR, User("bob", "Bob B.", Role.SUPERVISOR))
        assert await accounts.prove("bob", PASSWORD) == User("bob", "Bob B.", Role.SUPERVISOR)
        assert (
            await refused(accounts.alter(ADMINISTRATOR, User("bob", "Bob", Role.VIEWER, frozenset({"mars"})))) == "area"
        )
        assert await refused(accounts.alter(ADMINISTRATOR, User("ann", "Ann", Role.SUPERVISOR))) == "site"

    (row,) = [row for row in live(tmp_path, scenario) if row.kind == "alter"]
    assert (row.who, row.subject, row.detail["role"]) == ("a.martin", "bob", "supervisor")
    assert row.detail["before"] == {"name": "Bob", "role": "operator", "areas": ["north"]}


def test_that_a_disabled_person_is_told_so_only_with_the_right_password_and_comes_back(tmp_path: Path) -> None:
    async def scenario(accounts: Accounts) -> None:
        await accounts.disable(ADMINISTRATOR, "ann")
        assert accounts.current("ann") is None
        assert await refused(accounts.prove("ann", OTHER)) == "password"
        assert await refused(accounts.prove("ann", PASSWORD)) == "disabled"
        await accounts.disable(ADMINISTRATOR, "ann", False)
        assert (await accounts.prove("ann", PASSWORD)).id == "ann"

    live(tmp_path, scenario)


def test_that_the_last_administrator_can_neither_go_nor_step_down(tmp_path: Path) -> None:
    async def scenario(accounts: Accounts) -> None:
        me = User(ADMINISTRATOR.id, ADMINISTRATOR.name, Role.OPERATOR)
        assert await refused(accounts.disable(ADMINISTRATOR, ADMINISTRATOR.id)) == "last"
        assert await refused(accounts.alter(ADMINISTRATOR, me)) == "last"
        await accounts.add(ADMINISTRATOR, User("b.durand", "Bruno Durand", Role.ADMINISTRATOR), OTHER)
        await accounts.alter(ADMINISTRATOR, me)
        assert (await accounts.prove(ADMINISTRATOR.id, PASSWORD)).role is Role.OPERATOR

    live(tmp_path, scenario)


def test_that_one_changes_ones_own_password_with_the_old_one(tmp_path: Path) -> None:
    async def scenario(accounts: Accounts) -> None:
        ann = await accounts.prove("ann", PASSWORD)
        assert await refused(accounts.change(ann, OTHER, OTHER)) == "password"
        assert await refused(accounts.change(ann, PASSWORD, "court")) == "rule"
        await accounts.change(ann, PASSWORD, OTHER)
        assert await refused(accounts.prove("ann", PASSWORD)) == "password"
        assert (await accounts.prove("ann", OTHER)).id == "ann"

    live(tmp_path, scenario)


def test_that_a_reset_password_lets_somebody_in_who_was_kept_waiting(tmp_path: Path) -> None:
    async def scenario(accounts: Accounts) -> None:
        for _ in range(3):
            await refused(accounts.prove("ann", OTHER))
        await accounts.reset(CONSOLE, "ann", OTHER)
        assert await accounts.admit("ann", OTHER, "poste-1", PASSWORD)

    live(tmp_path, scenario)


def test_that_letters_typed_on_another_keyboard_are_the_same(tmp_path: Path) -> None:
    async def scenario(accounts: Accounts) -> None:
        await accounts.reset(ADMINISTRATOR, "ann", "la péniche bleue passe", renew=False)
        assert (await accounts.prove("ann", "la pe\u0301niche bleue passe")).id == "ann"

    live(tmp_path, scenario)


@pytest.mark.logs("Nobody can sign in")
def test_that_a_damaged_file_lets_nobody_in_and_is_no_first_start(tmp_path: Path) -> None:
    (tmp_path / "accounts.json").write_text('{"version": 1, "people"')

    async def scenario(accounts: Accounts) -> None:
        assert not accounts.first_start
        assert await refused(accounts.prove("ann", PASSWORD)) == "store"
        assert await refused(accounts.found("bob", "Bob", PASSWORD)) == "right"

    live(tmp_path, scenario, given=False)
    assert (tmp_path / "accounts.json").read_text() == '{"version": 1, "people"'


@pytest.mark.logs("can't be journalled", "rows of the journal are lost")
def test_that_nothing_changes_where_the_journal_cannot_be_written(tmp_path: Path) -> None:
    async def scenario(accounts: Accounts) -> None:
        accounts._journal.close()
        assert await refused(accounts.reset(ADMINISTRATOR, "ann", OTHER)) == "journal"
        assert (await accounts.prove("ann", PASSWORD)).id == "ann", "who is there must get in all the same"

    live(tmp_path, scenario)


def test_that_nothing_changes_where_the_file_cannot_be_written(tmp_path: Path) -> None:
    def block() -> bytes:
        (tmp_path / "accounts.new").mkdir()  # where the new one would be written first
        return (tmp_path / "accounts.json").read_bytes()

    async def scenario(accounts: Accounts) -> None:
        before = block()
        assert await refused(accounts.reset(ADMINISTRATOR, "ann", OTHER)) == "store"
        assert (await accounts.admit("ann", PASSWORD, "poste-1"))[0].id == "ann"
        assert before == (tmp_path / "accounts.json").read_bytes()

    rows = live(tmp_path, scenario)
    assert [(row.result, row.subject) for row in rows if row.kind == "set_password"][-2:] == [
        ("done", "ann"),
        ("failed", "ann"),
    ]


def test_that_everybody_who_proved_who_they_are_has_a_name_for_other_processes(tmp_path: Path) -> None:
    class Office:
        """A directory of one."""

        async def prove(self, id_: str, password: str) -> User:
            return User("x.gast", "Xavière Gast", Role.OPERATOR)

        async def look(self, id_: str) -> User | None:
            return await self.prove(id_, PASSWORD)

    async def scenario(accounts: Accounts) -> None:
        await accounts.add(CONSOLE, User("b.durand", "Bruno Durant", Role.OPERATOR), OTHER)
        await accounts.alter(CONSOLE, User("b.durand", "Bruno Durand", Role.OPERATOR))
        accounts.directory = Office()
        await accounts.prove("x.gast", PASSWORD)  # the second person of a command need never have signed in
        await accounts.prove("ann", PASSWORD)

    live(tmp_path, scenario)
    known = {"a.martin": "Agnès Martin", "b.durand": "Bruno Durand", "x.gast": "Xavière Gast"}
    assert Met.of(tmp_path / "journal.db").everybody == known, "whom the site folder names is named there alone"


def test_that_accounts_made_before_there_were_names_are_named_at_the_next_start(tmp_path: Path) -> None:
    async def scenario(accounts: Accounts) -> None:
        await accounts.add(CONSOLE, User("b.durand", "Bruno Durand", Role.OPERATOR), OTHER)

    live(tmp_path, scenario)
    (tmp_path / "journal.db").unlink()  # another journal, as after an archive was put away
    live(tmp_path, lambda accounts: asyncio.sleep(0), given=False)
    assert Met.of(tmp_path / "journal.db").name("b.durand") == "Bruno Durand"
