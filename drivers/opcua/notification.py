"""The bytes of a PublishResponse, decoded twenty times faster than by the library, or not at all.

    response header · subscription · sequence numbers · notification message ( data change )* · results

A run of values of one shape, such as a thousand Doubles with their times, becomes columns by one numpy operation. In a
stretch of several shapes of fixed length only the lengths are walked one by one, and each shape is gathered as columns.
Strings are read one by one, and a value of any other shape (array, structure, date) is given to `variant`, which the
library backs. For a message that is itself unusual `decode` returns None and the caller
asks the library, which knows every shape. It never guesses: a length that does not come out exactly is unusual too.
Layouts: OPC UA Part 6, section 5.2.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from operator import itemgetter
from typing import Any

import numpy as np
from numpy.typing import NDArray

Scalar = object
"""bool, int, float, str, None for no value; else what the library makes of it."""

Row = tuple[int, Scalar, int, int]
"""Client handle, value, StatusCode, time in 100 ns since 1601: the source's, else the server's, else 0."""

Variant = Callable[[bytes, int], tuple[object, int]]
"""The value of the variant at an offset, and where it ends."""


@dataclass(frozen=True, slots=True)
class Block:
    """Changes by column."""

    handle: NDArray[np.uint32]
    value: NDArray[Any]
    """Numbers, booleans as 0 and 1; NaN for no value."""
    status: NDArray[np.uint32]
    ticks: NDArray[np.int64]

    def rows(self) -> Iterator[Row]:
        return zip(self.handle.tolist(), self.value.tolist(), self.status.tolist(), self.ticks.tolist(), strict=True)


@dataclass(slots=True)
class Notification:
    """What one PublishResponse says."""

    subscription: int
    sequence: int
    keep_alive: bool
    """Nothing to acknowledge: the server only says that it lives, and which number its next message will have."""
    changes: list[Block | list[Row]] = field(default_factory=list)
    """Oldest first."""
    status: int = 0
    """StatusCode of a StatusChangeNotification: bad when the subscription has ended."""
    events: list[Any] = field(default_factory=list)
    """EventFieldLists, as the library makes them."""
    published: int = 0
    """When the server made it, 100 ns since 1601."""

    def rows(self) -> list[Row]:
        """All changes, one by one."""
        return [row for part in self.changes for row in (part.rows() if isinstance(part, Block) else part)]


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
_BOOLEAN, _STRING = 1, 12
_VALUE, _STATUS, _SOURCE, _SERVER, _SOURCE_PICO, _SERVER_PICO = 1, 2, 4, 8, 16, 32
"""Bits of a DataValue's mask, in the order Part 6 encodes the fields: source time, its picoseconds, server time."""


_RUN = 64
"""Values of one shape from which a look ahead is worth it."""
_LOOK = 4096
"""How far ahead a run is looked for."""
_STRETCH = (16, 1024)
"""Values of fixed length that are gathered at once: at least, for columns to be cheaper than rows, and at most."""
_FEW = 8
"""Values read one by one where one of them has a length of its own."""


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
    time = fields + bool(mask & _STATUS) if mask & (_SOURCE | _SERVER) else -1  # the first of the two that is there
    value = fields - 1 if code else -2
    pick = itemgetter(status, time) if code is None else itemgetter(0, value, status, time)
    return _Shape(struct.Struct("<" + head + _tail(mask)), pick)


def _columns(mask: int, kind: int) -> np.dtype[Any]:
    """The same layout as `_shape`, for numpy."""
    fields = [("handle", "<u4"), ("mask", "u1")]
    if mask & _VALUE:
        fields += [("kind", "u1"), *([("value", "<" + _DTYPES[kind])] if kind else [])]
    fields += [
        (name, code)
        for bit, name, code in (
            (_STATUS, "status", "<u4"),
            (_SOURCE, "source", "<i8"),
            (_SOURCE_PICO, "source_pico", "<u2"),
            (_SERVER, "server", "<i8"),
            (_SERVER_PICO, "server_pico", "<u2"),
        )
        if mask & bit
    ]
    return np.dtype(fields)


_DTYPES = {1: "u1", 2: "i1", 3: "u1", 4: "i2", 5: "u2", 6: "i4", 7: "u4", 8: "i8", 9: "u8", 10: "f4", 11: "f8"}
_COLUMNS = {mask: _columns(mask, 0) for mask in range(64) if not mask & _VALUE} | {
    mask | kind << 8: _columns(mask, kind) for mask in range(64) if mask & _VALUE for kind in _FORMATS
}
"""Mask and built-in type -> layout; the type is 0 where the mask has no value."""
_LENGTHS = {bytes((key & 0xFF, key >> 8)): layout.itemsize for key, layout in _COLUMNS.items() if key & _VALUE} | {
    bytes((mask, other)): _COLUMNS[mask].itemsize for mask in range(0, 64, 2) for other in range(256)
}
"""The two bytes behind the handle -> how long the whole is; without a value the second of them is no type."""
_BYTE = np.arange(max(layout.itemsize for layout in _COLUMNS.values()))
_SHAPES = {mask: _shape(mask, "") for mask in range(64) if not mask & _VALUE} | {
    mask | kind << 8: _shape(mask, code) for mask in range(64) if mask & _VALUE for kind, code in _FORMATS.items()
}
_TAILS = {mask: _shape(mask, None) for mask in range(64) if mask & _VALUE}


class _UnusualError(Exception):
    """A shape this module leaves to the library."""


def _decline(_raw: bytes, _at: int) -> tuple[object, int]:
    raise _UnusualError


def decode(raw: bytes, variant: Variant = _decline) -> Notification | None:
    """The notification in the body of a PublishResponse; None for anything unusual or damaged.

    `variant` reads the values of unusual shape; it may raise anything on damage.
    """
    try:
        return _decode(raw, variant)
    except Exception:  # noqa: BLE001  whatever `variant` raises: the library has the last word on the whole message
        return None


def _decode(raw: bytes, variant: Variant) -> Notification:
    kind, number, _time, _handle, result, diagnostics, strings, extra, extra_body = _HEAD.unpack_from(raw, 0)
    if (kind, number) != (_FOUR_BYTE, _PUBLISH_RESPONSE) or result or diagnostics or strings > 0 or extra or extra_body:
        raise _UnusualError
    subscription, available = _COUNTED.unpack_from(raw, _HEAD.size)
    at = _HEAD.size + _COUNTED.size + 4 * max(available, 0)
    _more, sequence, published, count = _MESSAGE.unpack_from(raw, at)
    at += _MESSAGE.size
    notification = Notification(subscription, sequence, count <= 0, published=published)
    for _ in range(count):
        at = _data_change(raw, at, notification.changes, variant)
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


def _data_change(raw: bytes, at: int, changes: list[Block | list[Row]], variant: Variant) -> int:
    """Append what the DataChangeNotification at `at` says and return where it ends."""
    if raw[at : at + 5] != _DATA_CHANGE:
        raise _UnusualError
    length, count = struct.unpack_from("<ii", raw, at + 5)
    end = at + 9 + int(length)
    at += 13
    while count > 0:
        before = count
        block, at, count = _block(raw, at, count)
        if block is not None:
            changes.append(block)
        if count == before:
            rows: list[Row] = []
            at = _rows(raw, at, min(count, _FEW), rows, variant)
            count -= len(rows)
            if changes and isinstance(changes[-1], list):
                changes[-1] += rows
            else:
                changes.append(rows)
    if _INT.unpack_from(raw, at)[0] > 0 or at + 4 != end:
        raise _UnusualError
    return end


def _block(raw: bytes, at: int, count: int) -> tuple[Block | None, int, int]:
    """The values of fixed length at `at` where there are enough of them; where they end, and how many are left."""
    run = _run(raw, at, min(count, _LOOK))
    if run is not None:
        return _block_of(run), at + run.nbytes, count - len(run)
    offsets: list[int] = []
    end = at
    for _ in range(min(count, _STRETCH[1])):
        length = _LENGTHS.get(raw[end + 4 : end + 6])
        if length is None:
            break
        offsets.append(end)
        end += length
    if len(offsets) < _STRETCH[0] or end > len(raw):
        return None, at, count
    return _gathered(raw, np.array(offsets)), end, count - len(offsets)


def _run(raw: bytes, at: int, count: int) -> NDArray[Any] | None:
    """The run of values of one shape at `at`, at most `count`; None where there is none worth it.

    The first value is of its shape by what it says itself; the next lies right behind it, and so on.
    """
    layout = _COLUMNS.get(raw[at + 4] | raw[at + 5] << 8) if raw[at + 4] & _VALUE else None
    count = min(count, (len(raw) - at) // layout.itemsize) if layout else 0
    if layout is None or count < _RUN:
        return None
    run = np.frombuffer(raw, layout, count, at)
    same = (run["mask"] == raw[at + 4]) & (run["kind"] == raw[at + 5])
    if not same.all():
        run = run[: int(same.argmin())]
    return run if len(run) >= _RUN else None


def _block_of(run: NDArray[Any]) -> Block:
    value = _column(run, "value", np.float64, np.nan)
    if "kind" in (run.dtype.names or ()) and run[0]["kind"] == _BOOLEAN:
        value = value != 0
    time = "source" if "source" in (run.dtype.names or ()) else "server"
    return Block(run["handle"], value, _column(run, "status", np.uint32, 0), _column(run, time, np.int64, 0))


def _column(run: NDArray[Any], name: str, kind: type[np.generic], nothing: float) -> NDArray[Any]:
    return run[name] if name in (run.dtype.names or ()) else np.full(len(run), nothing, kind)


def _gathered(raw: bytes, offsets: NDArray[np.intp]) -> Block:
    """The values at `offsets` in their order, whatever the shape of each."""
    octets, n = np.frombuffer(raw, np.uint8), len(offsets)
    mask, kind = octets[offsets + 4], octets[offsets + 5]
    shape = np.where(mask & _VALUE, mask | kind.astype(np.uint16) << 8, mask)
    whole = Block(np.empty(n, np.uint32), np.empty(n), np.empty(n, np.uint32), np.empty(n, np.int64))
    for key in np.unique(shape).tolist():
        rows = np.flatnonzero(shape == key)
        layout = _COLUMNS[key]
        run = octets[offsets[rows, None] + _BYTE[: layout.itemsize]].view(layout)[:, 0]
        part = _block_of(run)
        whole.handle[rows], whole.value[rows] = part.handle, part.value
        whole.status[rows], whole.ticks[rows] = part.status, part.ticks
    return whole


def _rows(raw: bytes, at: int, count: int, rows: list[Row], variant: Variant) -> int:
    """Append `count` values of any shape and return where they end."""
    for _ in range(count):
        mask = raw[at + 4]
        shape = _SHAPES.get(mask | raw[at + 5] << 8 if mask & 1 else mask)
        if shape is None:
            at = _other(raw, at, mask, rows, variant)
            continue
        read = shape.layout.unpack_from(raw, at) + _ABSENT
        at += shape.layout.size
        rows.append(shape.pick(read))
    return at


def _other(raw: bytes, at: int, mask: int, rows: list[Row], variant: Variant) -> int:
    """One notification whose value has a length of its own."""
    tail = _TAILS.get(mask)
    if tail is None:
        raise _UnusualError
    value, end = _string(raw, at + 6) if raw[at + 5] == _STRING else variant(raw, at + 5)
    handle = _INT.unpack_from(raw, at)[0] & 0xFFFFFFFF
    rows.append((handle, value, *tail.pick(tail.layout.unpack_from(raw, end) + _ABSENT)))
    return end + tail.layout.size


def _string(raw: bytes, at: int) -> tuple[object, int]:
    """A negative length is a null string."""
    length = int(_INT.unpack_from(raw, at)[0])
    end = at + 4 + max(length, 0)
    if end > len(raw):
        raise _UnusualError
    return (raw[at + 4 : end].decode() if length >= 0 else None), end
