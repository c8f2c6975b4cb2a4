"""What a directory says later of those it proved: another role, nobody of ours any more, nothing for a while."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field, replace
from pathlib import Path

from supervisor.accounts.accounts import Accounts
from supervisor.accounts.follow import AGAIN_S, FRESH_S, follow, renew
from supervisor.accounts.heard import TRUSTED_S
from supervisor.accounts.sessions import Sessions
from supervisor.accounts.settings import Policy
from supervisor.clock import HandClock
from supervisor.errors import Refused
from supervisor.journal import JournalReader
from supervisor.model import Role, User
from tests.people import PASSWORD, give, opened
from tests.supervisor.accounts.test_sessions import Seat
from tests.supervisor.pumphouse import NED, site

GAST = User("x.gast", "Xavière Gast", Role.SUPERVISOR)


@dataclass
class Office:
    """A directory of a few people, that can fall silent, or think for ever."""

    people: dict[str, User] = field(default_factory=lambda: {GAST.id: GAST})
    silent: bool = False
    slow: bool = False
    asked: int = 0

    async def prove(self, id_: str, password: str) -> User:
        return (await self.look(id_)) or GAST

    async def look(self, id_: str) -> User | None:
        self.asked += 1
        await asyncio.sleep(3600 if self.slow else 0)
        if self.silent:
            raise Refused("directory", site().name)
        return self.people.get(id_)


@dataclass
class Here:
    """Somebody of the directory at a seat."""

    seat: Seat
    office: Office
    clock: HandClock
    accounts: Accounts

    async def later(self, seconds: float) -> None:
        """The rest of a question that was begun is let through."""
        await self.clock.wind(seconds)
        for _ in range(20):
            await asyncio.sleep(0)


async def live(folder: Path, work: object) -> None:
    clock = HandClock()
    with opened(site(), folder, clock) as accounts:
        await give(accounts, site())
        accounts.directory = office = Office()
        sessions = Sessions(accounts, accounts._journal, clock, Policy(lock_min=0))
        here = Here(Seat(sessions), office, clock, accounts)
        await here.seat.sign_in(GAST.id)
        following = asyncio.create_task(follow(accounts, clock))
        await asyncio.sleep(0)
        try:
            await work(here)  # type: ignore[operator]
        finally:
            following.cancel()


def test_that_another_role_counts_at_the_next_asking_and_before_a_critical_command(tmp_path: Path) -> None:
    async def work(here: Here) -> None:
        here.office.people[GAST.id] = low = replace(GAST, role=Role.OPERATOR, areas=frozenset({"north"}))
        await renew(here.accounts, here.seat.user)
        assert (here.seat.user, here.office.asked) == (GAST, 1), "it has just been asked"
        await here.later(FRESH_S + 1)
        assert here.seat.user == GAST
        await renew(here.accounts, here.seat.user)
        assert here.seat.user == low
        here.office.people[GAST.id] = GAST
        for _ in range(3):
            await here.later(AGAIN_S)
        assert here.seat.user == GAST, "without anybody's doing"
        assert here.office.asked == 5
        await renew(here.accounts, NED)
        assert here.office.asked == 5, "accounts of the station are asked of nobody"

    asyncio.run(live(tmp_path, work))
    rows = JournalReader(tmp_path / "journal.db").search(category="access")
    told = [(row.subject, row.detail["role"], row.detail["before"]["role"]) for row in rows if row.kind == "alter"]
    assert told == [("x.gast", "supervisor", "operator"), ("x.gast", "operator", "supervisor")]


def test_that_who_is_nobody_there_any_more_is_signed_out_and_lends_nothing(tmp_path: Path) -> None:
    async def work(here: Here) -> None:
        other = Seat(here.seat.sessions, "poste-2")
        await other.sign_in("ned")
        await other.ask("lend_rights", user=GAST.id, password=PASSWORD, reason="renfort", minutes=60.0)
        assert other.user.role is Role.SUPERVISOR
        del here.office.people[GAST.id]
        await here.later(FRESH_S + 1)
        await renew(here.accounts, other.user)
        assert (here.seat.session.person, here.seat.session.ended) == (None, "disabled")
        assert (other.user, other.session.lender) == (NED, None)
        assert here.accounts.person(GAST.id) is None
        here.office.people[GAST.id] = GAST
        await here.seat.sign_in(GAST.id)
        assert here.seat.user == GAST

    asyncio.run(live(tmp_path, work))
    rows = JournalReader(tmp_path / "journal.db").search(category="access")
    assert [(row.subject, row.detail["reason"]) for row in rows if row.kind == "disable"] == [
        ("x.gast", "by_directory")
    ]


def test_that_a_silent_directory_is_believed_for_a_shift_and_asked_no_more_often(tmp_path: Path) -> None:
    async def work(here: Here) -> None:
        here.office.silent = True
        await here.later(FRESH_S + 1)
        for _ in range(5):
            await renew(here.accounts, here.seat.user)
        assert here.office.asked == 2, "a round of five commands does not wait five times"
        await here.later(TRUSTED_S - FRESH_S - 2)
        assert here.seat.user == GAST
        here.office.silent = False
        await here.later(AGAIN_S)
        assert here.seat.session.ended == "", "it has spoken again in time"
        here.office.silent = True
        await here.later(TRUSTED_S - AGAIN_S)
        assert here.seat.user == GAST
        await here.later(2 * AGAIN_S)
        assert here.seat.user.id == "@poste-1"
        assert here.seat.session.ended == "directory"
        await here.seat.sign_in("ann")
        assert here.seat.user.id == "ann", "accounts of the station get in"

    asyncio.run(live(tmp_path, work))


def test_that_who_has_gone_home_is_asked_about_too(tmp_path: Path) -> None:
    """A lock-out whose release they asked for may still hang tomorrow."""

    async def work(here: Here) -> None:
        await here.seat.ask("sign_out")
        await here.later(TRUSTED_S + AGAIN_S)
        assert here.seat.sessions.rights(GAST.id) == [GAST]
        del here.office.people[GAST.id]
        await here.later(AGAIN_S)
        assert here.seat.sessions.rights(GAST.id) == []
        asked = here.office.asked
        await here.later(3 * AGAIN_S)
        assert here.office.asked == asked, "they sign in again, or never"

    asyncio.run(live(tmp_path, work))


def test_that_a_directory_that_thinks_for_long_holds_up_no_critical_command(tmp_path: Path) -> None:
    async def work(here: Here) -> None:
        here.office.slow = True
        await here.later(FRESH_S + 1)
        await asyncio.gather(*(here.accounts.ask_again(GAST.id, FRESH_S, 0.05) for _ in range(3)))
        assert here.seat.user == GAST
        asked = here.office.asked
        await here.accounts.ask_again(GAST.id, FRESH_S, 0.05)
        assert here.office.asked == asked
        here.office.slow = False
        here.office.people.clear()
        await here.later(FRESH_S + 1)
        await here.accounts.ask_again(GAST.id, FRESH_S, 20.0)
        assert here.seat.session.ended == "disabled"

    asyncio.run(live(tmp_path, work))
