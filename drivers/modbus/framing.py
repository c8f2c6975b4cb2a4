"""Rtu and Ascii: how a request is wrapped for a serial line and where a frame ends in what arrives; pure.

    RTU     unit u8 | function u8 | … | CRC-16 u16 little-endian          Modbus over serial line V1.02, 2.5.1
    ASCII   ":" | unit, function, … and LRC in hexadecimal | CR LF        the same, 2.5.2

An RTU frame says nowhere how long it is and user space can't see the silence that ends it, so its length is worked
out from the function code and the byte count.
"""

from __future__ import annotations

import binascii
from typing import Protocol

READS = (1, 2, 3, 4, 23)
_ECHO = {5: 5, 6: 5, 22: 7}
"""Function code -> bytes of the request that its answer repeats."""
_ECHO_HEAD = {15: 5, 16: 5}
"""Likewise where the answer repeats only address and count."""
_FIXED = {5: 4, 6: 4, 7: 1, 8: 4, 11: 4, 15: 4, 16: 4, 22: 6}
"""Function code -> bytes of data of its answer. Source: Modbus Application Protocol V1.1b3, 6.5 to 6.16."""
_COUNTED = (1, 2, 3, 4, 12, 17, 20, 21, 23)
"""Function codes whose answer begins with the number of bytes that follow."""
_EXCEPTION = 0x80
_IDENTIFICATION = 43


class Broken(ValueError):
    """What arrived is no frame."""


class LineFraming(Protocol):
    """A way to wrap on a serial line."""

    bits: int
    """Data bits of a character."""
    head: int
    """Characters that tell unit and function."""

    def wrap(self, unit: int, pdu: bytes) -> bytes:
        """The whole frame of a request."""

    def size(self, length: int) -> int:
        """Characters on the line for a PDU of `length` bytes."""

    def cut(self, received: bytes) -> tuple[int, bytes]:
        """Where the first frame ends in what arrived, and its unit, function and data; (0, b"") while it is not whole.

        Raises Broken for what can be no frame, however it goes on.
        """


def fits(pdu: bytes, body: bytes) -> bool:
    """Whether an answer's data has the length, or the echo, that its request calls for."""
    function = pdu[0]
    if function in READS:
        count = (pdu[3] << 8) | pdu[4]
        size = 2 * count if function > 2 else (count + 7) >> 3
        return len(body) == size + 1 and body[0] == size & 0xFF
    if function in _ECHO:
        return body == pdu[1 : _ECHO[function]]
    if function in _ECHO_HEAD:
        return body == pdu[1 : _ECHO_HEAD[function]]
    return True


def longest(pdu: bytes) -> int:
    """Bytes of the longest PDU that may answer a request."""
    if pdu[0] in READS and len(pdu) >= 5:
        count = (pdu[3] << 8) | pdu[4]
        return min(2 + (2 * count if pdu[0] > 2 else (count + 7) >> 3), 253)
    return 1 + _FIXED[pdu[0]] if pdu[0] in _FIXED else 253


class Rtu:
    """Binary frames."""

    bits, head = 8, 2
    _LONGEST = 256
    """Source: Modbus over serial line V1.02, 2.5.1."""

    def wrap(self, unit: int, pdu: bytes) -> bytes:
        body = bytes([unit]) + pdu
        return body + crc(body).to_bytes(2, "little")

    def size(self, length: int) -> int:
        return length + 3

    def cut(self, received: bytes) -> tuple[int, bytes]:
        end = self._end(received)
        if not end or end > len(received):
            return 0, b""
        if crc(received[:end]):  # the checksum of a frame with its checksum is zero
            raise Broken("wrong checksum")
        return end, received[: end - 2]

    def _end(self, received: bytes) -> int:
        """Length of the frame that begins here; 0 while it can't be told."""
        if len(received) < 3:
            return 0
        function, count = received[1], received[2]
        if function & _EXCEPTION:
            return 5
        if function in _FIXED:
            return 4 + _FIXED[function]
        if function in _COUNTED:
            if count + 5 > self._LONGEST:
                raise Broken(f"{count} bytes of data are more than a frame holds")
            return 5 + count
        if function == _IDENTIFICATION and count == 14:
            return _identification_end(received)
        raise Broken(f"function {function} was never asked for")


def _identification_end(received: bytes) -> int:
    """Of a device identification: objects, each with its length. Source: Modbus Application Protocol V1.1b3, 6.21."""
    if len(received) < 8:
        return 0
    at = 8
    for _ in range(received[7]):
        if len(received) < at + 2:
            return 0
        at += 2 + received[at + 1]
        if at + 2 > 256:
            raise Broken("a device identification longer than a frame")
    return at + 2


class Ascii:
    """Frames in hexadecimal; what stands before a colon is noise, and a colon begins anew."""

    bits, head = 7, 5
    _LONGEST = 513
    """Source: Modbus over serial line V1.02, 2.5.2.1."""

    def wrap(self, unit: int, pdu: bytes) -> bytes:
        body = bytes([unit]) + pdu
        return b":" + binascii.hexlify(body + bytes([lrc(body)])).upper() + b"\r\n"

    def size(self, length: int) -> int:
        return 2 * length + 7

    def cut(self, received: bytes) -> tuple[int, bytes]:
        end = received.find(b"\n") + 1
        if not end:
            if len(received) - max(received.rfind(b":"), 0) > self._LONGEST:
                raise Broken("no end of the line")
            return 0, b""
        line = received[received.rfind(b":", 0, end) + 1 : end - 1].removesuffix(b"\r")
        try:
            body = binascii.unhexlify(line)
        except binascii.Error:
            raise Broken("not hexadecimal") from None
        if len(body) < 4 or lrc(body):
            raise Broken("wrong checksum" if len(body) >= 4 else "shorter than any answer")
        return end, body[:-1]


def lrc(body: bytes) -> int:
    """Source: Modbus over serial line V1.02, 2.5.2.2; of a body with its checksum it is zero."""
    return -sum(body) & 0xFF


def crc(body: bytes) -> int:
    """CRC-16, polynomial 0xA001 reflected, from 0xFFFF; of a body with its checksum it is zero.

    Source: Modbus over serial line V1.02, 6.2.2.
    """
    value = 0xFFFF
    for byte in body:
        value = (value >> 8) ^ _CRC[(value ^ byte) & 0xFF]
    return value


def _crc_row(byte: int) -> int:
    for _ in range(8):
        byte = (byte >> 1) ^ (0xA001 if byte & 1 else 0)
    return byte


_CRC = tuple(_crc_row(byte) for byte in range(256))
