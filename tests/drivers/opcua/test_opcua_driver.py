"""A driver against a real server: what it reads, what it writes, what it says of what is missing."""

from __future__ import annotations

import asyncio
import struct
import time
from dataclasses import replace

import numpy as np
import pytest
from asyncua import ua

from drivers.opcua import fallback, notification
from drivers.opcua.address import Address
from supervisor.errors import WriteFailed, WriteUnknown
from supervisor.model import Quality
from tests.drivers.opcua.plant import ADDRESSES, PUMPS, SPECS, URI, Plant, until


def test_that_every_kind_of_value_arrives_in_one_batch_with_its_source_time() -> None:
    async def scenario() -> None:
        plant = Plant()
        plant.world.value[:] = [1.5, 12.0, 1, 1, 0, 7.25, 3, 2.0]
        plant.world.text[plant.tag("message").index] = "Niveau haut à vérifier"
        async with plant.running():
            assert len(plant.batches) == 1
            expected = (1.5, 120.0, 1.0, 1.0, "Niveau haut à vérifier", 7.25, 3.0, 100.0)
            assert tuple(plant.value(name) for name in SPECS) == pytest.approx(expected)
            instant = plant.world.time // 1000 * 1000
            assert plant.batches[0].source_time.tolist() == [instant] * len(SPECS)
            assert plant.batches[0].quality.tolist() == [Quality.GOOD] * len(SPECS)

    asyncio.run(scenario())


def test_that_a_sensor_fault_is_told_with_its_status_and_ends_with_the_next_good_value() -> None:
    async def scenario() -> None:
        plant = Plant()
        async with plant.running() as task:
            plant.set("level", np.nan)
            await plant.server.push()
            await until(lambda: plant.last("level")[1] == Quality.DEVICE_FAULT, task)
            value, _, _, status = plant.last("level")
            assert np.isnan(value)
            assert status == ua.StatusCodes.BadSensorFailure
            plant.set("level", 2.5)
            plant.world.time += 10**9
            await plant.server.push()
            await until(lambda: plant.value("level") == 2.5, task)
            assert plant.last("level")[1:] == (Quality.GOOD, plant.world.time // 1000 * 1000, 0)

    asyncio.run(scenario())


def test_that_more_tags_than_one_call_may_carry_arrive_in_a_few_batches() -> None:
    async def scenario() -> None:
        plant = Plant(stations=140, publish_ms=200, timeout_s=10)
        plant.world.value[:] = np.arange(len(plant.world.value))
        async with plant.running() as task:
            heard: set[int] = set()
            await until(
                lambda: heard.update(*(b.index.tolist() for b in plant.batches)) or len(heard) == 140 * 8, task, 30
            )
            assert len(plant.batches) <= 10
            assert plant.value("level", 139) == 139 * 8
            assert plant.traffic.requests < 60

    asyncio.run(scenario())


def test_that_the_library_decodes_what_the_fast_path_declines(monkeypatch: pytest.MonkeyPatch) -> None:
    async def scenario() -> None:
        plant = Plant()
        plant.world.value[:] = [1.5, 12.0, 1, 1, 0, 7.25, 3, 2.0]
        plant.world.text[plant.tag("message").index] = "été"
        async with plant.running():
            names = ("level", "state", "order", "message", "hours")
            assert tuple(plant.value(name) for name in names) == (1.5, 1.0, 1.0, "été", 7.25)
            assert plant.batches[0].source_time[0] == plant.world.time // 1000 * 1000

    monkeypatch.setattr(notification, "decode", lambda raw, variant: None)
    asyncio.run(scenario())


def test_that_the_fast_path_is_the_one_in_use(monkeypatch: pytest.MonkeyPatch) -> None:
    async def scenario() -> None:
        plant = Plant()
        async with plant.running() as task:
            plant.set("level", 4.0)
            await plant.server.push()
            await until(lambda: plant.value("level") == 4.0, task)

    def never(body: object) -> None:
        raise AssertionError("the library was asked")

    monkeypatch.setattr(fallback, "slow", never)
    asyncio.run(scenario())


def test_that_what_the_server_lacks_is_a_configuration_fault_while_the_rest_works() -> None:
    wrong = {
        "no_path": Address("{root}/Nowhere", namespace=URI),
        "no_node": Address(node="s=Nowhere", namespace=URI),
        "no_namespace": Address("{root}/Level", namespace="urn:not:there"),
        "no_argument": Address("{roof}/Level", namespace=URI),
    }

    async def scenario() -> None:
        plant = Plant({**ADDRESSES, **wrong})
        carried = [tag for tag in plant.site.tags if tag.spec.id in ADDRESSES]
        plant.server = type(plant.server)(plant.site.links["L"], carried, plant.world)
        plant.set("level", 1.5)
        async with plant.running() as task:
            await until(lambda: plant.value("level") == 1.5 and all(plant.last(name) for name in wrong), task)
            for name in wrong:
                value, quality, _, status = plant.last(name)
                assert np.isnan(value)
                assert quality == Quality.CONFIGURATION
                assert status & 0x80000000
            assert [len(batch) for batch in plant.batches if batch.loss] == [len(wrong)]
            with pytest.raises(WriteFailed, match=r"has no node for S0\.no_node: BadNodeIdUnknown"):
                await plant.driver.write(plant.tag("no_node"), 1.0, 1.0)

    asyncio.run(scenario())


def test_that_a_namespace_that_moved_at_a_restart_is_found_again() -> None:
    async def scenario() -> None:
        plant = Plant()
        async with plant.running() as task:
            plant.set("hours", 5.0)
            await plant.server.push()
            await until(lambda: plant.value("hours") == 5.0, task)
            await plant.server.stop()
            await asyncio.wait([task])
            newcomer = replace(plant.tag("state"), source=replace(
                plant.tag("state").source, address=Address("Extra", namespace="http://a.newcomer/")
            ))  # fmt: skip
            plant.server = type(plant.server)(plant.site.links["L"], [newcomer, *plant.site.tags], plant.world)
            plant.set("hours", 6.0)
            await plant.server.start()
            again = plant.run()
            await until(lambda: plant.value("hours") == 6.0, again)
            assert plant.last("hours")[1] == Quality.GOOD
            again.cancel()
            await asyncio.wait([again])

    asyncio.run(scenario())


def test_that_a_write_takes_the_type_of_its_node_and_comes_back_as_a_value() -> None:
    async def scenario() -> None:
        plant = Plant()
        async with plant.running() as task:
            for name, raw, engineering in (("order", 1.0, 1.0), ("plan", 4.0, 4.0), ("start_level", 250.0, 3.5)):
                await plant.driver.write(plant.tag(name), raw, 1.0)
                assert plant.world.value[plant.tag(name).index] == engineering
                await until(lambda name=name, raw=raw: plant.value(name) == raw, task)

    asyncio.run(scenario())


def test_that_an_order_that_already_stands_is_read_back_all_the_same() -> None:
    async def scenario() -> None:
        plant = Plant()
        async with plant.running() as task:
            await asyncio.sleep(0.3)
            plant.batches.clear()
            standing = float(plant.world.value[plant.tag("plan").index])
            await plant.driver.write(plant.tag("plan"), standing, 1.0)
            await until(lambda: sum(plant.tag("plan").index in batch.index for batch in plant.batches) >= 2, task)

    asyncio.run(scenario())


def test_that_a_refusal_of_the_device_is_named() -> None:
    async def scenario() -> None:
        plant = Plant()
        async with plant.running():
            plant.server.misbehave({"refuse": 1.0})
            with pytest.raises(WriteFailed, match="BadUserAccessDenied"):
                await plant.driver.write(plant.tag("order"), 1.0, 1.0)
            assert plant.world.value[plant.tag("order").index] == 0

    asyncio.run(scenario())


def test_that_a_value_that_does_not_fit_never_leaves() -> None:
    async def scenario() -> None:
        plant = Plant()
        async with plant.running():
            with pytest.raises(WriteFailed, match="does not fit a Boolean"):
                await plant.driver.write(plant.tag("order"), 7.0, 1.0)
            with pytest.raises(WriteFailed, match="does not fit a Int32"):
                await plant.driver.write(plant.tag("plan"), 1e12, 1.0)

    asyncio.run(scenario())


def test_that_a_write_without_an_answer_is_unknown() -> None:
    async def scenario() -> None:
        plant = Plant()
        async with plant.running():
            plant.server.misbehave({"silence": 1.0})
            with pytest.raises(WriteUnknown, match=r"no answer within 0\.2 s"):
                await plant.driver.write(plant.tag("order"), 1.0, 0.2)
            assert plant.traffic.errors["timeout"] == 1

    asyncio.run(scenario())


def test_that_a_write_cut_off_before_its_answer_is_unknown_at_once() -> None:
    async def scenario() -> None:
        plant = Plant()
        async with plant.running():
            plant.server.misbehave({"late": 5.0})
            write = asyncio.create_task(plant.driver.write(plant.tag("order"), 1.0, 5.0))
            await asyncio.sleep(0.1)
            started = time.monotonic()
            plant.server.misbehave({"drop": 1.0})
            with pytest.raises(WriteUnknown):
                await write
            assert time.monotonic() - started < 0.5
            assert plant.world.value[plant.tag("order").index] == 1.0

    asyncio.run(scenario())


@pytest.mark.logs("Received an error")
def test_that_an_error_of_the_channel_is_no_answer_to_a_write() -> None:
    async def scenario() -> None:
        plant = Plant()
        async with plant.running():
            plant.server.misbehave({"late": 5.0})
            write = asyncio.create_task(plant.driver.write(plant.tag("order"), 1.0, 5.0))
            await asyncio.sleep(0.1)
            (front,) = plant.server._relay.fronts
            front.transport.write(b"ERRF" + struct.pack("<IIi", 16, ua.StatusCodes.BadTcpInternalError, -1))
            with pytest.raises(WriteUnknown, match="BadTcpInternalError"):
                await write

    asyncio.run(scenario())


def test_that_a_write_on_a_link_that_is_down_never_leaves() -> None:
    async def scenario() -> None:
        plant = Plant()
        with pytest.raises(WriteFailed, match="not connected"):
            await plant.driver.write(plant.tag("order"), 1.0, 1.0)
        async with plant.running() as task:
            plant.server.misbehave({"drop": 1.0})
            await asyncio.wait([task])
            with pytest.raises(WriteFailed, match="not connected"):
                await plant.driver.write(plant.tag("order"), 1.0, 1.0)

    asyncio.run(scenario())


def test_that_a_node_of_the_standard_is_read_like_any_other() -> None:
    async def scenario() -> None:
        plant = Plant({"now": Address(node="i=2258"), "hours": Address(node="s=H", namespace=PUMPS)})
        async with plant.running() as task:
            await until(lambda: plant.value("now") is not None, task)
            assert abs(plant.value("now") - time.time()) < 5

    asyncio.run(scenario())
