"""Which built-in type a node takes, and a raw value as that type."""

from __future__ import annotations

import math
import struct

from asyncua import ua

from supervisor.errors import WriteFailed

_INTEGERS = {
    ua.VariantType.SByte: (-(2**7), 2**7 - 1),
    ua.VariantType.Byte: (0, 2**8 - 1),
    ua.VariantType.Int16: (-(2**15), 2**15 - 1),
    ua.VariantType.UInt16: (0, 2**16 - 1),
    ua.VariantType.Int32: (-(2**31), 2**31 - 1),
    ua.VariantType.UInt32: (0, 2**32 - 1),
    ua.VariantType.Int64: (-(2**63), 2**63 - 1),
    ua.VariantType.UInt64: (0, 2**64 - 1),
}
_DERIVED = {
    ua.ObjectIds.Enumeration: ua.VariantType.Int32,
    ua.ObjectIds.Number: ua.VariantType.Double,
    ua.ObjectIds.Duration: ua.VariantType.Double,
    ua.ObjectIds.Counter: ua.VariantType.UInt32,
}
"""Abstract and derived data types met on variables that hold no value yet."""


def type_of(kind: ua.DataValue, value: ua.DataValue) -> ua.VariantType | None:
    """The built-in type of a node: by its DataType where that is one, else by the value it holds."""
    number = kind.Value.Value if kind.Value else None
    if isinstance(number, ua.NodeId) and number.NamespaceIndex == 0 and number.Identifier in range(1, 24):
        return ua.VariantType(number.Identifier)
    held = value.Value.VariantType if value.Value else ua.VariantType.Null
    if held is not ua.VariantType.Null and isinstance(held, ua.VariantType):
        return held
    return _DERIVED.get(number.Identifier) if isinstance(number, ua.NodeId) and number.NamespaceIndex == 0 else None


def encode(raw: float, kind: ua.VariantType) -> ua.Variant:
    """A raw value as the node's own type; WriteFailed where it does not fit."""
    if kind in (ua.VariantType.Double, ua.VariantType.Float):
        try:
            struct.pack("<f" if kind is ua.VariantType.Float else "<d", raw)
        except OverflowError:
            raise WriteFailed(f"{raw:g} does not fit a {kind.name}") from None
        return ua.Variant(float(raw), kind)
    low, high = (0, 1) if kind is ua.VariantType.Boolean else _INTEGERS.get(kind, (1, 0))
    if low > high:
        raise WriteFailed(f"a number cannot be written to a {kind.name}")
    if not math.isfinite(raw) or not low <= round(raw) <= high:
        raise WriteFailed(f"{raw:g} does not fit a {kind.name}")
    return ua.Variant(bool(round(raw)) if kind is ua.VariantType.Boolean else round(raw), kind)
