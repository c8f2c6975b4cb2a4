"""The alarms of an equipment type: [[alarm]] of types/*.toml, read once every tag of every type is known.

Each condition has keys of its own; one that means nothing to it is a mistake, told with what to do.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from supervisor.alarm_terms import Design, Watch
from supervisor.calculated.meaning import Sort, understand
from supervisor.formula import Formula, Mistake, names
from supervisor.model import CONDITION_STATES, AlarmRule, Condition, Kind, Priority, TagSpec
from supervisor.site.equipment_types import ANY, Draft, Drafts, formula_of, limit_of
from supervisor.site.formulas import Reading
from supervisor.site.reader import Table

CONDITIONS = {condition.value: condition for condition in Condition}
LEVELS = (Condition.HIGH_HIGH, Condition.HIGH, Condition.LOW, Condition.LOW_LOW)
STATES = (Condition.IS, Condition.IS_NOT)
RATES = (Condition.RISING, Condition.FALLING)
DIFFERENCES = (Condition.DEVIATION, *RATES)
"""Conditions whose limit is not a value of the tag, but a distance or a speed."""
LIMITED = (*LEVELS, *STATES, *DIFFERENCES, Condition.DISAGREES, Condition.FROZEN)
"""Conditions that have one."""
DAY_S = 86_400.0
SILENT, SILENCE_S = Condition.COMMUNICATION, 10.0
"""A link that is lost takes its tags with it a moment before it says so itself."""
_OWN_KEYS = {
    "setpoint": (Condition.DEVIATION,),
    "command": (Condition.DISAGREES,),
    "expected": (Condition.DISAGREES,),
    "window_s": (*RATES, Condition.FROZEN),
    "formula": (Condition.FORMULA,),
    "deadband": (*LEVELS, *DIFFERENCES),
    "limit": LIMITED,
}
"""Key -> the conditions it has a meaning for; `native` has a sentence of its own."""


class AlarmReading:
    """The rules of one type."""

    def __init__(self, draft: Draft, drafts: Drafts) -> None:
        self._draft = draft
        self._drafts = drafts

    def rules(self, rows: Sequence[Table]) -> tuple[AlarmRule, ...]:
        rules: dict[str, AlarmRule] = {}
        for row in rows:
            rule = self._rule(row)
            row.close()
            if rule.id in rules:
                row.problem("id", f'There is a second alarm "{rule.id}" in this type', "Give one of them another id.")
            rules[rule.id] = rule
        return tuple(rules.values())

    def _rule(self, row: Table) -> AlarmRule:
        condition = row.choice("when", CONDITIONS) or Condition.IS
        formula = self._truth(row, "formula") if condition is Condition.FORMULA else None
        tag = self._tag(row, condition, formula)
        spec = self._drafts.own(row, "tag", self._draft.id, tag)
        limit, limits = self._limit(row, condition, spec)
        self._check_condition(row, condition, spec)
        return AlarmRule(
            id=row.id(),
            tag=tag,
            condition=condition,
            limit=limit,
            priority=Priority(row.whole("priority", None, 1, 4)),
            name=row.name(),
            deadband=self._deadband(row, limit),
            on_delay_s=row.number("on_delay_s", SILENCE_S if condition is SILENT else 0.0, 0.0, DAY_S),
            off_delay_s=row.number("off_delay_s", 0.0, 0.0, DAY_S),
            latching=row.flag("latching"),
            cause=row.name("cause", required=False),
            consequence=row.name("consequence", required=False),
            action=row.name("action", required=False),
            response_s=60 * row.number("response_min", 0.0, 0.0),
            realarm_s=60 * row.number("realarm_min", 0.0, 0.0, DAY_S / 60),
            watch=self._watch(row, condition, spec, limits, formula),
            design=self._design(row),
        )

    def _tag(self, row: Table, condition: Condition, formula: Formula | None) -> str:
        """The tag a rule is of; a formula's first one where nothing is said."""
        if condition is not Condition.FORMULA or row.raw("tag") is not None:
            return row.word("tag")
        own = [path for path in names(formula.tree) if not path.startswith("parent.")] if formula else [""]
        if not own:
            row.problem("formula", "No tag of this equipment is in it", "Add tag: the value to be shown beside it.")
        return next(iter(own), "")

    def _limit(self, row: Table, condition: Condition, spec: TagSpec) -> tuple[float, tuple[float, ...]]:
        """The limit, and the states where they are several."""
        said = row.raw("limit")
        if isinstance(said, list):
            return self._several(row, condition, spec, said)
        if condition in (Condition.DISAGREES, Condition.FROZEN):
            return row.number("limit", 0.0, 0.0), ()
        if said is None and condition in _OWN_KEYS["limit"]:
            row.problem("limit", f"{row.title} has no limit", 'Add limit = 3.5, or limit = "fault" for a state.')
        if condition in DIFFERENCES:
            return row.number("limit", 0.0, 0.0), ()
        limit = limit_of(row, "limit", spec)
        return math.nan if limit is None else limit, ()

    def _several(
        self, row: Table, condition: Condition, spec: TagSpec, said: Sequence[object]
    ) -> tuple[float, tuple[float, ...]]:
        states = {state.id: float(state.value) for state in spec.states}
        if condition not in STATES:
            row.problem("limit", f'"{condition}" has one limit', 'A list of states goes with when = "is" or "is_not".')
        elif spec is not ANY and not spec.states:
            row.problem("limit", f"{spec.id} has no states", "Write one number.")
        elif not said:
            row.problem("limit", "The list is empty", f"Use some of: {', '.join(states)}.")
        found = [states[word] for word in said if isinstance(word, str) and word in states]
        for word in said if states else ():
            if word not in states:
                row.problem("limit", f'"{word}" is no state of {spec.id}', f"Use some of: {', '.join(states)}.")
        return found[0] if found else math.nan, tuple(found)

    def _deadband(self, row: Table, limit: float) -> float:
        deadband = row.number("deadband", 0.0, 0.0)
        if row.raw("when") in [one.value for one in DIFFERENCES] and deadband > limit:
            row.problem("deadband", f"The deadband {deadband:g} is wider than the limit", f"Keep it below {limit:g}.")
        return deadband

    def _watch(
        self, row: Table, condition: Condition, spec: TagSpec, limits: tuple[float, ...], formula: Formula | None
    ) -> Watch:
        self._check_keys(row, condition)
        if condition is Condition.DEVIATION:
            return Watch(other=self._other(row, "setpoint"))
        if condition is Condition.DISAGREES:
            other = self._other(row, "command")
            if row.raw("on_delay_s") is None:
                row.wrong(f"{row.title} leaves the device no time", "Add on_delay_s: how long it takes to obey.")
            return Watch(other=other, expected=self._expected(row, spec, other))
        if condition in RATES:
            return Watch(window_s=row.number("window_s", 60.0, 1.0, DAY_S))
        if condition is Condition.FROZEN:
            return Watch(window_s=row.number("window_s", None, 1.0, DAY_S))
        return Watch(limits=limits, formula=formula)

    def _check_keys(self, row: Table, condition: Condition) -> None:
        if condition is Condition.NATIVE:
            return
        for key, conditions in _OWN_KEYS.items():
            if row.raw(key) is not None and condition not in conditions:
                words = ", ".join(one.value for one in conditions)
                row.problem(key, f'"{key}" means nothing to when = "{condition}"', f"It goes with: {words}.")

    def _other(self, row: Table, key: str) -> str:
        path = row.word(key)
        spec = self._drafts.named(row, key, self._draft.id, path)
        if spec.kind is Kind.TEXT:
            row.problem(key, f"{path} is a text: nothing can be compared with it", "Use a number or an enum.")
        return path

    def _expected(self, row: Table, spec: TagSpec, other: str) -> tuple[tuple[float, float], ...]:
        """State of the command -> state of the tag."""
        table = row.table("expected")
        command = self._drafts.spec(self._draft.id, other) or ANY
        if table is None:
            if spec.states and command.states and _ids(spec) != _ids(command):
                remedy = f'Add expected = {{ {command.states[0].id} = "{spec.states[0].id}", … }}.'
                row.problem("command", f"{spec.id} and {other} have other states", remedy)
            return ()
        pairs = []
        for state in command.states:
            if table.raw(state.id) is not None:
                value = limit_of(table, state.id, spec)
                pairs += [] if value is None else [(float(state.value), value)]
        table.close()
        return tuple(pairs)

    def _design(self, row: Table) -> Design:
        when = self._truth(row, "suppress_when") if row.raw("suppress_when") is not None else None
        return Design(when, row.words("suppressed_by"), row.words("caused_by"), row.word("first_up", ""))

    def _truth(self, row: Table, key: str) -> Formula | None:
        """A formula that is true or not, with the ids of states as numbers."""
        if row.raw(key) is None:
            row.word(key)
        formula = formula_of(row, key)
        if formula is None:
            return None
        reading = Reading(self._drafts, self._draft.id)
        try:
            tree, sort = understand(formula.tree, reading.specs, reading.inside)
            if sort not in (Sort.TRUTH, Sort.ANY):
                raise Mistake(f"This is {sort.value}, and yes or no is needed", 'Compare it, as in "level > 3".')
        except Mistake as mistake:
            row.problem(key, f'"{formula.text}": {mistake}', mistake.remedy)
            return None
        return Formula(formula.text, tree)

    def _check_condition(self, row: Table, condition: Condition, spec: TagSpec) -> None:
        if condition is Condition.NATIVE:
            self._check_native(row, spec)
        elif condition in (Condition.COMMUNICATION, Condition.FORMULA):
            return
        elif spec.kind is Kind.TEXT:
            row.problem("tag", f"{spec.id} is a text: nothing can be compared with it", "Use a number or an enum.")
        elif condition in (*LEVELS, *DIFFERENCES) and spec.states:
            remedy = 'Use when = "is" or "is_not" with the id of a state.'
            row.problem("when", f'"{condition}" compares a level, and {spec.id} has states', remedy)

    def _check_native(self, row: Table, spec: TagSpec) -> None:
        """The controller decides when such an alarm comes and goes, so nothing here may say it again."""
        if spec is not ANY and spec.states != CONDITION_STATES:
            row.problem("tag", f"{spec.id} is not the state of a controller's alarm", 'Give it kind = "condition".')
        for key in ("limit", "deadband", "on_delay_s", "off_delay_s", "latching"):
            if row.raw(key) is not None:
                row.problem(key, f'The controller runs this alarm, so "{key}" has no place', "Remove it.")


def _ids(spec: TagSpec) -> list[tuple[int, str]]:
    """States without their words, which differ: an order is "switch on", what came of it "on"."""
    return [(state.value, state.id) for state in spec.states]
