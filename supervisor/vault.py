"""Vault: what must never stand in a site folder: passwords of links, our own keys and certificates, whom we trust.

A site folder is copied, mailed and kept in a repository; the vault belongs to one machine.

    password   $CREDENTIALS_DIRECTORY/<link>   what a service manager hands over (systemd's LoadCredential)
               the system's keyring            where this machine has one that works without a person
               <data>/secrets.json             elsewhere; readable by its owner only
    pki        <data>/pki/                     own key and certificate, trusted and rejected ones, in DER or PEM
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from supervisor.errors import StoreError, Unavailable

if TYPE_CHECKING:
    from keyring.backend import KeyringBackend

CREDENTIALS = "CREDENTIALS_DIRECTORY"
"""Source: systemd.exec(5), LoadCredential=."""
_USABLE = 1.0
"""Priority from which keyring recommends a backend. Source: keyring's documentation, KeyringBackend.priority."""


class Vault:
    """The secrets of one data folder. Every method may block for as long as the system's keyring does."""

    def __init__(self, folder: Path, service: str = "vigie") -> None:
        self.pki = folder / "pki"
        """May not exist yet; whoever writes into it makes it, readable by its owner only."""
        self._file = folder / "secrets.json"
        self._service = service

    def password(self, link: str) -> str | None:
        """The password for a link; None where nobody gave one. Raises Unavailable for a keyring that will not open."""
        handed = os.environ.get(CREDENTIALS)
        if handed and (place := Path(handed) / link).is_file():
            return place.read_text("utf-8").rstrip("\r\n")
        ring = _keyring()
        with _spoken(f"give the password of {link}"):
            kept = ring.get_password(self._service, link) if ring else None
        return kept if kept is not None else self._kept().get(link)

    def keep(self, link: str, password: str) -> str:
        """Keep a password for a link; returns where, for the person who gave it."""
        ring = _keyring()
        if ring:
            with _spoken(f"take the password of {link}"):
                ring.set_password(self._service, link, password)
            return "the keyring of this machine"
        self._write({**self._kept(), link: password})
        return str(self._file)

    def forget(self, link: str) -> None:
        """Forget the password of a link, wherever it was kept."""
        ring = _keyring()
        with _spoken(f"forget the password of {link}"):
            if ring and ring.get_password(self._service, link) is not None:
                ring.delete_password(self._service, link)
        if link in (kept := self._kept()):
            del kept[link]
            self._write(kept)

    def _kept(self) -> dict[str, str]:
        try:
            kept = json.loads(self._file.read_text("utf-8"))
        except FileNotFoundError:
            return {}
        except (OSError, ValueError) as error:
            raise StoreError(f"{self._file} cannot be read: {error}") from error
        if not isinstance(kept, dict):
            raise StoreError(f"{self._file} holds no passwords: remove it, and give them again")
        return {str(link): str(password) for link, password in kept.items()}

    def _write(self, kept: dict[str, str]) -> None:
        """Whole or not at all, and never readable by others, not even for a moment."""
        new = self._file.with_suffix(".new")
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            new.unlink(missing_ok=True)
            with open(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
                json.dump(kept, file, ensure_ascii=False, indent=1)
                file.flush()
                os.fsync(file.fileno())
            new.replace(self._file)
        except OSError as error:
            raise StoreError(f"{self._file} cannot be written: {error}") from error


def _keyring() -> KeyringBackend | None:
    """The keyring that the library `keyring` would choose; None where this machine has none that works."""
    import keyring  # looks at every installed package: only where a secret is wanted

    ring = keyring.get_keyring()
    return ring if float(ring.priority) >= _USABLE else None


@contextmanager
def _spoken(act: str) -> Iterator[None]:
    from keyring.errors import KeyringError

    try:
        yield
    except KeyringError as error:
        raise Unavailable(f"the keyring of this machine does not {act}: {error}") from error
