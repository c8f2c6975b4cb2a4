"""What stands in the city: frozen dataclasses, nothing else.

    Site ── Area · System · Link ── Equipment ── Tag · Alarm
                        EquipmentType, DevicePack                 see `supervisor.specs`

A `Tag` or an `Alarm` is only the meeting of an equipment with a spec of its type and a place in the columns. A part is
an equipment of its own whose id is `<parent>.<part>`, so a lift station's second pump is `PR07.P2` and its current
`PR07.P2.current`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TypeVar

from supervisor.specs import CONDITION_STATES as CONDITION_STATES
from supervisor.specs import NO_TEXT as NO_TEXT
from supervisor.specs import AlarmRule as AlarmRule
from supervisor.specs import CommandSpec as CommandSpec
from supervisor.specs import Comparison as Comparison
from supervisor.specs import Confirmation as Confirmation
from supervisor.specs import Demand as Demand
from supervisor.specs import DevicePack as DevicePack
from supervisor.specs import EquipmentType as EquipmentType
from supervisor.specs import Gathering as Gathering
from supervisor.specs import Interlock as Interlock
from supervisor.specs import Part as Part
from supervisor.specs import Source as Source
from supervisor.specs import State as State
from supervisor.specs import TagSpec as TagSpec
from supervisor.specs import Text as Text
from supervisor.terms import BAD as BAD
from supervisor.terms import CommandClass as CommandClass
from supervisor.terms import Condition as Condition
from supervisor.terms import Kind as Kind
from supervisor.terms import Native as Native
from supervisor.terms import Operator as Operator
from supervisor.terms import Priority as Priority
from supervisor.terms import Quality as Quality
from supervisor.terms import Role as Role

Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class Area:
    """A part of the territory; areas nest."""

    id: str
    name: Text
    parent: str = ""


@dataclass(frozen=True, slots=True)
class System:
    """A trade of the city: lighting, water, traffic."""

    id: str
    name: Text
    symbol: str = ""


@dataclass(frozen=True, slots=True)
class LinkSpec:
    """The connection to one controller, gateway or broker."""

    id: str
    name: Text
    protocol: str
    url: str
    area: str
    settings: object
    """The protocol's own frozen dataclass, made by `Protocol.settings`."""


@dataclass(frozen=True, slots=True, eq=False)
class Equipment:
    """One thing of the city. There is one object of it in a site, so it is equal to itself only."""

    index: int
    id: str
    name: Text
    type: EquipmentType
    area: str
    system: str
    link: str = ""
    parent: str = ""
    pack: str = ""
    latitude: float = float("nan")
    longitude: float = float("nan")
    args: Mapping[str, str] = field(default_factory=dict)
    """What the equipment list says beyond the common columns: Modbus unit, topic words, serial numbers."""


@dataclass(frozen=True, slots=True, eq=False)
class Tag:
    """One value of one equipment and its row in the columns."""

    index: int
    equipment: Equipment
    spec: TagSpec
    link: str = ""
    """Empty for a tag that no controller carries."""
    source: Source | None = None
    stale_s: float = 0.0

    @property
    def id(self) -> str:
        return f"{self.equipment.id}.{self.spec.id}"


@dataclass(frozen=True, slots=True, eq=False)
class Alarm:
    """One rule on one equipment and its row in the alarm columns."""

    index: int
    equipment: Equipment
    rule: AlarmRule
    tag: Tag

    @property
    def id(self) -> str:
        return f"{self.equipment.id}.{self.rule.id}"


@dataclass(frozen=True, slots=True)
class User:
    """A person who may sit in front of it."""

    id: str
    name: str
    role: Role
    areas: frozenset[str] = frozenset()
    """Areas where the role holds; empty for all of them."""
    classes: frozenset[CommandClass] = frozenset()
    """Classes of commands in the place of those of the role; empty for those of the role."""
    lent_by: str = field(default="", compare=False)
    """Who lends rights for a while, and can end that (`supervisor.accounts.sessions`); empty where nobody does."""
    parts: tuple[User, ...] = ()
    """Where rights are lent: one's own and those lent, each with the areas and classes it holds in. `role` is then the
    highest of them, and holds where its part does (`supervisor.people.People`)."""


@dataclass(frozen=True)
class Site:
    """A whole site folder, checked and numbered. Two processes that load the same folder number it alike."""

    id: str
    name: Text
    folder: Path
    zone: str
    """IANA name of the site's time zone."""
    latitude: float
    longitude: float
    language: str
    areas: Mapping[str, Area]
    systems: Mapping[str, System]
    types: Mapping[str, EquipmentType]
    packs: Mapping[str, DevicePack]
    links: Mapping[str, LinkSpec]
    equipment: tuple[Equipment, ...]
    tags: tuple[Tag, ...]
    alarms: tuple[Alarm, ...]
    users: Mapping[str, User]
    fingerprint: str
    """SHA-256 over the text of the folder: equal fingerprints, equal numbering."""

    @cached_property
    def equipment_by_id(self) -> Mapping[str, Equipment]:
        return {equipment.id: equipment for equipment in self.equipment}

    @cached_property
    def tag_by_id(self) -> Mapping[str, Tag]:
        return {tag.id: tag for tag in self.tags}

    @cached_property
    def tags_by_link(self) -> Mapping[str, tuple[Tag, ...]]:
        """Link id -> the tags its controller carries."""
        return _grouped(self.tags, lambda tag: tag.link if tag.source else "")

    @cached_property
    def tags_by_equipment(self) -> Mapping[str, tuple[Tag, ...]]:
        return _grouped(self.tags, lambda tag: tag.equipment.id)

    @cached_property
    def equipment_by_type(self) -> Mapping[str, tuple[Equipment, ...]]:
        return _grouped(self.equipment, lambda equipment: equipment.type.id)

    @cached_property
    def alarms_by_equipment(self) -> Mapping[str, tuple[Alarm, ...]]:
        return _grouped(self.alarms, lambda alarm: alarm.equipment.id)

    @cached_property
    def parts_by_equipment(self) -> Mapping[str, tuple[Equipment, ...]]:
        return _grouped(self.equipment, lambda equipment: equipment.parent)

    def tag(self, equipment: Equipment, path: str) -> Tag | None:
        """The tag `path` seen from `equipment`: "level", "P1.current", "parent.level"; None where none carries it."""
        if path.startswith("parent."):
            parent = self.equipment_by_id.get(equipment.parent)
            return self.tag(parent, path.removeprefix("parent.")) if parent else None
        return self.tag_by_id.get(f"{equipment.id}.{path}")


def _grouped(rows: Iterable[Row], key: Callable[[Row], str]) -> dict[str, tuple[Row, ...]]:
    groups: dict[str, list[Row]] = {}
    for row in rows:
        groups.setdefault(key(row), []).append(row)
    return {name: tuple(members) for name, members in groups.items()}
