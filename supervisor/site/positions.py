"""positions.toml: the operator positions of a control room, and which alarms each of them answers for.

The standards reckon the load of alarms per position; a site without this file is one position. Only the figures of
alarm performance know of positions: nobody gets a right by them, which is why the fingerprint leaves them out.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

from supervisor.model import Area, Equipment, System, Text
from supervisor.site.document import read_toml
from supervisor.site.findings import Catalogue, Findings
from supervisor.site.reader import Table

POSITIONS = Path("positions.toml")


@dataclass(frozen=True, slots=True)
class Position:
    """One seat of the control room."""

    id: str
    name: Text
    areas: frozenset[str] = frozenset()
    """With all that lies in them; empty for everywhere."""
    systems: frozenset[str] = frozenset()
    """Empty for all."""

    def answers(self, equipment: Equipment, areas: Mapping[str, Area]) -> bool:
        """Whether the alarms of an equipment are this position's."""
        if self.systems and equipment.system not in self.systems:
            return False
        return not self.areas or _inside(equipment.area, self.areas, areas)


def _inside(area: str, wanted: Collection[str], areas: Mapping[str, Area]) -> bool:
    while area:
        if area in wanted:
            return True
        area = areas[area].parent if area in areas else ""
    return False


def read_positions(
    folder: Path, areas: Catalogue[Area], systems: Catalogue[System], findings: Findings
) -> dict[str, Position]:
    """The positions; none where there is no positions.toml."""
    if not (folder / POSITIONS).exists():
        return {}
    document = read_toml(folder, POSITIONS, findings)
    if document is None:
        return {}
    positions: Catalogue[Position] = Catalogue("position", findings)
    table = Table.top(document, findings)
    for row in table.tables("position"):
        id_, name = row.id(), row.name()
        named = {"areas": row.words("areas"), "systems": row.words("systems")}
        for key, known in (("areas", areas), ("systems", systems)):
            for number, word in enumerate(named[key]):
                known.find(word, row.where(key, number))
        position = Position(id_, name, frozenset(named["areas"]), frozenset(named["systems"]))
        positions.add(id_, position, row.where("id"))
        row.close()
    table.close()
    return positions.rows


def positions(folder: Path) -> dict[str, Position]:
    """Those of a folder that was checked before."""
    findings = Findings()
    areas: Catalogue[Area] = Catalogue("area", findings)
    systems: Catalogue[System] = Catalogue("system", findings)
    areas.complete = systems.complete = False
    return read_positions(folder, areas, systems, findings)
