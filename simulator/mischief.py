"""Mischief: everything a trainer or a test may do to the city, one method per word of the control socket.

Each takes its words as text, answers one sentence, and raises `Unknown` with a sentence when it cannot.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from simulator.city.nature import Nature
from simulator.city.wall import WallClock
from simulator.world import Server
from supervisor.model import Equipment, Tag


@runtime_checkable
class Broker(Protocol):
    """A server that carries many devices, each of which may fall silent alone."""

    def vanish(self, equipment: Collection[str]) -> None:
        """These say nothing from now on, the others do."""


class Unknown(Exception):
    """There is no such link, tag, equipment or word; the message says what comes closest."""


@dataclass(frozen=True, slots=True)
class Act:
    """One word of the control socket."""

    usage: str
    """The words it takes after its own."""
    run: Callable[..., str]

    @property
    def arity(self) -> int:
        return len(self.usage.split())


class Mischief:
    """See the module."""

    def __init__(self, nature: Nature, servers: Mapping[str, Server], wall: WallClock) -> None:
        self._nature = nature
        self._site = nature.world.site
        self._servers = servers
        self._wall = wall
        self._links: dict[str, dict[str, float]] = {}
        """Link id -> the mischief on it."""
        self._vanished: dict[str, set[str]] = {}
        """Link id -> equipment that says nothing any more."""
        self.acts: Mapping[str, Act] = {
            "drop": Act("LINK", lambda link: self._spoil(link, "drop", 1)),
            "refuse": Act("LINK", lambda link: self._spoil(link, "refuse", 1)),
            "silence": Act("LINK", lambda link: self._spoil(link, "silence", 1)),
            "garbage": Act("LINK", lambda link: self._spoil(link, "garbage", 1)),
            "late": Act("LINK SECONDS", lambda link, s: self._spoil(link, "late", number(s, 0, 3600))),
            "restore": Act("LINK", self.restore),
            "vanish": Act("EQUIPMENT", self.vanish),
            "stick": Act("TAG", self.stick),
            "set": Act("TAG VALUE", self.set),
            "release": Act("TAG", self.release),
            "strike": Act("EQUIPMENT FAULT MINUTES", self.strike),
            "rain": Act("MM_PER_H MINUTES", self.rain),
            "time": Act("HOUR", self.time),
            "incidents": Act("on|off", self.incidents),
            "list": Act("", self.list),
        }

    def do(self, words: Sequence[str]) -> str:
        """One act, such as ("drop", "L-AP-014"); raises `Unknown`."""
        name = words[0] if words else ""
        act = self.acts.get(name)
        if act is None:
            raise Unknown(f"there is no act {name!r}{_closest(name, self.acts)}")
        if len(words) - 1 != act.arity:
            raise Unknown(f"usage: {name} {act.usage}".rstrip())
        return act.run(*words[1:])

    def _spoil(self, link: str, mischief: str, argument: float) -> str:
        self._link(link)
        self._links.setdefault(link, {})[mischief] = argument
        self._servers[link].misbehave(dict(self._links[link]))
        return f"{link}: {mischief}"

    def restore(self, link: str) -> str:
        """All is well again on a link."""
        self._link(link)
        server = self._servers[link]
        undone = [*self._links.pop(link, {}), *sorted(self._vanished.pop(link, ()))]
        server.misbehave({})
        if isinstance(server, Broker):
            server.vanish(())
        return f"{link}: {', '.join(undone)} undone" if undone else f"{link} was well"

    def vanish(self, equipment: str) -> str:
        """A device behind a broker stops talking, without a word of farewell; `restore` its link to bring it back."""
        found = self._equipment(equipment)
        server = self._servers.get(found.link)
        if not isinstance(server, Broker):
            raise Unknown(f"{equipment} is not behind a broker; drop its link instead: drop {found.link or 'LINK'}")
        gone = self._vanished.setdefault(found.link, set())
        gone.add(equipment)
        server.vanish(gone)
        return f"{equipment} says nothing any more"

    def stick(self, tag: str) -> str:
        """The sensor freezes at what it shows."""
        return f"{tag} stuck at {self._nature.hold(self._tag(tag)):g}"

    def set(self, tag: str, value: str) -> str:
        """The sensor shows what it is told, whatever physics says."""
        return f"{tag} set to {self._nature.hold(self._tag(tag), number(value)):g}"

    def release(self, tag: str) -> str:
        """The sensor tells the truth again."""
        return f"{tag} released" if self._nature.release(self._tag(tag)) else f"{tag} was not held"

    def strike(self, equipment: str, fault: str, minutes: str) -> str:
        """Something goes wrong at an equipment, or at its part with the number the id ends in (PR-07.P2)."""
        whole, _, part = equipment.partition(".")
        found = self._equipment(whole)
        physics = self._nature.physics.get(found.type.id)
        faults = physics.FAULTS if physics else {}
        if physics is None or fault not in faults:
            raise Unknown(f"a {found.type.id} knows no fault {fault!r}{_closest(fault, faults)}")
        place = int(part[-1]) - 1 if part[-1:].isdigit() else 0
        if not 0 <= place < faults[fault]:
            raise Unknown(f"{fault!r} strikes {whole} in {faults[fault]} place(s), {part or 'the whole'} is not one")
        row = physics.equipment.index(found)
        until = self._nature.moment.t + 60 * number(minutes, 0, 1e6)
        physics.strike(fault, row * faults[fault] + place, until)
        return f"{equipment}: {fault} for {minutes} min"

    def rain(self, millimetres_per_hour: str, minutes: str) -> str:
        """A steady shower from now on."""
        self._nature.rain(number(millimetres_per_hour, 0, 200), number(minutes, 0, 1e5))
        return f"{millimetres_per_hour} mm/h for {minutes} min"

    def time(self, hour: str) -> str:
        """The city's clock goes forward to this local hour; its sun and its traffic follow."""
        self._wall.turn(number(hour, 0, 24))
        return f"it is {hour} h in the city"

    def incidents(self, wish: str) -> str:
        """Whether things go wrong by themselves."""
        if wish not in ("on", "off"):
            raise Unknown("usage: incidents on|off")
        self._nature.incidents.enabled = wish == "on"
        return f"incidents {wish}"

    def list(self) -> str:
        """What is wrong by intention, and the hour."""
        rows = [
            f"{link}: {', '.join(f'{name} {x:g}' for name, x in each.items())}" for link, each in self._links.items()
        ]
        rows += [f"{link}: {', '.join(sorted(gone))} vanished" for link, gone in self._vanished.items()]
        tags = self._site.tags
        rows += [f"{tags[index].id} held at {value:g}" for index, value in self._nature.held.items()]
        moment = self._nature.moment
        state = "on" if self._nature.incidents.enabled else "off"
        rows.append(f"city time {moment.hour:.2f} h, rain {moment.sky.rain:.1f} mm/h, incidents {state}")
        return "\n".join(rows)

    def _link(self, link: str) -> None:
        if link not in self._servers:
            raise Unknown(f"there is no link {link!r}{_closest(link, self._servers)}")

    def _tag(self, tag: str) -> Tag:
        found = self._site.tag_by_id.get(tag)
        if found is None or found.source is None:
            carried = [each.id for each in self._site.tags if each.source]
            raise Unknown(f"no controller carries a tag {tag!r}{_closest(tag, carried)}")
        return found

    def _equipment(self, equipment: str) -> Equipment:
        found = self._site.equipment_by_id.get(equipment)
        if found is None:
            raise Unknown(f"there is no equipment {equipment!r}{_closest(equipment, self._site.equipment_by_id)}")
        return found


def number(text: str, low: float = float("-inf"), high: float = float("inf")) -> float:
    """`text` as a number from `low` to `high`; raises `Unknown`."""
    try:
        value = float(text)
    except ValueError:
        raise Unknown(f"{text!r} is not a number") from None
    if not low <= value <= high:
        raise Unknown(f"{text} is not between {low:g} and {high:g}")
    return value


def _closest(word: str, known: Iterable[str]) -> str:
    close = difflib.get_close_matches(word, list(known), 3, 0.5)
    return f"; did you mean {' or '.join(close)}?" if close else ""
