"""Lint: what a page says that can't be drawn, or would be drawn badly. No Qt; texts that are too wide are `fit`'s.

A page is checked against its equipment type, so a mistake shows before any equipment has it: unknown kinds, tags,
parts, states and words; things off the grid, outside the page or upon each other; pipes that end nowhere.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from difflib import get_close_matches
from itertools import combinations, pairwise
from pathlib import Path

from supervisor.model import EquipmentType, Site, TagSpec
from supervisor.site.problems import Problem
from ui.synoptic.kinds import Kind, kinds
from ui.synoptic.page import GRID, Pipe, Point, Symbol, Synoptic

Rect = tuple[float, float, float, float]
"""Left, top, right, bottom."""
TOUCH = 8.0
"""A pipe that ends this close to a symbol meets it."""


def lint(site: Site, pages: Mapping[str, Synoptic]) -> list[Problem]:
    """Everything that is wrong with the pages of a site."""
    problems = list(_missing(site, pages))
    for page in pages.values():
        type_ = site.types.get(page.type)
        if type_ is None:
            remedy = _close(page.type, site.types, "Name one of the types of the site.")
            problems.append(Problem(page.file, 1, f"There is no equipment type {page.type!r}.", remedy))
            continue
        problems += _Linter(site, type_, page).problems()
    return sorted(problems)


def spec_of(site: Site, type_: EquipmentType, path: str) -> TagSpec | None:
    """The tag a path means for a type, whoever carries it; None where the type has none of that name."""
    if path in type_.tags:
        return type_.tags[path]
    head, _, rest = path.partition(".")
    if head == "parent":
        owners = (t for t in site.types.values() if any(part.type == type_.id for part in t.parts))
        return next((found for t in owners if (found := spec_of(site, t, rest)) is not None), None)
    part = next((part for part in type_.parts if part.id == head), None)
    kind = site.types.get(part.type) if part else None
    return spec_of(site, kind, rest) if kind else None


def _missing(site: Site, pages: Mapping[str, Synoptic]) -> Iterator[Problem]:
    for type_ in site.types.values():
        if type_.page and type_.page not in pages:
            remedy = _close(type_.page, pages, f"Write pages/{type_.page}.toml, or take the page away.")
            yield Problem(Path("types") / f"{type_.id}.toml", 0, f"There is no page {type_.page!r}.", remedy)


class _Linter:
    """One page against its type."""

    def __init__(self, site: Site, type_: EquipmentType, page: Synoptic) -> None:
        self.site, self.type, self.page = site, type_, page
        self.parts = {part.id for part in type_.parts}

    def problems(self) -> Iterator[Problem]:
        for symbol in self.page.symbols:
            yield from self._symbol(symbol)
        for pipe in self.page.pipes:
            yield from self._pipe(pipe)
        yield from self._overlaps()

    def _say(self, line: int, message: str, remedy: str = "") -> Problem:
        return Problem(self.page.file, line, message, remedy)

    def _symbol(self, symbol: Symbol) -> Iterator[Problem]:
        kind = kinds().get(symbol.kind)
        if kind is None:
            remedy = _close(symbol.kind, kinds(), "See ui/synoptic/symbols/kinds.toml.")
            yield self._say(symbol.line, f"{symbol.id}: there is no kind {symbol.kind!r}.", remedy)
            return
        if kind.needs and not symbol.tag:
            yield self._say(symbol.line, f"{symbol.id}: a {kind.id} needs a tag.", 'Write tag = "level".')
        for path in filter(None, (symbol.tag, *symbol.tags.values())):
            yield from self._path(symbol.id, symbol.line, path)
        yield from self._part(symbol.id, symbol.line, symbol.part)
        yield from self._words(symbol, kind)
        yield from self._states(symbol, kind)
        yield from self._grid(symbol.id, symbol.line, [symbol.at, symbol.size or (0.0, 0.0)])
        left, top, right, bottom = place(symbol)
        if left < 0 or top < 0 or right > self.page.size[0] or bottom > self.page.size[1]:
            yield self._say(symbol.line, f"{symbol.id} lies outside the page.", "Move it, or make the page larger.")

    def _path(self, id_: str, line: int, path: str) -> Iterator[Problem]:
        if spec_of(self.site, self.type, path) is None:
            known = [*self.type.tags, *self._of_parts()]
            remedy = _close(path, known, "A part's tag is written P1.current.")
            yield self._say(line, f"{id_}: the type {self.type.id} has no tag {path!r}.", remedy)

    def _of_parts(self) -> Iterator[str]:
        for part in self.type.parts:
            kind = self.site.types.get(part.type)
            yield from (f"{part.id}.{tag}" for tag in (kind.tags if kind else ()))

    def _part(self, id_: str, line: int, part: str) -> Iterator[Problem]:
        if part and part not in self.parts:
            remedy = _close(part, self.parts, "Leave it out: it belongs to the equipment itself.")
            yield self._say(line, f"{id_}: the type {self.type.id} has no part {part!r}.", remedy)

    def _words(self, symbol: Symbol, kind: Kind) -> Iterator[Problem]:
        for word in symbol.options:
            if word not in kind.options:
                remedy = _close(word, kind.options, f"It knows {', '.join(kind.options) or 'none'}.")
                yield self._say(symbol.line, f"{symbol.id}: a {kind.id} knows no word {word!r}.", remedy)
        for name in symbol.tags:
            if name not in kind.tags:
                remedy = _close(name, kind.tags, f"It knows {', '.join(kind.tags) or 'none'}.")
                yield self._say(symbol.line, f"{symbol.id}: a {kind.id} has no further tag {name!r}.", remedy)

    def _states(self, symbol: Symbol, kind: Kind) -> Iterator[Problem]:
        """States named for emphasis must be the tag's; states of the tag must have a drawing."""
        spec = spec_of(self.site, self.type, symbol.tag) if symbol.tag else None
        if spec is None:
            return
        ids = [state.id for state in spec.states]
        for state in symbol.options.get("alert", ()):
            if state not in ids:
                remedy = _close(str(state), ids, f"It has {', '.join(ids) or 'no states'}.")
                yield self._say(symbol.line, f"{symbol.id}: {symbol.tag} has no state {state!r}.", remedy)
        if kind.drawn or len(kind.states) < 2:
            return
        for state in ids:
            if kind.synonyms.get(state, state) not in kind.states:
                remedy = "Give kinds.toml a state, or a synonym, for it."
                yield self._say(symbol.line, f"{symbol.id}: a {kind.id} has no drawing for {state!r}.", remedy)

    def _grid(self, id_: str, line: int, points: Iterable[Point]) -> Iterator[Problem]:
        off = [point for point in points if any(value % GRID for value in point)]
        if off:
            x, y = (round(value / GRID) * GRID for value in off[0])
            said = f"{id_}: {list(off[0])} is off the grid of {GRID} pixels."
            yield self._say(line, said, f"Write [{x}, {y}].")

    def _pipe(self, pipe: Pipe) -> Iterator[Problem]:
        yield from self._grid(pipe.id, pipe.line, pipe.path)
        yield from self._part(pipe.id, pipe.line, pipe.part)
        for path in pipe.flow:
            yield from self._path(pipe.id, pipe.line, path)
        if any(a[0] != b[0] and a[1] != b[1] for a, b in pairwise(pipe.path)):
            yield self._say(pipe.line, f"{pipe.id} runs aslant.", "Use horizontal and vertical strokes only.")
        for end in (pipe.path[0], pipe.path[-1]):
            if not self._met(pipe, end):
                said = f"{pipe.id} ends nowhere, at [{end[0]:g}, {end[1]:g}]."
                yield self._say(pipe.line, said, "End it at a symbol, at another pipe or at the edge of the page.")

    def _met(self, pipe: Pipe, end: Point) -> bool:
        width, height = self.page.size
        if min(end[0], end[1], width - end[0], height - end[1]) <= 2 * GRID:
            return True
        if any(_within(end, place(symbol), TOUCH) for symbol in self.page.symbols if symbol.kind in kinds()):
            return True
        others = (other for other in self.page.pipes if other is not pipe)
        return any(_on(end, a, b) for other in others for a, b in pairwise(other.path))

    def _overlaps(self) -> Iterator[Problem]:
        solid = [s for s in self.page.symbols if s.kind in kinds() and not kinds()[s.kind].under]
        for one, other in combinations(solid, 2):
            a, b = place(one), place(other)
            wide = min(a[2], b[2]) - max(a[0], b[0])
            high = min(a[3], b[3]) - max(a[1], b[1])
            if wide > 0 and high > 0:
                said = f"{other.id} lies upon {one.id}, by {wide:g} x {high:g} pixels."
                yield self._say(other.line, said, "Move one of them.")


def place(symbol: Symbol) -> Rect:
    """Where a symbol lies on the page."""
    kind = kinds()[symbol.kind]
    width, height = symbol.size or kind.size
    x, y = symbol.at
    if not kind.drawn:
        x, y = x - width / 2, y - height / 2
    return (x, y, x + width, y + height)


def _within(point: Point, rect: Rect, spare: float) -> bool:
    left, top, right, bottom = rect
    return left - spare <= point[0] <= right + spare and top - spare <= point[1] <= bottom + spare


def _on(point: Point, a: Point, b: Point) -> bool:
    """Whether a point lies on the stroke from a to b."""
    whole = math.dist(a, b)
    return abs(math.dist(a, point) + math.dist(point, b) - whole) < 0.5


def _close(word: str, known: Iterable[str], otherwise: str) -> str:
    match = get_close_matches(word, list(known), 1)
    return f"Did you mean {match[0]!r}?" if match else otherwise
