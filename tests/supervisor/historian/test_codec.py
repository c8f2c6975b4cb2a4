from __future__ import annotations

import struct

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from supervisor.historian import batch, codec
from supervisor.historian.codec import Damaged
from supervisor.historian.samples import Block, Samples, Slots, join, samples
from supervisor.model import BAD

ANY_FLOAT = st.integers(0, 2**64 - 1).map(lambda bits: struct.unpack("<d", struct.pack("<Q", bits))[0])
ODD = st.sampled_from([float("nan"), float("inf"), -float("inf"), -0.0, 0.0, 1.0, 5e-324, 1.7e308, 2.0**53])
DECIMAL = st.integers(-(10**7), 10**7).map(lambda n: n / 100)
SINGLE = st.floats(width=32)


@st.composite
def columns(draw: st.DrawFn) -> Samples:
    """Any samples at all: each column of one character, or a mixture of all."""
    n = draw(st.integers(1, 200))
    number = draw(
        st.sampled_from([ANY_FLOAT, ODD, DECIMAL, SINGLE, st.sampled_from([0.0, 1.0]), st.one_of(ODD, DECIMAL)])
    )
    value = np.array(draw(st.lists(number, min_size=n, max_size=n)), np.float64)
    unit = draw(st.sampled_from([1, 10**3, 10**6, 10**9]))
    times = draw(arrays.arrays(np.int64, n, elements=st.integers(-(2**63) // unit + 1, (2**63 - 1) // unit)))
    quality = draw(arrays.arrays(np.uint8, n, elements=draw(st.sampled_from([st.just(0), st.integers(0, 255)]))))
    if draw(st.booleans()):
        value[quality >= BAD] = np.nan
    lag = draw(arrays.arrays(np.int64, n, elements=draw(st.sampled_from([st.just(3), st.integers(-(2**62), 2**62)]))))
    return Samples(np.sort(times) * unit, value, quality, lag)


def same(left: Samples, right: Samples) -> bool:
    return (
        np.array_equal(left.time, right.time)
        and np.array_equal(left.value.view(np.int64), right.value.view(np.int64))
        and np.array_equal(left.quality, right.quality)
        and np.array_equal(left.lag, right.lag)
    )


@given(columns(), st.booleans())
@settings(max_examples=200, deadline=None)
def test_that_a_chunk_gives_back_every_bit(whole: Samples, plain: bool) -> None:
    assert same(codec.decode(codec.encode(whole, plain)), whole)


@given(st.lists(st.one_of(st.none(), st.text(max_size=20)), min_size=1, max_size=80))
@settings(max_examples=100, deadline=None)
def test_that_a_chunk_gives_back_every_text(texts: list[str | None]) -> None:
    words = tuple(dict.fromkeys(text for text in texts if text is not None)) or ("unused",)
    codes = [float("nan") if text is None else float(words.index(text)) for text in texts]
    back = codec.decode(codec.encode(samples(range(len(texts)), codes, words=words)))
    assert [back.text(i) for i in range(len(texts))] == [text or "" for text in texts]


@given(columns(), st.data())
@settings(max_examples=60, deadline=None)
def test_that_one_flipped_bit_is_found(whole: Samples, data: st.DataObject) -> None:
    blob = bytearray(codec.encode(whole))
    bit = data.draw(st.integers(0, 8 * len(blob) - 1))
    blob[bit // 8] ^= 1 << bit % 8
    with pytest.raises(Damaged):
        codec.decode(bytes(blob))


def test_that_every_bit_of_a_small_chunk_is_guarded() -> None:
    blob = codec.encode(samples([1, 2, 3], [1.5, 2.5, 3.5]))
    for bit in range(8 * len(blob)):
        flipped = bytearray(blob)
        flipped[bit // 8] ^= 1 << bit % 8
        with pytest.raises(Damaged):
            codec.decode(bytes(flipped))


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        ([20.0, 20.1, 20.2], codec.DECIMAL + 1),
        ([0.25, 0.5, 1.0], codec.DECIMAL + 2),
        ([1.0, 2.0, 300.0], codec.WHOLE),
        ([0.0, 1.0, 1.0], codec.BOOLEAN),
        ([7.5, 7.5, 7.5], codec.CONSTANT),
        ([float(np.float32(0.1)), float(np.float32(0.7)), 1.0], codec.SINGLE),
        ([np.pi, np.e, 1.0], codec.FLOAT),
        ([-0.0, 0.1, 0.2], codec.FLOAT),
    ],
)
def test_that_values_take_the_smallest_kind_that_gives_them_back(values: list[float], kind: int) -> None:
    assert codec.encode(samples(range(3), values))[2] == kind


def test_that_bad_samples_do_not_cost_a_column_its_decimals() -> None:
    value = np.round(np.arange(100) / 10, 1)
    quality = np.zeros(100, np.uint8)
    quality[[0, 40, 41, 99]] = 0x81
    value[quality >= BAD] = np.nan
    whole = samples(range(100), value, quality)
    blob = codec.encode(whole)
    assert blob[2] == codec.DECIMAL + 1
    assert same(codec.decode(blob), whole)


def test_that_a_day_of_a_slow_measurement_costs_little() -> None:
    noise = np.random.default_rng(1)
    time = (1_767_225_600_000 + np.cumsum(noise.integers(9_950, 10_050, 8640))) * 1_000_000
    value = np.round(20 + np.cumsum(noise.normal(0, 0.05, 8640)), 1)
    assert len(codec.encode(samples(time, value))) / 8640 < 1.6


FIRST_VERSION = (
    "010611812800000000ca9429527286180090293e5b7286182e0000003300000070636f210300050a04010427000010010100f3010000000000"
    "4001e8abda769b010080cff33ccff33ccff33c0f0070636f210300050a04010427000010010100fdffffffffffffbf01c80000000000"
    "0080ffffdbfa7ffcff8ffffff1ff3ffe1f000300000000000000070000000900000000810000000000000000000004a346d9"
)
"""Written before there was a second version of the format: 40 samples, two of them bad, no lag."""


def test_that_a_chunk_of_the_first_version_is_read_for_ever() -> None:
    found = codec.decode(bytes.fromhex(FIRST_VERSION))
    value = np.round(20 + np.arange(40) % 7 / 10, 1)
    value[7:9] = np.nan
    assert np.array_equal(found.value, value, equal_nan=True)
    step = np.arange(1, 41) * 1_000_000_000 + np.arange(40) % 3 * 1_000_000
    assert np.array_equal(found.time, 1_767_225_600_000_000_000 + step)
    assert not found.lag.any()
    assert np.flatnonzero(found.quality).tolist() == [7, 8]


def polled(n: int, noise_us: float, unit: int) -> Samples:
    noise = np.random.default_rng(4)
    kept = np.flatnonzero(noise.random(4 * n) < 0.3)[:n]
    time = 1_767_225_600_000_000 + kept * 2_000_000 + np.abs(noise.normal(0, noise_us, n)).astype(np.int64)
    return samples(time * 1000 // unit * unit, np.zeros(n))


@pytest.mark.parametrize(("unit", "most"), [(1_000, 1.85), (1_000_000, 0.52)])
def test_that_the_times_of_a_polled_device_cost_its_jitter_and_no_more(unit: int, most: float) -> None:
    whole = polled(10_000, 500, unit)
    blob = codec.encode(whole)
    assert blob[1] >= codec.POLLED
    assert len(blob) / 10_000 < most
    assert same(codec.decode(blob), whole)


def test_that_times_without_any_grid_are_coded_as_before() -> None:
    time = np.sort(np.random.default_rng(1).integers(0, 10**15, 10_000)) * 1000
    assert codec.encode(samples(time, np.zeros(10_000)))[1] < codec.POLLED


def test_that_a_few_times_cost_no_table() -> None:
    whole = samples(1_767_225_600 * 10**9 + np.arange(8) * 600 * 10**9, np.zeros(8))
    blob = codec.encode(whole)
    assert len(blob) < 80
    assert same(codec.decode(blob), whole)


def block_of(slots: Slots, whole: Samples) -> Block:
    return Block(slots, whole.time, whole.value, whole.quality, whole.lag)


@given(st.lists(columns(), max_size=5))
@settings(max_examples=50, deadline=None)
def test_that_a_batch_gives_back_every_bit(tags: list[Samples]) -> None:
    slots = [np.full(len(tag), 7 * i, np.uint32) for i, tag in enumerate(tags)]
    block = block_of(np.concatenate([np.empty(0, np.uint32), *slots]), join(tags))
    back = batch.decode(batch.encode(block))
    assert np.array_equal(back.slot, block.slot)
    for i, tag in enumerate(tags):
        assert same(back.of(7 * i), tag)


def test_that_one_flipped_bit_of_a_batch_is_found() -> None:
    block = block_of(np.arange(9, dtype=np.uint32), samples(range(9), range(9)))
    blob = batch.encode(block)
    for bit in range(8 * len(blob)):
        flipped = bytearray(blob)
        flipped[bit // 8] ^= 1 << bit % 8
        with pytest.raises(Damaged):
            batch.decode(bytes(flipped))
