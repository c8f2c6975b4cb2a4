"""LdapDirectory: sign-in against a directory (LDAP, Active Directory), over TLS alone.

    look for the person as `bind` ──> bind as the person found ──> groups ──> role and areas

Rules:
- Nothing of a person is kept: a directory that is silent proves nobody, and only accounts of the station sign in.
- Who was proved is looked for again by `bind`, without their password (`look`): who has gone, is disabled, or is in no
  group that counts is nobody of ours any more.
- The certificate and its name are always checked; referrals are never followed, for they lead where no check was made.
- An empty password never reaches the server: LDAP would take it for an anonymous bind, and succeed (RFC 4513, 5.1.2).
- `ldap3` is imported here only, and only where a site has a directory.
"""

from __future__ import annotations

import asyncio
import logging
import math
import socket
import ssl
import struct
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from supervisor.accounts.settings import DirectorySettings, Group
from supervisor.accounts.words import NO_GROUP, SILENT_DIRECTORY, WRONG
from supervisor.errors import Refused, StoreError, Unavailable
from supervisor.model import User
from supervisor.vault import Vault

SECRET = "directory"
"""Under this name the vault keeps the password of `bind`: `vigie secret SITE directory`."""
BUDGET_S = 4.5
"""All servers and steps together: a window waits five seconds for an answer."""
AT_ONCE = 2
"""Questions under way; a directory that is slow would hold every thread of the station otherwise."""
_GARBLED = (ValueError, LookupError, TypeError, struct.error)
"""What ldap3 lets through when an answer is no LDAP."""
_PORTS = {"ldap": 389, "ldaps": 636}
_DISABLED = 0x2
_OUT: Mapping[str, Callable[[str], bool]] = {
    "userAccountControl": lambda said: said.isdigit() and bool(int(said) & _DISABLED),
    "pwdAccountLockedTime": lambda said: said == "000001010000Z",
    "nsAccountLock": lambda said: said.casefold() == "true",
}
"""What an entry says whose owner may not bind any more; a directory that has no such attribute leaves it out (RFC 4511,
4.5.1.8). Sources: Active Directory, MS-ADTS 2.2.16 (ADS_UF_ACCOUNT_DISABLE); OpenLDAP's ppolicy,
draft-behera-ldap-password-policy-10, 5.3.3; 389 Directory Server, Administration Guide, "Inactivating users"."""

log = logging.getLogger(__name__)


class _SilentError(Exception):
    """A server that can't be asked; the message says why."""


@dataclass(frozen=True, slots=True)
class _Found:
    """Somebody of the directory."""

    dn: str
    id: str
    name: str
    groups: tuple[str, ...]
    out: bool
    """The entry itself says that its owner may not bind."""


class LdapDirectory:
    """See the module; a `supervisor.accounts.heard.Directory`."""

    def __init__(self, settings: DirectorySettings, folder: Path, vault: Vault) -> None:
        """`folder` is the site's, for the certificate of its authority."""
        self.fault = ""
        """Why it did not answer at the last attempt; empty where it did."""
        self._settings = settings
        self._folder = folder
        self._vault = vault
        self._places = asyncio.Semaphore(AT_ONCE)

    async def prove(self, id_: str, password: str) -> User:
        """Who that is there. Raises Refused: "password", "right" for nobody of ours, "directory" where it is silent."""
        if not password:
            raise Refused("password", WRONG)
        found = await self._answer(id_, password)
        if found is None:
            raise Refused("password", WRONG)
        return self._user(found)

    async def look(self, id_: str) -> User | None:
        """Somebody as they are there now; None for nobody of ours any more. Raises Refused where it is silent."""
        found = await self._answer(id_, None)
        try:
            return self._user(found) if found else None
        except Refused:
            return None

    async def _answer(self, id_: str, password: str | None) -> _Found | None:
        """What it says. Raises Refused where it is silent."""
        try:
            async with asyncio.timeout(BUDGET_S):
                found = await self._looked(id_, password)
        except (_SilentError, TimeoutError, StoreError, Unavailable) as error:
            self.fault = str(error) or f"no answer within {BUDGET_S:g} s"
            log.warning("The directory does not answer: %s", self.fault)
            raise Refused("directory", SILENT_DIRECTORY) from error
        self.fault = ""
        return found

    async def _looked(self, id_: str, password: str | None) -> _Found | None:
        """`_look` in a thread. One that is not waited for any more still has its place: it can't be stopped, and the
        threads of a station hash passwords and write files too."""
        await self._places.acquire()
        looking = asyncio.get_running_loop().run_in_executor(None, self._look, id_, password)
        looking.add_done_callback(self._leave)
        return await asyncio.shield(looking)

    def _leave(self, looking: asyncio.Future[_Found | None]) -> None:
        self._places.release()
        if not looking.cancelled() and (error := looking.exception()):
            log.debug("A look into the directory ended: %s", error)

    def _user(self, found: _Found) -> User:
        """With the highest role of the groups they are in; where two give the same, the areas of both."""
        inside = {name.casefold() for name in found.groups}
        groups = [group for group in self._settings.groups if group.name.casefold() in inside]
        if not groups:
            raise Refused("group", NO_GROUP)
        role = max(group.role for group in groups)
        return User(found.id, found.name, role, _areas([group for group in groups if group.role is role]))

    # ------------------------------------------------------------ in a thread
    def _look(self, id_: str, password: str | None) -> _Found | None:
        """Ask the servers in order until one answers; None for a name or a password it does not know. Without a
        password, whether somebody who gave it before would get in."""
        faults = []
        for server in self._settings.servers:
            try:
                with self._connected(server) as connection:
                    return self._ask(connection, id_, password)
            except _SilentError as error:
                faults.append(f"{server}: {error}")
        raise _SilentError("; ".join(faults))

    @contextmanager
    def _connected(self, url: str) -> Iterator[Any]:
        """A connection with TLS up and nobody bound. Raises _SilentError for whatever goes wrong in it."""
        import ldap3
        from ldap3.core.exceptions import LDAPException

        parts, timeout_s = urlsplit(url), self._settings.timeout_s
        secure, host, port = parts.scheme == "ldaps", str(parts.hostname), parts.port or _PORTS[parts.scheme]
        _reach(host, port, timeout_s)
        server = ldap3.Server(
            host,
            port,
            use_ssl=secure,
            tls=_tls(self._context(), host, timeout_s),
            get_info=ldap3.NONE,
            connect_timeout=timeout_s,
        )
        connection = ldap3.Connection(
            server,
            auto_referrals=False,
            receive_timeout=math.ceil(timeout_s),  # it takes whole seconds; our TLS keeps the time more closely
            check_names=False,
            raise_exceptions=False,
        )
        try:
            connection.open()
            if not secure and not connection.start_tls():
                raise _SilentError("it does not speak TLS")
            yield connection
        except (LDAPException, OSError, *_GARBLED) as error:
            raise _SilentError(str(error) or type(error).__name__) from error
        finally:
            _part(connection)

    def _context(self) -> ssl.SSLContext:
        """Raises _SilentError for a certificate of the authority that can't be read."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        if not self._settings.ca:
            context.load_default_certs()
            return context
        try:
            context.load_verify_locations(self._folder / self._settings.ca)
        except (OSError, ValueError) as error:
            raise _SilentError(f"{self._settings.ca} holds no certificate that can be read: {error}") from error
        return context

    def _ask(self, connection: Any, id_: str, password: str | None) -> _Found | None:
        if self._settings.bind:
            secret = self._vault.password(SECRET)
            if not secret:
                raise _SilentError(f"the vault has no password for {self._settings.bind}: vigie secret SITE {SECRET}")
            if not _bind(connection, self._settings.bind, secret):
                raise _SilentError(f"it does not let {self._settings.bind} look for people")
        found = self._find(connection, id_)
        if found is None:
            return None
        groups = found.groups + tuple(self._groups(connection, found, id_))
        if found.out if password is None else not _bind(connection, found.dn, password):
            return None
        return replace(found, groups=groups)

    def _find(self, connection: Any, id_: str) -> _Found | None:
        """The one entry that is called so; None for nobody. Several are a mistake of the filter."""
        settings = self._settings
        wanted = [settings.id_attribute, settings.name_attribute, "cn", "memberOf", *_OUT]
        rows = _search(connection, settings.base, _filled(settings.filter, user=id_), wanted)
        if len(rows) > 1:
            raise _SilentError(f"{len(rows)} entries are called {id_}: the filter must find one")
        if not rows:
            return None
        dn, attributes = rows[0]
        called = (attributes.get(settings.id_attribute.casefold()) or [""])[0]
        if called.casefold() != id_.casefold():
            return None  # the server compares more loosely than we do: "m.cesbron " is another id to us
        name = (attributes.get(settings.name_attribute.casefold()) or attributes.get("cn") or [called])[0]
        return _Found(dn, id_, name, tuple(attributes.get("memberof", ())), _out(attributes))

    def _groups(self, connection: Any, found: _Found, id_: str) -> list[str]:
        """Names of the groups that name the person; asked before the person binds, who may not see them."""
        settings = self._settings
        if not settings.group_base:
            return []
        query = _filled(settings.group_filter, dn=found.dn, user=id_)
        return [dn for dn, _ in _search(connection, settings.group_base, query, ["cn"], 1000)]


def _reach(host: str, port: int, timeout_s: float) -> None:
    """Whether somebody listens there. ldap3 never closes a socket that could not connect.

    Raises _SilentError."""
    try:
        socket.create_connection((host, port), timeout_s).close()
    except OSError as error:
        raise _SilentError(error.strerror or str(error)) from error


def _tls(context: ssl.SSLContext, host: str, timeout_s: float) -> Any:
    """ldap3's TLS with our own context: its check of names relies on a function that newer Pythons do not have."""
    from ldap3 import Tls

    class OwnTls(Tls):  # type: ignore[misc]
        def wrap_socket(self, connection: Any, do_handshake: bool = False) -> None:
            connection.socket.settimeout(timeout_s)  # for the handshake too, and for all that follows
            connection.socket = context.wrap_socket(
                connection.socket, do_handshake_on_connect=do_handshake, server_hostname=host
            )

    return OwnTls(validate=ssl.CERT_REQUIRED)


def _bind(connection: Any, dn: str, password: str) -> bool:
    """Whether the server takes that password. Raises _SilentError where it says anything but yes or no."""
    from ldap3 import SIMPLE

    if connection.rebind(user=dn, password=password, authentication=SIMPLE):
        return True
    said = str(connection.result.get("description"))
    if said in ("invalidCredentials", "noSuchObject", "inappropriateAuthentication"):
        return False
    raise _SilentError(f"it answers {said} to a bind")


def _search(
    connection: Any, base: str, query: str, attributes: list[str], most: int = 2
) -> list[tuple[str, Mapping[str, list[str]]]]:
    """Name and attributes (by small letters) of what is found; referrals are left where they are."""
    from ldap3 import SUBTREE

    connection.search(base, query, SUBTREE, attributes=attributes, size_limit=most)
    said = str(connection.result.get("description"))
    if said not in ("success", "sizeLimitExceeded", "noSuchObject"):
        raise _SilentError(f"it answers {said} to a search below {base}")
    return [
        (str(row["dn"]), {name.casefold(): _texts(values) for name, values in row["raw_attributes"].items()})
        for row in connection.response or ()
        if row["type"] == "searchResEntry"
    ]


def _texts(values: list[bytes]) -> list[str]:
    return [value.decode("utf-8", "replace") for value in values]


def _filled(query: str, **words: str) -> str:
    """A filter with its words put in, as words: nothing that is typed can change what is asked (RFC 4515, 3)."""
    from ldap3.utils.conv import escape_filter_chars

    for name, word in words.items():
        query = query.replace(f"{{{name}}}", escape_filter_chars(word))
    return query


def _part(connection: Any) -> None:
    """Hang up; a connection that is dead already does not matter."""
    from ldap3.core.exceptions import LDAPException

    try:
        connection.unbind()
    except (LDAPException, OSError) as error:
        log.debug("The directory was gone before it was left: %s", error)


def _out(attributes: Mapping[str, list[str]]) -> bool:
    return any(says(one) for name, says in _OUT.items() for one in attributes.get(name.casefold(), ()))


def _areas(groups: list[Group]) -> frozenset[str]:
    """The areas of all of them; everywhere where one of them holds everywhere."""
    if any(not group.areas for group in groups):
        return frozenset()
    return frozenset().union(*(group.areas for group in groups))
