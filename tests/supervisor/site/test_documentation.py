"""docs/site.md names every key and column there is: the demo city and the drivers say which those are."""

from __future__ import annotations

import csv
import re
import tomllib
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any

import pytest

import drivers
from supervisor.site.equipment import COLUMNS as LIST_COLUMNS
from supervisor.site.links import COLUMNS as LINK_COLUMNS
from supervisor.site.packs import COMMON

ROOT = Path(__file__).parents[3]
DOCUMENT = (ROOT / "docs" / "site.md").read_text(encoding="utf-8")
WORDS = set(re.findall(r"[A-Za-z_]\w*", " ".join(re.findall(r"```.*?```|`[^`]*`", DOCUMENT, re.DOTALL))))
ANGERS = ROOT / "sites" / "angers"


def _keys(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield key
            yield from _keys(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _keys(inner)


def test_that_every_key_of_the_demo_city_is_explained() -> None:
    files = [*ANGERS.glob("*.toml"), *ANGERS.glob("types/*.toml"), *ANGERS.glob("packs/*/pack.toml")]
    keys = {key for file in files for key in _keys(tomllib.loads(file.read_text(encoding="utf-8")))}
    assert keys - WORDS == set()


def _settings(settings: Any) -> Iterator[str]:
    """The words a link may say, those of a group of settings one by one."""
    for field in fields(settings):
        value = getattr(settings, field.name)
        if is_dataclass(value):
            yield from _settings(value)
        else:
            yield field.name


@pytest.mark.parametrize("protocol", sorted(drivers.TABLE))
def test_that_every_column_and_setting_of_a_protocol_is_explained(protocol: str) -> None:
    row = drivers.TABLE[protocol]
    assert (set(row.columns) | set(_settings(row.settings({})))) - WORDS == set()


def test_that_every_column_of_the_lists_is_explained() -> None:
    assert {*LIST_COLUMNS, *LINK_COLUMNS, *COMMON} - WORDS == set()


def test_that_every_class_of_the_map_is_explained() -> None:
    classes = {
        name
        for path in ANGERS.glob("map/*.geojson")
        for name in re.findall(r'"class": "(\w+)"', path.read_text(encoding="utf-8"))
    }
    assert classes - WORDS == set()


def test_that_the_worked_example_is_a_row_of_the_demo_city() -> None:
    example = re.search(r"^AP-014,.*$", DOCUMENT, re.MULTILINE)
    assert example
    lines = (ANGERS / "equipment/lighting.csv").read_text(encoding="utf-8").splitlines()
    assert next(csv.reader([example[0]])) in list(csv.reader(lines))
