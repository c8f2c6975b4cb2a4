"""Rows become one batch of numbers, qualities and times; a raw value becomes what a node takes."""

from __future__ import annotations

import math

import numpy as np
import pytest
from asyncua import ua
from hypothesis import given
from hypothesis import strategies as st

from drivers.opcua.items import items_of
from drivers.opcua.notification import Row
from drivers.opcua.structures import Structures
from drivers.opcua.values import EPOCH_TICKS, QUALITIES, Columns, quality_of
from drivers.opcua.variant import encode, type_of
from supervisor.errors import WriteFailed
from supervisor.flow import Batch
from supervisor.model import Quality
from tests.drivers.opcua.plant import link, site

PLANT = site(link(1))
LEVEL, STATE, MESSAGE = 0, 2, 4
NOW = 1_700_000_000_000_000_000
TICKS = EPOCH_TICKS + 12_345


def batches(*rows: Row) -> list[Batch]:
    return list(Columns(PLANT.tags, items_of(PLANT.tags), Structures()).batches([rows], NOW))


def one(*rows: Row) -> Batch:
    (batch,) = batches(*rows)
    return batch


def test_that_numbers_booleans_and_enumerations_become_floats_in_one_batch() -> None:
    batch = one((LEVEL, 1.5, 0, TICKS), (STATE, 3, 0, TICKS), (3, True, 0, TICKS))
    assert batch.value.tolist() == [1.5, 3.0, 1.0]
    assert batch.index.tolist() == [LEVEL, STATE, 3]
    assert batch.quality.tolist() == [0, 0, 0]


def test_that_a_text_travels_beside_its_number() -> None:
    batch = one((LEVEL, 1.5, 0, TICKS), (MESSAGE, "à bientôt", 0, TICKS))
    assert batch.texts == {1: "à bientôt"}
    assert batch.quality.tolist() == [0, 0]


def test_that_a_number_on_a_text_tag_is_written_out() -> None:
    assert one((MESSAGE, 12.5, 0, TICKS)).texts == {0: "12.5"}


@pytest.mark.parametrize("value", ["12.5", [1.0, 2.0], ua.LocalizedText("1")])
def test_that_a_value_its_tag_cannot_hold_is_a_configuration_fault(value: object) -> None:
    batch = one((LEVEL, value, 0, TICKS), (STATE, 1, 0, TICKS))
    assert dict(zip(batch.index.tolist(), batch.quality.tolist(), strict=True)) == {
        LEVEL: Quality.CONFIGURATION,
        STATE: Quality.GOOD,
    }
    assert math.isnan(batch.value[batch.index == LEVEL][0])


@pytest.mark.parametrize("value", [None, float("nan")])
def test_that_no_value_is_never_good(value: float | None) -> None:
    assert one((LEVEL, value, 0, TICKS)).quality.tolist() == [Quality.BAD]


def test_that_a_bad_status_takes_the_value_away_and_travels_whole() -> None:
    batch = one((LEVEL, 9.0, 0x808C0000, TICKS), (MESSAGE, "old", 0x80000000, TICKS))
    assert np.isnan(batch.value).all()
    assert batch.texts == {}
    assert batch.quality.tolist() == [Quality.DEVICE_FAULT, Quality.BAD]
    assert batch.status is not None
    assert batch.status.tolist() == [0x808C0000, 0x80000000]


def test_that_an_uncertain_value_stays_readable() -> None:
    batch = one((LEVEL, 9.0, 0x40940480, TICKS))
    assert (batch.value[0], batch.quality[0]) == (9.0, Quality.OUT_OF_RANGE)


def test_that_the_source_time_is_told_in_nanoseconds_since_1970() -> None:
    assert one((LEVEL, 1.0, 0, TICKS)).source_time.tolist() == [1_234_500]


@pytest.mark.parametrize("ticks", [0, 1, 2**63 - 1])
def test_that_a_value_without_a_usable_time_is_dated_by_its_arrival(ticks: int) -> None:
    assert one((LEVEL, 1.0, 0, ticks)).source_time.tolist() == [NOW]


def test_that_a_bad_value_without_a_time_leaves_the_devices_clock_alone() -> None:
    rows: list[Row] = [(LEVEL, None, 0x80320000, 0), (LEVEL, 1.0, 0, TICKS), (STATE, 2, 0, TICKS)]
    first, second = batches(*rows)
    assert (first.loss, first.quality.tolist()) == (True, [Quality.NEVER_READ])
    assert (second.loss, second.value.tolist()) == (False, [1.0, 2.0])


def test_that_a_handle_nobody_asked_for_is_left_out() -> None:
    assert batches((999, 1.0, 0, TICKS)) == []


def test_that_every_status_with_a_quality_of_its_own_is_the_standards() -> None:
    names = {code: name for name, code in vars(ua.StatusCodes).items() if isinstance(code, int)}
    for code, quality in QUALITIES.items():
        assert code in names
        assert quality.bad == bool(code & 0x80000000)


@given(st.integers(0, 2**32 - 1))
def test_that_the_top_two_bits_decide_between_good_uncertain_and_bad(status: int) -> None:
    assert quality_of(status).bad == (status >> 31 == 1)
    if status >> 30 == 1:
        assert 0x40 <= quality_of(status) < 0x80


WHOLE = [kind for kind in ua.VariantType if 2 <= kind.value <= 9]


@given(st.sampled_from(WHOLE), st.floats())
def test_that_a_whole_number_fits_its_type_or_is_refused(kind: ua.VariantType, raw: float) -> None:
    try:
        variant = encode(raw, kind)
    except WriteFailed:
        return
    assert variant.VariantType is kind
    assert abs(variant.Value - raw) <= 0.5


def test_that_a_scaled_value_a_hair_off_is_written_whole() -> None:
    assert encode(0.1 * 3 / 0.1, ua.VariantType.UInt16).Value == 3


@pytest.mark.parametrize(
    ("raw", "kind"),
    [
        (2.0, ua.VariantType.Boolean),
        (math.nan, ua.VariantType.Int16),
        (70000.0, ua.VariantType.UInt16),
        (-1.0, ua.VariantType.UInt32),
        (1e300, ua.VariantType.Float),
        (1.0, ua.VariantType.String),
        (1.0, ua.VariantType.DateTime),
    ],
)
def test_that_what_does_not_fit_is_refused_before_it_leaves(raw: float, kind: ua.VariantType) -> None:
    with pytest.raises(WriteFailed):
        encode(raw, kind)


def test_that_a_nodes_type_is_its_data_type_else_that_of_its_value() -> None:
    def kind(number: int, held: ua.Variant | None = None) -> ua.VariantType | None:
        return type_of(ua.DataValue(ua.Variant(ua.NodeId(number))), ua.DataValue(held or ua.Variant(None)))

    assert kind(ua.ObjectIds.Int16) is ua.VariantType.Int16
    assert kind(ua.ObjectIds.Enumeration) is ua.VariantType.Int32
    assert kind(ua.ObjectIds.ServerState, ua.Variant(1, ua.VariantType.Int32)) is ua.VariantType.Int32
    assert kind(ua.ObjectIds.Range) is None
