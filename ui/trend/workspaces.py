"""Workspaces: trends a person comes back to: pens, scales, span and comparisons under a name.

    {"anne": [{"name": "Bassins nord", "pens": ["PR01.level", …], …}, …]}

One file beside the preferences. A file that is lost or damaged costs the names in it and nothing else: it is told,
and put aside before the next one is written.
"""

from __future__ import annotations

import logging
from pathlib import Path

import msgspec

log = logging.getLogger(__name__)

FILE = "trends.json"


class Workspace(msgspec.Struct, frozen=True):
    """See the module."""

    name: str
    pens: list[str]
    """Ids of tags, in the order of their numbers."""
    apart: list[str] = []
    """Those of them with an axis of their own."""
    folded: list[str] = []
    """Keys of scales."""
    chosen: str = ""
    span_s: float = 3600.0
    start: float | None = None
    """Seconds UTC; None follows the present."""
    fitted: bool = False
    compared: list[str] = []
    """Ids of comparisons."""


class Shelf:
    """The workspaces of one person, by name; `folder` None keeps them for this window only."""

    def __init__(self, folder: Path | None, user: str) -> None:
        self._path = folder / FILE if folder else None
        self._user = user
        self._everyone: dict[str, list[Workspace]] = self._read()

    @property
    def names(self) -> list[str]:
        """In the order of the alphabet."""
        return sorted((one.name for one in self._own()), key=str.casefold)

    def find(self, name: str) -> Workspace | None:
        return next((one for one in self._own() if one.name == name), None)

    def keep(self, workspace: Workspace) -> bool:
        """Put it in the place of the one of its name; whether the disk took it."""
        self._own()[:] = [one for one in self._own() if one.name != workspace.name] + [workspace]
        return self._write()

    def rename(self, name: str, to: str) -> bool:
        """Give one another name; whether the disk took it. One that had the new name already gives way."""
        found = self.find(name)
        if found is None or name == to:
            return True
        self._own()[:] = [one for one in self._own() if one.name not in (name, to)]
        return self.keep(msgspec.structs.replace(found, name=to))

    def delete(self, name: str) -> bool:
        """Let one go; whether the disk took it."""
        self._own()[:] = [one for one in self._own() if one.name != name]
        return self._write()

    def _own(self) -> list[Workspace]:
        return self._everyone.setdefault(self._user, [])

    def _read(self) -> dict[str, list[Workspace]]:
        if self._path is None or not self._path.exists():
            return {}
        try:
            return msgspec.json.decode(self._path.read_bytes(), type=dict[str, list[Workspace]])
        except (OSError, msgspec.DecodeError) as error:
            log.warning("%s is put aside: %s", self._path, error)
            self._put_aside(self._path)
            return {}

    @staticmethod
    def _put_aside(path: Path) -> None:
        try:
            path.replace(path.with_suffix(".damaged"))
        except OSError as error:
            log.warning("%s can't be put aside: %s", path, error)

    def _write(self) -> bool:
        """Whole or not at all. Where nothing is kept there is nothing to fail."""
        if self._path is None:
            return True
        fresh = self._path.with_suffix(".new")
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            fresh.write_bytes(msgspec.json.format(msgspec.json.encode(self._everyone)))
            fresh.replace(self._path)
        except OSError as error:
            log.warning("%s can't be written: %s", self._path, error)
            return False
        return True
