"""Settings of people.toml beyond its users: when a seat locks, and which directory knows passwords."""

from __future__ import annotations

from dataclasses import dataclass, field

from supervisor.model import Role

LOCK_MIN = 15.0
"""Minutes without a key or a movement of the mouse. Source: IEC 62443-3-3 SR 2.5 asks for a configurable time; 15 is
what NIST SP 800-53 AC-11 is usually set to."""
LONGEST_LOCK_MIN = 12 * 60.0
"""No seat stays open longer than a shift."""


@dataclass(frozen=True, slots=True)
class Group:
    """A group of the directory and what its members may do here."""

    name: str
    """Its distinguished name."""
    role: Role
    areas: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class DirectorySettings:
    """How to ask a directory (LDAP, Active Directory)."""

    servers: tuple[str, ...]
    """ldap://host (StartTLS) or ldaps://host, asked in this order; never without TLS."""
    base: str
    """Where people are looked for, with all below it."""
    filter: str = "(uid={user})"
    id_attribute: str = "uid"
    """What people are called by; sAMAccountName in Active Directory."""
    name_attribute: str = "displayName"
    bind: str = ""
    """Who looks: a distinguished name, whose password is in the vault under "directory"; empty for anybody."""
    ca: str = ""
    """File of the authority's certificate in the site folder; empty for those this machine trusts."""
    group_base: str = ""
    """Where groups are looked for; empty where the entries of people name them (memberOf)."""
    group_filter: str = "(member={dn})"
    timeout_s: float = 2.0
    """For each step with one server."""
    groups: tuple[Group, ...] = ()


@dataclass(frozen=True, slots=True)
class Policy:
    """What people.toml says beyond its users."""

    lock_min: float = LOCK_MIN
    directory: DirectorySettings | None = field(default=None)
