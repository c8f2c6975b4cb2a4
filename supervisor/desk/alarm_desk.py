"""AlarmDesk: what people do with alarms, through the same door as commands: the right first, then the act.

All or nothing: where one alarm of many is out of the user's reach none is touched, and the refusal names it.
The alarms themselves write who did it in the journal; a refusal is written here.
"""

from __future__ import annotations

import asyncio
import logging
import math
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Protocol

from supervisor.asides import Aside
from supervisor.errors import Refused, StoreError, WriteFailed, WriteUnknown
from supervisor.journal import Entry, Journal
from supervisor.link import Link
from supervisor.model import Alarm, Condition, Role, Site, Text, User
from supervisor.people import ROLES, People
from supervisor.reasons import told

FORWARD_S = 3.0
"""How long a controller may take to answer an acknowledgement of its own alarm."""
LONGEST_COMMENT = 400
"""Characters."""
LONGEST_MIN = 12 * 60.0
"""No shelf outlives a shift: what is to be hidden for longer is taken out of service."""

log = logging.getLogger(__name__)


class Board(Protocol):
    """What the desk needs of the alarms; each act returns how many alarms it changed."""

    async def acknowledge(self, ids: Sequence[str], who: str) -> int: ...

    async def reset(self, ids: Sequence[str], who: str) -> int: ...

    async def shelve(self, ids: Sequence[str], minutes: float, reason: str, who: str) -> int: ...

    async def unshelve(self, ids: Sequence[str], who: str) -> int: ...

    async def remove(self, ids: Sequence[str], reason: str, who: str) -> int: ...

    async def put_back(self, ids: Sequence[str], who: str) -> int: ...

    async def take(self, ids: Sequence[str], who: str) -> int: ...

    async def release(self, ids: Sequence[str], who: str) -> int: ...

    async def comment(self, ids: Sequence[str], text: str, who: str) -> int: ...

    def on_it(self, id_: str) -> str: ...

    @property
    def taken(self) -> Mapping[str, str]: ...

    @property
    def asides(self) -> Sequence[Aside]: ...


class AlarmDesk:
    """See the module. Every act raises Refused."""

    def __init__(self, site: Site, board: Board, journal: Journal, links: Mapping[str, Link]) -> None:
        self._links = links
        self._alarms = {alarm.id: alarm for alarm in site.alarms}
        self._people = People(site)
        self._board = board
        self._journal = journal

    async def acknowledge(self, ids: Sequence[str], user: User) -> int:
        """How many were waiting for it. Those that a controller runs itself are acknowledged there too; where it did
        not take that, Refused says so though they are acknowledged here."""
        count = await self._act("acknowledge", ids, user, lambda: self._board.acknowledge(ids, user.id))
        await self._forward([self._alarms[id_] for id_ in ids], user)
        return count

    async def _forward(self, alarms: Sequence[Alarm], user: User) -> None:
        """Tell the controllers, side by side; each answer is journalled."""
        native = [alarm for alarm in alarms if alarm.rule.condition is Condition.NATIVE]
        answers = await asyncio.gather(*(self._tell(alarm, user) for alarm in native))
        if failed := [answer for answer in answers if answer]:
            raise Refused("controller", _not_taken(failed[0], len(failed)))

    async def _tell(self, alarm: Alarm, user: User) -> str:
        """Acknowledge one alarm at its controller; why it did not take it, empty where it did."""
        result, why = "done", ""
        try:
            await self._links[alarm.tag.link].acknowledge(alarm.tag, user.name, FORWARD_S)
        except (WriteFailed, WriteUnknown) as error:
            result, why = "failed" if isinstance(error, WriteFailed) else "unknown", str(error)
        detail = {"reason": why} if why else None
        self._journal.append(
            Entry("alarm", "forward", user.id, alarm.id, alarm.equipment.area, result, detail=detail or {})
        )
        return why

    async def reset(self, ids: Sequence[str], user: User) -> int:
        """How many latched alarms were gone and acknowledged, and went."""
        return await self._act("reset", ids, user, lambda: self._board.reset(ids, user.id))

    async def shelve(self, ids: Sequence[str], minutes: float, reason: str, user: User) -> int:
        """Hide alarms for a while; takes a reason, and no longer than a shift."""

        def checked() -> Awaitable[int]:
            _check(minutes, reason)
            return self._board.shelve(ids, minutes, reason.strip(), user.id)

        return await self._act("shelve", ids, user, checked)

    async def unshelve(self, ids: Sequence[str], user: User) -> int:
        """Bring them back before their time."""
        return await self._act("unshelve", ids, user, lambda: self._board.unshelve(ids, user.id))

    async def remove(self, ids: Sequence[str], reason: str, user: User) -> int:
        """Take alarms out of service until somebody puts them back: a decision of a supervisor, with a reason."""

        def checked() -> Awaitable[int]:
            if not reason.strip():
                raise Refused("reason", NO_REASON)
            return self._board.remove(ids, reason.strip(), user.id)

        return await self._act("remove", ids, user, checked, Role.SUPERVISOR)

    async def put_back(self, ids: Sequence[str], user: User) -> int:
        """Into service again."""
        return await self._act("return", ids, user, lambda: self._board.put_back(ids, user.id), Role.SUPERVISOR)

    async def take(self, ids: Sequence[str], user: User) -> int:
        """The user is on these from now on; how many stand and were not theirs before."""
        return await self._act("take", ids, user, lambda: self._board.take(ids, user.id))

    async def release(self, ids: Sequence[str], user: User) -> int:
        """Nobody is on these any more; another's are let go by a supervisor only."""

        def checked() -> Awaitable[int]:
            others = [self._alarms[id_] for id_ in ids if self._board.on_it(id_) not in ("", user.id)]
            if not all(self._people.holds(user, Role.SUPERVISOR, one.equipment.area) for one in others):
                raise Refused("right", NOT_YOURS)
            return self._board.release(ids, user.id)

        return await self._act("release", ids, user, checked)

    async def comment(self, ids: Sequence[str], text: str, user: User) -> int:
        """Words about alarms, for whoever reads their history."""

        def checked() -> Awaitable[int]:
            if not text.strip() or len(text) > LONGEST_COMMENT:
                raise Refused("text", NO_WORDS)
            return self._board.comment(ids, text.strip(), user.id)

        return await self._act("comment", ids, user, checked)

    @property
    def asides(self) -> Sequence[Aside]:
        """Every alarm that is hidden: by whom, why and until when."""
        return self._board.asides

    @property
    def taken(self) -> Mapping[str, str]:
        """Alarm -> id of who is on it."""
        return self._board.taken

    async def _act(
        self,
        word: str,
        ids: Sequence[str],
        user: User,
        act: Callable[[], Awaitable[int]],
        role: Role = Role.OPERATOR,
    ) -> int:
        try:
            for id_ in ids:
                self._allow(id_, user, role)
            return await act()
        except Refused as refused:
            detail = {"act": word, "alarms": list(ids[:20]), "count": len(ids)}
            self._journal.append(Entry("access", "refused", user.id, ids[0] if ids else "", "", refused.check, detail))
            raise
        except StoreError as error:
            log.error("%s is not done, for it can't be journalled: %s", word, error)
            raise Refused("journal", UNWRITTEN) from error

    def _allow(self, id_: str, user: User, role: Role) -> None:
        alarm = self._alarms.get(id_)
        if alarm is None:
            raise Refused("unknown", Text(f"L'alarme « {id_} » n'existe pas.", f'There is no alarm "{id_}".'))
        if not self._people.holds(user, role, alarm.equipment.area):
            raise Refused("right", _no_right(alarm, role))


def _not_taken(why: str, count: int) -> Text:
    reason = told(why)
    more = ("", "") if count == 1 else (f" ({count} alarmes)", f" ({count} alarms)")
    return Text(
        f"Acquittée ici, mais l'automate ne l'a pas enregistré{more[0]} : {reason.fr}",
        f"Acknowledged here, but the controller did not take it{more[1]}: {reason.en}",
    )


def _no_right(alarm: Alarm, role: Role) -> Text:
    word, name = ROLES[role], alarm.equipment.name
    article = "an" if word.en[0] in "aeiou" else "a"
    return Text(
        f"Vous n'avez pas le droit d'agir ainsi sur les alarmes de « {name.fr} » : il faut y être {word.fr}.",
        f'You have no right to do that to alarms of "{name.en}": it takes {article} {word.en} there.',
    )


def _check(minutes: float, reason: str) -> None:
    if not math.isfinite(minutes) or not 0 < minutes <= LONGEST_MIN:
        raise Refused(
            "range",
            Text(
                f"Une alarme se met de côté pour {LONGEST_MIN:g} minutes au plus.",
                f"An alarm is shelved for {LONGEST_MIN:g} minutes at most.",
            ),
        )
    if not reason.strip():
        raise Refused("reason", Text("Indiquez le motif de la mise de côté.", "Say why the alarm is shelved."))


NO_REASON = Text("Indiquez le motif de la mise hors service.", "Say why the alarm is taken out of service.")
NO_WORDS = Text(
    f"Un commentaire a entre 1 et {LONGEST_COMMENT} caractères.",
    f"A comment has between 1 and {LONGEST_COMMENT} characters.",
)
NOT_YOURS = Text(
    "Une autre personne s'en occupe : prenez l'alarme en charge vous-même, ou voyez avec un chef de salle.",
    "Somebody else is on it: take it over yourself, or ask a supervisor to release it.",
)
UNWRITTEN = Text(
    "Le journal ne peut pas être écrit : rien n'est masqué ni noté tant que c'est le cas.",
    "The journal cannot be written: nothing is hidden or noted while that is so.",
)
