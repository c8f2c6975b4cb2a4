"""A small site of one MQTT link, made of model objects, and the driver running on it."""

from __future__ import annotations

import asyncio
import contextlib
import shutil
import socket
import subprocess
import time
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from pathlib import Path

from drivers.mqtt import PROTOCOL
from drivers.mqtt.driver import MqttDriver
from simulator.peer import Peer
from supervisor.clock import SystemClock
from supervisor.driver import Traffic
from supervisor.flow import Batch
from supervisor.model import Equipment, EquipmentType, Kind, LinkSpec, Quality, Site, Source, State, Tag, TagSpec, Text
from supervisor.table import TagTable
from supervisor.vault import Vault
from tests import patience

HERE = Text("ici", "here")
HFP = {"format": "hfp", "topic": "/hfp/v2/journey/ongoing/vp/tram/{operator}/{vehicle}/#"}
PROBE = {"format": "chirpstack", "topic": "application/{application}/device/{dev_eui}/event/up"}
LINE = {"format": "json", "topic": "saeiv/line/{line}", "time": "ts:ms"}
PARK = {"format": "sparkplug"}
DIM = "lamp/{lamp}/dim"
LAMP = {"write_topic": "lamp/{lamp}/set", "write_payload": '{"o":"{state}"}'}

# type -> tag -> (kind, scale, the row of tags.csv)
CARRIED: dict[str, dict[str, tuple[Kind, float, Mapping[str, str]]]] = {
    "tram": {
        "latitude": (Kind.NUMBER, 1, HFP | {"path": "VP.lat"}),
        "longitude": (Kind.NUMBER, 1, HFP | {"path": "VP.long"}),
        "speed": (Kind.NUMBER, 3.6, HFP | {"path": "VP.spd"}),
        "heading": (Kind.NUMBER, 1, HFP | {"path": "VP.hdg"}),
        "lateness": (Kind.NUMBER, -1, HFP | {"path": "VP.dl"}),
        "doors": (Kind.BOOLEAN, 1, HFP | {"path": "VP.drst"}),
        "occupancy": (Kind.NUMBER, 1, HFP | {"path": "VP.occu"}),
        "odometer": (Kind.NUMBER, 1, HFP | {"path": "VP.odo"}),
        "direction": (Kind.ENUM, 1, HFP | {"path": "VP.dir"}),
        "next_stop": (Kind.TEXT, 1, HFP | {"path": "topic.next_stop"}),
        "headsign": (Kind.TEXT, 1, HFP | {"path": "topic.headsign"}),
    },
    "container": {
        "fill": (Kind.NUMBER, 1, PROBE | {"path": "fill"}),
        "tilt": (Kind.BOOLEAN, 1, PROBE | {"path": "tilt"}),
        "rssi": (Kind.NUMBER, 1, PROBE | {"path": "rxInfo.0.rssi"}),
    },
    "line": {
        "service": (Kind.ENUM, 1, LINE | {"path": "service"}),
        "headway": (Kind.NUMBER, 1, LINE | {"path": "headway"}),
        "message": (Kind.TEXT, 1, LINE | {"path": "message"}),
    },
    "park": {
        "free": (Kind.NUMBER, 1, PARK | {"path": "Places/Free"}),
        "offset": (Kind.NUMBER, 1, PARK | {"path": "Offset"}),
        "entries": (Kind.COUNTER, 1, PARK | {"path": "Entries"}),
        "name": (Kind.TEXT, 1, PARK | {"path": "Name"}),
        "sign": (Kind.ENUM, 1, PARK | {"path": "Sign/State"}),
        "online": (Kind.BOOLEAN, 1, PARK | {"path": "@online"}),
    },
    "lamp": {
        "level": (Kind.NUMBER, 0.5, {"format": "plain", "topic": "lamp/{lamp}/level", "write_topic": DIM}),
        "order": (Kind.BOOLEAN, 1, LAMP | {"topic": "lamp/{lamp}/state", "path": "order"}),
    },
}  # fmt: skip
STATES = {
    "order": (State(0, "off", HERE), State(1, "on", HERE)),
    "sign": (State(0, "open", HERE), State(1, "full", HERE)),
}


def link(port: int, user: str = "", scheme: str = "mqtt", host: str = "127.0.0.1", **settings: str) -> LinkSpec:
    who = f"{user}@" if user else ""
    return LinkSpec("L", HERE, "mqtt", f"{scheme}://{who}{host}:{port}", "", PROTOCOL.settings(settings))


def site(spec: LinkSpec, things: Mapping[str, tuple[str, Mapping[str, str]]], stale_s: float = 0.0) -> Site:
    """`things`: equipment id -> its type and arguments."""
    types = {name: _type(name) for name in CARRIED}
    equipment: list[Equipment] = []
    tags: list[Tag] = []
    for name, (kind, args) in things.items():
        thing = Equipment(len(equipment), name, HERE, types[kind], "", "transit", spec.id, args=args, pack=kind)
        equipment.append(thing)
        for tag, (_, scale, row) in CARRIED[kind].items():
            source = Source(tag, True, True, scale, 0.0, PROTOCOL.address(row))
            tags.append(Tag(len(tags), thing, types[kind].tags[tag], spec.id, source, stale_s))
    return Site(
        "test", HERE, Path(), "Europe/Paris", 47.47, -0.55, "fr", {}, {}, types, {}, {spec.id: spec},
        tuple(equipment), tuple(tags), (), {}, "",
    )  # fmt: skip


def device(
    rows: Mapping[str, Mapping[str, str]],
    kinds: Mapping[str, Kind] | None = None,
    spec: LinkSpec | None = None,
    stale_s: float = 0.0,
    **args: str,
) -> Site:
    """One equipment "E" with the tags that `rows` of tags.csv describe; numbers but for `kinds`."""
    specs = {
        name: TagSpec(name, HERE, (kinds or {}).get(name, Kind.NUMBER), states=STATES.get(name, ())) for name in rows
    }
    kind = EquipmentType("thing", HERE, "transit", specs)
    spec = spec or link(1883)
    thing = Equipment(0, "E", HERE, kind, "", "transit", spec.id, args=args, pack="thing")
    tags = tuple(
        Tag(n, thing, specs[name], spec.id, Source(name, True, True, 1.0, 0.0, PROTOCOL.address(row)), stale_s)
        for n, (name, row) in enumerate(rows.items())
    )
    return Site(
        "test", HERE, Path(), "Europe/Paris", 47.47, -0.55, "fr", {}, {}, {"thing": kind}, {}, {spec.id: spec},
        (thing,), tags, (), {}, "",
    )  # fmt: skip


def tram(number: int) -> tuple[str, dict[str, str]]:
    return "tram", {"operator": "0049", "vehicle": f"{number:05}"}


def _type(name: str) -> EquipmentType:
    specs = {
        tag: TagSpec(
            tag, HERE, kind, decimals=0 if tag in ("free", "offset", "entries") else 1, states=STATES.get(tag, ())
        )
        for tag, (kind, _, _) in CARRIED[name].items()
    }
    return EquipmentType(name, HERE, "transit", specs)


class Listening:
    """A driver at work: what it published is in the table."""

    def __init__(self, plant: Site, vault: Vault | None = None) -> None:
        self.plant = plant
        self.traffic = Traffic()
        self.table = TagTable(plant.tags)
        self.batches: list[Batch] = []
        self.ups = 0
        spec = plant.links["L"]
        self.driver: MqttDriver = PROTOCOL.driver(spec, plant.tags, SystemClock(), self.traffic, vault or Vault(Path()))  # type: ignore[assignment]

    def publish(self, batch: Batch) -> None:
        self.batches.append(batch)
        for part in batch.rounds():
            self.table.apply(part, time.time_ns())

    def up(self) -> None:
        self.ups += 1

    def value(self, tag: str) -> float:
        return float(self.table.columns["value"][self.plant.tag_by_id[tag].index])

    def quality(self, tag: str) -> Quality:
        return Quality(int(self.table.columns["quality"][self.plant.tag_by_id[tag].index]))

    def time(self, tag: str) -> int:
        return int(self.table.columns["source_time"][self.plant.tag_by_id[tag].index])

    def text(self, tag: str) -> str:
        return self.table.texts.text(self.value(tag))

    async def write(self, tag: str, raw: float, timeout_s: float = 2.0) -> None:
        await self.driver.write(self.plant.tag_by_id[tag], raw, timeout_s)


@contextlib.asynccontextmanager
async def listening(plant: Site, vault: Vault | None = None) -> AsyncIterator[Listening]:
    """The driver, once it is up; cancelled at the end."""
    ear = Listening(plant, vault)
    task = asyncio.create_task(ear.driver.run(ear.publish, ear.up))
    try:
        await until(lambda: ear.ups == 1 or task.done())
        yield ear
    finally:
        task.cancel()
        await asyncio.wait([task])
        if not task.cancelled():
            await task


async def introduce(peer: Peer, will: tuple[str, bytes] | None = None) -> None:
    """Open a peer, which gives up after two seconds: too soon for a busy machine."""
    for _ in range(10):
        if await peer.open(will):
            return
    raise AssertionError("the broker lets no peer in")


async def until(condition: Callable[[], object], timeout_s: float = 20.0) -> None:
    """Wait for `condition`, which must come true in time."""
    await patience.until(condition, timeout_s)


@contextlib.contextmanager
def mosquitto(
    port: int, folder: Path, access: str = "", words: Sequence[str] = ("allow_anonymous true",)
) -> Iterator[subprocess.Popen[bytes]]:
    """A broker of the test's own that it may stop, freeze and forbid things with.

    `access` are lines of an ACL file, `words` further lines of the configuration.
    """
    folder.mkdir(parents=True, exist_ok=True)
    lines = [f"listener {port} 127.0.0.1", "persistence false", "user root", *words]
    if access:
        (folder / "acl").write_text(access)
        (folder / "acl").chmod(0o600)
        lines += [f"acl_file {folder / 'acl'}"]
    (folder / "conf").write_text("\n".join(lines) + "\n")
    programme = shutil.which("mosquitto") or "/usr/sbin/mosquitto"
    process = subprocess.Popen([programme, "-c", str(folder / "conf")], stderr=subprocess.DEVNULL)
    try:
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline:
            assert process.poll() is None, "mosquitto did not start"
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 0.2):
                break
            time.sleep(0.02)
        yield process
    finally:
        process.kill()
        process.wait()
