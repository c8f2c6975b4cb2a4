"""What a device pack demands of commands: `settle_s` of the whole model, and [[command]] for single ones.

settle_s = 12                     this model takes so long to obey, whatever the command

[[command]]
id = "P1.stop"                    as the pack's equipment sees it
approval = 2                      this model is not stopped by one person alone
"""

from __future__ import annotations

from supervisor.model import Demand
from supervisor.site.equipment_types import Drafts
from supervisor.site.findings import suggest
from supervisor.site.reader import Table

LONGEST_S = 3600.0
LONGEST_SELECT_S = 300.0


def read_demands(table: Table, type_: str, drafts: Drafts) -> dict[str, Demand]:
    """By command; under "" what holds for all others."""
    demands: dict[str, Demand] = {}
    if table.raw("settle_s") is not None:
        demands[""] = Demand(settle_s=table.number("settle_s", 5.0, 0.1, LONGEST_S))
    for row in table.tables("command"):
        id_ = row.word("id")
        if id_ in demands and id_:
            row.problem("id", f'There is a second [[command]] "{id_}" in this pack', "Remove one of them.")
        demands[id_] = _demand(row)
        row.close()
        known = _known(type_, drafts)
        if known is not None and id_ and id_ not in known:
            row.problem("id", f'The type "{type_}" has no command "{id_}"', suggest(id_, sorted(known)))
    return demands


def _demand(row: Table) -> Demand:
    return Demand(
        settle_s=row.number("settle_s", 5.0, 0.1, LONGEST_S) if row.raw("settle_s") is not None else None,
        select_s=row.number("select_s", 0.0, 0.0, LONGEST_SELECT_S) if row.raw("select_s") is not None else None,
        approval=row.whole("approval", 1, 1, 2) if row.raw("approval") is not None else None,
    )


def _known(type_: str, drafts: Drafts) -> set[str] | None:
    """Commands of a type and of its parts; None where the type could not be read."""
    draft = drafts.rows.get(type_)
    if draft is None:
        return None
    known = _own(type_, drafts)
    for part in draft.parts.values():
        known |= {f"{part.id}.{id_}" for id_ in _own(part.type, drafts)}
    return known


def _own(type_: str, drafts: Drafts) -> set[str]:
    draft = drafts.rows.get(type_)
    rows = draft.table.values.get("command", ()) if draft else ()
    return {str(row.get("id")) for row in rows if isinstance(row, dict)}
