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
    publish_ms: float = 0.0
    """How often the server tells changes; 0 for as often as the link says."""
    deadband: float = 0.0
    """The server keeps smaller changes to itself; raw units, or percent of the node's EURange."""
    percent: bool = False
    queue: int = 0
    """Values the server keeps between two notifications, the oldest left out first; 0 for as many as it samples."""
    element: tuple[int, ...] = ()
    """Where in an array, from 0; one number per dimension."""
    member: tuple[str | int, ...] = ()
    """Where in a structure: names of fields, and numbers where a field is an array."""
    method: str = ""
    """A write calls this: browse names like `path`, or a NodeId like `node`."""
    object: str = ""
    """What the method is called on, likewise; empty for the node it is a component of."""
    arguments: str = ""
    """Input arguments, commas between; `{value}` is what is written. Empty: the value where it takes one, else none."""
    returns: str = ""
    """What the first output argument must say for the command to have been taken; empty where it does not matter."""
    history: bool = False
    """The server keeps a history of it: asked for what was missed while the link was down."""
    condition: str = ""
    """Instead of a variable, an alarm that the server runs: where the condition is, written like `path` or `node`; with
    `condition_name` where its source is."""
    condition_name: str = ""
    """ConditionName in the events of that source, for servers that show no conditions among their nodes."""
    field: str = "state"
    """What of the condition the tag shows, one of `FIELDS`."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What a link may say after its URL."""

    publish_ms: float = 500.0
    timeout_s: float = 3.0
    security: str = "none"
    """One of `SECURITY`."""
    mode: str = "sign_and_encrypt"
    """One of `MODES`; of no meaning without security."""
    identity: str = "anonymous"
    """One of `IDENTITIES`."""
    user: str = ""
    """Name of the user; its password is in the vault under the link's id. With identity=certificate: the name of the
    files in pki/users, our own certificate where it is empty."""
    host_name: str = ""
    """What the server's certificate is made out to where the URL says something else; "*" for whatever it says."""


ALIASES = {
    "ua": "http://opcfoundation.org/UA/",
    "di": "http://opcfoundation.org/UA/DI/",
    "machinery": "http://opcfoundation.org/UA/Machinery/",
    "pumps": "http://opcfoundation.org/UA/Pumps/",
}
"""Short names of namespaces in paths. Source: OPC 40223."""

COLUMNS = tuple(field.name for field in fields(Address) if field.name != "percent")
FIELDS = ("state", "message", "severity", "comment", "retain")
"""Source: OPC 10000-9, 5.5.2 (ConditionType); "state" is put together of ActiveState and AckedState."""
SECURITY = ("none", "basic256sha256", "aes128", "aes256")
"""Source: OPC 10000-7, security policies; the older ones are broken and not offered."""
MODES = ("sign_and_encrypt", "sign")
IDENTITIES = ("anonymous", "user", "certificate")
PORT = 4840
"""Where a server listens that says nothing. Source: OPC UA Part 6, opc.tcp registered with IANA."""
LONGEST_MS = 600_000.0
_WORDS = ("security", "mode", "identity", "user", "host_name")
"""Settings that are no numbers."""
LONGEST_QUEUE = 10_000
_INDEX = re.compile(r"(.*[^/\[\]])\[(\d+(?:,\d+)*)\]", re.DOTALL)
_NUMBERS = re.compile(r"\d+(,\d+)*", re.ASCII)
_STEP = re.compile(r"([^\[\]]+)(?:\[(\d+)\])?")
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


@dataclass(frozen=True, slots=True)
class Call:
    """A method with the arguments of one equipment filled in."""

    method: Target
    object: Target | None
    """None: the node the method is a component of."""
    arguments: tuple[str, ...] | None
    """Texts in which `{value}` still stands; None where the pack says nothing."""
    returns: str


def parse_address(row: Mapping[str, str]) -> Address:
    """One row of a pack's tags.csv; ValueError with one sentence for the engineer."""
    words = {column: (row.get(column) or "").strip() for column in COLUMNS}
    path, node, namespace, method = (words[column] for column in ("path", "node", "namespace", "method"))
    _check_condition(words)
    if path and node:
        raise ValueError("write either a path of browse names or a node, not both")
    if not (path or node or method or words["condition"]):
        raise ValueError("write either a path of browse names or a node, or a condition, or the method a write calls")
    if node:
        _check_node(node)
    if namespace and ":" not in namespace and not _BRACES.search(namespace):
        raise ValueError(f"namespace {namespace!r} is not a URI; {_hint(namespace, ALIASES, ALIASES.values())}")
    path, element = _element(path, words["element"])
    for place in (path, words["object"], method, words["condition"]):
        if not _NODE.fullmatch(place):
            _words(place, namespace)
    if not method and (extra := [column for column in ("object", "arguments", "returns") if words[column]]):
        raise ValueError(f"{extra[0]} says something of a method, and there is none")
    deadband, percent = _deadband(words["deadband"])
    return Address(
        path, node, namespace, _positive(words["sampling_ms"] or "500", "sampling_ms"),
        _positive(words["publish_ms"], "publish_ms") if words["publish_ms"] else 0.0,
        deadband, percent, _queue(words["queue"]), element, _member(words["member"]), method, words["object"],
        words["arguments"], words["returns"], _yes(words["history"]),
        words["condition"], words["condition_name"], words["field"] or "state",
    )  # fmt: skip


def _check_condition(words: Mapping[str, str]) -> None:
    if words["field"] and words["field"] not in FIELDS:
        raise ValueError(f"field {words['field']!r} does not exist; {_hint(words['field'], FIELDS, FIELDS)}")
    if words["condition"]:
        if extra := [name for name in ("path", "node", "method", "element", "member") if words[name]]:
            raise ValueError(f"a tag shows a condition or a variable, not both: leave out {extra[0]} or condition")
    elif extra := [name for name in ("condition_name", "field") if words[name]]:
        raise ValueError(f"{extra[0]} says something of a condition, and there is none: write where it is in condition")


def _element(path: str, column: str) -> tuple[str, tuple[int, ...]]:
    """`Level[3]` is element 3 of Level; a browse name that is nothing but brackets stays a browse name."""
    found = _INDEX.fullmatch(path)
    if found and column:
        raise ValueError("write the element in the path or in its column, not in both")
    if found:
        path, column = found[1], found[2]
    if column and not _NUMBERS.fullmatch(column):
        raise ValueError(f"element {column!r} is not a number from 0, such as 3, or 1,2 in a table")
    return path, tuple(int(number) for number in column.split(",")) if column else ()


def _member(text: str) -> tuple[str | int, ...]:
    steps: list[str | int] = []
    for part in text.split(".") if text else []:
        found = _STEP.fullmatch(part)
        if not found:
            raise ValueError(f"member {text!r} is not a name such as Speed, Motor.Speed or Phases[2].Current")
        steps += [found[1], *([int(found[2])] if found[2] else [])]
    return tuple(steps)


def _deadband(text: str) -> tuple[float, bool]:
    percent = text.endswith("%")
    size = _positive(text.removesuffix("%"), "deadband") if text else 0.0
    if percent and size > 100:
        raise ValueError("a deadband in percent is at most 100%")
    return size, percent


def _queue(text: str) -> int:
    if text and not (text.isdecimal() and 1 <= int(text) <= LONGEST_QUEUE):
        raise ValueError(f"queue {text!r} is not a number from 1 to {LONGEST_QUEUE}")
    return int(text or 0)


def _yes(text: str) -> bool:
    if text.lower() not in ("", "true", "false"):
        raise ValueError(f"history {text!r} is neither true nor false")
    return text.lower() == "true"


def parse_settings(words: Mapping[str, str]) -> Settings:
    """The settings of a link; ValueError with one sentence for the engineer."""
    names = [field.name for field in fields(Settings)]
    for word in words:
        if word not in names:
            raise ValueError(f"setting {word!r} does not exist; {_hint(word, names, names)}")
    numbers = {name: _positive(text, name) for name, text in words.items() if name not in _WORDS}
    if numbers.get("timeout_s", 0.0) > 60:
        raise ValueError("timeout_s is in seconds and at most 60: a dead server must not look alive for longer")
    texts = {name: text for name, text in words.items() if name in _WORDS}
    made = Settings(**numbers, **texts)  # type: ignore[arg-type]
    _check_security(made, words)
    return made


def _check_security(made: Settings, words: Mapping[str, str]) -> None:
    for name, choices in (("security", SECURITY), ("mode", MODES), ("identity", IDENTITIES)):
        if (chosen := getattr(made, name)) not in choices:
            raise ValueError(f"{name}={chosen} does not exist; {_hint(chosen, choices, choices)}")
    if made.security == "none" and "mode" in words:
        raise ValueError("mode says how a secured connection is secured: write a security, or leave mode out")
    if made.identity == "user" and not made.user:
        raise ValueError("identity=user needs the name of a user: write user=NAME, and no password")
    if made.identity == "anonymous" and made.user:
        raise ValueError(f"user={made.user} is not used by an anonymous session: write identity=user")
    if set(made.user) & set("/\\:"):
        raise ValueError(f"user={made.user} has a character that a name of a file cannot have")


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


def call(address: Address, arguments: Mapping[str, str]) -> Call:
    """What a write to a tag with a method calls; ValueError where an argument is missing."""

    given = _fill(address.arguments, {**arguments, "value": "{value}"})
    return Call(
        _place(address.method, address, arguments),
        _place(address.object, address, arguments) if address.object else None,
        tuple(word.strip() for word in given.split(",")) if given else None,
        address.returns,
    )


def condition(address: Address, arguments: Mapping[str, str]) -> Target:
    """Where the condition of a tag is, or its source; ValueError where an argument is missing."""
    return _place(address.condition, address, arguments)


def _place(text: str, address: Address, arguments: Mapping[str, str]) -> Target:
    """What is written like a path or like a node in one column."""
    filled, namespace = _fill(text, arguments), _fill(address.namespace, arguments)
    node = filled if _NODE.fullmatch(filled) else ""
    return Target(() if node else _words(filled, namespace), node, namespace or ALIASES["ua"])


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
