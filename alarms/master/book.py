"""Book: the rows of the master alarm database, from the types of a site and from `alarms/master.csv`.

An alarm that one equipment has otherwise (`alarms/overrides.csv`) is a row of its own below those of the types: its
`alarm` is the id of that one alarm, such as AR-0417.leakage_high, and its cells are what the station goes by there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from alarms.master.columns import COLUMNS, CONFIGURED, KEY, RATIONALISED, plain
from supervisor.model import EquipmentType, Site
from supervisor.site.document import Document, read_toml
from supervisor.site.findings import Findings
from supervisor.site.overrides import Override, read_overrides

MASTER = Path("alarms") / "master.csv"
"""In the site folder: what was approved, and the columns of the rationalisation."""
TYPES = Path("types")
Key = tuple[str, str]
Row = dict[str, str]
"""Column -> cell; a cell that is not there is empty."""
Rows = dict[Key, Row]


@dataclass(frozen=True, slots=True)
class Source:
    """Where a rule is written."""

    document: Document
    at: int
    """Position among the [[alarm]] of its file."""


def sources(folder: Path) -> dict[Key, Source]:
    """Every rule of a folder that was checked before, in the order of the files and in them."""
    found: dict[Key, Source] = {}
    for path in sorted((folder / TYPES).glob("*.toml")):
        document = read_toml(folder, TYPES / path.name, Findings())
        if document is not None:
            for at, table in enumerate(document.values.get("alarm", [])):
                found[str(document.values["id"]), str(table["id"])] = Source(document, at)
    return found


def configured(site: Site) -> Rows:
    """What the station goes by."""
    rows: Rows = {}
    for (type_, alarm), source in sources(site.folder).items():
        table = source.document.values["alarm"][source.at]
        row = {column.name: _cell(table, column.path) for column in CONFIGURED}
        row |= {"type": type_, "alarm": alarm, **_told(site, site.types[type_], str(table.get("tag", "")))}
        rows[type_, alarm] = row
    for (type_, id_), one in overrides(site).items():
        rows[type_, id_] = rows[type_, one.alarm.rule.id] | dict(one.cells) | {"alarm": id_, "equipment": "1"}
    return rows


def overrides(site: Site) -> dict[Key, Override]:
    """What single equipment have otherwise, of a folder that was checked before."""
    return {(one.alarm.equipment.type.id, one.alarm.id): one for one in read_overrides(site, Findings())}


def _cell(table: Mapping[str, Any], path: tuple[str, ...]) -> str:
    """The value of a key; a text that is the same in both languages stands in both."""
    value: Any = table
    for key in path:
        value = value.get(key) if isinstance(value, dict) else value
    return plain(value)


def _told(site: Site, type_: EquipmentType, tag: str) -> Row:
    """Unit, and how many equipment the rule watches."""
    spec = type_.tags.get(tag)
    return {"unit": spec.unit if spec else "", "equipment": str(len(site.equipment_by_type.get(type_.id, ())))}


def whole(rows: Rows, master: Rows) -> Rows:
    """What is configured, with what the master says of each rule."""
    return {
        key: {column.name: row.get(column.name, "") for column in COLUMNS}
        | {column.name: master.get(key, {}).get(column.name, "") for column in RATIONALISED}
        for key, row in rows.items()
    }


def key_of(row: Row) -> Key:
    """Which rule a row is of."""
    return row.get(KEY[0], ""), row.get(KEY[1], "")
