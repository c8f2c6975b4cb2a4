"""The driver against real brokers: what it publishes, how it is lost, what becomes of a write, what it leaves."""

from __future__ import annotations

import asyncio
import contextlib
import json
import math
import os
import signal
import socket
import threading
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from drivers.mqtt.sparkplug import Metric, Type, decode, encode
from simulator.broker import Broker, Kind, kinds
from simulator.peer import Peer
from supervisor.clock import SystemClock
from supervisor.errors import LinkLost, WriteFailed, WriteUnknown
from supervisor.link import Link
from supervisor.model import Quality
from tests.drivers.contract.chaos import Chaos, damaged
from tests.drivers.mqtt import town
from tests.drivers.mqtt.test_mqtt_payload import BODY, THINGS, TOPIC, VP, uplink
from tests.drivers.mqtt.town import Listening, introduce, listening, until
from tests.ports import free_port


@pytest.fixture(params=list(kinds()))
def any_broker(request: pytest.FixtureRequest) -> Iterator[Broker]:
    yield from _broker(request.param)


@pytest.fixture
def broker() -> Iterator[Broker]:
    yield from _broker(kinds()[0])


def _broker(kind: Kind) -> Iterator[Broker]:
    broker = Broker(free_port(), kind)
    broker.start()
    yield broker
    broker.stop()


@contextlib.asynccontextmanager
async def speaking(port: int, filters: tuple[str, ...] = ()) -> AsyncIterator[tuple[Peer, list[tuple[str, bytes]]]]:
    """A client that speaks by hand, and what it heard."""
    heard: list[tuple[str, bytes]] = []
    peer = Peer(f"hand-{time.monotonic_ns()}", port, filters, lambda topic, payload: heard.append((topic, payload)))
    await introduce(peer)
    try:
        yield peer, heard
    finally:
        await peer.close()


def plant(port: int, **settings: str):
    return town.site(town.link(port, **settings), THINGS)


def test_that_every_format_reaches_the_table_over_either_broker(any_broker):
    async def scenario() -> None:
        async with listening(plant(any_broker.port)) as ear, speaking(any_broker.port) as (peer, _):
            now_ms = time.time_ns() // 1_000_000
            peer.publish(TOPIC, VP)
            peer.publish("application/bins/device/01/event/up", uplink("one"))
            peer.publish(
                "saeiv/line/A", json.dumps({"service": 1, "headway": 6.5, "message": "Travaux", "ts": now_ms}).encode()
            )
            peer.publish("lamp/1/level", b"160")
            peer.publish("spBv1.0/g/NBIRTH/n", birth())
            await until(lambda: ear.quality("PK.free") == Quality.GOOD)
            assert ear.value("T.speed") == 36.0
            assert ear.value("T.lateness") == 120.0
            assert ear.text("T.next_stop") == "Ralliement"
            assert ear.value("C.fill") == 71.5
            assert ear.text("LN.message") == "Travaux"
            assert ear.time("LN.headway") == now_ms * 1_000_000
            assert ear.value("LM.level") == 80.0
            assert ear.value("PK.free") == 120.0
            assert ear.value("PK.online") == 1.0
            assert not ear.traffic.errors

    asyncio.run(scenario())


@pytest.mark.slow
def test_that_a_hundred_vehicles_a_second_come_as_one_batch_every_fifty_milliseconds(broker):
    things = {f"T{n}": town.tram(n) for n in range(100)}

    async def scenario() -> None:
        async with listening(town.site(town.link(broker.port), things)) as ear, speaking(broker.port) as (peer, _):
            begun = time.monotonic()
            for turn in range(20):
                body = json.dumps({"VP": BODY | {"spd": float(turn), "tst": f"2026-03-01T08:00:{turn:02}Z"}}).encode()
                for n in range(100):
                    peer.publish(TOPIC.replace("00007", f"{n:05}"), body)
                await asyncio.sleep(0.1)
            await until(lambda: all(ear.value(f"T{n}.speed") == pytest.approx(19 * 3.6) for n in range(100)))
            assert ear.traffic.requests == 2000
            assert len(ear.batches) <= (time.monotonic() - begun) / 0.05 + 1

    asyncio.run(scenario())


def test_that_a_link_survives_its_broker_and_every_tag_is_bad_meanwhile(broker):
    async def scenario() -> None:
        ear = Listening(plant(broker.port))
        link = Link(ear.plant.links["L"], ear.plant.tags, ear.driver, ear.traffic, ear.publish, SystemClock())
        task = asyncio.create_task(link.run())
        await until(lambda: link.connected)
        async with speaking(broker.port) as (peer, _):
            peer.publish(TOPIC, VP)
            await until(lambda: ear.quality("T.speed") == Quality.GOOD)
        await asyncio.to_thread(broker.stop)
        await until(lambda: ear.quality("T.speed") == Quality.NOT_CONNECTED)
        assert not link.connected
        with pytest.raises(WriteFailed, match="not connected"):
            await ear.write("LM.level", 1.0)
        await asyncio.to_thread(broker.start)
        await until(lambda: link.connected)
        async with speaking(broker.port) as (peer, _):
            peer.publish(TOPIC, VP)
            await until(lambda: ear.quality("T.speed") == Quality.GOOD)
        assert link.reconnects == 1
        task.cancel()
        await asyncio.wait([task])

    asyncio.run(scenario())


def test_that_garbage_costs_a_count_and_nothing_else(broker):
    async def scenario() -> None:
        async with listening(plant(broker.port)) as ear, speaking(broker.port) as (peer, _):
            peer.publish(TOPIC, VP)
            await until(lambda: ear.quality("T.speed") == Quality.GOOD)
            for topic in (TOPIC, "saeiv/line/A", "application/bins/device/01/event/up", "spBv1.0/g/NDATA/n"):
                peer.publish(topic, b"\xff\xfe garbage")
            peer.publish("lamp/1/level", b"60")
            await until(lambda: ear.quality("LM.level") == Quality.GOOD)
            assert ear.traffic.errors == {"garbage": 4}
            assert ear.quality("T.speed") == Quality.GOOD

    asyncio.run(scenario())


def test_that_a_bug_in_a_decoder_costs_its_message_and_not_the_link(broker, caplog):
    async def scenario() -> None:
        async with listening(plant(broker.port)) as ear, speaking(broker.port) as (peer, _):
            read = ear.driver._plan.read
            ear.driver._plan.read = lambda topic, *rest: 1 / 0 if topic == TOPIC else read(topic, *rest)
            peer.publish(TOPIC, VP)
            peer.publish("lamp/1/level", b"60")
            await until(lambda: ear.quality("LM.level") == Quality.GOOD)
            assert ear.traffic.errors == {"bug": 1}

    asyncio.run(scenario())


test_that_a_bug_in_a_decoder_costs_its_message_and_not_the_link = pytest.mark.logs("could not be read")(
    test_that_a_bug_in_a_decoder_costs_its_message_and_not_the_link
)


def birth(bdseq: float = 3.0, **changes: float) -> bytes:
    values = {"Places/Free": 120.0, "Sign/State": 0.0} | changes
    rows = [Metric(name, Type.INT32, value, alias) for alias, (name, value) in enumerate(values.items(), 1)]
    rows += [
        Metric("Offset", Type.INT16, -5.0, 7),
        Metric("Entries", Type.INT64, 1.0, 8),
        Metric("Name", Type.STRING, "R", 9),
    ]
    return encode([Metric("bdSeq", Type.INT64, bdseq), *rows], time.time_ns() // 1_000_000, 0)


def test_that_a_node_is_asked_for_its_birth_followed_and_lost_by_the_book(broker):
    async def scenario() -> None:
        port = broker.port
        async with speaking(port, ("spBv1.0/g/NCMD/#",)) as (peer, heard), listening(plant(port)) as ear:
            await until(lambda: heard)  # asked at once: births are never retained
            assert decode(heard[0][1]).metrics[0].name == "Node Control/Rebirth"
            peer.publish("spBv1.0/g/NBIRTH/n", birth())
            await until(lambda: ear.value("PK.free") == 120.0)
            past = time.time_ns() // 1_000_000 - 3_600_000
            data = [Metric("", Type.INT32, 118.0, 1), Metric("", Type.INT32, 7.0, 1, past, True)]
            peer.publish("spBv1.0/g/NDATA/n", encode(data, time.time_ns() // 1_000_000, 1))
            await until(lambda: ear.value("PK.free") == 118.0)
            (replayed,) = [batch for batch in ear.batches if batch.historical]
            assert (replayed.value.tolist(), replayed.source_time.tolist()) == ([7.0], [past * 1_000_000])
            peer.publish("spBv1.0/g/NDEATH/n", encode([Metric("bdSeq", Type.INT64, 2.0)], 1))
            peer.publish("lamp/1/level", b"60")
            await until(lambda: ear.quality("LM.level") == Quality.GOOD)
            assert ear.quality("PK.free") == Quality.GOOD
            peer.publish("spBv1.0/g/NDEATH/n", encode([Metric("bdSeq", Type.INT64, 3.0)], 1))
            await until(lambda: ear.quality("PK.free") == Quality.NOT_CONNECTED)
            assert ear.value("PK.online") == 0.0

    asyncio.run(scenario())


def test_that_the_host_says_it_is_online_defends_it_and_says_when_it_leaves(broker):
    state = "spBv1.0/STATE/salle"

    async def scenario() -> None:
        async with speaking(broker.port, (state,)) as (peer, heard):

            def said() -> list[dict]:
                return [json.loads(payload) for _, payload in heard]

            async with listening(plant(broker.port, host_id="salle")):
                await until(heard.__len__)
                born = said()[0]
                assert born["online"] is True
                lie = {"online": False, "timestamp": 1}
                peer.publish(state, json.dumps(lie).encode(), qos=1)
                # how often it comes, and between what, is the broker's affair: the two subscriptions of the
                # specification overlap, and it may deliver the lie twice
                await until(lambda: lie in said() and born in said()[said().index(lie) :])
            await until(lambda: said()[-1]["online"] is False and said()[-1] != lie)
            last = said()[-1]
            assert last["timestamp"] >= born["timestamp"]
        async with speaking(broker.port, (state,)) as (_, heard):
            await until(heard.__len__)
            assert json.loads(heard[0][1]) == last  # retained

    asyncio.run(scenario())


def test_that_the_will_of_a_host_that_dies_shares_the_instant_of_its_birth(broker):
    state = "spBv1.0/STATE/vigie"

    async def scenario() -> None:
        ear = Listening(plant(broker.port))
        task = asyncio.create_task(ear.driver.run(ear.publish, ear.up))
        await until(lambda: ear.ups)
        async with speaking(broker.port, (state,)) as (_, heard):
            await until(lambda: heard)
            ear.driver._session._client.socket().shutdown(socket.SHUT_RDWR)
            with pytest.raises(LinkLost):
                await task
            await until(lambda: len(heard) == 2)
            born, died = (json.loads(payload) for _, payload in heard)
            assert (born["online"], died["online"]) == (True, False)
            assert born["timestamp"] == died["timestamp"]

    asyncio.run(scenario())


def test_that_a_write_is_published_from_the_template_and_confirmed(any_broker):
    async def scenario() -> None:
        filters = ("lamp/#", "spBv1.0/g/NCMD/n")
        async with speaking(any_broker.port, filters) as (peer, heard), listening(plant(any_broker.port)) as ear:
            await ear.write("LM.level", 40.0)
            await ear.write("LM.order", 1.0)
            await until(lambda: len(heard) >= 3)
            assert ("lamp/1/dim", b"40") in heard
            assert ("lamp/1/set", b'{"o":"on"}') in heard
            assert len(ear.traffic.round_trips) >= 2  # and those of the watch
            with pytest.raises(WriteFailed, match="offline"):
                await ear.write("PK.sign", 1.0)
            peer.publish("spBv1.0/g/NBIRTH/n", birth())
            await until(lambda: ear.quality("PK.sign") == Quality.GOOD)
            await ear.write("PK.sign", 1.0)
            await until(lambda: heard[-1][0] == "spBv1.0/g/NCMD/n")
            (metric,) = decode(heard[-1][1]).metrics
            assert (metric.name, metric.int_value) == ("Sign/State", 1)

    asyncio.run(scenario())


@pytest.mark.skipif(Kind.MOSQUITTO not in kinds(), reason="only a broker of version 5 says why it refuses")
def test_that_a_refused_write_fails_and_one_that_nobody_hears_fails_too(tmp_path: Path):
    port = free_port()
    access = "topic readwrite lamp/#\n\nuser ville\ntopic readwrite lamp/1/dim\ntopic read #\n"
    plant_ = town.site(town.link(port, "ville"), {"LM": THINGS["LM"]})

    async def scenario() -> None:
        async with listening(plant_) as ear:
            with pytest.raises(WriteFailed, match="not authorised"):
                await ear.write("LM.order", 1.0)
            with pytest.raises(WriteFailed, match="no device listens on lamp/1/dim"):
                await ear.write("LM.level", 1.0)
            async with speaking(port, ("lamp/1/dim",)):
                await ear.write("LM.level", 1.0)

    with town.mosquitto(port, tmp_path, access):
        asyncio.run(scenario())


@pytest.mark.skipif(os.name != "posix", reason="freezes the broker by a signal")
def test_that_a_write_without_an_answer_is_unknown(tmp_path: Path):
    port = free_port()

    async def scenario(broker) -> None:
        async with speaking(port, ("lamp/#",)), listening(plant(port)) as ear:
            broker.send_signal(signal.SIGSTOP)
            with pytest.raises(WriteUnknown, match="did not confirm"):
                await ear.write("LM.level", 40.0, timeout_s=0.3)
            waiting = asyncio.create_task(ear.write("LM.level", 40.0, timeout_s=5.0))
            await asyncio.sleep(0.05)
            ear.driver._session._client.socket().shutdown(socket.SHUT_RDWR)
            with pytest.raises(WriteUnknown, match="lost"):
                await waiting
            broker.send_signal(signal.SIGCONT)

    with town.mosquitto(port, tmp_path) as broker, contextlib.suppress(LinkLost):
        asyncio.run(scenario(broker))


def test_that_what_cannot_be_encoded_never_leaves(broker):
    async def scenario() -> None:
        async with listening(plant(broker.port)) as ear:
            for tag, raw, words in (
                ("T.speed", 1.0, "write_topic"),
                ("LM.order", 7.0, "state"),
                ("LM.level", float("inf"), "infinity"),
            ):
                with pytest.raises(WriteFailed, match=words):
                    await ear.write(tag, raw)

    asyncio.run(scenario())


def test_that_retained_messages_of_before_are_read_at_once(broker):
    async def scenario() -> None:
        async with speaking(broker.port) as (peer, _):
            peer.publish("lamp/1/level", b"60", qos=1, retain=True)
            old = time.time_ns() // 1_000_000 - 60_000
            peer.publish("saeiv/line/A", json.dumps({"headway": 6.5, "ts": old}).encode(), qos=1, retain=True)
            await asyncio.sleep(0.1)
        async with listening(town.site(town.link(broker.port), THINGS, stale_s=30.0)) as ear:
            await until(lambda: ear.quality("LM.level") == Quality.UNCERTAIN)
            await until(lambda: ear.quality("LN.headway") == Quality.STALE)
            assert ear.time("LN.headway") == old * 1_000_000

    asyncio.run(scenario())


def test_that_no_broker_and_a_broker_that_says_nothing_lose_the_link():
    async def nobody() -> None:
        ear = Listening(plant(free_port()))
        with pytest.raises(LinkLost, match="no connection"):
            await ear.driver.run(ear.publish, ear.up)

    async def mute(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    async def silent() -> None:
        async with await asyncio.start_server(mute, "127.0.0.1", 0) as server:
            ear = Listening(plant(server.sockets[0].getsockname()[1]))
            task = asyncio.create_task(ear.driver.run(ear.publish, ear.up))
            await asyncio.sleep(0.2)
            threads = [thread.name for thread in threading.enumerate() if "paho" in thread.name]
            assert threads
            begun = time.monotonic()
            task.cancel()
            task.cancel()
            await asyncio.wait([task])
            assert task.cancelled()
            assert time.monotonic() - begun < 2.0
            assert not [thread.name for thread in threading.enumerate() if "paho" in thread.name]

    asyncio.run(nobody())
    asyncio.run(silent())


def test_that_cancelling_leaves_no_thread_and_no_socket_however_often(broker):
    def threads() -> list[str]:
        return [thread.name for thread in threading.enumerate() if "paho" in thread.name]

    async def scenario() -> None:
        for _ in range(5):
            async with listening(plant(broker.port)):
                assert len(threads()) == 1
            assert not threads()

    asyncio.run(scenario())


@pytest.mark.logs("lacks")
@pytest.mark.logs("which the equipment does not give")
def test_that_a_tag_whose_equipment_lacks_an_argument_is_bad_by_configuration(broker):
    things = {"T": ("tram", {"operator": "0049"}), "LM": THINGS["LM"]}

    async def scenario() -> None:
        async with listening(town.site(town.link(broker.port), things)) as ear:
            assert ear.quality("T.speed") == Quality.CONFIGURATION
            assert ear.quality("LM.level") == Quality.NEVER_READ

    asyncio.run(scenario())


@pytest.mark.slow
def test_that_a_rush_of_messages_is_taken_without_loss(broker):
    async def scenario() -> None:
        things = {f"T{n}": town.tram(n) for n in range(100)}
        async with (
            listening(town.site(town.link(broker.port, qos="0"), things)) as ear,
            speaking(broker.port) as (peer, _),
        ):
            begun, cpu = time.monotonic(), time.process_time()
            for n in range(5_000):
                peer.publish(TOPIC.replace("00007", f"{n % 100:05}"), VP, 1)
                if n % 100 == 0:
                    await asyncio.sleep(0.005)
            await until(lambda: ear.traffic.requests >= 5_000, 30.0)
            took = time.monotonic() - begun
            assert ear.traffic.requests == 5_000
            assert not ear.traffic.errors
            assert 5_000 / took > 500, (took, time.process_time() - cpu)

    asyncio.run(scenario())


@pytest.mark.slow
def test_that_a_stream_that_lost_its_step_is_a_loss_though_bytes_keep_coming(any_broker):
    async def scenario() -> None:
        wire = Chaos(any_broker.port)
        await wire.open()
        ear = Listening(plant(wire.port, keepalive_s="1"))
        task = asyncio.create_task(ear.driver.run(ear.publish, ear.up))
        async with speaking(any_broker.port) as (peer, _):
            await until(lambda: ear.ups)
            wire.disturb(damaged(0, b"\x30\xff\xff\x7f"))
            peer.publish("lamp/1/level", b"60")
            await asyncio.sleep(0.1)
            wire.calm()
            begun = time.monotonic()
            while not task.done() and time.monotonic() - begun < 5:
                peer.publish("lamp/1/level", b"60")
                await asyncio.sleep(0.05)
            with pytest.raises(LinkLost, match="has not answered") as lost:
                await task
            assert lost.value.quality is Quality.TIMEOUT
        await wire.close()

    asyncio.run(scenario())


def test_that_the_round_trip_to_a_quiet_broker_is_measured(any_broker):
    async def scenario() -> None:
        async with listening(plant(any_broker.port, keepalive_s="1")) as ear:
            await until(lambda: len(ear.traffic.round_trips) >= 2)
            assert all(0 < seconds < 1 for seconds in ear.traffic.round_trips)

    asyncio.run(scenario())


def test_that_the_clock_of_a_device_is_compared_with_ours(broker):
    async def scenario() -> None:
        async with listening(plant(broker.port)) as ear, speaking(broker.port) as (peer, _):
            for _ in range(5):
                late_ms = time.time_ns() // 1_000_000 - 40_000
                peer.publish("saeiv/line/A", json.dumps({"headway": 6.5, "ts": late_ms}).encode())
            await until(lambda: ear.quality("LN.headway") == Quality.GOOD)
            while math.isnan(ear.traffic.skew_s):  # it is looked at now and again, when messages come
                peer.publish("lamp/1/level", b"60")
                await asyncio.sleep(0.05)
            assert -60.0 < ear.traffic.skew_s <= -40.0

    asyncio.run(scenario())
