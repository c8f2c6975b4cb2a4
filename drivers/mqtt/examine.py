"""The next message that says something of a tag, for commissioning: a device that speaks by itself is waited for.

Nothing is subscribed to again: the broker would send what it retains, and an old value would come up as news.
"""

from __future__ import annotations

import asyncio

from drivers.mqtt.address import Address, Format, fill
from drivers.mqtt.guess import Proposal, guess
from drivers.mqtt.plan import address_of
from drivers.mqtt.sparkplug import NAMESPACE, parse_topic
from supervisor.driver import Examined
from supervisor.errors import ReadFailed
from supervisor.model import Tag


class Ears:
    """Who waits for a message of which tag; empty at nearly all times, and then of no cost."""

    def __init__(self) -> None:
        self._waiting: dict[asyncio.Future[Examined], Tag] = {}

    def __bool__(self) -> bool:
        return bool(self._waiting)

    async def next(self, tag: Tag, timeout_s: float) -> Examined:
        """Raises ReadFailed where none comes in time."""
        future: asyncio.Future[Examined] = asyncio.get_running_loop().create_future()
        self._waiting[future] = tag
        try:
            async with asyncio.timeout(timeout_s):
                return await future
        except TimeoutError:
            raise ReadFailed(f"no message came within {timeout_s:g} s: the device speaks by itself") from None
        finally:
            self._waiting.pop(future, None)

    def hear(self, topic: str, payload: bytes) -> None:
        """One message, for those who wait for it."""
        for future, tag in self._waiting.items():
            text = said(tag, topic, payload)
            if text is not None and not future.done():
                future.set_result(Examined(payload, text))


def said(tag: Tag, topic: str, payload: bytes) -> str | None:
    """What a message says of a tag; None where it is not for it, or says nothing of it."""
    try:
        address, args = address_of(tag), tag.equipment.args
        if address.format is Format.SPARKPLUG:
            place = parse_topic(topic) if topic.startswith(NAMESPACE) else None
            device = args.get("device", "")
            if place is None or (place.group, place.node, place.device) != (args["group"], args["node"], device):
                return None
        elif not matches(fill(address.topic, args), topic):
            return None
    except (ValueError, KeyError):
        return None
    return _read(address, topic, payload)


def _read(address: Address, topic: str, payload: bytes) -> str | None:
    """By the guess that commissioning makes of such a message; a binary payload is shown as it is."""
    if address.format is Format.BINARY:
        return payload[:32].hex(" ")
    found = guess(topic, payload)
    paths = {address.path, address.path.rpartition("VP.")[2]}
    values = {proposal.path: proposal for proposal in found.proposals}
    hits: list[Proposal] = [values[path] for path in values if path in paths or path.partition(".")[2] in paths]
    return hits[0].value if hits else None


def matches(filter_: str, topic: str) -> bool:
    """Whether a topic is within a filter. Source: MQTT 5.0, 4.7."""
    wanted, levels = filter_.split("/"), topic.split("/")
    for at, level in enumerate(wanted):
        if level == "#":
            return True
        if at >= len(levels) or level not in ("+", levels[at]):
            return False
    return len(wanted) == len(levels)
