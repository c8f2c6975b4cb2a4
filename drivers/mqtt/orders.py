"""Orders: writes on their way down, and the devices' answers to them. Pure but for the futures; on the loop only.

write ── topic, payload ──> broker ──> device
  └── waits for the future <── hear <── response_topic ──┘
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import msgspec

from drivers.mqtt.address import Address
from drivers.mqtt.paths import MISSING, Step, find, parse_path, reads
from supervisor.errors import WriteUnknown

WORDS = 200
"""Characters of a device's own words that a person is shown."""


@dataclass(frozen=True, slots=True)
class Reply:
    """How the answer to one write is known."""

    topic: str
    id: str
    """Also the correlation data of MQTT 5."""
    id_steps: tuple[Step, ...]
    ok: str
    error_steps: tuple[Step, ...]
    own_topic: bool
    """The topic carries the id, so that no other write is answered there."""


class Outgoing(NamedTuple):
    """One message to be published."""

    topic: str
    payload: bytes
    qos: int = 0
    retain: bool = False
    reply: Reply | None = None


class Order:
    """A write that waits; see `Orders`."""

    def __init__(self, reply: Reply) -> None:
        self.reply = reply
        self.answer: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        """Empty for a yes, else the device's words."""

    def hear(self, text: bytes, correlation: bytes) -> bool:
        """Take an answer; False where it is one to another write."""
        reply = self.reply
        root = _decoded(text)
        if correlation:
            mine = correlation == reply.id.encode()
        elif reply.id_steps:
            mine = reads(find(root, reply.id_steps), reply.id)
        else:
            mine = True
        if mine and not self.answer.done():
            self.answer.set_result("" if _agrees(root, reply.ok) else _words(root, reply.error_steps))
        return mine


class Orders:
    """See the module."""

    def __init__(self) -> None:
        self._waiting: dict[str, list[Order]] = {}

    def expect(self, reply: Reply) -> Order:
        """Before the message leaves. ValueError where an answer could not be told from that to another write."""
        there = self._waiting.get(reply.topic, [])
        if there and not reply.id_steps and not reply.own_topic:
            raise ValueError(f"another write still waits for its answer on {reply.topic}")
        order = Order(reply)
        self._waiting.setdefault(reply.topic, []).append(order)
        return order

    def forget(self, order: Order) -> None:
        """It waits no longer; an answer that comes now means nothing."""
        there = self._waiting.get(order.reply.topic, [])
        if order in there:
            there.remove(order)
        if not there:
            self._waiting.pop(order.reply.topic, None)
        order.answer.cancel()

    def hear(self, topic: str, payload: bytes, correlation: bytes) -> None:
        """Any message; most are no answers."""
        for order in self._waiting.get(topic, ()):
            if order.hear(payload, correlation):
                return

    def lose(self, reason: str) -> None:
        """The connection is gone: nobody knows what became of them."""
        for orders in self._waiting.values():
            for order in orders:
                if not order.answer.done():
                    order.answer.set_exception(WriteUnknown(f"the link was lost before the device answered ({reason})"))


def reply_of(address: Address, topic: str, own_topic: bool, number: str) -> Reply:
    """The reply that an address describes, on the topic made for this write."""
    return Reply(
        topic,
        number,
        parse_path(address.response_id),
        address.response_ok,
        parse_path(address.response_error),
        own_topic,
    )


def _decoded(text: bytes) -> Any:
    """JSON where it is some, else the text itself."""
    try:
        return msgspec.json.decode(text)
    except (ValueError, RecursionError):  # msgspec's DecodeError is a ValueError
        return text.decode("utf-8", "replace").strip()


def _agrees(root: Any, ok: str) -> bool:
    if not ok:
        return True
    path, equals, word = ok.partition("=")
    return reads(find(root, parse_path(path)), word) if equals else reads(root, ok)


def _words(root: Any, steps: Sequence[Step]) -> str:
    node = find(root, steps) if steps else root
    if node is MISSING:
        node = root
    text = node if isinstance(node, str) else msgspec.json.encode(node).decode("utf-8", "replace")
    return text[:WORDS] or "no, without a word"
