"""Evaluating: a tree over many rows at once, one numpy operation for each of its nodes.

Quality travels with the value: the worst of all that went in, so that a bad input makes a bad output with its cause,
and a doubtful one a doubtful output. Of `if(a, b, c)` only the condition and the side taken count. What has no value
although all that went in was good, such as a division by zero, is bad.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from supervisor.flow import Qualities, Values
from supervisor.formula import Binary, Call, Compared, Minus, Name, Node, Not, Number, Over
from supervisor.model import BAD, Quality
from supervisor.terms import Operator

Starts = NDArray[np.intp]


class Part(NamedTuple):
    """What a node comes to: truths are 1 and 0."""

    value: Values
    quality: Qualities


class Cells(Protocol):
    """Where the values of the names are."""

    def read(self, path: str) -> Part:
        """A row for each equipment."""

    def inside(self, node: Over) -> tuple[Cells, Starts]:
        """The parts, those of one equipment side by side, and where those of each begin."""

    def __len__(self) -> int: ...


_ARITHMETIC: dict[str, Callable[[Values, Values], Values]] = {
    "+": np.add, "-": np.subtract, "*": np.multiply, "/": np.divide, "and": np.multiply, "or": np.maximum,
}  # fmt: skip
_COMPARE: dict[Operator, Callable[[Values, Values], NDArray[np.bool_]]] = {
    Operator.LT: np.less, Operator.LE: np.less_equal, Operator.GT: np.greater, Operator.GE: np.greater_equal,
    Operator.EQ: np.equal, Operator.NE: np.not_equal,
}  # fmt: skip
_PLAIN: dict[str, Callable[[Values], Values]] = {"abs": np.abs, "sqrt": np.sqrt}


def evaluate(tree: Node, cells: Cells) -> Part:
    """What a formula comes to in each row: NaN, and why, where there is no value."""
    with np.errstate(all="ignore"):
        value, quality = _value(tree, cells)
    return settled(value, quality)


def settled(value: Values, quality: Qualities) -> Part:
    """No value where the quality is bad, and bad quality where there is no value."""
    quality = np.where(np.isfinite(value) | (quality >= BAD), quality, np.uint8(Quality.BAD))
    return Part(np.where(quality >= BAD, np.nan, value), quality)


def _value(node: Node, cells: Cells) -> Part:
    match node:
        case Number(number):
            return Part(np.full(len(cells), number), np.zeros(len(cells), np.uint8))
        case Name(path):
            return cells.read(path)
        case Minus(of):
            value, quality = _value(of, cells)
            return Part(-value, quality)
        case Not(of):
            value, quality = _value(of, cells)
            return Part(1.0 - value, quality)
        case Binary(sign, left, right):
            return _both(_ARITHMETIC[sign], _value(left, cells), _value(right, cells))
        case Compared(operator, left, right):
            return _both(_COMPARE[operator], _value(left, cells), _value(right, cells))
        case Call("if", (condition, yes, no)):
            return _chosen(*(_value(one, cells) for one in (condition, yes, no)))
        case Call(function, given):
            return _called(function, [_value(one, cells) for one in given])
        case Over(function, of):
            inner, starts = cells.inside(node)
            return reduced(function, _value(of, inner), starts)


def _both(work: Callable[[Values, Values], NDArray[np.generic]], left: Part, right: Part) -> Part:
    return Part(work(left.value, right.value).astype(np.float64), np.maximum(left.quality, right.quality))


def _chosen(condition: Part, yes: Part, no: Part) -> Part:
    taken = condition.value != 0
    quality = np.maximum(condition.quality, np.where(taken, yes.quality, no.quality))
    return Part(np.where(taken, yes.value, no.value), quality)


def _called(function: str, given: list[Part]) -> Part:
    value = given[0].value
    quality = np.maximum.reduce([one.quality for one in given])
    if function in _PLAIN:
        return Part(_PLAIN[function](value), quality)
    if function == "clamp":
        return Part(np.minimum(np.maximum(value, given[1].value), given[2].value), quality)
    if function == "round":
        factor = 10.0 ** np.round(given[1].value) if len(given) > 1 else 1.0
        return Part(np.round(value * factor) / factor, quality)
    work = np.minimum if function == "min" else np.maximum
    return Part(work.reduce([one.value for one in given]), quality)


def reduced(function: str, part: Part, starts: Starts) -> Part:
    """One value of each run of rows; none of the runs is empty."""
    value, quality = part
    worst = np.maximum.reduceat(quality, starts)
    if function in ("min", "all"):
        return Part(np.minimum.reduceat(value, starts), worst)
    if function in ("max", "any"):
        return Part(np.maximum.reduceat(value, starts), worst)
    total = np.add.reduceat(value, starts)
    if function == "mean":
        total = total / np.diff(starts, append=len(value))
    return Part(total, worst)
