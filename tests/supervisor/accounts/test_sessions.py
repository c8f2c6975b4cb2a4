"""Seats: watching, signed in, locked, handed over; whose rights count; what leaves in an emergency."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from supervisor.accounts.accounts import CONSOLE
from supervisor.accounts.sessions import Session, Sessions
from supervisor.clock import HandClock
from supervisor.desk.emergency import giver
from supervisor.errors import Refused
from supervisor.journal import Journal, JournalReader, Row
from supervisor.model import CommandClass, Role, User
from supervisor.people import SEAT, People, lent
from supervisor.schedule.programmes import SCHEDULER
from tests.people import ADMINISTRATOR, OTHER, PASSWORD, give, opened
from tests.supervisor.pumphouse import ANN, NED, site

CHIEF = User("chief", "Claire Le Bihan", Role.SUPERVISOR)


class Seat:
    """One window's seat."""

    def __init__(self, sessions: Sessions, name: str = "poste-1") -> None:
        self.sessions, self.session = sessions, sessions.enter(name)

    async def ask(self, act: str, **words: Any) -> dict[str, Any]:
        return dict(await self.sessions.acts[act](self.session, words))

    async def sign_in(self, user: str = "ann", password: str = PASSWORD) -> dict[str, Any]:
        return await self.ask("sign_in", user=user, password=password)

    async def refused(self, act: str, **words: Any) -> str:
        with pytest.raises(Refused) as caught:
            await self.ask(act, **words)
        return caught.value.check

    @property
    def user(self) -> User:
        return self.sessions.user(self.session)


def live(folder: Path, scenario: Callable[[Seat], Awaitable[None]], clock: HandClock | None = None) -> list[Row]:
    """The rows of the journal about access, oldest first."""
    clock = clock or HandClock()

    async def work() -> None:
        with opened(site(), folder, clock) as accounts:
            await give(accounts, site())
            await accounts.add(CONSOLE, CHIEF, PASSWORD, renew=False)
            journal: Journal = accounts._journal
            await scenario(Seat(Sessions(accounts, journal, clock)))

    asyncio.run(work())
    return JournalReader(folder / "journal.db").search(category="access")[::-1]


def kinds(rows: list[Row]) -> list[tuple[str, str]]:
    return [(row.kind, row.who) for row in rows if row.kind not in ("add", "set_password")]


def test_that_a_seat_watches_until_somebody_signs_in_and_again_afterwards(tmp_path: Path) -> None:
    async def scenario(seat: Seat) -> None:
        assert seat.user == User("@poste-1", "poste-1, en veille", Role.VIEWER)
        told = await seat.sign_in()
        assert (told["person"]["name"], told["rights"]["role"], told["locked"]) == ("Ann", Role.OPERATOR, False)
        assert seat.user == ANN
        await seat.ask("sign_out")
        assert seat.user.id == "@poste-1"
        seat.sessions.leave(seat.session)

    expected = [("attach", "@poste-1"), ("sign_in", "ann"), ("sign_out", "ann"), ("detach", "@poste-1")]
    assert kinds(live(tmp_path, scenario)) == expected


def test_that_a_wrong_password_changes_nothing(tmp_path: Path) -> None:
    async def scenario(seat: Seat) -> None:
        await seat.sign_in()
        assert await seat.refused("sign_in", user="ned", password=OTHER) == "password"
        assert seat.user == ANN

    assert ("hand_over", "ned") not in kinds(live(tmp_path, scenario))


def test_that_a_locked_seat_acts_as_nobody_until_its_person_is_back(tmp_path: Path) -> None:
    async def scenario(seat: Seat) -> None:
        await seat.sign_in()
        told = await seat.ask("lock", idle=True)
        assert (told["locked"], told["person"]["id"], told["rights"]["role"]) == (True, "ann", Role.VIEWER)
        assert seat.user.id == "@poste-1"
        refused = seat.sessions.explain(seat.session, "acknowledge", Refused("right", "no"))
        assert refused.check == "session"
        assert "verrouillée" in refused.text.fr
        assert await seat.refused("sign_in", user="ann", password=OTHER) == "password"
        assert seat.user.id == "@poste-1"
        await seat.sign_in()
        assert seat.user == ANN

    rows = live(tmp_path, scenario)
    assert ("unlock", "ann") in kinds(rows)
    assert [row.detail["reason"] for row in rows if row.kind == "lock"] == ["idle"]
    assert [(row.who, row.subject) for row in rows if row.kind == "refused"] == [("@poste-1", "acknowledge")]


def test_that_a_shift_is_handed_over_without_anybody_signing_out(tmp_path: Path) -> None:
    async def scenario(seat: Seat) -> None:
        await seat.sign_in()
        await seat.sign_in("ned")
        assert seat.user == NED
        await seat.ask("lock")
        await seat.sign_in("ann")
        assert seat.user == ANN

    rows = live(tmp_path, scenario)
    assert [(row.who, row.detail["from"]) for row in rows if row.kind == "hand_over"] == [
        ("ned", "ann"),
        ("ann", "ned"),
    ]


def test_that_somebody_disabled_or_demoted_meanwhile_is_so_at_the_next_act(tmp_path: Path) -> None:
    async def scenario(seat: Seat) -> None:
        accounts = seat.sessions.accounts
        await seat.sign_in("chief")
        await accounts.alter(ADMINISTRATOR, User("chief", "Claire", Role.OPERATOR, frozenset({"north"})))
        assert (seat.user.role, seat.user.areas) == (Role.OPERATOR, frozenset({"north"}))
        await accounts.disable(ADMINISTRATOR, "chief")
        assert seat.user.id == "@poste-1"
        assert (await seat.ask("session"))["person"] is None

    rows = live(tmp_path, scenario)
    assert [row.detail["reason"] for row in rows if row.kind == "sign_out"] == ["disabled"]


def test_that_a_supervisor_lends_rights_for_a_while_and_for_a_reason(tmp_path: Path) -> None:
    clock = HandClock()

    async def scenario(seat: Seat) -> None:
        loan = {"user": "chief", "password": PASSWORD, "reason": "panne d'astreinte", "minutes": 15.0}
        assert await seat.refused("lend_rights", **loan) == "session"
        await seat.sign_in("ned")
        assert await seat.refused("lend_rights", **loan | {"password": OTHER}) == "password"
        assert await seat.refused("lend_rights", **loan | {"user": "ann"}) == "right"
        assert await seat.refused("lend_rights", **loan | {"user": "ned"}) == "right"
        assert await seat.refused("lend_rights", **loan | {"reason": " "}) == "reason"
        assert await seat.refused("lend_rights", **loan | {"minutes": 600.0}) == "reason"
        told = await seat.ask("lend_rights", **loan)
        assert (told["lender"], told["lent_s"]) == (CHIEF.name, 900.0)
        assert seat.user == lent(NED, CHIEF)
        await clock.wind(899)
        assert seat.user.role is Role.SUPERVISOR
        await clock.wind(2)
        assert seat.user == NED
        await seat.ask("lend_rights", **loan)
        await seat.ask("return_rights")
        assert seat.user == NED
        await seat.ask("lend_rights", **loan)
        await seat.ask("lock")
        await seat.sign_in("ned")
        assert seat.user == NED, "a lock ends it"
        await seat.ask("lend_rights", **loan)
        await seat.sign_in("ann")
        assert seat.user == ANN, "and so does a hand-over"

    rows = live(tmp_path, scenario, clock)
    loans = [row for row in rows if row.kind == "lend_rights"]
    assert len(loans) == len([row for row in rows if row.kind == "return_rights"]) == 4
    assert (loans[0].who, loans[0].detail["for"], loans[0].detail["reason"]) == ("chief", "ned", "panne d'astreinte")
    assert [row.detail["reason"] for row in rows if row.kind == "return_rights"] == ["over", "", "lock", "hand_over"]


def test_that_an_emergency_leaves_from_any_seat_with_a_name_and_nothing_else_does(tmp_path: Path) -> None:
    async def scenario(seat: Seat) -> None:
        with pytest.raises(Refused) as caught:
            giver(seat.sessions, seat.session, "  ")
        assert caught.value.check == "name"
        user = giver(seat.sessions, seat.session, " Maëlle \n Cesbron ")
        assert (user.id, user.name) == ("@poste-1", "poste-1, en veille : Maëlle Cesbron")
        await seat.sign_in("sid")
        signed = giver(seat.sessions, seat.session, "")
        await seat.ask("lock")
        locked = giver(seat.sessions, seat.session, "Sid")
        assert (signed.id, locked.id) == ("sid", "@poste-1")
        pump, people = site().equipment_by_id["W.P1"], People(site())
        for one in (user, signed, locked):
            for command in pump.type.commands.values():
                assert people.may(one, command, pump) == (command.class_ is CommandClass.EMERGENCY)
                urgent = _classed(command, CommandClass.EMERGENCY)
                assert people.may(one, urgent, pump)

    live(tmp_path, scenario)


def _classed(command: Any, class_: CommandClass) -> Any:
    return replace(command, class_=class_)


def test_that_the_name_of_a_seat_is_kept_within_bounds(tmp_path: Path) -> None:
    async def scenario(seat: Seat) -> None:
        assert len(seat.sessions.enter("x" * 500 + "\n").seat) == 40
        assert seat.sessions.enter("\x00\n").seat == "?"
        for actor in (CONSOLE, SCHEDULER):
            assert Seat(seat.sessions, actor.id.removeprefix(SEAT)).user.id != actor.id, "an emergency is no programme"

    live(tmp_path, scenario)


def test_that_the_first_start_is_told_and_over_once_there_is_an_administrator(tmp_path: Path) -> None:
    async def scenario() -> None:
        clock = HandClock()
        with opened(site(), tmp_path, clock) as accounts:
            seat = Seat(Sessions(accounts, accounts._journal, clock))
            assert (await seat.ask("session"))["first_start"]
            assert await seat.refused("sign_in", user="ann", password=PASSWORD) == "password"
            told = await seat.ask("first_administrator", id="a.martin", name="Agnès Martin", password=PASSWORD)
            role = told["rights"]["role"]
            assert (told["first_start"], told["person"]["id"], role) == (False, "a.martin", Role.ADMINISTRATOR)
            assert (
                await Seat(seat.sessions, "poste-2").refused("first_administrator", id="b", name="B", password=PASSWORD)
                == "right"
            )

    asyncio.run(scenario())


def test_that_no_password_is_in_what_a_seat_is_told(tmp_path: Path) -> None:
    async def scenario(seat: Seat) -> None:
        told = await seat.sign_in()
        assert PASSWORD not in str(told)
        assert "argon2" not in str(told)
        assert isinstance(seat.session, Session)

    live(tmp_path, scenario)


def test_that_lent_rights_are_the_lenders_of_now_and_never_more_than_theirs(tmp_path: Path) -> None:
    async def scenario(seat: Seat) -> None:
        accounts = seat.sessions.accounts
        engineer = User("e.roux", "Elsa Roux", Role.ENGINEER, frozenset({"north"}))
        await accounts.add(CONSOLE, engineer, PASSWORD, renew=False)
        await seat.sign_in("e.roux")
        await seat.ask("lend_rights", user="chief", password=PASSWORD, reason="renfort", minutes=15.0)
        assert holding(seat.user) == {(Role.ENGINEER, "north"), (Role.SUPERVISOR, "south"), (Role.SUPERVISOR, "city")}
        await accounts.alter(CONSOLE, User("chief", CHIEF.name, Role.SUPERVISOR, frozenset({"south"})))
        assert holding(seat.user) == {(Role.ENGINEER, "north"), (Role.SUPERVISOR, "south")}
        await accounts.alter(CONSOLE, User("chief", CHIEF.name, Role.OPERATOR))
        assert seat.user == engineer, "who is no supervisor any more lends nothing"

    rows = live(tmp_path, scenario)
    assert [row.detail["reason"] for row in rows if row.kind == "return_rights"] == ["over"]


def holding(user: User) -> set[tuple[Role, str]]:
    """The highest role that somebody has in each area, where they have one."""
    people = People(PLANT)
    areas = [area for area in PLANT.areas if people.holds(user, Role.VIEWER, area)]
    return {(max(role for role in Role if people.holds(user, role, area)), area) for area in areas}


PLANT = site()
CLASSES = st.sets(st.sampled_from(CommandClass)).map(frozenset)
AREAS = st.sets(st.sampled_from(["city", "north", "south"])).map(frozenset)


def anybody(id_: str, roles: Sequence[Role]) -> st.SearchStrategy[User]:
    return st.builds(User, st.just(id_), st.just(id_), st.sampled_from(roles), AREAS, CLASSES)


@settings(deadline=None)
@given(anybody("own", list(Role)), anybody("lender", [role for role in Role if role >= Role.SUPERVISOR]))
def test_that_lent_rights_are_added_and_are_never_more_than_either_has(own: User, lender: User) -> None:
    both = lent(own, lender)
    most = replace(lender, role=min(lender.role, max(own.role, Role.SUPERVISOR)))
    assert (both.id, both.name, both.role) == (own.id, own.name, max(own.role, most.role))
    people, thing = People(PLANT), PLANT.equipment_by_id["W.P1"]
    for area, class_, role in product(PLANT.areas, CommandClass, Role):
        there = replace(thing, area=area)
        spec = replace(thing.type.commands["start"], class_=class_, role=role)
        assert people.may(both, spec, there) == (people.may(own, spec, there) or people.may(most, spec, there))
        assert people.holds(both, role, area) == (people.holds(own, role, area) or people.holds(most, role, area))


def test_that_rights_are_lent_to_who_sat_there_when_the_supervisor_agreed(tmp_path: Path) -> None:
    loan = {"user": "chief", "password": PASSWORD, "reason": "renfort", "minutes": 15.0}

    async def scenario(seat: Seat) -> None:
        turn = seat.sessions.accounts._delays.turn("chief")
        for meanwhile in (("sign_in", {"user": "ann", "password": PASSWORD}), ("lock", {}), ("sign_out", {})):
            await seat.sign_in("ned")
            await turn.acquire()
            lending = asyncio.create_task(seat.refused("lend_rights", **loan))
            while not turn._waiters:
                await asyncio.sleep(0)
            await seat.ask(meanwhile[0], **meanwhile[1])
            turn.release()
            assert await lending == "session", meanwhile
            assert seat.session.lender is None

    assert "lend_rights" not in [kind for kind, _ in kinds(live(tmp_path, scenario))]


def test_that_nobody_is_left_signed_in_at_a_seat_that_has_gone(tmp_path: Path) -> None:
    async def scenario(seat: Seat) -> None:
        turn = seat.sessions.accounts._hasher._turn
        await turn.acquire()
        signing = asyncio.create_task(seat.sign_in("ann"))
        while not turn._waiters:
            await asyncio.sleep(0)
        seat.sessions.leave(seat.session)
        turn.release()
        await signing
        assert seat.session.person is None

    rows = live(tmp_path, scenario)
    assert [row.detail.get("reason") for row in rows if row.kind == "sign_out"] == ["gone"]
