"""The causes that alarm rules name, held against the rules there are; and the rules whose inputs an equipment lacks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from supervisor import health
from supervisor.calculated.members import carries
from supervisor.causes import edges, rings
from supervisor.model import Alarm, EquipmentType, Site
from supervisor.site.equipment_types import TYPES, Drafts
from supervisor.site.findings import Findings, Place, suggest

KEYS = ("suppressed_by", "caused_by")


def check_causes(drafts: Drafts, types: Mapping[str, EquipmentType]) -> None:
    """Every path of `suppressed_by` and `caused_by` must lead to a rule somewhere."""
    for draft in drafts.rows.values():
        for row in draft.table.tables("alarm"):
            for key in KEYS:
                for path in row.words(key):
                    known = _known(draft.id, path, drafts, types)
                    if known is not None and path not in known:
                        remedy = suggest(path, sorted(known)) or "Name one such as supply_lost."
                        row.problem(key, f'"{path}" leads to no alarm', remedy)


def _known(type_: str, path: str, drafts: Drafts, types: Mapping[str, EquipmentType]) -> set[str] | None:
    """The paths of that sort there are; None where nobody can tell."""
    first = path.partition(".")[0]
    if first == "link":
        return {f"link.{rule.id}" for rule in health.LINK_TYPE.alarms}
    if first == "parent":
        above = _above(type_, drafts)
        if not above or above & drafts.damaged:
            return None
        return {f"parent.{rule.id}" for outer in above if outer in types for rule in types[outer].alarms}
    found = {rule.id for rule in types[type_].alarms}
    for part in types[type_].parts:
        found |= {f"{part.id}.{rule.id}" for rule in types[part.type].alarms} if part.type in types else set()
    return found


def _above(type_: str, drafts: Drafts) -> set[str]:
    """Every type that equipment of this one may be inside of, however deep."""
    found: set[str] = set()
    waiting = [type_]
    while waiting:
        for outer in drafts.parents.get(waiting.pop(), ()):
            if outer not in found:
                found.add(outer)
                waiting.append(outer)
    return found


def answerable(site: Site, findings: Findings) -> Site:
    """The site without the alarms whose second tag, or formula, nothing carries; as with a tag that no pack carries.
    Alarms that come of each other are a mistake."""
    kept = [alarm for alarm in site.alarms if _fed(site, alarm)]
    if len(kept) < len(site.alarms):
        site = replace(site, alarms=tuple(replace(alarm, index=number) for number, alarm in enumerate(kept)))
    found = edges(site)
    for row in rings(found):
        alarm = site.alarms[row]
        causes = ", ".join(sorted({site.alarms[edge.cause].id for edge in found if edge.alarm == row}))
        place = Place(Path(TYPES) / f"{alarm.equipment.type.id}.toml", 0)
        remedy = "Take one of them out of suppressed_by or caused_by."
        findings.add(place, f'The alarm "{alarm.rule.id}" comes of itself: {alarm.id} of {causes}', remedy)
        break
    return site


def _fed(site: Site, alarm: Alarm) -> bool:
    watch = alarm.rule.watch
    if watch.other and site.tag(alarm.equipment, watch.other) is None:
        return False
    return watch.formula is None or carries(site, alarm.equipment, watch.formula.tree)
