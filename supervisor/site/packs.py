"""packs/*/: how a controller model *carries* an equipment type; pack.toml and the rows of tags.csv.

A pack may include another for one of its parts: the meter behind a cabinet's controller, at its own unit. What a
pack carries in all, its own rows and those of what it includes, is flat: `Carried`, one for every tag.
"""

from __future__ import annotations

import dataclasses
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from supervisor.driver import Protocol
from supervisor.model import Demand, DevicePack, Source, TagSpec, Text
from supervisor.site.demands import read_demands
from supervisor.site.document import read_toml
from supervisor.site.equipment_types import Drafts
from supervisor.site.findings import Catalogue, Findings, Place, sentence, suggest
from supervisor.site.reader import Table
from supervisor.site.sheet import Line, Sheet, read_sheet, unknown_columns

PACKS = Path("packs")
COMMON = ("tag", "access", "scale", "offset", "stale_s", "raw_low", "raw_high")
NUMBERS = COMMON[2:]
ACCESS = {"": (True, False), "r": (True, False), "w": (False, True), "rw": (True, True)}

_WORD = re.compile(r"\{([A-Za-z_][A-Za-z0-9_]*)\}")
_OURS = frozenset({"value", "state", "id", "time", "time_ms"})
"""Words in braces that the driver fills in itself when it writes."""


@dataclass(frozen=True, slots=True)
class Carried:
    """One tag as a pack carries it."""

    spec: TagSpec
    source: Source
    """Its `tag` is the path seen from the pack's equipment."""
    stale_s: float
    words: frozenset[str]
    """Words in braces that the equipment must have an argument for."""
    place: Place


@dataclass(frozen=True, slots=True)
class Include:
    """One [[include]] of a pack."""

    pack: str
    part: str
    args: Mapping[str, str]
    table: Table


@dataclass
class Pack:
    """A pack as read; `carried` and `args` are complete once `read_packs` returns."""

    table: Table
    id: str
    name: Text
    type: str
    protocol: str
    stale_s: float
    device: object = None
    """What its [device] table says, as the protocol reads it."""
    own: list[Carried] = field(default_factory=list)
    includes: list[Include] = field(default_factory=list)
    demands: dict[str, Demand] = field(default_factory=dict)
    carried: list[Carried] = field(default_factory=list)
    args: dict[str, Mapping[str, str]] = field(default_factory=dict)
    """Part path -> arguments that an include gives it."""

    @cached_property
    def words(self) -> dict[str, Place]:
        """Word in braces -> a row that needs an argument for it."""
        return {word: carried.place for carried in reversed(self.carried) for word in carried.words}

    def device_pack(self) -> DevicePack:
        sources = tuple(carried.source for carried in self.carried)
        return DevicePack(self.id, self.name, self.type, self.protocol, sources, self.stale_s, self.demands)


def read_packs(folder: Path, drafts: Drafts, protocols: Mapping[str, Protocol], findings: Findings) -> Catalogue[Pack]:
    packs: Catalogue[Pack] = Catalogue("pack", findings)
    for path in sorted((folder / PACKS).glob("*/")):
        if not path.is_dir() or path.name.startswith((".", "_")):
            continue
        pack = _Reading(folder, PACKS / path.name, drafts, protocols, findings).pack()
        if pack:
            packs.add(pack.id, pack, pack.table.where("id"))
        if pack is None or pack.id != path.name:
            packs.damaged.add(path.name)
    for pack in packs.rows.values():
        _join(pack, packs, drafts, findings)
    return packs


class _Reading:
    """One pack folder being read."""

    def __init__(
        self, folder: Path, path: Path, drafts: Drafts, protocols: Mapping[str, Protocol], findings: Findings
    ) -> None:
        self._folder = folder
        self._path = path
        self._drafts = drafts
        self._protocols = protocols
        self._findings = findings

    def pack(self) -> Pack | None:
        document = read_toml(self._folder, self._path / "pack.toml", self._findings)
        if document is None:
            return None
        table = Table.top(document, self._findings)
        pack = self._head(table)
        defaults = table.table("defaults")
        device = table.table("device")
        words = defaults.strings() if defaults else {}
        for row in table.tables("include"):
            args = row.table("args")
            pack.includes.append(Include(row.word("pack"), row.word("part"), args.strings() if args else {}, row))
            row.close()
        pack.demands = read_demands(table, pack.type, self._drafts)
        table.close()
        sheet = self._sheet(pack)
        protocol = self._protocols.get(pack.protocol)
        if protocol and defaults:
            _check_defaults(defaults, words, protocol)
        if device and protocol:
            pack.device = _device(device, protocol)
        if sheet and protocol:
            self._rows(pack, sheet, words, protocol)
        return pack

    def _head(self, table: Table) -> Pack:
        pack = Pack(
            table=table,
            id=table.id(),
            name=table.name(),
            type=table.word("type"),
            protocol=table.word("protocol"),
            stale_s=table.number("stale_s", 0.0, 0.0),
        )
        table.word("manufacturer", "")
        table.word("model", "")
        if pack.id and pack.id != self._path.name:
            table.problem("id", f'The id "{pack.id}" is not the name of the folder', f'Write id = "{self._path.name}".')
        self._drafts.find(pack.type, table.where("type"))
        if pack.protocol and pack.protocol not in self._protocols:
            remedy = suggest(pack.protocol, self._protocols)
            table.problem("protocol", f'There is no protocol "{pack.protocol}"', remedy)
        return pack

    def _sheet(self, pack: Pack) -> Sheet | None:
        """tags.csv; a pack that only includes others needs none."""
        file = self._path / "tags.csv"
        if pack.includes and not (self._folder / file).exists():
            return None
        return read_sheet(self._folder, file, ("tag",), self._findings)

    def _rows(self, pack: Pack, sheet: Sheet, defaults: Mapping[str, str], protocol: Protocol) -> None:
        unknown_columns(sheet, (*COMMON, *protocol.columns), self._findings)
        seen: dict[str, Place] = {}
        for line in sheet.rows:
            path = line.get("tag")
            if path in seen:
                message = f'The tag "{path}" is already carried by line {seen[path].line}'
                self._findings.add(line.place, message, "Remove one of them.")
                continue
            seen[path] = line.place
            carried = self._row(pack, line, defaults, protocol)
            if carried:
                pack.own.append(carried)

    def _row(self, pack: Pack, line: Line, defaults: Mapping[str, str], protocol: Protocol) -> Carried | None:
        path = line.get("tag")
        spec = self._spec(pack, line, path)
        row = {**defaults, **{column: cell for column in line.sheet.columns if column and (cell := line.get(column))}}
        access = ACCESS.get(row.get("access", ""))
        if access is None:
            message = f'Access is "{row["access"]}"'
            self._findings.add(line.place, message, "Write r (read), w (write) or rw (both).")
        scale, offset = self._number(line, row, "scale", 1.0), self._number(line, row, "offset", 0.0)
        if scale == 0:
            self._findings.add(line.place, "A scale of 0 makes every value 0", "Leave the cell empty for 1.")
        address = self._address(line, row, protocol)
        if spec is None or access is None or address is None or not scale:
            return None
        words = frozenset(word for cell in row.values() for word in _WORD.findall(cell)) - _OURS
        stale_s = self._number(line, row, "stale_s", pack.stale_s)
        if stale_s < 0:
            self._findings.add(line.place, f"stale_s is {stale_s:g}", "Write seconds, or 0 for never.")
        limits = self._limits(line, row)
        source = Source(path, *access, scale, offset, address, pack.device, *limits)
        try:
            protocol.check(spec, source, None)
        except ValueError as error:
            self._findings.add(line.place, f"{path}: {sentence(str(error))}")
            return None
        return Carried(spec, source, stale_s, words, line.place)

    def _spec(self, pack: Pack, line: Line, path: str) -> TagSpec | None:
        if not path:
            self._findings.add(line.place, "This row has no tag", f'Name a tag of the type "{pack.type}".')
            return None
        if path.startswith("parent."):
            message = f'"{path}" is a tag of another equipment'
            self._findings.add(line.place, message, "Carry it in the pack of that equipment.")
            return None
        spec = self._drafts.spec(pack.type, path)
        if spec is None and pack.type in self._drafts.rows:
            self._findings.add(line.place, *self._drafts.unknown(pack.type, path))
        if spec and spec.formula:
            message = f'The tag "{path}" has a formula, so no controller carries it'
            self._findings.add(line.place, message, "Remove this row, or the formula.")
        return spec if spec and spec.id else None

    def _limits(self, line: Line, row: Mapping[str, str]) -> tuple[float, float]:
        """What the device can measure, raw; NaN where the pack does not say."""
        low, high = self._number(line, row, "raw_low", math.nan), self._number(line, row, "raw_high", math.nan)
        if low >= high:
            self._findings.add(line.place, f"raw_low {low:g} is not below raw_high {high:g}", "Correct one of them.")
        return low, high

    def _number(self, line: Line, row: Mapping[str, str], column: str, default: float) -> float:
        """A cell of the row, or what pack.toml says for all rows."""
        if line.get(column):
            return line.number_in(column, default, self._findings)
        try:
            return float(row.get(column, default))
        except ValueError:
            return default

    def _address(self, line: Line, row: Mapping[str, str], protocol: Protocol) -> object:
        try:
            return protocol.address(row)
        except ValueError as error:
            self._findings.add(line.place, f"{line.get('tag')}: {sentence(str(error))}")
            return None


def _device(table: Table, protocol: Protocol) -> object:
    try:
        return protocol.device(table.strings())
    except ValueError as error:
        table.wrong(sentence(str(error)))
        return None


def _check_defaults(table: Table, words: Mapping[str, str], protocol: Protocol) -> None:
    known = (*COMMON[1:], *protocol.columns)
    for key, word in words.items():
        if key not in known:
            table.problem(key, f'There is no column "{key}"', suggest(key, known))
        elif key in NUMBERS and not _is_number(word):
            table.problem(key, f'{key} "{word}" is not a number', "Write digits, such as 0.1.")


def _is_number(word: str) -> bool:
    try:
        float(word)
    except ValueError:
        return False
    return True


def _join(pack: Pack, packs: Catalogue[Pack], drafts: Drafts, findings: Findings) -> None:
    """Fill in what a pack carries in all."""
    seen: dict[str, Place] = {}
    for carried, part, args in _all(pack, packs, drafts, ()):
        path = carried.source.tag
        if path in seen:
            findings.add(carried.place, f'The tag "{path}" of {pack.id} is also carried at {seen[path]}', "Remove one.")
            continue
        seen[path] = carried.place
        pack.carried.append(carried)
        if part:
            pack.args[part] = args
    for include in pack.includes:  # what an included model demands, its owner may demand otherwise
        inner = packs.rows.get(include.pack)
        for id_, demand in (inner.demands if inner else {}).items():
            pack.demands.setdefault(f"{include.part}.{id_}", demand)


_Joined = list[tuple[Carried, str, Mapping[str, str]]]


def _all(pack: Pack, packs: Catalogue[Pack], drafts: Drafts, above: tuple[str, ...]) -> _Joined:
    """What a pack carries: each tag, the part an include put it in (empty for the pack's own rows), its arguments."""
    joined: _Joined = [(carried, "", {}) for carried in pack.own]
    for include in pack.includes:
        inner = _included(pack, include, packs, drafts, above)
        if inner is None:
            continue
        for carried, part, args in _all(inner, packs, drafts, (*above, pack.id)):
            inside = f"{include.part}.{part}" if part else include.part
            joined.append((_inside(carried, include, pack), inside, {**include.args, **args}))
    return joined


def _included(
    pack: Pack, include: Include, packs: Catalogue[Pack], drafts: Drafts, above: tuple[str, ...]
) -> Pack | None:
    """The pack an include names; None after adding why it can't be."""
    table = include.table
    inner = packs.find(include.pack, table.where("pack"))
    outer = drafts.rows.get(pack.type)
    part = outer.parts.get(include.part) if outer else None
    if outer and part is None and include.part:
        table.problem(
            "part", f'The type "{pack.type}" has no part "{include.part}"', suggest(include.part, outer.parts)
        )
    if inner is None or part is None:
        return None
    if inner.id == pack.id or inner.id in above:
        table.problem("pack", f'The pack "{inner.id}" includes itself', "Remove this [[include]].")
        return None
    if inner.type != part.type:
        remedy = f'Include a pack of the type "{part.type}".'
        table.problem("pack", f'{include.part} is a {part.type}, and "{inner.id}" carries a {inner.type}', remedy)
        return None
    if inner.protocol != pack.protocol:
        remedy = f"A pack on {pack.protocol} can only include packs on {pack.protocol}."
        table.problem("pack", f'"{inner.id}" is on {inner.protocol}', remedy)
        return None
    return inner


def _inside(carried: Carried, include: Include, pack: Pack) -> Carried:
    """A tag of an included pack, seen from the equipment of the pack around it."""
    source = dataclasses.replace(carried.source, tag=f"{include.part}.{carried.source.tag}")
    return dataclasses.replace(
        carried,
        source=source,
        stale_s=carried.stale_s or pack.stale_s,
        words=carried.words - include.args.keys(),
    )
