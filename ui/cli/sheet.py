"""`vigie sheet SITE EQUIPMENT`: the commissioning sheet of an equipment, read through the station that runs."""

from __future__ import annotations

import argparse
import asyncio
import sys
import time

import drivers
from supervisor.errors import Refused, Unavailable
from supervisor.model import Role, Site
from supervisor.names import Met, called
from supervisor.site import load
from supervisor.site.findings import suggest
from ui.attach import RemoteAttachment
from ui.cli.password import password_of
from ui.commissioning.sheet import Row, examined, page, tags_of
from ui.folder import DataFolder


def sheet(given: argparse.Namespace) -> int:
    """Write the sheet to the files asked for."""
    if not (given.pdf or given.html):
        raise Unavailable("say where to: --pdf FILE, --html FILE, or both")
    site = load(given.site, drivers.TABLE)
    if given.equipment not in site.equipment_by_id:
        raise Unavailable(
            f'{given.site} has no equipment "{given.equipment}". {suggest(given.equipment, site.equipment_by_id)}'
        )
    equipment = site.equipment_by_id[given.equipment]
    user, folder = given.user or _engineer(site), DataFolder.of(site, given.data)
    if not folder.holder():
        raise Unavailable(f"no station runs on {given.site}: start it first, the sheet is read through it")
    rows = asyncio.run(_rows(site, folder, (user, password_of(user)), given.equipment))
    name = called(site, Met.of(folder.journal), user)
    html = page(site, equipment, rows, name, time.time_ns(), given.language or site.language)
    if given.html:
        _write(given.html, html)
    if given.pdf:
        from ui.commissioning.printing import print_pdf  # Qt, for this only

        print_pdf(html, given.pdf, f"{equipment.id} – Vigie")
    good = sum(row.good for row in rows)
    print(f"{given.equipment}: {good} of {len(rows)} tags are good; {given.pdf or ''} {given.html or ''}".rstrip())
    return 0


def _engineer(site: Site) -> str:
    """The first engineer of people.toml, where nobody else is named; whoever is may have an account of the station."""
    engineers = [user.id for user in site.users.values() if user.role is Role.ENGINEER]
    if not engineers:
        raise Unavailable("people.toml has no engineer, and test reads take that role: say who reads with --user")
    return engineers[0]


async def _rows(site: Site, folder: DataFolder, proof: tuple[str, str], equipment: str) -> list[Row]:
    attachment = RemoteAttachment(site, folder, proof=proof)
    try:
        tags = tags_of(site, site.equipment_by_id[equipment])
        return await examined(attachment, tags, lambda done: _tell(done, len(tags)))
    except Refused as refused:
        raise Unavailable(str(refused)) from None
    finally:
        await attachment.close()


def _tell(done: int, whole: int) -> None:
    if sys.stderr.isatty():
        print(f"\r\033[K{done} / {whole}", end="" if done < whole else "\r\033[K", file=sys.stderr, flush=True)


def _write(path: str, text: str) -> None:
    try:
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
    except OSError as error:
        raise Unavailable(f"{path} cannot be written: {error.strerror}") from None
