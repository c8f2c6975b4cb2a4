"""groups.toml: totals over many equipment, such as the lighting power of a town.

A group is equipment of a type of its own, with tags, alarms and a page like any other. `each = "area"` makes one for
every area that has something to add up, so that a district, the town and the whole territory each have theirs.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from supervisor.formula import Name
from supervisor.model import Area, Gathering, Kind, LinkSpec, System, TagSpec, Text
from supervisor.site.document import read_toml
from supervisor.site.equipment_types import Draft, Drafts, formula_of
from supervisor.site.findings import Catalogue, Findings
from supervisor.site.reader import Table
from supervisor.site.sheet import Line

GROUPS = Path("groups.toml")
HOW = {how: how for how in ("sum", "mean", "min", "max", "count", "share")}
EACH = {"area": True}
GOOD = 90.0
"""Percentage of inputs that must be good where a group says nothing."""


@dataclass(frozen=True)
class GroupDraft:
    """One [[group]] of the file."""

    id: str
    name: Text
    area: str
    each: bool
    draft: Draft
    table: Table


@dataclass(frozen=True, slots=True)
class _Said:
    """What a group says for those of its tags that say nothing themselves."""

    type: str
    match: str
    good: float


def read_groups(
    folder: Path, drafts: Drafts, areas: Catalogue[Area], systems: Catalogue[System], findings: Findings
) -> list[GroupDraft]:
    """The groups, their types entered among the drafts; none where there is no groups.toml."""
    document = read_toml(folder, GROUPS, findings) if (folder / GROUPS).exists() else None
    if document is None:
        return []
    table = Table.top(document, findings)
    found: dict[str, GroupDraft] = {}
    for row in table.tables("group"):
        group = _group(row, drafts, areas, systems)
        if group.id in found:
            row.problem("id", f'There is a second group "{group.id}"', "Give one of them another id.")
        elif group.id:
            found[group.id] = group
            drafts.rows[group.draft.id] = group.draft
    table.close()
    return list(found.values())


def unused_ids(
    groups: list[GroupDraft], lists: Mapping[str, Line], links: Catalogue[LinkSpec], findings: Findings
) -> list[GroupDraft]:
    """The groups, once it is sure that nothing else is called so."""
    for group in groups:
        taken = [
            id_ for id_ in (*lists, *links.rows) if id_ == group.id or (group.each and id_.startswith(f"{group.id}-"))
        ]
        if taken:
            message = f'"{taken[0]}" is also the id of equipment or of a link'
            findings.add(group.table.place("id"), message, f'Give the group another id, such as "G-{group.id}".')
    return groups


def _group(row: Table, drafts: Drafts, areas: Catalogue[Area], systems: Catalogue[System]) -> GroupDraft:
    id_, name = row.id(), row.name()
    area, each = row.word("area", ""), bool(row.choice("each", EACH, False))
    if area:
        areas.find(area, row.where("area"))
    said = _Said(_type(row, drafts, ""), row.word("match", "*"), row.number("good", GOOD, 0.0, 100.0))
    first = drafts.rows.get(said.type)
    system = row.word("system", first.system if first else "")
    if system:
        systems.find(system, row.where("system"))
    draft = Draft(row, f"group.{id_}", name, system)
    rows = row.tables("tag")
    for entry in rows:
        for spec in _tags(entry, drafts, said):
            if spec.id in draft.tags:
                entry.problem("id", f'There is a second "{spec.id}" in this group', "Give one of them another id.")
            elif spec.id:
                draft.tags[spec.id] = spec
    if not rows:
        row.wrong(f"{row.title} has no tag", "Add [[group.tag]] with id, name, of and how.")
    return GroupDraft(id_, name, area, each, draft, row)


def _type(row: Table, drafts: Drafts, default: str) -> str:
    type_ = row.word("type", default)
    if type_ and row.raw("type") is not None:
        drafts.find(type_, row.where("type"))
    return type_


def _tags(row: Table, drafts: Drafts, said: _Said) -> list[TagSpec]:
    """The tag, and beside it the one that says how many of its inputs are good."""
    type_ = _type(row, drafts, said.type)
    if not type_:
        row.wrong(f"{row.title} has no type, and its group has none either", 'Add type = "lighting_cabinet".')
    how = row.choice("how", HOW) or "sum"
    if row.raw("of") is None:
        row.wrong(f'{row.title} has no "of"', 'Add the tag it is made of, such as of = "M.p".')
    formula = formula_of(row, "of")
    gathering = Gathering(type_, how, row.word("match", said.match), row.number("good", said.good, 0.0, 100.0))
    of = formula.tree.path if formula and isinstance(formula.tree, Name) else ""
    unit, decimals = _shown(drafts, type_, of, how)
    low, high = row.span("range")
    normal_low, normal_high = row.span("normal")
    spec = TagSpec(
        row.id(), row.name(), Kind.NUMBER, row.word("unit", unit), row.whole("decimals", decimals, 0, 9),
        low, high, normal_low, normal_high, row.number("deadband", 0.0, 0.0), (), formula, gathering,
    )  # fmt: skip
    row.close()
    return [spec, _good(spec, gathering)]


def _shown(drafts: Drafts, type_: str, of: str, how: str) -> tuple[str, int]:
    """Unit and decimals where a row says none: those of the tag that is gathered."""
    if how in ("count", "share"):
        return ("", 0) if how == "count" else ("%", 0)
    spec = drafts.spec(type_, of) if of and type_ in drafts.rows else None
    return (spec.unit, spec.decimals) if spec else ("", 1)


def _good(spec: TagSpec, of: Gathering) -> TagSpec:
    name = Text(f"{spec.name.fr} : mesures valides", f"{spec.name.en}: good inputs")
    gathering = Gathering(of.type, "good", of.match, of.good)
    return TagSpec(
        f"{spec.id}_good", name, unit="%", decimals=0, low=0.0, high=100.0, normal_low=of.good, normal_high=100.0,
        deadband=0.5, formula=spec.formula, gathering=gathering,
    )  # fmt: skip
