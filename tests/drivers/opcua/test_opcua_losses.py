"""Everything that ends a connection ends it soon, with a reason, and leaves nothing behind."""

from __future__ import annotations

import asyncio
import os
import time

import pytest

from drivers.opcua import client, session
from supervisor.clock import SystemClock
from supervisor.errors import LinkLost
from supervisor.link import Link
from supervisor.model import Quality
from tests import patience
from tests.drivers.opcua.plant import Plant, until


async def lost(task: asyncio.Task[None], within_s: float) -> LinkLost:
    """The LinkLost a driver ends with; fails where it takes longer or ends otherwise."""
    await patience.until(task.done, within_s, "the link is lost")
    error = task.exception()
    assert isinstance(error, LinkLost)
    return error


def test_that_a_server_that_goes_is_noticed_at_once_and_used_again_when_it_is_back() -> None:
    async def scenario() -> None:
        plant = Plant()
        async with plant.running() as task:
            plant.set("level", 3.0)
            await plant.server.stop()
            await lost(task, within_s=0.5)
            assert plant.traffic.errors == {"lost": 1}
            await plant.server.start()
            again = plant.run()
            await until(lambda: plant.value("level") == 3.0, again)
            again.cancel()
            await asyncio.wait([again])

    asyncio.run(scenario())


def test_that_a_port_where_nobody_listens_is_a_loss_at_once() -> None:
    async def scenario() -> None:
        await lost(Plant().run(), within_s=0.5)

    asyncio.run(scenario())


@pytest.mark.slow
def test_that_a_server_that_goes_silent_is_noticed_within_four_seconds() -> None:
    async def scenario() -> None:
        plant = Plant(timeout_s=3.0)
        async with plant.running() as task:
            plant.server.misbehave({"silence": 1.0})
            reason = await lost(task, within_s=4.5)
            assert reason.quality is Quality.TIMEOUT
            assert "no answer within 3 s" in str(reason)

    asyncio.run(scenario())


def test_that_a_server_that_accepts_and_says_nothing_is_a_loss_after_the_timeout() -> None:
    async def scenario() -> None:
        plant = Plant(timeout_s=0.3)
        await plant.server.start()
        plant.server.misbehave({"silence": 1.0})
        reason = await lost(plant.run(), within_s=1.0)
        assert reason.quality is Quality.TIMEOUT
        await plant.server.stop()

    asyncio.run(scenario())


@pytest.mark.parametrize("connected", [True, False])
def test_that_nonsense_on_the_wire_is_a_loss(connected: bool) -> None:
    async def scenario() -> None:
        plant = Plant(timeout_s=1.0)
        async with plant.running() as task:
            plant.server.misbehave({"garbage": 1.0})
            reason = await lost(task, within_s=3.0)
            assert str(reason)
            if not connected:
                await lost(plant.run(), within_s=1.5)

    asyncio.run(scenario())


@pytest.mark.slow
def test_that_a_slow_server_is_not_a_lost_one() -> None:
    async def scenario() -> None:
        plant = Plant(timeout_s=1.0)
        async with plant.running() as task:
            plant.server.misbehave({"late": 0.6})
            await asyncio.sleep(3.0)
            plant.set("level", 8.0)
            await plant.server.push()
            await until(lambda: plant.value("level") == 8.0, task)

    asyncio.run(scenario())


def test_that_a_subscription_the_server_forgot_is_made_anew_and_the_link_stays() -> None:
    async def scenario() -> None:
        plant = Plant(timeout_s=2.0)
        async with plant.running() as task:
            service = plant.server._server.iserver.subscription_service
            await service.delete_subscriptions(list(service.subscriptions))
            plant.set("level", 8.0)
            await plant.server.push()
            await until(lambda: plant.value("level") == 8.0, task, 20.0)
            assert plant.ups == 1
            assert plant.traffic.errors == {"subscription": 1}

    asyncio.run(scenario())


@pytest.mark.slow
def test_that_a_quiet_plant_stays_connected_and_its_channel_is_renewed(monkeypatch: pytest.MonkeyPatch) -> None:
    async def scenario() -> None:
        plant = Plant(timeout_s=2.0)
        async with plant.running() as task:
            await until(lambda: sum(renewals) >= 3, task, 30)
            assert not task.done()
            assert len(plant.batches) == 1
            plant.set("level", 8.0)
            await plant.server.push()
            await until(lambda: plant.value("level") == 8.0, task)
            assert plant.traffic.errors == {}

    renewals: list[int] = []
    revolve = client.SecureClient.open_secure_channel

    async def counted(self: object, renew: bool = False) -> None:
        renewals.append(renew)
        await revolve(self, renew)

    # short for a channel, and long for a machine that is busy: a token that ran out ends the connection
    monkeypatch.setattr(client, "CHANNEL_MS", 2500)
    monkeypatch.setattr(client.SecureClient, "open_secure_channel", counted)
    asyncio.run(scenario())


def test_that_a_cancelled_driver_closes_its_session_on_the_server() -> None:
    async def scenario() -> None:
        plant = Plant()
        async with plant.running() as task:
            service = plant.server._server.iserver.subscription_service
            assert len(service.subscriptions) == 1
            task.cancel()
            await asyncio.wait([task])
            assert task.cancelled()
            await until(lambda: not service.subscriptions, timeout_s=1.0)

    asyncio.run(scenario())


def sockets() -> int:
    return sum(os.readlink(f"/proc/self/fd/{fd}").startswith("socket") for fd in _open_files())


def _open_files() -> list[str]:
    return [fd for fd in os.listdir("/proc/self/fd") if os.path.lexists(f"/proc/self/fd/{fd}")]


@pytest.mark.slow
def test_that_fifty_cancellations_at_any_moment_leave_nothing_behind() -> None:
    async def scenario() -> None:
        plant = Plant()
        await plant.server.start()
        tasks, open_sockets = asyncio.all_tasks(), sockets()
        for number in range(50):
            task = plant.run()
            await asyncio.sleep(number * 0.001)
            task.cancel()
            started = time.monotonic()
            await asyncio.wait([task])
            assert task.cancelled()
            assert time.monotonic() - started < 1.0
        await until(lambda: sockets() <= open_sockets, timeout_s=2.0)
        await until(lambda: not plant.server._relay.fronts, timeout_s=2.0)
        mine = {each for each in asyncio.all_tasks() - tasks if "asyncua/server" not in str(each.get_coro())}
        assert not {each for each in mine if "drivers/" in str(each) or "asyncua/client" in str(each)}
        await plant.server.stop()

    asyncio.run(scenario())


@pytest.mark.slow
def test_that_fifty_cuts_leave_nothing_behind() -> None:
    async def scenario() -> None:
        plant = Plant(timeout_s=10.0)  # the cuts are what ends a connection here, never a machine that is busy
        await plant.server.start()
        open_sockets = sockets()
        for number in range(50):
            plant.ups = 0
            task = plant.run()
            await until(lambda: plant.ups > 0)
            if number % 2:
                await asyncio.sleep(0.01)
            for front in list(plant.server._relay.fronts):
                front.cut()
            await lost(task, within_s=0.5)
        await until(lambda: sockets() <= open_sockets, timeout_s=2.0)
        await plant.server.stop()
        assert len(asyncio.all_tasks()) == 1

    asyncio.run(scenario())


def test_that_the_link_brings_a_restarted_server_back(monkeypatch: pytest.MonkeyPatch) -> None:
    async def scenario() -> None:
        plant = Plant()
        spec = plant.site.links["L"]
        link = Link(spec, plant.site.tags, plant.driver, plant.traffic, plant.batches.append, SystemClock())
        await plant.server.start()
        task = asyncio.create_task(link.run())
        await until(lambda: link.connected and plant.value("level") == 0.0)
        await plant.server.stop()
        await until(lambda: plant.last("level")[1] == Quality.NOT_CONNECTED)
        plant.set("level", 9.0)
        await plant.server.start()
        await until(lambda: plant.value("level") == 9.0)
        assert link.reconnects == 1
        task.cancel()
        await asyncio.wait([task])
        await plant.server.stop()

    asyncio.run(scenario())


def test_that_the_round_trip_is_measured_every_second(monkeypatch: pytest.MonkeyPatch) -> None:
    async def scenario() -> None:
        plant = Plant()
        async with plant.running() as task:
            plant.traffic.round_trips.clear()
            await until(lambda: len(plant.traffic.round_trips) >= 3, task)
            assert all(0 < seconds < 1 for seconds in plant.traffic.round_trips)

    monkeypatch.setattr(session, "WATCH_S", 0.05)
    asyncio.run(scenario())
