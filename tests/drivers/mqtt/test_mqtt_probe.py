"""Listening to a broker that no site knows yet: what speaks, of which format, and which tags it would carry."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as some
from paho.mqtt import client as paho
from paho.mqtt.enums import CallbackAPIVersion

from drivers.mqtt import PROTOCOL, sparkplug
from drivers.mqtt.guess import group, guess
from drivers.mqtt.paths import find, parse_path
from drivers.mqtt.probe import MqttProbe
from simulator.broker import Broker
from supervisor.errors import Unavailable
from supervisor.probe import Fact, Finding, News, Peer, Progress
from tests.ports import free_port

UP = {
    "deduplicationId": "d1",
    "time": "2026-11-22T08:00:00Z",
    "deviceInfo": {"deviceName": "bin 12", "devEui": "70b3d5"},
    "fCnt": 7,
    "object": {"fill": 43, "tilt": False},
    "rxInfo": [{"rssi": -90, "snr": 7.5}],
}


@contextlib.contextmanager
def broker():
    served = Broker(free_port())
    served.start()
    try:
        yield served.port
    finally:
        served.stop()


@contextlib.contextmanager
def talker(port: int):
    """paho's own client, which is nobody of ours."""
    client = paho.Client(CallbackAPIVersion.VERSION2)
    client.connect("127.0.0.1", port)
    client.loop_start()
    try:
        yield client
    finally:
        client.disconnect()
        client.loop_stop()


def look(say: Callable[[paho.Client], None], **words: str) -> list[News]:
    """What a look finds that begins after `say` was said with retained messages, and hears it once more."""
    news: list[News] = []

    async def scenario(port: int, client: paho.Client) -> None:
        def report(one: News) -> None:
            news.append(one)
            if isinstance(one, Fact) and one.kind == "broker":
                asyncio.get_running_loop().call_later(0.3, say, client)

        await MqttProbe().look(Peer(f"mqtt://127.0.0.1:{port}", {"for": "4", **words}), report)

    with broker() as port, talker(port) as client:
        asyncio.run(scenario(port, client))
    return news


def found(news: list[News]) -> dict[str, Finding]:
    return {one.place: one for one in news if isinstance(one, Finding)}


@pytest.fixture(scope="module")
def heard() -> dict[str, Finding]:
    """One look at a broker on which everything speaks."""

    def say(client: paho.Client) -> None:
        client.publish("lamp/12/state", json.dumps({"level": 80, "on": True, "ts": 1795000000000, "who": "ctl"}))
        client.publish("lamp/12/level", "80.5")
        client.publish("door/1", "on", retain=True)
        client.publish("application/7/device/70b3d5/event/up", json.dumps(UP))
        client.publish("raw", bytes([0, 255, 3]))
        for stop in ("100", "200"):
            topic = f"/hfp/v2/journey/ongoing/vp/tram/0049/00012/A/1/Gare/08:00/{stop}/4/47;0/11/22/33/44"
            client.publish(topic, json.dumps({"VP": {"spd": 7.2, "dl": -20, "tst": "2026-11-22T08:00:00.000Z"}}))
        born = [sparkplug.Metric("Places/Free", 7, 41), sparkplug.Metric("Name", 12, "Ralliement")]
        client.publish("spBv1.0/parking/DBIRTH/gw/p1", sparkplug.encode(born, 1795000000000, 0))

    return found(look(say))


def test_that_json_members_become_tags_and_its_instant_the_time(heard):
    level = heard["lamp/12/state level"]
    assert (level.value, level.kind) == ("80", "number")
    assert level.row == {"format": "json", "topic": "lamp/12/state", "path": "level", "time": "ts:ms"}
    assert heard["lamp/12/state on"].kind == "boolean"
    assert heard["lamp/12/state who"].kind == "text"
    assert "lamp/12/state ts" not in heard


def test_that_plain_payloads_are_one_tag_each(heard):
    assert heard["lamp/12/level"].row == {"format": "plain", "topic": "lamp/12/level"}
    assert heard["lamp/12/level"].value == "80.5"
    assert heard["door/1"].kind == "boolean"


def test_that_what_nobody_can_read_is_shown_and_proposes_nothing(heard):
    assert heard["raw"].raw == "00 ff 03"
    assert not heard["raw"].row


def test_that_a_lorawan_device_is_one_pack_with_its_own_words(heard):
    place = "application/7/device/70b3d5/event/up"
    assert heard[f"{place} fill"].row["topic"] == "application/{application}/device/{dev_eui}/event/up"
    assert heard[f"{place} fill"].args == {"application": "7", "dev_eui": "70b3d5"}
    assert heard[f"{place} rxInfo.0.rssi"].value == "-90"


def test_that_a_vehicle_is_one_whatever_its_next_stop(heard):
    tram = [one for place, one in heard.items() if place.startswith("/hfp")]
    assert {one.args["vehicle"] for one in tram} == {"00012"}
    assert {one.name for one in tram} == {"VP.spd", "VP.dl", "topic.next_stop"}
    assert next(one for one in tram if one.name == "topic.next_stop").value == "200"
    assert next(one for one in tram if one.name == "VP.spd").readings["rate"] == "30"


def test_that_the_metrics_of_a_sparkplug_birth_are_proposed(heard):
    park = {one.name: one for place, one in heard.items() if place.startswith("spBv1.0")}
    assert set(park) == {"@online", "Places/Free", "Name"}
    assert park["Places/Free"].value == "41"
    assert park["Places/Free"].args == {"group": "parking", "node": "gw", "device": "p1"}
    assert park["Name"].kind == "text"


def test_that_every_row_that_is_proposed_is_one_that_a_pack_takes(heard):
    rows = [one.row for one in heard.values() if one.row]
    assert len(rows) > 10
    for row in rows:
        PROTOCOL.address(row)


def test_that_silence_says_what_to_try():
    news = look(lambda client: None, topic="nobody/#", **{"for": "0.5"})
    assert any(isinstance(one, Fact) and "listen longer" in one.text for one in news)
    last = [one for one in news if isinstance(one, Progress)][-1]
    assert last.done == last.total


def test_that_a_retained_value_is_read_at_once_and_one_can_be_written():
    async def scenario(port: int) -> tuple[str, Finding]:
        peer = Peer(f"mqtt://127.0.0.1:{port}", {"for": "20"})
        with pytest.raises(Unavailable, match="no device listens"):
            await MqttProbe().write(peer, "lamp/13/set", "1")
        with talker(port) as client:
            client.subscribe("lamp/12/set")
            said = await MqttProbe().write(peer, "lamp/12/set", "1")
            client.publish("lamp/12/state", '{"level": 80}', 1, retain=True).wait_for_publish()
        return said, await MqttProbe().read(peer, "lamp/12/state level")

    with broker() as port:
        said, one = asyncio.run(scenario(port))
    assert said.startswith("1")
    assert one.value == "80"
    assert one.readings["retained"] == "✓"


def test_that_a_broker_that_is_not_there_is_one_sentence():
    with pytest.raises(Unavailable, match="no connection"):
        asyncio.run(MqttProbe().look(Peer(f"mqtt://127.0.0.1:{free_port()}"), lambda news: None))


_LEAF = some.none() | some.booleans() | some.integers(-(2**53), 2**53) | some.text(max_size=8)
_NAME = some.text(min_size=1, max_size=6)


@given(some.recursive(_LEAF, lambda inner: some.lists(inner, max_size=3) | some.dictionaries(_NAME, inner, max_size=3)))
def test_that_a_path_that_is_proposed_leads_to_its_value(root):
    said = guess("some/topic", json.dumps(root).encode())
    if not isinstance(root, dict | list):
        return
    for proposal in said.proposals:
        node = find(root, parse_path(proposal.path))
        assert proposal.value.lower() == str(node).lower() or float(proposal.value) == pytest.approx(node)


@given(some.text(max_size=40), some.binary(max_size=60))
def test_that_no_message_is_too_strange_to_be_looked_at(topic, payload):
    assert guess(topic, payload).format
    assert group(topic) is not None
