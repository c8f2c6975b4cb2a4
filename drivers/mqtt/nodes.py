"""Nodes: the Sparkplug B edge nodes behind one broker: who is meant, who is to be asked, how to write. Pure.

What a node is and what a message does to it is in `node`.
"""

from __future__ import annotations

from collections import Counter

from drivers.mqtt.address import ONLINE, Address, fill
from drivers.mqtt.datatypes import TEXTS, Value
from drivers.mqtt.device import is_element
from drivers.mqtt.gather import Gather
from drivers.mqtt.node import ANSWER_S as ANSWER_S
from drivers.mqtt.node import REORDER_S, Node
from drivers.mqtt.order import Heard
from drivers.mqtt.payload import field_of
from drivers.mqtt.sparkplug import LAST_INSTANT_MS, MS, REBIRTH, Metric, Topic, Type, decode, encode, odd
from drivers.mqtt.states import State
from supervisor.model import Tag

_OF_NODE = frozenset({"NBIRTH", "NDEATH", "NDATA"})
_OF_DEVICE = frozenset({"DBIRTH", "DDEATH", "DDATA"})


class Nodes:
    """See the module."""

    def __init__(self) -> None:
        self._nodes: dict[tuple[str, str], Node] = {}
        self._places: dict[int, tuple[Node, str, str]] = {}
        """Tag index -> its node, device and metric."""
        self._restless: set[Node] = set()
        """Nodes of which something may be due."""
        self._counts: Counter[str] = Counter()
        self._latest = 0
        """ns UTC of the last look at what is overdue."""

    def __len__(self) -> int:
        return len(self._nodes)

    def add(self, tag: Tag, address: Address) -> None:
        """Takes a tag in; ValueError where its equipment lacks `group` or `node`."""
        args = tag.equipment.args
        group, name = fill("{group}", args), fill("{node}", args)
        device, metric = args.get("device", ""), fill(address.path, args)
        node = self._nodes.setdefault((group, name), Node(group, name, self._counts))
        owner = node.device(device)
        if metric == ONLINE:
            owner.online.append(tag.index)
        else:
            owner.add(field_of(tag), metric)
        self._places[tag.index] = (node, device, metric)

    def connected(self, now: int, reorder_s: float = REORDER_S) -> None:
        """A new connection: nothing is known, and every node of the site is asked for its birth, once."""
        for node in self._nodes.values():
            node.forget(now, reorder_s)
        self._restless = set(self._nodes.values())

    def introduce(self, tag: Tag, now: int) -> None:
        """After a write: ask its node for a birth, unless data have spoken of the metric since.

        A node is silent about an order that already stood; to the large ones a birth for each write is a burden.
        """
        if tag.index not in self._places:
            return
        node, device, metric = self._places[tag.index]
        if (device, metric) in node.awaited:
            del node.awaited[device, metric]
            node.confirm(now)
            self._restless.add(node)

    def requests(self, now: int) -> list[tuple[str, bytes]]:
        """Topics and payloads to be published, QoS 0; each is handed out once.

        tck-id-operational-behavior-data-commands-ncmd-rebirth-verb, -name and -value.
        """
        asked = [node for node in self._restless if 0 < node.due <= now]
        for node in asked:
            node.asked(now)
        payload = encode([Metric(REBIRTH, Type.BOOLEAN, True)], now // MS) if asked else b""
        return [(str(Topic(node.group, "NCMD", node.name)), payload) for node in asked]

    def overdue(self, now: int, gather: Gather) -> None:
        """Time has passed; nodes that never answered are offline, and messages that never came are lost."""
        if now < self._latest:  # a node would else be held back, or not asked, for as long as the clock was set back
            for node in self._nodes.values():
                node.restamp(now)
        self._latest = now
        for node in self._restless:
            node.wait(now, gather)

    def next_at(self) -> int:
        """ns UTC of the next instant at which `overdue` or `requests` has something to do; 0 for none."""
        restless = {node: at for node in self._restless if (at := node.next_at)}
        self._restless = set(restless)
        return min(restless.values(), default=0)

    def counted(self) -> list[str]:
        """What was counted since the last time, each as often as it occurred.

        "rebirth" (wanted because something was amiss), "duplicate", "retained".
        """
        counted = list(self._counts.elements())
        self._counts.clear()
        return counted

    def read(self, topic: Topic, body: bytes, now: int, gather: Gather, retained: bool = False) -> int:
        """One message of an edge node; returns how much of it was garbage. Unknown nodes are none of our business.

        What a broker kept is of any age, and its node may be long dead: births and data are never retained
        (tck-id-payloads-nbirth-retain and its like), so it is left unread and the node itself is asked.
        """
        group, kind, name, device = topic
        node = self._nodes.get((group, name))
        if node is None or kind not in (_OF_DEVICE if device else _OF_NODE):
            return 0
        if retained:
            self._counts["retained"] += 1
            return 0
        try:
            payload = decode(body)
        except ValueError:
            return 1
        sent = payload.timestamp
        if not 0 < sent < LAST_INSTANT_MS:
            sent = 0
        digest = hash((kind, device, body)) if sent else 0
        self._restless.add(node)
        return node.hear(Heard(kind, device, payload, sent, digest, now, odd(body)), gather)

    def command(self, tag: Tag, raw: float, now: int) -> tuple[str, bytes]:
        """Topic and payload of a write; ValueError, in words for the ledger, where it cannot be sent.

        Name and datatype are said beside the alias, against the letter of tck-id-payloads-alias-data-cmd-requirement:
        nodes on the Tahu and npm libraries find a metric by its name and can't read a value without its datatype. In
        doubt the alias is left out: it may be another metric's by now.
        """
        node, device, metric = self._places[tag.index]
        owner = node.devices[device]
        if not owner.alive:
            raise ValueError(f"{device or node.name} is offline")
        slot = owner.names.get(metric)
        if slot is None and is_element(metric):
            raise ValueError(f"{metric} is one element of an array, which cannot be written by itself")
        if slot is None:
            raise ValueError(f"{device or node.name} did not announce the metric {metric}")
        value: Value = raw
        if slot.datatype in TEXTS:
            state = tag.spec.state(raw)
            value = state.id if state else f"{raw:g}"
        alias = None if node.state is State.DOUBTFUL else owner.alias_of(metric)
        payload = encode([Metric(metric, slot.datatype, value, alias)], now // MS)
        node.awaited[device, metric] = now
        return str(Topic(node.group, "DCMD" if device else "NCMD", node.name, device)), payload
