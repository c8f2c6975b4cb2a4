"""Table: one TOML table being read. Each method takes one key; `close` tells the keys that nobody took.

A wrong value is added to the findings and a harmless one comes back, so that one reading finds every mistake.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar

from supervisor.model import NO_TEXT, Text
from supervisor.site.document import Document, Path_
from supervisor.site.findings import Findings, Place, suggest

Choice = TypeVar("Choice")

ID = re.compile(r"[\w-]+")
"""Ids stand in tag paths, topics and file names: no dot, no space, no slash."""
_KINDS = {str: "text", bool: "true or false", int: "a number", float: "a number", list: "a list", dict: "a table"}


class Table:
    """See the module."""

    def __init__(self, document: Document, path: Path_, values: Mapping[str, Any], findings: Findings) -> None:
        self.values = values
        self._document = document
        self._path = path
        self._findings = findings
        self._taken: set[str] = set()

    @classmethod
    def top(cls, document: Document, findings: Findings) -> Table:
        return cls(document, (), document.values, findings)

    def place(self, *keys: str | int) -> Place:
        """Where a key of this table is said; without a key, where the table begins."""
        return self._document.place((*self._path, *keys))

    def where(self, *keys: str | int) -> Callable[[], Place]:
        """`place`, found only if somebody asks."""
        return lambda: self.place(*keys)

    def problem(self, key: str, message: str, remedy: str = "") -> None:
        self._findings.add(self.place(key), message, remedy)

    def wrong(self, message: str, remedy: str = "") -> None:
        """A problem of the whole table."""
        self._findings.add(self.place(), message, remedy)

    def close(self) -> None:
        """Tell the keys that mean nothing here."""
        for key in self.values:
            if key not in self._taken:
                self.problem(key, f'"{key}" means nothing here', suggest(key, sorted(self._taken)))

    def id(self) -> str:
        word = self.word("id")
        if word and not ID.fullmatch(word):
            self.problem("id", f'"{word}" can\'t be an id', "Use letters, digits, - and _ only.")
            return ""
        return word

    def word(self, key: str, default: str | None = None) -> str:
        """A text; a problem where there is none and no default."""
        value = self._take(key, (str,), "a text in quotes", required=default is None)
        if value == "" and default is None:
            self.problem(key, f'"{key}" is empty')
        return (default or "") if value is None else str(value)

    def words(self, key: str) -> tuple[str, ...]:
        """A list of texts; empty where there is none."""
        values = self._take(key, (list,), 'a list of texts such as ["level", "power"]') or []
        for number, value in enumerate(values):
            if not isinstance(value, str):
                self._findings.add(
                    self.place(key, number), f'"{key}" lists {value!r}', "Every entry is a text in quotes."
                )
        return tuple(value for value in values if isinstance(value, str))

    def flag(self, key: str) -> bool:
        """true or false; false where nothing is said."""
        return bool(self._take(key, (bool,), "true or false"))

    def number(self, key: str, default: float | None = None, low: float = -math.inf, high: float = math.inf) -> float:
        value = self._take(key, (int, float), "a number without quotes", required=default is None)
        harmless = default if default is not None else low if math.isfinite(low) else 0.0
        if value is None:
            return harmless
        if not math.isfinite(value) or not low <= value <= high:
            self.problem(key, f'"{key}" is {value}', f"It goes from {low:g} to {high:g}.")
            return harmless
        return float(value)

    def whole(self, key: str, default: int | None, low: int, high: int) -> int:
        value = self.number(key, default, low, high)
        if value != int(value):
            self.problem(key, f'"{key}" is {value}', f"It is a whole number from {low} to {high}.")
        return int(value)

    def span(self, key: str) -> tuple[float, float]:
        """[low, high]; NaN for both where there is none."""
        none = (math.nan, math.nan)
        value = self._take(key, (list,), "a pair such as [0, 100]")
        if value is None:
            return none
        if len(value) != 2 or not all(_number(limit) for limit in value):
            self.problem(key, f'"{key}" is {value}', "Write the lower and the upper limit, such as [0, 100].")
            return none
        if value[0] >= value[1]:
            self.problem(key, f'"{key}" goes from {value[0]} down to {value[1]}', "The lower limit comes first.")
            return none
        return float(value[0]), float(value[1])

    def scalar(self, key: str) -> str | float | None:
        """A number or a text; None where there is none."""
        value = self._take(key, (int, float, str), "a number or the id of a state")
        if isinstance(value, float) and not math.isfinite(value):
            self.problem(key, f'"{key}" is {value}', "Write a number.")
            return None
        return value if isinstance(value, str) or value is None else float(value)

    def choice(self, key: str, options: Mapping[str, Choice], default: Choice | None = None) -> Choice | None:
        """One of a few words; the default, or None, where it is none of them."""
        word = self._take(key, (str,), f"one of: {', '.join(options)}", required=default is None)
        if word is None:
            return default
        if word not in options:
            self.problem(key, f'"{key}" is "{word}"', suggest(word, options))
            return default
        return options[word]

    def name(self, key: str = "name", required: bool = True) -> Text:
        """Words for the screen: one text for both languages, or {fr, en}."""
        value = self._take(key, (str, dict), 'a text or { fr = "…", en = "…" }', required)
        if value is None:
            return NO_TEXT
        if isinstance(value, str):
            if not value.strip():
                self.problem(key, f'"{key}" is empty')
            return Text(value, value)
        words = Table(self._document, (*self._path, key), value, self._findings)
        text = Text(words.word("fr"), words.word("en"))
        words.close()
        return text

    def table(self, key: str) -> Table | None:
        value = self._take(key, (dict,), "a table")
        return None if value is None else Table(self._document, (*self._path, key), value, self._findings)

    def tables(self, key: str) -> list[Table]:
        """Every [[key]] or { … } of the list; empty where there is none."""
        tables = []
        for number, value in enumerate(self._take(key, (list,), f"a list of tables, [[{key}]]") or []):
            path = (*self._path, key, number)
            if isinstance(value, dict):
                tables.append(Table(self._document, path, value, self._findings))
            else:
                self._findings.add(
                    self._document.place(path), f'"{key}" lists {value!r}', "Every entry is a table, { … }."
                )
        return tables

    def raw(self, key: str) -> object:
        """The value as TOML says it, unchecked; None where there is none."""
        self._taken.add(key)
        return self.values.get(key)

    def strings(self) -> dict[str, str]:
        """All keys of this table as texts: packs write numbers where a spreadsheet would."""
        words = {}
        for key, value in self.values.items():
            self._taken.add(key)
            if isinstance(value, (str, int, float)):
                words[key] = str(value).lower() if isinstance(value, bool) else str(value)
            else:
                self.problem(key, f'"{key}" is {_kind(value)}', "It must be a text in quotes.")
        return words

    def _take(self, key: str, kinds: tuple[type, ...], wanted: str, required: bool = False) -> Any:
        self._taken.add(key)
        if key not in self.values:
            if required:
                self._findings.add(self.place(), f'{self.title} has no "{key}"', f"Add {key}: {wanted}.")
            return None
        value = self.values[key]
        if not isinstance(value, kinds) or (isinstance(value, bool) and bool not in kinds):
            self.problem(key, f'"{key}" is {_kind(value)}', f"It must be {wanted}.")
            return None
        return value

    @property
    def title(self) -> str:
        """What the table is, in words for a message."""
        names: Iterable[str] = (part for part in reversed(self._path) if isinstance(part, str))
        header = next(iter(names), "")
        who = self.values.get("id")
        if not header:
            return "This file"
        return f'The {header} "{who}"' if isinstance(who, str) else f"This {header}"


def _kind(value: object) -> str:
    return _KINDS.get(type(value), "a date or time")


def _number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)
