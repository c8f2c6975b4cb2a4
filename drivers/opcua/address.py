"""What a pack row and a link of an OPC UA server may say."""

from __future__ import annotations

import difflib
import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from urllib.parse import urlsplit


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

COLUMNS = tuple(field.name for field in fields(Address))
PORT = 4840
"""Where a server listens that says nothing. Source: OPC UA Part 6, opc.tcp registered with IANA."""
LONGEST_MS = 600_000.0
_NODE = re.compile(r"(?:i=\d+|[sgb]=.+)", re.DOTALL)
_INDEXED = re.compile(r"ns=\d+;(.*)", re.DOTALL)
_BRACES = re.compile(r"\{([^{}]*)\}")


@dataclass(frozen=True, slots=True)
class Word:
    """One browse name of a path."""

    namespace: str
    """URI; never empty."""
    name: str


@dataclass(frozen=True, slots=True)
class Target:
    """An address with the arguments of one equipment filled in: what is looked up on the server."""

    path: tuple[Word, ...]
    """Browse names from the Objects folder; empty where `node` says it all."""
    node: str
    namespace: str
    """URI of the namespace of `node`."""


def parse_address(row: Mapping[str, str]) -> Address:
    """One row of a pack's tags.csv; ValueError with one sentence for the engineer."""
    path, node, namespace = (row.get(column, "").strip() for column in ("path", "node", "namespace"))
    if bool(path) == bool(node):
        raise ValueError("write either a path of browse names or a node" + (", not both" if path else ""))
    if node:
        _check_node(node)
    if namespace and ":" not in namespace and not _BRACES.search(namespace):
        raise ValueError(f"namespace {namespace!r} is not a URI; {_hint(namespace, ALIASES, ALIASES.values())}")
    _words(path, namespace)
    return Address(path, node, namespace, _positive(row.get("sampling_ms") or "500", "sampling_ms"))


def parse_settings(words: Mapping[str, str]) -> Settings:
    """The settings of a link; ValueError with one sentence for the engineer."""
    names = [field.name for field in fields(Settings)]
    for word in words:
        if word not in names:
            raise ValueError(f"setting {word!r} does not exist; {_hint(word, names, names)}")
    security = words.get("security", "none")
    if security != "none":
        raise ValueError(f"security={security} is not supported: this version speaks to endpoints without security")
    numbers = {name: _positive(text, name) for name, text in words.items() if name != "security"}
    if numbers.get("timeout_s", 0.0) > 60:
        raise ValueError("timeout_s is in seconds and at most 60: a dead server must not look alive for longer")
    return Settings(**numbers)  # type: ignore[arg-type]


def parse_url(url: str) -> tuple[str, int]:
    """Host and port of `opc.tcp://host[:port][/path]`; ValueError with one sentence for the engineer."""
    parts = urlsplit(url)
    if parts.scheme != "opc.tcp" or not parts.hostname:
        raise ValueError(f"{url!r} is not an address of an OPC UA server: write opc.tcp://host:{PORT}")
    if "@" in parts.netloc:
        raise ValueError("a URL holds no user and no password: the site folder is no place for secrets")
    try:
        return parts.hostname, parts.port or PORT
    except ValueError:
        raise ValueError(f"the port of {url!r} is not a number from 1 to 65535") from None


def target(address: Address, arguments: Mapping[str, str]) -> Target:
    """What an equipment's address means on its server; ValueError where an argument is missing."""
    path, node, namespace = (_fill(text, arguments) for text in (address.path, address.node, address.namespace))
    if node:
        _check_node(node)
    return Target(_words(path, namespace), node, namespace or ALIASES["ua"])


def _fill(text: str, arguments: Mapping[str, str]) -> str:
    def replace(match: re.Match[str]) -> str:
        if match[1] not in arguments:
            raise ValueError(f"the equipment has no argument {match[1]!r}; {_hint(match[1], arguments, arguments)}")
        return arguments[match[1]]

    return _BRACES.sub(replace, text)


def _words(path: str, namespace: str) -> tuple[Word, ...]:
    parts = path.split("/") if path else []
    if any(not part for part in parts):
        raise ValueError(f"path {path!r} has an empty browse name: no slash at its start or end, none doubled")
    return tuple(_word(part, namespace) for part in parts)


def _word(part: str, namespace: str) -> Word:
    alias, colon, name = part.partition(":")
    if not colon or "{" in alias:
        return Word(namespace or ALIASES["ua"], part)
    if alias not in ALIASES or not name:
        raise ValueError(f"{alias!r} in {part!r} is no known namespace; {_hint(alias, ALIASES, ALIASES)}")
    return Word(ALIASES[alias], name)


def _check_node(node: str) -> None:
    indexed = _INDEXED.fullmatch(node)
    if indexed:
        raise ValueError(f"write {indexed[1]!r} and its URI in the column namespace: an index moves at a restart")
    if not _NODE.fullmatch(node):
        raise ValueError(f"node {node!r} is not a NodeId such as s=Plan or i=2258")


def _positive(text: str, name: str) -> float:
    try:
        number = float(text)
    except ValueError:
        raise ValueError(f"{name} {text!r} is not a number") from None
    if not (math.isfinite(number) and 0 < number <= LONGEST_MS):
        raise ValueError(f"{name} {text} must be greater than zero and at most {LONGEST_MS:.0f}")
    return number


def _hint(word: str, known: Iterable[str], choices: Iterable[str]) -> str:
    """Did you mean; `choices` are what `known` stand for, one by one."""
    meant = dict(zip(known, choices, strict=True))
    close = difflib.get_close_matches(word, list(meant), 1)
    return f"did you mean {meant[close[0]]}?" if close else f"use one of {', '.join(meant.values()) or 'none'}."
