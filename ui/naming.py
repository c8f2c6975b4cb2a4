"""Naming: how equipment, areas, people and limits are called where a person reads them."""

from __future__ import annotations

from supervisor.health import NETWORK
from supervisor.model import Alarm, Condition, Equipment, Kind, Site, System
from supervisor.names import called, coded
from supervisor.people import SEAT
from ui import words
from ui.look import Look

SEPARATOR = " · "
PROTOCOLS = {"modbus": "Modbus", "opcua": "OPC UA", "mqtt": "MQTT"}
"""Names of protocols as their bodies write them; others are shown as they are called in the site."""
_SIGNS = {
    Condition.HIGH_HIGH: ">",
    Condition.HIGH: ">",
    Condition.LOW: "<",
    Condition.LOW_LOW: "<",
    Condition.IS: "=",
    Condition.IS_NOT: "≠",
    Condition.DEVIATION: "±",
    Condition.RISING: "↗",
    Condition.FALLING: "↘",
}
_A_MINUTE = (Condition.RISING, Condition.FALLING)


def full_name(site: Site, equipment: Equipment, look: Look) -> str:
    """The name with its parent's before it: "Pont-Neuf · Pompe 2"."""
    parent = site.equipment_by_id.get(equipment.parent)
    own = look.say(equipment.name)
    return f"{look.say(parent.name)}{SEPARATOR}{own}" if parent else own


def area_name(site: Site, area: str, look: Look) -> str:
    """The name of an area; empty for an equipment that has none, such as the station itself."""
    return look.say(site.areas[area].name) if area in site.areas else ""


def person(site: Site, who: str, look: Look) -> str:
    """Who that is: a person's name wherever the site folder or the station knows it, else the id; what acts by itself,
    and a seat where nobody had signed in, by its own word. Empty for nobody."""
    if who in words.ACTORS:
        return look.say(words.ACTORS[who])
    if who.startswith(SEAT):
        return look.say(words.AT_SEAT).format(who.removeprefix(SEAT) or "?")
    return called(site, look.met, who) if who else ""


def taker(site: Site, code: int, look: Look) -> str:
    """Who is meant by `taken_by` and `shelved_by`; empty for nobody, a sign for somebody whom nobody knows."""
    return person(site, coded(site, look.met, code), look) or ("…" if code else "")


def systems(site: Site) -> list[System]:
    """The systems of the site in its order, the network that carries them last."""
    trades = [system for system in site.systems.values() if system.id != NETWORK.id]
    return trades + [system for system in site.systems.values() if system.id == NETWORK.id]


def root(site: Site, equipment: Equipment) -> Equipment:
    """The equipment that `equipment` is, in the end, a part of; itself where it is part of nothing."""
    while equipment.parent in site.equipment_by_id:
        equipment = site.equipment_by_id[equipment.parent]
    return equipment


def limit(alarm: Alarm, look: Look) -> str:
    """The limit of an alarm as "> 4,40", "± 1,60" or "↗ 0,80/min"; empty for a state, whose word says it already, and
    where there is none that could be said in a number."""
    spec = alarm.tag.spec
    if alarm.rule.condition not in _SIGNS or spec.kind in (Kind.BOOLEAN, Kind.ENUM, Kind.TEXT):
        return ""
    pace = "/min" if alarm.rule.condition in _A_MINUTE else ""
    return f"{_SIGNS[alarm.rule.condition]} {look.number(alarm.rule.limit, spec.decimals)}{pace}"
