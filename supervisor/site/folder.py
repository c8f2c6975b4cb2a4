"""`load` and `check`: a site folder -> `Site`, or every problem in it.

    site, areas ─> links ─> types: tags ─> lists, raw ─> groups ─> formulas ─> types: alarms, commands ─> packs ─> lists
    ─> numbers ─> calculated tags ─> overrides of alarms ─> programmes

Each step reads on over the mistakes of the step before; nothing is numbered unless there was none.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from supervisor.driver import Protocol
from supervisor.errors import SiteError
from supervisor.model import Area, EquipmentType, Site, User
from supervisor.site.alarm_causes import answerable
from supervisor.site.derived import derive
from supervisor.site.equipment import Known, Lists, parents, read_lists, unused_links
from supervisor.site.equipment_types import read_drafts
from supervisor.site.findings import Catalogue, Findings, Place, closest
from supervisor.site.fingerprint import fingerprint
from supervisor.site.formulas import bind
from supervisor.site.groups import GroupDraft, read_groups, unused_ids
from supervisor.site.links import read_links
from supervisor.site.numbering import Numbering
from supervisor.site.on_call import read_on_call
from supervisor.site.overrides import overridden
from supervisor.site.packs import read_packs
from supervisor.site.positions import read_positions
from supervisor.site.problems import Problem
from supervisor.site.programmes import read_schedule
from supervisor.site.rules import finish
from supervisor.site.territory import read_areas, read_people, read_territory

ENTRIES = (
    "site.toml", "areas.toml", "links.csv", "people.toml", "groups.toml", "calendars.toml", "programmes.toml",
    "notify.toml", "types", "packs", "equipment", "pages", "map", "positions.toml", "alarms",
)  # fmt: skip
"""What a site folder holds; anything else is left alone unless it looks like one of these mistyped."""


def load(folder: Path, protocols: Mapping[str, Protocol]) -> Site:
    """The site of a folder. Raises `SiteError` with all problems of it."""
    return _Folder(folder, protocols).site()


def check(folder: Path, protocols: Mapping[str, Protocol]) -> list[Problem]:
    """Every problem of a folder, in file and line order; empty for a site that can be run."""
    try:
        load(folder, protocols)
    except SiteError as error:
        return list(error.problems)
    return []


class _Folder:
    """A folder being read."""

    def __init__(self, folder: Path, protocols: Mapping[str, Protocol]) -> None:
        self._folder = folder
        self._protocols = protocols
        self._findings = Findings()
        self._groups: list[GroupDraft] = []

    def site(self) -> Site:
        self._stop_unless_there()
        known, users, lists = self._read()
        self._stop_on_problems()
        numbering = Numbering(known.types.rows)
        numbering.add(lists.entries, known.links.rows)
        territory = known.territory
        site = Site(
            id=territory.id,
            name=territory.name,
            folder=self._folder,
            zone=territory.zone,
            latitude=territory.latitude,
            longitude=territory.longitude,
            language=territory.language,
            areas=known.areas.rows,
            systems=territory.systems.rows,
            types=known.types.rows,
            packs={id_: pack.device_pack() for id_, pack in known.packs.rows.items()},
            links=known.links.rows,
            equipment=tuple(numbering.equipment),
            tags=tuple(numbering.tags),
            alarms=tuple(numbering.alarms),
            users=users,
            fingerprint=fingerprint(self._folder),
        )
        site = answerable(derive(site, self._groups, self._findings), self._findings)
        site = overridden(site, self._findings)
        read_schedule(site, self._findings)
        read_on_call(site, self._findings)
        self._stop_on_problems()
        return site

    def _read(self) -> tuple[Known, Mapping[str, User], Lists]:
        folder, findings = self._folder, self._findings
        self._check_entries()
        territory = read_territory(folder, findings)
        areas: Catalogue[Area] = read_areas(folder, findings)
        users = read_people(folder, areas, findings)
        read_positions(folder, areas, territory.systems, findings)
        links, rows = read_links(folder, self._protocols, areas, findings)
        drafts = read_drafts(folder, territory.systems, findings)
        sheets = read_lists(folder, findings)
        for type_, above in parents(sheets).items():
            drafts.parents.setdefault(type_, set()).update(above)
        groups = read_groups(folder, drafts, areas, territory.systems, findings)
        bind(drafts, findings)
        types: Catalogue[EquipmentType] = Catalogue("equipment type", findings)
        types.rows, types.damaged = finish(folder, drafts), drafts.damaged
        packs = read_packs(folder, drafts, self._protocols, findings)
        known = Known(territory, areas, links, types, packs, self._protocols)
        lists = Lists(sheets, known, findings)
        lists.read()
        unused_links(lists, links, rows, findings)
        self._groups = unused_ids(groups, lists.ids(), links, findings)
        return known, users, lists

    def _check_entries(self) -> None:
        """Tell a file or folder whose name is nearly one that would be read."""
        for path in sorted(self._folder.iterdir()):
            near = closest(path.name, ENTRIES, cutoff=0.8) if path.name not in ENTRIES else ""
            if near and not (self._folder / near).exists():
                self._findings.add(Place(Path(path.name), 0), "Nothing reads this", f'Did you mean "{near}"?')

    def _stop_unless_there(self) -> None:
        if not self._folder.is_dir():
            message = f"There is no folder {self._folder}." if not self._folder.exists() else "This is not a folder."
            raise SiteError([Problem(Path(self._folder.name), 0, message, "Name the folder that holds site.toml.")])

    def _stop_on_problems(self) -> None:
        problems = self._findings.all()
        if problems:
            raise SiteError(problems)
