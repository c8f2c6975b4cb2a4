"""A Sparkplug host that is told messages one by one, for a node with one device, "d"."""

from __future__ import annotations

from drivers.mqtt.gather import Gather
from drivers.mqtt.nodes import Nodes
from drivers.mqtt.plan import address_of
from drivers.mqtt.sparkplug import MS, Metric, Topic, Type, encode
from supervisor.clock import SECOND
from supervisor.model import Quality
from tests.drivers.mqtt import town

NOW = 1_760_000_000 * SECOND
PLANT = town.site(
    town.link(1883),
    {"PK": ("park", {"group": "g", "node": "n"}), "PD": ("park", {"group": "g", "node": "n", "device": "d"})},
)
Row = tuple[str, float | str, int, bool]
"""Tag, value or text, quality, historical."""
FREE = Metric("", Type.INT32, 50.0, 1)
"""Data of PK.free, by its alias alone."""


class Host:
    """See the module. A moment passes before each message, so that no two have the same bytes."""

    def __init__(self, reorder_s: float = 2.0) -> None:
        self.nodes = Nodes()
        self.now = NOW
        for tag in PLANT.tags:
            self.nodes.add(tag, address_of(tag))
        self.nodes.connected(self.now, reorder_s)
        self.nodes.requests(self.now)
        self.garbage = 0
        self.now += 6 * SECOND

    @property
    def node(self):
        return self.nodes._nodes["g", "n"]

    def tell(self, kind: str, metrics: list[Metric], seq: int | None = None, device: str = "") -> list[Row]:
        self.now += MS
        return self.give(kind, encode(metrics, self.now // MS, seq), device)

    def give(self, kind: str, body: bytes, device: str = "", retained: bool = False) -> list[Row]:
        gather = Gather()
        self.garbage = self.nodes.read(Topic("g", kind, "n", device), body, self.now, gather, retained)
        return rows(gather)

    def wait(self, seconds: float) -> list[Row]:
        self.now += round(seconds * SECOND)
        gather = Gather()
        self.nodes.overdue(self.now, gather)
        return rows(gather)

    def birth(self, bdseq: float | None = 7.0, **changes: Metric) -> list[Row]:
        metrics = {
            "free": Metric("Places/Free", Type.INT32, 120.0, 1),
            "offset": Metric("Offset", Type.INT16, -5.0, 2),
            "entries": Metric("Entries", Type.UINT64, 9e9, 3),
            "name": Metric("Name", Type.STRING, "Ralliement", 4),
            "sign": Metric("Sign/State", Type.UINT8, 0.0, 5),
        }
        if bdseq is not None:
            metrics["bdSeq"] = Metric("bdSeq", Type.INT64, bdseq)
        return self.tell("NBIRTH", list((metrics | changes).values()), 0)

    def device_birth(self, seq: int = 1) -> list[Row]:
        return self.tell("DBIRTH", [Metric("Places/Free", Type.INT32, 3.0, 11)], seq, "d")

    def death(self, bdseq: float | None) -> list[Row]:
        return self.tell("NDEATH", [] if bdseq is None else [Metric("bdSeq", Type.INT64, bdseq)])

    def asked(self) -> bool:
        return bool(self.nodes.requests(self.now))


def rows(gather: Gather) -> list[Row]:
    return [
        (PLANT.tags[i].id, b.texts.get(place, float(v)), int(q), b.historical)
        for b in gather.finish()
        for place, (i, v, q) in enumerate(zip(b.index, b.value, b.quality, strict=True))
    ]


def good(tag: str, value: float | str, historical: bool = False) -> Row:
    return (tag, value, int(Quality.GOOD), historical)


def with_quality(rows: list[Row], quality: Quality) -> set[str]:
    return {row[0] for row in rows if row[2] == quality}
