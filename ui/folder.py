"""DataFolder: where one station keeps what it must not lose. Never inside the site folder, which is under git.

<data>/history/          the historian's files
       journal.db        who did what; commands and their steps; how every alarm is, what was taken in hand
       journal-words.db  where words stand in it: may be deleted, is made again
       notify.db         notices to those on call
       run/lock          held by the station that runs now, with its process number inside
           station.json  where it is found, and which of the folders below is its own
           columns-…/    the live columns of one start; an older one goes at the next start
       vigie.log
       secrets.json      passwords of links, where the machine has no keyring
       accounts.json     hashes of the passwords of people, and whom only this station knows
       pki/              own key and certificate, and those of others that are trusted or not

Nobody but the owner may look into it: the journal names people, and station.json holds the word that lets one in.
"""

from __future__ import annotations

import hashlib
import os
import secrets
import shutil
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import platformdirs

from supervisor.errors import Unavailable
from supervisor.model import Site
from supervisor.vault import Vault

_COLUMNS = "columns-"
_BEYOND = 1 << 30
"""Where the lock's byte lies: on Windows a locked byte can't be read by others, and the process number must be."""
_TRIES = 20
"""A look at the lock holds it for some microseconds, so a station that starts tries again for half a second."""


@dataclass(frozen=True, slots=True)
class ColumnFiles:
    """The column files of one start of a station."""

    folder: Path

    @property
    def tags(self) -> Path:
        return self.folder / "tags.columns"

    @property
    def alarms(self) -> Path:
        """Where an earlier Vigie kept how alarms are; in the journal's file since."""
        return self.folder / "alarms.columns"

    @property
    def texts(self) -> Path:
        return self.folder / "texts.columns"

    @property
    def equipment(self) -> Path:
        return self.folder / "equipment.columns"


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
        """Where an earlier Vigie kept how alarms are; in the journal's file since."""
        return self.root / "alarms.db"

    @property
    def accounts(self) -> Path:
        """Who may sign in."""
        return self.root / "accounts.json"

    @property
    def schedule(self) -> Path:
        """Where an earlier Vigie kept what was taken in hand from its programme; in the journal's file since."""
        return self.root / "schedule.db"

    @property
    def notify(self) -> Path:
        """What was told to whom, and what waits."""
        return self.root / "notify.db"

    @property
    def run(self) -> Path:
        return self.root / "run"

    @property
    def station(self) -> Path:
        """Address, token and process of the running station."""
        return self.run / "station.json"

    @property
    def log(self) -> Path:
        return self.root / "vigie.log"

    def vault(self, site: Site) -> Vault:
        """Passwords, keys and certificates of this station."""
        return Vault(self.root, f"vigie:{site.id}")

    def make(self) -> None:
        """Make the folders. Raises Unavailable where that is not allowed."""
        try:
            self.root.mkdir(mode=0o700, parents=True, exist_ok=True)
            self.run.mkdir(mode=0o700, exist_ok=True)
            self.history.mkdir(mode=0o700, exist_ok=True)
        except OSError as error:
            raise Unavailable(
                f"the data folder {self.root} cannot be made ({error.strerror}): choose another with --data"
            ) from error

    def columns(self, start: str) -> ColumnFiles:
        """Those of the start that `station.json` names."""
        return ColumnFiles(self.run / start)

    def fresh_columns(self) -> ColumnFiles:
        """Where a station that starts now makes its columns; takes away those of earlier ones.

        A folder per start, because Windows neither removes nor replaces a file that a window still maps: what stays
        there goes at a later start. Raises Unavailable.
        """
        for old in self.run.glob(f"{_COLUMNS}*"):
            shutil.rmtree(old, ignore_errors=True)
        fresh = self.run / f"{_COLUMNS}{secrets.token_hex(4)}"
        try:
            fresh.mkdir(mode=0o700)
        except OSError as error:
            raise self._unwritable(error) from error
        return ColumnFiles(fresh)

    def holder(self) -> int:
        """The process of the station that runs on this folder; 0 for none.

        The lock tells, never a process number alone: after a kill -9 or a power cut that number is in station.json
        still, and by then may be any other program's.
        """
        try:
            descriptor = os.open(self.run / "lock", os.O_RDWR)
        except OSError:
            return 0
        try:
            _lock(descriptor, shared=True)
            return 0
        except OSError:
            os.lseek(descriptor, 0, os.SEEK_SET)
            number = os.read(descriptor, 20).decode("ascii", "replace")
            return int(number) if number.isdecimal() else 0
        finally:
            os.close(descriptor)

    @contextmanager
    def held(self) -> Iterator[None]:
        """Keep a second station off this folder; the lock goes with the process, even by kill -9.

        Raises Unavailable where another station runs on it, or where it can't be written.
        """
        try:
            descriptor = os.open(self.run / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            raise self._unwritable(error) from error
        try:
            self._take(descriptor)
            os.ftruncate(descriptor, 0)
            os.lseek(descriptor, 0, os.SEEK_SET)
            with suppress(OSError):  # a full disk: the lock holds without a name to it
                os.write(descriptor, str(os.getpid()).encode())
            yield
        finally:
            os.close(descriptor)

    def _take(self, descriptor: int) -> None:
        for _ in range(_TRIES):
            try:
                return _lock(descriptor)
            except OSError:
                time.sleep(0.5 / _TRIES)
        raise Unavailable(
            f"a station already runs on {self.root}: attach to it with `vigie window`, or choose another --data"
        )

    def _unwritable(self, error: OSError) -> Unavailable:
        return Unavailable(
            f"the data folder {self.root} cannot be written ({error.strerror}): free it or choose another with --data"
        )


def _lock(descriptor: int, shared: bool = False) -> None:
    """Until the descriptor is closed; OSError where somebody else holds it. Windows knows no shared one."""
    if sys.platform == "win32":
        import msvcrt

        os.lseek(descriptor, _BEYOND, os.SEEK_SET)
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
    else:
        import fcntl

        fcntl.flock(descriptor, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
