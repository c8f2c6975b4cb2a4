"""Keys: what a link shows a broker, and what it wants to see of it: password, certificates, name.

    <vault.pki>/<link>/ca.pem      whom it believes; without it, the authorities this machine knows
    <vault.pki>/<link>/cert.pem    our certificate, where the broker wants one …
    <vault.pki>/<link>/key.pem     … and its key, not locked by a passphrase: nobody is there to type it

There is no way to switch a check off. A broker whose certificate carries another name than the URL has the setting
`server_name`; one that signed its certificate itself has that certificate as ca.pem.
"""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from pathlib import Path

from drivers.mqtt.address import BrokerUrl
from supervisor.errors import LinkLost, StoreError, Unavailable
from supervisor.vault import Vault


@dataclass(frozen=True, slots=True)
class Keys:
    """See the module."""

    password: str | None = None
    tls: ssl.SSLContext | None = None
    """None for a connection in the clear."""
    server_name: str = ""
    """The name the broker's certificate must carry."""


def open_keys(broker: BrokerUrl, server_name: str, link: str, vault: Vault) -> Keys:
    """Reads files, and may wait for the machine's keyring: never on the loop. LinkLost with one sentence."""
    try:
        password = vault.password(link) if broker.user else None
    except (StoreError, Unavailable) as error:
        raise LinkLost(str(error)) from None
    tls = _context(vault.pki / link) if broker.tls else None
    return Keys(password, tls, server_name or broker.host)


def _context(folder: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    authority, certificate, key = folder / "ca.pem", folder / "cert.pem", folder / "key.pem"
    if authority.exists():
        _load_authority(context, authority)
    else:
        context.load_default_certs()
    if certificate.exists() or key.exists():
        _load_own(context, certificate, key)
    return context


def _load_authority(context: ssl.SSLContext, authority: Path) -> None:
    try:
        context.load_verify_locations(authority)
    except (OSError, ValueError) as error:  # an SSLError is an OSError
        raise LinkLost(f"{authority} holds no certificate in PEM that can be read: {error}") from None
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN  # so that the broker's own certificate may be what is pinned


def _load_own(context: ssl.SSLContext, certificate: Path, key: Path) -> None:
    for path in (certificate, key):
        if not path.exists():
            raise LinkLost(f"{path} is missing: a certificate of ours is of use only with its key")
    try:
        context.load_cert_chain(certificate, key, password=_nobody)
    except _Locked:
        raise LinkLost(f"{key} is locked by a passphrase: put a key without one there") from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "reason", None)
        if reason == "KEY_VALUES_MISMATCH":
            raise LinkLost(f"{certificate} and {key.name} do not belong together") from None
        raise LinkLost(f"{certificate} and {key.name} cannot be read: {error}") from None


class _Locked(Exception):
    """A key wants a passphrase."""


def _nobody() -> str:
    """Without this OpenSSL asks at the terminal, and the link waits for ever."""
    raise _Locked
