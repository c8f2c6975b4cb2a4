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
from ui.attach import RemoteAttachment
from ui.cli import run_said
from ui.cli.files import write
from ui.cli.password import password_of
from ui.cli.said import Speech
from ui.commissioning.sheet import Row, examined, page, tags_of
from ui.folder import DataFolder


def sheet(given: argparse.Namespace) -> int:
    """Write the sheet to the files asked for."""
    if not (given.pdf or given.html):
        raise Unavailable(run_said.WHERE_TO.say(run_said.tongue(given)))
    site = load(given.site, drivers.TABLE)
    say = Speech(given, site)
    if given.equipment not in site.equipment_by_id:
        meant = say.meant(given.equipment, site.equipment_by_id)
        raise Unavailable(say(run_said.NO_EQUIPMENT, given.site, given.equipment) + meant)
    equipment = site.equipment_by_id[given.equipment]
    user, folder = given.user or _engineer(site, say), DataFolder.of(site, given.data)
    if not folder.holder():
        raise Unavailable(say(run_said.NO_STATION, given.site))
    rows = asyncio.run(_rows(site, folder, (user, password_of(user, say)), given.equipment, say))
    name = called(site, Met.of(folder.journal), user)
    html = page(site, equipment, rows, name, time.time_ns(), say.language)
    if given.html:
        write(given.html, html)
    if given.pdf:
        from ui.commissioning.printing import print_pdf  # Qt, for this only

        print_pdf(html, given.pdf, f"{equipment.id} – Vigie")
    good = sum(row.good for row in rows)
    files = " ".join(file for file in (given.pdf, given.html) if file)
    print(say(run_said.SHEET, given.equipment, good, len(rows), files))
    return 0


def _engineer(site: Site, say: Speech) -> str:
    """The first engineer of people.toml, where nobody else is named; whoever is may have an account of the station."""
    engineers = [user.id for user in site.users.values() if user.role is Role.ENGINEER]
    if not engineers:
        raise Unavailable(say(run_said.NO_ENGINEER))
    return engineers[0]


async def _rows(site: Site, folder: DataFolder, proof: tuple[str, str], equipment: str, say: Speech) -> list[Row]:
    attachment = RemoteAttachment(site, folder, proof=proof)
    try:
        tags = tags_of(site, site.equipment_by_id[equipment])
        return await examined(attachment, tags, lambda done: _tell(done, len(tags)))
    except Refused as refused:
        raise Unavailable(say(refused.text)) from None
    finally:
        await attachment.close()


def _tell(done: int, whole: int) -> None:
    if sys.stderr.isatty():
        print(f"\r\033[K{done} / {whole}", end="" if done < whole else "\r\033[K", file=sys.stderr, flush=True)
