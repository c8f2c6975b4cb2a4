"""The blocks of registers to read, planned once from the addresses of a link.

Addresses of one unit, table and poll class are sorted; neighbours join while the hole between them is at most `gap`
registers and the block stays within what one request may ask (125 registers or 2000 bits, Modbus Application
Protocol V1.1b3, 6.1 and 6.3). A device that refuses a block with exception 2 has a hole in it: the block is split
and the split is remembered for as long as the station runs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import groupby

import numpy as np
from numpy.typing import NDArray

from drivers.modbus.address import Address, Settings, Table
from drivers.modbus.codec import Layout
from supervisor.model import Tag

MOST_REGISTERS = 125
MOST_BITS = 2000
READ = {Table.COIL: 1, Table.DISCRETE: 2, Table.HOLDING: 3, Table.INPUT: 4}
"""Table -> function code that reads it."""


@dataclass(frozen=True, slots=True)
class Place:
    """One tag of the link and where it lies."""

    tag: Tag
    unit: int
    address: Address


@dataclass(slots=True)
class Block:
    """One request of the plan and how to read its answer."""

    unit: int
    table: Table
    start: int
    count: int
    places: tuple[Place, ...]
    period_s: float
    index: NDArray[np.int32] = field(init=False)
    layout: Layout | None = field(init=False, default=None)
    due: float = 0.0
    """Monotonic seconds of the next read; written by the driver."""
    first_wait: float = 0.0
    """Seconds from the first read to the second, which sets the block's phase; 0 once it is taken."""

    def __post_init__(self) -> None:
        self.index = np.array([place.tag.index for place in self.places], np.int32)
        if not self.table.bits:
            self.layout = Layout([place.address for place in self.places], self.start)

    def decode(self, data: bytes) -> NDArray[np.float64]:
        """Raw values, in the order of `places`."""
        if self.layout is not None:
            return self.layout.decode(data)
        bits = np.unpackbits(np.frombuffer(data, np.uint8), bitorder="little")
        return bits[[place.address.number - self.start for place in self.places]].astype(np.float64)

    @property
    def answer_size(self) -> int:
        """Bytes of data the answer must carry."""
        return -(-self.count // 8) if self.table.bits else 2 * self.count

    def split(self) -> tuple[Block, Block]:
        """The two halves, at the widest hole; only for a block of several places."""
        ends = np.array([place.address.number + place.address.size for place in self.places])
        starts = np.array([place.address.number for place in self.places])
        cut = 1 + int(np.argmax(starts[1:] - np.maximum.accumulate(ends)[:-1]))
        return _block(self.places[:cut], self.period_s), _block(self.places[cut:], self.period_s)


def places_of(tags: Sequence[Tag]) -> list[Place]:
    """Every readable or writable tag of a link with its unit."""
    places = []
    for tag in tags:
        assert tag.source is not None
        assert isinstance(tag.source.address, Address)
        places.append(Place(tag, int(tag.equipment.args.get("unit") or 1), tag.source.address))
    return places


def plan(places: Sequence[Place], settings: Settings) -> list[Block]:
    """The blocks that read all readable places."""
    periods = {"fast": settings.fast_s, "normal": settings.normal_s, "slow": settings.slow_s}
    readable = [place for place in places if place.tag.source and place.tag.source.readable]

    def family(place: Place) -> tuple[int, Table, str]:
        return place.unit, place.address.table, place.address.poll

    readable.sort(key=lambda place: (*family(place), place.address.number))
    blocks = []
    for (_, table, poll), members in groupby(readable, family):
        for run in _runs(list(members), table, settings.gap):
            blocks.append(_block(run, periods[poll]))
    return blocks


def _runs(places: list[Place], table: Table, gap: int) -> list[list[Place]]:
    most = MOST_BITS if table.bits else MOST_REGISTERS
    reach = gap * 16 if table.bits else gap
    runs: list[list[Place]] = []
    start = end = -1
    for place in places:
        first, last = place.address.number, place.address.number + place.address.size
        if runs and first - end <= reach and max(end, last) - start <= most:
            runs[-1].append(place)
            end = max(end, last)
        else:
            runs.append([place])
            start, end = first, last
    return runs


def _block(places: Sequence[Place], period_s: float) -> Block:
    start = places[0].address.number
    end = max(place.address.number + place.address.size for place in places)
    return Block(places[0].unit, places[0].address.table, start, end - start, tuple(places), period_s)
