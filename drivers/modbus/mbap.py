"""Modbus TCP on the wire: requests in flight by transaction id, strict checks, instant failure when the peer goes.

Written here rather than taken from the library because that one waits out its whole timeout when a connection
drops, accepts short answers in silence, and allows one request in flight (docs/decisions/0004). A stream that breaks
the protocol is closed at once: it can't be resynchronised.

    transaction u16 | protocol u16 = 0 | length u16 | unit u8 | function u8 | …    Modbus Messaging on TCP/IP V1.0b, 3.1
"""

from __future__ import annotations

import asyncio
import struct
from typing import ClassVar

_HEADER = struct.Struct(">HHHBB")
_LONGEST = 254
"""Of the length field: unit, function and at most 252 bytes of data."""


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
    """An answer that does not fit its request: wrong unit, function or length."""


class Client(asyncio.Protocol):
    """One connection. `connect` makes it; after the peer is gone every call raises ConnectionError."""

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._pending: dict[int, tuple[asyncio.Future[bytes], int, int]] = {}
        self._transaction = 0
        self._transport: asyncio.Transport | None = None
        self._gone = asyncio.get_running_loop().create_future()
        self.end = "connection closed by the device"
        """Why it is gone, once it is."""
        self.garbage = 0
        """Frames that broke the protocol or fitted no request."""

    @classmethod
    async def connect(cls, host: str, port: int, timeout_s: float) -> Client:
        """Raises OSError or TimeoutError."""
        async with asyncio.timeout(timeout_s):
            _, client = await asyncio.get_running_loop().create_connection(cls, host, port)
        return client

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

    async def call(self, unit: int, pdu: bytes, timeout_s: float) -> bytes:
        """Send one request and return the answer's data after its function code.

        Raises ModbusException, GarbledAnswer, TimeoutError or ConnectionError.
        """
        if self.gone or self._transport is None:
            raise ConnectionError("not connected")
        self._transaction = transaction = (self._transaction + 1) & 0xFFFF
        future: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()
        self._pending[transaction] = (future, unit, pdu[0])
        self._transport.write(struct.pack(">HHHB", transaction, 0, len(pdu) + 1, unit) + pdu)
        try:
            async with asyncio.timeout(timeout_s):
                return await future
        finally:
            self._pending.pop(transaction, None)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def connection_lost(self, exc: Exception | None) -> None:
        self._transport = None
        for future, _, _ in self._pending.values():
            if not future.done():
                future.set_exception(ConnectionError(str(exc or self.end)))
        self._pending.clear()
        if not self._gone.done():
            self._gone.set_result(None)

    def data_received(self, data: bytes) -> None:
        buffer = self._buffer
        buffer += data
        while len(buffer) >= _HEADER.size:
            transaction, protocol, length, unit, function = _HEADER.unpack_from(buffer)
            if protocol or not 3 <= length <= _LONGEST:
                self.garbage += 1
                self.end = "its answers break the protocol"
                self.close()
                return
            if len(buffer) < 6 + length:
                return
            body = bytes(buffer[8 : 6 + length])
            del buffer[: 6 + length]
            self._answer(transaction, unit, function, body)

    def _answer(self, transaction: int, unit: int, function: int, body: bytes) -> None:
        pending = self._pending.pop(transaction, None)
        if pending is None or pending[0].done():  # the late answer of a request that was given up
            self.garbage += pending is None
            return
        future, asked_unit, asked_function = pending
        if unit != asked_unit or function & 0x7F != asked_function:
            future.set_exception(
                GarbledAnswer(f"unit {unit} function {function} answered {asked_unit}/{asked_function}")
            )
        elif function & 0x80:
            future.set_exception(ModbusException(body[0]))
        else:
            future.set_result(body)
