"""Trials of commissioning: writing one tag that no command of its type names, and reading one as it is on the wire.

A test write is a command like any other: the same checks, ledger, read-back and outcome. It goes nowhere a command may
not go:

right       an engineer's, in the area of the equipment
interlock   those of every command, of the equipment or what is around it, that would write the same to the same tag
range       that of the setpoint that writes the tag; where there is none, the measuring range of the tag
persons     two, where no command writes the same for one person alone; likewise the rate and the step
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Protocol

from supervisor.desk.demands import commands
from supervisor.driver import Examined
from supervisor.errors import ReadFailed, Refused
from supervisor.model import CommandClass, CommandSpec, Comparison, Equipment, Interlock, Role, Site, Tag, Text, User
from supervisor.people import ROLES, People

TEST = "test_write"
"""The word of a test write in the ledger; no command of a type may be called so and mean something else."""
NAME = Text("Essai d'écriture", "Test write")
READ_S = 4.0
"""How long a controller may take to answer a test read."""
_PARENT = "parent."


class Reader(Protocol):
    """What a test read needs of a link; `supervisor.link.Link` is one."""

    async def examine(self, tag: Tag, timeout_s: float) -> Examined:
        """Raises ReadFailed."""


def test_spec(site: Site, tag: Tag, value: float | None) -> CommandSpec:
    """The command that a test write of a tag is."""
    spec = CommandSpec(TEST, NAME, tag.spec.id, role=Role.ENGINEER, class_=CommandClass.MAINTENANCE)
    locks: list[Interlock] = []
    same: list[CommandSpec] = []
    for command, up in _writers(site, tag):
        spec = replace(spec, within_s=max(spec.within_s, command.within_s))
        if command.value is None:
            spec = replace(spec, low=command.low, high=command.high)
        if command.value is None or command.value == value:
            same.append(command)
            lifted = (_lifted(lock, up) for lock in (*command.interlocks, *command.permissives))
            locks += (lock for lock in lifted if lock not in locks)
    return _limited(replace(spec, interlocks=tuple(locks)), same)


def _limited(spec: CommandSpec, same: Sequence[CommandSpec]) -> CommandSpec:
    """With what every command that writes the same demands: the test write is no way round the least of them."""
    if not same:
        return spec
    steps = [command.max_step for command in same]
    return replace(
        spec,
        approval=min(command.approval for command in same),
        approval_s=max(command.approval_s for command in same),
        rate_s=min(command.rate_s for command in same),
        max_step=max(steps) if all(step == step for step in steps) else math.nan,
    )


def _lifted(lock: Interlock, up: int) -> Interlock:
    """An interlock of an equipment so many levels above, seen from below."""
    if isinstance(lock.when, Comparison):
        return replace(lock, when=replace(lock.when, tag=_PARENT * up + lock.when.tag))
    return replace(lock, up=lock.up + up)


def _writers(site: Site, tag: Tag) -> Iterator[tuple[CommandSpec, int]]:
    """Commands that write a tag, and how many levels above its equipment each belongs."""
    equipment: Equipment | None = tag.equipment
    up = 0
    while equipment is not None:
        for command in commands(site, equipment).values():
            if site.tag(equipment, command.tag) is tag:
                yield command, up
        equipment, up = site.equipment_by_id.get(equipment.parent), up + 1


async def examine(site: Site, links: Mapping[str, Reader], people: People, id_: str, user: User) -> Mapping[str, Any]:
    """Raw hex and decoded text of one tag as its controller gives it now, or why there is none.

    Raises Refused for who may not, and for a tag that no controller carries.
    """
    tag = site.tag_by_id.get(id_)
    if tag is None or tag.source is None:
        raise Refused("unknown", Text(f"Aucun automate ne porte « {id_} ».", f'No controller carries "{id_}".'))
    if not people.holds(user, Role.ENGINEER, tag.equipment.area):
        role = ROLES[Role.ENGINEER]
        raise Refused(
            "right",
            Text(f"La mise en service demande le rôle {role.fr}.", f"Commissioning takes the role {role.en}."),
        )
    link = links.get(tag.link)
    try:
        if link is None:
            raise ReadFailed(f"link {tag.link} is not running")
        found = await link.examine(tag, READ_S)
    except ReadFailed as error:
        return {"raw": "", "text": "", "error": str(error)}
    return {"raw": found.raw.hex(), "text": found.text, "error": ""}
