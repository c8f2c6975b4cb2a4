"""What a formula means: each name a tag, each state a number, and every part of it a number, a truth or a state.

    level * 2            a number            mode == auto      a truth: `auto` is looked up among the states of `mode`
    on and not fault     a truth             on * 5            a mistake: write if(on, 5, 0)

An enum is compared with its states and nothing else; a text is no part of any formula. A name that is both, a tag and a
state of what it is compared with, is the state.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Sequence
from enum import Enum

from supervisor.formula import Binary, Call, Compared, Minus, Mistake, Name, Node, Not, Number, Over, names
from supervisor.model import Kind, State, TagSpec
from supervisor.terms import Operator

Specs = Callable[[str], Sequence[TagSpec]]
"""A tag path -> the tags it may mean, one for each type of equipment around or inside; Mistake where there is none.
None at all means that nobody can tell, and everything said of it may be right."""
Inside = Callable[[Node], Specs]
"""What a function over parts is of -> the tags its names may mean."""


class Sort(Enum):
    """What a part of a formula is."""

    NUMBER = "a number"
    TRUTH = "yes or no"
    STATE = "a state"
    ANY = "anything"


def understand(tree: Node, specs: Specs, inside: Inside) -> tuple[Node, Sort]:
    """The tree with its states as numbers, and what it is. Raises Mistake."""
    return _Reading(specs, inside).read(tree)


def fits(sort: Sort, spec: TagSpec) -> None:
    """Whether a tag can hold what its formula gives; Mistake where it can't."""
    if spec.kind is Kind.TEXT:
        raise Mistake("A text can't be calculated", "Make the tag a number, a boolean or an enum.")
    wanted = Sort.TRUTH if spec.kind is Kind.BOOLEAN else Sort.NUMBER
    if sort not in (wanted, Sort.ANY) and not (sort is Sort.STATE and spec.kind is Kind.ENUM):
        remedy = 'Write kind = "boolean".' if sort is Sort.TRUTH else "Compare it with something, or change the kind."
        raise Mistake(f"The formula gives {sort.value}, and the tag is a {spec.kind.value}", remedy)


class _Reading:
    """One formula, or what stands inside one function over parts."""

    def __init__(self, specs: Specs, inside: Inside) -> None:
        self._specs = specs
        self._inside = inside

    def read(self, node: Node) -> tuple[Node, Sort]:
        match node:
            case Number():
                return node, Sort.NUMBER
            case Name(path):
                return node, _sort(path, self._one(path))
            case Minus(of):
                return Minus(self._want(of, Sort.NUMBER)), Sort.NUMBER
            case Not(of):
                return Not(self._want(of, Sort.TRUTH)), Sort.TRUTH
            case Binary(sign, left, right):
                sort = Sort.TRUTH if sign in ("and", "or") else Sort.NUMBER
                return Binary(sign, self._want(left, sort), self._want(right, sort)), sort
            case Compared():
                return self._compared(node), Sort.TRUTH
            case Call("if", (condition, yes, no)):
                return self._chosen(condition, yes, no)
            case Call(function, given):
                return Call(function, tuple(self._want(one, Sort.NUMBER) for one in given)), Sort.NUMBER
            case Over(function, of):
                return self._over(function, of)

    def _want(self, node: Node, sort: Sort) -> Node:
        read, found = self.read(node)
        if found not in (sort, Sort.ANY):
            raise Mistake(
                f"{_said(node)} is {found.value}, and {sort.value} is needed there", _remedy(node, found, sort)
            )
        return read

    def _chosen(self, condition: Node, yes: Node, no: Node) -> tuple[Node, Sort]:
        (left, one), (right, two) = self.read(yes), self.read(no)
        if one is not two and Sort.ANY not in (one, two):
            raise Mistake(f"if(…) gives {one.value} or {two.value}", "Both must be of one sort.")
        return Call("if", (self._want(condition, Sort.TRUTH), left, right)), two if one is Sort.ANY else one

    def _over(self, function: str, of: Node) -> tuple[Node, Sort]:
        inner = _Reading(self._inside(of), self._inside)
        wanted = Sort.TRUTH if function in ("count", "any", "all") else Sort.NUMBER
        return Over(function, inner._want(of, wanted)), Sort.TRUTH if function in ("any", "all") else Sort.NUMBER

    def _compared(self, node: Compared) -> Node:
        if isinstance(node.left, Name):
            spec = self._one(node.left.path)
            if spec is None:
                return Compared(node.operator, node.left, Number(0.0)) if isinstance(node.right, Name) else node
            if spec.states:
                return self._state(node, node.left, spec.states)
        wanted = Sort.NUMBER
        return Compared(node.operator, self._want(node.left, wanted), self._want(node.right, wanted))

    def _state(self, node: Compared, left: Name, states: Sequence[State]) -> Node:
        if node.operator not in (Operator.EQ, Operator.NE):
            raise Mistake(f"{left.path} has states, which are not more or less", "Compare with == or !=.")
        ids = [state.id for state in states]
        if isinstance(node.right, Number) and any(state.value == node.right.value for state in states):
            return node
        word = node.right.path if isinstance(node.right, Name) else "this"
        state = next((state for state in states if state.id == word), None)
        if state is None:
            raise Mistake(f'"{word}" is no state of {left.path}', _near(word, ids))
        return Compared(node.operator, left, Number(float(state.value)))

    def _one(self, path: str) -> TagSpec | None:
        """The tag of a path, where all it may be have the same states; None where nobody can tell."""
        found = self._specs(path)
        if not found:
            return None
        first = found[0]
        meanings = {(_sort(path, spec), tuple((state.id, state.value) for state in spec.states)) for spec in found}
        if len(meanings) > 1:
            raise Mistake(f"{path} is of another kind, or has other states, in another type", "Name one of them.")
        return first


def _sort(path: str, spec: TagSpec | None) -> Sort:
    if spec is None:
        return Sort.ANY
    if spec.kind is Kind.TEXT:
        raise Mistake(f"{path} is a text: nothing can be calculated with it", "Use a number, a boolean or an enum.")
    if spec.kind is Kind.BOOLEAN:
        return Sort.TRUTH
    return Sort.STATE if spec.kind is Kind.ENUM else Sort.NUMBER


def _said(node: Node) -> str:
    return node.path if isinstance(node, Name) else "A part of the formula"


def _remedy(node: Node, found: Sort, wanted: Sort) -> str:
    word = next(names(node), "on")
    if found is Sort.STATE:
        return f"Compare it with one of its states: {word} == …"
    if found is Sort.TRUTH:
        return f"Write if({word}, 1, 0)."
    return f"Compare it: {word} > 0." if wanted is Sort.TRUTH else ""


def _near(word: str, known: Sequence[str]) -> str:
    match = difflib.get_close_matches(word, known, 1)
    return f'Did you mean "{match[0]}"?' if match else f"Use one of: {', '.join(known)}."
