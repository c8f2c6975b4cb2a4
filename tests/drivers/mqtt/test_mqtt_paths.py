"""Where in a payload a value is: paths of JSON and slots of bytes."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.mqtt.binary import parse_slot
from drivers.mqtt.paths import MISSING, find, level_of, parse_path

ROOT = {
    "a": {"b": [10, 20, {"c": 30}]}, "a.b": 40, "list": [1, 2, 3],
    "sensors": [{"name": "flow", "value": 1.5}, "noise", {"name": "level", "value": [7, 8], "on": True, "n": 3}],
}  # fmt: skip


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("a.b.0", 10), ("a.b.2.c", 30), ("a.b.-1.c", 30), (r"a\.b", 40), ("list.-3", 1),
        ("sensors[name=flow].value", 1.5), ("sensors[name=level].value.1", 8), ("sensors[on=true].n", 3),
        ("sensors[n=3].name", "level"), ("", ROOT),
    ],
)  # fmt: skip
def test_that_a_path_leads_to_a_value(path, value):
    assert find(ROOT, parse_path(path)) == value


@pytest.mark.parametrize(
    "path", ["a.x", "a.b.3", "a.b.-4", "a.b.x", "list.0.0", "sensors[name=x].value", "a[b=c]", "x.y"]
)
def test_that_what_is_not_there_is_missing(path):
    assert find(ROOT, parse_path(path)) is MISSING


def test_that_an_array_may_be_the_payload_itself():
    assert find(ROOT["sensors"], parse_path("[name=flow].value")) == 1.5
    assert find([[1, 2]], parse_path("0.1")) == 2


@pytest.mark.parametrize("path", ["a..b", ".a", "a.", "a[b", "a[b]", "a]b", "a[=]", "a\\"])
def test_that_a_path_that_means_nothing_is_refused(path):
    with pytest.raises(ValueError, match="cannot be read"):
        parse_path(path)


def test_that_a_level_of_the_topic_is_told_from_a_member():
    assert level_of("topic.3") == 3
    assert level_of("topic.name") is None
    assert level_of("topics.3") is None


@given(st.text())
def test_that_any_text_is_a_path_or_a_sentence(path):
    for parse in (parse_path, parse_slot):
        try:
            parse(path)
        except ValueError as error:
            said = str(error)
        else:
            said = "path"
        assert "path" in said


@given(st.lists(st.text(min_size=1), min_size=1, max_size=5))
def test_that_every_chain_of_members_has_a_path(names):
    node: object = 1
    for name in reversed(names):
        node = {name: node}
    escaped = [
        "".join(f"\\{letter}" if letter in ".[]\\" else letter for letter in name).replace("\n", "\\\n")
        for name in names
    ]
    if any("\n" in name for name in names):
        return  # no member of a controller, and no cell of a CSV list
    assert find(node, parse_path(".".join(escaped))) == 1


PAYLOAD = bytes([0b1010_0110, 0xFE, 0xFF, 0x01, 0x00]) + struct.pack(">f", 3.5) + struct.pack("<d", -2.25)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("0.1", 1), ("0.3", 0), ("0.7", 1), ("0.5-7", 0b101), ("0.0-7", 0xA6), ("0:uint8", 0xA6),
        ("0:int8", 0xA6 - 256),
        ("1:uint16", 0xFEFF), ("1:uint16:be", 0xFEFF), ("1:uint16:le", 0xFFFE), ("1:int16:le", -2),
        ("2:uint24", 0xFF0100), ("1:int24:le", 0x01FFFE), ("5:float32", 3.5), ("9:float64:le", -2.25),
        ("-8:float64:le", -2.25), ("-12:float32", 3.5), ("1:uint32", 0xFEFF0100),
    ],
)  # fmt: skip
def test_that_a_slot_of_bytes_is_a_number(path, value):
    assert parse_slot(path).read(PAYLOAD) == value


@pytest.mark.parametrize(
    "path", ["", "4", "4:uint12", "4:float16", "4:text", "0.8", "0.5-2", "4:uint16:xx", "-1:uint16"]
)
def test_that_a_slot_that_means_nothing_is_refused(path):
    with pytest.raises(ValueError, match=r"path|bit"):
        parse_slot(path)


@given(st.binary(max_size=12), st.integers(-12, 12), st.sampled_from(["uint16", "int32:le", "float64", "uint8"]))
def test_that_bytes_that_are_missing_are_never_made_up(payload, start, kind):
    try:
        slot = parse_slot(f"{start}:{kind}")
    except ValueError:
        return
    begin = start + (len(payload) if start < 0 else 0)
    if begin < 0 or begin + slot.size > len(payload):
        with pytest.raises(ValueError, match="short"):
            slot.read(payload)
    else:
        slot.read(payload)
