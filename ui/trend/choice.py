"""Which tags of an equipment are worth a pen when nobody has chosen any. No Qt."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from itertools import zip_longest

from supervisor.model import Equipment, Kind, Site, Tag

_POSITIONS = {"latitude", "longitude", "heading"}
"""Numbers that a curve says nothing about."""


_ACCENTS = re.compile("[\u0300-\u036f]")


def fold(text: str) -> str:
    """Small letters without accents."""
    return _ACCENTS.sub("", unicodedata.normalize("NFD", text)).casefold()


def pens_of(site: Site, equipment: Equipment, most: int = 4) -> list[Tag]:
    """The measures of its headline first, then the first of each part, then its own others; states last."""
    headline = [tag for path in equipment.type.headline if (tag := site.tag(equipment, path))]
    own = site.tags_by_equipment.get(equipment.id, ())
    children = site.parts_by_equipment.get(equipment.id, ())
    parts = [child for child in children if child.id.startswith(f"{equipment.id}.")]
    measures = [_measures(site.tags_by_equipment.get(part.id, ())) for part in parts]
    turns = [tag for turn in zip_longest(*measures) for tag in turn if tag]
    states = [tag for tag in (*headline, *own) if tag.spec.states]
    tags = dict.fromkeys([*_measures(headline), *turns, *_measures(own), *states])
    return list(tags)[:most]


def _measures(tags: Iterable[Tag]) -> Iterator[Tag]:
    """Numbers that a sensor sends, and no setpoints."""
    for tag in tags:
        setpoints = {command.tag for command in tag.equipment.type.commands.values()}
        if tag.spec.kind is Kind.NUMBER and tag.spec.id not in _POSITIONS | setpoints:
            yield tag
