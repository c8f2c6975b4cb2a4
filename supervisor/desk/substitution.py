"""Substitution: a person puts a value in the place of a measurement that can't be believed, until they let it go.

    substitute ─> right · tag · value · reason ─> journal and table of substitutions, one transaction ─> tag table

The tag then has the quality SUBSTITUTED: alarms, formulas and interlocks reckon with the value, and every screen says
that it is no measurement. What the controller says meanwhile is kept beneath and stands again at the release.
Source: IEC 60870-5-101, 7.2.6.2, quality descriptor SB; OPC UA Part 8, 6.3.2, Uncertain_SubstituteValue.

Rules:
- What can't be journalled is not substituted.
- It survives the station: a pump that was told a level by hand must not go by the broken sensor after a restart.
"""

from __future__ import annotations

import logging
import math
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass

from supervisor.clock import Clock
from supervisor.database import SqliteDatabase, plain
from supervisor.errors import Refused, StoreError
from supervisor.journal import Entry, Journal, chain, safe
from supervisor.journal_tables import SubstitutionTable
from supervisor.model import Kind, Role, Site, Tag, Text, User
from supervisor.people import ROLES, People

Put = Callable[[Tag, float | None], None]
"""`Station.substitute`."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Standing:
    """One substitution that stands."""

    tag: str
    value: float
    who: str
    reason: str
    time: int
    """Since when, ns UTC."""


class Substitutions:
    """See the module."""

    def __init__(self, site: Site, journal: Journal, clock: Clock, put: Put) -> None:
        self.standing: dict[str, Standing] = {}
        self._tags = site.tag_by_id
        self._people = People(site)
        self._journal = journal
        self._clock = clock
        self._put = put
        self._kept: Future[list[Standing]] = journal.submit(_read)

    def restore(self) -> None:
        """Put back what stood when the last station ended; before the first value comes. Raises StoreError."""
        for one in self._kept.result():
            tag = self._tags.get(one.tag)
            if tag is None or tag.source is None:
                log.warning("The substituted tag %s is no longer in the site", one.tag)
                continue
            self.standing[one.tag] = one
            self._put(tag, one.value)

    async def substitute(self, tag_id: str, value: float | None, reason: str, user: User) -> None:
        """`value` in the unit of the tag; None releases it. Raises Refused, which is journalled too."""
        try:
            tag = self._checked(tag_id, value, reason, user)
            one = Standing(tag_id, math.nan if value is None else value, user.id, reason.strip(), self._clock.now())
            await safe(self._journal.submit(lambda database: _write(database, one, tag.equipment.area)))
        except Refused as refused:
            detail = {"act": "substitute", "value": value, "reason": reason}
            self._journal.append(Entry("access", "refused", user.id, tag_id, "", refused.check, detail))
            raise
        except StoreError as error:
            log.error("%s is not substituted, for it can't be journalled: %s", tag_id, error)
            raise Refused("journal", UNWRITTEN) from error
        if value is None:
            self.standing.pop(tag_id, None)
        else:
            self.standing[tag_id] = one
        self._put(tag, value)

    def _checked(self, tag_id: str, value: float | None, reason: str, user: User) -> Tag:
        tag = self._tags.get(tag_id)
        if tag is None or tag.source is None or tag.spec.kind is Kind.TEXT:
            raise Refused("unknown", _no_tag(tag_id))
        if not self._people.holds(user, Role.SUPERVISOR, tag.equipment.area):
            raise Refused("right", _no_right(tag))
        if value is None:
            if tag_id not in self.standing:
                raise Refused("unknown", _not_standing(tag))
            return tag
        if not math.isfinite(value) or (tag.spec.states and tag.spec.state(value) is None):
            raise Refused("range", _no_value(tag))
        if not reason.strip():
            raise Refused("reason", NO_REASON)
        return tag


def _read(database: SqliteDatabase) -> list[Standing]:
    rows = SubstitutionTable.select().order_by(SubstitutionTable.time).tuples().execute(database)
    return [Standing(*row) for row in rows]


def _write(database: SqliteDatabase, one: Standing, area: str) -> None:
    """The row of the chain and that of the table, together or not at all."""
    table, released = SubstitutionTable, math.isnan(one.value)
    detail = {"value": None if released else one.value, "reason": one.reason}
    kind = "release" if released else "substitute"
    chain(plain(database), Entry("command", kind, one.who, one.tag, area, "done", detail), one.time)
    if released:
        table.delete().where(table.tag == one.tag).execute(database)
        return
    row = {"tag": one.tag, "value": one.value, "who": one.who, "reason": one.reason, "time": one.time}
    table.insert(row).on_conflict_replace().execute(database)


UNWRITTEN = Text(
    "Le journal ne peut pas être écrit : aucune valeur n'est remplacée tant que c'est le cas.",
    "The journal cannot be written: no value is substituted while that is so.",
)
NO_REASON = Text("Indiquez le motif du remplacement.", "Say why the value is substituted.")


def _no_tag(tag_id: str) -> Text:
    return Text(
        f"« {tag_id} » n'est pas une mesure qu'on puisse remplacer.",
        f'"{tag_id}" is no measurement that can be substituted.',
    )


def _not_standing(tag: Tag) -> Text:
    return Text(f"« {tag.id} » n'est pas une valeur de remplacement.", f'"{tag.id}" is not substituted.')


def _no_right(tag: Tag) -> Text:
    role, name = ROLES[Role.SUPERVISOR], tag.equipment.name
    return Text(
        f"Vous n'avez pas le droit de remplacer une mesure de « {name.fr} » : il faut y être {role.fr}.",
        f'You have no right to substitute a value of "{name.en}": it takes a {role.en} there.',
    )


def _no_value(tag: Tag) -> Text:
    name = tag.spec.name
    return Text(f"« {name.fr} » ne peut pas prendre cette valeur.", f'"{name.en}" cannot have this value.')
