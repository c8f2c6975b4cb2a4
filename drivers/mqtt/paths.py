r"""Paths: where in a decoded JSON payload a value is.

temperature              a member
rxInfo.0.rssi            an element of an array, from 0; -1 is the last
sensors[name=flow].value the first element of the array whose member says so
a\.b                     a member whose name has a dot
topic.3                  not in the payload: the fourth level of the topic, from 0
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Final, NamedTuple

_LEVEL = re.compile(r"topic\.(\d{1,3})")
_STEP = re.compile(r"((?:\\.|[^.\[\]\\])*)((?:\[[^\[\]=]+=[^\[\]]*\])*)(\.|$)")
_PICK = re.compile(r"\[([^\[\]=]+)=([^\[\]]*)\]")


class Pick(NamedTuple):
    """Of an array the first element whose member `key` reads `word`."""

    key: str
    word: str


Step = str | Pick
MISSING: Final = object()
"""What is not there; None is a null that is there."""


def level_of(path: str) -> int | None:
    """Which level of the topic a path means; None where it means the payload."""
    found = _LEVEL.fullmatch(path)
    return int(found[1]) if found else None


def parse_path(path: str) -> tuple[Step, ...]:
    """A path as steps; ValueError with one sentence for the engineer."""
    steps: list[Step] = []
    place = 0
    while path and place <= len(path):
        found = _STEP.match(path, place)
        if found is None or not (found[1] or found[2]):
            raise ValueError(f"path {path!r} cannot be read: write it a.b.0.c, or a[name=flow].c for one of an array")
        if found[1]:
            steps.append(re.sub(r"\\(.)", r"\1", found[1]))
        steps += [Pick(key, word) for key, word in _PICK.findall(found[2])]
        place = found.end() if found[3] else len(path) + 1
    return tuple(steps)


def find(root: Any, steps: Sequence[Step]) -> Any:
    """What a path leads to, or MISSING."""
    node = root
    for step in steps:
        node = node.get(step, MISSING) if type(node) is dict else element(node, step)
    return node


def element(node: Any, step: Step) -> Any:
    """One step where the node is no object."""
    if type(node) is not list:
        return MISSING
    if isinstance(step, Pick):
        return next((one for one in node if type(one) is dict and reads(one.get(step.key), step.word)), MISSING)
    digits = step.removeprefix("-")
    if not digits.isascii() or not digits.isdigit() or len(digits) > 9:
        return MISSING
    place = int(step)
    return node[place] if -len(node) <= place < len(node) else MISSING


def reads(node: Any, word: str) -> bool:
    """Whether a text, a number or a truth value of JSON is written like this."""
    if isinstance(node, bool):
        return word == ("true" if node else "false")
    return isinstance(node, (str, int, float)) and str(node) == word
