"""From a spreadsheet of equipment to a site folder: links and equipment rows, 900 cabinets at one go.

    id,name,host,unit,latitude,longitude,area
    AP-014,Place La Rochefoucauld,10.20.1.14,1,47.4762,-0.5587,doutre

What a French spreadsheet makes of such a list is understood: semicolons, decimal commas, Windows' accents, French
headings. Rows with the same host share a link: they are units behind one gateway. Any other column is an argument of
the pack.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from supervisor.errors import Unavailable
from supervisor.model import Site
from supervisor.site.findings import suggest
from ui.commissioning.draft import Draft, table
from ui.commissioning.naming import slug

URLS = {"modbus": "modbus://{host}:{port}", "opcua": "opc.tcp://{host}:{port}", "mqtt": "mqtt://{host}:{port}"}
PORTS = {"modbus": "502", "opcua": "4840", "mqtt": "1883"}
HEADINGS = {
    "nom": "name", "libelle": "name", "designation": "name", "repere": "id", "identifiant": "id",
    "hote": "host", "ip": "host", "adresse_ip": "host", "ip_address": "host", "adresse": "host", "address": "host",
    "unite": "unit", "esclave": "unit", "slave": "unit", "unit_id": "unit", "lat": "latitude", "lon": "longitude",
    "lng": "longitude", "long": "longitude", "quartier": "area", "secteur": "area", "zone": "area", "commune": "area",
}  # fmt: skip
"""What a column may be called -> what it is."""
OURS = ("id", "type", "name", "name_fr", "name_en", "area", "link", "pack", "parent", "latitude", "longitude")
_NUMBERS = ("latitude", "longitude")
_LINK = ("host", "port", "url", "settings")


@dataclass(frozen=True, slots=True)
class ListWish:
    """What to make of it."""

    pack: str
    type: str = ""
    """The type of the pack if empty."""
    area: str = ""
    """For rows that name none."""
    url: str = ""
    """How a URL is made of the columns: "modbus://{host}:502"; the protocol's own if empty."""
    settings: str = ""
    """Of every link."""


def draft(path: Path, site: Site, wish: ListWish) -> Draft:
    """Raises Unavailable with all that is wrong, each with its line."""
    pack = site.packs.get(wish.pack)
    if pack is None:
        raise Unavailable(f'the site has no pack "{wish.pack}". {suggest(wish.pack, site.packs)}')
    rows = _read(path)
    making = _Making(site, wish, pack.protocol, wish.type or pack.type)
    for line, row in rows:
        making.take(line, row)
    if making.wrong:
        more = f"\n  and {len(making.wrong) - 20} more" if len(making.wrong) > 20 else ""
        raise Unavailable(f"{path} has {len(making.wrong)} mistake(s):\n  " + "\n  ".join(making.wrong[:20]) + more)
    made = Draft(site.folder, links=list(making.links.values()))
    known = list(dict.fromkeys(key for row in making.rows for key, value in row.items() if value))
    columns = [column for column in OURS if column in known] + [column for column in known if column not in OURS]
    made.new(Path("equipment") / f"{slug(path.stem)}.csv", table(making.rows, columns))
    return made


class _Making:
    """Rows of equipment and of links, and what is wrong."""

    def __init__(self, site: Site, wish: ListWish, protocol: str, kind: str) -> None:
        self.rows: list[dict[str, str]] = []
        self.links: dict[str, dict[str, str]] = {}
        """URL -> the new link there."""
        self.wrong: list[str] = []
        self._site, self._wish, self._protocol, self._type = site, wish, protocol, kind
        self._there = {link.url: link.id for link in site.links.values()}
        self._ids = {*site.equipment_by_id, *site.links}

    def take(self, line: int, row: Mapping[str, str]) -> None:
        id_, area = row.get("id", ""), row.get("area") or self._wish.area
        try:
            self._check(id_, area)
            link = row.get("link") or self._link(id_, area, row)
        except ValueError as error:
            self.wrong.append(f"line {line}: {error}")
            return
        self._ids.add(id_)
        own = {key: value for key, value in row.items() if key not in _LINK}
        self.rows.append({**own, "type": self._type, "area": self._area(area), "link": link, "pack": self._wish.pack})
        if not any(own.get(name) for name in ("name", "name_fr", "name_en")):
            self.rows[-1]["name"] = id_

    def _check(self, id_: str, area: str) -> None:
        if not id_:
            raise ValueError("it has no id")
        if id_ in self._ids:
            raise ValueError(f'the id "{id_}" is taken already')
        if not self._area(area):
            known = ", ".join(list(self._site.areas)[:8])
            raise ValueError(f'"{area}" is no area of the site ({known}, …): write one, or give --area')

    def _area(self, text: str) -> str:
        """An area by its id or its name; empty for none."""
        if text in self._site.areas:
            return text
        names = {slug(name): area.id for area in self._site.areas.values() for name in (area.name.fr, area.name.en)}
        return names.get(slug(text), "") if text else ""

    def _link(self, id_: str, area: str, row: Mapping[str, str]) -> str:
        """The link of a row, made where nobody goes there yet."""
        url = row.get("url") or self._url(row)
        if url in self._there:
            return self._there[url]
        link = f"L-{id_}"
        if link in self._ids:
            raise ValueError(f'the id "{link}" is taken already')
        self._ids.add(link)
        self._there[url] = link
        settings = row.get("settings") or self._wish.settings
        name = row.get("name") or row.get("name_fr") or id_
        self.links[url] = {
            "id": link, "name": name, "protocol": self._protocol, "url": url, "area": self._area(area),
            "settings": settings,
        }  # fmt: skip
        return link

    def _url(self, row: Mapping[str, str]) -> str:
        form = self._wish.url or URLS[self._protocol]
        words = {"port": PORTS[self._protocol], **{key: value for key, value in row.items() if value}}
        try:
            return form.format_map(words)
        except (KeyError, ValueError, IndexError):
            raise ValueError(f"it has no host, and no column url or link: {form} cannot be made") from None


def _read(path: Path) -> list[tuple[int, dict[str, str]]]:
    """Line number and cells by our names for the columns."""
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise Unavailable(f"{path} cannot be read: {error.strerror}") from None
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = raw.decode("cp1252", "replace")
    lines = text.splitlines()
    head = next((at for at, line in enumerate(lines) if line.strip() and not line.startswith("#")), -1)
    if head < 0:
        raise Unavailable(f"{path} is empty")
    cut = max(",;\t", key=lines[head].count)
    columns = [_heading(cell) for cell in next(csv.reader([lines[head]], delimiter=cut))]
    if "id" not in columns:
        raise Unavailable(f"{path} has no column id; it has {', '.join(columns)}")
    rows = []
    for number, cells in enumerate(csv.reader(lines[head + 1 :], delimiter=cut), head + 2):
        if any(cell.strip() for cell in cells) and not cells[0].startswith("#"):
            rows.append((number, _row(columns, cells)))
    return rows


def _heading(cell: str) -> str:
    word = slug(cell) if cell.strip() else ""
    return HEADINGS.get(word, word)


def _row(columns: Sequence[str], cells: Sequence[str]) -> dict[str, str]:
    row = {column: cell.strip() for column, cell in zip(columns, cells, strict=False) if column}
    for column in _NUMBERS:
        if column in row:
            row[column] = row[column].replace(",", ".")
    return row
