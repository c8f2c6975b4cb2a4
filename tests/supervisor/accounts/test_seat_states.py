"""A seat, in every state with every event: enumerated; and what the station does where a window does not."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from itertools import product
from pathlib import Path

import pytest

from supervisor.accounts.accounts import CONSOLE
from supervisor.accounts.sessions import GRACE_S, LOOK_S, Sessions
from supervisor.accounts.settings import LOCK_MIN
from supervisor.clock import HandClock
from supervisor.desk.emergency import giver
from supervisor.desk.second import nobody, second
from supervisor.errors import Refused
from supervisor.model import Role
from tests.people import ADMINISTRATOR, OTHER, PASSWORD, opened
from tests.supervisor.accounts.test_sessions import CHIEF, Seat, live
from tests.supervisor.pumphouse import ANN, NED, site

THIRD = "six péniches à quai ce matin"
LONG_S = 60 * LOCK_MIN + GRACE_S + 1


class Here:
    """Ann's seat, and the clock it is on."""

    def __init__(self, seat: Seat, clock: HandClock) -> None:
        self.seat, self.clock, self.accounts = seat, clock, seat.sessions.accounts

    def state(self) -> str:
        session = self.seat.session
        person = self.seat.sessions.present(session)
        return "watching" if person is None else f"{'locked' if session.locked else 'open'} {person.id}"


Event = Callable[[Here], Awaitable[object]]


async def passes(here: Here, seconds: float, idle: bool) -> None:
    """Time goes by; the window tells each second how long nobody has touched it, and somebody has or has not."""
    for _ in range(4):
        await here.clock.wind(seconds / 4)
        here.seat.sessions.hear(here.seat.session, seconds if idle else 0.5)


async def disabled(here: Here) -> None:
    await here.accounts.disable(CONSOLE, "ann")


async def reset(here: Here) -> None:
    await here.clock.wind(1)
    await here.accounts.reset(CONSOLE, "ann", THIRD, renew=False)


async def changed_here(here: Here) -> None:
    await here.clock.wind(1)
    await here.seat.ask("change_password", password=PASSWORD, new=THIRD)


async def changed_elsewhere(here: Here) -> None:
    other = Seat(here.seat.sessions, "poste-2")
    await other.sign_in()
    await here.clock.wind(1)
    await other.ask("change_password", password=PASSWORD, new=THIRD)
    assert other.user == ANN, "the session that changed it stays"


async def hung(here: Here) -> None:
    await here.clock.wind(LONG_S)


EVENTS: Mapping[str, Event] = {
    "sign in": lambda here: here.seat.sign_in(),
    "another signs in": lambda here: here.seat.sign_in("ned"),
    "wrong password": lambda here: here.seat.refused("sign_in", user="ned", password=OTHER),
    "sign out": lambda here: here.seat.ask("sign_out"),
    "lock": lambda here: here.seat.ask("lock"),
    "a while, touched": lambda here: passes(here, LONG_S, idle=False),
    "a while, untouched": lambda here: passes(here, LONG_S, idle=True),
    "window silent for long": hung,
    "disabled": disabled,
    "password set by another": reset,
    "password changed here": changed_here,
    "password changed at another seat": changed_elsewhere,
}
REFUSED = "refused"
BEFORE: Mapping[str, tuple[str, ...]] = {"watching": (), "open ann": ("sign in",), "locked ann": ("sign in", "lock")}
TABLE = """
event                             | watching | open ann   | locked ann
sign in                           | open ann | open ann   | open ann
another signs in                  | open ned | open ned   | open ned
wrong password                    | watching | open ann   | locked ann
sign out                          | watching | watching   | watching
lock                              | watching | locked ann | locked ann
a while, touched                  | watching | open ann   | locked ann
a while, untouched                | watching | locked ann | locked ann
window silent for long            | watching | locked ann | locked ann
disabled                          | watching | watching   | watching
password set by another           | watching | watching   | watching
password changed here             | refused  | open ann   | locked ann
password changed at another seat  | watching | watching   | watching
"""


def table() -> dict[tuple[str, str], str]:
    rows = [[cell.strip() for cell in line.split("|")] for line in TABLE.strip().splitlines()]
    return {(row[0], state): cell for row in rows[1:] for state, cell in zip(rows[0][1:], row[1:], strict=True)}


def test_that_the_table_has_every_event_in_every_state() -> None:
    assert set(table()) == set(product(EVENTS, BEFORE))


@pytest.mark.parametrize(("event", "state"), list(product(EVENTS, BEFORE)))
def test_that_a_seat_goes_where_the_table_says(tmp_path: Path, event: str, state: str) -> None:
    clock = HandClock()

    async def scenario(seat: Seat) -> None:
        here = Here(seat, clock)
        for name in BEFORE[state]:
            await EVENTS[name](here)
        assert here.state() == state
        to = table()[event, state]
        if to == REFUSED:
            with pytest.raises(Refused):
                await EVENTS[event](here)
            to = state
        else:
            await EVENTS[event](here)
        assert here.state() == to
        assert (seat.user.id == "@poste-1") == (not to.startswith("open")), "whose rights an act would have"

    live(tmp_path, scenario, clock)


def test_that_a_touch_that_comes_after_the_time_comes_too_late(tmp_path: Path) -> None:
    """The lock of the window failed; somebody sits down at night and moves the mouse."""
    clock = HandClock()

    async def scenario(seat: Seat) -> None:
        await seat.sign_in()
        await clock.wind(60 * LOCK_MIN + GRACE_S - 1)
        assert seat.user == ANN, "a window that was slow to tell surprises nobody"
        seat.sessions.hear(seat.session, 2.0)
        await clock.wind(60 * LOCK_MIN + GRACE_S - 1)
        seat.sessions.hear(seat.session, float("nan"))
        seat.sessions.hear(seat.session, -1.0)
        seat.sessions.hear(seat.session, None)
        assert seat.user.id == "@poste-1", "what tells nothing is no touch"
        seat.sessions.hear(seat.session, 0.0)
        assert seat.user.id == "@poste-1"
        assert giver(seat.sessions, seat.session, "Ann").id == "@poste-1", "an emergency command leaves all the same"
        await seat.sign_in()
        assert seat.user == ANN

    rows = live(tmp_path, scenario, clock)
    assert [row.detail["reason"] for row in rows if row.kind == "lock"] == ["idle"]


def test_that_the_station_looks_by_itself_and_the_journal_has_the_instant(tmp_path: Path) -> None:
    clock = HandClock()

    async def scenario(seat: Seat) -> None:
        task = asyncio.create_task(seat.sessions.run())
        await seat.sign_in("ned")
        loan = {"user": "chief", "password": PASSWORD, "reason": "renfort", "minutes": 5.0}
        await seat.ask("lend_rights", **loan)
        for _ in range(round(LONG_S / LOOK_S) + 2):
            await clock.wind(LOOK_S)
        task.cancel()
        assert (seat.session.locked, seat.session.lender) == (True, None), "nobody has asked for anything"

    rows = live(tmp_path, scenario, clock)
    at = {row.kind: row.time for row in rows}
    assert (at["return_rights"] - at["lend_rights"]) / 1e9 == pytest.approx(300, abs=2 * LOOK_S)
    assert (at["lock"] - at["sign_in"]) / 1e9 == pytest.approx(LONG_S, abs=2 * LOOK_S)


def test_that_what_changes_is_told_at_once_and_why(tmp_path: Path) -> None:
    clock = HandClock()

    async def scenario(seat: Seat) -> None:
        accounts = seat.sessions.accounts
        await seat.sign_in()
        other = Seat(seat.sessions, "poste-2")
        await other.sign_in("ned")
        await other.ask("lend_rights", user="chief", password=PASSWORD, reason="renfort", minutes=15.0)
        await clock.wind(1)
        await accounts.reset(ADMINISTRATOR, "ann", THIRD)
        assert (seat.session.person, seat.session.ended) == (None, "password"), "before anybody asks"
        assert (await seat.ask("session"))["ended"] == "password"
        assert other.user.role is Role.SUPERVISOR
        await accounts.reset(ADMINISTRATOR, "chief", THIRD)
        assert other.session.lender is None, "what was lent by the old password is lent no more"
        await accounts.disable(ADMINISTRATOR, "ned")
        assert other.session.ended == "disabled"
        await other.sign_in("sid")
        assert other.session.ended == ""

    rows = live(tmp_path, scenario, clock)
    ends = [(row.who, row.detail["reason"]) for row in rows if row.kind in ("sign_out", "return_rights")]
    assert ends == [("ann", "password"), ("chief", "password"), ("ned", "disabled")]


def test_that_an_administrator_who_gives_themselves_a_password_sits_on(tmp_path: Path) -> None:
    clock = HandClock()

    async def scenario(seat: Seat) -> None:
        await seat.sign_in(ADMINISTRATOR.id)
        other = Seat(seat.sessions, "poste-2")
        await other.sign_in(ADMINISTRATOR.id)
        await clock.wind(1)
        await seat.ask("reset_password", id=ADMINISTRATOR.id, password=THIRD)
        assert seat.user.id == ADMINISTRATOR.id
        assert other.user.id == "@poste-2"
        assert await other.refused("reset_password", id="ann", password=OTHER) == "right"
        await seat.ask("reset_password", id="ann", password=OTHER)
        assert await other.refused("sign_in", user="ann", password=OTHER) == "renew"

    live(tmp_path, scenario, clock)


def test_that_rights_are_told_as_of_now_wherever_they_were_asked_with(tmp_path: Path) -> None:
    clock = HandClock()

    async def scenario(seat: Seat) -> None:
        sessions, accounts = seat.sessions, seat.sessions.accounts
        await seat.sign_in("ned")
        await seat.ask("lend_rights", user="chief", password=PASSWORD, reason="renfort", minutes=15.0)
        lent = seat.user
        assert (lent.role, lent.lent_by) == (Role.SUPERVISOR, "chief")
        assert sessions.now(lent) == lent
        assert await second(("ann",), lent, ("", ""), nobody) == lent
        assert await second(("chief",), lent, ("", ""), nobody) == NED, "what the first lends is no second person's"
        assert [one.role for one in sessions.rights("ned")] == [Role.OPERATOR, Role.SUPERVISOR]
        await accounts.alter(CONSOLE, replace(CHIEF, areas=frozenset({"south"})))
        assert (now := sessions.now(lent))
        assert [part.areas for part in now.parts] == [frozenset({"north"}), frozenset({"south"})]
        await seat.ask("return_rights")
        assert (now := sessions.now(lent))
        assert (now.role, now.areas) == (Role.OPERATOR, frozenset({"north"}))
        own = sessions.now(CHIEF)
        assert own is not None
        await accounts.disable(CONSOLE, "chief")
        assert (sessions.now(CHIEF), sessions.rights("chief"), sessions.rights("nobody")) == (None, [], [])
        watching = Seat(sessions, "poste-3").user
        assert sessions.now(watching) is watching
        await seat.sign_in("eve")
        urgent = giver(sessions, seat.session, "")
        assert sessions.now(urgent) is urgent, "an emergency asks no role"

    live(tmp_path, scenario, clock)


def test_that_a_password_that_is_set_while_the_old_one_is_compared_wins(tmp_path: Path) -> None:
    async def scenario() -> None:
        clock = HandClock()
        with opened(site(), tmp_path, clock) as accounts:
            await accounts.add(CONSOLE, ADMINISTRATOR, PASSWORD, renew=False)
            await accounts.reset(CONSOLE, "ann", PASSWORD, renew=False)
            seat = Seat(Sessions(accounts, accounts._journal, clock))
            compare = accounts._hasher.fits

            async def slow(mark: str, password: str) -> bool:
                fits = await compare(mark, password)
                await accounts.reset(CONSOLE, "ann", THIRD, renew=False)
                return fits

            accounts._hasher.fits = slow  # type: ignore[method-assign]
            assert await seat.refused("sign_in", user="ann", password=PASSWORD) == "password"
            accounts._hasher.fits = compare  # type: ignore[method-assign]
            await seat.sign_in("ann", THIRD)

    asyncio.run(scenario())


def test_that_who_takes_over_while_a_password_is_changed_sits_on(tmp_path: Path) -> None:
    clock = HandClock()

    async def scenario(seat: Seat) -> None:
        await seat.sign_in()
        hasher = seat.sessions.accounts._hasher
        make = hasher.make

        async def slow(password: str) -> str:
            await seat.sign_in("ned")
            await clock.wind(1)
            return await make(password)

        hasher.make = slow  # type: ignore[method-assign]
        await seat.ask("change_password", password=PASSWORD, new=THIRD)
        assert seat.user.id == "ned"
        assert seat.session.ended == ""

    live(tmp_path, scenario, clock)


def test_that_the_password_of_an_administrator_is_not_overtaken_by_a_change_proved_by_the_old_one(
    tmp_path: Path,
) -> None:
    async def scenario(seat: Seat) -> None:
        await seat.sign_in()
        hasher, accounts = seat.sessions.accounts._hasher, seat.sessions.accounts
        make = hasher.make

        async def slow(password: str) -> str:
            hasher.make = make  # type: ignore[method-assign]
            mark = await make(password)
            await accounts.reset(CONSOLE, "ann", OTHER, renew=False)
            return mark

        hasher.make = slow  # type: ignore[method-assign]
        assert await seat.refused("change_password", password=PASSWORD, new=THIRD) == "password"
        assert (await accounts.prove("ann", OTHER)).id == "ann"

    live(tmp_path, scenario)
