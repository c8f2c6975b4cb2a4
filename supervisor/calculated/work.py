"""The two kinds of calculated tags: a formula for each equipment, and a total over the equipment of a group."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from supervisor.calculated.layout import Layout, Outcome, Rows
from supervisor.calculated.members import members
from supervisor.calculated.moments import Moments, needed
from supervisor.calculated.values import Part, evaluate, settled
from supervisor.columns import Columns
from supervisor.flow import Indices, Times
from supervisor.formula import Node
from supervisor.model import BAD, Equipment, Quality, Site, Tag

FULL = 100.0


class Results(NamedTuple):
    """Values for tags."""

    tags: Indices
    part: Part
    time: Times


class Work(Protocol):
    """Something that makes values of tags out of values of tags."""

    size: int
    """How many rows it has."""
    out: Indices
    """The tags it makes."""

    def inputs(self) -> Iterator[tuple[Indices, Rows]]:
        """Tags, and the rows that each touches."""

    def run(self, columns: Columns, rows: Rows) -> Results:
        """What these rows come to."""

    def keys(self, rows: Rows) -> Rows:
        """What is worked out of them as a whole: a row, or a group that a member belongs to."""

    def makes(self, key: int) -> list[int]:
        """The tags a key comes to, by index."""

    def needs(self, key: int) -> list[Tag]:
        """The inputs of a key."""

    def past(self, key: int, then: Mapping[int, Part], n: int) -> list[tuple[int, Part]]:
        """Its tags at n instants, from what its inputs (by tag index) were at each of them."""


class Each:
    """A formula of a type: one result for each equipment."""

    def __init__(self, tags: Sequence[Tag], site: Site) -> None:
        self._owners = [tag.equipment for tag in tags]
        self._site = site
        self._layout = Layout(tree_of(tags[0]), self._owners, site)
        self.size = len(tags)
        self.out = np.array([tag.index for tag in tags], np.int32)

    def inputs(self) -> Iterator[tuple[Indices, Rows]]:
        return self._layout.inputs()

    def run(self, columns: Columns, rows: Rows) -> Results:
        return Results(self.out[rows], *self._layout.evaluate(columns, rows))

    def keys(self, rows: Rows) -> Rows:
        return rows

    def makes(self, key: int) -> list[int]:
        return [int(self.out[key])]

    def needs(self, key: int) -> list[Tag]:
        return needed(self._site, self._owners[key], self._layout.tree)

    def past(self, key: int, then: Mapping[int, Part], n: int) -> list[tuple[int, Part]]:
        part = evaluate(self._layout.tree, Moments(self._site, self._owners[key], then, n))
        return [(int(self.out[key]), part)]


class Gathered:
    """A tag of groups: a row for each member, kept, and the totals of the groups that were touched."""

    def __init__(self, tags: Sequence[Tag], site: Site) -> None:
        found = [members(site, tag) for tag in tags]
        flat = [member for one in found for member in one]
        self._members: list[Equipment] = flat
        self._site = site
        self._layout = Layout(tree_of(tags[0]), flat, site)
        self._how, self._least = _told(tags[0])
        self._first = np.concatenate(([0], np.cumsum([len(one) for one in found]))).astype(np.intp)
        self._group = np.repeat(np.arange(len(tags)), np.diff(self._first))
        self._kept = Part(np.full(len(flat), np.nan), np.full(len(flat), np.uint8(Quality.NEVER_READ)))
        self._time = np.zeros(len(flat), np.int64)
        beside = [site.tag_by_id[f"{tag.id}_good"].index for tag in tags]
        self._pairs = np.array([[tag.index, good] for tag, good in zip(tags, beside, strict=True)], np.int32)
        self.size, self.out = len(flat), self._pairs.ravel()

    def inputs(self) -> Iterator[tuple[Indices, Rows]]:
        return self._layout.inputs()

    def run(self, columns: Columns, rows: Rows) -> Results:
        self._keep(rows, self._layout.evaluate(columns, rows))
        groups = np.unique(self._group[rows])
        found = [self._total(group) for group in groups.tolist()]
        value = np.array([(total, share) for total, _, share, _ in found])
        quality = np.array([(quality, Quality.GOOD) for _, quality, _, _ in found], np.uint8)
        time = np.array([time for *_, time in found], np.int64)
        return Results(self._pairs[groups].ravel(), settled(value.ravel(), quality.ravel()), np.repeat(time, 2))

    def _keep(self, rows: Rows, outcome: Outcome) -> None:
        self._kept.value[rows], self._kept.quality[rows] = outcome.part
        self._time[rows] = outcome.time

    def _total(self, group: int) -> tuple[float, int, float, int]:
        """The total, its quality, how many of its members are good in %, and the newest time."""
        at = slice(self._first[group], self._first[group + 1])
        total, quality, good = self._sum(self._kept.value[at], self._kept.quality[at])
        return total, quality, good, int(self._time[at].max())

    def _sum(self, value: NDArray[np.float64], quality: NDArray[np.uint8]) -> tuple[float, int, float]:
        """Of the members of a group: the total, its quality, how many of them are good in %."""
        known = quality < BAD
        good = FULL * np.count_nonzero(quality == Quality.GOOD) / len(value)
        total = _reduced(self._how, value[known]) if known.any() else np.nan
        return total, self._quality(quality, known, good), good

    def keys(self, rows: Rows) -> Rows:
        return np.unique(self._group[rows])

    def makes(self, key: int) -> list[int]:
        found: list[int] = self._pairs[key].tolist()
        return found

    def _inside(self, key: int) -> list[Equipment]:
        return self._members[self._first[key] : self._first[key + 1]]

    def needs(self, key: int) -> list[Tag]:
        found = [tag for member in self._inside(key) for tag in needed(self._site, member, self._layout.tree)]
        return list({tag.index: tag for tag in found}.values())

    def past(self, key: int, then: Mapping[int, Part], n: int) -> list[tuple[int, Part]]:
        parts = [evaluate(self._layout.tree, Moments(self._site, one, then, n)) for one in self._inside(key)]
        value, quality = np.array([part.value for part in parts]), np.array([part.quality for part in parts])
        sums = [self._sum(value[:, at], quality[:, at]) for at in range(n)]
        total = settled(np.array([one[0] for one in sums], np.float64), np.array([one[1] for one in sums], np.uint8))
        good = Part(np.array([one[2] for one in sums], np.float64), np.full(n, np.uint8(Quality.GOOD)))
        return list(zip(self._pairs[key].tolist(), (total, good), strict=True))

    def _quality(self, quality: NDArray[np.uint8], known: NDArray[np.bool_], good: float) -> int:
        """Good from the stated share on; doubtful where only doubtful values make it up; else what most suffer from."""
        if good >= self._least:
            return Quality.GOOD
        if FULL * np.count_nonzero(known) / len(known) >= self._least:
            return Quality.UNCERTAIN
        return int(np.bincount(quality[~known]).argmax())


def _reduced(how: str, value: NDArray[np.float64]) -> float:
    """Of values that are known, and at least one."""
    match how:
        case "mean":
            return float(value.mean())
        case "min":
            return float(value.min())
        case "max":
            return float(value.max())
        case "share":
            return FULL * float(value.mean())
    return float(value.sum())


def _told(tag: Tag) -> tuple[str, float]:
    gathering = tag.spec.gathering
    return (gathering.how, gathering.good) if gathering else ("sum", FULL)


def tree_of(tag: Tag) -> Node:
    """Of a tag that has a formula."""
    if tag.spec.formula is None:
        raise ValueError(f"{tag.id} has no formula")
    return tag.spec.formula.tree
