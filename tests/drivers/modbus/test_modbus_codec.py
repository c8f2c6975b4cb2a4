"""Layouts and write requests: what is encoded is what is decoded, in every word order."""

import struct

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.modbus.address import WORD_ORDERS, Address, Table, Type, parse_address, parse_settings, parse_url
from drivers.modbus.codec import Layout, byte_order, encode_one
from drivers.modbus.driver import write_request

WHOLE = {
    Type.INT16: (-(2**15), 2**15 - 1),
    Type.UINT16: (0, 2**16 - 1),
    Type.INT32: (-(2**31), 2**31 - 1),
    Type.UINT32: (0, 2**32 - 1),
    Type.INT64: (-(2**53), 2**53),
    Type.UINT64: (0, 2**53),
    Type.BCD16: (0, 9999),
    Type.BCD32: (0, 99_999_999),
}


@st.composite
def values(draw: st.DrawFn) -> tuple[Address, float]:
    kind = draw(st.sampled_from([*WHOLE, Type.FLOAT32, Type.FLOAT64]))
    order = draw(st.sampled_from(WORD_ORDERS))
    width = 32 if kind is Type.FLOAT32 else 64
    number = (
        st.integers(*WHOLE[kind]).map(float)
        if kind in WHOLE
        else st.floats(allow_nan=False, allow_infinity=False, width=width)
    )
    return Address(Table.HOLDING, 0, kind, -1, order), draw(number)


@given(st.lists(st.tuples(values(), st.integers(0, 3)), min_size=1, max_size=12))
def test_that_what_is_written_is_what_is_read_in_every_type_and_word_order(drawn):
    addresses, wanted, data, at = [], [], b"", 10
    for (address, value), hole in drawn:
        placed = Address(Table.HOLDING, at, address.type, -1, address.word_order)
        addresses.append(placed)
        wanted.append(value)
        data += encode_one(placed, value) + bytes(2 * hole)
        at += placed.size + hole
    layout = Layout(addresses, 10)
    assert layout.decode(data).tolist() == wanted
    image = np.zeros(len(data), np.uint8)
    layout.encode(np.array(wanted), image)
    assert image.tobytes() == data


@pytest.mark.parametrize(
    ("order", "wire"),
    [("ABCD", "41c80000"), ("CDAB", "000041c8"), ("BADC", "c8410000"), ("DCBA", "0000c841")],
)
def test_that_25_lies_on_the_wire_as_the_manuals_print_it(order, wire):
    assert encode_one(Address(Table.HOLDING, 0, Type.FLOAT32, -1, order), 25.0).hex() == wire


@pytest.mark.parametrize("order", WORD_ORDERS)
@pytest.mark.parametrize("kind", [kind for kind in Type if kind not in (Type.STRING, Type.BOOL)])
@pytest.mark.parametrize("step", [0, 1, 5])
def test_that_blocks_of_one_type_are_decoded_alike_however_far_apart_its_values_lie(order, kind, step):
    size = Address(Table.HOLDING, 0, kind).size + step
    addresses = [Address(Table.HOLDING, 100 + number * size, kind, -1, order) for number in range(7)]
    data = b"".join(encode_one(address, 11.0 * number) + bytes(2 * step) for number, address in enumerate(addresses))
    assert Layout(addresses, 100).decode(data).tolist() == [11.0 * number for number in range(7)]
    backwards = Layout(addresses[::-1], 100)
    assert backwards.decode(data).tolist() == [11.0 * number for number in range(7)][::-1]


@given(st.binary(min_size=4, max_size=4), st.sampled_from(WORD_ORDERS))
def test_that_a_digit_above_nine_is_no_number(data, order):
    plain = bytes(data[at] for at in byte_order(4, order)).hex()
    (value,) = Layout([Address(Table.HOLDING, 0, Type.BCD32, -1, order)], 0).decode(data)
    assert np.isnan(value) if set(plain) - set("0123456789") else value == int(plain)


@given(st.text("aé ç9-", max_size=20), st.integers(1, 21), st.sampled_from(WORD_ORDERS))
def test_that_a_text_is_what_the_device_wrote_without_what_fills_it_up(text, length, order):
    address = Address(Table.HOLDING, 3, Type.STRING, -1, order, length=length)
    layout, image = Layout([address], 3), np.zeros(2 * address.size, np.uint8)
    layout.encode_texts({0: text}, image)
    assert layout.texts(image.tobytes()) == {0: text[:length].strip()}
    assert layout.decode(image.tobytes()).tolist() == [0.0]


def test_that_a_text_ends_at_its_first_nul_and_may_be_utf_8():
    layout = Layout([Address(Table.HOLDING, 0, Type.STRING, length=10)], 0)
    assert layout.texts(b"AP\0junk..!") == {0: "AP"}
    assert layout.texts("é  ".encode().ljust(10)) == {0: "é"}
    assert layout.texts(b"A\x07\x00\x00\x00\x00\x00\x00\x00\x00") == {0: "A\ufffd"}


@given(st.lists(values(), min_size=1, max_size=8), st.data())
def test_that_any_bytes_decode_to_as_many_numbers(drawn, data):
    addresses, at = [], 0
    for address, _ in drawn:
        addresses.append(Address(Table.HOLDING, at, address.type, -1, address.word_order))
        at += address.size
    assert len(Layout(addresses, 0).decode(data.draw(st.binary(min_size=2 * at, max_size=2 * at)))) == len(drawn)


def test_that_single_bits_of_a_register_are_told_apart():
    layout = Layout([Address(Table.HOLDING, 5, Type.BOOL, bit) for bit in (0, 3, 15)], 5)
    assert layout.decode(b"\x80\x01").tolist() == [1.0, 0.0, 1.0]
    image = np.array([0x00, 0x10], np.uint8)
    layout.encode(np.array([0.0, 1.0, 1.0]), image)
    assert image.tobytes() == b"\x80\x18"


def test_that_an_encoder_clips_rather_than_wraps():
    layout = Layout([Address(Table.HOLDING, 0, Type.INT16), Address(Table.HOLDING, 1, Type.UINT16)], 0)
    image = np.zeros(4, np.uint8)
    layout.encode(np.array([-1e9, 1e9]), image)
    assert layout.decode(image.tobytes()).tolist() == [-32768.0, 65535.0]


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (Type.UINT16, -1.0),
        (Type.UINT16, 65536.0),
        (Type.INT16, 1.5),
        (Type.FLOAT32, 1e300),
        (Type.BCD16, 10_000.0),
        (Type.BCD32, -1.0),
        (Type.UINT64, float("nan")),
        (Type.INT32, float("inf")),
        (Type.FLOAT32, float("nan")),
        (Type.FLOAT64, float("-inf")),
        (Type.STRING, 1.0),
    ],
)
def test_that_a_value_its_type_cannot_hold_is_refused(kind, value):
    with pytest.raises(ValueError, match=r"range|whole|beyond|can hold|only be read"):
        encode_one(Address(Table.HOLDING, 0, kind), value)


def test_that_writes_take_the_function_the_table_wants():
    coil = write_request(Address(Table.COIL, 7, Type.BOOL), 1.0)
    assert coil == struct.pack(">BHH", 5, 7, 0xFF00)
    assert write_request(Address(Table.HOLDING, 7), 300.0) == struct.pack(">BHH", 6, 7, 300)
    assert write_request(Address(Table.HOLDING, 7, Type.BOOL, 4), 1.0) == struct.pack(">BHHH", 22, 7, 0xFFEF, 0x10)
    long = write_request(Address(Table.HOLDING, 7, Type.FLOAT32), 25.0)
    assert long == struct.pack(">BHHB", 16, 7, 2, 4) + bytes.fromhex("41c80000")
    with pytest.raises(ValueError, match="only be read"):
        write_request(Address(Table.INPUT, 7), 1.0)


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ({"address": "1", "type": "flaot32"}, "did you mean float32"),
        ({"address": "70000"}, "outside 0 to 65535"),
        ({"address": "-1"}, "0-based"),
        ({"address": "x"}, "not a whole number"),
        ({"address": "1", "table": "coils"}, "did you mean coil"),
        ({"address": "1", "type": "bool"}, "column bit"),
        ({"address": "1", "table": "coil", "type": "int16"}, "one bit"),
        ({"address": "65535", "type": "float32"}, "beyond address"),
        ({"address": "1", "word_order": "ACBD"}, "word_order"),
        ({"address": "1", "poll": "quick"}, "poll"),
    ],
)
def test_that_a_wrong_pack_row_gets_one_clear_sentence(row, said):
    with pytest.raises(ValueError, match=said):
        parse_address(row)


def test_that_settings_and_urls_are_checked():
    assert parse_settings({"timeout_s": "0.5", "pipeline": "4"}).pipeline == 4
    with pytest.raises(ValueError, match="did you mean timeout_s"):
        parse_settings({"timeout": "1"})
    with pytest.raises(ValueError, match="greater than zero"):
        parse_settings({"timeout_s": "0"})
    assert parse_url("modbus://10.0.0.5") == ("10.0.0.5", 502)
    for url in ("tcp://10.0.0.5", "modbus://", "modbus://x:99999"):
        with pytest.raises(ValueError, match=r"modbus://|port"):
            parse_url(url)
