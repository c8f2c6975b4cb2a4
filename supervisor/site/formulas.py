"""Formulas held against the tags they speak of, once every type and every list has been read.

An equipment may stand inside several types, and hold parts of several: a name may mean a tag in each of them, and all
of these must have the same states.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from supervisor.calculated.meaning import Sort, Specs, fits, understand
from supervisor.formula import Formula, Mistake, Node, names, overs
from supervisor.model import TagSpec
from supervisor.site.equipment_types import DEEPEST, Draft, Drafts
from supervisor.site.findings import Findings, Place, suggest

Point = tuple[str, str]
"""A type and a tag of it."""
TRUTHS = ("count", "share")
"""How a group is made of what is true or not."""


def bind(drafts: Drafts, findings: Findings) -> None:
    """Give every formula of the site its meaning, and tell what is wrong with it."""
    needs: dict[Point, list[Point]] = {}
    for draft in drafts.rows.values():
        for spec in list(draft.tags.values()):
            if spec.formula:
                _bind(draft, spec, drafts, findings, needs)
    for point in needs:
        circle = _circle(point, needs)
        if circle:
            words = " → ".join(f"{type_}.{tag}" for type_, tag in circle)
            draft = drafts.rows[point[0]]
            message = f"The formula goes round in a circle: {words}"
            findings.add(_place(draft, draft.tags[point[1]]), message, "Break the circle at one of these tags.")


def _bind(draft: Draft, spec: TagSpec, drafts: Drafts, findings: Findings, needs: dict[Point, list[Point]]) -> None:
    if spec.formula is None:
        return
    type_ = spec.gathering.type if spec.gathering else draft.id
    reading = Reading(drafts, type_)
    try:
        tree, sort = understand(spec.formula.tree, reading.specs, reading.inside)
        _fits(sort, spec)
    except Mistake as mistake:
        if not (spec.gathering and spec.gathering.how == "good"):  # its neighbour has the same formula
            findings.add(_place(draft, spec), f'"{spec.formula.text}": {mistake}', mistake.remedy)
        return
    draft.tags[spec.id] = replace(spec, formula=Formula(spec.formula.text, tree))
    needs[draft.id, spec.id] = reading.needs(tree)


def _fits(sort: Sort, spec: TagSpec) -> None:
    if spec.gathering is None:
        fits(sort, spec)
        return
    wanted = Sort.TRUTH if spec.gathering.how in TRUTHS else Sort.NUMBER
    if spec.gathering.how != "good" and sort not in (wanted, Sort.ANY):
        remedy = 'Write a comparison, such as "level > 3".' if wanted is Sort.TRUTH else 'Write how = "count".'
        raise Mistake(f'How is "{spec.gathering.how}", and this is {sort.value}', remedy)


def _place(draft: Draft, spec: TagSpec) -> Place:
    """The line of a formula."""
    rows = draft.table.values.get("tag", ())
    number = next((n for n, row in enumerate(rows) if isinstance(row, dict) and row.get("id") == spec.id), 0)
    return draft.table.place("tag", number, "of" if spec.gathering else "formula")


def _circle(start: Point, needs: dict[Point, list[Point]]) -> list[Point]:
    """The way from a point back to itself; empty where there is none."""
    ways, seen = [[start]], {start}
    while ways:
        way = ways.pop(0)
        for following in needs.get(way[-1], ()):
            if following == start:
                return [*way, start]
            if following not in seen:
                seen.add(following)
                ways.append([*way, following])
    return []


class Reading:
    """The tags that names mean, seen from one type."""

    def __init__(self, drafts: Drafts, type_: str) -> None:
        self._drafts = drafts
        self._type = type_

    def specs(self, path: str) -> Sequence[TagSpec]:
        """Those of a name; Mistake where there is none."""
        if path.startswith("parts."):
            raise Mistake(f"{path} is of many parts", f"Write sum({path}), or mean, min, max, count, any, all.")
        found = self._found(self._type, path)
        if found == []:
            raise Mistake(*self._drafts.unknown(self._type, path))
        return [spec for _, spec in found or ()]

    def inside(self, of: Node) -> Specs:
        """Those of a name inside a function over parts."""

        def specs(path: str) -> Sequence[TagSpec]:
            found = self._within(path)
            if found == []:
                known = sorted({path for type_ in self._parts() for path in self._drafts.paths(type_)})
                raise Mistake(f'No part of "{self._type}" has a tag "{path}"', suggest(path, known))
            return [spec for _, spec in found or ()]

        return specs

    def needs(self, tree: Node) -> list[Point]:
        """The tags a formula takes."""
        found = [self._found(self._type, path) for path in names(tree)]
        found += [self._within(path) for over in overs(tree) for path in names(over.of)]
        return [(type_, spec.id) for one in found for type_, spec in one or ()]

    def _parts(self) -> list[str]:
        """The types of what stands inside this one, by its parts and by the lists."""
        return [inner for inner, outer in self._drafts.parents.items() if self._type in outer]

    def _within(self, path: str) -> list[tuple[str, TagSpec]] | None:
        found = [self._found(type_, path) for type_ in self._parts()]
        return None if None in found else [pair for one in found for pair in one or ()]

    def _found(self, type_: str, path: str, depth: int = 0) -> list[tuple[str, TagSpec]] | None:
        """Type and tag for each that a path may mean; None where nobody can tell."""
        drafts = self._drafts
        draft = drafts.rows.get(type_)
        if draft is None:
            return None if type_ in drafts.damaged or not drafts.complete else []
        first, dot, rest = path.partition(".")
        if not dot:
            return [(type_, draft.tags[first])] if first in draft.tags else []
        if depth == DEEPEST:
            return []
        if first == "parent":
            above = [self._found(outer, rest, depth + 1) for outer in sorted(drafts.parents.get(type_, ()))]
            return None if None in above or not above else [pair for one in above for pair in one or ()]
        part = draft.parts.get(first)
        return self._found(part.type, rest, depth + 1) if part else []
