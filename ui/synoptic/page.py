"""Synoptic: one page as the engineer wrote it. No Qt, no site: only the text of one file.

    [page]                 id, type, size
    [[symbol]]             id, kind, at, and what the kind asks for: tag, tags, part, label, size, options
    [[pipe]]               id, path, and flow (tags), dashed, thin, arrow, part
    [[repeat]]             parts, step, and [[repeat.symbol]], [[repeat.pipe]] with {part} and {n} in their words

Everything lies on an 8 px grid. There are no expressions: what must be computed is a tag, or a kind that knows how.
A page is written for an equipment type; tags are paths seen from the equipment ("level", "P1.current"). What an
equipment does not carry is left out when it is drawn, with its pipes, so one page serves two pumps or three.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from supervisor.model import Site, Text
from supervisor.site.problems import Problem

GRID = 8
SIZE = (1296, 816)
"""What a page has where it says nothing: the middle of a 1920 x 1080 window."""

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Symbol:
    """One drawn thing."""

    id: str
    kind: str
    at: Point
    """Centre of a symbol drawn in SVG, top left corner of everything else."""
    size: Point | None = None
    tag: str = ""
    tags: Mapping[str, str] = field(default_factory=dict)
    """Further tags by the name the kind gives them: `{start = "start_level"}`."""
    part: str = ""
    """The part it stands for; left out where the equipment has no such part."""
    label: Text | None = None
    """None for the name of the tag; an empty text for no label."""
    options: Mapping[str, Any] = field(default_factory=dict)
    """Everything else it says; the kind knows which words are allowed."""
    group: str = ""
    """Symbols of one group are selected together."""
    line: int = 0


@dataclass(frozen=True, slots=True)
class Pipe:
    """A pipe, a conductor or a lane: a path of horizontal and vertical strokes."""

    id: str
    path: tuple[Point, ...]
    flow: tuple[str, ...] = ()
    """Tags of which any one moving something makes it bright."""
    part: str = ""
    dashed: bool = False
    thin: bool = False
    arrow: bool = False
    """Draw an arrow head at the end."""
    line: int = 0


@dataclass(frozen=True, slots=True)
class Synoptic:
    """One page."""

    id: str
    type: str
    size: Point
    symbols: tuple[Symbol, ...]
    pipes: tuple[Pipe, ...]
    file: Path = Path()


_SYMBOL_WORDS = {"id", "kind", "at", "size", "tag", "tags", "part", "label", "group"}
_PIPE_WORDS = {"id", "path", "flow", "part", "dashed", "thin", "arrow"}


class _Reader:
    """Reads one file and gathers what is wrong with it."""

    def __init__(self, file: Path, text: str) -> None:
        self.file = file
        self.problems: list[Problem] = []
        self._lines = text.splitlines()

    def line(self, id: str) -> int:
        """The line that says this id; 0 where none does."""
        wanted = re.compile(rf'\bid\s*=\s*["\']{re.escape(id)}["\']')
        return next((number for number, text in enumerate(self._lines, 1) if wanted.search(text)), 0)

    def wrong(self, line: int, message: str, remedy: str = "") -> None:
        self.problems.append(Problem(self.file, line, message, remedy))

    def point(self, row: Mapping[str, Any], word: str, line: int) -> Point:
        value = row.get(word)
        if isinstance(value, list) and len(value) == 2 and all(isinstance(x, int | float) for x in value):
            return (float(value[0]), float(value[1]))
        self.wrong(line, f"{word} of {row.get('id', '?')} is not a pair of numbers.", f"Write {word} = [96, 48].")
        return (0.0, 0.0)

    def tags(self, row: Mapping[str, Any], line: int) -> dict[str, str]:
        value = row.get("tags", {})
        if isinstance(value, dict):
            return {str(name): str(path) for name, path in value.items()}
        self.wrong(line, f"tags of {row.get('id', '?')} is not a table.", 'Write tags = { start = "start_level" }.')
        return {}

    def symbol(self, row: Mapping[str, Any]) -> Symbol:
        id = str(row.get("id", ""))
        line = self.line(str(row.get("id as written", id)))
        if not id or "kind" not in row:
            self.wrong(
                line, f"A symbol needs an id and a kind ({id or 'no id'}).", 'Write id = "P1" and kind = "pump".'
            )
        return Symbol(
            id,
            str(row.get("kind", "")),
            self.point(row, "at", line),
            self.point(row, "size", line) if "size" in row else None,
            str(row.get("tag", "")),
            self.tags(row, line),
            str(row.get("part", "")),
            _text(row["label"]) if "label" in row else None,
            {word: value for word, value in row.items() if word not in _SYMBOL_WORDS and " " not in word},
            str(row.get("group", id)),
            line,
        )

    def pipe(self, row: Mapping[str, Any]) -> Pipe:
        id = str(row.get("id", ""))
        line = self.line(str(row.get("id as written", id)))
        for word in row:
            if word not in _PIPE_WORDS and " " not in word:
                self.wrong(line, f"A pipe knows no word {word!r}.", f"It knows {', '.join(sorted(_PIPE_WORDS))}.")
        path = row.get("path")
        points = [self.point({"id": id, "path": point}, "path", line) for point in path or ()]
        if len(points) < 2:
            self.wrong(line, f"The path of pipe {id} has fewer than two points.", "Write path = [[0, 96], [248, 96]].")
            points = [(0.0, 0.0), (0.0, 0.0)]
        flow = row.get("flow", ())
        return Pipe(
            id,
            tuple(points),
            (flow,) if isinstance(flow, str) else tuple(map(str, flow)),
            str(row.get("part", "")),
            bool(row.get("dashed", False)),
            bool(row.get("thin", False)),
            bool(row.get("arrow", False)),
            line,
        )


def load(path: Path, root: Path | None = None) -> tuple[Synoptic | None, list[Problem]]:
    """The page of a file and what is wrong with its text; None where it can't be read at all.

    Problems name the file relative to `root`, the site folder.
    """
    file = path.relative_to(root) if root else Path(path.name)
    try:
        text = path.read_text("utf-8")
        table = tomllib.loads(text)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        place = re.search(r"line (\d+)", str(error))
        line = int(place[1]) if place else 0
        return None, [Problem(file, line, f"The page cannot be read: {error}.", "Correct the TOML.")]
    reader = _Reader(file, text)
    head = table.get("page", {})
    symbols = list(map(reader.symbol, [*table.get("symbol", ()), *_repeated(table, "symbol")]))
    pipes = list(map(reader.pipe, [*table.get("pipe", ()), *_repeated(table, "pipe")]))
    if "id" not in head:
        reader.wrong(1, "The page says no id.", f'Write id = "{path.stem}" under [page].')
    size = reader.point(head, "size", 1) if "size" in head else SIZE
    page = Synoptic(
        str(head.get("id", path.stem)), str(head.get("type", path.stem)), size, tuple(symbols), tuple(pipes), file
    )
    return page, reader.problems + _twice(page)


def load_pages(site: Site) -> tuple[dict[str, Synoptic], list[Problem]]:
    """Every page of a site by id, and what is wrong with their text."""
    folder = site.folder
    pages: dict[str, Synoptic] = {}
    problems: list[Problem] = []
    for path in sorted((folder / "pages").glob("*.toml")):
        page, found = load(path, folder)
        problems += found
        if page is not None:
            pages[page.id] = page
    return pages, problems


def _repeated(table: Mapping[str, Any], what: str) -> Iterator[dict[str, Any]]:
    """The rows of every repeat, written out for each of its parts."""
    for repeat in table.get("repeat", ()):
        dx, dy = repeat.get("step", (0, 0))
        first = int(repeat.get("first", 1))
        for turn, part in enumerate(repeat.get("parts", ())):
            words = {"part": str(part), "n": str(turn + first)}
            for row in repeat.get(what, ()):
                fresh: dict[str, Any] = _filled(row, words)
                fresh["id as written"] = row.get("id", "")
                fresh.setdefault("part", part)
                fresh.setdefault("group", f"{part} {repeat.get('id', '')}".strip())
                _shift(fresh, turn * dx, turn * dy)
                if what == "pipe":
                    fresh.pop("group")
                yield fresh


def _filled(value: Any, words: Mapping[str, str]) -> Any:
    """The value with {part} and {n} replaced in every text of it."""
    if isinstance(value, str):
        for word, text in words.items():
            value = value.replace("{" + word + "}", text)
        return value
    if isinstance(value, dict):
        return {name: _filled(member, words) for name, member in value.items()}
    if isinstance(value, list):
        return [_filled(member, words) for member in value]
    return value


def _shift(row: dict[str, Any], dx: float, dy: float) -> None:
    if "at" in row:
        row["at"] = [row["at"][0] + dx, row["at"][1] + dy]
    if "path" in row:
        row["path"] = [[x + dx, y + dy] for x, y in row["path"]]


def _text(value: Any) -> Text:
    if isinstance(value, Mapping):
        return Text(str(value.get("fr", "")), str(value.get("en", "")))
    return Text(str(value), str(value))


def _twice(page: Synoptic) -> list[Problem]:
    """An id said twice would make a diff of two pages unreadable."""
    seen: set[str] = set()
    problems = []
    things: Sequence[Symbol | Pipe] = [*page.symbols, *page.pipes]
    for thing in things:
        if thing.id in seen:
            problems.append(Problem(page.file, thing.line, f"The id {thing.id} is said twice.", "Choose another."))
        seen.add(thing.id)
    return problems
