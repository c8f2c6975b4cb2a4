"""The simulated OPC UA controller, met by a plain client of the library."""

from __future__ import annotations

import asyncio
import logging
import socket
import threading
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing, suppress
from dataclasses import replace

import numpy as np
import pytest
from asyncua import Client, ua

from simulator.opcua import OpcuaServer
from simulator.relay import Relay
from simulator.world import Rejected, World
from tests.drivers.opcua.plant import PUMPS, URI, link, site, until
from tests.ports import free_port


@pytest.fixture(autouse=True)
def quiet_library() -> None:
    logging.getLogger("asyncua").setLevel(logging.CRITICAL)


class Bench:
    """One server of one station and a client of it."""

    def __init__(self) -> None:
        self.port = free_port()
        self.site = site(link(self.port))
        self.world = World(self.site)
        self.world.time = time.time_ns()
        self.server = OpcuaServer(self.site.links["L"], self.site.tags, self.world)
        self.client = self.caller()

    def caller(self) -> Client:
        client = Client(f"opc.tcp://127.0.0.1:{self.port}", timeout=1)
        client.session_timeout = 60_000
        return client

    @asynccontextmanager
    async def running(self) -> AsyncIterator[Bench]:
        await self.server.start()
        try:
            async with self.client:
                yield self
        finally:
            await self.server.stop()

    async def path(self, *names: str) -> str:
        index = {"s": await self.client.get_namespace_index(URI), "p": await self.client.get_namespace_index(PUMPS)}
        return "/".join(f"{index[name[0]]}:{name[2:]}" for name in ("s:Station0", *names))

    async def node(self, *names: str):
        return await self.client.nodes.objects.get_child(await self.path(*names))

    async def refusal(self, node, value: ua.Variant) -> str:
        try:
            await node.write_value(ua.DataValue(value, StatusCode=None))
        except ua.UaStatusCodeError as error:
            return ua.StatusCode(ua.UInt32(error.code)).name
        return "Good"


def tag(bench: Bench, name: str):
    return bench.site.tag_by_id[f"S0.{name}"]


def test_that_each_word_of_a_path_is_an_object_in_the_namespace_its_pack_names() -> None:
    async def scenario() -> None:
        async with Bench().running() as bench:
            bench.world.value[tag(bench, "level").index] = 1.25
            await bench.server.push()
            measurements = await bench.node("s:Operational", "s:Measurements")
            assert await measurements.read_node_class() == ua.NodeClass.Object
            level = await bench.node("s:Operational", "s:Measurements", "p:Level")
            assert await level.read_value() == 1.25
            assert await level.read_data_type() == ua.NodeId(ua.ObjectIds.Double)

    asyncio.run(scenario())


def test_that_a_tag_named_by_node_id_is_found_there() -> None:
    async def scenario() -> None:
        async with Bench().running() as bench:
            index = await bench.client.get_namespace_index(PUMPS)
            assert await bench.client.get_node(f"ns={index};s=Station0.Hours").read_value() == 0.0

    asyncio.run(scenario())


def test_that_variables_take_the_type_of_their_tag() -> None:
    async def scenario() -> None:
        async with Bench().running() as bench:
            bench.world.value[tag(bench, "state").index] = 2
            bench.world.text[tag(bench, "message").index] = "Crue"
            await bench.server.push()
            assert await (await bench.node("s:P1", "s:State")).read_value() == 2
            assert await (await bench.node("s:P1", "s:Order")).read_value() is False
            assert await (await bench.node("s:Message")).read_value() == "Crue"

    asyncio.run(scenario())


def test_that_only_what_changed_is_pushed_and_dated_by_the_world() -> None:
    async def scenario() -> None:
        async with Bench().running() as bench:
            level = await bench.node("s:Operational", "s:Measurements", "p:Level")
            state = await bench.node("s:P1", "s:State")
            before = (await state.read_data_value()).SourceTimestamp
            bench.world.time += 5 * 10**9
            bench.world.value[tag(bench, "level").index] = 3.5
            await bench.server.push()
            moved = (await level.read_data_value()).SourceTimestamp
            assert (moved - before).total_seconds() == 5
            assert (await state.read_data_value()).SourceTimestamp == before

    asyncio.run(scenario())


def test_that_a_sensor_fault_has_no_value_and_a_bad_status() -> None:
    async def scenario() -> None:
        async with Bench().running() as bench:
            bench.world.value[tag(bench, "level").index] = np.nan
            await bench.server.push()
            level = await bench.node("s:Operational", "s:Measurements", "p:Level")
            found = await level.read_data_value(raise_on_bad_status=False)
            assert found.StatusCode.value == ua.StatusCodes.BadSensorFailure
            assert found.Value.Value is None

    asyncio.run(scenario())


def test_that_a_write_reaches_the_world_in_engineering_units_and_the_wire_at_once() -> None:
    async def scenario() -> None:
        async with Bench().running() as bench:
            node = await bench.node("s:Operational", "s:Control", "s:StartLevel")
            assert await bench.refusal(node, ua.Variant(250.0)) == "Good"
            assert bench.world.value[tag(bench, "start_level").index] == 3.5
            assert await node.read_value() == 250.0

    asyncio.run(scenario())


def test_that_every_refusal_has_its_own_code() -> None:
    def decline(_value: float) -> None:
        raise Rejected("in local mode")

    async def scenario() -> None:
        async with Bench().running() as bench:
            order, level = await bench.node("s:P1", "s:Order"), await bench.node("s:P1", "s:Measurements", "s:Current")
            assert await bench.refusal(level, ua.Variant(1.0)) == "BadNotWritable"
            assert await bench.refusal(order, ua.Variant(1.0)) == "BadTypeMismatch"
            assert await bench.refusal(order, ua.Variant([True])) == "BadTypeMismatch"
            bench.world.on_write(tag(bench, "order"), decline)
            assert await bench.refusal(order, ua.Variant(True)) == "BadInvalidState"
            bench.server.misbehave({"refuse": 1.0})
            assert await bench.refusal(order, ua.Variant(True)) == "BadUserAccessDenied"
            assert bench.world.value[tag(bench, "order").index] == 0

    asyncio.run(scenario())


async def _says(port: int, words: bytes, within_s: float = 0.3) -> bytes:
    """What comes back from a port to a few bytes; empty for nothing."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(words)
        async with asyncio.timeout(within_s):
            return await reader.read(1000)
    except TimeoutError:
        return b""
    finally:
        writer.transport.abort()
        await asyncio.sleep(0)


HELLO = b"HELF" + (32 + 20).to_bytes(4, "little") + bytes(4) + 3 * (65536).to_bytes(4, "little") + bytes(4)
HELLO += (20).to_bytes(4, "little") + b"opc.tcp://127.0.0.1/"


def test_that_each_mischief_happens_on_the_wire_and_ends() -> None:
    async def scenario() -> None:
        bench = Bench()
        await bench.server.start()
        assert (await _says(bench.port, HELLO)).startswith(b"ACK")
        bench.server.misbehave({"silence": 1.0})
        assert await _says(bench.port, HELLO) == b""
        bench.server.misbehave({"garbage": 1.0})
        assert not (await _says(bench.port, HELLO)).startswith(b"ACK")
        bench.server.misbehave({"late": 0.2})
        started = time.monotonic()
        assert (await _says(bench.port, HELLO, 1.0)).startswith(b"ACK")
        assert time.monotonic() - started >= 0.2
        bench.server.misbehave({"drop": 1.0})
        with pytest.raises(OSError, match=r"refused|failed"):
            await _says(bench.port, HELLO)
        bench.server.misbehave({})
        await bench.server.push()
        assert (await _says(bench.port, HELLO)).startswith(b"ACK")
        await until(lambda: not bench.server._relay.fronts)
        await bench.server.stop()

    asyncio.run(scenario())


def test_that_late_answers_keep_their_order() -> None:
    async def scenario() -> None:
        async with Bench().running() as bench:
            node = bench.client.get_node(ua.NodeId(ua.ObjectIds.Server_ServerStatus_CurrentTime))
            bench.server.misbehave({"late": 0.05})
            slow = [asyncio.create_task(node.read_value()) for _ in range(20)]
            await asyncio.sleep(0.02)
            bench.server.misbehave({})
            told = await asyncio.gather(*slow, *(node.read_value() for _ in range(20)))
            assert told == sorted(told)

    asyncio.run(scenario())


def test_that_no_answer_overtakes_a_late_one_though_the_loop_is_behind() -> None:
    async def scenario() -> None:
        with closing(socket.create_server(("127.0.0.1", 0))) as listener:
            echo = threading.Thread(target=_echo, args=(listener,))
            echo.start()
            relay = Relay("127.0.0.1", free_port())
            await relay.open(listener.getsockname())
            reader, writer = await asyncio.open_connection(*relay._address)
            relay.misbehave({"late": 0.3})
            writer.write(b"1")
            await until(lambda: any(front._held for front in relay.fronts))
            relay.misbehave({})
            writer.write(b"2")
            await asyncio.sleep(0.02)
            time.sleep(0.6)  # noqa: ASYNC251 - a machine that is busy: both answers are due when the loop looks again
            heard = await reader.readexactly(2)
            writer.transport.abort()
            await relay.close()
            echo.join()
            assert heard == b"12"

    asyncio.run(scenario())


def _echo(listener: socket.socket) -> None:
    connection, _ = listener.accept()
    connection.settimeout(10.0)
    with closing(connection), suppress(OSError):
        connection.sendall(connection.recv(1))
        second = connection.recv(1)
        time.sleep(0.2)
        connection.sendall(second)
        connection.recv(1)


def test_that_eight_servers_of_one_process_start_together_and_share_nothing() -> None:
    async def scenario() -> None:
        benches = [Bench() for _ in range(8)]
        started = time.monotonic()
        await asyncio.gather(*(bench.server.start() for bench in benches))
        assert time.monotonic() - started < 6.0
        benches[0].world.value[tag(benches[0], "level").index] = 9.0
        for bench in benches:
            await bench.server.push()
        for bench, level in zip(benches[:3], (9.0, 0.0, 0.0), strict=True):
            async with bench.client:
                node = await bench.node("s:Operational", "s:Measurements", "p:Level")
                assert await node.read_value() == level
                await bench.client.nodes.objects.get_child("0:Server")
        assert benches[1].server._server.iserver.aspace[ua.NodeId(ua.ObjectIds.ObjectsFolder)].references is not (
            benches[2].server._server.iserver.aspace[ua.NodeId(ua.ObjectIds.ObjectsFolder)].references
        )
        await asyncio.gather(*(bench.server.stop() for bench in benches))

    asyncio.run(scenario())


def test_that_a_server_stopped_under_its_clients_starts_again_on_its_port() -> None:
    async def scenario() -> None:
        bench = Bench()
        await bench.server.start()
        bench.world.value[tag(bench, "level").index] = 4.0
        await bench.client.connect()
        await bench.client.create_subscription(100, _Deaf())
        await bench.server.stop()
        assert not [task for task in asyncio.all_tasks() if "asyncua/server" in str(task)]
        await bench.server.start()
        await bench.client.disconnect()
        bench.client = bench.caller()
        async with bench.client:
            node = await bench.node("s:Operational", "s:Measurements", "p:Level")
            assert await node.read_value() == 4.0
        await bench.server.stop()

    asyncio.run(scenario())


class _Deaf:
    def datachange_notification(self, node: object, value: object, data: object) -> None:
        """Nothing is subscribed to."""


def test_that_two_tags_may_share_a_variable() -> None:
    async def scenario() -> None:
        bench = Bench()
        twin = replace(tag(bench, "hours"), source=tag(bench, "level").source)
        bench.server = OpcuaServer(bench.site.links["L"], [*bench.site.tags, twin], bench.world)
        async with bench.running():
            node = await bench.node("s:Operational", "s:Measurements", "p:Level")
            assert await node.read_value() == 0.0

    asyncio.run(scenario())
