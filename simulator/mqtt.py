"""MqttDevices: a broker and everything that speaks on it, for one link of the site.

Vehicles, probes and summaries share one client, the operations centre's; each Sparkplug node has its own, because a
node is a session. All that connects does it in `push`, so a broker that was away is found again within a step.
"""

from __future__ import annotations

import asyncio
import logging
import random
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from zoneinfo import ZoneInfo

from drivers.mqtt.address import STATE, VALUE, Address, Format, fill, parse_url
from simulator.broker import Broker, Kind
from simulator.edge import EdgeNode
from simulator.peer import Peer
from simulator.speakers import Carried, Probe, Speaker, Summary, Vehicle
from simulator.world import Rejected, World
from supervisor.model import LinkSpec, Tag

PAGERS = "astreinte/#"
"""Those on call carry a pager: a broker that speaks MQTT 5 refuses a notice to which nobody listens."""

log = logging.getLogger(__name__)


class MqttDevices:
    """See the module, and `simulator.world.Server`. Blocks nothing: the broker starts and stops in a thread."""

    def __init__(self, link: LinkSpec, tags: Sequence[Tag], world: World, broker: Kind | None = None) -> None:
        port = parse_url(link.url).port
        self._world = world
        self._broker = Broker(port, broker)
        self._running = False
        carried = list(_carried(tags))
        self._ears = {fill(a.write_topic, t.equipment.args): Carried(t, a) for t, a in carried if a.write_topic}
        self._speakers = list(_speakers(carried, world))
        self._nodes = _nodes(carried, world, port)
        self._centre = Peer(f"centre-{link.id}", port, [*self._ears, PAGERS], self._hear)
        self._mischief: Mapping[str, float] = {}
        self._vanished: frozenset[str] = frozenset()

    async def start(self) -> None:
        await asyncio.to_thread(self._broker.start)
        self._running = True
        await self.push()

    async def push(self) -> None:
        await self._settle()
        if "silence" in self._mischief:
            return
        if self._running and not self._centre.connected:
            await self._centre.open()
        for speaker in self._speakers:
            if self._present(speaker.equipment.id):
                self._speak(speaker)
        await asyncio.gather(*(node.push(self._all_present(node.equipment)) for node in self._nodes))

    async def stop(self) -> None:
        await asyncio.gather(*(node.stop() for node in self._nodes))
        await self._centre.close()
        if self._running:
            self._running = False
            await asyncio.to_thread(self._broker.stop)

    def misbehave(self, mischief: Mapping[str, float]) -> None:
        """Takes effect at the next `push`. "garbage" is the share of messages that are nonsense, 1 where above."""
        self._mischief = dict(mischief)
        for node in self._nodes:
            node.late_s = mischief.get("late", 0.0)
            node.refusing = "refuse" in mischief
            node.garbled = mischief.get("garbage", 0.0)

    def vanish(self, equipment: Collection[str]) -> None:
        """These equipment stop talking from the next `push` on, until called again without them."""
        self._vanished = frozenset(equipment)

    def _present(self, equipment: str) -> bool:
        return "vanish" not in self._mischief and equipment not in self._vanished

    def _all_present(self, equipment: Collection[str]) -> bool:
        return all(self._present(each) for each in equipment)

    async def _settle(self) -> None:
        """The broker as the mischief wants it."""
        wanted = "drop" not in self._mischief
        if wanted == self._running:
            return
        await asyncio.to_thread(self._broker.start if wanted else self._broker.stop)
        self._running = wanted

    def _speak(self, speaker: Speaker) -> None:
        for topic, payload, retain in speaker.speak(self._mischief.get("late", 0.0)):
            garbled = random.random() < self._mischief.get("garbage", 0.0)
            self._centre.publish(topic, random.randbytes(len(payload)) if garbled else payload, 0, retain)

    def _hear(self, topic: str, payload: bytes) -> None:
        """A write to a device without a session: taken, or declined in silence as such devices do."""
        ear = self._ears.get(topic)
        if ear is None or "refuse" in self._mischief or not self._present(ear.tag.equipment.id):
            return
        try:
            self._world.write(ear.tag, _written(ear, payload))
        except (ValueError, Rejected) as error:
            log.info("%s declines %r: %s", ear.tag.id, payload[:80], error)
            return
        for speaker in self._speakers:
            if speaker.equipment is ear.tag.equipment:
                speaker.hurry()


def _carried(tags: Sequence[Tag]) -> Iterator[Carried]:
    for tag in tags:
        if tag.source and isinstance(tag.source.address, Address):
            yield Carried(tag, tag.source.address)


def _speakers(carried: Sequence[Carried], world: World) -> Iterator[Speaker]:
    groups: dict[tuple[str, str, Format], list[Carried]] = {}
    for row in carried:
        if row.address.topic:
            key = (row.tag.equipment.id, row.address.topic, row.address.format)
            groups.setdefault(key, []).append(row)
    zone = ZoneInfo(world.site.zone)
    for (_, _, form), rows in groups.items():
        equipment = rows[0].tag.equipment
        if form is Format.HFP:
            yield Vehicle(equipment, rows, world, zone)
        elif form is Format.CHIRPSTACK:
            yield Probe(equipment, rows, world)
        else:
            yield Summary(equipment, rows, world)


def _nodes(carried: Sequence[Carried], world: World, port: int) -> list[EdgeNode]:
    groups: dict[tuple[str, str], list[Carried]] = {}
    for row in carried:
        if row.address.format is Format.SPARKPLUG:
            args = row.tag.equipment.args
            groups.setdefault((args.get("group", ""), args.get("node", "")), []).append(row)
    return [EdgeNode(rows, world, port) for rows in groups.values()]


def _written(ear: Carried, payload: bytes) -> float:
    """The value, in engineering units, that a payload made from the pack's template carries; ValueError if none."""
    template = re.escape(fill(ear.address.write_payload, {**ear.tag.equipment.args, VALUE: "\0", STATE: "\1"}))
    pattern = template.replace(re.escape("\0"), r"(?P<value>[-+.\deE]+)", 1).replace(
        re.escape("\1"), r"(?P<state>\w+)", 1
    )
    found = re.fullmatch(pattern, payload.decode("utf-8"))
    if found is None or ear.tag.source is None:
        raise ValueError("not what the template makes")
    words = found.groupdict()
    if "value" in words:
        return float(words["value"]) * ear.tag.source.scale + ear.tag.source.offset
    for state in ear.tag.spec.states:
        if state.id == words.get("state"):
            return float(state.value)
    raise ValueError("no such state")
