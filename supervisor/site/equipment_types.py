"""types/*.toml: what a lighting cabinet *is*. Two readings, because an alarm may speak of a part of another type.

First every file gives its tags and parts (`Draft`); then alarms and commands are read against all of them.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from pathlib import Path

from supervisor import health
from supervisor.formula import Formula, Mistake, parse
from supervisor.model import CONDITION_STATES, Kind, Part, State, System, TagSpec, Text
from supervisor.site.document import read_toml
from supervisor.site.findings import Catalogue, Findings, suggest
from supervisor.site.reader import Table

TYPES = Path("types")
KINDS = {kind.value: kind for kind in Kind} | {"condition": Kind.ENUM}
NO_YES = (State(0, "no", Text("non", "no")), State(1, "yes", Text("oui", "yes")))
"""The states of a boolean whose type names none."""
ANY = TagSpec("", Text("", ""))
"""Stands for a tag of a type that could not be read: everything said of it may be right."""
DEEPEST = 8
"""Parts inside parts; deeper than any equipment, and an end for a type that is its own part."""


@dataclass
class Draft:
    """A type with its tags and parts, before its alarms and commands."""

    table: Table
    id: str
    name: Text
    system: str
    tags: dict[str, TagSpec] = field(default_factory=dict)
    parts: dict[str, Part] = field(default_factory=dict)


class Drafts(Catalogue[Draft]):
    """All types of the site, and the tag that a path means in one of them."""

    def __init__(self, findings: Findings) -> None:
        super().__init__("equipment type", findings)
        self.damaged.add("")
        self.parents: dict[str, set[str]] = {}
        """Type -> the types that its equipment may be inside of."""

    def spec(self, type_: str, path: str, depth: int = 0) -> TagSpec | None:
        """The tag of `path` seen from a type; None where there is none, `ANY` where nobody can tell."""
        draft = self.rows.get(type_)
        if draft is None:
            return ANY if type_ in self.damaged or not self.complete else None
        first, dot, rest = path.partition(".")
        if not dot:
            return draft.tags.get(first)
        if first == "parent":
            return self._above(type_, rest)
        part = draft.parts.get(first)
        return self.spec(part.type, rest, depth + 1) if part and depth < DEEPEST else None

    def _above(self, type_: str, path: str) -> TagSpec | None:
        found = [self.spec(parent, path) for parent in sorted(self.parents.get(type_, ()))]
        return next((spec for spec in found if spec), None) if found else ANY

    def paths(self, type_: str, depth: int = 0) -> list[str]:
        """Every tag path of a type, for did-you-mean."""
        draft = self.rows.get(type_)
        if draft is None or depth >= DEEPEST:
            return []
        inside = [f"{part.id}.{path}" for part in draft.parts.values() for path in self.paths(part.type, depth + 1)]
        above = []
        if not depth:
            above = [f"parent.{tag}" for parent in self.parents.get(type_, ()) for tag in self._tags(parent)]
        return [*draft.tags, *inside, *above]

    def _tags(self, type_: str) -> list[str]:
        return list(self.rows[type_].tags) if type_ in self.rows else []

    def unknown(self, type_: str, path: str) -> tuple[str, str]:
        """Message and remedy for a path that leads nowhere."""
        return f'The type "{type_}" has no tag "{path}"', suggest(path, self.paths(type_))

    def named(self, row: Table, key: str, type_: str, path: str) -> TagSpec:
        """The tag that `key` of a table names, seen from a type; `ANY` after adding that there is none."""
        spec = self.spec(type_, path) if path else ANY
        if spec is None:
            row.problem(key, *self.unknown(type_, path))
        return spec or ANY

    def own(self, row: Table, key: str, type_: str, path: str) -> TagSpec:
        """The same for a path that may go into a part, never up."""
        if path.startswith("parent."):
            row.problem(key, f'"{path}" is a tag of another equipment', "Say it in the type it belongs to.")
            return ANY
        return self.named(row, key, type_, path)

    def contains(self, outer: str, inner: str) -> bool:
        """Whether a type is found among the parts of another, at any depth."""
        reached, waiting = set[str](), [outer]
        while waiting:
            draft = self.rows.get(waiting.pop())
            for part in draft.parts.values() if draft else ():
                if part.type not in reached:
                    reached.add(part.type)
                    waiting.append(part.type)
        return inner in reached


def read_drafts(folder: Path, systems: Catalogue[System], findings: Findings) -> Drafts:
    drafts = Drafts(findings)
    for path in sorted((folder / TYPES).glob("*.toml")):
        draft = _draft(folder, TYPES / path.name, systems, findings)
        if draft:
            drafts.add(draft.id, draft, draft.table.where("id"))
        if draft is None or draft.id != path.stem:
            drafts.damaged.add(path.stem)
    for draft in drafts.rows.values():
        _check_parts(draft, drafts, findings)
    return drafts


def _draft(folder: Path, file: Path, systems: Catalogue[System], findings: Findings) -> Draft | None:
    document = read_toml(folder, file, findings)
    if document is None:
        return None
    table = Table.top(document, findings)
    draft = Draft(table, table.id(), table.name(), table.word("system"))
    if draft.id and draft.id != file.stem:
        table.problem("id", f'The id "{draft.id}" is not the name of the file', f'Write id = "{file.stem}".')
    if draft.id in (health.LINK_TYPE.id, health.STATION_TYPE.id):
        table.problem("id", f'Vigie has a type "{draft.id}" of its own', "Choose another id and file name.")
    systems.find(draft.system, table.where("system"))
    for row in table.tables("tag"):
        spec = _tag(row)
        if _new(spec.id, row, draft, "tag"):
            draft.tags[spec.id] = spec
    for row in table.tables("part"):
        part = Part(row.id(), row.word("type"), row.name())
        row.close()
        if _new(part.id, row, draft, "part"):
            draft.parts[part.id] = part
    return draft


def _new(id_: str, row: Table, draft: Draft, what: str) -> bool:
    """Whether a tag or part has an id of its own in its type; "parent" is the way up, so nothing may be called so."""
    if id_ == "parent":
        row.problem("id", f'A {what} can\'t be called "parent"', "The word means the equipment around this one.")
    elif id_ in draft.tags or id_ in draft.parts:
        row.problem("id", f'There is a second "{id_}" in this type', "Give one of them another id, or remove it.")
    return bool(id_) and id_ not in draft.tags and id_ not in draft.parts


def _check_parts(draft: Draft, drafts: Drafts, findings: Findings) -> None:
    for number, row in enumerate(draft.table.values.get("part", ())):
        type_ = row.get("type") if isinstance(row, dict) else None
        if not isinstance(type_, str) or not type_:
            continue
        place = draft.table.where("part", number, "type")
        if drafts.find(type_, place):
            drafts.parents.setdefault(type_, set()).add(draft.id)
        if type_ == draft.id or drafts.contains(type_, draft.id):
            findings.add(place(), f'The type "{draft.id}" is a part of itself', "Remove this part.")


def _tag(row: Table) -> TagSpec:
    kind = row.choice("kind", KINDS, Kind.NUMBER) or Kind.NUMBER
    native = row.raw("kind") == "condition"
    low, high = row.span("range")
    normal_low, normal_high = row.span("normal")
    spec = TagSpec(
        id=row.id(),
        name=row.name(),
        kind=kind,
        unit=row.word("unit", ""),
        decimals=row.whole("decimals", 1 if kind in (Kind.NUMBER, Kind.COUNTER) else 0, 0, 9),
        low=low,
        high=high,
        normal_low=normal_low,
        normal_high=normal_high,
        deadband=row.number("deadband", 0.0, 0.0),
        states=CONDITION_STATES if native else _states(row, kind),
        formula=formula_of(row, "formula"),
    )
    if native and spec.formula:
        row.problem("formula", "The state of a controller's alarm can't be calculated", "Remove one of the two.")
    if normal_low < low or normal_high > high:
        row.problem("normal", "The normal band is wider than the range", f"Keep it within [{low:g}, {high:g}].")
    row.close()
    return spec


def _states(row: Table, kind: Kind) -> tuple[State, ...]:
    states: dict[int, State] = {}
    ids: set[str] = set()
    for entry in row.tables("states"):
        state = State(entry.whole("value", None, -(2**31), 2**31 - 1), entry.id(), entry.name())
        entry.close()
        if state.value in states or state.id in ids:
            entry.problem("value", f'The state {state.value} "{state.id}" is there twice', "Remove one of them.")
        states[state.value] = state
        ids.add(state.id)
    if kind is Kind.ENUM and not states:
        row.problem("kind", "An enum needs its states", 'Add states = [{ value = 0, id = "…", name = "…" }].')
    if kind is Kind.BOOLEAN and states and set(states) != {0, 1}:
        row.problem("states", "A boolean has the states 0 and 1", "Give it both, or make it an enum.")
    if kind not in (Kind.ENUM, Kind.BOOLEAN) and states:
        row.problem("states", f"A {kind} has no states", 'Write kind = "enum".')
    return tuple(states.values()) or (NO_YES if kind is Kind.BOOLEAN else ())


def formula_of(row: Table, key: str) -> Formula | None:
    """What a key says, not yet held against any tag; None where nothing, or nothing usable, is said."""
    if row.raw(key) is None:
        return None
    text = row.word(key)
    try:
        return Formula(text, parse(text)) if text else None
    except Mistake as mistake:
        row.problem(key, f'{key} = "{text}": {mistake}', mistake.remedy)
        return None


def limit_of(row: Table, key: str, spec: TagSpec) -> float | None:
    """A number or state id said of a tag, as a number; None where nothing, or nothing usable, is said."""
    said = row.scalar(key)
    if said is None or spec is ANY:
        return None if said is None or isinstance(said, str) else said
    if isinstance(said, str):
        state = next((state for state in spec.states if state.id == said), None)
        if state is None:
            ids = [state.id for state in spec.states]
            row.problem(key, f'"{said}" is no state of {spec.id}', suggest(said, ids) or "Write a number.")
        return float(state.value) if state else None
    if spec.states and spec.state(said) is None:
        ids = [state.id for state in spec.states]
        row.problem(key, f"{said:g} is no state of {spec.id}", f"Use one of: {', '.join(ids)}.")
    elif said < spec.low or said > spec.high:
        row.problem(key, f'"{key}" {said:g} is outside the range of {spec.id}', f"It goes from {span_text(spec)}.")
    return said


def span_text(spec: TagSpec) -> str:
    """The range of a tag in words; an open end is said as "any"."""
    low = "any" if math.isnan(spec.low) else f"{spec.low:g}"
    high = "any" if math.isnan(spec.high) else f"{spec.high:g}"
    return f"{low} to {high} {spec.unit}".rstrip()
