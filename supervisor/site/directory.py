"""[session] and [directory] of people.toml: when a seat locks, and which directory proves who people are."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

from supervisor.accounts.settings import LOCK_MIN, LONGEST_LOCK_MIN, DirectorySettings, Group, Policy
from supervisor.model import Area, Role
from supervisor.site.findings import Catalogue, Findings
from supervisor.site.reader import Table

ROLES = {role.name.lower(): role for role in Role}
SCHEMES = ("ldap", "ldaps")


def read_policy(folder: Path, table: Table, areas: Catalogue[Area]) -> Policy:
    """What people.toml says beyond its users."""
    lock_min = LOCK_MIN
    session = table.table("session")
    if session is not None:
        lock_min = session.number("lock_minutes", LOCK_MIN, 1.0, LONGEST_LOCK_MIN)
        session.close()
    directory = table.table("directory")
    return Policy(lock_min, _directory(folder, directory, areas) if directory is not None else None)


def _directory(folder: Path, table: Table, areas: Catalogue[Area]) -> DirectorySettings:
    settings = DirectorySettings(
        servers=_servers(table),
        base=table.word("base"),
        filter=_query(table, "filter", "(uid={user})", "{user}"),
        id_attribute=table.word("id_attribute", "uid"),
        name_attribute=table.word("name_attribute", "displayName"),
        bind=table.word("bind", ""),
        ca=_ca(folder, table),
        group_base=table.word("group_base", ""),
        group_filter=_query(table, "group_filter", "(member={dn})", "{dn}", "{user}"),
        timeout_s=table.number("timeout_s", 2.0, 0.2, 4.0),
        groups=tuple(_group(row, areas) for row in table.tables("group")),
    )
    for key in ("password", "secret", "bind_password"):
        if table.raw(key) is not None:
            table.problem(key, "A password never stands in the site folder", "Give it: vigie secret SITE directory.")
    if not settings.groups:
        remedy = 'Add [[directory.group]] with name = "cn=…" and role = "operator".'
        table.problem("base", "No group of the directory has a role: nobody could act", remedy)
    table.close()
    return settings


def _servers(table: Table) -> tuple[str, ...]:
    servers = table.words("servers")
    for number, server in enumerate(servers):
        try:
            parts = urlsplit(server)
            right = parts.scheme in SCHEMES and bool(parts.hostname) and parts.port != 0 and not parts.username
        except ValueError:
            right = False
        if not right:
            remedy = "Write ldaps://host, or ldap://host, which is asked over StartTLS."
            table.problem("servers", f'Server {number + 1}, "{server}", is no address of a directory', remedy)
    if not servers:
        table.problem("servers", "No server of the directory is named", 'Add servers = ["ldaps://annuaire.ville.fr"].')
    return servers


def _query(table: Table, key: str, default: str, *places: str) -> str:
    """A filter: one pair of brackets around all of it, and a place for what is looked for."""
    query = table.word(key, default)
    if not (query.startswith("(") and query.endswith(")") and query.count("(") == query.count(")")):
        table.problem(key, f"{query} is no filter of LDAP", f"Write one in brackets, such as {default}.")
    elif not any(place in query for place in places):
        table.problem(key, f"{query} finds the same for everybody", f"Put {places[0]} where the word belongs.")
    return query


def _ca(folder: Path, table: Table) -> str:
    ca = table.word("ca", "")
    if ca and not (folder / ca).is_file():
        table.problem("ca", f'There is no file "{ca}" in the site folder', "Put the authority's certificate there.")
    return ca


def _group(row: Table, areas: Catalogue[Area]) -> Group:
    limits = row.words("areas")
    for number, area in enumerate(limits):
        areas.find(area, row.where("areas", number))
    group = Group(row.word("name"), row.choice("role", ROLES) or Role.VIEWER, frozenset(limits))
    row.close()
    return group


def policy_of(table: Table | None, folder: Path) -> Policy:
    """The same of a folder that was checked before."""
    areas: Catalogue[Area] = Catalogue("area", Findings())
    areas.complete = False
    return read_policy(folder, table, areas) if table is not None else Policy()
