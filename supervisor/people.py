"""People: who may do what, where. A role holds in some areas (and in those inside them), or everywhere.

Users come from the site folder, which holds no secrets; how a person proves who they are is `supervisor.accounts`.
Who sits at the desk is a `User`; what they may do is asked of `People` at every act, never kept.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from supervisor.errors import Refused
from supervisor.model import Area, CommandClass, CommandSpec, Equipment, Role, Site, Text, User

ROLES: Mapping[Role, Text] = {
    Role.VIEWER: Text("lecteur", "viewer"),
    Role.OPERATOR: Text("opérateur", "operator"),
    Role.SUPERVISOR: Text("chef de salle", "supervisor"),
    Role.ENGINEER: Text("ingénieur", "engineer"),
    Role.ADMINISTRATOR: Text("administrateur", "administrator"),
}
"""The words of the screen."""
SEAT = "@"
"""What the id of a seat begins with: the id of no person does. A seat acts where nobody has signed in."""
EMERGENCY = f"{SEAT}emergency"
"""What lends the rights of an emergency command: nobody can end that."""
ACTORS = frozenset({EMERGENCY, f"{SEAT}console", f"{SEAT}programmes"})
"""Ids by which no seat acts: what leaves in their name is asked no rights, or is taken for a programme's own."""


CLASSES: Mapping[CommandClass, Text] = {
    CommandClass.NORMAL: Text("courante", "normal"),
    CommandClass.CRITICAL: Text("critique", "critical"),
    CommandClass.MAINTENANCE: Text("de maintenance", "maintenance"),
    CommandClass.EMERGENCY: Text("d'urgence", "emergency"),
}
"""Classes of commands in the words of the screen, as they stand behind "commande" in French."""
_OPERATORS = frozenset({CommandClass.NORMAL, CommandClass.CRITICAL, CommandClass.EMERGENCY})


def lent(person: User, lender: User) -> User:
    """Somebody with a lender's rights beside their own: either is enough, and neither grows by the other. Who is less
    than a supervisor is lent those of a supervisor at most."""
    role = min(max(person.role, Role.SUPERVISOR), lender.role)
    part = replace(lender, id=person.id, name=person.name, role=role, lent_by=lender.id)
    return replace(person, role=max(person.role, role), lent_by=lender.id, parts=(person, part))


def classes(user: User) -> frozenset[CommandClass]:
    """Classes of commands a person may give: those of the role, or the person's own.

    Nobody who may give commands can be kept from an emergency.
    """
    if user.role < Role.OPERATOR:
        return frozenset(CommandClass)  # the role of the command says no
    usual = _OPERATORS if user.role is Role.OPERATOR else frozenset(CommandClass)
    return (user.classes | {CommandClass.EMERGENCY}) if user.classes else usual


class People:
    """The users of a site and their rights."""

    def __init__(self, site: Site) -> None:
        self._users = site.users
        self._areas = site.areas

    def user(self, id_: str) -> User:
        """The user of that id. Raises Refused for somebody the site does not know."""
        try:
            return self._users[id_]
        except KeyError:
            raise Refused(
                "right",
                Text(f"L'utilisateur « {id_} » n'est pas déclaré sur ce site.", f'The site knows no user "{id_}".'),
            ) from None

    def may(self, user: User, command: CommandSpec, equipment: Equipment) -> bool:
        """Whether `user` may give this command to this equipment: role x area x class."""
        return any(
            command.class_ in classes(one) and self._holds(one, command.role, equipment.area)
            for one in user.parts or (user,)
        )

    def holds(self, user: User, role: Role, area: str) -> bool:
        """Whether `user` has at least `role` in `area`."""
        return any(self._holds(one, role, area) for one in user.parts or (user,))

    def _holds(self, user: User, role: Role, area: str) -> bool:
        return user.role >= role and (not user.areas or any(one in user.areas for one in self._upwards(area)))

    def _upwards(self, area: str) -> Iterator[str]:
        """The area and all it lies in. A ring of parents, which the site check refuses, ends where it began."""
        seen: set[str] = set()
        while area and area not in seen:
            yield area
            seen.add(area)
            area = self._areas.get(area, Area("", Text("", ""))).parent
