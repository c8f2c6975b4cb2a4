"""What the station itself adds to a site: the calculated tags of its equipment, then its groups, each with its alarms.

They are numbered after everything the folder lists, so that a formula more moves no other tag. A calculated tag exists
where everything it is worked out from does.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from fnmatch import fnmatchcase

from supervisor.calculated.members import carries, members, within
from supervisor.model import Alarm, Equipment, EquipmentType, Site, Tag, TagSpec, Text
from supervisor.site.findings import Findings
from supervisor.site.groups import GroupDraft

GROUP_SYMBOL = "group"


def derive(site: Site, groups: Sequence[GroupDraft], findings: Findings) -> Site:
    """The site with all that is worked out in it. A group of nothing is not there."""
    if any(spec.formula and not spec.gathering for type_ in site.types.values() for spec in type_.tags.values()):
        site = _Growing(site).grown()
    for group in groups:
        site = _with_group(site, group, findings)
    return site


class _Growing:
    """A site to which calculated tags are added, those that others are made of first."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._tags = dict(site.tag_by_id)
        self.parts_by_equipment: Mapping[str, Sequence[Equipment]] = site.parts_by_equipment
        self._new: list[Tag] = []

    def tag(self, equipment: Equipment, path: str) -> Tag | None:
        """As `Site.tag`, with those added so far."""
        if path.startswith("parent."):
            parent = self._site.equipment_by_id.get(equipment.parent)
            return self.tag(parent, path.removeprefix("parent.")) if parent else None
        return self._tags.get(f"{equipment.id}.{path}")

    def grown(self) -> Site:
        waiting = [(thing, spec) for thing in self._site.equipment for spec in thing.type.tags.values() if spec.formula]
        while waiting:
            left = [pair for pair in waiting if not self._added(*pair)]
            if len(left) == len(waiting):
                break
            waiting = left
        return _joined(self._site, (), self._new)

    def _added(self, thing: Equipment, spec: TagSpec) -> bool:
        if spec.formula is None or not carries(self, thing, spec.formula.tree):
            return False
        tag = Tag(len(self._site.tags) + len(self._new), thing, spec)
        self._new.append(tag)
        self._tags[tag.id] = tag
        return True


def _joined(site: Site, equipment: Sequence[Equipment], tags: Sequence[Tag]) -> Site:
    """The site with more of both, and the alarms that the new tags bring."""
    new = {tag.id: tag for tag in tags}
    ends = {tag.spec.id for tag in tags}
    things = (*site.equipment, *equipment)
    found = [
        (thing, rule, new[f"{thing.id}.{rule.tag}"])
        for thing in things
        for rule in thing.type.alarms
        if rule.tag.rpartition(".")[2] in ends and f"{thing.id}.{rule.tag}" in new
    ]
    alarms = [Alarm(number, *one) for number, one in enumerate(found, len(site.alarms))]
    return replace(site, equipment=things, tags=(*site.tags, *tags), alarms=(*site.alarms, *alarms))


def _with_group(site: Site, group: GroupDraft, findings: Findings) -> Site:
    type_ = site.types[group.draft.id]
    if not type_.symbol:
        type_ = replace(type_, symbol=GROUP_SYMBOL)
        site = replace(site, types={**site.types, type_.id: type_})
    areas = [area for area in site.areas if within(site.areas, area, group.area)] if group.each else [group.area]
    equipment: list[Equipment] = []
    tags: list[Tag] = []
    for area in areas:
        thing = _thing(group, type_, area, len(site.equipment) + len(equipment), site)
        mine = _filled(site, thing, len(site.tags) + len(tags))
        if mine:
            equipment.append(thing)
            tags += mine
    _tell_empty(group, type_, site, findings)
    return _joined(site, equipment, tags)


def _thing(group: GroupDraft, type_: EquipmentType, area: str, index: int, site: Site) -> Equipment:
    id_, name = group.id, group.name
    if group.each:
        id_, name = f"{group.id}-{area}", _named(group.name, site.areas[area].name)
    return Equipment(index, id_, name, type_, area, type_.system)


def _named(name: Text, area: Text) -> Text:
    return Text(f"{name.fr} – {area.fr}", f"{name.en} – {area.en}")


def _filled(site: Site, thing: Equipment, first: int) -> list[Tag]:
    """The tags of a group that something is added up in."""
    found = [spec for spec in thing.type.tags.values() if members(site, Tag(0, thing, spec))]
    return [Tag(number, thing, spec) for number, spec in enumerate(found, first)]


def _tell_empty(group: GroupDraft, type_: EquipmentType, site: Site, findings: Findings) -> None:
    """A pattern that fits none of the equipment there is. Where there is none of a type, it has no totals."""
    for spec in type_.tags.values():
        of = spec.gathering
        ids = [thing.id for thing in site.equipment_by_type.get(of.type, ())] if of and of.how != "good" else []
        if of and ids and not any(fnmatchcase(id_, of.match) for id_ in ids):
            message = f'No {of.type} is called like "{of.match}", which the tag "{spec.id}" is made of'
            findings.add(group.table.place(), message, f'Write match = "*", or a pattern such as "{ids[0]}".')
