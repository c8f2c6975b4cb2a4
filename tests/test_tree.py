"""The house keeps its own rules: sizes, words and calls that are banned, one sentence each."""

from __future__ import annotations

import ast
import functools
import re
import statistics
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
ROOMS = ("supervisor", "drivers", "alarms", "simulator", "ui")
FILES = sorted(path for room in ROOMS for path in (ROOT / room).rglob("*.py"))
LONGEST_FILE = 460
LONGEST_FUNCTION = 70


def trees(files: list[Path]) -> Iterator[tuple[Path, ast.Module]]:
    for path in files:
        yield path, ast.parse(path.read_text("utf-8"))


def functions() -> Iterator[tuple[str, int]]:
    for path, tree in trees(FILES):
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                assert node.end_lineno
                yield f"{path.relative_to(ROOT)}:{node.lineno} {node.name}", node.end_lineno - node.lineno + 1


@functools.cache
def classes() -> list[str]:
    """Their names."""
    return [node.name for _, tree in trees(FILES) for node in ast.walk(tree) if isinstance(node, ast.ClassDef)]


def test_that_no_function_and_no_file_outgrows_a_reader():
    sizes = dict(functions())
    assert not [f"{name}: {lines}" for name, lines in sizes.items() if lines > LONGEST_FUNCTION]
    assert statistics.median(sizes.values()) <= 8
    assert sorted(sizes.values())[int(0.95 * len(sizes))] <= 40
    long = {str(path.relative_to(ROOT)): len(path.read_text("utf-8").splitlines()) for path in FILES}
    assert not {name: lines for name, lines in long.items() if lines > LONGEST_FILE}


def test_that_every_module_says_what_it_is_for():
    assert not [str(path) for path, tree in trees(FILES) if tree.body and not ast.get_docstring(tree)]


def test_that_nothing_evaluates_text_as_code():
    banned = {"eval", "exec", "compile", "__import__"}
    calls = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path, tree in trees(FILES)
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in banned
    ]
    assert not calls


def test_that_no_dialog_opens_a_loop_of_its_own():
    calls = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path, tree in trees(FILES)
        if path.is_relative_to(ROOT / "ui")
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in ("exec", "exec_")
    ]
    assert not calls


def test_that_no_exception_is_swallowed_without_a_word():
    silent = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path, tree in trees(FILES)
        for node in ast.walk(tree)
        if isinstance(node, ast.ExceptHandler) and all(isinstance(line, ast.Pass) for line in node.body)
    ]
    assert not silent


def test_that_sqlite_is_taken_from_one_place():
    """Two SQLite libraries in one process drop each other's locks."""
    found = re.compile(r"^\s*(import sqlite3|from sqlite3)", re.M)
    users = [path.name for path in FILES if found.search(path.read_text("utf-8"))]
    assert users in ([], ["database.py"])


@pytest.mark.parametrize("word", ["manager", "helper", "utils", "util"])
def test_that_a_name_says_what_a_thing_is(word: str):
    assert not [str(path.relative_to(ROOT)) for path in FILES if word in path.stem.split("_")]
    assert not [name for name in classes() if name.lower().endswith(word)]


def test_that_colours_are_written_down_in_one_place():
    literal = re.compile(r"""["']#[0-9A-Fa-f]{6}["']""")
    guilty = [str(path.relative_to(ROOT)) for path in FILES if literal.search(path.read_text("utf-8"))]
    assert not guilty
