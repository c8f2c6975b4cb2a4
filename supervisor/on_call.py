"""Who is told of an alarm that nobody answers: contacts, rotas, rules. Pure: what notify.toml says, whose turn it is.

    alarm unanswered ── after_min ──> step 1 ── after_min ──> step 2 …      each step: contacts, or whoever has the turn

Times of the day are those of the wall clock of the site: a turn that begins at 08:00 does so after a clock change too.
"""

from __future__ import annotations

import fnmatch
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from supervisor.clock import SECOND
from supervisor.model import NO_TEXT, Alarm, Area, Priority, Text

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
"""As `date.weekday` counts them."""


@dataclass(frozen=True, slots=True)
class Hours:
    """A stretch of the day; one that ends no later than it begins ends the day after."""

    start: time
    end: time
    days: frozenset[int] = frozenset(range(7))
    """Days on which it begins, 0 for Monday."""

    def holds(self, wall: datetime) -> bool:
        """Whether an instant of the wall clock is within start <= instant < end."""
        now, today = wall.time(), wall.weekday()
        if self.start < self.end:
            return today in self.days and self.start <= now < self.end
        return (today in self.days and now >= self.start) or ((today - 1) % 7 in self.days and now < self.end)


@dataclass(frozen=True, slots=True)
class Quiet:
    """Hours in which a contact is left alone for what can wait."""

    hours: Hours
    priorities: frozenset[Priority]
    """Those that wait until the end."""


@dataclass(frozen=True, slots=True)
class Contact:
    """A person or a team that can be reached."""

    id: str
    name: str
    mail: str = ""
    topic: str = ""
    """MQTT topic their pager listens to."""
    language: str = "fr"
    quiet: Quiet | None = None

    @property
    def media(self) -> tuple[str, ...]:
        """Ways to reach them."""
        return tuple(medium for medium, there in (("mail", self.mail), ("mqtt", self.topic)) if there)


@dataclass(frozen=True, slots=True)
class Swap:
    """Somebody stands in for whoever has the turn; wall clock, start <= instant < end."""

    start: datetime
    end: datetime
    contact: str


@dataclass(frozen=True, slots=True)
class Rota:
    """Contacts who take turns."""

    id: str
    turns: tuple[str, ...]
    days: int
    """Length of a turn."""
    start: datetime
    """When the turn of the first began, wall clock."""
    hours: tuple[Hours, ...] = ()
    """When somebody is on call at all; empty for always."""
    swaps: tuple[Swap, ...] = ()
    otherwise: str = ""
    """Contact outside those hours; empty for nobody."""
    name: Text = NO_TEXT
    """As the screen calls it; empty where it shows the id."""

    def on(self, wall: datetime) -> str:
        """Who is on call; empty for nobody."""
        if self.hours and not any(hours.holds(wall) for hours in self.hours):
            return self.otherwise
        for swap in self.swaps:
            if swap.start <= wall < swap.end:
                return swap.contact
        return self.turns[(wall - self.start) // timedelta(days=self.days) % len(self.turns)]


@dataclass(frozen=True, slots=True)
class Step:
    """One round of telling."""

    after_s: float
    """Since the alarm was annunciated."""
    to: tuple[str, ...]
    """Ids of contacts and rotas."""


@dataclass(frozen=True, slots=True)
class NoticeRule:
    """Which alarms are told to whom; what is empty restricts nothing."""

    id: str
    steps: tuple[Step, ...]
    priorities: frozenset[Priority]
    areas: frozenset[str] = frozenset()
    """Each with all that lies in it."""
    systems: frozenset[str] = frozenset()
    alarms: tuple[str, ...] = ()
    """Patterns of ids: "PR*.overflow"."""
    tell_end: bool = False
    """Tell those who were told when it is over or answered."""

    def takes(self, alarm: Alarm, areas: Mapping[str, Area]) -> bool:
        """Whether it speaks of this alarm."""
        if alarm.rule.priority not in self.priorities:
            return False
        if self.systems and alarm.equipment.system not in self.systems:
            return False
        if self.areas and not self.areas.intersection(_upwards(alarm.equipment.area, areas)):
            return False
        return not self.alarms or any(fnmatch.fnmatchcase(alarm.id, pattern) for pattern in self.alarms)


@dataclass(frozen=True, slots=True)
class MailServer:
    """Where mail is handed over (RFC 6409)."""

    host: str
    port: int
    security: str
    """starttls, tls or none."""
    sender: str
    user: str = ""
    """Signs in; its password is in the vault, under `SECRET`."""
    ca: str = ""
    """File of the authority that signed its certificate, in the site folder; empty for those of the system."""


SECRET = "mail"
"""What `vigie secret` calls the password of the mail server."""


@dataclass(frozen=True, slots=True)
class OnCall:
    """notify.toml as a whole; empty where there is none."""

    contacts: Mapping[str, Contact]
    rotas: Mapping[str, Rota]
    rules: tuple[NoticeRule, ...]
    mail: MailServer | None = None
    link: str = ""
    """The MQTT link whose broker carries notices."""
    gap_s: float = 60.0
    """Between two messages to one contact: what comes meanwhile is told together."""
    give_up_s: float = 86_400.0
    """A message that could not be handed over for so long has failed."""
    keep_days: int = 400
    """How long a notice is kept after its end, 0 for ever: a year, and a month to look back on it. The journal has all
    of it for as long as there is a journal."""

    def reached(self, to: Sequence[str], instant: int, zone: ZoneInfo) -> tuple[Contact, ...]:
        """Contacts behind ids of contacts and rotas, each once, at an instant (ns UTC)."""
        wall = wall_clock(instant, zone)
        ids = [self.rotas[id_].on(wall) if id_ in self.rotas else id_ for id_ in to]
        return tuple(self.contacts[id_] for id_ in dict.fromkeys(ids) if id_)

    def wait(self, contact: Contact, priority: Priority, instant: int, zone: ZoneInfo) -> int:
        """When a contact may be told, ns UTC: `instant`, or the end of quiet hours."""
        quiet = contact.quiet
        wall = wall_clock(instant, zone)
        if quiet is None or priority not in quiet.priorities or not quiet.hours.holds(wall):
            return instant
        end = datetime.combine(wall.date(), quiet.hours.end)
        if end <= wall:
            end += timedelta(days=1)
        return round(end.replace(tzinfo=zone).timestamp()) * SECOND


NOBODY = OnCall({}, {}, ())


def wall_clock(instant: int, zone: ZoneInfo) -> datetime:
    """What the clock on the wall of the site shows, without its zone."""
    return datetime.fromtimestamp(instant / SECOND, zone).replace(tzinfo=None)


def _upwards(area: str, areas: Mapping[str, Area]) -> set[str]:
    found: set[str] = set()
    while area and area not in found:
        found.add(area)
        area = areas[area].parent if area in areas else ""
    return found
