"""The window's end of the station: shared columns, read-only files, one socket for everything that acts.

`Attachment` is all a window knows of a station; it is held in process by tests and across the socket by `vigie window`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from supervisor.historian.history import History
from supervisor.journal import JournalReader

from supervisor.columns import Columns
from supervisor.model import Site
from supervisor.texts import Texts


class Attachment(Protocol):
    """One station, seen from a window."""

    site: Site
    table: Columns
    """Columns of `supervisor.table`; `beat` says whether the station lives."""
    texts: Texts
    alarms: Columns
    """Columns of `alarms.engine`, one row per `site.alarms`."""
    history: History
    journal: JournalReader

    async def ask(self, act: str, **words: Any) -> Mapping[str, Any]:
        """Ask the station to act (`submit`, `acknowledge`, `shelve`…) in the name of the window's user.

        Returns its answer. Raises `Refused` with the operator's sentence, or `Unavailable` when no station answers
        in time: then nobody knows whether it acted, and the ledger tells once it is back.
        """
