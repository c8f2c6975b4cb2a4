"""Scales: which pens share an axis, and from where to where it reaches. No Qt.

Pens of one unit share one axis, so that what is higher on the plot is more; so do states of the same names. A number
without a unit, and a pen that was put apart, has an axis of its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ui.trend.pen import Pen


@dataclass(frozen=True)
class Scale:
    """One axis."""

    key: str
    """The same as long as the same pens share it; what is folded is remembered by it."""
    unit: str
    pens: tuple[Pen, ...]

    @property
    def low(self) -> float:
        return self.pens[0].low

    @property
    def high(self) -> float:
        return self.pens[0].high


def key_of(pen: Pen) -> str:
    """Of the axis a pen belongs to."""
    spec = pen.tag.spec
    if spec.states:
        return "=" + ",".join(f"{state.value}{state.name.fr}" for state in spec.states)
    return spec.unit if spec.unit and not pen.apart else f"#{pen.tag.id}"


def scales_of(pens: Sequence[Pen]) -> list[Scale]:
    """The axes of these pens, in the order of their first pens."""
    groups: dict[str, list[Pen]] = {}
    for pen in pens:
        groups.setdefault(key_of(pen), []).append(pen)
    return [Scale(key, members[0].tag.spec.unit, tuple(members)) for key, members in groups.items()]


def share(pens: Sequence[Pen]) -> list[Scale]:
    """Give every pen the range of its axis: what all that share it reach."""
    found = scales_of(pens)
    for scale in found:
        low, high = min(pen.low for pen in scale.pens), max(pen.high for pen in scale.pens)
        for pen in scale.pens:
            pen.low, pen.high = low, high
    return found
