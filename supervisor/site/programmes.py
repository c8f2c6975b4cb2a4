"""programmes.toml: what is asked of which equipment when; read last of all, for it speaks of everything else."""

from __future__ import annotations

import fnmatch
import math
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

from supervisor.calculated.meaning import Sort, Specs, understand
from supervisor.formula import Formula, Mistake, Node, parse
from supervisor.model import CommandSpec, Equipment, EquipmentType, Kind, Site, TagSpec
from supervisor.schedule.calendars import ORDINARY, days_for
from supervisor.schedule.conditions import seen
from supervisor.schedule.overlaps import rivals
from supervisor.schedule.programmes import PER_SECOND, Action, Point, Programme, Schedule, Until
from supervisor.schedule.sun import NOON_S
from supervisor.schedule.times import DAY_S, FORM, When, parse_clock, parse_span, parse_when
from supervisor.site.calendars import Almanac, read_calendars, yearly
from supervisor.site.document import read_toml
from supervisor.site.findings import Catalogue, Findings, suggest
from supervisor.site.reader import Table

PROGRAMMES = Path("programmes.toml")
HIGHEST = 100
FASTEST = 1000.0
_UNTIL = {until.value: until for until in (Until.EVENT, Until.NIGHT)}
_BEGINS = {"midnight": False, "noon": True}


def read_schedule(site: Site, findings: Findings) -> Schedule:
    """Calendars and programmes of a site whose other files are right."""
    almanac = read_calendars(site.folder, findings)
    for kind in almanac.types.rows.values():
        for number, word in enumerate(kind.types):
            if word not in site.types:
                place = almanac.rows[kind.id].place("types", number)
                findings.add(place, f'There is no equipment type "{word}"', suggest(word, sorted(site.types)))
    rows, pace = _programmes(site, almanac, findings)
    return Schedule(
        ZoneInfo(site.zone), (site.latitude, site.longitude), almanac.calendars.rows,
        tuple(kind for kind in almanac.types.rows.values() if kind.calendars), tuple(rows.values()), pace,
    )  # fmt: skip


def schedule_of(site: Site) -> Schedule:
    """Of a folder that was checked before."""
    return read_schedule(site, Findings())


def _programmes(site: Site, almanac: Almanac, findings: Findings) -> tuple[Mapping[str, Programme], float]:
    programmes: Catalogue[Programme] = Catalogue("programme", findings)
    document = read_toml(site.folder, PROGRAMMES, findings) if (site.folder / PROGRAMMES).exists() else None
    if document is None:
        return {}, PER_SECOND
    table = Table.top(document, findings)
    pace = table.number("per_second", PER_SECOND, 0.1, FASTEST)
    places: dict[str, Table] = {}
    for row in table.tables("programme"):
        programme = _Reading(site, almanac, row, findings).programme()
        programmes.add(programme.id, programme, row.where("id"))
        places.setdefault(programme.id, row)
    table.close()
    _rivals(list(programmes.rows.values()), places)
    return programmes.rows, pace


def _rivals(programmes: Sequence[Programme], places: Mapping[str, Table]) -> None:
    """Two programmes of one priority must not speak of one tag of one equipment on the same days."""
    for one, other, shared in rivals(programmes):
        if one.priority == other.priority:
            message = f'"{one.id}" and "{other.id}" both speak of {min(shared)}, with the same priority'
            remedy = "Give the one that counts a higher priority, or each days of its own."
            places[one.id].problem("priority", message, remedy)


class _Reading:
    """One [[programme]] being read."""

    def __init__(self, site: Site, almanac: Almanac, row: Table, findings: Findings) -> None:
        self._site, self._almanac, self._row, self._findings = site, almanac, row, findings
        self._type_id, self._noon = "", False

    def programme(self) -> Programme:
        row = self._row
        id_, name = row.id(), row.name()
        type_ = self._type()
        self._type_id = type_.id if type_ else ""
        self._noon = bool(row.choice("day_begins", _BEGINS, False))
        members = self._members(type_)
        first, last = self._date("first"), self._date("last")
        if first and last and last < first:
            row.problem("last", "The programme ends before it begins", "Write the earlier day as first.")
        points = tuple(self._point(one, type_) for one in row.tables("point"))
        if not points:
            row.wrong(f"{row.title} has no point", "Add [[programme.point]] with at and do.")
        programme = Programme(
            id_, name, type_.id if type_ else "", tuple(one.id for one in members), points,
            row.whole("priority", 0, 0, HIGHEST), self._kinds(row), self._noon,
            first, last, self._season(), self._position(), self._condition(members),
            row.choice("override", _UNTIL, Until.EVENT) or Until.EVENT, row.number("power_kw", math.nan, 0.0),
        )  # fmt: skip
        row.close()
        return programme

    def _type(self) -> EquipmentType | None:
        types: Mapping[str, EquipmentType] = self._site.types
        word = self._row.word("type")
        if word and word not in types:
            self._row.problem("type", f'There is no equipment type "{word}"', suggest(word, sorted(types)))
        return types.get(word)

    def _members(self, type_: EquipmentType | None) -> list[Equipment]:
        row = self._row
        areas, chosen, left_out = row.words("areas"), row.words("equipment"), row.words("except")
        for number, area in enumerate(areas):
            if area not in self._site.areas:
                place = row.place("areas", number)
                self._findings.add(place, f'There is no area "{area}"', suggest(area, sorted(self._site.areas)))
        if type_ is None:
            return []
        of_type = self._site.equipment_by_type.get(type_.id, ())
        for key, patterns in (("equipment", chosen), ("except", left_out)):
            for number, pattern in enumerate(patterns):
                if not fnmatch.filter([one.id for one in of_type], pattern):
                    message = f'No equipment of the type "{type_.id}" is called "{pattern}"'
                    self._findings.add(row.place(key, number), message, 'Write ids; * stands for anything: "AP-01*".')
        found = [
            one for one in of_type
            if (not areas or self._within(one.area, areas)) and (not chosen or _matches(one.id, chosen))
            and not _matches(one.id, left_out)
        ]  # fmt: skip
        if not found:
            row.wrong(f"{row.title} is for no equipment at all", "Look at areas, equipment and except.")
        return found

    def _within(self, area: str, areas: Sequence[str]) -> bool:
        while area and area not in areas:
            area = self._site.areas[area].parent if area in self._site.areas else ""
        return bool(area)

    def _kinds(self, row: Table) -> frozenset[str]:
        words, types = row.words("days"), self._almanac.types
        known = {ORDINARY.id, *(kind.id for kind in days_for(tuple(types.rows.values()), self._type_id))}
        for number, word in enumerate(words):
            if types.find(word, row.where("days", number)) and self._type_id and word not in known:
                place, message = row.place("days", number), f'"{word}" is no day type of the type "{self._type_id}"'
                self._findings.add(place, message, f"Use: {', '.join(sorted(known))}; see types of [[day]].")
        return frozenset(words)

    def _date(self, key: str) -> date | None:
        word = self._row.word(key, "")
        try:
            return date.fromisoformat(word) if word else None
        except ValueError:
            self._row.problem(key, f'"{word}" is no date', 'Write it as "2026-07-14".')
            return None

    def _season(self) -> tuple[tuple[int, int], tuple[int, int]] | None:
        words = self._row.words("season")
        found = [one for one in map(yearly, words) if one]
        if words and len(found) != 2:
            self._row.problem("season", f'"season" is {list(words)}', 'Write its ends: ["04-15", "10-15"].')
        return (found[0], found[1]) if len(found) == 2 else None

    def _position(self) -> tuple[float, float] | None:
        low, high = (-90.0, -180.0), (90.0, 180.0)
        values = self._row.raw("position")
        if values is None:
            return None
        numbers = [float(one) for one in values if isinstance(one, (int, float))] if isinstance(values, list) else []
        if len(numbers) != 2 or not all(a <= x <= b for a, x, b in zip(low, numbers, high, strict=True)):
            self._row.problem("position", f'"position" is {values}', "Write position = [latitude, longitude].")
            return None
        return numbers[0], numbers[1]

    def _condition(self, members: Sequence[Equipment]) -> Formula | None:
        text = self._row.word("only_if", "")
        if not text:
            return None

        def specs(path: str) -> list[TagSpec]:
            found = {tag.spec.id: tag.spec for one in members if (tag := seen(self._site, one, path))}
            if members and not found:
                raise Mistake(f"{path} is no tag of this equipment, nor of the site", "Write a whole id in ' '.")
            return list(found.values())

        def inside(_: Node) -> Specs:
            raise Mistake("A condition is of one equipment, not of parts", "Make it a calculated tag of the type.")

        try:
            tree, sort = understand(parse(text), specs, inside)
            if sort not in (Sort.TRUTH, Sort.ANY):
                raise Mistake(f"This is {sort.value}", 'Write a comparison, such as "moisture < 25".')
        except Mistake as mistake:
            self._row.problem("only_if", f'"{text}": {mistake}', mistake.remedy)
            return None
        return Formula(text, tree)

    def _point(self, row: Table, type_: EquipmentType | None) -> Point:
        when = self._when(row)
        actions = tuple(self._actions(row, "do", type_))
        lasting = self._span(row)
        then = tuple(self._actions(row, "then", type_)) if row.raw("then") is not None else ()
        if bool(lasting) != bool(then):
            row.wrong('"for" and "then" belong together', 'Write for = "20min" and then = "close", or neither.')
        if row.raw("do") is None:
            row.wrong("This point does nothing", 'Add do = "on", or do = ["on", "dim 100"].')
        point = Point(when, actions, self._kinds(row), lasting, then)
        row.close()
        return point

    def _when(self, row: Table) -> When:
        word = row.word("at")
        try:
            when = parse_when(word) if word else When()
        except ValueError as error:
            row.problem("at", str(error), FORM)
            when = When()
        limits = [self._clock(row, key) for key in ("not_before", "not_after")]
        if any(limit is not None for limit in limits) and when.event is None:
            row.wrong("Only a time of the sun has limits", 'Remove not_before and not_after, or write at = "sunset".')
        early, late = (self._place_in_day(limit) for limit in limits)
        if early is not None and late is not None and late < early:
            row.problem("not_after", "not_after comes before not_before: there is no time between", "Exchange them.")
        return When(when.clock_s, when.event, when.offset_s, *limits)

    def _place_in_day(self, limit: int | None) -> int | None:
        """Seconds after the begin of a day of the programme."""
        return limit if limit is None or not self._noon else (limit - NOON_S) % DAY_S

    def _clock(self, row: Table, key: str) -> int | None:
        word = row.word(key, "")
        try:
            return parse_clock(word) if word else None
        except ValueError as error:
            row.problem(key, str(error), 'Write it as "06:30".')
            return None

    def _span(self, row: Table) -> int:
        word = row.word("for", "")
        try:
            seconds = parse_span(word) if word else 0
            if word and not 0 < seconds <= DAY_S:
                raise ValueError(f'"{word}" is no length of a window')
        except ValueError as error:
            row.problem("for", str(error), 'Write it as "20min" or "1h30", at most a day.')
            return 0
        return seconds

    def _actions(self, row: Table, key: str, type_: EquipmentType | None) -> Iterator[Action]:
        said = row.raw(key)
        for word in said if isinstance(said, list) else [said]:
            if not isinstance(word, str):
                if said is not None:
                    row.problem(key, f'"{key}" is {word!r}', 'Write it as "on" or ["on", "dim 100"].')
            elif type_ is not None:
                try:
                    yield action(type_, word)
                except Mistake as mistake:
                    row.problem(key, str(mistake), mistake.remedy)


def action(type_: EquipmentType, word: str) -> Action:
    """What "dim 50" means for a type. Raises Mistake."""
    id_, _, given = word.strip().partition(" ")
    spec = type_.commands.get(id_)
    if spec is None:
        raise Mistake(f'The type "{type_.id}" has no command "{id_}"', suggest(id_, sorted(type_.commands)))
    given = given.strip()
    if spec.value is not None:
        if given:
            raise Mistake(f'The command "{id_}" takes no value', f'Write "{id_}".')
        return Action(id_, spec.tag, spec.value)
    if not given:
        raise Mistake(f'The command "{id_}" needs a value', f'Write it behind the command: "{id_} 50".')
    tag = type_.tags.get(spec.tag)
    value = _value(tag, given)
    _in_range(spec, tag, value)
    return Action(id_, spec.tag, value, value)


def _value(tag: TagSpec | None, word: str) -> float:
    for state in tag.states if tag else ():
        if state.id == word:
            return float(state.value)
    try:
        value = float(word)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        remedy = suggest(word, [state.id for state in tag.states]) if tag and tag.states else "Write a number."
        raise Mistake(f'"{word}" is no value', remedy)
    return value


def _in_range(spec: CommandSpec, tag: TagSpec | None, value: float) -> None:
    """As the desk checks it, long before it is asked."""
    if tag and tag.kind in (Kind.ENUM, Kind.BOOLEAN) and tag.states and tag.state(value) is None:
        raise Mistake(f"{value:g} is no state of {tag.id}", "Write the id of a state.")
    low = tag.low if tag and math.isnan(spec.low) else spec.low
    high = tag.high if tag and math.isnan(spec.high) else spec.high
    if value < low or value > high:
        raise Mistake(f'{value:g} is outside what "{spec.id}" takes', f"It goes from {low:g} to {high:g}.")


def _matches(id_: str, patterns: Sequence[str]) -> bool:
    return any(fnmatch.fnmatchcase(id_, pattern) for pattern in patterns)
