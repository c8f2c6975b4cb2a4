"""Client: one connection to a Modbus device or gateway, whatever the framing; `dial` makes it.

    MbapClient   TCP and TLS: transaction ids, several requests in flight
    LineClient   RTU and ASCII, on a serial port or through a serial server: one request in flight

Written here rather than taken from the library because that one waits out its whole timeout when a connection drops,
accepts short answers in silence, and allows one request in flight (docs/decisions/0004). Both clients receive into a
buffer of their own (a plain asyncio.Protocol is handed a fresh 256 KB for every read, half of what a request costs) and
have one timer that wakes at the earliest deadline instead of one per request.
"""

from __future__ import annotations

import asyncio
import math
from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import ClassVar, NoReturn

ROOM = 4096
"""Bytes of the receive buffer: the answers of some 16 requests; what does not fit stays with the system."""
TURNAROUND_S = 0.2
"""Silence after a broadcast, so that every device has time to act. Source: Modbus over serial line V1.02, 2.4.1 (100 to
200 ms)."""

CLOSING_S = 0.5


class ModbusException(Exception):
    """The device's own refusal."""

    NAMES: ClassVar = {
        1: "illegal function",
        2: "illegal address",
        3: "illegal value",
        4: "device failure",
        5: "acknowledge",
        6: "device busy",
        8: "memory parity error",
        10: "gateway path unavailable",
        11: "gateway target does not answer",
    }

    def __init__(self, code: int) -> None:
        self.code = code
        super().__init__(f"exception {code}, {self.NAMES.get(code, 'unknown')}")


class GarbledAnswer(Exception):
    """An answer that does not fit its request: wrong unit, function, length, echo or checksum."""


class NotSent(TimeoutError):
    """The line was not free in time; the request never left."""

    def __init__(self) -> None:
        super().__init__("the line was still busy with an earlier request; nothing was sent")


class Client(asyncio.BufferedProtocol, ABC):
    """See the module. After the peer is gone every call raises ConnectionError."""

    def __init__(self, explain: Callable[[Exception], str] = str) -> None:
        self._explain = explain
        """Words for the exception that ended the connection."""
        self._loop = asyncio.get_running_loop()
        self._memory = memoryview(bytearray(ROOM))
        self._filled = 0
        self._transport: asyncio.WriteTransport | None = None
        self._gone: asyncio.Future[None] = self._loop.create_future()
        self._timer: asyncio.TimerHandle | None = None
        self._wakes = math.inf
        """Loop time of the timer."""
        self.end = "connection closed by the device"
        """Why it is gone, once it is."""
        self.garbage = 0
        """Frames that broke the protocol or fitted no request."""
        self.unasked = 0
        """Answers to what was never asked, or was answered already; whoever counts errors takes them from here."""

    @abstractmethod
    async def call(self, unit: int, pdu: bytes, timeout_s: float) -> bytes:
        """Send one request and return the answer's data after its function code.

        Raises ModbusException, GarbledAnswer, TimeoutError or ConnectionError. On a line that is still owed an answer
        it may take up to three times as long; NotSent is the TimeoutError that says that nothing left.
        """

    @abstractmethod
    async def broadcast(self, pdu: bytes, turnaround_s: float = TURNAROUND_S) -> None:
        """Send one request to every device (unit 0), which none answers, and leave them time to act.

        Raises ConnectionError.
        """

    def close(self) -> None:
        if self._transport is not None:
            self._transport.abort()

    @property
    def gone(self) -> bool:
        """Nothing can be sent any more."""
        return self._transport is None or self._transport.is_closing() or self._gone.done()

    async def closed(self) -> None:
        """Returns when the connection is gone for good."""
        await asyncio.shield(self._gone)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.WriteTransport)
        self._transport = transport

    def connection_lost(self, exc: Exception | None) -> None:
        self._transport = None
        if exc is not None:
            self.end = self._explain(exc) or self.end
        if self._timer is not None:
            self._timer.cancel()
        self._fail(ConnectionError(self.end))
        if not self._gone.done():
            self._gone.set_result(None)

    def feed(self, data: bytes) -> None:
        """What arrived, for a transport that hands over bytes."""
        at = 0
        while at < len(data) and not self.gone:
            room = self.get_buffer(-1)
            piece = data[at : at + len(room)]
            room[: len(piece)] = piece
            at += len(piece)
            self.buffer_updated(len(piece))

    def get_buffer(self, sizehint: int) -> memoryview:
        return self._memory[self._filled :]

    async def _refuse(self) -> NoReturn:
        """There is no connection: raise with the reason, which a transport that is closing tells in a moment."""
        if self._transport is not None:
            await asyncio.wait((self._gone,), timeout=CLOSING_S)
        raise ConnectionError(self.end if self._gone.done() else "not connected")

    @abstractmethod
    def _fail(self, error: ConnectionError) -> None:
        """End whatever waits for an answer."""

    @abstractmethod
    def _expire(self) -> None:
        """The timer has rung: give up what is due, and set it again for what is not."""

    def _ring(self, deadline: float) -> None:
        """Set the timer. A request that is answered in time leaves it alone: it finds nothing due when it rings, which
        costs one ring per timeout rather than one timer per request."""
        if self._timer is not None:
            self._timer.cancel()
        self._wakes = deadline
        self._timer = self._loop.call_at(deadline, self._expire)

    def _break(self, reason: str) -> None:
        """Close a stream that can't be resynchronised."""
        self.garbage += 1
        self._filled = 0
        self.end = reason
        self.close()
