"""What a row of tags.csv, the [device] table and a unit may say, and the sentence each mistake gets."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.modbus import PROTOCOL
from drivers.modbus.address import Address, Table, Type, parse_address
from drivers.modbus.device import Device, Span, parse_device, strictest

MODICON = {"0": Table.COIL, "1": Table.DISCRETE, "3": Table.INPUT, "4": Table.HOLDING}


@given(st.integers(0, 65535), st.sampled_from(sorted(MODICON)))
def test_that_the_three_notations_name_the_same_address(number, digit):
    table = MODICON[digit]
    rows = (
        {"table": table.value, "address": str(number)},
        {"table": table.value, "address": f"#{number + 1}"},
        {"address": f"{digit}x{number + 1:05d}"},
        {"table": table.value, "address": f"{digit}X{number + 1:05d}"},
    )
    assert len({parse_address(row) for row in rows}) == 1
    assert (parse_address(rows[0]).table, parse_address(rows[0]).number) == (table, number)


def test_that_plain_digits_are_0_based_whatever_they_look_like():
    assert parse_address({"address": "40013"}) == Address(Table.HOLDING, 40013)


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ({"address": "400013"}, "0-based"),
        ({"address": "0xC558"}, "write 50520"),
        ({"address": "0x0013"}, "write 19.*or 0x00013 for the coil"),
        ({"address": "5x00013"}, "4x00013"),
        ({"address": "4x00000"}, "outside 1 to 65536"),
        ({"address": "4x70000"}, "outside 1 to 65536"),
        ({"address": "#0"}, "outside 1 to 65536"),
        ({"address": "3x00013", "table": "holding"}, "is a input|is an input|leave one"),
        ({"address": ""}, "not a whole number"),
        ({"address": "1", "type": "string"}, "column length"),
        ({"address": "1", "type": "string", "length": "251"}, "1 to 250"),
        ({"address": "65530", "type": "string", "length": "20"}, "beyond address"),
        ({"address": "1", "type": "string", "length": "8", "access": "rw"}, "a string can only be read"),
        ({"address": "1", "table": "input", "access": "w"}, "an input can only be read"),
        ({"address": "1", "type": "bcd23"}, "did you mean bcd32"),
    ],
)
def test_that_a_wrong_row_gets_one_clear_sentence(row, said):
    with pytest.raises(ValueError, match=said):
        parse_address(row)


@given(st.dictionaries(st.sampled_from(["table", "address", "type", "bit", "length", "word_order", "poll"]), st.text()))
def test_that_whatever_stands_in_a_row_is_an_address_or_a_sentence(row):
    try:
        address = parse_address(row)
    except ValueError as error:
        assert str(error)  # noqa: PT017
    else:
        assert 0 <= address.number < address.end <= 65536


def test_that_sizes_follow_the_types():
    sizes = {kind: Address(Table.HOLDING, 0, kind, length=5).size for kind in Type}
    assert [kind for kind, size in sizes.items() if size == 2] == [Type.INT32, Type.UINT32, Type.FLOAT32, Type.BCD32]
    assert [kind for kind, size in sizes.items() if size == 4] == [Type.INT64, Type.UINT64, Type.FLOAT64]
    assert sizes[Type.STRING] == 3
    assert sizes[Type.BCD16] == 1


def test_that_a_device_says_what_it_has_of_its_own():
    words = {
        "most_registers": "60",
        "most_bits": "500",
        "gap": "0",
        "forbidden": "holding 100-120, input 7",
        "broadcast": "true",
        "write_function": "multiple",
        "mask_write": "false",
        "read_write": "true",
    }
    spans = (Span(Table.HOLDING, 100, 120), Span(Table.INPUT, 7, 7))
    assert PROTOCOL.device(words) == Device(60, 500, 0, spans, True, True, False, True)
    assert parse_device({}) == Device()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ({"most_register": "60"}, "did you mean most_registers"),
        ({"most_registers": "126"}, "outside 4 to 125"),
        ({"forbidden": "holding 100 to 120"}, "holding 100-120, input 7"),
        ({"forbidden": "holdin 1"}, "did you mean holding"),
        ({"forbidden": "holding 120-100"}, "lower address first"),
        ({"broadcast": "yes"}, "neither true nor false"),
        ({"write_function": "16"}, "single, multiple"),
    ],
)
def test_that_a_wrong_device_gets_one_clear_sentence(words, said):
    with pytest.raises(ValueError, match=said):
        parse_device(words)


def test_that_a_unit_of_several_packs_is_asked_as_the_strictest_allows():
    one, other = Device(60, 2000, -1, (Span(Table.INPUT, 1, 2),)), Device(125, 100, 5, (Span(Table.COIL, 3, 3),))
    both = strictest((one, other), gap=30)
    assert (both.most_registers, both.most_bits, both.gap, len(both.forbidden)) == (60, 100, 5, 2)
