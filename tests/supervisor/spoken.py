"""What a source file can say to a person: every text of several words in it, with `{}` for each value."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from itertools import product
from pathlib import Path

_ACTS = {"log", "print"}


def _prose(text: str) -> bool:
    return " " in text.strip() and len(re.findall(r"[a-z]{2,}", text)) >= 2


def shapes(node: ast.expr) -> list[str]:
    """What a text may be, with `{}` for each value; both sides of a choice between two words."""
    if isinstance(node, ast.Constant):
        return [str(node.value)]
    if isinstance(node, ast.JoinedStr):
        return ["".join(parts) for parts in product(*(shapes(part) for part in node.values))]
    if isinstance(node, ast.FormattedValue):
        inner = node.value
        if (
            isinstance(inner, ast.IfExp)
            and isinstance(inner.body, ast.Constant)
            and isinstance(inner.orelse, ast.Constant)
        ):
            return [str(inner.body.value), str(inner.orelse.value)]
        return ["{}"]
    if isinstance(node, ast.BinOp):
        return [first + rest for first, rest in product(shapes(node.left), shapes(node.right))]
    return ["{}"]


def _unsaid(tree: ast.Module) -> set[int]:
    """Texts that are no reasons: docstrings, what is logged, parts of a longer text."""
    found: set[int] = set()
    for node in ast.walk(tree):
        quiet: list[ast.AST] = []
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            quiet = [node.value]
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            owner = node.func.value
            if isinstance(owner, ast.Name) and owner.id in _ACTS:
                quiet = list(ast.walk(node))
        elif isinstance(node, (ast.JoinedStr, ast.BinOp)):
            quiet = [part for part in ast.walk(node) if part is not node]
        found.update(map(id, quiet))
    return found


def sentences(path: Path) -> Iterator[tuple[int, str]]:
    """Line and shape of everything a file can say."""
    tree = ast.parse(path.read_text("utf-8"))
    unsaid = _unsaid(tree)
    for node in ast.walk(tree):
        said = isinstance(node, (ast.JoinedStr, ast.BinOp)) or (
            isinstance(node, ast.Constant) and isinstance(node.value, str)
        )
        if said and id(node) not in unsaid and isinstance(node, ast.expr):
            for shape in shapes(node):
                if _prose(shape):
                    yield node.lineno, shape
