"""Sparkplug B on the wire: topics, payloads, the words of a host. Values are in `datatypes`, state in `node`.

The protobuf messages are described here, in code, in the numbers of the specification: generated modules refuse to
load, or warn, under another major version of the protobuf library than the one that made them. Fields that nobody
reads (metadata, datasets, templates) are left out; protobuf steps over them. The description is of syntax 3 with
presence, which is the same bytes and refuses a text that is not UTF-8 when it is parsed, not when it is looked at.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterable
from typing import Any, NamedTuple

from google.protobuf import descriptor_pb2, descriptor_pool, message, message_factory

from drivers.mqtt.datatypes import Type as Type
from drivers.mqtt.datatypes import Value, put, quality_of
from drivers.mqtt.datatypes import value_of as value_of
from supervisor.model import Quality

NAMESPACE = "spBv1.0"
REBIRTH = "Node Control/Rebirth"
BDSEQ = "bdSeq"
MS = 1_000_000
"""Nanoseconds in a millisecond; every Sparkplug timestamp is in ms UTC."""
LAST_INSTANT_MS = 4_102_444_800_000
"""2100: a timestamp beyond it is garbage and counts as absent."""
COMPRESSED = "SPBV1.0_COMPRESSED"
"""`uuid` of a payload whose `body` is another one, packed. Not in the specification; Eclipse Tahu and the npm client
have it, with zlib ("DEFLATE") or gzip."""
_PACKED = COMPRESSED.encode()
LARGEST = 8 << 20
"""Bytes that a packed payload may unpack to."""
GOOD = 192
"""The quality that a metric has where it says nothing of it."""


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
    value: Value | bytes
    """Bytes for an array, packed."""
    alias: int | None = None
    time_ms: int = 0
    """0 for the payload's own."""
    historical: bool = False
    quality: int = GOOD


def parse_topic(topic: str) -> Topic | None:
    """None for a topic that is not of an edge node."""
    levels = topic.split("/")
    if levels[0] != NAMESPACE or not 4 <= len(levels) <= 5:
        return None
    return Topic(*levels[1:])


def decode(payload: bytes) -> Any:
    """The protobuf Payload, unpacked where it was packed; ValueError for anything else."""
    try:
        parsed = _PAYLOAD.FromString(payload)
        return _PAYLOAD.FromString(_unpack(parsed.body)) if parsed.uuid == COMPRESSED else parsed
    except message.DecodeError as error:
        raise ValueError(str(error)) from None


def odd(body: bytes) -> bool:
    """Whether a metric of a payload may be history, null, or of a quality of its own; looked for in its bytes.

    To ask every metric costs a sixth of the whole way of a payload. What stands there by chance is asked in vain. A
    bool that is true is a 1 from every encoder, although decoders take any other number for it too.
    """
    return b"\x28\x01" in body or b"\x38\x01" in body or b"Quality" in body or _PACKED in body


def _unpack(body: bytes) -> bytes:
    """zlib and gzip tell themselves apart: what the metric `algorithm` says of it is not needed."""
    unpacking = zlib.decompressobj(zlib.MAX_WBITS | 32)
    try:
        unpacked = unpacking.decompress(body, LARGEST)
    except zlib.error as error:
        raise ValueError(str(error)) from None
    if not unpacking.eof:
        raise ValueError(f"the packed payload is cut short, or larger than {LARGEST} bytes")
    return unpacked


def encode(metrics: Iterable[Metric], time_ms: int, seq: int | None = None, typed: bool = True) -> bytes:
    """A payload; ValueError where a value does not fit its datatype.

    Data need no datatype (tck-id-payloads-metric-datatype-not-req): `typed` leaves it out.
    """
    payload: Any = _PAYLOAD(timestamp=time_ms)
    if seq is not None:
        payload.seq = seq
    for metric in metrics:
        row = payload.metrics.add(timestamp=metric.time_ms or time_ms)
        if typed:
            row.datatype = metric.type
        if metric.name:
            row.name = metric.name
        if metric.alias is not None:
            row.alias = metric.alias
        if metric.historical:
            row.is_historical = True
        if metric.quality != GOOD:
            quality = _PROPERTIES(keys=["Quality"])
            quality.values.add(type=Type.INT32, int_value=metric.quality)
            row.properties = quality.SerializeToString()
        put(row, metric.type, metric.value)
    return bytes(payload.SerializeToString())


def quality_in(properties: bytes) -> Quality:
    """What a metric says of its own value; good where it says nothing. ValueError where it cannot be read."""
    try:
        parsed = _PROPERTIES.FromString(properties)
    except message.DecodeError as error:
        raise ValueError(str(error)) from None
    for key, value in zip(parsed.keys, parsed.values, strict=False):
        if key == "Quality":
            return quality_of(value.int_value or value.long_value)
    return Quality.GOOD


class HostState:
    """What a host application says of itself: one instance per connection, because birth and will share an instant.

    tck-id-host-topic-phid-birth-payload-timestamp, tck-id-operational-behavior-host-application-connect-will-payload.
    """

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


def instant(ms: int) -> int:
    """A timestamp of a payload or of a metric in ns UTC; 0 where it is absent or cannot be."""
    return ms * MS if 0 < ms < LAST_INSTANT_MS else 0


def _described() -> tuple[Any, Any]:
    """The classes of Payload and of PropertySet, made from the field numbers of the specification."""
    file = descriptor_pb2.FileDescriptorProto(name="vigie/sparkplug_b.proto", package=_PACKAGE, syntax="proto3")
    for name, fields in _MESSAGES.items():
        _describe(file.message_type.add(name=name), fields)
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    payload, properties = (pool.FindMessageTypeByName(f"{_PACKAGE}.{name}") for name in ("Payload", "PropertySet"))
    return message_factory.GetMessageClass(payload), message_factory.GetMessageClass(properties)


def _describe(described: Any, fields: Iterable[tuple[str, int, str]]) -> None:
    """`*` marks what is repeated, a capital another message, `|` the members of the one oneof, `value`."""
    row = descriptor_pb2.FieldDescriptorProto
    if any(kind.startswith("|") for _, _, kind in fields):
        described.oneof_decl.add(name="value")
    for name, number, kind in fields:
        word = kind.strip("|*")
        field = described.field.add(name=name, number=number, label=row.LABEL_OPTIONAL)
        if word[0].isupper():
            field.type, field.type_name = row.TYPE_MESSAGE, f".{_PACKAGE}.{word}"
        else:
            field.type = getattr(row, f"TYPE_{word.upper()}")
        if kind.startswith("|"):
            field.oneof_index = 0
        elif kind.startswith("*"):
            field.label = row.LABEL_REPEATED
        else:  # a sequence number of 0 must be said: a field without presence would leave it out
            field.proto3_optional, field.oneof_index = True, len(described.oneof_decl)
            described.oneof_decl.add(name=f"_{name}")


_PACKAGE = "vigie.sparkplug"
_MESSAGES = {
    "PropertyValue": (
        ("type", 1, "uint32"),
        ("is_null", 2, "bool"),
        ("int_value", 3, "|uint32"),
        ("long_value", 4, "|uint64"),
    ),
    "PropertySet": (("keys", 1, "*string"), ("values", 2, "*PropertyValue")),
    "Metric": (
        ("name", 1, "string"),
        ("alias", 2, "uint64"),
        ("timestamp", 3, "uint64"),
        ("datatype", 4, "uint32"),
        ("is_historical", 5, "bool"),
        ("is_transient", 6, "bool"),
        ("is_null", 7, "bool"),
        # a PropertySet, parsed only where there is one: to ask a message field for its presence costs four times more
        ("properties", 9, "bytes"),
        ("int_value", 10, "|uint32"),
        ("long_value", 11, "|uint64"),
        ("float_value", 12, "|float"),
        ("double_value", 13, "|double"),
        ("boolean_value", 14, "|bool"),
        ("string_value", 15, "|string"),
        ("bytes_value", 16, "|bytes"),
    ),
    "Payload": (
        ("timestamp", 1, "uint64"),
        ("metrics", 2, "*Metric"),
        ("seq", 3, "uint64"),
        ("uuid", 4, "string"),
        ("body", 5, "bytes"),
    ),
}
_PAYLOAD, _PROPERTIES = _described()
