"""The alarms and commands of an equipment type: the second reading of types/*.toml, once every tag is known."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from supervisor import health
from supervisor.model import EquipmentType
from supervisor.site.alarm_causes import check_causes
from supervisor.site.alarm_rules import AlarmReading
from supervisor.site.commands import CommandReading
from supervisor.site.equipment_types import Draft, Drafts
from supervisor.site.findings import suggest
from supervisor.site.reader import Table

PAGES = Path("pages")


def finish(folder: Path, drafts: Drafts) -> dict[str, EquipmentType]:
    """Every type of the site with its alarms and commands, and Vigie's own."""
    types = {draft.id: _Reading(draft, drafts).type() for draft in drafts.rows.values()}
    check_causes(drafts, types)
    if (folder / PAGES).is_dir():
        pages = [path.stem for path in sorted((folder / PAGES).glob("*.toml"))]
        for draft in drafts.rows.values():
            _check_page(draft.table, types[draft.id].page, pages)
    return types | {type_.id: type_ for type_ in (health.LINK_TYPE, health.STATION_TYPE)}


def _check_page(table: Table, page: str, pages: Sequence[str]) -> None:
    """Only that the page is there; what is on it is read by who draws it."""
    if page and page not in pages:
        remedy = suggest(page, pages) or f"Write {PAGES.as_posix()}/{page}.toml, or remove this line."
        table.problem("page", f'There is no page "{page}"', remedy)


class _Reading:
    """One type being finished."""

    def __init__(self, draft: Draft, drafts: Drafts) -> None:
        self._draft = draft
        self._drafts = drafts

    def type(self) -> EquipmentType:
        draft, table = self._draft, self._draft.table
        state, headline = table.word("state", ""), table.words("headline")
        if state:
            self._drafts.named(table, "state", self._draft.id, state)
        for path in headline:
            self._drafts.named(table, "headline", self._draft.id, path)
        alarms = AlarmReading(draft, self._drafts).rules(table.tables("alarm"))
        commands = CommandReading(draft, self._drafts).commands(table.tables("command"))
        page, symbol = table.word("page", ""), table.word("symbol", "")
        table.close()
        return EquipmentType(
            id=draft.id,
            name=draft.name,
            system=draft.system,
            tags=draft.tags,
            parts=tuple(draft.parts.values()),
            alarms=alarms,
            commands=commands,
            page=page,
            state=state,
            headline=headline,
            symbol=symbol,
        )
