"""Plan: the tags of one broker, compiled when the driver is made: what to subscribe to, who reads it, how to write."""

from __future__ import annotations

import logging
import math
from collections.abc import Sequence
from datetime import UTC, datetime

from drivers.mqtt.address import ID, STATE, TIME, TIME_MS, VALUE, Address, Format, fill
from drivers.mqtt.gather import Gather
from drivers.mqtt.nodes import Nodes
from drivers.mqtt.orders import Outgoing, Reply, reply_of
from drivers.mqtt.payload import LARGEST, Form, Reader
from drivers.mqtt.routes import Routes
from drivers.mqtt.sparkplug import NAMESPACE, parse_topic
from drivers.mqtt.wills import Wills
from supervisor.clock import SECOND
from supervisor.model import Tag

WINDOW_S = 300.0
"""Over so long a device's clock is judged, and over the window before."""
DATED = 3
"""Messages without which a clock is not judged: one that a gateway held back says nothing of it."""

log = logging.getLogger(__name__)


class Plan:
    """See the module."""

    def __init__(self, tags: Sequence[Tag]) -> None:
        self.nodes = Nodes()
        self.wills = Wills()
        self.filters: dict[str, list[int]] = {}
        """Topic filter -> the tags that depend on it; none where it is the topic of answers only."""
        self.broken: list[int] = []
        """Tags whose equipment lacks an argument that their address needs."""
        groups: dict[tuple[str, Form], list[Tag]] = {}
        for tag in tags:
            try:
                self._place(tag, address_of(tag), groups)
            except ValueError as error:
                log.error("%s: %s", tag.id, error)
                self.broken.append(tag.index)
        loads = [(filled, Reader(form, rows)) for (filled, form), rows in groups.items()]
        self._readers = [reader for _, reader in loads]
        self._routes = Routes(loads)
        self.wills.seal()
        self._skew: dict[Reader, tuple[int, int]] = {}
        """Reader -> how far ahead its devices were in the window before, and over how many messages."""
        self._window_ends = 0
        self._orders = 0

    def read(self, topic: str, payload: bytes, retained: bool, now: int, gather: Gather) -> int:
        """One message into samples; returns how much of it was garbage."""
        if topic.startswith(NAMESPACE):
            place = parse_topic(topic)
            return self.nodes.read(place, payload, now, gather, retained) if place else 0
        if len(payload) > LARGEST:
            return 1
        self.wills.read(topic, payload, now, gather)
        garbage, start = 0, len(gather.live.index)
        for reader in self._routes.match(topic):
            garbage += reader.read(topic, payload, retained, now, gather)
        if self.wills.gone:
            self.wills.judge(start, retained, gather)
        return garbage

    def skew(self, now: int) -> float:
        """Seconds that the clock which differs most is ahead of ours; NaN where no device told its time lately.

        A message is under way for a while, so the most advanced of many messages is the nearest to the truth.
        """
        found: list[int] = []
        for reader in self._readers:
            ahead, dated = self._skew.get(reader, (0, 0))
            if reader.ahead is not None:
                ahead = max(reader.ahead, ahead) if dated else reader.ahead
            if dated + reader.dated >= DATED:
                found.append(ahead)
        if now >= self._window_ends:
            self._turn(now)
        return max(found, key=abs) / SECOND if found else math.nan

    def _turn(self, now: int) -> None:
        """A new window begins."""
        self._window_ends = now + round(WINDOW_S * SECOND)
        self._skew = {reader: (reader.ahead, reader.dated) for reader in self._readers if reader.ahead is not None}
        for reader in self._readers:
            reader.ahead, reader.dated = None, 0

    def command(self, tag: Tag, raw: float, now: int) -> Outgoing:
        """The message of a write; ValueError, in words for the ledger, where it cannot be made."""
        address = address_of(tag)
        if address.format is Format.SPARKPLUG:
            topic, payload = self.nodes.command(tag, raw, now)
            return Outgoing(topic, payload, 0)  # the specification wants commands at QoS 0
        if not address.write_topic:
            raise ValueError("its pack gives no write_topic")
        number = self._number(now)
        args = dict(tag.equipment.args) | {ID: number}
        words = args | {
            VALUE: f"{int(raw)}" if raw == int(raw) else f"{raw:.12g}",
            STATE: _word(tag, raw),
            TIME: datetime.fromtimestamp(now // 1_000_000 / 1000, UTC).isoformat(timespec="milliseconds"),
            TIME_MS: str(now // 1_000_000),
        }
        payload = fill(address.write_payload, words).encode()
        reply = _reply(address, args, number)
        return Outgoing(fill(address.write_topic, args), payload, address.write_qos, address.write_retain, reply)

    def _number(self, now: int) -> str:
        """One that no other write of this station has, not even after a restart; exact in a JSON number."""
        self._orders = max(self._orders + 1, now // 1_000_000)
        return str(self._orders)

    def _place(self, tag: Tag, address: Address, groups: dict[tuple[str, Form], list[Tag]]) -> None:
        if address.format is Format.SPARKPLUG:
            self.nodes.add(tag, address)
            self.filters.setdefault(f"{NAMESPACE}/#", []).append(tag.index)
            return
        if address.response_topic:
            self.filters.setdefault(_answers(address, tag), [])
        if address.will_topic:
            self.filters.setdefault(self.wills.add(tag, address), [])
        if address.topic:
            topic_filter = fill(address.topic, tag.equipment.args)
            self.filters.setdefault(topic_filter, []).append(tag.index)
            form = Form(address.format, address.time, address.each)
            groups.setdefault((topic_filter, form), []).append(tag)


def address_of(tag: Tag) -> Address:
    """The MQTT address of a tag that this link carries."""
    if tag.source is None or not isinstance(tag.source.address, Address):
        raise ValueError("no MQTT address")
    return tag.source.address


def _reply(address: Address, args: dict[str, str], number: str) -> Reply | None:
    if not address.response_topic:
        return None
    return reply_of(address, fill(address.response_topic, args), f"{{{ID}}}" in address.response_topic, number)


def _answers(address: Address, tag: Tag) -> str:
    """The filter under which the answers to all writes of a tag come."""
    marked = fill(address.response_topic, dict(tag.equipment.args) | {ID: _MARK})
    return "/".join("+" if _MARK in level else level for level in marked.split("/"))


_MARK = "\0"


def _word(tag: Tag, raw: float) -> str:
    """Id of the state a raw value stands for, empty where it stands for none."""
    source = tag.source
    state = tag.spec.state(round(raw * source.scale + source.offset, 6)) if source else None
    return state.id if state else ""
