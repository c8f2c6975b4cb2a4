"""Which equipment has all that a formula takes, and which of it a group is made of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fnmatch import fnmatchcase
from typing import Protocol

from supervisor.formula import Node, Over, names, overs
from supervisor.model import Area, Equipment, Site, Tag


class Lookup(Protocol):
    """A site, or one that is growing."""

    @property
    def parts_by_equipment(self) -> Mapping[str, Sequence[Equipment]]: ...

    def tag(self, equipment: Equipment, path: str) -> Tag | None: ...


def carries(site: Lookup, thing: Equipment, tree: Node) -> bool:
    """Whether an equipment has every tag of a formula; of parts, whether any has."""
    return all(site.tag(thing, path) for path in names(tree)) and all(having(site, thing, over) for over in overs(tree))


def having(site: Lookup, owner: Equipment, over: Over) -> list[Equipment]:
    """The parts that carry all a function is of."""
    paths = list(names(over.of))
    return [part for part in site.parts_by_equipment.get(owner.id, ()) if all(site.tag(part, path) for path in paths)]


def within(areas: Mapping[str, Area], area: str, outer: str) -> bool:
    """Whether an area is another, or lies inside it; every area lies in the one without a name."""
    while area and area != outer:
        area = areas[area].parent if area in areas else ""
    return area == outer


def members(site: Site, tag: Tag) -> list[Equipment]:
    """The equipment whose values make up a group tag, in the order of the site: those that carry all it takes."""
    gathering, formula = tag.spec.gathering, tag.spec.formula
    if gathering is None or formula is None:
        return []
    inner = {area for area in site.areas if within(site.areas, area, tag.equipment.area)}
    inner |= {""} if not tag.equipment.area else set()
    return [
        thing
        for thing in site.equipment_by_type.get(gathering.type, ())
        if thing.area in inner
        and (gathering.match == "*" or fnmatchcase(thing.id, gathering.match))
        and carries(site, thing, formula.tree)
    ]
