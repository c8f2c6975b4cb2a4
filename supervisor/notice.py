"""station.json: where a running station is found, and the word that lets one in. Readable by its owner alone."""

from __future__ import annotations

import os
import time
from pathlib import Path

import msgspec

from supervisor.errors import StoreError, Unavailable

TRIES = 20
PAUSE_S = 0.02


class Notice(msgspec.Struct, frozen=True):
    """What a station says of itself in its run folder."""

    port: int
    """On 127.0.0.1."""
    token: str
    pid: int
    fingerprint: str
    """Of the site it runs: equal fingerprints, equal numbering of tags and alarms."""
    columns: str = ""
    """Name of the folder, beside this file, in which the columns of this start lie."""


def post(path: Path, notice: Notice) -> None:
    """Put up the notice in one step: a reader sees the old one or the new one. Raises StoreError."""
    fresh = path.with_name(f"{path.name}.{notice.pid}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh.unlink(missing_ok=True)
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with open(descriptor, "wb") as file:
            file.write(msgspec.json.encode(notice))
            file.flush()
            os.fsync(file.fileno())
        _replace(fresh, path)
    except OSError as error:
        raise StoreError(f"{path} cannot be written: {error.strerror}.") from error


def _replace(fresh: Path, path: Path) -> None:
    """Windows replaces no file that somebody reads at that moment, and every window reads this one often."""
    for left in reversed(range(TRIES)):
        try:
            os.replace(fresh, path)
            break
        except PermissionError:
            if not left:
                raise
            time.sleep(PAUSE_S)


def look(path: Path) -> Notice:
    """The notice of the station that runs here. Raises Unavailable where there is none."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=Notice)
    except (OSError, msgspec.DecodeError) as error:
        raise Unavailable(f"No station runs here ({path.name}: {error}). Start one with `vigie station`.") from error


def take_down(path: Path, notice: Notice) -> None:
    """Remove the notice, unless another station has put up its own since."""
    try:
        if look(path) == notice:
            path.unlink()
    except (Unavailable, OSError):
        return
