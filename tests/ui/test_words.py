"""Words of the window: none is kept that nobody says, and one that counts follows the rule of its language."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from supervisor.model import Text
from ui.look import Look

ROOT = Path(__file__).parents[2]
DAYS = Text("{} jour{s} de données sur {}", "{} day{s} of data of {}")


@pytest.mark.parametrize(
    ("language", "count", "decimals", "said"),
    [
        ("fr", 0, 0, "0 jour de"),
        ("fr", 1.0, 1, "1,0 jour de"),
        ("fr", 1.94, 1, "1,9 jour de"),
        ("fr", 1.96, 1, "2,0 jours de"),
        ("fr", 1200, 0, "1\u202f200 jours de"),
        ("en", 0, 0, "0 days of"),
        ("en", 1, 0, "1 day of"),
        ("en", 1.0, 1, "1.0 days of"),
        ("en", 2, 0, "2 days of"),
    ],
)
def test_that_a_word_that_counts_is_plural_by_the_rule_of_its_language(
    language: str, count: float, decimals: int, said: str
) -> None:
    assert Look("Europe/Paris", language=language).counted(DAYS, count, 30, decimals=decimals).startswith(said)


def test_that_no_word_is_kept_that_nobody_says() -> None:
    trees = {
        path.relative_to(ROOT).as_posix(): ast.parse(path.read_text("utf-8")) for path in (ROOT / "ui").rglob("*.py")
    }
    kept = {
        (path.removesuffix(".py").replace("/", "."), name)
        for path, tree in trees.items()
        if path.endswith(("words.py", "said.py"))
        for name in _made(tree)
    }
    modules = {module for module, _ in kept}
    said = {
        one for path, tree in trees.items() for one in _said(path.removesuffix(".py").replace("/", "."), tree, modules)
    }
    assert sorted(kept - said) == [], "nobody says these: take them away"


def _made(tree: ast.Module) -> set[str]:
    targets = [target for node in tree.body if isinstance(node, ast.Assign) for target in node.targets]
    return {one.id for target in targets for one in ast.walk(target) if isinstance(one, ast.Name)}


def _said(module: str, tree: ast.Module, modules: set[str]) -> set[tuple[str, str]]:
    """What this module takes from others that keep words, and what it uses of its own."""
    taken, known = set(), {}
    nodes = list(ast.walk(tree))
    for node in nodes:
        if isinstance(node, ast.ImportFrom) and node.module:
            known |= {one.asname or one.name: f"{node.module}.{one.name}" for one in node.names}
            taken |= {(node.module, one.name) for one in node.names}
    for node in nodes:
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            taken.add((known.get(node.value.id, ""), node.attr))
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
            taken.add((module, node.id))
    return {one for one in taken if one[0] in modules}
