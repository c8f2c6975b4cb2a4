"""Edit: values of a TOML text changed where they stand; every comment, space and key beside them stays as it was.

The text is understood by the walk of `supervisor.site.document`, which knows where each value begins and ends; what
comes out is read again and compared, so that an edit is exactly what was asked for or an error of ours.
"""

from __future__ import annotations

import copy
import tomllib
from collections.abc import Mapping
from typing import Any

from supervisor.site.document import Path_, Span, spans

Changes = Mapping[Path_, Any]
"""Path of a value -> what it becomes; None takes the key away."""


def edit(text: str, changes: Changes) -> str:
    """The text with these values. Each change's table must be there; the value need not be."""
    known = spans(text)
    pieces: list[tuple[int, int, str]] = []
    added: dict[Path_, list[str]] = {}
    for path, value in changes.items():
        if path in known:
            pieces.append(_replaced(text, known[path], value))
        elif value is not None:
            added.setdefault(path[:-1], []).append(f"{path[-1]} = {literal(value)}")
    for table, entries in added.items():
        pieces.append(_inserted(text, known, table, entries))
    for start, end, new in sorted(pieces, reverse=True):
        text = text[:start] + new + text[end:]
    return text


def _replaced(text: str, span: Span, value: Any) -> tuple[int, int, str]:
    if value is not None:
        return span.start, span.end, literal(value)
    if span.inline:  # { a = 1, b = 2 }: with the comma before it, or the one behind the first
        return _without_comma(text, span.key, span.end)
    start, end = text.rfind("\n", 0, span.key) + 1, text.find("\n", span.end)
    end = len(text) if end < 0 else end
    if "#" in text[span.end : end]:  # the comment beside it stays
        return start, end, text[span.end : end].lstrip()
    return start, min(end + 1, len(text)), ""


def _without_comma(text: str, start: int, end: int) -> tuple[int, int, str]:
    before = len(text[:start].rstrip())
    if text[before - 1] == ",":
        return before - 1, end, ""
    after = end + len(text[end:]) - len(text[end:].lstrip())
    if text[after] != ",":
        return start, end, ""
    return start, after + 1 + len(text[after + 1 :]) - len(text[after + 1 :].lstrip()), ""


def _inserted(text: str, known: Mapping[Path_, Span], table: Path_, entries: list[str]) -> tuple[int, int, str]:
    """Behind the last entry of the table: on lines of their own, or before the brace of an inline one."""
    if table in known and text[known[table].end - 1] == "}":
        brace = known[table].end - 1
        at = len(text[:brace].rstrip())
        comma = "" if text[at - 1] == "{" else ","
        return at, at, comma + " " + ", ".join(entries)
    # a table under a header of its own may follow: only what stands directly in this one counts
    last = max(span.end for path, span in known.items() if path[:-1] == table)
    end = text.find("\n", last)
    newline = "\r\n" if "\r\n" in text else "\n"
    if end < 0:
        return len(text), len(text), newline + newline.join(entries) + newline
    return end + 1, end + 1, newline.join(entries) + newline


def literal(value: Any) -> str:
    """A value as TOML writes it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return repr(value)
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{key} = {literal(one)}" for key, one in value.items()) + " }"
    escaped = "".join(_ESCAPES.get(sign, sign if sign >= " " else f"\\u{ord(sign):04X}") for sign in str(value))
    return f'"{escaped}"'


_ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t", "\r": "\\r", "\x7f": "\\u007F"}


def changed(values: Mapping[str, Any], changes: Changes) -> dict[str, Any]:
    """What the text must say afterwards."""
    made = copy.deepcopy(dict(values))
    for path, value in changes.items():
        table: Any = made
        for key in path[:-1]:
            table = table[key]
        if value is None:
            table.pop(path[-1], None)
        else:
            table[path[-1]] = value
    return made


def proven(text: str, changes: Changes) -> str:
    """`edit`, held against what it should say. ValueError where it says anything else: a bug of ours."""
    after = edit(text, changes)
    if tomllib.loads(after) != changed(tomllib.loads(text), changes):
        raise ValueError(f"the edit of {list(changes)} came out as something else")
    return after
