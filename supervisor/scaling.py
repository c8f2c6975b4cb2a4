"""Raw <-> engineering units, both directions side by side.

engineering = raw * scale + offset          up: `TagTable` does the same for whole batches
raw         = (engineering - offset) / scale    down: the desk, just before a write
"""

from __future__ import annotations

from supervisor.model import Source

DIGITS = 12
"""A decimal scale such as 0.1 leaves dust in the last digits of a float64; no field value carries more than these."""


def engineering(source: Source, raw: float) -> float:
    """What the table shows for a raw value."""
    return raw * source.scale + source.offset


def raw(source: Source, value: float) -> float:
    """What the device is sent for a value in engineering units. The driver rounds it to what the register holds."""
    return float(f"{(value - source.offset) / source.scale:.{DIGITS}g}")


def resolution(source: Source) -> float:
    """How far a read-back may be from what was asked because the register holds whole steps; 0 where scale is 1."""
    return abs(source.scale) / 2 if source.scale != 1.0 else 0.0
