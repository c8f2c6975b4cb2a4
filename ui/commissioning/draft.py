"""Draft: files for a site folder, tried on a copy of it before anything is written.

It makes new files and adds rows at the end of links.csv; what is there already is never changed. Where a file exists,
or the folder would then have a mistake, nothing is written and all of it is said.
"""

from __future__ import annotations

import csv
import io
import shutil
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import drivers
from supervisor.errors import SiteError, Unavailable
from supervisor.site import load

LINKS = Path("links.csv")
LINK_COLUMNS = ("id", "name", "protocol", "url", "area", "settings")


@dataclass
class Draft:
    """See the module. Paths are within the site folder."""

    site: Path
    files: dict[Path, str] = field(default_factory=dict)
    links: list[Mapping[str, str]] = field(default_factory=list)
    """Rows for links.csv."""

    def new(self, path: Path, text: str) -> None:
        self.files[path] = text

    def write(self) -> list[str]:
        """Write all of it; returns what was done, a line each. Raises Unavailable or SiteError, nothing written."""
        there = [str(path) for path in self.files if (self.site / path).exists()]
        if there:
            raise Unavailable(
                f"{', '.join(there)} exists in {self.site} and is left as it is: choose another id, or take it away"
            )
        with tempfile.TemporaryDirectory(prefix="vigie-import-") as folder:
            copy = Path(folder) / self.site.resolve().name
            try:
                shutil.copytree(self.site, copy, ignore=shutil.ignore_patterns(".git"))
                _check(copy, "has mistakes already: repair them first (vigie check)")
                self._put(copy)
            except OSError as error:
                raise Unavailable(f"{self.site} cannot be copied for a trial: {error}") from None
            load(copy, drivers.TABLE)
        try:
            self._put(self.site)
        except OSError as error:
            raise Unavailable(f"{self.site} cannot be written: {error}") from None
        done = [f"new    {path}" for path in self.files]
        return done + ([f"added  {len(self.links)} row(s) to {LINKS}"] if self.links else [])

    def _put(self, site: Path) -> None:
        for path, text in self.files.items():
            (site / path).parent.mkdir(parents=True, exist_ok=True)
            with open(site / path, "x", encoding="utf-8", newline="") as file:
                file.write(text)
        if self.links:
            _append(site / LINKS, self.links)


def _check(site: Path, words: str) -> None:
    """A folder that was broken before is no fault of the draft, except that a link without equipment waits for it."""
    try:
        load(site, drivers.TABLE)
    except SiteError as error:
        first = next(iter(error.problems))
        raise Unavailable(f"the site folder {words}; the first is: {first}") from None


def _append(path: Path, rows: Sequence[Mapping[str, str]]) -> None:
    """At the end, in the columns the file has."""
    text = path.read_text("utf-8-sig") if path.exists() else ""
    header = next((line for line in text.splitlines() if line.strip() and not line.startswith("#")), "")
    columns = [column.strip() for column in next(csv.reader([header]))] if header else list(LINK_COLUMNS)
    lost = {key for row in rows for key, value in row.items() if value and key not in columns} - {"settings"}
    if lost:
        raise Unavailable(f"{path.name} has no column {', '.join(sorted(lost))}: add it to its header row")
    lines = table(rows, columns).splitlines(keepends=True)
    gap = "" if not text or text.endswith("\n") else "\n"
    with open(path, "a", encoding="utf-8", newline="") as file:
        file.write(gap + "".join(lines[1:] if header else lines))


def table(rows: Iterable[Mapping[str, str]], columns: Sequence[str]) -> str:
    """CSV as the site folder has it."""
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, restval="", extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()
