"""Interlocks and permissives: whether they hold now. The desk decides and the window shows with this one function.

A permissive must hold when a command is asked; an interlock also when the write leaves. What can't be verified, for
want of a good value, holds for nobody.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from supervisor.calculated.members import having
from supervisor.calculated.values import Part, Starts, evaluate
from supervisor.formula import Formula, Over, names, overs
from supervisor.model import BAD, Comparison, Equipment, Interlock, Operator, Quality, Site, Tag, Text

Read = Callable[[Tag], tuple[float, int]]
"""Value and quality of a tag now."""

_TESTS = {
    Operator.LT: lambda value, bound: value < bound,
    Operator.LE: lambda value, bound: value <= bound,
    Operator.GT: lambda value, bound: value > bound,
    Operator.GE: lambda value, bound: value >= bound,
    Operator.EQ: lambda value, bound: value == bound,
    Operator.NE: lambda value, bound: value != bound,
}


class Found(NamedTuple):
    """One interlock and what live values say of it."""

    lock: Interlock
    holds: bool | None
    """None: it can't be verified."""
    values: Mapping[str, float]
    """What decided, by the names of the interlock; NaN where there was no good value."""


def holds(comparison: Comparison, value: float) -> bool:
    """Whether a believable value satisfies the comparison; NaN satisfies none, not even "differs"."""
    return value == value and bool(_TESTS[comparison.operator](value, comparison.value))


def judge(site: Site, equipment: Equipment, lock: Interlock, read: Read) -> Found:
    """Evaluate one interlock now."""
    if isinstance(lock.when, Comparison):
        value = believed(site, equipment, lock.when.tag, read)
        return Found(lock, holds(lock.when, value) if value == value else None, {lock.when.tag: value})
    return _formula(site, _above(site, equipment, lock.up), lock, lock.when, read)


def believed(site: Site, equipment: Equipment, path: str, read: Read) -> float:
    """The live value of a tag seen from an equipment; NaN where it is bad, or where nobody carries it."""
    tag = site.tag(equipment, path)
    if tag is None:
        return math.nan
    value, quality = read(tag)
    return math.nan if quality >= BAD else value


def paths(lock: Interlock) -> list[str]:
    """The tags an interlock speaks of, seen from its equipment; those of parts left out."""
    if isinstance(lock.when, Comparison):
        return [lock.when.tag]
    return ["parent." * lock.up + path for path in names(lock.when.tree)]


def tags(site: Site, equipment: Equipment, lock: Interlock) -> list[Tag]:
    """Every tag an interlock depends on, those of parts too."""
    found = [site.tag(equipment, path) for path in paths(lock)]
    if isinstance(lock.when, Formula):
        owner = _above(site, equipment, lock.up)
        for over in overs(lock.when.tree) if owner else ():
            parts = having(site, owner, over) if owner else []
            found += [site.tag(part, path) for part in parts for path in names(over.of)]
    return [tag for tag in found if tag is not None]


def refusal(found: Found) -> Text | None:
    """The sentence for an interlock that does not hold; None for one that does."""
    name = found.lock.name
    if found.holds is None:
        return Text(
            f"Verrouillage : « {name.fr} » ne peut pas être vérifié, faute de mesure valide.",
            f'Interlock: "{name.en}" cannot be verified for want of a good value.',
        )
    if not found.holds:
        return Text(
            f"Verrouillage : il faut « {name.fr} » pour cette commande.",
            f'Interlock: this command needs "{name.en}".',
        )
    return None


def _above(site: Site, equipment: Equipment, up: int) -> Equipment | None:
    owner: Equipment | None = equipment
    for _ in range(up):
        owner = site.equipment_by_id.get(owner.parent) if owner else None
    return owner


def _formula(site: Site, owner: Equipment | None, lock: Interlock, formula: Formula, read: Read) -> Found:
    if owner is None or any(not having(site, owner, over) for over in overs(formula.tree)):
        return Found(lock, None, {formula.text: math.nan})
    found = evaluate(formula.tree, _Cells(site, [owner], read))
    value = float(found.value[0])
    values = {path: believed(site, owner, path, read) for path in names(formula.tree)}
    return Found(lock, None if value != value else bool(value), {**values, formula.text: value})


class _Cells:
    """Live values, seen by a formula of one equipment."""

    def __init__(self, site: Site, owners: Sequence[Equipment], read: Read) -> None:
        self._site, self._owners, self._read = site, owners, read

    def read(self, path: str) -> Part:
        found = [self._one(owner, path) for owner in self._owners]
        return Part(np.array([value for value, _ in found]), np.array([quality for _, quality in found], np.uint8))

    def inside(self, node: Over) -> tuple[_Cells, Starts]:
        parts = [part for owner in self._owners for part in having(self._site, owner, node)]
        return _Cells(self._site, parts, self._read), np.zeros(1, np.intp)

    def __len__(self) -> int:
        return len(self._owners)

    def _one(self, owner: Equipment, path: str) -> tuple[float, int]:
        tag = self._site.tag(owner, path)
        return (math.nan, int(Quality.CONFIGURATION)) if tag is None else self._read(tag)
