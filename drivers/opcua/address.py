"""What a pack row and a link of an OPC UA server may say."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Address:
    """One variable of a server, never by namespace index: those move when a server restarts.

    Words in braces are replaced by the equipment's arguments: `{root}/Operational/Measurements/Level`.
    """

    path: str = ""
    """Browse names from the Objects folder, separated by "/"; each may be prefixed by an alias of `ALIASES`
    ("pumps:Measurements"), otherwise it is in `namespace`."""
    node: str = ""
    """Instead of a path: the NodeId without its namespace, such as "s=Plan" or "i=2258"."""
    namespace: str = ""
    """URI of the namespace; empty for OPC UA's own."""
    sampling_ms: float = 500.0


@dataclass(frozen=True, slots=True)
class Settings:
    """What a link may say after its URL."""

    publish_ms: float = 500.0
    timeout_s: float = 3.0
    security: str = "none"


ALIASES = {
    "ua": "http://opcfoundation.org/UA/",
    "di": "http://opcfoundation.org/UA/DI/",
    "machinery": "http://opcfoundation.org/UA/Machinery/",
    "pumps": "http://opcfoundation.org/UA/Pumps/",
}
"""Short names of namespaces in paths. Source: OPC 40223."""
