"""Binary: where in a payload of bytes a number is, compiled once.

    4:uint16        two bytes from byte 4 on, the most significant first
    4:uint16:le     the least significant first
    0.3             bit 3 of byte 0, bit 0 being the least significant
    0.4-6           bits 4 to 6 of byte 0 as a number
    -2:int16        counted from the end

Types: int8, uint8, int16, uint16, int24, uint24, int32, uint32, int64, uint64, float32, float64.
"""

from __future__ import annotations

import re
import struct
from typing import NamedTuple

_FLOATS = {4: ("<f", ">f"), 8: ("<d", ">d")}
_NUMBER = re.compile(r"(-?\d{1,7}):(u?int|float)(\d{1,2})(?::(be|le))?")
_BITS = re.compile(r"(-?\d{1,7})\.([0-7])(?:-([0-7]))?")
_WIDTHS = {"int": (8, 16, 24, 32, 64), "uint": (8, 16, 24, 32, 64), "float": (32, 64)}


class Slot(NamedTuple):
    """One number in a payload."""

    start: int
    """Byte; negative from the end."""
    size: int
    kind: str
    """int, uint, float, or "bits" of one byte."""
    big: bool = True
    low: int = 0
    """Least bit, of bits."""
    mask: int = 0

    def read(self, payload: bytes) -> float:
        """ValueError where the payload is too short."""
        start = self.start + (len(payload) if self.start < 0 else 0)
        cut = payload[start : start + self.size] if start >= 0 else b""
        if len(cut) != self.size:
            raise ValueError("the payload is too short")
        if self.kind == "bits":
            return cut[0] >> self.low & self.mask
        if self.kind == "float":
            return float(struct.unpack(_FLOATS[self.size][self.big], cut)[0])
        return int.from_bytes(cut, "big" if self.big else "little", signed=self.kind == "int")


def parse_slot(path: str) -> Slot:
    """A path as a slot; ValueError with one sentence for the engineer."""
    if found := _BITS.fullmatch(path):
        low = int(found[2])
        high = int(found[3]) if found[3] else low
        if high < low:
            raise ValueError(f"path {path!r}: write the lower bit first, such as 0.4-6")
        return Slot(int(found[1]), 1, "bits", True, low, (1 << high - low + 1) - 1)
    found = _NUMBER.fullmatch(path)
    if not found or int(found[3]) not in _WIDTHS[found[2]]:
        raise ValueError(f"path {path!r} is no place in a binary payload: write it 4:uint16:be, or 0.3 for a bit")
    start, size = int(found[1]), int(found[3]) // 8
    if -size < start < 0:
        raise ValueError(
            f"path {path!r} reaches beyond the end of the payload: {size} bytes begin at -{size} or before"
        )
    return Slot(start, size, found[2], found[4] != "le")
