"""Datatypes of Sparkplug B: where a value travels in a metric, what it means, and what it may not be. Pure.

A value that does not fit its datatype is garbage, not another value: an Int8 of 300 is refused, never cut to 44.
Source: Sparkplug 3.0, chapter 6.4, "Datatype Details".
"""

from __future__ import annotations

import math
import struct
from datetime import UTC, datetime, timedelta
from enum import IntEnum
from typing import Any, NamedTuple

from supervisor.model import Quality

Value = int | float | str | None
"""What a metric holds, whole numbers exactly; None where it says that it holds nothing."""


class Type(IntEnum):
    """Datatypes whose values fit a tag, and the arrays whose elements do; DataSet, Bytes, File and Template do not."""

    INT8 = 1
    INT16 = 2
    INT32 = 3
    INT64 = 4
    UINT8 = 5
    UINT16 = 6
    UINT32 = 7
    UINT64 = 8
    FLOAT = 9
    DOUBLE = 10
    BOOLEAN = 11
    STRING = 12
    DATETIME = 13
    TEXT = 14
    UUID = 15
    INT8_ARRAY = 22
    INT16_ARRAY = 23
    INT32_ARRAY = 24
    INT64_ARRAY = 25
    UINT8_ARRAY = 26
    UINT16_ARRAY = 27
    UINT32_ARRAY = 28
    UINT64_ARRAY = 29
    FLOAT_ARRAY = 30
    DOUBLE_ARRAY = 31
    BOOLEAN_ARRAY = 32
    STRING_ARRAY = 33
    DATETIME_ARRAY = 34


class Place(NamedTuple):
    """Where the values of a datatype travel."""

    field: str
    high: float = math.inf
    """First whole number that is too large; infinite where it is not a whole number."""
    sign: int = 0
    """Weight of the sign bit; 0 for unsigned."""

    @property
    def plain(self) -> float:
        """Below it a number in the field is the value itself; from it on `whole` has to say."""
        return self.sign or self.high


PLACES: dict[int, Place] = {
    Type.INT8: Place("int_value", 1 << 7, 1 << 7),
    Type.INT16: Place("int_value", 1 << 15, 1 << 15),
    Type.INT32: Place("int_value", 1 << 31, 1 << 31),
    Type.INT64: Place("long_value", 1 << 63, 1 << 63),
    Type.UINT8: Place("int_value", 1 << 8),
    Type.UINT16: Place("int_value", 1 << 16),
    Type.UINT32: Place("int_value", 1 << 32),
    Type.UINT64: Place("long_value", 1 << 64),
    Type.FLOAT: Place("float_value"),
    Type.DOUBLE: Place("double_value"),
    Type.BOOLEAN: Place("boolean_value"),
    Type.STRING: Place("string_value"),
    Type.DATETIME: Place("long_value", 1 << 64),
    Type.TEXT: Place("string_value"),
    Type.UUID: Place("string_value"),
}
TEXTS = (Type.STRING, Type.TEXT, Type.UUID)
_ELEMENTS: dict[int, str] = {
    Type.INT8_ARRAY: "<b",
    Type.INT16_ARRAY: "<h",
    Type.INT32_ARRAY: "<i",
    Type.INT64_ARRAY: "<q",
    Type.UINT8_ARRAY: "<B",
    Type.UINT16_ARRAY: "<H",
    Type.UINT32_ARRAY: "<I",
    Type.UINT64_ARRAY: "<Q",
    Type.FLOAT_ARRAY: "<f",
    Type.DOUBLE_ARRAY: "<d",
    Type.DATETIME_ARRAY: "<Q",
}
"""Little-endian, as the text of 6.4 and the Tahu libraries have it; the specification's own float examples are not."""
ARRAYS = frozenset(_ELEMENTS) | {Type.BOOLEAN_ARRAY, Type.STRING_ARRAY}
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def value_of(metric: Any, datatype: int) -> Value:
    """The value of a protobuf Metric. ValueError for none, an impossible one, or a datatype no tag can hold."""
    if metric.is_null:
        return None
    place = PLACES.get(datatype)
    if place is None or not metric.HasField(place.field):
        raise ValueError(f"no value of datatype {datatype}")
    value: int | float | str = getattr(metric, place.field)
    return whole(place, value) if isinstance(value, int) and value >= place.plain else value


def whole(place: Place, value: int) -> int:
    """The number behind the bits of a field at or above `place.plain`; ValueError where they are no such number.

    Some write a negative Int8 in 8 bits and some in 32: both are read.
    """
    width = 32 if place.field == "int_value" else 64
    for bits in (2 * place.sign, 1 << width):
        if bits - place.sign <= value < bits:
            return value - bits
    raise ValueError(f"{value} does not fit its datatype")


def element_of(metric: Any, datatype: int, index: int) -> Value:
    """One element of an array; None where the array is shorter. ValueError where it is no array at all."""
    if metric.is_null:
        return None
    if datatype not in ARRAYS or not metric.HasField("bytes_value"):
        raise ValueError(f"no array of datatype {datatype}")
    packed: bytes = metric.bytes_value
    if datatype == Type.BOOLEAN_ARRAY:
        return _bit(packed, index)
    if datatype == Type.STRING_ARRAY:
        return _string(packed, index)
    form = _ELEMENTS[datatype]
    size = struct.calcsize(form)
    if len(packed) % size:
        raise ValueError(f"{len(packed)} bytes are no array of {size} byte elements")
    if (index + 1) * size > len(packed):
        return None
    value: int | float = struct.unpack_from(form, packed, index * size)[0]
    return value


def _bit(packed: bytes, index: int) -> Value:
    """Booleans: how many, in four bytes, then their bits, the first one highest."""
    count = int.from_bytes(packed[:4], "little")
    if len(packed) != 4 + (count + 7) // 8:
        raise ValueError(f"{len(packed)} bytes do not hold {count} booleans")
    return packed[4 + index // 8] >> 7 - index % 8 & 1 if index < count else None


def _string(packed: bytes, index: int) -> Value:
    if packed and packed[-1]:
        raise ValueError("the last text of the array does not end")
    texts = packed.split(b"\0")[:-1]
    return texts[index].decode("utf-8") if index < len(texts) else None


def spelt(value: Value, datatype: int) -> Value:
    """A value as a tag that is a text shows it: instants as ISO 8601 in UTC, booleans as words."""
    if datatype in (Type.BOOLEAN, Type.BOOLEAN_ARRAY) and value is not None:
        return "true" if value else "false"
    if datatype in (Type.DATETIME, Type.DATETIME_ARRAY) and isinstance(value, int):
        return (_EPOCH + timedelta(milliseconds=value)).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return value


def put(metric: Any, datatype: int, value: Value | bytes) -> None:
    """Set the value of a protobuf Metric; ValueError where it does not fit its datatype."""
    if value is None:
        metric.is_null = True
        return
    if isinstance(value, bytes):
        metric.bytes_value = value
        return
    place = PLACES.get(datatype)
    if place is None:
        raise ValueError(f"datatype {datatype} cannot be written")
    if place.field == "string_value":
        metric.string_value = str(value)
    elif isinstance(value, str):
        raise ValueError(f"{value!r} is a text and datatype {datatype} a number")
    elif not math.isfinite(value):
        raise ValueError(f"{value} is no number")
    elif place.field == "boolean_value":
        metric.boolean_value = bool(value)
    elif place.high < math.inf:
        _put_whole(metric, place, value)
    elif datatype == Type.FLOAT and abs(value) > _FLOAT_MOST:
        raise ValueError(f"{value:g} is too large for a Float")
    else:
        setattr(metric, place.field, float(value))


_FLOAT_MOST = 3.4028234663852886e38
"""The largest number of IEEE 754 binary32."""


def _put_whole(metric: Any, place: Place, value: float) -> None:
    if value != int(value) or not -place.sign <= value < place.high:
        raise ValueError(f"{value:g} is not a whole number from {-place.sign} to {int(place.high) - 1}")
    width = 2**32 if place.field == "int_value" else 2**64
    setattr(metric, place.field, int(value) % width)  # signed integers travel as two's complement


def quality_of(code: int) -> Quality:
    """What the property `Quality` of a metric means (tck-id-payloads-propertyset-quality-value-value).

    The specification knows 0, 192 and 500. Gateways pass on the codes of OPC DA, whose top two bits say the same, so
    any other code up to 255 is read by them; beyond it nobody knows what is meant.
    """
    if code == 500:
        return Quality.STALE
    if code > 255 or 64 <= code < 192:
        return Quality.UNCERTAIN
    return Quality.GOOD if code >= 192 else Quality.BAD
