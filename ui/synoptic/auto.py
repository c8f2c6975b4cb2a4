"""The page of an equipment whose type has none: its tags, grouped and drawn by what they are. No Qt.

Measured values with a range become bars, others boxes, states words; parts become one table. It is laid out for this
very equipment, so it shows nothing that does not exist.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from supervisor.model import Equipment, Kind, Site, Tag, Text
from ui.synoptic import words
from ui.synoptic.kinds import stand_in
from ui.synoptic.page import SIZE, Symbol, Synoptic

LEFT, TOP, GAP = 24, 24, 24
WIDTH = SIZE[0] - 2 * LEFT
PADDING = 24
BAR = (120, 232)
BOX = (176, 48)
FEW = 5
ROW = 104
HISTORY_MIN = 240


class _Layout:
    """Puts zone under zone."""

    def __init__(self) -> None:
        self.symbols: list[Symbol] = []
        self.y = float(TOP)

    def add(self, kind: str, at: tuple[float, float], size: tuple[float, float] | None = None, **says: Any) -> None:
        self.symbols.append(Symbol(f"s{len(self.symbols)}", kind, at, size, group=f"s{len(self.symbols)}", **says))

    def zone(self, name: Text, height: float) -> float:
        """A zone of this height at the next free place; the top of its inside."""
        self.add("zone", (LEFT, self.y), (WIDTH, height), options={"words": {"fr": name.fr, "en": name.en}})
        inside = self.y + 40
        self.y += height + GAP
        return inside


def page_for(site: Site, equipment: Equipment) -> Synoptic:
    """A page for one equipment."""
    layout = _Layout()
    tags = site.tags_by_equipment.get(equipment.id, ())
    bars = [tag for tag in tags if tag.spec.kind is Kind.NUMBER and _ranged(tag)]
    boxes = [tag for tag in tags if tag.spec.kind is Kind.COUNTER or (tag.spec.kind is Kind.NUMBER and tag not in bars)]
    states = [tag for tag in tags if tag.spec.kind in (Kind.BOOLEAN, Kind.ENUM)]
    texts = [tag for tag in tags if tag.spec.kind is Kind.TEXT]
    _head(layout, equipment, states, texts)
    _bars(layout, bars)
    _grid(layout, words.OTHERS, "value", boxes)
    _parts(layout, site, equipment)
    height = max(layout.y, float(SIZE[1]))
    return Synoptic(f"auto.{equipment.id}", equipment.type.id, (float(SIZE[0]), height), tuple(layout.symbols), ())


def _ranged(tag: Tag) -> bool:
    """Whether a bar says something of it; where a thing is and where it heads has no more and no less."""
    return tag.spec.high > tag.spec.low and tag.spec.unit != "°"


def _head(layout: _Layout, equipment: Equipment, states: Sequence[Tag], texts: Sequence[Tag]) -> None:
    """The symbol of the type, then every state as a word, the one that says how it is first; and the link."""
    kind = equipment.type
    states = sorted(states, key=lambda tag: tag.spec.id != kind.state)
    columns = int((WIDTH - 128) // 208)
    rows = max(-(-(len(states) + len(texts) + bool(equipment.link)) // columns), 1)
    top = layout.zone(kind.name, 48 + max(rows * 56, 88))
    layout.add(stand_in(kind.symbol, kind.id), (LEFT + 64, top + 40))
    spots = [(LEFT + 128 + n % columns * 208, top + 16 + n // columns * 56) for n in range(rows * columns)]
    for tag, at in zip([*states, *texts], spots, strict=False):
        if tag.spec.kind is Kind.TEXT:
            layout.add("value", at, (192, 40), tag=tag.spec.id, options={"plain": True})
        else:
            layout.add("word", at, (192, 40), tag=tag.spec.id)
    if equipment.link:
        said = {"fr": words.LINK.fr, "en": words.LINK.en}
        layout.add("goto", spots[len(states) + len(texts)], (192, 40), options={"to": "link", "words": said})


def _bars(layout: _Layout, tags: Sequence[Tag]) -> None:
    if not tags:
        return
    if len(tags) <= FEW:
        _rows(layout, tags)
        return
    columns = int((WIDTH - 2 * PADDING) // (BAR[0] + 40))
    rows = -(-len(tags) // columns)
    top = layout.zone(words.MEASUREMENTS, 40 + rows * (BAR[1] + 24))
    for n, tag in enumerate(tags):
        at = (LEFT + PADDING + n % columns * (BAR[0] + 40), top + n // columns * (BAR[1] + 24))
        layout.add("bar", at, BAR, tag=tag.spec.id)


def _rows(layout: _Layout, tags: Sequence[Tag]) -> None:
    """Where there are few values, each has a row: a gauge, and its last hours at a size one can read."""
    top = layout.zone(words.MEASUREMENTS, 48 + len(tags) * ROW)
    for n, tag in enumerate(tags):
        y = top + n * ROW
        layout.add("gauge", (LEFT + PADDING, y + 16), (320, 48), tag=tag.spec.id)
        at = (LEFT + PADDING + 360, y)
        size = (WIDTH - 2 * PADDING - 360, ROW - 16)
        layout.add("spark", at, size, tag=tag.spec.id, options={"minutes": HISTORY_MIN})


def _grid(layout: _Layout, name: Text, kind: str, tags: Sequence[Tag]) -> None:
    if not tags:
        return
    columns = int((WIDTH - 2 * PADDING) // (BOX[0] + 24))
    rows = -(-len(tags) // columns)
    top = layout.zone(name, 40 + rows * (BOX[1] + 16) + 8)
    for n, tag in enumerate(tags):
        at = (LEFT + PADDING + n % columns * (BOX[0] + 24), top + n // columns * (BOX[1] + 16))
        layout.add(kind, at, BOX, tag=tag.spec.id)


def _parts(layout: _Layout, site: Site, equipment: Equipment) -> None:
    """One table for each type among its parts and children, at most twelve rows."""
    by_type: dict[str, list[Equipment]] = {}
    for part in site.parts_by_equipment.get(equipment.id, ()):
        by_type.setdefault(part.type.id, []).append(part)
    for parts in by_type.values():
        kind = parts[0].type
        tags = [tag for tag in (*kind.headline, *kind.tags) if kind.tags[tag].kind is not Kind.TEXT]
        rows = [part.id.removeprefix(f"{equipment.id}.") for part in parts if part.id.startswith(f"{equipment.id}.")]
        if not rows:
            continue
        height = 28 + 32 * len(rows[:12])
        top = layout.zone(kind.name, 48 + height)
        options = {"parts": rows[:12], "columns": list(dict.fromkeys(tags))[:6]}
        layout.add("parts", (LEFT + PADDING, top), (WIDTH - 2 * PADDING, height), options=options)
