"""Book: accounts.json, the one place where hashes of passwords are. Readable by its owner only, written whole.

Whoever may read the file may try passwords against it at leisure: it is in no journal and no support bundle, and a
backup that holds it is as confidential as the data folder itself (docs/decisions/0024).
"""

from __future__ import annotations

import os
from pathlib import Path

import msgspec

from supervisor.errors import StoreError
from supervisor.model import Role, User

VERSION = 1
ROLES = {role.name.lower(): role for role in Role}


class Account(msgspec.Struct, frozen=True, omit_defaults=True):
    """What the station keeps of a person."""

    mark: str = ""
    """Hash of the password; empty for somebody who has none here."""
    renew: bool = False
    """An administrator chose the password: its owner must choose another at the next sign-in."""
    disabled: bool = False
    changed: int = 0
    """When the password was set, ns UTC."""
    last: int = 0
    """The last sign-in, ns UTC; 0 for never."""
    name: str = ""
    """Of somebody the site folder does not name; likewise the next two."""
    role: str = ""
    """The word of people.toml; empty for somebody of the site folder."""
    areas: tuple[str, ...] = ()

    @property
    def own(self) -> bool:
        """Whether this station alone knows the person: the site folder says nothing of them."""
        return bool(self.role)

    def user(self, id_: str) -> User:
        return User(id_, self.name, ROLES.get(self.role, Role.VIEWER), frozenset(self.areas))


class _Book(msgspec.Struct):
    version: int
    people: dict[str, Account]


class Book:
    """See the module."""

    def __init__(self, path: Path) -> None:
        """Raises StoreError for a file that can't be read: it is never taken for one that is not there."""
        self.path = path
        self.people: dict[str, Account] = {}
        try:
            found = msgspec.json.decode(path.read_bytes(), type=_Book)
        except FileNotFoundError:
            return
        except (OSError, msgspec.DecodeError) as error:
            raise StoreError(f"{path} cannot be read: {error}") from error
        if found.version != VERSION:
            raise StoreError(f"{path} was written by a newer Vigie (version {found.version}).")
        self.people = found.people

    def put(self, id_: str, account: Account) -> None:
        """Keep one account: on the disk first, known afterwards. Raises StoreError. Blocks."""
        people = {**self.people, id_: account}
        self._write(people)
        self.people = people

    def _write(self, people: dict[str, Account]) -> None:
        new = self.path.with_suffix(".new")
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            new.unlink(missing_ok=True)
            with open(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                file.write(msgspec.json.format(msgspec.json.encode(_Book(VERSION, people)), indent=1))
                file.flush()
                os.fsync(file.fileno())
            new.replace(self.path)
        except OSError as error:
            raise StoreError(f"{self.path} cannot be written: {error.strerror or error}") from error
