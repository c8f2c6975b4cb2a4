"""The commissioning sheet of one equipment: every tag on the wire and on the screen, and room to sign.

What is on the wire comes from the station, by the act `test_read`: the sheet of a city that runs never talks to a
controller itself. Parts of the equipment are on its sheet too.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from html import escape
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from supervisor.clock import SECOND
from supervisor.columns import Columns
from supervisor.model import BAD, Equipment, Kind, Quality, Site, Tag, Text
from supervisor.reasons import told as reason
from supervisor.texts import Texts
from ui.commissioning.addresses import spelled
from ui.commissioning.columns import instant
from ui.commissioning.paper import document, table
from ui.qualities import QUALITIES

AT_ONCE = 4
"""Test reads under way: a controller answers one after the other anyway."""
TITLE = Text("Fiche de mise en service", "Commissioning sheet")
HEADS = (
    Text("Repère", "Tag"),
    Text("Désignation", "Name"),
    Text("Adresse", "Address"),
    Text("Hexa", "Hex"),
    Text("Décodé", "Decoded"),
    Text("Valeur", "Value"),
    Text("Unité", "Unit"),
    Text("Qualité", "Quality"),
    Text("Heure", "Time"),
    Text("Visa", "Initials"),
    Text("Remarque", "Remark"),
)
ABOUT = {
    "site": Text("Site", "Site"),
    "area": Text("Secteur", "Area"),
    "type": Text("Type", "Type"),
    "pack": Text("Automate", "Controller"),
    "link": Text("Liaison", "Link"),
    "time": Text("Relevé le", "Read on"),
    "user": Text("Par", "By"),
}
NOTHING = Text("Aucun automate ne porte de mesure de cet équipement.", "No controller carries a tag of this equipment.")
BELIEVED = Text("{0} mesures sur {1} sont valides.", "{0} of {1} tags are good.")
UNREAD = Text("{0} mesures n'ont pas pu être lues sur l'automate : {1}", "{0} tags could not be read on the wire: {1}")
SIGN = Text("Nom, date et signature :", "Name, date and signature:")
Ask = Callable[..., Awaitable[Mapping[str, Any]]]


class Standing(Protocol):
    """What a sheet needs of an attachment."""

    @property
    def site(self) -> Site: ...

    @property
    def table(self) -> Columns: ...

    @property
    def texts(self) -> Texts: ...

    async def ask(self, act: str, **words: Any) -> Mapping[str, Any]: ...


@dataclass(frozen=True, slots=True)
class Row:
    """One tag of the sheet."""

    tag: Tag
    address: str
    raw: str
    """Hex; empty where it was not read, and then `error` says why."""
    decoded: str
    value: float
    text: str
    """Of a text tag."""
    quality: Quality
    time: int
    error: str = ""

    @property
    def good(self) -> bool:
        return self.quality < BAD


def tags_of(site: Site, equipment: Equipment) -> list[Tag]:
    """What controllers carry of an equipment and its parts, in the site's order."""
    tags = [tag for tag in site.tags_by_equipment.get(equipment.id, ()) if tag.source]
    for part in site.parts_by_equipment.get(equipment.id, ()):
        if part.id.startswith(f"{equipment.id}."):
            tags += tags_of(site, part)
    return tags


async def examined(
    standing: Standing, tags: Sequence[Tag], told: Callable[[int], None] = lambda done: None
) -> list[Row]:
    """Read each tag on the wire, a few at a time, then what the table has of it. Raises Refused or Unavailable."""
    places, done = asyncio.Semaphore(AT_ONCE), 0

    async def one(tag: Tag) -> Row:
        nonlocal done
        async with places:
            row = await examine(standing, tag)
        done += 1
        told(done)
        return row

    tasks = [asyncio.create_task(one(tag), name="examine") for tag in tags]
    try:
        return list(await asyncio.gather(*tasks))
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def examine(standing: Standing, tag: Tag) -> Row:
    """One tag, read on the wire if it can be. Raises Refused or Unavailable."""
    readable = tag.source is not None and tag.source.readable
    answer = await standing.ask("test_read", tag=tag.id) if readable else {}
    values, at = standing.table, tag.index
    value = float(values["value"][at])
    quality = _quality(int(values["quality"][at]))
    text = standing.texts.text(value) if tag.spec.kind is Kind.TEXT and quality < BAD else ""
    return Row(
        tag, spelled(tag), str(answer.get("raw", "")), str(answer.get("text", "")), value, text, quality,
        int(values["source_time"][at]), str(answer.get("error", "")),
    )  # fmt: skip


def _quality(number: int) -> Quality:
    try:
        return Quality(number)
    except ValueError:
        return Quality.BAD


def shown(row: Row, language: str) -> str:
    """The value in engineering units, as the screen writes it; empty where it is not to be believed."""
    spec = row.tag.spec
    if not row.good:
        return ""
    if spec.kind is Kind.TEXT:
        return row.text
    if state := spec.state(row.value):
        return state.name.say(language)
    number = f"{row.value:.{spec.decimals}f}" if spec.kind is not Kind.BOOLEAN else f"{row.value:g}"
    return number.replace(".", ",") if language == "fr" else number


def hexed(raw: str) -> str:
    """Bytes two by two, as registers are written; at most sixteen of them."""
    upper = raw.upper()
    words = [upper[at : at + 4] for at in range(0, min(len(upper), 32), 4)]
    return " ".join(words) + (" …" if len(upper) > 32 else "")


def brief(decoded: str) -> str:
    """A decoded value in as many digits as a float32 has; a text cut at forty letters."""
    try:
        number = float(decoded)
    except ValueError:
        return decoded[:40]
    return decoded if len(decoded) <= 12 else f"{number:.9g}"


def page(site: Site, equipment: Equipment, rows: Sequence[Row], person: str, now: int, language: str) -> str:
    """The sheet as HTML."""
    zone = ZoneInfo(site.zone)
    when = datetime.fromtimestamp(now / SECOND, zone).strftime(
        "%d/%m/%Y %H:%M" if language == "fr" else "%Y-%m-%d %H:%M"
    )
    name = equipment.name.say(language)
    title = f"{TITLE.say(language)} – {equipment.id}"
    about = table([""] * 4, _paired(list(_about(site, equipment, when, person, language))))
    good = sum(row.good for row in rows)
    believed = BELIEVED.say(language).format(good, len(rows))
    body = [
        f'<h1>{escape(TITLE.say(language))}</h1><p class="name"><b>{escape(name)}</b> – {escape(equipment.id)}</p>',
        about,
        f"<p>{escape(believed)}</p>" if rows else f"<p>{escape(NOTHING.say(language))}</p>",
    ]
    unread = Counter(row.error for row in rows if row.error)
    body += [
        f"<p>{escape(UNREAD.say(language).format(count, reason(why).say(language)))}</p>"
        for why, count in unread.items()
    ]
    if rows:
        kinds = ["short", "", "", "code", "figure", "figure", "short", "short", "short", "room", "remark"]
        heads = [head.say(language) for head in HEADS]
        body.append(table(heads, [_cells(row, equipment, zone, language) for row in rows], kinds))
    body.append(f'<p class="sign">{escape(SIGN.say(language))}</p>')
    return document(title, "".join(body), language)


def _cells(row: Row, equipment: Equipment, zone: ZoneInfo, language: str) -> list[str]:
    quality = escape(QUALITIES[row.quality].say(language))
    return [
        escape(row.tag.id.removeprefix(f"{equipment.id}.")),
        escape(row.tag.spec.name.say(language)),
        escape(row.address),
        escape(hexed(row.raw)),
        escape(brief(row.decoded)),
        f"<b>{escape(shown(row, language))}</b>",
        escape(row.tag.spec.unit),
        quality if row.good else f"<b>{quality}</b>",
        instant(row.time, zone)[11:] if row.good else "",
        "",
        "",
    ]


def _about(site: Site, equipment: Equipment, when: str, person: str, language: str) -> Iterator[tuple[str, str]]:
    link, pack = site.links.get(equipment.link), site.packs.get(equipment.pack)
    area = site.areas.get(equipment.area)
    said = {
        "site": site.name.say(language),
        "area": area.name.say(language) if area else "",
        "type": equipment.type.name.say(language),
        "pack": f"{pack.name.say(language)} ({pack.id})" if pack else "",
        "link": f"{link.id}, {link.url}" if link else "",
        "time": when,
        "user": person,
    }
    for key, text in said.items():
        if text:
            yield ABOUT[key].say(language), text


def _paired(pairs: Sequence[tuple[str, str]]) -> Iterator[list[str]]:
    """Two pairs a row."""
    for at in range(0, len(pairs), 2):
        cells = [cell for key, text in pairs[at : at + 2] for cell in (f"<b>{escape(key)}</b>", escape(text))]
        yield [*cells, *[""] * (4 - len(cells))]
