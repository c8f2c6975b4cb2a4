"""Telling: what the lists of the page say of a group, an override, a calendar, a change; one line of cells each."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from supervisor.model import Text
from supervisor.schedule.calendars import SOON_DAYS
from supervisor.schedule.plan import Event
from supervisor.schedule.preview import Year
from supervisor.schedule.times import DAY_S
from ui.naming import full_name, person
from ui.pages import Context
from ui.schedule import words
from ui.schedule.known import Group
from ui.schedule.lists import Line
from ui.tables import RIGHT, Cell


class Telling:
    """In the language of the moment."""

    def __init__(self, context: Context) -> None:
        self._context, self._look = context, context.look
        self._site = context.attachment.site

    def group(self, group: Group, now: int, state: Mapping[str, Any], following: Event | None) -> Line:
        """What it should be now and next, and how many are not by its programme, as the station's `state` has it."""
        look, members = self._look, frozenset(group.bundle.members)
        asked = group.asked(list(group.bundle.state_at(now).values()), self._context.attachment.texts, look)
        held = sum(one["equipment"] in members for one in state.get("overrides", ()))
        failed = sum(one["equipment"] in members for one in state.get("troubles", ()))
        hand = " · ".join(text for count, text in ((held, str(held)), (failed, f"{failed} !")) if count)
        return (
            Cell(group.title(look), heavy=True), Cell(str(len(members)), "text2", side=RIGHT),
            Cell(asked or look.say(words.NOTHING_PLANNED)), Cell(self._next(group, following), "text2"),
            Cell(hand or ("–" if state else "?"), "text" if hand else "text2", bool(hand)),
        )  # fmt: skip

    def _next(self, group: Group, following: Event | None) -> str:
        if following is None:
            return "–"
        asked = group.asked(following.changes, self._context.attachment.texts, self._look)
        return f"{self.until(following.instant)} {asked}"

    def hand(self, one: Mapping[str, Any]) -> Line:
        return Cell(self._name(one), symbol="user"), Cell(self.person(one["who"])), Cell(self.until(int(one["until"])))

    def trouble(self, one: Mapping[str, Any]) -> Line:
        outcome = words.OUTCOMES.get(one["outcome"])
        said = self._look.say(outcome) if outcome else one["outcome"]
        reason = self._look.say(Text(one["fr"], one["en"]))
        return Cell(self._name(one), symbol="warning"), Cell(said, heavy=True), Cell(reason)

    def calendar(self, name: Text, ends: date | None, left: int | None) -> Line:
        look = self._look
        if ends is None or left is None:
            return Cell(look.say(name)), Cell(look.say(words.FOR_EVER), "text2")
        soon = left < SOON_DAYS
        text = words.ENDED if left < 0 else words.ENDS_SOON if soon else words.ENDS
        said = look.say(text).format(f"{ends:%d/%m/%Y}")
        return Cell(look.say(name)), Cell(said, "text" if soon else "text2", soon, symbol="warning" if soon else "")

    def event(self, group: Group, event: Event) -> Line:
        look = self._look
        names = dict.fromkeys(look.say(group.names[target.programme]) for target in event.changes)
        asked = group.asked(event.changes, self._context.attachment.texts, look)
        which = look.say(words.WHICH_ONES).format(len(group.bundle.members), self._which(group))
        return (
            Cell(look.clock(event.instant), heavy=True), Cell(asked), Cell(", ".join(names), "text2"),
            Cell(which, "text2"),
        )  # fmt: skip

    def nothing(self) -> Line:
        """Of a day without a change."""
        return Cell("–", "text2"), Cell(self._look.say(words.NO_CHANGE), "text2"), Cell(""), Cell("")

    def _which(self, group: Group) -> str:
        """Its areas; of a single equipment its name."""
        things = [self._site.equipment_by_id[id_] for id_ in group.bundle.members]
        if len(things) == 1:
            return full_name(self._site, things[0], self._look)
        areas = dict.fromkeys(thing.area for thing in things)
        return ", ".join(self._look.say(self._site.areas[id_].name) for id_ in areas if id_ in self._site.areas)

    def suns(self, year: Year, day: date) -> list[str]:
        """When the sun does what on a day, by the clock on the wall."""
        number = year.days.index(day)
        return [
            f"{self._look.say(words.SUN[event])} {_clock(float(column[number]), year.noon)}"
            for event, column in year.sun.items()
        ]

    def person(self, who: str) -> str:
        """The name of a user; the id of one whom nobody knows."""
        return person(self._site, who, self._look)

    def until(self, instant: int) -> str:
        """The time, with its day where that is not today."""
        look, now = self._look, self._context.clock.now()
        clock, moment = look.clock(instant, False), look.moment(instant)
        return clock if moment.date() == look.moment(now).date() else f"{moment:%d/%m} {clock}"

    def _name(self, one: Mapping[str, Any]) -> str:
        thing = self._site.equipment_by_id.get(one["equipment"])
        return full_name(self._site, thing, self._look) if thing else str(one["equipment"])


def _clock(seconds: float, noon: bool) -> str:
    """Seconds after the begin of a day as the clock on the wall; a dash where there is none."""
    if seconds != seconds:
        return "–"
    shown = timedelta(seconds=(round(seconds) + (DAY_S // 2 if noon else 0)) % DAY_S)
    hours, rest = divmod(shown.seconds, 3600)
    return f"{hours:02d}:{rest // 60:02d}"
