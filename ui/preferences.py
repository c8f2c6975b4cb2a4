"""Preferences: what one person chose on this machine: theme, language, text scale, pinned pages, window place.

A file of JSON that may be lost or damaged without harm: then the window opens as new.
"""

from __future__ import annotations

import json
import logging
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path

log = logging.getLogger(__name__)


@dataclass
class Preferences:
    """See the module; `path` None keeps nothing."""

    path: Path | None = None
    theme: str = "light"
    language: str = ""
    """Empty for the site's own."""
    scale: float = 1.0
    pinned: list[str] = field(default_factory=list)
    """Page ids and equipment ids, in the order of Alt+1 to Alt+9; empty for the default ones."""
    geometry: str = ""
    """Of the window, as Qt encodes it, in base 64."""
    pens: list[str] = field(default_factory=list)
    """Ids of the tags on the page of trends, in order."""
    dock_open: str = ""
    """"yes" or "no" once somebody has opened or folded the trends under a synoptic; empty: as the window has room."""

    @classmethod
    def load(cls, path: Path | None) -> Preferences:
        """What the file says; the default for whatever it does not say or says wrongly."""
        chosen = cls(path)
        if path is None or not path.exists():
            return chosen
        try:
            said = json.loads(path.read_text("utf-8"))
        except (OSError, ValueError) as error:
            log.warning("%s is ignored: %s", path, error)
            return chosen
        for row in fields(cls):
            if (
                row.name != "path"
                and isinstance(said, dict)
                and isinstance(said.get(row.name), _kind(chosen, row.name))
            ):
                setattr(chosen, row.name, said[row.name])
        return chosen

    def save(self) -> None:
        """Write the file; a disk that refuses costs the preferences, not the work."""
        if self.path is None:
            return
        said = {name: value for name, value in asdict(self).items() if name != "path"}
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self.path.write_text(json.dumps(said, indent=1), "utf-8")
        except OSError as error:
            log.warning("%s cannot be written: %s", self.path, error)


def _kind(chosen: Preferences, name: str) -> type:
    return type(getattr(chosen, name))
