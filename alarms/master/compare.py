"""Compare: what two states of the master alarm database say differently, rule by rule and cell by cell. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

from alarms.master.book import Key, Rows
from alarms.master.columns import CONFIGURED, KEY, same


class Kind(Enum):
    """What a difference is."""

    ADDED = "added"
    """Only on the right."""
    REMOVED = "removed"
    """Only on the left."""
    CHANGED = "changed"
    UNAPPROVED = "unapproved"
    """On both sides and equal, but nobody has approved it."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One of them."""

    kind: Kind
    key: Key
    column: str = ""
    left: str = ""
    right: str = ""


def compare(left: Rows, right: Rows, approval: bool = False) -> list[Difference]:
    """In the order of the keys. `approval`: what stands on the left counts only with a name and a day to it."""
    return [one for key in sorted(left.keys() | right.keys()) for one in _rule(key, left, right, approval)]


def _rule(key: Key, left: Rows, right: Rows, approval: bool) -> Iterator[Difference]:
    if key not in right:
        yield Difference(Kind.REMOVED, key)
        return
    if key not in left:
        yield Difference(Kind.ADDED, key)
        return
    before, after = left[key], right[key]
    found = False
    for column in CONFIGURED:
        if column.name in KEY or column.name not in before or column.name not in after:
            continue
        if not same(column, before[column.name], after[column.name]):
            found = True
            yield Difference(Kind.CHANGED, key, column.name, before[column.name], after[column.name])
    if approval and not found and not (before.get("approved_by") and before.get("approved_on")):
        yield Difference(Kind.UNAPPROVED, key)
