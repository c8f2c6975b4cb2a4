"""RTU and ASCII frames: vectors of the standard, pymodbus's framers beside ours, and whatever a line may bring."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as some
from pymodbus.framer import FramerAscii, FramerRTU
from pymodbus.pdu import DecodePDU

from drivers.modbus.framing import Ascii, Broken, Rtu, crc, fits, longest, lrc

FRAMINGS = {"rtu": Rtu(), "ascii": Ascii()}
FOREIGN = {"rtu": FramerRTU(DecodePDU(False)), "ascii": FramerAscii(DecodePDU(False))}
IDENTITY = bytes((43, 14, 1, 1, 0, 0, 2, 0, 4)) + b"Acme" + bytes((1, 3)) + b"X-1"

counted = some.tuples(some.sampled_from((1, 2, 3, 4, 12, 17, 20, 21, 23)), some.binary(min_size=1, max_size=250))
echoed = some.tuples(some.sampled_from((5, 6, 8, 11, 15, 16)), some.binary(min_size=4, max_size=4))
refused = some.tuples(some.integers(0x81, 0xAB), some.integers(1, 11))
answers = some.one_of(
    counted.map(lambda one: bytes((one[0], len(one[1]))) + one[1]),
    echoed.map(lambda one: bytes((one[0],)) + one[1]),
    some.binary(min_size=6, max_size=6).map(lambda data: b"\x16" + data),
    refused.map(bytes),
    some.just(IDENTITY),
)
units = some.integers(1, 247)
kinds = some.sampled_from(sorted(FRAMINGS))


def test_that_the_checksums_are_those_of_the_standard():
    assert crc(bytes.fromhex("0207")) == 0x1241  # Modbus over serial line V1.02, 6.2.2, the example
    assert Rtu().wrap(1, struct.pack(">BHH", 3, 0, 10)).hex() == "01030000000ac5cd"
    assert lrc(bytes.fromhex("f7031389000a")) == 0x60
    assert Ascii().wrap(0xF7, bytes.fromhex("031389000a")) == b":F7031389000A60\r\n"


@given(kinds, units, answers)
def test_that_pymodbus_wraps_the_same_bytes(kind, unit, pdu):
    assert FRAMINGS[kind].wrap(unit, pdu) == FOREIGN[kind].encode(pdu, unit, 0)


@given(kinds, units, answers, some.binary(max_size=20))
def test_that_a_frame_is_cut_where_it_ends_and_not_before(kind, unit, pdu, more):
    framing = FRAMINGS[kind]
    frame = framing.wrap(unit, pdu)
    assert framing.cut(frame + more) == (len(frame), bytes((unit,)) + pdu)
    assert len(frame) == framing.size(len(pdu))
    for end in range(len(frame)):
        assert framing.cut(frame[:end]) == (0, b"")


@given(kinds, units, answers, some.data())
def test_that_a_frame_with_one_wrong_bit_is_never_taken(kind, unit, pdu, draw):
    frame = bytearray(FRAMINGS[kind].wrap(unit, pdu))
    at, bit = draw.draw(some.integers(0, len(frame) - 1)), draw.draw(some.integers(0, 7))
    frame[at] ^= 1 << bit
    try:
        end, body = FRAMINGS[kind].cut(bytes(frame))
    except Broken:
        return
    # of hexadecimal, a bit may turn a capital into a small letter and nothing else
    assert not end or (kind == "ascii" and body == bytes((unit,)) + pdu)


@given(kinds, some.binary(max_size=600))
def test_that_garbage_is_broken_or_not_whole_and_nothing_worse(kind, garbage):
    try:
        end, body = FRAMINGS[kind].cut(garbage)
    except Broken:
        return
    assert 0 <= end <= len(garbage)
    assert bool(end) == bool(body)
    assert end or len(garbage) <= 513


@given(some.binary(max_size=40).filter(lambda noise: b"\n" not in noise), units, answers)
def test_that_a_colon_begins_anew_after_noise(noise, unit, pdu):
    frame = Ascii().wrap(unit, pdu)
    assert Ascii().cut(noise + frame) == (len(noise) + len(frame), bytes((unit,)) + pdu)


@pytest.mark.parametrize(
    ("request_", "answer", "good"),
    [
        ("0300000002", "0400010002", True),
        ("0300000002", "020001", False),
        ("0300000002", "0600010002", False),
        ("0300000002", "", False),
        ("0100000009", "02ff01", True),
        ("0100000009", "01ff", False),
        ("01000007d0", "fa" + "00" * 250, True),
        ("1700000002000a000102ffff", "0400010002", True),
        ("0600050007", "00050007", True),
        ("0600050007", "00050008", False),
        ("05000500ff", "000500ff", True),
        ("1000050001020007", "00050001", True),
        ("1000050001020007", "00060001", False),
        ("160004fff20025", "0004fff20025", True),
        ("160004fff20025", "0004fff2", False),
        ("2b0e0100", "0e01", True),
    ],
)
def test_that_an_answer_fits_its_request_or_not(request_, answer, good):
    assert fits(bytes.fromhex(request_), bytes.fromhex(answer)) is good


@given(some.sampled_from((3, 4)), some.integers(1, 125))
def test_that_no_answer_that_fits_is_longer_than_the_longest(code, count):
    pdu = struct.pack(">BHH", code, 0, count)
    assert longest(pdu) == 2 + 2 * count
    assert fits(pdu, bytes((2 * count,)) + bytes(2 * count))
