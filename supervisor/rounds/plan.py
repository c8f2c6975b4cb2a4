"""Plan: which equipment a round is for, and what it asks of each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import msgspec

from supervisor.errors import Refused
from supervisor.model import Equipment, Site, Text

MOST = 5000
"""Targets of one round: what a window is told at once. Who needs more makes two, area by area."""


class Wish(msgspec.Struct, frozen=True):
    """What a person asks for."""

    type: str
    """Id of the equipment type."""
    command: str
    value: float | None = None
    """Of a setpoint, in engineering units."""
    areas: list[str] = []
    """With all that lies in them. Empty, and so `equipment`: the whole site."""
    equipment: list[str] = []
    """These, and their parts: what somebody has selected."""
    without: list[str] = []
    """Not these, nor their parts."""


@dataclass(frozen=True, slots=True)
class Choice:
    """What is left out of a round."""

    same: bool = True
    """What is already as it should be."""
    refused: bool = True
    """What the dry run was refused."""


def targets(site: Site, wish: Wish) -> list[Equipment]:
    """The equipment a wish is for, in the order of the site. Raises Refused where it is for none, or names what the
    site does not have."""
    type_ = site.types.get(wish.type)
    if type_ is None or wish.command not in type_.commands:
        raise Refused("unknown", NO_COMMAND)
    missing = [id_ for id_ in wish.areas if id_ not in site.areas]
    missing += [id_ for id_ in (*wish.equipment, *wish.without) if id_ not in site.equipment_by_id]
    if missing:
        raise Refused("unknown", _missing(missing))
    areas, chosen, without = set(wish.areas), set(wish.equipment), set(wish.without)
    whole = not areas and not chosen
    found = [
        one
        for one in site.equipment_by_type.get(wish.type, ())
        if (whole or not areas.isdisjoint(around(site, one.area)) or not chosen.isdisjoint(above(site, one)))
        and without.isdisjoint(above(site, one))
    ]
    if not found:
        raise Refused("empty", NOTHING)
    if len(found) > MOST:
        raise Refused("range", TOO_MANY)
    return found


def above(site: Site, equipment: Equipment) -> Iterator[str]:
    """Ids of an equipment and of what it is a part of."""
    one: Equipment | None = equipment
    while one is not None:
        yield one.id
        one = site.equipment_by_id.get(one.parent)


def around(site: Site, area: str) -> Iterator[str]:
    """Ids of an area and of those it lies in. A ring, which the site check refuses, ends where it began."""
    seen: set[str] = set()
    while area in site.areas and area not in seen:
        yield area
        seen.add(area)
        area = site.areas[area].parent


NO_COMMAND = Text(
    "Ce type d'équipement n'a pas cette commande : choisissez-en une de la liste.",
    "This type of equipment has no such command: choose one of the list.",
)
NOTHING = Text(
    "Aucun équipement de ce type à cet endroit : choisissez un autre secteur.",
    "No equipment of this type in that place: choose another area.",
)
TOO_MANY = Text(
    f"Plus de {MOST} équipements : faites-en plusieurs, secteur par secteur.",
    f"More than {MOST} equipment: make several, area by area.",
)


def _missing(ids: list[str]) -> Text:
    named = ", ".join(ids[:5])
    return Text(f"Inconnu sur ce site : {named}.", f"Unknown to this site: {named}.")
