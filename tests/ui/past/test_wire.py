"""No act leaves a window in the past: watched from the other end of a real socket."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from supervisor.accounts.accounts import Accounts
from supervisor.accounts.hashing import Hasher
from supervisor.accounts.sessions import Sessions
from supervisor.clock import SystemClock
from supervisor.errors import Refused, Unavailable
from supervisor.journal import Journal
from supervisor.model import User
from supervisor.serve import Server
from tests.people import CHEAP, PASSWORD, give
from tests.supervisor.pumphouse import site
from ui.attach import RemoteAttachment
from ui.folder import DataFolder
from ui.past.seen import OF_THE_SEAT, PRESENT_ONLY, Scene, Seen, Then

ACTS = (
    "submit", "approve", "select", "cancel", "emergency", "acknowledge", "reset", "shelve", "unshelve", "remove",
    "take", "release", "comment", "substitute", "release_value", "hang_lock", "confirm_lock", "note", "plan",
    "schedule_hold", "schedule_resume", "shift_note", "shift_sign", "test_write", "trust", *sorted(PRESENT_ONLY),
)  # fmt: skip


def test_that_nothing_arrives_at_the_station_until_the_window_is_back(tmp_path: Path) -> None:
    arrived: list[str] = []

    def heard(act: str) -> Any:
        async def answer(user: User, words: Mapping[str, Any]) -> Mapping[str, Any]:
            arrived.append(act)
            return {}

        return answer

    async def scenario() -> None:
        clock, folder = SystemClock(), DataFolder(tmp_path)
        folder.make()
        journal = Journal(folder.journal, clock)
        accounts = Accounts(site(), folder.accounts, journal, clock, Hasher(CHEAP))
        await give(accounts, site())
        sessions = Sessions(accounts, journal, clock)
        server = Server(sessions, {act: heard(act) for act in ACTS}, journal, "f00d")
        await server.start(folder.station)
        attachment = RemoteAttachment(site(), folder, "poste-1", ("ann", PASSWORD))
        seen = Seen(attachment)
        try:
            await seen.ask("submit")
            assert arrived == ["submit"]
            seen.locked = True
            for act in ACTS:
                with pytest.raises((Refused, Unavailable)):
                    await seen.ask(act, equipment="W.P1")
            await seen.ask("session")
            assert arrived == ["submit"]
            seen.locked = False
            for act in ACTS:
                await seen.ask(act)
            assert arrived == ["submit", *ACTS]
        finally:
            await attachment.close()
            await server.stop()
            journal.close()

    asyncio.run(scenario())


def test_that_what_goes_through_is_about_the_seat_alone() -> None:
    assert not OF_THE_SEAT & set(ACTS)
    assert {"session", "lock", "sign_out"} <= OF_THE_SEAT


def test_that_an_answer_is_of_the_time_that_is_shown_when_it_comes() -> None:
    """A question leaves in the present; the window turns to the past, and back again, before it is answered."""

    class Slow:
        def __init__(self) -> None:
            self.asked = 0
            self.reached = asyncio.Event()

        async def ask(self, act: str, **said: Any) -> Mapping[str, Any]:
            self.asked += 1
            await self.reached.wait()
            return {"of": "now"}

    async def told(scene: object, said: Mapping[str, Any]) -> Mapping[str, Any]:
        return {"of": "then"}

    async def scenario() -> None:
        slow = Slow()
        seen = Seen(slow)  # type: ignore[arg-type]
        waiting = asyncio.create_task(seen.ask("rounds"))
        await asyncio.sleep(0)
        seen.locked = seen.entering = True
        late = asyncio.create_task(seen.ask("rounds"))
        slow.reached.set()
        await asyncio.sleep(0.1)
        assert not waiting.done(), "what is so now is not told as if it had been so then"
        assert not late.done()
        with pytest.raises(Refused):
            await asyncio.wait_for(seen.ask("submit"), 5)
        nothing: Any = None
        then = Then(1, nothing, nothing, nothing, {"rounds": told})
        seen.scene = Scene(nothing, nothing, nothing, nothing, then)
        seen.entering = False
        assert [await waiting, await late] == [{"of": "then"}] * 2
        assert slow.asked == 1
        seen.scene, seen.locked = None, False
        assert await seen.ask("rounds") == {"of": "now"}

    asyncio.run(scenario())


def test_that_an_answer_of_a_later_instant_is_not_told_once_an_earlier_one_is_shown() -> None:
    reached = asyncio.Event()

    async def slow(scene: object, said: Mapping[str, Any]) -> Mapping[str, Any]:
        await reached.wait()
        return {"of": 20}

    async def quick(scene: object, said: Mapping[str, Any]) -> Mapping[str, Any]:
        return {"of": 10}

    async def scenario() -> None:
        nothing: Any = None
        seen = Seen(nothing)
        seen.locked = True
        seen.scene = Scene(nothing, nothing, nothing, nothing, Then(20, nothing, nothing, nothing, {"rounds": slow}))
        waiting = asyncio.create_task(seen.ask("rounds"))
        await asyncio.sleep(0)
        seen.scene.then = Then(10, nothing, nothing, nothing, {"rounds": quick})
        reached.set()
        assert await waiting == {"of": 10}

    asyncio.run(scenario())
