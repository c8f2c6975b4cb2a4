"""The alarms and commands of an equipment type: the second reading of types/*.toml, once every tag is known."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path

from supervisor import health
from supervisor.model import (
    CONDITION_STATES,
    AlarmRule,
    CommandSpec,
    Comparison,
    Condition,
    Confirmation,
    EquipmentType,
    Interlock,
    Kind,
    Operator,
    Priority,
    State,
    TagSpec,
    Text,
)
from supervisor.site.equipment_types import ANY, Draft, Drafts, limit_of, span_text
from supervisor.site.expressions import parse
from supervisor.site.findings import suggest
from supervisor.site.reader import Table
from supervisor.site.territory import ROLES

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
        commands = self._commands(table.tables("command"))
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

    def _commands(self, rows: Sequence[Table]) -> dict[str, CommandSpec]:
        commands: dict[str, CommandSpec] = {}
        for row in rows:
            command = self._command(row)
            row.close()
            if command.id in commands:
                remedy = "Give one of them another id."
                row.problem("id", f'There is a second command "{command.id}" in this type', remedy)
            commands[command.id] = command
        return commands

    def _command(self, row: Table) -> CommandSpec:
        tag, feedback = row.word("tag"), row.word("feedback", "")
        spec = self._own(row, "tag", tag)
        read = self._own(row, "feedback", feedback) if feedback else spec
        if spec.formula:
            row.problem("tag", f"{tag} is calculated here: nothing can write it", "Name a tag that a controller takes.")
        value = limit_of(row, "value", spec)
        low, high = self._setpoint(row, spec)
        return CommandSpec(
            id=row.id(),
            name=row.name(),
            tag=tag,
            value=value,
            low=low,
            high=high,
            feedback=feedback,
            expected=limit_of(row, "expected", read),
            tolerance=row.number("tolerance", 0.0, 0.0),
            within_s=row.number("within_s", 5.0, 0.1, 3600),
            interlocks=tuple(self._interlock(entry) for entry in row.tables("interlock")),
            confirmation=self._confirmation(row.table("confirm")),
            role=row.choice("role", ROLES, ROLES["operator"]) or ROLES["operator"],
            critical=row.flag("critical"),
            consequence=self._consequence(row),
        )

    def _setpoint(self, row: Table, spec: TagSpec) -> tuple[float, float]:
        """The range of a setpoint; of an enum that says none, all of its states."""
        low, high = row.span("range")
        fixed, ranged = row.raw("value") is not None, row.raw("range") is not None
        if fixed and ranged:
            row.problem("range", f"{row.title} has both a value and a range", "A setpoint has a range and no value.")
        if not fixed and not ranged:
            if spec.kind is Kind.ENUM and spec.states:
                values = [state.value for state in spec.states]
                return float(min(values)), float(max(values))
            remedy = "Add value = … for a fixed order, or range = [low, high] for a setpoint."
            row.problem("id", f"{row.title} has neither a value nor a range", remedy)
        if low < spec.low or high > spec.high:
            row.problem("range", f"The range is wider than that of {spec.id}", f"It goes from {span_text(spec)}.")
        return low, high

    def _consequence(self, row: Table) -> Text:
        critical = row.raw("critical") is True
        return row.name("consequence", required=critical)

    def _interlock(self, row: Table) -> Interlock:
        interlock = Interlock(self._comparison(row), row.name())
        row.close()
        return interlock

    def _confirmation(self, row: Table | None) -> Confirmation | None:
        if row is None:
            return None
        confirmation = Confirmation(self._comparison(row), row.number("within_s", None, 0.1, 3600), row.name())
        row.close()
        return confirmation

    def _comparison(self, row: Table) -> Comparison:
        text = row.word("when")
        specs: list[TagSpec] = []

        def states(path: str) -> Sequence[State]:
            specs.append(self._spec(row, "when", path))
            return specs[-1].states

        try:
            comparison = parse(text, states)
        except ValueError as error:
            if text and not (specs and specs[-1] is ANY):
                row.problem("when", str(error))
            return Comparison("", Operator.EQ, math.nan)
        if not specs:
            states(comparison.tag)
        self._check_compared(row, comparison, specs[-1])
        return comparison

    def _check_compared(self, row: Table, comparison: Comparison, spec: TagSpec) -> None:
        if spec.kind is Kind.TEXT:
            row.problem("when", f"{spec.id} is a text: nothing can be compared with it", "Use a number or an enum.")
        elif spec.states and spec.state(comparison.value) is None:
            ids = [state.id for state in spec.states]
            row.problem("when", f"{comparison.value:g} is no state of {spec.id}", f"Use one of: {', '.join(ids)}.")

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
