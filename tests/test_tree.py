"""The house keeps its own rules: sizes, words and calls that are banned, one sentence each."""

from __future__ import annotations

import ast
import functools
import re
import statistics
from dataclasses import dataclass, field
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
ROOMS = ("supervisor", "drivers", "alarms", "simulator", "ui")
FILES = sorted(path for room in ROOMS for path in (ROOT / room).rglob("*.py"))
LONGEST_FILE = 460
LONGEST_FUNCTION = 70


@dataclass
class Facts:
    """What all files together say of themselves, as "file:line" but for the names."""

    functions: dict[str, int] = field(default_factory=dict)
    """Lines of each."""
    classes: list[str] = field(default_factory=list)
    """Their names."""
    mute: list[str] = field(default_factory=list)
    """Files without a word of what they are for."""
    calls: list[tuple[str, str]] = field(default_factory=list)
    """Of plain names."""
    loops: list[str] = field(default_factory=list)
    """Where a dialog would run a loop."""
    silent: list[str] = field(default_factory=list)
    """Where an exception is swallowed."""

    def read(self, path: Path) -> None:
        tree = ast.parse(path.read_text("utf-8"))
        name = str(path.relative_to(ROOT))
        if tree.body and not ast.get_docstring(tree):
            self.mute.append(name)
        for node in ast.walk(tree):
            self._take(node, name)

    def _take(self, node: ast.AST, file: str) -> None:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            assert node.end_lineno
            self.functions[f"{file}:{node.lineno} {node.name}"] = node.end_lineno - node.lineno + 1
        elif isinstance(node, ast.ClassDef):
            self.classes.append(node.name)
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            self.calls.append((node.func.id, f"{file}:{node.lineno}"))
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            if node.func.attr in ("exec", "exec_") and file.startswith("ui"):
                self.loops.append(f"{file}:{node.lineno}")
        elif isinstance(node, ast.ExceptHandler) and all(isinstance(line, ast.Pass) for line in node.body):
            self.silent.append(f"{file}:{node.lineno}")


@functools.cache
def facts() -> Facts:
    """Each file is read once for all tests; no tree is kept: together they are as large as all else there is."""
    found = Facts()
    for path in FILES:
        found.read(path)
    return found


def test_that_no_function_and_no_file_outgrows_a_reader():
    sizes = facts().functions
    assert not [f"{name}: {lines}" for name, lines in sizes.items() if lines > LONGEST_FUNCTION]
    assert statistics.median(sizes.values()) <= 8
    assert sorted(sizes.values())[int(0.95 * len(sizes))] <= 40
    long = {str(path.relative_to(ROOT)): len(path.read_text("utf-8").splitlines()) for path in FILES}
    assert not {name: lines for name, lines in long.items() if lines > LONGEST_FILE}


def test_that_every_module_says_what_it_is_for():
    assert not facts().mute


def test_that_nothing_evaluates_text_as_code():
    assert not [place for name, place in facts().calls if name in ("eval", "exec", "compile", "__import__")]


def test_that_no_dialog_opens_a_loop_of_its_own():
    assert not facts().loops


def test_that_no_exception_is_swallowed_without_a_word():
    assert not facts().silent


def test_that_sqlite_is_taken_from_one_place():
    """Two SQLite libraries in one process drop each other's locks."""
    found = re.compile(r"^\s*(import sqlite3|from sqlite3)", re.M)
    users = [path.name for path in FILES if found.search(path.read_text("utf-8"))]
    assert users in ([], ["database.py"])


@pytest.mark.parametrize("word", ["manager", "helper", "utils", "util"])
def test_that_a_name_says_what_a_thing_is(word: str):
    assert not [str(path.relative_to(ROOT)) for path in FILES if word in path.stem.split("_")]
    assert not [name for name in facts().classes if name.lower().endswith(word)]


def test_that_colours_are_written_down_in_one_place():
    literal = re.compile(r"""["']#[0-9A-Fa-f]{6}["']""")
    guilty = [str(path.relative_to(ROOT)) for path in FILES if literal.search(path.read_text("utf-8"))]
    assert not guilty
