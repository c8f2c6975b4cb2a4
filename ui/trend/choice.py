"""Which tags of an equipment are worth a pen when nobody has chosen any. No Qt."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import zip_longest

from supervisor.model import Equipment, Kind, Site, Tag

_POSITIONS = {"latitude", "longitude", "heading"}
"""Numbers that a curve says nothing about."""


def pens_of(site: Site, equipment: Equipment, most: int = 4) -> list[Tag]:
    """Its headline first, then its measures, then one of each part, states last; a measure before any state."""
    headline = [tag for path in equipment.type.headline if (tag := site.tag(equipment, path))]
    own = site.tags_by_equipment.get(equipment.id, ())
    parts = [
        _measures(site.tags_by_equipment.get(part.id, ())) for part in site.parts_by_equipment.get(equipment.id, ())
    ]
    turns = [tag for turn in zip_longest(*parts) for tag in turn if tag]
    states = [tag for tag in (*headline, *own) if tag.spec.states]
    tags = dict.fromkeys([*_measures(headline), *_measures(own), *turns, *states])
    return list(tags)[:most]


def _measures(tags: Iterable[Tag]) -> Iterator[Tag]:
    """Numbers that a sensor sends, and no setpoints."""
    for tag in tags:
        setpoints = {command.tag for command in tag.equipment.type.commands.values()}
        if tag.spec.kind is Kind.NUMBER and tag.spec.id not in _POSITIONS | setpoints:
            yield tag
