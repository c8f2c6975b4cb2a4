"""links.csv: the connections to controllers, gateways and brokers."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from supervisor import health
from supervisor.driver import Protocol
from supervisor.model import Area, LinkSpec, Text
from supervisor.site.findings import Catalogue, Findings, suggest
from supervisor.site.reader import ID
from supervisor.site.sheet import Line, read_sheet, unknown_columns

LINKS = Path("links.csv")
REQUIRED = ("id", "name", "protocol", "url", "area")
COLUMNS = (*REQUIRED, "settings")


def read_links(
    folder: Path, protocols: Mapping[str, Protocol], areas: Catalogue[Area], findings: Findings
) -> tuple[Catalogue[LinkSpec], dict[str, Line]]:
    """The links, and the row of each; none where there is no links.csv."""
    links: Catalogue[LinkSpec] = Catalogue("link", findings)
    rows: dict[str, Line] = {}
    if not (folder / LINKS).exists():
        return links, rows
    sheet = read_sheet(folder, LINKS, REQUIRED, findings)
    if sheet is None:
        links.complete = False
        return links, rows
    unknown_columns(sheet, COLUMNS, findings)
    for line in sheet.rows:
        link = _link(line, protocols, areas, findings)
        links.add(link.id, link, lambda line=line: line.place)  # type: ignore[misc]
        rows.setdefault(link.id, line)
    return links, rows


def row_id(line: Line, findings: Findings) -> str:
    """The id of a row of a list; empty after adding why it can't be one."""
    id_ = line.get("id")
    if not id_:
        findings.add(line.place, "This row has no id", "Give it one, or remove the row.")
    elif not ID.fullmatch(id_):
        findings.add(line.place, f'"{id_}" can\'t be an id', "Use letters, digits, - and _ only.")
        return ""
    elif id_ == health.STATION_ID:
        findings.add(line.place, f'"{id_}" is the id of the station itself', "Choose another id.")
        return ""
    return id_


def _link(line: Line, protocols: Mapping[str, Protocol], areas: Catalogue[Area], findings: Findings) -> LinkSpec:
    id_, name, area = row_id(line, findings), line.get("name"), line.get("area")
    word, url = line.get("protocol"), line.get("url")
    protocol, settings = protocols.get(word), None
    if protocol is None:
        findings.add(line.place, f'There is no protocol "{word}"', suggest(word, protocols))
    else:
        settings = _settings(line, protocol, findings)
        try:
            protocol.url(url)
        except ValueError as error:
            findings.add(line.place, str(error))
    if area:
        areas.find(area, lambda: line.place)
    else:
        findings.add(line.place, f'The link "{id_}" has no area', "Give it one of areas.toml.")
    return LinkSpec(id_, Text(name or id_, name or id_), word, url, area, settings)


def _settings(line: Line, protocol: Protocol, findings: Findings) -> object:
    words: dict[str, str] = {}
    for word in line.get("settings").split():
        key, equals, value = word.partition("=")
        if not equals or not key:
            findings.add(line.place, f'"{word}" is no setting', "Write key=value, such as timeout_s=1.")
        else:
            words[key] = value
    try:
        return protocol.settings(words)
    except ValueError as error:
        findings.add(line.place, str(error))
        return None
