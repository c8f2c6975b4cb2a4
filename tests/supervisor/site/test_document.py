"""The line of everything in a TOML file, checked against a writer that knows where it put things."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supervisor.site.document import Document, Path_, read_toml
from supervisor.site.findings import Findings

TEXT = (
    '''# a comment = "no key"
id = "x" # [not] { a table
[name]
fr = """
  [[tag]]
"""
en = 'it'''
    + """'
[[tag]]
id = "a"
range = [0,
  5]
states = [
    # { value = 9 }
    { value = 0, id = "off", name = { fr = "é", en = "}" } },

    { value = 1, id = "on" },
]

[[tag]]
"id" = "b"
site.place = [1]
[tag.extra]
deep = true
[[tag.more]]
first = 1
[[tag.more]]
second = 2
"""
)


def _document(text: str) -> Document:
    return Document(Path("x.toml"), text, tomllib.loads(text))


@pytest.mark.parametrize(
    ("path", "line"),
    [
        (("id",), 2),
        (("name",), 3),
        (("name", "fr"), 4),
        (("name", "en"), 7),
        (("tag", 0), 8),
        (("tag", 0, "id"), 9),
        (("tag", 0, "range"), 10),
        (("tag", 0, "range", 1), 11),
        (("tag", 0, "states", 0, "name", "en"), 14),
        (("tag", 0, "states", 1), 16),
        (("tag", 0, "states", 1, "id"), 16),
        (("tag", 1), 19),
        (("tag", 1, "id"), 20),
        (("tag", 1, "site", "place"), 21),
        (("tag", 1, "extra", "deep"), 23),
        (("tag", 1, "more", 0, "first"), 25),
        (("tag", 1, "more", 1, "second"), 27),
    ],
)
def test_that_everything_has_its_line(path: Path_, line: int) -> None:
    assert _document(TEXT).place(path).line == line


def test_that_what_is_missing_is_placed_where_its_table_begins() -> None:
    assert _document(TEXT).place(("tag", 1, "unit")).line == 19


_scalars = st.one_of(
    st.integers(-9, 9), st.booleans(), st.sampled_from(['a "b" [c] {d} # e', "it's", "", "é\\n", "x = 1"])
)
_values = st.recursive(
    _scalars,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["a", "b c", "d-e", "f#"]), inner, max_size=3)
    ),
    max_leaves=8,
)


def _written(value: object, indent: bool) -> str:
    if isinstance(value, str):
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        gap = "\n  " if indent else ""
        return "[" + ",".join(gap + _written(entry, indent) for entry in value) + ("\n]" if indent else "]")
    if isinstance(value, dict):
        return "{" + ", ".join(f'"{key}" = {_written(entry, indent)}' for key, entry in value.items()) + "}"
    return str(value)


@given(st.lists(st.tuples(_values, st.booleans(), st.integers(0, 2)), max_size=5))
def test_that_a_key_is_found_wherever_values_of_any_shape_come_before_it(rows: list[tuple[object, bool, int]]) -> None:
    text, lines = "", []
    for number, (value, indent, blank) in enumerate(rows):
        text += "\n" * blank + "# note = [\n" * (blank > 1)
        lines.append(text.count("\n") + 1)
        inside_table = isinstance(value, dict)  # TOML 1.0 keeps an inline table on one line
        text += f"key{number} = {_written(value, indent and not inside_table and not _holds_table(value))}\n"
    document = _document(text)
    assert [document.place((f"key{number}",)).line for number in range(len(rows))] == lines


def _holds_table(value: object) -> bool:
    return isinstance(value, dict) or (isinstance(value, list) and any(_holds_table(entry) for entry in value))


@pytest.mark.parametrize(
    ("text", "line"), [("a = 1\nb = \n", 2), ("a = 1\n[x", 2), ('a = "\n', 1), ("a = 1\na = 2", 2), ("a = 1 2", 1)]
)
def test_that_a_syntax_error_is_told_at_its_line(text: str, line: int, tmp_path: Path) -> None:
    (tmp_path / "x.toml").write_text(text)
    findings = Findings()
    assert read_toml(tmp_path, Path("x.toml"), findings) is None
    (problem,) = findings.all()
    assert problem.line == line
    assert "at line" not in problem.message
