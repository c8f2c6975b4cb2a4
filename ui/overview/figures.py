"""Key figures: one number for many tags, computed from the live columns in one numpy operation. No Qt.

Bad values are left out of every figure and counted: a sum over 18 of 20 cabinets says so (law 2).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum

import numpy as np
from numpy.typing import NDArray

from supervisor.model import BAD, Site, Tag, TagSpec, Text
from ui.live import Live

BLIND = 0.2
"""From this share of bad values on a place says so: one sensor at fault does not make an area blind."""


class How(Enum):
    """How many values become one."""

    SUM = "sum"
    MEAN = "mean"
    MAX = "max"
    COUNT = "count"
    """How many are in `state`, or above `above`."""
    USED = "used"
    """100 minus the share of the sum in the sum of `over`, in %."""


@dataclass(frozen=True, slots=True)
class Figure:
    """One key figure, as a row of a panel."""

    name: Text
    type: str
    tag: str
    how: How
    unit: str = ""
    """Empty for that of the tag."""
    decimals: int = 0
    states: tuple[str, ...] = ()
    """For COUNT: ids of the states that count."""
    above: float = float("nan")
    over: str = ""


@dataclass(frozen=True, slots=True)
class Result:
    """What a figure comes to."""

    value: float
    """NaN where no value can be believed."""
    good: int
    """Values it was made of."""
    total: int
    """Values there should be."""


class Measure:
    """A figure bound to the tags of a site."""

    def __init__(self, figure: Figure, site: Site) -> None:
        self.figure = figure
        self._rows = rows_of(site, figure.type, figure.tag)
        self._over = self._rows
        if figure.over:
            both = [
                (t.index, o.index)
                for t in _tags(site, figure.type, figure.tag)
                if (o := site.tag(t.equipment, figure.over))
            ]
            self._rows, self._over = np.array(both, np.intp).reshape(-1, 2).T
        self._wanted = _codes(site, figure)
        spec = site.types[figure.type].tags.get(figure.tag) if figure.type in site.types else None
        self.unit = figure.unit or (spec.unit if spec else "")

    @property
    def present(self) -> bool:
        """Whether the site has any tag for it."""
        return len(self._rows) > 0

    def read(self, live: Live) -> Result:
        """The figure now."""
        good = (live.quality[self._rows] < BAD) & (live.quality[self._over] < BAD)
        values = live.value[self._rows][good]
        known, total = len(values), len(self._rows)
        if not known:
            return Result(float("nan"), 0, total)
        return Result(self._reduce(values, float(live.value[self._over][good].sum())), known, total)

    def _reduce(self, values: NDArray[np.float64], whole: float) -> float:
        how = self.figure.how
        if how is How.COUNT:
            above = values > self.figure.above
            return float(np.count_nonzero(np.isin(values, self._wanted) | above))
        if how is How.USED:
            return 100 * (1 - float(values.sum()) / whole) if whole else float("nan")
        if how is How.SUM:
            return float(values.sum())
        return float(values.mean() if how is How.MEAN else values.max())


def rows_of(site: Site, type_id: str, tag: str) -> NDArray[np.intp]:
    """The rows of one tag of all equipment of a type."""
    return np.array([t.index for t in _tags(site, type_id, tag)], np.intp)


def blind(live: Live, rows: NDArray[np.intp]) -> bool:
    """Whether so much of these can't be believed that silence must not be read as quiet."""
    return len(rows) > 0 and float(np.mean(live.quality[rows] >= BAD)) > BLIND


def strangeness(values: NDArray[np.float64], specs: Iterable[TagSpec]) -> NDArray[np.float64]:
    """How far outside its normal band each value is, in ranges; 0 inside it, infinity where it can't be believed."""
    low, high, width = np.array([_band(spec) for spec in specs]).reshape(-1, 3).T
    outside = np.maximum(np.maximum(low - values, values - high), 0) / width
    return np.where(np.isnan(values), np.inf, outside)


def _tags(site: Site, type_id: str, tag: str) -> list[Tag]:
    return [t for t in site.tags if t.spec.id == tag and t.equipment.type.id == type_id]


def _band(spec: TagSpec) -> tuple[float, float, float]:
    low = spec.normal_low if spec.normal_low == spec.normal_low else -np.inf
    high = spec.normal_high if spec.normal_high == spec.normal_high else np.inf
    width = spec.high - spec.low
    return low, high, width if width > 0 else 1.0


def _codes(site: Site, figure: Figure) -> NDArray[np.float64]:
    spec = site.types[figure.type].tags.get(figure.tag) if figure.type in site.types else None
    states = spec.states if spec else ()
    return np.array([state.value for state in states if state.id in figure.states], np.float64)
