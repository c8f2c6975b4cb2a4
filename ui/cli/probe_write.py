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
from contextlib import contextmanager, nullcontext
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
from supervisor.names import Met, called
from supervisor.probe import Peer, Probe
from supervisor.site import load
from ui.cli import probe_said as words
from ui.cli.password import password_of
from ui.folder import DataFolder

_PORTS = {"modbus": 502, "modbus+tls": 802, "modbus+rtu": 502, "opc.tcp": 4840, "mqtt": 1883, "mqtts": 8883}


@dataclass(frozen=True, slots=True)
class Place:
    """Where a write goes, as a site knows it."""

    site: Site
    folder: DataFolder
    peer: Peer
    link: LinkSpec
    sure: Sequence[Tag]
    perhaps: Sequence[Tag]


def write(look: Probe, peer: Peer, given: argparse.Namespace) -> int:
    """Look, ask, write, tell. Raises Unavailable where it may not be."""
    place, value = given.write
    if not given.no_site and given.site is None:
        raise Unavailable(peer.say(words.WHICH))
    known = None if given.no_site else _known(look, peer, given)
    _tell(peer.say(words.BYPASS))
    if known is None:
        _tell(peer.say(words.NOWHERE))
    else:
        _check(known, given)
    _confirm(peer, (place, value), given.yes)
    tell = nullcontext(Note()) if known is None else _journal(known, given)
    with tell as note:
        said = _written(look, peer, (place, value), note)
    print(peer.say(words.WRITTEN, place, value, said))
    return 0


def _tell(sentence: str) -> None:
    print(f"vigie: {sentence}", file=sys.stderr)


def _written(look: Probe, peer: Peer, wish: tuple[str, str], note: Note) -> str:
    note("", "")
    try:
        said = asyncio.run(look.write(peer, *wish))
    except BaseException as error:  # somebody who breaks it off leaves it as unknown as a controller that is silent
        note("unknown", str(error) or type(error).__name__)  # the sentence says which: nothing written, or who knows
        raise
    note("done", said)
    return said


# ------------------------------------------------------------ which controller of which site
def _known(look: Probe, peer: Peer, given: argparse.Namespace) -> Place | None:
    """What the site has at this controller, by whichever of its links; None where none leads there, which is told."""
    site = load(given.site, drivers.TABLE)
    links = [one for one in site.links.values() if same(one.url, peer.url)]
    if not links:
        _tell(peer.say(words.NO_LINK, given.site, peer.url))
        return None
    tags = [tag for link in links for tag in site.tags_by_link.get(link.id, ()) if tag.source]
    told = [(tag, look.touches(peer, given.write[0], tag)) for tag in tags]
    sure = [tag for tag, there in told if there]
    perhaps = [] if sure else [tag for tag, there in told if there is None]
    link = site.links[sure[0].link] if sure else links[0]
    return Place(site, DataFolder.of(site, given.data), peer, link, sure, perhaps)


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
    found, say, why = _unheld(known), known.peer.say, []
    if found.doubtful:
        why.append(say(words.DOUBTFUL, _told(known, found.doubtful)))
    if known.folder.holder():
        why.append(say(words.RUNNING, known.link.id))
    if why and not given.anyway:
        raise Unavailable(say(words.WITH_A_REASON, "; ".join(why)))
    for one in why:
        _tell(say(words.ANYWAY, one, given.anyway))


def _unheld(known: Place) -> InTheWay:
    """What else there is, where none holds what is written. Raises Unavailable where one does."""
    found = _lock_outs(known)
    if found.held:
        raise Unavailable(known.peer.say(words.NO_OVERRIDE, _told(known, found.held)))
    return found


def _lock_outs(known: Place) -> InTheWay:
    """Those of the journal's file; of a site that no station ever ran on, none."""
    if not known.folder.journal.exists():
        return InTheWay([], [])
    try:
        rows = standing(known.folder.journal)
    except StoreError as error:
        unread = known.peer.say(words.UNREADABLE, error)
        raise Unavailable(known.peer.say(words.BECAUSE, unread)) from None
    return in_the_way(known.site, rows, known.sure, known.perhaps)


def _told(known: Place, found: Sequence[LockOut]) -> str:
    told, met = [], Met.of(known.folder.journal)
    for one in found:
        thing = known.site.equipment_by_id.get(one.equipment)
        name = (thing.name if thing else last_known(one)).say(known.peer.language)
        who = called(known.site, met, one.who)
        told.append(known.peer.say(words.HELD, name, one.equipment, who, one.reason))
    return "; ".join(told)


def _confirm(peer: Peer, wish: tuple[str, str], sure: bool) -> None:
    if sure:
        return
    if not sys.stdin.isatty():
        raise Unavailable(peer.say(words.NOBODY))
    if input(peer.say(words.WRITE, wish[1], wish[0], peer.url)).strip().lower() not in ("yes", "oui"):
        raise Unavailable(peer.say(words.NOT_WRITTEN))


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
        row, peer = msgspec.structs.replace(self._row, result=result, said=said), self._known.peer
        try:
            self.keep(row)
        except (StoreError, Refused) as error:
            why = error.text.say(peer.language) if isinstance(error, Refused) else str(error)
            if not result:
                raise Unavailable(peer.say(words.BECAUSE, why)) from None
            _tell(peer.say(words.NOT_KEPT, why))

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
            raise Unavailable(known.peer.say(words.WHO))
        self._proof = (given.by, password_of(given.by, known.peer.say))

    def keep(self, row: Bypassed) -> None:
        asyncio.run(self._ask(msgspec.to_builtins(row)))

    async def _ask(self, told: Mapping[str, Any]) -> None:
        asker = Asker(self._known.folder.station, "console", proof=self._proof)
        try:
            await asker.ask(KIND, **told)
        finally:
            await asker.close()


@contextmanager
def _journal(known: Place, given: argparse.Namespace) -> Iterator[Note]:
    """While a station is off none may start until the write has ended."""
    if known.folder.holder():
        yield _On(known, given)
        return
    known.folder.make()
    with known.folder.held():
        _unheld(known)  # once more: a station may have come and gone while somebody made up their mind
        yield _Off(known, given)
