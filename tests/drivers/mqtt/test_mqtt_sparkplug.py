"""Sparkplug B on the wire: payloads, datatypes, arrays, qualities, packed payloads; and no garbage is a value."""

from __future__ import annotations

import gzip
import math
import struct
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.mqtt import sparkplug
from drivers.mqtt.datatypes import ARRAYS, PLACES, element_of, quality_of, spelt
from drivers.mqtt.sparkplug import (
    COMPRESSED,
    MS,
    HostState,
    Metric,
    Topic,
    Type,
    decode,
    encode,
    parse_topic,
    quality_in,
    value_of,
)
from supervisor.model import Quality
from tests.drivers.mqtt.host import NOW, Host

BOUNDS = {
    Type.INT8: (-128, 127), Type.INT16: (-(2**15), 2**15 - 1), Type.INT32: (-(2**31), 2**31 - 1),
    Type.INT64: (-(2**53), 2**53), Type.UINT8: (0, 255), Type.UINT16: (0, 2**16 - 1), Type.UINT32: (0, 2**32 - 1),
    Type.UINT64: (0, 2**53), Type.DATETIME: (0, 2**53),
}  # fmt: skip
PACKED = {  # the examples of the specification, 6.4, but for its floats (big-endian, against its text) and its -23 (ef)
    Type.INT8_ARRAY: ("e97b", [-23, 123]),
    Type.INT16_ARRAY: ("d08a3075", [-30000, 30000]),
    Type.INT32_ARRAY: ("fffffffffaafcb12", [-1, 315338746]),
    Type.INT64_ARRAY: ("ce0672ac189cbac4c4ba9c18ac7206ce", [-4270929666821191986, -3601064768563266876]),
    Type.UINT8_ARRAY: ("17fa", [23, 250]),
    Type.UINT16_ARRAY: ("1e0088cc", [30, 52360]),
    Type.UINT32_ARRAY: ("3400000049fb55c4", [52, 3293969225]),
    Type.UINT64_ARRAY: ("3400000000000000d99e02d1b27637e4", [52, 16444743074749521625]),
    Type.FLOAT_ARRAY: (struct.pack("<2f", 1.5, -89.25).hex(), [1.5, -89.25]),
    Type.DOUBLE_ARRAY: (struct.pack("<2d", 12.354213, 1022.9123213).hex(), [12.354213, 1022.9123213]),
    Type.BOOLEAN_ARRAY: ("0c00000034d0", [0, 0, 1, 1, 0, 1, 0, 0, 1, 1, 0, 1]),
    Type.STRING_ARRAY: ("4142430068656c6c6f00", ["ABC", "hello"]),
    Type.DATETIME_ARRAY: ("c7d0907524010000b8bab89781010000", [1256102875335, 1656107875000]),
}


def only(payload: bytes):
    (metric,) = decode(payload).metrics
    return metric


@settings(deadline=None)
@given(st.sampled_from(list(BOUNDS)).flatmap(lambda t: st.tuples(st.just(t), st.integers(*BOUNDS[t]))))
def test_that_whole_numbers_of_every_type_come_back(case):
    kind, value = case
    assert value_of(only(encode([Metric("m", kind, float(value))], 1)), kind) == value


@pytest.mark.parametrize("kind", [Type.INT64, Type.UINT64])
def test_that_no_digit_of_a_64_bit_number_is_lost(kind):
    high = BOUNDS[kind][1] * 512 + 511
    assert value_of(only(encode([Metric("m", kind, high)], 1)), kind) == high


@pytest.mark.parametrize(
    ("kind", "value"),
    [(Type.FLOAT, 0.5), (Type.DOUBLE, -1e300), (Type.BOOLEAN, True), (Type.BOOLEAN, False), (Type.STRING, "é")]
    + [(Type.TEXT, ""), (Type.UUID, "f81d4fae-7dec-11d0-a765-00a0c91e6bf6")],
)
def test_that_everything_else_comes_back_too(kind, value):
    assert value_of(only(encode([Metric("m", kind, value)], 1)), kind) == value


@pytest.mark.parametrize("bits", [8, 32])
def test_that_a_negative_int8_is_read_in_eight_bits_and_in_thirty_two(bits):
    assert value_of(only(encode([Metric("m", Type.UINT32, float(2**bits - 5))], 1)), Type.INT8) == -5


@pytest.mark.parametrize(
    ("kind", "sent"), [(Type.INT8, 300), (Type.INT16, 2**17), (Type.UINT8, 256), (Type.UINT16, 2**16), (Type.INT8, 256)]
)
def test_that_bits_which_are_no_number_of_the_datatype_are_garbage_and_not_another_number(kind, sent):
    with pytest.raises(ValueError, match="does not fit"):
        value_of(only(encode([Metric("m", Type.UINT32, sent)], 1)), kind)


def test_that_the_bytes_are_those_of_the_specification():
    # field 3 of a metric is its timestamp, 4 its datatype, 10 an int; field 3 of the payload is seq
    metric = bytes([0x0A, 1]) + b"m" + bytes([0x18, 5, 0x20, 3, 0x50, 42])
    assert encode([Metric("m", Type.INT32, 42.0)], 5, 1) == bytes([0x08, 5, 0x12, len(metric)]) + metric + bytes(
        [0x18, 1]
    )


def test_that_a_sequence_number_of_zero_is_said_and_a_datatype_need_not_be():
    assert encode([], 5, 0).endswith(bytes([0x18, 0]))
    assert only(encode([Metric("m", Type.INT32, 42.0)], 5, 1, typed=False)).datatype == 0


@pytest.mark.parametrize(
    ("kind", "value"),
    [(Type.UINT8, 256.0), (Type.INT8, -129.0), (Type.UINT16, -1.0), (Type.INT32, 0.5), (16, 1.0), (Type.FLOAT, 1e39)]
    + [(Type.DOUBLE, math.inf), (Type.INT32, math.nan), (Type.INT64, math.inf), (Type.INT32, "three")],
)
def test_that_what_does_not_fit_its_datatype_is_refused(kind, value):
    with pytest.raises(ValueError, match=r"."):
        encode([Metric("m", kind, value)], 1)


@pytest.mark.parametrize("kind", PACKED)
def test_that_the_elements_of_an_array_are_read_one_by_one(kind):
    packed, values = PACKED[kind]
    metric = only(encode([Metric("m", kind, bytes.fromhex(packed))], 1))
    assert [element_of(metric, kind, place) for place in range(len(values))] == values
    assert element_of(metric, kind, len(values)) is None


def test_that_every_array_of_the_specification_is_known():
    assert set(PACKED) == ARRAYS


@pytest.mark.parametrize(
    ("kind", "packed"),
    [(Type.INT16_ARRAY, b"\1"), (Type.STRING_ARRAY, b"endless"), (Type.BOOLEAN_ARRAY, b"\x09\0\0\0\xff")]
    + [(Type.BOOLEAN_ARRAY, b"\1"), (Type.BOOLEAN_ARRAY, b"\xff\xff\xff\xff\0"), (Type.STRING_ARRAY, b"\xff\0")],
)
def test_that_a_damaged_array_is_garbage(kind, packed):
    metric = only(encode([Metric("m", kind, packed)], 1))
    with pytest.raises(ValueError, match=r"."):
        element_of(metric, kind, 0)


@pytest.mark.parametrize("kind", [0, 16, 17, 18, 19, 20, 21, 35, 2**31])
def test_that_a_datatype_no_tag_can_hold_is_refused_in_words(kind):
    with pytest.raises(ValueError, match=f"datatype {kind}"):
        value_of(only(encode([Metric("m", Type.INT32, 1.0)], 1)), kind)


def test_that_a_text_tag_shows_instants_and_booleans_as_people_write_them():
    assert spelt(1_760_000_000_123, Type.DATETIME) == "2025-10-09T08:53:20.123Z"
    assert spelt(True, Type.BOOLEAN) == "true"
    assert spelt(None, Type.DATETIME) is None
    assert spelt(7, Type.INT32) == 7


def test_that_an_instant_beyond_the_calendar_is_garbage_to_a_text_tag():
    with pytest.raises((ValueError, OverflowError)):
        spelt(2**64 - 1, Type.DATETIME)


@pytest.mark.parametrize(
    ("code", "quality"),
    [(0, Quality.BAD), (192, Quality.GOOD), (500, Quality.STALE), (64, Quality.UNCERTAIN), (24, Quality.BAD)]
    + [(216, Quality.GOOD), (501, Quality.UNCERTAIN), (2**32 - 1, Quality.UNCERTAIN)],
)
def test_that_the_quality_of_a_metric_is_understood(code, quality):
    assert quality_of(code) is quality
    metric = only(encode([Metric("m", Type.INT32, 1.0, quality=code)], 1))
    assert (quality_in(metric.properties) if metric.properties else Quality.GOOD) is quality


def test_that_other_properties_say_nothing_of_quality_and_damaged_ones_are_garbage():
    other = sparkplug._PROPERTIES(keys=["engUnit"])
    other.values.add(type=Type.INT32, int_value=0)
    assert quality_in(other.SerializeToString()) is Quality.GOOD
    with pytest.raises(ValueError, match=r"."):
        quality_in(b"\x0a\xff")


@pytest.mark.parametrize("pack", [gzip.compress, zlib.compress])
def test_that_a_packed_payload_is_unpacked(pack):
    inner = encode([Metric("m", Type.INT32, 42.0)], 5, 9)
    outer = sparkplug._PAYLOAD(uuid=COMPRESSED, body=pack(inner)).SerializeToString()
    assert decode(outer).seq == 9
    assert value_of(only(outer), Type.INT32) == 42


@pytest.mark.parametrize(
    "body",
    [b"", b"no zlib", zlib.compress(b"x" * 100)[:-9], zlib.compress(b"\xff" * 40), zlib.compress(bytes(9 << 20))],
    ids=["empty", "other", "cut", "no payload", "bomb"],
)
def test_that_a_packed_payload_that_cannot_be_unpacked_is_garbage(body):
    with pytest.raises(ValueError, match=r"."):
        decode(sparkplug._PAYLOAD(uuid=COMPRESSED, body=body).SerializeToString())


def test_that_a_name_that_is_no_text_makes_the_payload_garbage():
    broken = encode([Metric("mmmm", Type.INT32, 1.0)], 1).replace(b"mmmm", b"\xff\xfe\xfd\xfc")
    with pytest.raises(ValueError, match=r"."):
        decode(broken)


def test_that_topics_of_edge_nodes_are_told_from_others():
    assert parse_topic("spBv1.0/g/DDATA/n/d") == Topic("g", "DDATA", "n", "d")
    assert str(Topic("g", "NCMD", "n")) == "spBv1.0/g/NCMD/n"
    assert parse_topic("spBv1.0/STATE/vigie") is None


def test_that_birth_and_will_of_the_host_share_an_instant():
    host = HostState("vigie", NOW)
    assert host.topic == "spBv1.0/STATE/vigie"
    assert host.birth == b'{"online":true,"timestamp":%d}' % (NOW // MS)
    assert host.will == host.birth.replace(b"true", b"false")
    assert host.denied(host.will)
    assert not host.denied(host.birth)
    assert not host.denied(b"garbage")


KINDS = ("NBIRTH", "NDATA", "NDEATH", "DBIRTH", "DDATA", "DDEATH")


@settings(deadline=None)
@given(st.sampled_from(KINDS), st.binary(max_size=200))
def test_that_no_bytes_bring_an_exception_or_a_value(kind, body):
    host = Host()
    host.birth()
    for tag, value, quality, _ in host.give(kind, body, "d" if kind[0] == "D" else ""):
        assert quality >= Quality.BAD or (tag.endswith(".online") and value in (0.0, 1.0)), (tag, value)


@settings(deadline=None, max_examples=300)
@given(st.sampled_from(("NBIRTH", "NDATA")), st.data())
def test_that_a_damaged_payload_brings_no_exception(kind, data):
    """Protobuf carries no checksum: a flipped bit of a number is another number. TCP is what protects it."""
    metrics = [
        Metric("bdSeq", Type.INT64, 7.0),
        Metric("Places/Free", Type.INT32, 120.0, 1),
        Metric("Name", Type.STRING, "Ralliement", 4, quality=500),
        Metric("Sign/State", Type.UINT8, 1.0, 5, historical=True),
        Metric("Offset", Type.INT16_ARRAY, b"\1\0\2\0", 2),
    ]
    body = bytearray(encode(metrics, NOW // MS, 1))
    for _ in range(data.draw(st.integers(1, 4))):
        body[data.draw(st.integers(0, len(body) - 1))] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(0, len(body)))
    host = Host()
    host.birth()
    for tag, value, quality, _ in host.give(kind, bytes(body[:cut] if data.draw(st.booleans()) else body)):
        assert tag.startswith(("PK.", "PD."))
        assert isinstance(value, str) or math.isfinite(value) or quality >= Quality.BAD


@settings(deadline=None)
@given(st.sampled_from(list(PLACES)), st.sampled_from(list(PLACES)), st.integers(0, 2**32 - 1))
def test_that_a_value_in_another_field_than_its_datatypes_is_no_value(announced, sent, number):
    if PLACES[announced].field == PLACES[sent].field:
        return
    value = str(number) if PLACES[sent].field == "string_value" else float(number % 100)
    metric = only(encode([Metric("m", sent, value)], 1))
    with pytest.raises(ValueError, match="no value"):
        value_of(metric, announced)
