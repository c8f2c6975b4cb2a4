"""Everything that is checked before a command leaves, in order. The first that says no is the one the operator reads.

right       may this user do it, here?
busy        is another command under way on this equipment?
interlock   does every comparison of the command hold on live values? Bad quality satisfies none.
range       is the value one that may be written?
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from supervisor.columns import Columns
from supervisor.desk.order import Order, holds
from supervisor.errors import Refused
from supervisor.model import BAD, Kind, Site, TagSpec, Text, User
from supervisor.people import ROLES, People


@dataclass(frozen=True, slots=True)
class Scene:
    """What the checks look at."""

    site: Site
    people: People
    table: Columns
    """Columns of `supervisor.table`."""
    order: Order
    user: User
    busy: Mapping[str, str]
    """Equipment id -> id of the user whose command is under way there."""


def right(scene: Scene) -> None:
    order = scene.order
    if not scene.people.may(scene.user, order.spec, order.equipment):
        role = ROLES[order.spec.role]
        area = scene.site.areas.get(order.equipment.area)
        fr, en = (area.name.fr, area.name.en) if area else ("tout le site", "the whole site")
        raise Refused(
            "right",
            Text(
                f"Vous n'avez pas le droit de donner cette commande ici : il faut être {role.fr} ({fr}).",
                f"You have no right to give this command here: it takes a {role.en} ({en}).",
            ),
        )


def busy(scene: Scene) -> None:
    who = scene.busy.get(scene.order.equipment.id)
    if who is not None:
        raise Refused(
            "busy",
            Text(
                f"Une commande de {who} est déjà en cours sur cet équipement : attendez son résultat.",
                f"A command of {who} is already under way on this equipment: wait for its outcome.",
            ),
        )


def interlock(scene: Scene) -> None:
    for lock in scene.order.spec.interlocks:
        value = _live(scene, lock.when.tag)
        if value != value:
            raise Refused(
                "interlock",
                Text(
                    f"Verrouillage : « {lock.name.fr} » ne peut pas être vérifié, faute de mesure valide.",
                    f'Interlock: "{lock.name.en}" cannot be verified for want of a good value.',
                ),
            )
        if not holds(lock.when, value):
            raise Refused(
                "interlock",
                Text(
                    f"Verrouillage : il faut « {lock.name.fr} » pour cette commande.",
                    f'Interlock: this command needs "{lock.name.en}".',
                ),
            )


def range_(scene: Scene) -> None:
    order = scene.order
    fixed, value = order.spec.value, order.value
    if fixed is not None:
        if value != fixed:
            raise Refused("range", Text("Cette commande ne prend pas de valeur.", "This command takes no value."))
    elif not math.isfinite(value):
        raise Refused("range", Text("Cette commande demande une valeur.", "This command needs a value."))
    elif order.tag.spec.kind in (Kind.ENUM, Kind.BOOLEAN):
        _one_of(order.tag.spec, value)
    else:
        _between(order, value)


CHECKS: tuple[Callable[[Scene], None], ...] = (right, busy, interlock, range_)


def check(scene: Scene) -> dict[str, float]:
    """Run every check; raises Refused. Returns what the interlocks were decided on, for the ledger."""
    for one in CHECKS:
        one(scene)
    return {lock.when.tag: _live(scene, lock.when.tag) for lock in scene.order.spec.interlocks}


def _live(scene: Scene, path: str) -> float:
    """The live value of a tag seen from the equipment; NaN where it is bad, or where nobody carries it."""
    tag = scene.site.tag(scene.order.equipment, path)
    if tag is None or scene.table["quality"][tag.index] >= BAD:
        return math.nan
    return float(scene.table["value"][tag.index])


def _one_of(spec: TagSpec, value: float) -> None:
    states = spec.states
    if (spec.state(value) is None) if states else (value not in (0, 1)):
        fr = ", ".join(state.name.fr for state in states) or "0, 1"
        en = ", ".join(state.name.en for state in states) or "0, 1"
        raise Refused("range", Text(f"La valeur doit être l'une de : {fr}.", f"The value must be one of: {en}."))


def _between(order: Order, value: float) -> None:
    """The command's own range, or the measuring range of the tag where it gives none."""
    spec, tag = order.spec, order.tag.spec
    low = tag.low if math.isnan(spec.low) else spec.low
    high = tag.high if math.isnan(spec.high) else spec.high
    if value < low or value > high:
        unit = f" {tag.unit}" if tag.unit else ""
        raise Refused(
            "range",
            Text(
                f"{_french(value)}{unit} est hors des limites : {_bounds(_french(low), _french(high))}{unit}.",
                f"{value:g}{unit} is outside the limits: {_bounds(f'{low:g}', f'{high:g}')}{unit}.",
            ),
        )


def _bounds(low: str, high: str) -> str:
    return " … ".join(bound for bound in (low, high) if bound != "nan")


def _french(value: float) -> str:
    return f"{value:g}".replace(".", ",")
