"""The Sparkplug host over a real broker: what it says of itself and when, and a node of the npm library as its peer."""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
from collections.abc import AsyncIterator, Callable, Iterator

import pytest

from drivers.mqtt.sparkplug import Metric, Type, decode, encode
from simulator.broker import Broker, kinds
from simulator.peer import Peer
from supervisor.model import Quality
from tests import peers
from tests.drivers.mqtt import town
from tests.drivers.mqtt.town import Listening, introduce, listening, until
from tests.ports import free_port

NODE = {"group": "g", "node": "n"}
THINGS = {"PK": ("park", NODE), "PD": ("park", NODE | {"device": "d"})}
CONNECT, PUBLISH, SUBSCRIBE, DISCONNECT = 1, 3, 8, 14


@pytest.fixture
def broker() -> Iterator[Broker]:
    broker = Broker(free_port(), kinds()[0])
    broker.start()
    yield broker
    broker.stop()


@contextlib.asynccontextmanager
async def hand(port: int) -> AsyncIterator[tuple[Peer, list[bytes]]]:
    """A node that speaks by hand, and the commands it heard."""
    heard: list[bytes] = []
    peer = Peer("hand", port, ("spBv1.0/g/NCMD/n",), lambda topic, payload: heard.append(payload))
    await introduce(peer)
    try:
        yield peer, heard
    finally:
        await peer.close()


def rebirths(heard: list[bytes]) -> int:
    return sum(decode(payload).metrics[0].name == "Node Control/Rebirth" for payload in heard)


def now_ms() -> int:
    return time.time_ns() // 1_000_000


def birth(alias: int = 1, free: float = 120.0) -> bytes:
    metrics = [
        Metric("bdSeq", Type.INT64, 3.0),
        Metric("Places/Free", Type.INT32, free, alias),
        Metric("Sign/State", Type.UINT8, 0.0, 2),
    ]
    return encode(metrics, now_ms(), 0)


def data(seq: int, value: float, alias: int = 1) -> bytes:
    return encode([Metric("", Type.INT32, value, alias)], now_ms(), seq, typed=False)


@pytest.mark.slow
def test_that_messages_which_overtake_each_other_are_put_in_order_and_a_loss_costs_one_rebirth(broker):
    async def scenario() -> None:
        plant = town.site(town.link(broker.port, reorder_s="1"), THINGS)
        async with hand(broker.port) as (peer, heard), listening(plant) as ear:
            await until(lambda: heard)
            assert rebirths(heard) == 1  # at connect
            peer.publish("spBv1.0/g/NBIRTH/n", birth())
            await until(lambda: ear.value("PK.free") == 120.0)
            for late in reversed([data(1, 1.0), data(2, 2.0)]):
                peer.publish("spBv1.0/g/NDATA/n", late)
            await until(lambda: ear.value("PK.free") == 2.0)
            peer.publish("spBv1.0/g/NDATA/n", data(4, 4.0))
            await until(lambda: ear.quality("PK.free") == Quality.STALE)
            await until(lambda: rebirths(heard) == 2, 15.0)  # no sooner than 5 s after the first
            assert ear.traffic.errors == {"rebirth": 1}
            peer.publish("spBv1.0/g/NBIRTH/n", birth(free=5.0))
            await until(lambda: ear.value("PK.free") == 5.0)
            assert ear.quality("PK.free") == Quality.GOOD

    asyncio.run(scenario())


def test_that_a_birth_kept_by_the_broker_is_not_taken_for_a_living_node(broker):
    async def scenario() -> None:
        async with hand(broker.port) as (peer, _):
            peer.publish("spBv1.0/g/NBIRTH/n", birth(), 1, True)
            async with listening(town.site(town.link(broker.port), THINGS)) as ear:
                await until(lambda: ear.traffic.errors.get("retained"))
                assert ear.quality("PK.free") == Quality.NEVER_READ
                peer.publish("spBv1.0/g/NBIRTH/n", birth())
                await until(lambda: ear.value("PK.free") == 120.0)

    asyncio.run(scenario())


@pytest.mark.slow
def test_that_a_write_is_confirmed_by_data_or_else_by_a_birth(broker):
    async def scenario() -> None:
        async with hand(broker.port) as (peer, heard), listening(town.site(town.link(broker.port), THINGS)) as ear:
            await until(lambda: rebirths(heard) == 1)  # as after each connection
            peer.publish("spBv1.0/g/NBIRTH/n", birth())
            await until(lambda: ear.quality("PK.sign") == Quality.GOOD)
            before = rebirths(heard)
            begun = time.monotonic()
            await ear.write("PK.sign", 1.0)
            await until(lambda: len(heard) > before)
            peer.publish("spBv1.0/g/NDATA/n", encode([Metric("", Type.UINT8, 1.0, 2)], now_ms(), 1, typed=False))
            await until(lambda: ear.value("PK.sign") == 1.0)
            quick = time.monotonic() - begun < 0.8
            await asyncio.sleep(1.3)
            assert rebirths(heard) == before or not quick  # a machine that dawdles asks, and may
            before = rebirths(heard)
            await ear.write("PK.sign", 1.0)  # it stands already: the node is silent
            await until(lambda: rebirths(heard) == before + 1)
            assert not ear.traffic.errors

    asyncio.run(scenario())


class Tap:
    """A wire to the broker that notes which packets went up; the kinds, and the topics of what was published."""

    def __init__(self, port: int) -> None:
        self._port = port
        self.up: list[tuple[int, bytes]] = []
        """Kind and body of each packet."""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_connection("127.0.0.1", self._port)
        down = asyncio.create_task(self._carry(there, writer))
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                head = await reader.readexactly(1)
                size, shift, length = 0, 0, b""
                while not length or length[-1] & 0x80:
                    length += await reader.readexactly(1)
                    size |= (length[-1] & 0x7F) << shift
                    shift += 7
                body = await reader.readexactly(size)
                self.up.append((head[0], body))
                back.write(head + length + body)
        back.close()
        await down
        writer.close()

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError):
            while chunk := await reader.read(65536):
                writer.write(chunk)


def _topic(body: bytes) -> str:
    return body[2 : 2 + int.from_bytes(body[:2], "big")].decode()


def test_that_the_host_subscribes_before_its_birth_and_asks_nobody_before_it_and_dies_before_it_leaves(broker):
    """tck-id-message-flow-phid-sparkplug-subscription, -state-publish; host-topic-phid-birth-qos, -retain."""

    async def scenario() -> None:
        tap, port = Tap(broker.port), free_port()
        async with await asyncio.start_server(tap.serve, "127.0.0.1", port):
            async with listening(town.site(town.link(port, host_id="salle"), THINGS)):
                await until(lambda: any(head >> 4 == PUBLISH and "NCMD" in _topic(body) for head, body in tap.up))
            await until(lambda: tap.up[-1][0] >> 4 == DISCONNECT)
        kinds_ = [head >> 4 for head, _ in tap.up]
        assert kinds_[:2] == [CONNECT, SUBSCRIBE]
        will = tap.up[0][1]
        flags = will[7]
        assert flags & 0b0011_1110 == 0b0010_1110  # will retained, of QoS 1; a clean start
        published = [(head, _topic(body), body) for head, body in tap.up if head >> 4 == PUBLISH]
        state = [(head, body) for head, topic, body in published if topic == "spBv1.0/STATE/salle"]
        assert published[0][1] == "spBv1.0/STATE/salle"
        assert published[1][1] == "spBv1.0/g/NCMD/n"
        assert all(head & 0b0000_0111 == 0b0000_0011 for head, _ in state)  # retained, of QoS 1
        said = [json.loads(body[body.index(b"{") :]) for _, body in state]
        assert [each["online"] for each in said] == [True, False]
        assert b'{"online":false,"timestamp":%d}' % said[0]["timestamp"] in will
        subscribed = tap.up[1][1]
        assert subscribed.index(b"spBv1.0/STATE/salle") < subscribed.index(b"spBv1.0/#")

    asyncio.run(scenario())


# A node nobody here wrote


@contextlib.asynccontextmanager
async def npm_node(port: int) -> AsyncIterator[Listening]:
    """sparkplug-client as an edge node, and the host beside it."""
    folder = peers.module("sparkplug-client")
    with peers.running(
        [peers.program("node"), peers.HERE / "node" / "sparkplug_edge.js", str(port)], NODE_PATH=str(folder.parent)
    ):
        async with listening(town.site(town.link(port, reorder_s="1"), THINGS)) as ear:
            await until(lambda: ear.quality("PD.free") == Quality.GOOD)
            yield ear


Order = Callable[[str, float], None]


@contextlib.asynccontextmanager
async def ordering(port: int) -> AsyncIterator[Order]:
    """Has the node of the npm library do what the tests want: a command of ours, which it decodes."""
    peer = Peer("foreman", port, (), lambda topic, payload: None)
    await introduce(peer)

    def order(what: str, value: float = 0.0) -> None:
        peer.publish("spBv1.0/g/NCMD/n", encode([Metric(f"Test/{what}", Type.INT32, value)], now_ms()))

    try:
        yield order
    finally:
        await peer.close()


def test_that_a_node_of_the_npm_library_is_understood_and_commanded(broker):
    async def scenario() -> None:
        async with npm_node(broker.port) as ear, ordering(broker.port) as order:
            assert [ear.value(f"PK.{name}") for name in ("free", "offset", "entries", "sign", "online")] == [
                120.0, -5.0, 9e9, 0.0, 1.0,
            ]  # fmt: skip
            assert ear.text("PK.name") == "Ralliement"
            assert ear.value("PD.free") == 3.0
            for value, what in enumerate(("Free", "Gzip", "Deflate"), 10):
                order(what, value)
                await until(lambda value=value: ear.value("PK.free") == value)
            order("Device", 4.0)
            await until(lambda: ear.value("PD.free") == 4.0)
            order("Old", 5.0)
            await until(lambda: any(batch.historical for batch in ear.batches))
            assert ear.value("PK.free") == 12.0
            order("Null")
            await until(lambda: ear.quality("PK.free") == Quality.DEVICE_FAULT)
            order("Bad", 6.0)
            await until(lambda: ear.quality("PK.free") == Quality.BAD)
            await ear.write("PK.sign", 1.0)
            await until(lambda: ear.value("PK.sign") == 1.0)
            assert not ear.traffic.errors

    asyncio.run(scenario())


@pytest.mark.slow
def test_that_a_node_of_the_npm_library_is_followed_through_a_loss_and_a_death(broker):
    async def scenario() -> None:
        async with npm_node(broker.port) as ear, ordering(broker.port) as order:
            order("Lose")
            order("Free", 20.0)
            await until(lambda: ear.quality("PK.offset") == Quality.STALE)
            await until(lambda: ear.value("PK.free") == 20.0, 15.0)
            await until(lambda: ear.quality("PK.offset") == Quality.GOOD, 15.0)
            deaths = [batch for batch in ear.batches if Quality.NOT_CONNECTED in batch.quality]
            order("Die")
            await until(
                lambda: len([batch for batch in ear.batches if Quality.NOT_CONNECTED in batch.quality]) > len(deaths)
            )
            await until(lambda: ear.quality("PD.free") == Quality.GOOD, 15.0)
            assert ear.value("PK.free") == 20.0

    asyncio.run(scenario())
