"""Wills: devices whose broker says that they are gone. No news is not good news, and such news is bad news.

A tag that is gone comes back with its next live message. What a broker kept of it is from before its death, whatever
order the retained messages come in, and is not believed until then.
"""

from __future__ import annotations

from contextlib import suppress

import msgspec

from drivers.mqtt.address import Address, fill
from drivers.mqtt.gather import Gather
from drivers.mqtt.routes import Routes
from supervisor.model import Quality, Tag


class _Will:
    """What is said on one topic, and whom it concerns."""

    def __init__(self, payload: str) -> None:
        self.tags: list[int] = []
        self._text = payload
        self._members: dict[str, object] = {}
        with suppress(ValueError, RecursionError):  # a plain word
            root = msgspec.json.decode(payload)
            self._members = root if isinstance(root, dict) else {}

    def says(self, payload: bytes) -> bool:
        if not self._members:
            return payload.decode("utf-8", "replace").strip() == self._text
        try:
            root = msgspec.json.decode(payload)
        except (ValueError, RecursionError):
            return False
        return isinstance(root, dict) and all(root.get(key) == value for key, value in self._members.items())


class Wills:
    """See the module. `seal` once all tags are in."""

    def __init__(self) -> None:
        self.gone: set[int] = set()
        """Tags of the dead."""
        self._wills: dict[tuple[str, str], _Will] = {}
        self._routes: Routes[_Will] = Routes()

    def add(self, tag: Tag, address: Address) -> str:
        """Returns the filter to subscribe to; ValueError where the equipment lacks an argument."""
        args = tag.equipment.args
        key = fill(address.will_topic, args), fill(address.will_payload, args)
        self._wills.setdefault(key, _Will(key[1])).tags.append(tag.index)
        return key[0]

    def seal(self) -> None:
        self._routes = Routes((name, will) for (name, _), will in self._wills.items())

    def read(self, topic: str, payload: bytes, now: int, gather: Gather) -> None:
        """Any message."""
        if not self._wills:
            return
        for will in self._routes.match(topic):
            if will.says(payload):
                gather.lose(will.tags, Quality.NOT_CONNECTED, now)
                self.gone.update(will.tags)
            else:
                self.gone.difference_update(will.tags)

    def judge(self, start: int, retained: bool, gather: Gather) -> None:
        """What a message brought to `gather.live` from `start` on: a sign of life, or something a broker kept."""
        if retained:
            gather.live.drop(start, self.gone)
        else:
            self.gone.difference_update(gather.live.index[start:])

    def forget(self) -> None:
        """A new connection: the broker says again who is gone."""
        self.gone.clear()
