"""Diagrams of both machines as SVG, drawn from their rows: what is not in a table is not in the picture.

Only where a state stands on the sheet is said here. Plain shapes of SVG Tiny, for the window's renderer knows no more.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from html import escape

from alarms.states import LATCHING, PLAIN, Event, State
from alarms.suppression import REPEATABLE, ROWS, Act, Hidden
from supervisor.model import Text

Point = tuple[float, float]
Edge = tuple[str, str, str]
"""From, what happens, to."""

BOX = (238.0, 46.0)
APART = 9.0
"""Between an arrow and the one that comes back."""
LETTER = 7.6
"""Width of a letter of the labels, about."""

STATES: Mapping[State, Text] = {
    State.NORMAL: Text("normale", "normal"),
    State.UNACKED: Text("présente, non acquittée", "active, unacknowledged"),
    State.ACKED: Text("présente, acquittée", "active, acknowledged"),
    State.RETURNED: Text("disparue, non acquittée", "returned, unacknowledged"),
    State.LATCHED_UNACKED: Text("mémorisée, non acquittée", "latched, unacknowledged"),
    State.LATCHED_ACKED: Text("mémorisée, acquittée", "latched, acknowledged"),
}
EVENTS: Mapping[Event, Text] = {
    Event.RAISE: Text("apparaît", "raise"),
    Event.CLEAR: Text("disparaît", "clear"),
    Event.ACK: Text("acquitter", "acknowledge"),
    Event.RESET: Text("réarmer", "reset"),
    Event.REALARM: Text("rappel", "re-alarm"),
}
HIDDEN: Mapping[Hidden, Text] = {
    Hidden.NO: Text("visible", "visible"),
    Hidden.SHELVED: Text("mise de côté", "shelved"),
    Hidden.SUPPRESSED: Text("masquée par conception", "suppressed by design"),
    Hidden.OUT_OF_SERVICE: Text("hors service", "out of service"),
}
ACTS: Mapping[Act, Text] = {
    Act.SHELVE: Text("mettre de côté", "shelve"),
    Act.UNSHELVE: Text("remettre, ou l'heure", "unshelve, or time"),
    Act.SUPPRESS: Text("la règle le dit", "the rule says so"),
    Act.UNSUPPRESS: Text("elle ne le dit plus", "no longer"),
    Act.REMOVE: Text("mettre hors service", "remove"),
    Act.RETURN: Text("remettre en service", "return"),
}
_PLAIN_AT: Mapping[State, Point] = {
    State.NORMAL: (142, 350),
    State.UNACKED: (455, 45),
    State.ACKED: (850, 350),
    State.RETURNED: (455, 215),
}
_LATCHING_AT: Mapping[State, Point] = {
    State.NORMAL: (142, 215),
    State.UNACKED: (620, 45),
    State.ACKED: (890, 215),
    State.LATCHED_UNACKED: (420, 215),
    State.LATCHED_ACKED: (620, 385),
}
_HIDDEN_AT: Mapping[Hidden, Point] = {
    Hidden.NO: (450, 250),
    Hidden.SHELVED: (142, 45),
    Hidden.SUPPRESSED: (450, 45),
    Hidden.OUT_OF_SERVICE: (770, 45),
}


@dataclass(frozen=True, slots=True)
class Ink:
    """Colours of a sheet, which its reader brings: "#RRGGBB"."""

    text: str
    line: str
    box: str
    active: str
    """Ground of the states in which the condition holds."""
    ground: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """One diagram: boxes by name, what each says, and the arrows between them."""

    at: Mapping[str, Point]
    says: Mapping[str, str]
    marked: frozenset[str]
    edges: tuple[tuple[Edge, str], ...]
    """Each with the word on its arrow."""


def process(latching: bool, language: str, ink: Ink) -> str:
    """The first machine, of rules that latch or of those that don't."""
    at = _LATCHING_AT if latching else _PLAIN_AT
    rows = LATCHING if latching else PLAIN
    edges = [((before.word, event.name, after.word), EVENTS[event]) for (before, event), after in rows.items()]
    sheet = Sheet(
        {state.word: place for state, place in at.items()},
        {state.word: STATES[state].say(language) for state in at},
        frozenset(state.word for state in at if state.active),
        tuple((edge, word.say(language)) for edge, word in edges),
    )
    return draw(sheet, ink)


def hiding(language: str, ink: Ink) -> str:
    """The second machine: three switches beside each other, each of them drawn from visible."""
    edges: list[tuple[Edge, str]] = []
    for act, (bit, sets) in ROWS.items():
        ends = (Hidden.NO, bit) if sets else (bit, Hidden.NO)
        edges.append(((_name(ends[0]), act.value, _name(ends[1])), ACTS[act].say(language)))
        if act in REPEATABLE:
            edges.append(((_name(bit), act.value, _name(bit)), ACTS[act].say(language)))
    sheet = Sheet(
        {_name(bit): place for bit, place in _HIDDEN_AT.items()},
        {_name(bit): HIDDEN[bit].say(language) for bit in _HIDDEN_AT},
        frozenset({_name(Hidden.NO)}),
        tuple(edges),
    )
    return draw(sheet, ink)


def _name(bit: Hidden) -> str:
    return str(bit.name).lower()


def draw(sheet: Sheet, ink: Ink) -> str:
    """The sheet as SVG."""
    wide = max(x for x, _ in sheet.at.values()) + BOX[0] / 2 + 20
    high = max(y for _, y in sheet.at.values()) + BOX[1] / 2 + 24
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{wide:g}" height="{high:g}" viewBox="0 0 {wide:g} {high:g}"'
        ' font-family="Inter, sans-serif" font-size="15">',
        f'<rect width="{wide:g}" height="{high:g}" fill="{ink.ground}"/>',
    ]
    both = {(edge[0], edge[2]) for edge, _ in sheet.edges}
    for edge, word in sheet.edges:
        lines += _arrow(sheet, edge, word, (edge[2], edge[0]) in both, ink)
    for name, place in sheet.at.items():
        lines += _box(name, place, sheet, ink)
    return "\n".join([*lines, "</svg>", ""])


def _box(name: str, place: Point, sheet: Sheet, ink: Ink) -> Iterator[str]:
    x, y = place[0] - BOX[0] / 2, place[1] - BOX[1] / 2
    fill = ink.active if name in sheet.marked else ink.box
    yield (
        f'<rect x="{x:g}" y="{y:g}" width="{BOX[0]:g}" height="{BOX[1]:g}" rx="8" fill="{fill}" stroke="{ink.line}"/>'
    )
    yield _text(place, sheet.says[name], ink, 600)


def _arrow(sheet: Sheet, edge: Edge, word: str, returning: bool, ink: Ink) -> Iterator[str]:
    yield f"<!-- {edge[0]} + {edge[1]} = {edge[2]} -->".lower()
    if edge[0] == edge[2]:
        yield from _loop(sheet.at[edge[0]], word, ink)
        return
    start, end = _ends(sheet.at[edge[0]], sheet.at[edge[2]], APART if returning else 0.0)
    dx, dy = end[0] - start[0], end[1] - start[1]
    long = math.hypot(dx, dy)
    ux, uy = dx / long, dy / long
    back = (end[0] - 10 * ux, end[1] - 10 * uy)
    yield f'<path d="M{start[0]:.1f} {start[1]:.1f} L{back[0]:.1f} {back[1]:.1f}" fill="none" stroke="{ink.line}"/>'
    yield _head(end, (ux, uy), ink)
    middle = (start[0] + dx / 2, start[1] + dy / 2)
    if returning:  # beside its arrow, away from the one that comes back
        off = abs(uy) * (LETTER * len(word) / 2 + 6) + abs(ux) * 13
        middle = (middle[0] - uy * off, middle[1] + ux * off)
    yield from _label(middle, word, ink)


def _loop(place: Point, word: str, ink: Ink) -> Iterator[str]:
    """Below the box, to its left: back to where it was."""
    x, y = place[0] - BOX[0] / 4, place[1] + BOX[1] / 2
    yield f'<path d="M{x - 14:g} {y:g} L{x - 14:g} {y + 22:g} L{x + 14:g} {y + 22:g} L{x + 14:g} {y + 8:g}"'
    yield f' fill="none" stroke="{ink.line}"/>'
    yield _head((x + 14, y), (0.0, -1.0), ink)
    yield from _label((x, y + 34), word, ink)


def _ends(one: Point, other: Point, aside: float) -> tuple[Point, Point]:
    """Where an arrow leaves one box and meets the other, moved to its right by `aside`."""
    dx, dy = other[0] - one[0], other[1] - one[1]
    long = math.hypot(dx, dy)
    move = (-dy / long * aside, dx / long * aside)
    return _edge(one, (dx, dy), move), _edge(other, (-dx, -dy), move)


def _edge(centre: Point, way: Point, move: Point) -> Point:
    """Where the line through `centre + move` along `way` leaves the box."""
    steps = [
        (half * math.copysign(1, step) - off) / step
        for half, step, off in ((BOX[0] / 2, way[0], move[0]), (BOX[1] / 2, way[1], move[1]))
        if abs(step) > 1e-9
    ]
    far = min(step for step in steps if step > 0)
    return centre[0] + move[0] + far * way[0], centre[1] + move[1] + far * way[1]


def _head(tip: Point, way: Point, ink: Ink) -> str:
    left = (tip[0] - 11 * way[0] - 4.5 * way[1], tip[1] - 11 * way[1] + 4.5 * way[0])
    right = (tip[0] - 11 * way[0] + 4.5 * way[1], tip[1] - 11 * way[1] - 4.5 * way[0])
    points = " ".join(f"{x:.1f},{y:.1f}" for x, y in (tip, left, right))
    return f'<polygon points="{points}" fill="{ink.line}"/>'


def _label(place: Point, word: str, ink: Ink) -> Iterator[str]:
    wide, x, y = LETTER * len(word) + 8, place[0], place[1] - 10
    yield f'<rect x="{x - wide / 2:.1f}" y="{y:.1f}" width="{wide:.1f}" height="20" fill="{ink.ground}"/>'
    yield _text(place, word, ink)


def _text(place: Point, word: str, ink: Ink, weight: int = 400) -> str:
    return (
        f'<text x="{place[0]:.1f}" y="{place[1] + 4.5:.1f}" text-anchor="middle" font-weight="{weight}"'
        f' fill="{ink.text}">{escape(word)}</text>'
    )
