"""TrustDesk: trusting a server's certificate, through the same door as commands: the right first, the journal, the act.

The vault belongs to the station, so a window asks; the link finds out at its next attempt, ten seconds later at most.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

import msgspec
from cryptography import x509

from supervisor.errors import Refused, Unavailable
from supervisor.journal import Entry, Journal
from supervisor.model import Role, Site, Text, User
from supervisor.people import ROLES, People
from supervisor.serve import Act
from supervisor.trust import Note, Seen, TrustStore, fingerprint, seen


class Shown(msgspec.Struct, frozen=True):
    """What a link was refused for, and the certificate it was shown."""

    link: str
    note: Note
    certificate: Seen
    trusted: str
    """Fingerprint of the certificate that was trusted for this link before; empty for none."""


class TrustDesk:
    """See the module. Files are read and written in threads."""

    def __init__(self, site: Site, store: TrustStore, journal: Journal) -> None:
        self._site = site
        self._store = store
        self._journal = journal
        self._people = People(site)

    async def shown(self) -> list[Shown]:
        """Every link of the site that is refused because of its certificate. Raises StoreError."""
        return await asyncio.to_thread(self._shown)

    async def trust(self, link: str, mark: str, user: User) -> None:
        """Trust what a link was shown: that very certificate, by its fingerprint. Raises Refused, or StoreError."""
        await self._decide("trust", link, mark, user)

    async def decline(self, link: str, mark: str, user: User) -> None:
        """Say no to it: the link stays refused, and nobody is asked about this certificate again. Raises Refused."""
        await self._decide("distrust", link, mark, user)

    async def _decide(self, act: str, link: str, mark: str, user: User) -> None:
        spec = self._site.links.get(link)
        detail: Mapping[str, Any] = {"fingerprint": mark}
        try:
            if spec is None:
                raise Refused(
                    "link", Text(f"Le site n'a pas de liaison « {link} ».", f'The site has no link "{link}".')
                )
            if not self._people.holds(user, Role.ENGINEER, spec.area):
                role = ROLES[Role.ENGINEER]
                raise Refused("right", Text(f"Réservé au rôle « {role.fr} ».", f"For the role {role.en} only."))
            certificate = await asyncio.to_thread(self._asked_about, link, mark)
        except Refused as refused:
            self._journal.append(Entry("access", "refused", user.id, link, "", refused.check, {"act": act, **detail}))
            raise
        # what can't be journalled is not done
        await self._journal.written(Entry("access", act, user.id, link, spec.area, "done", detail))
        if act == "trust":
            await asyncio.to_thread(self._store.trust, certificate, link)
        else:
            await asyncio.to_thread(self._store.decline, link)

    def _asked_about(self, link: str, mark: str) -> x509.Certificate:
        note = self._store.note(link)
        if note is None or note.fingerprint != mark:
            raise Refused(
                "certificate",
                Text(
                    "Le serveur présente entre-temps un autre certificat : examinez-le à nouveau.",
                    "The server shows another certificate meanwhile: examine it again.",
                ),
            )
        try:
            return self._store.find(mark)
        except Unavailable as error:
            raise Refused("certificate", UNKNOWN_MARK) from error

    def _shown(self) -> list[Shown]:
        every = {fingerprint(one): one for one in (*self._store.trusted(), *self._store.rejected())}
        return [
            Shown(link, note, seen(every[note.fingerprint]), self._store.pin(link))
            for link, note in self._store.notes().items()
            if link in self._site.links and note.fingerprint in every
        ]


class _Trust(msgspec.Struct, frozen=True):
    link: str
    fingerprint: str


def trust_acts(desk: TrustDesk) -> dict[str, Act]:
    """Name -> act about the certificates of servers."""

    async def certificates(user: User, words: Mapping[str, Any]) -> Mapping[str, Any]:
        return {"shown": msgspec.to_builtins(await desk.shown())}

    async def trust(user: User, words: Mapping[str, Any]) -> Mapping[str, Any]:
        ask = msgspec.convert(words, _Trust)
        await desk.trust(ask.link, ask.fingerprint, user)
        return {}

    async def distrust(user: User, words: Mapping[str, Any]) -> Mapping[str, Any]:
        ask = msgspec.convert(words, _Trust)
        await desk.decline(ask.link, ask.fingerprint, user)
        return {}

    return {act.__name__: act for act in (certificates, trust, distrust)}


UNKNOWN_MARK = Text(
    "Ce certificat n'est plus dans le coffre du poste : examinez-le à nouveau.",
    "This certificate is no longer in the vault of the station: examine it again.",
)
