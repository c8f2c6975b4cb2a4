"""equipment/*.csv: which equipment exists, where, on which link. The long lists of the site; 70 000 rows are usual."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import TypeVar

from supervisor.driver import Protocol, no_check
from supervisor.model import Area, EquipmentType, LinkSpec, Text
from supervisor.site.findings import Catalogue, Findings, Place, sentence, suggest
from supervisor.site.links import row_id
from supervisor.site.packs import Pack
from supervisor.site.sheet import Line, Sheet, mistyped_columns, read_sheet
from supervisor.site.territory import Territory

LISTS = Path("equipment")
REQUIRED = ("id", "type", "area")
NAMES = ("name", "name_fr", "name_en")
COLUMNS = (*REQUIRED, *NAMES, "link", "pack", "parent", "latitude", "longitude")
FAR_DEGREES = 3.0
"""Further from the site than this, a coordinate is taken for a mistake: some 300 km."""

Row = TypeVar("Row")

NO_ARGS: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Entry:
    """One row of a list, checked."""

    id: str
    name: Text
    type: EquipmentType
    area: str
    link: str
    pack: Pack | None
    parent: str
    latitude: float
    longitude: float
    args: Mapping[str, str]


def read_lists(folder: Path, findings: Findings) -> list[Sheet]:
    """The raw lists, in the order of their names."""
    sheets = []
    for path in sorted((folder / LISTS).glob("*.csv")):
        sheet = read_sheet(folder, LISTS / path.name, REQUIRED, findings)
        if sheet is None:
            sheet = Sheet(LISTS / path.name, (), 0)
        elif not any(name in sheet.position for name in NAMES):
            findings.add(sheet.header, 'The column "name" is missing', "Add name, or name_fr and name_en.")
        else:
            mistyped_columns(sheet, COLUMNS, findings)
        sheets.append(sheet)
    return sheets


def parents(sheets: list[Sheet]) -> dict[str, set[str]]:
    """Type -> the types of the equipment that its equipment is inside of, as far as the lists say."""
    types = {line.get("id"): line.get("type") for sheet in sheets for line in sheet.rows}
    found: dict[str, set[str]] = {}
    for sheet in sheets:
        for line in sheet.rows:
            parent = line.get("parent")
            if parent in types:
                found.setdefault(line.get("type"), set()).add(types[parent])
    return found


@dataclass
class Known:
    """What the rows of the lists may refer to."""

    territory: Territory
    areas: Catalogue[Area]
    links: Catalogue[LinkSpec]
    types: Catalogue[EquipmentType]
    packs: Catalogue[Pack]
    protocols: Mapping[str, Protocol]


class Lists:
    """The rows of all lists being checked against each other and against the rest of the site."""

    def __init__(self, sheets: list[Sheet], known: Known, findings: Findings) -> None:
        self._sheets = sheets
        self._known = known
        self._findings = findings
        self._complete = all(sheet.columns for sheet in sheets)
        self._first: dict[str, Line] = {}
        self._parents: dict[str, str] = {}
        self._wrong: dict[tuple[object, ...], tuple[str, ...]] = {}
        """Pack and arguments -> what is wrong with them."""
        self.entries: list[Entry] = []
        self.links_used: set[str] = set()

    def read(self) -> None:
        for sheet in self._sheets:
            extra = tuple(column for column in sheet.columns if column and column not in COLUMNS)
            for line in sheet.rows:
                self._unique(line)
                entry = self._entry(line, extra)
                if entry:
                    self.entries.append(entry)
        for line in self._first.values():
            self._check_parent(line)

    def complete(self) -> bool:
        """Whether every list could be read, so that what is missing is really missing."""
        return self._complete

    def ids(self) -> Mapping[str, Line]:
        """What the lists describe, by id."""
        return self._first

    def _unique(self, line: Line) -> None:
        id_ = row_id(line, self._findings)
        if not id_:
            return
        first = self._first.setdefault(id_, line)
        if first is not line:
            self._findings.add(line.place, f'"{id_}" is already described at {first.place}', "Give it another id.")
        elif id_ in self._known.links.rows:
            self._findings.add(line.place, f'"{id_}" is also the id of a link', f'Name the link "L-{id_}".')
        self._parents[id_] = line.get("parent")

    def _entry(self, line: Line, extra: tuple[str, ...]) -> Entry | None:
        known = self._known
        id_, area = line.get("id"), line.get("area")
        type_ = self._required(line, "type", known.types)
        self._required(line, "area", known.areas)
        link, pack = self._carrier(line, type_)
        args = {column: cell for column in extra if (cell := line.get(column))} or NO_ARGS
        if pack:
            self._check_args(line, pack, args)
            self._check_tags(line, pack, args)
        latitude, longitude = self._position(line)
        name = self._name(line)
        if type_ is None or not id_:
            return None
        return Entry(id_, name, type_, area, link, pack, line.get("parent"), latitude, longitude, args)

    def _required(self, line: Line, column: str, catalogue: Catalogue[Row]) -> Row | None:
        word = line.get(column)
        if word:
            return catalogue.rows.get(word) or catalogue.find(word, lambda: line.place)
        self._findings.add(line.place, f"This row has no {column}", f"Fill in the column {column}.")
        return None

    def _name(self, line: Line) -> Text:
        fr = line.get("name_fr") or line.get("name") or line.get("name_en")
        en = line.get("name_en") or line.get("name") or line.get("name_fr")
        if not fr:
            self._findings.add(line.place, f'"{line.get("id")}" has no name', "Write what an operator calls it.")
        return Text(fr, en)

    def _carrier(self, line: Line, type_: EquipmentType | None) -> tuple[str, Pack | None]:
        """The link and the pack: both or neither, of one protocol, and for this type."""
        known, findings = self._known, self._findings
        link_id, pack_id = line.get("link"), line.get("pack")
        if bool(link_id) != bool(pack_id):
            lacking = "pack" if link_id else "link"
            message = f'"{line.get("id")}" has a {"link" if link_id else "pack"} and no {lacking}'
            findings.add(line.place, message, "Give both, or neither for equipment without a controller.")
        link = known.links.rows.get(link_id) or known.links.find(link_id, lambda: line.place)
        pack = known.packs.rows.get(pack_id) or known.packs.find(pack_id, lambda: line.place)
        self.links_used.add(link_id)
        if pack and type_ and pack.type != type_.id and pack.type in known.types.rows:
            message = f'The pack "{pack.id}" carries a {pack.type}, and this is a {type_.id}'
            findings.add(line.place, message, self._packs_of(type_))
        if pack and link and pack.protocol != link.protocol:
            message = f'The pack "{pack.id}" is on {pack.protocol}, and the link "{link.id}" on {link.protocol}'
            findings.add(line.place, message, "Change the link or the pack.")
        return link_id, pack

    def _packs_of(self, type_: EquipmentType) -> str:
        fitting = [pack.id for pack in self._known.packs.rows.values() if pack.type == type_.id]
        return f"Use one of: {', '.join(fitting)}." if fitting else f'No pack is for the type "{type_.id}" yet.'

    def _check_args(self, line: Line, pack: Pack, args: Mapping[str, str]) -> None:
        """Every word in braces of the pack has an argument: told once for a list that lacks the whole column."""
        for word, place in pack.words.items():
            if word in args:
                continue
            if word in line.sheet.position:
                message = f'"{line.get("id")}" has no {word}, which the pack "{pack.id}" needs ({place})'
                self._findings.add(line.place, message, f"Fill in the column {word}.")
            else:
                message = f'The pack "{pack.id}" needs a column "{word}" ({place}), and this list has none'
                near = suggest(word, [column for column in line.sheet.columns if column not in COLUMNS])
                self._findings.add(line.sheet.header, message, near or f"Add the column {word}.")

    def _check_tags(self, line: Line, pack: Pack, args: Mapping[str, str]) -> None:
        """What a protocol finds wrong with this equipment; looked for once for all that have the same arguments."""
        protocol = self._known.protocols.get(pack.protocol)
        if protocol is None or protocol.check is no_check:
            return
        key = (pack.id, *args.items())
        if key not in self._wrong:
            self._wrong[key] = tuple(_mistakes(protocol, pack, args))
        for mistake in self._wrong[key]:
            self._findings.add(line.place, f'"{line.get("id")}" with the pack "{pack.id}": {mistake}')

    def _position(self, line: Line) -> tuple[float, float]:
        findings = self._findings
        latitude = line.number_in("latitude", math.nan, findings)
        longitude = line.number_in("longitude", math.nan, findings)
        if bool(line.get("latitude")) != bool(line.get("longitude")):
            findings.add(line.place, "Only one of latitude and longitude is given", "Give both, or neither.")
            return math.nan, math.nan
        if abs(latitude) > 90 or abs(longitude) > 180:
            message = f"{latitude:g}, {longitude:g} is no place on Earth"
            findings.add(line.place, message, "Latitude goes from -90 to 90, longitude from -180 to 180.")
            return math.nan, math.nan
        self._check_far(line, latitude, longitude)
        return latitude, longitude

    def _check_far(self, line: Line, latitude: float, longitude: float) -> None:
        site = self._known.territory
        if not site.placed or math.isnan(latitude):
            return
        if abs(latitude - site.latitude) > FAR_DEGREES or abs(longitude - site.longitude) > 2 * FAR_DEGREES:
            swapped = abs(longitude - site.latitude) < FAR_DEGREES and abs(latitude - site.longitude) < FAR_DEGREES
            remedy = "Latitude and longitude are swapped." if swapped else "Check the coordinates: degrees, WGS 84."
            self._findings.add(line.place, f"{latitude:g}, {longitude:g} is far from the site", remedy)

    def _check_parent(self, line: Line) -> None:
        id_, parent = line.get("id"), line.get("parent")
        if not parent:
            return
        if parent not in self._first:
            if self._complete:
                message = f'There is no equipment "{parent}" to be the parent of "{id_}"'
                self._findings.add(line.place, message, self._findings.suggest(parent, self._first))
            return
        seen, above = {id_}, parent
        while above in self._parents and above not in seen:
            seen.add(above)
            above = self._parents[above]
        if above == id_:
            self._findings.add(line.place, f'"{id_}" lies inside itself', "Correct the column parent.")


def _mistakes(protocol: Protocol, pack: Pack, args: Mapping[str, str]) -> Iterator[str]:
    """Each once: a wrong unit is wrong for all tags of the pack."""
    told: set[str] = set()
    for carried in pack.carried:
        part, _, _ = carried.source.tag.rpartition(".")
        try:
            protocol.check(carried.spec, carried.source, {**args, **pack.args.get(part, NO_ARGS)})
        except ValueError as error:
            if str(error) not in told:
                told.add(str(error))
                yield sentence(str(error))


def unused_links(lists: Lists, links: Catalogue[LinkSpec], rows: Mapping[str, Line], findings: Findings) -> None:
    """Add the links that no equipment uses, if every list could be read."""
    if not lists.complete():
        return
    for id_ in links.rows:
        if id_ not in lists.links_used:
            place: Place = rows[id_].place
            findings.add(place, f'No equipment is on the link "{id_}"', "Add the equipment, or put # before this line.")
