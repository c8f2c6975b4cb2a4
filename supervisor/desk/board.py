"""The equipment columns: what stands on each equipment for every window to see without asking.

locks      lock-outs that hold it still: its own, and those of what it is a part of
inside     lock-outs on its parts, at any depth
command    the ledger's number of the command that has it: selected, awaiting approval or under way; 0 for none
awaiting   1 where that one waits for a second person
gone       in the first row: lock-outs whose equipment has left the site
"""

from __future__ import annotations

from collections.abc import Iterable

from supervisor.columns import Columns
from supervisor.model import Equipment, Site

FIELDS = {"locks": "<u2", "inside": "<u2", "command": "<i8", "awaiting": "<u1", "gone": "<u2"}
"""Columns of the board, one row per `site.equipment`."""


def blank(site: Site) -> Columns:
    """In plain memory, for a station without windows."""
    return Columns.create(len(site.equipment), FIELDS)


def hang(site: Site, board: Columns, locked: Iterable[str]) -> None:
    """Show these lock-outs, one for each time an equipment is named, and no others."""
    with board.writing():
        board["locks"][:] = 0
        board["inside"][:] = 0
        board["gone"][:] = 0
        for id_ in locked:
            equipment = site.equipment_by_id.get(id_)
            if equipment is None:
                board["gone"][:1] += 1
                continue
            for part in within(site, equipment):
                board["locks"][part.index] += 1
            for owner in above(site, equipment)[1:]:
                board["inside"][owner.index] += 1


def within(site: Site, equipment: Equipment) -> list[Equipment]:
    """An equipment and everything that is a part of it."""
    found = [equipment]
    for one in found:  # grows while it is walked
        found += site.parts_by_equipment.get(one.id, ())
    return found


def above(site: Site, equipment: Equipment) -> list[Equipment]:
    """An equipment and all it is a part of, upwards."""
    found = [equipment]
    while (parent := site.equipment_by_id.get(found[-1].parent)) is not None and parent not in found:
        found.append(parent)
    return found


def occupy(board: Columns, equipment: Equipment, command: int, awaiting: bool = False) -> None:
    """The command that has an equipment, and whether a second person is waited for; 0 lets it go."""
    with board.writing():
        board["command"][equipment.index] = command
        board["awaiting"][equipment.index] = awaiting
