"""Numbering: entries of the lists -> `Equipment`, `Tag` and `Alarm` rows, alike on every machine.

Order: lists by file name, rows as written, each equipment before its parts; then the links, then the station itself.
Tags and alarms follow their equipment. What is the same for every equipment of one pack is worked out once (`Plan`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from supervisor import health
from supervisor.model import Alarm, AlarmRule, Equipment, EquipmentType, LinkSpec, Source, Tag, TagSpec, Text
from supervisor.site.equipment import NO_ARGS, Entry
from supervisor.site.packs import Pack


@dataclass
class Slot:
    """An equipment of a plan: the equipment of the list itself, or one of its parts."""

    path: str
    """Empty for the equipment itself, "P1" for a part."""
    name: Text
    type: EquipmentType
    args: Mapping[str, str]
    tags: list[tuple[TagSpec, Source | None, float]] = field(default_factory=list)
    """Spec, source, seconds until stale."""
    alarms: list[tuple[AlarmRule, int]] = field(default_factory=list)
    """Rule, and the place of its tag among the tags of the whole plan."""


Plan = list[Slot]


class Numbering:
    """See the module."""

    def __init__(self, types: Mapping[str, EquipmentType]) -> None:
        self._types = types
        self._plans: dict[str, Plan] = {}
        self.equipment: list[Equipment] = []
        self.tags: list[Tag] = []
        self.alarms: list[Alarm] = []

    def add(self, entries: Iterable[Entry], links: Mapping[str, LinkSpec]) -> None:
        """Number the entries, then the links and the station."""
        for entry in entries:
            self._enter(entry, self._plan(entry))
        for link in links.values():
            self._enter(_own(link.id, link.name, health.LINK_TYPE, link.area), _plain(health.LINK_TYPE))
        name = health.STATION_TYPE.name
        self._enter(_own(health.STATION_ID, name, health.STATION_TYPE, ""), _plain(health.STATION_TYPE))

    def _plan(self, entry: Entry) -> Plan:
        if entry.pack is None:
            return [Slot("", entry.name, entry.type, NO_ARGS)]
        plan = self._plans.get(entry.pack.id)
        if plan is None:
            plan = self._plans[entry.pack.id] = planned(entry.type, entry.pack, self._types)
        return plan

    def _enter(self, entry: Entry, plan: Plan) -> None:
        first_tag = len(self.tags)
        members = []
        for slot in plan:
            equipment = self._member(entry, slot)
            members.append(equipment)
            link = entry.link if entry.pack else ""
            self.tags += [
                Tag(index, equipment, spec, link, source, stale_s)
                for index, (spec, source, stale_s) in enumerate(slot.tags, len(self.tags))
            ]
        for slot, equipment in zip(plan, members, strict=True):
            for rule, offset in slot.alarms:
                self.alarms.append(Alarm(len(self.alarms), equipment, rule, self.tags[first_tag + offset]))

    def _member(self, entry: Entry, slot: Slot) -> Equipment:
        above, _, _ = slot.path.rpartition(".")
        inside = f"{entry.id}.{above}" if above else entry.id
        equipment = Equipment(
            index=len(self.equipment),
            id=f"{entry.id}.{slot.path}" if slot.path else entry.id,
            name=slot.name if slot.path else entry.name,
            type=slot.type,
            area=entry.area,
            system=slot.type.system,
            link=entry.link,
            parent=inside if slot.path else entry.parent,
            pack=entry.pack.id if entry.pack else "",
            latitude=entry.latitude,
            longitude=entry.longitude,
            args={**entry.args, **slot.args} if slot.args else entry.args,
        )
        self.equipment.append(equipment)
        return equipment


def planned(type_: EquipmentType, pack: Pack, types: Mapping[str, EquipmentType]) -> Plan:
    """The equipment, tags and alarms that one row of a list with this pack stands for."""
    plan = _Planning(pack, types).slots("", type_.name, type_)
    offsets: dict[str, int] = {}
    for slot in plan:
        for spec, _, _ in slot.tags:
            offsets[_path(slot.path, spec.id)] = len(offsets)
    for slot in plan:
        paths = [(rule, _path(slot.path, rule.tag)) for rule in slot.type.alarms]
        slot.alarms = [(rule, offsets[path]) for rule, path in paths if path in offsets]
    return plan


class _Planning:
    """The parts of a type of which a pack carries anything."""

    def __init__(self, pack: Pack, types: Mapping[str, EquipmentType]) -> None:
        self._types = types
        self._args = pack.args
        self._carried = {row.source.tag: row for row in pack.carried}
        self._filled = {above for tag in self._carried for above in _above(tag)}

    def slots(self, path: str, name: Text, type_: EquipmentType) -> Plan:
        """The slot of `path` and, after it, those of the parts inside it."""
        slot = Slot(path, name, type_, self._args.get(path, NO_ARGS))
        for spec in type_.tags.values():
            row = self._carried.get(_path(path, spec.id))
            if row:
                slot.tags.append((spec, row.source, row.stale_s))
        plan = [slot]
        for part in type_.parts:
            inside = _path(path, part.id)
            if inside in self._filled:
                plan += self.slots(inside, part.name, self._types[part.type])
        return plan


def _above(tag: str) -> list[str]:
    """Every part a tag path goes through: "A.B.level" goes through "A" and "A.B"."""
    words = tag.split(".")[:-1]
    return [".".join(words[: number + 1]) for number in range(len(words))]


def _plain(type_: EquipmentType) -> Plan:
    """The plan of equipment whose tags no controller carries."""
    tags: list[tuple[TagSpec, Source | None, float]] = [(spec, None, 0.0) for spec in type_.tags.values()]
    place = {spec_id: number for number, spec_id in enumerate(type_.tags)}
    alarms = [(rule, place[rule.tag]) for rule in type_.alarms]
    return [Slot("", type_.name, type_, NO_ARGS, tags, alarms)]


def _own(id_: str, name: Text, type_: EquipmentType, area: str) -> Entry:
    nan = float("nan")
    return Entry(id_, name, type_, area, "", None, "", nan, nan, NO_ARGS)


def _path(above: str, below: str) -> str:
    return f"{above}.{below}" if above else below
