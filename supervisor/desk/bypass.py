"""Bypass: a write of commissioning that goes straight to a controller (`vigie probe --write`), past the desk.

It needs a person before a controller whose station is down, or that answers to nothing else. What it may not pass all
the same is whoever has their hands in the equipment:

    a lock-out on what is written, or on what that is a part of    never
    a lock-out that may be there, for nobody can tell              only with a reason
    a station that runs and holds the link                         only with a reason, by an engineer who signs in

It is a row of the journal before it leaves, and one of how it ended.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from supervisor.desk.board import above
from supervisor.desk.lock_outs import UNREAD, LockOut, LockOuts
from supervisor.errors import Refused
from supervisor.journal import Entry, Journal
from supervisor.model import Role, Site, Tag, Text, User
from supervisor.people import ROLES, People
from supervisor.serve import Act

KIND = "probe_write"
"""Kind of the rows of the journal."""


class Bypassed(msgspec.Struct, frozen=True):
    """One write, as it is told to the station."""

    link: str
    place: str
    value: str
    tags: list[str] = []
    """Ids of the tags it writes, as far as that is known."""
    reason: str = ""
    """Why it goes past what stands in its way."""
    result: str = ""
    """Empty before it leaves; afterwards done, failed or unknown."""
    said: str = ""
    """What the controller answered."""

    def entry(self, site: Site, who: str) -> Entry:
        """Its row."""
        link = site.links.get(self.link)
        detail = {"place": self.place, "value": self.value, "tags": self.tags, "reason": self.reason, "said": self.said}
        return Entry("access", KIND, who, self.link, link.area if link else "", self.result, detail)


@dataclass(frozen=True, slots=True)
class InTheWay:
    """The lock-outs a write meets."""

    held: Sequence[LockOut]
    """On what is written."""
    doubtful: Sequence[LockOut]
    """Of which nobody can tell."""


def in_the_way(site: Site, standing: Iterable[LockOut], sure: Sequence[Tag], perhaps: Sequence[Tag]) -> InTheWay:
    """`sure` are the tags that are written; `perhaps`, where none is known, those that may be. An equipment that has
    left the site may be behind any controller."""
    hit, near = _things(site, sure), _things(site, perhaps)
    held, doubtful = [], []
    for one in standing:
        if one.equipment in hit:
            held.append(one)
        elif one.equipment in near or one.equipment not in site.equipment_by_id:
            doubtful.append(one)
    return InTheWay(held, doubtful)


def _things(site: Site, tags: Iterable[Tag]) -> set[str]:
    """Ids of what these tags are of, and of what that is a part of."""
    return {one.id for tag in tags for one in above(site, tag.equipment)}


def bypass_acts(site: Site, journal: Journal, people: People, lock_outs: LockOuts) -> dict[str, Act]:
    """The act by which a running station is told: it looks at its lock-outs of the moment."""

    async def probe_write(user: User, words: Mapping[str, Any]) -> Mapping[str, Any]:
        ask = msgspec.convert(words, Bypassed)
        link = site.links.get(ask.link)
        if link is None:
            raise Refused("link", NO_LINK)
        if not people.holds(user, Role.ENGINEER, link.area):
            raise Refused("right", NO_RIGHT)
        tags = [tag for id_ in ask.tags if (tag := site.tag_by_id.get(id_))]
        if not ask.result:
            _unlocked(lock_outs, tags)
        await journal.written(ask.entry(site, user.id))
        return {}

    return {KIND: probe_write}


def _unlocked(lock_outs: LockOuts, tags: Sequence[Tag]) -> None:
    """Raises Refused, by whom it is held, where a lock-out stands on what is written or is about to."""
    if lock_outs.unread:
        raise Refused("lock_out", UNREAD)
    for tag in tags:
        if why := lock_outs.holds(tag.equipment):
            raise Refused("lock_out", why)


_ROLE = ROLES[Role.ENGINEER]
NO_LINK = Text("Le site n'a pas cette liaison.", "The site has no such link.")
NO_RIGHT = Text(
    f"Écrire hors du pupitre demande le rôle {_ROLE.fr} sur ce secteur.",
    f"Writing past the desk takes the role {_ROLE.en} in this area.",
)
