"""Commissioning: what a look at a controller that no site knows yet brings, the same for every protocol.

    Fact       something about the peer: its make, an endpoint, a namespace, a range of addresses that answer
    Finding    one value it has, read in every way that makes sense, and the row of tags.csv that would carry it
    Progress   how far the look has come

A probe never writes, except by `Probe.write`, which a person asked for. It belongs to no station: what a running
station holds is tested through its desk.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol as Interface

from supervisor.errors import Unavailable
from supervisor.mistakes import cause
from supervisor.model import Tag, Text
from supervisor.vault import Vault


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing about the peer."""

    kind: str
    """One word: "device", "unit", "range", "endpoint", "namespace", "broker", "note"."""
    name: str
    text: str = ""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far it has come."""

    done: float
    total: float
    """0 where nobody knows how much there is."""
    place: str = ""
    """What is looked at now."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One value of the peer."""

    place: str
    """Its address in one line, unique within the look: "unit 1 holding 12"."""
    address: Mapping[str, str] = field(default_factory=dict)
    """Notation -> the address in it, where a protocol has several."""
    name: str = ""
    """What the peer calls it."""
    raw: str = ""
    """Its bytes in hex, as they were on the wire."""
    readings: Mapping[str, str] = field(default_factory=dict)
    """Way of reading -> what it then says."""
    likely: str = ""
    """The key of `readings` that looks right; empty where none does."""
    unit: str = ""
    """Engineering unit, where the peer says it."""
    quality: str = "good"
    time: int = 0
    """When the peer dates it, else when it came; ns UTC."""
    kind: str = "number"
    """A word of `supervisor.model.Kind`."""
    row: Mapping[str, str] = field(default_factory=dict)
    """The columns of tags.csv that would carry it; empty for what no tag can hold."""
    args: Mapping[str, str] = field(default_factory=dict)
    """What the equipment list must say for that row: the Modbus unit, the words of a topic."""
    low: float = float("nan")
    """Bottom of its range, where the peer says it; NaN elsewhere."""
    high: float = float("nan")

    @property
    def value(self) -> str:
        """What it says, read in the likely way, else in the first."""
        return self.readings.get(self.likely) or next(iter(self.readings.values()), "")


News = Fact | Finding | Progress
Report = Callable[[News], None]


@dataclass(frozen=True, slots=True)
class Peer:
    """Whom to look at, and how."""

    url: str
    words: Mapping[str, str] = field(default_factory=dict)
    """The options of the look, by name: `Probe.options` says which there are."""
    vault: Vault = field(default_factory=lambda: Lent(Path()))
    """Our password, keys and certificates, and whom we trust, under `link_id`."""
    language: str = "en"
    """Of the sentences for the person who looks: "fr" or "en"."""

    def say(self, text: Text, *parts: object) -> str:
        """A sentence in the language of the look, its places filled; an error too is said in it."""
        told = (cause(part, self.language) if isinstance(part, Exception) else part for part in parts)
        return text.say(self.language).format(*told)

    def number(self, name: str, default: str) -> float:
        """The number an option says. Raises Unavailable for anything else."""
        text = self.words.get(name, default).strip()
        try:
            return float(text)
        except ValueError:
            raise Unavailable(self.say(NO_NUMBER, name, text)) from None

    def whole(self, name: str, default: str) -> int:
        """Likewise for a whole number."""
        number = self.number(name, default)
        if number != number or number in (float("inf"), float("-inf")) or number != int(number):
            raise Unavailable(self.say(NO_WHOLE, name, self.words.get(name, default)))
        return int(number)


NO_NUMBER = Text(fr="L'option {} vaut « {} » : il faut un nombre.", en='the option {} is "{}": it takes a number')
NO_WHOLE = Text(fr="L'option {} vaut « {} » : il faut un entier.", en='the option {} is "{}": it takes a whole number')
SENSELESS = Text(fr="Les options ne conviennent pas : {}", en="the options make no sense: {}")
FAILED = Text(fr="Rien n'a été écrit : {}", en="nothing was written: {}")
UNKNOWN = Text(fr="Nul ne sait si la valeur a été écrite : {}", en="nobody knows whether it was written: {}")
PROBE = "probe"


def link_id(url: str) -> str:
    """The name under which a look's peer is known to the vault and to the store of trust: one per host and port."""
    place = url.partition("://")[2].partition("/")[0].rpartition("@")[2]
    return f"{PROBE}-{re.sub(r'[^A-Za-z0-9.-]', '-', place)}"


class Lent(Vault):
    """A vault for one look: keys and trust from a folder, a password that a person has just given."""

    def __init__(self, folder: Path, password: str | None = None) -> None:
        super().__init__(folder)
        self._password = password

    def password(self, link: str) -> str | None:
        return self._password


class Probe(Interface):
    """What a protocol offers for commissioning. Every method raises Unavailable with one sentence for the person."""

    options: Mapping[str, str]
    """Name -> what it is for, with its default, in English; `vigie probe` shows them."""

    async def look(self, peer: Peer, report: Report) -> None:
        """Everything there is to see, as it is seen; leaves no task and no socket, however it ends."""

    async def read(self, peer: Peer, place: str) -> Finding:
        """One value, named as `place` names it."""

    async def write(self, peer: Peer, place: str, value: str) -> str:
        """Write it once and read it back; what it reads then. A person has confirmed it before."""

    def touches(self, peer: Peer, place: str, tag: Tag) -> bool | None:
        """Whether a write there reaches the device that carries a tag of a site; None where nobody can tell."""
