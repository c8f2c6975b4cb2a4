"""What is refused, lost or half said by a server that runs alarms; on the simulated one, which is asyncua's."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from asyncua import ua

from drivers.opcua.address import Address
from supervisor.errors import WriteFailed, WriteUnknown
from supervisor.model import Native, Quality
from tests.drivers.opcua.foreign import URI as FOREIGN
from tests.drivers.opcua.foreign import Line, asyncua_server
from tests.drivers.opcua.plant import URI, Plant, until
from tests.ports import free_port

WAIT_S = 30.0
ADDRESSES = {
    "level": Address("{root}/Level", namespace=URI, sampling_ms=50),
    "trip": Address(condition="{root}/P1", condition_name="Trip", namespace=URI),
}
Answer = Callable[..., Awaitable[Any]]


async def says(plant: Plant, task: asyncio.Task[None], value: Native) -> None:
    plant.world.time += 10**9
    plant.set("trip", value)
    await plant.server.push()
    await until(lambda: plant.value("trip") == value, task, WAIT_S)


def core(plant: Plant) -> Any:
    assert plant.server._server is not None
    return plant.server._server.iserver


def test_that_a_subscription_of_events_the_server_forgot_is_made_anew_and_refreshed() -> None:
    async def scenario() -> None:
        plant = Plant(ADDRESSES)
        async with plant.running() as task:
            await until(lambda: plant.value("trip") == Native.NORMAL, task, WAIT_S)
            service = core(plant).subscription_service
            await service.delete_subscriptions(list(service.subscriptions))
            await says(plant, task, Native.UNACKED)
            assert plant.ups == 1
            assert plant.traffic.errors == {"subscription": 2}

    asyncio.run(scenario())


def test_that_a_lost_notification_of_events_is_made_good_by_a_refresh() -> None:
    async def scenario() -> None:
        plant = Plant(ADDRESSES)
        async with plant.running() as task:
            await until(lambda: plant.value("trip") == Native.NORMAL, task, WAIT_S)
            assert plant.driver._session is not None
            subscriptions = plant.driver._session.subscriptions
            hears = subscriptions._take
            lost: list[Any] = []

            def once(heard: Any) -> None:
                if heard.events and not lost:
                    lost.append(heard)
                else:
                    hears(heard)

            subscriptions._take = once
            plant.set("trip", Native.UNACKED)
            await plant.server.push()
            await until(lambda: plant.value("trip") == Native.UNACKED, task, WAIT_S)
            assert len(lost) == 1
            assert plant.traffic.errors == {"gap": 1}

    asyncio.run(scenario())


@pytest.mark.parametrize(
    ("status", "error", "words"),
    [
        (ua.StatusCodes.BadUserAccessDenied, WriteFailed, "refuses: BadUserAccessDenied"),
        (ua.StatusCodes.BadConditionDisabled, WriteFailed, "BadConditionDisabled"),
        (ua.StatusCodes.BadEventIdUnknown, WriteFailed, "no longer knows the state of S0.trip"),
        (ua.StatusCodes.BadTimeout, WriteUnknown, "BadTimeout"),
        (ua.StatusCodes.BadConditionBranchAlreadyAcked, None, ""),
    ],
)
def test_that_each_answer_to_an_acknowledgement_means_what_it_says(
    status: int, error: type[Exception] | None, words: str
) -> None:
    async def scenario() -> None:
        plant = Plant(ADDRESSES)
        calls: list[Any] = []

        async def answer(node: Any, event: Any, comment: Any) -> Any:
            calls.append(comment.Value.Text)
            return ua.StatusCode(ua.UInt32(status))

        async with plant.running() as task:
            await until(lambda: plant.value("trip") == Native.NORMAL, task, WAIT_S)
            core(plant).isession.add_method_callback(
                ua.NodeId(ua.ObjectIds.AcknowledgeableConditionType_Acknowledge), answer
            )
            await says(plant, task, Native.UNACKED)
            if error is None:
                await plant.driver.acknowledge(plant.tag("trip"), "Ann", 5.0)
            else:
                with pytest.raises(error, match=words):
                    await plant.driver.acknowledge(plant.tag("trip"), "Ann", 5.0)
            assert calls == ["Ann"], "never repeated blindly"

    asyncio.run(scenario())


def test_that_an_acknowledgement_without_an_answer_is_unknown_and_without_a_link_never_left() -> None:
    async def scenario() -> None:
        plant = Plant(ADDRESSES, timeout_s=5.0)
        async with plant.running() as task:
            await until(lambda: plant.value("trip") == Native.NORMAL, task, WAIT_S)
            await says(plant, task, Native.UNACKED)
            plant.server.misbehave({"silence": 1.0})
            with pytest.raises(WriteUnknown, match="no answer within"):
                await plant.driver.acknowledge(plant.tag("trip"), "Ann", 0.3)
            plant.server.misbehave({})
        with pytest.raises(WriteFailed, match="not connected"):
            await plant.driver.acknowledge(plant.tag("trip"), "Ann", 0.3)

    asyncio.run(scenario())


def test_that_a_server_without_events_has_its_reason_told_and_the_rest_of_the_link_works() -> None:
    async def scenario() -> None:
        port = free_port()
        async with asyncua_server(port) as (server, index):
            plant = await server.nodes.objects.add_object(index, "Plant")
            await plant.add_variable(index, "Level", 1.5)
            await server.nodes.server.set_event_notifier([])
            addresses = {
                "level": Address("{root}/Level", namespace=FOREIGN, sampling_ms=50),
                "trip": Address(condition="{root}", condition_name="Trip", namespace=FOREIGN),
            }
            async with Line(port, addresses).running() as one:
                await until(lambda: one.value("level") == 1.5, timeout_s=WAIT_S)
                at = one.tag("trip").index

                def told() -> list[int]:
                    found = [(batch, batch.index.tolist()) for batch in one.batches if batch.status is not None]
                    return [
                        int(batch.status[index.index(at)])
                        for batch, index in found
                        if at in index and batch.quality[index.index(at)] == Quality.CONFIGURATION
                    ]

                await until(lambda: bool(told()), timeout_s=WAIT_S)
                assert told() == [ua.StatusCodes.BadServiceUnsupported]
                assert one.link.connected
                with pytest.raises(WriteFailed, match="BadServiceUnsupported"):
                    await one.link.acknowledge(one.tag("trip"), "Ann", 1.0)

    asyncio.run(scenario())
