"""The commands of an equipment type, and what must hold for them; read for `supervisor.site.rules`.

What must hold is one comparison (`parent.level > 0.5`) or a formula of yes or no (`level > 0.5 and mode == auto`).
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence

from supervisor.calculated.meaning import Sort, understand
from supervisor.formula import Formula, Mistake, parse
from supervisor.model import (
    CommandClass,
    CommandSpec,
    Comparison,
    Confirmation,
    Interlock,
    Kind,
    Operator,
    State,
    TagSpec,
)
from supervisor.site import expressions
from supervisor.site.equipment_types import ANY, Draft, Drafts, limit_of, span_text
from supervisor.site.formulas import Reading
from supervisor.site.reader import Table
from supervisor.site.territory import CLASSES, ROLES

SELECT_S = 15.0
"""How long a critical command stays selected, unless its type says."""
LONGEST_SELECT_S = 300.0
APPROVAL_S = 300.0
DAY_S = 86_400.0
_LONGER = re.compile(r"\b(and|or|not)\b|[-+*/()]")
"""What only a formula has."""


class CommandReading:
    """The commands of one type."""

    def __init__(self, draft: Draft, drafts: Drafts) -> None:
        self._draft = draft
        self._drafts = drafts

    def commands(self, rows: Sequence[Table]) -> dict[str, CommandSpec]:
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
        spec = self._drafts.own(row, "tag", self._draft.id, tag)
        read = self._drafts.own(row, "feedback", self._draft.id, feedback) if feedback else spec
        if spec.formula:
            row.problem("tag", f"{tag} is calculated here: nothing can write it", "Name a tag that a controller takes.")
        value = limit_of(row, "value", spec)
        low, high = self._setpoint(row, spec)
        class_ = self._class(row)
        critical = class_ is CommandClass.CRITICAL or row.flag("critical")
        select_s, approval = self._persons(row, class_, critical)
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
            permissives=tuple(self._interlock(entry) for entry in row.tables("permissive")),
            confirmation=self._confirmation(row.table("confirm")),
            role=row.choice("role", ROLES, ROLES["operator"]) or ROLES["operator"],
            critical=critical,
            consequence=row.name("consequence", required=critical),
            class_=class_,
            select_s=select_s,
            approval=approval,
            approval_s=row.number("approval_s", APPROVAL_S, 10.0, DAY_S),
            rate_s=row.number("rate_s", 0.0, 0.0, DAY_S),
            max_step=self._step(row),
        )

    def _class(self, row: Table) -> CommandClass:
        usual = CommandClass.CRITICAL if row.raw("critical") is True else CommandClass.NORMAL
        return row.choice("class", CLASSES, usual) or usual

    def _persons(self, row: Table, class_: CommandClass, critical: bool) -> tuple[float, int]:
        """How long it stays selected, and how many persons it takes. An emergency waits for neither."""
        select_s = row.number("select_s", 0.0, 0.0, LONGEST_SELECT_S)
        approval = row.whole("approval", 1, 1, 2)
        if class_ is CommandClass.EMERGENCY:
            for key, asked in (("select_s", select_s > 0), ("approval", approval > 1)):
                if asked:
                    row.problem(key, "An emergency command waits for nobody", f'Remove "{key}", or the class.')
            return 0.0, 1
        return (SELECT_S if critical and row.raw("select_s") is None else select_s), approval

    def _step(self, row: Table) -> float:
        if row.raw("max_step") is None:
            return math.nan
        if row.raw("value") is not None:
            row.problem("max_step", f"{row.title} has a value of its own", "Only a setpoint has a max_step.")
        step = row.number("max_step", 1.0, 0.0)
        if step == 0:
            row.problem("max_step", "A step of 0 allows nothing", "Write how far it may go at once.")
        return step

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

    def _interlock(self, row: Table) -> Interlock:
        interlock = Interlock(self._condition(row), row.name())
        row.close()
        return interlock

    def _confirmation(self, row: Table | None) -> Confirmation | None:
        if row is None:
            return None
        confirmation = Confirmation(self._comparison(row), row.number("within_s", None, 0.1, 3600), row.name())
        row.close()
        return confirmation

    def _condition(self, row: Table) -> Comparison | Formula:
        """A comparison where it is one; anything longer, or one of two tags, is a formula."""
        text = row.raw("when")
        if not isinstance(text, str) or not self._is_formula(text):
            return self._comparison(row)
        reading = Reading(self._drafts, self._draft.id)
        try:
            tree, sort = understand(parse(text), reading.specs, reading.inside)
            if sort not in (Sort.TRUTH, Sort.ANY):
                raise Mistake(f"It gives {sort.value}, and yes or no is needed", "Compare it with something.")
        except Mistake as mistake:
            row.problem("when", f'"{text}": {mistake}', mistake.remedy)
            return Comparison("", Operator.EQ, math.nan)
        return Formula(text, tree)

    def _is_formula(self, text: str) -> bool:
        sides = expressions.sides(text)
        if sides is None:
            return bool(_LONGER.search(text))
        left, right = (self._drafts.spec(self._draft.id, side) for side in sides)
        named = left is not None and any(state.id == sides[1] for state in left.states)
        return right is not None and not named

    def _comparison(self, row: Table) -> Comparison:
        text = row.word("when")
        specs: list[TagSpec] = []

        def states(path: str) -> Sequence[State]:
            specs.append(self._drafts.named(row, "when", self._draft.id, path))
            return specs[-1].states

        try:
            comparison = expressions.parse(text, states)
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
