"""Binding: a page and an equipment become what is drawn. No Qt.

What the equipment does not carry is left out here: a symbol whose part or tag does not exist, and the pipes of that
part. So a page never says "if".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from supervisor.model import Alarm, Equipment, Site, Tag
from ui.synoptic.kinds import Kind, kinds
from ui.synoptic.page import Pipe, Point, Symbol, Synoptic


@dataclass(frozen=True, slots=True)
class Bound:
    """A symbol with the tags of one equipment."""

    symbol: Symbol
    kind: Kind
    site: Site
    equipment: Equipment
    """Whose faceplate it opens: the part it stands for, or the owner of its tag."""
    tag: Tag | None
    tags: Mapping[str, Tag]
    """Further tags by the name the kind gives them."""
    alarms: tuple[Alarm, ...]
    """Whose frame it wears."""

    @property
    def size(self) -> Point:
        return self.symbol.size or self.kind.size

    @property
    def corner(self) -> Point:
        """Top left, on the page."""
        x, y = self.symbol.at
        return (x, y) if self.kind.drawn else (x - self.size[0] / 2, y - self.size[1] / 2)


@dataclass(frozen=True, slots=True)
class BoundPipe:
    """A pipe with the tags that make it flow."""

    pipe: Pipe
    flow: tuple[Tag, ...]


@dataclass(frozen=True, slots=True)
class Drawing:
    """One page of one equipment."""

    page: Synoptic
    equipment: Equipment
    symbols: tuple[Bound, ...]
    pipes: tuple[BoundPipe, ...]


def bind(page: Synoptic, site: Site, equipment: Equipment) -> Drawing:
    """What is drawn of `page` for `equipment`."""
    found = (_bound(symbol, site, equipment) for symbol in page.symbols)
    symbols = _once([symbol for symbol in found if symbol is not None])
    pipes = [_pipe(pipe, site, equipment) for pipe in page.pipes if _has(site, equipment, pipe.part)]
    return Drawing(page, equipment, tuple(symbols), tuple(pipes))


LAST = 9
_RANK = {"tank": 0, "bar": 0, "value": 0, "gauge": 0, "word": 1, "spark": 2}
"""Which symbol wears an alarm where several show its tag; those drawn in SVG come first."""


def _once(symbols: list[Bound]) -> list[Bound]:
    """Each alarm is worn by one symbol: an operator counts frames."""
    worn: set[int] = set()
    chosen: dict[str, tuple[Alarm, ...]] = {}
    for symbol in sorted(symbols, key=lambda bound: _RANK.get(bound.kind.id, LAST if bound.kind.drawn else -1)):
        chosen[symbol.symbol.id] = tuple(alarm for alarm in symbol.alarms if alarm.index not in worn)
        worn |= {alarm.index for alarm in symbol.alarms}
    return [replace(symbol, alarms=chosen[symbol.symbol.id]) for symbol in symbols]


def _bound(symbol: Symbol, site: Site, equipment: Equipment) -> Bound | None:
    kind = kinds().get(symbol.kind)
    tag = site.tag(equipment, symbol.tag) if symbol.tag else None
    if kind is None or not _has(site, equipment, symbol.part) or (symbol.tag and tag is None):
        return None
    found = {name: site.tag(equipment, path) for name, path in symbol.tags.items()}
    tags = {name: further for name, further in found.items() if further is not None}
    if symbol.tags and not tags and tag is None:
        return None
    part = site.equipment_by_id.get(f"{equipment.id}.{symbol.part}") if symbol.part else None
    owner = part or (tag.equipment if tag else equipment)
    return Bound(symbol, kind, site, owner, tag, tags, _alarms(site, symbol, owner, tag))


def _alarms(site: Site, symbol: Symbol, owner: Equipment, tag: Tag | None) -> tuple[Alarm, ...]:
    """A pump wears every alarm of the pump; a value, a word or a door only those of its tag."""
    if symbol.kind == "pump" and symbol.part:
        return site.alarms_by_equipment.get(owner.id, ())
    if tag is None:
        return ()
    owners = {tag.equipment.id, tag.equipment.parent} - {""}
    return tuple(
        alarm for id in sorted(owners) for alarm in site.alarms_by_equipment.get(id, ()) if alarm.tag.index == tag.index
    )


def _pipe(pipe: Pipe, site: Site, equipment: Equipment) -> BoundPipe:
    flow = (site.tag(equipment, path) for path in pipe.flow)
    return BoundPipe(pipe, tuple(tag for tag in flow if tag is not None))


def _has(site: Site, equipment: Equipment, part: str) -> bool:
    return not part or f"{equipment.id}.{part}" in site.equipment_by_id
