"""The fingerprint of a site folder: equal fingerprints, equal numbering."""

from __future__ import annotations

import hashlib
from pathlib import Path

NUMBERED = (
    "site.toml",
    "areas.toml",
    "links.csv",
    "people.toml",
    "groups.toml",
    "calendars.toml",
    "calendars/*",
    "programmes.toml",
    "types/*.toml",
    "packs/*/*",
    "equipment/*.csv",
    "alarms/overrides.csv",
)
"""What decides over numbering, rules and rights. Pages and maps are drawn by the window alone, so that editing one
never parts it from its station."""


def fingerprint(folder: Path) -> str:
    """SHA-256 over the name and bytes of every file that matters, in the order of the names."""
    digest = hashlib.sha256()
    paths = {path for pattern in NUMBERED for path in folder.glob(pattern) if path.suffix in (".toml", ".csv", ".ics")}
    for path in sorted(paths, key=lambda path: path.relative_to(folder).as_posix()):
        content = path.read_bytes()
        digest.update(f"{path.relative_to(folder).as_posix()}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()
