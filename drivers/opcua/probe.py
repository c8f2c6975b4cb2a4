"""Looking at an OPC UA server that no site knows yet: its endpoints, its namespaces, its variables.

    endpoints ── session ── namespaces, limits ── browse a level ── read its variables at one go ── next level

Values, types, access, units and ranges are read in bulk, as many nodes a call as the server allows. It never writes.
"""

from __future__ import annotations

import re
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from asyncua import ua
from asyncua.ua.ua_binary import variant_to_binary

from drivers.opcua import probe_words as words
from drivers.opcua.address import ALIASES, Address, Settings, parse_settings, target
from drivers.opcua.browse import AT_ONCE, Browser, NoSuchName, Place, portions
from drivers.opcua.client import endpoints
from drivers.opcua.examine import spelt
from drivers.opcua.values import quality_of
from drivers.opcua.variant import encode, type_of
from drivers.opcua.wire import Wire, name
from supervisor.clock import SECOND, SystemClock
from supervisor.driver import Traffic
from supervisor.errors import LinkLost, Unavailable, WriteFailed, WriteUnknown
from supervisor.model import NO_TEXT, LinkSpec, Quality, Tag
from supervisor.probe import FAILED, SENSELESS, UNKNOWN, Fact, Finding, Peer, Progress, Report, link_id

OPTIONS = {
    "path": "browse names to begin at, such as Plant/Pumps (Objects)",
    "depth": "how many levels down (8)",
    "most": "how many variables at most (5000)",
    "timeout": "seconds to wait for an answer (3)",
    "security": "none, basic256sha256, aes128 or aes256 (none)",
    "mode": "sign or sign_and_encrypt (sign_and_encrypt)",
    "user": "who to sign in as (anonymous)",
}
READ_AT_ONCE = 500
_SETTINGS = {"timeout": "timeout_s", "security": "security", "mode": "mode", "user": "user"}
_LIMITS = (
    ua.ObjectIds.Server_NamespaceArray,
    ua.ObjectIds.Server_ServerCapabilities_OperationLimits_MaxNodesPerRead,
    ua.ObjectIds.Server_ServerCapabilities_OperationLimits_MaxNodesPerBrowse,
)
_BUILD = ((ua.ObjectIds.Server_ServerStatus_BuildInfo_ManufacturerName, "manufacturer"),
          (ua.ObjectIds.Server_ServerStatus_BuildInfo_ProductName, "product"),
          (ua.ObjectIds.Server_ServerStatus_BuildInfo_SoftwareVersion, "version"))  # fmt: skip
_VALUE, _DATA_TYPE, _ACCESS = 13, 14, 17
"""Attributes. Source: OPC 10000-6, annex A.1."""
_WRITABLE = 2
"""CurrentWrite in an AccessLevel. Source: OPC 10000-3, 8.57."""
_PLAIN = frozenset("/:{}[]")
"""What a browse name may not hold for a path of tags.csv."""


@dataclass(frozen=True, slots=True)
class _Wish:
    settings: Settings
    path: str
    depth: int
    most: int
    peer: Peer
    """Whose language its sentences are in."""

    @classmethod
    def of(cls, peer: Peer) -> _Wish:
        """Raises Unavailable."""
        said = {_SETTINGS[word]: text for word, text in peer.words.items() if word in _SETTINGS}
        if said.get("user"):
            said["identity"] = "user"
        depth, most = peer.whole("depth", "8"), peer.whole("most", "5000")
        if depth < 1 or most < 1:
            raise Unavailable(peer.say(words.LEAST))
        try:
            return cls(parse_settings(said), peer.words.get("path", ""), depth, most, peer)
        except ValueError as error:
            raise Unavailable(peer.say(SENSELESS, error)) from None


class OpcuaProbe:
    """See the module and `supervisor.probe.Probe`."""

    options: Mapping[str, str] = OPTIONS

    async def look(self, peer: Peer, report: Report) -> None:
        wish = _Wish.of(peer)
        await _offer(peer.url, wish, report)
        async with _session(peer, wish) as wire:
            await _Look(wire, wish, report).run()

    async def read(self, peer: Peer, place: str) -> Finding:
        async with _session(peer, _Wish.of(peer)) as wire:
            look = _Look(wire, _Wish.of(peer), lambda news: None)
            await look.prepare()
            return (await look.findings([await look.place(place)]))[0]

    async def write(self, peer: Peer, place: str, value: str) -> str:
        wish = _Wish.of(peer)
        async with _session(peer, wish) as wire:
            look = _Look(wire, wish, lambda news: None)
            await look.prepare()
            found = await look.place(place)
            known = await look.read([(found.node, _DATA_TYPE), (found.node, _VALUE)])
            await _written(wire, found, known, value, peer)
            return (await look.findings([found]))[0].value

    def touches(self, peer: Peer, place: str, tag: Tag) -> bool | None:
        """Its own node. Of another one of the server nobody knows what it does to the tag."""
        address = tag.source.address if tag.source else None
        if not isinstance(address, Address):
            return None
        try:
            there = target(address, tag.equipment.args)
        except ValueError:
            return None
        if "=" in place:
            return place.rpartition(";")[2] == there.node or None
        return [word.rpartition(":")[2] for word in place.split("/")] == [word.name for word in there.path] or None


class _Look:
    """One look through a session."""

    def __init__(self, wire: Wire, wish: _Wish, report: Report) -> None:
        self._wire = wire
        self._wish = wish
        self._report = report
        self._uris: list[str] = []
        self._reads = READ_AT_ONCE
        self._browses = AT_ONCE

    async def run(self) -> None:
        await self.prepare()
        await self._introduce()
        browser = Browser(self._wire, self._browses)
        start = await self._found(browser, self._wish.path)
        found = 0
        async for places in browser.levels(start, self._wish.depth):
            places = places[: self._wish.most - found]
            self._report(Progress(found, 0, places[0].words if places else ""))
            for finding in await self.findings(places):
                self._report(finding)
            found += len(places)
            if found >= self._wish.most:
                said = self._wish.peer.say(words.ENOUGH, found)
                self._report(Fact("note", self._wish.peer.say(words.STOPPED), said))
                break
        self._report(Progress(found, found))
        if not found:
            self._report(Fact("note", "nothing", self._wish.peer.say(words.NOTHING)))

    async def prepare(self) -> None:
        """Namespaces and limits."""
        uris, reads, browses = (_held(value) for value in await self.read([(ua.NodeId(i), _VALUE) for i in _LIMITS]))
        self._uris = list(uris or [])
        self._reads = min(READ_AT_ONCE, int(reads or READ_AT_ONCE))
        self._browses = min(AT_ONCE, int(browses or AT_ONCE))

    async def _introduce(self) -> None:
        values = await self.read([(ua.NodeId(number), _VALUE) for number, _ in _BUILD])
        for (_, word), value in zip(_BUILD, values, strict=True):
            if text := _held(value):
                self._report(Fact("device", word, str(text)))
        for number, uri in enumerate(self._uris):
            self._report(Fact("namespace", str(number), uri))

    async def _found(self, browser: Browser, path: str) -> Place:
        """Raises Unavailable in the language of the look."""
        try:
            return await browser.find(path)
        except NoSuchName as missing:
            raise Unavailable(self._wish.peer.say(words.NO_NAME, *missing.parts)) from None

    async def place(self, spelling: str) -> Place:
        """A NodeId ("ns=2;s=Plan", "nsu=urn:x;s=Plan") or a path of browse names."""
        if "=" not in spelling.partition("/")[0]:
            browser = Browser(self._wire, self._browses)
            place = await self._found(browser, spelling)
            await browser.children([place])
            return place
        try:
            text = spelling
            if spelling.startswith("nsu="):
                uri, _, rest = spelling.removeprefix("nsu=").partition(";")
                text = f"ns={self._uris.index(uri)};{rest}"
            return Place(ua.NodeId.from_string(text), name=spelling)
        except (ValueError, ua.UaError):
            raise Unavailable(self._wish.peer.say(words.PLACE, spelling)) from None

    async def findings(self, places: Sequence[Place]) -> list[Finding]:
        """The values of variables, everything about them read in bulk."""
        wanted = [(place.node, attribute) for place in places for attribute in (_VALUE, _DATA_TYPE, _ACCESS)]
        properties = [(at, key, node) for at, place in enumerate(places) for key, node in place.properties.items()]
        values = await self.read([*wanted, *((node, _VALUE) for _, _, node in properties)])
        said: list[dict[str, Any]] = [{} for _ in places]
        for (at, key, _), value in zip(properties, values[len(wanted) :], strict=True):
            said[at][key] = _held(value)
        return [self._finding(place, values[3 * at : 3 * at + 3], said[at]) for at, place in enumerate(places)]

    async def read(self, wanted: Sequence[tuple[ua.NodeId, int]]) -> list[ua.DataValue]:
        results: list[ua.DataValue] = []
        for part in portions(len(wanted), self._reads):
            request = ua.ReadRequest()
            nodes = [wanted[at] for at in part]
            request.Parameters.NodesToRead = [ua.ReadValueId(node, ua.AttributeIds(number)) for node, number in nodes]
            request.Parameters.TimestampsToReturn = ua.TimestampsToReturn.Source
            results += (await self._wire.ask(request, ua.ReadResponse)).Results
        return results

    def _finding(self, place: Place, values: Sequence[ua.DataValue], said: Mapping[str, Any]) -> Finding:
        value, kind, access = values
        status = int(value.StatusCode.value) if value.StatusCode else 0
        quality = quality_of(status)
        number = type_of(kind, value)
        row = self._row(place)
        if int(_held(access) or 0) & _WRITABLE:
            row["access"] = "rw"
        limits, unit = said.get("EURange"), said.get("EngineeringUnits")
        return Finding(
            place.words or place.name,
            {"node": place.node.to_string()},
            place.name,
            variant_to_binary(value.Value).hex(" ") if value.Value else "",
            {"value": spelt(_held(value)), "type": number.name if number else ""},
            "value",
            str(unit.DisplayName.Text or "") if unit else "",
            "good" if quality is Quality.GOOD else f"{quality.name.lower()} {name(status)}",
            _instant(value.SourceTimestamp) or time.time_ns(),
            _kind(number, said),
            row if _tag_holds(number) and not isinstance(_held(value), list) else {},
            low=float(limits.Low) if limits else float("nan"),
            high=float(limits.High) if limits else float("nan"),
        )

    def _row(self, place: Place) -> dict[str, str]:
        """By browse names where tags.csv can say them, else by the node; the namespace by its URI."""
        prefixes = {uri: alias for alias, uri in ALIASES.items()}
        uris = [self._uri(step.NamespaceIndex) for step in place.path]
        own = [uri for uri in dict.fromkeys(uris) if uri not in prefixes]
        if place.path and len(own) <= 1 and not any(_PLAIN & set(str(step.Name)) for step in place.path):
            names = [
                str(step.Name) if uri in own or (not own and uri == ALIASES["ua"]) else f"{prefixes[uri]}:{step.Name}"
                for step, uri in zip(place.path, uris, strict=True)
            ]
            return {"path": "/".join(names), "namespace": own[0] if own else ""}
        node = place.node.to_string()
        return {
            "node": node.rpartition("ns=")[2].partition(";")[2] or node,
            "namespace": self._uri(place.node.NamespaceIndex),
        }

    def _uri(self, index: int) -> str:
        return self._uris[index] if 0 < index < len(self._uris) else ALIASES["ua"] if not index else ""


@asynccontextmanager
async def _session(peer: Peer, wish: _Wish) -> AsyncIterator[Wire]:
    """A session for as long as a person looks. Raises Unavailable."""
    spec = LinkSpec(link_id(peer.url), NO_TEXT, "opcua", peer.url, "", wish.settings)
    wire = Wire(spec, SystemClock(), Traffic(), peer.vault)
    try:
        await wire.open()
        yield wire
    except LinkLost as lost:
        raise Unavailable(peer.say(words.LOST, peer.url, _for_a_look(str(lost)))) from None
    finally:
        await wire.close()


def _for_a_look(sentence: str) -> str:
    """What the driver says to the engineer of a site, to one who has none: a look has a store of trust of its own."""
    return re.sub(r" with `vigie secret [^`]*`", "", sentence).replace("run `vigie trust SITE ", "give `--trust ")


async def _offer(url: str, wish: _Wish, report: Report) -> None:
    """What the server offers. Raises Unavailable where there is none."""
    try:
        offered = await endpoints(url, wish.settings.timeout_s)
    except Exception as error:  # noqa: BLE001  asyncua raises nearly anything
        said = str(error) or wish.peer.say(words.NO_ANSWER, wish.settings.timeout_s)
        raise Unavailable(wish.peer.say(words.NO_SERVER, url, said)) from None
    for endpoint in offered:
        policy = str(endpoint.SecurityPolicyUri).rpartition("#")[2]
        mode = "" if policy == "None" else f" · {endpoint.SecurityMode.name.rstrip('_')}"
        who = sorted({token.TokenType.name.lower() for token in endpoint.UserIdentityTokens})
        report(Fact("endpoint", policy + mode, f"{endpoint.EndpointUrl}, {wish.peer.say(words.OR).join(who)}"))


async def _written(wire: Wire, place: Place, known: Sequence[ua.DataValue], value: str, peer: Peer) -> None:
    """Write once. Raises Unavailable with what became of it."""
    kind = type_of(known[0], known[1])
    if kind is None:
        raise Unavailable(peer.say(words.NO_TYPE, place.words or place.name))
    wanted = ua.WriteValue(place.node, ua.AttributeIds.Value)
    try:
        wanted.Value = ua.DataValue(encode(float(value), kind), StatusCode=None)
        status = await wire.write(wanted, wire.settings.timeout_s)
    except (ValueError, WriteFailed) as error:
        raise Unavailable(peer.say(FAILED, error)) from None
    except WriteUnknown as error:
        raise Unavailable(peer.say(UNKNOWN, error)) from None
    if status & 0x80000000:
        raise Unavailable(peer.say(words.REFUSES, name(status)))


def _held(value: ua.DataValue) -> Any:
    """What a good DataValue holds; None for a bad one."""
    good = value.StatusCode is None or value.StatusCode.is_good()
    return value.Value.Value if good and value.Value else None


_NUMBERS = range(ua.VariantType.SByte.value, ua.VariantType.Double.value + 1)


def _tag_holds(kind: ua.VariantType | None) -> bool:
    return kind is not None and (
        kind in (ua.VariantType.Boolean, ua.VariantType.String, ua.VariantType.LocalizedText, ua.VariantType.DateTime)
        or kind.value in _NUMBERS
    )


def _kind(kind: ua.VariantType | None, said: Mapping[str, Any]) -> str:
    if kind is ua.VariantType.Boolean:
        return "boolean"
    return "number" if kind is not None and kind.value in _NUMBERS else "text"


def _instant(moment: datetime | None) -> int:
    if moment is None:
        return 0
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return round(aware.timestamp() * SECOND)
