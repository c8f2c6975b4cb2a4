"""MbapClient: Modbus TCP, also within TLS: requests in flight by transaction id, strict checks.

A stream that breaks the protocol is closed at once: it can't be resynchronised.

    transaction u16 | protocol u16 = 0 | length u16 | unit u8 | function u8 | …    Modbus Messaging on TCP/IP V1.0b, 3.1
"""

from __future__ import annotations

import asyncio
import math
import struct
from collections import deque
from collections.abc import Callable

from drivers.modbus.client import TURNAROUND_S, Client, GarbledAnswer, ModbusException
from drivers.modbus.framing import fits

_HEADER = struct.Struct(">HHHBB")
_REQUEST = struct.Struct(">HHHB")
_LONGEST = 254
"""Of the length field: unit, function and at most 252 bytes of data."""
_LATE = 64
"""Requests given up whose late answers are known as such: more than a device holds in a queue."""

_Pending = tuple["asyncio.Future[bytes]", int, bytes, float]
"""Answer, unit, PDU of the request, loop time of its deadline."""


class MbapClient(Client):
    """One connection to a device or gateway on TCP."""

    def __init__(self, explain: Callable[[Exception], str] = str) -> None:
        super().__init__(explain)
        self._pending: dict[int, _Pending] = {}
        self._transaction = 0
        self._given_up: deque[int] = deque(maxlen=_LATE)
        """Requests whose answers may still come."""

    async def call(self, unit: int, pdu: bytes, timeout_s: float) -> bytes:
        transport = self._transport
        if transport is None or transport.is_closing():
            await self._refuse()
        self._transaction = transaction = (self._transaction + 1) & 0xFFFF
        answer: asyncio.Future[bytes] = self._loop.create_future()
        deadline = self._loop.time() + timeout_s
        self._pending[transaction] = (answer, unit, pdu, deadline)
        if deadline < self._wakes:
            self._ring(deadline)
        transport.write(_REQUEST.pack(transaction, 0, len(pdu) + 1, unit) + pdu)
        try:
            return await answer
        except BaseException:
            self._pending.pop(transaction, None)
            self._given_up.append(transaction)
            raise

    async def broadcast(self, pdu: bytes, turnaround_s: float = TURNAROUND_S) -> None:
        if self.gone or self._transport is None:
            await self._refuse()
        self._transaction = (self._transaction + 1) & 0xFFFF
        self._transport.write(_REQUEST.pack(self._transaction, 0, len(pdu) + 1, 0) + pdu)
        await asyncio.sleep(turnaround_s)

    def buffer_updated(self, nbytes: int) -> None:
        memory, filled, at = self._memory, self._filled + nbytes, 0
        while filled - at >= _HEADER.size:
            transaction, protocol, length, unit, function = _HEADER.unpack_from(memory, at)
            if protocol or not 3 <= length <= _LONGEST:
                self._break("its answers break the protocol")
                return
            end = at + 6 + length
            if end > filled:
                break
            if filled - end >= 4 and (memory[end + 2] or memory[end + 3]):
                # what follows is no frame, so this one was cut short and has swallowed the beginning of the next
                self._break("its answers break the protocol")
                return
            self._answer(transaction, unit, function, bytes(memory[at + 8 : end]))
            at = end
        if at and at < filled:
            memory[: filled - at] = bytes(memory[at:filled])
        self._filled = filled - at

    def _answer(self, transaction: int, unit: int, function: int, body: bytes) -> None:
        pending = self._pending.pop(transaction, None)
        if pending is None:
            self.garbage += 1
            self.unasked += transaction not in self._given_up  # a late answer was counted when it was given up
            return
        if pending[0].done():  # given up just now
            return
        answer, asked_unit, pdu, _ = pending
        if unit == asked_unit and function == pdu[0] and fits(pdu, body):
            answer.set_result(body)
        elif unit == asked_unit and function == pdu[0] | 0x80:
            answer.set_exception(ModbusException(body[0]))
        else:
            self.garbage += 1
            answer.set_exception(GarbledAnswer(misfit(unit, function, len(body), asked_unit, pdu[0])))

    def _fail(self, error: ConnectionError) -> None:
        for answer, _, _, _ in self._pending.values():
            if not answer.done():
                answer.set_exception(ConnectionError(str(error)))
        self._pending.clear()

    def _expire(self) -> None:
        now, self._wakes, self._timer = self._loop.time(), math.inf, None
        waiting = math.inf
        for answer, _, _, deadline in self._pending.values():
            if deadline > now:
                waiting = min(waiting, deadline)
            elif not answer.done():
                answer.set_exception(TimeoutError())
        if waiting < math.inf:
            self._ring(waiting)


def misfit(unit: int, function: int, size: int, asked_unit: int, asked: int) -> str:
    """What is wrong with an answer, in words."""
    if unit != asked_unit or function & 0x7F != asked:
        return f"unit {unit} function {function} answered {asked_unit}/{asked}"
    return f"the {size} bytes of the answer to function {asked} do not fit its request"
