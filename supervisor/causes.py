"""Causes: which alarm comes of which, by the rows of `site.alarms`. Read once, from what the rules say.

    supply_lost              of the same equipment
    P1.fault                 of a part of it
    parent.supply_lost       of the nearest thing it is inside of that has such an alarm
    link.communication_lost  of the link that carries it

A rule that watches communication comes of its link's loss without saying so. An alarm whose path leads nowhere for this
equipment (a station whose pack carries no supply) simply has no such cause.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from supervisor.model import Alarm, Condition, Equipment, Site

LINK_LOST = "link.communication_lost"


class Edge(NamedTuple):
    """`alarm` comes of `cause`; both are rows."""

    alarm: int
    cause: int
    hides: bool
    """The consequence is hidden while the cause stands; else it only folds under it in a flood."""


def whole(thing: Equipment) -> str:
    """Id of the equipment that `thing` is a part of, or its own: ids have no dot but that before a part."""
    return thing.id.partition(".")[0]


def edges(site: Site) -> list[Edge]:
    """Every one of the site, those of an alarm in the order its rule names them."""
    rows = {alarm.id: alarm.index for alarm in site.alarms}
    found = [
        Edge(alarm.index, cause, hides) for alarm in site.alarms for cause, hides in _causes(site, alarm, rows).items()
    ]
    return [edge for edge in found if edge.alarm != edge.cause]


def rings(found: Iterable[Edge]) -> list[int]:
    """Rows of alarms that come of themselves, round some corners: each would hide the other for ever."""
    waiting: dict[int, set[int]] = {}
    above: dict[int, list[int]] = {}
    for edge in found:
        waiting.setdefault(edge.alarm, set()).add(edge.cause)
        above.setdefault(edge.cause, []).append(edge.alarm)
    free = [row for row in above if row not in waiting]
    while free:
        for row in above.get(cause := free.pop(), ()):
            waiting[row].discard(cause)
            if not waiting[row]:
                del waiting[row]
                free.append(row)
    return sorted(row for row, left in waiting.items() if any(cause in waiting for cause in left))


def _causes(site: Site, alarm: Alarm, rows: Mapping[str, int]) -> dict[int, bool]:
    design = alarm.rule.design
    hiding = design.suppressed_by
    if alarm.rule.condition is Condition.COMMUNICATION:
        hiding = (*hiding, LINK_LOST)
    if not hiding and not design.caused_by:
        return {}
    paths = {**dict.fromkeys(design.caused_by, False), **dict.fromkeys(hiding, True)}
    found = {resolve(site, alarm.equipment, path, rows): hides for path, hides in paths.items()}
    return {row: hides for row, hides in found.items() if row >= 0}


def resolve(site: Site, thing: Equipment, path: str, rows: Mapping[str, int]) -> int:
    """The row of the alarm that a path means, seen from an equipment; -1 for none."""
    first, _, rest = path.partition(".")
    if first == "link":
        return rows.get(f"{thing.link}.{rest}", -1)
    if first != "parent":
        return rows.get(f"{thing.id}.{path}", -1)
    seen = {thing.id}
    while thing.parent in site.equipment_by_id and thing.parent not in seen:
        thing = site.equipment_by_id[thing.parent]
        seen.add(thing.id)
        if f"{thing.id}.{rest}" in rows:
            return rows[f"{thing.id}.{rest}"]
    return -1
