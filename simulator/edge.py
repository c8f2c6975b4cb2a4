"""EdgeNode: a Sparkplug B edge node with its devices, by the book: will, bdSeq, seq, aliases, births, commands.

What it could not send while it was away it sends after its birth as historical.
"""

from __future__ import annotations

import random
from collections import deque
from collections.abc import Sequence

from drivers.mqtt.address import ONLINE, fill
from drivers.mqtt.sparkplug import BDSEQ, MS, REBIRTH, Metric, Topic, Type, decode, encode, value_of
from simulator.peer import Peer
from simulator.speakers import Carried
from simulator.world import Rejected, World
from supervisor.clock import SECOND
from supervisor.model import Equipment, Kind, Tag

BUFFERED = 600
"""Samples kept while away."""


class EdgeNode:
    """See the module. `carried` are the tags of one group and node."""

    def __init__(self, carried: Sequence[Carried], world: World, port: int) -> None:
        args = carried[0].tag.equipment.args
        self._group, self._name = fill("{group}", args), fill("{node}", args)
        self._world = world
        self.equipment = {row.tag.equipment.id for row in carried}
        self._rows = [row for row in map(_Row, carried, range(1, len(carried) + 1)) if row.name != ONLINE]
        self._by_alias = {row.alias: row for row in self._rows}
        self._by_name = {(row.device, row.name): row for row in self._rows}
        filters = [f"spBv1.0/{self._group}/{kind}/{self._name}{tail}" for kind, tail in (("NCMD", ""), ("DCMD", "/#"))]
        self._peer = Peer(f"{self._group}-{self._name}", port, filters, self.hear)
        self._bdseq = -1
        self._seq = 0
        self._sent = 0
        """The stamp of the last message."""
        self._history: deque[tuple[_Row, Metric]] = deque(maxlen=BUFFERED)
        self.late_s = 0.0
        self.refusing = False
        self.garbled = 0.0
        """Share of its data that is nonsense."""

    async def push(self, present: bool) -> None:
        """What changed goes out as data; a node that is not `present` loses its connection without a word."""
        if not present:
            await self._peer.close(abrupt=True)
        elif not self._peer.connected and await self._open():
            self._birth()
        moved = [row for row in self._rows if row.moved(self._world)]
        if self._peer.connected:
            self._send(moved)
        else:
            self._history += [(row, row.metric(self._world, self._time())) for row in moved]

    async def stop(self) -> None:
        """A clean end: the death certificate goes out by its own hand."""
        self._peer.publish(str(Topic(self._group, "NDEATH", self._name)), self._death(), qos=1)
        await self._peer.close()

    def hear(self, topic: str, payload: bytes) -> None:
        """A command to the node or to a device of it; one that makes no sense is ignored, as real ones do."""
        device = topic.split("/")[4] if topic.count("/") > 3 else ""
        try:
            metrics = decode(payload).metrics
            for metric in metrics:
                if metric.name == REBIRTH and metric.boolean_value:
                    self._birth()
                    continue
                row = self._by_name.get((device, metric.name)) or self._by_alias.get(metric.alias)
                if row and row.writable and not self.refusing:
                    value = value_of(metric, metric.datatype or row.type)
                    self._take(row, value)
        except (ValueError, Rejected):
            return

    async def _open(self) -> bool:
        self._bdseq = (self._bdseq + 1) % 256
        return await self._peer.open((str(Topic(self._group, "NDEATH", self._name)), self._death()))

    def _take(self, row: _Row, value: float | str | None) -> None:
        source = row.tag.tag.source
        if source and isinstance(value, (int, float)):
            self._world.write(row.tag.tag, value * source.scale + source.offset)
            self._send([row])

    def _birth(self) -> None:
        """Node first, then its devices, each with every metric: name, alias, datatype, value."""
        time = self._time()
        own = [Metric(BDSEQ, Type.INT64, float(self._bdseq)), Metric(REBIRTH, Type.BOOLEAN, 0.0)]
        self._seq = -1
        for device in sorted({""} | {row.device for row in self._rows}):
            born = [row.metric(self._world, time, named=True) for row in self._rows if row.device == device]
            self._say("DBIRTH" if device else "NBIRTH", device, born if device else own + born)
        self._replay()

    def _replay(self) -> None:
        while self._history:
            row, metric = self._history.popleft()
            self._say("DDATA" if row.device else "NDATA", row.device, [metric._replace(historical=True)])

    def _send(self, rows: Sequence[_Row]) -> None:
        time = self._time()
        for device in sorted({row.device for row in rows}):
            metrics = [row.metric(self._world, time) for row in rows if row.device == device]
            self._say("DDATA" if device else "NDATA", device, metrics)

    def _say(self, kind: str, device: str, metrics: Sequence[Metric]) -> None:
        self._seq = (self._seq + 1) % 256
        # a birth gives the datatypes, data leave them out (tck-id-payloads-metric-datatype-not-req)
        payload = encode(metrics, self._stamp(), self._seq, typed=kind.endswith("BIRTH"))
        if random.random() < self.garbled:
            payload = random.randbytes(len(payload))
        self._peer.publish(str(Topic(self._group, kind, self._name, device)), payload)

    def _stamp(self) -> int:
        """When a message is sent, ms: the world moves in steps, and no two messages of one node are of one instant."""
        self._sent = max(self._sent + 1, self._time() // MS) if not self.late_s else self._time() // MS
        return self._sent

    def _death(self) -> bytes:
        return encode([Metric(BDSEQ, Type.INT64, float(max(self._bdseq, 0)))], self._time() // MS)

    def _time(self) -> int:
        return self._world.time - round(self.late_s * SECOND)


class _Row:
    """One metric of the node."""

    def __init__(self, carried: Carried, alias: int) -> None:
        self.tag = carried
        self.alias = alias
        equipment: Equipment = carried.tag.equipment
        self.device = equipment.args.get("device", "")
        self.name = fill(carried.address.path, equipment.args)
        self.type = _type(carried.tag)
        self.writable = bool(carried.tag.source and carried.tag.source.writable)
        self._sent: float | str | None = None

    def value(self, world: World) -> float | str | None:
        tag = self.tag.tag
        if tag.spec.kind is Kind.TEXT:
            return world.text.get(tag.index, "")
        value = float(world.value[tag.index])
        if tag.source is None or value != value:
            return None
        raw = (value - tag.source.offset) / tag.source.scale
        return float(round(raw)) if self.type in (Type.INT32, Type.INT64) else raw

    def moved(self, world: World) -> bool:
        return self.value(world) != self._sent

    def metric(self, world: World, time: int, named: bool = False) -> Metric:
        """Births name it; data carry the alias alone."""
        self._sent = self.value(world)
        return Metric(self.name if named else "", self.type, self._sent, self.alias, time // MS)


def _type(tag: Tag) -> Type:
    if tag.spec.kind is Kind.TEXT:
        return Type.STRING
    if tag.spec.kind is Kind.BOOLEAN:
        return Type.BOOLEAN
    if tag.spec.kind is Kind.COUNTER:
        return Type.INT64 if tag.spec.decimals == 0 else Type.DOUBLE
    whole = tag.spec.kind is Kind.ENUM or tag.spec.decimals == 0
    return Type.INT32 if whole else Type.DOUBLE
