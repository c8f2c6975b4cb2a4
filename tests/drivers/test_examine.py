"""One value as it is on the wire, from a driver at work: a register, a Variant, the next message."""

from __future__ import annotations

import asyncio
import json

import pytest
from paho.mqtt import publish

from drivers.mqtt.examine import matches, said
from simulator.broker import Broker
from supervisor.driver import Examiner
from supervisor.errors import ReadFailed
from tests.drivers.mqtt.town import link, listening, site
from tests.drivers.opcua.plant import Plant
from tests.ports import free_port


def test_that_an_opcua_driver_shows_the_encoded_value_of_a_node():
    plant = Plant()
    plant.set("level", 1.25)

    async def scenario() -> None:
        async with plant.running():
            assert isinstance(plant.driver, Examiner)
            found = await plant.driver.examine(plant.tag("level"), 5.0)
            assert found.text == "1.25"
            assert len(found.raw) in (5, 9)
        with pytest.raises(ReadFailed, match="not connected"):
            await plant.driver.examine(plant.tag("level"), 1.0)

    asyncio.run(scenario())


def test_that_an_mqtt_driver_shows_the_next_message_of_a_tag_and_says_when_none_comes():
    broker = Broker(free_port())
    broker.start()
    town = site(link(broker.port), {"line-A": ("line", {"line": "A"})})
    tag = town.tag_by_id["line-A.headway"]

    async def say(payload: str) -> None:
        await asyncio.to_thread(publish.single, "saeiv/line/A", payload, 1, hostname="127.0.0.1", port=broker.port)

    async def scenario() -> None:
        async with listening(town) as ear:
            assert isinstance(ear.driver, Examiner)
            with pytest.raises(ReadFailed, match="speaks by itself"):
                await ear.driver.examine(tag, 0.2)
            waiting = asyncio.create_task(ear.driver.examine(tag, 20.0))
            await asyncio.sleep(0.1)
            await say(json.dumps({"service": 1}))
            await say(json.dumps({"headway": 8.5, "ts": 1795000000000}))
            found = await waiting
            assert found.text == "8.5"
            assert b"headway" in found.raw

    try:
        asyncio.run(scenario())
    finally:
        broker.stop()


def test_that_a_message_of_another_topic_says_nothing_of_a_tag():
    town = site(link(1), {"line-A": ("line", {"line": "A"})})
    tag = town.tag_by_id["line-A.headway"]
    assert said(tag, "saeiv/line/B", b'{"headway": 1}') is None
    assert said(tag, "saeiv/line/A", b'{"service": 1}') is None
    assert said(tag, "saeiv/line/A", b"\xff") is None
    assert said(tag, "saeiv/line/A", b'{"headway": 1}') == "1"


@pytest.mark.parametrize(
    ("filter_", "topic", "within"),
    [
        ("a/+/c", "a/b/c", True),
        ("a/#", "a", True),
        ("a/#", "a/b/c", True),
        ("a/+", "a/b/c", False),
        ("a/b", "a", False),
    ],
)
def test_that_a_topic_is_within_a_filter_as_the_standard_says(filter_, topic, within):
    assert matches(filter_, topic) is within
