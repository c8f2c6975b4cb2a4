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
from supervisor.site.findings import suggest
from supervisor.trust import Note, TrustStore, fingerprint, grouped, parse, seen
from ui.folder import DataFolder

_DAY = "%Y-%m-%d"


def trust(given: argparse.Namespace) -> int:
    """List, trust or revoke; the station takes it at its next connection."""
    site = load(given.site, drivers.TABLE)
    folder = DataFolder.of(site, given.data)
    folder.make()
    store = TrustStore(pki := folder.vault(site).pki)
    links = [word for word in given.what if word in site.links]
    others = [word for word in given.what if word not in site.links]
    if not others and not given.revoke:
        _list(store, pki, site, links)
        return 0
    # all mistakes before the first act
    wishes = [(_Wish(word, store, site), False) for word in others]
    wishes += [(_Wish(word, store, site), True) for word in given.revoke]
    for wish, back in wishes:
        wish.show()
        if given.yes or _sure("Trust it no longer?" if back else "Trust it?"):
            print(f"vigie: {wish.revoke() if back else wish.trust(links)}")
        else:
            print("vigie: nothing was changed")
    return 0


class _Wish:
    """One certificate or file that was named on the command line."""

    def __init__(self, word: str, store: TrustStore, site: Site) -> None:
        self._store = store
        self._path = Path(word)
        self._certificate: x509.Certificate | None = None
        if self._path.is_file():
            self._certificate = _in(self._path)
        elif _is_fingerprint(word):
            self._certificate = store.find(word)
        else:
            raise Unavailable(
                f'"{word}" is no link, no fingerprint and no file of a certificate. {suggest(word, site.links)}'
            )

    def show(self) -> None:
        if self._certificate is None:
            print(f"{self._path}: a list of revoked certificates")
        else:
            _show(self._certificate, self._store.notes().items())

    def trust(self, links: list[str]) -> str:
        if self._certificate is None:
            self._store.take(self._path)
            return "the list of revoked certificates is used from now on"
        told = [link for name in links or [""] for link in self._store.trust(self._certificate, name)]
        whom = f" on {', '.join(told)}" if told else ""
        return f"{seen(self._certificate).subject} is trusted{whom}; the station takes it at its next attempt"

    def revoke(self) -> str:
        if self._certificate is None:
            raise Unavailable(f"{self._path} is a list of revoked certificates, which nobody trusts anyway")
        self._store.revoke(self._certificate)
        return f"{seen(self._certificate).subject} is trusted no longer; open links stay so until they reconnect"


def _list(store: TrustStore, pki: Path, site: Site, links: list[str]) -> None:
    notes = {link: note for link, note in store.notes().items() if not links or link in links}
    wanted = {note.fingerprint for note in notes.values()} | {store.pin(link) for link in links}
    for title, certificates in (("Refused", store.rejected()), ("Trusted", store.trusted())):
        some = [one for one in certificates if not links or fingerprint(one) in wanted]
        print(f"{title}: {len(some) or 'none'}")
        for one in some:
            _show(one, notes.items())
    for path in sorted((pki / "own").glob("*.der")):
        print("Ours, for the servers to trust" + (", from its predecessor's end on" if path.stem == "next" else ""))
        print(f"  file         {path}")
        _show(parse(path.read_bytes()), ())


def _show(certificate: x509.Certificate, notes: Iterable[tuple[str, Note]]) -> None:
    words = seen(certificate)
    since, until = (f"{datetime.fromtimestamp(at, UTC):{_DAY}}" for at in (words.since, words.until))
    late = "  EXPIRED" if words.until < time.time() else ""
    print(f"  subject      {words.subject}" + ("  (an authority)" if words.authority and not words.uris else ""))
    print(f"  issuer       {'itself' if words.issuer == words.subject else words.issuer}")
    print(f"  valid        {since} to {until}{late}")
    print(f"  hosts        {', '.join(words.hosts) or '-'}")
    print(f"  application  {', '.join(words.uris) or '-'}")
    print(f"  SHA-256      {grouped(words.fingerprint)}")
    for link, note in notes:
        if note.fingerprint == words.fingerprint:
            print(f"  shown to     {link} ({note.host}): {', '.join(note.problems)}")
    print()


def _is_fingerprint(word: str) -> bool:
    return all(letter in "0123456789abcdefABCDEF: " for letter in word)


def _in(path: Path) -> x509.Certificate | None:
    try:
        return parse(path.read_bytes())
    except ValueError:
        return None


def _sure(question: str) -> bool:
    """Asked of a person; nobody there is a no."""
    if not sys.stdin.isatty():
        print(f"{question} Nobody is here to say so: give --yes to mean it.")
        return False
    return input(f"{question} [y/N] ").strip().lower() in ("y", "yes", "o", "oui")
