"""Kinds: which symbols there are, how big, with which states, and what else a page may say of them. No Qt.

The table is `symbols/kinds.toml`; a kind with states is drawn in `symbols/<kind>.svg`, every other one by code.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any

PLAIN = "plain"
"""The state of a symbol that shows none."""
UNKNOWN = "unknown"
"""The state of a symbol whose tag is bad, or says something the kind has no drawing for."""

Tokens = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Kind:
    """One row of kinds.toml."""

    id: str
    size: tuple[float, float]
    states: Mapping[str, Tokens] = field(default_factory=dict)
    """State -> the theme tokens that stand for @fill, @line, @inner and @glass; empty for a kind drawn by code."""
    synonyms: Mapping[str, str] = field(default_factory=dict)
    """A tag's own state -> the state drawn."""
    ports: tuple[tuple[float, float], ...] = ()
    """Where pipes end, from the centre; for kinds drawn by code any point of the outline will do."""
    tags: tuple[str, ...] = ()
    options: tuple[str, ...] = ()
    needs: bool = False
    """It shows one tag and makes no sense without it."""
    under: bool = False
    """Others may lie on it."""

    @property
    def drawn(self) -> bool:
        """Whether code draws it, its corner at `at`; an SVG lies with its centre there."""
        return not self.states

    def state(self, id: str) -> str:
        """The state to draw for a tag's state; unknown where the kind has no drawing for it."""
        id = self.synonyms.get(id, id)
        if id in self.states:
            return id
        return UNKNOWN if UNKNOWN in self.states else PLAIN


@cache
def kinds() -> Mapping[str, Kind]:
    """Every kind by id."""
    table = tomllib.loads((files("ui.synoptic") / "symbols" / "kinds.toml").read_text("utf-8"))
    default = table.pop("default")
    return {id: _kind(id, row, default) for id, row in table.items()}


@cache
def drawing(kind: str) -> str:
    """The SVG text of a kind, its tokens still in it."""
    return (files("ui.synoptic") / "symbols" / f"{kind}.svg").read_text("utf-8")


def stand_in(symbol: str, type: str = "") -> str:
    """The SVG kind that stands for an equipment type: what the type says, what it is called, or a plain box."""
    known = kinds()
    for wish in (symbol, type, _ALIKE.get(symbol, ""), _ALIKE.get(type, "")):
        if wish in known and not known[wish].drawn:
            return wish
    return "box"


_ALIKE = {
    "lighting_cabinet": "cabinet",
    "lighting_circuit": "circuit",
    "lighting": "luminaire",
    "energy_meter": "meter",
    "waste_container": "container",
    "waste": "container",
    "bin": "container",
    "probe": "soil_probe",
    "soil": "soil_probe",
    "rain": "rain_gauge",
    "loop": "detector_loop",
    "traffic": "intersection",
    "crossing": "intersection",
    "parking": "car_park",
    "line": "transit_line",
    "lift_station": "pumping_station",
}


def _kind(id: str, row: Mapping[str, Any], default: Tokens) -> Kind:
    ports = row.get("ports", ())
    width, height = row["size"]
    return Kind(
        id,
        (float(width), float(height)),
        {state: {**default, **tokens} for state, tokens in row.get("states", {}).items()},
        row.get("as", {}),
        () if isinstance(ports, str) else tuple((float(x), float(y)) for x, y in ports),
        tuple(row.get("tags", ())),
        tuple(row.get("options", ())),
        bool(row.get("needs", False)),
        bool(row.get("under", False)),
    )
