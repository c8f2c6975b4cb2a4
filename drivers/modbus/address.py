"""What a pack row and a link of a Modbus device may say."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Table(StrEnum):
    """The four tables of a Modbus device."""

    COIL = "coil"
    DISCRETE = "discrete"
    INPUT = "input"
    HOLDING = "holding"


class Type(StrEnum):
    """How a value lies in registers."""

    BOOL = "bool"
    INT16 = "int16"
    UINT16 = "uint16"
    INT32 = "int32"
    UINT32 = "uint32"
    INT64 = "int64"
    UINT64 = "uint64"
    FLOAT32 = "float32"
    FLOAT64 = "float64"


@dataclass(frozen=True, slots=True)
class Address:
    """One value of a device. The unit is the equipment's own argument `unit`, 1 where it says nothing."""

    table: Table
    number: int
    """0-based protocol address, as on the wire."""
    type: Type = Type.UINT16
    bit: int = -1
    """Bit of the register, 0 the least; -1 for the whole."""
    word_order: str = "ABCD"
    """ABCD, CDAB, BADC or DCBA: where the bytes of a 32-bit value lie; longer types follow the same rule."""
    poll: str = "normal"
    """Poll class: fast, normal or slow."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What a link may say after its URL."""

    timeout_s: float = 1.0
    pipeline: int = 1
    """Requests in flight at once; only for devices that overlap them."""
    gap: int = 30
    """Registers nobody asked for that may be read to join two blocks."""
    fast_s: float = 0.5
    normal_s: float = 1.0
    slow_s: float = 10.0
