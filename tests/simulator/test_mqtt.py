"""The devices of the demo city over MQTT, heard by the very driver of Vigie, and the broker beneath them."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator

import msgspec
import pytest

from simulator.broker import Broker, Kind, kinds
from simulator.mqtt import MqttDevices
from simulator.peer import Peer
from simulator.world import Rejected, World
from supervisor.clock import SECOND, SystemClock
from supervisor.errors import Unavailable
from supervisor.link import Link
from supervisor.model import Quality, Site
from tests.drivers.mqtt import town
from tests.drivers.mqtt.town import Listening, listening, until
from tests.ports import free_port

THINGS = {
    "LA": ("line", {"line": "A"}),
    "T7": town.tram(7),
    "T8": town.tram(8),
    "C1": ("container", {"application": "bins", "dev_eui": "24e124713c10106f"}),
    "PK": ("park", {"group": "stationnement", "node": "PK-01"}),
    "PD": ("park", {"group": "stationnement", "node": "PK-01", "device": "annexe"}),
    "LM": ("lamp", {"lamp": "1"}),
}


ENVELOPE = {"desi", "dir", "oper", "veh", "tst", "tsi", "spd", "hdg", "lat", "long", "acc", "dl", "odo", "drst"} | {
    "oday", "jrn", "line", "start", "loc", "stop", "route", "occu",
}  # fmt: skip
"""Source: HFP v2, payload."""
PARENT = """
from simulator.broker import Broker, Kind
Broker({port}, Kind("{kind}")).start()
print("up", flush=True)
input()
"""


class Town:
    """A world on the wire, stepped by hand, and the driver that hears it."""

    def __init__(self, plant: Site, ear: Listening, devices: MqttDevices, world: World) -> None:
        self.plant, self.ear, self.devices, self.world = plant, ear, devices, world

    def set(self, tag: str, value: float | str) -> None:
        index = self.plant.tag_by_id[tag].index
        if isinstance(value, str):
            self.world.text[index] = value
        else:
            self.world.value[index] = value

    async def step(self) -> None:
        """A second of the world's time."""
        self.world.time = time.time_ns()
        await self.devices.push()

    async def until(self, condition, timeout_s: float = 8.0) -> None:
        deadline = time.monotonic() + timeout_s
        while not condition():
            assert time.monotonic() < deadline, "it did not come true in time"
            await self.step()
            await asyncio.sleep(0.1)


def world_of(plant: Site) -> World:
    world = World(plant)
    world.time = time.time_ns()
    values = {"T7.latitude": 47.4736, "T7.longitude": -0.5541, "T7.speed": 36.0, "T7.lateness": 95.0, "T7.doors": 1.0}
    values |= {"T7.direction": 1.0, "C1.fill": 71.5, "C1.tilt": 1.0, "C1.rssi": -103.0, "LA.service": 1.0}
    values |= {"LA.headway": 6.5, "PK.free": 120.0, "PK.offset": -5.0, "PK.entries": 4321.0, "PD.free": 12.0}
    values |= {"LM.level": 60.0}
    for tag, value in values.items():
        world.value[plant.tag_by_id[tag].index] = value
    for tag, text in (
        ("T7.next_stop", "Ralliement"),
        ("T7.headsign", "Roseraie"),
        ("LA.message", "Travaux"),
        ("PK.name", "R"),
    ):
        world.text[plant.tag_by_id[tag].index] = text
    return world


@contextlib.asynccontextmanager
async def running(kind: Kind | None = None) -> AsyncIterator[Town]:
    plant = town.site(town.link(free_port()), THINGS)
    world = world_of(plant)
    devices = MqttDevices(plant.links["L"], plant.tags, world, kind)
    await devices.start()
    try:
        async with listening(plant) as ear:
            yield Town(plant, ear, devices, world)
    finally:
        await devices.stop()


@pytest.mark.parametrize("kind", kinds())
def test_that_every_device_is_read_as_the_world_has_it(kind):
    async def scenario() -> None:
        async with running(kind) as city:
            ear = city.ear
            await city.until(lambda: ear.quality("T7.speed") == Quality.GOOD and ear.quality("PD.free") == Quality.GOOD)
            await city.until(lambda: ear.quality("LA.service") == Quality.GOOD)
            for tag in ("T7.latitude", "T7.longitude", "T7.speed", "T7.lateness", "T7.doors", "T7.direction"):
                assert ear.value(tag) == pytest.approx(city.world.value[city.plant.tag_by_id[tag].index]), tag
            assert ear.text("T7.next_stop") == "Ralliement"
            assert ear.text("T7.headsign") == "Roseraie"
            assert abs(ear.time("T7.speed") - time.time_ns()) < 5 * SECOND
            assert (ear.value("LA.service"), ear.value("LA.headway"), ear.text("LA.message")) == (1.0, 6.5, "Travaux")
            assert (ear.value("PK.free"), ear.value("PK.offset"), ear.value("PK.entries")) == (120.0, -5.0, 4321.0)
            assert (ear.value("PK.online"), ear.value("PD.free"), ear.value("PD.online")) == (1.0, 12.0, 1.0)
            city.devices._speakers = [s for s in city.devices._speakers if s.equipment.id == "C1"]
            for speaker in city.devices._speakers:
                speaker.hurry()  # the uplinks at the start were before anybody listened
            await city.until(lambda: ear.quality("C1.fill") == Quality.GOOD)
            assert (ear.value("C1.fill"), ear.value("C1.tilt"), ear.value("C1.rssi")) == (71.5, 1.0, -103.0)
            assert not ear.traffic.errors

    asyncio.run(scenario())


def test_that_what_goes_over_the_wire_has_the_full_envelope_of_the_real_thing():
    heard: dict[str, bytes] = {}

    async def scenario() -> None:
        async with running() as city:
            port = city.devices._broker.port
            peer = Peer(
                "ear", port, ("/hfp/#", "application/#"), lambda topic, payload: heard.__setitem__(topic, payload)
            )
            assert await peer.open()
            for speaker in city.devices._speakers:
                speaker.hurry()
            await city.until(lambda: len(heard) >= 3)
            await peer.close()

    asyncio.run(scenario())
    topic, payload = next((t, p) for t, p in heard.items() if "/0049/00007/" in t)
    levels = topic.split("/")
    assert levels[:9] == ["", "hfp", "v2", "journey", "ongoing", "vp", "tram", "0049", "00007"]
    assert (levels[10], levels[11], levels[13]) == ("1", "Roseraie", "Ralliement")
    assert levels[14] in set("012345")  # how much of the place is new since the last message; source: HFP v2
    assert levels[15:19] == ["47;-0", "45", "75", "34"]
    assert len(levels) == 20
    body = msgspec.json.decode(payload)["VP"]
    assert set(body) >= ENVELOPE
    assert (body["dir"], body["dl"], body["drst"], body["spd"]) == ("1", -95, 1, 10)
    uplink = msgspec.json.decode(heard["application/bins/device/24e124713c10106f/event/up"])
    assert {"deduplicationId", "time", "deviceInfo", "fCnt", "fPort", "data", "object", "rxInfo"} <= set(uplink)
    assert uplink["deviceInfo"]["devEui"] == "24e124713c10106f"


def test_that_a_write_reaches_the_world_and_comes_back_and_a_declined_one_does_not():
    async def scenario() -> None:
        async with running() as city:
            await city.until(lambda: city.ear.quality("PK.sign") == Quality.GOOD)
            await city.ear.write("PK.sign", 1.0)
            await until(lambda: city.ear.value("PK.sign") == 1.0, 1.0)  # at once, not at the next step
            await city.ear.write("LM.level", 80.0)
            await city.ear.write("LM.order", 1.0)
            await city.until(lambda: city.ear.value("LM.level") == 40.0)
            await city.until(lambda: city.ear.value("LM.order") == 1.0)
            city.devices.misbehave({"refuse": 1})
            await city.ear.write("PK.sign", 0.0)
            await city.ear.write("LM.level", 20.0)
            city.world.on_write(city.plant.tag_by_id["LM.order"], decline)
            await asyncio.sleep(0.3)
            city.devices.misbehave({})
            await city.ear.write("LM.order", 0.0)
            await city.step()
            assert [city.ear.value(tag) for tag in ("PK.sign", "LM.level", "LM.order")] == [1.0, 40.0, 1.0]

    def decline(value: float) -> None:
        raise Rejected("a hand is on the switch")

    asyncio.run(scenario())


def test_that_a_node_which_vanishes_dies_by_its_will_and_replays_what_it_missed():
    async def scenario() -> None:
        async with running() as city:
            ear = city.ear
            await city.until(lambda: ear.value("PK.online") == 1.0 and ear.quality("PD.free") == Quality.GOOD)
            city.devices.vanish({"PK"})
            await city.until(lambda: ear.quality("PK.free") == Quality.NOT_CONNECTED)
            assert ear.value("PK.online") == 0.0
            assert ear.quality("PD.free") == Quality.NOT_CONNECTED
            city.set("PK.free", 99.0)
            await city.step()
            city.set("PK.free", 98.0)
            city.devices.vanish(())
            await city.until(lambda: ear.value("PK.free") == 98.0)
            await until(lambda: any(batch.historical for batch in ear.batches))
            assert 99.0 in [v for batch in ear.batches if batch.historical for v in batch.value.tolist()]
            assert ear.value("PK.online") == 1.0

    asyncio.run(scenario())


def test_that_a_vehicle_which_vanishes_says_nothing_while_the_others_go_on():
    async def scenario() -> None:
        async with running() as city:
            await city.until(lambda: city.ear.quality("T7.speed") == Quality.GOOD)
            city.devices.vanish({"T7"})
            last = city.ear.time("T7.speed")
            other = city.ear.time("T8.speed")
            await city.until(lambda: city.ear.time("T8.speed") > other + SECOND)
            assert city.ear.time("T7.speed") <= last + SECOND

    asyncio.run(scenario())


def test_that_garbage_and_lateness_reach_the_driver_as_such():
    async def scenario() -> None:
        async with running() as city:
            await city.until(lambda: city.ear.quality("T7.speed") == Quality.GOOD)
            city.devices.misbehave({"garbage": 1.0})
            await city.until(lambda: city.ear.traffic.errors.get("garbage", 0) >= 2)
            city.devices.misbehave({"late": 3600.0})
            sent = time.time_ns()
            await city.until(
                lambda: any(b.source_time.min() < sent - 3000 * SECOND for b in city.ear.batches if len(b))
            )

    asyncio.run(scenario())


def test_that_a_dropped_broker_comes_back_with_all_its_devices():
    async def scenario() -> None:
        plant = town.site(town.link(free_port()), THINGS)
        world, ear = world_of(plant), Listening(plant)
        devices = MqttDevices(plant.links["L"], plant.tags, world)
        city = Town(plant, ear, devices, world)
        await devices.start()
        link = Link(plant.links["L"], plant.tags, ear.driver, ear.traffic, ear.publish, SystemClock())
        task = asyncio.create_task(link.run())
        await city.until(lambda: ear.quality("PK.free") == Quality.GOOD)
        devices.misbehave({"drop": 1})
        await city.until(lambda: not link.connected)
        assert ear.quality("PK.free") == Quality.NOT_CONNECTED
        devices.misbehave({})
        await city.until(lambda: ear.quality("PK.free") == Quality.GOOD and ear.quality("T7.speed") == Quality.GOOD)
        task.cancel()
        await asyncio.wait([task])
        await devices.stop()

    asyncio.run(scenario())


@pytest.mark.parametrize("kind", kinds())
def test_that_a_broker_starts_stops_and_starts_again_on_its_port(kind):
    broker = Broker(free_port(), kind)
    for _ in range(2):
        broker.start()
        with socket.create_connection(("127.0.0.1", broker.port), 1.0):
            pass
        broker.stop()
        with pytest.raises(ConnectionRefusedError), socket.create_connection(("127.0.0.1", broker.port), 1.0):
            pass


def test_that_a_port_in_use_is_one_sentence():
    with socket.create_server(("127.0.0.1", 0)) as other, pytest.raises(Unavailable, match="in use"):
        Broker(other.getsockname()[1]).start()


@pytest.mark.skipif(os.name != "posix", reason="kills its parent by a signal")
@pytest.mark.parametrize("kind", kinds())
def test_that_a_broker_dies_with_a_parent_that_is_killed(kind):
    port = free_port()
    script = PARENT.format(port=port, kind=kind)
    parent = subprocess.Popen([sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert parent.stdout is not None
    assert parent.stdin is not None
    with parent.stdout, parent.stdin:
        assert parent.stdout.readline() == b"up\n"
        parent.send_signal(signal.SIGKILL)
        parent.wait()
    deadline = time.monotonic() + 5.0
    while time.monotonic() < deadline:
        try:
            with socket.create_connection(("127.0.0.1", port), 0.2):
                time.sleep(0.05)
        except OSError:
            return
    pytest.fail("the broker outlived its parent")
