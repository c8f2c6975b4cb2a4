"""The bytes of a PublishResponse, decoded twenty times faster than by the library, or not at all.

    response header · subscription · sequence numbers · notification message ( data change )* · results

Only the shape that servers really send is decoded: data changes of scalar numbers, booleans and strings. For
anything else `decode` returns None and the caller asks the library, which knows every shape. It never guesses: a
length that does not come out exactly is "anything else" too. Layouts: OPC UA Part 6, section 5.2.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from dataclasses import dataclass, field
from operator import itemgetter
from typing import Any

Scalar = object
"""bool, int, float, str, None for no value; anything else is of no use to a tag."""

Row = tuple[int, Scalar, int, int]
"""Client handle, value, StatusCode, source time in 100 ns since 1601 (0: the server gave none)."""


@dataclass(slots=True)
class Notification:
    """What one PublishResponse says."""

    subscription: int
    sequence: int
    keep_alive: bool
    """Nothing to acknowledge: the server only says that it lives."""
    rows: list[Row] = field(default_factory=list)
    status: int = 0
    """StatusCode of a StatusChangeNotification: bad when the subscription has ended."""


_HEAD = struct.Struct("<HHqIIBiHB")
"""TypeId (FourByte, namespace 0), time, handle, result, diagnostics mask, string table, additional header."""
_COUNTED = struct.Struct("<Ii")
_MESSAGE = struct.Struct("<?Iqi")
"""More notifications, sequence number, publish time, how many notifications."""
_INT = struct.Struct("<i")
_DATA_CHANGE = b"\x01\x00\x2b\x03\x01"
"""ExtensionObject header of DataChangeNotification_Encoding_DefaultBinary (i=811) with a binary body."""
_PUBLISH_RESPONSE = 829
_FOUR_BYTE = 0x0001

_FORMATS = {0: "", 1: "?", 2: "b", 3: "B", 4: "h", 5: "H", 6: "i", 7: "I", 8: "q", 9: "Q", 10: "f", 11: "d"}
"""Built-in type -> struct code; 0 is a variant without a value."""
_STRING = 12
_VALUE, _STATUS, _SOURCE, _SERVER, _SOURCE_PICO, _SERVER_PICO = 1, 2, 4, 8, 16, 32
"""Bits of a DataValue's mask, in the order Part 6 encodes the fields: source time, its picoseconds, server time."""


def _tail(mask: int) -> str:
    """Struct codes of what follows the value."""
    codes = ((_STATUS, "I"), (_SOURCE, "q"), (_SOURCE_PICO, "2x"), (_SERVER, "q"), (_SERVER_PICO, "2x"))
    return "".join(code for bit, code in codes if mask & bit)


_ABSENT = (None, 0)
"""Appended to every unpacked tuple, so that -2 is "no value" and -1 "no status" or "no time"."""


@dataclass(frozen=True, slots=True)
class _Shape:
    """How one MonitoredItemNotification of a mask and type lies."""

    layout: struct.Struct
    pick: Callable[[tuple[Any, ...]], Any]
    """Handle, value, status and time out of the unpacked tuple; for the part after a string, status and time."""


def _shape(mask: int, code: str | None) -> _Shape:
    """`code` is the struct code of the value; None for the part after a string."""
    head = "" if code is None else "IBB" + code if mask & _VALUE else "IB"
    fields = sum(character not in "2x" for character in head)
    status = fields if mask & _STATUS else -1
    time = fields + bool(mask & _STATUS) if mask & _SOURCE else -1
    value = fields - 1 if code else -2
    pick = itemgetter(status, time) if code is None else itemgetter(0, value, status, time)
    return _Shape(struct.Struct("<" + head + _tail(mask)), pick)


_SHAPES = {mask: _shape(mask, "") for mask in range(64) if not mask & _VALUE} | {
    mask | kind << 8: _shape(mask, code) for mask in range(64) if mask & _VALUE for kind, code in _FORMATS.items()
}
_TAILS = {mask: _shape(mask, None) for mask in range(64) if mask & _VALUE}


class _UnusualError(Exception):
    """A shape this module leaves to the library."""


def decode(raw: bytes) -> Notification | None:
    """The notification in the body of a PublishResponse; None for anything unusual or damaged."""
    try:
        return _decode(raw)
    except (_UnusualError, struct.error, IndexError, UnicodeDecodeError):
        return None


def _decode(raw: bytes) -> Notification:
    kind, number, _time, _handle, result, diagnostics, strings, extra, extra_body = _HEAD.unpack_from(raw, 0)
    if (kind, number) != (_FOUR_BYTE, _PUBLISH_RESPONSE) or result or diagnostics or strings > 0 or extra or extra_body:
        raise _UnusualError
    subscription, available = _COUNTED.unpack_from(raw, _HEAD.size)
    at = _HEAD.size + _COUNTED.size + 4 * max(available, 0)
    _more, sequence, _published, count = _MESSAGE.unpack_from(raw, at)
    at += _MESSAGE.size
    notification = Notification(subscription, sequence, count <= 0)
    for _ in range(count):
        at = _data_change(raw, at, notification.rows)
    if _skip_results(raw, at) != len(raw):
        raise _UnusualError
    return notification


def _skip_results(raw: bytes, at: int) -> int:
    """Past the results of the acknowledgements and their diagnostics, which must be empty."""
    results = int(_INT.unpack_from(raw, at)[0])
    at += 4 + 4 * max(results, 0)
    if _INT.unpack_from(raw, at)[0] > 0:
        raise _UnusualError
    return at + 4


def _data_change(raw: bytes, at: int, rows: list[Row]) -> int:
    """Append the rows of the DataChangeNotification at `at` and return where it ends."""
    if raw[at : at + 5] != _DATA_CHANGE:
        raise _UnusualError
    length, count = struct.unpack_from("<ii", raw, at + 5)
    end = at + 9 + int(length)
    at += 13
    for _ in range(count):
        mask = raw[at + 4]
        shape = _SHAPES.get(mask | raw[at + 5] << 8 if mask & 1 else mask)
        if shape is None:
            at = _string(raw, at, mask, rows)
            continue
        read = shape.layout.unpack_from(raw, at) + _ABSENT
        at += shape.layout.size
        rows.append(shape.pick(read))
    if _INT.unpack_from(raw, at)[0] > 0 or at + 4 != end:
        raise _UnusualError
    return end


def _string(raw: bytes, at: int, mask: int, rows: list[Row]) -> int:
    """One notification whose value is a string; a negative length is a null string."""
    tail = _TAILS.get(mask)
    if tail is None or raw[at + 5] != _STRING:
        raise _UnusualError
    handle, length = _INT.unpack_from(raw, at)[0] & 0xFFFFFFFF, _INT.unpack_from(raw, at + 6)[0]
    start = at + 10
    end = start + max(int(length), 0)
    if end > len(raw):
        raise _UnusualError
    value = raw[start:end].decode() if length >= 0 else None
    rows.append((handle, value, *tail.pick(tail.layout.unpack_from(raw, end) + _ABSENT)))
    return end + tail.layout.size
