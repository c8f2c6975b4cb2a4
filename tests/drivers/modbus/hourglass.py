"""A loop whose time passes only when nothing else is to do, and a wire that ends in the test's own hands."""

from __future__ import annotations

import asyncio
import struct
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

from drivers.modbus.client import Client, GarbledAnswer, ModbusException

ENDS = (ModbusException, GarbledAnswer, TimeoutError, ConnectionError)


class Hourglass(asyncio.SelectorEventLoop):
    """Timeouts of seconds cost nothing, and always ring in the same order."""

    def __init__(self) -> None:
        super().__init__()
        self._now = 0.0
        look = self._selector.select

        def select(timeout: float | None) -> Any:
            found = look(0)
            if not found and timeout is None:
                raise AssertionError("everything waits, and nothing will ever happen")
            self._now += 0.0 if found else (timeout or 0.0)
            return found

        self._selector.select = select

    def time(self) -> float:
        return self._now


def turned(scenario: Coroutine[Any, Any, None]) -> None:
    """Run it on a loop of its own."""
    with asyncio.Runner(loop_factory=Hourglass) as runner:
        runner.run(scenario)


class Wire(asyncio.WriteTransport):
    """What the client writes goes to `heard`; what `say` is given the client receives."""

    def __init__(self, client: Any, heard: Callable[[bytes], None] = lambda data: None) -> None:
        super().__init__()
        self.sent: list[bytes] = []
        self._client, self._heard, self._closing = client, heard, False
        client.connection_made(self)

    def write(self, data: bytes | bytearray | memoryview) -> None:
        self.sent.append(bytes(data))
        self._heard(bytes(data))

    def say(self, data: bytes, after_s: float = 0.0) -> None:
        if after_s:
            asyncio.get_running_loop().call_later(after_s, self.say, data)
        elif not self._closing:
            self._client.feed(data)

    def is_closing(self) -> bool:
        return self._closing

    def abort(self) -> None:
        if not self._closing:
            self._closing = True
            asyncio.get_running_loop().call_soon(self._client.connection_lost, None)


def read(function: int = 3, count: int = 1, start: int = 0) -> bytes:
    """The request that reads."""
    return struct.pack(">BHH", function, start, count)


async def how(call: Awaitable[bytes]) -> bytes | Exception:
    """Its answer, or the exception it ends with."""
    try:
        return await call
    except ENDS as end:
        return end


async def hung_up(*clients: Client) -> None:
    for client in clients:
        client.close()
        await client.closed()
