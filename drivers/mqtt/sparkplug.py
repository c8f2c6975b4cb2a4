"""Sparkplug B on the wire: topics, payloads, values by datatype, the words of a host application. State is in `nodes`.

The protobuf messages are described here, in code, in the numbers of the specification: generated modules refuse to
load, or warn, under another major version of the protobuf library than the one that made them. Fields that nobody
reads (metadata, properties, datasets, templates) are left out; protobuf steps over them.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from enum import IntEnum
from typing import Any, NamedTuple

from google.protobuf import descriptor_pb2, descriptor_pool, message, message_factory

NAMESPACE = "spBv1.0"
REBIRTH = "Node Control/Rebirth"
BDSEQ = "bdSeq"
MS = 1_000_000
"""Nanoseconds in a millisecond; every Sparkplug timestamp is in ms UTC."""
LAST_INSTANT_MS = 4_102_444_800_000
"""2100: a timestamp beyond it is garbage and counts as absent."""


class Type(IntEnum):
    """Datatypes whose values fit a tag. Source: Sparkplug 3.0, chapter 6.4.16."""

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


class Topic(NamedTuple):
    """`spBv1.0/<group>/<kind>/<node>[/<device>]`."""

    group: str
    kind: str
    """NBIRTH, NDEATH, DBIRTH, DDEATH, NDATA, DDATA, NCMD or DCMD."""
    node: str
    device: str = ""

    def __str__(self) -> str:
        path = f"{NAMESPACE}/{self.group}/{self.kind}/{self.node}"
        return f"{path}/{self.device}" if self.device else path


class Metric(NamedTuple):
    """One value to be sent."""

    name: str
    """Empty where the alias alone says it."""
    type: int
    value: float | str | None
    alias: int | None = None
    time_ms: int = 0
    """0 for the payload's own."""
    historical: bool = False


def parse_topic(topic: str) -> Topic | None:
    """None for a topic that is not of an edge node."""
    levels = topic.split("/")
    if levels[0] != NAMESPACE or not 4 <= len(levels) <= 5:
        return None
    return Topic(*levels[1:])


def decode(payload: bytes) -> Any:
    """The protobuf Payload; ValueError for anything else."""
    try:
        return _PAYLOAD.FromString(payload)
    except message.DecodeError as error:
        raise ValueError(str(error)) from None


def encode(metrics: Iterable[Metric], time_ms: int, seq: int | None = None) -> bytes:
    """A payload; ValueError where a value does not fit its datatype."""
    payload: Any = _PAYLOAD(timestamp=time_ms)
    if seq is not None:
        payload.seq = seq
    for metric in metrics:
        row = payload.metrics.add(datatype=metric.type, timestamp=metric.time_ms or time_ms)
        if metric.name:
            row.name = metric.name
        if metric.alias is not None:
            row.alias = metric.alias
        if metric.historical:
            row.is_historical = True
        _put(row, metric.type, metric.value)
    return bytes(payload.SerializeToString())


def value_of(metric: Any, datatype: int) -> float | str | None:
    """The value of a protobuf Metric; None for null. ValueError for a datatype that no tag can hold, or no value."""
    if metric.is_null:
        return None
    place = _PLACES.get(datatype)
    if place is None or not metric.HasField(place.field):
        raise ValueError(f"no value of datatype {datatype}")
    value: float | str = getattr(metric, place.field)
    if place.sign and isinstance(value, int):
        value &= 2 * place.sign - 1  # some send an Int8 as 8 bits and some as 32
        value -= 2 * place.sign if value >= place.sign else 0
    return value if isinstance(value, str) else float(value)


def _put(metric: Any, datatype: int, value: float | str | None) -> None:
    if value is None:
        metric.is_null = True
        return
    place = _PLACES.get(datatype)
    if place is None:
        raise ValueError(f"datatype {datatype} cannot be written")
    if place.field == "string_value":
        metric.string_value = str(value)
    elif isinstance(value, str):
        raise ValueError(f"{value!r} is a text and datatype {datatype} a number")
    elif place.field == "boolean_value":
        metric.boolean_value = bool(value)
    elif place.high:
        _put_whole(metric, place, value)
    else:
        setattr(metric, place.field, float(value))


def _put_whole(metric: Any, place: _Place, value: float) -> None:
    if value != int(value) or not -place.sign <= value < place.high:
        raise ValueError(f"{value:g} is not a whole number from {-place.sign} to {place.high - 1}")
    width = 2**32 if place.field == "int_value" else 2**64
    setattr(metric, place.field, int(value) % width)  # signed integers travel as two's complement


class _Place(NamedTuple):
    """Where the values of a datatype travel."""

    field: str
    high: int = 0
    """First whole number that is too large; 0 where it is not a whole number."""
    sign: int = 0
    """Weight of the sign bit; 0 for unsigned."""


_PLACES: dict[int, _Place] = {
    Type.INT8: _Place("int_value", 1 << 7, 1 << 7),
    Type.INT16: _Place("int_value", 1 << 15, 1 << 15),
    Type.INT32: _Place("int_value", 1 << 31, 1 << 31),
    Type.INT64: _Place("long_value", 1 << 63, 1 << 63),
    Type.UINT8: _Place("int_value", 1 << 8),
    Type.UINT16: _Place("int_value", 1 << 16),
    Type.UINT32: _Place("int_value", 1 << 32),
    Type.UINT64: _Place("long_value", 1 << 64),
    Type.FLOAT: _Place("float_value"),
    Type.DOUBLE: _Place("double_value"),
    Type.BOOLEAN: _Place("boolean_value"),
    Type.STRING: _Place("string_value"),
    Type.DATETIME: _Place("long_value", 1 << 64),
    Type.TEXT: _Place("string_value"),
    Type.UUID: _Place("string_value"),
}


class HostState:
    """What a host application says of itself: one instance per connection, because birth and will share an instant."""

    def __init__(self, host_id: str, now: int) -> None:
        self.topic = f"{NAMESPACE}/STATE/{host_id}"
        self.birth = _state(True, now)
        self.will = _state(False, now)

    def death(self, now: int) -> bytes:
        """What is published before a clean end, dated by its own instant."""
        return _state(False, now)

    def denied(self, payload: bytes) -> bool:
        """Whether someone (an older session's will, most likely) says that this host is offline."""
        try:
            said = json.loads(payload)
        except (ValueError, RecursionError):
            return False
        return isinstance(said, dict) and said.get("online") is False


def _state(online: bool, now: int) -> bytes:
    return json.dumps({"online": online, "timestamp": now // MS}, separators=(",", ":")).encode()


def time_of(metric: Any, payload: Any, now: int) -> int:
    """When a metric was measured, ns UTC: its own timestamp, the payload's, or `now`."""
    for ms in (metric.timestamp, payload.timestamp):
        if 0 < ms < LAST_INSTANT_MS:
            return int(ms) * MS
    return now


def _described() -> Any:
    """The class of Payload, made from the field numbers of the specification."""
    row = descriptor_pb2.FieldDescriptorProto
    file = descriptor_pb2.FileDescriptorProto(
        name="vigie/sparkplug_b.proto", package="vigie.sparkplug", syntax="proto2"
    )
    metric = file.message_type.add(name="Metric")
    metric.oneof_decl.add(name="value")
    for name, number, kind, chosen in _METRIC_FIELDS:
        field = metric.field.add(name=name, number=number, type=getattr(row, kind), label=row.LABEL_OPTIONAL)
        if chosen:
            field.oneof_index = 0
    payload = file.message_type.add(name="Payload")
    payload.field.add(name="timestamp", number=1, type=row.TYPE_UINT64, label=row.LABEL_OPTIONAL)
    payload.field.add(
        name="metrics",
        number=2,
        type=row.TYPE_MESSAGE,
        label=row.LABEL_REPEATED,
        type_name=".vigie.sparkplug.Metric",
    )
    payload.field.add(name="seq", number=3, type=row.TYPE_UINT64, label=row.LABEL_OPTIONAL)
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    return message_factory.GetMessageClass(pool.FindMessageTypeByName("vigie.sparkplug.Payload"))


_METRIC_FIELDS = (
    ("name", 1, "TYPE_STRING", False),
    ("alias", 2, "TYPE_UINT64", False),
    ("timestamp", 3, "TYPE_UINT64", False),
    ("datatype", 4, "TYPE_UINT32", False),
    ("is_historical", 5, "TYPE_BOOL", False),
    ("is_transient", 6, "TYPE_BOOL", False),
    ("is_null", 7, "TYPE_BOOL", False),
    ("int_value", 10, "TYPE_UINT32", True),
    ("long_value", 11, "TYPE_UINT64", True),
    ("float_value", 12, "TYPE_FLOAT", True),
    ("double_value", 13, "TYPE_DOUBLE", True),
    ("boolean_value", 14, "TYPE_BOOL", True),
    ("string_value", 15, "TYPE_STRING", True),
    ("bytes_value", 16, "TYPE_BYTES", True),
)
_PAYLOAD = _described()
