"""From a look at a controller to a site folder: a pack, a type where there is none yet, a link and its equipment."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from pathlib import Path

import drivers
from supervisor.errors import Unavailable
from supervisor.model import EquipmentType, Site
from supervisor.probe import Finding
from supervisor.site.findings import suggest
from ui.commissioning.draft import Draft, table
from ui.commissioning.naming import slug, tag_ids
from ui.commissioning.record import Record

Args = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Wish:
    """What to make of it."""

    pack: str
    type: str = ""
    """Id of the equipment type; the pack's own id if empty."""
    equipment: str = ""
    """Id of the equipment, or how the ids of several begin; none is made where it is empty."""
    area: str = ""
    system: str = ""
    only: tuple[str, ...] = ()
    """Patterns of the places to take, such as "unit 1 holding*"; all where there is none."""


def draft(record: Record, site: Site, wish: Wish) -> Draft:
    """Raises Unavailable with one sentence."""
    wish = replace(wish, type=wish.type or slug(wish.pack))
    chosen = _chosen(record, wish)
    rows = _rows(chosen)
    ids = tag_ids(list(rows.values()))
    made = Draft(site.folder)
    known = site.types.get(wish.type)
    if known is None:
        made.new(Path("types") / f"{wish.type}.toml", _type(wish, _system(site, wish), list(rows.values()), ids))
    made.new(Path("packs") / wish.pack / "pack.toml", _pack(record, wish))
    made.new(Path("packs") / wish.pack / "tags.csv", _tags(record.look.protocol, list(rows), ids, known))
    if wish.equipment:
        _equip(made, record, site, wish, chosen)
    return made


def _chosen(record: Record, wish: Wish) -> list[Finding]:
    """Findings that a tag can hold. Raises Unavailable where they are none, or of several kinds of devices."""
    wanted = [one for one in record.findings if one.row and _matches(one, wish.only)]
    if not wanted:
        raise Unavailable("the look holds nothing that a tag can carry" + (" there" if wish.only else ""))
    shapes: dict[str, Finding] = {}
    for one in wanted:
        shapes.setdefault(_shape(one), one)
    if len(shapes) > 1 and any(one.args for one in wanted) and record.look.protocol == "mqtt":
        some = ", ".join(f'"{one.place.split(" ")[0]}*"' for one in list(shapes.values())[:6])
        raise Unavailable(f"the look holds several kinds of devices, and a pack is for one: choose with --only {some}")
    return wanted


def _shape(one: Finding) -> str:
    """What findings of one kind of device have in common."""
    return f"{one.row.get('format')} {one.row.get('topic') if one.args else ''} {' '.join(one.args)}"


def _matches(one: Finding, only: Sequence[str]) -> bool:
    return not only or any(fnmatchcase(one.place, pattern) or one.place == pattern for pattern in only)


def _rows(chosen: Sequence[Finding]) -> dict[tuple[tuple[str, str], ...], Finding]:
    """Each row once: several devices of one kind share it."""
    rows: dict[tuple[tuple[str, str], ...], Finding] = {}
    for one in chosen:
        rows.setdefault(tuple(one.row.items()), one)
    return rows


def _tags(
    protocol: str, rows: Sequence[Sequence[tuple[str, str]]], ids: Sequence[str], known: EquipmentType | None
) -> str:
    """tags.csv; rows that an existing type has no tag for stand as comments, to be named by a person."""
    order = ("tag", "access", "scale", "offset", *drivers.TABLE[protocol].columns)
    given = [{"tag": id_, **dict(row)} for id_, row in zip(ids, rows, strict=True)]
    columns = [column for column in order if column == "tag" or any(row.get(column) for row in given)]
    fits = [row for row in given if known is None or row["tag"] in known.tags]
    others = [row for row in given if row not in fits]
    text = table(fits, columns)
    if others and known:
        text += f"# No tag of the type {known.id} is called so. Give each the id it has there, and take the # away.\n"
        text += "".join(f"# {line}\n" for line in table(others, columns).splitlines()[1:])
    return text


def _pack(record: Record, wish: Wish) -> str:
    said = {fact.name.rpartition(" ")[2]: fact.text for fact in record.facts if fact.kind == "device"}
    maker = said.get("vendor") or said.get("manufacturer") or ""
    model = said.get("product") or ""
    lines = [
        f"# Made by vigie import from a look at {record.look.url}. Check every row against the maker's list.",
        "",
        f"id = {_quoted(wish.pack)}",
        f"name = {_quoted(wish.pack)}",
        f"manufacturer = {_quoted(maker)}",
        f"model = {_quoted(model)}",
        f"type = {_quoted(wish.type)}",
        f"protocol = {_quoted(record.look.protocol)}",
    ]
    if record.look.protocol == "mqtt":
        lines.append("stale_s = 3600 # no news for so long is no value any more: set it to three times its rhythm")
    return "\n".join(lines) + "\n"


def _type(wish: Wish, system: str, findings: Sequence[Finding], ids: Sequence[str]) -> str:
    lines = [
        "# Made by vigie import: give each tag its name in both languages, its unit and its range; then its alarms.",
        "",
        f"id = {_quoted(wish.type)}",
        f"name = {_quoted(wish.type)}",
        f"system = {_quoted(system)}",
    ]
    for one, id_ in zip(findings, ids, strict=True):
        lines += ["", "[[tag]]", f"id = {_quoted(id_)}", f"name = {_quoted(one.name or one.place)}"]
        if one.kind != "number":
            lines.append(f"kind = {_quoted(one.kind)}")
        if one.unit:
            lines.append(f"unit = {_quoted(one.unit)}")
        if one.kind == "number" and math.isfinite(one.low) and math.isfinite(one.high) and one.low < one.high:
            lines.append(f"range = [{one.low!r}, {one.high!r}]")
    return "\n".join(lines) + "\n"


def _equip(made: Draft, record: Record, site: Site, wish: Wish, chosen: Sequence[Finding]) -> None:
    """One equipment per device that was found, all on one link, the one that goes there already if there is one."""
    area = _area(site, wish)
    link = next((link.id for link in site.links.values() if link.url == record.look.url), "")
    if not link:
        link = f"L-{wish.equipment}"
        made.links.append(
            {"id": link, "name": link, "protocol": record.look.protocol, "url": record.look.url, "area": area}
        )
    several: dict[Args, str] = {}
    for one in chosen:
        several.setdefault(tuple(one.args.items()), "")
    for number, args in enumerate(several, 1):
        several[args] = wish.equipment if len(several) == 1 else f"{wish.equipment}-{_mark(args, number)}"
    rows = [
        {"id": id_, "type": wish.type, "name": id_, "area": area, "link": link, "pack": wish.pack, **dict(args)}
        for args, id_ in several.items()
    ]
    columns = list(dict.fromkeys(key for row in rows for key in row))
    made.new(Path("equipment") / f"{wish.equipment}.csv", table(rows, columns))


def _mark(args: Args, number: int) -> str:
    """What tells one device from the others of the look."""
    last = args[-1][1] if args else ""
    return "".join(letter for letter in last if letter.isalnum() or letter in "-_") or str(number)


def _system(site: Site, wish: Wish) -> str:
    own = [system for system in site.systems if system != "network"]
    if wish.system and wish.system not in own:
        raise Unavailable(f'the site has no system "{wish.system}". {suggest(wish.system, own)}')
    if not own:
        raise Unavailable("the site has no system: add one to site.toml")
    return wish.system or own[0]


def _area(site: Site, wish: Wish) -> str:
    if wish.area and wish.area not in site.areas:
        raise Unavailable(f'the site has no area "{wish.area}". {suggest(wish.area, site.areas)}')
    if not site.areas:
        raise Unavailable("the site has no area: add one to areas.toml")
    return wish.area or next(iter(site.areas))


def _quoted(text: str) -> str:
    """A basic string of TOML, whose escapes are those of JSON."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
