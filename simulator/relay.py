"""Relay: a listening port in front of a real server, where what goes wrong on a wire is put in.

    client ── front ── (drop · silence · late · garbage) ── back ── server on a port of its own

It knows no protocol. Bytes keep their order whatever happens; a connection that lost bytes is cut when the trouble
ends, as a rebooted device would cut it.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Mapping

MISCHIEF = frozenset({"drop", "silence", "late", "garbage"})
"""What a relay can do; the rest is for the server behind it."""


class Relay:
    """See the module."""

    def __init__(self, host: str, port: int) -> None:
        self.mischief: Mapping[str, float] = {}
        self.server = ("", 0)
        """Where the real server listens."""
        self.fronts: set[_Front] = set()
        self._address = (host, port)
        self._listener: asyncio.Server | None = None

    async def open(self, server: tuple[str, int]) -> None:
        """Listen; nothing to do where it already does, or must not."""
        self.server = server
        if self._listener is None and "drop" not in self.mischief:
            loop = asyncio.get_running_loop()
            self._listener = await loop.create_server(lambda: _Front(self), *self._address)

    async def close(self) -> None:
        """Stop listening and cut every connection; returns when their sockets are closed."""
        self._deafen()
        connecting = [front.connecting for front in self.fronts if front.connecting is not None]
        self._cut()
        await asyncio.gather(*connecting, return_exceptions=True)
        await asyncio.sleep(0)

    def misbehave(self, mischief: Mapping[str, float]) -> None:
        """Set what goes wrong from now on; a port that was closed opens again at the next `open`."""
        lossy = {"silence", "garbage"} & set(self.mischief)
        self.mischief = mischief
        if "drop" in mischief:
            self._deafen()
        if "drop" in mischief or lossy:
            self._cut()

    def _deafen(self) -> None:
        if self._listener is not None:
            self._listener.close()
            self._listener = None

    def _cut(self) -> None:
        for front in list(self.fronts):
            front.cut()


class _Front(asyncio.Protocol):
    """The side of the client."""

    def __init__(self, relay: Relay) -> None:
        self.connecting: asyncio.Task[None] | None = None
        self.transport: asyncio.Transport | None = None
        self._relay = relay
        self._back: asyncio.Transport | None = None
        self._waiting = bytearray()
        """What the client said before the server had picked up."""
        self._due = 0.0
        self._held = 0
        """Answers that wait for their time; none may overtake them, not even when a busy loop is behind with them."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self._relay.fronts.add(self)
        self.connecting = asyncio.create_task(self._connect())

    async def _connect(self) -> None:
        try:
            back, _ = await asyncio.get_running_loop().create_connection(lambda: _Back(self), *self._relay.server)
        except OSError:
            self.cut()
            return
        if self.transport is None or self.transport.is_closing():
            back.abort()
            return
        self._back = back
        back.write(bytes(self._waiting))
        self._waiting.clear()

    def data_received(self, data: bytes) -> None:
        mischief = self._relay.mischief
        if "garbage" in mischief and self.transport is not None:
            self.transport.write(random.randbytes(64))
        elif "silence" in mischief:
            return
        elif self._back is None:
            self._waiting += data
        else:
            self._back.write(data)

    def answer(self, data: bytes) -> None:
        """What the server says, now or late."""
        mischief = self._relay.mischief
        if "silence" in mischief or "garbage" in mischief:
            return
        loop = asyncio.get_running_loop()
        late_s = mischief.get("late", 0.0)
        if not late_s and not self._held:
            self._say(data)
            return
        # the loop's heap keeps no order between equal instants: each answer is due a little after the last
        self._due = max(loop.time() + late_s, self._due + 1e-6)
        self._held += 1
        loop.call_at(self._due, self._release, data)

    def _release(self, data: bytes) -> None:
        self._held -= 1
        self._say(data)

    def _say(self, data: bytes) -> None:
        if self.transport is not None and not self.transport.is_closing():
            self.transport.write(data)

    def cut(self) -> None:
        """Close both sides at once, without a word."""
        for side in (self.transport, self._back):
            if side is not None:
                side.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        self._relay.fronts.discard(self)
        self.transport = None
        if self._back is not None:
            self._back.abort()


class _Back(asyncio.Protocol):
    """The side of the server."""

    def __init__(self, front: _Front) -> None:
        self._front = front

    def data_received(self, data: bytes) -> None:
        self._front.answer(data)

    def connection_lost(self, exc: Exception | None) -> None:
        if self._front.transport is not None:
            self._front.transport.close()
