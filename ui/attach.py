"""The window's end of the station: shared columns, read-only files, one socket for everything that acts.

`Attachment` is all a window knows of a station; it is held in process by tests and across the socket by `vigie window`.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from typing import Any, Protocol

from alarms.engine import FIELDS as ALARM_FIELDS
from supervisor import notice
from supervisor.ask import Asker
from supervisor.columns import Columns
from supervisor.desk.board import blank
from supervisor.errors import StoreError, Unavailable
from supervisor.historian.history import History
from supervisor.holes import HoleReader
from supervisor.journal import JournalReader
from supervisor.model import Site
from supervisor.table import TagTable
from supervisor.texts import Texts
from ui.folder import DataFolder
from ui.wording import Wording

log = logging.getLogger(__name__)


class Attachment(Protocol):
    """One station, seen from a window."""

    @property
    def site(self) -> Site: ...

    @property
    def table(self) -> Columns:
        """Columns of `supervisor.table`; `beat` says whether the station lives. Others from one moment to the next
        when the station was started again or another instant is looked at; so with what follows."""

    @property
    def texts(self) -> Texts: ...

    @property
    def alarms(self) -> Columns:
        """Columns of `alarms.engine`, one row per `site.alarms`."""

    @property
    def equipment(self) -> Columns:
        """Columns of `supervisor.desk.board`, one row per `site.equipment`: lock-outs, and the command that has it."""

    @property
    def history(self) -> History: ...

    @property
    def holes(self) -> HoleReader:
        """What the history has missed; to be read in a thread."""

    @property
    def journal(self) -> JournalReader: ...

    async def ask(self, act: str, **words: Any) -> Mapping[str, Any]:
        """Ask the station to act (`submit`, `acknowledge`, `shelve`…) in the name of who has signed in here.

        Returns its answer. Raises `Refused` with the operator's sentence, or `Unavailable` when no station answers
        in time: then nobody knows whether it acted, and the ledger tells once it is back.
        """


class RemoteAttachment:
    """An `Attachment` to whatever station runs on a data folder, now or later.

    Until one has been there, the columns are empty ones of its own in which nothing beats: the window is on the screen
    at once and says that no station answers.
    """

    def __init__(self, site: Site, folder: DataFolder, seat: str = "", proof: tuple[str, str] | None = None) -> None:
        """`seat` is the name of this one, the machine's where empty; `proof` signs a program in (see `Asker`)."""
        self.site = site
        self.table = TagTable(site.tags).columns
        self.texts = Texts.create()
        self.alarms = Columns.create(len(site.alarms), ALARM_FIELDS)
        self.equipment = blank(site)
        self.history = History(folder.history)
        self.holes = HoleReader(folder.history)
        wording = Wording(site)
        self.journal = JournalReader(folder.journal, wording)
        wording.met = self.journal.people
        self._folder = folder
        self._asker = Asker(folder.station, seat, proof=proof)
        self._notice: notice.Notice | None = None
        self.renew()

    async def ask(self, act: str, **words: Any) -> Mapping[str, Any]:
        return await self._asker.ask(act, **words)

    def tell_idle(self, idle_s: Callable[[], float]) -> None:
        """For how long nobody has touched this window goes along with whatever it asks."""
        self._asker.idle = idle_s

    async def close(self) -> None:
        """Hang up and let go of the files."""
        await self._asker.close()
        self.history.close()

    def renew(self) -> bool:
        """Take over a station that was not there at the last look; whether there is a new one.

        A station that runs another version of the site folder has other columns: it is left alone, and said so once.
        """
        try:
            found = notice.look(self._folder.station)
        except Unavailable:
            return False
        if found == self._notice:
            return False
        self._notice = found
        if found.fingerprint != self.site.fingerprint:
            log.error("The station runs another version of the site folder: restart the station, then this window.")
            return False
        try:
            files = self._folder.columns(found.columns)
            texts, alarms, table = Texts.attach(files.texts), Columns.attach(files.alarms), Columns.attach(files.tags)
            equipment = Columns.attach(files.equipment)
        except StoreError as error:
            log.warning("The columns of the station cannot be read yet: %s", error)
            self._notice = None
            return False
        self.texts, self.alarms, self.table, self.equipment = texts, alarms, table, equipment
        return True
