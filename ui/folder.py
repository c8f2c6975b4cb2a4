"""DataFolder: where one station keeps what it must not lose. Never inside the site folder, which is under git.

<data>/history/          the historian's files
       journal.db        who did what; commands and their steps
       alarms.db         the state of every alarm
       run/              columns and station.json of the station that runs now; made anew at each start
       vigie.log
"""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import platformdirs

from supervisor.errors import Unavailable
from supervisor.model import Site


@dataclass(frozen=True, slots=True)
class DataFolder:
    """See the module."""

    root: Path

    @classmethod
    def of(cls, site: Site, chosen: Path | None) -> DataFolder:
        """The chosen folder, else one of the user's own per site folder."""
        if chosen is not None:
            return cls(chosen.resolve())
        mark = hashlib.sha256(str(site.folder.resolve()).encode()).hexdigest()[:8]
        return cls(Path(platformdirs.user_state_path("vigie", appauthor=False)) / f"{site.id}-{mark}")

    @property
    def history(self) -> Path:
        return self.root / "history"

    @property
    def journal(self) -> Path:
        return self.root / "journal.db"

    @property
    def alarms(self) -> Path:
        return self.root / "alarms.db"

    @property
    def run(self) -> Path:
        return self.root / "run"

    @property
    def station(self) -> Path:
        """Address, token and process of the running station."""
        return self.run / "station.json"

    @property
    def tag_columns(self) -> Path:
        return self.run / "tags.columns"

    @property
    def alarm_columns(self) -> Path:
        return self.run / "alarms.columns"

    @property
    def texts(self) -> Path:
        return self.run / "texts.columns"

    @property
    def log(self) -> Path:
        return self.root / "vigie.log"

    def make(self) -> None:
        """Make the folders. Raises Unavailable where that is not allowed."""
        try:
            self.run.mkdir(parents=True, exist_ok=True)
            self.history.mkdir(exist_ok=True)
        except OSError as error:
            raise Unavailable(
                f"the data folder {self.root} cannot be made ({error.strerror}): choose another with --data"
            ) from error

    @contextmanager
    def held(self) -> Iterator[None]:
        """Keep a second station off this folder; the lock goes with the process, even by kill -9.

        Raises Unavailable where another station runs on it.
        """
        with (self.run / "lock").open("a+") as file:
            try:
                _lock(file.fileno())
            except OSError:
                raise Unavailable(
                    f"a station already runs on {self.root}: attach to it with `vigie window`, or choose another --data"
                ) from None
            yield


def _lock(descriptor: int) -> None:
    if sys.platform == "win32":
        import msvcrt

        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
    else:
        import fcntl

        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
