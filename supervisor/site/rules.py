"""The alarms and commands of an equipment type: the second reading of types/*.toml, once every tag is known."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path

from supervisor import health
from supervisor.model import (
    CONDITION_STATES,
    AlarmRule,
    Condition,
    EquipmentType,
    Kind,
    Priority,
    TagSpec,
)
from supervisor.site.commands import CommandReading
from supervisor.site.equipment_types import ANY, Draft, Drafts, limit_of
from supervisor.site.findings import suggest
from supervisor.site.reader import Table

CONDITIONS = {condition.value: condition for condition in Condition}
LEVELS = (Condition.HIGH_HIGH, Condition.HIGH, Condition.LOW, Condition.LOW_LOW)
PAGES = Path("pages")
DAY_S = 86_400.0


def finish(folder: Path, drafts: Drafts) -> dict[str, EquipmentType]:
    """Every type of the site with its alarms and commands, and Vigie's own."""
    types = {draft.id: _Reading(draft, drafts).type() for draft in drafts.rows.values()}
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
            self._spec(table, "state", state)
        for path in headline:
            self._spec(table, "headline", path)
        alarms = self._alarms(table.tables("alarm"))
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

    def _alarms(self, rows: Sequence[Table]) -> tuple[AlarmRule, ...]:
        rules: dict[str, AlarmRule] = {}
        for row in rows:
            rule = self._alarm(row)
            row.close()
            if rule.id in rules:
                row.problem("id", f'There is a second alarm "{rule.id}" in this type', "Give one of them another id.")
            rules[rule.id] = rule
        return tuple(rules.values())

    def _alarm(self, row: Table) -> AlarmRule:
        tag = row.word("tag")
        spec = self._own(row, "tag", tag)
        condition = row.choice("when", CONDITIONS) or Condition.IS
        limit = limit_of(row, "limit", spec)
        if row.raw("limit") is None and condition is not Condition.NATIVE:
            row.problem("limit", f"{row.title} has no limit", 'Add limit = 3.5, or limit = "fault" for a state.')
        self._check_condition(row, condition, spec)
        return AlarmRule(
            id=row.id(),
            tag=tag,
            condition=condition,
            limit=math.nan if limit is None else limit,
            priority=Priority(row.whole("priority", None, 1, 4)),
            name=row.name(),
            deadband=row.number("deadband", 0.0, 0.0),
            on_delay_s=row.number("on_delay_s", 0.0, 0.0, DAY_S),
            off_delay_s=row.number("off_delay_s", 0.0, 0.0, DAY_S),
            latching=row.flag("latching"),
            cause=row.name("cause", required=False),
            consequence=row.name("consequence", required=False),
            action=row.name("action", required=False),
            response_s=60 * row.number("response_min", 0.0, 0.0),
            realarm_s=60 * row.number("realarm_min", 0.0, 0.0, DAY_S / 60),
        )

    def _check_condition(self, row: Table, condition: Condition, spec: TagSpec) -> None:
        if condition is Condition.NATIVE:
            self._check_native(row, spec)
            return
        if spec.kind is Kind.TEXT:
            row.problem("tag", f"{spec.id} is a text: nothing can be compared with it", "Use a number or an enum.")
        elif condition in LEVELS and spec.states:
            remedy = 'Use when = "is" or "is_not" with the id of a state.'
            row.problem("when", f'"{condition}" compares a level, and {spec.id} has states', remedy)

    def _check_native(self, row: Table, spec: TagSpec) -> None:
        """The controller decides when such an alarm comes and goes, so nothing here may say it again."""
        if spec is not ANY and spec.states != CONDITION_STATES:
            row.problem("tag", f"{spec.id} is not the state of a controller's alarm", 'Give it kind = "condition".')
        for key in ("limit", "deadband", "on_delay_s", "off_delay_s", "latching"):
            if row.raw(key) is not None:
                row.problem(key, f'The controller runs this alarm, so "{key}" has no place', "Remove it.")

    def _own(self, row: Table, key: str, path: str) -> TagSpec:
        """The tag of a path that may go into a part, never up."""
        if path.startswith("parent."):
            row.problem(key, f'"{path}" is a tag of another equipment', "Say it in the type it belongs to.")
            return ANY
        return self._spec(row, key, path)

    def _spec(self, row: Table, key: str, path: str) -> TagSpec:
        """The tag of a path; `ANY` after adding that there is none."""
        spec = self._drafts.spec(self._draft.id, path) if path else ANY
        if spec is None:
            row.problem(key, *self._drafts.unknown(self._draft.id, path))
        return spec or ANY
