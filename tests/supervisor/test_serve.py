"""The socket, from both ends and from ends that are not ours."""

from __future__ import annotations

import asyncio
import json
import os
import stat
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from supervisor import notice, serve
from supervisor.accounts.accounts import Accounts
from supervisor.accounts.hashing import Hasher
from supervisor.accounts.sessions import Sessions
from supervisor.ask import Asker
from supervisor.clock import HandClock, SystemClock
from supervisor.errors import Refused, StoreError, Unavailable
from supervisor.frames import LARGEST, LARGEST_HELLO, LENGTH, Hello, Reply, Request, pack, receive
from supervisor.journal import Journal, JournalReader
from supervisor.model import Text, User
from supervisor.serve import Server
from tests.people import CHEAP, OTHER, PASSWORD, give
from tests.supervisor.pumphouse import site


class Acts:
    """A few acts that do what a station's may do: answer, refuse, fail, take their time."""

    def __init__(self) -> None:
        self.done: list[str] = []
        self.gate = asyncio.Event()

    async def echo(self, user: User, words: Mapping[str, Any]) -> Mapping[str, Any]:
        return {"user": user.id, **words}

    async def decline(self, user: User, words: Mapping[str, Any]) -> Mapping[str, Any]:
        raise Refused("interlock", Text("Il manque d'eau.", "Not enough water."))

    async def fill(self, user: User, words: Mapping[str, Any]) -> Mapping[str, Any]:
        raise StoreError("the disk is full")

    async def fall(self, user: User, words: Mapping[str, Any]) -> Mapping[str, Any]:
        raise ZeroDivisionError("a bug")

    async def linger(self, user: User, words: Mapping[str, Any]) -> Mapping[str, Any]:
        await self.gate.wait()
        self.done.append(user.id)
        return {}

    async def shout(self, user: User, words: Mapping[str, Any]) -> Mapping[str, Any]:
        return {"words": "x" * int(words["n"])}

    def table(self) -> dict[str, serve.Act]:
        acts = (self.echo, self.decline, self.fill, self.fall, self.linger, self.shout)
        return {act.__name__: act for act in acts}


class Post:
    """A server that runs, and those who came to it."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "run" / "station.json"
        self.acts = Acts()
        self.journal = Journal(folder / "journal.db", SystemClock())
        clock = SystemClock()
        self.accounts = Accounts(site(), folder / "accounts.json", self.journal, clock, Hasher(CHEAP))
        self.sessions = Sessions(self.accounts, self.journal, clock)
        self.server = Server(self.sessions, self.acts.table(), self.journal, "f00d")
        self.askers: list[Asker] = []

    def asker(self, user: str = "ann", within_s: float = 5.0) -> Asker:
        """Somebody who has signed in; with an empty name a seat that watches."""
        self.askers.append(Asker(self.path, "poste-1", within_s, (user, PASSWORD) if user else None))
        return self.askers[-1]

    async def raw(
        self, token: str | None = None, seat: str = "poste-1"
    ) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """A connection by hand; greets where a token is given."""
        found = notice.look(self.path)
        reader, writer = await asyncio.open_connection("127.0.0.1", found.port)
        if token is not None:
            writer.write(pack(Hello(token or found.token, seat)))
        return reader, writer

    async def works(self) -> None:
        """Somebody else is still served."""
        assert await self.asker().ask("echo", n=1) == {"user": "ann", "n": 1}


@asynccontextmanager
async def post(folder: Path) -> AsyncIterator[Post]:
    one = Post(folder)
    if one.accounts.first_start:
        await give(one.accounts, site())
    await one.server.start(one.path)
    try:
        yield one
    finally:
        for asker in one.askers:
            await asker.close()
        await one.server.stop()
        one.journal.close()


async def hung_up(reader: asyncio.StreamReader, within_s: float = 5.0) -> bool:
    async with asyncio.timeout(within_s):
        try:
            while await reader.read(65536):
                continue
        except ConnectionError:
            return True
    return True


def test_that_a_question_is_answered_in_the_name_of_who_asks(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with post(tmp_path) as one:
            assert await one.asker("ann").ask("echo", value=2.5, words="à côté") == {
                "user": "ann",
                "value": 2.5,
                "words": "à côté",
            }
            assert (await one.asker("ned").ask("echo"))["user"] == "ned"

    asyncio.run(scenario())


def test_that_a_refusal_crosses_with_its_check_and_both_sentences(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with post(tmp_path) as one:
            with pytest.raises(Refused) as caught:
                await one.asker().ask("decline")
            assert caught.value.check == "interlock"
            assert caught.value.text == Text("Il manque d'eau.", "Not enough water.")

    asyncio.run(scenario())


def test_that_an_unknown_act_is_refused(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with post(tmp_path) as one:
            for name in ("fly", "__init__", "table", ""):
                with pytest.raises(Refused) as caught:
                    await one.asker().ask(name)
                assert caught.value.check == "act"

    asyncio.run(scenario())


@pytest.mark.logs("Act fall failed")
def test_that_an_act_that_fails_is_told_and_costs_nobody_else(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with post(tmp_path) as one:
            asker = one.asker()
            for act, words in (("fall", "a bug"), ("fill", "disk is full")):
                with pytest.raises(Unavailable, match=words):
                    await asker.ask(act)
            assert (await asker.ask("echo"))["user"] == "ann"

    asyncio.run(scenario())


def test_that_a_slow_act_is_not_waited_for_and_still_done(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with post(tmp_path) as one:
            asker = one.asker(within_s=0.1)
            with pytest.raises(Unavailable, match="in time"):
                await asker.ask("linger")
            assert (await asker.ask("echo"))["user"] == "ann"
            one.acts.gate.set()
            await asyncio.sleep(0.02)
            assert one.acts.done == ["ann"]

    asyncio.run(scenario())


def test_that_an_act_goes_on_when_its_window_goes_away(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with post(tmp_path) as one:
            asker = one.asker()
            asking = asyncio.create_task(asker.ask("linger"))
            await asyncio.sleep(0.05)
            await asker.close()
            with pytest.raises(Unavailable, match="gone while"):
                await asking
            one.acts.gate.set()
            await asyncio.sleep(0.02)
            assert one.acts.done == ["ann"]

    asyncio.run(scenario())


def test_that_answers_come_as_they_get_done_and_several_windows_do_not_wait_for_each_other(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with post(tmp_path) as one:
            askers = [one.asker() for _ in range(5)]
            slow = [asyncio.create_task(asker.ask("linger")) for asker in askers]
            quick = await asyncio.gather(*(asker.ask("echo", n=n) for n in range(20) for asker in askers))
            assert sorted(answer["n"] for answer in quick) == sorted(list(range(20)) * 5)
            assert not any(task.done() for task in slow)
            assert len(one.server.attached) == 5
            one.acts.gate.set()
            await asyncio.gather(*slow)

    asyncio.run(scenario())


def test_that_the_notice_is_for_its_owner_alone_and_goes_with_the_station(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with post(tmp_path) as one:
            found = json.loads(one.path.read_text())
            assert set(found) == {"port", "token", "pid", "fingerprint", "columns"}
            assert (found["pid"], found["fingerprint"]) == (os.getpid(), "f00d")
            if sys.platform != "win32":
                assert stat.S_IMODE(one.path.stat().st_mode) == 0o600
            assert os.listdir(one.path.parent) == ["station.json"]
        assert not one.path.exists()

    asyncio.run(scenario())


def test_that_a_notice_of_a_newer_station_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "station.json"
    old, new = notice.Notice(1, "a", 1, "f"), notice.Notice(2, "b", 2, "f")
    notice.post(path, old)
    notice.post(path, new)
    notice.take_down(path, old)
    assert notice.look(path) == new
    path.write_text("{")
    with pytest.raises(Unavailable):
        notice.look(path)


@pytest.mark.parametrize("token", ["wrong", "é" * 40])
def test_that_a_wrong_token_is_turned_away_and_noted(tmp_path: Path, token: str) -> None:
    async def scenario() -> None:
        async with post(tmp_path) as one:
            reader, writer = await one.raw(token)
            reply = await receive(reader, Reply)
            assert reply.ok is None
            assert await hung_up(reader)
            writer.close()
            await one.works()

    asyncio.run(scenario())
    rows = JournalReader(tmp_path / "journal.db").search(category="access")
    assert [row.kind for row in rows][:5] == ["detach", "sign_out", "sign_in", "attach", "refused"]


def test_that_a_name_is_no_proof(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with post(tmp_path) as one:
            assert (await one.asker("").ask("echo"))["user"] == "@poste-1"
            for user, password in (("ann", OTHER), ("bob", PASSWORD), ("ann", "")):
                with pytest.raises(Refused) as caught:
                    await Asker(one.path, "poste-2", 5.0, (user, password)).ask("echo")
                assert caught.value.check == "password"

    asyncio.run(scenario())


GARBAGE = {
    "a web browser": b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "a length beyond all measure": b"\xff\xff\xff\xff",
    "a hello that is too long": (LARGEST_HELLO + 1).to_bytes(LENGTH, "big") + b"x" * 100,
    "no JSON": b"\x00\x00\x00\x05hello",
    "JSON of another shape": b"\x00\x00\x00\x02[]",
    "nothing": b"\x00\x00\x00\x00",
    "half a frame": b"\x00\x00",
}


@pytest.mark.parametrize("what", list(GARBAGE))
def test_that_garbage_before_the_hello_ends_that_connection_alone(tmp_path: Path, what: str) -> None:
    async def scenario() -> None:
        async with post(tmp_path) as one:
            reader, writer = await one.raw()
            writer.write(GARBAGE[what])
            if what == "half a frame":
                writer.write_eof()
            assert await hung_up(reader)
            writer.close()
            await one.works()

    asyncio.run(scenario())


@settings(max_examples=25, deadline=None)
@given(st.binary(min_size=1, max_size=200))
def test_that_no_bytes_after_the_hello_bring_the_station_down(
    tmp_path_factory: pytest.TempPathFactory, noise: bytes
) -> None:
    async def scenario(folder: Path) -> None:
        async with post(folder) as one:
            reader, writer = await one.raw("")
            assert (await receive(reader, Reply)).ok == {"fingerprint": "f00d"}
            writer.write(noise)
            writer.write_eof()
            assert await hung_up(reader)
            writer.close()
            await one.works()

    asyncio.run(scenario(tmp_path_factory.mktemp("post")))


def test_that_a_frame_too_large_ends_the_connection_and_one_just_small_enough_does_not(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with post(tmp_path) as one:
            big = "x" * (LARGEST - 200)
            assert len((await one.asker().ask("echo", big=big))["big"]) == len(big)
            reader, writer = await one.raw("")
            await receive(reader, Reply)
            writer.write((LARGEST + 1).to_bytes(LENGTH, "big"))
            assert await hung_up(reader)
            writer.close()

    asyncio.run(scenario())


@pytest.mark.logs("An answer cannot be sent")
def test_that_an_answer_too_large_is_said_to_be(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with post(tmp_path) as one:
            with pytest.raises(Unavailable, match="too large"):
                await one.asker().ask("shout", n=LARGEST)

    asyncio.run(scenario())


def test_that_a_client_that_says_nothing_is_not_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serve, "HELLO_S", 0.1)

    async def scenario() -> None:
        async with post(tmp_path) as one:
            reader, writer = await one.raw()
            assert await hung_up(reader, 2.0)
            writer.close()
            await one.works()

    asyncio.run(scenario())


def test_that_a_client_that_does_not_read_is_cut_off(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serve, "SEND_S", 0.2)

    async def scenario() -> None:
        async with post(tmp_path) as one:
            _, writer = await one.raw("")
            for n in range(40):
                writer.write(pack(Request(n, "shout", {"n": LARGEST - 100})))
            await one.works()
            for _ in range(400):
                if len(one.server.attached) == 1:
                    break
                await asyncio.sleep(0.01)
            assert len(one.server.attached) == 1, "the deaf one is gone, the other is there"
            writer.transport.abort()

    asyncio.run(scenario())


def test_that_an_asker_finds_the_next_station_by_itself_and_repeats_nothing(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with post(tmp_path) as one:
            asker = Asker(one.path, "poste-1", 5.0, ("ann", PASSWORD))
            await asker.ask("echo")
            asking = asyncio.create_task(asker.ask("linger"))
            await asyncio.sleep(0.05)
            one.acts.gate.set()
            await asking
        with pytest.raises(Unavailable, match="vigie station"):
            await asker.ask("echo")
        async with post(tmp_path) as two:
            assert (await asker.ask("echo"))["user"] == "ann"
            assert two.acts.done == []
            await asker.close()

    asyncio.run(scenario())


def test_that_a_notice_left_by_a_dead_station_is_unavailable(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with post(tmp_path) as one:
            found = notice.look(one.path)
        notice.post(one.path, found)
        asker = Asker(one.path, "poste-1", 5.0, ("ann", PASSWORD))
        with pytest.raises(Unavailable):
            await asker.ask("echo")
        await asker.close()

    asyncio.run(scenario())


def test_that_a_station_that_stops_lets_what_was_begun_finish(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with post(tmp_path) as one:
            asking = asyncio.create_task(one.asker().ask("linger"))
            await asyncio.sleep(0.05)
            asyncio.get_running_loop().call_later(0.1, one.acts.gate.set)
        assert one.acts.done == ["ann"]
        await asyncio.wait([asking])
        assert asking.exception() is None or isinstance(asking.exception(), Unavailable)

    asyncio.run(scenario())


def test_that_strangers_neither_fill_the_journal_nor_keep_anybody_out(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with post(tmp_path) as one:
            for _ in range(20):
                reader, writer = await one.raw("wrong")
                assert await hung_up(reader)
                writer.close()
            silent = [await one.raw() for _ in range(100)]
            await asyncio.sleep(0.1)
            late, _ = silent[-1]
            assert await hung_up(late, 1.0), "the door is full"
            for _, writer in silent[:50]:
                writer.transport.abort()
            await asyncio.sleep(0.1)
            await one.works()
            for _, writer in silent[50:]:
                writer.transport.abort()
        rows = JournalReader(tmp_path / "journal.db").search(category="access")
        assert len([row for row in rows if row.kind == "refused"]) == 1

    asyncio.run(scenario())


def test_that_how_long_nobody_was_there_goes_along_and_a_program_is_always_at_work(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with post(tmp_path) as one:
            clock = HandClock()
            one.sessions._clock = clock
            window, program, mute = one.asker(""), one.asker(), one.asker("")
            idle = 0.0
            window.idle = lambda: idle
            for asker in (window, mute):
                await asker.ask("sign_in", user="ann", password=PASSWORD)
            for _ in range(4):  # an hour of work: a touch now and then, told with whatever is asked
                await clock.wind(15 * 60)
                idle = 5.0
                assert await window.ask("echo") == {"user": "ann"}
                assert await program.ask("echo") == {"user": "ann"}
            assert await mute.ask("echo") == {"user": "@poste-1"}, "who tells nothing is taken for nobody"
            idle = 5.0 + 16 * 60
            await clock.wind(16 * 60)
            assert (await window.ask("session"))["locked"]
            idle = 0.0
            assert await window.ask("echo") == {"user": "@poste-1"}, "a touch comes too late"
            await window.ask("sign_in", user="ann", password=PASSWORD)
            assert await window.ask("echo") == {"user": "ann"}

    asyncio.run(scenario())
