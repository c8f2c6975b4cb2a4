"""alarms/overrides.csv: what one equipment has otherwise than its type says of an alarm: its limit, its priority, …

    equipment,alarm,limit,priority,reason
    AR-0417,leakage_high,45,2,old underground cable; see the study of 2025

A cell that is empty leaves what the type says. Texts, conditions and whatever makes a rule another rule stay in the
type: an equipment that needs those otherwise is of another type. The reason is for people; nothing reads it.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from supervisor.model import Alarm, AlarmRule, Condition, Priority, Site, TagSpec
from supervisor.site.alarm_rules import DAY_S, DIFFERENCES, LEVELS, LIMITED, STATES
from supervisor.site.equipment_types import span_text
from supervisor.site.findings import Findings, suggest
from supervisor.site.sheet import Line, read_sheet, unknown_columns

OVERRIDES = Path("alarms") / "overrides.csv"
KEY = ("equipment", "alarm")
VALUES = ("limit", "deadband", "on_delay_s", "off_delay_s", "priority")
"""Columns that say something of the alarm; the same words as in types/*.toml."""
COLUMNS = (*KEY, *VALUES, "reason")


@dataclass(frozen=True, slots=True)
class Override:
    """One row, and the alarm it is of."""

    line: Line
    alarm: Alarm

    @property
    def cells(self) -> Mapping[str, str]:
        """Column -> cell, of those that say something."""
        return {column: cell for column in VALUES if (cell := self.line.get(column))}


def overridden(site: Site, findings: Findings) -> Site:
    """The site with the alarms as the rows say; every mistake is added to `findings`."""
    own = {one.alarm.index: _rule(one, findings) for one in read_overrides(site, findings)}
    if not own:
        return site
    alarms = tuple(replace(alarm, rule=own.get(alarm.index, alarm.rule)) for alarm in site.alarms)
    return replace(site, alarms=alarms)


def read_overrides(site: Site, findings: Findings) -> list[Override]:
    """The rows that are of an alarm of the site, in their order; none where there is no such file."""
    if not (site.folder / OVERRIDES).exists():
        return []
    sheet = read_sheet(site.folder, OVERRIDES, KEY, findings)
    if sheet is None:
        return []
    unknown_columns(sheet, COLUMNS, findings)
    alarms = {alarm.id: alarm for alarm in site.alarms}
    found: dict[str, Override] = {}
    for line in sheet.rows:
        id_ = f"{line.get('equipment')}.{line.get('alarm')}"
        if id_ in found:
            message = f"{id_} is already overridden at {found[id_].line.place}"
            findings.add(line.place, message, "Keep one of the two rows.")
        elif id_ in alarms:
            found[id_] = Override(line, alarms[id_])
        else:
            _unknown(site, line, findings)
    return list(found.values())


def _unknown(site: Site, line: Line, findings: Findings) -> None:
    thing, alarm = line.get("equipment"), line.get("alarm")
    if thing not in site.equipment_by_id:
        findings.add(line.place, f'There is no equipment "{thing}"', findings.suggest(thing, site.equipment_by_id))
        return
    known = [one.rule.id for one in site.alarms_by_equipment.get(thing, ())]
    findings.add(line.place, f'"{thing}" has no alarm "{alarm}"', suggest(alarm, known))


def _rule(one: Override, findings: Findings) -> AlarmRule:
    """The rule of the type with what the row says; after a mistake as the type has it."""
    said = dict(_values(one, findings))
    if not one.cells:
        findings.add(
            one.line.place, f"This row says nothing of {one.alarm.id}", f"Fill in one of: {', '.join(VALUES)}."
        )
    rule = replace(one.alarm.rule, **said)
    if rule.condition in DIFFERENCES and rule.deadband > rule.limit:
        message = f"The deadband {rule.deadband:g} is wider than the limit"
        findings.add(one.line.place, message, f"Keep it below {rule.limit:g}.")
        return one.alarm.rule
    return rule


def _values(one: Override, findings: Findings) -> Iterator[tuple[str, Any]]:
    for column, cell in one.cells.items():
        why = _meaningless(one.alarm.rule, column)
        if why:
            findings.add(
                one.line.place, f'"{column}" of {one.alarm.id} can\'t be another here: {why}', "Empty the cell."
            )
        elif column == "limit":
            limit = _limit(one, cell, findings)
            if limit is not None:
                yield column, limit
        else:
            value = one.line.number_in(column, math.nan, findings)
            if value == value and _within(one, column, value, findings):
                yield column, Priority(int(value)) if column == "priority" else value


def _meaningless(rule: AlarmRule, column: str) -> str:
    if column == "priority":
        return ""
    if rule.condition is Condition.NATIVE:
        return "the controller runs this alarm"
    if column == "limit" and rule.watch.limits:
        return "it means several states, which the type says"
    if column == "limit" and rule.condition not in LIMITED:
        return f'"{rule.condition}" has no limit'
    if column == "deadband" and rule.condition not in (*LEVELS, *DIFFERENCES):
        return f'"{rule.condition}" has no deadband'
    return ""


def _within(one: Override, column: str, value: float, findings: Findings) -> bool:
    if value < 0:
        findings.add(one.line.place, f"{column} {value:g} is less than nothing", "Write 0 or more.")
        return False
    if column == "priority" and value not in (1, 2, 3, 4):
        findings.add(one.line.place, f"priority {value:g} is none", "Write 1 to 4; 1 is the most urgent.")
        return False
    if column in ("on_delay_s", "off_delay_s") and value > DAY_S:
        findings.add(one.line.place, f"{column} {value:g} is longer than a day", f"Write 0 to {DAY_S:g} seconds.")
        return False
    return True


def _limit(one: Override, cell: str, findings: Findings) -> float | None:
    """A number or the id of a state; None after adding what is wrong."""
    rule, spec = one.alarm.rule, one.alarm.tag.spec
    value_of_tag = rule.condition in (*LEVELS, *STATES)
    if value_of_tag and spec.states:
        return _state(one, spec, cell, findings)
    value = one.line.number_in("limit", math.nan, findings)
    if value != value:
        return None
    if value_of_tag and (value < spec.low or value > spec.high):
        message = f'"limit" {value:g} of {one.alarm.id} is outside the range of {spec.id}'
        findings.add(one.line.place, message, f"It goes from {span_text(spec)}.")
        return None
    if not value_of_tag and value < 0:
        findings.add(one.line.place, f'"limit" {value:g} of {one.alarm.id} is less than nothing', "Write 0 or more.")
        return None
    return value


def _state(one: Override, spec: TagSpec, cell: str, findings: Findings) -> float | None:
    for state in spec.states:
        if cell in (state.id, str(state.value)):
            return float(state.value)
    ids = [state.id for state in spec.states]
    findings.add(
        one.line.place, f'"{cell}" is no state of {spec.id}', suggest(cell, ids) or f"Use one of: {', '.join(ids)}."
    )
    return None
