"""A small site made of model objects, for tests of what lies below the site folder."""

from __future__ import annotations

from pathlib import Path

from supervisor import health
from supervisor.model import Equipment, EquipmentType, Kind, LinkSpec, Site, Source, Tag, TagSpec, Text

HERE = Text("ici", "here")


def site(count: int = 4, stale_s: float = 0.0, scale: float = 1.0, offset: float = 0.0) -> Site:
    """One link `L`, one equipment `E` with number tags t0, t1… and a text tag `words`, and the health equipment."""
    specs = {f"t{n}": TagSpec(f"t{n}", HERE) for n in range(count)}
    specs["words"] = TagSpec("words", HERE, Kind.TEXT)
    kind = EquipmentType("thing", HERE, "water", specs)
    link = LinkSpec("L", HERE, "memory", "memory://", "", None)
    thing = Equipment(0, "E", HERE, kind, "", "water", "L")
    equipment = [
        thing,
        Equipment(1, "L", HERE, health.LINK_TYPE, "", "network"),
        Equipment(2, health.STATION_ID, HERE, health.STATION_TYPE, "", "network"),
    ]
    tags: list[Tag] = []
    for owner in equipment:
        for name, spec in owner.type.tags.items():
            source = Source(name, True, True, scale, offset, None) if owner is thing else None
            own = ("L", source, stale_s) if source else ("", None, 0.0)
            tags.append(Tag(len(tags), owner, spec, *own))
    return Site(
        "test", HERE, Path(), "Europe/Paris", 47.47, -0.55, "fr", {}, {}, {"thing": kind}, {}, {"L": link},
        tuple(equipment), tuple(tags), (), {}, "",
    )  # fmt: skip
