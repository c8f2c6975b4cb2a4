"""Layout: where the values of one block lie in its bytes, worked out once, then decoded with numpy at one go.

Values of one type and word order are a group. Whatever the order, a group is one view of the answer: word order is
nothing but the byte order of the type, on the bytes as they came or with the two bytes of each register exchanged.

    on the wire   ABCD   CDAB      BADC      DCBA
    registers     as is  swapped   swapped   as is
    type          big    little    big       little

Where the values of a group lie evenly the view needs no copy; elsewhere its registers are gathered first. Never a tag
at a time. The simulator encodes with the same positions, so the two can't disagree.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from drivers.modbus.address import Address, Type

DTYPES = {
    Type.BOOL: "u2",
    Type.INT16: "i2",
    Type.UINT16: "u2",
    Type.INT32: "i4",
    Type.UINT32: "u4",
    Type.INT64: "i8",
    Type.UINT64: "u8",
    Type.FLOAT32: "f4",
    Type.FLOAT64: "f8",
    Type.BCD16: "u2",
    Type.BCD32: "u4",
}
_BCD = (Type.BCD16, Type.BCD32)
_UNSURE = (Type.FLOAT32, Type.FLOAT64, *_BCD)
"""Types whose bits may stand for no number."""
_BYTE = np.dtype(np.uint8)
_WORD = np.dtype(np.uint16)
_FLOAT = np.dtype(np.float64)


@dataclass(frozen=True, slots=True)
class _Group:
    slots: slice | NDArray[np.intp]
    dtype: np.dtype[Any]
    """As it lies on the wire, or in the swapped registers."""
    swapped: bool
    count: int
    start: int
    """Byte of the first value, where they lie evenly."""
    stride: int
    """Bytes from one value to the next; 0 where they lie unevenly."""
    words: NDArray[np.intp]
    """Registers to gather, where they lie unevenly."""
    wire: NDArray[np.intp]
    """For the encoder: position of each byte of each value, most significant first."""
    shifts: NDArray[np.uint16] | None
    """For single bits of registers: how far right each lies."""
    digits: int
    """Of a BCD number; 0 for the rest."""

    @property
    def plain(self) -> bool:
        """Numbers as they are, one right after the other."""
        return self.stride == self.dtype.itemsize and self.shifts is None and not self.digits


class Layout:
    """The values of `addresses` in registers from `start`; values come and go in the order of `addresses`."""

    def __init__(self, addresses: Sequence[Address], start: int) -> None:
        self.count = len(addresses)
        numbers = [(slot, a) for slot, a in enumerate(addresses) if a.type is not Type.STRING]
        keys = dict.fromkeys(group_key(address) for _, address in numbers)
        self._groups = [_group([one for one in numbers if group_key(one[1]) == key], start) for key in keys]
        self._strings = [
            (slot, 2 * (a.number - start), a.length, a.word_order in ("BADC", "DCBA"))
            for slot, a in enumerate(addresses)
            if a.type is Type.STRING
        ]
        group = self._groups[0] if len(self._groups) == 1 and not self._strings else None
        self._only = group if group and group.plain and not group.start else None
        """What a block that is nothing but such values, one after the other, is made of."""
        self.sure = not any(address.type in _UNSURE for address in addresses)
        """No value of it can turn out to be no number."""

    def decode(self, data: bytes) -> NDArray[np.float64]:
        """Raw values of a block of registers. 64-bit integers beyond 2^53 lose their last digits in a float; a BCD
        number with a digit above 9 is NaN; a string is 0, see `texts`."""
        only = self._only
        if only is not None and len(data) == self.count * only.dtype.itemsize:
            if only.swapped:
                return np.frombuffer(data, _WORD).byteswap().view(only.dtype).astype(_FLOAT)
            return np.frombuffer(data, only.dtype).astype(_FLOAT)
        values = np.zeros(self.count) if self._strings else np.empty(self.count)
        exchanged: NDArray[np.uint16] | None = None
        for group in self._groups:
            source: bytes | NDArray[np.uint16] = data
            if group.swapped:
                exchanged = np.frombuffer(data, _WORD).byteswap() if exchanged is None else exchanged
                source = exchanged
            if group.stride:
                numbers: NDArray[Any] = np.ndarray(group.count, group.dtype, source, group.start, group.stride)
            else:
                numbers = np.frombuffer(source, _WORD).take(group.words).view(group.dtype)
            if group.shifts is not None:
                numbers = (numbers >> group.shifts) & 1
            elif group.digits:
                numbers = _decimal(numbers, group.digits)
            values[group.slots] = numbers
        return values

    def texts(self, data: bytes) -> dict[int, str]:
        """Slot -> the text of every string: up to the first NUL, without the spaces that fill it up."""
        return {slot: _text(data[at : at + size + size % 2], size, swap) for slot, at, size, swap in self._strings}

    def encode(self, values: NDArray[np.float64], data: NDArray[np.uint8]) -> None:
        """Write raw values into the bytes of a block, clipped to what their type can hold; NaN leaves them alone."""
        for group in self._groups:
            wanted = values[group.slots]
            known = ~np.isnan(wanted)
            if group.shifts is None:
                data[group.wire[known]] = _as_bytes(wanted[known], group)
                continue
            for position, shift, value in zip(group.wire[known], group.shifts[known], wanted[known], strict=True):
                word = (int(data[position[0]]) << 8) | int(data[position[1]])
                word = word | (1 << int(shift)) if value else word & ~(1 << int(shift))
                data[position[0]], data[position[1]] = word >> 8, word & 0xFF

    def encode_texts(self, texts: Mapping[int, str], data: NDArray[np.uint8]) -> None:
        """Write the strings of `texts`, by slot, cut to their length and filled up with NUL."""
        for slot, at, size, swap in self._strings:
            if slot in texts:
                padded = texts[slot].encode("latin-1", "replace")[:size].ljust(size + size % 2, b"\0")
                data[at : at + len(padded)] = np.frombuffer(_swapped(padded) if swap else padded, np.uint8)


def group_key(address: Address) -> tuple[Type, str, bool]:
    """Values with one key are decoded at one go: the blocks of a plan sort by it."""
    order = address.word_order
    if DTYPES.get(address.type, "u2").endswith("2"):  # one register: only its two bytes can be exchanged
        order = "BADC" if order in ("BADC", "DCBA") else "ABCD"
    return address.type, order, address.bit >= 0


def encode_one(address: Address, raw: float) -> bytes:
    """The registers of one value, for a write. Raises ValueError when its type cannot hold it exactly enough."""
    if address.type is Type.STRING:
        raise ValueError("a string can only be read")
    if not raw - raw == 0:
        raise ValueError(f"{raw} is not a number that a {address.type} can hold")
    dtype = np.dtype(DTYPES[address.type])
    if dtype.kind == "f":
        code = ">f" if dtype.itemsize == 4 else ">d"
        try:
            plain = struct.pack(code, raw)
        except OverflowError:
            raise ValueError(f"{raw} is beyond what a {address.type} can hold") from None
    else:
        plain = _whole(address, raw, dtype)
    data = bytearray(len(plain))
    for byte, position in zip(plain, byte_order(len(plain), address.word_order), strict=True):
        data[position] = byte
    return bytes(data)


def byte_order(size: int, word_order: str) -> list[int]:
    """Where on the wire the bytes of a value of `size` bytes lie, most significant first."""
    words = [[at, at + 1] for at in range(0, size, 2)]
    if word_order in ("CDAB", "DCBA"):
        words.reverse()
    if word_order in ("BADC", "DCBA"):
        words = [[low, high] for high, low in words]
    return [at for word in words for at in word]


def _whole(address: Address, raw: float, dtype: np.dtype[Any]) -> bytes:
    whole = round(raw)
    if abs(whole - raw) > 1e-6:
        raise ValueError(f"{raw} is not a whole number, as a {address.type} needs")
    limits = np.iinfo(dtype)
    least, most = (0, 10 ** (2 * dtype.itemsize) - 1) if address.type in _BCD else (limits.min, limits.max)
    if not least <= whole <= most:
        raise ValueError(f"{whole} is outside {least} to {most}, the range of a {address.type}")
    if address.type in _BCD:
        return bytes.fromhex(f"{whole:0{2 * dtype.itemsize}d}")
    return whole.to_bytes(dtype.itemsize, "big", signed=dtype.kind == "i")


def _group(chosen: Sequence[tuple[int, Address]], start: int) -> _Group:
    kind, order, single = group_key(chosen[0][1])
    plain = np.dtype(DTYPES[kind])
    size = plain.itemsize
    # of one register BADC is little-endian already; see the picture above for the longer ones
    little = order == "BADC" if size == 2 else order in ("CDAB", "DCBA")
    firsts = np.array([2 * (address.number - start) for _, address in chosen], np.intp)
    steps = np.unique(np.diff(firsts))
    stride = size if len(firsts) == 1 else int(steps[0]) if len(steps) == 1 and steps[0] >= size else 0
    return _Group(
        _slots([slot for slot, _ in chosen]),
        plain.newbyteorder("<" if little else ">"),
        size > 2 and order in ("CDAB", "BADC"),
        len(chosen),
        int(firsts[0]),
        stride,
        (firsts[:, None] // 2 + np.arange(size // 2)).ravel(),
        firsts[:, None] + np.array(byte_order(size, order)),
        np.array([address.bit for _, address in chosen], np.uint16) if single else None,
        2 * size if kind in _BCD else 0,
    )


def _slots(slots: list[int]) -> slice | NDArray[np.intp]:
    """A slice where they follow each other: it costs a tenth."""
    whole = range(slots[0], slots[0] + len(slots))
    return slice(whole.start, whole.stop) if slots == list(whole) else np.array(slots, np.intp)


def _decimal(numbers: NDArray[Any], digits: int) -> NDArray[np.float64]:
    """BCD to numbers; NaN where one of four bits stands for no digit."""
    places = 4 * np.arange(digits, dtype=numbers.dtype)
    nibbles = (numbers[:, None] >> places) & 15
    values: NDArray[np.float64] = nibbles.astype(_FLOAT) @ (10.0 ** np.arange(digits))
    values[(nibbles > 9).any(axis=1)] = np.nan
    return values


def _text(data: bytes, size: int, swap: bool) -> str:
    kept = (_swapped(data) if swap else data)[:size].split(b"\0", 1)[0]
    try:
        text = kept.decode("utf-8")
    except UnicodeDecodeError:
        text = kept.decode("latin-1")
    return "".join(sign if sign.isprintable() else "\ufffd" for sign in text).strip()


def _swapped(data: bytes) -> bytes:
    return np.frombuffer(data, _WORD).byteswap().tobytes()


def _as_bytes(values: NDArray[np.float64], group: _Group) -> NDArray[np.uint8]:
    dtype = group.dtype.newbyteorder(">")
    if dtype.kind != "f":
        limits = np.iinfo(dtype)
        # 2**63 as a float is one more than an int64 holds: stay a float's step inside
        top = float(limits.max) if dtype.itemsize < 8 else float(np.nextafter(float(limits.max), 0.0))
        top = 10.0**group.digits - 1 if group.digits else top
        values = np.clip(np.rint(values), float(limits.min), top)
    if group.digits:
        values = np.array([int(f"{int(value):d}", 16) for value in values], _FLOAT)
    return values.astype(dtype).view(np.uint8).reshape(len(values), dtype.itemsize)
