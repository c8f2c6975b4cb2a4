"""World: the meeting point of physics and servers, one value per tag of the site.

Physics writes what is true into `value`; a server of `simulator/` reads it and puts it on the wire at the addresses
of the very packs that Vigie itself uses. A write from the wire comes back through `write`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Protocol

import numpy as np

from supervisor.model import Site, Tag


class Rejected(Exception):
    """The simulated device declines a write; the server answers with its protocol's own error."""


class World:
    """See the module."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.value = np.zeros(len(site.tags), np.float64)
        """Engineering units, by tag index. NaN: the device has no value (sensor fault)."""
        self.text: dict[int, str] = {}
        """The text of text tags, by tag index."""
        self.time = 0
        """The instant the values hold for, ns UTC."""
        self._handlers: dict[int, Callable[[float], None]] = {}

    def on_write(self, tag: Tag, handler: Callable[[float], None]) -> None:
        """Physics that wants a say in writes to `tag`; raises `Rejected` to decline."""
        self._handlers[tag.index] = handler

    def write(self, tag: Tag, value: float) -> None:
        """A write from the wire, in engineering units. Without a handler the value simply holds."""
        handler = self._handlers.get(tag.index)
        if handler:
            handler(value)
        else:
            self.value[tag.index] = value


class Server(Protocol):
    """The server side of one link of the site."""

    async def start(self) -> None:
        """Listen; returns when clients may connect."""

    async def push(self) -> None:
        """Put the world's present values on the wire; called every step of the simulation."""

    async def stop(self) -> None:
        """Close everything it opened."""

    def misbehave(self, mischief: Mapping[str, float]) -> None:
        """Set what goes wrong from now on: name of the mischief -> its argument; empty for none.

        "drop": refuse connections and close the present ones. "silence": accept and say nothing. "late": answer
        after so many seconds. "garbage": answer nonsense. "refuse": decline every write. "vanish": the devices behind
        a broker stop talking.
        """
