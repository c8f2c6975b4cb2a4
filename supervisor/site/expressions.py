"""Expressions of a site folder: one comparison, parsed to a `Comparison`; never `eval` (law 9).

    parent.level > 0.5      state != fault      P1.current <= 12

A word on the right is the id of a state of the tag on the left. Evaluating is the desk's affair.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence

from supervisor.model import Comparison, Operator, State
from supervisor.site.findings import suggest

FORM = 'Write tag, operator, number or state, such as "parent.level > 0.5" or "state != fault".'

_COMPARISON = re.compile(r"\s*([\w.-]+)\s*(<=|>=|==|!=|<|>|=)\s*(\S+)\s*")


def parse(text: str, states: Callable[[str], Sequence[State]] = lambda tag: ()) -> Comparison:
    """The comparison `text` says; `states` gives the states of a tag path, for words on the right.

    Raises ValueError with one clear sentence.
    """
    match = _COMPARISON.fullmatch(text)
    if not match:
        raise ValueError(f'"{text}" is not a comparison. {FORM}')
    tag, operator, operand = match.groups()
    if operator == "=":
        raise ValueError(f'"{text}" has a single =. Write == to compare.')
    return Comparison(tag, Operator(operator), _value(tag, operand, states))


def sides(text: str) -> tuple[str, str] | None:
    """What stands left and right in a single comparison; None where the text is none."""
    match = _COMPARISON.fullmatch(text)
    return (match[1], match[3]) if match else None


def _value(tag: str, operand: str, states: Callable[[str], Sequence[State]]) -> float:
    try:
        value = float(operand)
    except ValueError:
        return _state(tag, operand, states(tag))
    if not math.isfinite(value):
        raise ValueError(f'"{operand}" is no number to compare with. {FORM}')
    return value


def _state(tag: str, word: str, states: Sequence[State]) -> float:
    for state in states:
        if state.id == word:
            return float(state.value)
    remedy = suggest(word, [state.id for state in states]) or "Write a number."
    raise ValueError(f'"{word}" is no state of {tag}. {remedy}')
