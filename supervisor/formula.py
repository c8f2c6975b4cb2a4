"""Formulas: what a tag is worked out from, read to a tree by descent.

    choice   := both ("or" both)*            sum      := product (("+" | "-") product)*
    both     := negated ("and" negated)*     product  := sign (("*" | "/") sign)*
    negated  := "not" negated | compared     sign     := "-" sign | atom
    compared := sum (("<" …) sum)?           atom     := number | name | "(" choice ")"
                                                       | function "(" choice ("," choice)* ")"

A name is a tag path (`level`, `P1.current`, `parent.level`, `parts.current`) or the id of a state. One with a hyphen
stands between apostrophes, `'P-1.flow'`: outside them it would be a subtraction.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass

from supervisor.terms import Operator

LONGEST = 2000
"""Characters; a formula that long is a program."""
DEEPEST = 40
"""Brackets inside brackets."""

_WORD = re.compile(
    r"\s*(?:(?P<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)|(?P<name>[^\W\d]\w*(?:\.\w+)*)|'(?P<quoted>[\w.-]+)'"
    r"|(?P<sign><=|>=|==|!=|[-+*/(),<>=]))"
)
_COMPARISONS = {operator.value: operator for operator in Operator}
_REDUCING = ("sum", "mean", "min", "max", "count", "any", "all")
"""Functions that make one value of the same tag of all parts."""


class Mistake(ValueError):
    """What is wrong with a formula, and what to write instead."""

    def __init__(self, message: str, remedy: str = "") -> None:
        self.remedy = remedy
        super().__init__(message)


@dataclass(frozen=True, slots=True)
class Number:
    value: float


@dataclass(frozen=True, slots=True)
class Name:
    """A tag path; or, until its meaning is known, the id of a state."""

    path: str


@dataclass(frozen=True, slots=True)
class Minus:
    of: Node


@dataclass(frozen=True, slots=True)
class Not:
    of: Node


@dataclass(frozen=True, slots=True)
class Binary:
    """`sign` is one of + - * / and or."""

    sign: str
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class Compared:
    operator: Operator
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class Call:
    function: str
    given: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Over:
    """A function over all parts; the names in `of` are seen from a part, without their "parts."."""

    function: str
    of: Node


Node = Number | Name | Minus | Not | Binary | Compared | Call | Over


@dataclass(frozen=True, slots=True)
class Formula:
    """What an engineer wrote, and its tree with the ids of states as numbers."""

    text: str
    tree: Node


FUNCTIONS = {
    "min": (2, 20),
    "max": (2, 20),
    "abs": (1, 1),
    "clamp": (3, 3),
    "round": (1, 2),
    "sqrt": (1, 1),
    "if": (3, 3),
}
"""Function -> how few and how many values it takes."""


def parse(text: str) -> Node:
    """The tree of a formula. Raises Mistake."""
    return _Parser(text).whole()


def names(node: Node) -> Iterator[str]:
    """The tag paths of the equipment itself, those inside functions over parts left out."""
    if isinstance(node, Name):
        yield node.path
    for below in children(node):
        yield from names(below)


def overs(node: Node) -> Iterator[Over]:
    """The functions over parts."""
    if isinstance(node, Over):
        yield node
    for below in children(node):
        yield from overs(below)


def children(node: Node) -> tuple[Node, ...]:
    """What a node is made of, on the same equipment."""
    match node:
        case Minus(of) | Not(of):
            return (of,)
        case Binary(_, left, right) | Compared(_, left, right):
            return (left, right)
        case Call(_, given):
            return given
    return ()


class _Parser:
    """See the module."""

    def __init__(self, text: str) -> None:
        self._words = list(_split(text))
        self._at = 0
        self._depth = 0

    def whole(self) -> Node:
        if not self._words:
            raise Mistake("The formula is empty", 'Write one such as "flow / power".')
        node = self._choice()
        if self._at < len(self._words):
            raise Mistake(f'"{self._words[self._at][1]}" is not expected here', "Look for an operator that is missing.")
        return node

    def _peek(self) -> str:
        """The sign or bare word that comes; empty at the end and for numbers and quoted names."""
        kind, word = self._words[self._at] if self._at < len(self._words) else ("", "")
        return word if kind in ("sign", "name") else ""

    def _took(self, *words: str) -> str:
        word = self._peek()
        if word and word in words:
            self._at += 1
            return word
        return ""

    def _choice(self) -> Node:
        node = self._both()
        while self._took("or"):
            node = Binary("or", node, self._both())
        return node

    def _both(self) -> Node:
        node = self._negated()
        while self._took("and"):
            node = Binary("and", node, self._negated())
        return node

    def _negated(self) -> Node:
        self._deeper()
        node = Not(self._negated()) if self._took("not") else self._compared()
        self._depth -= 1
        return node

    def _compared(self) -> Node:
        node = self._sum()
        if self._peek() == "=":
            raise Mistake("A single = compares nothing", "Write == to compare.")
        sign = self._took(*_COMPARISONS)
        if not sign:
            return node
        node = Compared(_COMPARISONS[sign], node, self._sum())
        if self._peek() in _COMPARISONS:
            raise Mistake("Two comparisons in a row", 'Write "low < level and level < high".')
        return node

    def _sum(self) -> Node:
        node = self._product()
        while sign := self._took("+", "-"):
            node = Binary(sign, node, self._product())
        return node

    def _product(self) -> Node:
        node = self._sign()
        while sign := self._took("*", "/"):
            node = Binary(sign, node, self._sign())
        return node

    def _sign(self) -> Node:
        self._deeper()
        node = Minus(self._sign()) if self._took("-") else self._atom()
        self._depth -= 1
        return node

    def _deeper(self) -> None:
        self._depth += 1
        if self._depth > DEEPEST:
            raise Mistake("The formula goes too deep", "Split it into several tags.")

    def _atom(self) -> Node:
        if self._at == len(self._words):
            raise Mistake("The formula ends too early", "A number or a tag is missing at its end.")
        if self._took("("):
            node = self._choice()
            self._close()
            return node
        kind, word = self._words[self._at]
        self._at += 1
        if kind == "number":
            return Number(_finite(word))
        if kind == "sign" or word in ("and", "or", "not"):
            raise Mistake(f'"{word}" is not expected here', "A number or a tag is missing before it.")
        return self._call(word) if kind == "name" and self._took("(") else Name(word)

    def _call(self, function: str) -> Node:
        given = [self._choice()]
        while self._took(","):
            given.append(self._choice())
        self._close()
        return called(function, tuple(given))

    def _close(self) -> None:
        if not self._took(")"):
            raise Mistake("A closing bracket is missing", "Count the brackets.")


def called(function: str, given: tuple[Node, ...]) -> Node:
    """A function of what it is given. Raises Mistake."""
    if (
        function in _REDUCING
        and len(given) == 1
        and not (function in ("min", "max") and not _speaks_of_parts(given[0]))
    ):
        return Over(function, _inside(function, given[0]))
    if function not in FUNCTIONS:
        if function in _REDUCING:
            raise Mistake(f"{function}(…) takes one value of every part", f"Write {function}(parts.current).")
        known = ", ".join((*FUNCTIONS, *(name for name in _REDUCING if name not in FUNCTIONS)))
        raise Mistake(f'There is no function "{function}"', f"Use one of: {known}.")
    least, most = FUNCTIONS[function]
    if not least <= len(given) <= most:
        wanted = f"{least}" if least == most else f"{least} to {most}"
        raise Mistake(f"{function}(…) takes {wanted} values, and is given {len(given)}", "Count the commas.")
    return Call(function, given)


def _speaks_of_parts(node: Node) -> bool:
    return any(path.startswith("parts.") for path in names(node))


def _inside(function: str, node: Node) -> Node:
    """The same tree seen from a part."""
    if next(overs(node), None) is not None:
        raise Mistake(f"{function}(…) holds another function over parts", "Give the inner one a tag of its own.")
    paths = list(names(node))
    stray = next((path for path in paths if not path.startswith("parts.") and "." in path), "")
    if stray or not _speaks_of_parts(node):
        said = stray or (paths[0] if paths else "a number")
        remedy = f"Write {function}(parts.current), with the tag you mean."
        raise Mistake(f"{function}(…) is over parts, and {said} is not of a part", remedy)
    return _seen(node)


def _seen(node: Node) -> Node:
    match node:
        case Name(path):
            return Name(path.removeprefix("parts."))
        case Minus(of):
            return Minus(_seen(of))
        case Not(of):
            return Not(_seen(of))
        case Binary(sign, left, right):
            return Binary(sign, _seen(left), _seen(right))
        case Compared(operator, left, right):
            return Compared(operator, _seen(left), _seen(right))
        case Call(function, given):
            return Call(function, tuple(_seen(one) for one in given))
    return node


def _split(text: str) -> Iterator[tuple[str, str]]:
    if len(text) > LONGEST:
        raise Mistake(f"The formula has {len(text)} characters", f"Split it: at most {LONGEST}.")
    at, end = 0, len(text.rstrip())
    while at < end:
        match = _WORD.match(text, at)
        if match is None:
            raise Mistake(
                f'"{text[at:].strip()[0]}" means nothing in a formula', "Use + - * / < <= == and, or, not, if."
            )
        kind = match.lastgroup or ""
        yield kind, match[kind]
        at = match.end()


def _finite(word: str) -> float:
    value = float(word)
    if not math.isfinite(value):
        raise Mistake(f"{word} is too big a number", "Write a smaller one.")
    return value
