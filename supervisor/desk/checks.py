"""Everything that is checked before a command leaves, in order. The first that says no is the one the operator reads.

right       may this user do it, here, of this class, as of now? And the second person, where there is one?
lock_out    has somebody locked the equipment out, or what it is a part of?
busy        is another command under way on this equipment? An emergency waits for none but the same one.
link        is the link up that it leaves by? A write would fail at once, and is never kept for later.
interlock   does every interlock of the command hold on live values? Bad quality satisfies none.
permissive  does everything hold that must hold for it to be asked?
range       is the value one that may be written, and near enough to how things stand?
rate        was it not given a moment ago?
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from supervisor.clock import SECOND
from supervisor.columns import Columns
from supervisor.desk.desk_words import CUT_OFF, disabled, withdrawn
from supervisor.desk.interlocks import Found, believed, judge, refusal
from supervisor.desk.order import Order
from supervisor.errors import Refused
from supervisor.model import CommandClass, Equipment, Interlock, Kind, Site, Tag, TagSpec, Text, User
from supervisor.people import CLASSES, ROLES, People

Now = Callable[[User], User | None]
"""Somebody with the rights of this moment; None for who may act no more. `Sessions.now` is one."""


def unlocked(equipment: Equipment) -> Text | None:
    """For a desk without lock-outs."""
    return None


def reachable(link: str) -> bool:
    """For a desk that looks at no links."""
    return True


def as_given(user: User) -> User | None:
    """For a desk without accounts: rights never change."""
    return user


@dataclass(frozen=True, slots=True)
class Standing:
    """What else the checks look at: who else acts on the equipment, and what happened to it lately."""

    locked: Callable[[Equipment], Text | None] = unlocked
    """Why an equipment is locked out; None where it is not."""
    given: Mapping[tuple[str, str], int] = field(default_factory=dict)
    """(equipment, command) -> when it last left, ns UTC."""
    now: int = 0
    rights: Now = as_given
    connected: Callable[[str], bool] = reachable
    """Whether a link is up."""


@dataclass(slots=True, eq=False)
class Turn:
    """One command's turn on its equipment."""

    who: str
    """Name of who gave it."""
    command: str
    urgent: bool = False
    """An emergency."""
    number: int = 0
    """In the ledger; 0 until it is there."""
    overtaken: bool = False
    """An emergency has left since: whatever has not left by now does not any more."""


@dataclass(frozen=True, slots=True)
class Scene:
    """What the checks look at."""

    site: Site
    people: People
    table: Columns
    """Columns of `supervisor.table`."""
    order: Order
    user: User
    busy: Mapping[str, Sequence[Turn]]
    """Equipment id -> the commands that have their turn there, the newest last."""
    standing: Standing = field(default_factory=Standing)
    second: User | None = None
    """Who approved it."""

    def read(self, tag: Tag) -> tuple[float, int]:
        """Value and quality of a tag now."""
        return float(self.table["value"][tag.index]), int(self.table["quality"][tag.index])


def right(scene: Scene) -> None:
    order = scene.order
    if _still_may(scene, scene.user):
        if scene.second is not None and not _still_may(scene, scene.second):
            raise Refused("right", withdrawn(scene.second))
        return
    if scene.people.may(scene.user, order.spec, order.equipment):
        raise Refused("right", withdrawn(scene.user))
    role, class_ = ROLES[order.spec.role], CLASSES[order.spec.class_]
    if scene.people.holds(scene.user, order.spec.role, order.equipment.area):
        said = Text(
            f"Vos droits ne couvrent pas les commandes de classe « {class_.fr} ».",
            f"Your rights do not cover {class_.en} commands.",
        )
        raise Refused("right", said)
    area = scene.site.areas.get(order.equipment.area)
    fr, en = (area.name.fr, area.name.en) if area else ("tout le site", "the whole site")
    raise Refused(
        "right",
        Text(
            f"Vous n'avez pas le droit de donner cette commande ici : il faut être {role.fr} ({fr}).",
            f"You have no right to give this command here: it takes a {role.en} ({en}).",
        ),
    )


def _still_may(scene: Scene, user: User) -> bool:
    """Whether somebody may give it with the rights of this moment. Raises Refused for who was disabled."""
    now = scene.standing.rights(user)
    if now is None:
        raise Refused("right", disabled(user))
    return scene.people.may(now, scene.order.spec, scene.order.equipment)


def lock_out(scene: Scene) -> None:
    order = scene.order
    for equipment in dict.fromkeys((order.equipment, order.tag.equipment)):
        why = scene.standing.locked(equipment)
        if why is not None:
            raise Refused("lock_out", why)


def busy(scene: Scene) -> None:
    spec = scene.order.spec
    for turn in scene.busy.get(scene.order.equipment.id, ()):
        if spec.class_ is not CommandClass.EMERGENCY or turn.command == spec.id:
            raise Refused(
                "busy",
                Text(
                    f"Une commande de {turn.who} est déjà en cours sur cet équipement : attendez son résultat.",
                    f"A command of {turn.who} is already under way on this equipment: wait for its outcome.",
                ),
            )


def link(scene: Scene) -> None:
    if not scene.standing.connected(scene.order.tag.link):
        raise Refused("link", CUT_OFF)


def interlock(scene: Scene) -> None:
    _hold(scene, "interlock", scene.order.spec.interlocks)


def permissive(scene: Scene) -> None:
    _hold(scene, "permissive", scene.order.spec.permissives)


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
        _near(scene, value)


def rate(scene: Scene) -> None:
    spec, standing = scene.order.spec, scene.standing
    last = standing.given.get((scene.order.equipment.id, spec.id), 0)
    since_s = (standing.now - last) / SECOND
    if last and 0 <= since_s < spec.rate_s:  # after the clock was set back nobody knows how long ago it was
        left = math.ceil(spec.rate_s - since_s)
        raise Refused(
            "rate",
            Text(
                f"Pas plus d'une fois toutes les {spec.rate_s:g} s sur cet équipement : attendez encore {left} s.",
                f"Not more often than every {spec.rate_s:g} s on this equipment: wait another {left} s.",
            ),
        )


CHECKS: tuple[Callable[[Scene], None], ...] = (right, lock_out, busy, link, interlock, permissive, range_, rate)


def check(scene: Scene) -> dict[str, float]:
    """Run every check; raises Refused. Returns what the interlocks were decided on, for the ledger."""
    for one in CHECKS:
        one(scene)
    return decided(scene)


def again(scene: Scene) -> dict[str, float]:
    """The checks once more for a command that waited for a person, and has its equipment to itself."""
    for one in CHECKS:
        if one is not busy:
            one(scene)
    return decided(scene)


def leaving(scene: Scene) -> None:
    """What must hold at the instant the write leaves: the journal may have taken seconds. Raises Refused."""
    for one in (right, lock_out, interlock, permissive):
        one(scene)


def decided(scene: Scene) -> dict[str, float]:
    """The values that interlocks and permissives are decided on now."""
    values: dict[str, float] = {}
    for lock in (*scene.order.spec.interlocks, *scene.order.spec.permissives):
        values |= _judged(scene, lock).values
    return values


def _judged(scene: Scene, lock: Interlock) -> Found:
    return judge(scene.site, scene.order.equipment, lock, scene.read)


def _hold(scene: Scene, name: str, locks: tuple[Interlock, ...]) -> None:
    for lock in locks:
        why = refusal(_judged(scene, lock))
        if why is not None:
            raise Refused(name, why)


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


def _near(scene: Scene, value: float) -> None:
    """Not further at once than the command allows, from where its feedback stands."""
    order = scene.order
    step, unit = order.spec.max_step, f" {order.tag.spec.unit}".rstrip()
    if step != step:
        return
    now = believed(scene.site, order.feedback.equipment, order.feedback.spec.id, scene.read)
    if now != now:
        raise Refused(
            "step",
            Text(
                "La valeur actuelle est inconnue : l'écart ne peut pas être vérifié.",
                "The value of now is unknown: the step cannot be verified.",
            ),
        )
    if abs(value - now) > step * (1 + 1e-9):
        raise Refused(
            "step",
            Text(
                f"Écart trop grand : {_french(step)}{unit} au plus en une fois, depuis {_french(now)}{unit}.",
                f"Too large a step: at most {step:g}{unit} at once, from {now:g}{unit}.",
            ),
        )


def _bounds(low: str, high: str) -> str:
    return " … ".join(bound for bound in (low, high) if bound != "nan")


def _french(value: float) -> str:
    return f"{value:g}".replace(".", ",")
