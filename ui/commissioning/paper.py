"""Pages of commissioning in HTML, for a browser and for paper: what a look found, and the sheet of an equipment.

Only what Qt's rich text understands too (tables, a few styles), so that one page serves both.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from html import escape
from importlib import resources

from supervisor.clock import SECOND
from supervisor.model import Text
from supervisor.probe import Finding
from ui.commissioning.columns import cell, figure, headings
from ui.commissioning.record import Record

LOOK = Text("Relevé d'un automate", "Look at a controller")
FOUND = Text("valeurs trouvées", "values found")
NOTHING = Text("Rien n'a été trouvé.", "Nothing was found.")
FACTS = {
    "device": Text("Appareil", "Device"),
    "unit": Text("Unité", "Unit"),
    "range": Text("Plage", "Range"),
    "endpoint": Text("Point d'accès", "Endpoint"),
    "namespace": Text("Espace de noms", "Namespace"),
    "broker": Text("Serveur", "Broker"),
    "note": Text("Remarque", "Note"),
}
WIDTHS = {"room": "7%", "remark": "16%"}
"""Columns to write in by hand."""


NAMES = {
    "manufacturer": "fabricant", "vendor": "fabricant", "product": "produit", "version": "version", "unit": "unité",
    "revision": "révision", "model": "modèle", "name": "nom", "application": "application",
    "nothing": "rien", "full": "complet",
}  # fmt: skip
"""Words in the names of facts -> the French ones."""


def named(name: str, language: str) -> str:
    """The name of a fact in the language of the reader."""
    return " ".join(NAMES.get(word, word) for word in name.split()) if language == "fr" else name


def document(title: str, body: str, language: str) -> str:
    """A whole page."""
    style = resources.files("ui.commissioning").joinpath("paper.css").read_text("utf-8")
    return (
        f'<!DOCTYPE html>\n<html lang="{language}"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        f"<style>{style}</style></head><body>{body}</body></html>\n"
    )


def table(heads: Sequence[str], rows: Iterable[Sequence[str]], kinds: Sequence[str] = ()) -> str:
    """Cells are HTML already; `kinds` are classes of the columns."""
    kinds = kinds or [""] * len(heads)
    head = "".join(_th(text, kind) for text, kind in zip(heads, kinds, strict=True))
    lines = [
        "<tr>" + "".join(_td(text, kind) for text, kind in zip(cells, kinds, strict=True)) + "</tr>" for cells in rows
    ]
    return f'<table width="100%" cellspacing="0" cellpadding="3"><thead><tr>{head}</tr></thead>{"".join(lines)}</table>'


def _th(text: str, kind: str) -> str:
    side = ' align="right"' if kind == "figure" else ' align="left"'
    width = f' width="{WIDTHS[kind]}"' if kind in WIDTHS else ""
    return f'<th class="{kind}"{side}{width}>{escape(text)}</th>'


def _td(text: str, kind: str) -> str:
    side = ' align="right"' if kind == "figure" else ""
    return f'<td class="{kind}"{side}>{text}</td>'


def page(record: Record, language: str) -> str:
    """What a look found."""
    when = datetime.fromtimestamp(record.look.time / SECOND, UTC).strftime("%Y-%m-%d %H:%M UTC")
    title = f"{LOOK.say(language)} : {record.look.url}" if language == "fr" else f"{LOOK.en}: {record.look.url}"
    parts = [
        f"<h1>{escape(title)}</h1>",
        f'<p class="sub">{when} · {len(record.findings)} {FOUND.say(language)}</p>',
    ]
    if record.facts:
        facts = [
            [_fact(fact.kind, language), escape(named(fact.name, language)), escape(fact.text)] for fact in record.facts
        ]
        parts.append(table(["", "", ""], facts))
    if record.findings:
        parts.append(_found(record.findings, language))
    else:
        parts.append(f"<p>{NOTHING.say(language)}</p>")
    return document(title, "".join(parts), language)


def _fact(kind: str, language: str) -> str:
    return escape(FACTS[kind].say(language)) if kind in FACTS else escape(kind)


def _found(findings: Sequence[Finding], language: str) -> str:
    columns = headings(findings)
    rows = [
        [
            f"<b>{escape(cell(finding, column))}</b>"
            if column.part == "readings" and column.key == finding.likely
            else escape(cell(finding, column))
            for column in columns
        ]
        for finding in findings
    ]
    kinds = ["code" if c.part == "raw" else "figure" if figure(c) else "" for c in columns]
    return "<br>" + table([column.say(language) for column in columns], rows, kinds)
