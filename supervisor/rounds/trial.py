"""Trial: the dry run. What the desk would say to each target now, how it is and how it would be. Writes nothing."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from supervisor.columns import Columns
from supervisor.desk.desk import Desk
from supervisor.desk.order import Command, Order, find
from supervisor.errors import Refused
from supervisor.model import BAD, Equipment, Kind, Site, Tag, TagSpec, Text, User
from supervisor.rounds.plan import Wish, targets

TWO_PERSONS = "approval"
"""The check that refuses what takes two persons."""
TURN = 40
"""Targets looked at in one turn of the loop: some ten milliseconds."""
WATTS = {"W": 0.001, "kW": 1.0, "MW": 1000.0}
"""Unit of power -> kW."""


@dataclass(frozen=True, slots=True)
class Look:
    """One target, as the dry run found it."""

    equipment: Equipment
    refused: Refused | None
    now: float
    """The feedback; NaN while it can't be believed."""
    expected: float
    same: bool
    """It reads already as it should."""


@dataclass(frozen=True, slots=True)
class Trial:
    """A dry run."""

    wish: Wish
    looks: Sequence[Look]
    power_kw: float
    """What the targets, or the meters beside them, draw now; NaN where nothing measures it."""
    effect: Text
    """What would come of it, in words."""

    @property
    def refused(self) -> Mapping[str, int]:
        """The check that says no -> how many targets."""
        return Counter(look.refused.check for look in self.looks if look.refused)

    @property
    def same(self) -> int:
        """How many are already so, of those that would not be refused."""
        return sum(look.same for look in self.looks if not look.refused)

    @property
    def changing(self) -> int:
        return sum(not look.same for look in self.looks if not look.refused)


async def dry_run(site: Site, desk: Desk, table: Columns, wish: Wish, user: User) -> Trial:
    """Raises Refused where the wish is for nothing at all."""
    looks = []
    for number, equipment in enumerate(targets(site, wish)):
        if number % TURN == TURN - 1:
            await asyncio.sleep(0)
        looks.append(_look(site, desk, table, Command(equipment.id, wish.command, wish.value), user))
    spec = _feedback(site, wish)
    things = [look.equipment for look in looks if not look.refused]
    return Trial(wish, looks, _power(site, table, things), effect(looks, spec))


def two_persons(order: Order) -> Refused | None:
    """Why a command is not for a round: one that takes two persons is looked at twice, each time."""
    return Refused(TWO_PERSONS, TWO) if order.spec.approval > 1 else None


def _look(site: Site, desk: Desk, table: Columns, command: Command, user: User) -> Look:
    equipment = site.equipment_by_id[command.equipment]
    try:
        order = find(site, command)
    except Refused as refused:
        return Look(equipment, refused, float("nan"), float("nan"), same=False)
    refused_by = two_persons(order) or desk.refusal(command, user)
    now = _read(table, order.feedback.index)
    return Look(equipment, refused_by, now, order.expected, bool(now == now and order.answers(now)))


def _read(table: Columns, index: int) -> float:
    """NaN while it can't be believed."""
    return float("nan") if table["quality"][index] >= BAD else float(table["value"][index])


def _feedback(site: Site, wish: Wish) -> TagSpec | None:
    """What the command is read back by; None where it lies in another equipment."""
    type_ = site.types[wish.type]
    command = type_.commands[wish.command]
    return type_.tags.get(command.feedback or command.tag)


def _power(site: Site, table: Columns, things: Iterable[Equipment]) -> float:
    """kW of the targets' own power tags, or of those of the meters that stand in the same cabinet, each once."""
    tags = {}
    for one in things:
        beside = (one, *site.parts_by_equipment.get(one.id, ()), *site.parts_by_equipment.get(one.parent or "-", ()))
        for tag in next((found for each in beside if (found := _measured(site, each))), [])[:1]:
            tags[tag.index] = tag
    values = [_read(table, index) * WATTS[tag.spec.unit] for index, tag in tags.items()]
    known = [value for value in values if value == value]
    return sum(known) if known else float("nan")


def _measured(site: Site, equipment: Equipment) -> list[Tag]:
    """Its tags of power; the one that its headline shows first, which is no single phase."""
    found = [tag for tag in site.tags_by_equipment.get(equipment.id, ()) if tag.spec.unit in WATTS]
    return sorted(found, key=lambda tag: tag.spec.id not in equipment.type.headline)


# ------------------------------------------------------------ in words
def effect(looks: Sequence[Look], spec: TagSpec | None) -> Text:
    """What would come of it, as "42 × éteint → allumé · 3 déjà allumé · 2 refusés"."""
    return Text(_said(looks, spec, "fr"), _said(looks, spec, "en"))


def _said(looks: Sequence[Look], spec: TagSpec | None, language: str) -> str:
    french = language == "fr"
    going = [look for look in looks if not look.refused]
    told = []
    if changes := [look for look in going if not look.same]:
        told += _changes(changes, spec, language)
    if same := [look for look in going if look.same]:
        told.append(f"{len(same)} {'déjà' if french else 'already'} {word(spec, same[0].expected, language)}")
    if refused := len(looks) - len(going):
        told.append(f"{refused} " + ((f"refusé{'s' if refused > 1 else ''}") if french else "refused"))
    return " · ".join(told)


def _changes(changes: Sequence[Look], spec: TagSpec | None, language: str) -> list[str]:
    to = word(spec, changes[0].expected, language)
    if spec is not None and spec.kind in (Kind.BOOLEAN, Kind.ENUM):
        ways = Counter(word(spec, look.now, language) for look in changes)
        return [f"{count} × {now} → {to}" for now, count in ways.items()]
    known = [look.now for look in changes if look.now == look.now]
    ends = dict.fromkeys(word(spec, value, language) for value in (min(known), max(known))) if known else {"?": None}
    return [f"{len(changes)} × {' … '.join(ends)} → {to}"]


def word(spec: TagSpec | None, value: float, language: str) -> str:
    """A value of a tag as people read it; a question mark for one that can't be believed."""
    if value != value:
        return "?"
    if spec is None:
        return f"{value:g}"
    state = spec.state(value)
    if state is not None:
        return state.name.say(language)
    number = f"{value:.{0 if spec.kind in (Kind.BOOLEAN, Kind.ENUM) else spec.decimals}f}"
    return f"{number.replace('.', ',') if language == 'fr' else number} {spec.unit}".rstrip()


TWO = Text(
    "Cette commande demande deux personnes : donnez-la équipement par équipement.",
    "This command takes two persons: give it equipment by equipment.",
)
