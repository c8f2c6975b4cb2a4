"""site.toml, areas.toml and people.toml: the place, its parts, and who watches it."""

from __future__ import annotations

import fnmatch
from dataclasses import dataclass, field
from pathlib import Path
from zoneinfo import ZoneInfo, available_timezones

from supervisor import health
from supervisor.accounts.settings import Policy
from supervisor.historian.retention import FOR_EVER, Retention, TagClass
from supervisor.model import NO_TEXT, Area, CommandClass, Role, System, Text, User
from supervisor.people import SEAT
from supervisor.site.directory import policy_of, read_policy
from supervisor.site.document import read_toml
from supervisor.site.findings import Catalogue, Findings, suggest
from supervisor.site.reader import Table

SITE, AREAS, PEOPLE = Path("site.toml"), Path("areas.toml"), Path("people.toml")
LONGEST_DAYS = 36_525
"""A hundred years."""
LANGUAGES = {"fr": "fr", "en": "en"}
ROLES = {role.name.lower(): role for role in Role}
CLASSES = {one.value: one for one in CommandClass}


@dataclass
class Territory:
    """What site.toml says."""

    systems: Catalogue[System]
    id: str = ""
    name: Text = NO_TEXT
    zone: str = "UTC"
    latitude: float = 0.0
    longitude: float = 0.0
    language: str = "fr"
    history: Retention = field(default_factory=Retention)
    journal_gb: float = 20.0
    """What the journal may take on its disk before somebody is told: some 70 million rows."""
    placed: bool = field(default=False)
    """Whether the position could be read."""


def read_territory(folder: Path, findings: Findings) -> Territory:
    systems: Catalogue[System] = Catalogue("system", findings)
    systems.rows[health.NETWORK.id] = health.NETWORK
    territory = Territory(systems)
    document = read_toml(folder, SITE, findings)
    if document is None:
        systems.complete = False
        return territory
    table = Table.top(document, findings)
    territory.id, territory.name = table.id(), table.name()
    territory.zone = _zone(table)
    territory.language = table.choice("language", LANGUAGES, "fr") or "fr"
    _position(table, territory)
    territory.history = _retention(folder, table.table("history"))
    territory.journal_gb = _journal(table.table("journal"), territory.journal_gb)
    for row in table.tables("system"):
        system = System(row.id(), row.name(), row.word("symbol", ""))
        row.close()
        if system.id == health.NETWORK.id:
            row.problem("id", 'Vigie adds the system "network" itself', "Remove this [[system]].")
        else:
            systems.add(system.id, system, row.where("id"))
    table.close()
    return territory


def retention(folder: Path) -> Retention:
    """How long the history of a site is kept; of a folder that was checked before."""
    return read_territory(folder, Findings()).history


def journal_bytes(folder: Path) -> float:
    """What the journal of a site may take; of a folder that was checked before."""
    return read_territory(folder, Findings()).journal_gb * 1e9


def read_areas(folder: Path, findings: Findings) -> Catalogue[Area]:
    areas: Catalogue[Area] = Catalogue("area", findings)
    document = read_toml(folder, AREAS, findings)
    if document is None:
        areas.complete = False
        return areas
    table = Table.top(document, findings)
    tables = table.tables("area")
    for row in tables:
        area = Area(row.id(), row.name(), row.word("parent", ""))
        row.close()
        areas.add(area.id, area, row.where("id"))
    table.close()
    for row in tables:
        _nesting(row, areas)
    return areas


def read_people(folder: Path, areas: Catalogue[Area], findings: Findings) -> dict[str, User]:
    """The users; none where there is no people.toml."""
    if not (folder / PEOPLE).exists():
        return {}
    users: Catalogue[User] = Catalogue("user", findings)
    document = read_toml(folder, PEOPLE, findings)
    if document is None:
        return {}
    table = Table.top(document, findings)
    for row in table.tables("user"):
        id_, limits = row.word("id"), row.words("areas")
        for number, area in enumerate(limits):
            areas.find(area, row.where("areas", number))
        role = row.choice("role", ROLES) or Role.VIEWER
        user = User(id_, row.word("name"), role, frozenset(limits), _classes(row, role))
        if id_.startswith(SEAT):
            row.problem("id", f'"{id_}" is the name of a seat', f"Take an id that does not begin with {SEAT}.")
        users.add(id_, user, row.where("id"))
        row.close()
    read_policy(folder, table, areas)
    table.close()
    return users.rows


def policy(folder: Path) -> Policy:
    """When seats lock and who else proves who people are; of a folder that was checked before."""
    document = read_toml(folder, PEOPLE, Findings()) if (folder / PEOPLE).exists() else None
    return policy_of(Table.top(document, Findings()) if document else None, folder)


def _classes(row: Table, role: Role) -> frozenset[CommandClass]:
    """Classes of commands that are a person's own; an operator keeps the emergencies whatever is written here."""
    words = row.words("classes")
    for number, word in enumerate(words):
        if word not in CLASSES:
            row.problem(
                "classes", f'There is no class of commands "{word}" (entry {number + 1})', suggest(word, CLASSES)
            )
    if words and role < Role.OPERATOR:
        row.problem("classes", f"A {role.name.lower()} gives no commands", 'Remove "classes", or give another role.')
    return frozenset(CLASSES[word] for word in words if word in CLASSES)


def _retention(folder: Path, table: Table | None) -> Retention:
    if table is None:
        return Retention()
    days = table.whole("keep_days", FOR_EVER, FOR_EVER, LONGEST_DAYS)
    rollup_days = table.whole("rollup_days", FOR_EVER, FOR_EVER, LONGEST_DAYS)
    classes = tuple(_class(folder, row) for row in table.tables("class"))
    table.close()
    kept = [days, *(one.days for one in classes)]
    if rollup_days and (FOR_EVER in kept or max(kept) > rollup_days):
        table.problem("rollup_days", "Rollups would go before their samples", "Keep them at least as long.")
    return Retention(days, rollup_days, classes)


def _journal(table: Table | None, default: float) -> float:
    if table is None:
        return default
    limit = table.number("limit_gb", default, 0.01, 100_000)
    table.close()
    return limit


def _class(folder: Path, row: Table) -> TagClass:
    found = TagClass(row.whole("keep_days", None, FOR_EVER, LONGEST_DAYS), row.words("types"), row.words("tags"))
    known = {path.stem for path in (folder / "types").glob("*.toml")} | {health.LINK_TYPE.id, health.STATION_TYPE.id}
    for type_ in found.types:
        if not fnmatch.filter(known, type_):
            row.problem("types", f'There is no equipment type "{type_}"', suggest(type_, sorted(known)))
    row.close()
    return found


def _zone(table: Table) -> str:
    zone = table.word("zone")
    try:
        ZoneInfo(zone or "UTC")
    except (KeyError, ValueError, OSError):  # unknown, no name at all, a folder of the time-zone database
        table.problem("zone", f'There is no time zone "{zone}"', suggest(zone, available_timezones()))
        return "UTC"
    return zone or "UTC"


def _position(table: Table, territory: Territory) -> None:
    values = table.raw("position")
    numbers = [value for value in values if isinstance(value, (int, float))] if isinstance(values, list) else []
    if len(numbers) == 2 and abs(numbers[0]) <= 90 and abs(numbers[1]) <= 180:
        territory.latitude, territory.longitude, territory.placed = float(numbers[0]), float(numbers[1]), True
        return
    remedy = "Write position = [latitude, longitude] in degrees, such as [47.4736, -0.5541]."
    table.problem("position", f'"position" is {values}' if values is not None else "The site has no position", remedy)


def _nesting(row: Table, areas: Catalogue[Area]) -> None:
    area = areas.rows.get(str(row.values.get("id")))
    if area is None or not area.parent or areas.find(area.parent, row.where("parent")) is None:
        return
    seen, parent = {area.id}, area.parent
    while parent in areas.rows and parent not in seen:
        seen.add(parent)
        parent = areas.rows[parent].parent
    if parent == area.id:
        row.problem("parent", f'The area "{area.id}" lies inside itself', "Give it a parent that is not inside it.")
