"""`vigie trust SITE [LINK]` shows the certificates of servers; `vigie trust SITE FINGERPRINT…` trusts after a look.

A FILE instead is a certificate of an authority, or its list of revoked ones.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

from cryptography import x509

import drivers
from supervisor.errors import Unavailable
from supervisor.model import Site
from supervisor.site import load
from supervisor.trust import Note, TrustStore, fingerprint, grouped, parse, seen
from ui.cli import said
from ui.cli.said import Speech
from ui.folder import DataFolder

_DAY = "%Y-%m-%d"


def trust(given: argparse.Namespace) -> int:
    """List, trust or revoke; the station takes it at its next connection."""
    site = load(given.site, drivers.TABLE)
    folder = DataFolder.of(site, given.data)
    folder.make()
    say = Speech(given, site)
    store = TrustStore(pki := folder.vault(site).pki)
    links = [word for word in given.what if word in site.links]
    others = [word for word in given.what if word not in site.links]
    if not others and not given.revoke:
        _list(store, pki, links, say)
        return 0
    # all mistakes before the first act
    wishes = [(_Wish(word, store, site, say), False) for word in others]
    wishes += [(_Wish(word, store, site, say), True) for word in given.revoke]
    for wish, back in wishes:
        wish.show()
        if given.yes or _sure(say, say(said.TRUST_NO_LONGER if back else said.TRUST)):
            print(f"vigie: {wish.revoke() if back else wish.trust(links)}")
        else:
            print(f"vigie: {say(said.UNCHANGED)}")
    return 0


class _Wish:
    """One certificate or file that was named on the command line."""

    def __init__(self, word: str, store: TrustStore, site: Site, say: Speech) -> None:
        self._store, self._say = store, say
        self._path = Path(word)
        self._certificate: x509.Certificate | None = None
        if self._path.is_file():
            self._certificate = _in(self._path)
        elif _is_fingerprint(word):
            self._certificate = store.find(word)
        else:
            raise Unavailable(say(said.NEITHER, word) + say.meant(word, site.links))

    def show(self) -> None:
        if self._certificate is None:
            print(self._say(said.A_LIST, self._path))
        else:
            _show(self._certificate, self._store.notes().items(), self._say)

    def trust(self, links: list[str]) -> str:
        if self._certificate is None:
            self._store.take(self._path)
            return self._say(said.LIST_TAKEN)
        told = [link for name in links or [""] for link in self._store.trust(self._certificate, name)]
        whom = self._say(said.ON_LINKS, ", ".join(told)) if told else ""
        return self._say(said.TRUSTED, seen(self._certificate).subject, whom)

    def revoke(self) -> str:
        if self._certificate is None:
            raise Unavailable(self._say(said.NO_TRUST_IN_LISTS, self._path))
        self._store.revoke(self._certificate)
        return self._say(said.TRUSTED_NO_LONGER, seen(self._certificate).subject)


def _list(store: TrustStore, pki: Path, links: list[str], say: Speech) -> None:
    notes = {link: note for link, note in store.notes().items() if not links or link in links}
    wanted = {note.fingerprint for note in notes.values()} | {store.pin(link) for link in links}
    for title, certificates in ((said.REFUSED_ONES, store.rejected()), (said.TRUSTED_ONES, store.trusted())):
        some = [one for one in certificates if not links or fingerprint(one) in wanted]
        print(say(title, len(some) or say(said.NONE)))
        for one in some:
            _show(one, notes.items(), say)
    for path in sorted((pki / "own").glob("*.der")):
        print(say(said.OURS) + (say(said.NEXT) if path.stem == "next" else ""))
        _line(say, "file", path)
        _show(parse(path.read_bytes()), (), say)


def _line(say: Speech, what: str, told: object) -> None:
    """One fact about a certificate."""
    print(f"  {say(said.CERTIFICATE[what]) if what in said.CERTIFICATE else what:<12} {told}")


def _show(certificate: x509.Certificate, notes: Iterable[tuple[str, Note]], say: Speech) -> None:
    words = seen(certificate)
    since, until = (f"{datetime.fromtimestamp(at, UTC):{_DAY}}" for at in (words.since, words.until))
    late = say(said.EXPIRED) if words.until < time.time() else ""
    _line(say, "subject", words.subject + (say(said.AUTHORITY) if words.authority and not words.uris else ""))
    _line(say, "issuer", say(said.ITSELF) if words.issuer == words.subject else words.issuer)
    _line(say, "valid", say(said.VALID, since, until) + late)
    _line(say, "hosts", ", ".join(words.hosts) or "-")
    _line(say, "application", ", ".join(words.uris) or "-")
    _line(say, "SHA-256", grouped(words.fingerprint))
    for link, note in notes:
        if note.fingerprint == words.fingerprint:
            _line(say, "shown", f"{link} ({note.host}): {', '.join(note.problems)}")
    print()


def _is_fingerprint(word: str) -> bool:
    return all(letter in "0123456789abcdefABCDEF: " for letter in word)


def _in(path: Path) -> x509.Certificate | None:
    try:
        return parse(path.read_bytes())
    except ValueError:
        return None


def _sure(say: Speech, question: str) -> bool:
    """Asked of a person; nobody there is a no."""
    if not sys.stdin.isatty():
        print(say(said.NOBODY_HERE, question))
        return False
    return input(say(said.YES_NO, question)).strip().lower() in ("y", "yes", "o", "oui")
