"""`vigie screenshots`: every page of the living demo, in both themes and languages, without a screen."""

from __future__ import annotations

import argparse
import asyncio
import os
import secrets
import sys
import tempfile
from pathlib import Path

import drivers
from supervisor.accounts.accounts import Accounts
from supervisor.clock import SystemClock
from supervisor.errors import Unavailable
from supervisor.journal import Journal
from supervisor.model import Site
from supervisor.site import load
from supervisor.site.on_call import on_call_of
from ui.attach import RemoteAttachment
from ui.cli import staging
from ui.cli.past import fill
from ui.cli.run import await_city
from ui.folder import DataFolder
from ui.keeper import Child

SIZE = (1920, 1080)


def screenshots(given: argparse.Namespace) -> int:
    """Start a city and a station of their own, wait until they live, and take the pictures."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    given.to.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="vigie-") as temporary:
        site = load(given.site, drivers.TABLE)
        folder = DataFolder(Path(temporary))
        folder.make()
        proof = "administrateur", secrets.token_urlsafe(24)
        asyncio.run(_enrol(site, folder, proof))
        city = Child("city", _command("city", given.site, "--control", given.control), folder.root / "city.log")
        station = Child("station", _command("station", given.site, "--data", folder.root), folder.root / "station.out")
        city.start()
        fill(site, folder, 24.0)
        staging.tell(site, on_call_of(site), folder, SystemClock().now())
        if not city.running:
            raise Unavailable("the simulated city did not start: " + (folder.root / "city.log").read_text()[-500:])
        await_city(given.control)
        station.start()
        attachment = RemoteAttachment(site, folder, "Poste 1", proof)
        try:
            return _show(attachment, given)
        finally:
            station.stop()
            city.stop()


async def _enrol(site: Site, folder: DataFolder, proof: tuple[str, str]) -> None:
    """An administrator sees every page: an account for a station that lives as long as the pictures take."""
    clock = SystemClock()
    journal = Journal(folder.journal, clock)
    try:
        await Accounts(site, folder.accounts, journal, clock).found(proof[0], "Agnès Martin", proof[1])
    finally:
        journal.close()


def _command(name: str, *words: object) -> list[str]:
    return [sys.executable, "-m", "ui.cli", name, *map(str, words)]


def _show(attachment: RemoteAttachment, given: argparse.Namespace) -> int:
    """Build the window, let it run, and take the pictures from within its own loop."""
    import qasync
    from PySide6.QtCore import Qt

    from ui.app import build, prepare
    from ui.portraits import take_commands
    from ui.preferences import Preferences
    from ui.screenshots import take, take_flood
    from ui.tasks import Tasks

    async def work() -> int:
        for _ in range(300):
            if attachment.renew():
                break
            await asyncio.sleep(0.1)
        else:
            raise Unavailable("the station did not start within half a minute")
        tasks = Tasks(asyncio.get_running_loop())
        window = build(attachment, Preferences(), None, SystemClock(), tasks)
        window.setWindowState(Qt.WindowState.WindowNoState)  # a new one takes the screen, and this one has none
        window.resize(*SIZE)
        window.show()
        window.start()
        await asyncio.sleep(given.settle)
        await staging.live(attachment, given.control)
        taken = await take(window, given.to)
        taken += await take_commands(
            window, given.to, staging.SILENT.removeprefix("L-"), lambda words: staging.wreak(given.control, words)
        )
        await staging.storm(given.control)
        taken += await take_flood(window, given.to)
        print(f"{len(taken)} pictures in {given.to}")
        window.close()
        await tasks.close()
        await attachment.close()
        return 0

    loop = qasync.QEventLoop(prepare())
    asyncio.set_event_loop(loop)
    with loop:
        return int(loop.run_until_complete(work()))
