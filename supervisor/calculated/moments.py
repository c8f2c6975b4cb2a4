"""Moments: one equipment's inputs at many instants, as a formula sees them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from supervisor.calculated.members import having
from supervisor.calculated.values import Part, Starts
from supervisor.formula import Node, Over, names, overs
from supervisor.model import Equipment, Site, Tag


@dataclass(frozen=True, slots=True)
class Moments:
    """Cells with a row for each instant."""

    site: Site
    owner: Equipment
    then: Mapping[int, Part]
    """Tag index -> what it was at each instant."""
    n: int

    def read(self, path: str) -> Part:
        return self.then[_tag(self.site, self.owner, path).index]

    def inside(self, node: Over) -> tuple[_Parts, Starts]:
        parts = having(self.site, self.owner, node)
        return _Parts(self.site, parts, self.then, self.n), np.arange(self.n) * len(parts)

    def __len__(self) -> int:
        return self.n


@dataclass(frozen=True, slots=True)
class _Parts:
    """Cells with the parts of one equipment side by side, instant after instant."""

    site: Site
    parts: Sequence[Equipment]
    then: Mapping[int, Part]
    n: int

    def read(self, path: str) -> Part:
        found = [self.then[_tag(self.site, part, path).index] for part in self.parts]
        value, quality = (np.column_stack([getattr(one, name) for one in found]).ravel() for name in Part._fields)
        return Part(value, quality)

    def inside(self, node: Over) -> tuple[_Parts, Starts]:
        raise ValueError(f"{node} stands inside a function over parts, which the site's check refuses")

    def __len__(self) -> int:
        return self.n * len(self.parts)


def needed(site: Site, owner: Equipment, tree: Node) -> list[Tag]:
    """Every tag a formula of an equipment reads, each once."""
    found = [_tag(site, owner, path) for path in names(tree)]
    for over in overs(tree):
        found += [_tag(site, part, path) for part in having(site, owner, over) for path in names(over.of)]
    return list({tag.index: tag for tag in found}.values())


def _tag(site: Site, owner: Equipment, path: str) -> Tag:
    tag = site.tag(owner, path)
    if tag is None:
        raise ValueError(f"{owner.id} has no {path}, which its formula reads")
    return tag
