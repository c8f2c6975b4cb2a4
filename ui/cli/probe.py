"""`vigie probe URL`: look at a controller that no site knows yet; read one value of it, or write one.

The answer is a table on standard output (or `--json`, `--csv`), what is being done is told on standard error, and
`--html` and `--pdf` make a file of it. It needs no site and no station; what it writes is in `ui.cli.probe_write`.
"""

from __future__ import annotations

import argparse
import asyncio
import csv
import getpass
import os
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import platformdirs

import drivers
from supervisor.driver import Protocol
from supervisor.errors import Unavailable
from supervisor.probe import Fact, Finding, Lent, News, Peer, Probe, Progress, link_id
from supervisor.trust import TrustStore
from ui.cli import files, probe_said, said
from ui.cli.password import HANDED
from ui.cli.probe_write import write
from ui.commissioning import child_words as words
from ui.commissioning.columns import LIKELY, cell, figure, headings
from ui.commissioning.record import End, Look, Record, written

SCHEMES = {"modbus": "modbus", "opc": "opcua", "mqtt": "mqtt"}
"""How a URL begins -> its protocol."""


def probe(given: argparse.Namespace) -> int:
    """Look, read or write."""
    given.language = given.language or "en"  # of a controller that is in no site yet
    protocol = protocol_of(given.url, given.language)
    look = _made(protocol, given.language)
    if given.trust:
        store = TrustStore(_folder() / "pki")
        store.trust(store.find(given.trust), link_id(given.url))
    peer = Peer(given.url, _words(given, look), Lent(_folder(), _password(given)), given.language)
    if given.write:
        return write(look, peer, given)
    record = Record(Look(given.url, protocol.name, time.time_ns()))
    teller = _Teller(record, given.json)
    try:
        asyncio.run(_looked(look, peer, given.read, teller))
    except Unavailable as error:
        teller.end(str(error))
        raise
    except KeyboardInterrupt:
        teller.end(words.STOPPED.say(given.language))
        if given.json:
            raise
        print(f"vigie: {probe_said.STOPPED.say(given.language)}", file=sys.stderr)
    else:
        teller.end("")
    _show(record, given)
    return 0


def protocol_of(url: str, language: str = "en") -> Protocol:
    """The protocol a URL is for. Raises Unavailable for a URL that is none, or is wrong."""
    scheme = urlsplit(url).scheme
    name = next((name for begin, name in SCHEMES.items() if scheme.startswith(begin)), "")
    if not name:
        raise Unavailable(words.NO_ADDRESS.say(language).format(url))
    try:
        drivers.TABLE[name].url(url)
    except ValueError as error:
        raise Unavailable(words.WRONG_ADDRESS.say(language).format(error)) from None
    return drivers.TABLE[name]


def _made(protocol: Protocol, language: str) -> Probe:
    if protocol.probe is None:
        raise Unavailable(words.NOTHING_TO_LOOK_WITH.say(language).format(protocol.name))
    return protocol.probe()


def _words(given: argparse.Namespace, look: Probe) -> Mapping[str, str]:
    """The options that were given. Raises Unavailable with all that this protocol does not have."""
    given_words = {name: value for name, value in given.words.items() if value is not None}
    strange = [f"--{name}" for name in given_words if name not in look.options]
    if strange:
        known = ", ".join(f"--{name}" for name in look.options)
        raise Unavailable(words.STRANGE.say(given.language).format(", ".join(strange), known))
    return given_words


def _password(given: argparse.Namespace) -> str | None:
    user = given.words.get("user") or urlsplit(given.url).username
    if not user:
        return None
    if HANDED in os.environ:
        return os.environ[HANDED]
    return getpass.getpass(said.PASSWORD.say(given.language).format(user)) if sys.stdin.isatty() else None


def _folder() -> Path:
    """Own certificate and trusted ones of looks: of the person, for they belong to no site."""
    return Path(platformdirs.user_state_path("vigie", appauthor=False)) / "probe"


async def _looked(look: Probe, peer: Peer, place: str | None, teller: _Teller) -> None:
    if place:
        teller.tell(await look.read(peer, place))
    else:
        await look.look(peer, teller.tell)


@dataclass
class _Teller:
    """Says what happens while it happens."""

    record: Record
    json: bool
    _told: float = 0.0

    def __post_init__(self) -> None:
        if self.json:
            print(written(self.record.look), flush=True)

    def tell(self, news: News) -> None:
        self.record.add(news)
        if self.json:
            print(written(news), flush=True)
        elif isinstance(news, Progress):
            self._progress(news)
        elif isinstance(news, Fact):
            self._line(f"{news.kind:10} {news.name:30} {news.text}".rstrip())

    def end(self, error: str) -> None:
        if self.json:
            print(written(End(error)), flush=True)
        elif sys.stderr.isatty():
            print("\r\033[K", end="", file=sys.stderr, flush=True)

    def _progress(self, news: Progress) -> None:
        """A line that changes on a terminal; one every few seconds elsewhere."""
        now, live = time.monotonic(), sys.stderr.isatty()
        if now - self._told < (0.1 if live else 5.0):
            return
        self._told = now
        share = f"{100 * news.done / news.total:3.0f} % " if news.total else ""
        print(f"\r\033[K{share}{news.place}" if live else f"{share}{news.place}", end="" if live else "\n",
              file=sys.stderr, flush=True)  # fmt: skip

    def _line(self, text: str) -> None:
        if sys.stderr.isatty():
            print("\r\033[K", end="", file=sys.stderr)
        print(text, file=sys.stderr, flush=True)


def _show(record: Record, given: argparse.Namespace) -> None:
    if given.csv:
        _csv(record.findings)
    elif not given.json:
        _table(record.findings, given.language)
    if given.html or given.pdf:
        from ui.commissioning.paper import page

        html = page(record, given.language)
        if given.html:
            files.write(given.html, html)
        if given.pdf:
            from ui.commissioning.printing import print_pdf  # Qt, for this only

            print_pdf(html, given.pdf)


def _csv(findings: Sequence[Finding]) -> None:
    columns = headings(findings)
    rows = csv.writer(sys.stdout, lineterminator="\n")
    rows.writerow([*(column.key for column in columns), "likely"])
    for finding in findings:
        rows.writerow([*(cell(finding, column) for column in columns), finding.likely])


def _table(findings: Sequence[Finding], language: str) -> None:
    """Columns as wide as they need, figures to the right."""
    if not findings:
        return
    columns = headings(findings)
    rows = [[column.say(language) for column in columns]]
    for finding in findings:
        marks = [
            LIKELY if column.key == finding.likely != "value" and column.part == "readings" else ""
            for column in columns
        ]
        rows.append([mark + cell(finding, column)[:60] for mark, column in zip(marks, columns, strict=True)])
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for line in rows:
        cells = [
            text.rjust(width) if figure(heading) else text.ljust(width)
            for text, width, heading in zip(line, widths, columns, strict=True)
        ]
        print("  ".join(cells).rstrip())
