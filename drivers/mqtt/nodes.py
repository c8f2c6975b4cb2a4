"""Nodes: the Sparkplug B edge nodes behind one broker, as this host application knows them. Pure.

    unknown ──NBIRTH──> born ──NDEATH with the birth's bdSeq──> dead ──NBIRTH──> born
       └── data, gap in seq, unknown alias, not in the birth ──> a rebirth is asked for, at most every `ASK_AGAIN_S`

A broker keeps the order of one node's messages, so the reorder timer of the specification is zero here: a gap is a
loss. Until the rebirth comes, metrics that carry their name are taken and those known only by their alias are not,
because a birth may be what was lost and its aliases may be others.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from drivers.mqtt.address import ONLINE, Address, fill
from drivers.mqtt.gather import Gather
from drivers.mqtt.payload import Field, convert, field_of
from drivers.mqtt.sparkplug import BDSEQ, MS, REBIRTH, Metric, Topic, Type, decode, encode, time_of, value_of
from supervisor.clock import SECOND
from supervisor.model import Quality, Tag

ASK_AGAIN_S = 5.0
ANSWER_S = 10.0
"""A node of the site that has not answered the first request for its birth by then is offline."""
_TEXTS = (Type.STRING, Type.TEXT, Type.UUID)


class Node:
    """One edge node and its devices; device "" is the node itself."""

    def __init__(self, group: str, name: str) -> None:
        self.group = group
        self.name = name
        self.fields: dict[tuple[str, str], list[Field]] = {}
        """Device and metric -> the tags it feeds."""
        self.online: dict[str, list[int]] = {}
        self.carried: dict[str, list[int]] = {}
        """Device -> its tags, without those of `online`."""
        self.forget()

    def forget(self) -> None:
        """Back to unknown: what a new connection knows of it."""
        self.alive: set[str] = set()
        self.bdseq: float | str | None = None
        self.seq = 0
        self.doubtful = False
        """A message is missing since the birth."""
        self.aliases: dict[int, tuple[str, str]] = {}
        self.types: dict[tuple[str, str], int] = {}
        self.asked_at = 0
        """ns UTC of the last request for a birth; 0 for never."""
        self.answered = False
        """It has said anything about being born or dead on this connection."""

    def add(self, tag: Tag, device: str, metric: str) -> None:
        if metric == ONLINE:
            self.online.setdefault(device, []).append(tag.index)
        else:
            self.carried.setdefault(device, []).append(tag.index)
            self.fields.setdefault((device, metric), []).append(field_of(tag))

    def missing(self, device: str, named: set[str]) -> list[int]:
        """Tags of a device whose metric its birth does not name."""
        rows = (fields for (owner, name), fields in self.fields.items() if owner == device and name not in named)
        return [field.tag for fields in rows for field in fields]


class Nodes:
    """See the module."""

    def __init__(self) -> None:
        self._nodes: dict[tuple[str, str], Node] = {}
        self._places: dict[int, tuple[Node, str, str]] = {}
        """Tag index -> its node, device and metric."""
        self._requests: list[Node] = []

    def __len__(self) -> int:
        return len(self._nodes)

    def add(self, tag: Tag, address: Address) -> None:
        """Takes a tag in; ValueError where its equipment lacks `group` or `node`."""
        args = tag.equipment.args
        group, name = fill("{group}", args), fill("{node}", args)
        device, metric = args.get("device", ""), fill(address.path, args)
        node = self._nodes.setdefault((group, name), Node(group, name))
        node.add(tag, device, metric)
        self._places[tag.index] = (node, device, metric)

    def connected(self, now: int) -> None:
        """A new connection: nothing is known, and every node of the site is asked for its birth."""
        for node in self._nodes.values():
            node.forget()
            self._ask(node, now)

    def introduce(self, tag: Tag, now: int) -> None:
        """Ask the node of a tag for its birth, even if it was asked just now; nothing for a tag that is no metric."""
        node = self._places[tag.index][0] if tag.index in self._places else None
        if node and node not in self._requests:
            node.asked_at = now
            self._requests.append(node)

    def requests(self, now: int) -> list[tuple[str, bytes]]:
        """Topics and payloads to be published, QoS 0; each is handed out once."""
        asked, self._requests = self._requests, []
        payload = encode([Metric(REBIRTH, Type.BOOLEAN, 1.0)], now // MS)
        return [(str(Topic(node.group, "NCMD", node.name)), payload) for node in asked]

    def overdue(self, now: int, gather: Gather) -> None:
        """Nodes that never answered are offline, and that is known."""
        for node in self._nodes.values():
            if not node.answered and now - node.asked_at >= ANSWER_S * SECOND:
                node.answered = True
                _say(node.online.values(), 0.0, now, gather)

    def read(self, topic: Topic, body: bytes, now: int, gather: Gather) -> int:
        """One message of an edge node; returns how much of it was garbage. Unknown nodes are none of our business."""
        node = self._nodes.get((topic.group, topic.node))
        if node is None:
            return 0
        try:
            payload = decode(body)
        except ValueError:
            return 1
        if topic.kind == "NDEATH":
            self._node_died(node, payload, now, gather)
        elif topic.kind == "NBIRTH":
            return self._node_born(node, payload, now, gather)
        elif topic.kind in ("DBIRTH", "NDATA", "DDATA", "DDEATH"):
            return self._continue(node, topic, payload, now, gather)
        return 0

    def command(self, tag: Tag, raw: float, now: int) -> tuple[str, bytes]:
        """Topic and payload of a write; ValueError, in words for the ledger, where it cannot be sent."""
        node, device, metric = self._places[tag.index]
        if device not in node.alive:
            raise ValueError(f"{device or node.name} is offline")
        datatype = node.types.get((device, metric))
        if datatype is None:
            raise ValueError(f"{device or node.name} did not announce the metric {metric}")
        value: float | str = raw
        if datatype in _TEXTS:
            state = tag.spec.state(raw)
            value = state.id if state else f"{raw:g}"
        topic = Topic(node.group, "DCMD" if device else "NCMD", node.name, device)
        alias = next((alias for alias, place in node.aliases.items() if place == (device, metric)), None)
        return str(topic), encode([Metric(metric, datatype, value, alias)], now // MS)

    def _node_born(self, node: Node, payload: Any, now: int, gather: Gather) -> int:
        bdseq = next((_number(metric) for metric in payload.metrics if metric.name == BDSEQ), None)
        if node.alive and bdseq != node.bdseq:  # another session whose death was never heard
            self._lose(node, [device for device in node.alive if device], now, gather)
            node.alive.clear()
        node.bdseq, node.seq, node.doubtful, node.answered = bdseq, payload.seq, False, True
        node.aliases.clear()
        node.types.clear()
        return self._born(node, "", payload, now, gather)

    def _born(self, node: Node, device: str, payload: Any, now: int, gather: Gather) -> int:
        node.alive.add(device)
        named = set()
        for metric in payload.metrics:
            named.add(metric.name)
            node.types[device, metric.name] = metric.datatype
            if metric.HasField("alias"):
                node.aliases[metric.alias] = (device, metric.name)
        garbage = self._apply(node, device, payload, now, gather)
        _say([node.online.get(device, [])], 1.0, now, gather)
        if missing := node.missing(device, named):
            gather.lose(missing, Quality.CONFIGURATION, now)
        return garbage

    def _continue(self, node: Node, topic: Topic, payload: Any, now: int, gather: Gather) -> int:
        """A message that has its place in the sequence since the birth."""
        if "" not in node.alive:
            self._ask(node, now)
            return 0
        if not payload.HasField("seq") or payload.seq != (node.seq + 1) % 256:
            node.doubtful = True
        node.seq = payload.seq
        if node.doubtful:
            self._ask(node, now)
        if topic.kind == "DBIRTH":
            return self._born(node, topic.device, payload, now, gather)
        if topic.device not in node.alive:
            self._ask(node, now)
            return 0
        if topic.kind == "DDEATH":
            self._lose(node, [topic.device], now, gather)
            node.alive.discard(topic.device)
            return 0
        return self._apply(node, topic.device, payload, now, gather)

    def _apply(self, node: Node, device: str, payload: Any, now: int, gather: Gather) -> int:
        garbage = 0
        for metric in payload.metrics:
            place = (device, metric.name) if metric.name else self._by_alias(node, metric, now)
            fields = node.fields.get(place) if place else None
            if not fields or not place:
                continue
            samples = gather.history if metric.is_historical else gather.live
            try:
                value = value_of(metric, metric.datatype or node.types.get(place, 0))
                for field in fields:
                    converted = convert(value, field.textual, field.words)
                    samples.add(field.tag, converted, Quality.GOOD, time_of(metric, payload, now))
            except (ValueError, OverflowError):
                garbage += 1
        return garbage

    def _by_alias(self, node: Node, metric: Any, now: int) -> tuple[str, str] | None:
        if node.doubtful:
            return None
        place = node.aliases.get(metric.alias) if metric.HasField("alias") else None
        if place is None:
            self._ask(node, now)
        return place

    def _node_died(self, node: Node, payload: Any, now: int, gather: Gather) -> None:
        bdseq = next((_number(metric) for metric in payload.metrics if metric.name == BDSEQ), None)
        if node.alive and bdseq != node.bdseq:
            return  # the late will of an earlier session: the present one lives
        self._lose(node, node.carried.keys() | node.online.keys(), now, gather)
        node.alive.clear()
        node.answered = True

    def _lose(self, node: Node, devices: Iterable[str], now: int, gather: Gather) -> None:
        devices = list(devices)
        lost = [index for device in devices for index in node.carried.get(device, [])]
        if lost:
            gather.lose(lost, Quality.NOT_CONNECTED, now)
        _say([node.online.get(device, []) for device in devices], 0.0, now, gather)

    def _ask(self, node: Node, now: int) -> None:
        if node not in self._requests and now - node.asked_at >= ASK_AGAIN_S * SECOND:
            node.asked_at = now
            self._requests.append(node)


def _say(online: Iterable[Sequence[int]], value: float, now: int, gather: Gather) -> None:
    """Dated by the station on both sides: a node whose clock runs ahead could otherwise never be seen to die."""
    for indices in online:
        for index in indices:
            gather.live.add(index, value, Quality.GOOD, now)


def _number(metric: Any) -> float | str | None:
    try:
        return value_of(metric, metric.datatype or Type.INT64)
    except ValueError:
        return None
