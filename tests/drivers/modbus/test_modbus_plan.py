"""Plans: every tag is read once, within the limits of its unit, across nothing that is forbidden."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.modbus.address import Address, Settings, Table, Type
from drivers.modbus.device import Device, Span
from drivers.modbus.plan import BELIEVED_S, Block, Holes, Place, limits, places_of, plan, unreadable
from supervisor.model import Quality
from tests.drivers.modbus.plant import link, site

NUMBERS = [kind for kind in Type if kind not in (Type.STRING, Type.BOOL)]


@st.composite
def addresses(draw: st.DrawFn) -> Address:
    table, poll = draw(st.sampled_from(Table)), draw(st.sampled_from(["fast", "normal", "slow"]))
    number = draw(st.integers(0, 400))
    if table.bits:
        return Address(table, number, Type.BOOL, poll=poll)
    kind = draw(st.sampled_from([*NUMBERS, Type.STRING, Type.BOOL]))
    length = draw(st.integers(1, 40)) if kind is Type.STRING else 0
    order = draw(st.sampled_from(["ABCD", "CDAB", "BADC", "DCBA"]))
    return Address(table, number, kind, 3 if kind is Type.BOOL else -1, order, poll, length)


@st.composite
def devices(draw: st.DrawFn) -> Device:
    spans = draw(st.lists(st.tuples(st.sampled_from(Table), st.integers(0, 400), st.integers(0, 20)), max_size=4))
    forbidden = tuple(Span(table, first, first + more) for table, first, more in spans)
    return Device(draw(st.integers(4, 125)), draw(st.integers(1, 2000)), draw(st.integers(-1, 60)), forbidden)


@st.composite
def plants(draw: st.DrawFn) -> list[Place]:
    drawn = draw(st.lists(addresses(), min_size=1, max_size=40))
    tags = site(link(502), (1, 2, 3), {f"t{number}": one for number, one in enumerate(drawn)}).tags
    packs = [draw(devices()) for _ in range(2)]
    return [Place(place.tag, place.unit, place.address, draw(st.sampled_from(packs))) for place in places_of(tags)]


def check(blocks: list[Block], places: list[Place], gap: int) -> None:
    bounds = limits(places, gap)
    read = sorted(place.tag.index for block in blocks for place in block.places)
    left = sorted(place.tag.index for place in unreadable(places, gap))
    assert sorted(read + left) == [place.tag.index for place in places]
    for block in blocks:
        device = bounds[block.unit]
        assert block.count <= (device.most_bits if block.table.bits else device.most_registers)
        for span in device.forbidden:
            assert span.table is not block.table or span.last < block.start or block.start + block.count <= span.first
        for place in block.places:
            assert (place.unit, place.address.table) == (block.unit, block.table)
            assert block.start <= place.address.number < place.address.end <= block.start + block.count
        ends = np.maximum.accumulate(sorted((p.address.number, p.address.end) for p in block.places), axis=0)[:, 1]
        starts = sorted(place.address.number for place in block.places)
        reach = device.gap * 16 if block.table.bits else device.gap
        assert all(start - end <= reach for start, end in zip(starts[1:], ends[:-1], strict=True))


@given(plants(), st.integers(0, 60))
@settings(max_examples=150, deadline=None)
def test_that_a_plan_reads_every_tag_once_within_all_limits(places, gap):
    check(plan(places, Settings(gap=gap)), places, gap)


@given(plants(), st.integers(0, 60), st.data())
@settings(max_examples=60, deadline=None)
def test_that_splits_lose_nothing_and_are_kept_once_they_are_proven(places, gap, data):
    chosen, holes = Settings(gap=gap), Holes()
    for _ in range(4):
        blocks = plan(places, chosen, holes)
        divisible = [block for block in blocks if block.divisible]
        if not divisible:
            return
        block = data.draw(st.sampled_from(divisible))
        left, right = block.split(data.draw(st.booleans()))
        blocks[blocks.index(block) : blocks.index(block) + 1] = [left, right]
        check(blocks, places, gap)
        assert left.start < right.start == left.edges[-1] == right.edges[-1]
        assert sorted((*left.index, *right.index)) == sorted(block.index)
        holes.prove(right, 0.0)
        cut = right.start
        after = [b for b in plan(places, chosen, holes) if (b.unit, b.table) == (block.unit, block.table)]
        assert not [b for b in after if b.start < cut and any(p.address.number >= cut for p in b.places)]


def test_that_an_unproven_split_is_not_kept_and_a_proven_one_is_tried_again_after_an_hour():
    tags = site(link(502), (1,), {f"t{n}": Address(Table.HOLDING, n) for n in (0, 5, 20)}).tags
    places, holes = places_of(tags), Holes()

    def extents() -> list[tuple[int, int]]:
        return [(block.start, block.count) for block in plan(places, Settings(), holes)]

    (whole,) = plan(places, Settings(), holes)
    left, _ = whole.split()
    assert extents() == [(0, 21)]
    holes.prove(left, 100.0)
    assert extents() == [(0, 6), (20, 1)]
    assert not holes.age(99.0 + BELIEVED_S)
    assert holes.age(101.0 + BELIEVED_S)
    assert extents() == [(0, 21)]


def test_that_tags_of_one_register_are_never_parted():
    bits = {f"b{bit}": Address(Table.HOLDING, 7, Type.BOOL, bit) for bit in range(16)}
    (block,) = plan(places_of(site(link(502), (1,), bits).tags), Settings())
    assert not block.divisible
    assert block.count == 1


def test_that_units_behind_one_link_have_limits_of_their_own():
    tags = site(link(502), (1, 2), {f"t{n}": Address(Table.HOLDING, n) for n in range(100)}).tags
    small = Device(most_registers=40)
    places = [Place(p.tag, p.unit, p.address, small if p.unit == 2 else Device()) for p in places_of(tags)]
    blocks = plan(places, Settings())
    assert [(b.unit, b.start, b.count) for b in blocks] == [(1, 0, 100), (2, 0, 40), (2, 40, 40), (2, 80, 20)]


def test_that_values_of_one_type_stand_together_in_the_answer():
    mixed = {f"t{n}": Address(Table.HOLDING, 2 * n, Type.FLOAT32 if n % 2 else Type.INT32) for n in range(10)}
    (block,) = plan(places_of(site(link(502), (1,), mixed).tags), Settings())
    kinds = [place.address.type for place in block.places]
    assert sum(one is not other for one, other in pairwise(kinds)) == 1


def test_that_batches_of_a_block_share_what_no_one_may_change():
    (block,) = plan(places_of(site(link(502), (1,), {"t": Address(Table.HOLDING, 0, Type.FLOAT32)}).tags), Settings())
    good, broken = block.batch(b"\x04\x41\xc8\0\0", 5), block.batch(b"\x04\x7f\xc0\0\0", 6)
    assert (good.value.tolist(), good.quality.tolist(), good.source_time.tolist()) == ([25.0], [0], [5])
    assert broken.quality.tolist() == [Quality.DEVICE_FAULT]
    assert not good.index.flags.writeable
    assert not good.quality.flags.writeable


@given(plants(), st.data())
@settings(max_examples=60, deadline=None)
def test_that_any_bytes_of_the_right_length_become_a_batch(places, data):
    for block in plan(places, Settings()):
        answer = data.draw(st.binary(min_size=block.answer_size, max_size=block.answer_size))
        batch = block.batch(bytes([len(answer) & 0xFF]) + answer, 1)
        assert len(batch) == len(block.places) == len(batch.value) == len(batch.quality)
        assert not (np.isnan(batch.value) & (batch.quality < 0x80)).any()
        texts = [slot for slot, place in enumerate(block.places) if place.address.type is Type.STRING]
        assert sorted(batch.texts) == texts
        assert all(text.isprintable() or "\ufffd" in text for text in batch.texts.values())


def test_that_a_unit_that_is_no_number_makes_its_tags_unreadable_and_no_more(caplog):
    plant = site(link(502), (1,), {"a": Address(Table.HOLDING, 0)})
    plant.equipment[0].args["unit"] = "300"  # type: ignore[index]
    places = places_of(plant.tags)
    assert plan(places, Settings()) == []
    assert unreadable(places, 30) == places
    assert "from 0 to 255" in caplog.text
