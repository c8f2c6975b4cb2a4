"""The commands of one equipment: what its type says, and what the device pack that carries it demands beyond that."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from supervisor.model import CommandClass, CommandSpec, Demand, Equipment, Site

_NOTHING: Mapping[str, Demand] = {}


def commands(site: Site, equipment: Equipment) -> Mapping[str, CommandSpec]:
    """Command -> how it is given to this very equipment."""
    inside, demands = _demands(site, equipment)
    if not demands:
        return equipment.type.commands
    return {id_: _demanded(spec, inside, demands) for id_, spec in equipment.type.commands.items()}


def spec_of(site: Site, equipment: Equipment, command: str) -> CommandSpec | None:
    """One of them; None where the type has no such command."""
    spec = equipment.type.commands.get(command)
    return _demanded(spec, *_demands(site, equipment)) if spec else None


def _demands(site: Site, equipment: Equipment) -> tuple[str, Mapping[str, Demand]]:
    """Of the pack that carries it; and the path of the equipment inside the one that the pack is of."""
    pack = site.packs.get(equipment.pack)
    if pack is None or not pack.demands:
        return "", _NOTHING
    owner = equipment
    while (parent := site.equipment_by_id.get(owner.parent)) is not None and _inside(owner, parent):
        owner = parent
    path = equipment.id[len(owner.id) + 1 :]
    return (f"{path}." if path else ""), pack.demands


def _inside(part: Equipment, owner: Equipment) -> bool:
    """Whether one pack carries both."""
    return part.pack == owner.pack and part.id.startswith(f"{owner.id}.")


def _demanded(spec: CommandSpec, inside: str, demands: Mapping[str, Demand]) -> CommandSpec:
    if not demands:
        return spec
    own = demands.get(inside + spec.id, Demand())
    whole = (demands.get(inside, Demand()), demands.get("", Demand()))  # of an included pack, then of the whole one
    settle_s = next((one.settle_s for one in (own, *whole) if one.settle_s is not None), None)
    if settle_s is not None:
        spec = replace(spec, within_s=settle_s)
    if spec.class_ is CommandClass.EMERGENCY:  # it waits for nobody, whatever the model
        return spec
    select_s = spec.select_s if own.select_s is None else own.select_s
    return replace(spec, select_s=select_s, approval=spec.approval if own.approval is None else own.approval)
