"""Conditions: whether what a programme waits for holds on one equipment now: the soil is dry, the cabinet in automatic.

Bad quality satisfies no condition: water that nobody can tell to be needed is not given.
"""

from __future__ import annotations

import re

import numpy as np

from supervisor.calculated.values import Cells, Part, Starts, evaluate
from supervisor.columns import Columns
from supervisor.formula import Formula, Over
from supervisor.model import BAD, Equipment, Quality, Site, Tag, Text


def seen(site: Site, equipment: Equipment, path: str) -> Tag | None:
    """The tag a condition means: as seen from the equipment, else by its whole id."""
    return site.tag(equipment, path) or site.tag_by_id.get(path)


def holds(formula: Formula, site: Site, equipment: Equipment, table: Columns) -> bool:
    """Whether it is true, and known to be."""
    value, quality = evaluate(formula.tree, _Now(site, equipment, table))
    return bool(quality[0] < BAD and value[0])


_WORD = re.compile(r"'[^']+'|[A-Za-z_][\w.]*|[=!<>]=")
_SAID = {
    "and": Text("et", "and"), "or": Text("ou", "or"), "not": Text("non", "not"), "==": Text("=", "="),
    "!=": Text("≠", "≠"), "<=": Text("≤", "≤"), ">=": Text("≥", "≥"),
}  # fmt: skip


def told(formula: Formula, site: Site, equipment: Equipment) -> Text:
    """For people: names of tags and of states in the place of their ids; a tag of something else with whose it is."""

    def said(language: str) -> str:
        states: dict[str, Text] = {}

        def word(match: re.Match[str]) -> str:
            text = match[0]
            tag = None if text in _SAID or text in states else seen(site, equipment, text.strip("'"))
            if tag is None:
                known = _SAID.get(text) or states.get(text)
                return getattr(known, language) if known else text
            states.update({state.id: state.name for state in tag.spec.states})
            name, whose = getattr(tag.spec.name, language), getattr(tag.equipment.name, language)
            own = tag.equipment is equipment or equipment.id.startswith(f"{tag.equipment.id}.")
            return name if own else f"{name} ({whose})"

        return _WORD.sub(word, formula.text)

    return Text(said("fr"), said("en"))


class _Now:
    """The live values, seen from one equipment."""

    def __init__(self, site: Site, equipment: Equipment, table: Columns) -> None:
        self._site, self._equipment, self._table = site, equipment, table

    def read(self, path: str) -> Part:
        tag = seen(self._site, self._equipment, path)
        if tag is None:
            return Part(np.array([np.nan]), np.array([Quality.CONFIGURATION], np.uint8))
        at = slice(tag.index, tag.index + 1)
        return Part(self._table["value"][at].copy(), self._table["quality"][at].copy())

    def inside(self, node: Over) -> tuple[Cells, Starts]:
        raise ValueError("a condition is of one equipment")  # the site check has refused it

    def __len__(self) -> int:
        return 1
