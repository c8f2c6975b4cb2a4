"""Chunks made together are those made one by one."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from supervisor.clock import SECOND
from supervisor.flow import Times, Values
from supervisor.historian import chunks, codec, compact, packing
from supervisor.historian.chunks import Chunk
from supervisor.historian.samples import Block, Samples, join_blocks
from supervisor.model import Quality
from tests.supervisor.historian.conftest import START

SIZES = [1, 20, 63, 64, 65, 200, 200, 700]
TEXTS, WORDS = 3, ("Ardenne", "été", "ok")


def values(noise: np.random.Generator, n: int) -> Values:
    walk = np.cumsum(noise.normal(0, 0.3, n))
    kinds: list[Callable[[], NDArray[Any]]] = [
        lambda: np.round(20 + walk, 1),
        lambda: np.round(20 + walk, 3),
        lambda: np.round(20 + walk, 1) * 0.1,
        lambda: np.rint(walk) * 0.01 + 3,
        lambda: (230 + walk).astype(np.float32).astype(np.float64),
        lambda: walk / 27_648,
        lambda: np.cumsum(noise.integers(0, 5, n)).astype(np.float64),
        lambda: noise.integers(0, 2, n).astype(np.float64),
        lambda: np.full(n, 21.5),
        lambda: np.zeros(n),
        lambda: np.where(noise.random(n) < 0.1, -0.0, 0.0),
        lambda: np.where(noise.random(n) < 0.01, 1e300, np.round(walk)),
        lambda: np.where(noise.random(n) < 0.05, np.inf, np.round(walk)),
        lambda: np.where(noise.random(n) < 0.05, np.round(walk, 4), np.round(walk)),
    ]
    return np.asarray(kinds[noise.integers(len(kinds))](), np.float64)


def times(noise: np.random.Generator, n: int) -> Times:
    unit = int(noise.choice([1, 1000, 10**6, 10**9]))
    return np.asarray(START + np.cumsum(noise.integers(0, 3 * SECOND // unit + 1, n)) * unit, np.int64)


def group(noise: np.random.Generator, slot: int, n: int) -> Block:
    value, quality = values(noise, n), np.zeros(n, np.uint8)
    if slot == TEXTS:
        value = noise.integers(0, len(WORDS), n).astype(np.float64)
    if noise.random() < 0.3:
        bad = noise.random(n) < noise.choice([0.1, 1.0])
        quality[bad], value[bad] = Quality.TIMEOUT, np.nan
    lag = np.full(n, noise.integers(0, 3)) if noise.random() < 0.7 else noise.integers(0, 9, n)
    columns = (np.full(n, slot, np.uint32), times(noise, n), value, quality, lag.astype(np.int64))
    return Block(*columns, (TEXTS,), WORDS)


def told(made: list[Chunk]) -> list[list[object]]:
    """Their rows, NaN as None."""
    return [[None if cell != cell else cell for cell in chunk.row] for chunk in made]


def same(one: Samples, other: Samples) -> None:
    for name in ("time", "quality", "lag"):
        assert np.array_equal(getattr(one, name), getattr(other, name))
    if one.words:
        texts = [[each.text(at) for at in range(len(each))] for each in (one, other)]
        assert texts[0] == texts[1]
    else:
        assert np.array_equal(one.value.view(np.int64), other.value.view(np.int64)), "not bit for bit"


@given(st.integers(0, 10**9))
@settings(max_examples=25, deadline=None)
def test_that_chunks_made_together_are_those_made_one_by_one(seed: int) -> None:
    noise = np.random.default_rng(seed)
    groups = [group(noise, slot, int(noise.choice(SIZES))) for slot in range(noise.integers(1, 12))]
    block = join_blocks(groups)
    edges = np.cumsum([0, *map(len, groups)])
    made = list(packing.together(block, edges))
    alone = [chunk for slot, each in enumerate(groups) for chunk in chunks.cut(slot, each.samples(0, len(each)))]
    assert told(made) == told(alone)
    for chunk, (low, high) in zip(made, pairwise(edges.tolist()), strict=True):
        same(codec.decode(chunk.blob), block.samples(low, high))


def test_that_scaled_values_are_no_larger_than_the_codec_finds_by_itself() -> None:
    noise = np.random.default_rng(3)
    value = np.round(400 + np.cumsum(noise.normal(0, 2, 300)), 1) * 0.1
    n, time = len(value), START + np.arange(300) * SECOND
    block = Block(np.zeros(n, np.uint32), time, value, np.zeros(n, np.uint8), np.zeros(n, np.int64))
    (made,) = packing.together(block, np.array([0, n]))
    assert len(made.blob) <= 1.05 * len(codec.encode(block.samples(0, n)))


def test_that_true_and_false_take_a_bit_each() -> None:
    value = np.random.default_rng(5).integers(0, 2, 200).astype(np.float64)
    n, time = len(value), START + np.arange(200) * SECOND
    block = Block(np.zeros(n, np.uint32), time, value, np.zeros(n, np.uint8), np.zeros(n, np.int64))
    (made,) = packing.together(block, np.array([0, n]))
    assert codec.HEADER.unpack_from(made.blob)[2] == codec.BOOLEAN


def test_that_bands_have_every_sample_once_sorted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compact, "BAND", 100)
    noise = np.random.default_rng(4)
    blocks = [join_blocks([group(noise, int(slot), 30) for slot in noise.permutation(9)]) for _ in range(5)]
    bands = list(compact._bands(blocks))
    assert len(bands) > 3
    whole = join_blocks(blocks).by_slot_and_time()
    found = join_blocks(bands)
    for name in ("slot", "time", "quality", "lag"):
        assert np.array_equal(getattr(found, name), getattr(whole, name))
    for one, other in pairwise(bands):
        assert one.slot[-1] < other.slot[0], "a slot is in one band alone"
