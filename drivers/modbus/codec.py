"""Layout: where the values of one block lie in its bytes, worked out once, then decoded with numpy at one go.

For every type of the block there is one table of byte positions, in the order that makes the value big-endian
whatever the device's word order; decoding is one gather and one reinterpretation per type, never a tag at a time.
The simulator encodes with the same tables, so the two can't disagree.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from drivers.modbus.address import Address, Type

DTYPES = {
    Type.BOOL: ">u2",
    Type.INT16: ">i2",
    Type.UINT16: ">u2",
    Type.INT32: ">i4",
    Type.UINT32: ">u4",
    Type.INT64: ">i8",
    Type.UINT64: ">u8",
    Type.FLOAT32: ">f4",
    Type.FLOAT64: ">f8",
}


@dataclass(frozen=True, slots=True)
class _Group:
    slots: NDArray[np.intp]
    positions: NDArray[np.intp]
    dtype: np.dtype[Any]
    shifts: NDArray[np.uint16] | None
    """For single bits of registers: how far right each lies."""


class Layout:
    """The values of `addresses` in registers from `start`; values come and go in the order of `addresses`."""

    def __init__(self, addresses: Sequence[Address], start: int) -> None:
        self.count = len(addresses)
        keys = sorted({(a.type, a.bit >= 0) for a in addresses})
        self._groups = [_group(addresses, start, kind, single) for kind, single in keys]

    def decode(self, data: bytes) -> NDArray[np.float64]:
        """Raw values of a block of registers. 64-bit integers beyond 2^53 lose their last digits in a float."""
        raw = np.frombuffer(data, np.uint8)
        values = np.empty(self.count, np.float64)
        for group in self._groups:
            numbers = raw[group.positions].view(group.dtype)[:, 0]
            if group.shifts is not None:
                numbers = (numbers >> group.shifts) & 1
            values[group.slots] = numbers
        return values

    def encode(self, values: NDArray[np.float64], data: NDArray[np.uint8]) -> None:
        """Write raw values into the bytes of a block, clipped to what their type can hold; NaN leaves them alone."""
        for group in self._groups:
            wanted = values[group.slots]
            known = ~np.isnan(wanted)
            if group.shifts is None:
                data[group.positions[known]] = _as_bytes(wanted[known], group.dtype)
                continue
            for position, shift, value in zip(group.positions[known], group.shifts[known], wanted[known], strict=True):
                word = (int(data[position[0]]) << 8) | int(data[position[1]])
                word = word | (1 << int(shift)) if value else word & ~(1 << int(shift))
                data[position[0]], data[position[1]] = word >> 8, word & 0xFF


def encode_one(address: Address, raw: float) -> bytes:
    """The registers of one value, for a write. Raises ValueError when its type cannot hold it exactly enough."""
    dtype = np.dtype(DTYPES[address.type])
    if dtype.kind == "f":
        code = ">f" if dtype.itemsize == 4 else ">d"
        try:
            plain = struct.pack(code, raw)
        except OverflowError:
            raise ValueError(f"{raw} is beyond what a {address.type} can hold") from None
    else:
        whole = round(raw)
        if abs(whole - raw) > 1e-6:
            raise ValueError(f"{raw} is not a whole number, as a {address.type} needs")
        limits = np.iinfo(dtype)
        if not limits.min <= whole <= limits.max:
            raise ValueError(f"{whole} is outside {limits.min} to {limits.max}, the range of a {address.type}")
        plain = whole.to_bytes(dtype.itemsize, "big", signed=dtype.kind == "i")
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


def _group(addresses: Sequence[Address], start: int, kind: Type, single: bool) -> _Group:
    dtype = np.dtype(DTYPES[kind])
    chosen = [(slot, a) for slot, a in enumerate(addresses) if a.type is kind and (a.bit >= 0) is single]
    positions = [[2 * (a.number - start) + at for at in byte_order(dtype.itemsize, a.word_order)] for _, a in chosen]
    shifts = np.array([a.bit for _, a in chosen], np.uint16) if single else None
    return _Group(np.array([slot for slot, _ in chosen], np.intp), np.array(positions, np.intp), dtype, shifts)


def _as_bytes(values: NDArray[np.float64], dtype: np.dtype[Any]) -> NDArray[np.uint8]:
    if dtype.kind != "f":
        limits = np.iinfo(dtype)
        # 2**63 as a float is one more than an int64 holds: stay a float's step inside
        top = float(limits.max) if dtype.itemsize < 8 else float(np.nextafter(float(limits.max), 0.0))
        values = np.clip(np.rint(values), float(limits.min), top)
    return values.astype(dtype).view(np.uint8).reshape(len(values), dtype.itemsize)
