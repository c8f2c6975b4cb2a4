"""Where the inputs of calculated tags stand: for each formula of a type, rows of indices, one for each equipment.

    formula of (type, tag)    rows = equipment      one column of tag indices for each name of the formula
      function over parts     runs of rows = parts, those of one equipment side by side

So a formula is understood once per type and evaluated for all equipment of it, or for the few that a change touches.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from supervisor.calculated.members import having
from supervisor.calculated.values import Part, Starts, evaluate
from supervisor.columns import Columns
from supervisor.flow import Indices, Times
from supervisor.formula import Node, Over, names, overs
from supervisor.model import Equipment, Site

Rows = NDArray[np.intp]


class Outcome(NamedTuple):
    """What rows of a formula come to."""

    part: Part
    time: Times
    """Of the newest of their inputs."""


@dataclass(frozen=True, slots=True)
class Runs:
    """The parts that a function is over."""

    first: NDArray[np.intp]
    """Where the parts of each row begin; one more at the end."""
    columns: Mapping[str, Indices]
    """Name -> tag of each part."""

    def expanded(self, rows: Rows) -> tuple[Rows, Starts]:
        """The parts of these rows, and where those of each begin."""
        counts = self.first[rows + 1] - self.first[rows]
        ends = np.cumsum(counts)
        starts = ends - counts
        return np.repeat(self.first[rows] - starts, counts) + np.arange(ends[-1] if len(ends) else 0), starts


class Layout:
    """One formula over many rows."""

    def __init__(self, tree: Node, owners: Sequence[Equipment], site: Site) -> None:
        self.tree = tree
        self.size = len(owners)
        self.columns = {path: _tags(site, owners, path) for path in dict.fromkeys(names(tree))}
        self.runs: dict[Over, Runs] = {}
        for over in dict.fromkeys(overs(tree)):
            parts = [having(site, owner, over) for owner in owners]
            flat = [part for members in parts for part in members]
            first = np.concatenate(([0], np.cumsum([len(members) for members in parts])))
            columns = {path: _tags(site, flat, path) for path in dict.fromkeys(names(over.of))}
            self.runs[over] = Runs(first.astype(np.intp), columns)

    def inputs(self) -> Iterator[tuple[Indices, Rows]]:
        """Tags, and the rows that each is an input of."""
        for column in self.columns.values():
            yield column, np.arange(self.size)
        for runs in self.runs.values():
            for column in runs.columns.values():
                yield column, np.repeat(np.arange(self.size), np.diff(runs.first))

    def evaluate(self, columns: Columns, rows: Rows) -> Outcome:
        """What these rows come to now."""
        return Outcome(self.part(columns, rows), self._newest(columns["source_time"], rows))

    def part(self, columns: Columns, rows: Rows) -> Part:
        """The same for whoever asks for no time."""
        return evaluate(self.tree, _Cells(columns, self.columns, rows, self.runs))

    def _newest(self, times: Times, rows: Rows) -> Times:
        newest = np.zeros(len(rows), np.int64)
        for column in self.columns.values():
            np.maximum(newest, times[column[rows]], out=newest)
        for runs in self.runs.values():
            parts, starts = runs.expanded(rows)
            for column in runs.columns.values():
                np.maximum(newest, np.maximum.reduceat(times[column[parts]], starts), out=newest)
        return newest


@dataclass(frozen=True, slots=True)
class _Cells:
    """The live columns, seen by a formula."""

    live: Columns
    columns: Mapping[str, Indices]
    rows: Rows
    runs: Mapping[Over, Runs]

    def read(self, path: str) -> Part:
        at = self.columns[path][self.rows]
        return Part(self.live["value"][at], self.live["quality"][at])

    def inside(self, node: Over) -> tuple[_Cells, Starts]:
        runs = self.runs[node]
        parts, starts = runs.expanded(self.rows)
        return _Cells(self.live, runs.columns, parts, {}), starts

    def __len__(self) -> int:
        return len(self.rows)


def _tags(site: Site, owners: Sequence[Equipment], path: str) -> Indices:
    found = [site.tag(owner, path) for owner in owners]
    return np.array([tag.index for tag in found if tag], np.int32)
