"""`vigie window SITE`: a window on a station that runs, or will."""

from __future__ import annotations

import argparse
import asyncio
import logging
import os
import sys
from pathlib import Path

import platformdirs

import drivers
from supervisor.accounts.book import Book
from supervisor.clock import SystemClock
from supervisor.errors import StoreError, Unavailable
from supervisor.faults import endure
from supervisor.model import Site
from supervisor.site import load
from supervisor.site.territory import policy
from ui.attach import RemoteAttachment
from ui.folder import DataFolder

LOOK_S = 0.1
"""How often the window looks whether another station has taken over."""


def window(given: argparse.Namespace) -> int:
    """Show the window until it is closed."""
    need_screen()
    site = load(given.site, drivers.TABLE)
    folder = DataFolder.of(site, given.data)
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    offered = offered_of(site, folder, given.user)
    from ui.app import Seat, run

    attachment = RemoteAttachment(site, folder, given.seat)

    async def look() -> None:
        while True:
            attachment.renew()
            await asyncio.sleep(LOOK_S)

    async def follow() -> None:
        try:
            await endure(look, "the look for a station", SystemClock())  # or this window would never see another one
        finally:
            await attachment.close()

    path = Path(platformdirs.user_config_path("vigie", appauthor=False)) / "window.json"
    return run(attachment, Seat(None, path, given.theme or "", given.language or "", offered), follow)


def need_screen() -> None:
    """Raises Unavailable where Qt would abort for want of a screen, as over ssh."""
    wanted = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    if sys.platform.startswith("linux") and not any(os.environ.get(name) for name in wanted):
        raise Unavailable(
            "there is no screen here (neither DISPLAY nor WAYLAND_DISPLAY is set): start it on the desktop, "
            "or run `vigie station` for a station without a window"
        )


def offered_of(site: Site, folder: DataFolder, wanted: str) -> str:
    """Id of who is offered where somebody signs in. Raises Unavailable for one neither the site folder nor the station
    knows; a directory knows people of whom nobody here has a list."""
    if not wanted or policy(site.folder).directory is not None:
        return wanted
    try:
        kept = Book(folder.accounts).people
    except StoreError as error:  # nobody can sign in until it is put right, but everybody can watch
        logging.getLogger(__name__).warning("Whom the station knows cannot be read: %s", error)
        return wanted
    if wanted not in kept and wanted not in site.users:
        known = ", ".join(sorted({*site.users, *kept})) or "those you make first"
        raise Unavailable(f"the site knows no user {wanted!r}: use one of {known}")
    return wanted
