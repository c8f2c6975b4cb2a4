"""What was told and not heard is found again: lost notifications, cut connections, holes in the history."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from drivers.opcua import history
from drivers.opcua.address import Address, Settings
from drivers.opcua.subscription import Subscription
from simulator.relay import Relay
from supervisor.errors import WriteFailed, WriteUnknown
from supervisor.model import Quality
from tests import peers
from tests.drivers.opcua.foreign import URI, Line
from tests.drivers.opcua.plant import Plant, until
from tests.ports import free_port


def at(path: str, **more: Any) -> Address:
    return Address(f"{{root}}/{path}", namespace=URI, sampling_ms=100, **more)


def swallow(plant: Plant, forget: bool) -> Callable[[], bool]:
    """The next notification of the server is lost on its way; whether it was. `forget`: the server keeps no copy."""
    (subscription,) = plant.server._server.iserver.subscription_service.subscriptions.values()
    forward, lost = subscription.pub_result_callback, []

    async def drop(result: Any, request: Any) -> None:
        if lost or not result.NotificationMessage.NotificationData:
            await forward(result, request)
            return
        lost.append(result)
        if forget:
            subscription._not_acknowledged_results.clear()
        subscription.pub_result_callback = forward

    subscription.pub_result_callback = drop
    return lambda: bool(lost)


@pytest.mark.parametrize("forget", [False, True], ids=["kept", "forgotten"])
def test_that_a_lost_notification_is_asked_for_again_or_all_is_read_anew(forget: bool) -> None:
    async def scenario() -> None:
        plant = Plant()
        async with plant.running() as task:
            await until(lambda: plant.value("hours") is not None, task)
            gone = swallow(plant, forget)
            plant.set("level", 5.0)
            await plant.server.push()
            await until(gone, task)
            plant.set("current", 12.0)
            plant.world.time += 10**9
            await plant.server.push()
            await until(lambda: (plant.value("current"), plant.value("level")) == (120.0, 5.0), task)
            assert plant.traffic.errors == {"gap": 1}

    asyncio.run(scenario())


def test_that_the_numbers_of_notifications_go_round() -> None:
    subscription = Subscription(1, 500.0, 0.5, 10.0, 0.0)
    assert (subscription.gap(1), subscription.expected) == ([], 1)
    assert (subscription.gap(4), subscription.expected) == ([1, 2, 3], 4)
    assert (subscription.gap(3), subscription.expected) == ([], 4)  # told again
    subscription.expected = 2**32 - 2
    assert (subscription.gap(2), subscription.expected) == ([2**32 - 2, 2**32 - 1, 1], 2)


def test_that_a_cut_connection_finds_its_subscription_again() -> None:
    async def scenario() -> None:
        plant = Plant(timeout_s=5.0)
        async with plant.running() as task:
            service = plant.server._server.iserver.subscription_service
            (number,) = service.subscriptions
            plant.server.misbehave({"drop": 1.0})
            await asyncio.wait([task])
            plant.set("level", 9.0)
            plant.server.misbehave({})
            await plant.server.push()
            again = plant.run()
            await until(lambda: plant.value("level") == 9.0, again)
            await until(lambda: plant.last("hours")[1] == Quality.GOOD, again)
            assert list(service.subscriptions) == [number]
            assert "subscription" not in plant.traffic.errors
            again.cancel()
            await asyncio.wait([again])

    asyncio.run(scenario())


def _peer_tags() -> dict[str, Address]:
    return {
        "level": at("Level", history=True),
        "fine": at("Level", deadband=5.0, percent=True),
        "name": at("Name", deadband=1.0),
        "second": at("Profile", element=(1,)),
        "goal": at("Goal"),
        "mode": at("Mode", history=True),
        "start": Address(method="{root}/Start", namespace=URI, returns="true"),
    }


@pytest.mark.slow
def test_that_a_server_of_node_opcua_is_spoken_to_in_all_these_ways(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def scenario(port: int, child: Any) -> None:
        relay = Relay("127.0.0.1", free_port())
        await relay.open(("127.0.0.1", port))
        settings = Settings(100.0, 4.0)
        line = Line(relay._address[1], _peer_tags(), {"name"}, {"goal", "start"}, settings)
        async with line.running():
            await until(lambda: all(line.rows(name) for name in _peer_tags() if name != "start"), timeout_s=30)
            assert (line.value("second"), line.value("name")) == (2.0, "Île de Gourdon")
            assert line.traffic.errors == {"filter": 1}
            await commands(line)
            await hole(line, relay)
            await frozen(line, child)
        await relay.close()

    monkeypatch.setattr(history, "SETTLE_S", 0.5)
    port = free_port()
    with peers.node("opcua_server.js", str(port), str(tmp_path)) as child:
        asyncio.run(scenario(port, child))


async def commands(line: Line) -> None:
    await line.link.write(line.tag("goal"), 7.5, 5.0)
    await until(lambda: line.value("goal") == 7.5)
    await line.link.write(line.tag("start"), 12.0, 5.0)
    await until(lambda: line.value("goal") == 12.0)
    with pytest.raises(WriteFailed, match="BadOutOfRange"):
        await line.link.write(line.tag("start"), 60.0, 5.0)


async def hole(line: Line, relay: Relay) -> None:
    """Cut for a second and a half; the server goes on, keeps the subscription and what it measured."""
    (before,) = line.driver._session.subscriptions.all
    cut = line.rows("level")[-1][2]
    relay.misbehave({"drop": 1.0})
    await until(lambda: not line.link.connected)
    await asyncio.sleep(1.5)
    relay.misbehave({})
    await relay.open(relay.server)
    await until(lambda: bool(line.rows("level", historical=True)), timeout_s=30)
    assert list(line.driver._session.subscriptions.all) == [before]
    past = [time for _, _, time in line.rows("level", historical=True)]
    assert past == sorted(past)
    assert past[0] > cut
    assert past[-1] - past[0] > 10**9
    assert line.traffic.errors.pop("history") == 1  # of Mode, which keeps none
    assert "subscription" not in line.traffic.errors


async def frozen(line: Line, child: Any) -> None:
    """It stops in the middle of everything, and goes on."""
    child.send_signal(signal.SIGSTOP)
    try:
        with pytest.raises(WriteUnknown, match="no answer"):
            await line.link.write(line.tag("start"), 20.0, 0.5)
        await until(lambda: not line.link.connected, timeout_s=20)
    finally:
        child.send_signal(signal.SIGCONT)
    seen = len(line.rows("level"))
    await until(lambda: line.link.connected and len(line.rows("level")) > seen + 2, timeout_s=40)
