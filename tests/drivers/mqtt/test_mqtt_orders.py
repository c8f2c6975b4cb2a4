"""Writes that the device answers: yes, no in its own words, silence, and answers to somebody else."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Callable, Mapping
from typing import Any

import pytest
from paho.mqtt import client as mqtt
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion

from drivers.mqtt.orders import Orders, reply_of
from drivers.mqtt.plan import Plan
from simulator.broker import Broker, Kind, kinds
from simulator.peer import Peer
from supervisor.errors import WriteFailed, WriteUnknown
from supervisor.model import Kind as TagKind
from tests.drivers.mqtt import town
from tests.drivers.mqtt.town import introduce, listening, until
from tests.ports import free_port

ORDER = {
    "format": "json", "topic": "pump/{pump}/state", "path": "run", "write_topic": "pump/{pump}/set",
    "write_payload": '{"run":{value},"id":"{id}"}', "response_topic": "pump/{pump}/answer", "response_id": "id",
    "response_ok": "status=ok", "response_error": "why",
}  # fmt: skip


@pytest.fixture(scope="module")
def broker():
    broker = Broker(free_port(), kinds()[0])
    broker.start()
    yield broker
    broker.stop()


def plant(port: int, change: Mapping[str, str] | None = None):
    return town.device({"run": ORDER | (change or {})}, {"run": TagKind.BOOLEAN}, town.link(port), pump="P1")


@contextlib.asynccontextmanager
async def obeying(
    port: int, answer: Callable[[Any], tuple[str, Any] | None], topic: str = "pump/P1/set"
) -> AsyncIterator[list[Any]]:
    """A device that answers each order with what `answer` makes of it: topic and words."""
    orders: list[Any] = []

    def hear(name: str, payload: bytes) -> None:
        order = json.loads(payload) | {"topic": name}
        orders.append(order)
        said = answer(order)
        if said:
            peer.publish(said[0], json.dumps(said[1]).encode())

    peer = Peer(f"pump-{port}-{id(orders)}", port, (topic,), hear)
    await introduce(peer)
    try:
        yield orders
    finally:
        await peer.close()


def test_that_a_write_returns_when_the_device_agrees(broker):
    async def scenario() -> None:
        def yes(order):
            return "pump/P1/answer", {"id": order["id"], "status": "ok"}

        async with obeying(broker.port, yes) as orders, listening(plant(broker.port)) as ear:
            await ear.write("E.run", 1.0, 15.0)
            await ear.write("E.run", 0.0, 15.0)
            assert [order["run"] for order in orders] == [1, 0]
            assert orders[0]["id"] != orders[1]["id"]
            assert not ear.traffic.errors

    asyncio.run(scenario())


def test_that_a_device_that_refuses_is_quoted(broker):
    async def scenario() -> None:
        def no(order):
            return "pump/P1/answer", {"id": order["id"], "status": "refused", "why": "mode local"}

        async with obeying(broker.port, no), listening(plant(broker.port)) as ear:
            with pytest.raises(WriteFailed, match="the device refuses: mode local"):
                await ear.write("E.run", 1.0, 15.0)

    asyncio.run(scenario())


def test_that_silence_and_an_answer_to_somebody_else_are_unknown(broker):
    async def scenario() -> None:
        def other(order):
            return "pump/P1/answer", {"id": "1", "status": "ok"}

        for answer in (lambda order: None, other):
            async with obeying(broker.port, answer) as orders, listening(plant(broker.port)) as ear:
                with pytest.raises(WriteUnknown, match="did not answer"):
                    await ear.write("E.run", 1.0, 1.0)
                assert len(orders) == 1  # never a second time

    asyncio.run(scenario())


def test_that_a_broker_lost_before_the_answer_leaves_it_unknown():
    broker = Broker(free_port(), kinds()[0])
    broker.start()

    async def scenario() -> None:
        async with obeying(broker.port, lambda order: None) as orders:
            ear = town.Listening(plant(broker.port))
            task = asyncio.create_task(ear.driver.run(ear.publish, ear.up))
            await until(lambda: ear.ups)
            writing = asyncio.create_task(ear.write("E.run", 1.0, 30.0))
            await until(lambda: orders)
            await asyncio.sleep(0.1)
            await asyncio.to_thread(broker.stop)
            with pytest.raises(WriteUnknown, match=r"lost before the (device|broker)"):
                await writing
            await asyncio.wait([task])
            assert task.exception()

    try:
        asyncio.run(scenario())
    finally:
        broker.stop()


def test_that_the_topic_of_the_answer_may_carry_the_id(broker):
    """As in ThingsBoard: rpc/request/7 is answered on rpc/response/7."""
    change = {
        "write_topic": "rpc/{pump}/request/{id}", "write_payload": '{"run":{value}}', "response_id": "",
        "response_topic": "rpc/{pump}/response/{id}", "response_ok": "",
    }  # fmt: skip

    async def scenario() -> None:
        def yes(order):
            return order["topic"].replace("request", "response"), {}

        async with (
            obeying(broker.port, yes, "rpc/P1/request/+") as orders,
            listening(plant(broker.port, change)) as ear,
        ):
            await asyncio.gather(ear.write("E.run", 1.0, 15.0), ear.write("E.run", 0.0, 15.0))
            assert len({order["topic"] for order in orders}) == 2

    asyncio.run(scenario())


@pytest.mark.skipif(Kind.MOSQUITTO not in kinds(), reason="request and response of MQTT 5 need a broker of version 5")
def test_that_a_device_of_mqtt_5_is_told_where_to_answer_and_what_to_give_back(broker):
    change = {"write_payload": '{"run":{value}}', "response_id": ""}
    device = mqtt.Client(CallbackAPIVersion.VERSION2, "five", protocol=MQTTProtocolVersion.MQTTv5)

    def obey(client: mqtt.Client, userdata: Any, message: mqtt.MQTTMessage) -> None:
        request = message.properties
        stranger, answer = (mqtt.Properties(mqtt.PacketTypes.PUBLISH) for _ in range(2))
        stranger.CorrelationData, answer.CorrelationData = b"someone", request.CorrelationData
        client.publish(request.ResponseTopic, b'{"status":"no","why":"not for you"}', properties=stranger)
        client.publish(request.ResponseTopic, b'{"status":"ok"}', qos=1, properties=answer)

    device.on_message = obey
    device.on_connect = lambda client, *rest: client.subscribe("pump/P1/set", 1)

    async def scenario() -> None:
        ready = asyncio.Event()
        loop = asyncio.get_running_loop()
        device.on_subscribe = lambda *rest: loop.call_soon_threadsafe(ready.set)
        await asyncio.to_thread(device.connect, "127.0.0.1", broker.port)
        device.loop_start()
        await ready.wait()
        async with listening(plant(broker.port, change)) as ear:
            await ear.write("E.run", 1.0, 15.0)
        device.disconnect()
        await asyncio.to_thread(device.loop_stop)
        device.on_subscribe = device.on_connect = device.on_message = None

    asyncio.run(scenario())


def test_that_two_writes_whose_answers_could_not_be_told_apart_never_wait_together():
    async def scenario() -> None:
        address = town.device({"run": ORDER | {"response_id": ""}}, pump="P1").tags[0].source.address
        orders = Orders()
        first = orders.expect(reply_of(address, "a", False, "1"))
        with pytest.raises(ValueError, match="still waits"):
            orders.expect(reply_of(address, "a", False, "2"))
        orders.expect(reply_of(address, "b", False, "3"))
        orders.forget(first)
        orders.expect(reply_of(address, "a", False, "4"))

    asyncio.run(scenario())


@pytest.mark.parametrize(
    ("ok", "error", "said", "words"),
    [
        ("done", "", b"done", ""),
        ("done", "", b"no way", "no way"),
        ("", "", b"\xff\xfe", ""),
        ("ok=true", "e.0.text", b'{"ok":true}', ""),
        ("ok=true", "e.0.text", b'{"ok":"true"}', ""),
        ("ok=true", "e.0.text", b'{"ok":false,"e":[{"text":"hot"}]}', "hot"),
        ("ok=true", "e.0.text", b'{"ok":1}', '{"ok":1}'),
        ("code=0", "", b'{"code":0}', ""),
        ("code=0", "", b'{"code":17}', '{"code":17}'),
        ("code=0", "", b"[" * 5000, "["),
    ],
)
def test_that_an_answer_is_a_yes_or_the_devices_words(ok, error, said, words):
    async def scenario() -> None:
        row = ORDER | {"response_id": "", "response_ok": ok, "response_error": error}
        address = town.device({"run": row}, pump="P1").tags[0].source.address
        orders = Orders()
        order = orders.expect(reply_of(address, "a", False, "1"))
        orders.hear("a", said, b"")
        answer = order.answer.result()
        assert answer.startswith(words)
        assert bool(answer) == bool(words)
        assert len(answer) <= 200

    asyncio.run(scenario())


def test_that_a_template_says_value_state_id_and_time():
    rows = {
        "order": {"write_topic": "o", "write_payload": "{value} {state} {id} {time} {time_ms}", "write_qos": "2",
                  "write_retain": "yes", "format": "plain"}
    }  # fmt: skip
    site = town.device(rows, {"order": TagKind.BOOLEAN})
    plan, now = Plan(site.tags), 1_772_352_000_250_000_000
    messages = [plan.command(site.tags[0], 1.0, now) for _ in range(2)]
    assert (messages[0].qos, messages[0].retain, messages[0].reply) == (2, True, None)
    words = messages[0].payload.decode().split()
    assert words == ["1", "on", "1772352000250", "2026-03-01T08:00:00.250+00:00", "1772352000250"]
    assert messages[1].payload.decode().split()[2] == "1772352000251"
