"""A pump with one rule of every condition, for the tests of conditions, suppression and rows on disk."""

from __future__ import annotations

import itertools
from dataclasses import replace

from supervisor.alarm_terms import Design, Watch
from supervisor.formula import Binary, Compared, Formula, Name, Not, Number
from supervisor.health import LINK_TYPE
from supervisor.model import (
    CONDITION_STATES,
    Alarm,
    AlarmRule,
    Condition,
    Equipment,
    EquipmentType,
    Kind,
    Priority,
    Site,
    State,
    Tag,
    TagSpec,
)
from supervisor.terms import Operator
from tests.alarms.hall import HERE, site

STATES = tuple(State(n, id_, HERE) for n, id_ in enumerate(("stopped", "running", "fault", "locked")))
ON_OFF = (State(0, "off", HERE), State(1, "on", HERE))
SPECS = {
    "level": TagSpec("level", HERE),
    "setpoint": TagSpec("setpoint", HERE),
    "state": TagSpec("state", HERE, Kind.ENUM, states=STATES),
    "order": TagSpec("order", HERE, Kind.BOOLEAN, states=ON_OFF),
    "service": TagSpec("service", HERE, Kind.BOOLEAN, states=ON_OFF),
    "tripped": TagSpec("tripped", HERE, Kind.ENUM, states=CONDITION_STATES),
}
PUMP = EquipmentType("pump", HERE, "water", SPECS)
LEVEL, SETPOINT, STATE, ORDER, SERVICE, TRIPPED = SPECS
AT = {name: n for n, name in enumerate(SPECS)}


def rule(condition: Condition, tag: str = LEVEL, limit: float = 1.0, **more: object) -> AlarmRule:
    id_ = str(more.pop("id", condition.value))
    return AlarmRule(id_, tag, condition, limit, Priority.MEDIUM, HERE, **more)  # type: ignore[arg-type]


DRY = Formula(
    "level < 1 and not service", Binary("and", Compared(Operator.LT, Name(LEVEL), Number(1.0)), Not(Name(SERVICE)))
)
RULES = {
    one.condition: one
    for one in (
        rule(Condition.HIGH_HIGH, limit=8.0),
        rule(Condition.HIGH, limit=6.0, deadband=0.5),
        rule(Condition.LOW, limit=2.0, deadband=0.5),
        rule(Condition.LOW_LOW, limit=1.0),
        rule(Condition.IS, STATE, watch=Watch(limits=(2.0, 3.0))),
        rule(Condition.IS_NOT, STATE, watch=Watch(limits=(0.0, 1.0))),
        rule(Condition.DEVIATION, limit=1.0, deadband=0.25, watch=Watch(other=SETPOINT)),
        rule(Condition.RISING, limit=2.0, deadband=0.5, watch=Watch(window_s=60.0)),
        rule(Condition.FALLING, limit=2.0, deadband=0.5, watch=Watch(window_s=60.0)),
        rule(Condition.DISAGREES, STATE, 0.0, on_delay_s=5.0, watch=Watch(other=ORDER, expected=((0, 0), (1, 1)))),
        rule(Condition.FROZEN, limit=0.1, watch=Watch(window_s=120.0)),
        rule(Condition.COMMUNICATION, limit=0.0),
        rule(Condition.FORMULA, limit=0.0, watch=Watch(formula=DRY)),
        rule(Condition.NATIVE, TRIPPED),
    )
}


def plant(*rules: AlarmRule, pumps: int = 1) -> Site:
    """Pumps E0, E1… on the link L, each with all its tags and these rules; the link with its own."""
    base = site()
    kind = replace(PUMP, alarms=rules)
    things = [Equipment(n, f"E{n}", HERE, kind, "north", "water", "L") for n in range(pumps)]
    things.append(Equipment(pumps, "L", HERE, LINK_TYPE, "north", "network"))
    pairs = [(thing, spec) for thing in things for spec in thing.type.tags.values()]
    tags = tuple(Tag(n, thing, spec) for n, (thing, spec) in enumerate(pairs))
    by_id = {tag.id: tag for tag in tags}
    wanted = ((thing, one) for thing in things for one in thing.type.alarms)
    number = itertools.count()
    alarms = tuple(Alarm(next(number), thing, one, by_id[f"{thing.id}.{one.tag}"]) for thing, one in wanted)
    return replace(base, equipment=tuple(things), tags=tags, alarms=alarms)


def link_up(site: Site) -> dict[int, float]:
    """What says that the link is there."""
    return {site.tag_by_id["L.connected"].index: 1.0}


def hidden_by(one: AlarmRule, **design: object) -> AlarmRule:
    """The rule, with a design."""
    return replace(one, design=Design(**design))  # type: ignore[arg-type]
