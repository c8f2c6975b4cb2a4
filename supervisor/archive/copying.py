"""Copying: files as they are at one moment, on the disk itself, and with their SHA-256."""

from __future__ import annotations

import hashlib
import os
from contextlib import closing, suppress
from pathlib import Path

from supervisor.database import reader, sqlite3
from supervisor.errors import StoreError

_PIECE = 4 << 20


def copy_live(source: Path, target: Path) -> None:
    """A file that others write, as it is at one moment: SQLite copies it page by page and begins anew where it must."""
    target.unlink(missing_ok=True)
    with closing(reader(source)) as live, closing(sqlite3.connect(target)) as copy:
        live.backup(copy)
        copy.execute("PRAGMA journal_mode=DELETE").fetchone()  # or whoever reads the copy would leave files beside it


def copy_plain(source: Path, target: Path) -> str:
    """A file that nobody writes; its SHA-256 as it was read."""
    digest = hashlib.sha256()
    with source.open("rb") as read, target.open("wb") as write:
        while piece := read.read(_PIECE):
            digest.update(piece)
            write.write(piece)
        write.flush()
        os.fsync(write.fileno())
    return digest.hexdigest()


def compare(path: Path, sha256: str) -> None:
    """StoreError, and the copy is gone, where the disk gives back something else than was written."""
    if sha256_of(path) != sha256:
        path.unlink()
        raise StoreError(f"{path}: the copy is not what was copied; the disk fails.")


def sha256_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def flush(path: Path) -> None:
    """To the disk itself; a folder can't be flushed on Windows."""
    with suppress(PermissionError):
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
