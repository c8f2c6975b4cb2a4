"""Plan: the tags of one broker, compiled when the driver is made: what to subscribe to, who reads it, how to write."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import NamedTuple

from drivers.mqtt.address import STATE, VALUE, Address, Format, fill
from drivers.mqtt.gather import Gather
from drivers.mqtt.nodes import Nodes
from drivers.mqtt.payload import Reader
from drivers.mqtt.routes import Routes
from drivers.mqtt.sparkplug import NAMESPACE, parse_topic
from supervisor.model import Tag

log = logging.getLogger(__name__)


class Outgoing(NamedTuple):
    """One message to be published."""

    topic: str
    payload: bytes
    qos: int


class Plan:
    """See the module."""

    def __init__(self, tags: Sequence[Tag]) -> None:
        self.nodes = Nodes()
        self.filters: dict[str, list[int]] = {}
        """Topic filter -> the tags that depend on it."""
        self.broken: list[int] = []
        """Tags whose equipment lacks an argument that their address needs."""
        groups: dict[tuple[str, Format, str], list[Tag]] = {}
        for tag in tags:
            try:
                self._place(tag, address_of(tag), groups)
            except ValueError as error:
                log.error("%s: %s", tag.id, error)
                self.broken.append(tag.index)
        self._routes = Routes((filled, Reader(form, time, rows)) for (filled, form, time), rows in groups.items())

    def read(self, topic: str, payload: bytes, retained: bool, now: int, gather: Gather) -> int:
        """One message into samples; returns how much of it was garbage."""
        if topic.startswith(NAMESPACE):
            place = parse_topic(topic)
            return self.nodes.read(place, payload, now, gather) if place else 0
        garbage = 0
        for reader in self._routes.match(topic):
            garbage += reader.read(topic, payload, retained, now, gather)
        return garbage

    def command(self, tag: Tag, raw: float, now: int) -> Outgoing:
        """The message of a write; ValueError, in words for the ledger, where it cannot be made."""
        address = address_of(tag)
        if address.format is Format.SPARKPLUG:
            topic, payload = self.nodes.command(tag, raw, now)
            return Outgoing(topic, payload, 0)  # the specification wants commands at QoS 0
        if not address.write_topic:
            raise ValueError("its pack gives no write_topic")
        args = dict(tag.equipment.args)
        words = args | {VALUE: f"{int(raw)}" if raw == int(raw) else f"{raw:.12g}", STATE: _word(tag, raw)}
        return Outgoing(fill(address.write_topic, args), fill(address.write_payload, words).encode(), 1)

    def _place(self, tag: Tag, address: Address, groups: dict[tuple[str, Format, str], list[Tag]]) -> None:
        if address.format is Format.SPARKPLUG:
            self.nodes.add(tag, address)
            self.filters.setdefault(f"{NAMESPACE}/#", []).append(tag.index)
        elif address.topic:
            topic_filter = fill(address.topic, tag.equipment.args)
            self.filters.setdefault(topic_filter, []).append(tag.index)
            groups.setdefault((topic_filter, address.format, address.time), []).append(tag)


def address_of(tag: Tag) -> Address:
    """The MQTT address of a tag that this link carries."""
    if tag.source is None or not isinstance(tag.source.address, Address):
        raise ValueError("no MQTT address")
    return tag.source.address


def _word(tag: Tag, raw: float) -> str:
    """Id of the state a raw value stands for, empty where it stands for none."""
    source = tag.source
    state = tag.spec.state(round(raw * source.scale + source.offset, 6)) if source else None
    return state.id if state else ""
