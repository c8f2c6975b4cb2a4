"""`vigie probe URL --write PLACE VALUE`: one value straight to a controller, and what is looked at before.

It passes no desk, so it says which site the controller is in (`--site`) or that it is in none (`--no-site`). In a site,
the lock-outs in the journal's file are looked at and the write is a row of it: see `supervisor.desk.bypass`.
"""

from __future__ import annotations

import argparse
import asyncio
import socket
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import msgspec

import drivers
from supervisor.accounts.accounts import CONSOLE
from supervisor.ask import Asker
from supervisor.clock import SystemClock
from supervisor.desk.bypass import KIND, Bypassed, InTheWay, in_the_way
from supervisor.desk.lock_outs import LockOut, last_known, standing
from supervisor.errors import Refused, StoreError, Unavailable
from supervisor.journal import Journal
from supervisor.model import LinkSpec, Site, Tag
from supervisor.probe import Peer, Probe
from supervisor.site import load
from ui.cli.password import password_of
from ui.folder import DataFolder

BYPASS = (
    "This write goes straight to the controller: no right, no interlock, no read-back by the desk. If a station runs "
    "this link, test it from the page Commissioning of its window instead."
)
NOWHERE = "The controller is said to be in no site: no lock-out is looked at, and no journal has this write."
WHICH = (
    "nothing was written: say which site this controller is in (--site SITE), so that its lock-outs are looked at, "
    "or that it is in none (--no-site)"
)
_PORTS = {"modbus": 502, "modbus+tls": 802, "modbus+rtu": 502, "opc.tcp": 4840, "mqtt": 1883, "mqtts": 8883}


@dataclass(frozen=True, slots=True)
class Place:
    """Where a write goes, as a site knows it."""

    site: Site
    folder: DataFolder
    link: LinkSpec
    sure: Sequence[Tag]
    perhaps: Sequence[Tag]


def write(look: Probe, peer: Peer, given: argparse.Namespace) -> int:
    """Look, ask, write, tell. Raises Unavailable where it may not be."""
    place, value = given.write
    if not given.no_site and given.site is None:
        raise Unavailable(WHICH)
    known = None if given.no_site else _known(look, peer, given)
    print(f"vigie: {BYPASS}", file=sys.stderr)
    if known is None:
        print(f"vigie: {NOWHERE}", file=sys.stderr)
    else:
        _check(known, given)
    _confirm(f"Write {value} to {place} of {peer.url}?", given.yes)
    tell = _nobody() if known is None else _journal(known, given)
    with tell as note:
        said = _written(look, peer, (place, value), note)
    print(f"{place}: written {value}, reads {said}")
    return 0


def _written(look: Probe, peer: Peer, wish: tuple[str, str], note: Note) -> str:
    note("", "")
    try:
        said = asyncio.run(look.write(peer, *wish))
    except Unavailable as error:
        note("unknown", str(error))  # the sentence says which: nothing was written, or nobody knows
        raise
    note("done", said)
    return said


# ------------------------------------------------------------ which controller of which site
def _known(look: Probe, peer: Peer, given: argparse.Namespace) -> Place | None:
    """What the site has at this controller, by whichever of its links; None where none leads there, which is told."""
    site = load(given.site, drivers.TABLE)
    links = [one for one in site.links.values() if same(one.url, peer.url)]
    if not links:
        print(f"vigie: no link of {given.site} leads to {peer.url}", file=sys.stderr)
        return None
    tags = [tag for link in links for tag in site.tags_by_link.get(link.id, ()) if tag.source]
    told = [(tag, look.touches(peer, given.write[0], tag)) for tag in tags]
    sure = [tag for tag, there in told if there]
    perhaps = [] if sure else [tag for tag, there in told if there is None]
    link = site.links[sure[0].link] if sure else links[0]
    return Place(site, DataFolder.of(site, given.data), link, sure, perhaps)


def same(one: str, other: str) -> bool:
    """Whether two URLs lead to one controller: the same protocol and port, and a number of the host in common."""
    first, second = urlsplit(one), urlsplit(other)
    if first.scheme.partition("+")[0].rstrip("s") != second.scheme.partition("+")[0].rstrip("s"):
        return False
    if not (first.hostname and second.hostname):
        return (first.hostname, first.path) == (second.hostname, second.path)  # serial ports
    ports = [parts.port or _PORTS.get(parts.scheme, 0) for parts in (first, second)]
    return ports[0] == ports[1] and bool(_numbers(first.hostname) & _numbers(second.hostname))


def _numbers(host: str) -> set[str]:
    try:
        return {host.lower(), *(str(info[4][0]) for info in socket.getaddrinfo(host, None))}
    except OSError:
        return {host.lower()}


# ------------------------------------------------------------ what stands in the way
def _check(known: Place, given: argparse.Namespace) -> None:
    found = _lock_outs(known)
    if found.held:
        raise Unavailable(f"nothing was written: {_told(known.site, found.held)}. A lock-out has no override")
    why = []
    if found.doubtful:
        why.append(f"{_told(known.site, found.doubtful)}, and nobody can tell whether that is written here")
    if known.folder.holder():
        why.append(f"a station runs and holds {known.link.id}: test it from the page Commissioning of its window")
    if why and not given.anyway:
        raise Unavailable(f'nothing was written: {"; ".join(why)}. With a reason it is: --anyway "REASON"')
    for one in why:
        print(f"vigie: {one}; written anyway: {given.anyway}", file=sys.stderr)


def _lock_outs(known: Place) -> InTheWay:
    """Those of the journal's file; of a site that no station ever ran on, none."""
    if not known.folder.journal.exists():
        return InTheWay([], [])
    try:
        rows = standing(known.folder.journal)
    except StoreError as error:
        raise Unavailable(f"nothing was written: the lock-outs cannot be read ({error})") from None
    return in_the_way(known.site, rows, known.sure, known.perhaps)


def _told(site: Site, found: Sequence[LockOut]) -> str:
    names = []
    for one in found:
        thing = site.equipment_by_id.get(one.equipment)
        name = (thing.name if thing else last_known(one)).en
        names.append(f"{name} ({one.equipment}) is locked out by {one.who}: {one.reason}")
    return "; ".join(names)


def _confirm(question: str, sure: bool) -> None:
    if sure:
        return
    if not sys.stdin.isatty():
        raise Unavailable("nobody is here to confirm the write: give --yes if you are sure")
    if input(f"{question} Type yes: ").strip().lower() not in ("yes", "oui"):
        raise Unavailable("nothing was written")


# ------------------------------------------------------------ the journal
class Note:
    """Keeps a row: before it leaves with an empty result, afterwards with how it ended."""

    def __call__(self, result: str, said: str) -> None:
        """Of a controller that is in no site nothing is kept."""


class _Rows(Note):
    """In the journal of a station that is off, or by one that runs."""

    def __init__(self, known: Place, given: argparse.Namespace) -> None:
        place, value = given.write
        tags = [tag.id for tag in known.sure][:20]
        self._row = Bypassed(known.link.id, place, value, tags, given.anyway or "")
        self._known = known

    def __call__(self, result: str, said: str) -> None:
        row = msgspec.structs.replace(self._row, result=result, said=said)
        try:
            self.keep(row)
        except (StoreError, Refused) as error:
            if not result:
                raise Unavailable(f"nothing was written: {error}") from None
            print(f"vigie: how it ended is not in the journal: {error}", file=sys.stderr)

    def keep(self, row: Bypassed) -> None:
        """Raises StoreError or Refused."""
        raise NotImplementedError


class _Off(_Rows):
    """Nobody else has the file open."""

    def keep(self, row: Bypassed) -> None:
        journal = Journal(self._known.folder.journal, SystemClock())
        try:
            asyncio.run(journal.written(row.entry(self._known.site, CONSOLE.id)))
        finally:
            journal.close()


class _On(_Rows):
    """Through the station, in the name of an engineer."""

    def __init__(self, known: Place, given: argparse.Namespace) -> None:
        super().__init__(known, given)
        if not given.by:
            raise Unavailable("nothing was written: a station runs; say which engineer you are (--as ID)")
        self._proof = (given.by, password_of(given.by))

    def keep(self, row: Bypassed) -> None:
        asyncio.run(self._ask(msgspec.to_builtins(row)))

    async def _ask(self, words: Mapping[str, Any]) -> None:
        asker = Asker(self._known.folder.station, "console", proof=self._proof)
        try:
            await asker.ask(KIND, **words)
        finally:
            await asker.close()


@contextmanager
def _nobody() -> Iterator[Note]:
    yield Note()


@contextmanager
def _journal(known: Place, given: argparse.Namespace) -> Iterator[Note]:
    """While a station is off none may start until the write has ended."""
    if known.folder.holder():
        yield _On(known, given)
        return
    known.folder.make()
    with known.folder.held():
        yield _Off(known, given)
