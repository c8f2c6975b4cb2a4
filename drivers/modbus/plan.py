"""The blocks of registers to read, planned from the addresses of a link.

Addresses of one unit, table and poll class are sorted; neighbours join while the hole between them is at most `gap`
registers, the block stays within what one request of that unit may ask, and nothing forbidden lies in it.

A device that refuses a block has a hole in it, or a smaller limit than the standard's: the block is split, and `Holes`
remembers where, over reconnections too, once an address of the split block was read. Until then it may have been a
device that was starting and refused everything.
"""

from __future__ import annotations

import logging
import struct
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import groupby

import numpy as np
from numpy.typing import NDArray

from drivers.modbus.address import Address, Settings, Table
from drivers.modbus.check import BROADCAST, LAST_UNIT
from drivers.modbus.codec import Layout, group_key
from drivers.modbus.device import MOST_BITS, MOST_REGISTERS, PLAIN, Device, strictest
from supervisor.flow import Batch
from supervisor.model import Quality, Tag

__all__ = ["MOST_BITS", "MOST_REGISTERS", "READ", "Block", "Holes", "Place", "alone", "places_of", "plan"]

READ = {Table.COIL: 1, Table.DISCRETE: 2, Table.HOLDING: 3, Table.INPUT: 4}
"""Table -> function code that reads it."""
BELIEVED_S = 3600.0
"""A split is tried again as one request after this long: a firmware update may have filled the hole."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Place:
    """One tag of the link and where it lies."""

    tag: Tag
    unit: int
    """-1 where the equipment list says none that exists."""
    address: Address
    device: Device = PLAIN


@dataclass(slots=True, eq=False)
class Block:
    """One request of the plan and how to read its answer."""

    unit: int
    table: Table
    start: int
    count: int
    places: tuple[Place, ...]
    """In the order of the answer's values, which is not that of the addresses."""
    period_s: float
    edges: tuple[int, ...] = ()
    """Where splits that are not proven yet parted it from its neighbours."""
    refusals: int = 0
    """How often in a row an address that stands alone was refused."""
    garbled: int = 0
    """How often in a row the answer did not fit the request."""
    due: float = 0.0
    """Monotonic seconds of the next read; written by the schedule, as are the next two."""
    first_wait: float = 0.0
    """Seconds from the first read to the second, which sets the block's phase; 0 once it is taken."""
    out: bool = False
    """Its request is under way."""
    hurry: float = np.inf
    """While it is out: read again by then."""
    pdu: bytes = field(init=False)
    index: NDArray[np.int32] = field(init=False)
    _layout: Layout | None = field(init=False, default=None)
    _bits: slice | NDArray[np.intp] = field(init=False)
    _good: NDArray[np.uint8] = field(init=False)

    def __post_init__(self) -> None:
        self.pdu = struct.pack(">BHH", READ[self.table], self.start, self.count)
        self.index = np.array([place.tag.index for place in self.places], np.int32)
        self._good = np.full(len(self.places), Quality.GOOD, np.uint8)
        self.index.flags.writeable = self._good.flags.writeable = False  # every batch of it shares them
        if self.table.bits:
            bits = [place.address.number - self.start for place in self.places]
            self._bits = np.array(bits, np.intp)
            if bits == list(range(bits[0], bits[0] + len(bits))):
                self._bits = slice(bits[0], bits[0] + len(bits))
        else:
            self._layout = Layout([place.address for place in self.places], self.start)

    def batch(self, data: bytes, now: int) -> Batch:
        """What an answer says; `data` has the byte count before it, and the client saw that its length is right."""
        data, layout, quality = data[1:], self._layout, self._good
        texts: dict[int, str] = {}
        values = self.decode(data)
        if layout is not None:
            texts = layout.texts(data)
            if not layout.sure and b"\0" in (finite := np.isfinite(values)).tobytes():
                # a float that is no number is how many devices say that a sensor is broken
                quality = np.where(finite, np.uint8(Quality.GOOD), np.uint8(Quality.DEVICE_FAULT))
        times = np.empty(len(values), np.int64)
        times.fill(now)
        return Batch(self.index, values, quality, times, None, texts)

    def decode(self, data: bytes) -> NDArray[np.float64]:
        """Raw values, in the order of `places`."""
        if self._layout is not None:
            return self._layout.decode(data)
        return np.unpackbits(np.frombuffer(data, np.uint8), bitorder="little")[self._bits].astype(np.float64)

    @property
    def answer_size(self) -> int:
        """Bytes of data the answer must carry."""
        return -(-self.count // 8) if self.table.bits else 2 * self.count

    @property
    def divisible(self) -> bool:
        """Whether some of its addresses could be asked without the others."""
        return any(place.address.number != self.start for place in self.places)

    def split(self, halve: bool = False) -> tuple[Block, Block]:
        """Two blocks, parted at the widest hole, or as near to the middle as may be; only for a divisible block."""
        places = sorted(self.places, key=lambda place: place.address.number)
        starts = np.array([place.address.number for place in places])
        ends = np.maximum.accumulate(np.array([place.address.end for place in places]))
        worth = -np.abs(starts[1:] - self.start - self.count / 2) if halve else (starts[1:] - ends[:-1]).astype(float)
        worth[starts[1:] == starts[:-1]] = -np.inf
        cut = 1 + int(np.argmax(worth))
        edges = (*self.edges, int(starts[cut]))
        return _block(places[:cut], self.period_s, edges), _block(places[cut:], self.period_s, edges)


class Holes:
    """Where the blocks of a link must be parted, learnt from refusals. See the module."""

    def __init__(self) -> None:
        self._cuts: dict[tuple[int, Table], dict[int, float]] = {}

    def prove(self, block: Block, now: float) -> None:
        """The block was read, so its device had not refused because it was starting."""
        cuts = self._cuts.setdefault((block.unit, block.table), {})
        cuts.update(dict.fromkeys(block.edges, now))
        block.edges = ()

    def forget(self, block: Block) -> None:
        """An address of the block that was refused has come: its splits were of a device that is another now."""
        self._cuts.pop((block.unit, block.table), None)

    def age(self, now: float) -> bool:
        """Forget what was learnt too long ago; whether there was anything."""
        kept = {
            family: {cut: then for cut, then in cuts.items() if now - then < BELIEVED_S}
            for family, cuts in self._cuts.items()
        }
        before, self._cuts = self._cuts, {family: cuts for family, cuts in kept.items() if cuts}
        return before != self._cuts

    def cuts(self, unit: int, table: Table) -> Iterable[int]:
        """Addresses that no block may read together with the one before."""
        return self._cuts.get((unit, table), {})


def places_of(tags: Sequence[Tag]) -> list[Place]:
    """Every readable or writable tag of a link with its unit."""
    places = []
    for tag in tags:
        assert tag.source is not None
        assert isinstance(tag.source.address, Address)
        device = tag.source.device if isinstance(tag.source.device, Device) else PLAIN
        places.append(Place(tag, _unit(tag), tag.source.address, device))
    return places


def _unit(tag: Tag) -> int:
    said = tag.equipment.args.get("unit") or "1"
    if said.isdigit() and int(said) <= LAST_UNIT:
        return int(said)
    log.warning("The unit of %s is %r: write a number from 0 to %d in the equipment list", tag.id, said, LAST_UNIT)
    return -1


def limits(places: Sequence[Place], gap: int) -> dict[int, Device]:
    """Unit -> what may be asked of it; `gap` is that of the link."""
    units: dict[int, dict[Device, None]] = {}
    for place in places:
        units.setdefault(place.unit, {})[place.device] = None
    return {unit: strictest(devices, gap) for unit, devices in units.items()}


def plan(places: Sequence[Place], settings: Settings, holes: Holes | None = None) -> list[Block]:
    """The blocks that read all places that can be read; see `unreadable` for the others."""
    periods = {"fast": settings.fast_s, "normal": settings.normal_s, "slow": settings.slow_s}
    bounds, known = limits(places, settings.gap), holes or Holes()
    readable = [place for place in places if _wanted(place) and _allowed(place, bounds[place.unit])]

    def family(place: Place) -> tuple[int, Table, str]:
        return place.unit, place.address.table, place.address.poll

    readable.sort(key=lambda place: (*family(place), place.address.number))
    blocks = []
    for (unit, table, poll), members in groupby(readable, family):
        for run in _runs(list(members), bounds[unit], sorted(known.cuts(unit, table))):
            blocks.append(_block(run, periods[poll]))
    return blocks


def unreadable(places: Sequence[Place], gap: int) -> list[Place]:
    """Places the pack wants read and at the same time forbids, or that no request of their unit could carry."""
    bounds = limits(places, gap)
    return [place for place in places if _wanted(place) and not _allowed(place, bounds[place.unit])]


def _wanted(place: Place) -> bool:
    return bool(place.tag.source and place.tag.source.readable)


def _allowed(place: Place, device: Device) -> bool:
    address = place.address
    if place.unit < 0 or (place.unit == BROADCAST and device.broadcast):  # nobody answers a broadcast
        return False
    most = device.most_bits if address.table.bits else device.most_registers
    return address.size <= most and not device.forbids(address.table, address.number, address.end)


def _runs(places: list[Place], device: Device, cuts: Sequence[int]) -> list[list[Place]]:
    table = places[0].address.table
    most, reach = (device.most_bits, device.gap * 16) if table.bits else (device.most_registers, device.gap)
    runs: list[list[Place]] = []
    start = end = -1
    for place in places:
        first, last = place.address.number, max(end, place.address.end)
        joins = first - end <= reach and last - start <= most and not any(start < cut <= first for cut in cuts)
        if runs and joins and not device.forbids(table, end, first):
            runs[-1].append(place)
            end = last
        else:
            runs.append([place])
            start, end = first, place.address.end
    return runs


def alone(place: Place) -> Block:
    """A block of one place, for a request outside the plan."""
    return _block([place], 0.0)


def _block(places: Sequence[Place], period_s: float, edges: tuple[int, ...] = ()) -> Block:
    """Values of one type stand together, so that each type is decoded into one stretch of the batch."""
    start = min(place.address.number for place in places)
    end = max(place.address.end for place in places)
    ordered = tuple(sorted(places, key=lambda place: (*group_key(place.address), place.address.number)))
    return Block(places[0].unit, places[0].address.table, start, end - start, ordered, period_s, edges)
