"""Alarms that a server runs itself, on node-opcua: how they come up, how an acknowledgement goes down, what is lost."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path

import pytest
from asyncua import Client, ua

from alarms.engine import Alarms
from alarms.states import State
from drivers.opcua.address import Address, Settings
from supervisor.clock import SystemClock
from supervisor.desk.alarm_desk import AlarmDesk
from supervisor.errors import ReadFailed, WriteFailed, WriteUnknown
from supervisor.flow import Batch
from supervisor.journal import Journal
from supervisor.model import (
    CONDITION_STATES,
    Alarm,
    AlarmRule,
    Condition,
    Kind,
    Native,
    Priority,
    Quality,
    Role,
    TagSpec,
    User,
)
from supervisor.table import TagTable
from tests import peers
from tests.drivers.opcua.foreign import HERE, URI, Line, tags_of
from tests.drivers.opcua.plant import until
from tests.ports import free_port

WAIT_S = 30.0
PUMP = "{root}/Pump1"
ADDRESSES = {
    "overload": Address(condition=f"{PUMP}/Overload", namespace=URI),
    "message": Address(condition=f"{PUMP}/Overload", namespace=URI, field="message"),
    "severity": Address(condition=f"{PUMP}/Overload", namespace=URI, field="severity"),
    "comment": Address(condition=f"{PUMP}/Overload", namespace=URI, field="comment"),
    "retain": Address(condition=f"{PUMP}/Overload", namespace=URI, field="retain"),
    "overload_of": Address(condition=PUMP, condition_name="Overload", namespace=URI),
    "leak": Address(condition=PUMP, condition_name="Leak", namespace=URI),
    "high": Address(condition="{root}/Tank/High", namespace=URI),
    "level": Address("{root}/Level", namespace=URI, sampling_ms=50),
}
TEXTS = {"message", "comment"}


class Peer:
    """See tests/peers/node/opcua_alarms.js."""

    def __init__(self) -> None:
        program = peers.program("node")
        peers.module("node-opcua")
        self.port = free_port()
        folder = Path(tempfile.gettempdir()) / "vigie-opcua-alarms"
        self._command = [program, str(peers.HERE / "node" / "opcua_alarms.js"), str(self.port), str(folder)]
        self.start()

    def start(self) -> None:
        self.process = subprocess.Popen(
            self._command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            env={**os.environ, "NODE_PATH": str(peers.BUILD / "node" / "node_modules")},
        )
        self._read("ready")

    def say(self, line: str) -> str:
        """Do it, and what the server says to it."""
        assert self.process.stdin is not None
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()
        said = self._read(line.removeprefix("tell "))
        assert "failed" not in said, said
        return said

    def clean(self) -> None:
        for name in ("Overload", "Leak", "High"):
            self.say(f"clean {name}")

    def _read(self, first: str) -> str:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            if line.startswith(first):
                return line.strip()
        raise AssertionError("the server ended")

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout):
            assert pipe is not None
            with suppress(OSError):
                pipe.close()


@contextmanager
def a_peer() -> Iterator[Peer]:
    peer = Peer()
    try:
        yield peer
    finally:
        peer.kill()


@pytest.fixture(scope="module")
def shared() -> Iterator[Peer]:
    with a_peer() as peer:
        yield peer


@pytest.fixture
def server(shared: Peer) -> Peer:
    shared.clean()
    return shared


def line(server: Peer, names: Sequence[str] = tuple(ADDRESSES), **more: Address) -> Line:
    addresses = {name: ADDRESSES[name] for name in names} | more
    return Line(server.port, addresses, texts=TEXTS & addresses.keys(), settings=Settings(50.0, 3.0))


async def value(one: Line, name: str, wanted: float | str) -> None:
    await until(lambda: one.value(name) == wanted, timeout_s=WAIT_S)


def quality(one: Line, name: str) -> tuple[int, int]:
    """Quality and status that were published last for a tag, losses too."""
    index = one.tag(name).index
    found = [(batch, at) for batch in one.batches for at in range(len(batch)) if batch.index[at] == index]
    batch, at = found[-1]
    return int(batch.quality[at]), int(batch.status[at]) if batch.status is not None else 0


async def bad(one: Line, name: str, wanted: Quality) -> int:
    """The status that came with it."""
    await until(lambda: bool(one.batches) and _has(one, name) and quality(one, name)[0] == wanted, timeout_s=WAIT_S)
    return quality(one, name)[1] & 0xFFFF0000


def _has(one: Line, name: str) -> bool:
    index = one.tag(name).index
    return any(index in batch.index for batch in one.batches)


def test_that_an_alarm_comes_stays_and_goes_with_its_words_and_time(server: Peer) -> None:
    async def scenario() -> None:
        async with line(server).running() as one:
            for name in ("overload", "overload_of", "leak", "high"):
                await value(one, name, Native.NORMAL)  # a refresh that does not mention them says so
            assert quality(one, "leak") == (Quality.GOOD, 0)
            before = time.time_ns()
            server.say("raise Overload")
            await value(one, "overload", Native.UNACKED)
            await value(one, "overload_of", Native.UNACKED)
            shown = [one.value(name) for name in ("message", "severity", "retain")]
            assert shown == ["Overload raised", 700.0, 1.0]
            assert abs(one.rows("overload")[-1][2] - before) < 20 * 10**9
            server.say("clear Overload")
            await value(one, "overload", Native.RETURNED)
            server.say("clean Overload")
            await value(one, "overload", Native.NORMAL)
            assert [one.value(name) for name in ("leak", "high", "level")] == [Native.NORMAL, Native.NORMAL, 1.5]
            assert {row[1] for row in one.rows("overload")} == {Quality.GOOD}

    asyncio.run(scenario())


def test_that_an_alarm_that_stood_before_is_known_at_once(server: Peer) -> None:
    async def scenario() -> None:
        server.say("raise Leak")
        server.say("raise High")
        server.say("clear High")
        async with line(server).running() as one:
            await value(one, "leak", Native.UNACKED)
            await value(one, "high", Native.RETURNED)
            await value(one, "overload", Native.NORMAL)
            assert [row[0] for row in one.rows("leak")] == [Native.UNACKED], "it was never said to be normal"

    asyncio.run(scenario())


def test_that_an_acknowledgement_reaches_the_server_with_its_comment(server: Peer) -> None:
    async def scenario() -> None:
        async with line(server).running() as one:
            await value(one, "overload", Native.NORMAL)
            await one.link.acknowledge(one.tag("overload"), "Ann", 5.0)  # nothing to acknowledge is done
            server.say("raise Overload")
            await value(one, "overload", Native.UNACKED)
            await one.link.acknowledge(one.tag("overload"), "Ann", 5.0)
            assert server.say("tell Overload").startswith("Overload true true Ann")
            await value(one, "overload", Native.ACKED)
            await value(one, "comment", "Ann")
            examined = await one.link.examine(one.tag("overload"), 5.0)
            assert examined.text == "acked"
            await one.link.acknowledge(one.tag("overload"), "Bob", 5.0)
            assert server.say("tell Overload").startswith("Overload true true Ann")

    asyncio.run(scenario())


def test_that_an_alarm_of_a_source_is_acknowledged_by_the_condition_its_events_name(server: Peer) -> None:
    async def scenario() -> None:
        async with line(server).running() as one:
            server.say("raise Leak")
            server.say("raise Overload")
            await value(one, "leak", Native.UNACKED)
            await one.link.acknowledge(one.tag("leak"), "Ann", 5.0)
            await value(one, "leak", Native.ACKED)
            assert server.say("tell Overload").startswith("Overload true false")

    asyncio.run(scenario())


async def acknowledge_elsewhere(port: int, name: str) -> None:
    """Another client, which stands before the machine."""
    async with Client(f"opc.tcp://127.0.0.1:{port}/") as client:
        index = await client.get_namespace_index(URI)
        source = "Tank" if name == "High" else "Pump1"
        node = await client.nodes.objects.get_child([f"{index}:{word}" for word in ("Plant", source, name)])
        event = await (await node.get_child("0:EventId")).read_value()
        words = ua.Variant(event, ua.VariantType.ByteString), ua.Variant(ua.LocalizedText("here"))
        await node.call_method(ua.NodeId(ua.ObjectIds.AcknowledgeableConditionType_Acknowledge), *words)


def test_that_an_acknowledgement_by_somebody_else_is_heard(server: Peer) -> None:
    async def scenario() -> None:
        async with line(server).running() as one:
            server.say("raise High")
            await value(one, "high", Native.UNACKED)
            await acknowledge_elsewhere(server.port, "High")
            await value(one, "high", Native.ACKED)

    asyncio.run(scenario())


def test_that_a_disabled_condition_is_of_bad_quality_now_and_after_a_new_connection(server: Peer) -> None:
    async def scenario() -> None:
        async with line(server).running() as one:
            await value(one, "overload", Native.NORMAL)
            server.say("disable Overload")
            assert await bad(one, "overload", Quality.CONFIGURATION) == ua.StatusCodes.BadConditionDisabled
        async with line(server).running() as one:
            assert await bad(one, "overload", Quality.CONFIGURATION) == ua.StatusCodes.BadConditionDisabled
            assert (await one.link.examine(one.tag("overload"), 5.0)).text == "disabled"
            await value(one, "leak", Native.NORMAL)
            server.say("enable Overload")
            server.say("raise Overload")
            await value(one, "overload", Native.UNACKED)

    try:
        asyncio.run(scenario())
    finally:
        with suppress(AssertionError):
            server.say("enable Overload")


def test_that_what_the_server_does_not_have_is_told_and_the_rest_works(server: Peer) -> None:
    async def scenario() -> None:
        wrong = {
            "nowhere": Address(condition="{root}/Pump9/Overload", namespace=URI),
            "misspelt": Address(condition=PUMP, condition_name="Overlaod", namespace=URI),
            "variable": Address(condition="{root}/Level", namespace=URI),
            "unplaced": Address(condition="{other}/Overload", namespace=URI),
        }
        async with line(server, ("overload", "level"), **wrong).running() as one:
            await value(one, "overload", Native.NORMAL)
            await value(one, "level", 1.5)
            seen = {name: await bad(one, name, Quality.CONFIGURATION) for name in wrong}
            assert seen == {
                "nowhere": ua.StatusCodes.BadNoMatch,
                "misspelt": ua.StatusCodes.BadNoMatch,
                "variable": ua.StatusCodes.BadTypeMismatch,
                "unplaced": ua.StatusCodes.BadConfigurationError,
            }
            with pytest.raises(WriteFailed, match=r"no condition for P\.misspelt: BadNoMatch"):
                await one.link.acknowledge(one.tag("misspelt"), "Ann", 5.0)
            with pytest.raises(WriteFailed, match="no alarm of the server"):
                await one.link.acknowledge(one.tag("level"), "Ann", 5.0)
            with pytest.raises(ReadFailed, match="no condition"):
                await one.link.examine(one.tag("nowhere"), 5.0)

    asyncio.run(scenario())


def test_that_without_a_refresh_conditions_are_read_and_those_of_a_source_wait_for_an_event(server: Peer) -> None:
    async def scenario() -> None:
        server.say("refuse 1")
        server.say("raise High")
        async with line(server).running() as one:
            await value(one, "high", Native.UNACKED)
            await value(one, "overload", Native.NORMAL)
            assert await bad(one, "leak", Quality.NEVER_READ) == ua.StatusCodes.BadWaitingForInitialData
            with pytest.raises(WriteFailed, match="has not said yet"):
                await one.link.acknowledge(one.tag("leak"), "Ann", 5.0)
            server.say("raise Leak")
            await value(one, "leak", Native.UNACKED)

    try:
        asyncio.run(scenario())
    finally:
        server.say("refuse 0")


def test_that_a_refresh_is_asked_for_where_the_server_wants_one(server: Peer) -> None:
    async def scenario() -> None:
        server.say("raise Leak")
        async with line(server).running() as one:
            await value(one, "leak", Native.UNACKED)
            before = len(one.rows("leak"))
            server.say("required")
            await until(lambda: len(one.rows("leak")) > before, timeout_s=WAIT_S)
            assert one.value("leak") == Native.UNACKED

    asyncio.run(scenario())


def test_that_an_event_the_server_no_longer_knows_is_asked_for_once_more(server: Peer) -> None:
    async def scenario() -> None:
        async with line(server).running() as one:
            server.say("raise Overload")
            await value(one, "overload", Native.UNACKED)
            server.say("forget Overload")
            await one.link.acknowledge(one.tag("overload"), "Ann", 10.0)
            await value(one, "overload", Native.ACKED)

    asyncio.run(scenario())


def test_that_an_earlier_occurrence_is_left_alone_and_counted(server: Peer) -> None:
    async def scenario() -> None:
        async with line(server, ("high",)).running() as one:
            await value(one, "high", Native.NORMAL)
            server.say("branch High")
            await until(lambda: one.traffic.errors.get("branch", 0) > 0, timeout_s=WAIT_S)
            assert one.value("high") == Native.NORMAL

    asyncio.run(scenario())


@pytest.mark.slow
def test_that_a_killed_server_and_a_frozen_one_tell_their_alarms_when_they_are_back() -> None:
    async def scenario() -> None:
        with a_peer() as own:
            async with line(own).running() as one:
                await value(one, "overload", Native.NORMAL)
                own.say("raise Overload")
                await value(one, "overload", Native.UNACKED)
                own.process.send_signal(signal.SIGSTOP)
                with pytest.raises((WriteUnknown, WriteFailed)):
                    await one.link.acknowledge(one.tag("overload"), "Ann", 0.5)
                await bad(one, "overload", Quality.TIMEOUT)
                own.process.send_signal(signal.SIGCONT)
                await until(lambda: quality(one, "overload")[0] == Quality.GOOD, timeout_s=WAIT_S)
                own.kill()
                await bad(one, "overload", Quality.NOT_CONNECTED)
                own.start()
                own.say("raise Leak")
                await value(one, "leak", Native.UNACKED)
                await value(one, "overload", Native.NORMAL)

    asyncio.run(scenario())


def test_that_an_operator_acknowledges_at_the_desk_what_the_server_raised(server: Peer, tmp_path: Path) -> None:
    async def scenario() -> None:
        one = line(server, ("overload",))
        site, _ = tags_of({"overload": ADDRESSES["overload"]}, set(), set())
        spec = TagSpec("overload", HERE, Kind.ENUM, states=CONDITION_STATES)
        tag = replace(one.tags[0], spec=spec)
        rule = AlarmRule("overload", "overload", Condition.NATIVE, float("nan"), Priority.HIGH, HERE)
        ann = User("ann", "Ann", Role.OPERATOR)
        site = replace(site, tags=(tag,), alarms=(Alarm(0, tag.equipment, rule, tag),), users={"ann": ann})
        clock = SystemClock()
        table = TagTable(site.tags)
        journal = Journal(tmp_path / "journal.db", clock)
        alarms = Alarms(site, tmp_path / "alarms.db", journal, clock)
        desk = AlarmDesk(site, alarms, journal, {"L": one.link})

        def absorb(batch: Batch) -> None:
            for part in batch.rounds():
                alarms.absorb(table.apply(part, clock.now()))

        one.link._absorb = absorb
        try:
            async with one.running():
                server.say("raise Overload")
                await until(lambda: alarms.columns["state"][0] == State.UNACKED, timeout_s=WAIT_S)
                assert await desk.acknowledge(["P.overload"], ann) == 1
                assert server.say("tell Overload").startswith("Overload true true Ann")
                server.say("clean Overload")
                await until(lambda: alarms.columns["state"][0] == State.NORMAL, timeout_s=WAIT_S)
                server.say("raise Overload")
                await until(lambda: alarms.columns["state"][0] == State.UNACKED, timeout_s=WAIT_S)
                await acknowledge_elsewhere(server.port, "Overload")
                await until(lambda: alarms.columns["state"][0] == State.ACKED, timeout_s=WAIT_S)
        finally:
            alarms.close()
            journal.close()

    asyncio.run(scenario())
