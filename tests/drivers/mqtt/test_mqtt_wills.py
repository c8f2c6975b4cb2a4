"""Devices that are gone: no news is not good news, and a retained value of the dead is no life."""

from __future__ import annotations

import asyncio
import itertools

import pytest

from drivers.mqtt.gather import Gather
from drivers.mqtt.plan import Plan
from simulator.broker import Broker, kinds
from simulator.peer import Peer
from supervisor.clock import SECOND
from supervisor.model import Kind, Quality
from supervisor.table import TagTable
from tests.drivers.mqtt import town
from tests.drivers.mqtt.town import introduce, listening, until
from tests.ports import free_port

WILL = {"will_topic": "d/{n}/status"}
ROWS = {
    "level": {"format": "plain", "topic": "d/{n}/level"} | WILL,
    "status": {"format": "plain", "topic": "d/{n}/status"} | WILL,
    "other": {"format": "plain", "topic": "d/{n}/other"},
}
NOW = 1_760_000_000 * SECOND


def device(will_payload: str = ""):
    rows = {name: row | ({"will_payload": will_payload} if "will_topic" in row else {}) for name, row in ROWS.items()}
    return town.device(rows, {"status": Kind.TEXT}, n="1")


class Heard:
    """What a table holds after messages."""

    def __init__(self, will_payload: str = "") -> None:
        self.site = device(will_payload)
        self.plan = Plan(self.site.tags)
        self.table = TagTable(self.site.tags)

    def say(self, *messages: tuple[str, bytes, bool]) -> Heard:
        gather = Gather()
        for topic, payload, retained in messages:
            self.plan.read(topic, payload, retained, NOW, gather)
        for batch in gather.finish():
            for part in batch.rounds():
                self.table.apply(part, NOW)
        return self

    def quality(self, tag: str) -> Quality:
        return Quality(int(self.table.columns["quality"][self.site.tag_by_id[f"E.{tag}"].index]))


LIVE, KEPT = ("d/1/level", b"5", False), ("d/1/level", b"4", True)
GONE, GONE_KEPT, BACK = (
    ("d/1/status", b"offline", False),
    ("d/1/status", b"offline", True),
    ("d/1/status", b"online", False),
)


def test_that_a_will_takes_its_tags_away_until_their_next_news():
    heard = Heard().say(LIVE, ("d/1/other", b"1", False))
    assert heard.quality("level") == Quality.GOOD
    heard.say(GONE)
    assert heard.quality("level") == Quality.NOT_CONNECTED
    assert heard.quality("other") == Quality.GOOD  # its row names no will
    assert heard.quality("status") == Quality.GOOD  # the word itself is news
    heard.say(KEPT)
    assert heard.quality("level") == Quality.NOT_CONNECTED
    heard.say(LIVE)
    assert heard.quality("level") == Quality.GOOD
    heard.say(KEPT)
    assert heard.quality("level") == Quality.UNCERTAIN  # it lives, and this is old


@pytest.mark.parametrize("order", list(itertools.permutations([KEPT, GONE_KEPT])))
def test_that_after_a_connection_the_order_of_retained_messages_means_nothing(order):
    assert Heard().say(*order).quality("level") == Quality.NOT_CONNECTED


def test_that_a_device_that_says_it_is_back_is_believed_with_its_next_value():
    heard = Heard().say(GONE, BACK)
    assert heard.quality("level") == Quality.NOT_CONNECTED
    assert heard.say(KEPT).quality("level") == Quality.UNCERTAIN


@pytest.mark.parametrize(
    ("will", "payload", "gone"),
    [
        ("", b"offline", True), ("", b" offline\n", True), ("", b"Offline", False), ("", b"\xff", False),
        ("Lost", b"Lost", True), ("0", b"0", True), ("0", b"1", False),
        ('{"state":"offline"}', b'{ "state" : "offline", "t": 1 }', True),
        ('{"state":"offline"}', b'{"state":"online"}', False), ('{"state":"offline"}', b"[[", False),
        ('{"state":"offline"}', b'["state"]', False),
    ],
)  # fmt: skip
def test_that_a_will_is_a_word_or_members_of_an_object(will, payload, gone):
    heard = Heard(will).say(LIVE, ("d/1/status", payload, False))
    assert (heard.quality("level") == Quality.NOT_CONNECTED) == gone


def test_that_a_device_that_dies_is_lost_by_the_will_its_broker_publishes():
    broker = Broker(free_port(), kinds()[0])
    broker.start()
    site = town.device(ROWS, {"status": Kind.TEXT}, town.link(broker.port), n="1")

    async def scenario() -> None:
        peer = Peer("device", broker.port, (), lambda topic, payload: None)
        async with listening(site) as ear:
            await introduce(peer, ("d/1/status", b"offline"))
            peer.publish("d/1/level", b"5")
            await until(lambda: ear.quality("E.level") == Quality.GOOD)
            await peer.close(abrupt=True)
            await until(lambda: ear.quality("E.level") == Quality.NOT_CONNECTED)
            assert ear.text("E.status") == "offline"

    try:
        asyncio.run(scenario())
    finally:
        broker.stop()
