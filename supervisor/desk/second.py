"""The second person: who approves a command that takes two, or confirms that a lock-out comes off.

At a seat of their own they are signed in already; at the seat of the first they prove who they are, each time anew.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from supervisor.errors import Refused
from supervisor.model import Text, User

Prove = Callable[[str, str], Awaitable[User]]
"""Id and password -> the person; raises Refused. `Accounts.prove` is one."""


async def nobody(user_id: str, password: str) -> User:
    """For a station without accounts: nobody can prove anything at another's seat."""
    raise Refused("proof", NO_ACCOUNTS)


async def second(first: tuple[str, ...], seat: User, proof: tuple[str, str], prove: Prove) -> User:
    """Who the second person is, without what one of the first lends them: that would be the first once more. Raises
    Refused where that is one of the first, or nobody.

    `proof` is an id and a password given at this seat; an empty id means the person of the seat.
    """
    user_id, password = proof
    person = await prove(user_id, password) if user_id else seat
    if person.id in first:
        raise Refused("second", SAME)
    return person.parts[0] if person.parts and person.lent_by in first else person


NO_ACCOUNTS = Text(
    "Ce poste n'a pas de comptes : la seconde personne doit répondre depuis sa propre session.",
    "This station has no accounts: the second person must answer from a seat of their own.",
)
SAME = Text(
    "Il faut une seconde personne : vous ne pouvez pas répondre à votre propre demande.",
    "It takes a second person: you cannot answer your own request.",
)
