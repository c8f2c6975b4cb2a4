"""The fast decoder says what the library says, or nothing; damage never escapes it."""

from __future__ import annotations

import math
import struct
from contextlib import suppress
from datetime import UTC, datetime

from asyncua import ua
from asyncua.common.utils import Buffer
from asyncua.ua.ua_binary import struct_to_binary
from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.opcua import fallback
from drivers.opcua.notification import Notification, Row, decode

NUMBERS = {
    ua.VariantType.Boolean: st.booleans(),
    ua.VariantType.SByte: st.integers(-(2**7), 2**7 - 1),
    ua.VariantType.Byte: st.integers(0, 2**8 - 1),
    ua.VariantType.Int16: st.integers(-(2**15), 2**15 - 1),
    ua.VariantType.UInt16: st.integers(0, 2**16 - 1),
    ua.VariantType.Int32: st.integers(-(2**31), 2**31 - 1),
    ua.VariantType.UInt32: st.integers(0, 2**32 - 1),
    ua.VariantType.Int64: st.integers(-(2**63), 2**63 - 1),
    ua.VariantType.UInt64: st.integers(0, 2**64 - 1),
    ua.VariantType.Float: st.floats(width=32),
    ua.VariantType.Double: st.floats(),
    ua.VariantType.String: st.none() | st.text(st.characters(exclude_categories=["Cs"]), max_size=12),
    ua.VariantType.Null: st.none(),
}
STATUS = st.sampled_from([None, 0, 0x40900000, 0x80000000, 0x808B0000, 0x40940480])
INSTANT = st.datetimes(datetime(1990, 1, 1), datetime(2060, 1, 1)).map(lambda naive: naive.replace(tzinfo=UTC))


ODD = {
    ua.VariantType.DateTime: INSTANT,
    ua.VariantType.ByteString: st.none() | st.binary(max_size=6),
    ua.VariantType.LocalizedText: st.text(st.characters(exclude_categories=["Cs"]), max_size=6).map(ua.LocalizedText),
    ua.VariantType.StatusCode: STATUS.map(lambda code: ua.StatusCode(ua.UInt32(code or 0))),
    ua.VariantType.NodeId: st.integers(0, 2**32 - 1).map(lambda number: ua.NodeId(number, 3)),
    ua.VariantType.ExtensionObject: st.floats(allow_nan=False).map(lambda high: ua.Range(0.0, high)),
}


@st.composite
def variants(draw: st.DrawFn, odd: bool) -> ua.Variant:
    kinds = {**NUMBERS, **ODD} if odd else NUMBERS
    kind = draw(st.sampled_from(sorted(kinds, key=int)))
    if odd and kind is not ua.VariantType.Null and draw(st.booleans()):
        several = st.lists(kinds[kind].filter(lambda value: value is not None and value == value), max_size=4)
        return ua.Variant(draw(several), kind, is_array=True)
    return ua.Variant(draw(kinds[kind]), kind)


@st.composite
def data_value(draw: st.DrawFn, odd: bool = False) -> ua.DataValue:
    status = draw(STATUS)
    value = ua.DataValue(
        draw(variants(odd)),
        None if status is None else ua.StatusCode(ua.UInt32(status)),
        SourceTimestamp=draw(st.none() | INSTANT),
    )
    # asyncua puts the server's time before the picoseconds of the source, Part 6 after: never both here
    if draw(st.booleans()):
        value.ServerTimestamp = draw(INSTANT)
    elif value.SourceTimestamp is not None and draw(st.booleans()):
        value.SourcePicoseconds = 120
    return value


@st.composite
def runs(draw: st.DrawFn) -> list[ua.DataValue]:
    """Values as servers send them: few shapes, many of each, now and then one of another."""
    few = draw(st.lists(data_value(), min_size=1, max_size=3))
    lengths = st.lists(st.tuples(st.integers(0, len(few) - 1), st.integers(1, 90)), max_size=4)
    return [few[which] for which, length in draw(lengths) for _ in range(length)] + draw(
        st.lists(data_value(), max_size=3)
    )


@st.composite
def responses(draw: st.DrawFn, odd: bool = False) -> bytes:
    response = ua.PublishResponse()
    response.ResponseHeader.Timestamp = draw(INSTANT)
    result = response.Parameters
    result.SubscriptionId = draw(st.integers(1, 2**32 - 1))
    result.AvailableSequenceNumbers = draw(st.lists(st.integers(0, 2**32 - 1), max_size=4))
    result.Results = [ua.StatusCode()] * draw(st.integers(0, 3))
    result.NotificationMessage.SequenceNumber = draw(st.integers(0, 2**32 - 1))
    result.NotificationMessage.PublishTime = draw(INSTANT)
    for _ in range(draw(st.integers(0, 2))):
        change = ua.DataChangeNotification()
        for value in draw(runs() | st.lists(data_value(odd=odd), max_size=8)):
            change.MonitoredItems.append(ua.MonitoredItemNotification(draw(st.integers(0, 2**32 - 1)), value))
        result.NotificationMessage.NotificationData.append(change)
    return struct_to_binary(response)


def slow(raw: bytes) -> Notification:
    return fallback.slow(Buffer(raw))


def comparable(row: Row) -> tuple[object, ...]:
    """A number by its float, as a tag holds it; nothing and no number are the same to it."""
    handle, value, status, ticks = row
    if isinstance(value, bool | int | float):
        value = None if math.isnan(value) else float(value)
    return handle, value, status, ticks // 10


@given(responses())
@settings(max_examples=200, deadline=None)
def test_that_the_fast_decoder_says_what_the_library_says(raw: bytes) -> None:
    fast = decode(raw)
    assert fast is not None
    agree(fast, slow(raw))


@given(responses(odd=True))
@settings(max_examples=200, deadline=None)
def test_that_it_says_the_same_of_every_shape_with_the_library_behind_it(raw: bytes) -> None:
    fast = decode(raw, fallback.variant)
    assert fast is not None
    agree(fast, slow(raw))


def agree(fast: Notification, library: Notification) -> None:
    assert [comparable(row) for row in fast.rows()] == [comparable(row) for row in library.rows()]
    assert (fast.subscription, fast.sequence) == (library.subscription, library.sequence)
    assert (fast.keep_alive, fast.status) == (library.keep_alive, library.status)


@given(responses(odd=True), st.data())
@settings(max_examples=100, deadline=None)
def test_that_damage_is_a_clean_error_with_the_library_behind_it(raw: bytes, data: st.DataObject) -> None:
    damaged = bytearray(raw)
    damaged[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    for each in (bytes(damaged), raw[: data.draw(st.integers(0, len(raw)))]):
        with suppress(Exception):  # any: the wire makes a lost link of it
            assert isinstance(fallback.heard(Buffer(each)), Notification)


@given(responses(), st.data())
@settings(max_examples=300, deadline=None)
def test_that_damage_never_escapes_the_fast_decoder(raw: bytes, data: st.DataObject) -> None:
    damaged = bytearray(raw)
    for _ in range(data.draw(st.integers(1, 4))):
        damaged[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(0, len(raw)))
    for each in (bytes(damaged), raw[:cut], raw + b"\0" * (cut % 7 + 1)):
        found = decode(each)
        assert found is None or isinstance(found, Notification)


@given(responses(), st.integers(1, 40))
@settings(max_examples=100, deadline=None)
def test_that_a_shortened_message_is_never_taken_for_a_whole_one(raw: bytes, missing: int) -> None:
    assert decode(raw[:-missing]) is None


@given(st.binary(max_size=200))
def test_that_nonsense_is_left_to_the_library(raw: bytes) -> None:
    assert decode(raw) is None


def _response(*values: ua.DataValue) -> ua.PublishResponse:
    response = ua.PublishResponse()
    response.Parameters.SubscriptionId = 7
    change = ua.DataChangeNotification()
    change.MonitoredItems = [ua.MonitoredItemNotification(at, value) for at, value in enumerate(values)]
    response.Parameters.NotificationMessage.NotificationData = [change]
    return response


def test_that_an_array_a_structure_or_a_localised_text_is_left_to_the_library() -> None:
    for value in ([1.0, 2.0], ua.LocalizedText("bonjour"), ua.Range(0, 1), datetime(2030, 1, 1, tzinfo=UTC), b"x"):
        assert decode(struct_to_binary(_response(ua.DataValue(ua.Variant(value))))) is None


def test_that_one_unusual_value_does_not_make_the_whole_message_slow() -> None:
    values = (1.5, ua.LocalizedText("bonjour", "fr"), [1, 2], "x")
    raw = struct_to_binary(_response(*(ua.DataValue(ua.Variant(value)) for value in values)))
    heard = decode(raw, fallback.variant)
    assert heard is not None
    assert [row[1] for row in heard.rows()] == list(values)


def test_that_the_end_of_a_subscription_is_told() -> None:
    response = _response()
    change = ua.StatusChangeNotification(Status=ua.StatusCode(ua.UInt32(ua.StatusCodes.BadTimeout)))
    response.Parameters.NotificationMessage.NotificationData = [change]
    raw = struct_to_binary(response)
    assert decode(raw) is None
    assert slow(raw).status == ua.StatusCodes.BadTimeout


def test_that_the_picoseconds_of_the_source_are_where_the_standard_puts_them() -> None:
    # Part 6, table 26: value, status, source time, source picoseconds, server time, server picoseconds
    item = struct.pack("<IBBdIqHqH", 5, 0x3F, 11, 2.5, 0x40900000, 131_000_000_000_000_000, 7, 99, 8)
    body = struct.pack("<i", 1) + item + struct.pack("<i", 0)
    raw = struct.pack("<HHqIIBiHB", 1, 829, 0, 1, 0, 0, -1, 0, 0) + struct.pack("<Ii", 7, 0)
    raw += struct.pack("<?Iqi", False, 3, 0, 1) + b"\x01\x00\x2b\x03\x01" + struct.pack("<i", len(body)) + body
    raw += struct.pack("<ii", -1, -1)
    found = decode(raw)
    assert found is not None
    assert found.rows() == [(5, 2.5, 0x40900000, 131_000_000_000_000_000)]
